/* SPDX-License-Identifier: Apache-2.0
 *
 * The metrics that H2O reported, from the predictions that H2O wrote: every scalar, every table
 * cell, name, type and format, key by key in H2O's order. */
#include "support/hw_test.h"

#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "metrics/metrics.h"

enum { MAX_PATH = 1024 };

/* Cells of a CSV file, row by row; quotes are taken off, row 0 is the header. */
typedef struct csv {
    char *text;
    char **cells;
    int64_t n_rows; /* with the header */
    int32_t n_columns;
} csv;

static char *read_file(const char *folder, const char *name)
{
    char path[MAX_PATH];
    const char *root = getenv("HW_FIXTURES");
    snprintf(path, sizeof path, "%s/parity/%s/%s", root ? root : "", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    size_t n = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(n + 1);
    assert_int_equal(fread(text, 1, n, file), n);
    text[n] = '\0';
    fclose(file);
    return text;
}

static json_t *read_json(const char *folder, const char *name)
{
    char *text = read_file(folder, name);
    json_t *json = text ? json_loads(text, 0, NULL) : NULL;
    free(text);
    return json;
}

/* One cell at *at, ended in place; *at moves behind its separator, which is returned. */
static char take_cell(char **at, char **out_cell)
{
    char *read = *at, *write = *at;
    bool is_quoted = *read == '"';
    if (is_quoted)
        read++;
    *out_cell = write;
    while (*read && (is_quoted || (*read != ',' && *read != '\n'))) {
        if (is_quoted && read[0] == '"') {
            if (read[1] != '"') {
                read++;
                break;
            }
            read++;
        }
        *write++ = *read++;
    }
    char separator = *read;
    *at = separator ? read + 1 : read;
    *write = '\0';
    return separator;
}

static bool read_csv(csv *table, const char *folder, const char *name)
{
    memset(table, 0, sizeof *table);
    table->text = read_file(folder, name);
    if (!table->text)
        return false;
    size_t n = 0, capacity = 0;
    for (char *at = table->text; *at;) {
        if (n == capacity)
            table->cells = realloc(table->cells, (capacity += 4096) * sizeof(char *));
        char separator = take_cell(&at, &table->cells[n++]);
        if (separator == ',')
            continue;
        if (table->n_columns == 0)
            table->n_columns = (int32_t)n;
        table->n_rows++;
    }
    assert_int_equal(n, table->n_rows * table->n_columns);
    return true;
}

static void free_csv(csv *table)
{
    free(table->text);
    free(table->cells);
}

static const char *cell(const csv *table, int64_t row, int32_t column)
{
    return table->cells[row * table->n_columns + column];
}

static int32_t find_column(const csv *table, const char *name)
{
    for (int32_t c = 0; c < table->n_columns; c++)
        if (strcmp(cell(table, 0, c), name) == 0)
            return c;
    fail_msg("no column %s", name);
    return -1;
}

static double number_of(const char *text)
{
    double x;
    return hwi_parse_double(text, strlen(text), &x) ? x : NAN;
}

/* (rows) of a column; NaN where it is empty. */
static double *numbers_of(const csv *table, int32_t column)
{
    double *numbers = malloc((size_t)(table->n_rows + 1) * sizeof *numbers);
    for (int64_t r = 1; r < table->n_rows; r++)
        numbers[r - 1] = number_of(cell(table, r, column));
    return numbers;
}

static double *codes_of(const csv *table, int32_t column, const char *const *domain, int32_t n)
{
    double *codes = malloc((size_t)(table->n_rows + 1) * sizeof *codes);
    for (int64_t r = 1; r < table->n_rows; r++) {
        codes[r - 1] = NAN;
        for (int32_t k = 0; k < n; k++)
            if (strcmp(cell(table, r, column), domain[k]) == 0)
                codes[r - 1] = k;
    }
    return codes;
}

/* Number of numbers that differ in any bit. */
static int64_t n_inexact;
static int64_t n_compared;

static void compare(const json_t *actual, const json_t *expected, const char *path);

static void compare_objects(const json_t *actual, const json_t *expected, const char *path)
{
    void *a = json_object_iter((json_t *)actual);
    json_object_del((json_t *)expected, "rows_shown"); /* the fixtures' own note of a cut table */
    void *e = json_object_iter((json_t *)expected);
    for (; a && e; a = json_object_iter_next((json_t *)actual, a),
                   e = json_object_iter_next((json_t *)expected, e)) {
        char inner[MAX_PATH];
        snprintf(inner, sizeof inner, "%.900s.%s", path, json_object_iter_key(e));
        if (strcmp(json_object_iter_key(a), json_object_iter_key(e)) != 0)
            fail_msg("%s: key %s", inner, json_object_iter_key(a));
        compare(json_object_iter_value(a), json_object_iter_value(e), inner);
    }
    if (a || e)
        fail_msg("%s: other keys", path);
}

/* The fixtures cut most thresholds tables after ten rows. */
static void compare_arrays(const json_t *actual, const json_t *expected, const char *path)
{
    size_t n = json_array_size(expected);
    bool may_be_cut = n == 10 && strstr(path, ".thresholds_and_metric_scores.data");
    if (may_be_cut ? json_array_size(actual) < n : json_array_size(actual) != n)
        fail_msg("%s: %zu items, expected %zu", path, json_array_size(actual), n);
    for (size_t i = 0; i < n; i++) {
        char inner[MAX_PATH];
        snprintf(inner, sizeof inner, "%.900s[%zu]", path, i);
        compare(json_array_get(actual, i), json_array_get(expected, i), inner);
    }
}

static void compare_numbers(const json_t *actual, const json_t *expected, const char *path)
{
    double a = json_number_value(actual), e = json_number_value(expected);
    n_compared++;
    if (a == e && json_typeof(actual) == json_typeof(expected))
        return;
    n_inexact++;
    if (getenv("HW_TEST_VERBOSE"))
        print_message("%s: %.17g, expected %.17g\n", path, a, e);
    if (!json_is_number(actual) || !(fabs(a - e) <= 1e-12 * fabs(e)))
        fail_msg("%s: %.17g, expected %.17g", path, a, e);
}

static void compare(const json_t *actual, const json_t *expected, const char *path)
{
    if (json_is_object(expected))
        compare_objects(actual, expected, path);
    else if (json_is_array(expected))
        compare_arrays(actual, expected, path);
    else if (json_is_number(expected))
        compare_numbers(actual, expected, path);
    else if (!json_equal(actual, expected))
        fail_msg("%s: %s, expected %s", path, json_dumps(actual, JSON_ENCODE_ANY),
                 json_dumps(expected, JSON_ENCODE_ANY));
}

static json_t *json_of(const hw_metrics *metrics)
{
    HW_AUTO_BUFFER(buffer);
    hwi_json json;
    hwi_json_init(&json, &buffer);
    hwi_metrics_write_json(&json, metrics, "rows");
    json_error_t error;
    json_t *out = json_loads(hwi_buffer_text(&buffer), JSON_DECODE_ANY, &error);
    if (!out)
        fail_msg("line %d: %s", error.line, error.text);
    return out;
}

static void compare_metrics(const hw_metrics *metrics, const json_t *expected, const char *name)
{
    json_t *actual = json_of(metrics);
    compare(actual, expected, name);
    hw_metrics *again = NULL;
    hw_error err;
    hw_assert_ok(hwi_metrics_read_json(actual, &again, &err), err);
    json_t *second = json_of(again);
    assert_true(json_equal(actual, second));
    static const char *const derived[] = {"classification_error", "lift_top_group",
                                          "default_threshold"};
    for (size_t i = 0; i < HW_COUNT(derived); i++)
        hw_assert_near(hw_metrics_value(again, derived[i]), hw_metrics_value(metrics, derived[i]),
                       0);
    hw_metrics_free(again);
    json_decref(second);
    json_decref(actual);
}

static int32_t level_of(const char *const levels[], int32_t n, const char *name)
{
    for (int32_t i = 0; name && i < n; i++)
        if (strcmp(levels[i], name) == 0)
            return i;
    return -1;
}

static hw_distribution distribution_of(const json_t *result)
{
    static const struct {
        const char *name;
        hw_distribution value;
    } names[] = {{"poisson", HW_DISTRIBUTION_POISSON},   {"gamma", HW_DISTRIBUTION_GAMMA},
                 {"tweedie", HW_DISTRIBUTION_TWEEDIE},   {"laplace", HW_DISTRIBUTION_LAPLACE},
                 {"quantile", HW_DISTRIBUTION_QUANTILE}, {"huber", HW_DISTRIBUTION_HUBER}};
    const json_t *parameter =
        json_object_get(json_object_get(result, "parameters"), "distribution");
    const char *name = json_string_value(json_object_get(parameter, "actual"));
    for (size_t i = 0; name && i < HW_COUNT(names); i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].value;
    return HW_DISTRIBUTION_GAUSSIAN;
}

static double parameter_of(const json_t *params, const char *name, double otherwise)
{
    const json_t *value = json_object_get(json_object_get(params, "params"), name);
    return value ? json_number_value(value) : otherwise;
}

/* What the metrics of one case are computed from. */
typedef struct test_case {
    json_t *params, *result;
    hwi_metrics_input input;
    const char *domain[64];
    double *actual, *predictions, *weights;
    int32_t *labels;
} test_case;

static void free_case(test_case *c)
{
    json_decref(c->params);
    json_decref(c->result);
    free(c->actual);
    free(c->predictions);
    free(c->weights);
    free(c->labels);
}

static void set_category(test_case *c)
{
    const char *name = json_string_value(json_object_get(c->result, "model_category"));
    c->input.category = HW_CATEGORY_REGRESSION;
    while (strcmp(hw_category_name(c->input.category), name) != 0)
        c->input.category++;
    const json_t *domains = json_object_get(c->result, "domains");
    const json_t *levels = json_array_get(domains, json_array_size(domains) - 1);
    c->input.n_classes = 1;
    if (c->input.category == HW_CATEGORY_AUTOENCODER || !json_is_array(levels))
        return;
    c->input.n_classes = (int32_t)json_array_size(levels);
    for (int32_t k = 0; k < c->input.n_classes; k++)
        c->domain[k] = json_string_value(json_array_get(levels, (size_t)k));
    c->input.domain = c->domain;
}

static bool open_case(test_case *c, const char *folder)
{
    static const char *const auc_types[] = {"MACRO_OVR", "WEIGHTED_OVR", "MACRO_OVO",
                                            "WEIGHTED_OVO"};
    memset(c, 0, sizeof *c);
    c->params = read_json(folder, "params.json");
    c->result = read_json(folder, "result.json");
    if (!json_is_object(json_object_get(c->result, "score_metrics")))
        return false;
    set_category(c);
    hwi_metrics_input *input = &c->input;
    input->distribution = distribution_of(c->result);
    input->tweedie_power = parameter_of(c->params, "tweedie_power", 1.5);
    input->quantile_alpha = parameter_of(c->params, "quantile_alpha", 0.5);
    input->huber_alpha = parameter_of(c->params, "huber_alpha", 0.9);
    input->gainslift_bins = (int32_t)parameter_of(c->params, "gainslift_bins", -1);
    const json_t *params = json_object_get(c->params, "params");
    int32_t auc_type =
        level_of(auc_types, 4, json_string_value(json_object_get(params, "auc_type")));
    input->auc_type =
        auc_type < 0 ? HW_AUC_TYPE_AUTO : (hw_auc_type)(HW_AUC_TYPE_MACRO_OVR + auc_type);
    return true;
}

static void read_predictions(test_case *c, const char *folder, const char *file)
{
    csv table;
    assert_true(read_csv(&table, folder, file));
    int32_t n_classes = c->input.n_classes;
    int64_t n = table.n_rows - 1;
    bool is_multinomial = c->input.category == HW_CATEGORY_MULTINOMIAL;
    c->input.n_rows = n;
    c->predictions = malloc((size_t)(table.n_rows * n_classes + 1) * sizeof(double));
    c->labels = malloc((size_t)(table.n_rows + 1) * sizeof(int32_t));
    for (int64_t r = 0; r < n; r++) {
        for (int32_t k = 0; k < n_classes; k++)
            c->predictions[r * n_classes + k] =
                number_of(cell(&table, r + 1, n_classes > 1 ? k + 1 : 0));
        c->labels[r] = level_of(c->domain, is_multinomial ? n_classes : 0, cell(&table, r + 1, 0));
    }
    c->input.predictions = c->predictions;
    c->input.labels = is_multinomial ? c->labels : NULL;
    free_csv(&table);
}

static void read_response(test_case *c, const char *file)
{
    csv frame;
    assert_true(read_csv(&frame, "data", file));
    assert_int_equal(c->input.n_rows, frame.n_rows - 1);
    int32_t y = find_column(&frame, json_string_value(json_object_get(c->params, "y")));
    c->actual = c->input.domain ? codes_of(&frame, y, c->domain, c->input.n_classes)
                                : numbers_of(&frame, y);
    c->input.actual = c->actual;
    const char *weights = json_string_value(json_object_get(c->params, "weights_column"));
    if (weights)
        c->weights = numbers_of(&frame, find_column(&frame, weights));
    c->input.weights = c->weights;
    free_csv(&frame);
}

static bool check_case(const char *folder)
{
    test_case c;
    hw_error err;
    bool has_metrics = open_case(&c, folder);
    if (has_metrics) {
        bool is_autoencoder = c.input.category == HW_CATEGORY_AUTOENCODER;
        read_predictions(&c, folder, is_autoencoder ? "anomaly.csv" : "predictions.csv");
        if (!is_autoencoder)
            read_response(&c, json_string_value(json_object_get(c.params, "score_frame")));
        hw_metrics *metrics = NULL;
        hw_assert_ok(hwi_metrics_new(&c.input, &metrics, &err), err);
        compare_metrics(metrics, json_object_get(c.result, "score_metrics"), folder);
        hw_metrics_free(metrics);
    }
    free_case(&c);
    return has_metrics;
}

static DIR *open_fixtures(void)
{
    char path[MAX_PATH];
    const char *root = getenv("HW_FIXTURES");
    snprintf(path, sizeof path, "%s/parity", root ? root : "");
    DIR *folder = opendir(path);
    if (!folder)
        skip();
    return folder;
}

static void test_score_metrics_equal_h2os(void **state)
{
    (void)state;
    DIR *folder = open_fixtures();
    int n_cases = 0;
    for (const struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, "data") != 0)
            n_cases += check_case(entry->d_name);
    closedir(folder);
    print_message("%d cases, %lld numbers, %lld not equal in every bit\n", n_cases,
                  (long long)n_compared, (long long)n_inexact);
    assert_true(n_cases >= 100);
}

/* The rows of one fold, in the order of the frame. */
static int64_t rows_of_fold(const test_case *c, const double *fold, double f, double *actual,
                            double *predictions, double *weights)
{
    int64_t n = 0;
    for (int64_t r = 0; r < c->input.n_rows; r++) {
        if (fold[r] != f)
            continue;
        actual[n] = c->actual[r];
        predictions[n] = c->predictions[r];
        weights[n++] = c->weights ? c->weights[r] : 1;
    }
    return n;
}

/* Folds reduced in their order give the cross-validation metrics in all their digits. */
static void check_folds(const char *folder, const char *training_file)
{
    test_case c;
    csv folds;
    hw_error err;
    assert_true(open_case(&c, folder));
    read_predictions(&c, folder, "holdout_predictions.csv");
    read_response(&c, training_file);
    assert_true(read_csv(&folds, folder, "fold_assignment.csv"));
    double *fold = numbers_of(&folds, 0);
    size_t n_bytes = (size_t)(c.input.n_rows + 1) * sizeof(double);
    double *actual = malloc(n_bytes), *predictions = malloc(n_bytes), *weights = malloc(n_bytes);
    const json_t *expected = json_object_get(c.result, "cross_validation_metrics");
    c.input.description = json_string_value(json_object_get(expected, "description"));
    hwi_metrics_builder *all = NULL, *part = NULL;
    hw_assert_ok(hwi_metrics_builder_new(&c.input, &all, &err), err);
    for (int f = 0; f < 8; f++) {
        hwi_metrics_rows rows = {0, actual, predictions, weights, NULL};
        rows.n_rows = rows_of_fold(&c, fold, f, actual, predictions, weights);
        hw_assert_ok(hwi_metrics_builder_new(&c.input, &part, &err), err);
        hw_assert_ok(hwi_metrics_builder_add_rows(part, &rows, &err), err);
        hw_assert_ok(hwi_metrics_builder_reduce(all, part, &err), err);
        hwi_metrics_builder_free(part);
    }
    hw_metrics *metrics = NULL;
    hw_assert_ok(hwi_metrics_builder_finish(all, &metrics, &err), err);
    compare_metrics(metrics, expected, folder);
    hw_metrics_free(metrics);
    hwi_metrics_builder_free(all);
    free(actual);
    free(predictions);
    free(weights);
    free(fold);
    free_csv(&folds);
    free_case(&c);
}

static void test_reduced_folds_equal_h2os(void **state)
{
    (void)state;
    closedir(open_fixtures());
    check_folds("cv_random", "counts.csv");
    check_folds("cv_fold_column", "counts.csv");
}

/* Gains/lift of a cross-validation is made from the rounded holdout predictions. */
static void test_detail_rows_give_h2os_gains_lift(void **state)
{
    (void)state;
    closedir(open_fixtures());
    test_case c;
    hw_error err;
    assert_true(open_case(&c, "cv_stratified"));
    read_predictions(&c, "cv_stratified", "holdout_predictions.csv");
    read_response(&c, json_string_value(json_object_get(c.params, "training_frame")));
    hwi_metrics_rows rows = {c.input.n_rows, c.actual, c.predictions, NULL, NULL};
    hwi_metrics_builder *builder = NULL;
    hw_metrics *metrics = NULL;
    hw_assert_ok(hwi_metrics_builder_new(&c.input, &builder, &err), err);
    hw_assert_ok(hwi_metrics_builder_set_detail_rows(builder, &rows, &err), err);
    hw_assert_ok(hwi_metrics_builder_finish(builder, &metrics, &err), err);
    json_t *actual = json_of(metrics);
    const json_t *expected = json_object_get(c.result, "cross_validation_metrics");
    compare(json_object_get(actual, "gains_lift_table"),
            json_object_get(expected, "gains_lift_table"), "cv_stratified.gains_lift_table");
    json_decref(actual);
    hw_metrics_free(metrics);
    hwi_metrics_builder_free(builder);
    free_case(&c);
}

/* H2O's own objects survive reading and writing. */
static void check_round_trip(const json_t *result, const char *key, const char *name)
{
    const json_t *expected = json_object_get(result, key);
    hw_metrics *metrics = NULL;
    hw_error err;
    hw_assert_ok(hwi_metrics_read_json(expected, &metrics, &err), err);
    json_t *actual = json_of(metrics);
    json_t *wanted = expected ? json_deep_copy(expected) : json_null();
    json_t *thresholds = json_object_get(wanted, "thresholds_and_metric_scores");
    if (json_is_object(thresholds)) {
        const json_t *data = json_object_get(thresholds, "data");
        size_t n_rows = json_array_size(json_array_get(data, 0));
        json_object_set_new(thresholds, "rows", json_integer((json_int_t)n_rows));
    }
    compare(actual, wanted, name);
    json_decref(wanted);
    json_decref(actual);
    hw_metrics_free(metrics);
}

static void test_h2os_metrics_survive_reading_and_writing(void **state)
{
    (void)state;
    DIR *folder = open_fixtures();
    for (const struct dirent *entry; (entry = readdir(folder));) {
        json_t *result = entry->d_name[0] == '.' ? NULL : read_json(entry->d_name, "result.json");
        check_round_trip(result, "training_metrics", entry->d_name);
        check_round_trip(result, "validation_metrics", entry->d_name);
        check_round_trip(result, "score_metrics", entry->d_name);
        json_decref(result);
    }
    closedir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_score_metrics_equal_h2os),
        cmocka_unit_test(test_reduced_folds_equal_h2os),
        cmocka_unit_test(test_detail_rows_give_h2os_gains_lift),
        cmocka_unit_test(test_h2os_metrics_survive_reading_and_writing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
