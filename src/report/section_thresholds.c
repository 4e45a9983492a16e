/* SPDX-License-Identifier: Apache-2.0
 *
 * Two classes: what every threshold would give. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/page.h"

static const char thresholds_name[] = "thresholds_and_metric_scores";

/* The columns of a frame's thresholds, by falling threshold; NULL arrays when there are none. */
typedef struct curve {
    const hw_table *table;
    int64_t n;
    double *threshold, *fpr, *tpr, *precision, *f1;
    int64_t best; /* the row of largest F1, or -1 */
} curve;

static void clear_curve(curve *c)
{
    hwi_free(c->threshold);
    hwi_free(c->fpr);
    hwi_free(c->tpr);
    hwi_free(c->precision);
    hwi_free(c->f1);
}

static bool init_curve(const hwi_page *page, hwi_tone tone, curve *c)
{
    *c = (curve){.table = hwi_page_metrics_table(page, tone, thresholds_name), .best = -1};
    if (!c->table)
        return false;
    c->n = hw_table_n_rows(c->table);
    c->threshold = hwi_page_column(page, c->table, "threshold");
    c->fpr = hwi_page_column(page, c->table, "fpr");
    c->tpr = hwi_page_column(page, c->table, "tpr");
    c->precision = hwi_page_column(page, c->table, "precision");
    c->f1 = hwi_page_column(page, c->table, "f1");
    if (!c->threshold || !c->fpr || !c->tpr || !c->precision || !c->f1) {
        clear_curve(c);
        return false;
    }
    for (int64_t i = 0; i < c->n; i++)
        if (!isnan(c->f1[i]) && (c->best < 0 || c->f1[i] > c->f1[c->best]))
            c->best = i;
    return true;
}

/* The share of the second class, which is the precision of a guess. */
static double prevalence(const curve *c)
{
    static const char *const names[] = {"tps", "fns", "fps", "tns"};
    double counts[4];
    if (!c->table)
        return NAN;
    for (int i = 0; i < 4; i++) {
        int32_t column = hw_table_find_column(c->table, names[i]);
        counts[i] = column < 0 ? NAN : hw_table_number(c->table, c->n - 1, column);
    }
    return (counts[0] + counts[1]) / (counts[0] + counts[1] + counts[2] + counts[3]);
}

typedef struct curve_series {
    hwi_series series[HWI_N_TONES];
    hwi_mark marks[HWI_N_TONES];
    char notes[HWI_N_TONES][HWI_PRETTY_BYTES];
    char mark_texts[HWI_N_TONES][2 * HWI_PRETTY_BYTES];
    double *points[HWI_N_TONES]; /* x, y, threshold: 3 (n + 1) */
    int n;
} curve_series;

/* A curve with the point that no threshold of the table gives: nothing predicted. */
static void add_series(const hwi_page *page, curve_series *to, hwi_tone tone, const curve *c,
                       const double *x, const double *y, const char *area)
{
    int64_t n = c->n + 1;
    double *points = HWI_ALLOC_ARRAY(double, 3 * (size_t)n);
    if (!points) {
        page->out->failed = true;
        return;
    }
    bool is_roc = y == c->tpr;
    points[0] = 0;
    points[n] = is_roc ? 0 : y[0];
    points[2 * n] = c->threshold[0];
    for (int64_t i = 0; i < c->n; i++) {
        points[i + 1] = x[i];
        points[n + i + 1] = y[i];
        points[2 * n + i + 1] = c->threshold[i];
    }
    char threshold[HWI_PRETTY_BYTES];
    int k = to->n++;
    to->points[k] = points;
    to->series[k] = (hwi_series){
        .name = hwi_tone_name(tone),
        .note = hwi_pretty(hw_metrics_value(page->metrics[tone], area), 4, to->notes[k]),
        .tone = tone,
        .n = n,
        .x = points,
        .y = points + n,
        .extra = points + 2 * n};
    snprintf(to->mark_texts[k], sizeof to->mark_texts[k], "threshold of largest F1: %s",
             c->best < 0 ? "" : hwi_pretty(c->threshold[c->best], 4, threshold));
    to->marks[k] = (hwi_mark){c->best < 0 ? NAN : x[c->best], c->best < 0 ? NAN : y[c->best], tone,
                              to->mark_texts[k]};
}

static void free_series(curve_series *series)
{
    for (int i = 0; i < series->n; i++)
        hwi_free(series->points[i]);
}

static void draw_roc(hwi_page *page, const curve *curves)
{
    curve_series series = {0};
    for (int tone = 0; tone < HWI_N_TONES; tone++)
        if (curves[tone].table)
            add_series(page, &series, tone, &curves[tone], curves[tone].fpr, curves[tone].tpr,
                       "AUC");
    hwi_line_chart chart = {
        .title = "ROC curve",
        .caption = "True against false positives for every threshold, with the area under the "
                   "curve; the dashed diagonal is guessing, rings mark the threshold of largest "
                   "F1.",
        .x_label = "false positive rate",
        .y_label = "true positive rate",
        .extra_label = "threshold",
        .series = series.series,
        .n_series = series.n,
        .marks = series.marks,
        .n_marks = series.n,
        .guide_x = NAN,
        .guide_y = NAN,
        .has_diagonal = true,
        .is_x_share = true,
        .is_y_share = true,
        .is_nearest = true};
    hwi_chart_lines(page->out, &chart);
    free_series(&series);
}

static void draw_precision_recall(hwi_page *page, const curve *curves)
{
    curve_series series = {0};
    for (int tone = 0; tone < HWI_N_TONES; tone++)
        if (curves[tone].table)
            add_series(page, &series, tone, &curves[tone], curves[tone].tpr, curves[tone].precision,
                       "pr_auc");
    hwi_line_chart chart = {
        .title = "Precision and recall",
        .caption = "How pure the predicted positives are against how many of the positives are "
                   "found; the dashed line is guessing, rings mark the threshold of largest F1.",
        .x_label = "recall",
        .y_label = "precision",
        .extra_label = "threshold",
        .series = series.series,
        .n_series = series.n,
        .marks = series.marks,
        .n_marks = series.n,
        .guide_x = NAN,
        .guide_y = prevalence(&curves[page->main_tone]),
        .is_x_share = true,
        .is_y_share = true,
        .is_nearest = true};
    hwi_chart_lines(page->out, &chart);
    free_series(&series);
}

static void draw_by_threshold(hwi_page *page, const curve *c)
{
    hwi_series series[] = {
        {.name = "precision",
         .tone = HWI_TONE_FIRST,
         .n = c->n,
         .x = c->threshold,
         .y = c->precision},
        {.name = "recall", .tone = HWI_TONE_SECOND, .n = c->n, .x = c->threshold, .y = c->tpr},
        {.name = "F1", .tone = HWI_TONE_THIRD, .n = c->n, .x = c->threshold, .y = c->f1},
    };
    char caption[320], number[HWI_PRETTY_BYTES];
    double best = c->best < 0 ? NAN : c->threshold[c->best];
    snprintf(caption, sizeof caption,
             "What a higher or lower threshold would give on %s data; the dashed line is the "
             "threshold of largest F1, %s.",
             page->main_tone == HWI_TONE_TRAINING     ? "training"
             : page->main_tone == HWI_TONE_VALIDATION ? "validation"
                                                      : "held-out",
             hwi_pretty(best, 4, number));
    hwi_line_chart chart = {.title = "Choosing a threshold",
                            .caption = caption,
                            .x_label = "threshold",
                            .series = series,
                            .n_series = 3,
                            .guide_x = best,
                            .guide_y = NAN,
                            .is_x_share = false,
                            .is_y_share = true};
    hwi_chart_lines(page->out, &chart);
}

static const char criteria_name[] = "max_criteria_and_metric_scores";

static void write_criteria_head(hwi_page *page)
{
    hwi_buffer *out = page->out;
    hwi_buffer_append_text(
        out, "<div class=\"scroll\"><table class=\"tight\">\n<thead><tr><td class=\"group\"></td>");
    for (int tone = HWI_N_TONES - 1; tone >= 0; tone--)
        if (hwi_page_metrics_table(page, tone, criteria_name))
            hwi_buffer_printf(out, "<th class=\"group\" colspan=\"2\" scope=\"colgroup\">%s</th>",
                              hwi_tone_name(tone));
    hwi_buffer_append_text(out, "</tr>\n<tr><th>Largest</th>");
    for (int tone = HWI_N_TONES - 1; tone >= 0; tone--)
        if (hwi_page_metrics_table(page, tone, criteria_name))
            hwi_buffer_append_text(out, "<th class=\"n\">threshold</th><th class=\"n\">value</th>");
    hwi_buffer_append_text(out, "</tr></thead>\n<tbody>\n");
}

/* H2O's criteria stand in the same order in every frame's table. */
static void write_criteria_rows(hwi_page *page, const hw_table *main_table, int64_t begin,
                                int64_t end)
{
    static const char *const columns[] = {"threshold", "value"};
    int32_t metric = hw_table_find_column(main_table, "metric");
    hwi_buffer *out = page->out;
    char text[HWI_PRETTY_BYTES];
    write_criteria_head(page);
    for (int64_t row = begin; row < end; row++) {
        hwi_buffer_append_text(out, "<tr>");
        const char *criterion = hw_table_text(main_table, row, metric);
        hwi_html_tag(out, "th", NULL, criterion + (strncmp(criterion, "max ", 4) == 0 ? 4 : 0));
        for (int tone = HWI_N_TONES - 1; tone >= 0; tone--) {
            const hw_table *table = hwi_page_metrics_table(page, tone, criteria_name);
            for (int i = 0; table && i < 2; i++) {
                int32_t c = hw_table_find_column(table, columns[i]);
                bool is_there = c >= 0 && row < hw_table_n_rows(table);
                double value = is_there ? hw_table_number(table, row, c) : NAN;
                hwi_html_tag(out, "td", "n", isnan(value) ? "" : hwi_pretty(value, 4, text));
            }
        }
        hwi_buffer_append_text(out, "</tr>\n");
    }
    hwi_buffer_append_text(out, "</tbody></table></div>\n");
}

/* The scores first; H2O's counts and rates behind them reach their maxima at the ends. */
static void write_criteria(hwi_page *page)
{
    enum { N_OPEN = 10 };
    const hw_table *table = hwi_page_metrics_table(page, page->main_tone, criteria_name);
    if (!table || hw_table_find_column(table, "metric") < 0)
        return;
    int64_t n = hw_table_n_rows(table), n_open = n < N_OPEN ? n : N_OPEN;
    hwi_buffer_append_text(page->out,
                           "<div class=\"card\"><h3>Best thresholds by criterion</h3>\n");
    write_criteria_rows(page, table, 0, n_open);
    if (n > n_open) {
        hwi_page_fold_begin(page, "Counts and rates");
        write_criteria_rows(page, table, n_open, n);
        hwi_page_fold_end(page);
    }
    hwi_buffer_append_text(page->out, "</div>\n");
}

/* Some rows of the table of thresholds, evenly spread. */
static void write_thresholds(hwi_page *page, const hw_table *table)
{
    enum { N_ROWS = 40 };
    static const char *const names[] = {"threshold",   "f1",  "accuracy", "precision", "recall",
                                        "specificity", "tps", "fps",      "fns",       "tns"};
    enum { N_NAMES = sizeof names / sizeof names[0] };
    hwi_buffer *out = page->out;
    int64_t n = hw_table_n_rows(table), n_shown = n < N_ROWS ? n : N_ROWS;
    hwi_page_fold_begin(page, "Table of thresholds");
    hwi_buffer_append_text(out, "<div class=\"scroll\"><table>\n<thead><tr>");
    for (int i = 0; i < N_NAMES; i++)
        if (hw_table_find_column(table, names[i]) >= 0)
            hwi_html_tag(out, "th", "n", names[i]);
    hwi_buffer_append_text(out, "</tr></thead>\n<tbody>\n");
    for (int64_t k = 0; k < n_shown; k++) {
        int64_t row = n_shown == n ? k : k * (n - 1) / (n_shown - 1);
        hwi_buffer_append_text(out, "<tr>");
        for (int i = 0; i < N_NAMES; i++) {
            int32_t column = hw_table_find_column(table, names[i]);
            if (column >= 0)
                hwi_page_cell(page, table, row, column);
        }
        hwi_buffer_append_text(out, "</tr>\n");
    }
    hwi_buffer_append_text(out, "</tbody></table></div>\n");
    if (n_shown < n)
        hwi_buffer_printf(out, "<p class=\"note\">%lld of %lld thresholds, evenly spread.</p>\n",
                          (long long)n_shown, (long long)n);
    hwi_page_fold_end(page);
}

void hwi_report_thresholds(hwi_page *page)
{
    if (page->category != HW_CATEGORY_BINOMIAL || !page->main_metrics)
        return;
    curve curves[HWI_N_TONES];
    bool has_any = false;
    for (int tone = 0; tone < HWI_N_TONES; tone++) {
        if (init_curve(page, tone, &curves[tone]))
            has_any = true;
        else
            curves[tone].table = NULL;
    }
    if (has_any || hwi_page_has_metrics_table(page, criteria_name)) {
        hwi_page_section_begin(page, "thresholds", "Ranking and thresholds",
                               "The model gives a probability of the second class; a threshold "
                               "makes a decision of it.");
        hwi_buffer_append_text(page->out, "<div class=\"figures\">\n");
        if (has_any) {
            draw_roc(page, curves);
            draw_precision_recall(page, curves);
        }
        if (curves[page->main_tone].table)
            draw_by_threshold(page, &curves[page->main_tone]);
        write_criteria(page);
        hwi_buffer_append_text(page->out, "</div>\n");
        if (curves[page->main_tone].table)
            write_thresholds(page, curves[page->main_tone].table);
        hwi_page_section_end(page);
    }
    for (int tone = 0; tone < HWI_N_TONES; tone++)
        if (curves[tone].table)
            clear_curve(&curves[tone]);
}
