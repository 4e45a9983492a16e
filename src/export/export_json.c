/* SPDX-License-Identifier: Apache-2.0
 *
 * The network and its encoder as JSON; docs/guide-export.md says what the keys mean. */
#include <string.h>

#include "base/json.h"
#include "export/export.h"
#include "nn/distribution.h"

static void put_reals(hwi_json *json, const char *key, const double *values, int32_t n)
{
    hwi_json_key(json, key);
    if (!values) {
        hwi_json_null(json);
        return;
    }
    hwi_json_begin_array(json, true);
    for (int32_t i = 0; i < n; i++)
        hwi_json_double(json, values[i]);
    hwi_json_end_array(json);
}

static void put_category(hwi_json *json, const hwi_encoder *encoder, int32_t cat)
{
    const hwi_model_column *column = &encoder->columns[cat];
    hwi_json_key(json, "levels");
    hwi_json_begin_array(json, true);
    for (int32_t i = 0; i < column->n_levels; i++)
        hwi_json_string(json, column->levels[i]);
    hwi_json_end_array(json);
    hwi_json_key(json, "level_units");
    hwi_json_begin_array(json, true);
    for (int32_t i = 0; i < column->n_levels; i++)
        hwi_json_int(json, hwi_export_unit(encoder, cat, i));
    hwi_json_end_array(json);
    hwi_json_put_int(json, "missing_unit", hwi_export_unit(encoder, cat, column->n_levels));
}

static void put_columns(hwi_json *json, const hwi_encoder *encoder)
{
    hwi_json_key(json, "columns");
    hwi_json_begin_array(json, false);
    for (int32_t i = 0; i < encoder->n_cats + encoder->n_nums; i++) {
        int32_t number = i - encoder->n_cats;
        hwi_json_begin_object(json);
        hwi_json_put_string(json, "name", encoder->columns[i].name);
        hwi_json_put_string(json, "type", hw_type_name(encoder->columns[i].type));
        if (number < 0) {
            put_category(json, encoder, i);
        } else {
            hwi_json_put_int(json, "unit", encoder->n_units - encoder->n_nums + number);
            hwi_json_put_double(json, "norm_sub",
                                encoder->norm_sub ? encoder->norm_sub[number] : 0);
            hwi_json_put_double(json, "norm_mul",
                                encoder->norm_mul ? encoder->norm_mul[number] : 1);
        }
        hwi_json_end_object(json);
    }
    hwi_json_end_array(json);
}

static const char *function_name(hwi_unit_kind kind)
{
    static const char *const names[] = {
        [HWI_UNIT_TANH] = "tanh",
        [HWI_UNIT_RECTIFIER] = "rectifier",
        [HWI_UNIT_EXP_RECTIFIER] = "exp_rectifier",
        [HWI_UNIT_MAXOUT] = "maxout",
        [HWI_UNIT_SOFTMAX] = "softmax",
        [HWI_UNIT_LINEAR] = "linear",
    };
    return names[kind];
}

static void put_layer(hwi_json *json, const hwi_layer *layer)
{
    hwi_json_begin_object(json);
    hwi_json_put_string(json, "activation", function_name(layer->kind));
    hwi_json_put_int(json, "inputs", layer->n_in);
    hwi_json_put_int(json, "units", layer->n_units);
    hwi_json_put_int(json, "channels", layer->n_channels);
    hwi_json_put_double(json, "scale", layer->dropout_ratio > 0 ? 1 - layer->dropout_ratio : 1);
    hwi_json_key(json, "weights");
    hwi_json_begin_array(json, false);
    for (int32_t r = 0; r < layer->n_rows; r++) {
        hwi_json_begin_array(json, true);
        for (int32_t c = 0; c < layer->n_in; c++)
            hwi_json_float(json, layer->weights[hwi_layer_at(layer, c, r)]);
        hwi_json_end_array(json);
    }
    hwi_json_end_array(json);
    put_reals(json, "biases", layer->biases, layer->n_rows);
    hwi_json_end_object(json);
}

static void put_offset(hwi_json *json, const hwi_export *of)
{
    const hwi_encoder *encoder = of->model->encoder;
    hwi_json_key(json, "offset");
    if (!of->has_offset) {
        hwi_json_null(json);
        return;
    }
    hwi_json_begin_object(json);
    hwi_json_put_string(json, "name", encoder->columns[encoder->offset_at].name);
    hwi_json_put_bool(json, "only_positive", of->offset_as_h2o);
    hwi_json_put_double(json, "sub",
                        of->offset_as_h2o && encoder->has_resp_norm ? encoder->resp_sub : 0);
    hwi_json_put_double(json, "mul", encoder->has_resp_norm ? encoder->resp_mul : 1);
    hwi_json_end_object(json);
}

static void put_output(hwi_json *json, const hwi_export *of)
{
    const hw_model *model = of->model;
    const hwi_encoder *encoder = model->encoder;
    const hwi_scorer scorer = hwi_model_scorer(model);
    hwi_json_key(json, "output");
    hwi_json_begin_object(json);
    hwi_json_put_string(json, "response", hw_model_response_name(model));
    hwi_json_key(json, "names");
    hwi_json_begin_array(json, false);
    for (int32_t i = 0; i < of->n_outputs; i++)
        hwi_json_string(json, of->output_names[i]);
    hwi_json_end_array(json);
    if (hwi_model_is_classifier(model)) {
        hwi_json_key(json, "classes");
        hwi_json_begin_array(json, false);
        for (int32_t i = 0; i < model->n_classes; i++)
            hwi_json_string(json, hw_model_class_name(model, i));
        hwi_json_end_array(json);
        if (model->category == HW_CATEGORY_BINOMIAL)
            hwi_json_put_double(json, "threshold", model->default_threshold);
        put_reals(json, "prior_distribution", scorer.prior_distribution, model->n_classes);
        put_reals(json, "model_distribution", scorer.model_distribution, model->n_classes);
    } else if (model->category == HW_CATEGORY_REGRESSION) {
        hwi_json_put_double(json, "resp_sub", encoder->has_resp_norm ? encoder->resp_sub : 0);
        hwi_json_put_double(json, "resp_mul", encoder->has_resp_norm ? encoder->resp_mul : 1);
        hwi_json_put_string(json, "inverse_link",
                            hwi_distribution_has_log_link(model->distribution) ? "exp"
                                                                               : "identity");
    }
    hwi_json_end_object(json);
}

hw_status hwi_export_json(const hwi_export *of, hwi_buffer *out, hw_error *err)
{
    const hw_model *model = of->model;
    hwi_json json;
    hwi_json_init(&json, out);
    hwi_json_begin_object(&json);
    hwi_json_put_string(&json, "format", "heavywater-network");
    hwi_json_put_int(&json, "version", 1);
    hwi_json_put_string(&json, "category", hw_category_name(model->category));
    hwi_json_put_string(&json, "distribution",
                        hwi_param_level_name(HWI_PARAM_DISTRIBUTION, (int32_t)model->distribution));
    hwi_json_put_int(&json, "inputs", model->network->n_inputs);
    put_columns(&json, model->encoder);
    put_offset(&json, of);
    hwi_json_key(&json, "layers");
    hwi_json_begin_array(&json, false);
    for (int32_t l = 0; l < model->network->n_layers; l++)
        put_layer(&json, &model->network->layers[l]);
    hwi_json_end_array(&json);
    put_output(&json, of);
    hwi_json_end_object(&json);
    hwi_buffer_append_char(out, '\n');
    return hwi_buffer_check(out, err);
}
