/* SPDX-License-Identifier: Apache-2.0
 *
 * Metrics as H2O's JSON object, keys in H2O's order. */
#include <math.h>

#include "metrics/object.h"

static void put_value(hwi_json *json, const hw_metrics *m, value_id id)
{
    hwi_json_put_double(json, hwi_metrics_value_names[id], m->values[id]);
}

static void put_table(hwi_json *json, const hw_metrics *m, table_id id, const char *rows_key)
{
    hwi_json_key(json, hwi_metrics_table_names[id]);
    if (id != TABLE_CM) {
        hwi_json_table(json, m->tables[id], rows_key);
        return;
    }
    hwi_json_begin_object(json);
    hwi_json_key(json, "table");
    hwi_json_table(json, m->tables[id], rows_key);
    hwi_json_end_object(json);
}

static void put_domain(hwi_json *json, const hw_metrics *m)
{
    hwi_json_key(json, "domain");
    if (!m->domain) {
        hwi_json_null(json);
        return;
    }
    hwi_json_begin_array(json, true);
    for (int32_t k = 0; k < m->n_classes; k++)
        hwi_json_string(json, m->domain[k]);
    hwi_json_end_array(json);
}

static void put_likelihood(hwi_json *json, const hw_metrics *m)
{
    put_value(json, m, VALUE_LOGLIKELIHOOD);
    put_value(json, m, VALUE_AIC);
}

static void put_regression(hwi_json *json, const hw_metrics *m)
{
    put_value(json, m, VALUE_R2);
    put_value(json, m, VALUE_DEVIANCE);
    put_value(json, m, VALUE_MAE);
    put_value(json, m, VALUE_RMSLE);
    put_likelihood(json, m);
}

static void put_binomial(hwi_json *json, const hw_metrics *m, const char *rows_key)
{
    put_value(json, m, VALUE_R2);
    put_value(json, m, VALUE_LOGLOSS);
    put_likelihood(json, m);
    put_value(json, m, VALUE_AUC);
    put_value(json, m, VALUE_PR_AUC);
    put_value(json, m, VALUE_GINI);
    put_value(json, m, VALUE_MEAN_PER_CLASS_ERROR);
    put_domain(json, m);
    put_table(json, m, TABLE_CM, rows_key);
    put_table(json, m, TABLE_THRESHOLDS, rows_key);
    put_table(json, m, TABLE_MAX_CRITERIA, rows_key);
    put_table(json, m, TABLE_GAINS_LIFT, rows_key);
}

static void put_multinomial(hwi_json *json, const hw_metrics *m, const char *rows_key)
{
    put_value(json, m, VALUE_R2);
    put_table(json, m, TABLE_HIT_RATIOS, rows_key);
    put_table(json, m, TABLE_CM, rows_key);
    put_value(json, m, VALUE_LOGLOSS);
    put_likelihood(json, m);
    put_value(json, m, VALUE_MEAN_PER_CLASS_ERROR);
    put_value(json, m, VALUE_AUC);
    put_value(json, m, VALUE_PR_AUC);
    put_table(json, m, TABLE_MULTINOMIAL_AUC, rows_key);
    put_table(json, m, TABLE_MULTINOMIAL_AUCPR, rows_key);
}

void hwi_metrics_write_json(hwi_json *json, const hw_metrics *m, const char *rows_key)
{
    if (!m) {
        hwi_json_null(json);
        return;
    }
    hwi_json_begin_object(json);
    hwi_json_put_string(json, "description", m->description);
    hwi_json_put_string(json, "model_category", hw_category_name(m->category));
    put_value(json, m, VALUE_MSE);
    put_value(json, m, VALUE_RMSE);
    hwi_json_put_int(json, "nobs", m->n_observations);
    /* There are no custom metrics; H2O says so in two ways. */
    hwi_json_put_null(json, "custom_metric_name");
    hwi_json_put_double(json, "custom_metric_value",
                        m->category == HW_CATEGORY_AUTOENCODER ? NAN : 0);
    switch (m->category) {
    case HW_CATEGORY_REGRESSION:
        put_regression(json, m);
        break;
    case HW_CATEGORY_BINOMIAL:
        put_binomial(json, m, rows_key);
        break;
    case HW_CATEGORY_MULTINOMIAL:
        put_multinomial(json, m, rows_key);
        break;
    case HW_CATEGORY_AUTOENCODER:
        break;
    }
    hwi_json_end_object(json);
}
