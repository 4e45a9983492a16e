/* SPDX-License-Identifier: Apache-2.0 */
#include "train/stopping.h"

#include "metrics/metrics.h"
#include "support/hw_test.h"

static hw_metrics *metrics_of(const double *actual, const double *predictions, int64_t n)
{
    hwi_metrics_input input = {.category = HW_CATEGORY_REGRESSION,
                               .n_rows = n,
                               .actual = actual,
                               .predictions = predictions,
                               .n_classes = 1,
                               .distribution = HW_DISTRIBUTION_GAUSSIAN};
    hw_metrics *metrics = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_metrics_new(&input, &metrics, &err), err);
    return metrics;
}

static void test_stopping_r2_is_read_and_best_when_large(void **state)
{
    (void)state;
    static const double actual[] = {1, 2, 3, 4}, good[] = {1, 2, 3, 5}, bad[] = {4, 3, 2, 1};
    hw_metrics *of_good = metrics_of(actual, good, 4), *of_bad = metrics_of(actual, bad, 4);
    hw_stopping_metric r2 = HW_STOPPING_METRIC_R2;
    assert_string_equal(hwi_stopping_name(r2, HW_CATEGORY_REGRESSION), "r2");
    hw_assert_near(hwi_stopping_value(r2, of_good), 0.8, 1e-12);
    hw_assert_near(hwi_stopping_value(r2, of_bad), -3, 1e-12);
    assert_true(hwi_best_model_loss(r2, of_good, false) < hwi_best_model_loss(r2, of_bad, false));
    hw_metrics_free(of_good);
    hw_metrics_free(of_bad);
}

static void test_stopping_converges_by_the_direction_of_the_metric(void **state)
{
    (void)state;
    static const struct {
        hw_stopping_metric metric;
        double values[4]; /* the last 2k for k = 2 */
        double tolerance;
        bool has_converged;
    } cases[] = {
        {HW_STOPPING_METRIC_R2, {0.5, 0.6, 0.7, 0.8}, 0, false},
        {HW_STOPPING_METRIC_R2, {0.8, 0.8, 0.7, 0.7}, 0, true},
        {HW_STOPPING_METRIC_R2, {0.800, 0.801, 0.802, 0.803}, 0.1, true},
        /* Below zero: nearer to zero is better. */
        {HW_STOPPING_METRIC_R2, {-0.8, -0.7, -0.6, -0.5}, 0, false},
        {HW_STOPPING_METRIC_R2, {-0.5, -0.5, -0.6, -0.7}, 0, true},
        {HW_STOPPING_METRIC_R2, {-0.3, -0.2, 0.1, 0.2}, 0, false},
        {HW_STOPPING_METRIC_R2, {0.5, 0.5, NAN, 0.5}, 0, false},
        {HW_STOPPING_METRIC_AUC, {0.5, 0.6, 0.7, 0.8}, 0, false},
        {HW_STOPPING_METRIC_AUC, {0.8, 0.7, 0.6, 0.5}, 0, true},
        {HW_STOPPING_METRIC_LOGLOSS, {0.8, 0.7, 0.6, 0.5}, 0, false},
        {HW_STOPPING_METRIC_LOGLOSS, {0.5, 0.6, 0.7, 0.8}, 0, true},
        {HW_STOPPING_METRIC_LOGLOSS, {0, 0, 0, 0}, 0, true},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        /* The first value of the history never counts. */
        double values[5] = {9};
        for (int k = 0; k < 4; k++)
            values[k + 1] = cases[i].values[k];
        bool has = hwi_has_converged(cases[i].metric, values, 5, 2, cases[i].tolerance);
        if (has != cases[i].has_converged)
            fail_msg("case %zu: converged is %d", i, has);
        assert_false(hwi_has_converged(cases[i].metric, values, 4, 2, cases[i].tolerance));
        assert_false(hwi_has_converged(cases[i].metric, values, 5, 0, cases[i].tolerance));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stopping_r2_is_read_and_best_when_large),
        cmocka_unit_test(test_stopping_converges_by_the_direction_of_the_metric),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
