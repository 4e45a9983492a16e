/* SPDX-License-Identifier: Apache-2.0 */
#include "report/charts.h"

#include <math.h>
#include <stdio.h>

enum { MAX_BINS = 40 };

void hwi_chart_bar_cell(hwi_buffer *out, hwi_tone tone, double share)
{
    double width = isfinite(share) ? 100 * fmin(fmax(share, 0), 1) : 0;
    hwi_buffer_printf(out, "<td class=\"bar t%d\"><i style=\"width:", (int)tone);
    hwi_svg_number(out, width);
    hwi_buffer_append_text(out, "%\"></i></td>");
}

static int64_t count_bins(const hwi_scale *scale, int64_t n, const double *values, int n_bins,
                          int64_t counts[MAX_BINS])
{
    int64_t highest = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!hwi_is_drawable(values[i]))
            continue;
        int bin = (int)((values[i] - scale->low) / (scale->high - scale->low) * n_bins);
        bin = bin < 0 ? 0 : bin >= n_bins ? n_bins - 1 : bin;
        counts[bin]++;
        highest = counts[bin] > highest ? counts[bin] : highest;
    }
    return highest;
}

/* low and high are what the class holds, left and right where it stands. */
static void draw_bin(hwi_buffer *out, const hwi_plot *plot, hwi_tone tone, double left,
                     double right, double low, double high, int64_t count)
{
    char from[HWI_PRETTY_BYTES], to[HWI_PRETTY_BYTES], text[3 * HWI_PRETTY_BYTES];
    if (count <= 0)
        return;
    double top = hwi_scale_at(&plot->y, (double)count);
    hwi_buffer_printf(out, "<rect class=\"column t%d\"", (int)tone);
    hwi_svg_attribute(out, "x", left + 0.5);
    hwi_svg_attribute(out, "y", top);
    hwi_svg_attribute(out, "width", fmax(right - left - 1, 0.5));
    hwi_svg_attribute(out, "height", fmax(plot->y.from - top, 0));
    hwi_buffer_append_char(out, '>');
    snprintf(text, sizeof text, "%s to %s: %lld %s", hwi_pretty(low, 3, from),
             hwi_pretty(high, 3, to), (long long)count, count == 1 ? "row" : "rows");
    hwi_html_tag(out, "title", NULL, text);
    hwi_buffer_append_text(out, "</rect>\n");
}

static void draw_bins(hwi_buffer *out, const hwi_plot *plot, int n_bins, const int64_t *counts)
{
    double data_width = (plot->x.high - plot->x.low) / n_bins;
    double width = (plot->x.to - plot->x.from) / n_bins;
    for (int b = 0; b < n_bins; b++) {
        double left = plot->x.from + b * width, low = plot->x.low + b * data_width;
        draw_bin(out, plot, HWI_TONE_TRAINING, left, left + width, low, low + data_width,
                 counts[b]);
    }
}

void hwi_chart_histogram(hwi_buffer *out, const char *title, const char *caption, int64_t n,
                         const double *values, const char *x_label)
{
    hwi_span span = {0};
    for (int64_t i = 0; i < n; i++)
        hwi_span_add(&span, values[i]);
    hwi_figure_begin(out, title, 0, NULL);
    if (span.n == 0) {
        hwi_figure_empty(out);
        hwi_figure_end(out, NULL);
        return;
    }
    hwi_plot plot = {.x_label = x_label, .y_label = "rows", .width = 460, .height = 286};
    hwi_scale_init(&plot.x, span.low, span.high, 6, false, false);
    /* Bins divide the steps between ticks, so that ticks stand on their edges; about the square
     * root of the rows, as is usual. */
    int n_steps = plot.x.n_ticks > 1 ? plot.x.n_ticks - 1 : 1;
    int n_per_step = (int)round(sqrt((double)span.n) / n_steps);
    n_per_step = n_per_step < 1 ? 1 : n_per_step > 5 ? 5 : n_per_step;
    int n_bins = n_steps * n_per_step;
    n_bins = n_bins > MAX_BINS ? n_steps : n_bins;
    int64_t counts[MAX_BINS] = {0};
    int64_t highest = count_bins(&plot.x, n, values, n_bins, counts);
    hwi_scale_init(&plot.y, 0, (double)highest, 5, false, false);
    hwi_plot_begin(out, &plot, title);
    draw_bins(out, &plot, n_bins, counts);
    if (plot.x.low < 0 && plot.x.high > 0)
        hwi_svg_line(out, "guide", hwi_scale_at(&plot.x, 0), plot.y.from, hwi_scale_at(&plot.x, 0),
                     plot.y.to);
    hwi_plot_end(out);
    hwi_figure_end(out, caption);
}

/* The lower end of the first class is its smallest value, which may be 0: on an axis of ratios the
 * class begins where the ratio puts it. */
static double left_end(const hwi_bin_chart *chart, bool is_log)
{
    double ratio = chart->to[1] / chart->from[1];
    return is_log ? chart->from[1] / ratio : chart->from[0];
}

void hwi_chart_bins(hwi_buffer *out, const hwi_bin_chart *chart)
{
    int64_t n = chart->n < MAX_BINS ? chart->n : MAX_BINS;
    hwi_span span = {0}, counts = {0};
    for (int64_t b = 0; b < n; b++) {
        hwi_span_add(&span, chart->from[b]);
        hwi_span_add(&span, chart->to[b]);
        hwi_span_add(&counts, chart->counts[b]);
    }
    hwi_figure_begin(out, chart->title, 0, NULL);
    if (span.n < 2 * n || counts.n < n || !(counts.high > 0)) {
        hwi_figure_empty(out);
        hwi_figure_end(out, NULL);
        return;
    }
    bool is_log = n > 2 && chart->from[1] > 0 &&
                  chart->to[n - 1] - chart->from[n - 1] > 2 * (chart->to[1] - chart->from[1]);
    double left = n > 1 ? left_end(chart, is_log) : chart->from[0];
    hwi_plot plot = {.x_label = chart->x_label, .y_label = "rows", .width = 460, .height = 286};
    hwi_scale_init(&plot.x, left, chart->to[n - 1], 6, is_log, is_log);
    hwi_scale_init(&plot.y, 0, counts.high, 5, false, false);
    hwi_plot_begin(out, &plot, chart->title);
    for (int64_t b = 0; b < n; b++) {
        double count = fmin(chart->counts[b], 1e15);
        draw_bin(out, &plot, chart->tone, hwi_scale_at(&plot.x, b == 0 ? left : chart->from[b]),
                 hwi_scale_at(&plot.x, chart->to[b]), chart->from[b], chart->to[b], (int64_t)count);
    }
    hwi_plot_end(out);
    hwi_figure_end(out, chart->caption);
}
