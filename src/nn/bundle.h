/* SPDX-License-Identifier: Apache-2.0
 *
 * The pass forward of many rows at once, for scoring: weights are read once for all of them. Each
 * row's numbers have the bits of hwi_forward's exact arithmetic, be it fused or not. The first
 * layer takes a list of lit units below `first_dense` from each row (categories) and every unit
 * from there on (numbers). A workspace belongs to one thread and allocates nothing after
 * hwi_bundle_new. */
#pragma once

#include "nn/work.h"

enum { HWI_BUNDLE_ROWS = HWK_GROUPS * HWK_ROWS }; /* at most so many at once */

typedef struct hwi_bundle {
    const hwk_table *kernels;
    bool is_fused;                /* as hwi_work's; false at first */
    int32_t first_dense, n_units; /* of the input layer */
    int32_t max_lit;
    hwi_active lit[HWI_BUNDLE_ROWS]; /* units below first_dense */
    double *values[2];               /* what goes into a layer, out of it: see hwi_bundle_at */
    double *nets;  /* (panels, HWI_BUNDLE_ROWS, 16) weighted sums of the widest layer */
    double *begun; /* (8, HWI_BUNDLE_ROWS, 16) of a panel, if there are units below first_dense */
    int current;   /* which of `values` holds the input of the next layer */
    int32_t n_values; /* its units */
    char *slab;
} hwi_bundle;

/* Where the number of a row and a unit stands among those of n_units units: eight rows lie side by
 * side, as a kernel takes them, the units of these eight follow each other. */
static inline int64_t hwi_bundle_at(int32_t n_units, int32_t row, int32_t unit)
{
    return ((int64_t)(row / HWK_ROWS) * n_units + unit) * HWK_ROWS + row % HWK_ROWS;
}

/* Whether rows of a network can go this way: a dense part that is neither empty nor huge, weights
 * that are all finite (zeros are multiplied here and passed over there). */
bool hwi_bundle_suits(const hwi_network *network, int32_t first_dense);

/* max_lit: units below first_dense that a row can light. */
hw_status hwi_bundle_new(const hwi_network *network, int32_t first_dense, int32_t max_lit,
                         hwi_bundle **out, hw_error *err) HW_MUST_USE;
void hwi_bundle_free(hwi_bundle *bundle);
HW_DEFINE_AUTO(hwi_bundle, hwi_bundle_free)

/* Forgets all rows; then each is lit (if there are units below first_dense), and numbers of all
 * rows are put into every unit from first_dense on, standardised: returned is how many are not 0.
 */
void hwi_bundle_clear(hwi_bundle *bundle);
void hwi_bundle_light(hwi_bundle *bundle, int32_t row, const hwi_active *lit);
int32_t hwi_bundle_put_numbers(hwi_bundle *bundle, int32_t unit, int32_t n_rows,
                               const double *values, hwi_norm norm);

/* From the rows' inputs through the first n_layers layers, at most all hidden ones. What they pass
 * on is at hwi_bundle_value until hwi_bundle_clear. work lends its room. */
void hwi_bundle_forward(hwi_bundle *bundle, const hwi_network *network, int32_t n_rows,
                        int32_t n_layers, hwi_work *work);
static inline double hwi_bundle_value(const hwi_bundle *bundle, int32_t row, int32_t unit)
{
    return bundle->values[bundle->current][hwi_bundle_at(bundle->n_values, row, unit)];
}

/* After all hidden layers: the weighted sums of the output layer, ... */
void hwi_bundle_sum_output(hwi_bundle *bundle, const hwi_network *network, int32_t n_rows);
/* ... from which the activations of one row's output layer come into work, as from hwi_forward. */
void hwi_bundle_finish(const hwi_bundle *bundle, const hwi_network *network, int32_t row,
                       double output_offset, hwi_work *work);
