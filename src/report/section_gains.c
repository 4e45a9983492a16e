/* SPDX-License-Identifier: Apache-2.0
 *
 * Two classes: what the rows of highest score hold. */
#include <math.h>

#include "report/page.h"

static const char table_name[] = "gains_lift_table";

static void draw_gains(hwi_page *page, const char *column, const hwi_line_chart *style)
{
    hwi_series series[HWI_N_TONES];
    double *points[HWI_N_TONES] = {0};
    int n = 0;
    bool is_share = style->is_y_share;
    for (int tone = 0; tone < HWI_N_TONES; tone++) {
        const hw_table *table = hwi_page_metrics_table(page, tone, table_name);
        HW_AUTO(double) *x = hwi_page_column(page, table, "cumulative_data_fraction");
        HW_AUTO(double) *y = hwi_page_column(page, table, column);
        if (!x || !y)
            continue;
        int64_t n_rows = hw_table_n_rows(table), n_points = n_rows + (is_share ? 1 : 0);
        double *xy = HWI_NEW_ARRAY(double, 2 * (size_t)n_points);
        if (!xy) {
            page->out->failed = true;
            break;
        }
        /* The curve of gains starts where nothing was taken yet. */
        for (int64_t i = 0; i < n_rows; i++) {
            xy[n_points - n_rows + i] = x[i];
            xy[2 * n_points - n_rows + i] = y[i];
        }
        points[n] = xy;
        series[n] = (hwi_series){
            .name = hwi_tone_name(tone), .tone = tone, .n = n_points, .x = xy, .y = xy + n_points};
        n++;
    }
    hwi_line_chart chart = *style;
    chart.series = series;
    chart.n_series = n;
    hwi_chart_lines(page->out, &chart);
    for (int i = 0; i < n; i++)
        hwi_free(points[i]);
}

void hwi_report_gains(hwi_page *page)
{
    if (!page->main_metrics || !hwi_page_has_metrics_table(page, table_name))
        return;
    hwi_page_section_begin(page, "gains", "Gains and lift",
                           "Rows sorted by the model's score, best first: how much of the second "
                           "class the first of them hold.");
    hwi_buffer_append_text(page->out, "<div class=\"figures\">\n");
    hwi_line_chart gains = {
        .title = "Cumulative gains",
        .caption = "The share of all positives found among the rows of highest score; the dashed "
                   "diagonal is a random order.",
        .x_label = "share of rows taken",
        .y_label = "share of positives found",
        .guide_x = NAN,
        .guide_y = NAN,
        .has_diagonal = true,
        .is_x_share = true,
        .is_y_share = true};
    draw_gains(page, "cumulative_capture_rate", &gains);
    hwi_line_chart lift = {
        .title = "Cumulative lift",
        .caption = "How many times more positives than in a random order; the dashed line is 1, "
                   "no better than random.",
        .x_label = "share of rows taken",
        .y_label = "lift",
        .guide_x = NAN,
        .guide_y = 1,
        .is_x_share = true,
        .has_zero = true,
        .has_dots = true};
    draw_gains(page, "cumulative_lift", &lift);
    hwi_buffer_append_text(page->out, "</div>\n");
    const hw_table *table = hwi_page_metrics_table(page, page->main_tone, table_name);
    if (table) {
        hwi_page_fold_begin(page, "Gains and lift table");
        hwi_page_table(page, table, 100, NULL);
        const char *description = hw_table_description(table);
        if (description && *description)
            hwi_html_tag(page->out, "p", "note", description);
        hwi_page_fold_end(page);
    }
    hwi_page_section_end(page);
}
