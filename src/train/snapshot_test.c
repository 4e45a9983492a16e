/* SPDX-License-Identifier: Apache-2.0 */
#include "train/snapshot.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "support/hw_resume.h"
#include "train/train.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s", "/tmp/heavywater_snapshot_XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static void empty_folder(void)
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.' || strlen(entry->d_name) > 2)
            unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
}

static int remove_folder(void **state)
{
    (void)state;
    empty_folder();
    return rmdir(folder);
}

static bool has_file(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static int count_files(void)
{
    int n = -2; /* . and .. */
    DIR *dir = opendir(folder);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

/* Ends training after so many iterations, counted over all parts. */
static bool stop_at(const hw_progress *progress, void *ctx)
{
    return progress->iterations < *(const int *)ctx;
}

/* A table of many numbers, whose first layer is trained unit by unit. */
static bool is_wide;

static hw_frame *make_wide_frame(void)
{
    enum { N_COLUMNS = 36 };
    hw_frame *frame = make_frame(1, 6);
    hwi_rng rng = hwi_rng_new(5);
    for (int c = 0; c < N_COLUMNS; c++) {
        char name[12];
        double values[N_ROWS];
        snprintf(name, sizeof name, "x%d", c);
        for (int i = 0; i < N_ROWS; i++)
            values[i] = hwi_rng_gaussian(&rng);
        hw_error err = {0};
        hw_assert_ok(hwi_frame_add_column(frame, name, HW_TYPE_REAL, values, NULL, 0, &err), err);
    }
    return frame;
}

static hw_model *train(const hw_params *params, const hw_frame *validation, bool is_resumed,
                       int stops_at)
{
    HW_AUTO(hw_frame) *frame = is_wide ? make_wide_frame() : make_frame(1, 6);
    hw_train_options options = {.run = "a run",
                                .run_name = "m",
                                .is_resumed = is_resumed,
                                .progress = stops_at > 0 ? stop_at : NULL,
                                .progress_ctx = &stops_at};
    hw_model *model = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_train(params, frame, validation, &options, &model, &err), err);
    return model;
}

static hw_model *read_model(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    hw_model *model = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_model_read(path, &model, &err), err);
    return model;
}

static void assert_refused(const hw_params *params, const char *run, const char *field,
                           const char *text)
{
    HW_AUTO(hw_frame) *frame = make_frame(1, 6);
    hw_train_options options = {.run = run, .run_name = "m", .is_resumed = true};
    hw_model *model = NULL;
    hw_error err = {0};
    assert_int_not_equal(hwi_train(params, frame, NULL, &options, &model, &err), HW_OK);
    assert_null(model);
    if (strcmp(err.field, field) != 0 || !strstr(err.message, text))
        fail_msg("[%s] %s; wanted [%s] %s", err.field, err.message, field, text);
}

static hw_params *make_saved(const char *settings, const char *more)
{
    hw_params *params = make_params(settings, more);
    hw_error err = {0};
    hw_assert_ok(hw_params_set(params, "export_checkpoints_dir", folder, &err), err);
    hw_assert_ok(hw_params_set(params, "snapshot_secs", "1e-9", &err), err);
    return params;
}

/* Interrupted twice, gone on with twice. */
static void check_case(const struct exact_case *c, const char *more)
{
    HW_AUTO(hw_frame) *other = make_frame(2, 6);
    const hw_frame *validation = c->has_validation ? other : NULL;
    HW_AUTO(hw_params) *plain = make_params(c->settings, more);
    HW_AUTO(hw_params) *saved = make_saved(c->settings, more);
    HW_AUTO(hw_model) *whole = train(plain, validation, false, 0);
    HW_AUTO(hw_model) *first = train(saved, validation, false, 3);
    if (first->ending != HW_ENDED_CANCELLED || !has_file("m.snapshot.zip"))
        fail_msg("%s: was not interrupted", c->name);
    HW_AUTO(hw_model) *second = train(saved, validation, true, 5);
    /* Early stopping may have come first. */
    bool is_over = second->ending != HW_ENDED_CANCELLED;
    assert_true(is_over == has_file("m.zip"));
    assert_true(is_over || (has_file("m.snapshot.zip") && has_file("m.snapshot-before.zip")));
    HW_AUTO(hw_model) *last = train(saved, validation, true, 0);
    assert_same_models(whole, last);
    assert_int_equal(whole->ending, last->ending);
    /* What is left is the finished model. */
    HW_AUTO(hw_model) *exported = read_model("m.zip");
    assert_same_models(whole, exported);
    assert_int_equal(count_files(), 1);
    empty_folder();
}

static void test_snapshot_goes_on_to_the_same_bits(void **state)
{
    (void)state;
    static const char *const others[] = {"epochs=6;overwrite_with_best_model=false",
                                         "epochs=6;elastic_averaging=true",
                                         "epochs=6;elastic_averaging=true;h2o_compat=true"};
    for (size_t i = 0; i < HW_COUNT(exact_cases); i++) {
        check_case(&exact_cases[i], "epochs=9;stopping_rounds=2;stopping_tolerance=0.02;"
                                    "overwrite_with_best_model=true");
        if (i < HW_COUNT(others))
            check_case(&exact_cases[i], others[i]);
    }
}

static void test_snapshot_of_the_fast_arithmetic_goes_on_to_the_same_bits(void **state)
{
    (void)state;
    static const struct exact_case c = {
        "unit by unit",
        "reproducible=false;hidden=20,10;train_samples_per_iteration=60;score_each_iteration=true",
        false};
    is_wide = true;
    check_case(&c, "epochs=9;overwrite_with_best_model=false");
    check_case(&c, "epochs=9;overwrite_with_best_model=true");
    check_case(&c, "epochs=9;elastic_averaging=true");
    is_wide = false;
    check_case(&c, "epochs=9;activation=Tanh");
}

/* Snapshots after scoring are few, when scoring is rare; with snapshot_secs they follow each
 * iteration that comes later. */
static void test_snapshot_is_written_every_seconds(void **state)
{
    (void)state;
    const char *settings = "reproducible=false;train_samples_per_iteration=50;score_interval=1000;"
                           "epochs=9";
    HW_AUTO(hw_params) *rare = make_saved(settings, "snapshot_secs=0");
    hw_error err = {0};
    hw_assert_ok(hw_params_set(rare, "snapshot_secs", "0", &err), err);
    HW_AUTO(hw_model) *first = train(rare, NULL, false, 6);
    HW_AUTO(hw_model) *early = read_model("m.snapshot.zip");
    assert_int_equal(early->iterations, 1);
    assert_non_null(early->training_metrics);
    HW_AUTO(hw_params) *often = make_saved(settings, "");
    HW_AUTO(hw_model) *second = train(often, NULL, false, 6);
    HW_AUTO(hw_model) *late = read_model("m.snapshot.zip");
    assert_true(late->iterations > 2);
    HW_AUTO(hw_model) *before = read_model("m.snapshot-before.zip");
    assert_int_equal(before->iterations, late->iterations - 1);
    assert_int_equal(first->ending, HW_ENDED_CANCELLED);
    assert_int_equal(second->ending, HW_ENDED_CANCELLED);
    empty_folder();
}

static void spoil(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(truncate(path, 1000), 0);
}

static void test_snapshot_before_is_used_when_the_last_is_torn(void **state)
{
    (void)state;
    HW_AUTO(hw_params) *params = make_saved("", "epochs=8");
    HW_AUTO(hw_model) *whole = train(params, NULL, false, 0);
    HW_AUTO(hw_model) *part = train(params, NULL, false, 5);
    spoil("m.snapshot.zip");
    HW_AUTO(hw_model) *stopped = train(params, NULL, true, 4);
    /* The whole one has not been replaced by the torn one. */
    HW_AUTO(hw_model) *before = read_model("m.snapshot-before.zip");
    assert_true(before->iterations < stopped->iterations);
    HW_AUTO(hw_model) *last = train(params, NULL, true, 0);
    assert_same_models(whole, last);
    assert_int_equal(part->ending, HW_ENDED_CANCELLED);
    assert_int_equal(stopped->ending, HW_ENDED_CANCELLED);
    /* Neither can be read: better said than begun again in silence. */
    HW_AUTO(hw_model) *again = train(params, NULL, false, 5);
    spoil("m.snapshot.zip");
    spoil("m.snapshot-before.zip");
    assert_refused(params, "a run", "export_checkpoints_dir", "there is none before it");
    assert_int_equal(again->ending, HW_ENDED_CANCELLED);
    empty_folder();
}

static void test_snapshot_of_another_training_is_no_help(void **state)
{
    (void)state;
    HW_AUTO(hw_params) *params = make_saved("", "epochs=8");
    HW_AUTO(hw_model) *part = train(params, NULL, false, 5);
    assert_int_equal(part->ending, HW_ENDED_CANCELLED);
    HW_AUTO(hw_params) *other = make_saved("", "epochs=9");
    assert_refused(other, "a run", "epochs", "of a training with epochs '8', not '9'");
    HW_AUTO(hw_frame) *frame = make_frame(3, 6);
    hw_train_options options = {.run = "a run", .run_name = "m", .is_resumed = true};
    hw_model *model = NULL;
    hw_error err = {0};
    assert_int_equal(hwi_train(params, frame, NULL, &options, &model, &err), HW_EINVAL);
    assert_string_equal(err.field, "training_frame");
    /* Another run begins anew, and its files take the place. */
    HW_AUTO(hw_frame) *own = make_frame(1, 6);
    int stops_at = 3;
    options.run = "another run";
    options.progress = stop_at;
    options.progress_ctx = &stops_at;
    HW_AUTO(hw_model) *anew = NULL;
    hw_assert_ok(hwi_train(params, own, NULL, &options, &anew, &err), err);
    assert_int_equal(anew->iterations, 3);
    HW_AUTO(hw_model) *last = read_model("m.snapshot.zip");
    assert_string_equal(last->snapshot->run, "another run");
    assert_int_equal(last->iterations, 2);
    empty_folder();
}

/* A run draws the same seed again. */
static void test_snapshot_run_settles_the_seed(void **state)
{
    (void)state;
    HW_AUTO(hw_params) *params = make_saved("epochs=2", "seed=-1");
    HW_AUTO(hw_model) *a = train(params, NULL, false, 0);
    HW_AUTO(hw_model) *b = train(params, NULL, false, 0);
    assert_int_equal(a->seed, b->seed);
    assert_int_not_equal(a->seed, -1);
    assert_same_models(a, b);
    empty_folder();
}

static void test_snapshot_failures_do_not_end_training(void **state)
{
    (void)state;
    char path[256];
    snprintf(path, sizeof path, "%s/m.snapshot.zip", folder);
    assert_int_equal(mkdir(path, 0777), 0);
    HW_AUTO(hw_params) *params = make_saved("", "epochs=4");
    HW_AUTO(hw_params) *plain = make_params("", "epochs=4");
    HW_AUTO(hw_model) *whole = train(plain, NULL, false, 0);
    HW_AUTO(hw_model) *model = train(params, NULL, false, 0);
    assert_same_models(whole, model);
    bool is_told = false;
    for (int32_t i = 0; i < model->messages.n; i++)
        is_told = is_told || strstr(model->messages.v[i].text, "3 of 3 snapshots could not be");
    assert_true(is_told);
    rmdir(path);
    empty_folder();
    /* A folder that cannot be made is told before the work. */
    HW_AUTO(hw_params) *nowhere = make_params("", "epochs=4");
    hw_error err = {0};
    hw_assert_ok(hw_params_set(nowhere, "export_checkpoints_dir", "/dev/null/d", &err), err);
    assert_refused(nowhere, "a run", "export_checkpoints_dir", "/dev/null");
    hw_assert_ok(hw_params_set(nowhere, "export_checkpoints_dir", folder, &err), err);
    hw_assert_ok(hw_params_set(nowhere, "model_id", "a/b", &err), err);
    HW_AUTO(hw_frame) *frame = make_frame(1, 6);
    hw_model *none = NULL;
    assert_int_equal(hwi_train(nowhere, frame, NULL, NULL, &none, &err), HW_EINVAL);
    assert_string_equal(err.field, "model_id");
}

static void test_snapshot_stays_when_it_is_kept(void **state)
{
    (void)state;
    HW_AUTO(hw_params) *params = make_saved("", "epochs=4");
    HW_AUTO(hw_frame) *frame = make_frame(1, 6);
    hw_train_options options = {.run_name = "m", .keeps_snapshots = true};
    HW_AUTO(hw_model) *model = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_train(params, frame, NULL, &options, &model, &err), err);
    assert_true(has_file("m.zip") && has_file("m.snapshot.zip"));
    hw_train_remove_snapshots(params, &options);
    assert_int_equal(count_files(), 1);
    empty_folder();
}

/* The main model's iterations begin with 1 when those of the folds are done. */
static bool stop_in_main(const hw_progress *progress, void *ctx)
{
    bool *is_main = ctx;
    *is_main = *is_main || (progress->n_folds_done == 3 && progress->iterations == 1);
    return !*is_main || progress->iterations < 3;
}

static void keep_copy(const char *name, const char *copy)
{
    char from[256], to[256];
    snprintf(from, sizeof from, "%s/%s", folder, name);
    snprintf(to, sizeof to, "%s/%s", folder, copy);
    hw_error err = {0};
    hw_assert_ok(hwi_file_keep_as(from, to, &err), err);
    assert_true(has_file(copy));
}

/* The models of folds are read back, those in work and the main one go on. */
static void test_snapshot_folds_go_on(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = make_frame(1, 6);
    const char *more = "epochs=24;nfolds=3;overwrite_with_best_model=true";
    HW_AUTO(hw_params) *plain = make_params("", more);
    HW_AUTO(hw_params) *saved = make_saved("", more);
    HW_AUTO(hw_model) *whole = train(plain, NULL, false, 0);
    int stops_at = 3;
    bool is_main = false;
    hw_train_options options = {.run = "a run", .run_name = "m", .n_threads = 1};
    options.progress = stop_at;
    options.progress_ctx = &stops_at;
    hw_model *none = NULL;
    hw_error err = {0};
    assert_int_equal(hwi_train(saved, frame, NULL, &options, &none, &err), HW_ECANCELED);
    assert_true(has_file("m_cv_1.snapshot.zip") || has_file("m_cv_1.zip"));
    options.is_resumed = true;
    options.progress = stop_in_main;
    options.progress_ctx = &is_main;
    HW_AUTO(hw_model) *second = NULL;
    hw_assert_ok(hwi_train(saved, frame, NULL, &options, &second, &err), err);
    assert_int_equal(second->ending, HW_ENDED_CANCELLED);
    assert_true(has_file("m_cv_1.zip") && has_file("m_cv_3.zip") && has_file("m.snapshot.zip"));
    /* As if killed between writing a finished fold and removing what it no longer needs. */
    keep_copy("m.snapshot.zip", "m_cv_1.snapshot.zip");
    keep_copy("m.snapshot-before.zip", "m_cv_2.snapshot-before.zip");
    options.progress = NULL;
    HW_AUTO(hw_model) *last = NULL;
    hw_assert_ok(hwi_train(saved, frame, NULL, &options, &last, &err), err);
    assert_same_models(whole, last);
    assert_same_tables(whole->cross_validation_metrics_summary,
                       last->cross_validation_metrics_summary);
    for (int32_t f = 0; f < 3; f++)
        assert_same_models(whole->fold_models[f], last->fold_models[f]);
    assert_int_equal(count_files(), 4);
    HW_AUTO(hw_model) *exported = read_model("m.zip");
    assert_null(exported->snapshot);
    assert_non_null(exported->cross_validation_metrics);
    empty_folder();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_snapshot_goes_on_to_the_same_bits),
        cmocka_unit_test(test_snapshot_of_the_fast_arithmetic_goes_on_to_the_same_bits),
        cmocka_unit_test(test_snapshot_is_written_every_seconds),
        cmocka_unit_test(test_snapshot_before_is_used_when_the_last_is_torn),
        cmocka_unit_test(test_snapshot_of_another_training_is_no_help),
        cmocka_unit_test(test_snapshot_run_settles_the_seed),
        cmocka_unit_test(test_snapshot_failures_do_not_end_training),
        cmocka_unit_test(test_snapshot_stays_when_it_is_kept),
        cmocka_unit_test(test_snapshot_folds_go_on),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
