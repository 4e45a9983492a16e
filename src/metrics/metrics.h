/* SPDX-License-Identifier: Apache-2.0
 *
 * Computing metrics from predictions, as H2O 3.46 does (order of sums, rounding of the response to
 * float, threshold bins). Letters: N rows, K classes. A builder belongs to one thread at a time;
 * results are immutable. */
#pragma once

#include <jansson.h>

#include "base/json.h"
#include "base/status.h"
#include "heavywater/metrics.h"
#include "params/params.h"

HW_DEFINE_AUTO(hw_metrics, hw_metrics_free)

enum { HWI_NO_HIT_RATIOS = -1 };

typedef struct hwi_metrics_input {
    hw_category category;
    const char *description; /* or NULL; copied */
    int64_t n_rows;
    const double *actual; /* (N) response or code in domain, NaN missing; NULL for autoencoders */
    /* Regression: (N) predictions in response space. Classifiers: (N, K) probabilities, row-major.
     * Autoencoder: (N) mean squared reconstruction error of each row. */
    const double *predictions;
    const double *weights; /* (N) or NULL for all 1 */
    const int32_t *labels; /* multinomial: (N) predicted classes, or NULL for the first largest */
    int32_t n_classes;     /* K; 1 for regression */
    const char *const *domain; /* (K + n_unknown_levels) class names; copied */
    /* Multinomial: levels of the actual values that the model does not know. As in H2O they are
     * further classes whose rows are always wrong: probability 0, in no hit ratio. */
    int32_t n_unknown_levels;
    /* Of the model; used for the deviance of a regression. */
    hw_distribution distribution;
    double tweedie_power, quantile_alpha, huber_alpha;
    int32_t gainslift_bins;
    /* Rows of the table of hit ratios, at most. 0 is H2O's 10; HWI_NO_HIT_RATIOS: no table. */
    int32_t max_hit_ratio_k;
    bool as_h2o; /* gains/lift cuts off the fractions of weights */
    /* (K) of the training classes: hit ratios find the next best class as H2O does, where
     * probabilities tie. NULL: ties by class order. */
    const double *tie_priors;
    hw_auc_type auc_type;
} hwi_metrics_input;

/* One block of rows; the arrays mean what they mean in hwi_metrics_input. */
typedef struct hwi_metrics_rows {
    int64_t n_rows;
    const double *actual;
    const double *predictions;
    const double *weights;
    const int32_t *labels;
} hwi_metrics_rows;

/* All at once: builder, rows of the input, finish. */
hw_status hwi_metrics_new(const hwi_metrics_input *input, hw_metrics **out,
                          hw_error *err) HW_MUST_USE;

/* Sums over blocks of rows. The digits depend on how the rows were cut: rows added one after the
 * other are one sum, reduced builders are sums of sums (as over the folds of a
 * cross-validation). */
typedef struct hwi_metrics_builder hwi_metrics_builder;

/* The row fields of setup are not looked at; domain is copied. Errors: HW_EINVAL. */
hw_status hwi_metrics_builder_new(const hwi_metrics_input *setup, hwi_metrics_builder **out,
                                  hw_error *err) HW_MUST_USE;
void hwi_metrics_builder_free(hwi_metrics_builder *builder);
HW_DEFINE_AUTO(hwi_metrics_builder, hwi_metrics_builder_free)
/* Rows with a missing actual, a NaN prediction, or a weight of 0, NaN or below are passed over. */
hw_status hwi_metrics_builder_add_rows(hwi_metrics_builder *builder, const hwi_metrics_rows *rows,
                                       hw_error *err) HW_MUST_USE;
/* Adds the rows of `from`, which stays as it is, to `into`; both of one setup. */
hw_status hwi_metrics_builder_reduce(hwi_metrics_builder *into, const hwi_metrics_builder *from,
                                     hw_error *err) HW_MUST_USE;
/* Some results are made from single rows, not from sums: the gains/lift table, and the deviance of
 * a huber model. This makes them from other rows than those added, as cross-validation does with
 * its combined holdout predictions (in the order of the frame, rounded for classifiers). */
hw_status hwi_metrics_builder_set_detail_rows(hwi_metrics_builder *builder,
                                              const hwi_metrics_rows *rows,
                                              hw_error *err) HW_MUST_USE;
hw_status hwi_metrics_builder_finish(const hwi_metrics_builder *builder, hw_metrics **out,
                                     hw_error *err) HW_MUST_USE;

/* The object of the fixtures' training_metrics: scalars and tables. rows_key as in hwi_json_table.
 * NULL writes null. */
void hwi_metrics_write_json(hwi_json *json, const hw_metrics *metrics, const char *rows_key);
/* Back from that object, or from H2O's own. Untrusted input: what is missing or malformed becomes
 * NaN, an absent description or no table. JSON null (or NULL) gives a NULL *out. Errors: HW_EFORMAT
 * for anything but an object. */
hw_status hwi_metrics_read_json(const json_t *json, hw_metrics **out, hw_error *err) HW_MUST_USE;
