/* SPDX-License-Identifier: Apache-2.0 */
#include "report/charts.h"

#include <math.h>
#include <string.h>

enum { MAX_LABEL_CHARS = 16, MAX_NAMED_LEVELS = 20 };

static const double picture_width = 960, picture_height = 360, left = 104, right = 72, top = 34,
                    bottom = 18;

/* False when the axis has no value. */
static bool set_scale(const hwi_parallel_chart *chart, int axis_at, hwi_scale *scale)
{
    const hwi_parallel_axis *axis = &chart->axes[axis_at];
    hwi_span span = {0};
    for (int64_t i = 0; i < chart->n_lines; i++)
        hwi_span_add(&span, chart->values[i * chart->n_axes + axis_at]);
    if (span.n == 0)
        return false;
    if (axis->levels)
        hwi_scale_init(scale, -0.4, axis->n_levels - 0.6, 1, false, true);
    else
        hwi_scale_init(scale, span.low, span.high, 5, axis->is_log, false);
    scale->from = picture_height - bottom;
    scale->to = top;
    if (axis->is_reversed) {
        scale->from = top;
        scale->to = picture_height - bottom;
    }
    return true;
}

static double axis_x(const hwi_parallel_chart *chart, int axis)
{
    return chart->n_axes < 2 ? picture_width / 2
                             : left + axis * (picture_width - left - right) / (chart->n_axes - 1);
}

/* The last axis is labelled at its right, where no line passes. */
static void write_label(hwi_buffer *out, double x, double y, bool is_last, const char *text)
{
    hwi_buffer_printf(out, "<text class=\"tick halo\"%s", is_last ? "" : " text-anchor=\"end\"");
    hwi_svg_attribute(out, "x", is_last ? x + 6 : x - 6);
    hwi_svg_attribute(out, "y", y + 3.8);
    hwi_buffer_append_char(out, '>');
    hwi_html_clipped(out, text, MAX_LABEL_CHARS);
    if (hwi_html_length(text) > MAX_LABEL_CHARS) {
        hwi_buffer_append_text(out, "<title>");
        hwi_html_clipped(out, text, 200);
        hwi_buffer_append_text(out, "</title>");
    }
    hwi_buffer_append_text(out, "</text>");
}

static void draw_axis(hwi_buffer *out, const hwi_parallel_chart *chart, int at,
                      const hwi_scale *scale)
{
    const hwi_parallel_axis *axis = &chart->axes[at];
    double x = axis_x(chart, at);
    bool is_last = at == chart->n_axes - 1;
    hwi_svg_line(out, "axis", x, top, x, picture_height - bottom);
    hwi_buffer_append_text(out, "<text class=\"label strong\" text-anchor=\"middle\"");
    hwi_svg_attribute(out, "x", x);
    hwi_svg_attribute(out, "y", at % 2 && chart->n_axes > 6 ? 28 : 14);
    hwi_buffer_append_char(out, '>');
    hwi_html_clipped(out, axis->name, 28);
    hwi_buffer_append_text(out, "</text>");
    if (axis->levels) {
        int stride = 1 + (axis->n_levels - 1) / MAX_NAMED_LEVELS;
        for (int32_t level = 0; level < axis->n_levels; level += stride)
            write_label(out, x, hwi_scale_at(scale, level), is_last, axis->levels[level]);
    } else {
        char text[HWI_PRETTY_BYTES];
        for (int i = 0; i < scale->n_ticks; i++)
            write_label(out, x, hwi_scale_at(scale, scale->ticks[i]), is_last,
                        hwi_scale_tick_text(scale, scale->ticks[i], text));
    }
    hwi_buffer_append_char(out, '\n');
}

static void draw_line(hwi_buffer *out, const hwi_parallel_chart *chart, int64_t line,
                      const hwi_scale *scales)
{
    const hwi_parallel_line *style = &chart->lines[line];
    hwi_buffer_printf(out, "<polyline class=\"track %s\" points=\"", style->class_name);
    bool is_first = true;
    for (int axis = 0; axis < chart->n_axes; axis++) {
        double value = chart->values[line * chart->n_axes + axis];
        if (!hwi_is_drawable(value))
            continue;
        hwi_buffer_append_text(out, is_first ? "" : " ");
        hwi_svg_number(out, axis_x(chart, axis));
        hwi_buffer_append_char(out, ',');
        hwi_svg_number(out, hwi_scale_at(&scales[axis], value));
        is_first = false;
    }
    hwi_buffer_append_text(out, "\">");
    if (style->text)
        hwi_html_tag(out, "title", NULL, style->text);
    hwi_buffer_append_text(out, "</polyline>\n");
}

void hwi_chart_parallel(hwi_buffer *out, const hwi_parallel_chart *chart)
{
    hwi_scale scales[HWI_MAX_PARALLEL_AXES];
    bool has_all = chart->n_lines > 0;
    HW_ASSERT(chart->n_axes <= HWI_MAX_PARALLEL_AXES);
    hwi_figure_begin(out, chart->title, chart->n_entries, chart->entries);
    for (int axis = 0; axis < chart->n_axes && has_all; axis++)
        has_all = set_scale(chart, axis, &scales[axis]);
    if (!has_all || chart->n_axes < 2) {
        hwi_figure_empty(out);
        hwi_figure_end(out, NULL);
        return;
    }
    hwi_buffer_append_text(out, "<div class=\"scroll\"><svg class=\"chart parallel\" "
                                "viewBox=\"0 0 960 360\" role=\"img\"");
    hwi_html_attribute(out, "aria-label", chart->title);
    hwi_buffer_append_text(out, ">\n");
    for (int64_t i = 0; i < chart->n_lines; i++)
        draw_line(out, chart, i, scales);
    for (int axis = 0; axis < chart->n_axes; axis++)
        draw_axis(out, chart, axis, &scales[axis]);
    hwi_buffer_append_text(out, "</svg></div>\n");
    hwi_figure_end(out, chart->caption);
}
