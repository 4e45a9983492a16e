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

static void test_stopping_moving_averages(void **state)
{
    (void)state;
    enum { MAX = 8 };
    static const struct {
        hw_stopping_metric metric;
        int32_t n, k;
        double tolerance, values[MAX];
        bool stops;
    } cases[] = {
        /* Too few events: the window needs 2k + 1. */
        {HW_STOPPING_METRIC_LOGLOSS, 2, 1, 0, {1, 1}, false},
        {HW_STOPPING_METRIC_LOGLOSS, 0, 1, 0, {0}, false},
        {HW_STOPPING_METRIC_LOGLOSS, 5, 0, 0, {1, 1, 1, 1, 1}, false},
        /* Less is better. */
        {HW_STOPPING_METRIC_LOGLOSS, 3, 1, 0, {NAN, 1, 1}, true},
        {HW_STOPPING_METRIC_LOGLOSS, 3, 1, 0, {NAN, 1, 0.999}, false},
        {HW_STOPPING_METRIC_LOGLOSS, 3, 1, 0.01, {NAN, 1, 0.999}, true},
        {HW_STOPPING_METRIC_LOGLOSS, 3, 1, 0, {NAN, 1, 1.5}, true},
        {HW_STOPPING_METRIC_LOGLOSS, 5, 2, 0, {NAN, 4, 2, 4, 2}, true},
        {HW_STOPPING_METRIC_LOGLOSS, 5, 2, 0, {NAN, 4, 2, 3, 2}, false},
        {HW_STOPPING_METRIC_LOGLOSS, 6, 2, 0, {NAN, 9, 4, 2, 4, 2}, true},
        /* More is better. */
        {HW_STOPPING_METRIC_AUC, 3, 1, 0, {NAN, 0.8, 0.8}, true},
        {HW_STOPPING_METRIC_AUC, 3, 1, 0, {NAN, 0.8, 0.81}, false},
        {HW_STOPPING_METRIC_AUC, 3, 1, 0.05, {NAN, 0.8, 0.81}, true},
        {HW_STOPPING_METRIC_LIFT_TOP_GROUP, 3, 1, 0, {NAN, 2, 1.9}, true},
        /* Nothing left to gain, or nothing that can be said. */
        {HW_STOPPING_METRIC_MSE, 3, 1, 0, {NAN, 0, 0}, true},
        {HW_STOPPING_METRIC_DEVIANCE, 3, 1, 0, {NAN, 0, 0}, false},
        {HW_STOPPING_METRIC_MSE, 3, 1, 0, {NAN, 1, NAN}, false},
        {HW_STOPPING_METRIC_DEVIANCE, 3, 1, 0, {NAN, 1, -1}, false},
        {HW_STOPPING_METRIC_DEVIANCE, 3, 1, 0, {NAN, -1, 1}, false},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        bool stops = hwi_has_converged(cases[i].metric, cases[i].values, cases[i].n, cases[i].k,
                                       cases[i].tolerance);
        if (stops != cases[i].stops)
            fail_msg("case %zu %s", i, stops ? "stops" : "goes on");
    }
}

static hw_metrics *new_metrics(hw_category category)
{
    static const double actual[] = {0, 1, 0, 1, 1, 0, 0, 1};
    static const double p[] = {0.8, 0.2, 0.3, 0.7, 0.6, 0.4, 0.1, 0.9,
                               0.2, 0.8, 0.7, 0.3, 0.9, 0.1, 0.6, 0.4};
    static const char *const domain[] = {"no", "yes"};
    bool is_classifier = category == HW_CATEGORY_BINOMIAL;
    const hwi_metrics_input input = {.category = category,
                                     .n_rows = 8,
                                     .actual = actual,
                                     .predictions = p,
                                     .n_classes = is_classifier ? 2 : 1,
                                     .domain = domain,
                                     .distribution = is_classifier ? HW_DISTRIBUTION_BERNOULLI
                                                                   : HW_DISTRIBUTION_GAUSSIAN,
                                     .gainslift_bins = -1};
    hw_metrics *metrics = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_metrics_new(&input, &metrics, &err), err);
    return metrics;
}

static void test_stopping_values_and_names(void **state)
{
    (void)state;
    HW_AUTO(hw_metrics) *binomial = new_metrics(HW_CATEGORY_BINOMIAL);
    HW_AUTO(hw_metrics) *regression = new_metrics(HW_CATEGORY_REGRESSION);
    static const struct {
        hw_stopping_metric metric;
        const char *value, *shown;
    } cases[] = {
        {HW_STOPPING_METRIC_AUTO, "logloss", "logloss"},
        {HW_STOPPING_METRIC_NULL, "logloss", "logloss"},
        {HW_STOPPING_METRIC_AUC, "AUC", "AUC"},
        {HW_STOPPING_METRIC_AUCPR, "pr_auc", "AUCPR"},
        {HW_STOPPING_METRIC_MISCLASSIFICATION, "classification_error", "misclassification"},
        {HW_STOPPING_METRIC_MEAN_PER_CLASS_ERROR, "mean_per_class_error", "mean_per_class_error"}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        assert_true(hwi_stopping_value(cases[i].metric, binomial) ==
                    hw_metrics_value(binomial, cases[i].value));
        assert_string_equal(hwi_stopping_name(cases[i].metric, HW_CATEGORY_BINOMIAL),
                            cases[i].shown);
    }
    assert_true(hwi_stopping_value(HW_STOPPING_METRIC_AUTO, regression) ==
                hw_metrics_value(regression, "mean_residual_deviance"));
    assert_string_equal(hwi_stopping_name(HW_STOPPING_METRIC_AUTO, HW_CATEGORY_REGRESSION),
                        "deviance");
    assert_string_equal(hwi_stopping_name(HW_STOPPING_METRIC_AUTO, HW_CATEGORY_AUTOENCODER), "MSE");
    assert_true(isnan(hwi_stopping_value(HW_STOPPING_METRIC_AUC, NULL)));
}

static void test_stopping_best_model_loss(void **state)
{
    (void)state;
    HW_AUTO(hw_metrics) *m = new_metrics(HW_CATEGORY_BINOMIAL);
    float logloss = (float)hw_metrics_value(m, "logloss");
    for (int as_h2o = 0; as_h2o < 2; as_h2o++) {
        assert_true(hwi_best_model_loss(HW_STOPPING_METRIC_AUC, m, as_h2o) ==
                    (float)(1 - hw_metrics_value(m, "AUC")));
        assert_true(hwi_best_model_loss(HW_STOPPING_METRIC_LOGLOSS, m, as_h2o) == logloss);
        assert_true(hwi_best_model_loss(HW_STOPPING_METRIC_RMSE, m, as_h2o) == logloss);
        assert_true(hwi_best_model_loss(HW_STOPPING_METRIC_NULL, m, as_h2o) == logloss);
    }
}

/* The larger lift is better; to H2O the smaller one. */
static void test_stopping_best_lift_unless_as_h2o(void **state)
{
    (void)state;
    HW_AUTO(hw_metrics) *m = new_metrics(HW_CATEGORY_BINOMIAL);
    float lift = (float)hw_metrics_value(m, "lift_top_group");
    assert_true(lift > 0);
    assert_true(hwi_best_model_loss(HW_STOPPING_METRIC_LIFT_TOP_GROUP, m, false) == -lift);
    assert_true(hwi_best_model_loss(HW_STOPPING_METRIC_LIFT_TOP_GROUP, m, true) == lift);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stopping_r2_is_read_and_best_when_large),
        cmocka_unit_test(test_stopping_converges_by_the_direction_of_the_metric),
        cmocka_unit_test(test_stopping_moving_averages),
        cmocka_unit_test(test_stopping_values_and_names),
        cmocka_unit_test(test_stopping_best_model_loss),
        cmocka_unit_test(test_stopping_best_lift_unless_as_h2o),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
