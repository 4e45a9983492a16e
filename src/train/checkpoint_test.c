/* SPDX-License-Identifier: Apache-2.0 */
#include "train/checkpoint.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/hw_resume.h"
#include "train/train.h"

static hw_model *train(hw_params *params, const hw_frame *frame, const hw_frame *validation)
{
    hw_model *model = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_train(params, frame, validation, NULL, &model, &err), err);
    return model;
}

typedef struct temporary {
    char path[64];
} temporary;

static void save(const hw_model *model, temporary *out)
{
    snprintf(out->path, sizeof out->path, "%s", "/tmp/heavywater_checkpoint_XXXXXX");
    int file = mkstemp(out->path);
    assert_true(file >= 0);
    close(file);
    hw_error err = {0};
    hw_assert_ok(hw_model_write(model, out->path, &err), err);
}

static void remove_file(temporary *file)
{
    if (*file->path)
        unlink(file->path);
}

#define AUTO_FILE __attribute__((cleanup(remove_file))) temporary

static void test_checkpoint_two_parts_equal_one(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = make_frame(1, 6);
    HW_AUTO(hw_frame) *other = make_frame(2, 6);
    for (size_t i = 0; i < HW_COUNT(exact_cases); i++) {
        const struct exact_case *c = &exact_cases[i];
        const hw_frame *validation = c->has_validation ? other : NULL;
        HW_AUTO(hw_params) *all = make_params(c->settings, "epochs=10");
        HW_AUTO(hw_params) *half = make_params(c->settings, "epochs=5");
        HW_AUTO(hw_model) *whole = train(all, frame, validation);
        HW_AUTO(hw_model) *first = train(half, frame, validation);
        AUTO_FILE file = {""};
        save(first, &file);
        hw_error err = {0};
        hw_assert_ok(hw_params_set(all, "checkpoint", file.path, &err), err);
        HW_AUTO(hw_model) *second = train(all, frame, validation);
        if (first->samples_processed >= second->samples_processed)
            fail_msg("%s: nothing was added", c->name);
        assert_same_models(whole, second);
        /* A continued model is a checkpoint itself. */
        AUTO_FILE again = {""};
        save(second, &again);
        HW_AUTO(hw_params) *more = make_params(c->settings, "epochs=12");
        HW_AUTO(hw_model) *twelve = train(more, frame, validation);
        hw_assert_ok(hw_params_set(more, "checkpoint", again.path, &err), err);
        HW_AUTO(hw_model) *third = train(more, frame, validation);
        assert_same_models(twelve, third);
    }
}

/* The first model is the best one until something better comes. */
static void test_checkpoint_best_model_is_kept(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = make_frame(1, 6);
    HW_AUTO(hw_params) *params = make_params("", "epochs=8");
    HW_AUTO(hw_model) *first = train(params, frame, NULL);
    AUTO_FILE file = {""};
    save(first, &file);
    /* Such regularisation only spoils the model. */
    HW_AUTO(hw_params) *worse = make_params("l2=3;overwrite_with_best_model=true", "epochs=10");
    hw_error err = {0};
    hw_assert_ok(hw_params_set(worse, "checkpoint", file.path, &err), err);
    HW_AUTO(hw_model) *second = train(worse, frame, NULL);
    assert_memory_equal(first->network->slab, second->network->slab, first->network->n_slab_bytes);
    assert_true(hw_table_n_rows(second->scoring_history) >
                hw_table_n_rows(first->scoring_history) + 1);
}

/* The stopping metric may change: what the table of the history knows is used. */
static void test_checkpoint_other_metric_uses_the_history(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = make_frame(1, 6);
    HW_AUTO(hw_params) *params = make_params("", "epochs=3");
    HW_AUTO(hw_model) *first = train(params, frame, NULL);
    AUTO_FILE file = {""};
    save(first, &file);
    HW_AUTO(hw_params) *other = make_params("stopping_rounds=9;stopping_metric=MSE", "epochs=4");
    hw_error err = {0};
    hw_assert_ok(hw_params_set(other, "checkpoint", file.path, &err), err);
    HW_AUTO(hw_model) *second = train(other, frame, NULL);
    int32_t rmse = hw_table_find_column(first->scoring_history, "training_rmse");
    assert_int_equal(second->resume.n_stopping_values, 5);
    assert_true(isnan(second->resume.stopping_values[0]));
    for (int32_t i = 1; i < 5; i++) {
        double x = hw_table_number(second->scoring_history, i, rmse);
        hw_assert_near(second->resume.stopping_values[i], x * x, 1e-12);
    }
}

/* New rows with fewer levels, in another order of columns, beside a new column. */
static void test_checkpoint_other_rows_are_aligned(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = make_frame(1, 6);
    HW_AUTO(hw_frame) *few = make_frame(3, 4);
    HW_AUTO(hw_params) *params = make_params("", "epochs=3");
    HW_AUTO(hw_model) *first = train(params, frame, NULL);
    AUTO_FILE file = {""};
    save(first, &file);
    HW_AUTO(hw_frame) *turned = hwi_frame_new("turned", N_ROWS);
    hw_error err = {0};
    for (int32_t i = hw_frame_n_columns(few) - 1; i >= 0; i--)
        hw_assert_ok(hwi_frame_add_shared_column(turned, few, i, &err), err);
    double extra[N_ROWS];
    for (int i = 0; i < N_ROWS; i++)
        extra[i] = i;
    hw_assert_ok(hwi_frame_add_column(turned, "new", HW_TYPE_INT, extra, NULL, 0, &err), err);
    HW_AUTO(hw_params) *more = make_params("", "epochs=5");
    hw_assert_ok(hw_params_set(more, "checkpoint", file.path, &err), err);
    HW_AUTO(hw_model) *second = train(more, turned, NULL);
    assert_int_equal(second->encoder->n_units, first->encoder->n_units);
    assert_string_equal(second->encoder->columns[0].name, "d");
    assert_int_equal(second->encoder->columns[0].n_levels, 6);
}

static const struct refused_case {
    const char *settings; /* over those of the first model */
    const char *field, *text;
    int32_t n_levels; /* of the frame; 6 is as before */
    bool has_validation;
} refused_cases[] = {
    {"activation=Tanh", "activation", "Cannot change parameter: '_activation': Rectifier -> Tanh",
     6, false},
    {"adaptive_rate=false", "adaptive_rate", "'_adaptive_rate': true -> false", 6, false},
    {"rho=0.5", "rho", "'_rho': 0.99 -> 0.5", 6, false},
    {"epsilon=1e-6", "epsilon", "Cannot change parameter: '_epsilon'", 6, false},
    {"standardize=false", "standardize", "'_standardize': true -> false", 6, false},
    {"use_all_factor_levels=false", "use_all_factor_levels", "true -> false", 6, false},
    {"ignore_const_cols=false", "ignore_const_cols", "true -> false", 6, false},
    {"sparse=true", "sparse", "false -> true", 6, false},
    {"max_categorical_features=5", "max_categorical_features", "-> 5", 6, false},
    {"autoencoder=true", "autoencoder", "'_autoencoder': false -> true", 6, false},
    {"hidden=6,4", "hidden", "6,4", 6, false},
    {"ignored_columns=w,z,a", "ignored_columns", "'_ignored_columns'", 6, false},
    {"response_column=z;ignored_columns=w,y", "response_column", "predicts 'y', not 'z'", 6, false},
    {"epochs=5", "epochs", "no more than the 5 epochs", 6, false},
    {"epochs=2", "epochs", "no more than the 5 epochs", 6, false},
    {"weights_column=w;ignored_columns=z,w", "checkpoint", "columns", 6, false},
    {"initial_weights=a,b,c", "initial_weights", "together with a checkpoint", 6, false},
    {"initial_biases=a,b,c", "initial_biases", "together with a checkpoint", 6, false},
    {"", "validation_frame", "without one", 6, true},
};

static void assert_refused(hw_params *params, const hw_frame *frame, const hw_frame *validation,
                           const char *field, const char *text)
{
    hw_model *model = NULL;
    hw_error err = {0};
    hw_status status = hwi_train(params, frame, validation, NULL, &model, &err);
    assert_null(model);
    assert_int_not_equal(status, HW_OK);
    if (strcmp(err.field, field) != 0 || !strstr(err.message, text))
        fail_msg("[%s] %s; wanted [%s] %s", err.field, err.message, field, text);
}

static void test_checkpoint_changes_are_refused(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = make_frame(1, 6);
    HW_AUTO(hw_params) *params = make_params("", "epochs=5");
    HW_AUTO(hw_model) *first = train(params, frame, NULL);
    AUTO_FILE file = {""};
    save(first, &file);
    for (size_t i = 0; i < HW_COUNT(refused_cases); i++) {
        const struct refused_case *c = &refused_cases[i];
        HW_AUTO(hw_params) *changed = make_params("epochs=9", c->settings);
        hw_error err = {0};
        hw_assert_ok(hw_params_set(changed, "checkpoint", file.path, &err), err);
        assert_refused(changed, frame, c->has_validation ? frame : NULL, c->field, c->text);
    }
    HW_AUTO(hw_params) *same = make_params("", "epochs=9");
    hw_error err = {0};
    hw_assert_ok(hw_params_set(same, "checkpoint", "/nowhere/m.zip", &err), err);
    assert_refused(same, frame, NULL, "checkpoint", "/nowhere/m.zip");
    hw_assert_ok(hw_params_set(same, "checkpoint", file.path, &err), err);
    HW_AUTO(hw_frame) *more_levels = hwi_frame_new("made", N_ROWS);
    for (int32_t i = 0; i < hw_frame_n_columns(frame); i++) {
        double codes[N_ROWS];
        static const char *const strange[] = {"p", "q", "r", "s", "t", "strange"};
        hw_frame_read_doubles(frame, i, 0, N_ROWS, codes);
        if (i == 3)
            hw_assert_ok(
                hwi_frame_add_column(more_levels, "d", HW_TYPE_ENUM, codes, strange, 6, &err), err);
        else
            hw_assert_ok(hwi_frame_add_shared_column(more_levels, frame, i, &err), err);
    }
    assert_refused(same, more_levels, NULL, "checkpoint", "does not know the level 'strange'");
}

static void test_checkpoint_without_state_is_refused(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = make_frame(1, 6);
    HW_AUTO(hw_params) *params = make_params("elastic_averaging=true", "epochs=2");
    HW_AUTO(hw_model) *average = train(params, frame, NULL);
    AUTO_FILE file = {""};
    save(average, &file);
    HW_AUTO(hw_params) *more = make_params("", "epochs=4");
    hw_error err = {0};
    hw_assert_ok(hw_params_set(more, "checkpoint", file.path, &err), err);
    assert_refused(more, frame, NULL, "elastic_averaging", "cannot be continued");
    HW_AUTO(hw_params) *plain_params = make_params("", "epochs=2");
    HW_AUTO(hw_model) *plain = train(plain_params, frame, NULL);
    plain->is_from_h2o = true;
    AUTO_FILE plain_file = {""};
    save(plain, &plain_file);
    hw_assert_ok(hw_params_set(more, "checkpoint", plain_file.path, &err), err);
    assert_refused(more, frame, NULL, "checkpoint", "no state of training");
}

static const struct pretrained_case {
    const char *encoder, *settings; /* of the autoencoder, of the model */
    const char *text;               /* of the refusal; NULL: it works */
} pretrained_cases[] = {
    {"autoencoder=true;activation=Tanh", "activation=Tanh", NULL},
    {"", "", "is a Multinomial model, an autoencoder is wanted"},
    {"autoencoder=true;activation=Tanh;hidden=6", "", "has 1 hidden layers, this network 2"},
    {"autoencoder=true;activation=Tanh;hidden=6,4", "",
     "has 6 inputs and 4 units, this network 6 and 5"},
    {"autoencoder=true;activation=Tanh;ignored_columns=w,z,a", "", "this network"},
};

static void test_checkpoint_pretrained_layers_are_taken(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = make_frame(1, 6);
    for (size_t i = 0; i < HW_COUNT(pretrained_cases); i++) {
        const struct pretrained_case *c = &pretrained_cases[i];
        HW_AUTO(hw_params) *first = make_params("ignored_columns=w,z,y", "epochs=2");
        if (!*c->encoder)
            set_all(first, "ignored_columns=w,z");
        set_all(first, c->encoder);
        HW_AUTO(hw_model) *encoder = train(first, frame, NULL);
        AUTO_FILE file = {""};
        save(encoder, &file);
        HW_AUTO(hw_params) *params = make_params(c->settings, "epochs=0");
        hw_error err = {0};
        hw_assert_ok(hw_params_set(params, "pretrained_autoencoder", file.path, &err), err);
        if (c->text) {
            assert_refused(params, frame, NULL, "pretrained_autoencoder", c->text);
            continue;
        }
        HW_AUTO(hw_model) *model = train(params, frame, NULL);
        for (int32_t l = 0; l < 2; l++) {
            const hwi_layer *a = &encoder->network->layers[l], *b = &model->network->layers[l];
            assert_memory_equal(a->weights, b->weights,
                                sizeof(float) * (size_t)hwi_layer_n_entries(a));
            assert_memory_equal(a->biases, b->biases, sizeof(double) * (size_t)a->n_rows);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checkpoint_two_parts_equal_one),
        cmocka_unit_test(test_checkpoint_best_model_is_kept),
        cmocka_unit_test(test_checkpoint_other_metric_uses_the_history),
        cmocka_unit_test(test_checkpoint_other_rows_are_aligned),
        cmocka_unit_test(test_checkpoint_changes_are_refused),
        cmocka_unit_test(test_checkpoint_without_state_is_refused),
        cmocka_unit_test(test_checkpoint_pretrained_layers_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
