/* SPDX-License-Identifier: Apache-2.0
 *
 * Parameters against the metric: a picture for each, and one with all of them. A parameter is an
 * axis of numbers when all of its values are; of logarithms when these span two decades; and of
 * names otherwise (lists, words, a 0 among powers of ten), in the order of the numbers in them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "report/compare_page.h"

enum { MAX_PICTURES = 12, MAX_LEVELS = 60 };

typedef struct param_axis {
    int32_t param;
    double *values; /* (n_drawn) numbers, or numbers of levels; NaN where the parameter is null */
    char **levels;  /* (n_levels) borrowed texts; NULL: numbers */
    int32_t n_levels;
    bool is_log;
} param_axis;

static void clear_axis(param_axis *axis)
{
    hwi_free(axis->values);
    hwi_free(axis->levels);
}

/* ---- What kind of axis ---- */

static bool read_number(const char *text, double *out)
{
    return *text && hwi_parse_double(text, strlen(text), out) && hwi_is_drawable(*out);
}

/* The next number of a list; false at its end or where it is no number. */
static bool next_number(const char **text, double *out)
{
    const char *p = *text + strspn(*text, "[], ");
    size_t n = strcspn(p, "[], ");
    *text = p + n;
    return n > 0 && hwi_parse_double(p, n, out);
}

/* "20,20" before "50", "50" before "50,50"; words by their letters. */
static int compare_levels(const void *a, const void *b)
{
    const char *left = *(char *const *)a, *right = *(char *const *)b;
    const char *x = left, *y = right;
    for (;;) {
        double u = 0, v = 0;
        bool has_u = next_number(&x, &u), has_v = next_number(&y, &v);
        if (!has_u || !has_v)
            return has_u != has_v ? has_u - has_v : strcmp(left, right);
        if (u != v)
            return u < v ? -1 : 1;
    }
}

static int32_t level_of(const param_axis *axis, const char *text)
{
    for (int32_t i = 0; i < axis->n_levels; i++)
        if (strcmp(axis->levels[i], text) == 0)
            return i;
    return -1;
}

/* False when there are too many texts to tell apart. */
static bool make_levels(const hwi_compare_page *p, param_axis *axis)
{
    axis->levels = HWI_NEW_ARRAY(char *, MAX_LEVELS);
    if (!axis->levels)
        return false;
    for (int32_t i = 0; i < p->n_drawn; i++) {
        char *text = p->c->models[i]->shown[axis->param];
        if (!*text || level_of(axis, text) >= 0)
            continue;
        if (axis->n_levels == MAX_LEVELS)
            return false;
        axis->levels[axis->n_levels++] = text;
    }
    qsort(axis->levels, (size_t)axis->n_levels, sizeof *axis->levels, compare_levels);
    for (int32_t i = 0; i < p->n_drawn; i++) {
        int32_t level = level_of(axis, p->c->models[i]->shown[axis->param]);
        axis->values[i] = level < 0 ? NAN : level;
    }
    return axis->n_levels > 0;
}

/* False when the parameter cannot be drawn. */
static bool init_axis(const hwi_compare_page *p, int32_t param, param_axis *axis)
{
    *axis = (param_axis){.param = param, .values = HWI_ALLOC_ARRAY(double, (size_t)p->n_drawn)};
    if (!axis->values)
        return false;
    hwi_span span = {0};
    double least_positive = INFINITY;
    bool is_number = true;
    for (int32_t i = 0; i < p->n_drawn && is_number; i++) {
        const char *text = p->c->models[i]->shown[param];
        axis->values[i] = NAN;
        is_number = !*text || read_number(text, &axis->values[i]);
        hwi_span_add(&span, axis->values[i]);
        if (axis->values[i] > 0)
            least_positive = fmin(least_positive, axis->values[i]);
    }
    bool spans_decades = span.high >= 100 * least_positive;
    if (is_number && span.n > 0 && !(spans_decades && span.low <= 0)) {
        axis->is_log = spans_decades;
        return true;
    }
    return make_levels(p, axis);
}

/* ---- One parameter ---- */

static hwi_dot *make_dots(hwi_compare_page *p, const param_axis *axis, char **tips)
{
    hwi_dot *dots = HWI_NEW_ARRAY(hwi_dot, (size_t)p->n_drawn);
    for (int32_t i = 0; dots && i < p->n_drawn; i++) {
        int32_t rank = p->n_drawn - 1 - i; /* the best on top */
        /* Dots of one level stand side by side, always the same way. */
        double shift = axis->levels ? 0.5 * (fmod(rank * 0.618034, 1) - 0.5) : 0;
        dots[i] = (hwi_dot){.x = axis->values[rank] + shift,
                            .y = hwi_compare_drawn(p, rank),
                            .class_name = hwi_compare_dot_class(p, rank),
                            .text = tips[rank],
                            .is_large = rank == 0};
    }
    p->page.out->failed |= !dots;
    return dots;
}

static void draw_param(hwi_compare_page *p, const param_axis *axis, char **tips)
{
    hwi_dot *dots = make_dots(p, axis, tips);
    if (!dots)
        return;
    hwi_dot_chart chart = {.title = p->c->params[axis->param],
                           .y_label = p->metric,
                           .n_dots = p->n_drawn,
                           .dots = dots,
                           .n_categories = axis->n_levels,
                           .categories = (const char *const *)axis->levels,
                           .is_x_log = axis->is_log,
                           .guide_y = NAN,
                           .band = NAN};
    hwi_chart_dots(p->page.out, &chart);
    hwi_free(dots);
}

/* ---- All of them ---- */

static void draw_parallel(hwi_compare_page *p, const param_axis *axes, int n, char **tips)
{
    hwi_parallel_axis drawn[HWI_MAX_PARALLEL_AXES];
    int n_axes = 0;
    for (; n_axes < n && n_axes < HWI_MAX_PARALLEL_AXES - 1; n_axes++)
        drawn[n_axes] = (hwi_parallel_axis){.name = p->c->params[axes[n_axes].param],
                                            .n_levels = axes[n_axes].n_levels,
                                            .levels = (const char *const *)axes[n_axes].levels,
                                            .is_log = axes[n_axes].is_log};
    /* Better is up. */
    drawn[n_axes] =
        (hwi_parallel_axis){.name = p->metric, .is_reversed = !hw_comparison_is_decreasing(p->c)};
    int n_all = n_axes + 1;
    HW_AUTO(double) *values = HWI_ALLOC_ARRAY(double, (size_t)p->n_drawn *(size_t)n_all);
    hwi_parallel_line *lines = HWI_NEW_ARRAY(hwi_parallel_line, (size_t)p->n_drawn);
    p->page.out->failed |= !values || !lines;
    for (int32_t i = 0; values && lines && i < p->n_drawn; i++) {
        int32_t rank = p->n_drawn - 1 - i;
        lines[i] = (hwi_parallel_line){hwi_compare_track_class(p, rank), tips[rank]};
        /* Lines through one level lie side by side, so that their number shows. */
        double shift = p->n_drawn > 1 ? 0.3 * (0.5 - (double)rank / (p->n_drawn - 1)) : 0;
        for (int a = 0; a < n_axes; a++)
            values[i * n_all + a] = axes[a].values[rank] + (axes[a].levels ? shift : 0);
        values[i * n_all + n_axes] = hwi_compare_drawn(p, rank);
    }
    hwi_parallel_chart chart = {
        .title = "All parameters",
        .caption = "A line is a model, from parameter to parameter to its metric at the right, "
                   "where better is up. Blue are the best by rank, orange the worst; the thick "
                   "line is the best. Point at a line to read it.",
        .n_axes = n_all,
        .axes = drawn,
        .n_lines = p->n_drawn,
        .lines = lines,
        .values = values};
    if (values && lines)
        hwi_chart_parallel(p->page.out, &chart);
    hwi_free(lines);
}

static void draw_all(hwi_compare_page *p, const param_axis *axes, int n, char **tips)
{
    hwi_buffer *out = p->page.out;
    hwi_page_section_begin(&p->page, "parameters", "Parameters and the metric",
                           "What the parameters that tell the models apart have to do with how "
                           "good they are. A dot or a line is a model: blue are the best by rank, "
                           "orange the worst; the large dot is the best.");
    if (n > 1)
        draw_parallel(p, axes, n, tips);
    hwi_buffer_append_text(out, "<div class=\"figures\">\n");
    for (int i = 0; i < n; i++)
        draw_param(p, &axes[i], tips);
    hwi_buffer_append_text(out, "</div>\n");
    if (p->n_beyond > 0)
        hwi_buffer_printf(out,
                          "<p class=\"note\">%d model%s so much worse that %s at the edge.</p>\n",
                          (int)p->n_beyond, p->n_beyond == 1 ? " is" : "s are",
                          p->n_beyond == 1 ? "it stands" : "they stand");
    if (p->n_drawn < p->c->n_models)
        hwi_buffer_printf(out, "<p class=\"note\">The best %d of %d models are drawn.</p>\n",
                          (int)p->n_drawn, (int)p->c->n_models);
    if (n == MAX_PICTURES)
        hwi_buffer_printf(out, "<p class=\"note\">At most %d parameters are drawn.</p>\n", n);
    hwi_page_section_end(&p->page);
}

/* Seeds of a search differ without meaning anything, frames are no quantity, and a hyper-parameter
 * may have one value only. */
static bool is_drawn(const hwi_compare_page *p, int32_t param)
{
    static const char *const others[] = {"seed", "training_frame", "validation_frame"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(p->c->params[param], others[i]) == 0)
            return false;
    for (int32_t i = 1; i < p->n_drawn; i++)
        if (strcmp(p->c->models[i]->shown[param], p->c->models[0]->shown[param]) != 0)
            return true;
    return false;
}

void hwi_compare_params(hwi_compare_page *p)
{
    const hw_comparison *c = p->c;
    param_axis axes[MAX_PICTURES];
    int n = 0;
    if (c->n_models < 2 || c->n_params == 0 || !c->models[0]->shown)
        return;
    char **tips = HWI_NEW_ARRAY(char *, (size_t)p->n_drawn);
    p->page.out->failed |= !tips;
    for (int32_t i = 0; tips && i < p->n_drawn; i++) {
        tips[i] = hwi_compare_tip(p, i);
        p->page.out->failed |= !tips[i];
    }
    for (int32_t i = 0; tips && i < c->n_params && n < MAX_PICTURES; i++) {
        if (!is_drawn(p, i))
            continue;
        if (init_axis(p, i, &axes[n]))
            n++;
        else
            clear_axis(&axes[n]);
    }
    if (n > 0)
        draw_all(p, axes, n, tips);
    for (int i = 0; i < n; i++)
        clear_axis(&axes[i]);
    for (int32_t i = 0; tips && i < p->n_drawn; i++)
        hwi_free(tips[i]);
    hwi_free(tips);
}
