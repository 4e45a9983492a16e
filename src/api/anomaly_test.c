/* SPDX-License-Identifier: Apache-2.0 */
#include "support/hw_mojo.h"

static double cell(const hw_frame *frame, int32_t column, int64_t row)
{
    double x;
    hw_frame_read_doubles(frame, column, row, 1, &x);
    return x;
}

static void test_anomaly_h2o_file_equals_h2o(void **state)
{
    (void)state;
    static const char *const names[] = {"iris_autoencoder_rectifier_nostd",
                                        "mixed_autoencoder_tanh"};
    for (size_t i = 0; i < HW_COUNT(names); i++) {
        HW_AUTO(hw_model) *model = hw_mojo_model(names[i]);
        HW_AUTO(hw_frame) *frame = hw_mojo_input(names[i]);
        HW_AUTO(hw_frame) *errors = NULL;
        hw_error err = {0};
        hw_assert_ok(hw_model_anomaly(model, frame, false, &errors, &err), err);
        char path[1024];
        hw_mojo_path(names[i], "anomaly.csv", path);
        hw_csv *expected = hw_csv_read(path);
        assert_int_equal(hw_frame_n_columns(errors), 1);
        assert_string_equal(hw_frame_column_name(errors, 0), expected->cells[0][0]);
        assert_int_equal(hw_frame_n_rows(errors), expected->n_rows);
        for (int r = 0; r < expected->n_rows; r++)
            hw_assert_near(cell(errors, 0, r), hw_csv_number(expected, r, 0), 1e-12);
        hw_csv_free(expected);
    }
}

static void test_anomaly_per_feature_adds_up_to_the_row(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *model = hw_mojo_model("mixed_autoencoder_tanh");
    HW_AUTO(hw_frame) *frame = hw_mojo_input("mixed_autoencoder_tanh");
    HW_AUTO(hw_frame) *rows = NULL;
    HW_AUTO(hw_frame) *units = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_model_anomaly(model, frame, false, &rows, &err), err);
    hw_assert_ok(hw_model_anomaly(model, frame, true, &units, &err), err);
    int32_t n_units = hw_frame_n_columns(units);
    assert_int_equal(n_units, 18);
    assert_string_equal(hw_frame_column_name(units, 0), "reconstr_town.Ash.SE");
    assert_string_equal(hw_frame_column_name(units, 7), "reconstr_town.missing(NA).SE");
    assert_string_equal(hw_frame_column_name(units, 17), "reconstr_count.SE");
    for (int64_t r = 0; r < hw_frame_n_rows(rows); r++) {
        double sum = 0;
        for (int32_t c = 0; c < n_units; c++)
            sum += cell(units, c, r);
        assert_true(sum / n_units == cell(rows, 0, r));
    }
}

static void test_anomaly_other_models_are_refused(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *model = hw_mojo_model("mixed_binomial_int_cv");
    HW_AUTO(hw_frame) *frame = hw_mojo_input("mixed_binomial_int_cv");
    hw_frame *errors = NULL;
    hw_error err = {0};
    assert_int_equal(hw_model_anomaly(model, frame, false, &errors, &err), HW_EINVAL);
    assert_string_equal(err.field, "model");
    assert_non_null(strstr(err.message, "autoencoder"));
    assert_null(errors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_anomaly_h2o_file_equals_h2o),
        cmocka_unit_test(test_anomaly_per_feature_adds_up_to_the_row),
        cmocka_unit_test(test_anomaly_other_models_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
