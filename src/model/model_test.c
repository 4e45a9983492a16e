/* SPDX-License-Identifier: Apache-2.0 */
#include "model/model.h"

#include <pthread.h>
#include <string.h>

#include "support/hand_model.h"

static void test_model_accessors_answer(void **state)
{
    (void)state;
    const char *field = NULL, *text = NULL;
    HW_AUTO(hw_model) *model = hand_model(&hand_specs[0]);
    assert_int_equal(hw_model_category(model), HW_CATEGORY_BINOMIAL);
    assert_int_equal(hw_model_ending(model), HW_ENDED_CONVERGED);
    assert_string_equal(hw_model_response_name(model), "the response");
    assert_int_equal(hwi_model_index_of_response(model), 5);
    assert_int_equal(hw_model_n_classes(model), 2);
    assert_string_equal(hw_model_class_name(model, 1), " blank ");
    assert_null(hw_model_class_name(model, -1));
    assert_null(hw_model_class_name(model, 2));
    assert_int_equal(hw_model_n_predictors(model), 5);
    assert_string_equal(hw_model_predictor_name(model, 0), "town = x");
    assert_null(hw_model_predictor_name(model, 5));
    assert_int_equal(hw_model_n_weights(model), 25 * 5 + 6 * 4 + 5 * 2);
    static const char *const tables[] = {"model_summary", "scoring_history", "variable_importances",
                                         "training_frame", "prediction_sample"};
    for (size_t i = 0; i < HW_COUNT(tables); i++)
        assert_non_null(hw_model_table(model, tables[i]));
    assert_null(hw_model_table(model, "cm"));
    assert_non_null(hw_model_metrics(model, "training"));
    assert_non_null(hw_model_metrics(model, "validation"));
    assert_non_null(hw_model_metrics(model, "cross_validation"));
    assert_null(hw_model_metrics(model, "other"));
    assert_true(hw_params_is_given(hw_model_params_given(model), "seed"));
    assert_non_null(hw_model_params_actual(model));
    assert_int_equal(hw_model_n_messages(model), 2);
    assert_int_equal(hw_model_message(model, 0, &field, &text), HW_MESSAGE_WARN);
    assert_string_equal(field, "hidden");
    assert_string_equal(text, "a \"text\"");
}

static void test_model_without_parts_can_be_asked_and_freed(void **state)
{
    (void)state;
    hw_model_unref(NULL);
    assert_null(hw_model_ref(NULL));
    hw_model *model = hwi_model_new();
    assert_null(hw_model_response_name(model));
    assert_null(hw_model_class_name(model, 0));
    assert_int_equal(hw_model_n_predictors(model), 0);
    assert_int_equal(hw_model_n_weights(model), 0);
    assert_true(hw_model_default_threshold(model) == 0.5);
    hw_model_unref(model);
}

static void *take_and_leave(void *model)
{
    for (int i = 0; i < 10000; i++)
        hw_model_unref(hw_model_ref(model));
    hw_model_unref(model);
    return NULL;
}

static void test_model_is_freed_by_the_last_of_many_threads(void **state)
{
    (void)state;
    pthread_t threads[4];
    hw_model *model = hand_model(&hand_specs[1]);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_and_leave, hw_model_ref(model)), 0);
    hw_model_unref(model);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_accessors_answer),
        cmocka_unit_test(test_model_without_parts_can_be_asked_and_freed),
        cmocka_unit_test(test_model_is_freed_by_the_last_of_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
