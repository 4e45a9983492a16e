/* SPDX-License-Identifier: Apache-2.0
 *
 * Searches through the public functions. */
#include "support/hw_test.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "grid/folder.h"
#include "grid/grid.h"
#include "grid/identity.h"
#include "support/hw_train.h"

static hw_params *params_of(const char *response)
{
    static const char *const settings[][2] = {{"seed", "7"},
                                              {"epochs", "2"},
                                              {"hidden", "3"},
                                              {"reproducible", "true"},
                                              {"stopping_rounds", "0"}};
    hw_params *params = hw_params_new();
    hw_error err = {0};
    hw_assert_ok(hw_params_set(params, "response_column", response, &err), err);
    for (size_t i = 0; i < HW_COUNT(settings); i++)
        hw_assert_ok(hw_params_set(params, settings[i][0], settings[i][1], &err), err);
    return params;
}

static hw_params *varied_params(void)
{
    hw_params *params = params_of("k");
    hw_error err = {0};
    hw_assert_ok(hw_params_set(params, "hidden", "200,200", &err), err);
    return params;
}

static hw_grid *search(hw_params *params, const hw_grid_options *options)
{
    HW_AUTO(hw_frame) *frame = hw_new_training_frame();
    hw_grid *grid = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_grid_search(params, frame, NULL, options, &grid, &err), err);
    return grid;
}

static void test_search_in_memory_ranks_models(void **state)
{
    (void)state;
    HW_AUTO(hw_params) *params = varied_params();
    hw_grid_options options = {.hyper_params = "{\"hidden\": [[3], [4, 4]], \"l1\": [0, -1, 0.1]}"};
    HW_AUTO(hw_grid) *grid = search(params, &options);
    assert_int_equal(hw_grid_n_models(grid), 4);
    assert_int_equal(hw_grid_n_failed(grid), 2);
    assert_int_equal(hw_grid_n_combinations(grid), 6);
    assert_int_equal(hw_grid_get_state(grid), HW_GRID_COMPLETE);
    assert_string_equal(hw_grid_id(grid), "grid");
    assert_string_equal(hw_grid_sort_metric(grid), "logloss");
    assert_string_equal(hw_grid_metrics_of(grid), "training");
    assert_string_equal(hw_grid_failed_id(grid, 1), "grid_model_4");
    assert_string_equal(hw_grid_failed_field(grid, 1), "l1");
    assert_string_equal(hw_grid_failed_value(grid, 1, 0), "4,4");
    for (int32_t i = 0; i < 4; i++) {
        double loss = hw_grid_model_metric(grid, i, "logloss");
        if (i > 0)
            assert_true(loss >= hw_grid_model_metric(grid, i - 1, "logloss"));
        assert_null(hw_grid_model_path(grid, i));
        HW_AUTO(hw_model) *model = NULL;
        hw_error err = {0};
        hw_assert_ok(hw_grid_read_model(grid, i, &model, &err), err);
        assert_true(hw_metrics_value(hw_model_metrics(model, "training"), "logloss") == loss);
    }
    assert_null(hw_grid_model_id(grid, 4));
    assert_null(hw_grid_model_value(grid, 0, 2));
    assert_true(isnan(hw_grid_model_metric(grid, 0, "auc_of_nothing")));
    hw_error err = {0};
    hw_assert_ok(hw_grid_sort(grid, "accuracy", 0, &err), err);
    assert_true(hw_grid_is_decreasing(grid));
    assert_int_equal(hw_grid_sort(grid, "mae", 0, &err), HW_EINVAL);
    assert_string_equal(err.field, "sort_by");
}

/* One model trained alone is the model of the grid, bit for bit. */
static void test_search_models_are_those_of_train(void **state)
{
    (void)state;
    HW_AUTO(hw_params) *params = varied_params();
    hw_grid_options options = {.hyper_params = "{\"hidden\": [[3], [4, 4]]}", .parallelism = 2};
    HW_AUTO(hw_grid) *grid = search(params, &options);
    for (int32_t i = 0; i < 2; i++) {
        char settings[128];
        snprintf(settings, sizeof settings, "response_column=k;epochs=2;hidden=%s",
                 hw_grid_model_value(grid, i, 0));
        HW_AUTO(hw_model) *alone = hw_model_with(settings);
        assert_true(hw_training_value(alone, "logloss") ==
                    hw_grid_model_metric(grid, i, "logloss"));
    }
}

typedef struct watcher {
    int n_calls, n_models, n_failures, stop_after;
    bool saw_running;
} watcher;

static bool watch(const hw_grid_progress *p, void *ctx)
{
    watcher *w = ctx;
    w->n_calls++;
    w->saw_running = w->saw_running || p->n_running > 0;
    for (int32_t i = 0; i < p->n_events; i++) {
        w->n_models += p->events[i].failure == NULL;
        w->n_failures += p->events[i].failure != NULL;
        assert_true(strlen(p->events[i].values) > 0);
        if (!p->events[i].failure)
            assert_true(p->events[i].metric > 0);
    }
    assert_true(p->n_done + p->n_failed + p->n_running <= p->n_combinations);
    if (p->n_done > 0)
        assert_true(p->best_id && p->best_metric > 0);
    return w->stop_after == 0 || w->n_models < w->stop_after;
}

static void test_search_reports_every_end(void **state)
{
    (void)state;
    HW_AUTO(hw_params) *params = varied_params();
    watcher w = {0};
    hw_grid_options options = {.hyper_params = "{\"hidden\": [[3], [4, 4]], \"l1\": [0, -1, 0.1]}",
                               .progress = watch,
                               .progress_ctx = &w};
    HW_AUTO(hw_grid) *grid = search(params, &options);
    assert_int_equal(w.n_models, 4);
    assert_int_equal(w.n_failures, 2);
    assert_true(w.n_calls > 0);
    assert_int_equal(hw_grid_n_models(grid), 4);
}

static void test_search_ends_when_asked(void **state)
{
    (void)state;
    HW_AUTO(hw_params) *params = varied_params();
    hw_error err = {0};
    hw_assert_ok(hw_params_set(params, "epochs", "400", &err), err);
    watcher w = {.stop_after = 2};
    hw_grid_options options = {
        .hyper_params = "{\"hidden\": [[3], [4], [5], [6], [7], [8], [9], [10]], \"l1\": [0, 0.1]}",
        .parallelism = 2,
        .progress = watch,
        .progress_ctx = &w};
    HW_AUTO(hw_grid) *grid = search(params, &options);
    assert_int_equal(hw_grid_get_state(grid), HW_GRID_CANCELLED);
    assert_in_range(hw_grid_n_models(grid), 2, 15);
    assert_true(w.saw_running);
}

/* --- Folders ---------------------------------------------------------------------------------- */

static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    while (folder && (entry = readdir(folder)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
    rmdir(path);
}

static void test_search_goes_on_in_a_folder(void **state)
{
    (void)state;
    char folder[] = "/tmp/heavywater_grid_XXXXXX";
    assert_non_null(mkdtemp(folder));
    HW_AUTO(hw_params) *params = varied_params();
    hw_error err = {0};
    hw_assert_ok(hw_params_set(params, "epochs", "400", &err), err);
    watcher w = {.stop_after = 1};
    hw_grid_options options = {.hyper_params =
                                   "{\"hidden\": [[3], [4], [5], [6]], \"l1\": [0, 0.1]}",
                               .grid_dir = folder,
                               .progress = watch,
                               .progress_ctx = &w};
    HW_AUTO(hw_grid) *first = search(params, &options);
    int32_t n = hw_grid_n_models(first);
    assert_in_range(n, 1, 7);
    HW_AUTO(hw_grid) *read = NULL;
    hw_assert_ok(hw_grid_read(folder, &read, &err), err);
    assert_int_equal(hw_grid_n_models(read), n);
    assert_int_equal(hw_grid_get_state(read), HW_GRID_CANCELLED);
    w = (watcher){0};
    HW_AUTO(hw_grid) *second = search(params, &options);
    assert_int_equal(w.n_models, 8 - n);
    assert_int_equal(hw_grid_n_models(second), 8);
    HW_AUTO(hw_grid) *again = NULL;
    hw_assert_ok(hw_grid_read(folder, &again, &err), err);
    for (int32_t i = 0; i < 8; i++) {
        HW_AUTO(hw_model) *model = NULL;
        assert_string_equal(hw_grid_model_id(again, i), hw_grid_model_id(second, i));
        assert_string_equal(hw_grid_model_command(again, i), hw_grid_model_command(second, i));
        assert_true(hw_grid_model_metric(again, i, "logloss") ==
                    hw_grid_model_metric(second, i, "logloss"));
        hw_assert_ok(hw_grid_read_model(again, i, &model, &err), err);
        assert_true(hw_metrics_value(hw_model_metrics(model, "training"), "logloss") ==
                    hw_grid_model_metric(again, i, "logloss"));
    }
    remove_folder(folder);
}

static void test_folder_is_locked_and_swept(void **state)
{
    (void)state;
    char folder[] = "/tmp/heavywater_grid_XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    hw_error err = {0};
    snprintf(path, sizeof path, "%s/.m.zip.123-4.tmp", folder);
    hw_assert_ok(hwi_file_write(path, "x", 1, &err), err);
    HW_AUTO(hwi_grid_folder) *mine = NULL;
    hwi_grid_folder *other = NULL;
    hw_assert_ok(hwi_grid_folder_open(folder, &mine, &err), err);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(hwi_grid_folder_open(folder, &other, &err), HW_EIO);
    assert_non_null(strstr(err.message, "another process"));
    hwi_grid_folder_free(HW_TAKE(mine));
    hw_assert_ok(hwi_grid_folder_open(folder, &mine, &err), err);
    remove_folder(folder);
}

static void test_fingerprint_sees_every_cell(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a,b\n1,x\n2,y\n", "a,b\n1,x\n3,y\n",   "a,b\n1,x\n2,z\n",     "a,c\n1,x\n2,y\n",
        "a,b\n1,x\n,y\n",  "a,b\n1.5,x\n2,y\n", "a,b\n1,x\n2,y\n2,y\n"};
    uint64_t seen[HW_COUNT(texts)];
    for (size_t i = 0; i < HW_COUNT(texts); i++) {
        HW_AUTO(hw_frame) *frame = NULL;
        hw_error err = {0};
        hw_assert_ok(hw_parse_text("f.csv", texts[i], strlen(texts[i]), NULL, 0, &frame, &err),
                     err);
        hw_assert_ok(hwi_grid_fingerprint(frame, &seen[i], &err), err);
        uint64_t again;
        hw_assert_ok(hwi_grid_fingerprint(frame, &again, &err), err);
        assert_true(again == seen[i]);
        for (size_t k = 0; k < i; k++)
            assert_true(seen[k] != seen[i]);
    }
}

/* --- As H2O ----------------------------------------------------------------------------------- */

static hw_frame *read_data(const char *name, const char *factors)
{
    char path[512];
    const char *data = getenv("HW_TEST_DATA");
    hw_frame *frame = NULL;
    hw_error err = {0};
    hw_parse_options options = {.factors = factors};
    snprintf(path, sizeof path, "%s/%s", data ? data : "tests/data", name);
    hw_assert_ok(hw_frame_read(path, &options, &frame, &err), err);
    return frame;
}

/* How many of 40 combinations H2O 3.46.0.12 trained before it stopped, and its best logloss. */
static void test_search_stops_early_where_h2o_does(void **state)
{
    (void)state;
    static const struct {
        const char *frame, *response, *factors, *criteria;
        int32_t n;
        double logloss;
    } cases[] = {
        {"iris.csv", "Species", NULL, "\"stopping_rounds\": 1, \"stopping_tolerance\": 0.01", 39,
         0.39572322231981144},
        {"iris.csv", "Species", NULL, "\"stopping_rounds\": 2, \"stopping_tolerance\": 0.01", 40,
         0.39572322231981144},
        {"prostate.csv", "CAPSULE", "CAPSULE",
         "\"stopping_rounds\": 2, \"stopping_tolerance\": 0.01, \"stopping_metric\": \"AUC\"", 35,
         0.5539022246674012},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++)
        for (int parallelism = 1; parallelism <= 3; parallelism += 2) {
            HW_AUTO(hw_frame) *frame = read_data(cases[i].frame, cases[i].factors);
            HW_AUTO(hw_params) *params = hw_params_new();
            HW_AUTO(hw_grid) *grid = NULL;
            hw_error err = {0};
            char criteria[200];
            snprintf(criteria, sizeof criteria,
                     "{\"strategy\": \"RandomDiscrete\", \"seed\": 3, %s}", cases[i].criteria);
            static const char *const settings[][2] = {
                {"seed", "5"}, {"epochs", "5"}, {"reproducible", "true"}, {"h2o_compat", "true"}};
            for (size_t k = 0; k < HW_COUNT(settings); k++)
                hw_assert_ok(hw_params_set(params, settings[k][0], settings[k][1], &err), err);
            hw_assert_ok(hw_params_set(params, "response_column", cases[i].response, &err), err);
            hw_grid_options options = {
                .hyper_params = "{\"l1\": [0, 0.01, 0.05, 0.1, 0.2], \"hidden\": [[1], [2], [3], "
                                "[4], [5], [6], [7], [8]]}",
                .search_criteria = criteria,
                .parallelism = parallelism};
            hw_assert_ok(hw_grid_search(params, frame, NULL, &options, &grid, &err), err);
            /* Those that were under way when it stopped are there, too. */
            assert_in_range(hw_grid_n_models(grid), cases[i].n, cases[i].n + parallelism - 1);
            hw_assert_near(hw_grid_model_metric(grid, 0, "logloss"), cases[i].logloss, 1e-12);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_search_in_memory_ranks_models),
        cmocka_unit_test(test_search_models_are_those_of_train),
        cmocka_unit_test(test_search_reports_every_end),
        cmocka_unit_test(test_search_ends_when_asked),
        cmocka_unit_test(test_search_goes_on_in_a_folder),
        cmocka_unit_test(test_folder_is_locked_and_swept),
        cmocka_unit_test(test_fingerprint_sees_every_cell),
        cmocka_unit_test(test_search_stops_early_where_h2o_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
