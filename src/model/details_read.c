/* SPDX-License-Identifier: Apache-2.0
 *
 * What H2O says of its own models in experimental/modelDetails.json: parameters, tables, metrics.
 * It only explains, so whatever is missing or odd is passed over. */
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/table_json.h"
#include "model/mojo.h"

static const json_t *find_param(const json_t *details, const char *name)
{
    const json_t *params = json_object_get(details, "parameters");
    for (size_t i = 0; i < json_array_size(params); i++) {
        const json_t *param = json_array_get(params, i);
        const char *found = json_string_value(json_object_get(param, "name"));
        if (found && strcmp(found, name) == 0)
            return param;
    }
    return NULL;
}

bool hwi_details_read_hashing(const json_t *details, int32_t *out_n_slots, int64_t *out_seed)
{
    const json_t *slots =
        json_object_get(find_param(details, "max_categorical_features"), "actual_value");
    const json_t *seed = json_object_get(find_param(details, "seed"), "actual_value");
    if (!json_is_integer(slots) || !json_is_integer(seed) || json_integer_value(slots) < 1 ||
        json_integer_value(slots) > INT32_MAX)
        return false;
    *out_n_slots = (int32_t)json_integer_value(slots);
    *out_seed = json_integer_value(seed);
    return true;
}

const char *hwi_details_weights_column(const json_t *details)
{
    const json_t *column = json_object_get(find_param(details, "weights_column"), "actual_value");
    return json_string_value(json_object_get(column, "column_name"));
}

/* H2O's objects for columns, frames and models stand for their names. */
static const char *name_in_object(const json_t *json)
{
    const char *name = json_string_value(json_object_get(json, "column_name"));
    return name ? name : json_string_value(json_object_get(json, "name"));
}

static void append_quoted(hwi_buffer *out, const char *text)
{
    hwi_buffer_append_char(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            hwi_buffer_append_char(out, '\\');
        hwi_buffer_append_char(out, *text);
    }
    hwi_buffer_append_char(out, '"');
}

/* A value as the text of a parameter. False for what has none. */
static bool append_value(hwi_buffer *out, const json_t *json, bool in_list)
{
    char number[HWI_NUMBER_TEXT_BYTES];
    const char *text = json_is_object(json) ? name_in_object(json) : json_string_value(json);
    if (text && in_list)
        append_quoted(out, text);
    else if (text)
        hwi_buffer_append_text(out, text);
    else if (json_is_boolean(json))
        hwi_buffer_append_text(out, json_is_true(json) ? "true" : "false");
    else if (json_is_integer(json))
        hwi_buffer_printf(out, "%lld", (long long)json_integer_value(json));
    else if (json_is_real(json))
        hwi_buffer_append(out, number, hwi_format_double(json_real_value(json), number));
    else if (json_is_null(json))
        hwi_buffer_append_text(out, in_list ? "null" : "");
    else
        return false;
    return true;
}

static bool append_list(hwi_buffer *out, const json_t *json)
{
    hwi_buffer_append_char(out, '[');
    for (size_t i = 0; i < json_array_size(json); i++) {
        if (i)
            hwi_buffer_append_char(out, ',');
        if (!append_value(out, json_array_get(json, i), true))
            return false;
    }
    hwi_buffer_append_char(out, ']');
    return true;
}

static hw_status read_param(hw_params *params, const char *name, const json_t *value, hw_error *err)
{
    HW_AUTO_BUFFER(text);
    bool is_text =
        json_is_array(value) ? append_list(&text, value) : append_value(&text, value, false);
    HW_TRY(hwi_buffer_check(&text, err));
    hw_error why;
    if (is_text && hwi_params_read_text(params, name, hwi_buffer_text(&text), &why) == HW_ENOMEM)
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    return HW_OK;
}

static hw_status read_params(const json_t *details, hw_model *model, hw_error *err)
{
    const json_t *params = json_object_get(details, "parameters");
    for (size_t i = 0; i < json_array_size(params); i++) {
        const json_t *param = json_array_get(params, i);
        const char *name = json_string_value(json_object_get(param, "name"));
        if (!name || hwi_param_index(name) < 0)
            continue;
        const json_t *input = json_object_get(param, "input_value");
        const json_t *actual = json_object_get(param, "actual_value");
        if (input && !json_equal(input, json_object_get(param, "default_value")))
            HW_TRY(read_param(model->params_given, name, input, err));
        if (actual)
            HW_TRY(read_param(model->params_actual, name, actual, err));
    }
    return HW_OK;
}

/* The model has its columns' names and levels; H2O adds which numbers are times. */
static void read_column_types(const json_t *output, hwi_encoder *encoder)
{
    const json_t *types = json_object_get(output, "column_types");
    if (json_array_size(types) != (size_t)encoder->n_columns)
        return;
    for (int32_t i = 0; i < encoder->n_columns; i++) {
        const char *type = json_string_value(json_array_get(types, (size_t)i));
        if (type && strcmp(type, "Time") == 0 && encoder->columns[i].type != HW_TYPE_ENUM)
            encoder->columns[i].type = HW_TYPE_TIME;
    }
}

static hw_status read_table(const json_t *output, const char *key, hw_table **out, hw_error *err)
{
    hw_error why;
    if (hwi_table_read_json(json_object_get(output, key), out, &why) == HW_ENOMEM)
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    return HW_OK;
}

static hw_status read_metrics(const json_t *output, const char *key, hw_category category,
                              hw_metrics **out, hw_error *err)
{
    hw_error why;
    HW_AUTO(hw_metrics) *metrics = NULL;
    if (hwi_metrics_read_json(json_object_get(output, key), &metrics, &why) == HW_ENOMEM)
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    if (metrics && hw_metrics_category(metrics) == category)
        *out = HW_TAKE(metrics);
    return HW_OK;
}

static void read_times(const json_t *output, hw_model *model)
{
    const json_t *start = json_object_get(output, "start_time");
    const json_t *run = json_object_get(output, "run_time");
    const int64_t limit = INT64_MAX / 8;
    if (json_integer_value(start) > 0 && json_integer_value(start) < limit)
        model->start_time_ms = json_integer_value(start);
    if (json_integer_value(run) > 0 && json_integer_value(run) < limit)
        model->run_time_ms = json_integer_value(run);
}

/* The last row of the history is where training ended. */
static void read_counters(hw_model *model)
{
    const hw_table *history = model->scoring_history;
    int64_t last = history ? hw_table_n_rows(history) - 1 : -1;
    if (last < 0)
        return;
    int32_t epochs = hw_table_find_column(history, "epochs");
    int32_t iterations = hw_table_find_column(history, "iterations");
    int32_t samples = hw_table_find_column(history, "samples");
    double n_iterations = iterations < 0 ? 0 : hw_table_number(history, last, iterations);
    double n_samples = samples < 0 ? 0 : hw_table_number(history, last, samples);
    double n_epochs = epochs < 0 ? 0 : hw_table_number(history, last, epochs);
    model->iterations = n_iterations >= 0 && n_iterations < INT32_MAX ? (int32_t)n_iterations : 0;
    model->samples_processed = n_samples >= 0 && n_samples < 9e15 ? (int64_t)n_samples : 0;
    model->epochs = n_epochs >= 0 ? n_epochs : 0;
}

hw_status hwi_details_read_results(const json_t *details, hw_model *model, hw_error *err)
{
    const json_t *output = json_object_get(details, "output");
    HW_TRY(read_table(output, "model_summary", &model->model_summary, err));
    HW_TRY(read_table(output, "scoring_history", &model->scoring_history, err));
    HW_TRY(read_table(output, "variable_importances", &model->variable_importances, err));
    HW_TRY(read_table(output, "cross_validation_metrics_summary",
                      &model->cross_validation_metrics_summary, err));
    HW_TRY(
        read_metrics(output, "training_metrics", model->category, &model->training_metrics, err));
    HW_TRY(read_metrics(output, "validation_metrics", model->category, &model->validation_metrics,
                        err));
    return read_metrics(output, "cross_validation_metrics", model->category,
                        &model->cross_validation_metrics, err);
}

hw_status hwi_details_read(const json_t *details, hw_model *model, hw_error *err)
{
    const json_t *output = json_object_get(details, "output");
    HW_TRY(read_params(details, model, err));
    model->seed = model->params_actual->seed;
    read_column_types(output, model->encoder);
    HW_TRY(hwi_details_read_results(details, model, err));
    read_times(output, model);
    read_counters(model);
    return HW_OK;
}
