/* SPDX-License-Identifier: Apache-2.0
 *
 * Random choices of rows: balanced classes (spec 4.2), and the rows that scoring looks at
 * (spec 9.1). Pure functions of their seeds. */
#pragma once

#include "base/status.h"

typedef struct hwi_row_list {
    int32_t *rows; /* (n) rows of the frame */
    int32_t n;
} hwi_row_list;

void hwi_row_list_clear(hwi_row_list *list);

typedef struct hwi_balance {
    const double *classes; /* (n_rows) codes, NaN missing */
    const double *weights; /* (n_rows) or NULL */
    int32_t n_rows, n_classes;
    const double
        *factors;     /* (n_classes) class_sampling_factors, or NULL to make the classes equal */
    int64_t max_rows; /* cap of the result */
    bool never_oversamples;
    int64_t seed;
} hwi_balance;

/* class_sampling_factors and max_after_balance_size at work. */
hw_status hwi_balance_rows(const hwi_balance *balance, hwi_row_list *out,
                           hw_error *err) HW_MUST_USE;

/* Each of n rows with probability n_wanted / n; all when n_wanted is 0 or n_rows and more: then out
 * stays empty. */
hw_status hwi_sample_rows(int32_t n_rows, int64_t n_wanted, int64_t seed, hwi_row_list *out,
                          hw_error *err) HW_MUST_USE;

/* Shares of the classes among rows (rows NULL: all n), weighted; (n_classes). */
void hwi_class_shares(const double *classes, const double *weights, const int32_t *rows, int32_t n,
                      int32_t n_classes, double *out);
