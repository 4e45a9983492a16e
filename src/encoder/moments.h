/* SPDX-License-Identifier: Apache-2.0
 *
 * Mean and deviation of a column in H2O's own order of summation (spec 2.4). The last digits
 * matter: every standardised input hangs on them. Pure functions. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct hwi_moments {
    int64_t n; /* values that count: neither missing nor infinite */
    double mean, sigma;
    double min, max; /* over non-missing values; min > max when there are none */
} hwi_moments;

/* values: (n_rows), NaN missing. is_integer: the column shows as int (H2O keeps 0/1 columns apart).
 */
hwi_moments hwi_moments_of(const double *values, int64_t n_rows, bool is_integer);

/* With observation weights: weights (n_rows), rows of weight 0 do not count. min and max are left
 * at 0. */
hwi_moments hwi_moments_weighted(const double *values, const double *weights, int64_t n_rows);
