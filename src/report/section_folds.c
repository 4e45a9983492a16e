/* SPDX-License-Identifier: Apache-2.0
 *
 * Cross-validation: how much the metrics vary between the folds, and how the folds trained. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/page.h"

enum { MAX_FOLDS = 200, N_OPEN = 4, MAX_FOLD_COLUMNS = 20, MAX_CURVES = 3 };

typedef struct folds_view {
    const hw_table *table; /* a row a metric: name, mean, sd, one column a fold */
    int32_t mean, sd, first;
    int32_t n_folds;
} folds_view;

static bool init_view(const hwi_page *page, folds_view *view)
{
    const hw_table *table = hw_model_table(page->model, "cross_validation_metrics_summary");
    *view = (folds_view){.table = table};
    if (!table || hw_table_n_rows(table) == 0)
        return false;
    view->mean = hw_table_find_column(table, "mean");
    view->sd = hw_table_find_column(table, "sd");
    view->first = view->sd + 1;
    view->n_folds = hw_table_n_columns(table) - view->first;
    return view->mean > 0 && view->sd > 0 && view->n_folds > 0 &&
           hw_table_column_type(table, 0) == HW_CELL_STRING;
}

/* H2O lists metrics that Deep Learning lacks. */
static bool has_mean(const folds_view *view, int64_t row)
{
    return !isnan(hw_table_number(view->table, row, view->mean));
}

static void write_summary_row(hwi_page *page, const folds_view *view, int64_t row)
{
    hwi_buffer *out = page->out;
    hwi_buffer_append_text(out, "<tr>");
    hwi_html_tag(out, "th", NULL, hwi_metric_title(hw_table_text(view->table, row, 0)));
    int32_t n_columns = hw_table_n_columns(view->table);
    for (int32_t c = 1; c < n_columns && c < view->first + MAX_FOLD_COLUMNS; c++) {
        hwi_buffer_append_text(out, c == view->mean ? "<td class=\"n\"><b>" : "<td class=\"n\">");
        hwi_html_number(out, hw_table_number(view->table, row, c), 4);
        hwi_buffer_append_text(out, c == view->mean ? "</b></td>" : "</td>");
    }
    hwi_buffer_append_text(out, "</tr>\n");
}

static void write_summary(hwi_page *page, const folds_view *view)
{
    hwi_buffer *out = page->out;
    int32_t n_shown = view->n_folds < MAX_FOLD_COLUMNS ? view->n_folds : MAX_FOLD_COLUMNS;
    hwi_buffer_append_text(out, "<div class=\"card\"><h3>Metrics of the rows that each fold held "
                                "out</h3>\n<div class=\"scroll\"><table class=\"tight\">\n"
                                "<thead><tr><th>Metric</th><th class=\"n\">Mean</th>"
                                "<th class=\"n\">Deviation</th>");
    for (int32_t f = 0; f < n_shown; f++)
        hwi_buffer_printf(out, "<th class=\"n\">Fold %d</th>", (int)f + 1);
    hwi_buffer_append_text(out, "</tr></thead>\n<tbody>\n");
    for (int64_t row = 0; row < hw_table_n_rows(view->table); row++)
        if (has_mean(view, row))
            write_summary_row(page, view, row);
    hwi_buffer_append_text(out, "</tbody></table></div>\n");
    if (n_shown < view->n_folds)
        hwi_buffer_printf(out, "<p class=\"note\">The first %d of %d folds.</p>\n", (int)n_shown,
                          (int)view->n_folds);
    hwi_buffer_append_text(out, "</div>\n");
}

/* Metrics people look at first; the rest keeps the table's order. */
static int rank_of(const char *metric)
{
    static const char *const order[] = {"auc", "logloss", "rmse", "mean_residual_deviance",
                                        "mae", "err",     "r2",   "mean_per_class_error",
                                        "mse", "pr_auc",  "f1",   "accuracy"};
    int n = sizeof order / sizeof order[0];
    for (int i = 0; i < n; i++)
        if (strcmp(order[i], metric) == 0)
            return i;
    return n;
}

static bool is_drawn(const folds_view *view, int64_t row)
{
    return has_mean(view, row) &&
           strcmp(hw_table_text(view->table, row, 0), "residual_deviance") != 0;
}

/* The row drawn as number `nth`, best known metrics first; -1 past the last. */
static int64_t nth_row(const folds_view *view, int nth)
{
    int64_t n_rows = hw_table_n_rows(view->table);
    for (int rank = 0; rank <= 12; rank++)
        for (int64_t row = 0; row < n_rows; row++)
            if (is_drawn(view, row) && rank_of(hw_table_text(view->table, row, 0)) == rank &&
                nth-- == 0)
                return row;
    return -1;
}

static void draw_spread(hwi_page *page, const folds_view *view, int64_t row)
{
    char numbers[MAX_FOLDS][8], texts[MAX_FOLDS][HWI_PRETTY_BYTES + 24];
    const char *names[MAX_FOLDS];
    hwi_dot dots[MAX_FOLDS];
    int32_t n = view->n_folds < MAX_FOLDS ? view->n_folds : MAX_FOLDS;
    for (int32_t f = 0; f < n; f++) {
        char value[HWI_PRETTY_BYTES];
        double y = hw_table_number(view->table, row, view->first + f);
        snprintf(numbers[f], sizeof numbers[f], "%d", (int)f + 1);
        snprintf(texts[f], sizeof texts[f], "fold %d: %s", (int)f + 1, hwi_pretty(y, 4, value));
        names[f] = numbers[f];
        dots[f] = (hwi_dot){.x = f, .y = y, .class_name = "dot t2", .text = texts[f]};
    }
    char caption[256], mean_text[HWI_PRETTY_BYTES], sd_text[HWI_PRETTY_BYTES];
    double mean = hw_table_number(view->table, row, view->mean);
    double sd = hw_table_number(view->table, row, view->sd);
    snprintf(caption, sizeof caption,
             "A dot is the value of the rows that a fold held out; the dashed line is the mean, "
             "%s, the band one standard deviation, %s.",
             hwi_pretty(mean, 4, mean_text), hwi_pretty(sd, 3, sd_text));
    hwi_dot_chart chart = {.title = hwi_metric_title(hw_table_text(view->table, row, 0)),
                           .caption = caption,
                           .x_label = "fold",
                           .n_dots = n,
                           .dots = dots,
                           .n_categories = n,
                           .categories = names,
                           .guide_y = mean,
                           .band = sd};
    hwi_chart_dots(page->out, &chart);
}

/* ---- How the folds trained ---- */

typedef struct curves {
    hwi_series *series; /* (n) the main model's training, then one a fold */
    int n;
    char (*names)[40];
} curves;

static void clear_curves(curves *c)
{
    for (int i = 0; i < c->n; i++) {
        hwi_free((void *)c->series[i].x);
        hwi_free((void *)c->series[i].y);
    }
    hwi_free(c->series);
    hwi_free(c->names);
}

static void add_curve(const hwi_page *page, curves *c, const hw_table *table, const char *column,
                      hwi_tone tone, const char *name)
{
    if (!table || hw_table_n_rows(table) == 0)
        return;
    double *x = hwi_page_column(page, table, "epochs"), *y = hwi_page_column(page, table, column);
    if (!x || !y) {
        hwi_free(x);
        hwi_free(y);
        return;
    }
    snprintf(c->names[c->n], sizeof c->names[c->n], "%s", name);
    c->series[c->n] = (hwi_series){.name = c->names[c->n],
                                   .tone = tone,
                                   .n = hw_table_n_rows(table),
                                   .x = x,
                                   .y = y,
                                   .is_background = tone == HWI_TONE_CROSS};
    c->n++;
}

static void draw_curves(hwi_page *page, const char *metric)
{
    int32_t n_folds = hw_model_n_folds(page->model);
    n_folds = n_folds < MAX_FOLDS ? n_folds : MAX_FOLDS;
    char column[80], caption[320], name[40];
    curves c = {.series = HWI_NEW_ARRAY(hwi_series, (size_t)n_folds + 1)};
    c.names = hwi_calloc_array((size_t)n_folds + 1, sizeof *c.names);
    if (!c.series || !c.names) {
        page->out->failed = true;
        clear_curves(&c);
        return;
    }
    snprintf(column, sizeof column, "training_%s", metric);
    add_curve(page, &c, hw_model_table(page->model, "scoring_history"), column, HWI_TONE_TRAINING,
              "main model, training rows");
    int n_main = c.n;
    snprintf(column, sizeof column, "validation_%s", metric);
    for (int32_t f = 0; f < n_folds; f++) {
        snprintf(name, sizeof name, "fold %d", (int)f + 1);
        add_curve(page, &c, hw_model_fold_history(page->model, f), column, HWI_TONE_CROSS, name);
    }
    snprintf(caption, sizeof caption,
             "%s while training: thin lines are the models of the folds on the rows that they did "
             "not see%s.",
             hwi_metric_title(metric),
             n_main ? ", the thick line is the main model on its training rows" : "");
    hwi_line_chart chart = {.title = hwi_metric_title(metric),
                            .caption = caption,
                            .x_label = "epochs",
                            .series = c.series,
                            .n_series = c.n,
                            .guide_x = NAN,
                            .guide_y = NAN,
                            .is_log = true,
                            .is_nearest = true};
    if (c.n > n_main)
        hwi_chart_lines(page->out, &chart);
    clear_curves(&c);
}

/* The metrics of which the folds' histories hold values for the rows held out. */
static int list_curve_metrics(const hwi_page *page, const char *out[MAX_CURVES])
{
    static const char *const order[] = {"logloss", "deviance", "classification_error",
                                        "auc",     "rmse",     "mae"};
    const hw_table *history = hw_model_fold_history(page->model, 0);
    int n = 0;
    for (size_t i = 0; history && i < sizeof order / sizeof order[0] && n < MAX_CURVES; i++) {
        char column[80];
        snprintf(column, sizeof column, "validation_%s", order[i]);
        int32_t at = hw_table_find_column(history, column);
        bool has_any = false;
        for (int64_t row = 0; at >= 0 && row < hw_table_n_rows(history); row++)
            has_any |= hwi_is_drawable(hw_table_number(history, row, at));
        if (has_any)
            out[n++] = order[i];
    }
    return n;
}

static void write_spreads(hwi_page *page, const folds_view *view, int begin, int end)
{
    hwi_buffer_append_text(page->out, "<div class=\"figures\">\n");
    for (int i = begin; i < end; i++) {
        int64_t row = nth_row(view, i);
        if (row < 0)
            break;
        draw_spread(page, view, row);
    }
    hwi_buffer_append_text(page->out, "</div>\n");
}

void hwi_report_folds(hwi_page *page)
{
    folds_view view;
    if (!init_view(page, &view))
        return;
    hwi_page_section_begin(page, "folds", "Cross-validation",
                           "Each fold's model was measured on the rows that it did not see. Folds "
                           "that differ much say that the figures above depend on which rows are "
                           "held out.");
    write_summary(page, &view);
    write_spreads(page, &view, 0, N_OPEN);
    if (nth_row(&view, N_OPEN) >= 0) {
        hwi_page_fold_begin(page, "More metrics");
        write_spreads(page, &view, N_OPEN, 64);
        hwi_page_fold_end(page);
    }
    const char *metrics[MAX_CURVES];
    int n = list_curve_metrics(page, metrics);
    if (n > 0) {
        hwi_buffer_append_text(page->out, "<h3 class=\"sub\">How the folds trained</h3>\n<div "
                                          "class=\"figures\">\n");
        for (int i = 0; i < n; i++)
            draw_curves(page, metrics[i]);
        hwi_buffer_append_text(page->out, "</div>\n");
    }
    hwi_page_section_end(page);
}
