/* SPDX-License-Identifier: Apache-2.0 */
#include "model/command.h"

#include "support/hw_test.h"

#include <string.h>

static void set(hw_params *params, const char *name, const char *text)
{
    hw_error err = {0};
    hw_assert_ok(hw_params_set(params, name, text, &err), err);
}

static hw_model *new_model(void)
{
    hw_model *model = hwi_model_new();
    assert_non_null(model);
    model->params_given = hw_params_new();
    assert_non_null(model->params_given);
    model->seed = 77;
    return model;
}

static void assert_command(const hw_model *model, const char *expected)
{
    char *command = hw_model_command(model, " ", NULL);
    assert_non_null(command);
    assert_string_equal(command, expected);
    hw_text_free(command);
}

static void test_words_are_read_back_by_a_shell(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"a.csv", "a.csv"},
                                           {"", "''"},
                                           {"a b", "'a b'"},
                                           {"it's", "'it'\\''s'"},
                                           {"$(rm x)`y`\"", "'$(rm x)`y`\"'"},
                                           {"gr\xc3\xb6\xc3\x9f"
                                            "e",
                                            "'gr\xc3\xb6\xc3\x9f"
                                            "e'"},
                                           {"[50,50]", "'[50,50]'"},
                                           {"a\nb", "'a\nb'"},
                                           {"~", "'~'"},
                                           {"-1", "-1"}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO_BUFFER(out);
        hwi_command_append_word(&out, cases[i][0]);
        assert_string_equal(hwi_buffer_text(&out), cases[i][1]);
    }
}

static void test_command_holds_what_was_given_and_the_seed(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *model = new_model();
    assert_command(model,
                   "heavywater train --training_frame train.csv --seed 77 --model model.zip");
    set(model->params_given, "training_frame", "my table.csv");
    set(model->params_given, "response_column", "--y");
    set(model->params_given, "hidden", "50,50");
    set(model->params_given, "reproducible", "true");
    char *command = hw_model_command(model, "\n", "it's.zip");
    assert_non_null(strstr(command, "\n--training_frame 'my table.csv'"));
    assert_non_null(strstr(command, "\n--response_column=--y"));
    assert_non_null(strstr(command, "50,50"));
    assert_non_null(strstr(command, "\n--reproducible true"));
    assert_non_null(strstr(command, "\n--seed 77\n--model 'it'\\''s.zip'"));
    hw_text_free(command);
}

static void test_command_has_a_given_seed_once(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *model = new_model();
    set(model->params_given, "seed", "-5");
    assert_command(model,
                   "heavywater train --training_frame train.csv --seed -5 --model model.zip");
}

static void test_command_keeps_the_options_of_the_frames(void **state)
{
    (void)state;
    static const char *const options[] = {"col_types", "a b=enum", "sep", ";", NULL};
    HW_AUTO(hw_model) *model = new_model();
    hw_error err = {0};
    hw_assert_ok(hwi_model_set_command_options(model, options, &err), err);
    assert_command(model, "heavywater train --training_frame train.csv --col_types 'a b=enum' "
                          "--sep ';' --seed 77 --model model.zip");
    hw_assert_ok(hwi_model_set_command_options(model, NULL, &err), err);
    assert_command(model,
                   "heavywater train --training_frame train.csv --seed 77 --model model.zip");
}

static void test_command_of_a_model_without_parameters_is_none(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *model = hwi_model_new();
    assert_null(hw_model_command(model, " ", NULL));
    assert_null(hw_model_command(NULL, " ", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_are_read_back_by_a_shell),
        cmocka_unit_test(test_command_holds_what_was_given_and_the_seed),
        cmocka_unit_test(test_command_has_a_given_seed_once),
        cmocka_unit_test(test_command_keeps_the_options_of_the_frames),
        cmocka_unit_test(test_command_of_a_model_without_parameters_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
