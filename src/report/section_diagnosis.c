/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a model errs: reconstruction errors and worst rows of autoencoders, calibration of counts.
 * Each for the training and the validation frame. */
#include <math.h>
#include <stdio.h>

#include "report/page.h"

enum { N_FRAMES = 2, MAX_ROWS = 100 };

/* The table of a frame, by hwi_tone; NULL when the model has none or it is empty. */
static const hw_table *table_of(const hwi_page *page, int tone, const char *what)
{
    char name[64];
    snprintf(name, sizeof name, "%s_%s", tone == HWI_TONE_TRAINING ? "training" : "validation",
             what);
    const hw_table *table = hw_model_table(page->model, name);
    return table && hw_table_n_rows(table) > 0 ? table : NULL;
}

static bool has_table(const hwi_page *page, const char *what)
{
    return table_of(page, HWI_TONE_TRAINING, what) || table_of(page, HWI_TONE_VALIDATION, what);
}

static void write_table(const hwi_page *page, int tone, const char *what, const char *title)
{
    const hw_table *table = table_of(page, tone, what);
    if (!table)
        return;
    hwi_buffer_printf(page->out, "<div class=\"card\"><h3>%s, %s data</h3>\n", title,
                      tone == HWI_TONE_TRAINING ? "training" : "validation");
    hwi_page_table(page, table, MAX_ROWS, NULL);
    const char *description = hw_table_description(table);
    if (description && *description) {
        hwi_buffer_append_text(page->out, "<p class=\"note\">Of ");
        hwi_html_text(page->out, description);
        hwi_buffer_append_text(page->out, ".</p>\n");
    }
    hwi_buffer_append_text(page->out, "</div>\n");
}

static void draw_errors(const hwi_page *page, int tone)
{
    const hw_table *table = table_of(page, tone, "reconstruction_errors");
    HW_AUTO(double) *from = hwi_page_column(page, table, "from");
    HW_AUTO(double) *to = hwi_page_column(page, table, "to");
    HW_AUTO(double) *rows = hwi_page_column(page, table, "rows");
    if (!from || !to || !rows)
        return;
    hwi_bin_chart chart = {
        .title = tone == HWI_TONE_TRAINING ? "Errors of the training rows"
                                           : "Errors of the validation rows",
        .caption = "How many rows are reconstructed how badly. What stands far right is unlike "
                   "the rest.",
        .x_label = "mean squared reconstruction error of a row",
        .tone = (hwi_tone)tone,
        .n = hw_table_n_rows(table),
        .from = from,
        .to = to,
        .counts = rows};
    hwi_chart_bins(page->out, &chart);
}

void hwi_report_reconstruction(hwi_page *page)
{
    if (!has_table(page, "reconstruction_errors") && !has_table(page, "worst_rows"))
        return;
    hwi_page_section_begin(page, "reconstruction", "Reconstruction errors",
                           "How far rows and what the network makes of them are apart, on the "
                           "scale of the inputs: a measure of how odd a row is.");
    hwi_buffer_append_text(page->out, "<div class=\"figures\">\n");
    for (int tone = 0; tone < N_FRAMES; tone++)
        draw_errors(page, tone);
    for (int tone = 0; tone < N_FRAMES; tone++)
        write_table(page, tone, "worst_rows", "Worst rows");
    hwi_buffer_append_text(page->out, "</div>\n");
    hwi_page_section_end(page);
}

/* What was predicted (dashed) and what was observed. */
static void draw_calibration(const hwi_page *page, int tone)
{
    const hw_table *table = table_of(page, tone, "calibration");
    HW_AUTO(double) *x = hwi_page_column(page, table, "decile");
    HW_AUTO(double) *predicted = hwi_page_column(page, table, "mean_predicted");
    HW_AUTO(double) *observed = hwi_page_column(page, table, "mean_observed");
    if (!x || !predicted || !observed)
        return;
    int64_t n = hw_table_n_rows(table);
    const hwi_series series[] = {
        {.name = "predicted",
         .tone = (hwi_tone)tone,
         .is_dashed = true,
         .n = n,
         .x = x,
         .y = predicted},
        {.name = "observed", .tone = (hwi_tone)tone, .n = n, .x = x, .y = observed}};
    hwi_line_chart chart = {
        .title =
            tone == HWI_TONE_TRAINING ? "Training data by decile" : "Validation data by decile",
        .caption = "Rows by rising prediction in ten groups of equal weight. Where the lines part "
                   "the model is off: rows whose observed mean is above were predicted too low.",
        .x_label = "decile of the prediction",
        .y_label = "mean of the group",
        .series = series,
        .n_series = 2,
        .guide_x = NAN,
        .guide_y = NAN,
        .has_zero = true,
        .has_dots = true};
    hwi_chart_lines(page->out, &chart);
}

void hwi_report_calibration(hwi_page *page)
{
    if (!has_table(page, "calibration"))
        return;
    hwi_page_section_begin(page, "calibration", "Calibration",
                           "Whether rows that are predicted to be high are high, on average and by "
                           "as much. Weights count, offsets are part of the prediction.");
    hwi_buffer_append_text(page->out, "<div class=\"figures\">\n");
    for (int tone = 0; tone < N_FRAMES; tone++)
        draw_calibration(page, tone);
    for (int tone = 0; tone < N_FRAMES; tone++)
        write_table(page, tone, "calibration", "Calibration");
    hwi_buffer_append_text(page->out, "</div>\n");
    hwi_page_section_end(page);
}
