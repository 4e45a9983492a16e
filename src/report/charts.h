/* SPDX-License-Identifier: Apache-2.0
 *
 * The pictures of the report, each a <figure> with title, legend, picture and a caption of one
 * sentence. Titles, labels and captions are trusted texts; names are escaped. Values that are NaN
 * or infinite are left out, and a picture without any value says so. Stateless. */
#pragma once

#include "report/svg_axes.h"

/* The colours stand for the data that a value was computed on, all over the page. */
typedef enum hwi_tone {
    HWI_TONE_TRAINING,
    HWI_TONE_VALIDATION,
    HWI_TONE_CROSS,
    /* For lines that are all of one frame. */
    HWI_TONE_FIRST,
    HWI_TONE_SECOND,
    HWI_TONE_THIRD
} hwi_tone;

/* "Training", "Validation" or "Cross-validation". */
const char *hwi_tone_name(hwi_tone tone);

typedef struct hwi_series {
    const char *name;
    const char *note; /* shown behind the name in the legend, or NULL */
    hwi_tone tone;
    bool is_dashed;
    int64_t n;
    const double *x, *y;
    const double *extra; /* a third value for the tool tip, or NULL */
} hwi_series;

typedef struct hwi_mark {
    double x, y;
    hwi_tone tone;
    const char *text; /* tool tip */
} hwi_mark;

typedef struct hwi_line_chart {
    const char *title, *caption;
    const char *x_label, *y_label, *extra_label;
    const hwi_series *series;
    int n_series;
    const hwi_mark *marks;
    int n_marks;
    double guide_x;    /* a vertical line in the background, unless NaN */
    double guide_y;    /* a horizontal one */
    bool has_diagonal; /* from corner to corner */
    bool is_x_share;   /* x runs from 0 to 100 % */
    bool is_y_share;   /* y runs from 0 to 100 % */
    bool has_zero;     /* y starts at 0 */
    bool is_log;       /* y may be logarithmic when it spans two decades */
    bool is_nearest;   /* the tool tip takes the nearest point, not the nearest x */
    bool has_dots;     /* a dot on every point when there are few */
} hwi_line_chart;

void hwi_chart_lines(hwi_buffer *out, const hwi_line_chart *chart);

/* Predictions against truth: (n) each, with the line on which they agree. */
void hwi_chart_scatter(hwi_buffer *out, const char *title, const char *caption, int64_t n,
                       const double *x, const double *y, const char *x_label, const char *y_label);

/* How often values fall where, in classes of equal width. */
void hwi_chart_histogram(hwi_buffer *out, const char *title, const char *caption, int64_t n,
                         const double *values, const char *x_label);

/* One bar in a table cell; share is cut to 0 ... 1. */
void hwi_chart_bar_cell(hwi_buffer *out, hwi_tone tone, double share);

/* Counts of actual (rows) and predicted (columns) classes. Colours are shares of the row. */
typedef struct hwi_heatmap {
    const char *title, *caption;
    int32_t n_classes;
    const char *const *names; /* (n_classes) */
    const double *counts;     /* (n_classes, n_classes), row-major */
} hwi_heatmap;

void hwi_chart_heatmap(hwi_buffer *out, const hwi_heatmap *map);

/* The layers from left to right, each with some of its units. */
typedef struct hwi_layer_note {
    double n_units;
    char label[48]; /* the kind of layer */
} hwi_layer_note;

void hwi_chart_network(hwi_buffer *out, int32_t n_layers, const hwi_layer_note *layers);

/* Parts shared by the pictures. */
typedef struct hwi_legend_entry {
    const char *name, *note;
    hwi_tone tone;
    bool is_dashed;
} hwi_legend_entry;

void hwi_figure_begin(hwi_buffer *out, const char *title, int n_entries,
                      const hwi_legend_entry *entries);
void hwi_figure_end(hwi_buffer *out, const char *caption);
void hwi_figure_empty(hwi_buffer *out);
