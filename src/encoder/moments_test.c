/* SPDX-License-Identifier: Apache-2.0
 *
 * Each rule for mean and deviation, to the last bit: the order of summation is part of them. */
#include "encoder/moments.h"

#include "support/hw_test.h"

typedef struct plain {
    int64_t n;
    double mean, m2;
} plain;

/* The recurrence, over the finite values that are not skipped. */
static plain recur(const double *values, int64_t n, bool skip_zeros)
{
    plain p = {0};
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(values[i]) || (skip_zeros && values[i] == 0))
            continue;
        p.n++;
        double d = values[i] - p.mean;
        p.mean += d / (double)p.n;
        p.m2 += d * (values[i] - p.mean);
    }
    return p;
}

static void check_moments(hwi_moments m, int64_t n, double mean, double m2)
{
    assert_int_equal(m.n, n);
    assert_true(m.mean == mean);
    assert_true(m.sigma == (n > 1 ? sqrt(m2 / (double)(n - 1)) : 0));
}

static void test_moments_dense_is_the_recurrence(void **state)
{
    (void)state;
    const double values[] = {0.1, NAN, 2.7, INFINITY, -3.3, 0, 1e3, -INFINITY, 5.55};
    hwi_moments m = hwi_moments_of(values, HW_COUNT(values), false);
    plain p = recur(values, HW_COUNT(values), false);
    check_moments(m, 6, p.mean, p.m2);
    assert_true(m.min == -INFINITY && m.max == INFINITY);
}

static void test_moments_constant_keeps_its_value(void **state)
{
    (void)state;
    /* The recurrence would give the mean 0.1 + rounding. */
    const double values[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    check_moments(hwi_moments_of(values, HW_COUNT(values), false), 7, 0.1, 0);
    check_moments(hwi_moments_of(values, 1, false), 1, 0.1, 0);
}

/* Constant but for missing values: the recurrence after all. */
static void test_moments_constant_with_missing(void **state)
{
    (void)state;
    const double values[] = {0.1, NAN, 0.1, 0.1};
    plain p = recur(values, HW_COUNT(values), false);
    check_moments(hwi_moments_of(values, HW_COUNT(values), false), 3, p.mean, p.m2);
}

static void test_moments_zeros_and_ones_in_closed_form(void **state)
{
    (void)state;
    const double values[] = {0, 1, 1, 0, 1, NAN, 1, 1};
    double mean = 5 / (2.0 + 5), m2 = 2.0 * (0 - mean) * (0 - mean) + 5.0 * (1 - mean) * (1 - mean);
    check_moments(hwi_moments_of(values, HW_COUNT(values), true), 7, mean, m2);
    /* A real column, or another value among them, is no such chunk. */
    plain p = recur(values, HW_COUNT(values), false);
    check_moments(hwi_moments_of(values, HW_COUNT(values), false), 7, p.mean, p.m2);
    const double others[] = {0, 1, 1, 2};
    p = recur(others, HW_COUNT(others), false);
    check_moments(hwi_moments_of(others, HW_COUNT(others), true), 4, p.mean, p.m2);
}

/* Sparse when fewer than an eighth of the rows are not zero: zeros are merged at the end. */
static void test_moments_sparse_merges_its_zeros(void **state)
{
    (void)state;
    for (int n_values = 2; n_values <= 4; n_values++) {
        double values[24] = {0};
        for (int i = 0; i < n_values; i++)
            values[7 * i + 1] = 0.3 + 1.7 * i;
        hwi_moments m = hwi_moments_of(values, HW_COUNT(values), false);
        bool is_sparse = n_values * 8 < 24;
        plain p = recur(values, HW_COUNT(values), is_sparse);
        if (is_sparse) {
            double r = n_values, z = 24 - n_values, d = p.mean;
            p.mean = (p.mean * r + 0 * z) / (r + z);
            p.m2 += 0 + d * d * r * z / (r + z);
        }
        check_moments(m, 24, p.mean, p.m2);
    }
}

static void test_moments_of_nothing(void **state)
{
    (void)state;
    const double values[] = {NAN, NAN};
    hwi_moments m = hwi_moments_of(values, 2, false);
    assert_int_equal(m.n, 0);
    assert_true(m.sigma == 0);
    assert_true(m.min > m.max);
}

static void test_moments_weighted_is_its_recurrence(void **state)
{
    (void)state;
    const double values[] = {1.5, 2.25, NAN, -4, 7}, weights[] = {1, 0, 3, 0.5, 2};
    double mean = 0, m2 = 0, total = 0;
    for (int i = 0; i < 5; i++) {
        if (weights[i] == 0 || isnan(values[i]))
            continue;
        double next = total + weights[i], d = values[i] - mean, r = d * weights[i] / next;
        mean += r;
        m2 += total * d * r;
        total = next;
    }
    hwi_moments m = hwi_moments_weighted(values, weights, 5);
    assert_int_equal(m.n, 3);
    assert_true(m.mean == mean);
    assert_true(m.sigma == sqrt((3 / 2.0) * m2 / total));
}

/* Equal weights of one change nothing but the last digits. */
static void test_moments_weighted_by_one_is_unweighted(void **state)
{
    (void)state;
    double values[40], ones[40];
    for (int n_zeros = 0; n_zeros <= 38; n_zeros += 19) {
        for (int i = 0; i < 40; i++) {
            values[i] = i < n_zeros ? 0 : 0.7 * i - 11;
            ones[i] = 1;
        }
        hwi_moments plain_m = hwi_moments_of(values, 40, false);
        hwi_moments m = hwi_moments_weighted(values, ones, 40);
        assert_int_equal(m.n, plain_m.n);
        hw_assert_near(m.mean, plain_m.mean, 1e-14);
        hw_assert_near(m.sigma, plain_m.sigma, 1e-14);
    }
}

/* A weight of 3 is the row three times; the count behind sigma stays one of rows. */
static void test_moments_weighted_sparse_merges_by_weight(void **state)
{
    (void)state;
    double values[20] = {0}, weights[20], repeated[60];
    values[3] = 5;
    values[11] = NAN;
    for (int i = 0; i < 20; i++) {
        weights[i] = 3;
        for (int k = 0; k < 3; k++)
            repeated[3 * i + k] = values[i];
    }
    hwi_moments m = hwi_moments_weighted(values, weights, 20);
    hwi_moments all = hwi_moments_of(repeated, 60, false);
    assert_int_equal(m.n, 19);
    hw_assert_near(m.mean, all.mean, 1e-15);
    hw_assert_near(m.sigma * sqrt(18 / 19.0), all.sigma * sqrt(56 / 57.0), 1e-14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments_dense_is_the_recurrence),
        cmocka_unit_test(test_moments_constant_keeps_its_value),
        cmocka_unit_test(test_moments_constant_with_missing),
        cmocka_unit_test(test_moments_zeros_and_ones_in_closed_form),
        cmocka_unit_test(test_moments_sparse_merges_its_zeros),
        cmocka_unit_test(test_moments_of_nothing),
        cmocka_unit_test(test_moments_weighted_is_its_recurrence),
        cmocka_unit_test(test_moments_weighted_by_one_is_unweighted),
        cmocka_unit_test(test_moments_weighted_sparse_merges_by_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
