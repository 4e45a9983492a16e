/* SPDX-License-Identifier: Apache-2.0 */
#include "train/sampler.h"

#include <math.h>

#include "base/alloc.h"
#include "encoder/moments.h"

static hw_status cumulate(hwi_sampler *sampler, const double *weights, hw_error *err)
{
    sampler->cumulative = HWI_ALLOC_ARRAY(double, (size_t)sampler->n);
    HW_CHECK_ALLOC(err, sampler->cumulative);
    double total = 0;
    for (int32_t i = 0; i < sampler->n; i++) {
        total += weights[i];
        sampler->cumulative[i] = total;
    }
    for (int32_t i = 0; i < sampler->n; i++)
        sampler->cumulative[i] /= total;
    /* One chunk holds all rows: rho = round(mean * rows) * n / rows / total. The mean is that of
     * the column's summary, whose last digit decides when mean * rows ends in a half. */
    double rows = sampler->n, mean = hwi_moments_of(weights, sampler->n, false).mean;
    sampler->relative_weight = floor(mean * rows + 0.5) * rows / rows / total;
    return HW_OK;
}

hw_status hwi_sampler_init(hwi_sampler *sampler, int32_t n, int64_t seed, float fraction_of_rows,
                           bool shuffles, const double *weights, hw_error *err)
{
    *sampler = (hwi_sampler){.n = n,
                             .seed = seed,
                             .fraction_of_rows = fraction_of_rows,
                             .shuffles = shuffles,
                             .relative_weight = 1};
    sampler->order = HWI_ALLOC_ARRAY(int32_t, (size_t)n);
    HW_CHECK_ALLOC(err, sampler->order);
    if (weights)
        HW_TRY(cumulate(sampler, weights, err));
    return HW_OK;
}

void hwi_sampler_clear(hwi_sampler *sampler)
{
    hwi_free(sampler->order);
    hwi_free(sampler->cumulative);
    *sampler = (hwi_sampler){0};
}

void hwi_sampler_begin(hwi_sampler *sampler, int32_t iteration, int64_t processed)
{
    double share = (double)sampler->fraction_of_rows * sampler->relative_weight;
    sampler->processed = processed;
    sampler->n_repeats = (int32_t)ceil(share);
    sampler->fraction = (float)share / (float)sampler->n_repeats;
    sampler->is_random =
        (double)sampler->fraction < 0.999 || sampler->cumulative || sampler->shuffles;
    sampler->repeat = 0;
    sampler->position = 0;
    if (!sampler->is_random)
        return;
    uint64_t seed = (UINT64_C(0x8734093502429734) + (uint64_t)sampler->seed + (uint64_t)processed) *
                    ((uint64_t)(int64_t)iteration + UINT64_C(0x9823423497823423));
    sampler->rng = hwi_rng_new((int64_t)seed);
    for (int32_t i = 0; i < sampler->n; i++)
        sampler->order[i] = i;
    hwi_rng_shuffle(&sampler->rng, sampler->order, sampler->n);
}

/* The first row whose cumulative share reaches key. */
static int32_t row_of_share(const hwi_sampler *sampler, double key)
{
    int32_t low = 0, high = sampler->n - 1;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (sampler->cumulative[middle] >= key)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static bool has_no_weight(const hwi_sampler *sampler, int32_t row)
{
    double before = row > 0 ? sampler->cumulative[row - 1] : 0;
    return sampler->cumulative[row] == before;
}

static int32_t choose_row(hwi_sampler *sampler, int32_t position, int64_t n_counted)
{
    if (sampler->cumulative && n_counted % 2 == 0)
        return row_of_share(sampler, hwi_rng_double(&sampler->rng));
    if (!sampler->is_random)
        return position;
    int32_t row = sampler->order[position];
    while (sampler->cumulative && has_no_weight(sampler, row))
        row = (int32_t)hwi_rng_below(&sampler->rng, (uint32_t)sampler->n);
    return row;
}

bool hwi_sampler_next(hwi_sampler *sampler, int64_t n_counted, hwi_pick *out)
{
    while (sampler->repeat < sampler->n_repeats) {
        if (sampler->position == sampler->n) {
            sampler->position = 0;
            sampler->repeat++;
            continue;
        }
        int32_t position = sampler->position++;
        if (sampler->is_random && !sampler->cumulative &&
            hwi_rng_double(&sampler->rng) > (double)sampler->fraction)
            continue;
        out->row = choose_row(sampler, position, n_counted);
        out->seed = (int64_t)sampler->repeat * sampler->n + out->row + sampler->processed;
        return true;
    }
    return false;
}
