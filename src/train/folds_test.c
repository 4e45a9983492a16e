/* SPDX-License-Identifier: Apache-2.0 */
#include "train/folds.h"

#include <string.h>

#include "support/hw_frame.h"
#include "support/hw_test.h"

enum { N_ROWS = 12 };

static hw_frame *twelve_rows(const char *column, const int *values)
{
    HW_AUTO_BUFFER(text);
    hwi_buffer_printf(&text, "x,%s\n", column);
    for (int i = 0; i < N_ROWS; i++)
        hwi_buffer_printf(&text, "%d,%d\n", i, values[i]);
    const hw_parse_options options = {.header = 1, .separator = ','};
    hw_frame *frame = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_parse_text("t", hwi_buffer_text(&text), text.size, &options, 0, &frame, &err),
                 err);
    return frame;
}

static void check_folds(const char *name, const char *value, const int *column,
                        const int32_t *expected, int32_t n_expected)
{
    HW_AUTO(hw_frame) *frame = twelve_rows("f", column);
    HW_AUTO(hw_params) *params = hw_params_new();
    hw_error err = {0};
    if (strcmp(name, "fold_column") != 0)
        hw_assert_ok(hw_params_set(params, "nfolds", "3", &err), err);
    hw_assert_ok(hw_params_set(params, name, value, &err), err);
    hw_assert_ok(hw_params_set(params, "seed", "1234", &err), err);
    hw_assert_ok(hw_params_set(params, "response_column", "f", &err), err);
    assert_true(hwi_folds_are_wanted(params));
    hwi_folds folds = {0};
    hw_assert_ok(hwi_folds_assign(params, frame, &folds, &err), err);
    assert_int_equal(folds.n, n_expected);
    assert_memory_equal(folds.of_row, expected, N_ROWS * sizeof(int32_t));
    hwi_folds_clear(&folds);
}

static const int plain[N_ROWS] = {1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3};

static void test_folds_random_give_h2o_numbers(void **state)
{
    (void)state;
    static const int32_t expected[N_ROWS] = {2, 1, 2, 0, 1, 2, 1, 2, 0, 1, 2, 0};
    check_folds("fold_assignment", "Random", plain, expected, 3);
    check_folds("fold_assignment", "AUTO", plain, expected, 3);
}

static void test_folds_modulo_count_rows(void **state)
{
    (void)state;
    static const int32_t expected[N_ROWS] = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2};
    check_folds("fold_assignment", "Modulo", plain, expected, 3);
}

static void test_folds_column_numbers_from_zero_or_one(void **state)
{
    (void)state;
    static const int32_t expected[N_ROWS] = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2};
    static const int from_zero[N_ROWS] = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2};
    check_folds("fold_column", "f", plain, expected, 3);
    check_folds("fold_column", "f", from_zero, expected, 3);
}

static void test_folds_refuse_gaps_and_single_values(void **state)
{
    (void)state;
    static const int columns[][N_ROWS] = {{0, 1, 3, 0, 1, 3, 0, 1, 3, 0, 1, 3},
                                          {2, 3, 4, 2, 3, 4, 2, 3, 4, 2, 3, 4},
                                          {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}};
    for (size_t i = 0; i < HW_COUNT(columns); i++) {
        HW_AUTO(hw_frame) *frame = twelve_rows("f", columns[i]);
        HW_AUTO(hw_params) *params = hw_params_new();
        hw_error err = {0};
        hw_assert_ok(hw_params_set(params, "fold_column", "f", &err), err);
        hwi_folds folds = {0};
        assert_int_equal(hwi_folds_assign(params, frame, &folds, &err), HW_EINVAL);
        assert_string_equal(err.field, "fold_column");
        hwi_folds_clear(&folds);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folds_random_give_h2o_numbers),
        cmocka_unit_test(test_folds_modulo_count_rows),
        cmocka_unit_test(test_folds_column_numbers_from_zero_or_one),
        cmocka_unit_test(test_folds_refuse_gaps_and_single_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
