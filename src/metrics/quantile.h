/* SPDX-License-Identifier: Apache-2.0
 *
 * H2O's quantiles of weighted values: linear interpolation, weights as repetition counts. */
#pragma once

#include <stdint.h>

typedef struct hwi_weighted_value {
    double value; /* never NaN */
    double weight;
} hwi_weighted_value;

/* Sorts by rising value, stable. scratch has room for n. Linear in n. */
void hwi_weighted_sort(hwi_weighted_value *values, hwi_weighted_value *scratch, int64_t n);

/* Quantiles of sorted values at the given probabilities, which fall or stay (1 first). n > 0. */
void hwi_weighted_quantiles(const hwi_weighted_value *sorted, int64_t n,
                            const double *probabilities, int32_t n_probabilities, double *out);

/* The same with H2O's search for a rank, which shows where weights are fractional: it counts in
 * histograms of 1,024 classes, from `low` (at most the first value) to the last value and then in
 * the class that was hit, and cuts the cumulated weight to a whole number after each class. Where
 * the next rank is in another class, the values are the largest and the smallest of the two; a rank
 * that no class reaches lies just above all values. total: of the weights, in the caller's order.
 */
void hwi_weighted_quantiles_as_h2o(const hwi_weighted_value *sorted, int64_t n, double low,
                                   double total, const double *probabilities,
                                   int32_t n_probabilities, double *out);
