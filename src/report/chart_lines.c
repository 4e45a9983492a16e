/* SPDX-License-Identifier: Apache-2.0 */
#include "report/charts.h"

#include <math.h>

#include "base/number.h"

enum {
    MAX_POINTS = 600, /* of a line; more would only fatten the page */
    MAX_BACKGROUND_POINTS = 150,
    MAX_DOTS = 40,
    MAX_LEGEND = 6
};

static const double picture_width = 460, picture_height = 286;

const char *hwi_tone_name(hwi_tone tone)
{
    static const char *const names[] = {"Training", "Validation", "Cross-validation"};
    return tone <= HWI_TONE_CROSS ? names[tone] : "";
}

void hwi_figure_begin(hwi_buffer *out, const char *title, int n_entries,
                      const hwi_legend_entry *entries)
{
    hwi_buffer_append_text(out, "<figure class=\"card\">\n<div class=\"fighead\">");
    hwi_html_tag(out, "h3", NULL, title);
    if (n_entries > 0) {
        hwi_buffer_append_text(out, "<ul class=\"legend\">");
        for (int i = 0; i < n_entries; i++) {
            hwi_buffer_printf(out, "<li class=\"t%d%s\">", (int)entries[i].tone,
                              entries[i].is_dashed ? " dashed" : "");
            hwi_html_text(out, entries[i].name);
            if (entries[i].note) {
                hwi_buffer_append_char(out, ' ');
                hwi_html_tag(out, "b", NULL, entries[i].note);
            }
            hwi_buffer_append_text(out, "</li>");
        }
        hwi_buffer_append_text(out, "</ul>");
    }
    hwi_buffer_append_text(out, "</div>\n");
}

void hwi_figure_end(hwi_buffer *out, const char *caption)
{
    if (caption)
        hwi_html_tag(out, "figcaption", NULL, caption);
    hwi_buffer_append_text(out, "</figure>\n");
}

void hwi_figure_empty(hwi_buffer *out)
{
    hwi_html_tag(out, "p", "empty", "There are no values to draw.");
}

/* False when nothing can be drawn. */
static bool set_scales(const hwi_line_chart *chart, hwi_plot *plot)
{
    hwi_span x = {0}, y = {0};
    for (int s = 0; s < chart->n_series; s++) {
        const hwi_series *series = &chart->series[s];
        for (int64_t i = 0; i < series->n; i++) {
            if (!hwi_is_drawable(series->x[i]) || !hwi_is_drawable(series->y[i]))
                continue;
            hwi_span_add(&x, series->x[i]);
            hwi_span_add(&y, series->y[i]);
        }
    }
    if (x.n == 0)
        return false;
    if (chart->has_zero) {
        hwi_span_add(&y, 0);
        hwi_span_add(&y, chart->guide_y);
    }
    if (chart->is_x_share)
        hwi_scale_init(&plot->x, 0, 1, 5, false, true);
    else
        hwi_scale_init(&plot->x, x.low, x.high, 6, false, true);
    if (chart->is_y_share)
        hwi_scale_init(&plot->y, 0, 1, 5, false, true);
    else
        hwi_scale_init(&plot->y, y.low, y.high, 5, chart->is_log && y.high > 100 * y.low, false);
    plot->x.is_percent = chart->is_x_share;
    plot->y.is_percent = chart->is_y_share;
    return true;
}

static bool is_point(const hwi_series *series, int64_t i)
{
    return hwi_is_drawable(series->x[i]) && hwi_is_drawable(series->y[i]);
}

/* Keeps a point behind those that are kept. */
static int64_t keep_point(const hwi_series *series, int64_t i, int64_t *kept, int64_t n)
{
    if (is_point(series, i) && (n == 0 || kept[n - 1] < i))
        kept[n++] = i;
    return n;
}

/* The points that are written: all of them, or of each stretch its first, lowest and highest. */
static int64_t thin_out(const hwi_series *series, int64_t *kept)
{
    int64_t max = series->is_background ? MAX_BACKGROUND_POINTS : MAX_POINTS;
    int64_t n = 0, stride = series->n <= max ? 1 : series->n / (max / 3) + 1;
    for (int64_t begin = 0; begin < series->n; begin += stride) {
        int64_t low = begin, high = begin;
        for (int64_t i = begin; i < begin + stride && i < series->n; i++) {
            low = series->y[i] < series->y[low] ? i : low;
            high = series->y[i] > series->y[high] ? i : high;
        }
        n = keep_point(series, begin, kept, n);
        n = keep_point(series, low < high ? low : high, kept, n);
        n = keep_point(series, low < high ? high : low, kept, n);
    }
    return n > 0 ? keep_point(series, series->n - 1, kept, n) : 0;
}

static void write_value(hwi_buffer *out, double x)
{
    char text[HWI_NUMBER_TEXT_BYTES];
    hwi_format_general(x, 4, text);
    hwi_buffer_append_text(out, text);
}

/* The line with its points, and the true values beside them for the tool tip. */
static void draw_series(hwi_buffer *out, const hwi_plot *plot, const hwi_line_chart *chart,
                        const hwi_series *series)
{
    HW_AUTO(int64_t) *kept = HWI_ALLOC_ARRAY(int64_t, (size_t)series->n + 2);
    if (!kept) {
        out->failed = true;
        return;
    }
    int64_t n = thin_out(series, kept);
    if (n == 0)
        return;
    hwi_buffer_printf(out, "<polyline class=\"line t%d%s%s\"", (int)series->tone,
                      series->is_dashed ? " dashed" : "", series->is_background ? " many" : "");
    hwi_html_attribute(out, "data-name", series->name);
    hwi_buffer_append_text(out, " data-v=\"");
    for (int64_t k = 0; k < n; k++) {
        int64_t i = kept[k];
        hwi_buffer_append_text(out, k ? " " : "");
        write_value(out, series->x[i]);
        hwi_buffer_append_char(out, ',');
        write_value(out, series->y[i]);
        if (series->extra) {
            hwi_buffer_append_char(out, ',');
            write_value(out, series->extra[i]);
        }
    }
    hwi_buffer_append_text(out, "\" points=\"");
    for (int64_t k = 0; k < n; k++) {
        hwi_buffer_append_text(out, k ? " " : "");
        hwi_svg_number(out, hwi_scale_at(&plot->x, series->x[kept[k]]));
        hwi_buffer_append_char(out, ',');
        hwi_svg_number(out, hwi_scale_at(&plot->y, series->y[kept[k]]));
    }
    hwi_buffer_append_text(out, "\"/>\n");
    bool is_bare = series->is_background || !chart->has_dots || n > MAX_DOTS;
    if (n > 1 && is_bare)
        return;
    for (int64_t k = 0; k < n; k++) {
        hwi_buffer_printf(out, "<circle class=\"dot t%d\" r=\"2.5\"", (int)series->tone);
        hwi_svg_attribute(out, "cx", hwi_scale_at(&plot->x, series->x[kept[k]]));
        hwi_svg_attribute(out, "cy", hwi_scale_at(&plot->y, series->y[kept[k]]));
        hwi_buffer_append_text(out, "/>");
    }
    hwi_buffer_append_char(out, '\n');
}

static void draw_guides(hwi_buffer *out, const hwi_plot *plot, const hwi_line_chart *chart)
{
    const hwi_scale *x = &plot->x, *y = &plot->y;
    if (chart->has_diagonal)
        hwi_svg_line(out, "guide", x->from, y->from, x->to, y->to);
    if (hwi_is_drawable(chart->guide_y))
        hwi_svg_line(out, "guide", x->from, hwi_scale_at(y, chart->guide_y), x->to,
                     hwi_scale_at(y, chart->guide_y));
    if (hwi_is_drawable(chart->guide_x))
        hwi_svg_line(out, "guide", hwi_scale_at(x, chart->guide_x), y->from,
                     hwi_scale_at(x, chart->guide_x), y->to);
}

static void draw_marks(hwi_buffer *out, const hwi_plot *plot, const hwi_line_chart *chart)
{
    for (int i = 0; i < chart->n_marks; i++) {
        const hwi_mark *mark = &chart->marks[i];
        if (!hwi_is_drawable(mark->x) || !hwi_is_drawable(mark->y))
            continue;
        hwi_buffer_printf(out, "<circle class=\"mark t%d\" r=\"5.5\"", (int)mark->tone);
        hwi_svg_attribute(out, "cx", hwi_scale_at(&plot->x, mark->x));
        hwi_svg_attribute(out, "cy", hwi_scale_at(&plot->y, mark->y));
        hwi_buffer_append_char(out, '>');
        hwi_html_tag(out, "title", NULL, mark->text);
        hwi_buffer_append_text(out, "</circle>\n");
    }
}

void hwi_chart_lines(hwi_buffer *out, const hwi_line_chart *chart)
{
    hwi_legend_entry entries[MAX_LEGEND];
    int n_entries = 0;
    for (int s = 0; s < chart->n_series && n_entries < MAX_LEGEND; s++) {
        const hwi_series *series = &chart->series[s];
        if (!series->is_background)
            entries[n_entries++] =
                (hwi_legend_entry){series->name, series->note, series->tone, series->is_dashed};
    }
    hwi_figure_begin(out, chart->title, n_entries, entries);
    hwi_plot plot = {.x_label = chart->x_label,
                     .y_label = chart->y_label,
                     .width = picture_width,
                     .height = picture_height};
    if (!set_scales(chart, &plot)) {
        hwi_figure_empty(out);
        hwi_figure_end(out, NULL);
        return;
    }
    hwi_buffer_printf(out, "<div class=\"plot\" data-mode=\"%s\"", chart->is_nearest ? "xy" : "x");
    hwi_html_attribute(out, "data-x", chart->x_label);
    hwi_html_attribute(out, "data-y", chart->y_label ? chart->y_label : chart->title);
    hwi_html_attribute(out, "data-extra", chart->extra_label);
    hwi_buffer_append_text(out, ">");
    hwi_plot_begin(out, &plot, chart->title);
    draw_guides(out, &plot, chart);
    for (int front = 0; front < 2; front++)
        for (int s = 0; s < chart->n_series; s++)
            if (chart->series[s].is_background == (front == 0))
                draw_series(out, &plot, chart, &chart->series[s]);
    draw_marks(out, &plot, chart);
    hwi_plot_end(out);
    hwi_buffer_append_text(out, "</div>\n");
    hwi_figure_end(out, chart->caption);
}
