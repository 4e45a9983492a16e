/* SPDX-License-Identifier: Apache-2.0
 *
 * Computing metrics from predictions, as H2O 3.46 does (order of sums, rounding of the response to
 * float, threshold bins). Letters: N rows, K classes. Stateless; results are immutable. */
#pragma once

#include "base/json.h"
#include "base/status.h"
#include "heavywater/metrics.h"
#include "params/params.h"

HW_DEFINE_AUTO(hw_metrics, hw_metrics_free)

typedef struct hwi_metrics_input {
    hw_category category;
    const char *description; /* or NULL; copied */
    int64_t n_rows;
    const double *actual; /* (N) response or class code, NaN missing; NULL for autoencoders */
    /* Regression: (N) predictions in response space. Classifiers: (N, K) probabilities, row-major.
     * Autoencoder: (N) mean squared reconstruction error of each row. */
    const double *predictions;
    const double *weights; /* (N) or NULL for all 1 */
    const int32_t *labels; /* multinomial: (N) predicted classes, or NULL for the first largest */
    int32_t n_classes;     /* K; 1 for regression */
    const char *const *domain; /* (K) class names; copied */
    /* Of the model; used for the deviance of a regression. */
    hw_distribution distribution;
    double tweedie_power, quantile_alpha, huber_alpha;
    int32_t gainslift_bins;
    hw_auc_type auc_type;
} hwi_metrics_input;

hw_status hwi_metrics_new(const hwi_metrics_input *input, hw_metrics **out,
                          hw_error *err) HW_MUST_USE;

/* The object of the fixtures' training_metrics: scalars and tables. rows_key as in hwi_json_table.
 * NULL writes null. */
void hwi_metrics_write_json(hwi_json *json, const hw_metrics *metrics, const char *rows_key);
