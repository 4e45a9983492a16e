/* SPDX-License-Identifier: Apache-2.0
 *
 * The recorded trainings of H2O, trained again: every float weight equal in every bit, then biases,
 * tables, metrics and predictions. A case is a folder of the fixtures (see their README); names on
 * the command line run these alone, and HW_PARITY_TABLE=1 prints how far each case is off. */
#include "support/hw_test.h"

#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/number.h"
#include "frame/frame.h"
#include "heavywater/grid.h"
#include "metrics/metrics.h"
#include "model/model.h"
#include "train/train.h"

/* Of numbers that hang on exp and log; weights are compared bit by bit. */
static const double BIAS_TOLERANCE = 1e-12, VALUE_TOLERANCE = 1e-9;

/* The fast arithmetic drifts from the exact one by roundings to float: at most 8e-6 when this was
 * written. */
static const double FAST_TOLERANCE = 1e-4;

static const char *fixtures(void)
{
    const char *folder = getenv("HW_FIXTURES");
    return folder ? folder : "../shared/fixtures";
}

static void path_of(const char *a, const char *b, const char *c, char out[1024])
{
    snprintf(out, 1024, "%s/parity/%s%s%s", fixtures(), a, b ? "/" : "", b ? b : "");
    if (c)
        snprintf(out + strlen(out), 1024 - strlen(out), "/%s", c);
}

static json_t *load_json(const char *case_name, const char *file)
{
    char path[1024];
    path_of(case_name, file, NULL, path);
    json_error_t error;
    json_t *json = json_load_file(path, 0, &error);
    if (!json)
        fail_msg("%s: %s", path, error.text);
    return json;
}

/* --- From params.json to a training ----------------------------------------------------------- */

static const char *type_word(const char *h2o_type)
{
    return strcmp(h2o_type, "Enum") == 0     ? "enum"
           : strcmp(h2o_type, "String") == 0 ? "string"
                                             : "numeric";
}

static hw_frame *read_frame(const json_t *spec, const char *file)
{
    HW_AUTO_BUFFER(types);
    HW_AUTO_BUFFER(factors);
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(spec, "parse_types"), key, value) hwi_buffer_printf(
        &types, "%s%s=%s", types.size ? "," : "", key, type_word(json_string_value(value)));
    size_t i;
    json_array_foreach(json_object_get(spec, "as_factor"), i, value)
        hwi_buffer_printf(&factors, "%s%s", i ? "," : "", json_string_value(value));
    hw_parse_options options = {.col_types = types.size ? hwi_buffer_text(&types) : NULL,
                                .factors = factors.size ? hwi_buffer_text(&factors) : NULL};
    char path[1024];
    path_of("data", file, NULL, path);
    hw_frame *frame = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_frame_read(path, &options, &frame, &err), err);
    return frame;
}

/* The model of a case's earlier step ("model:NAME" among the parameters). */
static char step_model_path[64];

static void append_value(hwi_buffer *out, const json_t *value)
{
    char text[HWI_NUMBER_TEXT_BYTES];
    const char *word = json_string_value(value);
    if (word && strncmp(word, "model:", 6) == 0) {
        hwi_buffer_append_text(out, step_model_path);
    } else if (json_is_array(value)) {
        hwi_buffer_append_text(out, "[");
        for (size_t i = 0; i < json_array_size(value); i++) {
            hwi_buffer_append_text(out, i ? "," : "");
            append_value(out, json_array_get(value, i));
        }
        hwi_buffer_append_text(out, "]");
    } else if (word && strncmp(word, "frame:", 6) == 0) {
        char path[1024];
        path_of("data", word + 6, NULL, path);
        hwi_buffer_append_text(out, path);
    } else if (word) {
        hwi_buffer_append_text(out, word);
    } else if (json_is_boolean(value)) {
        hwi_buffer_append_text(out, json_is_true(value) ? "true" : "false");
    } else if (json_is_integer(value)) {
        hwi_buffer_printf(out, "%lld", (long long)json_integer_value(value));
    } else {
        hwi_format_double(json_real_value(value), text);
        hwi_buffer_append_text(out, text);
    }
}

static bool is_listed(const json_t *list, const char *name)
{
    size_t i;
    json_t *value;
    json_array_foreach(list, i, value) if (strcmp(json_string_value(value), name) == 0) return true;
    return false;
}

static bool is_named(const json_t *spec, const char *key, const char *name)
{
    const char *value = json_string_value(json_object_get(spec, key));
    return value && strcmp(value, name) == 0;
}

static void ignore_others(const json_t *spec, const hw_frame *frame, hw_params *params)
{
    const json_t *x = json_object_get(spec, "x");
    hwi_text_list *list = &params->ignored_columns;
    list->v = HWI_NEW_ARRAY(char *, (size_t)hw_frame_n_columns(frame));
    list->is_null = false;
    for (int32_t i = 0; i < hw_frame_n_columns(frame); i++) {
        const char *name = hw_frame_column_name(frame, i);
        if (!is_listed(x, name) && !is_named(spec, "y", name) &&
            !is_named(spec, "weights_column", name) && !is_named(spec, "offset_column", name) &&
            !is_named(spec, "fold_column", name))
            list->v[list->n++] = hwi_strdup(name);
    }
}

/* Sets the parameters of the case; false when this version refuses one. */
static bool set_params(const json_t *spec, hw_params *params, hw_error *out_refusal)
{
    static const struct {
        const char *key, *param;
    } columns[] = {{"y", "response_column"},
                   {"weights_column", "weights_column"},
                   {"offset_column", "offset_column"},
                   {"fold_column", "fold_column"}};
    hw_error err = {0};
    for (size_t i = 0; i < HW_COUNT(columns); i++) {
        const char *name = json_string_value(json_object_get(spec, columns[i].key));
        if (!name)
            continue;
        hw_status status = hw_params_set(params, columns[i].param, name, &err);
        if (status == HW_EUNSUPPORTED)
            return false;
        hw_assert_ok(status, err);
    }
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(spec, "params"), key, value)
    {
        HW_AUTO_BUFFER(text);
        append_value(&text, value);
        hw_status status = hw_params_set(params, key, hwi_buffer_text(&text), &err);
        if (status == HW_EUNSUPPORTED)
            return false;
        if (status == HW_EINVAL)
            *out_refusal = err; /* H2O looks at some ranges only later */
        else
            hw_assert_ok(status, err);
    }
    hw_assert_ok(hw_params_set(params, "h2o_compat", "true", &err), err);
    return true;
}

/* --- Comparing -------------------------------------------------------------------------------- */

typedef struct tally {
    const char *case_name;
    int64_t n_weights, n_weights_differ;
    double worst_weight, worst_bias, worst_value, worst_prediction;
    char worst_path[256];
    int n_failures;
} tally;

static void complain(tally *t, const char *path, const char *what)
{
    if (t->n_failures++ < 12 && !getenv("HW_PARITY_FAST"))
        print_message("%s: %s: %s\n", t->case_name, path, what);
}

static double relative_difference(double actual, double expected)
{
    if (isnan(expected) || isinf(expected))
        return hw_is_near(actual, expected, 0) ? 0 : INFINITY;
    return fabs(actual - expected) / fmax(1, fabs(expected));
}

/* A number, or one of the words that stand for one; false for anything else. */
static bool number_of(const json_t *json, double *out)
{
    const char *word = json_string_value(json);
    if (json_is_number(json))
        *out = json_number_value(json);
    else if (word && strcmp(word, "NaN") == 0)
        *out = NAN;
    else if (word && strcmp(word, "Infinity") == 0)
        *out = INFINITY;
    else if (word && strcmp(word, "-Infinity") == 0)
        *out = -INFINITY;
    else
        return false;
    return true;
}

static bool is_clock_column(const char *name)
{
    return strcmp(name, "timestamp") == 0 || strcmp(name, "duration") == 0 ||
           strcmp(name, "training_speed") == 0;
}

static void compare(tally *t, const char *path, const json_t *actual, const json_t *expected);

/* Tables: the cells that the clock decides are not compared; recorded tables may be cut. */
static void compare_table(tally *t, const char *path, const json_t *actual, const json_t *expected)
{
    char sub[256];
    snprintf(sub, sizeof sub, "%s.columns", path);
    compare(t, sub, json_object_get(actual, "columns"), json_object_get(expected, "columns"));
    snprintf(sub, sizeof sub, "%s.rows", path);
    compare(t, sub, json_object_get(actual, "rows"), json_object_get(expected, "rows"));
    const json_t *columns = json_object_get(expected, "columns");
    const json_t *data = json_object_get(expected, "data"), *ours = json_object_get(actual, "data");
    for (size_t c = 0; c < json_array_size(columns); c++) {
        const char *name = json_string_value(json_object_get(json_array_get(columns, c), "name"));
        const json_t *cells = json_array_get(data, c);
        for (size_t r = 0; !is_clock_column(name) && r < json_array_size(cells); r++) {
            snprintf(sub, sizeof sub, "%s.%s[%zu]", path, name, r);
            compare(t, sub, json_array_get(json_array_get(ours, c), r), json_array_get(cells, r));
        }
    }
}

static void compare_network(tally *t, const json_t *actual, const json_t *expected)
{
    if (json_array_size(actual) != json_array_size(expected)) {
        complain(t, "network", "another number of layers");
        return;
    }
    for (size_t l = 0; l < json_array_size(expected); l++) {
        const json_t *e = json_array_get(expected, l), *a = json_array_get(actual, l);
        const json_t *ew = json_object_get(e, "weights"), *aw = json_object_get(a, "weights");
        const json_t *eb = json_object_get(e, "biases"), *ab = json_object_get(a, "biases");
        if (json_array_size(ew) != json_array_size(aw) ||
            json_array_size(eb) != json_array_size(ab)) {
            complain(t, "network", "another shape");
            return;
        }
        for (size_t i = 0; i < json_array_size(ew); i++) {
            float x = (float)json_number_value(json_array_get(aw, i));
            float y = (float)json_number_value(json_array_get(ew, i));
            t->n_weights++;
            t->n_weights_differ += x != y;
            t->worst_weight = fmax(t->worst_weight, relative_difference((double)x, (double)y));
        }
        for (size_t i = 0; i < json_array_size(eb); i++) {
            double difference = relative_difference(json_number_value(json_array_get(ab, i)),
                                                    json_number_value(json_array_get(eb, i)));
            t->worst_bias = fmax(t->worst_bias, difference);
        }
    }
}

static void compare_numbers(tally *t, const char *path, double actual, double expected)
{
    double difference = relative_difference(actual, expected);
    if (difference > t->worst_value) {
        t->worst_value = difference;
        snprintf(t->worst_path, sizeof t->worst_path, "%s", path);
    }
    if (!(difference <= VALUE_TOLERANCE)) {
        char text[128];
        snprintf(text, sizeof text, "%.17g, H2O has %.17g", actual, expected);
        complain(t, path, text);
    }
}

static void compare_strings(tally *t, const char *path, const char *actual, const char *expected)
{
    /* "... 29 weights/biases, SIZE, 12 training samples": the size is the program's own. */
    const char *size = strstr(expected, ", SIZE, ");
    const char *after = size ? strstr(actual, "weights/biases, ") : NULL;
    bool is_same;
    if (size && after) {
        after = strstr(after + strlen("weights/biases, "), ", ");
        is_same = strncmp(actual, expected, (size_t)(size - expected)) == 0 && after &&
                  strcmp(after, size + strlen(", SIZE")) == 0;
    } else {
        is_same = strcmp(actual, expected) == 0;
    }
    if (!is_same) {
        char text[512];
        snprintf(text, sizeof text, "'%s', H2O has '%s'", actual, expected);
        complain(t, path, text);
    }
}

static void compare(tally *t, const char *path, const json_t *actual, const json_t *expected)
{
    double x, y;
    char sub[256];
    if (json_is_object(expected) && json_object_get(expected, "data") && json_is_object(actual)) {
        snprintf(sub, sizeof sub, "%s.description", path);
        compare(t, sub, json_object_get(actual, "description"),
                json_object_get(expected, "description"));
        compare_table(t, path, actual, expected);
    } else if (json_is_object(expected) && json_is_object(actual)) {
        const char *key;
        json_t *value;
        json_object_foreach((json_t *)expected, key, value)
        {
            snprintf(sub, sizeof sub, "%s.%s", path, key);
            compare(t, sub, json_object_get(actual, key), value);
        }
    } else if (json_is_array(expected) && json_is_array(actual)) {
        if (json_array_size(expected) != json_array_size(actual)) {
            complain(t, path, "another length");
            return;
        }
        for (size_t i = 0; i < json_array_size(expected); i++) {
            snprintf(sub, sizeof sub, "%s[%zu]", path, i);
            compare(t, sub, json_array_get(actual, i), json_array_get(expected, i));
        }
    } else if (number_of(actual, &x) && number_of(expected, &y)) {
        compare_numbers(t, path, x, y);
    } else if (json_is_string(expected) && json_is_string(actual)) {
        compare_strings(t, path, json_string_value(actual), json_string_value(expected));
    } else if (!json_equal(actual, expected)) {
        char *a = json_dumps(actual, JSON_ENCODE_ANY | JSON_COMPACT);
        char *e = json_dumps(expected, JSON_ENCODE_ANY | JSON_COMPACT);
        char text[512];
        snprintf(text, sizeof text, "%.200s, H2O has %.200s", a ? a : "nothing", e ? e : "nothing");
        complain(t, path, text);
        free(a);
        free(e);
    }
}

static json_t *json_of_model(const hw_model *model)
{
    HW_AUTO_BUFFER(text);
    hw_error err = {0};
    hw_assert_ok(hwi_model_write_json(model, &text, &err), err);
    json_error_t error;
    json_t *json = json_loads(hwi_buffer_text(&text), 0, &error);
    if (!json)
        fail_msg("our own JSON does not parse: %s (line %d)", error.text, error.line);
    return json;
}

/* What H2O shows only where it can export weights. */
static bool is_exported_only(const char *key)
{
    return strcmp(key, "preprocessing") == 0 || strcmp(key, "input_unit_names") == 0;
}

static void compare_model(tally *t, const hw_model *model, const json_t *expected)
{
    static const char *const keys[] = {"build",
                                       "model_category",
                                       "input_columns",
                                       "original_columns",
                                       "column_types",
                                       "domains",
                                       "preprocessing",
                                       "input_unit_names",
                                       "scoring_history",
                                       "model_summary",
                                       "training_metrics",
                                       "validation_metrics",
                                       "cross_validation_metrics",
                                       "cross_validation_metrics_summary",
                                       "cv_scoring_history",
                                       "default_threshold",
                                       "variable_importances"};
    json_t *actual = json_of_model(model);
    /* H2O cannot export the weights of hashed categoricals: they come from the MOJO. */
    json_t *mojo = NULL;
    if (json_is_array(json_object_get(expected, "network"))) {
        compare_network(t, json_object_get(actual, "network"),
                        json_object_get(expected, "network"));
    } else {
        mojo = load_json(t->case_name, "mojo.json");
        compare_network(t, json_object_get(actual, "network"), json_object_get(mojo, "network"));
    }
    for (size_t i = 0; i < HW_COUNT(keys); i++)
        if (json_object_get(expected, keys[i]) && !(mojo && is_exported_only(keys[i])))
            compare(t, keys[i], json_object_get(actual, keys[i]),
                    json_object_get(expected, keys[i]));
    json_decref(mojo);
    json_decref(actual);
}

/* A frame of predictions against a recorded file of them. */
static void compare_prediction_frame(tally *t, const char *file, const hw_frame *actual,
                                     bool is_classifier)
{
    char path[1024];
    path_of(t->case_name, file, NULL, path);
    HW_AUTO(hw_frame) *expected = NULL;
    hw_error err = {0};
    hw_parse_options options = {.header = 1, .col_types = is_classifier ? "1=enum" : NULL};
    hw_assert_ok(hw_frame_read(path, &options, &expected, &err), err);
    if (hw_frame_n_columns(actual) != hw_frame_n_columns(expected) ||
        hw_frame_n_rows(actual) != hw_frame_n_rows(expected)) {
        complain(t, file, "another shape");
        return;
    }
    for (int32_t c = 0; c < hw_frame_n_columns(expected); c++) {
        if (strcmp(hw_frame_column_name(actual, c), hw_frame_column_name(expected, c)) != 0)
            complain(t, file, hw_frame_column_name(actual, c));
        for (int64_t r = 0; r < hw_frame_n_rows(expected); r++) {
            double x, y;
            hw_frame_read_doubles(actual, c, r, 1, &x);
            hw_frame_read_doubles(expected, c, r, 1, &y);
            if (is_classifier && c == 0) {
                const char *label = hw_frame_level(actual, c, (int32_t)x);
                if (strcmp(label, hw_frame_level(expected, c, (int32_t)y)) != 0)
                    complain(t, file, "another label");
                continue;
            }
            double difference = relative_difference(x, y);
            t->worst_prediction = fmax(t->worst_prediction, difference);
        }
    }
    if (!(t->worst_prediction <= VALUE_TOLERANCE))
        complain(t, file, "too far off");
}

static void compare_predictions(tally *t, const hw_model *model, const hw_frame *frame)
{
    HW_AUTO(hw_frame) *actual = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_model_predict(model, frame, &actual, &err), err);
    compare_prediction_frame(t, "predictions.csv", actual, hw_model_n_classes(model) > 1);
}

static void compare_folds(tally *t, const hw_model *model)
{
    char path[1024];
    path_of(t->case_name, "fold_assignment.csv", NULL, path);
    HW_AUTO(hw_frame) *expected = NULL;
    hw_error err = {0};
    hw_parse_options options = {.header = 1};
    hw_assert_ok(hw_frame_read(path, &options, &expected, &err), err);
    const hw_frame *actual = hw_model_fold_assignment(model);
    assert_non_null(actual);
    assert_int_equal(hw_frame_n_rows(actual), hw_frame_n_rows(expected));
    assert_string_equal(hw_frame_column_name(actual, 0), hw_frame_column_name(expected, 0));
    for (int64_t r = 0; r < hw_frame_n_rows(expected); r++) {
        double x, y;
        hw_frame_read_doubles(actual, 0, r, 1, &x);
        hw_frame_read_doubles(expected, 0, r, 1, &y);
        if (x != y)
            complain(t, "fold_assignment", "another fold");
    }
}

/* What a cross-validation leaves beside the model. */
static void compare_cross_validation(tally *t, const hw_model *model)
{
    if (hw_model_n_folds(model) == 0)
        return;
    compare_folds(t, model);
    compare_prediction_frame(t, "holdout_predictions.csv", hw_model_holdout_predictions(model),
                             hw_model_n_classes(model) > 1);
    json_t *models = load_json(t->case_name, "cv_models.json");
    assert_int_equal(json_array_size(models), hw_model_n_fold_models(model));
    for (int32_t f = 0; f < hw_model_n_fold_models(model); f++)
        compare_model(t, hw_model_fold_model(model, f), json_array_get(models, (size_t)f));
    json_decref(models);
}

/* All columns of a recorded table of numbers. */
static void compare_numbers_with_file(tally *t, const char *file, const hw_frame *actual)
{
    char path[1024];
    path_of(t->case_name, file, NULL, path);
    HW_AUTO(hw_frame) *expected = NULL;
    hw_error err = {0};
    hw_parse_options options = {.header = 1};
    hw_assert_ok(hw_frame_read(path, &options, &expected, &err), err);
    if (hw_frame_n_columns(actual) != hw_frame_n_columns(expected) ||
        hw_frame_n_rows(actual) != hw_frame_n_rows(expected)) {
        complain(t, file, "another shape");
        return;
    }
    double worst = 0;
    for (int32_t c = 0; c < hw_frame_n_columns(expected); c++) {
        if (strcmp(hw_frame_column_name(actual, c), hw_frame_column_name(expected, c)) != 0)
            complain(t, file, hw_frame_column_name(actual, c));
        for (int64_t r = 0; r < hw_frame_n_rows(expected); r++) {
            double x, y;
            hw_frame_read_doubles(actual, c, r, 1, &x);
            hw_frame_read_doubles(expected, c, r, 1, &y);
            worst = fmax(worst, relative_difference(x, y));
        }
    }
    t->worst_prediction = fmax(t->worst_prediction, worst);
    if (!(worst <= VALUE_TOLERANCE))
        complain(t, file, "too far off");
}

static bool is_recorded(const tally *t, const char *file)
{
    char path[1024];
    path_of(t->case_name, file, NULL, path);
    return access(path, R_OK) == 0;
}

static void compare_errors_and_features(tally *t, const hw_model *model, const hw_frame *frame)
{
    static const char *const files[] = {"anomaly.csv", "anomaly_per_feature.csv"};
    hw_error err = {0};
    for (int per_feature = 0; per_feature < 2; per_feature++) {
        if (!is_recorded(t, files[per_feature]))
            continue;
        HW_AUTO(hw_frame) *errors = NULL;
        hw_assert_ok(hw_model_anomaly(model, frame, per_feature, &errors, &err), err);
        compare_numbers_with_file(t, files[per_feature], errors);
    }
    for (int32_t layer = 0; layer < hw_model_n_layers(model) - 1; layer++) {
        char file[64];
        snprintf(file, sizeof file, "deep_features_%d.csv", layer);
        if (!is_recorded(t, file))
            continue;
        HW_AUTO(hw_frame) *features = NULL;
        hw_assert_ok(hw_model_deep_features(model, frame, layer, &features, &err), err);
        compare_numbers_with_file(t, file, features);
    }
}

static void compare_score_metrics(tally *t, const hw_model *model, const hw_frame *frame,
                                  const json_t *expected)
{
    if (!json_is_object(expected))
        return;
    hw_metrics *metrics = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_model_performance(model, frame, &metrics, &err), err);
    HW_AUTO_BUFFER(text);
    hwi_json json;
    hwi_json_init(&json, &text);
    hwi_metrics_write_json(&json, metrics, "rows");
    json_t *actual = json_loads(hwi_buffer_text(&text), 0, NULL);
    compare(t, "score_metrics", actual, expected);
    json_decref(actual);
    hw_metrics_free(metrics);
}

/* --- Cases ------------------------------------------------------------------------------------ */

static void report(const tally *t)
{
    if (getenv("HW_PARITY_TABLE"))
        print_message("| %-28s | %6lld of %6lld | %7.1e | %7.1e | %7.1e | %7.1e | %s\n",
                      t->case_name, (long long)t->n_weights_differ, (long long)t->n_weights,
                      t->worst_weight, t->worst_bias, t->worst_prediction, t->worst_value,
                      t->worst_path);
}

/* Biases, and the initial points of the trajectory, of a run stopped early. */
static void compare_trajectory(tally *t, const json_t *spec, hw_frame *training, hw_params *params)
{
    char path[1024];
    path_of(t->case_name, "trajectory.json", NULL, path);
    json_t *points = json_load_file(path, 0, NULL);
    size_t i;
    json_t *point;
    json_array_foreach(points, i, point)
    {
        HW_AUTO(hw_params) *stopped = hw_params_copy(params);
        hw_error err = {0};
        const char *key;
        json_t *value;
        json_object_foreach(json_object_get(point, "params"), key, value)
        {
            HW_AUTO_BUFFER(text);
            append_value(&text, value);
            hw_assert_ok(hw_params_set(stopped, key, hwi_buffer_text(&text), &err), err);
        }
        HW_AUTO(hw_model) *model = NULL;
        hw_assert_ok(hwi_train(stopped, training, NULL, NULL, &model, &err), err);
        json_t *actual = json_of_model(model);
        int64_t before = t->n_weights_differ;
        compare_network(t, json_object_get(actual, "network"), json_object_get(point, "network"));
        if (t->n_weights_differ != before)
            print_message("%s: point %zu of the trajectory differs in %lld weights\n", t->case_name,
                          i, (long long)(t->n_weights_differ - before));
        json_decref(actual);
    }
    json_decref(points);
    (void)spec;
}

static void expect_refusal(const json_t *expected, hw_status status, const hw_error *err)
{
    assert_int_not_equal(status, HW_OK);
    char *text = json_dumps(expected, JSON_COMPACT);
    /* H2O's internal names of two parameters. */
    const char *field = strcmp(err->field, "response_column") == 0  ? "response"
                        : strcmp(err->field, "training_frame") == 0 ? "train"
                                                                    : err->field;
    if (!strstr(text, field))
        fail_msg("refused for '%s' (%s), H2O: %.400s", err->field, err->message, text);
    free(text);
}

/* HW_PARITY_FAST=1: the same cases in the fast arithmetic, to see in the table how far it drifts.
 */
static bool is_fast(void)
{
    return getenv("HW_PARITY_FAST") != NULL;
}

/* All that `reproducible` means but the arithmetic. */
static void use_fast_arithmetic(hw_params *params)
{
    params->reproducible = false;
    params->score_each_iteration = true;
    if (params->train_samples_per_iteration == -2)
        params->train_samples_per_iteration = -1;
}

/* Trains the earlier step of a case, compares it, and leaves its model in step_model_path. A step
 * takes from its case what it does not say itself. */
static void run_step(const char *case_name, const json_t *spec)
{
    const json_t *step = json_array_get(json_object_get(spec, "steps"), 0);
    json_t *merged = json_copy((json_t *)spec);
    json_object_update(merged, (json_t *)step);
    json_object_set_new(json_object_get(merged, "params"), "reproducible", json_true());
    HW_AUTO(hw_params) *params = hw_params_new();
    hw_error err = {0};
    assert_true(set_params(merged, params, &err));
    HW_AUTO(hw_frame) *frame =
        read_frame(merged, json_string_value(json_object_get(merged, "training_frame")));
    ignore_others(merged, frame, params);
    if (is_fast())
        use_fast_arithmetic(params);
    HW_AUTO(hw_model) *model = NULL;
    hw_assert_ok(hwi_train(params, frame, NULL, NULL, &model, &err), err);
    char file[80];
    snprintf(file, sizeof file, "%s.json", json_string_value(json_object_get(step, "name")));
    json_t *expected = load_json(case_name, file);
    tally t = {.case_name = case_name};
    compare_model(&t, model, expected);
    if (!is_fast()) {
        assert_int_equal(t.n_weights_differ, 0);
        assert_int_equal(t.n_failures, 0);
    }
    json_decref(expected);
    json_decref(merged);
    snprintf(step_model_path, sizeof step_model_path, "/tmp/heavywater_parity_XXXXXX");
    int file_number = mkstemp(step_model_path);
    assert_true(file_number >= 0);
    close(file_number);
    hw_assert_ok(hw_model_write(model, step_model_path, &err), err);
}

/* --- Grids ------------------------------------------------------------------------------------ */

static hw_grid *search_grid(const json_t *spec, const hw_params *params, hw_frame *training,
                            hw_frame *validation)
{
    const json_t *grid = json_object_get(spec, "grid");
    char *hyper_params = json_dumps(json_object_get(grid, "hyper_params"), 0);
    char *criteria = json_dumps(json_object_get(grid, "search_criteria"), 0);
    hw_grid_options options = {.hyper_params = hyper_params,
                               .search_criteria = criteria,
                               .grid_id = json_string_value(json_object_get(spec, "case")),
                               .sort_by = json_string_value(json_object_get(grid, "sort_by")),
                               .decreasing =
                                   json_is_true(json_object_get(grid, "decreasing")) ? 1 : -1};
    hw_grid *found = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_grid_search(params, training, validation, &options, &found, &err), err);
    free(hyper_params);
    free(criteria);
    return found;
}

static int32_t rank_of(const hw_grid *grid, const char *id)
{
    for (int32_t i = 0; i < hw_grid_n_models(grid); i++)
        if (strcmp(hw_grid_model_id(grid, i), id) == 0)
            return i;
    fail_msg("there is no model %s", id);
    return -1;
}

static void compare_grid_model(const tally *t, const hw_grid *grid, const json_t *expected,
                               const hw_frame *score)
{
    const char *id = json_string_value(json_object_get(expected, "model_id"));
    char file[160];
    tally of_model = {.case_name = t->case_name};
    HW_AUTO(hw_model) *model = NULL;
    HW_AUTO(hw_frame) *predictions = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_grid_read_model(grid, rank_of(grid, id), &model, &err), err);
    compare_model(&of_model, model, expected);
    hw_assert_ok(hw_model_predict(model, score, &predictions, &err), err);
    snprintf(file, sizeof file, "predictions_%.100s.csv", id);
    compare_prediction_frame(&of_model, file, predictions, hw_model_n_classes(model) > 1);
    report(&of_model);
    if (is_fast()) {
        assert_true(of_model.worst_prediction <= FAST_TOLERANCE);
        return;
    }
    assert_int_equal(of_model.n_weights_differ, 0);
    assert_int_equal(of_model.n_failures, 0);
}

static void run_grid(tally *t, const json_t *spec, const json_t *expected)
{
    HW_AUTO(hw_params) *params = hw_params_new();
    hw_error refusal = {0};
    assert_true(set_params(spec, params, &refusal));
    HW_AUTO(hw_frame) *training =
        read_frame(spec, json_string_value(json_object_get(spec, "training_frame")));
    const char *validation_file = json_string_value(json_object_get(spec, "validation_frame"));
    HW_AUTO(hw_frame) *validation = validation_file ? read_frame(spec, validation_file) : NULL;
    HW_AUTO(hw_frame) *score =
        read_frame(spec, json_string_value(json_object_get(spec, "score_frame")));
    ignore_others(spec, training, params);
    if (is_fast())
        use_fast_arithmetic(params);
    hw_grid *grid = search_grid(spec, params, training, validation);
    json_t *models = load_json(t->case_name, "grid_models.json");
    size_t i;
    json_t *item;
    assert_int_equal(hw_grid_n_models(grid), json_array_size(models));
    json_array_foreach(models, i, item) compare_grid_model(t, grid, item, score);
    json_array_foreach(json_object_get(expected, "models_sorted"), i, item)
        assert_string_equal(hw_grid_model_id(grid, (int32_t)i), json_string_value(item));
    json_array_foreach(json_object_get(expected, "hyper_names"), i, item)
        assert_string_equal(hw_grid_hyper_name(grid, (int32_t)i), json_string_value(item));
    assert_int_equal(hw_grid_n_hyper(grid), i);
    if (!is_fast()) {
        HW_AUTO_BUFFER(text);
        hwi_json json;
        hwi_json_init(&json, &text);
        hwi_json_table(&json, hw_grid_leaderboard(grid), "rows");
        json_t *table = json_loadb(text.data, text.size, 0, NULL);
        compare_table(t, "summary_table", table, json_object_get(expected, "summary_table"));
        compare(t, "summary_table.description", json_object_get(table, "description"),
                json_object_get(json_object_get(expected, "summary_table"), "description"));
        json_decref(table);
        assert_int_equal(t->n_failures, 0);
    }
    json_decref(models);
    hw_grid_free(grid);
}

static void run_case(void **state)
{
    tally t = {.case_name = *state};
    json_t *spec = load_json(t.case_name, "params.json");
    json_t *expected = load_json(t.case_name, "result.json");
    if (json_object_get(spec, "grid")) {
        run_grid(&t, spec, expected);
        json_decref(spec);
        json_decref(expected);
        return;
    }
    HW_AUTO(hw_params) *params = hw_params_new();
    hw_error refusal = {0};
    bool is_supported = set_params(spec, params, &refusal);
    if (is_supported && json_object_get(spec, "steps")) {
        run_step(t.case_name, spec);
        is_supported = set_params(spec, params, &refusal);
    }
    if (!is_supported) {
        json_decref(spec);
        json_decref(expected);
        hw_params_free(HW_TAKE(params)); /* skip() leaps over the cleanup */
        skip();
    }
    HW_AUTO(hw_frame) *training =
        read_frame(spec, json_string_value(json_object_get(spec, "training_frame")));
    const char *validation_file = json_string_value(json_object_get(spec, "validation_frame"));
    HW_AUTO(hw_frame) *validation = validation_file ? read_frame(spec, validation_file) : NULL;
    ignore_others(spec, training, params);
    if (is_fast())
        use_fast_arithmetic(params);
    HW_AUTO(hw_model) *model = NULL;
    hw_error err = refusal;
    hw_status status = refusal.code;
    if (status == HW_OK)
        status = hwi_train(params, training, validation, NULL, &model, &err);
    if (*step_model_path)
        unlink(step_model_path);
    *step_model_path = '\0';
    const json_t *failed = json_object_get(expected, "failed");
    if (json_is_object(failed)) {
        expect_refusal(failed, status, &err);
    } else {
        hw_assert_ok(status, err);
        compare_model(&t, model, expected);
        const char *score_file = json_string_value(json_object_get(spec, "score_frame"));
        HW_AUTO(hw_frame) *score = read_frame(spec, score_file);
        compare_predictions(&t, model, score);
        compare_errors_and_features(&t, model, score);
        compare_score_metrics(&t, model, score, json_object_get(expected, "score_metrics"));
        compare_cross_validation(&t, model);
        compare_trajectory(&t, spec, training, params);
        report(&t);
        if (t.n_weights_differ > 0)
            complain(&t, "network", "weights differ");
        if (!(t.worst_bias <= BIAS_TOLERANCE))
            complain(&t, "network", "biases are too far off");
    }
    json_decref(spec);
    json_decref(expected);
    if (is_fast())
        assert_true(t.worst_prediction <= FAST_TOLERANCE);
    else
        assert_int_equal(t.n_failures, 0);
}

enum { MAX_CASES = 256 };

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct CMUnitTest *)a)->name, ((const struct CMUnitTest *)b)->name);
}

static size_t list_cases(struct CMUnitTest *tests)
{
    char path[1024];
    path_of("", NULL, NULL, path);
    DIR *folder = opendir(path);
    size_t n = 0;
    for (struct dirent *entry; folder && n < MAX_CASES && (entry = readdir(folder));) {
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "data") == 0 ||
            strchr(entry->d_name, '.'))
            continue;
        char *name = hwi_strdup(entry->d_name);
        tests[n++] =
            (struct CMUnitTest){.name = name, .test_func = run_case, .initial_state = name};
    }
    if (folder)
        closedir(folder);
    qsort(tests, n, sizeof *tests, compare_names);
    return n;
}

int main(int argc, char **argv)
{
    static struct CMUnitTest tests[MAX_CASES];
    size_t n = 0;
    for (int i = 1; i < argc && n < MAX_CASES; i++)
        tests[n++] =
            (struct CMUnitTest){.name = argv[i], .test_func = run_case, .initial_state = argv[i]};
    if (argc == 1)
        n = list_cases(tests);
    if (n == 0)
        return 77; /* no fixtures here: skipped */
    return _cmocka_run_group_tests("parity", tests, n, NULL, NULL);
}
