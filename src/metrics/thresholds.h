/* SPDX-License-Identifier: Apache-2.0
 *
 * H2O's 18 criteria of a binomial classifier as functions of the threshold, and their tables. */
#pragma once

#include "base/table.h"
#include "metrics/auc_bins.h"

/* The first row of the curve with the largest f1, or -1 when f1 is nowhere defined (no positives).
 */
int32_t hwi_curve_max_f1(const hwi_auc_curve *curve);
/* "Metrics for Thresholds" and "Maximum Metrics"; NULL when memory is exhausted. */
hw_table *hwi_thresholds_table(const hwi_auc_curve *curve);
hw_table *hwi_max_criteria_table(const hwi_auc_curve *curve);
