/* SPDX-License-Identifier: Apache-2.0 */
#include "support/hw_test.h"

#include <string.h>

#include "grid/criteria.h"
#include "grid/space.h"

static void test_space_values_become_texts(void **state)
{
    (void)state;
    static const struct {
        const char *hyper_params, *texts;
    } cases[] = {
        {"{\"hidden\": [[50, 50], [200], [], 7, \"3,3\"]}", "50,50|200|[]|7|3,3|"},
        {"{\"l1\": [0, 1e-5, 0.10, \"0.2\"]}", "0|1e-05|0.1|0.2|"},
        {"{\"l1\": 0.5}", "0.5|"},
        {"{\"adaptive_rate\": [true, \"false\"]}", "true|false|"},
        {"{\"max_w2\": [10, \"Infinity\"]}", "10|Infinity|"},
        {"{\"seed\": [9007199254740993, -1]}", "9007199254740993|-1|"},
        {"{\"fold_column\": [null, \"f\"]}", "|f|"},
        {"{\"hidden\": [null]}", "none|"},
        /* What is no list stays one, and is refused where it is used. */
        {"{\"l1\": [[0, 1]]}", "[0,1]|"},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO(hw_params) *given = hw_params_new();
        __attribute__((cleanup(hwi_grid_space_clear))) hwi_grid_space own = {0};
        hwi_grid_space *space = &own;
        HW_AUTO_BUFFER(text);
        hw_error err = {0};
        hw_assert_ok(hwi_grid_space_read(cases[i].hyper_params, given, space, &err), err);
        assert_int_equal(space->n_subspaces, 1);
        const hwi_text_list *values = &space->subspaces[0].dimensions[0].values;
        for (int32_t k = 0; k < values->n; k++)
            hwi_buffer_printf(&text, "%s|", values->v[k]);
        assert_string_equal(hwi_buffer_text(&text), cases[i].texts);
    }
}

static void test_space_refuses_what_is_no_grid(void **state)
{
    (void)state;
    static const struct {
        const char *hyper_params, *field, *message;
    } cases[] = {
        {"{\"l1\": [0,}", "hyper_params", "line 1, column"},
        {"{\n\"l1\": [0],\n\"l2\" 3}", "hyper_params", "line 3, column"},
        {"[1]", "hyper_params", "an object is wanted"},
        {"", "hyper_params", "line 1"},
        {"{\"l1\": []}", "hyper_params", "'l1' is empty"},
        {"{\"bogus\": [1]}", "hyper_params", "unknown hyper-parameter 'bogus'"},
        {"{\"hiden\": [1]}", "hyper_params", "did you mean hidden?"},
        {"{\"nfolds\": [2, 3]}", "hyper_params", "'nfolds' cannot be varied"},
        {"{\"response_column\": [\"y\"]}", "hyper_params", "cannot be varied"},
        {"{\"l1\": [0], \"l1\": [1]}", "hyper_params", "duplicate"},
        {"{\"input-dropout-ratio\": [0], \"input_dropout_ratio\": [0.1]}", "hyper_params",
         "stands there twice"},
        {"{\"l1\": [{}]}", "hyper_params", "'l1' holds an object"},
        {"{\"hidden\": [[[1]]]}", "hyper_params", "a list of lists"},
        {"{\"epochs\": [1, 2]}", "epochs", "set both by --epochs and in --hyper_params"},
        {"{\"subspaces\": []}", "hyper_params", "'subspaces' is a list of objects"},
        {"{\"subspaces\": [3]}", "hyper_params", "item 1 of 'subspaces' is no object"},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO(hw_params) *given = hw_params_new();
        __attribute__((cleanup(hwi_grid_space_clear))) hwi_grid_space own = {0};
        hwi_grid_space *space = &own;
        hw_error err = {0};
        hw_assert_ok(hw_params_set(given, "epochs", "3", &err), err);
        assert_int_equal(hwi_grid_space_read(cases[i].hyper_params, given, space, &err), HW_EINVAL);
        assert_string_equal(err.field, cases[i].field);
        if (!strstr(err.message, cases[i].message))
            fail_msg("%s: %s", cases[i].hyper_params, err.message);
    }
}

/* H2O's clients send the default along. */
static void test_space_allows_given_defaults_and_seeds(void **state)
{
    (void)state;
    HW_AUTO(hw_params) *given = hw_params_new();
    __attribute__((cleanup(hwi_grid_space_clear))) hwi_grid_space own = {0};
    hwi_grid_space *space = &own;
    hw_error err = {0};
    hw_assert_ok(hw_params_set(given, "hidden", "200,200", &err), err);
    hw_assert_ok(hw_params_set(given, "seed", "7", &err), err);
    hw_assert_ok(hwi_grid_space_read("{\"hidden\": [[5]], \"seed\": [1, 2]}", given, space, &err),
                 err);
    assert_int_equal(hwi_grid_space_n(space), 2);
    assert_string_equal(space->names[0], "hidden");
    assert_string_equal(space->names[1], "seed");
}

static void test_criteria_are_read(void **state)
{
    (void)state;
    hwi_grid_criteria criteria;
    hw_error err = {0};
    hw_assert_ok(hwi_grid_criteria_read(NULL, &criteria, &err), err);
    assert_int_equal(criteria.strategy, HWI_GRID_CARTESIAN);
    hw_assert_ok(hwi_grid_criteria_read("{\"strategy\": \"RandomDiscrete\", \"max_models\": 20, "
                                        "\"seed\": 9007199254740993, \"max_runtime_secs\": 1.5, "
                                        "\"stopping_rounds\": 3, \"stopping_metric\": \"AUC\", "
                                        "\"stopping_tolerance\": \"0.01\"}",
                                        &criteria, &err),
                 err);
    assert_int_equal(criteria.strategy, HWI_GRID_RANDOM_DISCRETE);
    assert_int_equal(criteria.max_models, 20);
    assert_int_equal(criteria.seed, INT64_C(9007199254740993));
    assert_true(criteria.seed_is_given);
    assert_true(criteria.max_runtime_secs == 1.5);
    assert_int_equal(criteria.stopping_rounds, 3);
    assert_int_equal(criteria.stopping_metric, HW_STOPPING_METRIC_AUC);
    assert_true(criteria.stopping_tolerance == 0.01);
    hw_assert_ok(hwi_grid_criteria_read("{\"strategy\": \"Sequential\", \"stopping_rounds\": 3, "
                                        "\"early_stopping\": false}",
                                        &criteria, &err),
                 err);
    assert_int_equal(criteria.stopping_rounds, 0);
}

static void test_criteria_refuses_what_h2o_does(void **state)
{
    (void)state;
    static const struct {
        const char *criteria, *message;
    } cases[] = {
        {"{\"max_models\": 2}", "\"strategy\" is missing"},
        {"{\"strategy\": \"Foo\"}", "strategy 'Foo' is not one of"},
        {"{\"strategy\": \"Cartesian\", \"max_models\": 2}", "takes no 'max_models'"},
        {"{\"strategy\": \"RandomDiscrete\", \"max_models\": -2}", "outside of [0,"},
        {"{\"strategy\": \"RandomDiscrete\", \"max_models\": 2.5}", "no whole number"},
        {"{\"strategy\": \"RandomDiscrete\", \"max_runtime_secs\": -5}", "must not be negative"},
        {"{\"strategy\": \"RandomDiscrete\", \"max_runtime_secs\": true}", "is no number"},
        {"{\"strategy\": \"RandomDiscrete\", \"foo\": 2}", "unknown entry 'foo'"},
        {"{\"strategy\": \"RandomDiscrete\", \"early_stopping\": true}", "unknown entry"},
        {"{\"strategy\": \"Sequential\", \"seed\": 1}", "unknown entry 'seed'"},
        {"{\"strategy\": \"Sequential\", \"early_stopping\": 1}", "true or false"},
        {"{\"strategy\": \"RandomDiscrete\", \"stopping_metric\": \"foo\"}", "no stopping_metric"},
        {"{\"strategy\": \"RandomDiscrete\", \"stopping_metric\": 3}", "no stopping_metric"},
        {"{", "line 1"},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hwi_grid_criteria criteria;
        hw_error err = {0};
        assert_int_equal(hwi_grid_criteria_read(cases[i].criteria, &criteria, &err), HW_EINVAL);
        assert_string_equal(err.field, "search_criteria");
        if (!strstr(err.message, cases[i].message))
            fail_msg("%s: %s", cases[i].criteria, err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_space_values_become_texts),
        cmocka_unit_test(test_space_refuses_what_is_no_grid),
        cmocka_unit_test(test_space_allows_given_defaults_and_seeds),
        cmocka_unit_test(test_criteria_are_read),
        cmocka_unit_test(test_criteria_refuses_what_h2o_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
