/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that H2O wrote, scored: the numbers of its own cluster or, where that differs from the
 * file, of its scorer. */
#include "support/hw_mojo.h"

static const double TOLERANCE = 1e-12;

static const char *level_at(const hw_frame *frame, int32_t column, int64_t row)
{
    double code;
    hw_frame_read_doubles(frame, column, row, 1, &code);
    return hw_frame_level(frame, column, (int32_t)code);
}

static void compare_column(const hw_frame *actual, const hw_csv *expected, int column)
{
    bool is_label = hw_frame_column_type(actual, column) == HW_TYPE_ENUM;
    for (int r = 0; r < expected->n_rows; r++) {
        if (is_label) {
            assert_string_equal(level_at(actual, column, r), expected->cells[r + 1][column]);
            continue;
        }
        double x, y = hw_csv_number(expected, r, column);
        hw_frame_read_doubles(actual, column, r, 1, &x);
        if (!hw_is_near(x, y, TOLERANCE))
            fail_msg("row %d of %s is %.17g, H2O has %.17g", r,
                     hw_frame_column_name(actual, column), x, y);
    }
}

static void test_predict_h2o_file_equals_h2o(void **state)
{
    const char *name = *state;
    HW_AUTO(hw_model) *model = hw_mojo_model(name);
    HW_AUTO(hw_frame) *frame = hw_mojo_input(name);
    HW_AUTO(hw_frame) *actual = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_model_predict(model, frame, &actual, &err), err);
    /* The file says nothing of the offset: H2O's cluster adds it, H2O's scorer cannot. */
    bool has_offset = strcmp(name, "mixed_gaussian_offset") == 0;
    char path[1024];
    hw_mojo_path(name, has_offset ? "scorer.csv" : "predictions.csv", path);
    hw_csv *expected = hw_csv_read(path);
    assert_int_equal(hw_frame_n_rows(actual), expected->n_rows);
    assert_int_equal(hw_frame_n_columns(actual), expected->n_columns);
    for (int c = 0; c < expected->n_columns; c++) {
        if (!has_offset)
            assert_string_equal(hw_frame_column_name(actual, c), expected->cells[0][c]);
        compare_column(actual, expected, c);
    }
    hw_csv_free(expected);
}

static void test_predict_bad_arguments_are_refused(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = hwi_frame_new("empty", 0);
    hw_frame *out = NULL;
    hw_error err = {0};
    assert_int_equal(hw_model_predict(NULL, frame, &out, &err), HW_EINVAL);
    assert_null(out);
}

static void test_predict_no_rows_gives_no_rows(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *model = hw_mojo_model("mixed_binomial_int_cv");
    HW_AUTO(hw_frame) *frame = hwi_frame_new("empty", 0);
    HW_AUTO(hw_frame) *out = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_model_predict(model, frame, &out, &err), err);
    assert_int_equal(hw_frame_n_rows(out), 0);
    assert_int_equal(hw_frame_n_columns(out), 3);
    assert_string_equal(hw_frame_column_name(out, 2), "p1");
}

int main(void)
{
    struct CMUnitTest tests[HW_COUNT(hw_mojo_cases) + 2];
    size_t n = 0;
    for (; n < HW_COUNT(hw_mojo_cases); n++)
        tests[n] = (struct CMUnitTest){.name = hw_mojo_cases[n],
                                       .test_func = test_predict_h2o_file_equals_h2o,
                                       .initial_state = (void *)(uintptr_t)hw_mojo_cases[n]};
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_predict_bad_arguments_are_refused);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_predict_no_rows_gives_no_rows);
    return _cmocka_run_group_tests("predict", tests, n, NULL, NULL);
}
