/* SPDX-License-Identifier: Apache-2.0
 *
 * How well a model fits a frame. Values and tables carry H2O's names. Immutable; read from any
 * thread. */
#pragma once

#include "heavywater/status.h"
#include "heavywater/table.h"

HW_BEGIN_DECLS

typedef struct hw_metrics hw_metrics;

/* H2O's model categories: "Regression", "Binomial", "Multinomial", "AutoEncoder". */
typedef enum hw_category {
    HW_CATEGORY_REGRESSION,
    HW_CATEGORY_BINOMIAL,
    HW_CATEGORY_MULTINOMIAL,
    HW_CATEGORY_AUTOENCODER
} hw_category;

HW_API const char *hw_category_name(hw_category category);

HW_API void hw_metrics_free(hw_metrics *metrics);
HW_API hw_category hw_metrics_category(const hw_metrics *metrics);
/* "Metrics reported on full training frame" ...; NULL when scored afterwards. */
HW_API const char *hw_metrics_description(const hw_metrics *metrics);
HW_API int64_t hw_metrics_n_observations(const hw_metrics *metrics);
/* Scalars in H2O's order, by H2O's JSON names: "MSE", "RMSE", "r2", "mae", "rmsle",
 * "mean_residual_deviance", "logloss", "AUC", "pr_auc", "Gini", "mean_per_class_error". A value
 * that the category lacks is NaN. Also answered, though not listed: "classification_error",
 * "lift_top_group", "default_threshold". */
HW_API int32_t hw_metrics_n_values(const hw_metrics *metrics);
HW_API const char *hw_metrics_value_name(const hw_metrics *metrics, int32_t i);
HW_API double hw_metrics_value(const hw_metrics *metrics, const char *name);
/* "cm" (confusion matrix), "thresholds_and_metric_scores", "max_criteria_and_metric_scores",
 * "gains_lift_table", "hit_ratio_table", "multinomial_auc_table", "multinomial_aucpr_table"; NULL
 * when the category has none. Borrowed. */
HW_API const hw_table *hw_metrics_table(const hw_metrics *metrics, const char *name);

HW_END_DECLS
