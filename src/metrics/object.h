/* SPDX-License-Identifier: Apache-2.0
 *
 * The body of hw_metrics, shared by the builder, the reader and the writer of this folder. */
#pragma once

#include "base/table.h"
#include "metrics/metrics.h"

typedef enum value_id {
    VALUE_MSE,
    VALUE_RMSE,
    VALUE_R2,
    VALUE_MAE,
    VALUE_RMSLE,
    VALUE_DEVIANCE,
    VALUE_LOGLOSS,
    VALUE_AUC,
    VALUE_PR_AUC,
    VALUE_GINI,
    VALUE_MEAN_PER_CLASS_ERROR,
    VALUE_LOGLIKELIHOOD, /* NaN for Deep Learning, as in H2O; so is AIC */
    VALUE_AIC,
    VALUE_CLASSIFICATION_ERROR,
    VALUE_LIFT_TOP_GROUP,
    VALUE_DEFAULT_THRESHOLD,
    N_VALUES
} value_id;

typedef enum table_id {
    TABLE_CM,
    TABLE_THRESHOLDS,
    TABLE_MAX_CRITERIA,
    TABLE_GAINS_LIFT,
    TABLE_HIT_RATIOS,
    TABLE_MULTINOMIAL_AUC,
    TABLE_MULTINOMIAL_AUCPR,
    N_TABLES
} table_id;

struct hw_metrics {
    hw_category category;
    char *description; /* or NULL */
    int64_t n_observations;
    double values[N_VALUES]; /* NaN where the category lacks one */
    hw_table *tables[N_TABLES];
    char **domain; /* (n_classes), or NULL */
    int32_t n_classes;
};

/* JSON names, in the order of the enums. */
extern const char *const hwi_metrics_value_names[N_VALUES];
extern const char *const hwi_metrics_table_names[N_TABLES];

/* All values NaN, no tables. NULL when memory is exhausted. */
hw_metrics *hwi_metrics_alloc(hw_category category);
hw_status hwi_metrics_set_domain(hw_metrics *metrics, const char *const *domain, int32_t n_classes,
                                 hw_error *err) HW_MUST_USE;
