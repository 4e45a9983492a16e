/* SPDX-License-Identifier: Apache-2.0
 *
 * Several teams race: no two runs give the same bits, so what is tested is that they learn what one
 * team learns, that every row counts once, and that one team is what it was. Under
 * ThreadSanitizer the same tests show that they race on nothing but the network. */
#include "train/learning.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/parallel.h"
#include "support/hw_train.h"

enum { N_ROWS = 300 };

typedef hw_frame *make_frame(void);

static hw_frame *make_wide(void)
{
    return hw_new_wide_frame(N_ROWS);
}

/* Two classes on rings around each other. */
static hw_frame *make_rings(void)
{
    HW_AUTO_BUFFER(text);
    hwi_buffer_append_text(&text, "a,b,c,y\n");
    hwi_rng rng = hwi_rng_new(11);
    for (int i = 0; i < N_ROWS; i++) {
        double angle = 0.1 * i, radius = (i % 2 ? 2.0 : 1.0) + 0.2 * hwi_rng_gaussian(&rng);
        hwi_buffer_printf(&text, "%.3f,%.3f,%s,%s\n", radius * cos(angle), radius * sin(angle),
                          i % 7 == 0 ? ""
                          : i % 3    ? "u"
                                     : "v",
                          i % 2 ? "out" : "in");
    }
    hw_frame *frame = NULL;
    hw_error err = {0};
    hw_assert_ok(
        hw_parse_text("rings.csv", hwi_buffer_text(&text), text.size, NULL, 0, &frame, &err), err);
    return frame;
}

static hw_frame *make_prostate(void)
{
    const hw_parse_options options = {.factors = "CAPSULE"};
    hw_frame *frame = NULL;
    hw_error err = {0};
    char path[512];
    snprintf(path, sizeof path, "%s/prostate.csv", getenv("HW_TEST_DATA"));
    hw_assert_ok(hw_frame_read(path, &options, &frame, &err), err);
    return frame;
}

static hw_status train(const char *settings, hw_frame *frame, const hw_train_options *options,
                       hw_model **out, hw_error *err)
{
    hw_params *params = hw_params_new();
    hw_set_all(params, "seed=5;epochs=20;hidden=30,20;stopping_rounds=0;classification_stop=-1;"
                       "overwrite_with_best_model=false");
    hw_set_all(params, settings);
    hw_status status = hw_train(params, frame, NULL, options, out, err);
    hw_params_free(params);
    return status;
}

/* As many threads as teams, unless HW_TEAM_SIZE makes the teams larger. */
static hw_model *model_of_teams(const char *settings, hw_frame *frame, int n_teams)
{
    const hw_train_options options = {.n_teams = n_teams, .n_threads = n_teams};
    hw_model *model = NULL;
    hw_error err = {0};
    hw_assert_ok(train(settings, frame, &options, &model, &err), err);
    return model;
}

static void set_team_size(int n_members)
{
    char size[12];
    snprintf(size, sizeof size, "%d", n_members);
    if (n_members > 0)
        setenv("HW_TEAM_SIZE", size, 1);
    else
        unsetenv("HW_TEAM_SIZE");
}

static const struct {
    make_frame *make;
    const char *settings, *metric;
} mixtures[] = {
    {make_wide, "response_column=y;activation=Rectifier", "logloss"},
    {make_wide, "response_column=y;activation=RectifierWithDropout;input_dropout_ratio=0.1",
     "logloss"},
    {make_wide, "response_column=y;activation=Maxout;max_w2=10", "logloss"},
    {make_wide, "autoencoder=true;ignored_columns=y;activation=Tanh", "MSE"},
    {make_wide,
     "autoencoder=true;ignored_columns=y;activation=Tanh;sparsity_beta=0.01;average_activation=0.1",
     "MSE"},
    {make_rings, "response_column=y;activation=Tanh", "logloss"},
    {make_rings, "response_column=y;activation=TanhWithDropout;hidden_dropout_ratios=0.1,0.1",
     "logloss"},
    {make_rings, "response_column=y;activation=MaxoutWithDropout;hidden_dropout_ratios=0.1,0.1",
     "logloss"},
    {make_rings, "response_column=y;activation=ExpRectifier;l1=1e-5;l2=1e-5", "logloss"},
    {make_rings,
     "response_column=y;adaptive_rate=false;rate=0.01;momentum_start=0.5;momentum_stable=0.5",
     "logloss"},
    {make_rings,
     "response_column=y;adaptive_rate=false;rate=0.01;fast_mode=false;momentum_start=0.5;"
     "momentum_stable=0.5;nesterov_accelerated_gradient=false",
     "logloss"},
    {make_rings, "response_column=y;elastic_averaging=true;train_samples_per_iteration=100",
     "logloss"},
    {make_rings, "response_column=y;train_samples_per_iteration=100;mini_batch_size=32", "logloss"},
    {make_prostate, "response_column=CAPSULE;ignored_columns=ID;activation=Tanh", "logloss"},
    {make_prostate, "response_column=PSA;ignored_columns=ID;activation=Rectifier", "MSE"},
};

/* The error is one team's, give or take a twentieth of what it is before training. */
static void test_learning_of_several_teams_is_that_of_one(void **state)
{
    (void)state;
    static const struct {
        int n_teams, n_members;
    } crews[] = {{2, 0}, {4, 0}, {2, 2}};
    for (size_t i = 0; i < HW_COUNT(mixtures); i++) {
        const char *settings = mixtures[i].settings, *metric = mixtures[i].metric;
        char untrained[400];
        snprintf(untrained, sizeof untrained, "%s;epochs=0", settings);
        HW_AUTO(hw_frame) *frame = mixtures[i].make();
        HW_AUTO(hw_model) *none = model_of_teams(untrained, frame, 1);
        HW_AUTO(hw_model) *one = model_of_teams(settings, frame, 1);
        double before = hw_training_value(none, metric), after = hw_training_value(one, metric);
        for (size_t k = 0; k < HW_COUNT(crews); k++) {
            if (crews[k].n_members > 0 && i % 6 > 0)
                continue; /* their meetings take long where threads outnumber processors */
            set_team_size(crews[k].n_members);
            if (i == 6)
                setenv("HW_TEAM_PACE", "alternate", 1);
            HW_AUTO(hw_model) *several = model_of_teams(settings, frame, crews[k].n_teams);
            set_team_size(0);
            unsetenv("HW_TEAM_PACE");
            assert_int_equal(several->samples_processed, one->samples_processed);
            assert_int_equal(several->iterations, one->iterations);
            assert_int_equal(hw_model_ending(several), HW_ENDED_EPOCHS);
            double error = hw_training_value(several, metric);
            if (getenv("SHOW"))
                printf("%zu %d: %.4f -> %.4f, %.4f %+.3f %s\n", i, crews[k].n_teams, before, after,
                       error, (error - after) / before, settings);
            if (!(error < after + 0.05 * before))
                fail_msg("%d teams of %d: %s %g, one team %g, untrained %g: %s", crews[k].n_teams,
                         crews[k].n_members, metric, error, after, before, settings);
        }
    }
}

/* Each row has a level of its own, whose weights nothing else moves: an epoch of as many samples as
 * rows that moves all of them has learned each row once. */
static void test_learning_takes_every_row_once(void **state)
{
    (void)state;
    HW_AUTO_BUFFER(text);
    hwi_buffer_append_text(&text, "level,y\n");
    for (int i = 0; i < N_ROWS; i++)
        hwi_buffer_printf(&text, "L%03d,%d\n", i, i % 7);
    HW_AUTO(hw_frame) *frame = NULL;
    hw_error err = {0};
    const hw_parse_options options = {.factors = "level"};
    hw_assert_ok(
        hw_parse_text("levels.csv", hwi_buffer_text(&text), text.size, &options, 0, &frame, &err),
        err);
    static const char settings[] = "response_column=y;activation=Tanh;hidden=20;"
                                   "train_samples_per_iteration=0;max_categorical_features=1000;";
    for (int n_teams = 1; n_teams <= 4; n_teams++) {
        char with_epochs[2][300];
        for (int epochs = 0; epochs < 2; epochs++)
            snprintf(with_epochs[epochs], sizeof with_epochs[epochs], "%sepochs=%d", settings,
                     epochs);
        HW_AUTO(hw_model) *none = model_of_teams(with_epochs[0], frame, n_teams);
        HW_AUTO(hw_model) *model = model_of_teams(with_epochs[1], frame, n_teams);
        assert_int_equal(model->samples_processed, N_ROWS);
        const hwi_layer *before = &none->network->layers[0], *after = &model->network->layers[0];
        assert_true(after->n_in >= N_ROWS);
        for (int level = 0; level < N_ROWS; level++) {
            bool has_moved = false;
            for (int32_t u = 0; u < after->n_units; u++)
                has_moved |=
                    hwi_layer_weight(before, u, level, 0) != hwi_layer_weight(after, u, level, 0);
            if (!has_moved)
                fail_msg("%d teams: row %d was not learned", n_teams, level);
        }
    }
}

static bool is_equal(const hwi_network *a, const hwi_network *b)
{
    return a->n_slab_bytes == b->n_slab_bytes && memcmp(a->slab, b->slab, a->n_slab_bytes) == 0;
}

/* One team is the default; it is also what pays on a machine of few cores, and what reproducible
 * and the folds of a cross-validation get. */
static void test_learning_of_one_team_is_the_default(void **state)
{
    (void)state;
    static const char settings[] = "response_column=y;activation=Tanh";
    HW_AUTO(hw_frame) *frame = make_rings();
    HW_AUTO(hw_model) *expected = NULL;
    hw_error err = {0};
    hw_assert_ok(train(settings, frame, NULL, &expected, &err), err);
    for (int n_teams = -1; n_teams <= 1; n_teams++) {
        const hw_train_options options = {.n_teams = n_teams, .n_threads = 2};
        HW_AUTO(hw_model) *model = NULL;
        hw_assert_ok(train(settings, frame, &options, &model, &err), err);
        assert_true(is_equal(expected->network, model->network));
    }
    const hw_train_options options = {.n_teams = -1};
    HW_AUTO(hw_model) *reproducible = NULL;
    hw_assert_ok(train("response_column=y;reproducible=true", frame, &options, &reproducible, &err),
                 err);
}

static void test_learning_of_folds_does_not_race(void **state)
{
    (void)state;
    static const char settings[] = "response_column=y;activation=Tanh;nfolds=3;epochs=3;"
                                   "keep_cross_validation_models=true";
    HW_AUTO(hw_frame) *frame = make_rings();
    HW_AUTO(hw_model) *one = model_of_teams(settings, frame, 1);
    HW_AUTO(hw_model) *two = model_of_teams(settings, frame, 2);
    assert_int_equal(one->samples_processed, two->samples_processed);
    for (int32_t i = 0; i < 3; i++)
        assert_true(
            is_equal(hw_model_fold_model(one, i)->network, hw_model_fold_model(two, i)->network));
}

static void test_learning_refuses_teams_that_cannot_be(void **state)
{
    (void)state;
    static const struct {
        int n_teams, n_threads;
        const char *settings, *message;
    } cases[] = {
        {2, 2, "reproducible=true",
         "teams: 2 teams race and are not reproducible; leave out teams or reproducible"},
        {3, 2, "", "teams: 3 teams are more than the 2 threads"},
        {2, 1, "nfolds=3", "teams: 2 teams are more than the 1 thread"},
        {-2, 0, "", "teams: -2 is none of -1 (as many as pay), 0, 1 and more"},
    };
    HW_AUTO(hw_frame) *frame = make_rings();
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        const hw_train_options options = {.n_teams = cases[i].n_teams,
                                          .n_threads = cases[i].n_threads};
        char settings[200];
        snprintf(settings, sizeof settings, "response_column=y;%s", cases[i].settings);
        HW_AUTO(hw_model) *model = NULL;
        hw_error err = {0};
        assert_int_equal(train(settings, frame, &options, &model, &err), HW_EINVAL);
        assert_string_equal(err.field, "teams");
        assert_string_equal(err.message, cases[i].message);
    }
}

typedef struct watch {
    pthread_t caller;
    int64_t cancel_at, last;
    bool is_elsewhere; /* some other thread has called */
} watch;

static bool look(const hw_progress *progress, void *ctx)
{
    watch *w = ctx;
    w->is_elsewhere |= !pthread_equal(pthread_self(), w->caller);
    assert_true(progress->samples >= w->last);
    w->last = progress->samples;
    return w->cancel_at == 0 || progress->samples < w->cancel_at;
}

static void test_learning_stops_when_asked(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = make_rings();
    for (int is_by_time = 0; is_by_time < 2; is_by_time++) {
        watch w = {.caller = pthread_self(), .cancel_at = is_by_time ? 0 : 1000};
        const hw_train_options options = {
            .progress = look, .progress_ctx = &w, .n_teams = 3, .n_threads = 3};
        HW_AUTO(hw_model) *model = NULL;
        hw_error err = {0};
        /* One iteration that would take for ever. */
        hw_assert_ok(train(is_by_time ? "response_column=y;epochs=1e7;max_runtime_secs=0.3;"
                                        "train_samples_per_iteration=2000000000"
                                      : "response_column=y;epochs=1e7;"
                                        "train_samples_per_iteration=2000000000",
                           frame, &options, &model, &err),
                     err);
        assert_int_equal(hw_model_ending(model), is_by_time ? HW_ENDED_TIME : HW_ENDED_CANCELLED);
        assert_false(w.is_elsewhere);
        assert_true(model->samples_processed > 0);
        assert_true(model->samples_processed < 2000000000);
    }
}

static void test_learning_reports_divergence(void **state)
{
    (void)state;
    static const char *const wild[] = {
        "response_column=b;adaptive_rate=false;rate=50",
        "response_column=b;adaptive_rate=false;rate=50;train_samples_per_iteration=32",
    };
    HW_AUTO(hw_frame) *frame = make_rings();
    for (size_t i = 0; i < HW_COUNT(wild); i++) {
        HW_AUTO(hw_model) *model = model_of_teams(wild[i], frame, 3);
        assert_int_equal(hw_model_ending(model), HW_ENDED_UNSTABLE);
        const char *field = NULL, *text = "";
        bool is_said = false;
        for (int32_t k = 0; k < hw_model_n_messages(model); k++)
            is_said |= hw_model_message(model, k, &field, &text) == HW_MESSAGE_WARN &&
                       strstr(text, "training diverged") != NULL;
        assert_true(is_said);
        assert_true(model->samples_processed < 20 * N_ROWS);
    }
}

static void test_learning_goes_on_from_a_model_of_teams(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = make_rings();
    HW_AUTO(hw_model) *first = model_of_teams("response_column=y;epochs=5", frame, 2);
    char path[] = "/tmp/heavywater_learning_XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    hw_error err = {0};
    hw_assert_ok(hw_model_write(first, path, &err), err);
    char settings[400];
    snprintf(settings, sizeof settings, "response_column=y;epochs=10;checkpoint=%s", path);
    HW_AUTO(hw_model) *second = model_of_teams(settings, frame, 2);
    unlink(path);
    assert_true(second->samples_processed > first->samples_processed);
    assert_int_equal(hw_model_ending(second), HW_ENDED_EPOCHS);
}

/* The cost model needs no machine. */
static void test_learning_counts_teams_that_pay(void **state)
{
    (void)state;
    static const struct {
        int32_t width;
        int n_processors, n_teams;
    } cases[] = {{2000, 2, 1},   {2000, 15, 1}, {2000, 32, 1}, {2000, 256, 16},
                 {1000, 128, 8}, {1000, 64, 1}, {20, 256, 1}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        const int32_t hidden[] = {cases[i].width, cases[i].width};
        const hwi_network_shape shape = {.n_inputs = 500,
                                         .n_hidden = 2,
                                         .hidden = hidden,
                                         .activation = HW_ACTIVATION_TANH,
                                         .n_classes = 2};
        HW_AUTO(hwi_network) *network = NULL;
        hw_error err = {0};
        hw_assert_ok(hwi_network_new(&shape, &network, &err), err);
        const hwi_team_need need = {.network = network,
                                    .n_active_inputs = 500,
                                    .n_threads = cases[i].n_processors,
                                    .is_fast = true};
        int n = hwi_n_teams_that_pay(&need, cases[i].n_processors);
        if (n != cases[i].n_teams)
            fail_msg("case %zu: %d teams", i, n);
    }
}

int main(void)
{
    unsetenv("HW_TEAM_SIZE");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learning_of_several_teams_is_that_of_one),
        cmocka_unit_test(test_learning_takes_every_row_once),
        cmocka_unit_test(test_learning_of_one_team_is_the_default),
        cmocka_unit_test(test_learning_of_folds_does_not_race),
        cmocka_unit_test(test_learning_refuses_teams_that_cannot_be),
        cmocka_unit_test(test_learning_stops_when_asked),
        cmocka_unit_test(test_learning_reports_divergence),
        cmocka_unit_test(test_learning_goes_on_from_a_model_of_teams),
        cmocka_unit_test(test_learning_counts_teams_that_pay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
