/* SPDX-License-Identifier: Apache-2.0
 *
 * experimental/modelDetails.json: what H2O shows of a MOJO that it has imported. It never reads
 * numbers for scoring from here. The table of reproducibility information is left out on purpose:
 * H2O's scorer reads it and fails on it. */
#include "model/mojo.h"
#include "params/params_json.h"

static void put_table(hwi_json *json, const char *key, const hw_table *table)
{
    hwi_json_key(json, key);
    hwi_json_table(json, table, "rowcount");
}

static void put_metrics(hwi_json *json, const char *key, const hw_metrics *metrics)
{
    hwi_json_key(json, key);
    hwi_metrics_write_json(json, metrics, "rowcount");
}

static void put_output(hwi_json *json, const hw_model *model)
{
    const hwi_encoder *encoder = model->encoder;
    hwi_json_key(json, "output");
    hwi_json_begin_object(json);
    hwi_json_key(json, "names");
    hwi_model_put_column_names(json, encoder);
    hwi_json_put_null(json, "original_names");
    hwi_json_key(json, "column_types");
    hwi_model_put_column_types(json, encoder);
    hwi_json_put_string(json, "model_category", hw_category_name(model->category));
    put_table(json, "model_summary", model->model_summary);
    put_table(json, "scoring_history", model->scoring_history);
    put_metrics(json, "training_metrics", model->training_metrics);
    put_metrics(json, "validation_metrics", model->validation_metrics);
    put_metrics(json, "cross_validation_metrics", model->cross_validation_metrics);
    if (model->cross_validation_metrics_summary)
        put_table(json, "cross_validation_metrics_summary",
                  model->cross_validation_metrics_summary);
    hwi_json_put_int(json, "start_time", model->start_time_ms);
    hwi_json_put_int(json, "end_time", model->start_time_ms + model->run_time_ms);
    hwi_json_put_int(json, "run_time", model->run_time_ms);
    hwi_json_put_double(json, "default_threshold", model->default_threshold);
    put_table(json, "variable_importances", model->variable_importances);
    hwi_json_end_object(json);
}

void hwi_mojo_write_details(const hw_model *model, hwi_buffer *out)
{
    hwi_json json;
    hwi_json_init(&json, out);
    hwi_json_begin_object(&json);
    hwi_json_put_string(&json, "algo", "deeplearning");
    hwi_json_put_string(&json, "algo_full_name", "Deep Learning");
    hwi_json_put_string(&json, "response_column_name", hw_model_response_name(model));
    hwi_json_put_int(&json, "timestamp", model->start_time_ms + model->run_time_ms);
    hwi_json_key(&json, "parameters");
    hwi_params_write_details(&json, model->params_given, model->params_actual);
    put_output(&json, model);
    hwi_json_end_object(&json);
    hwi_buffer_append_char(out, '\n');
}
