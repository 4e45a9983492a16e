/* SPDX-License-Identifier: Apache-2.0
 *
 * What the headers promise about threads and about memory: two trainings at once are as two in
 * turn, one model serves many threads, and a table gives the same model whichever way it came. */
#include "heavywater.h"

#include "support/hw_test.h"

#include <pthread.h>
#include <string.h>

enum { N_ROWS = 300, N_THREADS = 8 };

static double x[N_ROWS], y[N_ROWS];
static const char *kind[N_ROWS];

static hw_frame *new_frame(void)
{
    static const char *const kinds[] = {"one", "two", NULL};
    for (int i = 0; i < N_ROWS; i++) {
        x[i] = i % 29 == 0 ? (double)NAN : (i * 37 % N_ROWS) / 100.0;
        kind[i] = kinds[i % 3];
        /* Short enough to survive a CSV to the last bit in H2O's arithmetic. */
        y[i] = floor(64 * sin(2 * (i * 37 % N_ROWS) / 100.0)) / 64 + i % 3;
    }
    hw_error err = {0};
    hw_frame_builder *builder = NULL;
    hw_frame *frame = NULL;
    hw_assert_ok(hw_frame_builder_new("table", N_ROWS, &builder, &err), err);
    hw_assert_ok(hw_frame_builder_add_doubles(builder, "x", x, 1, &err), err);
    hw_assert_ok(hw_frame_builder_add_texts(builder, "kind", HW_TYPE_ENUM, kind, &err), err);
    hw_assert_ok(hw_frame_builder_add_doubles(builder, "y", y, 1, &err), err);
    hw_assert_ok(hw_frame_builder_finish(builder, &frame, &err), err);
    hw_frame_builder_free(builder);
    return frame;
}

/* Runs in threads, where cmocka's asserts do not. */
static hw_status train(hw_frame *frame, const char *seed, int n_threads, hw_model **out,
                       hw_error *err)
{
    hw_params *params = hw_params_new();
    if (!params)
        return HW_ENOMEM;
    const char *const settings[][2] = {
        {"response_column", "y"}, {"hidden", "40,40"}, {"epochs", "8"}, {"seed", seed}};
    hw_status status = HW_OK;
    for (size_t i = 0; i < HW_COUNT(settings) && status == HW_OK; i++)
        status = hw_params_set(params, settings[i][0], settings[i][1], err);
    hw_train_options options = {.n_threads = n_threads};
    if (status == HW_OK)
        status = hw_train(params, frame, NULL, &options, out, err);
    hw_params_free(params);
    return status;
}

static hw_status predict(const hw_model *model, const hw_frame *frame, double *out, hw_error *err)
{
    hw_frame *predictions = NULL;
    hw_status status = hw_model_predict(model, frame, &predictions, err);
    if (status == HW_OK)
        hw_frame_read_doubles(predictions, 0, 0, N_ROWS, out);
    hw_frame_unref(predictions);
    return status;
}

/* A thread's work and what came of it. */
typedef struct task {
    hw_frame *frame;
    const hw_model *model; /* to score with; NULL trains one */
    const char *seed;
    double scores[N_ROWS];
    hw_status status;
    hw_error error;
} task;

static void *run(void *ctx)
{
    task *t = ctx;
    if (t->model) {
        for (int i = 0; i < 5 && t->status == HW_OK; i++)
            t->status = predict(t->model, t->frame, t->scores, &t->error);
        return NULL;
    }
    hw_model *model = NULL;
    t->status = train(t->frame, t->seed, 2, &model, &t->error);
    if (t->status == HW_OK)
        t->status = predict(model, t->frame, t->scores, &t->error);
    hw_model_unref(model);
    return NULL;
}

static void run_all(task *tasks, int n)
{
    pthread_t threads[N_THREADS];
    for (int i = 0; i < n; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run, &tasks[i]), 0);
    for (int i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < n; i++)
        hw_assert_ok(tasks[i].status, tasks[i].error);
}

static void train_and_predict(hw_frame *frame, const char *seed, double *scores)
{
    hw_model *model = NULL;
    hw_error err = {0};
    hw_assert_ok(train(frame, seed, 1, &model, &err), err);
    hw_assert_ok(predict(model, frame, scores, &err), err);
    hw_model_unref(model);
}

static void assert_same(const double *actual, const double *expected)
{
    for (int i = 0; i < N_ROWS; i++)
        if (actual[i] != expected[i])
            fail_msg("row %d: %.17g, expected %.17g", i, actual[i], expected[i]);
}

static void test_library_two_trainings_at_once_are_as_two_in_turn(void **state)
{
    (void)state;
    static task tasks[2];
    static double expected[2][N_ROWS];
    hw_frame *frame = new_frame();
    for (int i = 0; i < 2; i++) {
        tasks[i] = (task){.frame = frame, .seed = i ? "2" : "1"};
        train_and_predict(frame, tasks[i].seed, expected[i]);
    }
    run_all(tasks, 2);
    for (int i = 0; i < 2; i++)
        assert_same(tasks[i].scores, expected[i]);
    hw_frame_unref(frame);
}

static void test_library_one_model_serves_many_threads(void **state)
{
    (void)state;
    static task tasks[N_THREADS];
    static double expected[N_ROWS];
    hw_error err = {0};
    hw_model *model = NULL;
    hw_frame *frame = new_frame();
    hw_assert_ok(train(frame, "3", 0, &model, &err), err);
    hw_assert_ok(predict(model, frame, expected, &err), err);
    for (int i = 0; i < N_THREADS; i++)
        tasks[i] = (task){.frame = frame, .model = model};
    run_all(tasks, N_THREADS);
    for (int i = 0; i < N_THREADS; i++)
        assert_same(tasks[i].scores, expected);
    hw_model_unref(model);
    hw_frame_unref(frame);
}

static void test_library_a_table_gives_the_same_model_whichever_way_it_came(void **state)
{
    (void)state;
    static double from_arrays[N_ROWS], from_file[N_ROWS], from_arrow[N_ROWS];
    char path[] = "/tmp/heavywater-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    hw_error err = {0};
    hw_frame *arrays = new_frame(), *read = NULL, *arrow = NULL;
    hw_assert_ok(hw_frame_write_csv(arrays, path, &err), err);
    hw_assert_ok(hw_frame_read(path, NULL, &read, &err), err);
    struct ArrowArrayStream stream;
    hw_assert_ok(hw_frame_to_arrow_stream(read, 70, &stream, &err), err);
    hw_assert_ok(hw_frame_from_arrow_stream(&stream, NULL, &arrow, &err), err);
    train_and_predict(arrays, "4", from_arrays);
    train_and_predict(read, "4", from_file);
    train_and_predict(arrow, "4", from_arrow);
    assert_same(from_file, from_arrays);
    assert_same(from_arrow, from_arrays);
    unlink(path);
    hw_frame_unref(arrays);
    hw_frame_unref(read);
    hw_frame_unref(arrow);
}

/* ---- progress and cancelling ---- */

typedef struct watch {
    int n_calls, n_allowed;
    double last_seconds;
    bool went_back;
} watch;

static bool count(const hw_progress *progress, void *ctx)
{
    watch *w = ctx;
    w->n_calls++;
    w->went_back |= progress->seconds < w->last_seconds;
    w->last_seconds = progress->seconds;
    return w->n_allowed == 0 || w->n_calls < w->n_allowed;
}

static hw_status validate(watch *w, const char *epochs, hw_model **out, hw_error *err)
{
    hw_frame *frame = new_frame();
    hw_params *params = hw_params_new();
    const char *const settings[][2] = {
        {"response_column", "y"}, {"nfolds", "3"}, {"hidden", "50,50"},
        {"epochs", epochs},       {"seed", "1"},   {"stopping_rounds", "0"}};
    for (size_t i = 0; i < HW_COUNT(settings); i++)
        hw_assert_ok(hw_params_set(params, settings[i][0], settings[i][1], err), *err);
    hw_train_options options = {.progress = count, .progress_ctx = w};
    hw_status status = hw_train(params, frame, NULL, &options, out, err);
    hw_params_free(params);
    hw_frame_unref(frame);
    return status;
}

static void test_library_cross_validation_reports_and_stops_when_asked(void **state)
{
    (void)state;
    hw_error err = {0};
    hw_model *model = NULL;
    watch w = {0};
    hw_assert_ok(validate(&w, "20", &model, &err), err);
    assert_true(w.n_calls > 0 && !w.went_back);
    assert_int_equal(hw_model_n_folds(model), 3);
    assert_non_null(hw_model_table(model, "cross_validation_metrics_summary"));
    hw_model_unref(model);
    model = NULL;
    w = (watch){.n_allowed = 1};
    assert_int_equal(validate(&w, "1000000", &model, &err), HW_ECANCELED);
    assert_null(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_library_two_trainings_at_once_are_as_two_in_turn),
        cmocka_unit_test(test_library_one_model_serves_many_threads),
        cmocka_unit_test(test_library_a_table_gives_the_same_model_whichever_way_it_came),
        cmocka_unit_test(test_library_cross_validation_reports_and_stops_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
