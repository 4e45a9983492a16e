/* SPDX-License-Identifier: Apache-2.0
 *
 * Which rows an iteration visits, in which order, with which random seeds (spec 4.5; the frame is
 * one chunk). One thread at a time. */
#pragma once

#include "base/rng.h"
#include "base/status.h"

typedef struct hwi_sampler {
    int32_t n;              /* rows of the (balanced) training frame */
    int64_t seed;           /* the model's */
    float fraction_of_rows; /* f: of the rows, each iteration; above 1 they come round again */
    bool shuffles;
    /* Observation weights as H2O uses them: half of the draws by weight. Cumulative shares (n), or
     * NULL. */
    double *cumulative;
    double relative_weight; /* rho */
    /* Of the iteration. */
    int64_t processed; /* samples before it */
    int32_t n_repeats, repeat;
    float fraction;
    bool is_random;
    hwi_rng rng;
    int32_t *order; /* (n) */
    int32_t position;
} hwi_sampler;

typedef struct hwi_pick {
    int32_t row;
    int64_t seed; /* the row seed R of spec 3.2 */
} hwi_pick;

/* weights (n) are those that steer the drawing, or NULL. */
hw_status hwi_sampler_init(hwi_sampler *sampler, int32_t n, int64_t seed, float fraction_of_rows,
                           bool shuffles, const double *weights, hw_error *err) HW_MUST_USE;
void hwi_sampler_clear(hwi_sampler *sampler);
/* iteration counts from 1; processed: samples learned from before it. */
void hwi_sampler_begin(hwi_sampler *sampler, int32_t iteration, int64_t processed);
/* The next row; false at the end of the iteration. n_counted: rows of this iteration learned from
 * so far. */
bool hwi_sampler_next(hwi_sampler *sampler, int64_t n_counted, hwi_pick *out);
