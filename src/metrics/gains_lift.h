/* SPDX-License-Identifier: Apache-2.0
 *
 * H2O's gains/lift table, and the row-level memory of a metrics builder that it is made from. */
#pragma once

#include "base/table.h"

/* What is kept of a scored row: for classifiers the probability and whether it was an event, for
 * regressions the prediction and the response (not rounded to float). A classifier's row without a
 * response has NaN: it has a say in where the groups are cut, and belongs to none. */
typedef struct hwi_detail_row {
    double actual;
    double prediction;
    double weight;
} hwi_detail_row;

typedef struct hwi_gains_lift_setup {
    int32_t n_bins; /* -1 for H2O's 16 groups, 0 for none */
    /* H2O counts whole numbers: the fraction of each weight is cut off, also where groups are cut.
     */
    bool as_h2o;
    bool has_weightless; /* rows of weight 0 were scored, which H2O predicts as 0 */
} hwi_gains_lift_setup;

/* *out is NULL when there are no groups or no rows. */
hw_status hwi_gains_lift_table(const hwi_detail_row *rows, int64_t n_rows,
                               const hwi_gains_lift_setup *setup, hw_table **out,
                               hw_error *err) HW_MUST_USE;
