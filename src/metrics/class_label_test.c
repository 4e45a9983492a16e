/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/class_label.h"

#include <math.h>

#include "support/hw_test.h"

static void test_label_is_the_largest_probability(void **state)
{
    (void)state;
    static const double p[] = {0.1, 0.6, 0.3}, priors[] = {0.2, 0.3, 0.5};
    assert_int_equal(hwi_class_label(p, 3, priors, 1), 1);
    assert_int_equal(hwi_class_label(p, 3, NULL, 1), 1);
    assert_false(hwi_class_is_tied(p, 3));
    static const double tied[] = {0.1, 0.4, 0.1, 0.4};
    assert_true(hwi_class_is_tied(tied, 4));
}

/* Drawn by the priors from a list that holds class 0 in any case, and of the largest ones all but
 * the first. */
static void test_label_of_ties_is_drawn_by_priors(void **state)
{
    (void)state;
    static const double p[] = {0.1, 0.45, 0.45}, priors[] = {0.5, 0.25, 0.25};
    int n[3] = {0};
    for (int64_t seed = 0; seed < 4000; seed++)
        n[hwi_class_label(p, 3, priors, seed << 20)]++;
    assert_in_range(n[0], 2550, 2780);
    assert_in_range(n[2], 1220, 1450);
    assert_int_equal(n[1], 0);
    static const double none[] = {0, 0, 0};
    assert_int_equal(hwi_class_label(p, 3, NULL, 5), 1);
    assert_int_equal(hwi_class_label(p, 3, none, 5), 1);
}

static void test_tie_seed_joins_bits(void **state)
{
    (void)state;
    const double values[] = {1.5, -2, NAN}, some[] = {1.5, -2}, nan = -NAN;
    assert_true(hwi_tie_seed(values, 3) == (hwi_tie_seed(some, 2) ^ hwi_tie_seed(&nan, 1)));
    assert_true(hwi_tie_seed(&nan, 1) == INT64_C(0x7ff8000000000000) >> 6);
}

/* Without ties the guesses follow the probabilities; where the others are 0 one class may be
 * guessed again and again, so that the actual one is never found. */
static void test_guesses_follow_the_probabilities(void **state)
{
    (void)state;
    static const double p[] = {0.1, 0.4, 0.2, 0.3}, priors[] = {0.25, 0.25, 0.25, 0.25};
    static const int32_t rank[] = {3, 0, 2, 1};
    double scratch[4];
    for (int32_t actual = 0; actual < 4; actual++)
        assert_int_equal(hwi_guesses_until(p, 4, 1, actual, 4, priors, scratch), rank[actual]);
    assert_int_equal(hwi_guesses_until(p, 4, 1, 0, 2, priors, scratch), 2);
    assert_int_equal(hwi_guesses_until(p, 4, 1, 9, 4, priors, scratch), 4);
    static const double certain[] = {1, 0, 0, 0};
    int n_found = 0;
    for (int32_t actual = 0; actual < 4; actual++)
        n_found += hwi_guesses_until(certain, 4, 0, actual, 3, priors, scratch) < 3;
    assert_int_equal(n_found, 2);
    for (int32_t actual = 0; actual < 4; actual++)
        assert_true(hwi_guesses_until(certain, 4, 0, actual, 4, priors, scratch) < 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_label_is_the_largest_probability),
        cmocka_unit_test(test_label_of_ties_is_drawn_by_priors),
        cmocka_unit_test(test_tie_seed_joins_bits),
        cmocka_unit_test(test_guesses_follow_the_probabilities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
