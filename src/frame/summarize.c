/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "frame/column.h"
#include "frame/dictionary.h"
#include "frame/frame.h"

enum { BLOCK_ROWS = 4096 };

/* Mean and sum of squares about it. */
typedef struct moments {
    int64_t n;
    double mean, squares, min, max;
} moments;

/* Joins the moments of two disjoint sets (Chan, Golub, LeVeque): no cancellation. */
static void join_moments(moments *m, const moments *more)
{
    if (m->n == 0) {
        *m = *more;
        return;
    }
    double n = (double)m->n, n_more = (double)more->n, share = n_more / (n + n_more);
    double delta = more->mean - m->mean;
    m->min = more->min < m->min ? more->min : m->min;
    m->max = more->max > m->max ? more->max : m->max;
    m->mean += delta * share;
    m->squares += more->squares + delta * delta * share * n;
    m->n += more->n;
}

/* Of n > 0 finite values: the sum, then the squares about the mean, each in several sums that do
 * not wait for each other. */
static moments moments_of_block(const double *x, int64_t n)
{
    enum { N_SUMS = 8 };
    double sums[N_SUMS] = {0}, squares[N_SUMS] = {0}, min[N_SUMS], max[N_SUMS];
    moments m = {.n = n, .min = x[0], .max = x[0]};
    for (int k = 0; k < N_SUMS; k++)
        min[k] = max[k] = x[0];
    for (int64_t i = 0; i < n; i++) {
        int64_t k = i % N_SUMS;
        sums[k] += x[i];
        min[k] = x[i] < min[k] ? x[i] : min[k];
        max[k] = x[i] > max[k] ? x[i] : max[k];
    }
    double sum = 0;
    for (int k = 0; k < N_SUMS; k++) {
        sum += sums[k];
        m.min = min[k] < m.min ? min[k] : m.min;
        m.max = max[k] > m.max ? max[k] : m.max;
    }
    m.mean = sum / (double)n;
    for (int64_t i = 0; i < n; i++)
        squares[i % N_SUMS] += (x[i] - m.mean) * (x[i] - m.mean);
    for (int k = 0; k < N_SUMS; k++)
        m.squares += squares[k];
    return m;
}

/* Calls visit for each block of the column's doubles. */
typedef void (*block_visitor)(const double *values, int64_t n, void *ctx);

static void visit_blocks(const hwi_column *column, block_visitor visit, void *ctx)
{
    double block[BLOCK_ROWS];
    for (int64_t i = 0; i < column->n_rows; i += BLOCK_ROWS) {
        int64_t n = column->n_rows - i < BLOCK_ROWS ? column->n_rows - i : BLOCK_ROWS;
        hwi_store_get_doubles(column->store, column->values, column->n_missing > 0, i, n, block);
        visit(block, n, ctx);
    }
}

typedef struct number_pass {
    hw_column_summary *out;
    moments m;
} number_pass;

static void count_numbers(const double *values, int64_t n, void *ctx)
{
    number_pass *pass = ctx;
    hw_column_summary *out = pass->out;
    double finite[BLOCK_ROWS];
    int64_t n_finite = 0;
    for (int64_t i = 0; i < n; i++) {
        finite[n_finite] = values[i];
        n_finite += isfinite(values[i]) != 0;
        out->n_zeros += values[i] == 0;
    }
    for (int64_t i = 0; n_finite < n && i < n; i++) {
        out->n_positive_infinite += values[i] == (double)INFINITY;
        out->n_negative_infinite += values[i] == -(double)INFINITY;
    }
    if (n_finite == 0)
        return;
    moments block = moments_of_block(finite, n_finite);
    for (int64_t i = 0; !isfinite(block.mean) && i < n_finite; i++) { /* a sum beyond all numbers */
        moments one = {1, finite[i], 0, finite[i], finite[i]};
        join_moments(&pass->m, &one);
    }
    if (isfinite(block.mean))
        join_moments(&pass->m, &block);
}

static void count_bins(const double *values, int64_t n, void *ctx)
{
    hw_column_summary *out = ctx;
    double width = out->max / HW_HISTOGRAM_BINS - out->min / HW_HISTOGRAM_BINS;
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(values[i]))
            continue;
        double bin = width > 0 ? (values[i] - out->min) / width : 0; /* never negative */
        out->histogram[bin < HW_HISTOGRAM_BINS - 1 ? (int)bin : HW_HISTOGRAM_BINS - 1]++;
    }
}

static void summarize_numbers(const hwi_column *column, hw_column_summary *out)
{
    number_pass pass = {.out = out};
    visit_blocks(column, count_numbers, &pass);
    if (pass.m.n == 0)
        return;
    out->min = pass.m.min;
    out->max = pass.m.max;
    out->mean = pass.m.mean;
    if (pass.m.n > 1)
        out->sigma = sqrt(pass.m.squares / (double)(pass.m.n - 1));
    visit_blocks(column, count_bins, out);
}

/* Enters a count among the largest; equal counts keep the order in which they come. */
static void enter_top(hw_column_summary *out, const char *text, int64_t count)
{
    if (count == 0)
        return;
    int32_t at = out->n_top_levels;
    while (at > 0 && out->top_counts[at - 1] < count)
        at--;
    if (at == HW_TOP_LEVELS)
        return;
    int32_t last = out->n_top_levels < HW_TOP_LEVELS ? out->n_top_levels++ : HW_TOP_LEVELS - 1;
    for (int32_t i = last; i > at; i--) {
        out->top_counts[i] = out->top_counts[i - 1];
        out->top_levels[i] = out->top_levels[i - 1];
    }
    out->top_counts[at] = count;
    out->top_levels[at] = text;
}

static void count_codes(const double *values, int64_t n, void *ctx)
{
    int64_t *counts = ctx;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(values[i]))
            counts[(int64_t)values[i]]++;
}

static hw_status summarize_levels(const hwi_column *column, hw_column_summary *out, hw_error *err)
{
    HW_AUTO(int64_t) *counts = HWI_NEW_ARRAY(int64_t, (size_t)column->n_levels);
    HW_CHECK_ALLOC(err, counts);
    visit_blocks(column, count_codes, counts);
    out->cardinality = column->n_levels;
    out->n_zeros = column->n_levels ? counts[0] : 0; /* H2O counts the codes */
    for (int32_t i = 0; i < column->n_levels; i++)
        enter_top(out, column->levels[i], counts[i]);
    return HW_OK;
}

/* Ties go by text, as those of levels do by code. */
static int compare_texts(const void *a, const void *b, void *dictionary)
{
    const hwi_text *texts = ((const hwi_dictionary *)dictionary)->texts;
    return hwi_text_compare(&texts[*(const int32_t *)a], &texts[*(const int32_t *)b]);
}

/* counts and first_offsets (of the text in the column's heap) are by code of the dictionary. */
static hw_status count_texts(const hwi_column *column, hwi_dictionary *dictionary, int64_t *counts,
                             int64_t *first_offsets, hw_error *err)
{
    const uint64_t *offsets = column->values;
    for (int64_t i = 0; i < column->n_rows; i++) {
        if (offsets[i] == HWI_TEXT_MISSING)
            continue;
        const char *text = column->heap + offsets[i];
        int32_t code = hwi_dictionary_add(dictionary, text, strlen(text), INT32_MAX);
        if (code < 0)
            HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
        if (counts[code]++ == 0)
            first_offsets[code] = (int64_t)offsets[i];
    }
    return HW_OK;
}

static hw_status summarize_texts(const hwi_column *column, hw_column_summary *out, hw_error *err)
{
    __attribute__((cleanup(hwi_dictionary_clear))) hwi_dictionary dictionary = {0};
    HW_AUTO(int64_t) *counts = HWI_NEW_ARRAY(int64_t, (size_t)column->n_rows);
    HW_CHECK_ALLOC(err, counts);
    HW_AUTO(int64_t) *first_offsets = HWI_ALLOC_ARRAY(int64_t, (size_t)column->n_rows);
    HW_CHECK_ALLOC(err, first_offsets);
    HW_TRY(count_texts(column, &dictionary, counts, first_offsets, err));
    HW_AUTO(int32_t) *order = HWI_ALLOC_ARRAY(int32_t, (size_t)dictionary.n);
    HW_CHECK_ALLOC(err, order);
    for (int32_t i = 0; i < dictionary.n; i++)
        order[i] = i;
    qsort_r(order, (size_t)dictionary.n, sizeof(*order), compare_texts, &dictionary);
    out->cardinality = dictionary.n;
    for (int32_t i = 0; i < dictionary.n; i++)
        enter_top(out, column->heap + first_offsets[order[i]], counts[order[i]]);
    return HW_OK;
}

hw_status hw_frame_summarize_column(const hw_frame *frame, int32_t column, hw_column_summary *out,
                                    hw_error *err)
{
    HW_CHECK_ARG(err, frame != NULL && out != NULL);
    HW_CHECK_ARG(err, column >= 0 && column < hw_frame_n_columns(frame));
    const hwi_column *c = hwi_frame_column(frame, column);
    hw_column_summary summary = {.n_missing = c->n_missing,
                                 .min = NAN,
                                 .mean = NAN,
                                 .max = NAN,
                                 .sigma = NAN,
                                 .cardinality = -1};
    if (c->type == HW_TYPE_ENUM)
        HW_TRY(summarize_levels(c, &summary, err));
    else if (c->type == HW_TYPE_STRING)
        HW_TRY(summarize_texts(c, &summary, err));
    else if (c->type != HW_TYPE_UUID)
        summarize_numbers(c, &summary);
    *out = summary;
    return HW_OK;
}
