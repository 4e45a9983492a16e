/* SPDX-License-Identifier: Apache-2.0 */
#include "train/cv_summary.h"

#include "support/hw_test.h"

#include <math.h>
#include <string.h>

#include "base/table.h"
#include "metrics/metrics.h"

static hw_metrics *regression(double actual, double prediction)
{
    hwi_metrics_input input = {.category = HW_CATEGORY_REGRESSION,
                               .n_rows = 1,
                               .actual = &actual,
                               .predictions = &prediction,
                               .n_classes = 1,
                               .distribution = HW_DISTRIBUTION_GAUSSIAN};
    hw_metrics *metrics = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_metrics_new(&input, &metrics, &err), err);
    return metrics;
}

/* Two classes, predictions of the second. */
static hw_metrics *binomial(int n, const double *actual, const double *p1)
{
    static const char *const domain[] = {"no", "yes"};
    double predictions[16];
    for (int i = 0; i < n; i++) {
        predictions[2 * i] = 1 - p1[i];
        predictions[2 * i + 1] = p1[i];
    }
    hwi_metrics_input input = {.category = HW_CATEGORY_BINOMIAL,
                               .n_rows = n,
                               .actual = actual,
                               .predictions = predictions,
                               .n_classes = 2,
                               .domain = domain,
                               .distribution = HW_DISTRIBUTION_BERNOULLI};
    hw_metrics *metrics = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_metrics_new(&input, &metrics, &err), err);
    return metrics;
}

static int64_t row_of(const hw_table *table, const char *name)
{
    for (int64_t i = 0; i < hw_table_n_rows(table); i++)
        if (strcmp(hw_table_text(table, i, 0), name) == 0)
            return i;
    fail_msg("no row %s", name);
    return -1;
}

static void test_cv_summary_mean_and_deviation(void **state)
{
    (void)state;
    HW_AUTO(hw_metrics) *a = regression(1, 2);
    HW_AUTO(hw_metrics) *b = regression(1, 4);
    const hw_metrics *folds[] = {a, b};
    HW_AUTO(hw_table) *table = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_cv_summary(folds, 2, &table, &err), err);
    int64_t mae = row_of(table, "mae");
    assert_true(hw_table_number(table, mae, 1) == 2);
    assert_true(hw_table_number(table, mae, 2) == (float)sqrt(2));
    assert_true(hw_table_number(table, mae, 3) == 1);
    assert_true(hw_table_number(table, mae, 4) == 3);
}

/* rmsle is no number where something is below -1. */
static void test_cv_summary_passes_over_folds_without_a_number(void **state)
{
    (void)state;
    HW_AUTO(hw_metrics) *a = regression(1, -3);
    HW_AUTO(hw_metrics) *b = regression(1, 4);
    HW_AUTO(hw_metrics) *c = regression(1, 4);
    const hw_metrics *folds[] = {a, b, c};
    HW_AUTO(hw_table) *table = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_cv_summary(folds, 3, &table, &err), err);
    int64_t rmsle = row_of(table, "rmsle"), aic = row_of(table, "aic");
    assert_true(isnan(hw_table_number(table, rmsle, 3)));
    assert_true(hw_table_number(table, rmsle, 1) == hw_table_number(table, rmsle, 4));
    assert_true(hw_table_number(table, rmsle, 2) == 0);
    assert_true(isnan(hw_table_number(table, aic, 1)));
    assert_true(hw_table_number(table, aic, 2) == 0);
}

/* All predicted positive at the largest F1: there is no correlation to speak of. */
static void test_cv_summary_has_no_mcc_where_one_side_is_empty(void **state)
{
    (void)state;
    static const double actual[] = {0, 1, 1, 1}, bad[] = {0.9, 0.2, 0.3, 0.4},
                        good[] = {0.1, 0.7, 0.8, 0.9};
    HW_AUTO(hw_metrics) *a = binomial(4, actual, bad);
    HW_AUTO(hw_metrics) *b = binomial(4, actual, good);
    const hw_metrics *folds[] = {a, b};
    HW_AUTO(hw_table) *table = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_cv_summary(folds, 2, &table, &err), err);
    int64_t mcc = row_of(table, "mcc");
    assert_true(isnan(hw_table_number(table, mcc, 3)));
    assert_true(hw_table_number(table, mcc, 4) == 1);
    assert_true(hw_table_number(table, mcc, 1) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cv_summary_mean_and_deviation),
        cmocka_unit_test(test_cv_summary_passes_over_folds_without_a_number),
        cmocka_unit_test(test_cv_summary_has_no_mcc_where_one_side_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
