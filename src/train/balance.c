/* SPDX-License-Identifier: Apache-2.0 */
#include "train/balance.h"

#include <math.h>

#include "base/alloc.h"
#include "base/rng.h"

enum { MAX_TRIES = 10, SHUFFLE_SEED = 0x0580FF13 };

void hwi_row_list_clear(hwi_row_list *list)
{
    hwi_free(list->rows);
    *list = (hwi_row_list){0};
}

static void count_classes(const hwi_balance *b, double *counts)
{
    for (int32_t k = 0; k < b->n_classes; k++)
        counts[k] = 0;
    for (int32_t i = 0; i < b->n_rows; i++)
        if (!isnan(b->classes[i]))
            counts[(int32_t)b->classes[i]] += b->weights ? b->weights[i] : 1;
}

/* How many copies a row of each class gets on average; float as in H2O. */
static void choose_factors(const hwi_balance *b, const double *counts, float *factors)
{
    bool has_factors = false;
    for (int32_t k = 0; k < b->n_classes; k++) {
        factors[k] = b->factors ? (float)b->factors[k] : 0;
        has_factors = has_factors || factors[k] != 0;
    }
    float min = INFINITY;
    for (int32_t k = 0; k < b->n_classes && !has_factors; k++) {
        factors[k] = ((float)b->n_rows / (float)b->n_classes) / (float)counts[k];
        min = factors[k] < min ? factors[k] : min;
    }
    for (int32_t k = 0; k < b->n_classes && !has_factors; k++)
        factors[k] /= min;
    if (b->never_oversamples)
        for (int32_t k = 0; k < b->n_classes; k++)
            factors[k] = factors[k] > 1 ? 1 : factors[k];
    float expected = 0;
    for (int32_t k = 0; k < b->n_classes; k++)
        expected = (float)((double)expected + (double)factors[k] * counts[k]);
    int64_t cap = b->max_rows > b->n_classes ? b->max_rows : b->n_classes;
    int64_t rounded = (int64_t)floorf(expected + 0.5f);
    int64_t actual = rounded < cap ? rounded : cap;
    if ((float)actual != expected)
        for (int32_t k = 0; k < b->n_classes; k++)
            factors[k] *= (float)actual / expected;
}

static int32_t copies_of_row(const hwi_balance *b, const float *factors, int32_t row, int64_t seed)
{
    if (isnan(b->classes[row]))
        return 0;
    float factor = factors[(int32_t)b->classes[row]];
    int32_t whole = (int32_t)factor;
    hwi_rng rng = hwi_rng_new((int64_t)((uint64_t)seed + (uint64_t)row));
    return whole + (hwi_rng_float(&rng) < factor - (float)whole ? 1 : 0);
}

/* Copies of every row, in row order; false in *out_all_met when a class got none. */
static hw_status draw(const hwi_balance *b, const float *factors, int64_t seed, bool *met,
                      hwi_row_list *out, bool *out_all_met, hw_error *err)
{
    int64_t n = 0;
    for (int32_t k = 0; k < b->n_classes; k++)
        met[k] = false;
    for (int32_t i = 0; i < b->n_rows; i++) {
        int32_t copies = copies_of_row(b, factors, i, seed);
        n += copies;
        if (copies > 0 && (!b->weights || b->weights[i] > 0))
            met[(int32_t)b->classes[i]] = true;
    }
    if (n > INT32_MAX)
        HW_FAIL(err, HW_EINVAL, "balance_classes", "balanced classes would have %lld rows",
                (long long)n);
    out->rows = HWI_ALLOC_ARRAY(int32_t, (size_t)n);
    HW_CHECK_ALLOC(err, out->rows);
    for (int32_t i = 0; i < b->n_rows; i++) {
        int32_t copies = copies_of_row(b, factors, i, seed);
        for (int32_t c = 0; c < copies; c++)
            out->rows[out->n++] = i;
    }
    *out_all_met = true;
    for (int32_t k = 0; k < b->n_classes; k++)
        *out_all_met = *out_all_met && met[k];
    return HW_OK;
}

/* Position p of the result is element order[p]. */
static hw_status shuffle(hwi_row_list *list, int64_t seed, hw_error *err)
{
    HW_AUTO(int32_t) *order = HWI_ALLOC_ARRAY(int32_t, (size_t)list->n);
    int32_t *shuffled = HWI_ALLOC_ARRAY(int32_t, (size_t)list->n);
    if (!order || !shuffled)
        hwi_free(shuffled);
    HW_CHECK_ALLOC(err, order);
    HW_CHECK_ALLOC(err, shuffled);
    for (int32_t i = 0; i < list->n; i++)
        order[i] = i;
    hwi_rng rng = hwi_rng_new((int64_t)((uint64_t)seed + SHUFFLE_SEED));
    hwi_rng_shuffle(&rng, order, list->n);
    for (int32_t i = 0; i < list->n; i++)
        shuffled[i] = list->rows[order[i]];
    hwi_free(list->rows);
    list->rows = shuffled;
    return HW_OK;
}

hw_status hwi_balance_rows(const hwi_balance *b, hwi_row_list *out, hw_error *err)
{
    HW_AUTO(double) *counts = HWI_NEW_ARRAY(double, (size_t)b->n_classes);
    HW_AUTO(float) *factors = HWI_NEW_ARRAY(float, (size_t)b->n_classes);
    bool *met = HWI_NEW_ARRAY(bool, (size_t)b->n_classes);
    hw_status status = counts && factors && met ? HW_OK : HW_ENOMEM;
    *out = (hwi_row_list){0};
    bool all_met = false;
    if (status == HW_OK) {
        count_classes(b, counts);
        choose_factors(b, counts, factors);
    }
    for (int try_number = 0; status == HW_OK && !all_met && try_number < MAX_TRIES; try_number++) {
        hwi_row_list_clear(out);
        int64_t seed = (int64_t)((uint64_t)b->seed + (uint64_t)try_number);
        status = draw(b, factors, seed, met, out, &all_met, err);
        if (status == HW_OK)
            status = shuffle(out, seed, err);
    }
    hwi_free(met);
    if (status != HW_OK)
        hwi_row_list_clear(out);
    if (status == HW_ENOMEM)
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory for balanced classes");
    return status;
}

hw_status hwi_sample_rows(int32_t n_rows, int64_t n_wanted, int64_t seed, hwi_row_list *out,
                          hw_error *err)
{
    *out = (hwi_row_list){0};
    if (n_wanted <= 0 || n_wanted >= n_rows)
        return HW_OK;
    out->rows = HWI_ALLOC_ARRAY(int32_t, (size_t)n_rows);
    HW_CHECK_ALLOC(err, out->rows);
    float share = (float)n_wanted / (float)n_rows;
    for (int32_t i = 0; i < n_rows; i++) {
        hwi_rng rng = hwi_rng_new((int64_t)((uint64_t)seed + (uint64_t)i));
        if (hwi_rng_float(&rng) < share)
            out->rows[out->n++] = i;
    }
    if (out->n == 0)
        out->rows[out->n++] = n_rows - 1;
    return HW_OK;
}

void hwi_class_shares(const double *classes, const double *weights, const int32_t *rows, int32_t n,
                      int32_t n_classes, double *out)
{
    double total = 0;
    for (int32_t k = 0; k < n_classes; k++)
        out[k] = 0;
    for (int32_t i = 0; i < n; i++) {
        int32_t row = rows ? rows[i] : i;
        if (isnan(classes[row]))
            continue;
        double w = weights ? weights[row] : 1;
        out[(int32_t)classes[row]] += w;
        total += w;
    }
    for (int32_t k = 0; k < n_classes && total > 0; k++)
        out[k] /= total;
}
