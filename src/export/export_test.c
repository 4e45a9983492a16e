/* SPDX-License-Identifier: Apache-2.0
 *
 * Models of every kind, trained for a moment, go out and must score as they do here. */
#include "export/export.h"

#include <dlfcn.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "export/source_text.h"
#include "support/hand_model.h"
#include "support/hw_test.h"
#include "train/train.h"

typedef struct train_spec {
    const char *name;
    const char *params; /* "name=value;..." */
} train_spec;

#define COMMON "ignored_columns=id,note,seven;hidden=9,5;epochs=3;seed=7;reproducible=true;"
#define WITH_ID "ignored_columns=note,seven;hidden=9,5;epochs=3;seed=7;reproducible=true;"
/* Without standardisation; numbers as large as incomes would blow the network up. */
#define UNSCALED                                                                                   \
    "ignored_columns=id,note,seven,income,joined;hidden=9,5;epochs=2;seed=7;reproducible=true;"    \
    "standardize=false;rate=1e-6;adaptive_rate=false;max_w2=10;"
static const train_spec train_specs[] = {
    {"binomial_rectifier", COMMON "response_column=churn;activation=Rectifier"},
    {"binomial_dropout", COMMON "response_column=churn;activation=RectifierWithDropout;"
                                "hidden_dropout_ratios=0.1,0.3"},
    {"binomial_balanced", COMMON "response_column=churn;activation=Tanh;balance_classes=true"},
    {"multinomial_tanh", COMMON "response_column=plan;activation=Tanh"},
    {"multinomial_dropout", COMMON "response_column=plan;activation=TanhWithDropout;"
                                   "use_all_factor_levels=false;balance_classes=true"},
    {"multinomial_maxout", COMMON "response_column=city;activation=Maxout"},
    {"gaussian_maxout_dropout", COMMON "response_column=spend;activation=MaxoutWithDropout;"
                                       "use_all_factor_levels=false"},
    {"gaussian_exp_rectifier", COMMON "response_column=spend;activation=ExpRectifier"},
    {"gaussian_exp_dropout", UNSCALED "response_column=spend;activation=ExpRectifierWithDropout;"
                                      "input_dropout_ratio=0.1"},
    {"poisson", COMMON "response_column=spend;distribution=poisson;activation=Tanh"},
    {"offset", WITH_ID "response_column=spend;offset_column=id;activation=Tanh"},
    {"offset_compat", WITH_ID "response_column=spend;offset_column=id;activation=Tanh;"
                              "h2o_compat=true"},
    {"hashed", COMMON "response_column=churn;activation=Tanh;max_categorical_features=4"},
    {"autoencoder", COMMON "autoencoder=true;activation=Tanh"},
    {"autoencoder_unscaled", UNSCALED "autoencoder=true;activation=TanhWithDropout;"
                                      "use_all_factor_levels=false"},
};

static char folder[] = "/tmp/hw_export_XXXXXX";

static hw_frame *read_table(const char *name)
{
    const char *data = getenv("HW_TEST_DATA");
    char path[512];
    hw_error err;
    hw_frame *frame = NULL;
    snprintf(path, sizeof path, "%s/%s", data ? data : "tests/data", name);
    const hw_parse_options options = {.col_types = "city=enum,plan=enum"};
    hw_assert_ok(hw_frame_read(path, &options, &frame, &err), err);
    return frame;
}

static hw_model *train(const train_spec *spec, hw_frame *frame)
{
    hw_error err;
    HW_AUTO(hw_params) *params = hw_params_new();
    HW_AUTO(char) *text = hwi_strdup(spec->params);
    char *rest = NULL;
    for (char *item = strtok_r(text, ";", &rest); item; item = strtok_r(NULL, ";", &rest)) {
        char *value = strchr(item, '=');
        *value++ = '\0';
        hw_assert_ok(hw_params_set(params, item, value, &err), err);
    }
    hw_model *model = NULL;
    hw_assert_ok(hwi_train(params, frame, NULL, NULL, &model, &err), err);
    return model;
}

/* Rows that training did not see: other levels, missing cells everywhere. */
static hw_frame *scoring_table(void)
{
    char path[64];
    hw_error err;
    snprintf(path, sizeof path, "%s/score.csv", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("id,age,income,city,plan,joined,rating,churn,spend\n", file);
    static const char *const cities[] = {"Bonn", "K\xc3\xb6ln", "", "Atlantis", "Aachen", "Trier"};
    static const char *const plans[] = {"basic", "pro", "\"plus, yearly\"", "", "nothing"};
    for (int i = 0; i < 60; i++) {
        fprintf(file, "%d,", i - 20);
        if (i % 7 != 3)
            fprintf(file, "%d", 20 + i);
        fputc(',', file);
        if (i % 11 != 4)
            fprintf(file, "%d.5", 9000 + 731 * i);
        fprintf(file, ",%s,%s,", cities[i % 6], plans[i % 5]);
        if (i % 5 != 1)
            fprintf(file, "20%02d-0%d-11", 10 + i % 13, 1 + i % 9);
        fputc(',', file);
        fprintf(file, "%d", i % 6 - 1);
        fprintf(file, ",%s,%d\n", i % 2 ? "yes" : "no", i);
    }
    fclose(file);
    hw_frame *frame = NULL;
    const hw_parse_options options = {.col_types = "city=enum,plan=enum"};
    hw_assert_ok(hw_frame_read(path, &options, &frame, &err), err);
    return frame;
}

/* A generated file, compiled and loaded. */
typedef struct library {
    void *handle;
    double (*level)(int, const char *);
    int (*score)(const double *, double *);
    const int *n_levels;
    const char *const *column_names, *const *output_names;
} library;

static void *symbol(void *handle, const char *prefix, const char *name)
{
    char text[256];
    snprintf(text, sizeof text, "%s_%s", prefix, name);
    void *found = dlsym(handle, text);
    if (!found)
        fail_msg("no %s", text);
    return found;
}

static library load(const hw_model *model, const char *name)
{
    char path[512], command[2048];
    hw_error err;
    snprintf(path, sizeof path, "%s/%s.c", folder, name);
    hw_assert_ok(hw_model_export(model, HW_EXPORT_C, path, &err), err);
    snprintf(command, sizeof command,
             "cc -std=c99 -O1 -pedantic -Wall -Wextra -Werror -ffp-contract=off -fPIC -shared "
             "-o %s/%s.so %s -lm",
             folder, name, path);
    assert_int_equal(system(command), 0);
    snprintf(path, sizeof path, "%s/%s.so", folder, name);
    library out = {.handle = dlopen(path, RTLD_NOW)};
    if (!out.handle)
        fail_msg("%s", dlerror());
    *(void **)&out.level = symbol(out.handle, name, "level");
    *(void **)&out.score = symbol(out.handle, name, "score");
    out.n_levels = symbol(out.handle, name, "n_levels");
    out.column_names = symbol(out.handle, name, "column_names");
    out.output_names = symbol(out.handle, name, "output_names");
    return out;
}

static void read_row(const hw_model *model, const library *lib, const hw_frame *frame, int64_t row,
                     double *out)
{
    int32_t n = model->encoder->n_cats + model->encoder->n_nums + (model->encoder->offset_at >= 0);
    for (int32_t i = 0; i < n; i++) {
        int32_t column = hw_frame_find_column(frame, lib->column_names[i]);
        assert_true(column >= 0);
        hw_frame_read_doubles(frame, column, row, 1, &out[i]);
        if (lib->n_levels[i] > 0)
            out[i] = lib->level(i, isnan(out[i]) ? NULL
                                                 : hw_frame_level(frame, column, (int32_t)out[i]));
    }
}

static void compare(const hw_model *model, const library *lib, const hw_frame *frame,
                    const hw_frame *predictions, int64_t row)
{
    double in[64], out[64], expected;
    read_row(model, lib, frame, row, in);
    int label = lib->score(in, out);
    bool is_classifier = hwi_model_is_classifier(model);
    if (is_classifier) {
        hw_frame_read_doubles(predictions, 0, row, 1, &expected);
        assert_true(label == (int)expected);
    } else {
        assert_int_equal(label, 0);
    }
    for (int32_t i = is_classifier; i < hw_frame_n_columns(predictions); i++) {
        assert_string_equal(lib->output_names[i - is_classifier],
                            hw_frame_column_name(predictions, i));
        hw_frame_read_doubles(predictions, i, row, 1, &expected);
        hw_assert_near(out[i - is_classifier], expected, 1e-12);
    }
}

static void test_c_scores_as_predict(void **state)
{
    (void)state;
    if (system("cc --version >/dev/null 2>&1") != 0)
        skip();
    hw_error err;
    HW_AUTO(hw_frame) *training = read_table("mixed.csv");
    HW_AUTO(hw_frame) *rows = scoring_table();
    for (size_t i = 0; i < HW_COUNT(train_specs); i++) {
        HW_AUTO(hw_model) *model = train(&train_specs[i], training);
        HW_AUTO(hw_frame) *predictions = NULL;
        hw_assert_ok(hw_model_predict(model, rows, &predictions, &err), err);
        library lib = load(model, train_specs[i].name);
        for (int64_t row = 0; row < hw_frame_n_rows(rows); row++)
            compare(model, &lib, rows, predictions, row);
        assert_true(isnan(lib.level(0, NULL)) && isnan(lib.level(99, "a")));
        dlclose(lib.handle);
    }
}

/* Names, levels and classes that a careless writer would not get through a compiler. */
static void test_c_of_odd_texts_compiles(void **state)
{
    (void)state;
    if (system("cc --version >/dev/null 2>&1") != 0)
        skip();
    for (size_t i = 0; i < HW_COUNT(hand_specs); i++) {
        HW_AUTO(hw_model) *model = hand_model(&hand_specs[i]);
        library lib = load(model, hand_specs[i].name);
        for (int32_t c = 0; c < model->encoder->n_cats + model->encoder->n_nums; c++) {
            const hwi_model_column *column = &model->encoder->columns[c];
            assert_string_equal(lib.column_names[c], column->name);
            for (int32_t k = 0; k < column->n_levels; k++)
                assert_true(lib.level(c, column->levels[k]) == k);
            if (column->n_levels > 0)
                assert_true(lib.level(c, "never seen") == column->n_levels);
        }
        dlclose(lib.handle);
    }
}

static char *read_text(const char *path, size_t *out_size)
{
    hw_error err;
    HW_AUTO_FILE_TEXT(text);
    hw_assert_ok(hwi_file_read(path, 0, &text, &err), err);
    *out_size = text.size;
    return hwi_strndup(text.data, text.size);
}

static void test_every_kind_is_repeatable(void **state)
{
    (void)state;
    for (size_t i = 0; i < HW_COUNT(hand_specs); i++) {
        HW_AUTO(hw_model) *model = hand_model(&hand_specs[i]);
        for (int kind = HW_EXPORT_C; kind <= HW_EXPORT_ONNX; kind++) {
            char folders[2][64], paths[2][96];
            size_t sizes[2];
            char *texts[2];
            if (kind == HW_EXPORT_WEIGHTS)
                continue;
            for (int k = 0; k < 2; k++) {
                hw_error err;
                snprintf(folders[k], sizeof folders[k], "%s/%d", folder, k);
                mkdir(folders[k], 0777);
                snprintf(paths[k], sizeof paths[k], "%s/model.java", folders[k]);
                hw_assert_ok(hw_model_export(model, (hw_export_kind)kind, paths[k], &err), err);
                texts[k] = read_text(paths[k], &sizes[k]);
            }
            assert_int_equal(sizes[0], sizes[1]);
            assert_memory_equal(texts[0], texts[1], sizes[0]);
            hwi_free(texts[0]);
            hwi_free(texts[1]);
        }
    }
}

static void test_weights_are_exact(void **state)
{
    (void)state;
    hw_error err;
    HW_AUTO(hw_model) *model = hand_model(&hand_specs[2]);
    char path[128], file[160];
    snprintf(path, sizeof path, "%s/weights", folder);
    hw_assert_ok(hw_model_export(model, HW_EXPORT_WEIGHTS, path, &err), err);
    for (int32_t l = 0; l < model->network->n_layers; l++) {
        const hwi_layer *layer = &model->network->layers[l];
        HW_AUTO_FILE_TEXT(npy);
        snprintf(file, sizeof file, "%s/weights_%d.npy", path, l + 1);
        hw_assert_ok(hwi_file_read(file, 0, &npy, &err), err);
        size_t n = (size_t)layer->n_in * (size_t)layer->n_rows;
        assert_int_equal((npy.size - 4 * n) % 64, 0);
        assert_memory_equal(npy.data, "\x93NUMPY\x01", 7);
        const float *values = (const float *)(npy.data + npy.size - 4 * n);
        for (int32_t u = 0; u < layer->n_units; u++)
            for (int32_t c = 0; c < layer->n_in; c++)
                for (int32_t k = 0; k < layer->n_channels; k++)
                    assert_true(*values++ == hwi_layer_weight(layer, u, c, k));
    }
    /* A folder that holds something stays as it is. */
    assert_int_equal(hw_model_export(model, HW_EXPORT_WEIGHTS, path, &err), HW_EINVAL);
    assert_string_equal(err.field, "out");
    assert_int_equal(access(file, R_OK), 0);
}

static void test_json_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < HW_COUNT(hand_specs); i++) {
        HW_AUTO(hw_model) *model = hand_model(&hand_specs[i]);
        char path[64];
        size_t size;
        hw_error err;
        snprintf(path, sizeof path, "%s/model.json", folder);
        hw_assert_ok(hw_model_export(model, HW_EXPORT_JSON, path, &err), err);
        HW_AUTO(char) *text = read_text(path, &size);
        json_t *root = json_loadb(text, size, 0, NULL);
        assert_non_null(root);
        json_t *layers = json_object_get(root, "layers");
        assert_int_equal(json_array_size(layers), model->network->n_layers);
        for (int32_t l = 0; l < model->network->n_layers; l++) {
            const hwi_layer *layer = &model->network->layers[l];
            json_t *rows = json_object_get(json_array_get(layers, (size_t)l), "weights");
            assert_int_equal(json_array_size(rows), layer->n_rows);
            for (int32_t r = 0; r < layer->n_rows; r++)
                for (int32_t c = 0; c < layer->n_in; c++)
                    assert_true((float)json_number_value(
                                    json_array_get(json_array_get(rows, (size_t)r), (size_t)c)) ==
                                layer->weights[hwi_layer_at(layer, c, r)]);
        }
        json_decref(root);
    }
}

static void test_recoded_models_are_refused(void **state)
{
    (void)state;
    hw_error err;
    HW_AUTO(hw_frame) *training = read_table("mixed.csv");
    const train_spec spec = {"binary", COMMON "response_column=churn;categorical_encoding=Binary"};
    HW_AUTO(hw_model) *model = train(&spec, training);
    for (int kind = HW_EXPORT_C; kind <= HW_EXPORT_ONNX; kind++)
        if (kind != HW_EXPORT_WEIGHTS)
            assert_int_equal(hw_model_export(model, (hw_export_kind)kind, "/tmp/unused", &err),
                             HW_EUNSUPPORTED);
}

static void test_bad_paths_are_refused(void **state)
{
    (void)state;
    static const struct {
        hw_export_kind kind;
        const char *path;
        hw_status status;
    } cases[] = {
        {HW_EXPORT_POJO, "/tmp/no-class.java", HW_EINVAL},
        {HW_EXPORT_POJO, "/tmp/while.java", HW_EINVAL},
        {HW_EXPORT_POJO, "/tmp/no/such/folder/M.java", HW_EIO},
        {HW_EXPORT_ONNX, "/tmp/no/such/folder/m.onnx", HW_EIO},
        {HW_EXPORT_C, "/tmp/no/such/folder/m.c", HW_EIO},
        {HW_EXPORT_WEIGHTS, "-", HW_EINVAL},
        {HW_EXPORT_WEIGHTS, "/tmp/no/such/folder/w", HW_EIO},
    };
    HW_AUTO(hw_model) *model = hand_model(&hand_specs[0]);
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hw_error err;
        hw_status status = hw_model_export(model, cases[i].kind, cases[i].path, &err);
        if (status != cases[i].status)
            fail_msg("%s: %d", cases[i].path, status);
    }
}

static void test_weights_that_are_no_numbers_are_refused(void **state)
{
    (void)state;
    hw_error err;
    HW_AUTO(hw_model) *model = hand_model(&hand_specs[0]);
    model->network->layers[1].biases[0] = NAN;
    for (int kind = HW_EXPORT_C; kind <= HW_EXPORT_JSON; kind++) {
        assert_int_equal(hw_model_export(model, (hw_export_kind)kind, "/tmp/unused.txt", &err),
                         HW_EUNSTABLE);
        assert_non_null(strstr(err.message, "biases of layer 3 are NaN"));
    }
}

static void test_literals_read_back(void **state)
{
    (void)state;
    static const double values[] = {
        0, -0.0, 1, -1.5, 0.1, 1e300, 5e-324, 2.2250738585072014e-308, 123456789, 1e-310};
    for (size_t i = 0; i < HW_COUNT(values); i++) {
        HW_AUTO_BUFFER(text);
        hwi_append_real(&text, values[i]);
        double x = strtod(hwi_buffer_text(&text), NULL);
        assert_memory_equal(&x, &values[i], sizeof x);
        assert_non_null(strpbrk(hwi_buffer_text(&text), ".e"));
        HW_AUTO_BUFFER(narrow);
        hwi_append_real_float(&narrow, (float)(values[i] / 1e270));
        char *end;
        float y = strtof(hwi_buffer_text(&narrow), &end), wanted = (float)(values[i] / 1e270);
        assert_memory_equal(&y, &wanted, sizeof y);
        assert_string_equal(end, "f");
    }
}

static void test_java_literals(void **state)
{
    (void)state;
    static const struct {
        const char *text, *literal;
    } cases[] = {
        {"", "\"\""},
        {"a\"b\\c", "\"a\\\"b\\\\\".concat(\"c\")"},
        {"\n\x7f", "\"\\012\\177\""},
        {"\\u0041", "\"\\\\u004\".concat(\"1\")"},
        {"\xc3\xa9\xf0\x9f\x98\x80", "\"\\u00e9\\ud83d\\ude00\""},
        {"\xff!", "\"\\ufffd!\""},
        {"abcdefghijk", "\"abcde\".concat(\"fghij\".concat(\"k\"))"},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO_BUFFER(text);
        hwi_append_java_string(&text, cases[i].text, i == 1 ? 4 : 5);
        assert_string_equal(hwi_buffer_text(&text), cases[i].literal);
    }
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return getenv("HW_KEEP") ? 0 : system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_literals_read_back),
        cmocka_unit_test(test_java_literals),
        cmocka_unit_test(test_c_scores_as_predict),
        cmocka_unit_test(test_c_of_odd_texts_compiles),
        cmocka_unit_test(test_every_kind_is_repeatable),
        cmocka_unit_test(test_weights_are_exact),
        cmocka_unit_test(test_json_is_whole),
        cmocka_unit_test(test_recoded_models_are_refused),
        cmocka_unit_test(test_bad_paths_are_refused),
        cmocka_unit_test(test_weights_that_are_no_numbers_are_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
