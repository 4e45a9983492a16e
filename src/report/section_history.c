/* SPDX-License-Identifier: Apache-2.0
 *
 * How the metrics moved during training. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/page.h"

enum { MAX_METRICS = 12, MAX_NAME = 60, N_OPEN = 4 };

typedef struct history_view {
    const hw_table *table;
    double *x; /* epochs, or the number of the row */
    int64_t n; /* rows that are drawn */
    int64_t kept_row;
    bool is_best_repeated; /* the last row repeats an earlier one: that model was kept */
} history_view;

/* Lower rank is shown first; the rest keeps H2O's order. */
static int metric_rank(const char *metric)
{
    static const char *const order[] = {"logloss", "deviance", "mse",  "classification_error",
                                        "auc",     "mae",      "rmse", "pr_auc",
                                        "r2",      "lift"};
    int n = sizeof order / sizeof order[0];
    for (int i = 0; i < n; i++)
        if (strcmp(order[i], metric) == 0)
            return i;
    return n;
}

static bool has_values(const hw_table *table, int32_t column)
{
    for (int64_t i = 0; i < hw_table_n_rows(table); i++)
        if (hwi_is_drawable(hw_table_number(table, i, column)))
            return true;
    return false;
}

/* The metrics of columns "training_X" and "validation_X" that hold a value, by rank. */
static int list_metrics(const hw_table *table, char metrics[MAX_METRICS][MAX_NAME])
{
    static const char *const prefixes[] = {"training_", "validation_", "cross_validation_"};
    int n = 0;
    for (int32_t c = 0; c < hw_table_n_columns(table); c++) {
        const char *name = hw_table_column_name(table, c), *metric = NULL;
        for (int p = 0; p < HWI_N_TONES; p++)
            if (strncmp(name, prefixes[p], strlen(prefixes[p])) == 0)
                metric = name + strlen(prefixes[p]);
        if (!metric || strlen(metric) >= MAX_NAME || n == MAX_METRICS || !has_values(table, c))
            continue;
        int at = n;
        bool is_known = false;
        for (int i = 0; i < n; i++)
            is_known |= strcmp(metrics[i], metric) == 0;
        if (is_known)
            continue;
        for (; at > 0 && metric_rank(metrics[at - 1]) > metric_rank(metric); at--)
            memcpy(metrics[at], metrics[at - 1], MAX_NAME);
        snprintf(metrics[at], MAX_NAME, "%s", metric);
        n++;
    }
    return n;
}

static bool is_same_score(const hw_table *table, int64_t a, int64_t b)
{
    int n_equal = 0;
    for (int32_t c = 0; c < hw_table_n_columns(table); c++) {
        const char *name = hw_table_column_name(table, c);
        if (strncmp(name, "training_", 9) != 0 && strncmp(name, "validation_", 11) != 0)
            continue;
        double x = hw_table_number(table, a, c), y = hw_table_number(table, b, c);
        if (isnan(x) || isnan(y))
            continue;
        if (x != y)
            return false;
        n_equal++;
    }
    return n_equal > 0;
}

/* Training that keeps its best model scores it again at the end: a last row at the same iteration
 * as the one before, with the values of the best. */
static bool init_view(const hwi_page *page, const hw_table *table, history_view *view)
{
    int64_t n = hw_table_n_rows(table);
    *view = (history_view){.table = table, .n = n, .kept_row = n - 1};
    view->x = hwi_page_column(page, table, "epochs");
    if (!view->x && !page->out->failed) {
        view->x = HWI_ALLOC_ARRAY(double, (size_t)n);
        for (int64_t i = 0; view->x && i < n; i++)
            view->x[i] = (double)i;
    }
    if (!view->x)
        return false;
    int32_t iterations = hw_table_find_column(table, "iterations");
    if (n < 3 || view->x[n - 1] != view->x[n - 2] ||
        (iterations >= 0 &&
         hw_table_number(table, n - 1, iterations) != hw_table_number(table, n - 2, iterations)))
        return true;
    for (int64_t i = n - 2; i >= 0 && !view->is_best_repeated; i--) {
        if (!is_same_score(table, i, n - 1))
            continue;
        view->kept_row = i;
        view->is_best_repeated = true;
        view->n = n - 1;
    }
    return true;
}

static const char *direction(const char *metric)
{
    bool is_higher_better = strcmp(metric, "auc") == 0 || strcmp(metric, "pr_auc") == 0 ||
                            strcmp(metric, "r2") == 0 || strcmp(metric, "lift") == 0;
    return is_higher_better ? "higher is better" : "lower is better";
}

static void draw_metric(hwi_page *page, const history_view *view, const char *metric)
{
    static const char *const prefixes[] = {"training", "validation", "cross_validation"};
    hwi_series series[HWI_N_TONES];
    hwi_mark marks[HWI_N_TONES];
    double *columns[HWI_N_TONES] = {0};
    char name[MAX_NAME + 24], number[HWI_PRETTY_BYTES], notes[HWI_N_TONES][HWI_PRETTY_BYTES];
    char caption[320], mark_text[2 * HWI_PRETTY_BYTES];
    int n = 0;
    hwi_pretty_short(view->x[view->kept_row], 4, number);
    snprintf(mark_text, sizeof mark_text, "the model that was kept: epoch %s", number);
    for (int tone = 0; tone < HWI_N_TONES; tone++) {
        snprintf(name, sizeof name, "%s_%s", prefixes[tone], metric);
        columns[n] = hwi_page_column(page, view->table, name);
        if (!columns[n])
            continue;
        double kept = columns[n][view->kept_row];
        series[n] = (hwi_series){.name = hwi_tone_name(tone),
                                 .note = hwi_pretty(kept, 4, notes[n]),
                                 .tone = tone,
                                 .n = view->n,
                                 .x = view->x,
                                 .y = columns[n]};
        marks[n] = (hwi_mark){view->x[view->kept_row], kept, tone, mark_text};
        n++;
    }
    snprintf(caption, sizeof caption,
             "%s after each scoring (%s); the ring marks the model that was kept, the %s one, at "
             "epoch %s.",
             hwi_metric_title(metric), direction(metric), view->is_best_repeated ? "best" : "last",
             number);
    hwi_line_chart chart = {.title = hwi_metric_title(metric),
                            .caption = caption,
                            .x_label = "epochs",
                            .series = series,
                            .n_series = n,
                            .marks = marks,
                            .n_marks = n,
                            .guide_x = view->is_best_repeated ? view->x[view->kept_row] : NAN,
                            .guide_y = NAN,
                            .is_log = true,
                            .has_dots = true};
    hwi_chart_lines(page->out, &chart);
    for (int i = 0; i < HWI_N_TONES; i++)
        hwi_free(columns[i]);
}

void hwi_report_history(hwi_page *page)
{
    char metrics[MAX_METRICS][MAX_NAME];
    const hw_table *table = hw_model_table(page->model, "scoring_history");
    history_view view;
    if (!table || hw_table_n_rows(table) == 0 || !init_view(page, table, &view))
        return;
    int n = list_metrics(table, metrics);
    int n_open = n < N_OPEN ? n : N_OPEN;
    hwi_page_section_begin(page, "history", "Scoring history",
                           "How well the model did while it was trained. Curves that part, "
                           "validation getting worse while training gets better, show "
                           "overfitting.");
    hwi_buffer_append_text(page->out, "<div class=\"figures\">\n");
    for (int i = 0; i < n_open; i++)
        draw_metric(page, &view, metrics[i]);
    hwi_buffer_append_text(page->out, "</div>\n");
    if (n > n_open) {
        hwi_page_fold_begin(page, "More metrics");
        hwi_buffer_append_text(page->out, "<div class=\"figures\">\n");
        for (int i = n_open; i < n; i++)
            draw_metric(page, &view, metrics[i]);
        hwi_buffer_append_text(page->out, "</div>\n");
        hwi_page_fold_end(page);
    }
    hwi_page_fold_begin(page, "Table of the scoring history");
    hwi_page_table(page, table, 200, NULL);
    hwi_page_fold_end(page);
    hwi_page_section_end(page);
    hwi_free(view.x);
}
