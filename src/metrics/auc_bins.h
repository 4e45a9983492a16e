/* SPDX-License-Identifier: Apache-2.0
 *
 * H2O's threshold bins: the distribution of the predicted probability among positive and negative
 * rows in at most 400 bins, built row by row. Rows beyond 400 different values are merged into bins
 * online, and which bins are merged depends on H2O's cache of the cheapest pair; the cache is
 * imitated, so the same rows in the same order give the same bins. One thread at a time. */
#pragma once

#include "base/alloc.h"
#include "base/status.h"

enum { HWI_AUC_MAX_BINS = 400 };

typedef struct hwi_auc_bins {
    int32_t n;
    int32_t capacity;
    int32_t cheapest; /* the cached pair (cheapest, cheapest + 1), -1 when dropped */
    /* (capacity) each, by rising centre. */
    double *centre;
    double *squared_error;
    double *tp, *fp;   /* weights of positive and negative rows */
    double *pair_cost; /* what merging bins i and i + 1 costs; below 0 when it costs nothing */
} hwi_auc_bins;

void hwi_auc_bins_init(hwi_auc_bins *bins);
void hwi_auc_bins_clear(hwi_auc_bins *bins);
hw_status hwi_auc_bins_add(hwi_auc_bins *bins, double p, double weight, bool is_positive,
                           hw_error *err) HW_MUST_USE;
hw_status hwi_auc_bins_reduce(hwi_auc_bins *into, const hwi_auc_bins *from,
                              hw_error *err) HW_MUST_USE;

/* The bins by falling threshold with cumulated weights: row i counts all rows at or above it. */
typedef struct hwi_auc_curve {
    int32_t n;
    double threshold[HWI_AUC_MAX_BINS];
    double tp[HWI_AUC_MAX_BINS], fp[HWI_AUC_MAX_BINS];
    double n_positive, n_negative;
} hwi_auc_curve;

void hwi_auc_curve_from_bins(hwi_auc_curve *curve, const hwi_auc_bins *bins);
/* 1 without negatives, 0 without positives, NaN without rows. */
double hwi_auc_curve_auc(const hwi_auc_curve *curve);
double hwi_auc_curve_pr_auc(const hwi_auc_curve *curve);
