/* SPDX-License-Identifier: Apache-2.0 */
#include "support/hw_test.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "metrics/deviance.h"
#include "metrics/metrics.h"

static const char *const no_yes[] = {"no", "yes"};
static const char *const abc[] = {"a", "b", "c"};

static hwi_metrics_input binomial_of(int64_t n, const double *actual, const double *predictions)
{
    return (hwi_metrics_input){.category = HW_CATEGORY_BINOMIAL,
                               .n_rows = n,
                               .actual = actual,
                               .predictions = predictions,
                               .n_classes = 2,
                               .domain = no_yes,
                               .gainslift_bins = -1};
}

static hwi_metrics_input regression_of(int64_t n, const double *actual, const double *predictions)
{
    return (hwi_metrics_input){.category = HW_CATEGORY_REGRESSION,
                               .n_rows = n,
                               .actual = actual,
                               .predictions = predictions,
                               .n_classes = 1,
                               .distribution = HW_DISTRIBUTION_GAUSSIAN};
}

static hwi_metrics_input multinomial_of(int64_t n, const double *actual, const double *predictions)
{
    return (hwi_metrics_input){.category = HW_CATEGORY_MULTINOMIAL,
                               .n_rows = n,
                               .actual = actual,
                               .predictions = predictions,
                               .n_classes = 3,
                               .domain = abc};
}

static hw_metrics *metrics_of(const hwi_metrics_input *input)
{
    hw_metrics *metrics = NULL;
    hw_error err;
    hw_assert_ok(hwi_metrics_new(input, &metrics, &err), err);
    return metrics;
}

static char *text_of(const hw_metrics *metrics)
{
    HW_AUTO_BUFFER(buffer);
    hwi_json json;
    hwi_json_init(&json, &buffer);
    hwi_metrics_write_json(&json, metrics, "rows");
    return strdup(hwi_buffer_text(&buffer));
}

static void assert_same_metrics(const hw_metrics *a, const hw_metrics *b)
{
    char *text_a = text_of(a), *text_b = text_of(b);
    assert_string_equal(text_a, text_b);
    free(text_a);
    free(text_b);
}

static void fill_random(double *actual, double *predictions, int64_t n)
{
    hwi_rng rng = hwi_rng_new(5);
    for (int64_t i = 0; i < n; i++) {
        double p = hwi_rng_double(&rng);
        predictions[2 * i] = 1 - p;
        predictions[2 * i + 1] = p;
        actual[i] = hwi_rng_double(&rng) < p;
    }
}

static void test_metrics_of_no_rows_are_nan(void **state)
{
    (void)state;
    hwi_metrics_input inputs[] = {binomial_of(0, NULL, NULL), regression_of(0, NULL, NULL),
                                  multinomial_of(0, NULL, NULL), regression_of(0, NULL, NULL),
                                  regression_of(0, NULL, NULL)};
    inputs[2].auc_type = HW_AUC_TYPE_MACRO_OVO;
    inputs[3].category = HW_CATEGORY_AUTOENCODER;
    inputs[4].distribution = HW_DISTRIBUTION_HUBER;
    for (size_t i = 0; i < HW_COUNT(inputs); i++) {
        hw_metrics *m = metrics_of(&inputs[i]);
        assert_int_equal(hw_metrics_n_observations(m), 0);
        for (int32_t v = 0; v < hw_metrics_n_values(m); v++)
            hw_assert_near(hw_metrics_value(m, hw_metrics_value_name(m, v)), NAN, 0);
        char *text = text_of(m);
        free(text);
        hw_metrics_free(m);
    }
}

static void test_binomial_of_one_class_has_no_nonsense(void **state)
{
    (void)state;
    static const double predictions[] = {0.9, 0.1, 0.3, 0.7, 0.6, 0.4};
    static const double negatives[] = {0, 0, 0}, positives[] = {1, 1, 1};
    hwi_metrics_input input = binomial_of(3, negatives, predictions);
    hw_metrics *m = metrics_of(&input);
    hw_assert_near(hw_metrics_value(m, "AUC"), 0, 0);
    hw_assert_near(hw_metrics_value(m, "Gini"), -1, 0);
    hw_assert_near(hw_metrics_value(m, "default_threshold"), 0.5, 0);
    hw_assert_near(hw_metrics_value(m, "classification_error"), 1.0 / 3, 1e-15);
    hw_assert_near(hw_table_number(hw_metrics_table(m, "cm"), 0, 0), 2, 0);
    hw_assert_near(hw_table_number(hw_metrics_table(m, "max_criteria_and_metric_scores"), 0, 3), -1,
                   0);
    hw_metrics_free(m);

    input.actual = positives;
    m = metrics_of(&input);
    hw_assert_near(hw_metrics_value(m, "AUC"), 1, 0);
    hw_assert_near(hw_metrics_value(m, "pr_auc"), 1, 0);
    hw_assert_near(hw_metrics_value(m, "mean_per_class_error"), 0, 0);
    hw_assert_near(hw_metrics_value(m, "default_threshold"), 0.1, 0);
    hw_metrics_free(m);
}

static void test_rows_without_meaning_are_passed_over(void **state)
{
    (void)state;
    static const double actual[] = {1, 0, NAN, 1, 1, 0, 7, -1, 0};
    static const double predictions[] = {0.2, 0.8, 0.7, 0.3, 0.5, 0.5, NAN, 0.5, 0.1,
                                         0.9, 0.6, 0.4, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
    static const double weights[] = {1, 1, 1, 1, 0, 1, 1, 1, NAN};
    static const double kept_actual[] = {1, 0, 0};
    static const double kept_predictions[] = {0.2, 0.8, 0.7, 0.3, 0.6, 0.4};
    hwi_metrics_input input = binomial_of(9, actual, predictions);
    hwi_metrics_input kept = binomial_of(3, kept_actual, kept_predictions);
    input.weights = weights;
    /* The groups of gains/lift are cut from the scores of rows without a response, too. */
    input.gainslift_bins = kept.gainslift_bins = 0;
    hw_metrics *a = metrics_of(&input), *b = metrics_of(&kept);
    assert_int_equal(hw_metrics_n_observations(a), 3);
    assert_same_metrics(a, b);
    hw_metrics_free(a);
    hw_metrics_free(b);
}

static void test_weights_count_as_repetitions(void **state)
{
    (void)state;
    static const double actual[] = {1, 0, 1, 0, 0, 1, 1};
    static const double predictions[] = {0.2, 0.8, 0.7, 0.3, 0.6, 0.4, 0.5,
                                         0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
    static const double weighted_actual[] = {1, 0, 1, 0, 1};
    static const double weights[] = {1, 1, 1, 2, 2};
    hwi_metrics_input repeated = binomial_of(7, actual, predictions);
    hwi_metrics_input weighted = binomial_of(5, weighted_actual, predictions);
    weighted.weights = weights;
    hw_metrics *a = metrics_of(&repeated), *b = metrics_of(&weighted);
    static const char *const names[] = {"MSE",
                                        "r2",
                                        "logloss",
                                        "AUC",
                                        "pr_auc",
                                        "classification_error",
                                        "lift_top_group",
                                        "default_threshold"};
    for (size_t i = 0; i < HW_COUNT(names); i++)
        hw_assert_near(hw_metrics_value(b, names[i]), hw_metrics_value(a, names[i]), 1e-15);
    assert_int_equal(hw_metrics_n_observations(a), 7);
    assert_int_equal(hw_metrics_n_observations(b), 5);
    hw_metrics_free(a);
    hw_metrics_free(b);
}

static void test_deviance_of_a_zero_predicted_as_zero_is_not_a_number(void **state)
{
    (void)state;
    /* H2O takes the logarithm of 0 / 0 there, and bounds it without losing the NaN. */
    const hwi_deviance poisson = {.distribution = HW_DISTRIBUTION_POISSON};
    assert_true(isnan(hwi_deviance_of(&poisson, 1, 0, 0)));
    assert_true(hwi_deviance_of(&poisson, 1, 0, 2) == 4);
}

static void test_fractional_weights_show_in_confusion_matrix(void **state)
{
    (void)state;
    static const double actual[] = {1, 0, 0}, predictions[] = {0.2, 0.8, 0.1, 0.9, 0.7, 0.3};
    static const double weights[] = {0.5, 0.25, 2};
    hwi_metrics_input input = binomial_of(3, actual, predictions);
    input.weights = weights;
    hw_metrics *m = metrics_of(&input);
    const hw_table *cm = hw_metrics_table(m, "cm");
    assert_int_equal(hw_table_column_type(cm, 0), HW_CELL_DOUBLE);
    assert_string_equal(hw_table_column_format(cm, 0), "%.2f");
    assert_string_equal(hw_table_text(cm, 2, 3), "0.25 / 2.75");
    assert_string_equal(hw_table_column_format(cm, 3), "= %15s");
    hw_metrics_free(m);
}

static void test_ties_share_one_threshold(void **state)
{
    (void)state;
    static const double actual[] = {1, 0, 1, 0};
    static const double predictions[] = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
    hwi_metrics_input input = binomial_of(4, actual, predictions);
    hw_metrics *m = metrics_of(&input);
    assert_int_equal(hw_table_n_rows(hw_metrics_table(m, "thresholds_and_metric_scores")), 1);
    assert_int_equal(hw_table_n_rows(hw_metrics_table(m, "gains_lift_table")), 1);
    hw_assert_near(hw_metrics_value(m, "AUC"), 0.5, 0);
    hw_assert_near(hw_metrics_value(m, "lift_top_group"), 1, 0);
    hw_metrics_free(m);
}

static void test_more_values_than_bins_stay_near_the_truth(void **state)
{
    (void)state;
    enum { N = 20000 };
    double *actual = malloc(N * sizeof(double)), *predictions = malloc(2 * N * sizeof(double));
    fill_random(actual, predictions, N);
    hwi_metrics_input input = binomial_of(N, actual, predictions);
    hw_metrics *m = metrics_of(&input);
    const hw_table *thresholds = hw_metrics_table(m, "thresholds_and_metric_scores");
    assert_int_equal(hw_table_n_rows(thresholds), 400);
    int32_t tps = hw_table_find_column(thresholds, "tps"), fps = tps - 1;
    hw_assert_near(hw_table_number(thresholds, 399, tps) + hw_table_number(thresholds, 399, fps), N,
                   0);
    hw_assert_near(hw_metrics_value(m, "AUC"), 5.0 / 6, 0.01); /* of this distribution */
    hw_metrics_free(m);
    free(actual);
    free(predictions);
}

/* Blocks of rows are the same as all rows at once; reduced builders nearly. */
static void test_blocks_of_rows_equal_all_rows(void **state)
{
    (void)state;
    enum { N = 5000, CUT = 1234 };
    double *actual = malloc(N * sizeof(double)), *predictions = malloc(2 * N * sizeof(double));
    fill_random(actual, predictions, N);
    hwi_metrics_input input = binomial_of(N, actual, predictions);
    const hwi_metrics_rows first = {CUT, actual, predictions, NULL, NULL};
    const hwi_metrics_rows rest = {N - CUT, actual + CUT, predictions + 2 * CUT, NULL, NULL};
    hwi_metrics_builder *blocks = NULL, *other = NULL;
    hw_metrics *all = metrics_of(&input), *m = NULL;
    assert_int_equal(hwi_metrics_builder_new(&input, &blocks, NULL), HW_OK);
    assert_int_equal(hwi_metrics_builder_add_rows(blocks, &first, NULL), HW_OK);
    assert_int_equal(hwi_metrics_builder_add_rows(blocks, &rest, NULL), HW_OK);
    assert_int_equal(hwi_metrics_builder_finish(blocks, &m, NULL), HW_OK);
    assert_same_metrics(all, m);
    hw_metrics_free(m);
    hwi_metrics_builder_free(blocks);

    assert_int_equal(hwi_metrics_builder_new(&input, &blocks, NULL), HW_OK);
    assert_int_equal(hwi_metrics_builder_new(&input, &other, NULL), HW_OK);
    assert_int_equal(hwi_metrics_builder_add_rows(blocks, &first, NULL), HW_OK);
    assert_int_equal(hwi_metrics_builder_add_rows(other, &rest, NULL), HW_OK);
    assert_int_equal(hwi_metrics_builder_reduce(blocks, other, NULL), HW_OK);
    assert_int_equal(hwi_metrics_builder_finish(blocks, &m, NULL), HW_OK);
    assert_int_equal(hw_metrics_n_observations(m), N);
    hw_assert_near(hw_metrics_value(m, "MSE"), hw_metrics_value(all, "MSE"), 1e-13);
    hw_assert_near(hw_metrics_value(m, "AUC"), hw_metrics_value(all, "AUC"), 1e-4);
    hw_assert_near(hw_metrics_value(m, "lift_top_group"), hw_metrics_value(all, "lift_top_group"),
                   1e-13);
    hw_metrics_free(m);
    hw_metrics_free(all);
    hwi_metrics_builder_free(blocks);
    hwi_metrics_builder_free(other);
    free(actual);
    free(predictions);
}

static void test_multinomial_counts_labels_and_ranks(void **state)
{
    (void)state;
    static const double actual[] = {0, 1, 2, 2};
    static const double predictions[] = {0.5, 0.3, 0.2, 0.5, 0.3, 0.2, 0.5, 0.3, 0.2, 1, 0, 0};
    static const int32_t labels[] = {0, 1, 0, -5};
    hwi_metrics_input input = multinomial_of(4, actual, predictions);
    hw_metrics *m = metrics_of(&input);
    const hw_table *hits = hw_metrics_table(m, "hit_ratio_table");
    assert_string_equal(hw_table_name(hits), "Top-3 Hit Ratios");
    hw_assert_near(hw_table_number(hits, 0, 1), 0.25, 0);
    hw_assert_near(hw_table_number(hits, 1, 1), 0.5, 0);
    hw_assert_near(hw_table_number(hits, 2, 1), 1, 0);
    hw_assert_near(hw_metrics_value(m, "classification_error"), 0.75, 0);
    hw_assert_near(hw_metrics_value(m, "mean_per_class_error"), 2.0 / 3, 1e-15);
    hw_assert_near(hw_metrics_value(m, "AUC"), NAN, 0);
    assert_null(hw_metrics_table(m, "multinomial_auc_table"));
    assert_null(hw_metrics_table(m, "thresholds_and_metric_scores"));
    hw_metrics_free(m);

    input.max_hit_ratio_k = 2;
    m = metrics_of(&input);
    hits = hw_metrics_table(m, "hit_ratio_table");
    assert_string_equal(hw_table_name(hits), "Top-2 Hit Ratios");
    assert_int_equal(hw_table_n_rows(hits), 2);
    hw_assert_near(hw_table_number(hits, 1, 1), 0.5, 0);
    hw_metrics_free(m);
    input.max_hit_ratio_k = HWI_NO_HIT_RATIOS;
    m = metrics_of(&input);
    assert_null(hw_metrics_table(m, "hit_ratio_table"));
    hw_metrics_free(m);
    input.max_hit_ratio_k = 0;

    input.labels = labels;
    m = metrics_of(&input);
    hw_assert_near(hw_metrics_value(m, "classification_error"), 0.5, 0);
    hw_assert_near(hw_table_number(hw_metrics_table(m, "cm"), 1, 1), 1, 0);
    hw_metrics_free(m);
}

/* H2O cuts off the fraction of each weight; we add weights up. */
static void test_gains_of_fractional_weights(void **state)
{
    (void)state;
    const double actual[] = {1, 1, 0, 0}, w[] = {0.5, 1.5, 1.5, 0.5};
    const double p[] = {0.1, 0.9, 0.2, 0.8, 0.6, 0.4, 0.7, 0.3};
    hwi_metrics_input input = binomial_of(4, actual, p);
    input.weights = w;
    input.gainslift_bins = 2;
    HW_AUTO(hw_metrics) *ours = metrics_of(&input);
    input.as_h2o = true;
    HW_AUTO(hw_metrics) *h2o = metrics_of(&input);
    const hw_table *a = hw_metrics_table(ours, "gains_lift_table");
    const hw_table *b = hw_metrics_table(h2o, "gains_lift_table");
    hw_assert_near(hw_table_number(a, 0, hw_table_find_column(a, "lift")), 2, 1e-12);
    hw_assert_near(hw_table_number(a, 0, 1), 0.5, 1e-12);
    /* Two rows of weight 1.5 count 1 each, the others 0. */
    int64_t last = hw_table_n_rows(b) - 1;
    hw_assert_near(hw_table_number(b, last, 1), 1, 0);
    assert_true(hw_table_number(b, 0, hw_table_find_column(b, "lift")) !=
                hw_table_number(a, 0, hw_table_find_column(a, "lift")));
}

/* A level that the model does not know is a class of its own, always wrong, in no hit ratio. */
static void test_multinomial_counts_unknown_levels_as_wrong(void **state)
{
    (void)state;
    static const char *const domain[] = {"a", "b", "c", "new", "empty"};
    const double actual[] = {0, 3, 1, 2};
    const double p[] = {0.7, 0.2, 0.1, 0.1, 0.1, 0.8, 0.5, 0.3, 0.2, 0.1, 0.2, 0.7};
    hwi_metrics_input input = multinomial_of(4, actual, p);
    input.domain = domain;
    input.n_unknown_levels = 2;
    input.auc_type = HW_AUC_TYPE_MACRO_OVR;
    HW_AUTO(hw_metrics) *m = metrics_of(&input);
    hw_assert_near(hw_metrics_value(m, "MSE"), (0.09 + 1 + 0.49 + 0.09) / 4, 1e-15);
    hw_assert_near(hw_metrics_value(m, "logloss"), (-2 * log(0.7) - log(0.3) - log(1e-15)) / 4,
                   1e-14);
    hw_assert_near(hw_metrics_value(m, "mean_per_class_error"), (0 + 1 + 0 + 1 + 0) / 5.0, 1e-15);
    hw_assert_near(hw_metrics_value(m, "classification_error"), 0.5, 0);
    const hw_table *cm = hw_metrics_table(m, "cm");
    assert_int_equal(hw_table_n_rows(cm), 6);
    assert_string_equal(hw_table_column_name(cm, 3), "new");
    assert_true(hw_table_number(cm, 3, 2) == 1 && hw_table_number(cm, 5, 3) == 0);
    const hw_table *hits = hw_metrics_table(m, "hit_ratio_table");
    assert_int_equal(hw_table_n_rows(hits), 3);
    hw_assert_near(hw_table_number(hits, 2, 1), 0.75, 0);
    const hw_table *auc = hw_metrics_table(m, "multinomial_auc_table");
    hw_assert_near(hw_table_number(auc, 0, 3), 1, 0);
    hw_assert_near(hw_table_number(auc, 3, 3), 0.5, 0);
    hwi_metrics_input binomial = binomial_of(4, actual, p);
    binomial.domain = domain;
    binomial.n_unknown_levels = 1;
    hw_metrics *none = NULL;
    hw_error err = {0};
    assert_int_equal(hwi_metrics_new(&binomial, &none, &err), HW_EINVAL);
}

static void test_multinomial_of_many_classes_has_no_matrix(void **state)
{
    (void)state;
    enum { K = 1001 };
    char names[K][8];
    const char *domain[K];
    double *predictions = calloc(2 * K, sizeof(double));
    static const double actual[] = {1000, 0};
    for (int k = 0; k < K; k++) {
        snprintf(names[k], sizeof names[k], "c%d", k);
        domain[k] = names[k];
    }
    predictions[1000] = 1;
    predictions[K + 5] = 1;
    hwi_metrics_input input = multinomial_of(2, actual, predictions);
    input.n_classes = K;
    input.domain = domain;
    input.auc_type = HW_AUC_TYPE_MACRO_OVR;
    hw_metrics *m = metrics_of(&input);
    assert_null(hw_metrics_table(m, "cm"));
    assert_null(hw_metrics_table(m, "multinomial_auc_table"));
    assert_int_equal(hw_table_n_rows(hw_metrics_table(m, "hit_ratio_table")), 10);
    input.max_hit_ratio_k = 25;
    hw_metrics *longer = metrics_of(&input);
    assert_int_equal(hw_table_n_rows(hw_metrics_table(longer, "hit_ratio_table")), 25);
    hw_metrics_free(longer);
    hw_assert_near(hw_metrics_value(m, "classification_error"), 0.5, 0);
    hw_assert_near(hw_metrics_value(m, "MSE"), 0.5, 0);
    hw_assert_near(hw_metrics_value(m, "logloss"), 34.538776394910684 / 2, 1e-15);
    char *text = text_of(m);
    assert_non_null(strstr(text, "\"table\": null"));
    free(text);
    hw_metrics_free(m);
    free(predictions);
}

static void test_regression_rounds_response_to_float(void **state)
{
    (void)state;
    static const double actual[] = {0.1, 5, NAN}, predictions[] = {0, 5, 1};
    hwi_metrics_input input = regression_of(3, actual, predictions);
    hw_metrics *m = metrics_of(&input);
    double y = (float)0.1;
    hw_assert_near(hw_metrics_value(m, "MSE"), y * y / 2, 0);
    hw_assert_near(hw_metrics_value(m, "mae"), y / 2, 0);
    assert_int_equal(hw_metrics_n_observations(m), 2);
    hw_assert_near(hw_metrics_value(m, "logloss"), NAN, 0);
    hw_assert_near(hw_metrics_value(m, "nonsense"), NAN, 0);
    assert_string_equal(hw_metrics_value_name(m, 3), "mean_residual_deviance");
    assert_null(hw_metrics_value_name(m, 6));
    hw_metrics_free(m);
}

static void test_input_that_fits_no_category_is_refused(void **state)
{
    (void)state;
    hw_error err;
    hw_metrics *m = NULL;
    hwi_metrics_input input = binomial_of(0, NULL, NULL);
    input.n_classes = 3;
    assert_int_equal(hwi_metrics_new(&input, &m, &err), HW_EINVAL);
    input = multinomial_of(0, NULL, NULL);
    input.n_classes = 1;
    assert_int_equal(hwi_metrics_new(&input, &m, &err), HW_EINVAL);
    input.n_classes = 3;
    input.domain = NULL;
    assert_int_equal(hwi_metrics_new(&input, &m, &err), HW_EINVAL);
    assert_null(m);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    static const double actual[] = {1, 0, 2, 1}, weights[] = {1, 0.5, 1, 1};
    static const double three[] = {0.2, 0.5, 0.3, 0.1, 0.6, 0.3, 0.3, 0.3, 0.4, 0.5, 0.2, 0.3};
    hwi_metrics_input inputs[] = {binomial_of(4, actual, three), multinomial_of(4, actual, three),
                                  regression_of(4, actual, three)};
    inputs[0].weights = weights;
    inputs[0].description = "of a test";
    inputs[1].auc_type = HW_AUC_TYPE_WEIGHTED_OVO;
    inputs[2].distribution = HW_DISTRIBUTION_HUBER;
    inputs[2].huber_alpha = 0.9;
    for (size_t i = 0; i < HW_COUNT(inputs); i++) {
        hw_status status = HW_ENOMEM;
        for (int64_t n = 0; status != HW_OK; n++) {
            hw_metrics *m = NULL;
            hw_error err;
            hwi_alloc_fail_at(n);
            status = hwi_metrics_new(&inputs[i], &m, &err);
            hwi_alloc_fail_at(-1);
            assert_true(status == HW_OK ? m != NULL : status == HW_ENOMEM && m == NULL);
            hw_metrics_free(m);
            assert_true(n < 10000);
        }
    }
}

/* What a stranger's file may hold. */
static void test_reading_tolerates_anything(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        "{\"model_category\": 5, \"MSE\": \"NaN\", \"nobs\": -1, \"description\": []}",
        "{\"model_category\": \"Binomial\", \"MSE\": null, \"nobs\": 1e300, \"domain\": [1, 2]}",
        "{\"model_category\": \"Binomial\", \"domain\": [\"a\"], \"cm\": null, "
        "\"gains_lift_table\": 7, \"thresholds_and_metric_scores\": {\"columns\": 1}}",
        "{\"model_category\": \"Binomial\", \"cm\": {\"table\": {\"columns\": [], \"data\": []}}, "
        "\"max_criteria_and_metric_scores\": {\"columns\": [{\"name\": \"metric\"}], "
        "\"data\": [[\"max f1\"]]}}",
        "{\"model_category\": \"Multinomial\", \"cm\": {\"columns\": [{\"name\": \"Error\", "
        "\"type\": \"long\"}], \"data\": [[1e300, \"x\", {}]]}}",
        "{\"hit_ratio_table\": {\"name\": 3, \"rowcount\": 99, \"columns\": [null, 1, {}], "
        "\"data\": [null, [1], [2]]}}",
    };
    for (size_t i = 0; i < HW_COUNT(texts); i++) {
        hw_metrics *m = NULL;
        hw_error err;
        json_t *json = json_loads(texts[i], 0, NULL);
        assert_non_null(json);
        hw_assert_ok(hwi_metrics_read_json(json, &m, &err), err);
        assert_non_null(m);
        char *text = text_of(m);
        free(text);
        hw_metrics_free(m);
        json_decref(json);
    }
}

static void test_reading_knows_null_and_refuses_other_kinds(void **state)
{
    (void)state;
    hw_metrics *m = NULL;
    hw_error err;
    json_t *number = json_integer(3);
    hw_assert_ok(hwi_metrics_read_json(NULL, &m, &err), err);
    assert_null(m);
    hw_assert_ok(hwi_metrics_read_json(json_null(), &m, &err), err);
    assert_null(m);
    assert_int_equal(hwi_metrics_read_json(number, &m, &err), HW_EFORMAT);
    json_decref(number);
}

/* Of H2O's rowcount form, with what H2O leaves out taken from the tables. */
static void test_reading_derives_what_h2o_does_not_send(void **state)
{
    (void)state;
    static const char *const text =
        "{\"MSE\": 0.25, \"Gini\": 0.5, \"nobs\": 4, \"description\": \"d\","
        "\"max_criteria_and_metric_scores\": {\"name\": \"Maximum Metrics\", \"description\": \"\","
        "\"columns\": [{\"name\": \"metric\", \"type\": \"string\"},"
        "{\"name\": \"threshold\", \"type\": \"double\"}], \"rowcount\": 2,"
        "\"data\": [[\"max f2\", \"max f1\"], [0.1, 0.4]]},"
        "\"cm\": {\"table\": {\"columns\": [{\"name\": \"Error\", \"type\": \"double\"}],"
        "\"rowcount\": 3, \"data\": [[0.5, 0, 0.25]]}}}";
    hw_metrics *m = NULL;
    hw_error err;
    json_t *json = json_loads(text, 0, NULL);
    hw_assert_ok(hwi_metrics_read_json(json, &m, &err), err);
    assert_int_equal(hw_metrics_category(m), HW_CATEGORY_BINOMIAL);
    assert_int_equal(hw_metrics_n_observations(m), 4);
    assert_string_equal(hw_metrics_description(m), "d");
    hw_assert_near(hw_metrics_value(m, "RMSE"), 0.5, 0);
    hw_assert_near(hw_metrics_value(m, "default_threshold"), 0.4, 0);
    hw_assert_near(hw_metrics_value(m, "classification_error"), 0.25, 0);
    hw_assert_near(hw_metrics_value(m, "lift_top_group"), NAN, 0);
    hw_metrics_free(m);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metrics_of_no_rows_are_nan),
        cmocka_unit_test(test_binomial_of_one_class_has_no_nonsense),
        cmocka_unit_test(test_rows_without_meaning_are_passed_over),
        cmocka_unit_test(test_weights_count_as_repetitions),
        cmocka_unit_test(test_deviance_of_a_zero_predicted_as_zero_is_not_a_number),
        cmocka_unit_test(test_fractional_weights_show_in_confusion_matrix),
        cmocka_unit_test(test_ties_share_one_threshold),
        cmocka_unit_test(test_more_values_than_bins_stay_near_the_truth),
        cmocka_unit_test(test_blocks_of_rows_equal_all_rows),
        cmocka_unit_test(test_multinomial_counts_labels_and_ranks),
        cmocka_unit_test(test_gains_of_fractional_weights),
        cmocka_unit_test(test_multinomial_counts_unknown_levels_as_wrong),
        cmocka_unit_test(test_multinomial_of_many_classes_has_no_matrix),
        cmocka_unit_test(test_regression_rounds_response_to_float),
        cmocka_unit_test(test_input_that_fits_no_category_is_refused),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_reading_tolerates_anything),
        cmocka_unit_test(test_reading_knows_null_and_refuses_other_kinds),
        cmocka_unit_test(test_reading_derives_what_h2o_does_not_send),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
