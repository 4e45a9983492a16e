/* SPDX-License-Identifier: Apache-2.0
 *
 * The numbers of H2O's generators, as its own program printed them. */
#include "support/hw_test.h"

#include "base/rng.h"

static void test_rng_u32_seed_zero_gives_h2o_numbers(void **state)
{
    (void)state;
    static const uint32_t expected[] = {0x0f5deba9, 0x184296dd, 0x357643f4, 0xf8e84c31, 0xaac1ca89};
    hwi_rng rng = hwi_rng_new(0);
    for (size_t i = 0; i < HW_COUNT(expected); i++)
        assert_int_equal(hwi_rng_u32(&rng), expected[i]);
}

static void test_rng_draws_seed_1234_give_h2o_numbers(void **state)
{
    (void)state;
    static const int32_t ints[] = {503080832, -2017752621, 1830394263, 1537654607, -1610862288};
    hwi_rng rng = hwi_rng_new(1234);
    for (size_t i = 0; i < HW_COUNT(ints); i++)
        assert_int_equal(hwi_rng_int(&rng), ints[i]);

    rng = hwi_rng_new(1234);
    assert_true(hwi_rng_long(&rng) == INT64_C(2160715722961684947));
    assert_true(hwi_rng_long(&rng) == INT64_C(7861483499908677455));

    static const double floats[] = {0.7325717806816101, 0.6513566374778748, 0.21673071384429932,
                                    0.5889496803283691};
    rng = hwi_rng_new(1234);
    for (size_t i = 0; i < HW_COUNT(floats); i++)
        assert_true((double)hwi_rng_float(&rng) == floats[i]);

    static const double doubles[] = {0.9331429519715843, 0.8041826851460145, 0.7707996653387883};
    rng = hwi_rng_new(1234);
    for (size_t i = 0; i < HW_COUNT(doubles); i++)
        assert_true(hwi_rng_double(&rng) == doubles[i]);

    static const double gaussians[] = {0.6388098603619708, -0.6949576153146655,
                                       -0.03081484622922319};
    rng = hwi_rng_new(1234);
    for (size_t i = 0; i < HW_COUNT(gaussians); i++)
        hw_assert_near(hwi_rng_gaussian(&rng), gaussians[i], 1e-15);

    static const uint32_t below_ten[] = {2, 5, 3, 7, 8, 8, 6, 8, 7, 3};
    rng = hwi_rng_new(1234);
    for (size_t i = 0; i < HW_COUNT(below_ten); i++)
        assert_int_equal(hwi_rng_below(&rng, 10), below_ten[i]);
}

static void test_rng_bytes_and_shuffle_give_h2o_numbers(void **state)
{
    (void)state;
    static const uint8_t expected[] = {128, 103, 252, 29, 211, 137};
    uint8_t bytes[6];
    hwi_rng rng = hwi_rng_new(1234);
    hwi_rng_bytes(&rng, bytes, 6);
    assert_memory_equal(bytes, expected, 6);

    static const int32_t order[] = {2, 1, 5, 0, 4, 3};
    int32_t values[] = {0, 1, 2, 3, 4, 5};
    rng = hwi_rng_new(1234);
    hwi_rng_shuffle(&rng, values, 6);
    assert_memory_equal(values, order, sizeof order);
}

static void test_java_rng_seed_42_gives_java_numbers(void **state)
{
    (void)state;
    hwi_java_rng rng = hwi_java_rng_new(42);
    assert_int_equal(hwi_java_rng_below(&rng, 3), 2);
    assert_int_equal(hwi_java_rng_below(&rng, 4), 0);
    assert_int_equal(hwi_java_rng_below(&rng, 10), 8);
    assert_true(hwi_java_rng_double(&rng) == 0.047939305137387644);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rng_u32_seed_zero_gives_h2o_numbers),
        cmocka_unit_test(test_rng_draws_seed_1234_give_h2o_numbers),
        cmocka_unit_test(test_rng_bytes_and_shuffle_give_h2o_numbers),
        cmocka_unit_test(test_java_rng_seed_42_gives_java_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
