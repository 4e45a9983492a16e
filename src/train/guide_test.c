/* SPDX-License-Identifier: Apache-2.0
 *
 * What the guide offers and H2O 3.46 has dropped, trained from end to end. */
#include "support/hw_train.h"

static void test_guide_tweedie_powers_are_distributions_by_name(void **state)
{
    (void)state;
    static const char *const names[] = {"gaussian", "poisson", "gamma"};
    for (int power = 0; power < 3; power++) {
        char settings[200];
        snprintf(settings, sizeof settings,
                 "ignored_columns=k;response_column=y;distribution=tweedie;tweedie_power=%d",
                 power);
        HW_AUTO(hw_model) *tweedie = hw_model_with(settings);
        snprintf(settings, sizeof settings, "ignored_columns=k;response_column=y;distribution=%s",
                 names[power]);
        HW_AUTO(hw_model) *named = hw_model_with(settings);
        for (int32_t l = 0; l < 2; l++) {
            const hwi_layer *a = &tweedie->network->layers[l], *b = &named->network->layers[l];
            size_t n_bytes = (size_t)hwi_layer_n_entries(a) * sizeof(float);
            assert_memory_equal(a->weights, b->weights, n_bytes);
        }
        assert_true(hw_training_value(tweedie, "mean_residual_deviance") ==
                    hw_training_value(named, "mean_residual_deviance"));
        char *shown = hw_params_get_text(hw_model_params_actual(tweedie), "distribution");
        assert_string_equal(shown, names[power]);
        hw_text_free(shown);
    }
}

static void test_guide_tweedie_powers_are_refused_as_h2o(void **state)
{
    (void)state;
    for (int power = 0; power < 3; power++) {
        char settings[200];
        snprintf(settings, sizeof settings,
                 "ignored_columns=k;response_column=y;distribution=tweedie;h2o_compat=true;"
                 "tweedie_power=%d",
                 power);
        hw_model *model = NULL;
        hw_error err = {0};
        assert_int_equal(hw_train_with(settings, &model, &err), HW_EINVAL);
        assert_string_equal(err.field, "tweedie_power");
    }
}

static void test_guide_losses_learn_classes(void **state)
{
    (void)state;
    static const char *const losses[] = {"Absolute", "Huber"};
    for (size_t i = 0; i < HW_COUNT(losses); i++) {
        char settings[200];
        snprintf(settings, sizeof settings,
                 "ignored_columns=y;response_column=k;loss=%s;epochs=200", losses[i]);
        HW_AUTO(hw_model) *model = hw_model_with(settings);
        assert_true(hw_training_value(model, "classification_error") < 0.1);
        snprintf(settings, sizeof settings,
                 "ignored_columns=y;response_column=k;loss=%s;h2o_compat=true", losses[i]);
        hw_model *refused = NULL;
        hw_error err = {0};
        assert_int_equal(hw_train_with(settings, &refused, &err), HW_EINVAL);
        assert_string_equal(err.field, "loss");
    }
}

static void test_guide_hit_ratio_k_is_the_length_of_the_table(void **state)
{
    (void)state;
    static const char name[] = "hit_ratio_table";
    HW_AUTO(hw_model) *two =
        hw_model_with("ignored_columns=y;response_column=k;epochs=1;max_hit_ratio_k=2");
    assert_int_equal(hw_table_n_rows(hw_metrics_table(hw_model_metrics(two, "training"), name)), 2);
    HW_AUTO(hw_model) *none =
        hw_model_with("ignored_columns=y;response_column=k;epochs=1;max_hit_ratio_k=0");
    assert_null(hw_metrics_table(hw_model_metrics(none, "training"), name));
    HW_AUTO(hw_model) *usual = hw_model_with("ignored_columns=y;response_column=k;epochs=1");
    assert_int_equal(hw_table_n_rows(hw_metrics_table(hw_model_metrics(usual, "training"), name)),
                     3);
}

static void test_guide_r2_ends_training(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *model =
        hw_model_with("ignored_columns=k;response_column=y;epochs=500;stopping_metric=r2;"
                      "stopping_rounds=2;stopping_tolerance=0.1");
    assert_int_equal(hw_model_ending(model), HW_ENDED_CONVERGED);
    assert_true(hw_training_value(model, "r2") > 0.5);
}

static void test_guide_mini_batch_trains_with_one_and_says_so(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *many =
        hw_model_with("ignored_columns=k;response_column=y;mini_batch_size=32");
    HW_AUTO(hw_model) *one = hw_model_with("ignored_columns=k;response_column=y");
    assert_true(hw_training_value(many, "MSE") == hw_training_value(one, "MSE"));
    int n_warnings = 0;
    for (int32_t i = 0; i < hw_model_n_messages(many); i++) {
        const char *field, *text;
        hw_message_type type = hw_model_message(many, i, &field, &text);
        n_warnings += type == HW_MESSAGE_WARN && strcmp(field, "mini_batch_size") == 0;
    }
    assert_int_equal(n_warnings, 1);
}

/* What H2O does there nobody has understood, so it is not imitated. */
static void test_guide_sparse_hashing_is_not_as_h2o(void **state)
{
    (void)state;
    static const char *const settings =
        "response_column=y;sparse=true;max_categorical_features=1;variable_importances=false;";
    for (int compat = 0; compat < 2; compat++) {
        char text[300];
        snprintf(text, sizeof text, "%sh2o_compat=%s", settings, compat ? "true" : "false");
        hw_model *model = NULL;
        hw_error err = {0};
        hw_status status = hw_train_with(text, &model, &err);
        if (compat) {
            assert_int_equal(status, HW_EUNSUPPORTED);
            assert_string_equal(err.field, "sparse");
        } else {
            hw_assert_ok(status, err);
        }
        hw_model_unref(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guide_tweedie_powers_are_distributions_by_name),
        cmocka_unit_test(test_guide_tweedie_powers_are_refused_as_h2o),
        cmocka_unit_test(test_guide_losses_learn_classes),
        cmocka_unit_test(test_guide_hit_ratio_k_is_the_length_of_the_table),
        cmocka_unit_test(test_guide_r2_ends_training),
        cmocka_unit_test(test_guide_mini_batch_trains_with_one_and_says_so),
        cmocka_unit_test(test_guide_sparse_hashing_is_not_as_h2o),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
