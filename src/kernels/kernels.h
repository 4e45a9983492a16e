/* SPDX-License-Identifier: Apache-2.0
 *
 * The inner loops of training and scoring. Each takes one input of a layer (its value x, its row of
 * weights) and walks over the layer's rows. Written once, in loops.inc, and compiled for several
 * instruction sets; the table for this machine is chosen at the first call,
 * HW_CPU_MASK=v2|v3|v4|ref in the environment forces one.
 *
 * Exact arithmetic is H2O's (spec 5 and 7): weights and optimiser state are float, products and
 * gradients double, every operation rounds to its type, nothing is contracted or reordered inside a
 * row. All versions give the same bits. Arrays are 64-byte aligned; n is a multiple of 16 (the
 * stride of a layer), padding included. Letters: R rows. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* How a weight moves; see hwi_update_rule in nn/train_row.h for who fills it. */
typedef struct hwk_rule {
    float rho, one_minus_rho, epsilon; /* ADADELTA */
    float step;                        /* otherwise: rate * (1 - momentum) */
    float momentum;
    double l1, l2; /* floats, widened */
} hwk_rule;

/* One input's view of a layer during the update; every pointer to (n). */
typedef struct hwk_row {
    float *weights;
    float *mean_square_update, *mean_square_gradient; /* ADADELTA */
    float *momenta;                                   /* momentum */
    double *sum_square_gradient;                      /* ADADELTA: += gradient^2, for the biases */
    const double *gradient;   /* of each row's net input; 0 where not active */
    const int32_t *is_active; /* -1 or 0: rows that are not active keep all their state */
    const float *consensus;   /* elastic averaging: the weights pulled towards, or NULL */
    double consensus_pull;
} hwk_row;

/* The same in the fast arithmetic, which is float throughout. */
typedef struct hwk_fast_row {
    float *weights;
    float *mean_square_update, *mean_square_gradient;
    float *momenta;
    float *sum_square_gradient;
    const float *gradient;
    const int32_t *is_active;
    const float *consensus;
    float consensus_pull;
} hwk_fast_row;

typedef void hwk_update(const hwk_row *row, double x, const hwk_rule *rule, int32_t n);
typedef void hwk_fast_update(const hwk_fast_row *row, float x, const hwk_rule *rule, int32_t n);

typedef struct hwk_table {
    const char *name;
    /* sums[r] += weights[r] * x */
    void (*accumulate)(double *sums, const float *weights, double x, int32_t n);
    /* sums[r] += weights[r]^2 in float */
    void (*accumulate_squares)(float *sums, const float *weights, int32_t n);
    hwk_update *update_adadelta;
    hwk_update *update_plain;     /* no momenta; Nesterov and classical are equal */
    hwk_update *update_classical; /* momentum without Nesterov */
    hwk_update *update_nesterov;
    /* The fast arithmetic: one float sum a row, no fused operations, so that every instruction set
     * gives the same bits here, too. Relative error of a sum of n products about n * 6e-8. */
    void (*accumulate_fast)(float *sums, const float *weights, float x, int32_t n);
    hwk_fast_update *fast_adadelta, *fast_plain, *fast_classical, *fast_nesterov;
} hwk_table;

/* Switches the processor's flushing of denormal numbers on or off for this thread and returns what
 * it was; does nothing where the processor cannot. For the fast arithmetic: H2O does not flush. */
bool hwk_flush_denormals(bool on);

/* The fastest table that this machine can run. Constant after the first call; thread-safe. */
const hwk_table *hwk_get(void);
/* One of them by name ("ref", "v2", "v3", "v4"), or NULL when unknown or not runnable here. */
const hwk_table *hwk_find(const char *name);

/* H2O's bit tricks (spec 7.1). */
static inline float hwk_approx_sqrt_f32(float x)
{
    int32_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    bits = 532483686 + (bits >> 1);
    __builtin_memcpy(&x, &bits, sizeof bits);
    return x;
}
static inline double hwk_approx_sqrt_f64(double x)
{
    int64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    bits = (int64_t)((uint64_t)((bits >> 32) + 1072632448) << 31);
    __builtin_memcpy(&x, &bits, sizeof bits);
    return x;
}
static inline float hwk_approx_inv_sqrt_f32(float x)
{
    float half = 0.5f * x;
    int32_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    bits = 0x5F3759DF - (bits >> 1);
    float y;
    __builtin_memcpy(&y, &bits, sizeof bits);
    return y * (1.5f - half * y * y);
}
