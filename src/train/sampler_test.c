/* SPDX-License-Identifier: Apache-2.0 */
#include "train/sampler.h"

#include <string.h>

#include "support/hw_test.h"

static hwi_sampler new_sampler(int32_t n, int64_t seed, float fraction, bool shuffles,
                               const double *weights)
{
    hwi_sampler sampler;
    hw_error err = {0};
    hw_assert_ok(hwi_sampler_init(&sampler, n, seed, fraction, shuffles, weights, &err), err);
    return sampler;
}

/* Row orders of the original. */
static void test_sampler_orders_equal_h2o(void **state)
{
    (void)state;
    static const struct {
        int64_t seed, processed;
        int32_t iteration, n;
        int32_t order[10];
    } cases[] = {{1234, 0, 1, 5, {3, 0, 1, 2, 4}},
                 {1234, 0, 1, 10, {3, 4, 7, 6, 5, 9, 1, 8, 0, 2}},
                 {1234, 10, 2, 10, {2, 7, 9, 4, 3, 5, 1, 8, 0, 6}},
                 {-1, 0, 1, 10, {1, 6, 7, 4, 3, 0, 2, 8, 9, 5}}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hwi_sampler sampler = new_sampler(cases[i].n, cases[i].seed, 1, true, NULL);
        hwi_sampler_begin(&sampler, cases[i].iteration, cases[i].processed);
        hwi_pick pick;
        for (int32_t k = 0; k < cases[i].n; k++) {
            assert_true(hwi_sampler_next(&sampler, k, &pick));
            assert_int_equal(pick.row, cases[i].order[k]);
            assert_int_equal(pick.seed, pick.row + cases[i].processed);
        }
        assert_false(hwi_sampler_next(&sampler, cases[i].n, &pick));
        hwi_sampler_clear(&sampler);
    }
}

static void test_sampler_keeps_the_order_without_shuffling(void **state)
{
    (void)state;
    hwi_sampler sampler = new_sampler(4, 7, 2, false, NULL);
    hwi_sampler_begin(&sampler, 1, 100);
    hwi_pick pick;
    for (int32_t k = 0; k < 8; k++) {
        assert_true(hwi_sampler_next(&sampler, k, &pick));
        assert_int_equal(pick.row, k % 4);
        assert_int_equal(pick.seed, 100 + k); /* the second round has seeds of its own */
    }
    assert_false(hwi_sampler_next(&sampler, 8, &pick));
    hwi_sampler_clear(&sampler);
}

/* A fraction below 1 keeps about that share, each row at most once a round. */
static void test_sampler_thins_by_the_fraction(void **state)
{
    (void)state;
    enum { N = 2000 };
    static const struct {
        float fraction;
        int32_t rounds;
    } cases[] = {{0.25f, 1}, {0.5f, 1}, {1.5f, 2}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hwi_sampler sampler = new_sampler(N, 5, cases[i].fraction, false, NULL);
        hwi_sampler_begin(&sampler, 1, 0);
        int32_t n = 0, counts[N] = {0};
        hwi_pick pick;
        while (hwi_sampler_next(&sampler, n, &pick)) {
            n++;
            assert_true(++counts[pick.row] <= cases[i].rounds);
        }
        assert_true(fabs(n - (double)cases[i].fraction * N) < 100);
        hwi_sampler_clear(&sampler);
    }
}

/* Half of the picks by weight, half uniform over the rows that have one. */
static void test_sampler_draws_by_weight(void **state)
{
    (void)state;
    enum { N = 1000 };
    double weights[N];
    int64_t n_heavy = 0, n = 0;
    for (int i = 0; i < N; i++)
        weights[i] = i < 100 ? 9 : i < 900 ? 1 : 0;
    hwi_sampler sampler = new_sampler(N, 5, 10, false, weights);
    hwi_sampler_begin(&sampler, 1, 0);
    hwi_pick pick;
    while (hwi_sampler_next(&sampler, n, &pick)) {
        assert_true(pick.row < 900);
        n_heavy += pick.row < 100;
        n++;
    }
    double share = (double)n_heavy / (double)n;
    double expected = 0.5 * (900.0 / 1700) + 0.5 * (100.0 / 900);
    assert_true(fabs(share - expected) < 0.03);
    hwi_sampler_clear(&sampler);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sampler_orders_equal_h2o),
        cmocka_unit_test(test_sampler_keeps_the_order_without_shuffling),
        cmocka_unit_test(test_sampler_thins_by_the_fraction),
        cmocka_unit_test(test_sampler_draws_by_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
