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
    HWI_TONE_THIRD,
    HWI_TONE_NONE /* grey */
} hwi_tone;

/* "Training", "Validation" or "Cross-validation". */
const char *hwi_tone_name(hwi_tone tone);

/* Parts shared by the pictures. */
typedef struct hwi_legend_entry {
    const char *name, *note;
    hwi_tone tone;
    bool is_dashed;
} hwi_legend_entry;

typedef struct hwi_series {
    const char *name;
    const char *note; /* shown behind the name in the legend, or NULL */
    hwi_tone tone;
    bool is_dashed;
    int64_t n;
    const double *x, *y;
    const double *extra; /* a third value for the tool tip, or NULL */
    bool is_background;  /* one of many: thin, behind the others, not in the legend */
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

/* One value: a dot, or a short bar that stands for a mean. */
typedef struct hwi_dot {
    double x, y;
    const char *class_name; /* static: "dot t2", "dot q0" ... */
    const char *text;       /* tool tip, or NULL */
    bool is_bar, is_large;
} hwi_dot;

typedef struct hwi_dot_chart {
    const char *title, *caption, *x_label, *y_label;
    int n_entries;
    const hwi_legend_entry *entries;
    int64_t n_dots;
    const hwi_dot *dots; /* the last is drawn on top */
    int32_t n_categories;
    const char *const *categories; /* x counts these from 0 on; NULL: x is a number */
    bool is_x_log;                 /* x may be logarithmic */
    double guide_y, band;          /* a line in the background and the width around it, or NaN */
    bool is_wide;
} hwi_dot_chart;

void hwi_chart_dots(hwi_buffer *out, const hwi_dot_chart *chart);

/* Lines across upright axes, an axis a quantity, a line a model. */
enum { HWI_MAX_PARALLEL_AXES = 12 };

typedef struct hwi_parallel_axis {
    const char *name;
    int32_t n_levels;
    const char *const *levels; /* values count these from 0 on; NULL: values are numbers */
    bool is_log, is_reversed;
} hwi_parallel_axis;

typedef struct hwi_parallel_line {
    const char *class_name; /* static */
    const char *text;       /* tool tip */
} hwi_parallel_line;

typedef struct hwi_parallel_chart {
    const char *title, *caption;
    int n_entries;
    const hwi_legend_entry *entries;
    int n_axes; /* at most HWI_MAX_PARALLEL_AXES */
    const hwi_parallel_axis *axes;
    int64_t n_lines;
    const hwi_parallel_line *lines; /* the last is drawn on top */
    const double *values;           /* (n_lines, n_axes), row-major; NaN is passed over */
} hwi_parallel_chart;

void hwi_chart_parallel(hwi_buffer *out, const hwi_parallel_chart *chart);

/* How often values fall where, in classes of equal width. */
void hwi_chart_histogram(hwi_buffer *out, const char *title, const char *caption, int64_t n,
                         const double *values, const char *x_label);

/* A histogram that was counted before: (n) classes that follow one another, of equal width or of
 * equal ratio, which the axis then shows. */
typedef struct hwi_bin_chart {
    const char *title, *caption, *x_label;
    hwi_tone tone;
    int64_t n;
    const double *from, *to, *counts;
} hwi_bin_chart;

void hwi_chart_bins(hwi_buffer *out, const hwi_bin_chart *chart);

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

void hwi_figure_begin(hwi_buffer *out, const char *title, int n_entries,
                      const hwi_legend_entry *entries);
void hwi_figure_end(hwi_buffer *out, const char *caption);
void hwi_figure_empty(hwi_buffer *out);
