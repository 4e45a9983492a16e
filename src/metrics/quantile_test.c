/* SPDX-License-Identifier: Apache-2.0 */
#include "support/hw_test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "metrics/quantile.h"

static void test_weighted_sort_orders_any_doubles(void **state)
{
    (void)state;
    enum { N = 5000 };
    static hwi_weighted_value values[N], scratch[N];
    hwi_rng rng = hwi_rng_new(1);
    for (int i = 0; i < N; i++) {
        double scale = i % 3 == 0 ? 1e300 : i % 3 == 1 ? 1e-310 : 1;
        double x = floor((hwi_rng_double(&rng) - 0.5) * 1000) * scale;
        values[i] = (hwi_weighted_value){x, i};
    }
    values[0].value = -INFINITY;
    values[1].value = INFINITY;
    hwi_weighted_sort(values, scratch, N);
    assert_true(isinf(values[0].value) && isinf(values[N - 1].value));
    for (int i = 1; i < N; i++) {
        assert_true(values[i].value >= values[i - 1].value);
        bool is_same = values[i].value == values[i - 1].value && values[i].value != 0;
        assert_true(!is_same || values[i].weight > values[i - 1].weight);
    }
}

static void test_weighted_quantiles_interpolate(void **state)
{
    (void)state;
    static const hwi_weighted_value values[] = {{1, 1}, {2, 1}, {4, 1}, {8, 1}};
    static const double q[] = {1, 0.75, 0.5, 1.0 / 3, 0};
    static const double expected[] = {8, 5, 3, 2, 1};
    double out[5];
    hwi_weighted_quantiles(values, 4, q, 5, out);
    for (int i = 0; i < 5; i++)
        hw_assert_near(out[i], expected[i], 1e-15);
}

static void test_weighted_quantiles_take_weights_as_repetitions(void **state)
{
    (void)state;
    static const hwi_weighted_value weighted[] = {{1, 2}, {2, 1}, {4, 3}, {8, 1}};
    static const hwi_weighted_value repeated[] = {{1, 1}, {1, 1}, {2, 1}, {4, 1},
                                                  {4, 1}, {4, 1}, {8, 1}};
    for (int i = 0; i <= 64; i++) {
        double a, b, q = i / 64.0;
        hwi_weighted_quantiles(weighted, 4, &q, 1, &a);
        hwi_weighted_quantiles(repeated, 7, &q, 1, &b);
        hw_assert_near(a, b, 0);
    }
}

static void test_weighted_quantiles_of_little_weight(void **state)
{
    (void)state;
    static const hwi_weighted_value values[] = {{3, 0.25}, {5, 0.25}};
    static const double q[] = {1, 0.5, 0};
    double out[3];
    hwi_weighted_quantiles(values, 2, q, 3, out);
    for (int i = 0; i < 3; i++)
        assert_true(out[i] == 3 || out[i] == 5);
}

/* With whole weights there is nothing to cut; with fractions the ranks are those of H2O. */
static void test_weighted_quantiles_as_h2o(void **state)
{
    (void)state;
    enum { N = 3000 };
    static hwi_weighted_value values[N], scratch[N];
    static const double q[] = {0.99, 0.9, 0.77, 0.5, 0.123, 0.01, 0};
    enum { N_Q = sizeof q / sizeof q[0] };
    hwi_rng rng = hwi_rng_new(3);
    double total = 0, plain[N_Q], h2o[N_Q];
    for (int i = 0; i < N; i++) {
        values[i] = (hwi_weighted_value){hwi_rng_double(&rng), 1 + i % 3};
        total += values[i].weight;
    }
    hwi_weighted_sort(values, scratch, N);
    hwi_weighted_quantiles(values, N, q, N_Q, plain);
    hwi_weighted_quantiles_as_h2o(values, N, 0, total, q, N_Q, h2o);
    for (int i = 0; i < N_Q; i++)
        assert_true(plain[i] == h2o[i]);
    /* Four classes of weights 0.9, 0.9, 1.5 and 0.9: cut to 0, 0, 1, 1. Rank 0 is the third value,
     * and what no class reaches lies just above all. */
    static const hwi_weighted_value few[] = {{1, 0.9}, {2, 0.9}, {3, 1.5}, {4, 0.9}};
    static const double ends[] = {1, 0};
    hwi_weighted_quantiles_as_h2o(few, 4, 1, 4.2, ends, 2, h2o);
    assert_true(h2o[0] > 4 && h2o[0] < 4.0000001);
    assert_true(h2o[1] == 3);
    static const hwi_weighted_value one[] = {{7, 0.5}};
    hwi_weighted_quantiles_as_h2o(one, 1, 7, 0.5, ends, 2, h2o);
    assert_true(h2o[0] == 7 && h2o[1] == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weighted_sort_orders_any_doubles),
        cmocka_unit_test(test_weighted_quantiles_interpolate),
        cmocka_unit_test(test_weighted_quantiles_take_weights_as_repetitions),
        cmocka_unit_test(test_weighted_quantiles_as_h2o),
        cmocka_unit_test(test_weighted_quantiles_of_little_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
