/* SPDX-License-Identifier: Apache-2.0 */
#include "train/history.h"

#include <string.h>

#include "metrics/metrics.h"
#include "support/hw_test.h"

static hw_metrics *new_metrics(hw_category category)
{
    static const double actual[] = {0, 1, 0, 1}, p[] = {0.8, 0.2, 0.3, 0.7, 0.6, 0.4, 0.1, 0.9};
    static const char *const domain[] = {"no", "yes", "never"};
    const hwi_metrics_input input = {.category = category,
                                     .n_rows = category == HW_CATEGORY_MULTINOMIAL ? 2 : 4,
                                     .actual = category == HW_CATEGORY_AUTOENCODER ? NULL : actual,
                                     .predictions = p,
                                     .n_classes = category == HW_CATEGORY_BINOMIAL      ? 2
                                                  : category == HW_CATEGORY_MULTINOMIAL ? 3
                                                                                        : 1,
                                     .domain = domain,
                                     .distribution = HW_DISTRIBUTION_GAUSSIAN,
                                     .gainslift_bins = -1};
    hw_metrics *metrics = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_metrics_new(&input, &metrics, &err), err);
    return metrics;
}

static void test_history_columns_by_category(void **state)
{
    (void)state;
    static const struct {
        hw_category category;
        const char *last;
        int32_t n;
    } cases[] = {{HW_CATEGORY_REGRESSION, "r2", 4},
                 {HW_CATEGORY_BINOMIAL, "classification_error", 7},
                 {HW_CATEGORY_MULTINOMIAL, "pr_auc", 6},
                 {HW_CATEGORY_AUTOENCODER, "mse", 2}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        for (int has_validation = 0; has_validation < 2; has_validation++) {
            hwi_history history;
            hw_error err = {0};
            char name[64];
            hw_assert_ok(hwi_history_init(&history, cases[i].category, has_validation,
                                          HW_STOPPING_METRIC_MSE, &err),
                         err);
            int32_t n = hw_table_n_columns(history.table);
            assert_int_equal(n, 7 + cases[i].n * (1 + has_validation));
            snprintf(name, sizeof name, "training_%s", cases[i].last);
            assert_int_equal(hw_table_find_column(history.table, name), 7 + cases[i].n - 1);
            snprintf(name, sizeof name, "validation_%s", cases[i].last);
            assert_int_equal(hw_table_find_column(history.table, name),
                             has_validation ? n - 1 : -1);
            hwi_history_clear(&history);
        }
    }
}

/* Stopping looks at the validation frame where there is one; the first row is a placeholder. */
static void test_history_rows_and_stopping_values(void **state)
{
    (void)state;
    hw_metrics *training = new_metrics(HW_CATEGORY_BINOMIAL);
    hw_metrics *validation = new_metrics(HW_CATEGORY_BINOMIAL);
    for (int has_validation = 0; has_validation < 2; has_validation++) {
        hwi_history history;
        hw_error err = {0};
        hw_assert_ok(hwi_history_init(&history, HW_CATEGORY_BINOMIAL, has_validation,
                                      HW_STOPPING_METRIC_LOGLOSS, &err),
                     err);
        const hwi_history_event placeholder = {0};
        hw_assert_ok(hwi_history_add(&history, &placeholder, &err), err);
        for (int i = 1; i <= 100; i++) {
            const hwi_history_event event = {.total_ms = 1000.0 * i,
                                             .scoring_ms = 500.0 * i,
                                             .setup_ms = 20000,
                                             .epochs = i,
                                             .iterations = i,
                                             .samples = 150 * i,
                                             .training = training,
                                             .validation = has_validation ? validation : NULL};
            hw_assert_ok(hwi_history_add(&history, &event, &err), err);
        }
        assert_int_equal(history.n, 101);
        assert_true(isnan(history.stopping_values[0]));
        assert_true(history.stopping_values[100] == hw_metrics_value(training, "logloss"));
        const hw_table *table = history.table;
        assert_int_equal(hw_table_n_rows(table), 101);
        assert_true(hw_table_number(table, 100, 4) == 100);
        assert_true(hw_table_number(table, 100, 6) == 15000);
        assert_string_equal(hw_table_text(table, 0, 3), "");
        assert_string_equal(hw_table_text(table, 100, 3), "499 obs/sec");
        assert_string_equal(hw_table_text(table, 90, 2), " 1 min 30.000 sec");
        assert_true(isnan(hw_table_number(table, 0, 7)));
        assert_true(hw_table_number(table, 1, 8) == hw_metrics_value(training, "logloss"));
        hwi_history_clear(&history);
    }
    hw_metrics_free(training);
    hw_metrics_free(validation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_history_columns_by_category),
        cmocka_unit_test(test_history_rows_and_stopping_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
