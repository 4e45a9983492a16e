/* SPDX-License-Identifier: Apache-2.0
 *
 * Scales, ticks and axes of the pictures. A plot is a rectangle of picture units with a scale in
 * each direction; colours and fonts come from the page's style sheet by class. Stateless. */
#pragma once

#include "report/html.h"

enum { HWI_MAX_TICKS = 16 };

typedef struct hwi_scale {
    double low, high; /* of the data, after rounding to nice numbers */
    double from, to;  /* in picture units */
    bool is_log;      /* low > 0 */
    bool is_percent;  /* ticks are written as percentages */
    double step;      /* between ticks; linear scales only */
    int n_ticks;
    double ticks[HWI_MAX_TICKS];
} hwi_scale;

typedef struct hwi_plot {
    hwi_scale x, y;
    const char *x_label, *y_label; /* or NULL; trusted texts */
    double width, height;          /* of the picture */
} hwi_plot;

/* The span of data; non-finite values (and those past 1e150, whose differences would overflow) are
 * passed over. */
typedef struct hwi_span {
    double low, high;
    int64_t n;
} hwi_span;

void hwi_span_add(hwi_span *span, double x);
bool hwi_is_drawable(double x);

/* A scale over [low, high], widened to nice numbers unless is_tight. Logarithmic when asked for and
 * low > 0. */
void hwi_scale_init(hwi_scale *scale, double low, double high, int n_ticks_wanted, bool is_log,
                    bool is_tight);
double hwi_scale_at(const hwi_scale *scale, double value);
const char *hwi_scale_tick_text(const hwi_scale *scale, double tick, char out[HWI_PRETTY_BYTES]);

/* Opens the picture and draws grid, ticks and labels; the margins are made to fit the tick texts.
 * The caller draws its marks and calls hwi_plot_end. about is read out by screen readers. */
void hwi_plot_begin(hwi_buffer *out, hwi_plot *plot, const char *about);
void hwi_plot_end(hwi_buffer *out);

/* A coordinate: one decimal at most. */
void hwi_svg_number(hwi_buffer *out, double x);
/* ` name="x"`. */
void hwi_svg_attribute(hwi_buffer *out, const char *name, double x);
void hwi_svg_line(hwi_buffer *out, const char *class_name, double x1, double y1, double x2,
                  double y2);
/* anchor: "start", "middle" or "end". text is escaped. */
void hwi_svg_text(hwi_buffer *out, const char *class_name, double x, double y, const char *anchor,
                  const char *text);
