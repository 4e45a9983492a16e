/* SPDX-License-Identifier: Apache-2.0 */
#include "report/svg_axes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

/* The width of a digit of the tick texts, in picture units. */
static const double char_width = 6.3;

bool hwi_is_drawable(double x)
{
    return isfinite(x) && fabs(x) < 1e150;
}

void hwi_span_add(hwi_span *span, double x)
{
    if (!hwi_is_drawable(x))
        return;
    span->low = span->n ? fmin(span->low, x) : x;
    span->high = span->n ? fmax(span->high, x) : x;
    span->n++;
}

/* The nearest of 1, 2, 2.5, 5 and 10 times a power of ten, not below x. */
static double nice_step(double x)
{
    double power = pow(10, floor(log10(x)));
    double lead = x / power;
    double nice = lead <= 1.0000001 ? 1 : lead <= 2 ? 2 : lead <= 2.5 ? 2.5 : lead <= 5 ? 5 : 10;
    return nice * power;
}

static void linear_ticks(hwi_scale *scale, int n_wanted, bool is_tight)
{
    scale->step = nice_step((scale->high - scale->low) / n_wanted);
    double first = ceil(scale->low / scale->step - 1e-9);
    double last = floor(scale->high / scale->step + 1e-9);
    if (!is_tight) {
        first = floor(scale->low / scale->step + 1e-9);
        last = ceil(scale->high / scale->step - 1e-9);
        scale->low = first * scale->step;
        scale->high = last * scale->step;
    }
    for (double i = first; i <= last && scale->n_ticks < HWI_MAX_TICKS; i++)
        scale->ticks[scale->n_ticks++] = i * scale->step + 0.0; /* no -0 */
}

/* 1, 2 and 5 in each power of ten when there are few of them, else whole powers. */
static void log_ticks(hwi_scale *scale, int n_wanted)
{
    int first = (int)floor(log10(scale->low)), last = (int)ceil(log10(scale->high));
    int stride = 1 + (last - first) / (n_wanted + 1);
    bool is_fine = last - first <= 2;
    for (int e = first; e <= last && scale->n_ticks < HWI_MAX_TICKS; e += stride) {
        static const double leads[] = {1, 2, 5};
        for (int i = 0; i < (is_fine ? 3 : 1) && scale->n_ticks < HWI_MAX_TICKS; i++) {
            double tick = leads[i] * pow(10, e);
            if (tick >= scale->low * 0.9999 && tick <= scale->high * 1.0001)
                scale->ticks[scale->n_ticks++] = tick;
        }
    }
}

void hwi_scale_init(hwi_scale *scale, double low, double high, int n_ticks_wanted, bool is_log,
                    bool is_tight)
{
    *scale = (hwi_scale){.low = low, .high = high, .is_log = is_log && low > 0};
    double size = fmax(fabs(low), fabs(high));
    if (scale->is_log && high / low < 10)
        scale->is_log = false;
    if (scale->is_log) {
        scale->low = low / 1.1;
        scale->high = high * 1.1;
        log_ticks(scale, n_ticks_wanted);
        return;
    }
    /* One value, or values that differ in their last bits only. */
    if (!(high - low > 1e-9 * size) || high - low < 1e-150) {
        double margin = size > 1e-150 ? 0.5 * size : 0.5;
        scale->low = low - margin;
        scale->high = high + margin;
        is_tight = false;
    }
    linear_ticks(scale, n_ticks_wanted, is_tight);
}

double hwi_scale_at(const hwi_scale *scale, double value)
{
    double share = scale->is_log ? log(value / scale->low) / log(scale->high / scale->low)
                                 : (value - scale->low) / (scale->high - scale->low);
    return scale->from + fmin(fmax(share, -0.5), 1.5) * (scale->to - scale->from);
}

const char *hwi_scale_tick_text(const hwi_scale *scale, double tick, char out[HWI_PRETTY_BYTES])
{
    if (scale->is_percent) {
        snprintf(out, HWI_PRETTY_BYTES, "%.0f %%", 100 * tick);
        return out;
    }
    double unit = scale->is_log ? fabs(tick) : scale->step;
    double size = scale->is_log ? fabs(tick) : fmax(fabs(scale->low), fabs(scale->high));
    if (fabs(tick) < unit * 1e-6)
        return hwi_pretty(0, 1, out);
    if (size >= 1e12 || size < 1e-3)
        return hwi_pretty_short(tick, 3, out);
    double divisor = size >= 1e9 ? 1e9 : size >= 1e6 ? 1e6 : size >= 1e5 ? 1e3 : 1;
    const char *suffix = divisor == 1e9 ? "G" : divisor == 1e6 ? "M" : divisor == 1e3 ? "k" : "";
    /* As many decimals as the step has: 0.25 needs two. */
    double rest = unit / divisor;
    int n_decimals = 0;
    while (n_decimals < 9 && fabs(rest - round(rest)) > 1e-6 * rest) {
        rest *= 10;
        n_decimals++;
    }
    char text[HWI_FIXED_TEXT_BYTES], number[HWI_PRETTY_BYTES];
    hwi_format_fixed(fabs(tick) / divisor, n_decimals, text);
    size_t n_whole = strspn(text, "0123456789");
    if (n_whole > 3)
        snprintf(number, sizeof number, "%.*s,%.12s", (int)(n_whole - 3), text, text + n_whole - 3);
    else
        snprintf(number, sizeof number, "%.24s", text);
    snprintf(out, HWI_PRETTY_BYTES, "%s%.40s%s", tick < 0 ? "\xe2\x88\x92" : "", number, suffix);
    return out;
}

void hwi_svg_number(hwi_buffer *out, double x)
{
    char text[HWI_FIXED_TEXT_BYTES];
    size_t n = hwi_format_fixed(hwi_is_drawable(x) ? fmin(fmax(x, -1e5), 1e5) : 0, 1, text);
    if (n > 2 && text[n - 1] == '0')
        text[n - 2] = '\0';
    hwi_buffer_append_text(out, strcmp(text, "-0") == 0 ? "0" : text);
}

void hwi_svg_attribute(hwi_buffer *out, const char *name, double x)
{
    hwi_buffer_printf(out, " %s=\"", name);
    hwi_svg_number(out, x);
    hwi_buffer_append_char(out, '"');
}

void hwi_svg_line(hwi_buffer *out, const char *class_name, double x1, double y1, double x2,
                  double y2)
{
    hwi_buffer_printf(out, "<line class=\"%s\"", class_name);
    hwi_svg_attribute(out, "x1", x1);
    hwi_svg_attribute(out, "y1", y1);
    hwi_svg_attribute(out, "x2", x2);
    hwi_svg_attribute(out, "y2", y2);
    hwi_buffer_append_text(out, "/>");
}

void hwi_svg_text(hwi_buffer *out, const char *class_name, double x, double y, const char *anchor,
                  const char *text)
{
    hwi_buffer_printf(out, "<text class=\"%s\"", class_name);
    hwi_svg_attribute(out, "x", x);
    hwi_svg_attribute(out, "y", y);
    if (strcmp(anchor, "start") != 0)
        hwi_buffer_printf(out, " text-anchor=\"%s\"", anchor);
    hwi_buffer_append_char(out, '>');
    hwi_html_text(out, text);
    hwi_buffer_append_text(out, "</text>");
}

static void fit_margins(hwi_plot *plot)
{
    int n_widest = 1;
    char text[HWI_PRETTY_BYTES];
    for (int i = 0; i < plot->y.n_ticks; i++) {
        int n = hwi_html_length(hwi_scale_tick_text(&plot->y, plot->y.ticks[i], text));
        n_widest = n > n_widest ? n : n_widest;
    }
    plot->x.from = 12 + n_widest * char_width;
    plot->x.to = plot->width - 16;
    plot->y.from = plot->height - (plot->x_label ? 38 : 22);
    plot->y.to = plot->y_label ? 24 : 10;
}

void hwi_plot_begin(hwi_buffer *out, hwi_plot *plot, const char *about)
{
    char text[HWI_PRETTY_BYTES];
    fit_margins(plot);
    const hwi_scale *x = &plot->x, *y = &plot->y;
    hwi_buffer_append_text(out, "<svg class=\"chart\" viewBox=\"0 0 ");
    hwi_svg_number(out, plot->width);
    hwi_buffer_append_char(out, ' ');
    hwi_svg_number(out, plot->height);
    hwi_buffer_append_text(out, "\" role=\"img\"");
    hwi_html_attribute(out, "aria-label", about);
    hwi_buffer_append_text(out, ">\n");
    for (int i = 0; i < y->n_ticks; i++) {
        double at = hwi_scale_at(y, y->ticks[i]);
        hwi_svg_line(out, "grid", x->from, at, x->to, at);
        hwi_svg_text(out, "tick", x->from - 6, at + 3.8, "end",
                     hwi_scale_tick_text(y, y->ticks[i], text));
    }
    for (int i = 0; i < x->n_ticks; i++) {
        double at = hwi_scale_at(x, x->ticks[i]);
        hwi_svg_line(out, "grid", at, y->from, at, y->to);
        hwi_svg_text(out, "tick", at, y->from + 15, "middle",
                     hwi_scale_tick_text(x, x->ticks[i], text));
    }
    hwi_svg_line(out, "axis", x->from, y->from, x->to, y->from);
    if (plot->x_label)
        hwi_svg_text(out, "label", 0.5 * (x->from + x->to), plot->height - 5, "middle",
                     plot->x_label);
    if (plot->y_label)
        hwi_svg_text(out, "label", 4, 12, "start", plot->y_label);
    hwi_buffer_append_char(out, '\n');
}

void hwi_plot_end(hwi_buffer *out)
{
    hwi_buffer_append_text(out, "</svg>\n");
}
