/* SPDX-License-Identifier: Apache-2.0
 *
 * Models side by side: order, refusals, and pages of few, of many and of odd models. */
#include "report/comparison.h"

#include "support/hw_test.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/table.h"
#include "frame/frame.h"
#include "model/model.h"
#include "support/html_check.h"
#include "support/hw_train.h"
#include "train/train.h"

HW_DEFINE_AUTO(hw_comparison, hw_comparison_free)

enum { N_ROWS = 60 };

/* x1, x2; y a number, two and three classes. */
static hw_frame *make_frame(void)
{
    static const char *const levels[] = {"no", "yes", "may<be"};
    double x1[N_ROWS], x2[N_ROWS], y[N_ROWS], two[N_ROWS], three[N_ROWS];
    for (int i = 0; i < N_ROWS; i++) {
        x1[i] = sin(i);
        x2[i] = cos(2 * i);
        y[i] = x1[i] + 2 * x2[i];
        two[i] = x1[i] + 0.5 * sin(5 * i) > 0;
        three[i] = i % 3;
    }
    const struct {
        const char *name;
        const double *values;
        int32_t n_levels;
    } columns[] = {{"x1", x1, 0}, {"x2", x2, 0}, {"y", y, 0}, {"two", two, 2}, {"three", three, 3}};
    hw_error err = {0};
    hw_frame *frame = hwi_frame_new("table", N_ROWS);
    for (size_t i = 0; i < HW_COUNT(columns); i++)
        hw_assert_ok(hwi_frame_add_column(frame, columns[i].name,
                                          columns[i].n_levels ? HW_TYPE_ENUM : HW_TYPE_REAL,
                                          columns[i].values, columns[i].n_levels ? levels : NULL,
                                          columns[i].n_levels, &err),
                     err);
    return frame;
}

static hw_frame *frame; /* nobody changes it */

static int make_common_frame(void **state)
{
    (void)state;
    frame = make_frame();
    return 0;
}

static int free_common_frame(void **state)
{
    (void)state;
    hw_frame_unref(frame);
    return 0;
}

/* NULL as response makes an autoencoder; settings: "NAME=VALUE;..." */
static hw_model *train(const char *response, const char *settings)
{
    hw_error err = {0};
    hw_params *params = hw_params_new();
    hw_set_all(params, "hidden=3;epochs=2;seed=5");
    hw_assert_ok(hw_params_set(params, response ? "response_column" : "autoencoder",
                               response ? response : "true", &err),
                 err);
    hw_set_all(params, settings);
    hw_model *model = NULL;
    hw_assert_ok(hwi_train(params, frame, NULL, NULL, &model, &err), err);
    hw_params_free(params);
    return model;
}

static void add(hw_comparison *c, const char *name, const hw_model *model)
{
    hw_error err = {0};
    hw_assert_ok(hw_comparison_add(c, name, model, NULL, &err), err);
}

static void sort(hw_comparison *c, const char *metric)
{
    hw_error err = {0};
    hw_assert_ok(hw_comparison_sort(c, metric, &err), err);
}

static void assert_has(const char *html, const char *text)
{
    if (!strstr(html, text))
        fail_msg("the page lacks: %s", text);
}

static void write_page(const hw_comparison *c, hwi_buffer *page)
{
    hw_error err = {0};
    hw_assert_ok(hwi_comparison_write_html(c, page, &err), err);
    check_well_formed(page->data);
    check_self_contained(page->data);
    assert_null(strstr(page->data, "nan"));
}

/* Models of the classes of `two` with more and more epochs. */
static void add_models(hw_comparison *c, int n)
{
    for (int i = 0; i < n; i++) {
        char name[24], settings[64];
        snprintf(name, sizeof name, "m%d.zip", i);
        snprintf(settings, sizeof settings, "epochs=%d;hidden=%s;l1=1e-%d", 1 + 3 * i,
                 i % 2 ? "4" : "3,3", 2 + i % 5);
        HW_AUTO(hw_model) *model = train("two", settings);
        add(c, name, model);
    }
}

static void test_comparison_sorts_best_first(void **state)
{
    (void)state;
    HW_AUTO(hw_comparison) *c = hw_comparison_new();
    add_models(c, 5);
    static const struct {
        const char *metric, *shown;
        bool is_decreasing;
    } cases[] = {{NULL, "logloss", false}, {"AUC", "auc", true}, {"rmse", "rmse", false},
                 {"err", "err", false},    {"r2", "r2", true},   {"aucpr", "pr_auc", true}};
    for (size_t k = 0; k < HW_COUNT(cases); k++) {
        sort(c, cases[k].metric);
        assert_string_equal(hw_comparison_sort_metric(c), cases[k].shown);
        assert_int_equal(hw_comparison_is_decreasing(c), cases[k].is_decreasing);
        assert_string_equal(hw_comparison_metrics_of(c), "training");
        for (int i = 1; i < 5; i++) {
            double a = hw_comparison_value(c, i - 1, "training", cases[k].shown);
            double b = hw_comparison_value(c, i, "training", cases[k].shown);
            assert_true(cases[k].is_decreasing ? a >= b : a <= b);
        }
    }
    assert_true(isnan(hw_comparison_value(c, 0, "validation", "logloss")));
    assert_true(isnan(hw_comparison_value(c, 9, "training", "logloss")));
    assert_true(isnan(hw_comparison_value(c, 0, "training", "mae")));
}

static void test_comparison_shows_the_parameters_that_differ(void **state)
{
    (void)state;
    HW_AUTO(hw_comparison) *c = hw_comparison_new();
    add_models(c, 3);
    sort(c, "logloss");
    assert_int_equal(hw_comparison_n_parameters(c), 3);
    bool has_hidden = false;
    for (int p = 0; p < 3; p++) {
        const char *name = hw_comparison_parameter_name(c, p);
        bool is_hidden = strcmp(name, "hidden") == 0;
        has_hidden |= is_hidden;
        for (int i = 0; i < 3 && is_hidden; i++) {
            bool is_odd = strcmp(hw_comparison_name(c, i), "m1.zip") == 0;
            assert_string_equal(hw_comparison_parameter(c, i, p), is_odd ? "4" : "3,3");
        }
    }
    assert_true(has_hidden);
    static const char *const own[] = {"rho", "hidden"};
    hw_error err = {0};
    hw_assert_ok(hw_comparison_set_parameters(c, 2, own, &err), err);
    sort(c, NULL);
    assert_int_equal(hw_comparison_n_parameters(c), 2);
    assert_string_equal(hw_comparison_parameter(c, 0, 0), "0.99");
}

static void test_comparison_prefers_the_most_telling_metrics(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *plain = train("y", "");
    HW_AUTO(hw_model) *folded = train("y", "nfolds=3");
    HW_AUTO(hw_comparison) *c = hw_comparison_new();
    add(c, "folded", folded);
    sort(c, NULL);
    assert_string_equal(hw_comparison_metrics_of(c), "cross_validation");
    assert_string_equal(hw_comparison_sort_metric(c), "residual_deviance");
    /* Training is what both have; without the metric a model comes last. */
    add(c, "plain", plain);
    sort(c, NULL);
    assert_string_equal(hw_comparison_metrics_of(c), "training");
    hw_error err = {0};
    hw_metrics *metrics = NULL;
    hw_assert_ok(hw_model_performance(plain, frame, &metrics, &err), err);
    HW_AUTO(hw_comparison) *measured = hw_comparison_new();
    hw_assert_ok(hw_comparison_add(measured, "plain", plain, metrics, &err), err);
    sort(measured, "mae");
    assert_string_equal(hw_comparison_metrics_of(measured), "frame");
    assert_true(hw_comparison_value(measured, 0, "frame", "mae") ==
                hw_metrics_value(metrics, "mae"));
    assert_int_equal(hw_comparison_add(measured, "folded", folded, NULL, &err), HW_EINVAL);
    hw_metrics_free(metrics);
}

static void test_comparison_refuses_what_cannot_be_compared(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *two = train("two", "");
    HW_AUTO(hw_model) *three = train("three", "ignored_columns=y");
    HW_AUTO(hw_model) *number = train("y", "");
    HW_AUTO(hw_model) *other = train("x1", "");
    HW_AUTO(hw_model) *unsupervised = train(NULL, "");
    const struct {
        const hw_model *first, *second;
        const char *name, *words;
    } cases[] = {{two, number, "b", "is a Regression model"},
                 {two, three, "b", "is a Multinomial model"},
                 {number, other, "b", "predicts 'x1'"},
                 {unsupervised, number, "b", "AutoEncoder"},
                 {two, two, "a", "is there twice"}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hw_error err = {0};
        HW_AUTO(hw_comparison) *c = hw_comparison_new();
        add(c, "a", cases[i].first);
        assert_int_equal(hw_comparison_add(c, cases[i].name, cases[i].second, NULL, &err),
                         HW_EINVAL);
        if (!strstr(err.message, cases[i].words))
            fail_msg("'%s' is not in '%s'", cases[i].words, err.message);
        sort(c, NULL);
        assert_int_equal(hw_comparison_n_models(c), 1);
        assert_int_equal(hw_comparison_sort(c, "nonsense", &err), HW_EINVAL);
        assert_string_equal(err.field, "sort_by");
    }
}

static void test_comparison_page_of_every_category(void **state)
{
    (void)state;
    static const char *const responses[] = {"y", "two", "three", NULL};
    for (size_t i = 0; i < HW_COUNT(responses); i++) {
        HW_AUTO(hw_model) *a = train(responses[i], "");
        HW_AUTO(hw_model) *b = train(responses[i], "hidden=5,2;l2=0.01");
        HW_AUTO(hw_comparison) *c = hw_comparison_new();
        add(c, "a.zip", a);
        add(c, "folder/b <&> \"'.zip", b);
        sort(c, NULL);
        HW_AUTO_BUFFER(page);
        write_page(c, &page);
        assert_has(page.data, "2 models");
        assert_has(page.data, "id=\"leaderboard\"");
        assert_has(page.data, "id=\"curves\"");
        assert_has(page.data, "id=\"commands\"");
        assert_has(page.data, "<h3>hidden</h3>");
        assert_has(page.data, "heavywater train");
        assert_has(page.data, "b &lt;&amp;&gt; &quot;&#39;.zip");
        assert_int_equal(strstr(page.data, "id=\"roc\"") != NULL, i == 1);
    }
}

static void test_comparison_page_of_one_and_of_none(void **state)
{
    (void)state;
    HW_AUTO(hw_comparison) *c = hw_comparison_new();
    hw_error err = {0};
    static const char *const names[] = {"hidden", "l1"};
    static const char *const values[] = {"1,<2>", NULL};
    hw_assert_ok(
        hw_comparison_add_failed(c, "g_model_1", 2, names, values, "l1 is \"wrong\"", &err), err);
    hw_assert_ok(hw_comparison_set_title(c, "grid <g>", &err), err);
    HW_AUTO_BUFFER(empty);
    write_page(c, &empty);
    assert_has(empty.data, "No models");
    assert_has(empty.data, "id=\"failed\"");
    assert_has(empty.data, "hidden 1,&lt;2&gt;");
    assert_has(empty.data, "grid &lt;g&gt;");
    HW_AUTO(hw_model) *model = train("two", "");
    add(c, "only", model);
    sort(c, NULL);
    HW_AUTO_BUFFER(page);
    write_page(c, &page);
    assert_has(page.data, "1 model of");
    assert_null(strstr(page.data, "id=\"parameters\""));
}

/* Copies of one model's facts: what the page costs is what counts. */
static void test_comparison_page_of_many_models_is_bounded(void **state)
{
    (void)state;
    HW_AUTO(hw_comparison) *c = hw_comparison_new();
    HW_AUTO(hw_model) *a = train("two", "nfolds=2;l1=0.1");
    for (int i = 0; i < 450; i++) {
        char name[24], text[24];
        hw_error err = {0};
        snprintf(name, sizeof name, "g_model_%d", i);
        snprintf(text, sizeof text, "%g", 1e-6 * (i + 1));
        hw_assert_ok(hw_params_set(a->params_given, "l1", text, &err), err);
        add(c, name, a);
    }
    sort(c, NULL);
    HW_AUTO_BUFFER(page);
    write_page(c, &page);
    assert_true(page.size < 3000000);
    assert_has(page.data, "The first 200 of 450 models.");
    assert_has(page.data, "The best 300 of 450 models are drawn.");
    assert_has(page.data, "id=\"spread\"");
    /* Equal models stay in their order. */
    assert_string_equal(hw_comparison_name(c, 0), "g_model_0");
    assert_string_equal(hw_comparison_name(c, 449), "g_model_449");
}

/* A few that diverged do not press the others into a line. */
static void test_comparison_cuts_what_is_far_worse(void **state)
{
    (void)state;
    HW_AUTO(hw_comparison) *c = hw_comparison_new();
    add_models(c, 6);
    sort(c, "logloss");
    c->models[5]->values[HWI_OF_TRAINING][c->sort_metric] = 1e6;
    HW_AUTO_BUFFER(page);
    write_page(c, &page);
    assert_has(page.data, "1 model is so much worse that it stands at the edge.");
    c->models[4]->values[HWI_OF_TRAINING][c->sort_metric] = NAN;
    c->models[3]->values[HWI_OF_TRAINING][c->sort_metric] = INFINITY;
    HW_AUTO_BUFFER(odd);
    write_page(c, &odd);
}

static void test_comparison_json_reads_back(void **state)
{
    (void)state;
    HW_AUTO(hw_comparison) *c = hw_comparison_new();
    char path[] = "/tmp/hw_comparison_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    add_models(c, 3);
    sort(c, "auc");
    hw_error err = {0};
    hw_assert_ok(hw_comparison_write_json(c, path, &err), err);
    json_t *json = json_load_file(path, 0, NULL);
    unlink(path);
    assert_string_equal(json_string_value(json_object_get(json, "sort_metric")), "auc");
    json_t *models = json_object_get(json, "models");
    assert_int_equal(json_array_size(models), 3);
    for (int i = 0; i < 3; i++) {
        json_t *model = json_array_get(models, (size_t)i);
        assert_int_equal(json_integer_value(json_object_get(model, "rank")), i + 1);
        assert_string_equal(json_string_value(json_object_get(model, "name")),
                            hw_comparison_name(c, i));
        json_t *training = json_object_get(model, "training");
        assert_true(json_number_value(json_object_get(training, "auc")) ==
                    hw_comparison_value(c, i, "training", "auc"));
        assert_true(json_is_null(json_object_get(model, "frame")));
        assert_non_null(json_object_get(json_object_get(model, "parameters"), "hidden"));
    }
    json_decref(json);
}

static hw_grid *search(const char *hyper_params)
{
    hw_error err = {0};
    hw_grid *grid = NULL;
    hw_params *params = hw_params_new();
    hw_set_all(params, "response_column=two;epochs=2;seed=5;nfolds=2");
    hw_grid_options options = {.hyper_params = hyper_params, .grid_id = "g"};
    hw_assert_ok(hw_grid_search(params, frame, NULL, &options, &grid, &err), err);
    hw_params_free(params);
    return grid;
}

static hw_status measure_by(const hw_model *model, void *on, hw_metrics **out, hw_error *err)
{
    return hw_model_performance(model, on, out, err);
}

static void test_comparison_of_a_grid(void **state)
{
    (void)state;
    hw_grid *grid = search("{\"hidden\": [[3], [4, 2]], \"l1\": [0, 0.01, -1]}");
    hw_error err = {0};
    for (int is_measured = 0; is_measured < 2; is_measured++) {
        HW_AUTO(hw_comparison) *c = hw_comparison_new();
        hw_assert_ok(hw_comparison_add_grid(c, grid, is_measured ? measure_by : NULL, frame, &err),
                     err);
        sort(c, NULL);
        assert_int_equal(hw_comparison_n_models(c), 4);
        assert_int_equal(hw_comparison_n_failed(c), 2);
        assert_int_equal(hw_comparison_n_parameters(c), 2);
        assert_string_equal(hw_comparison_parameter_name(c, 1), "l1");
        assert_string_equal(hw_comparison_metrics_of(c),
                            is_measured ? "frame" : "cross_validation");
        for (int i = 0; i < 4 && !is_measured; i++)
            assert_string_equal(hw_comparison_name(c, i), hw_grid_model_id(grid, i));
        HW_AUTO_BUFFER(page);
        write_page(c, &page);
        assert_has(page.data, "Grid search g");
        assert_has(page.data, "id=\"failed\"");
        assert_has(page.data, "id=\"spread\"");
        assert_has(page.data, "id=\"roc\"");
        assert_has(page.data, "All parameters");
        assert_has(page.data, "l1 -1");
        assert_has(page.data, hw_grid_model_command(grid, 0));
    }
    hw_grid_free(grid);
}

static void test_comparison_of_a_grid_without_models(void **state)
{
    (void)state;
    hw_grid *grid = search("{\"l1\": [-1, -2]}");
    hw_error err = {0};
    HW_AUTO(hw_comparison) *c = hw_comparison_new();
    hw_assert_ok(hw_comparison_add_grid(c, grid, NULL, NULL, &err), err);
    sort(c, "auc");
    HW_AUTO_BUFFER(page);
    write_page(c, &page);
    assert_has(page.data, "No models");
    hw_grid_free(grid);
}

static void test_comparison_survives_lack_of_memory(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *a = train("two", "nfolds=2");
    HW_AUTO(hw_model) *b = train("two", "");
    bool is_done = false;
    for (int64_t n = 0; !is_done; n++) {
        hw_error err = {0};
        hwi_alloc_fail_at(n);
        HW_AUTO(hw_comparison) *c = hw_comparison_new();
        HW_AUTO_BUFFER(page);
        hw_status status = c ? hw_comparison_add(c, "a", a, NULL, &err) : HW_ENOMEM;
        if (status == HW_OK)
            status = hw_comparison_add(c, "b", b, NULL, &err);
        if (status == HW_OK)
            status = hw_comparison_sort(c, NULL, &err);
        if (status == HW_OK)
            status = hwi_comparison_write_html(c, &page, &err);
        is_done = status == HW_OK;
        hwi_alloc_fail_at(-1);
        if (!is_done)
            assert_int_equal(status, HW_ENOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comparison_sorts_best_first),
        cmocka_unit_test(test_comparison_shows_the_parameters_that_differ),
        cmocka_unit_test(test_comparison_prefers_the_most_telling_metrics),
        cmocka_unit_test(test_comparison_refuses_what_cannot_be_compared),
        cmocka_unit_test(test_comparison_page_of_every_category),
        cmocka_unit_test(test_comparison_page_of_one_and_of_none),
        cmocka_unit_test(test_comparison_page_of_many_models_is_bounded),
        cmocka_unit_test(test_comparison_cuts_what_is_far_worse),
        cmocka_unit_test(test_comparison_json_reads_back),
        cmocka_unit_test(test_comparison_of_a_grid),
        cmocka_unit_test(test_comparison_of_a_grid_without_models),
        cmocka_unit_test(test_comparison_survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, make_common_frame, free_common_frame);
}
