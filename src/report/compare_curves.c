/* SPDX-License-Identifier: Apache-2.0
 *
 * Pictures with a line or a stack of dots for each model: how they trained, ROC, folds. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "metrics/named.h"
#include "report/compare_page.h"

enum { MAX_SPREAD_MODELS = 100, MAX_NAME = 48 };

/* ---- Lines ---- */

typedef struct lines {
    hwi_series *series; /* (n) best first */
    char (*names)[MAX_NAME];
    double **owned; /* (n_owned) */
    int n, n_owned;
} lines;

static bool init_lines(hwi_compare_page *p, lines *l)
{
    size_t n = (size_t)p->n_drawn;
    *l = (lines){.series = HWI_NEW_ARRAY(hwi_series, n),
                 .names = hwi_calloc_array(n, sizeof *l->names),
                 .owned = HWI_NEW_ARRAY(double *, 2 * n)};
    bool is_good = l->series && l->names && l->owned;
    p->page.out->failed |= !is_good;
    return is_good;
}

static void clear_lines(lines *l)
{
    for (int i = 0; i < l->n_owned; i++)
        hwi_free(l->owned[i]);
    hwi_free(l->owned);
    hwi_free(l->names);
    hwi_free(l->series);
}

/* The last characters of a name say which one it is, the first ones where it is. */
static void short_name(char out[MAX_NAME], int32_t rank, const char *name)
{
    enum { MAX_CHARS = 26 };
    size_t n = strlen(name);
    const char *tail = name;
    while (n > MAX_CHARS) {
        tail++;
        n--;
        while (n > 0 && ((unsigned char)*tail & 0xc0) == 0x80) {
            tail++;
            n--;
        }
    }
    snprintf(out, MAX_NAME, "%d. %s%.30s", (int)rank + 1, tail > name ? "\xe2\x80\xa6" : "", tail);
}

static void add_line(const hwi_compare_page *p, lines *l, int32_t rank, int64_t n, const double *x,
                     const double *y)
{
    static const hwi_tone tones[] = {HWI_TONE_TRAINING, HWI_TONE_VALIDATION, HWI_TONE_THIRD};
    bool is_front = l->n < HWI_N_HIGHLIGHTED;
    short_name(l->names[l->n], rank, p->c->models[rank]->name);
    l->series[l->n] = (hwi_series){.name = l->names[l->n],
                                   .tone = is_front ? tones[l->n] : HWI_TONE_NONE,
                                   .n = n,
                                   .x = x,
                                   .y = y,
                                   .is_background = !is_front};
    l->n++;
}

static const char *others(const lines *l)
{
    return l->n > HWI_N_HIGHLIGHTED ? "; the others are grey" : "";
}

static const char *cut_note(const hwi_compare_page *p, char out[64])
{
    out[0] = '\0';
    if (p->n_drawn < p->c->n_models)
        snprintf(out, 64, " The best %d of %d models are drawn.", (int)p->n_drawn,
                 (int)p->c->n_models);
    return out;
}

/* ---- Learning curves ---- */

/* The name of a metric in scoring histories, or NULL. */
static const char *history_name(const hw_comparison *c)
{
    static const char *const names[][2] = {{"logloss", "logloss"},
                                           {"auc", "auc"},
                                           {"pr_auc", "pr_auc"},
                                           {"rmse", "rmse"},
                                           {"mse", "mse"},
                                           {"mae", "mae"},
                                           {"r2", "r2"},
                                           {"residual_deviance", "deviance"},
                                           {"mean_residual_deviance", "deviance"},
                                           {"err", "classification_error"},
                                           {"lift_top_group", "lift"}};
    static const char *const defaults[] = {[HW_CATEGORY_REGRESSION] = "deviance",
                                           [HW_CATEGORY_BINOMIAL] = "logloss",
                                           [HW_CATEGORY_MULTINOMIAL] = "logloss",
                                           [HW_CATEGORY_AUTOENCODER] = "mse"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i][0], hw_comparison_sort_metric(c)) == 0)
            return names[i][1];
    return defaults[c->category];
}

static void add_history(hwi_compare_page *p, lines *l, int32_t rank, const char *column)
{
    const hw_table *history = p->c->models[rank]->history;
    double *x = hwi_page_column(&p->page, history, "epochs");
    double *y = hwi_page_column(&p->page, history, column);
    bool has_any = false;
    for (int64_t i = 0; x && y && i < hw_table_n_rows(history); i++)
        has_any |= hwi_is_drawable(y[i]);
    if (!has_any) {
        hwi_free(x);
        hwi_free(y);
        return;
    }
    l->owned[l->n_owned++] = x;
    l->owned[l->n_owned++] = y;
    add_line(p, l, rank, hw_table_n_rows(history), x, y);
}

static void draw_histories(hwi_compare_page *p, const char *prefix, const char *metric)
{
    lines l;
    char column[80], title[96], caption[320], note[64];
    snprintf(column, sizeof column, "%s_%s", prefix, metric);
    bool is_good = init_lines(p, &l);
    for (int32_t i = 0; is_good && i < p->n_drawn; i++)
        add_history(p, &l, i, column);
    snprintf(title, sizeof title, "%s, %s", hwi_metric_title(metric), prefix);
    snprintf(caption, sizeof caption,
             "A line is a model while it trains: the best are coloured%s.%s", others(&l),
             cut_note(p, note));
    hwi_line_chart chart = {.title = title,
                            .caption = caption,
                            .x_label = "epochs",
                            .y_label = NULL,
                            .series = l.series,
                            .n_series = l.n,
                            .guide_x = NAN,
                            .guide_y = NAN,
                            .is_log = true,
                            .is_nearest = true};
    if (l.n > 0)
        hwi_chart_lines(p->page.out, &chart);
    clear_lines(&l);
}

void hwi_compare_curves(hwi_compare_page *p)
{
    bool has_any = false;
    for (int32_t i = 0; i < p->n_drawn; i++)
        has_any |= p->c->models[i]->history && hw_table_n_rows(p->c->models[i]->history) > 0;
    if (!has_any)
        return;
    hwi_page_section_begin(&p->page, "curves", "Learning curves",
                           "How each model got better, or worse, while it was trained.");
    hwi_buffer_append_text(p->page.out, "<div class=\"figures\">\n");
    draw_histories(p, "validation", history_name(p->c));
    draw_histories(p, "training", history_name(p->c));
    hwi_buffer_append_text(p->page.out, "</div>\n");
    hwi_page_section_end(&p->page);
}

/* ---- ROC ---- */

void hwi_compare_roc(hwi_compare_page *p)
{
    const hw_comparison *c = p->c;
    lines l;
    char caption[320], note[64];
    bool is_good = c->category == HW_CATEGORY_BINOMIAL && init_lines(p, &l);
    if (!is_good)
        return;
    for (int32_t i = 0; i < p->n_drawn; i++)
        if (c->models[i]->roc[c->sort_of].n > 0)
            add_line(p, &l, i, c->models[i]->roc[c->sort_of].n, c->models[i]->roc[c->sort_of].fpr,
                     c->models[i]->roc[c->sort_of].tpr);
    snprintf(caption, sizeof caption,
             "How many positives are found for how many false alarms, %s: the best models are "
             "coloured%s; the diagonal is guessing.%s",
             p->of_words, others(&l), cut_note(p, note));
    hwi_line_chart chart = {.title = "ROC curves",
                            .caption = caption,
                            .x_label = "false positives",
                            .y_label = "true positives",
                            .series = l.series,
                            .n_series = l.n,
                            .guide_x = NAN,
                            .guide_y = NAN,
                            .has_diagonal = true,
                            .is_x_share = true,
                            .is_y_share = true,
                            .is_nearest = true};
    if (l.n > 0) {
        hwi_page_section_begin(&p->page, "roc", "ROC", NULL);
        hwi_buffer_append_text(p->page.out, "<div class=\"figures\">\n");
        hwi_chart_lines(p->page.out, &chart);
        hwi_buffer_append_text(p->page.out, "</div>\n");
        hwi_page_section_end(&p->page);
    }
    clear_lines(&l);
}

/* ---- The spread between folds ---- */

typedef struct spread {
    hwi_dot *dots;
    char **texts; /* (n_dots); owned */
    int64_t n, capacity;
    char (*labels)[MAX_NAME];
    const char **categories;
} spread;

static void clear_spread(spread *s)
{
    for (int64_t i = 0; i < s->n; i++)
        hwi_free(s->texts[i]);
    hwi_free(s->dots);
    hwi_free(s->texts);
    hwi_free(s->labels);
    hwi_free(s->categories);
}

static int64_t row_of(const hw_table *folds, const char *metric)
{
    for (int64_t i = 0; folds && i < hw_table_n_rows(folds); i++)
        if (strcmp(hw_table_text(folds, i, 0), metric) == 0)
            return i;
    return -1;
}

static void add_dot(hwi_compare_page *p, spread *s, int32_t rank, double y, int32_t fold)
{
    char number[HWI_PRETTY_BYTES];
    HW_AUTO_BUFFER(text);
    hwi_buffer_printf(&text, "%d. ", (int)rank + 1);
    hwi_buffer_append_text(&text, p->c->models[rank]->name);
    if (fold < 0)
        hwi_buffer_append_text(&text, ", mean: ");
    else
        hwi_buffer_printf(&text, ", fold %d: ", (int)fold + 1);
    hwi_buffer_append_text(&text, hwi_pretty(y, 4, number));
    s->texts[s->n] = text.failed ? NULL : hwi_strdup(hwi_buffer_text(&text));
    s->dots[s->n] = (hwi_dot){.x = rank,
                              .y = y,
                              .class_name = fold < 0 ? "meanbar" : "dot t2 faint",
                              .text = s->texts[s->n],
                              .is_bar = fold < 0};
    p->page.out->failed |= !s->texts[s->n];
    s->n++;
}

static void add_model(hwi_compare_page *p, spread *s, int32_t rank, const char *metric)
{
    const hw_table *folds = p->c->models[rank]->folds;
    int64_t row = row_of(folds, metric);
    snprintf(s->labels[rank], sizeof s->labels[rank], "%d", (int)rank + 1);
    s->categories[rank] = s->labels[rank];
    if (row < 0)
        return;
    int32_t mean = hw_table_find_column(folds, "mean"),
            first = hw_table_find_column(folds, "sd") + 1;
    for (int32_t column = first; column < hw_table_n_columns(folds) && s->n + 1 < s->capacity;
         column++)
        add_dot(p, s, rank, hw_table_number(folds, row, column), column - first);
    if (mean >= 0 && s->n < s->capacity)
        add_dot(p, s, rank, hw_table_number(folds, row, mean), -1);
}

static void draw_spread(hwi_compare_page *p, spread *s, int32_t n)
{
    char caption[320];
    snprintf(caption, sizeof caption,
             "A dot is the value of the rows that a fold held out, a bar the mean of a model's "
             "folds; models are numbered as in the leaderboard. Where dots of two models mix, "
             "folds do not tell them apart.%s",
             n < p->c->n_models ? " The best models are drawn." : "");
    hwi_dot_chart chart = {.title = p->metric,
                           .caption = caption,
                           .x_label = "rank of the model",
                           .n_dots = s->n,
                           .dots = s->dots,
                           .n_categories = n,
                           .categories = s->categories,
                           .guide_y = NAN,
                           .band = NAN,
                           .is_wide = n > 8};
    hwi_page_section_begin(&p->page, "spread", "Spread of the folds",
                           "How much cross-validation says about the order of the models.");
    hwi_buffer_append_text(p->page.out, n > 8 ? "" : "<div class=\"figures\">\n");
    hwi_chart_dots(p->page.out, &chart);
    hwi_buffer_append_text(p->page.out, n > 8 ? "" : "</div>\n");
    hwi_page_section_end(&p->page);
}

void hwi_compare_spread(hwi_compare_page *p)
{
    enum { MAX_DOTS = 4000 };
    const char *metric = hw_comparison_sort_metric(p->c);
    int32_t n = p->n_drawn < MAX_SPREAD_MODELS ? p->n_drawn : MAX_SPREAD_MODELS;
    bool has_any = false;
    for (int32_t i = 0; i < n; i++)
        has_any |= row_of(p->c->models[i]->folds, metric) >= 0;
    if (!has_any)
        return;
    spread s = {.dots = HWI_NEW_ARRAY(hwi_dot, MAX_DOTS),
                .texts = HWI_NEW_ARRAY(char *, MAX_DOTS),
                .capacity = MAX_DOTS,
                .labels = hwi_calloc_array((size_t)n, sizeof *s.labels),
                .categories = HWI_NEW_ARRAY(const char *, (size_t)n)};
    bool is_good = s.dots && s.texts && s.labels && s.categories;
    p->page.out->failed |= !is_good;
    for (int32_t i = 0; is_good && i < n; i++)
        add_model(p, &s, i, metric);
    if (is_good)
        draw_spread(p, &s, n);
    clear_spread(&s);
}
