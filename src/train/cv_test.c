/* SPDX-License-Identifier: Apache-2.0 */
#include "train/cv.h"

#include "support/hw_test.h"
#include "support/hw_train.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "frame/frame.h"
#include "train/train.h"

enum { N_ROWS = 90 };
static const char *const levels[] = {"no", "yes", "maybe"};

/* changed: the rows of this fold (Modulo 3) hold other numbers; -1 for none. */
static hw_frame *make_frame(int changed)
{
    double x1[N_ROWS], x2[N_ROWS], y[N_ROWS], class2[N_ROWS], class3[N_ROWS], w[N_ROWS];
    for (int i = 0; i < N_ROWS; i++) {
        bool is_changed = i % 3 == changed;
        x1[i] = sin(i) + (is_changed ? 100 : 0);
        x2[i] = i % 7 == 0 ? NAN : cos(i * i) - (is_changed ? 50 : 0);
        y[i] = 2 * sin(i) + (i % 5) - (is_changed ? 1000 : 0);
        class2[i] = sin(i) + 0.3 * cos(3 * i) > 0;
        class3[i] = i % 11 == 3 ? 2 : class2[i];
        w[i] = i % 4 == 0 ? 0 : 1 + i % 3;
    }
    hw_error err = {0};
    hw_frame *frame = hwi_frame_new("table", N_ROWS);
    const struct {
        const char *name;
        const double *values;
        int32_t n_levels;
    } columns[] = {{"x1", x1, 0},         {"x2", x2, 0},         {"y", y, 0},
                   {"class2", class2, 2}, {"class3", class3, 3}, {"w", w, 0}};
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
    frame = make_frame(-1);
    return 0;
}

static int free_common_frame(void **state)
{
    (void)state;
    hw_frame_unref(frame);
    return 0;
}

/* more: "NAME=VALUE;..." */
static hw_params *make_params(const char *response, const char *more)
{
    static const char *const responses[] = {"response_column=y;ignored_columns=class2,class3,w",
                                            "response_column=class2;ignored_columns=y,class3,w",
                                            "response_column=class3;ignored_columns=y,class2,w"};
    hw_params *params = hw_params_new();
    hw_set_all(params, "hidden=5;epochs=3;seed=42;reproducible=true;nfolds=3;"
                       "fold_assignment=Modulo;keep_cross_validation_predictions=true;"
                       "keep_cross_validation_fold_assignment=true");
    hw_set_all(params, responses[strcmp(response, "y") == 0 ? 0 : response[5] - '1']);
    hw_set_all(params, more);
    return params;
}

static hw_model *train_on(const hw_frame *table, const char *response, const char *more,
                          int n_threads)
{
    HW_AUTO(hw_params) *params = make_params(response, more);
    hw_model *model = NULL;
    hw_error err = {0};
    hw_train_options options = {.n_threads = n_threads};
    hw_assert_ok(hwi_train(params, table, NULL, &options, &model, &err), err);
    return model;
}

static hw_model *train(const char *response, const char *more)
{
    return train_on(frame, response, more, 0);
}

static double number_at(const hw_frame *table, int32_t column, int64_t row)
{
    double x;
    hw_frame_read_doubles(table, column, row, 1, &x);
    return x;
}

static bool is_same_network(const hwi_network *a, const hwi_network *b)
{
    for (int32_t l = 0; l < a->n_layers; l++) {
        const hwi_layer *x = &a->layers[l], *y = &b->layers[l];
        for (int32_t u = 0; u < x->n_units; u++)
            for (int32_t i = 0; i < x->n_in; i++)
                if (hwi_layer_weight(x, u, i, 0) != hwi_layer_weight(y, u, i, 0))
                    return false;
        if (memcmp(x->biases, y->biases, (size_t)x->n_rows * sizeof *x->biases) != 0)
            return false;
    }
    return true;
}

/* Each row is predicted by the model that left it out. */
static void check_held_out(const hw_model *model)
{
    const hw_frame *held_out = hw_model_holdout_predictions(model);
    const hw_frame *folds = hw_model_fold_assignment(model);
    int32_t n_columns = hw_frame_n_columns(held_out);
    bool is_classifier = hw_model_n_classes(model) > 1;
    assert_int_equal(n_columns, is_classifier ? 1 + hw_model_n_classes(model) : 1);
    assert_int_equal(hw_model_n_fold_models(model), 3);
    hw_error err = {0};
    for (int32_t f = 0; f < 3; f++) {
        HW_AUTO(hw_frame) *predicted = NULL;
        hw_assert_ok(hw_model_predict(hw_model_fold_model(model, f), frame, &predicted, &err), err);
        for (int64_t i = f; i < N_ROWS; i += 3) {
            assert_true(number_at(folds, 0, i) == f);
            for (int32_t c = 0; c < n_columns; c++) {
                double difference = number_at(held_out, c, i) - number_at(predicted, c, i);
                assert_true(fabs(difference) <= (is_classifier && c > 0 ? 5.1e-9 : 0));
            }
        }
    }
}

/* The metrics are those of the held-out predictions, as if one model had made them. */
static void check_metrics(const hw_model *model, const char *weights_name)
{
    const hw_frame *held_out = hw_model_holdout_predictions(model);
    const hw_metrics *actual = hw_model_metrics(model, "cross_validation");
    int32_t k = hw_model_n_classes(model), n_columns = k > 1 ? k : 1;
    double predictions[N_ROWS * 3], responses[N_ROWS], weights[N_ROWS];
    int32_t response = hw_frame_find_column(frame, hw_model_response_name(model));
    hw_frame_read_doubles(frame, response, 0, N_ROWS, responses);
    if (weights_name)
        hw_frame_read_doubles(frame, hw_frame_find_column(frame, weights_name), 0, N_ROWS, weights);
    for (int i = 0; i < N_ROWS; i++)
        for (int32_t c = 0; c < n_columns; c++)
            predictions[i * n_columns + c] = number_at(held_out, k > 1 ? c + 1 : 0, i);
    hwi_metrics_input input = {.category = hw_model_category(model),
                               .n_rows = N_ROWS,
                               .actual = responses,
                               .predictions = predictions,
                               .weights = weights_name ? weights : NULL,
                               .n_classes = k,
                               .domain = levels,
                               .distribution = model->distribution,
                               .gainslift_bins = -1};
    hw_error err = {0};
    HW_AUTO(hw_metrics) *wanted = NULL;
    hw_assert_ok(hwi_metrics_new(&input, &wanted, &err), err);
    assert_int_equal(hw_metrics_n_observations(actual), hw_metrics_n_observations(wanted));
    for (int32_t i = 0; i < hw_metrics_n_values(wanted); i++) {
        const char *name = hw_metrics_value_name(wanted, i);
        if (!hw_is_near(hw_metrics_value(actual, name), hw_metrics_value(wanted, name), 1e-6))
            fail_msg("%s: %.17g, not %.17g", name, hw_metrics_value(actual, name),
                     hw_metrics_value(wanted, name));
    }
    assert_non_null(strstr(hw_metrics_description(actual), "3-fold cross-validation"));
}

static void test_cv_holds_out_every_row_once(void **state)
{
    (void)state;
    const char *const responses[] = {"y", "class2", "class3"};
    for (size_t i = 0; i < HW_COUNT(responses); i++) {
        HW_AUTO(hw_model) *model = train(responses[i], "");
        check_held_out(model);
        check_metrics(model, NULL);
        /* An epoch of a fold is its rows, whole. */
        for (int32_t f = 0; f < 3; f++)
            assert_int_equal(hw_model_fold_model(model, f)->samples_processed, 3 * 60);
        assert_int_equal(model->samples_processed, 3 * N_ROWS);
    }
}

static void test_cv_takes_weights_along(void **state)
{
    (void)state;
    /* also among the ignored columns */
    HW_AUTO(hw_model) *model = train("y", "weights_column=w");
    check_held_out(model);
    check_metrics(model, "w");
    const hw_model *first = hw_model_fold_model(model, 0);
    const char *name = first->encoder->columns[first->encoder->weights_at].name;
    assert_string_equal(name, "__internal_cv_weights__");
}

/* What the rows held out contain does not reach the model: not through means of missing values, not
 * through standardisation, not through the order of rows. */
static void test_cv_models_know_nothing_of_the_rows_held_out(void **state)
{
    (void)state;
    static const char settings[] = "overwrite_with_best_model=false;stopping_rounds=0";
    HW_AUTO(hw_model) *model = train("y", settings);
    for (int32_t f = 0; f < 3; f++) {
        HW_AUTO(hw_frame) *changed = make_frame(f);
        HW_AUTO(hw_model) *other = train_on(changed, "y", settings, 0);
        for (int32_t g = 0; g < 3; g++)
            assert_int_equal(is_same_network(hw_model_fold_model(model, g)->network,
                                             hw_model_fold_model(other, g)->network),
                             f == g);
    }
}

static void test_cv_does_not_depend_on_threads(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *one = train_on(frame, "class2", "", 1);
    HW_AUTO(hw_model) *many = train_on(frame, "class2", "", 8);
    assert_true(is_same_network(one->network, many->network));
    const hw_frame *a = hw_model_holdout_predictions(one), *b = hw_model_holdout_predictions(many);
    for (int32_t c = 0; c < hw_frame_n_columns(a); c++)
        for (int64_t i = 0; i < N_ROWS; i++)
            assert_true(number_at(a, c, i) == number_at(b, c, i));
}

static void test_cv_keeps_what_is_asked_for(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *model = train("class3", "keep_cross_validation_models=false;"
                                               "keep_cross_validation_predictions=false;"
                                               "keep_cross_validation_fold_assignment=false");
    assert_int_equal(hw_model_n_folds(model), 3);
    assert_int_equal(hw_model_n_fold_models(model), 0);
    assert_null(hw_model_fold_model(model, 0));
    assert_null(hw_model_holdout_predictions(model));
    assert_null(hw_model_fold_assignment(model));
    assert_non_null(hw_model_fold_history(model, 2));
    assert_null(hw_model_fold_history(model, 3));
    assert_null(hw_model_fold_history(model, -1));
}

/* With a fold column the assignment is that column. */
static void test_cv_keeps_the_fold_column(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *model = train("y", "ignored_columns=class2,w;nfolds=0;fold_assignment=AUTO;"
                                          "fold_column=class3");
    const hw_frame *kept = hw_model_fold_assignment(model);
    assert_int_equal(hw_model_n_folds(model), 3);
    assert_string_equal(hw_frame_column_name(kept, 0), "fold_assignment");
    assert_int_equal(hw_frame_column_type(kept, 0), HW_TYPE_ENUM);
    for (int i = 0; i < N_ROWS; i++)
        assert_true(number_at(kept, 0, i) == number_at(frame, 4, i));
}

/* H2O summarises the sample of rows on which its folds' models were scored. */
static void test_cv_summary_is_of_all_rows_but_for_h2o(void **state)
{
    (void)state;
    for (int compat = 0; compat < 2; compat++) {
        HW_AUTO(hw_model) *model =
            train("y", compat ? "score_validation_samples=40;h2o_compat=true"
                              : "score_validation_samples=40;h2o_compat=false");
        const hw_table *table = hw_model_table(model, "cross_validation_metrics_summary");
        const hw_model *fold = hw_model_fold_model(model, 0);
        HW_AUTO(hw_frame) *predicted = NULL;
        hw_error err = {0};
        hw_assert_ok(hw_model_predict(fold, frame, &predicted, &err), err);
        double sampled = hw_metrics_value(hw_model_metrics(fold, "validation"), "mae"), full = 0;
        for (int i = 0; i < N_ROWS; i += 3)
            full += fabs(number_at(frame, 2, i) - number_at(predicted, 0, i)) / (N_ROWS / 3);
        assert_true(fabs(sampled - full) > 1e-6);
        assert_string_equal(hw_table_text(table, 2, 0), "mae");
        assert_true(hw_is_near(hw_table_number(table, 2, 3), compat ? sampled : full, 1e-6));
    }
}

/* The main model trains as long as the folds did on average, without stopping. */
static void test_cv_chooses_the_epochs_of_the_main_model(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *model = train("y", "epochs=200;stopping_rounds=1;stopping_tolerance=0.1");
    double sum = 0;
    for (int32_t f = 0; f < 3; f++)
        sum += hw_model_fold_model(model, f)->epochs;
    assert_true(sum / 3 < 200);
    assert_true(model->params_actual->epochs == sum / 3);
    assert_int_equal(model->params_actual->stopping_rounds, 0);
    assert_true(model->params_given->epochs == 200 && model->params_given->stopping_rounds == 1);
    assert_true(model->epochs == ceil(sum / 3));
}

static void test_cv_survives_the_model_file(void **state)
{
    (void)state;
    char path[] = "/tmp/hw_cv_XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    HW_AUTO(hw_model) *model = train("class2", "");
    HW_AUTO(hw_model) *back = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_model_write(model, path, &err), err);
    hw_assert_ok(hw_model_read(path, &back, &err), err);
    unlink(path);
    HW_AUTO_BUFFER(before);
    HW_AUTO_BUFFER(after);
    hw_assert_ok(hwi_model_write_json(model, &before, &err), err);
    hw_assert_ok(hwi_model_write_json(back, &after, &err), err);
    assert_string_equal(hwi_buffer_text(&before), hwi_buffer_text(&after));
    assert_non_null(strstr(hwi_buffer_text(&before), "\"cv_scoring_history\""));
    assert_int_equal(hw_model_n_folds(back), 3);
    assert_int_equal(hw_model_n_fold_models(back), 0);
    assert_non_null(hw_model_table(back, "cross_validation_metrics_summary"));
    assert_non_null(hw_model_metrics(back, "cross_validation"));
}

typedef struct watcher {
    pthread_t thread;
    int n_calls, n_main;
    int n_left; /* calls until it says stop; -1 never */
    bool is_elsewhere;
    int32_t n_folds_done;
} watcher;

static bool watch(const hw_progress *p, void *ctx)
{
    watcher *w = ctx;
    w->n_calls++;
    w->is_elsewhere = w->is_elsewhere || !pthread_equal(w->thread, pthread_self());
    assert_int_equal(p->n_folds, 3);
    assert_true(p->n_folds_done >= w->n_folds_done && p->n_folds_done <= 3);
    assert_true(p->epochs >= 0 && p->epochs <= p->epochs_wanted + 1e-9);
    w->n_folds_done = p->n_folds_done;
    w->n_main += p->n_folds_done == 3 && p->is_scored;
    return w->n_left < 0 || w->n_left-- > 0;
}

static void test_cv_reports_and_can_be_ended(void **state)
{
    (void)state;
    HW_AUTO(hw_params) *params = make_params("y", "");
    watcher w = {.thread = pthread_self(), .n_left = -1};
    hw_train_options options = {.progress = watch, .progress_ctx = &w};
    HW_AUTO(hw_model) *model = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_train(params, frame, NULL, &options, &model, &err), err);
    assert_false(w.is_elsewhere);
    assert_true(w.n_main >= 3);
    hw_set_all(params, "epochs=1e9;stopping_rounds=0");
    w = (watcher){.thread = pthread_self(), .n_left = 1};
    HW_AUTO(hw_model) *none = NULL;
    assert_int_equal(hwi_train(params, frame, NULL, &options, &none, &err), HW_ECANCELED);
    assert_null(none);
    assert_int_equal(w.n_folds_done, 0);
}

static void test_cv_keeps_to_the_time_limit(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *model =
        train_on(frame, "y", "epochs=1e9;stopping_rounds=0;max_runtime_secs=0.3", 2);
    assert_true(model->run_time_ms < 2000);
    assert_non_null(hw_model_metrics(model, "cross_validation"));
}

static void test_cv_refuses_what_it_cannot_do(void **state)
{
    (void)state;
    static const struct {
        const char *column; /* weighs the first fold only */
        const char *settings, *field, *words;
    } cases[] = {
        {"first", "nfolds=91", "nfolds", "number of rows"},
        {"first", "nfolds=89;fold_assignment=Random", "nfolds", ""}, /* folds stay empty */
        {"first", "fold_column=w", "nfolds", "fold column"},
        {"first", "weights_column=first", "weights_column", "fold"},
        {"first", "response_column=", "response_column", ""},
        {"first", "checkpoint=model.zip", "nfolds", "checkpoint"},
        {"first", "autoencoder=true", "nfolds", "autoencoder"},
        {"__internal_cv_weights__", "", "training_frame", "taken by cross-validation"},
    };
    double weights[N_ROWS] = {0};
    for (int i = 0; i < N_ROWS; i += 3)
        weights[i] = 1;
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hw_error err = {0};
        HW_AUTO(hw_frame) *table = make_frame(-1);
        hw_assert_ok(
            hwi_frame_add_column(table, cases[i].column, HW_TYPE_INT, weights, NULL, 0, &err), err);
        HW_AUTO(hw_params) *params = make_params("y", cases[i].settings);
        HW_AUTO(hw_model) *model = NULL;
        assert_int_equal(hwi_train(params, table, NULL, NULL, &model, &err), HW_EINVAL);
        assert_string_equal(err.field, cases[i].field);
        if (!strstr(err.message, cases[i].words))
            fail_msg("'%s' is not in '%s'", cases[i].words, err.message);
    }
}

static void test_cv_survives_lack_of_memory(void **state)
{
    (void)state;
    HW_AUTO(hw_params) *params = make_params("class2", "epochs=1");
    hw_train_options options = {.n_threads = 1};
    bool has_failed = true;
    int n_failures = 0;
    for (int64_t i = 0; has_failed && i < 1000000; i += 1 + i / 16) {
        HW_AUTO(hw_model) *model = NULL;
        hw_error err = {0};
        hwi_alloc_fail_at(i);
        hw_status status = hwi_train(params, frame, NULL, &options, &model, &err);
        hwi_alloc_fail_at(-1);
        has_failed = status != HW_OK;
        n_failures += has_failed;
        if (has_failed) {
            assert_int_equal(status, HW_ENOMEM);
            assert_null(model);
        }
    }
    assert_false(has_failed);
    assert_true(n_failures > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cv_holds_out_every_row_once),
        cmocka_unit_test(test_cv_takes_weights_along),
        cmocka_unit_test(test_cv_models_know_nothing_of_the_rows_held_out),
        cmocka_unit_test(test_cv_does_not_depend_on_threads),
        cmocka_unit_test(test_cv_keeps_what_is_asked_for),
        cmocka_unit_test(test_cv_keeps_the_fold_column),
        cmocka_unit_test(test_cv_summary_is_of_all_rows_but_for_h2o),
        cmocka_unit_test(test_cv_chooses_the_epochs_of_the_main_model),
        cmocka_unit_test(test_cv_survives_the_model_file),
        cmocka_unit_test(test_cv_reports_and_can_be_ended),
        cmocka_unit_test(test_cv_keeps_to_the_time_limit),
        cmocka_unit_test(test_cv_refuses_what_it_cannot_do),
        cmocka_unit_test(test_cv_survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, make_common_frame, free_common_frame);
}
