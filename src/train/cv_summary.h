/* SPDX-License-Identifier: Apache-2.0
 *
 * "Cross-Validation Metrics Summary": the metrics of the folds side by side, with their mean and
 * standard deviation (spec 10.2, point 6). Stateless. */
#pragma once

#include "base/table.h"
#include "heavywater/metrics.h"

/* folds: (n_folds >= 2) metrics of one category, each of the rows held out. The table is the
 * caller's. */
hw_status hwi_cv_summary(const hw_metrics *const *folds, int32_t n_folds, hw_table **out,
                         hw_error *err) HW_MUST_USE;
