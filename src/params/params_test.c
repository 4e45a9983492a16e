/* SPDX-License-Identifier: Apache-2.0 */
#include "params/params.h"

#include "support/hw_test.h"

#include <string.h>

static hw_params *new_params(void **state)
{
    (void)state;
    hw_params *params = hw_params_new();
    assert_non_null(params);
    return params;
}

static void assert_text(const hw_params *params, const char *name, const char *wanted)
{
    char *text = hw_params_get_text(params, name);
    assert_non_null(text);
    if (strcmp(text, wanted) != 0)
        fail_msg("%s is '%s', expected '%s'", name, text, wanted);
    hw_text_free(text);
}

static void test_params_defaults_are_h2os(void **state)
{
    hw_params *params = new_params(state);
    assert_int_equal(params->activation, HW_ACTIVATION_RECTIFIER);
    assert_int_equal(params->hidden.n, 2);
    assert_int_equal(params->hidden.v[1], 200);
    assert_true(params->epochs == 10);
    assert_true(params->max_w2 == 3.4028235e38f);
    assert_true(params->epsilon == 1e-8);
    assert_int_equal(params->seed, -1);
    assert_int_equal(params->train_samples_per_iteration, -2);
    assert_true(params->hidden_dropout_ratios.is_null);
    assert_null(params->response_column);
    assert_int_equal(params->max_categorical_features, INT32_MAX);
    assert_false(params->h2o_compat);
    for (int32_t i = 0; i < hw_param_count(); i++) {
        const hw_param_info *info = hw_param_at(i);
        assert_true(hwi_params_is_default(params, i));
        assert_text(params, info->name, info->default_text);
        assert_false(hw_params_is_given(params, info->name));
        assert_ptr_equal(hw_param_find(info->name), info);
        assert_true(info->n_levels > 0 || info->type != HW_PARAM_ENUM);
    }
    assert_null(hw_param_at(-1));
    assert_null(hw_param_at(hw_param_count()));
    hw_params_free(params);
}

static void test_params_set_takes_every_notation(void **state)
{
    static const struct {
        const char *name, *text, *wanted;
    } cases[] = {
        {"adaptive_rate", "No", "false"},
        {"adaptive-rate", "1", "true"},
        {"activation", "tanhwithdropout", "TanhWithDropout"},
        {"activation", "ExpRectifier", "ExpRectifier"},
        {"stopping_metric", "mse", "MSE"},
        {"loss", "ModifiedHuber", "ModifiedHuber"},
        {"hidden", "50", "50"},
        {"hidden", " [ 50 , 20 ] ", "50,20"},
        {"hidden", "", "[]"},
        {"hidden", "[]", "[]"},
        {"hidden", "null", "null"},
        {"hidden-dropout-ratios", "0.1,.25", "0.1,0.25"},
        {"hidden_dropout_ratios", "", ""},
        {"hidden_dropout_ratios", "[]", "[]"},
        {"hidden_dropout_ratios", "null", ""},
        {"class_sampling_factors", "0.1,1", "0.1,1"},
        {"epochs", "1e2", "100"},
        {"epochs", "+0.5", "0.5"},
        {"seed", "-9223372036854775808", "-9223372036854775808"},
        {"score_training_samples", "1e+06", "1000000"},
        {"max_w2", "Infinity", "Infinity"},
        {"max_w2", "inf", "Infinity"},
        {"max_w2", "3.4028235E38", "3.4028235e+38"},
        {"train_samples_per_iteration", "-2", "-2"},
        {"nfolds", "0", "0"},
        {"response_column", "two words ", "two words "},
        {"response_column", "", ""},
        {"ignored_columns", "a, b c ,d", "a,b c,d"},
        {"ignored_columns", "[\"a,b\",\"say \\\"x\\\"\",\"null\",\" y\"]",
         "\"a,b\",\"say \\\"x\\\"\",\"null\",\" y\""},
        {"initial_weights", "w0.csv,null", "w0.csv,null"},
        {"categorical_encoding", "onehotinternal", "OneHotInternal"},
        {"checkpoint", "", ""},
    };
    hw_params *params = new_params(state);
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hw_error err = {0};
        hw_assert_ok(hw_params_set(params, cases[i].name, cases[i].text, &err), err);
        assert_text(params, cases[i].name, cases[i].wanted);
        assert_true(hw_params_is_given(params, cases[i].name));
        /* what is written reads back */
        hw_assert_ok(hwi_params_read_text(params, cases[i].name, cases[i].wanted, &err), err);
        assert_text(params, cases[i].name, cases[i].wanted);
    }
    assert_null(params->initial_weights.v[1]);
    assert_string_equal(params->ignored_columns.v[1], "say \"x\"");
    hw_params_free(params);
}

static void test_params_set_refuses_with_one_clear_line(void **state)
{
    static const struct {
        const char *name, *text;
        hw_status status;
        const char *message;
    } cases[] = {
        {"epoch", "1", HW_EINVAL, "unknown parameter 'epoch'; did you mean 'epochs'?"},
        {"hiddn", "1", HW_EINVAL, "unknown parameter 'hiddn'; did you mean 'hidden'?"},
        {"rate-anealing", "1", HW_EINVAL,
         "unknown parameter 'rate-anealing'; did you mean 'rate_annealing'?"},
        {"sede", "1", HW_EINVAL, "unknown parameter 'sede'; did you mean 'seed'?"},
        {"learning_speed", "1", HW_EINVAL, "unknown parameter 'learning_speed'"},
        {"", "1", HW_EINVAL, "unknown parameter ''"},
        {"epochs", "ten", HW_EINVAL, "epochs: 'ten' is not a number (>= 0)"},
        {"epochs", "", HW_EINVAL, "epochs: '' is not a number (>= 0)"},
        {"epochs", "-1", HW_EINVAL, "epochs: -1 is out of range: >= 0"},
        {"epochs", "nan", HW_EINVAL, "epochs: NaN is out of range: >= 0"},
        {"epochs", "1e999", HW_EINVAL, "epochs: Infinity is out of range: >= 0"},
        {"initial_weight_scale", "inf", HW_EINVAL,
         "initial_weight_scale: Infinity is not a finite number"},
        {"input_dropout_ratio", "1", HW_EINVAL, "input_dropout_ratio: 1 is out of range: [0, 1)"},
        {"tweedie_power", "3", HW_EINVAL, "tweedie_power: 3 is out of range: 0 or [1, 2]"},
        {"hidden", "200,0", HW_EINVAL, "hidden: 0 is out of range: each >= 1"},
        {"hidden", "200,,3", HW_EINVAL, "hidden: '' is not a whole number (each >= 1)"},
        {"hidden", "1.5", HW_EINVAL, "hidden: '1.5' is not a whole number (each >= 1)"},
        {"hidden", "3000000000", HW_EINVAL,
         "hidden: 3000000000 is outside of [-2147483648, 2147483647]"},
        {"hidden_dropout_ratios", "0.5,x", HW_EINVAL,
         "hidden_dropout_ratios: 'x' is not a number (each [0, 1))"},
        {"ignored_columns", "a,,b", HW_EINVAL, "ignored_columns: '' is not a name"},
        {"seed", "9223372036854775808", HW_EINVAL,
         "seed: '9223372036854775808' is not a whole number"},
        {"adaptive_rate", "maybe", HW_EINVAL, "adaptive_rate: 'maybe' is not true or false"},
        {"loss", "Cross", HW_EINVAL,
         "loss: 'Cross' is not one of Automatic, CrossEntropy, Quadratic, Huber, Absolute, "
         "Quantile, ModifiedHuber"},
        {"loss", "", HW_EINVAL, "loss: a value is missing"},
        {"max_w2", "0", HW_EINVAL, "max_w2: 0 is out of range: > 0"},
        {"nfolds", "1", HW_EINVAL, "nfolds: 1 is out of range: 0 or >= 2"},
        {"categorical_encoding", "Eigen", HW_EUNSUPPORTED,
         "categorical_encoding: Eigen is not in this version; use OneHotInternal, Binary, "
         "LabelEncoder, SortByResponse or EnumLimited"},
    };
    hw_params *params = new_params(state);
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hw_error err = {0};
        hw_status status = hw_params_set(params, cases[i].name, cases[i].text, &err);
        if (status != cases[i].status || strcmp(err.message, cases[i].message) != 0)
            fail_msg("%s=%s: %d '%s'", cases[i].name, cases[i].text, status, err.message);
        const hw_param_info *info = hw_param_find(cases[i].name);
        assert_string_equal(err.field, info ? info->name : cases[i].name);
        assert_false(hw_params_is_given(params, cases[i].name));
        if (info)
            assert_text(params, info->name, info->default_text);
    }
    assert_int_equal(hw_params_set(params, "epochs", NULL, NULL), HW_EINVAL);
    assert_int_equal(hw_params_set(NULL, "epochs", "1", NULL), HW_EINVAL);
    assert_null(hw_params_get_text(params, "epoch"));
    hw_params_free(params);
}

/* The last level that is neither the default nor supported besides. */
static const char *unsupported_level(int32_t index)
{
    const hwi_param_row *row = &hwi_param_rows[index];
    const char *found = NULL;
    for (int32_t i = 0; i < row->info.n_levels; i++) {
        bool is_supported = strcmp(row->info.levels[i], row->info.default_text) == 0;
        for (int32_t k = 0; k < row->n_also_supported; k++)
            is_supported = is_supported || strcmp(row->info.levels[i], row->also_supported[k]) == 0;
        found = is_supported ? found : row->info.levels[i];
    }
    return found;
}

/* What is not in this version takes its default, and is refused by name with anything else. */
static void test_params_unsupported_take_their_default_only(void **state)
{
    static const struct {
        hw_param_type type;
        const char *other;
    } others[] = {
        {HW_PARAM_BOOL, NULL}, {HW_PARAM_INT, "7"}, {HW_PARAM_TEXT, "x"}, {HW_PARAM_ENUM, NULL}};
    hw_params *params = new_params(state);
    for (int32_t i = 0; i < hw_param_count(); i++) {
        const hw_param_info *info = hw_param_at(i);
        hw_error err = {0};
        if (info->is_supported)
            continue;
        hw_assert_ok(hw_params_set(params, info->name, info->default_text, &err), err);
        const char *other = info->type == HW_PARAM_BOOL
                                ? (strcmp(info->default_text, "true") == 0 ? "false" : "true")
                            : info->type == HW_PARAM_ENUM ? unsupported_level(i)
                                                          : NULL;
        for (size_t k = 0; k < HW_COUNT(others); k++)
            if (others[k].type == info->type && !other)
                other = others[k].other;
        assert_int_equal(hw_params_set(params, info->name, other, &err), HW_EUNSUPPORTED);
        assert_string_equal(err.field, info->name);
        hw_assert_ok(hwi_params_read_text(params, info->name, other, &err), err);
        assert_int_equal(hwi_params_check_support(params, &err), HW_EUNSUPPORTED);
        assert_string_equal(err.field, info->name);
        hw_assert_ok(hwi_params_read_text(params, info->name, info->default_text, &err), err);
    }
    hw_params_free(params);
}

static void fill(hw_params *params)
{
    hw_error err = {0};
    hw_assert_ok(hw_params_set(params, "hidden", "7,8,9", &err), err);
    hw_assert_ok(hw_params_set(params, "hidden_dropout_ratios", "0.1,0.2,0.3", &err), err);
    hw_assert_ok(hw_params_set(params, "response_column", "y", &err), err);
    hw_assert_ok(hw_params_set(params, "ignored_columns", "a,b", &err), err);
    hw_assert_ok(hw_params_set(params, "initial_weights", "w,null", &err), err);
}

static void test_params_copy_is_deep_and_equal(void **state)
{
    hw_params *params = new_params(state);
    fill(params);
    hw_params *copy = hw_params_copy(params);
    assert_non_null(copy);
    for (int32_t i = 0; i < HWI_N_PARAMS; i++)
        assert_true(hwi_params_is_equal(params, copy, i));
    assert_true(hw_params_is_given(copy, "hidden"));
    assert_false(hw_params_is_given(copy, "epochs"));
    copy->hidden.v[0] = 1;
    copy->ignored_columns.v[1][0] = 'c';
    assert_false(hwi_params_is_equal(params, copy, HWI_PARAM_HIDDEN));
    assert_false(hwi_params_is_equal(params, copy, HWI_PARAM_IGNORED_COLUMNS));
    hw_params_free(params);
    assert_text(copy, "response_column", "y");
    hw_params_free(copy);
    hw_params_free(NULL);
}

static void test_params_survive_lack_of_memory(void **state)
{
    hw_params *params = new_params(state);
    fill(params);
    int64_t n_before = hwi_alloc_count();
    hw_params_free(hw_params_copy(params));
    int64_t n_copy = hwi_alloc_count() - n_before;
    assert_in_range(n_copy, 8, 20);
    for (int64_t i = 0; i < n_copy; i++) {
        hwi_alloc_fail_at(i);
        assert_null(hw_params_copy(params));
    }
    for (int64_t i = 0; i < 3; i++) {
        hw_error err = {0};
        hwi_alloc_fail_at(i);
        assert_int_equal(hw_params_set(params, "ignored_columns", "c,d", &err), HW_ENOMEM);
        assert_text(params, "ignored_columns", "a,b");
    }
    hwi_alloc_fail_at(0);
    assert_null(hw_params_new());
    hwi_alloc_fail_at(0);
    assert_null(hw_params_get_text(params, "hidden"));
    hwi_alloc_fail_at(-1);
    hw_params_free(params);
}

static void test_params_read_text_takes_what_set_refuses(void **state)
{
    hw_params *params = new_params(state);
    hw_error err = {0};
    hw_assert_ok(hwi_params_read_text(params, "nfolds", "5", &err), err);
    hw_assert_ok(hwi_params_read_text(params, "stopping_metric", "", &err), err);
    hw_assert_ok(hwi_params_read_text(params, "input_dropout_ratio", "2", &err), err);
    hw_assert_ok(hwi_params_read_text(params, "epochs", "10.0", &err), err);
    assert_int_equal(params->stopping_metric, HW_STOPPING_METRIC_NULL);
    assert_text(params, "stopping_metric", "");
    assert_true(hw_params_is_given(params, "nfolds"));
    assert_false(hw_params_is_given(params, "epochs"));
    assert_int_equal(hwi_params_read_text(params, "nfold", "5", &err), HW_EINVAL);
    assert_int_equal(hwi_params_read_text(params, "nfolds", "x", &err), HW_EINVAL);
    hw_params_free(params);
}

static void test_params_nearest_is_near(void **state)
{
    (void)state;
    assert_string_equal(hw_param_nearest("adaptiv_rate")->name, "adaptive_rate");
    assert_string_equal(hw_param_nearest("l3")->name, "l1");
    assert_null(hw_param_nearest("x"));
    assert_null(hw_param_nearest(""));
    assert_null(hw_param_nearest("quite_another_thing"));
    assert_null(hw_param_nearest("a_name_that_is_far_longer_than_any_parameter_has_ever_been_or_"
                                 "will_ever_be_in_this_program"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_params_defaults_are_h2os),
        cmocka_unit_test(test_params_set_takes_every_notation),
        cmocka_unit_test(test_params_set_refuses_with_one_clear_line),
        cmocka_unit_test(test_params_unsupported_take_their_default_only),
        cmocka_unit_test(test_params_copy_is_deep_and_equal),
        cmocka_unit_test(test_params_survive_lack_of_memory),
        cmocka_unit_test(test_params_read_text_takes_what_set_refuses),
        cmocka_unit_test(test_params_nearest_is_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
