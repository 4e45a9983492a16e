/* SPDX-License-Identifier: Apache-2.0
 *
 * Back from heavywater/model.json. Untrusted: every value is checked against what model.ini said,
 * and every error names the file, the entry and the key. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/table_json.h"
#include "encoder/recode.h"
#include "model/command.h"
#include "model/mojo.h"

/* A branch of the document, and where it stands. */
typedef struct branch {
    const char *path;
    const char *name; /* "encoder", "counters"; "" at the top */
    const json_t *json;
} branch;

static hw_status fail_key(const branch *in, const char *key, const char *wanted, hw_error *err)
{
    HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: %s%s%s is %s, not %s", in->path, HWI_STATE_ENTRY,
            in->name, *in->name ? "." : "", key,
            json_object_get(in->json, key) ? "something else" : "absent", wanted);
}

static hw_status get_branch(const branch *in, const char *key, branch *out, hw_error *err)
{
    const json_t *json = json_object_get(in->json, key);
    if (!json_is_object(json))
        return fail_key(in, key, "an object", err);
    *out = (branch){in->path, key, json};
    return HW_OK;
}

static hw_status get_array(const branch *in, const char *key, const json_t **out, hw_error *err)
{
    const json_t *json = json_object_get(in->json, key);
    if (!json_is_array(json))
        return fail_key(in, key, "an array", err);
    *out = json;
    return HW_OK;
}

static hw_status get_text(const branch *in, const char *key, const char **out, hw_error *err)
{
    const char *text = json_string_value(json_object_get(in->json, key));
    if (!text)
        return fail_key(in, key, "a text", err);
    *out = text;
    return HW_OK;
}

static hw_status get_int(const branch *in, const char *key, int64_t min, int64_t max, int64_t *out,
                         hw_error *err)
{
    const json_t *json = json_object_get(in->json, key);
    int64_t value = json_integer_value(json);
    if (!json_is_integer(json) || value < min || value > max) {
        char wanted[96];
        snprintf(wanted, sizeof wanted, "a whole number from %lld to %lld", (long long)min,
                 (long long)max);
        return fail_key(in, key, wanted, err);
    }
    *out = value;
    return HW_OK;
}

static hw_status get_bool(const branch *in, const char *key, bool *out, hw_error *err)
{
    const json_t *json = json_object_get(in->json, key);
    if (!json_is_boolean(json))
        return fail_key(in, key, "true or false", err);
    *out = json_is_true(json);
    return HW_OK;
}

static hw_status read_counters(const branch *top, hw_model *model, hw_error *err)
{
    branch in;
    const char *ending = NULL;
    int64_t iterations = 0;
    HW_TRY(get_branch(top, "counters", &in, err));
    HW_TRY(get_text(&in, "ending", &ending, err));
    int i = 0;
    while (i <= HW_ENDED_CANCELLED && strcmp(ending, hwi_ending_name((hw_ending)i)) != 0)
        i++;
    if (i > HW_ENDED_CANCELLED)
        return fail_key(&in, "ending", "a known one", err);
    model->ending = (hw_ending)i;
    HW_TRY(get_int(&in, "samples_processed", 0, INT64_MAX, &model->samples_processed, err));
    HW_TRY(get_int(&in, "iterations", 0, INT32_MAX, &iterations, err));
    model->iterations = (int32_t)iterations;
    if (!hwi_json_read_number(json_object_get(in.json, "epochs"), &model->epochs))
        return fail_key(&in, "epochs", "a number", err);
    HW_TRY(get_int(&in, "seed", INT64_MIN, INT64_MAX, &model->seed, err));
    HW_TRY(get_int(&in, "start_time_ms", INT64_MIN / 4, INT64_MAX / 4, &model->start_time_ms, err));
    return get_int(&in, "run_time_ms", 0, INT64_MAX / 4, &model->run_time_ms, err);
}

static hw_status read_met_missing(const branch *in, hw_model *model, hw_error *err)
{
    const json_t *flags = json_object_get(in->json, "met_missing");
    int32_t n = model->encoder->n_cats;
    if (json_is_null(flags))
        return HW_OK;
    if (!json_is_array(flags) || json_array_size(flags) != (size_t)n)
        return fail_key(in, "met_missing", "one flag a categorical predictor", err);
    model->resume.met_missing = HWI_NEW_ARRAY(bool, (size_t)n);
    HW_CHECK_ALLOC(err, model->resume.met_missing);
    for (int32_t i = 0; i < n; i++)
        model->resume.met_missing[i] = json_is_true(json_array_get(flags, (size_t)i));
    return HW_OK;
}

/* Files of the first versions lack this: their models can be continued, but for what it holds. */
static hw_status read_resume(const branch *top, hw_model *model, hw_error *err)
{
    branch in;
    hwi_resume *resume = &model->resume;
    if (!json_object_get(top->json, "resume"))
        return HW_OK;
    HW_TRY(get_branch(top, "resume", &in, err));
    if (!hwi_json_read_number(json_object_get(in.json, "huber_delta"), &resume->huber_delta) ||
        !(resume->huber_delta >= 0))
        return fail_key(&in, "huber_delta", "a number from 0", err);
    if (!hwi_json_read_number(json_object_get(in.json, "scoring_ms"), &resume->scoring_ms))
        return fail_key(&in, "scoring_ms", "a number", err);
    const json_t *values = json_object_get(in.json, "stopping_values");
    if (!json_is_null(values)) {
        size_t n = json_array_size(values);
        if (!json_is_array(values) || n > INT32_MAX)
            return fail_key(&in, "stopping_values", "an array", err);
        resume->stopping_values = HWI_NEW_ARRAY(double, n);
        HW_CHECK_ALLOC(err, resume->stopping_values);
        resume->n_stopping_values = (int32_t)n;
        for (size_t i = 0; i < n; i++)
            if (!hwi_json_read_number(json_array_get(values, i), &resume->stopping_values[i]))
                return fail_key(&in, "stopping_values", "numbers", err);
    }
    return read_met_missing(&in, model, err);
}

static bool type_from_name(const char *name, hw_type *out)
{
    for (int i = HW_TYPE_INT; name && i <= HW_TYPE_UUID; i++)
        if (strcmp(name, hw_type_name((hw_type)i)) == 0) {
            *out = (hw_type)i;
            return true;
        }
    return false;
}

/* Which columns are categorical is what [domains] says; the state adds the kinds of the others. */
static hw_status read_column_types(const branch *in, hwi_encoder *encoder, hw_error *err)
{
    const json_t *types = NULL;
    HW_TRY(get_array(in, "column_types", &types, err));
    if (json_array_size(types) != (size_t)encoder->n_columns)
        return fail_key(in, "column_types", "one type a column", err);
    for (int32_t i = 0; i < encoder->n_columns; i++) {
        hw_type type;
        hwi_model_column *column = &encoder->columns[i];
        if (!type_from_name(json_string_value(json_array_get(types, (size_t)i)), &type) ||
            (type == HW_TYPE_ENUM) != (column->type == HW_TYPE_ENUM) || type > HW_TYPE_TIME)
            HW_FAIL(err, HW_EFORMAT, NULL,
                    "%s: %s: encoder.column_types: the type of column \"%.100s\" does not fit",
                    in->path, HWI_STATE_ENTRY, column->name);
        column->type = type;
    }
    return HW_OK;
}

/* Special columns stand between the predictors and the response, each with one use. */
static hw_status read_special(const branch *in, hwi_encoder *encoder, hw_error *err)
{
    static const char *const keys[] = {"weights_at", "offset_at", "fold_at"};
    int32_t *const places[] = {&encoder->weights_at, &encoder->offset_at, &encoder->fold_at};
    int32_t first = encoder->n_cats + encoder->n_nums;
    int32_t end = encoder->n_columns - (encoder->response_at >= 0 ? 1 : 0);
    int32_t n_found = 0;
    for (int i = 0; i < 3; i++) {
        int64_t at = -1;
        HW_TRY(get_int(in, keys[i], -1, end - 1, &at, err));
        for (int j = 0; j < i && at >= 0; j++)
            if (*places[j] == at)
                return fail_key(in, keys[i], "a column of its own", err);
        if (at >= 0 && at < first)
            return fail_key(in, keys[i], "a column after the predictors", err);
        *places[i] = (int32_t)at;
        n_found += at >= 0;
    }
    if (n_found != end - first)
        HW_FAIL(err, HW_EFORMAT, NULL,
                "%s: %s: encoder: %d columns between predictors and response, but uses for %d",
                in->path, HWI_STATE_ENTRY, end - first, n_found);
    return HW_OK;
}

static hw_status read_means(const branch *in, hwi_encoder *encoder, hw_error *err)
{
    const json_t *means = json_object_get(in->json, "means");
    hwi_free(HW_TAKE(encoder->means));
    if (json_is_null(means))
        return HW_OK;
    if (json_array_size(means) != (size_t)encoder->n_nums || !json_is_array(means))
        return fail_key(in, "means", "one number a numeric predictor", err);
    encoder->means = HWI_NEW_ARRAY(double, (size_t)encoder->n_nums);
    HW_CHECK_ALLOC(err, encoder->means);
    for (int32_t i = 0; i < encoder->n_nums; i++)
        if (!hwi_json_read_number(json_array_get(means, (size_t)i), &encoder->means[i]))
            return fail_key(in, "means", "numbers", err);
    return HW_OK;
}

static hw_status read_encoder(const branch *top, hwi_encoder *encoder, hw_error *err)
{
    branch in;
    int64_t n_slots = 0;
    HW_TRY(get_branch(top, "encoder", &in, err));
    HW_TRY(read_column_types(&in, encoder, err));
    HW_TRY(read_special(&in, encoder, err));
    HW_TRY(read_means(&in, encoder, err));
    HW_TRY(get_bool(&in, "is_sparse", &encoder->is_sparse, err));
    HW_TRY(get_bool(&in, "missing_is_last_level", &encoder->missing_is_last_level, err));
    HW_TRY(get_int(&in, "n_hash_slots", 0, INT32_MAX, &n_slots, err));
    HW_TRY(get_int(&in, "hash_seed", INT64_MIN, INT64_MAX, &encoder->hash_seed, err));
    HW_TRY(get_bool(&in, "hashes_absent_level", &encoder->hashes_absent_level, err));
    if (n_slots != encoder->n_hash_slots)
        return fail_key(&in, "n_hash_slots", "what the input layer has room for", err);
    return HW_OK;
}

/* The file has the names and levels; the state adds what scoring needs beside them. */
static hw_status read_recoding(const branch *top, hwi_recoding *recoding, hw_error *err)
{
    branch in;
    const json_t *types = NULL;
    const char *encoding = NULL;
    int64_t max_levels = 0;
    if (!recoding && !json_is_object(json_object_get(top->json, "recoding")))
        return HW_OK;
    if (!recoding)
        return fail_key(top, "recoding", "null, as model.ini says", err);
    HW_TRY(get_branch(top, "recoding", &in, err));
    HW_TRY(get_text(&in, "encoding", &encoding, err));
    const char *wanted =
        hwi_param_level_name(HWI_PARAM_CATEGORICAL_ENCODING, (int)recoding->encoding);
    if (strcmp(encoding, wanted) != 0)
        return fail_key(&in, "encoding", wanted, err);
    HW_TRY(get_bool(&in, "as_h2o", &recoding->as_h2o, err));
    HW_TRY(get_int(&in, "max_levels", 1, INT32_MAX, &max_levels, err));
    recoding->max_levels = (int32_t)max_levels;
    HW_TRY(get_array(&in, "column_types", &types, err));
    if (json_array_size(types) != (size_t)recoding->n_columns)
        return fail_key(&in, "column_types", "one type a column", err);
    for (int32_t i = 0; i < recoding->n_columns; i++) {
        hw_type type;
        hwi_model_column *column = &recoding->columns[i];
        if (!type_from_name(json_string_value(json_array_get(types, (size_t)i)), &type) ||
            (column->n_levels > 0 && type != HW_TYPE_ENUM) || type > HW_TYPE_TIME)
            return fail_key(&in, "column_types", "types that fit the levels", err);
        column->type = type;
    }
    return HW_OK;
}

static hw_status read_params(const branch *top, const char *key, hw_params *params, bool is_given,
                             hw_error *err)
{
    branch in;
    HW_TRY(get_branch(top, key, &in, err));
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)in.json, name, value)
    {
        int32_t index = hwi_param_index(name);
        const char *text = json_string_value(value);
        hw_error why;
        hw_status status =
            index < 0 || !text ? HW_EINVAL : hwi_params_read_text(params, name, text, &why);
        if (status == HW_ENOMEM)
            HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
        if (status != HW_OK)
            HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: %s.%.80s: no value of a known parameter",
                    in.path, HWI_STATE_ENTRY, key, name);
        params->given[index] = params->given[index] || is_given;
    }
    return HW_OK;
}

static hw_status read_given_flags(const branch *top, hw_params *params, hw_error *err)
{
    const json_t *names = NULL;
    HW_TRY(get_array(top, "actual_is_given", &names, err));
    memset(params->given, 0, sizeof params->given);
    for (size_t i = 0; i < json_array_size(names); i++) {
        int32_t index = hwi_param_index(json_string_value(json_array_get(names, i)));
        if (index < 0)
            return fail_key(top, "actual_is_given", "names of parameters", err);
        params->given[index] = true;
    }
    return HW_OK;
}

static hw_status read_messages(const branch *top, hwi_messages *messages, hw_error *err)
{
    const json_t *list = NULL;
    HW_TRY(get_array(top, "messages", &list, err));
    for (size_t i = 0; i < json_array_size(list); i++) {
        branch in = {top->path, "messages", json_array_get(list, i)};
        const char *type_name = NULL, *field = NULL, *text = NULL;
        hw_message_type type;
        HW_TRY(get_text(&in, "type", &type_name, err));
        HW_TRY(get_text(&in, "field", &field, err));
        HW_TRY(get_text(&in, "text", &text, err));
        if (!hwi_message_type_from_name(type_name, &type))
            return fail_key(&in, "type", "TRACE, WARN or ERRR", err);
        HW_TRY(hwi_messages_add(messages, type, field, text, err));
    }
    return HW_OK;
}

static hw_status read_levels(const branch *in, hwi_model_column *column, hw_error *err)
{
    const json_t *levels = json_object_get(in->json, "domain");
    if (column->type != HW_TYPE_ENUM) {
        if (!json_is_null(levels))
            return fail_key(in, "domain", "null", err);
        return HW_OK;
    }
    if (!json_is_array(levels) || json_array_size(levels) > INT32_MAX)
        return fail_key(in, "domain", "an array", err);
    column->levels = HWI_NEW_ARRAY(char *, json_array_size(levels));
    HW_CHECK_ALLOC(err, column->levels);
    column->n_levels = (int32_t)json_array_size(levels);
    for (int32_t i = 0; i < column->n_levels; i++) {
        const char *text = json_string_value(json_array_get(levels, (size_t)i));
        if (!text)
            return fail_key(in, "domain", "texts", err);
        column->levels[i] = hwi_strdup(text);
        HW_CHECK_ALLOC(err, column->levels[i]);
    }
    return HW_OK;
}

static hw_status read_note(const branch *in, hwi_frame_note *note, hw_error *err)
{
    const char *name = NULL;
    const json_t *columns = NULL;
    HW_TRY(get_text(in, "name", &name, err));
    HW_TRY(get_int(in, "rows", 0, INT64_MAX, &note->n_rows, err));
    HW_TRY(get_array(in, "columns", &columns, err));
    if (json_array_size(columns) > INT32_MAX)
        return fail_key(in, "columns", "a table's", err);
    note->name = hwi_strdup(name);
    note->columns = HWI_NEW_ARRAY(hwi_model_column, json_array_size(columns));
    note->n_missing = HWI_NEW_ARRAY(int64_t, json_array_size(columns));
    HW_CHECK_ALLOC(err, note->name && note->columns && note->n_missing);
    note->n_columns = (int32_t)json_array_size(columns);
    for (int32_t i = 0; i < note->n_columns; i++) {
        branch column = {in->path, "frames.columns", json_array_get(columns, (size_t)i)};
        const char *type = NULL;
        HW_TRY(get_text(&column, "name", &name, err));
        HW_TRY(get_text(&column, "type", &type, err));
        if (!type_from_name(type, &note->columns[i].type))
            return fail_key(&column, "type", "a type of column", err);
        HW_TRY(get_int(&column, "missing", 0, INT64_MAX, &note->n_missing[i], err));
        note->columns[i].name = hwi_strdup(name);
        HW_CHECK_ALLOC(err, note->columns[i].name);
        HW_TRY(read_levels(&column, &note->columns[i], err));
    }
    return HW_OK;
}

static hw_status read_notes(const branch *top, hw_model *model, hw_error *err)
{
    const json_t *frames = NULL;
    HW_TRY(get_array(top, "frames", &frames, err));
    if (json_array_size(frames) > INT32_MAX)
        return fail_key(top, "frames", "a list of frames", err);
    model->frame_notes = HWI_NEW_ARRAY(hwi_frame_note, json_array_size(frames));
    HW_CHECK_ALLOC(err, model->frame_notes);
    model->n_frame_notes = (int32_t)json_array_size(frames);
    for (int32_t i = 0; i < model->n_frame_notes; i++) {
        branch in = {top->path, "frames", json_array_get(frames, (size_t)i)};
        HW_TRY(read_note(&in, &model->frame_notes[i], err));
    }
    return HW_OK;
}

/* Puts the place before what the reader of tables and metrics said. */
static hw_status at_key(hw_status status, const branch *in, const char *key, const hw_error *why,
                        hw_error *err)
{
    if (status == HW_OK)
        return HW_OK;
    HW_FAIL(err, status, NULL, "%s: %s: %s.%s: %.300s", in->path, HWI_STATE_ENTRY, in->name, key,
            why->message);
}

static hw_status read_table(const branch *in, const char *key, hw_table **out, hw_error *err)
{
    hw_error why = {0};
    hw_status status = hwi_table_read_json(json_object_get(in->json, key), out, &why);
    return at_key(status, in, key, &why, err);
}

static hw_status read_tables(const branch *top, hw_model *model, hw_error *err)
{
    const struct {
        const char *key;
        hw_table **out;
    } tables[] = {
        {"model_summary", &model->model_summary},
        {"scoring_history", &model->scoring_history},
        {"variable_importances", &model->variable_importances},
        {"training_frame", &model->training_frame_table},
        {"prediction_sample", &model->prediction_sample},
        {"cross_validation_metrics_summary", &model->cross_validation_metrics_summary},
    };
    branch in;
    HW_TRY(get_branch(top, "tables", &in, err));
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        HW_TRY(read_table(&in, tables[i].key, tables[i].out, err));
    for (int32_t i = 0; i < HWI_N_DIAGNOSES; i++)
        HW_TRY(read_table(&in, hwi_diagnosis_names[i], &model->diagnoses[i], err));
    return HW_OK;
}

/* Models of older versions have none. */
static hw_status read_fold_histories(const branch *top, hw_model *model, hw_error *err)
{
    const json_t *tables = json_object_get(top->json, "fold_histories");
    size_t n = json_array_size(tables);
    if (n == 0)
        return HW_OK;
    if (n > INT32_MAX)
        return fail_key(top, "fold_histories", "a list of tables", err);
    model->fold_histories = HWI_NEW_ARRAY(hw_table *, n);
    HW_CHECK_ALLOC(err, model->fold_histories);
    model->n_folds = (int32_t)n;
    for (size_t i = 0; i < n; i++) {
        hw_error why = {0};
        hw_status status =
            hwi_table_read_json(json_array_get(tables, i), &model->fold_histories[i], &why);
        HW_TRY(at_key(status, top, "fold_histories", &why, err));
        if (!model->fold_histories[i])
            return fail_key(top, "fold_histories", "tables", err);
    }
    return HW_OK;
}

/* Models of older versions have none. */
static hw_status read_command_options(const branch *top, hw_model *model, hw_error *err)
{
    const json_t *texts = json_object_get(top->json, "command_options");
    size_t n = json_array_size(texts);
    if (n == 0)
        return HW_OK;
    const char **options = HWI_NEW_ARRAY(const char *, n + 1);
    HW_CHECK_ALLOC(err, options);
    bool is_good = n % 2 == 0;
    for (size_t i = 0; i < n && is_good; i++) {
        options[i] = json_string_value(json_array_get(texts, i));
        is_good = options[i] != NULL;
    }
    hw_status status = is_good ? hwi_model_set_command_options(model, options, err)
                               : fail_key(top, "command_options", "names and values", err);
    hwi_free(options);
    return status;
}

/* Of format 1; later ones have them in the details. */
static hw_status read_metrics(const branch *top, hw_model *model, hw_error *err)
{
    const struct {
        const char *key;
        hw_metrics **out;
    } metrics[] = {
        {"training", &model->training_metrics},
        {"validation", &model->validation_metrics},
        {"cross_validation", &model->cross_validation_metrics},
    };
    branch in;
    HW_TRY(get_branch(top, "metrics", &in, err));
    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
        hw_error why = {0};
        const json_t *json = json_object_get(in.json, metrics[i].key);
        HW_TRY(at_key(hwi_metrics_read_json(json, metrics[i].out, &why), &in, metrics[i].key, &why,
                      err));
        if (*metrics[i].out && hw_metrics_category(*metrics[i].out) != model->category)
            return fail_key(&in, metrics[i].key, "metrics of the model's category", err);
    }
    return HW_OK;
}

hw_status hwi_state_read(const json_t *state, const char *path, hw_model *model, hw_error *err)
{
    const branch top = {path, "", state};
    int64_t version = 0;
    HW_TRY(get_int(&top, "format", 1, INT32_MAX, &version, err));
    if (version > HWI_STATE_VERSION)
        HW_FAIL(err, HW_EFORMAT, NULL,
                "%s was written by a newer heavywater (format %lld, this one reads up to %d); read "
                "it with that one",
                path, (long long)version, HWI_STATE_VERSION);
    HW_TRY(get_bool(&top, "is_from_h2o", &model->is_from_h2o, err));
    HW_TRY(read_counters(&top, model, err));
    HW_TRY(read_resume(&top, model, err));
    HW_TRY(read_encoder(&top, model->encoder, err));
    HW_TRY(read_recoding(&top, model->encoder->recoding, err));
    HW_TRY(read_params(&top, "parameters_given", model->params_given, true, err));
    HW_TRY(read_params(&top, "parameters_actual", model->params_actual, false, err));
    HW_TRY(read_given_flags(&top, model->params_actual, err));
    HW_TRY(read_messages(&top, &model->messages, err));
    HW_TRY(read_notes(&top, model, err));
    HW_TRY(read_tables(&top, model, err));
    HW_TRY(read_fold_histories(&top, model, err));
    HW_TRY(read_command_options(&top, model, err));
    return json_object_get(state, "metrics") ? read_metrics(&top, model, err) : HW_OK;
}
