/* SPDX-License-Identifier: Apache-2.0
 *
 * Metrics from the JSON of a model file, ours or H2O's. */
#include <math.h>
#include <string.h>

#include "base/table_json.h"
#include "metrics/object.h"

enum { MAX_CLASSES = 1000000 };

static bool has(const json_t *json, const char *key)
{
    return json_object_get(json, key);
}

/* By its name, or by the fields that only one category has. */
static hw_category category_of(const json_t *json)
{
    const char *name = json_string_value(json_object_get(json, "model_category"));
    for (int c = HW_CATEGORY_REGRESSION; name && c <= HW_CATEGORY_AUTOENCODER; c++)
        if (strcmp(name, hw_category_name((hw_category)c)) == 0)
            return (hw_category)c;
    if (has(json, "Gini") || has(json, "thresholds_and_metric_scores"))
        return HW_CATEGORY_BINOMIAL;
    if (has(json, "hit_ratio_table") || has(json, "logloss"))
        return HW_CATEGORY_MULTINOMIAL;
    if (has(json, "mean_residual_deviance") || has(json, "mae"))
        return HW_CATEGORY_REGRESSION;
    return HW_CATEGORY_AUTOENCODER;
}

static void read_values(hw_metrics *m, const json_t *json)
{
    for (int i = 0; i < N_VALUES; i++)
        if (!hwi_json_read_number(json_object_get(json, hwi_metrics_value_names[i]), &m->values[i]))
            m->values[i] = NAN;
    if (isnan(m->values[VALUE_RMSE]))
        m->values[VALUE_RMSE] = sqrt(m->values[VALUE_MSE]);
    double n;
    if (hwi_json_read_number(json_object_get(json, "nobs"), &n) && n >= 0 && n < 9e15)
        m->n_observations = (int64_t)n;
}

/* A malformed table is no reason to refuse a model: it is left out. */
static hw_status read_table(const json_t *json, hw_table **out, hw_error *err)
{
    hw_status status = hwi_table_read_json(json, out, err);
    return status == HW_EFORMAT ? HW_OK : status;
}

static hw_status read_tables(hw_metrics *m, const json_t *json, hw_error *err)
{
    for (int i = 0; i < N_TABLES; i++) {
        const json_t *table = json_object_get(json, hwi_metrics_table_names[i]);
        if (i == TABLE_CM && has(table, "table"))
            table = json_object_get(table, "table");
        HW_TRY(read_table(table, &m->tables[i], err));
    }
    return HW_OK;
}

static hw_status read_domain(hw_metrics *m, const json_t *json, hw_error *err)
{
    const json_t *domain = json_object_get(json, "domain");
    size_t n = json_array_size(domain);
    if (n == 0 || n > MAX_CLASSES)
        return HW_OK;
    for (size_t k = 0; k < n; k++)
        if (!json_is_string(json_array_get(domain, k)))
            return HW_OK;
    m->domain = HWI_NEW_ARRAY(char *, n);
    HW_CHECK_ALLOC(err, m->domain);
    m->n_classes = (int32_t)n;
    for (size_t k = 0; k < n; k++) {
        m->domain[k] = hwi_strdup(json_string_value(json_array_get(domain, k)));
        HW_CHECK_ALLOC(err, m->domain[k]);
    }
    return HW_OK;
}

/* A cell, or NaN when the table is not there or not as expected. */
static double cell(const hw_table *table, int64_t row, const char *column)
{
    int32_t c = table ? hw_table_find_column(table, column) : -1;
    return c >= 0 && row >= 0 && row < hw_table_n_rows(table) ? hw_table_number(table, row, c)
                                                              : NAN;
}

static int64_t find_row(const hw_table *table, const char *column, const char *text)
{
    int32_t c = table ? hw_table_find_column(table, column) : -1;
    for (int64_t r = 0; c >= 0 && r < hw_table_n_rows(table); r++)
        if (strcmp(hw_table_text(table, r, c), text) == 0)
            return r;
    return -1;
}

/* What H2O does not send stands in its tables. */
static void derive_values(hw_metrics *m)
{
    const hw_table *cm = m->tables[TABLE_CM], *criteria = m->tables[TABLE_MAX_CRITERIA];
    double *error = &m->values[VALUE_CLASSIFICATION_ERROR];
    double *lift = &m->values[VALUE_LIFT_TOP_GROUP];
    double *threshold = &m->values[VALUE_DEFAULT_THRESHOLD];
    if (isnan(*error) && cm)
        *error = cell(cm, hw_table_n_rows(cm) - 1, "Error");
    if (isnan(*lift))
        *lift = cell(m->tables[TABLE_GAINS_LIFT], 0, "lift");
    if (isnan(*threshold))
        *threshold = cell(criteria, find_row(criteria, "metric", "max f1"), "threshold");
}

hw_status hwi_metrics_read_json(const json_t *json, hw_metrics **out, hw_error *err)
{
    if (!json || json_is_null(json)) {
        *out = NULL;
        return HW_OK;
    }
    if (!json_is_object(json))
        HW_FAIL(err, HW_EFORMAT, NULL, "metrics are not a JSON object");
    HW_AUTO(hw_metrics) *m = hwi_metrics_alloc(category_of(json));
    HW_CHECK_ALLOC(err, m);
    const char *description = json_string_value(json_object_get(json, "description"));
    if (description) {
        m->description = hwi_strdup(description);
        HW_CHECK_ALLOC(err, m->description);
    }
    read_values(m, json);
    HW_TRY(read_tables(m, json, err));
    HW_TRY(read_domain(m, json, err));
    derive_values(m);
    *out = HW_TAKE(m);
    return HW_OK;
}
