/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages of every model that H2O recorded, and of models made to hurt: no tables, one row, a
 * thousand classes, hostile names. Every page must be well-formed, bounded, and load nothing. */
#include "support/hw_test.h"

#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/number.h"
#include "base/table.h"
#include "base/table_json.h"
#include "model/model.h"
#include "params/messages.h"
#include "report/report.h"
#include "support/html_check.h"

enum { MAX_PATH = 1024 };

static void write_page(const hw_model *model, hwi_buffer *out)
{
    hw_error err;
    hw_assert_ok(hwi_report_write_html(model, out, &err), err);
    check_well_formed(out->data);
    assert_null(strstr(out->data, "nan"));
}

static void assert_has(const char *html, const char *text)
{
    if (!strstr(html, text))
        fail_msg("the page lacks: %s", text);
}

/* ---- Models by hand ---- */

static hw_model *new_model(hw_category category, const char *response, int32_t n_classes,
                           const char *const *classes)
{
    hw_model *model = hwi_model_new();
    assert_non_null(model);
    model->category = category;
    model->n_classes = n_classes;
    if (!response)
        return model;
    model->encoder = hwi_encoder_new();
    hwi_encoder *encoder = model->encoder;
    assert_non_null(encoder);
    encoder->n_columns = 1;
    encoder->columns = HWI_NEW_ARRAY(hwi_model_column, 1);
    encoder->columns[0].name = hwi_strdup(response);
    encoder->response_at = 0;
    if (n_classes > 1) {
        encoder->columns[0].n_levels = n_classes;
        encoder->columns[0].levels = HWI_NEW_ARRAY(char *, (size_t)n_classes);
        for (int32_t i = 0; i < n_classes; i++)
            encoder->columns[0].levels[i] = hwi_strdup(classes[i]);
    }
    return model;
}

/* A parameter from the fixture's JSON; those of later versions are left out. */
static void set_param(hw_params *params, const char *name, const json_t *value)
{
    HW_AUTO_BUFFER(text);
    size_t n = json_is_array(value) ? json_array_size(value) : 1;
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_is_array(value) ? json_array_get(value, i) : value;
        char number[HWI_NUMBER_TEXT_BYTES];
        hwi_buffer_append_text(&text, i ? "," : "");
        if (json_is_string(item)) {
            hwi_buffer_append_text(&text, json_string_value(item));
        } else if (json_is_boolean(item)) {
            hwi_buffer_append_text(&text, json_is_true(item) ? "true" : "false");
        } else if (json_is_number(item)) {
            hwi_format_double(json_number_value(item), number);
            hwi_buffer_append_text(&text, number);
        }
    }
    if (hw_params_set(params, name, hwi_buffer_text(&text), NULL) != HW_OK)
        return;
}

static void read_params(hw_model *model, json_t *parameters)
{
    const char *name;
    json_t *entry;
    model->params_given = hw_params_new();
    model->params_actual = hw_params_new();
    json_object_foreach(parameters, name, entry)
    {
        const json_t *input = json_object_get(entry, "input");
        const json_t *actual = json_object_get(entry, "actual");
        if (!json_is_null(input) && !json_equal(input, json_object_get(entry, "default")))
            set_param(model->params_given, name, input);
        if (!json_is_null(actual))
            set_param(model->params_actual, name, actual);
    }
}

static void read_tables(hw_model *model, const json_t *json)
{
    hw_error err;
    struct {
        const char *name;
        hw_table **table;
    } tables[] = {{"model_summary", &model->model_summary},
                  {"scoring_history", &model->scoring_history},
                  {"variable_importances", &model->variable_importances},
                  {"cross_validation_metrics_summary", &model->cross_validation_metrics_summary}};
    for (size_t i = 0; i < HW_COUNT(tables); i++)
        hw_assert_ok(
            hwi_table_read_json(json_object_get(json, tables[i].name), tables[i].table, &err), err);
    const json_t *folds = json_object_get(json, "cv_scoring_history");
    model->n_folds = (int32_t)json_array_size(folds);
    if (model->n_folds > 0)
        model->fold_histories = HWI_NEW_ARRAY(hw_table *, (size_t)model->n_folds);
    for (int32_t i = 0; i < model->n_folds; i++)
        hw_assert_ok(
            hwi_table_read_json(json_array_get(folds, (size_t)i), &model->fold_histories[i], &err),
            err);
    struct {
        const char *name;
        hw_metrics **metrics;
    } metrics[] = {{"training_metrics", &model->training_metrics},
                   {"validation_metrics", &model->validation_metrics},
                   {"cross_validation_metrics", &model->cross_validation_metrics}};
    for (size_t i = 0; i < HW_COUNT(metrics); i++)
        hw_assert_ok(
            hwi_metrics_read_json(json_object_get(json, metrics[i].name), metrics[i].metrics, &err),
            err);
}

static void read_messages(hw_model *model, const json_t *messages)
{
    size_t i;
    json_t *message;
    hw_error err;
    json_array_foreach(messages, i, message)
    {
        hw_message_type type;
        assert_true(
            hwi_message_type_from_name(json_string_value(json_object_get(message, "type")), &type));
        hw_assert_ok(hwi_messages_add(&model->messages, type,
                                      json_string_value(json_object_get(message, "field")),
                                      json_string_value(json_object_get(message, "text")), &err),
                     err);
    }
}

/* The model of a parity fixture; NULL for refusals and grids. */
static hw_model *read_fixture(const char *name)
{
    char path[MAX_PATH];
    const char *root = getenv("HW_FIXTURES");
    snprintf(path, sizeof path, "%s/parity/%s/result.json", root ? root : "", name);
    json_t *json = json_load_file(path, 0, NULL);
    const char *category_name = json_string_value(json_object_get(json, "model_category"));
    if (!category_name || !json_is_object(json_object_get(json, "training_metrics"))) {
        json_decref(json);
        return NULL;
    }
    hw_category category = HW_CATEGORY_REGRESSION;
    while (strcmp(hw_category_name(category), category_name) != 0)
        category++;
    const json_t *columns = json_object_get(json, "input_columns");
    size_t last = json_array_size(columns) - 1;
    const json_t *domain = json_array_get(json_object_get(json, "domains"), last);
    const char *classes[64] = {0};
    bool is_classifier = category == HW_CATEGORY_BINOMIAL || category == HW_CATEGORY_MULTINOMIAL;
    int32_t n_classes = is_classifier ? (int32_t)json_array_size(domain) : 1;
    for (int32_t i = 0; is_classifier && i < n_classes; i++)
        classes[i] = json_string_value(json_array_get(domain, (size_t)i));
    const char *response = category == HW_CATEGORY_AUTOENCODER
                               ? NULL
                               : json_string_value(json_array_get(columns, last));
    hw_model *model = new_model(category, response, n_classes, classes);
    read_tables(model, json);
    read_params(model, json_object_get(json, "parameters"));
    read_messages(model, json_object_get(json_object_get(json, "build"), "messages"));
    json_decref(json);
    return model;
}

HW_DEFINE_AUTO(json_t, json_decref)

/* ---- Tests ---- */

static void test_report_of_every_recorded_model(void **state)
{
    (void)state;
    char path[MAX_PATH];
    snprintf(path, sizeof path, "%s/parity", getenv("HW_FIXTURES") ? getenv("HW_FIXTURES") : "");
    DIR *folder = opendir(path);
    if (!folder)
        skip();
    int n = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        HW_AUTO(hw_model) *model = entry->d_name[0] == '.' ? NULL : read_fixture(entry->d_name);
        if (!model)
            continue;
        HW_AUTO_BUFFER(page);
        write_page(model, &page);
        check_self_contained(page.data);
        assert_in_range(page.size, 20000, 400000);
        n++;
    }
    closedir(folder);
    assert_true(n > 80);
}

static void test_report_has_the_sections_of_its_category(void **state)
{
    (void)state;
    static const struct {
        const char *fixture, *present[10], *absent[3];
    } cases[] = {
        {"score_gains_lift_bins",
         {"id=\"history\"", "id=\"thresholds\"", "ROC curve", "id=\"confusion\"", "id=\"gains\"",
          "id=\"importances\"", "id=\"network\"", "id=\"parameters\"", "id=\"command\"",
          "Best thresholds by criterion"},
         {"id=\"residuals\"", "Hit ratios"}},
        {"digits_default",
         {"Predicting <em title=\"digit\">", "10 classes", "Hit ratios", "Most frequent mistakes",
          "id=\"confusion\"", "Confusion matrix of the training data", "id=\"messages\"",
          "Dropping bad and constant columns"},
         {"id=\"thresholds\"", "id=\"gains\""}},
        {"dist_poisson",
         {"Mean deviance", "Regression", "id=\"history\"", ">RMSE<", "distribution", "poisson"},
         {"id=\"confusion\"", "id=\"thresholds\""}},
        {"auto_tanh",
         {"<h1>Autoencoder</h1>", "Reconstruction MSE", "id=\"history\"", "id=\"network\""},
         {"id=\"confusion\"", "id=\"residuals\""}},
        {"score_multinomial_auc", {"AUC by class", "PR AUC by class"}, {0}},
        {"stop_early_best",
         {"the model that was kept: epoch 6", "0.5445", "the best one, at epoch 6"},
         {0}},
        {"stop_early_last", {"the last one, at epoch 8"}, {0}},
        {"cv_stratified",
         {"Cross-validation", "AUC", "id=\"folds\"", "How the folds trained", "Fold 3",
          "fold 3: ", "<rect class=\"band t2\""},
         {"Fold 4", "fold 4: "}},
        {"act_tanh", {"id=\"history\""}, {"id=\"folds\""}},
    };
    if (!getenv("HW_FIXTURES") || access(getenv("HW_FIXTURES"), R_OK) != 0)
        skip();
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO(hw_model) *model = read_fixture(cases[i].fixture);
        assert_non_null(model);
        HW_AUTO_BUFFER(page);
        write_page(model, &page);
        for (size_t k = 0; k < HW_COUNT(cases[i].present) && cases[i].present[k]; k++)
            assert_has(page.data, cases[i].present[k]);
        for (size_t k = 0; k < HW_COUNT(cases[i].absent) && cases[i].absent[k]; k++)
            if (strstr(page.data, cases[i].absent[k]))
                fail_msg("%s has %s", cases[i].fixture, cases[i].absent[k]);
    }
}

static void test_report_of_an_empty_model_is_a_page(void **state)
{
    (void)state;
    static const char *const classes[] = {"a", "b"};
    for (int category = HW_CATEGORY_REGRESSION; category <= HW_CATEGORY_AUTOENCODER; category++) {
        HW_AUTO(hw_model) *bare = new_model((hw_category)category, NULL, 1, NULL);
        HW_AUTO(hw_model) *named = new_model((hw_category)category, "y", 2, classes);
        HW_AUTO_BUFFER(page);
        write_page(bare, &page);
        check_self_contained(page.data);
        assert_has(page.data, "<h1>");
        hwi_buffer_clear(&page);
        write_page(named, &page);
        check_self_contained(page.data);
    }
}

static hw_table *new_table(const char *const *columns, size_t n_columns, hw_cell_type first_type)
{
    hw_table *table = hwi_table_new("table", "");
    for (size_t c = 0; c < n_columns; c++)
        hwi_table_add_column(table, columns[c], c == 0 ? first_type : HW_CELL_DOUBLE, "%f",
                             columns[c]);
    return table;
}

/* What each cell of a confusion matrix, a history and so on may hold at worst. */
static void test_report_of_one_row_and_values_that_are_no_numbers(void **state)
{
    (void)state;
    static const char *const history[] = {"epochs", "training_logloss", "validation_logloss",
                                          "training_rmse"};
    static const char *const sample[] = {"actual", "predicted"};
    static const double values[] = {NAN, INFINITY, -INFINITY, 1e308, -1e308, 0, 5e-324};
    for (size_t i = 0; i < HW_COUNT(values); i++) {
        for (int n_rows = 0; n_rows < 4; n_rows++) {
            HW_AUTO(hw_model) *model = new_model(HW_CATEGORY_REGRESSION, "y", 1, NULL);
            model->scoring_history = new_table(history, 4, HW_CELL_DOUBLE);
            model->prediction_sample = new_table(sample, 2, HW_CELL_DOUBLE);
            for (int64_t row = 0; row < n_rows; row++) {
                hwi_table_add_row(model->scoring_history);
                hwi_table_add_row(model->prediction_sample);
                hwi_table_set_number(model->scoring_history, row, 0, row == 1 ? values[i] : 1);
                for (int32_t c = 1; c < 4; c++)
                    hwi_table_set_number(model->scoring_history, row, c, row ? values[i] : c);
                hwi_table_set_number(model->prediction_sample, row, 0, values[i]);
                hwi_table_set_number(model->prediction_sample, row, 1, row);
            }
            HW_AUTO_BUFFER(page);
            write_page(model, &page);
            assert_null(strstr(page.data, "inf,"));
        }
    }
}

/* Tables of errors and of calibration with whatever a file may hold. */
static void test_report_of_odd_diagnoses(void **state)
{
    (void)state;
    static const char *const errors[] = {"from", "to", "rows"};
    static const char *const calibration[] = {"decile", "mean_predicted", "mean_observed"};
    static const double values[] = {NAN, INFINITY, -INFINITY, 1e308, -1, 0, 5e-324, 0.5};
    for (size_t i = 0; i < HW_COUNT(values); i++) {
        for (int64_t n_rows = 0; n_rows < 60; n_rows = n_rows < 4 ? n_rows + 1 : n_rows + 55) {
            HW_AUTO(hw_model) *model = new_model(HW_CATEGORY_AUTOENCODER, NULL, 1, NULL);
            hw_table *tables[] = {new_table(errors, 3, HW_CELL_DOUBLE),
                                  new_table(errors, 2, HW_CELL_DOUBLE),
                                  new_table(calibration, 3, HW_CELL_DOUBLE)};
            for (int64_t row = 0; row < n_rows; row++)
                for (size_t t = 0; t < HW_COUNT(tables); t++) {
                    hwi_table_add_row(tables[t]);
                    for (int32_t c = 0; c < (t == 1 ? 2 : 3); c++)
                        hwi_table_set_number(tables[t], row, c,
                                             row % 2 ? values[i] : (double)(row + c));
                }
            model->diagnoses[HWI_TRAINING_ERRORS] = tables[0];
            model->diagnoses[HWI_VALIDATION_ERRORS] = tables[1];
            model->diagnoses[HWI_TRAINING_CALIBRATION] = tables[2];
            HW_AUTO_BUFFER(page);
            write_page(model, &page);
            check_self_contained(page.data);
            assert_null(strstr(page.data, "nan"));
        }
    }
}

static const char hostile[] = "<script>alert(\"x\")</script>&'; --";

static hw_metrics *hostile_metrics(void)
{
    hw_error err;
    hw_metrics *metrics = NULL;
    HW_AUTO(json_t) *json = json_pack(
        "{s:s, s:f, s:i, s:f, s:s, s:{s:{s:s, s:s, s:[{s:s,s:s,s:s,s:s},{s:s,s:s,s:s,s:s},"
        "{s:s,s:s,s:s,s:s},{s:s,s:s,s:s,s:s},{s:s,s:s,s:s,s:s}], s:i, s:[[i,i,i,i],[i,i,i,i],"
        "[i,i,i,i],[f,f,f,f],[s,s,s,s]]}}}",
        "model_category", "Multinomial", "MSE", 0.25, "nobs", 60, "logloss", 0.5, "description",
        hostile, "cm", "table", "name", hostile, "description", hostile, "columns", "name", hostile,
        "type", "long", "format", "%d", "description", hostile, "name", "b", "type", "long",
        "format", "%d", "description", "b", "name", "c", "type", "long", "format", "%d",
        "description", "c", "name", "Error", "type", "double", "format", "%.4f", "description",
        "Error", "name", "Rate", "type", "string", "format", "%s", "description", "Rate", "rows", 4,
        "data", 10, 5, 0, 15, 2, 20, 1, 23, 3, 3, 16, 22, 0.1, 0.2, 0.3, 0.4, hostile, "2", "3",
        "4");
    assert_non_null(json);
    hw_assert_ok(hwi_metrics_read_json(json, &metrics, &err), err);
    return metrics;
}

static void test_report_escapes_hostile_names(void **state)
{
    (void)state;
    static const char *const classes[] = {hostile, "b", "\xff\xfe"};
    static const char *const importances[] = {"variable", "relative_importance",
                                              "scaled_importance", "percentage"};
    static const char *const data[] = {"name", "missing"};
    static const char *const worst[] = {"unit_1", "mse"};
    hw_error err;
    HW_AUTO(hw_model) *model = new_model(HW_CATEGORY_MULTINOMIAL, hostile, 3, classes);
    model->training_metrics = hostile_metrics();
    model->variable_importances = new_table(importances, 4, HW_CELL_STRING);
    model->training_frame_table = new_table(data, 2, HW_CELL_STRING);
    model->model_summary = new_table(data, 2, HW_CELL_STRING);
    model->diagnoses[HWI_VALIDATION_WORST_ROWS] = new_table(worst, 2, HW_CELL_STRING);
    hw_table *tables[] = {model->variable_importances, model->training_frame_table,
                          model->model_summary, model->diagnoses[HWI_VALIDATION_WORST_ROWS]};
    for (size_t i = 0; i < HW_COUNT(tables); i++) {
        hwi_table_set_description(tables[i], hostile);
        hwi_table_add_row(tables[i]);
        hwi_table_set_text(tables[i], 0, 0, hostile);
        hwi_table_set_number(tables[i], 0, 1, 1);
        hwi_table_add_row(tables[i]);
        hwi_table_set_text(tables[i], 1, 0, "\xff\xfe\x01 \xc3\xa4");
    }
    model->params_given = hw_params_new();
    model->params_actual = hw_params_copy(model->params_given);
    hw_assert_ok(hw_params_set(model->params_given, "response_column", hostile, &err), err);
    hw_assert_ok(hwi_messages_add(&model->messages, HW_MESSAGE_WARN, hostile, hostile, &err), err);
    HW_AUTO_BUFFER(page);
    write_page(model, &page);
    check_self_contained(page.data);
    assert_null(strstr(page.data, "<script>alert"));
    assert_has(page.data, "&lt;script&gt;alert(&quot;x&quot;)");
    assert_has(page.data, "title=\"actual &lt;script&gt;");
    /* The command quotes for the shell, too. */
    assert_has(page.data, "--response_column &#39;&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;"
                          "&amp;&#39;\\&#39;&#39;; --&#39;");
}

enum { N_MANY = 1000 };

static hw_metrics *large_metrics(void)
{
    hw_error err;
    hw_metrics *metrics = NULL;
    json_t *columns = json_array(), *data = json_array();
    char name[64];
    for (int i = 0; i < N_MANY + 2; i++) {
        bool is_rate = i == N_MANY + 1;
        snprintf(name, sizeof name, i < N_MANY ? "class %04d" : is_rate ? "Rate" : "Error", i);
        json_array_append_new(columns, json_pack("{s:s,s:s,s:s,s:s}", "name", name, "type",
                                                 is_rate ? "string" : "double", "format", "%d",
                                                 "description", name));
        json_t *cells = json_array();
        for (int row = 0; row < N_MANY + 1; row++)
            json_array_append_new(cells, is_rate ? json_string("0 / 0")
                                                 : json_real(i == row ? 1000 + i : (i + row) % 7));
        json_array_append_new(data, cells);
    }
    HW_AUTO(json_t) *json =
        json_pack("{s:s, s:f, s:{s:{s:s, s:s, s:o, s:i, s:o}}}", "model_category", "Multinomial",
                  "MSE", 0.25, "cm", "table", "name", "Confusion Matrix", "description", "",
                  "columns", columns, "rows", N_MANY + 1, "data", data);
    hw_assert_ok(hwi_metrics_read_json(json, &metrics, &err), err);
    return metrics;
}

static hw_table *large_history(void)
{
    static const char *const columns[] = {"epochs", "training_logloss", "validation_logloss",
                                          "training_rmse", "validation_rmse"};
    hw_table *table = new_table(columns, 5, HW_CELL_DOUBLE);
    for (int64_t row = 0; row < 20000; row++) {
        hwi_table_add_row(table);
        for (int32_t c = 0; c < 5; c++)
            hwi_table_set_number(table, row, c,
                                 c ? 1.0 / (1.0 + (double)(row % 100)) : (double)row);
    }
    return table;
}

static void test_report_of_a_huge_model_is_cut_with_notes(void **state)
{
    (void)state;
    static const char *const importances[] = {"variable", "scaled_importance"};
    static const char *const data[] = {"name", "missing"};
    char names[N_MANY][16];
    const char *classes[N_MANY];
    for (int i = 0; i < N_MANY; i++) {
        snprintf(names[i], sizeof names[i], "class %04d", i);
        classes[i] = names[i];
    }
    HW_AUTO(hw_model) *model = new_model(HW_CATEGORY_MULTINOMIAL, "y", N_MANY, classes);
    model->training_metrics = large_metrics();
    model->scoring_history = large_history();
    model->variable_importances = new_table(importances, 2, HW_CELL_STRING);
    model->training_frame_table = new_table(data, 2, HW_CELL_STRING);
    char *name = malloc(10001);
    memset(name, 'n', 10000);
    name[10000] = '\0';
    for (int64_t row = 0; row < 50000; row++) {
        hwi_table_add_row(model->variable_importances);
        hwi_table_set_text(model->variable_importances, row, 0, row == 3 ? name : "v");
        hwi_table_set_number(model->variable_importances, row, 1, 0.5);
        hwi_table_add_row(model->training_frame_table);
        hwi_table_set_text(model->training_frame_table, row, 0, row == 3 ? name : "v");
        hwi_table_set_number(model->training_frame_table, row, 1, 0);
    }
    free(name);
    HW_AUTO_BUFFER(page);
    write_page(model, &page);
    check_self_contained(page.data);
    assert_in_range(page.size, 100000, 1000000);
    assert_has(page.data, "Only the 19 largest of 1000 classes");
    assert_has(page.data, "all others");
    assert_has(page.data, "The first 1000 of 50000 variables.");
    assert_has(page.data, "The first 500 of 50000 rows.");
    assert_has(page.data, "The first 200 of 20000 rows.");
    /* The largest classes are the last ones. */
    assert_has(page.data, "actual class 0999, predicted class 0999");
    assert_null(strstr(page.data, "actual class 0001,"));
}

static void test_report_is_written_whole_or_not_at_all(void **state)
{
    (void)state;
    char folder[] = "/tmp/hw_report_XXXXXX", path[MAX_PATH];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/report.html", folder);
    HW_AUTO(hw_model) *model = new_model(HW_CATEGORY_REGRESSION, "y", 1, NULL);
    hw_error err;
    hw_assert_ok(hw_model_write_report(model, path, &err), err);
    HW_AUTO_BUFFER(page);
    write_page(model, &page);
    {
        HW_AUTO_FILE_TEXT(text);
        hw_assert_ok(hwi_file_read(path, 0, &text, &err), err);
        assert_int_equal(text.size, page.size);
        assert_memory_equal(text.data, page.data, page.size);
    }
    unlink(path);
    snprintf(path, sizeof path, "%s/absent/report.html", folder);
    assert_int_equal(hw_model_write_report(model, path, &err), HW_EIO);
    assert_int_equal(hw_model_write_report(NULL, path, &err), HW_EINVAL);
    assert_int_equal(rmdir(folder), 0);
}

/* Every allocation fails once: no crash, no leak, HW_ENOMEM and nothing else. */
static void test_report_survives_lack_of_memory(void **state)
{
    (void)state;
    if (!getenv("HW_FIXTURES") || access(getenv("HW_FIXTURES"), R_OK) != 0)
        skip();
    HW_AUTO(hw_model) *model = read_fixture("tiny_one_pass");
    assert_non_null(model);
    int64_t n_failures = 0;
    for (int64_t n = 0;; n += n < 200 ? 1 : 7) {
        HW_AUTO_BUFFER(page);
        hw_error err;
        int64_t before = hwi_alloc_count();
        hwi_alloc_fail_at(n);
        hw_status status = hwi_report_write_html(model, &page, &err);
        hwi_alloc_fail_at(-1);
        if (status == HW_OK) {
            assert_true(hwi_alloc_count() - before <= n);
            break;
        }
        assert_int_equal(status, HW_ENOMEM);
        n_failures++;
    }
    assert_true(n_failures > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report_of_every_recorded_model),
        cmocka_unit_test(test_report_has_the_sections_of_its_category),
        cmocka_unit_test(test_report_of_an_empty_model_is_a_page),
        cmocka_unit_test(test_report_of_one_row_and_values_that_are_no_numbers),
        cmocka_unit_test(test_report_of_odd_diagnoses),
        cmocka_unit_test(test_report_escapes_hostile_names),
        cmocka_unit_test(test_report_of_a_huge_model_is_cut_with_notes),
        cmocka_unit_test(test_report_is_written_whole_or_not_at_all),
        cmocka_unit_test(test_report_survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
