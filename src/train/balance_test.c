/* SPDX-License-Identifier: Apache-2.0 */
#include "train/balance.h"

#include <stdlib.h>

#include "support/hw_test.h"

enum { N = 1000 };

/* 90 % of class 0, 10 % of class 1; one row has no class. */
static void fill_classes(double *classes)
{
    for (int i = 0; i < N; i++)
        classes[i] = i % 10 == 9;
    classes[500] = NAN;
}

typedef struct balanced {
    int64_t n, n_second;
} balanced;

static balanced balance(const hwi_balance *b)
{
    hwi_row_list list = {0};
    hw_error err = {0};
    hw_assert_ok(hwi_balance_rows(b, &list, &err), err);
    balanced result = {list.n, 0};
    bool is_ascending = true;
    for (int32_t i = 0; i < list.n; i++) {
        assert_in_range(list.rows[i], 0, b->n_rows - 1);
        assert_false(isnan(b->classes[list.rows[i]]));
        result.n_second += b->classes[list.rows[i]] == 1;
        is_ascending = is_ascending && (i == 0 || list.rows[i] >= list.rows[i - 1]);
    }
    assert_false(is_ascending); /* shuffled */
    hwi_row_list_clear(&list);
    return result;
}

static void test_balance_makes_classes_equal(void **state)
{
    (void)state;
    double classes[N];
    fill_classes(classes);
    const hwi_balance b = {
        .classes = classes, .n_rows = N, .n_classes = 2, .max_rows = 5 * N, .seed = 3};
    balanced result = balance(&b);
    /* Nobody is thinned, the small class comes nine times. */
    assert_true(llabs(result.n - 2 * 899) < 20);
    assert_true(llabs(result.n_second - 899) < 20);
}

static void test_balance_takes_factors_and_caps(void **state)
{
    (void)state;
    double classes[N];
    fill_classes(classes);
    const double factors[] = {0.5, 1.25};
    hwi_balance b = {.classes = classes,
                     .n_rows = N,
                     .n_classes = 2,
                     .factors = factors,
                     .max_rows = 5 * N,
                     .seed = 3};
    balanced result = balance(&b);
    assert_true(llabs(result.n_second - 125) < 20);
    assert_true(llabs(result.n - result.n_second - 449) < 60);
    b.factors = NULL;
    b.max_rows = 500;
    result = balance(&b);
    assert_true(llabs(result.n - 500) < 60);
    assert_true(llabs(result.n_second - 250) < 50);
    b.never_oversamples = true;
    b.max_rows = 5 * N;
    assert_int_equal(balance(&b).n, 999);
}

/* A factor of a whole number gives just so many copies, for every seed. */
static void test_balance_whole_factors_are_exact(void **state)
{
    (void)state;
    double classes[N];
    fill_classes(classes);
    const double factors[] = {1, 3};
    const hwi_balance b = {.classes = classes,
                           .n_rows = N,
                           .n_classes = 2,
                           .factors = factors,
                           .max_rows = 5 * N,
                           .seed = -77};
    balanced result = balance(&b);
    assert_int_equal(result.n_second, 300);
    assert_int_equal(result.n, 899 + 300);
}

/* A row of weight 0 may be drawn, but a class is met only by a row that weighs. */
static void test_balance_meets_classes_by_rows_that_weigh(void **state)
{
    (void)state;
    double classes[40], weights[40];
    for (int i = 0; i < 40; i++) {
        classes[i] = i % 2;
        weights[i] = i < 6;
    }
    for (int64_t seed = 0; seed < 50; seed++) {
        hwi_balance b = {.classes = classes,
                         .weights = weights,
                         .n_rows = 40,
                         .n_classes = 2,
                         .max_rows = 3,
                         .never_oversamples = true,
                         .seed = seed};
        hwi_row_list list = {0};
        hw_error err = {0};
        hw_assert_ok(hwi_balance_rows(&b, &list, &err), err);
        bool met[2] = {false, false};
        for (int32_t i = 0; i < list.n; i++)
            if (weights[list.rows[i]] > 0)
                met[list.rows[i] % 2] = true;
        assert_true(met[0] && met[1]);
        hwi_row_list_clear(&list);
    }
}

/* Rows of the original: 30 % of the training rows, seed 1234. */
static void test_balance_sampled_rows_equal_h2o(void **state)
{
    (void)state;
    static const int32_t expected[] = {1, 4, 6, 8, 10, 11};
    hwi_row_list list = {0};
    hw_error err = {0};
    hw_assert_ok(hwi_sample_rows(100, 30, 1234, &list, &err), err);
    for (size_t i = 0; i < HW_COUNT(expected); i++)
        assert_int_equal(list.rows[i], expected[i]);
    assert_true(list.rows[HW_COUNT(expected)] > 11);
    hwi_row_list_clear(&list);
}

static void test_balance_sample_of_all_is_no_sample(void **state)
{
    (void)state;
    static const int64_t wanted[] = {0, 100, 101};
    for (size_t i = 0; i < HW_COUNT(wanted); i++) {
        hwi_row_list list = {0};
        hw_error err = {0};
        hw_assert_ok(hwi_sample_rows(100, wanted[i], 1, &list, &err), err);
        assert_int_equal(list.n, 0);
        hwi_row_list_clear(&list);
    }
}

static void test_balance_shares(void **state)
{
    (void)state;
    const double classes[] = {0, 1, NAN, 1, 2}, weights[] = {1, 2, 9, 0.5, 0.5};
    const int32_t rows[] = {1, 1, 2, 4};
    double shares[3];
    hwi_class_shares(classes, NULL, NULL, 5, 3, shares);
    assert_true(shares[0] == 0.25 && shares[1] == 0.5 && shares[2] == 0.25);
    hwi_class_shares(classes, weights, NULL, 5, 3, shares);
    assert_true(shares[0] == 0.25 && shares[1] == 0.625 && shares[2] == 0.125);
    hwi_class_shares(classes, NULL, rows, 4, 3, shares);
    assert_true(shares[0] == 0);
    hw_assert_near(shares[1], 2 / 3.0, 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_balance_makes_classes_equal),
        cmocka_unit_test(test_balance_takes_factors_and_caps),
        cmocka_unit_test(test_balance_whole_factors_are_exact),
        cmocka_unit_test(test_balance_meets_classes_by_rows_that_weigh),
        cmocka_unit_test(test_balance_sampled_rows_equal_h2o),
        cmocka_unit_test(test_balance_sample_of_all_is_no_sample),
        cmocka_unit_test(test_balance_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
