/* SPDX-License-Identifier: Apache-2.0
 *
 * The scoring history: H2O's table, and the values that stopping looks at. One thread. */
#pragma once

#include "base/table.h"
#include "heavywater/metrics.h"
#include "params/params.h"

typedef struct hwi_history {
    hw_table *table;
    hw_category category;
    bool has_validation;
    hw_stopping_metric metric;
    double *stopping_values; /* (n) of the validation frame, else the training frame */
    int32_t n, capacity;
} hwi_history;

typedef struct hwi_history_event {
    /* Since the start; of it spent scoring, and in this run before its first row was learned from.
     */
    double total_ms, scoring_ms, setup_ms;
    double epochs;
    int32_t iterations;
    int64_t samples;
    const hw_metrics *training, *validation; /* NULL: the placeholder before training */
} hwi_history_event;

hw_status hwi_history_init(hwi_history *history, hw_category category, bool has_validation,
                           hw_stopping_metric metric, hw_error *err) HW_MUST_USE;
void hwi_history_clear(hwi_history *history);
hw_status hwi_history_add(hwi_history *history, const hwi_history_event *event,
                          hw_error *err) HW_MUST_USE;
/* Starts with the rows of an earlier training of the same category. values are its stopping values
 * (n_values), of the same metric as this history's, or NULL: then they are taken from the table
 * where it has them. HW_EINVAL when the tables differ in their columns. */
hw_status hwi_history_continue(hwi_history *history, const hw_table *table, const double *values,
                               int32_t n_values, hw_error *err) HW_MUST_USE;
/* Samples learned from in each second of training, as H2O counts. */
double hwi_history_speed(const hwi_history_event *event);
