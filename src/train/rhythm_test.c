/* SPDX-License-Identifier: Apache-2.0
 *
 * When training scores, how several machines would be averaged, and the parameters that steer
 * machines which are not there: these change no bit. */
#include "support/hw_train.h"

#include <string.h>

static const char *const base = "ignored_columns=k;response_column=y;reproducible=false;";

static hw_model *model_of(const char *settings)
{
    char text[400];
    snprintf(text, sizeof text, "%s%s", base, settings);
    return hw_model_with(text);
}

static int64_t n_scorings(const char *settings)
{
    char text[400];
    snprintf(text, sizeof text, "train_samples_per_iteration=40;%s", settings);
    HW_AUTO(hw_model) *model = model_of(text);
    return hw_table_n_rows(hw_model_table(model, "scoring_history"));
}

static bool weights_equal(const hw_model *a, const hw_model *b)
{
    for (int32_t l = 0; l < a->network->n_layers; l++) {
        const hwi_layer *x = &a->network->layers[l], *y = &b->network->layers[l];
        if (memcmp(x->weights, y->weights, (size_t)hwi_layer_n_entries(x) * sizeof(float)))
            return false;
    }
    return true;
}

static void test_rhythm_scores_as_often_as_asked(void **state)
{
    (void)state;
    /* 90 iterations: the start, the first and the last are always scored. */
    int64_t seldom = n_scorings("score_interval=1000"), each = n_scorings("score_each_iteration=1");
    assert_true(each >= 90);
    assert_true(seldom < 6);
    assert_true(n_scorings("score_interval=0;score_duty_cycle=0") < 6);
    assert_true(n_scorings("score_interval=0;score_duty_cycle=1") > 20);
}

static void test_rhythm_machines_that_are_not_there_change_no_bit(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "target_ratio_comm_to_comp=0.5",  "single_node_mode=true",
        "replicate_training_data=false",  "force_load_balance=false",
        "max_confusion_matrix_size=3",    "diagnostics=false",
        "export_weights_and_biases=true", "quiet_mode=true"};
    HW_AUTO(hw_model) *usual = model_of("");
    for (size_t i = 0; i < HW_COUNT(settings); i++) {
        HW_AUTO(hw_model) *model = model_of(settings[i]);
        if (!weights_equal(usual, model))
            fail_msg("%s changes the weights", settings[i]);
    }
}

static void test_rhythm_elastic_averaging_follows_its_parameters(void **state)
{
    (void)state;
    static const char *const settings[] = {"", "elastic_averaging=true",
                                           "elastic_averaging=true;"
                                           "elastic_averaging_moving_rate=0.5",
                                           "elastic_averaging=true;"
                                           "elastic_averaging_regularization=0.05"};
    hw_model *models[HW_COUNT(settings)];
    for (size_t i = 0; i < HW_COUNT(settings); i++)
        models[i] = model_of(settings[i]);
    for (size_t i = 0; i < HW_COUNT(settings); i++)
        for (size_t k = 0; k < i; k++)
            if (weights_equal(models[i], models[k]))
                fail_msg("'%s' trains as '%s'", settings[i], settings[k]);
    for (size_t i = 0; i < HW_COUNT(settings); i++)
        hw_model_unref(models[i]);
}

static void test_rhythm_seed_is_drawn_and_shown(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *model = model_of("seed=-1;model_id=mine");
    assert_true(hw_model_params_actual(model)->seed != -1);
    assert_true(hw_model_params_given(model)->seed == -1);
    assert_string_equal(hw_model_params_actual(model)->model_id, "mine");
}

static void test_rhythm_folds_leave_what_is_kept(void **state)
{
    (void)state;
    for (int kept = 0; kept < 2; kept++) {
        char settings[300];
        snprintf(settings, sizeof settings,
                 "epochs=2;nfolds=3;keep_cross_validation_models=%d;"
                 "keep_cross_validation_predictions=%d;keep_cross_validation_fold_assignment=%d",
                 kept, kept, kept);
        HW_AUTO(hw_model) *model = model_of(settings);
        assert_int_equal(hw_model_n_folds(model), 3);
        assert_int_equal(hw_model_n_fold_models(model), kept ? 3 : 0);
        assert_int_equal(hw_model_holdout_predictions(model) != NULL, kept);
        assert_int_equal(hw_model_fold_assignment(model) != NULL, kept);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rhythm_scores_as_often_as_asked),
        cmocka_unit_test(test_rhythm_machines_that_are_not_there_change_no_bit),
        cmocka_unit_test(test_rhythm_elastic_averaging_follows_its_parameters),
        cmocka_unit_test(test_rhythm_folds_leave_what_is_kept),
        cmocka_unit_test(test_rhythm_seed_is_drawn_and_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
