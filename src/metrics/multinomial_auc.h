/* SPDX-License-Identifier: Apache-2.0
 *
 * AUC of a classifier of several classes: one against the rest, and one against one for each pair.
 * One thread at a time. */
#pragma once

#include "base/table.h"
#include "metrics/auc_bins.h"
#include "params/params.h"

enum { HWI_MULTINOMIAL_AUC_MAX_CLASSES = 50 };

typedef struct hwi_multinomial_auc {
    int32_t n_classes;
    int32_t n_predicted; /* the first ones have probabilities, others 0 */
    hwi_auc_bins *bins;  /* (K, K): [i][i] is class i against the rest, [i][j] against class j */
    double *n_rows;      /* (K) weight of each class */
} hwi_multinomial_auc;

typedef struct hwi_multinomial_auc_result {
    double auc, pr_auc; /* by the wanted kind of average */
    hw_table *auc_table, *pr_auc_table;
} hwi_multinomial_auc_result;

bool hwi_multinomial_auc_is_wanted(hw_auc_type auc_type, int32_t n_classes);
hw_status hwi_multinomial_auc_init(hwi_multinomial_auc *auc, int32_t n_classes, int32_t n_predicted,
                                   hw_error *err) HW_MUST_USE;
void hwi_multinomial_auc_clear(hwi_multinomial_auc *auc);
/* probabilities: (n_predicted). */
hw_status hwi_multinomial_auc_add(hwi_multinomial_auc *auc, const double *probabilities,
                                  int32_t actual, double weight, hw_error *err) HW_MUST_USE;
hw_status hwi_multinomial_auc_reduce(hwi_multinomial_auc *into, const hwi_multinomial_auc *from,
                                     hw_error *err) HW_MUST_USE;
/* The tables are the caller's. */
hw_status hwi_multinomial_auc_finish(const hwi_multinomial_auc *auc, hw_auc_type auc_type,
                                     const char *const *domain, hwi_multinomial_auc_result *out,
                                     hw_error *err) HW_MUST_USE;
