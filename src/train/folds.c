/* SPDX-License-Identifier: Apache-2.0 */
#include "train/folds.h"

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"

bool hwi_folds_are_wanted(const hw_params *params)
{
    return params->nfolds > 1 || (params->fold_column && *params->fold_column);
}

void hwi_folds_clear(hwi_folds *folds)
{
    hwi_free(folds->of_row);
    *folds = (hwi_folds){0};
}

/* Every row has a generator of its own, so folds do not depend on how a frame is cut. */
static int32_t draw_fold(int64_t row, int64_t seed, int32_t n_folds)
{
    hwi_rng rng = hwi_rng_new((int64_t)((uint64_t)row + (uint64_t)seed));
    int64_t x = hwi_rng_int(&rng);
    return (int32_t)(llabs(x) % n_folds);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The distinct values of a column, ascending; missing ones left out. out: (n). */
static int64_t list_distinct(const double *values, int64_t n, double *out)
{
    int64_t n_present = 0, n_distinct = 0;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(values[i]))
            out[n_present++] = values[i];
    qsort(out, (size_t)n_present, sizeof *out, compare_doubles);
    for (int64_t i = 0; i < n_present; i++)
        if (n_distinct == 0 || out[i] != out[n_distinct - 1])
            out[n_distinct++] = out[i];
    return n_distinct;
}

/* The place of a value that is in the list. */
static int64_t place_of(const double *distinct, int64_t n, double value)
{
    int64_t low = 0, high = n - 1;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (distinct[middle] >= value)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static hw_status read_column(const hw_frame *frame, int32_t column, double **out_values,
                             double **out_distinct, int64_t *out_n_distinct, hw_error *err)
{
    int64_t n = hw_frame_n_rows(frame);
    HW_AUTO(double) *values = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_AUTO(double) *distinct = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, values);
    HW_CHECK_ALLOC(err, distinct);
    hw_frame_read_doubles(frame, column, 0, n, values);
    *out_n_distinct = list_distinct(values, n, distinct);
    *out_values = HW_TAKE(values);
    *out_distinct = HW_TAKE(distinct);
    return HW_OK;
}

/* Each class is dealt out with a seed of its own; rows without a class go round. */
static hw_status assign_stratified(const hw_params *params, const hw_frame *frame, hwi_folds *out,
                                   hw_error *err)
{
    int32_t column = hw_frame_find_column(frame, params->response_column);
    hw_type type = hw_frame_column_type(frame, column);
    if (type != HW_TYPE_ENUM && type != HW_TYPE_INT)
        HW_FAIL(err, HW_EINVAL, "fold_assignment",
                "fold_assignment: Stratified needs a response of classes or whole numbers, '%s' of "
                "%s is %s",
                params->response_column, hw_frame_name(frame), hw_type_name(type));
    HW_AUTO(double) *values = NULL;
    HW_AUTO(double) *distinct = NULL;
    int64_t n_distinct = 0;
    HW_TRY(read_column(frame, column, &values, &distinct, &n_distinct, err));
    int64_t *seeds = HWI_ALLOC_ARRAY(int64_t, (size_t)n_distinct + 1);
    HW_CHECK_ALLOC(err, seeds);
    for (int64_t c = 0; c < n_distinct; c++) {
        /* Levels that no row has keep their number. */
        int64_t class = type == HW_TYPE_ENUM ? (int64_t)distinct[c] : c;
        hwi_rng rng = hwi_rng_new((int64_t)((uint64_t)params->seed + (uint64_t) class));
        seeds[c] = hwi_rng_long(&rng);
    }
    for (int64_t i = 0; i < hw_frame_n_rows(frame); i++)
        out->of_row[i] =
            isnan(values[i])
                ? (int32_t)(i % out->n)
                : draw_fold(i, seeds[place_of(distinct, n_distinct, values[i])], out->n);
    hwi_free(seeds);
    return HW_OK;
}

static hw_status assign_by_column(const hw_params *params, const hw_frame *frame, hwi_folds *out,
                                  hw_error *err)
{
    const char *name = params->fold_column;
    int32_t column = hw_frame_find_column(frame, name);
    if (column < 0)
        HW_FAIL(err, HW_EINVAL, "fold_column", "fold_column: there is no column '%s' in %s", name,
                hw_frame_name(frame));
    hw_type type = hw_frame_column_type(frame, column);
    if (type != HW_TYPE_ENUM && type != HW_TYPE_INT)
        HW_FAIL(err, HW_EINVAL, "fold_column",
                "fold_column: '%s' of %s is %s; folds are numbered 0, 1, 2 ... or named by levels",
                name, hw_frame_name(frame), hw_type_name(type));
    HW_AUTO(double) *values = NULL;
    HW_AUTO(double) *distinct = NULL;
    int64_t n_distinct = 0, n = hw_frame_n_rows(frame);
    HW_TRY(read_column(frame, column, &values, &distinct, &n_distinct, err));
    for (int64_t i = 0; i < n; i++)
        if (isnan(values[i]))
            HW_FAIL(err, HW_EINVAL, "fold_column", "fold_column: '%s' of %s is missing in row %lld",
                    name, hw_frame_name(frame), (long long)i + 1);
    if (n_distinct < 2)
        HW_FAIL(err, HW_EINVAL, "fold_column",
                "fold_column: '%s' of %s has one value only; at least 2 folds are needed", name,
                hw_frame_name(frame));
    double first = distinct[0], last = distinct[n_distinct - 1];
    bool is_gapless = (first == 0 || first == 1) && last - first == (double)n_distinct - 1;
    if (type == HW_TYPE_INT && !is_gapless)
        HW_FAIL(err, HW_EINVAL, "fold_column",
                "fold_column: '%s' of %s has %lld values from %lld to %lld; folds are numbered "
                "from 0 or 1 on without gaps, or named by levels",
                name, hw_frame_name(frame), (long long)n_distinct, (long long)first,
                (long long)last);
    out->n = (int32_t)n_distinct;
    for (int64_t i = 0; i < n; i++)
        out->of_row[i] = (int32_t)place_of(distinct, n_distinct, values[i]);
    return HW_OK;
}

static hw_status check_all_used(const hwi_folds *folds, int64_t n_rows, hw_error *err)
{
    HW_AUTO(int32_t) *n_of = HWI_NEW_ARRAY(int32_t, (size_t)folds->n);
    HW_CHECK_ALLOC(err, n_of);
    for (int64_t i = 0; i < n_rows; i++)
        n_of[folds->of_row[i]]++;
    for (int32_t f = 0; f < folds->n; f++)
        if (n_of[f] == 0 || n_of[f] == n_rows)
            HW_FAIL(err, HW_EINVAL, "nfolds",
                    "nfolds: not enough rows (%lld) for %d folds: fold %d would hold %s; lower "
                    "nfolds, take another seed, or fold_assignment Modulo",
                    (long long)n_rows, folds->n, f + 1, n_of[f] == 0 ? "none" : "all");
    return HW_OK;
}

static hw_status assign(const hw_params *params, const hw_frame *frame, hwi_folds *out,
                        hw_error *err)
{
    int64_t n = hw_frame_n_rows(frame);
    out->n = params->nfolds;
    out->of_row = HWI_NEW_ARRAY(int32_t, (size_t)n);
    HW_CHECK_ALLOC(err, out->of_row);
    if (params->fold_column && *params->fold_column)
        return assign_by_column(params, frame, out, err);
    switch (params->fold_assignment) {
    case HW_FOLD_ASSIGNMENT_MODULO:
        for (int64_t i = 0; i < n; i++)
            out->of_row[i] = (int32_t)(i % out->n);
        break;
    case HW_FOLD_ASSIGNMENT_STRATIFIED:
        HW_TRY(assign_stratified(params, frame, out, err));
        break;
    default:
        for (int64_t i = 0; i < n; i++)
            out->of_row[i] = draw_fold(i, params->seed, out->n);
    }
    return check_all_used(out, n, err);
}

hw_status hwi_folds_assign(const hw_params *params, const hw_frame *frame, hwi_folds *out,
                           hw_error *err)
{
    *out = (hwi_folds){0};
    hw_status status = assign(params, frame, out, err);
    if (status != HW_OK)
        hwi_folds_clear(out);
    return status;
}
