/* SPDX-License-Identifier: Apache-2.0
 *
 * All that is known of a model as JSON. Keys and tables are those of H2O's model as its clients see
 * it; what a model lacks is left out. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "model/mojo.h"
#include "params/params_json.h"

static const char *column_type_name(hw_type type)
{
    switch (type) {
    case HW_TYPE_INT:
    case HW_TYPE_REAL:
        return "Numeric";
    case HW_TYPE_ENUM:
        return "Enum";
    case HW_TYPE_TIME:
        return "Time";
    case HW_TYPE_STRING:
        return "String";
    case HW_TYPE_UUID:
        return "UUID";
    }
    return "Bad";
}

void hwi_model_put_levels(hwi_json *json, const hwi_model_column *column)
{
    if (column->type != HW_TYPE_ENUM) {
        hwi_json_null(json);
        return;
    }
    hwi_json_begin_array(json, true);
    for (int32_t i = 0; i < column->n_levels; i++)
        hwi_json_string(json, column->levels[i]);
    hwi_json_end_array(json);
}

void hwi_model_put_column_names(hwi_json *json, const hwi_encoder *encoder)
{
    hwi_json_begin_array(json, true);
    for (int32_t i = 0; i < encoder->n_columns; i++)
        hwi_json_string(json, encoder->columns[i].name);
    hwi_json_end_array(json);
}

void hwi_model_put_column_types(hwi_json *json, const hwi_encoder *encoder)
{
    hwi_json_begin_array(json, true);
    for (int32_t i = 0; i < encoder->n_columns; i++)
        hwi_json_string(json, column_type_name(encoder->columns[i].type));
    hwi_json_end_array(json);
}

void hwi_model_put_domains(hwi_json *json, const hwi_encoder *encoder)
{
    hwi_json_begin_array(json, false);
    for (int32_t i = 0; i < encoder->n_columns; i++)
        hwi_model_put_levels(json, &encoder->columns[i]);
    hwi_json_end_array(json);
}

static void put_doubles(hwi_json *json, const char *key, const double *values, int64_t n)
{
    hwi_json_key(json, key);
    if (!values) {
        hwi_json_null(json);
        return;
    }
    hwi_json_begin_array(json, true);
    for (int64_t i = 0; i < n; i++)
        hwi_json_double(json, values[i]);
    hwi_json_end_array(json);
}

static void put_note_column(hwi_json *json, const hwi_frame_note *note, int32_t i)
{
    hwi_json_begin_object(json);
    json->is_inline[json->depth] = true;
    hwi_json_put_string(json, "name", note->columns[i].name);
    hwi_json_put_string(json, "type", hw_type_name(note->columns[i].type));
    hwi_json_put_int(json, "missing", note->n_missing[i]);
    hwi_json_key(json, "domain");
    hwi_model_put_levels(json, &note->columns[i]);
    hwi_json_end_object(json);
}

/* A table is called as its file, with the ending; several files or none by the frame's name. */
static const char *frame_key(const hw_model *model, int32_t f)
{
    const hw_params *params = model->params_given;
    const char *path = !params ? NULL : f == 0 ? params->training_frame : params->validation_frame;
    if (!path || strpbrk(path, ",*?["))
        return model->frame_notes[f].name;
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    bool is_file = *name && strcmp(name, "-") != 0;
    return is_file ? name : model->frame_notes[f].name;
}

static void put_frames(hwi_json *json, const hw_model *model)
{
    hwi_json_key(json, "frames");
    hwi_json_begin_object(json);
    for (int32_t f = 0; f < model->n_frame_notes; f++) {
        const hwi_frame_note *note = &model->frame_notes[f];
        HW_AUTO_BUFFER(key);
        hwi_buffer_append_text(&key, frame_key(model, f));
        if (f > 0 && strcmp(frame_key(model, 0), frame_key(model, f)) == 0)
            hwi_buffer_append_text(&key, " (validation)");
        hwi_json_key(json, hwi_buffer_text(&key));
        hwi_json_begin_object(json);
        hwi_json_put_int(json, "rows", note->n_rows);
        hwi_json_key(json, "columns");
        hwi_json_begin_array(json, false);
        for (int32_t i = 0; i < note->n_columns; i++)
            put_note_column(json, note, i);
        hwi_json_end_array(json);
        hwi_json_end_object(json);
    }
    hwi_json_end_object(json);
}

void hwi_model_put_messages(hwi_json *json, const hwi_messages *messages)
{
    hwi_json_begin_array(json, false);
    for (int32_t i = 0; i < messages->n; i++) {
        hwi_json_begin_object(json);
        json->is_inline[json->depth] = true;
        hwi_json_put_string(json, "type", hwi_message_type_name(messages->v[i].type));
        hwi_json_put_string(json, "field", messages->v[i].field);
        hwi_json_put_string(json, "text", messages->v[i].text);
        hwi_json_end_object(json);
    }
    hwi_json_end_array(json);
}

static void put_build(hwi_json *json, const hw_model *model)
{
    int32_t n_errors = 0;
    for (int32_t i = 0; i < model->messages.n; i++)
        n_errors += model->messages.v[i].type == HW_MESSAGE_ERRR;
    hwi_json_key(json, "build");
    hwi_json_begin_object(json);
    hwi_json_key(json, "messages");
    hwi_model_put_messages(json, &model->messages);
    hwi_json_put_int(json, "error_count", n_errors);
    hwi_json_key(json, "warnings");
    hwi_json_begin_array(json, true);
    hwi_json_end_array(json);
    hwi_json_end_object(json);
}

static void put_preprocessing(hwi_json *json, const hwi_encoder *encoder)
{
    const double *resp_mul = encoder->has_resp_norm ? &encoder->resp_mul : NULL;
    const double *resp_sub = encoder->has_resp_norm ? &encoder->resp_sub : NULL;
    hwi_json_key(json, "preprocessing");
    hwi_json_begin_object(json);
    put_doubles(json, "normmul", encoder->norm_mul, encoder->n_nums);
    put_doubles(json, "normsub", encoder->norm_sub, encoder->n_nums);
    put_doubles(json, "normrespmul", resp_mul, 1);
    put_doubles(json, "normrespsub", resp_sub, 1);
    hwi_json_key(json, "catoffsets");
    hwi_json_begin_array(json, true);
    for (int32_t i = 0; i <= encoder->n_cats; i++)
        hwi_json_int(json, encoder->cat_offsets[i]);
    hwi_json_end_array(json);
    hwi_json_end_object(json);
}

/* Unit by unit, the channels of Maxout interleaved. Floats are printed as the double of the same
 * value, as H2O does: whatever type a reader has, it gets the very weight. */
static void put_layer(hwi_json *json, const hwi_layer *layer, int32_t index)
{
    hwi_json_begin_object(json);
    hwi_json_put_int(json, "layer", index);
    hwi_json_put_int(json, "weight_rows", layer->n_rows);
    hwi_json_put_int(json, "weight_columns", layer->n_in);
    hwi_json_key(json, "weights");
    hwi_json_begin_array(json, true);
    for (int32_t unit = 0; unit < layer->n_units; unit++)
        for (int32_t input = 0; input < layer->n_in; input++)
            for (int32_t channel = 0; channel < layer->n_channels; channel++)
                hwi_json_double(json, (double)hwi_layer_weight(layer, unit, input, channel));
    hwi_json_end_array(json);
    put_doubles(json, "biases", layer->biases, layer->n_rows);
    hwi_json_end_object(json);
}

static void put_network(hwi_json *json, const hwi_network *network)
{
    hwi_json_key(json, "network");
    hwi_json_begin_array(json, false);
    for (int32_t l = 0; l < network->n_layers; l++)
        put_layer(json, &network->layers[l], l);
    hwi_json_end_array(json);
}

static hw_status put_unit_names(hwi_json *json, const hwi_encoder *encoder, hw_error *err)
{
    char **names = NULL;
    HW_TRY(hwi_encoder_unit_names(encoder, &names, err));
    hwi_json_key(json, "input_unit_names");
    hwi_json_begin_array(json, true);
    for (int32_t i = 0; i < encoder->n_units; i++)
        hwi_json_string(json, names[i]);
    hwi_json_end_array(json);
    hwi_texts_free(names, encoder->n_units);
    return HW_OK;
}

void hwi_model_put_fold_histories(hwi_json *json, const hw_model *model)
{
    hwi_json_begin_array(json, false);
    for (int32_t i = 0; i < model->n_folds; i++)
        hwi_json_table(json, model->fold_histories[i], "rows");
    hwi_json_end_array(json);
}

static void put_table(hwi_json *json, const char *key, const hw_table *table)
{
    if (!table)
        return;
    hwi_json_key(json, key);
    hwi_json_table(json, table, "rows");
}

static void put_metrics(hwi_json *json, const char *key, const hw_metrics *metrics)
{
    if (!metrics)
        return;
    hwi_json_key(json, key);
    hwi_metrics_write_json(json, metrics, "rows");
}

/* The table's columns where the model's are made from them. */
static void put_original_columns(hwi_json *json, const hwi_encoder *encoder)
{
    if (!encoder->recoding) {
        hwi_json_put_null(json, "original_columns");
        return;
    }
    int32_t n = 0, n_predictors = 0;
    const hwi_model_column *columns = hwi_encoder_table_columns(encoder, &n, &n_predictors);
    hwi_json_key(json, "original_columns");
    hwi_json_begin_array(json, true);
    for (int32_t i = 0; i < n; i++)
        hwi_json_string(json, columns[i].name);
    hwi_json_end_array(json);
}

hw_status hwi_model_write_json(const hw_model *model, hwi_buffer *out, hw_error *err)
{
    const hwi_encoder *encoder = model->encoder;
    hwi_json json;
    hwi_json_init(&json, out);
    hwi_json_begin_object(&json);
    hwi_json_put_string(&json, "heavywater_version", HW_VERSION);
    put_frames(&json, model);
    put_build(&json, model);
    hwi_json_put_string(&json, "model_category", hw_category_name(model->category));
    hwi_json_key(&json, "input_columns");
    hwi_model_put_column_names(&json, encoder);
    put_original_columns(&json, encoder);
    hwi_json_key(&json, "column_types");
    hwi_model_put_column_types(&json, encoder);
    hwi_json_key(&json, "domains");
    hwi_model_put_domains(&json, encoder);
    hwi_json_put_double(&json, "default_threshold", model->default_threshold);
    put_preprocessing(&json, encoder);
    put_network(&json, model->network);
    HW_TRY(put_unit_names(&json, encoder, err));
    put_table(&json, "scoring_history", model->scoring_history);
    put_table(&json, "model_summary", model->model_summary);
    put_table(&json, "variable_importances", model->variable_importances);
    put_metrics(&json, "training_metrics", model->training_metrics);
    put_metrics(&json, "validation_metrics", model->validation_metrics);
    put_metrics(&json, "cross_validation_metrics", model->cross_validation_metrics);
    put_table(&json, "cross_validation_metrics_summary", model->cross_validation_metrics_summary);
    for (int32_t i = 0; i < HWI_N_DIAGNOSES; i++)
        if (model->diagnoses[i])
            put_table(&json, hwi_diagnosis_names[i], model->diagnoses[i]);
    if (model->n_folds > 0) {
        hwi_json_key(&json, "cv_scoring_history");
        hwi_model_put_fold_histories(&json, model);
    }
    hwi_json_key(&json, "parameters");
    hwi_params_write_json(&json, model->params_given, model->params_actual);
    hwi_json_end_object(&json);
    hwi_buffer_append_char(out, '\n');
    return hwi_buffer_check(out, err);
}

hw_status hw_model_write_json(const hw_model *model, const char *path, hw_error *err)
{
    HW_CHECK_ARG(err, model && path);
    HW_AUTO_BUFFER(text);
    HW_TRY(hwi_model_write_json(model, &text, err));
    return hwi_file_write(path, text.data, text.size, err);
}

hw_status hw_metrics_write_json(const hw_metrics *metrics, const char *path, hw_error *err)
{
    HW_CHECK_ARG(err, metrics && path);
    HW_AUTO_BUFFER(text);
    hwi_json json;
    hwi_json_init(&json, &text);
    hwi_metrics_write_json(&json, metrics, "rows");
    hwi_buffer_append_char(&text, '\n');
    HW_TRY(hwi_buffer_check(&text, err));
    return hwi_file_write(path, text.data, text.size, err);
}
