/* SPDX-License-Identifier: Apache-2.0 */
#include "report/charts.h"

#include <math.h>

enum { MAX_DOTS = 1000 };

void hwi_chart_scatter(hwi_buffer *out, const char *title, const char *caption, int64_t n,
                       const double *x, const double *y, const char *x_label, const char *y_label)
{
    hwi_span span = {0};
    int64_t n_drawable = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!hwi_is_drawable(x[i]) || !hwi_is_drawable(y[i]))
            continue;
        hwi_span_add(&span, x[i]);
        hwi_span_add(&span, y[i]);
        n_drawable++;
    }
    hwi_figure_begin(out, title, 0, NULL);
    if (n_drawable == 0) {
        hwi_figure_empty(out);
        hwi_figure_end(out, NULL);
        return;
    }
    hwi_plot plot = {.x_label = x_label, .y_label = y_label, .width = 460, .height = 360};
    /* One scale for both, so that the line on which they agree is the diagonal. */
    hwi_scale_init(&plot.x, span.low, span.high, 6, false, false);
    plot.y = plot.x;
    hwi_plot_begin(out, &plot, title);
    hwi_svg_line(out, "guide", plot.x.from, plot.y.from, plot.x.to, plot.y.to);
    int64_t stride = (n + MAX_DOTS - 1) / MAX_DOTS;
    for (int64_t i = 0; i < n; i += stride) {
        if (!hwi_is_drawable(x[i]) || !hwi_is_drawable(y[i]))
            continue;
        hwi_buffer_append_text(out, "<circle class=\"speck\" r=\"2.6\"");
        hwi_svg_attribute(out, "cx", hwi_scale_at(&plot.x, x[i]));
        hwi_svg_attribute(out, "cy", hwi_scale_at(&plot.y, y[i]));
        hwi_buffer_append_text(out, "/>\n");
    }
    hwi_plot_end(out);
    hwi_figure_end(out, caption);
}
