/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/metrics.h"

#include <math.h>
#include <string.h>

#include "metrics/object.h"

const char *const hwi_metrics_value_names[N_VALUES] = {"MSE",
                                                       "RMSE",
                                                       "r2",
                                                       "mae",
                                                       "rmsle",
                                                       "mean_residual_deviance",
                                                       "logloss",
                                                       "AUC",
                                                       "pr_auc",
                                                       "Gini",
                                                       "mean_per_class_error",
                                                       "loglikelihood",
                                                       "AIC",
                                                       "classification_error",
                                                       "lift_top_group",
                                                       "default_threshold"};

const char *const hwi_metrics_table_names[N_TABLES] = {"cm",
                                                       "thresholds_and_metric_scores",
                                                       "max_criteria_and_metric_scores",
                                                       "gains_lift_table",
                                                       "hit_ratio_table",
                                                       "multinomial_auc_table",
                                                       "multinomial_aucpr_table"};

typedef struct category_info {
    const char *name;
    int32_t n_values;
    value_id values[8]; /* those that are listed, in H2O's order */
} category_info;

static const category_info categories[] = {
    [HW_CATEGORY_REGRESSION] = {"Regression",
                                6,
                                {VALUE_MSE, VALUE_RMSE, VALUE_R2, VALUE_DEVIANCE, VALUE_MAE,
                                 VALUE_RMSLE}},
    [HW_CATEGORY_BINOMIAL] = {"Binomial",
                              8,
                              {VALUE_MSE, VALUE_RMSE, VALUE_R2, VALUE_LOGLOSS, VALUE_AUC,
                               VALUE_PR_AUC, VALUE_GINI, VALUE_MEAN_PER_CLASS_ERROR}},
    [HW_CATEGORY_MULTINOMIAL] = {"Multinomial",
                                 7,
                                 {VALUE_MSE, VALUE_RMSE, VALUE_R2, VALUE_LOGLOSS,
                                  VALUE_MEAN_PER_CLASS_ERROR, VALUE_AUC, VALUE_PR_AUC}},
    [HW_CATEGORY_AUTOENCODER] = {"AutoEncoder", 2, {VALUE_MSE, VALUE_RMSE}},
};

const char *hw_category_name(hw_category category)
{
    return categories[category].name;
}

hw_metrics *hwi_metrics_alloc(hw_category category)
{
    hw_metrics *metrics = HWI_NEW(hw_metrics);
    if (!metrics)
        return NULL;
    metrics->category = category;
    for (int i = 0; i < N_VALUES; i++)
        metrics->values[i] = NAN;
    return metrics;
}

hw_status hwi_metrics_set_domain(hw_metrics *metrics, const char *const *domain, int32_t n_classes,
                                 hw_error *err)
{
    metrics->domain = HWI_NEW_ARRAY(char *, (size_t)n_classes);
    HW_CHECK_ALLOC(err, metrics->domain);
    metrics->n_classes = n_classes;
    for (int32_t k = 0; k < n_classes; k++) {
        metrics->domain[k] = hwi_strdup(domain[k]);
        HW_CHECK_ALLOC(err, metrics->domain[k]);
    }
    return HW_OK;
}

void hw_metrics_free(hw_metrics *metrics)
{
    if (!metrics)
        return;
    for (int i = 0; i < N_TABLES; i++)
        hwi_table_free(metrics->tables[i]);
    if (metrics->domain)
        for (int32_t k = 0; k < metrics->n_classes; k++)
            hwi_free(metrics->domain[k]);
    hwi_free(metrics->domain);
    hwi_free(metrics->description);
    hwi_free(metrics);
}

hw_category hw_metrics_category(const hw_metrics *metrics)
{
    return metrics->category;
}

const char *hw_metrics_description(const hw_metrics *metrics)
{
    return metrics->description;
}

int64_t hw_metrics_n_observations(const hw_metrics *metrics)
{
    return metrics->n_observations;
}

int32_t hw_metrics_n_values(const hw_metrics *metrics)
{
    return categories[metrics->category].n_values;
}

const char *hw_metrics_value_name(const hw_metrics *metrics, int32_t i)
{
    const category_info *info = &categories[metrics->category];
    return i >= 0 && i < info->n_values ? hwi_metrics_value_names[info->values[i]] : NULL;
}

double hw_metrics_value(const hw_metrics *metrics, const char *name)
{
    for (int i = 0; i < N_VALUES; i++)
        if (strcmp(hwi_metrics_value_names[i], name) == 0)
            return metrics->values[i];
    return NAN;
}

const hw_table *hw_metrics_table(const hw_metrics *metrics, const char *name)
{
    for (int i = 0; i < N_TABLES; i++)
        if (strcmp(hwi_metrics_table_names[i], name) == 0)
            return metrics->tables[i];
    return NULL;
}
