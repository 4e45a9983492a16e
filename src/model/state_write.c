/* SPDX-License-Identifier: Apache-2.0
 *
 * heavywater/model.json: all of a model that the MOJO proper does not carry. */
#include "encoder/recode.h"
#include "model/mojo.h"

static const char *const ending_names[] = {"epochs", "converged", "time", "unstable", "cancelled"};

const char *hwi_ending_name(hw_ending ending)
{
    return ending_names[ending];
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

static void put_counters(hwi_json *json, const hw_model *model)
{
    hwi_json_key(json, "counters");
    hwi_json_begin_object(json);
    hwi_json_put_string(json, "ending", hwi_ending_name(model->ending));
    hwi_json_put_int(json, "samples_processed", model->samples_processed);
    hwi_json_put_int(json, "iterations", model->iterations);
    hwi_json_put_double(json, "epochs", model->epochs);
    hwi_json_put_int(json, "seed", model->seed);
    hwi_json_put_int(json, "start_time_ms", model->start_time_ms);
    hwi_json_put_int(json, "run_time_ms", model->run_time_ms);
    hwi_json_end_object(json);
}

static void put_resume(hwi_json *json, const hw_model *model)
{
    const hwi_resume *resume = &model->resume;
    hwi_json_key(json, "resume");
    hwi_json_begin_object(json);
    hwi_json_put_double(json, "huber_delta", resume->huber_delta);
    hwi_json_put_double(json, "scoring_ms", resume->scoring_ms);
    put_doubles(json, "stopping_values", resume->stopping_values, resume->n_stopping_values);
    hwi_json_key(json, "met_missing");
    if (resume->met_missing) {
        hwi_json_begin_array(json, true);
        for (int32_t i = 0; i < model->encoder->n_cats; i++)
            hwi_json_bool(json, resume->met_missing[i]);
        hwi_json_end_array(json);
    } else {
        hwi_json_null(json);
    }
    hwi_json_end_object(json);
}

static void put_encoder(hwi_json *json, const hwi_encoder *encoder)
{
    hwi_json_key(json, "encoder");
    hwi_json_begin_object(json);
    hwi_json_key(json, "column_types");
    hwi_json_begin_array(json, true);
    for (int32_t i = 0; i < encoder->n_columns; i++)
        hwi_json_string(json, hw_type_name(encoder->columns[i].type));
    hwi_json_end_array(json);
    hwi_json_put_int(json, "weights_at", encoder->weights_at);
    hwi_json_put_int(json, "offset_at", encoder->offset_at);
    hwi_json_put_int(json, "fold_at", encoder->fold_at);
    put_doubles(json, "means", encoder->means, encoder->n_nums);
    hwi_json_put_bool(json, "is_sparse", encoder->is_sparse);
    hwi_json_put_bool(json, "missing_is_last_level", encoder->missing_is_last_level);
    hwi_json_put_int(json, "n_hash_slots", encoder->n_hash_slots);
    hwi_json_put_int(json, "hash_seed", encoder->hash_seed);
    hwi_json_put_bool(json, "hashes_absent_level", encoder->hashes_absent_level);
    hwi_json_end_object(json);
}

static void put_recoding(hwi_json *json, const hwi_recoding *recoding)
{
    hwi_json_key(json, "recoding");
    if (!recoding) {
        hwi_json_null(json);
        return;
    }
    hwi_json_begin_object(json);
    hwi_json_put_string(
        json, "encoding",
        hwi_param_level_name(HWI_PARAM_CATEGORICAL_ENCODING, (int)recoding->encoding));
    hwi_json_put_bool(json, "as_h2o", recoding->as_h2o);
    hwi_json_put_int(json, "max_levels", recoding->max_levels);
    hwi_json_key(json, "column_types");
    hwi_json_begin_array(json, true);
    for (int32_t i = 0; i < recoding->n_columns; i++)
        hwi_json_string(json, hw_type_name(recoding->columns[i].type));
    hwi_json_end_array(json);
    hwi_json_end_object(json);
}

/* As text, so that every reader of the table of parameters can read them. Of the given ones those
 * that were set, of the actual ones all. */
static void put_params(hwi_json *json, const char *key, const hw_params *params, bool is_actual)
{
    hwi_json_key(json, key);
    hwi_json_begin_object(json);
    for (int32_t i = 0; i < HWI_N_PARAMS; i++) {
        if (!is_actual && !params->given[i] && hwi_params_is_default(params, i))
            continue;
        HW_AUTO_BUFFER(text);
        hwi_params_write_text(params, i, &text);
        json->out->failed = json->out->failed || text.failed;
        hwi_json_put_string(json, hwi_param_rows[i].info.name, hwi_buffer_text(&text));
    }
    hwi_json_end_object(json);
}

/* The flags of the actual ones may differ from what their values say. */
static void put_given_flags(hwi_json *json, const hw_params *params)
{
    hwi_json_key(json, "actual_is_given");
    hwi_json_begin_array(json, true);
    for (int32_t i = 0; i < HWI_N_PARAMS; i++)
        if (params->given[i])
            hwi_json_string(json, hwi_param_rows[i].info.name);
    hwi_json_end_array(json);
}

static void put_note(hwi_json *json, const hwi_frame_note *note)
{
    hwi_json_begin_object(json);
    hwi_json_put_string(json, "name", note->name);
    hwi_json_put_int(json, "rows", note->n_rows);
    hwi_json_key(json, "columns");
    hwi_json_begin_array(json, false);
    for (int32_t i = 0; i < note->n_columns; i++) {
        hwi_json_begin_object(json);
        hwi_json_put_string(json, "name", note->columns[i].name);
        hwi_json_put_string(json, "type", hw_type_name(note->columns[i].type));
        hwi_json_put_int(json, "missing", note->n_missing[i]);
        hwi_json_key(json, "domain");
        hwi_model_put_levels(json, &note->columns[i]);
        hwi_json_end_object(json);
    }
    hwi_json_end_array(json);
    hwi_json_end_object(json);
}

static void put_command_options(hwi_json *json, const hw_model *model)
{
    hwi_json_key(json, "command_options");
    hwi_json_begin_array(json, true);
    for (char **option = model->command_options; option && *option; option++)
        hwi_json_string(json, *option);
    hwi_json_end_array(json);
}

/* Those that the details do not hold. */
static void put_tables(hwi_json *json, const hw_model *model)
{
    static const char *const names[] = {"training_frame", "prediction_sample"};
    hwi_json_key(json, "tables");
    hwi_json_begin_object(json);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        hwi_json_key(json, names[i]);
        hwi_json_table(json, hw_model_table(model, names[i]), "rows");
    }
    for (int32_t i = 0; i < HWI_N_DIAGNOSES; i++) {
        if (!model->diagnoses[i])
            continue;
        hwi_json_key(json, hwi_diagnosis_names[i]);
        hwi_json_table(json, model->diagnoses[i], "rows");
    }
    hwi_json_end_object(json);
}

void hwi_state_write(const hw_model *model, hwi_buffer *out)
{
    hwi_json json;
    hwi_json_init(&json, out);
    hwi_json_begin_object(&json);
    hwi_json_put_int(&json, "format", HWI_STATE_VERSION);
    hwi_json_put_string(&json, "heavywater_version", HW_VERSION);
    hwi_json_put_bool(&json, "is_from_h2o", model->is_from_h2o);
    put_counters(&json, model);
    put_resume(&json, model);
    hwi_snapshot_put(&json, model);
    put_encoder(&json, model->encoder);
    put_recoding(&json, model->encoder->recoding);
    put_params(&json, "parameters_given", model->params_given, false);
    put_params(&json, "parameters_actual", model->params_actual, true);
    put_given_flags(&json, model->params_actual);
    hwi_json_key(&json, "messages");
    hwi_model_put_messages(&json, &model->messages);
    hwi_json_key(&json, "frames");
    hwi_json_begin_array(&json, false);
    for (int32_t i = 0; i < model->n_frame_notes; i++)
        put_note(&json, &model->frame_notes[i]);
    hwi_json_end_array(&json);
    put_command_options(&json, model);
    put_tables(&json, model);
    hwi_json_key(&json, "fold_histories");
    hwi_model_put_fold_histories(&json, model);
    hwi_json_end_object(&json);
    hwi_buffer_append_char(out, '\n');
}
