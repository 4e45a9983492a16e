/* SPDX-License-Identifier: Apache-2.0 */
#include "train/diagnosis.h"

#include <math.h>

#include "support/hw_train.h"

static double cell(const hw_table *table, int64_t row, const char *column)
{
    return hw_table_number(table, row, hw_table_find_column(table, column));
}

static void test_calibration_groups_by_tenths_of_the_weight(void **state)
{
    (void)state;
    /* 20 rows in any order: two a decile. */
    double predicted[20], actual[20], weights[20];
    for (int i = 0; i < 20; i++) {
        predicted[i] = (i * 7 % 20) + 1;
        actual[i] = 2 * predicted[i] + (i % 2 ? 1 : -1);
        weights[i] = 1;
    }
    HW_AUTO(hw_table) *table = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_calibration_by_decile(predicted, actual, NULL, 20, "", &table, &err), err);
    assert_int_equal(hw_table_n_rows(table), 10);
    assert_true(hw_table_is_empty(table, 0, hw_table_find_column(table, "weight")));
    for (int k = 0; k < 10; k++) {
        assert_true(cell(table, k, "decile") == k + 1 && cell(table, k, "rows") == 2);
        hw_assert_near(cell(table, k, "mean_predicted"), 2 * k + 1.5, 1e-12);
        hw_assert_near(cell(table, k, "ratio"), cell(table, k, "mean_observed") / (2 * k + 1.5),
                       1e-12);
    }
    /* The row of the smallest prediction weighs as much as all others together; rows without
     * weight, prediction or response are in no group. */
    for (int i = 0; i < 20; i++)
        weights[i] = predicted[i] == 1 ? 16 : predicted[i] == 20 ? 0 : 1;
    for (int i = 0; i < 20; i++) {
        predicted[i] = predicted[i] == 19 ? NAN : predicted[i];
        actual[i] = predicted[i] == 18 ? NAN : actual[i];
    }
    HW_AUTO(hw_table) *weighted = NULL;
    hw_assert_ok(hwi_calibration_by_decile(predicted, actual, weights, 20, "", &weighted, &err),
                 err);
    assert_true(cell(weighted, 0, "decile") == 3 && cell(weighted, 0, "weight") == 16 &&
                cell(weighted, 0, "rows") == 1 && cell(weighted, 0, "mean_predicted") == 1);
    double rows = 0, weight = 0;
    for (int64_t k = 0; k < hw_table_n_rows(weighted); k++) {
        rows += cell(weighted, k, "rows");
        weight += cell(weighted, k, "weight");
    }
    assert_true(rows == 17 && weight == 32);
}

static void test_calibration_keeps_equal_predictions_together(void **state)
{
    (void)state;
    const double predicted[] = {5, 5, 5, 5, 5, 5, 7}, actual[] = {0, 1, 2, 3, 4, 5, 0};
    HW_AUTO(hw_table) *table = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_calibration_by_decile(predicted, actual, NULL, 7, "", &table, &err), err);
    assert_int_equal(hw_table_n_rows(table), 2);
    assert_true(cell(table, 0, "rows") == 6 && cell(table, 0, "mean_observed") == 2.5);
    assert_true(cell(table, 1, "decile") == 10 && cell(table, 1, "ratio") == 0);
    HW_AUTO(hw_table) *none = NULL;
    hw_assert_ok(hwi_calibration_by_decile(predicted, actual, NULL, 0, "", &none, &err), err);
    assert_int_equal(hw_table_n_rows(none), 0);
}

static void test_histogram_counts_every_error(void **state)
{
    (void)state;
    static const struct {
        double errors[8];
        int64_t n, n_bins;
        bool grows; /* classes of equal ratio */
    } cases[] = {
        {{1, 2, 3, 4, 5, 6, 7, 21}, 8, 20, false},
        {{0, 0.001, 0.001, 0.002, 0.001, 0.003, 50, 0.001}, 8, 20, true},
        {{2, 2, 2}, 3, 1, false},
        {{0, 0}, 2, 1, false},
        {{NAN, INFINITY, 3}, 1, 1, false},
        {{0}, 0, 0, false},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        int64_t n_given = i == 4 ? 3 : cases[i].n, n = 0;
        HW_AUTO(hw_table) *table = NULL;
        hw_error err = {0};
        hw_assert_ok(hwi_error_histogram(cases[i].errors, n_given, "", &table, &err), err);
        int64_t n_bins = hw_table_n_rows(table);
        assert_int_equal(n_bins, cases[i].n_bins);
        for (int64_t k = 0; k < n_bins; k++) {
            double from = cell(table, k, "from"), to = cell(table, k, "to");
            assert_true(from <= to && (k == 0 || from == cell(table, k - 1, "to")));
            n += (int64_t)cell(table, k, "rows");
        }
        assert_int_equal(n, cases[i].n);
        if (n_bins < 3)
            continue;
        double first = cell(table, 1, "to") - cell(table, 1, "from");
        double last = cell(table, n_bins - 1, "to") - cell(table, n_bins - 1, "from");
        assert_int_equal(last > 2 * first, cases[i].grows);
    }
}

/* Of a trained autoencoder: the table agrees with the errors of each row. */
static void test_diagnosis_names_the_worst_rows(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *model = hw_model_with("autoencoder=true;activation=Tanh;hidden=2");
    HW_AUTO(hw_frame) *frame = hw_new_training_frame();
    HW_AUTO(hw_frame) *rows = NULL;
    HW_AUTO(hw_frame) *units = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_model_anomaly(model, frame, false, &rows, &err), err);
    hw_assert_ok(hw_model_anomaly(model, frame, true, &units, &err), err);
    const hw_table *worst = hw_model_table(model, "training_worst_rows");
    assert_non_null(worst);
    assert_int_equal(hw_table_n_rows(worst), 10);
    double errors[HW_TRAINING_ROWS], last = INFINITY;
    hw_frame_read_doubles(rows, 0, 0, HW_TRAINING_ROWS, errors);
    for (int64_t k = 0; k < 10; k++) {
        int64_t row = (int64_t)cell(worst, k, "row") - 1;
        double mse = cell(worst, k, "mse"), of_unit;
        assert_true(mse == errors[row] && mse <= last);
        last = mse;
        char name[128];
        snprintf(name, sizeof name, "reconstr_%s.SE",
                 hw_table_text(worst, k, hw_table_find_column(worst, "unit_1")));
        int32_t column = hw_frame_find_column(units, name);
        assert_true(column >= 0);
        hw_frame_read_doubles(units, column, row, 1, &of_unit);
        hw_assert_near(cell(worst, k, "share_1"), of_unit / (mse * hw_frame_n_columns(units)),
                       1e-12);
    }
    int64_t n_worse = 0;
    for (int i = 0; i < HW_TRAINING_ROWS; i++)
        n_worse += errors[i] > last;
    assert_true(n_worse <= 9);
    assert_non_null(hw_model_table(model, "training_reconstruction_errors"));
    assert_null(hw_model_table(model, "validation_worst_rows"));
    assert_null(hw_model_table(model, "training_calibration"));
}

static void test_diagnosis_calibrates_counts_alone(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        bool is_count;
    } cases[] = {{"response_column=y;distribution=poisson", true},
                 {"response_column=y;distribution=gamma", true},
                 {"response_column=y;distribution=tweedie", true},
                 {"response_column=y;distribution=tweedie;tweedie_power=1", true},
                 {"response_column=y;distribution=tweedie;tweedie_power=0", false},
                 {"response_column=y", false},
                 {"response_column=y;distribution=laplace", false},
                 {"response_column=k", false}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO(hw_model) *model = hw_model_with(cases[i].settings);
        const hw_table *table = hw_model_table(model, "training_calibration");
        assert_int_equal(table != NULL, cases[i].is_count);
        double rows = 0, observed = 0;
        for (int64_t k = 0; table && k < hw_table_n_rows(table); k++) {
            rows += cell(table, k, "rows");
            observed += cell(table, k, "rows") * cell(table, k, "mean_observed");
        }
        if (!table)
            continue;
        HW_AUTO(hw_frame) *frame = hw_new_training_frame();
        double y[HW_TRAINING_ROWS], sum = 0;
        hw_frame_read_doubles(frame, hw_frame_find_column(frame, "y"), 0, HW_TRAINING_ROWS, y);
        for (int k = 0; k < HW_TRAINING_ROWS; k++)
            sum += y[k];
        assert_true(rows == HW_TRAINING_ROWS);
        hw_assert_near(observed, sum, 1e-9);
    }
}

enum { N_WEIGHTED = 200 };

static hw_frame *new_weighted_frame(void)
{
    HW_AUTO_BUFFER(text);
    hwi_buffer_append_text(&text, "x,exposure,weight,y\n");
    for (int i = 0; i < N_WEIGHTED; i++)
        hwi_buffer_printf(&text, "%d.%d,%d.5,%d,%d\n", i % 7, i % 10, i * 13 % 3, i * 31 % 4,
                          i * 17 % 9);
    hw_frame *frame = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_parse_text("w.csv", hwi_buffer_text(&text), text.size, NULL, 0, &frame, &err),
                 err);
    return frame;
}

/* Predictions hold the offset, and the weights decide what a tenth is. */
static void test_diagnosis_respects_offsets_and_weights(void **state)
{
    (void)state;
    static const char *const settings[][2] = {{"response_column", "y"},      {"hidden", "4"},
                                              {"weights_column", "weight"},  {"epochs", "3"},
                                              {"offset_column", "exposure"}, {"seed", "3"},
                                              {"distribution", "poisson"}};
    HW_AUTO(hw_frame) *frame = new_weighted_frame();
    HW_AUTO(hw_model) *model = NULL;
    HW_AUTO(hw_frame) *predictions = NULL;
    hw_error err = {0};
    hw_params *params = hw_params_new();
    for (size_t i = 0; i < HW_COUNT(settings); i++)
        hw_assert_ok(hw_params_set(params, settings[i][0], settings[i][1], &err), err);
    hw_assert_ok(hw_train(params, frame, frame, NULL, &model, &err), err);
    hw_params_free(params);
    hw_assert_ok(hw_model_predict(model, frame, &predictions, &err), err);
    const hw_table *table = hw_model_table(model, "validation_calibration");
    double f[N_WEIGHTED], w[N_WEIGHTED], sum = 0, all = 0, predicted = 0, weight = 0;
    hw_frame_read_doubles(predictions, 0, 0, N_WEIGHTED, f);
    hw_frame_read_doubles(frame, hw_frame_find_column(frame, "weight"), 0, N_WEIGHTED, w);
    for (int i = 0; i < N_WEIGHTED; i++) {
        sum += w[i] * f[i];
        all += w[i];
    }
    for (int64_t k = 0; k < hw_table_n_rows(table); k++) {
        weight += cell(table, k, "weight");
        predicted += cell(table, k, "weight") * cell(table, k, "mean_predicted");
        hw_assert_near(cell(table, k, "weight") / all, 0.1, 0.03);
        assert_true(k == 0 ||
                    cell(table, k, "mean_predicted") > cell(table, k - 1, "mean_predicted"));
    }
    hw_assert_near(weight, all, 1e-9);
    hw_assert_near(predicted, sum, 1e-9 * sum);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calibration_groups_by_tenths_of_the_weight),
        cmocka_unit_test(test_calibration_keeps_equal_predictions_together),
        cmocka_unit_test(test_histogram_counts_every_error),
        cmocka_unit_test(test_diagnosis_names_the_worst_rows),
        cmocka_unit_test(test_diagnosis_calibrates_counts_alone),
        cmocka_unit_test(test_diagnosis_respects_offsets_and_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
