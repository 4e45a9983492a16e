/* SPDX-License-Identifier: Apache-2.0 */
#include "report/charts.h"

#include <math.h>
#include <string.h>

enum { MIN_LABEL_CHARS = 3, MAX_LABELS = 24 };

static const double char_width = 6.3;

static bool set_scales(const hwi_dot_chart *chart, hwi_plot *plot)
{
    hwi_span x = {0}, y = {0};
    for (int64_t i = 0; i < chart->n_dots; i++) {
        if (!hwi_is_drawable(chart->dots[i].x) || !hwi_is_drawable(chart->dots[i].y))
            continue;
        hwi_span_add(&x, chart->dots[i].x);
        hwi_span_add(&y, chart->dots[i].y);
    }
    if (x.n == 0)
        return false;
    hwi_span_add(&y, chart->guide_y);
    if (chart->categories)
        hwi_scale_init(&plot->x, -0.6, chart->n_categories - 0.4, 1, false, true);
    else
        hwi_scale_init(&plot->x, x.low, x.high, 6, chart->is_x_log, false);
    hwi_scale_init(&plot->y, y.low, y.high, 5, y.high > 100 * y.low, false);
    if (chart->categories)
        plot->x.n_ticks = 0;
    return true;
}

/* Names below the axis, cut to their room; of many every second, third ... */
static void write_categories(hwi_buffer *out, const hwi_plot *plot, const hwi_dot_chart *chart)
{
    double room = fabs(hwi_scale_at(&plot->x, 1) - hwi_scale_at(&plot->x, 0));
    int stride = 1 + (chart->n_categories - 1) / MAX_LABELS;
    while (room * stride < MIN_LABEL_CHARS * char_width && stride < chart->n_categories)
        stride++;
    int max_chars = (int)(room * stride / char_width);
    for (int32_t c = 0; c < chart->n_categories; c += stride) {
        hwi_buffer_append_text(out, "<text class=\"tick\" text-anchor=\"middle\"");
        hwi_svg_attribute(out, "x", hwi_scale_at(&plot->x, c));
        hwi_svg_attribute(out, "y", plot->y.from + 15);
        hwi_buffer_append_char(out, '>');
        hwi_html_clipped(out, chart->categories[c], max_chars < 1 ? 1 : max_chars);
        if (hwi_html_length(chart->categories[c]) > max_chars) {
            hwi_buffer_append_text(out, "<title>");
            hwi_html_clipped(out, chart->categories[c], 200);
            hwi_buffer_append_text(out, "</title>");
        }
        hwi_buffer_append_text(out, "</text>");
    }
    hwi_buffer_append_char(out, '\n');
}

static void draw_band(hwi_buffer *out, const hwi_plot *plot, const hwi_dot_chart *chart)
{
    if (!hwi_is_drawable(chart->band))
        return;
    const hwi_scale *y = &plot->y;
    double low = fmax(chart->guide_y - chart->band, y->low);
    double high = fmin(chart->guide_y + chart->band, y->high);
    double from = hwi_scale_at(y, high), to = hwi_scale_at(y, low);
    if (!(to > from))
        return;
    hwi_buffer_append_text(out, "<rect class=\"band t2\"");
    hwi_svg_attribute(out, "x", plot->x.from);
    hwi_svg_attribute(out, "width", plot->x.to - plot->x.from);
    hwi_svg_attribute(out, "y", from);
    hwi_svg_attribute(out, "height", to - from);
    hwi_buffer_append_text(out, "/>");
}

static void draw_dot(hwi_buffer *out, const hwi_plot *plot, const hwi_dot *dot)
{
    if (!hwi_is_drawable(dot->x) || !hwi_is_drawable(dot->y))
        return;
    double x = hwi_scale_at(&plot->x, dot->x), y = hwi_scale_at(&plot->y, dot->y);
    const char *shape = dot->is_bar ? "rect" : "circle";
    hwi_buffer_printf(out, "<%s class=\"%s\"", shape, dot->class_name);
    if (dot->is_bar) {
        hwi_svg_attribute(out, "x", x - 7);
        hwi_svg_attribute(out, "y", y - 1.3);
        hwi_buffer_append_text(out, " width=\"14\" height=\"2.6\"");
    } else {
        hwi_svg_attribute(out, "cx", x);
        hwi_svg_attribute(out, "cy", y);
        hwi_buffer_printf(out, " r=\"%s\"", dot->is_large ? "5.5" : "3.8");
    }
    hwi_buffer_append_char(out, '>');
    if (dot->text)
        hwi_html_tag(out, "title", NULL, dot->text);
    hwi_buffer_printf(out, "</%s>\n", shape);
}

void hwi_chart_dots(hwi_buffer *out, const hwi_dot_chart *chart)
{
    hwi_figure_begin(out, chart->title, chart->n_entries, chart->entries);
    hwi_plot plot = {.x_label = chart->x_label,
                     .y_label = chart->y_label,
                     .width = chart->is_wide ? 960 : 460,
                     .height = 286};
    if (!set_scales(chart, &plot)) {
        hwi_figure_empty(out);
        hwi_figure_end(out, NULL);
        return;
    }
    hwi_plot_begin(out, &plot, chart->title);
    if (chart->categories)
        write_categories(out, &plot, chart);
    draw_band(out, &plot, chart);
    if (hwi_is_drawable(chart->guide_y))
        hwi_svg_line(out, "guide", plot.x.from, hwi_scale_at(&plot.y, chart->guide_y), plot.x.to,
                     hwi_scale_at(&plot.y, chart->guide_y));
    for (int64_t i = 0; i < chart->n_dots; i++)
        draw_dot(out, &plot, &chart->dots[i]);
    hwi_plot_end(out);
    hwi_figure_end(out, chart->caption);
}
