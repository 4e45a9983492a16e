/* SPDX-License-Identifier: Apache-2.0
 *
 * Every compiled version gives the bits of the reference, on random and on edge inputs. */
#include "support/hw_test.h"

#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "kernels/kernels.h"

enum { N_ROWS = 48 };

/* All arrays that a kernel may touch. */
typedef struct arrays {
    _Alignas(64) float weights[N_ROWS], msu[N_ROWS], msg[N_ROWS], momenta[N_ROWS], squares[N_ROWS];
    _Alignas(64) float consensus[N_ROWS];
    _Alignas(64) float fast_sums[N_ROWS], fast_gradient[N_ROWS];
    _Alignas(64) double sums[N_ROWS], gradient[N_ROWS];
    _Alignas(64) int32_t is_active[N_ROWS];
} arrays;

static void fill(arrays *a, int64_t seed)
{
    static const float edges[] = {0.0f, -0.0f, 1e-38f, -3e38f, 1e-45f, 1.0f};
    memset(a, 0, sizeof *a);
    hwi_rng rng = hwi_rng_new(seed);
    for (int r = 0; r < N_ROWS; r++) {
        bool is_edge = hwi_rng_below(&rng, 5) == 0;
        a->weights[r] = is_edge ? edges[hwi_rng_below(&rng, 6)] : (float)hwi_rng_gaussian(&rng);
        a->msu[r] = hwi_rng_float(&rng) * 1e-4f;
        a->msg[r] = hwi_rng_float(&rng) * (is_edge ? 0 : 1e-3f);
        a->momenta[r] = (float)hwi_rng_gaussian(&rng);
        a->consensus[r] = (float)hwi_rng_gaussian(&rng);
        a->sums[r] = hwi_rng_gaussian(&rng);
        a->is_active[r] = hwi_rng_below(&rng, 3) ? -1 : 0;
        a->gradient[r] = a->is_active[r] ? hwi_rng_gaussian(&rng) : 0;
        a->fast_gradient[r] = (float)a->gradient[r];
    }
}

static void run_all(const hwk_table *table, arrays *a, double x, const hwk_rule *rule,
                    bool has_consensus)
{
    hwk_row row = {.weights = a->weights,
                   .mean_square_update = a->msu,
                   .mean_square_gradient = a->msg,
                   .momenta = a->momenta,
                   .sum_square_gradient = a->sums,
                   .gradient = a->gradient,
                   .is_active = a->is_active,
                   .consensus = has_consensus ? a->consensus : NULL,
                   .consensus_pull = 1e-3};
    table->accumulate(a->sums, a->weights, x, N_ROWS);
    table->accumulate_squares(a->squares, a->weights, N_ROWS);
    table->update_adadelta(&row, x, rule, N_ROWS);
    table->update_plain(&row, x, rule, N_ROWS);
    table->update_classical(&row, x, rule, N_ROWS);
    table->update_nesterov(&row, x, rule, N_ROWS);
    hwk_fast_row fast = {.weights = a->weights,
                         .mean_square_update = a->msu,
                         .mean_square_gradient = a->msg,
                         .momenta = a->momenta,
                         .sum_square_gradient = a->fast_sums,
                         .gradient = a->fast_gradient,
                         .is_active = a->is_active,
                         .consensus = has_consensus ? a->consensus : NULL,
                         .consensus_pull = 1e-3f};
    table->accumulate_fast(a->fast_sums, a->weights, (float)x, N_ROWS);
    table->fast_adadelta(&fast, (float)x, rule, N_ROWS);
    table->fast_plain(&fast, (float)x, rule, N_ROWS);
    table->fast_classical(&fast, (float)x, rule, N_ROWS);
    table->fast_nesterov(&fast, (float)x, rule, N_ROWS);
}

static void test_kernels_every_version_gives_the_bits_of_the_reference(void **state)
{
    (void)state;
    static const char *const names[] = {"v2", "v3", "v4"};
    const hwk_table *ref = hwk_find("ref");
    assert_non_null(ref);
    float rho = 0.99f;
    const hwk_rule rules[] = {{rho, 1 - rho, 1e-8f, 0.01f, 0.5f, 0, 0},
                              {rho, 1 - rho, 1e-8f, 0.01f, 0.5f, (float)1e-3, (float)1e-4}};
    static const double inputs[] = {1, 0, -0.731, 1e-30, 123.456};
    for (size_t v = 0; v < HW_COUNT(names); v++) {
        const hwk_table *table = hwk_find(names[v]);
        if (!table)
            continue;
        for (int64_t seed = 0; seed < 40; seed++) {
            static arrays expected, actual;
            fill(&expected, seed);
            actual = expected;
            double x = inputs[seed % (int64_t)HW_COUNT(inputs)];
            run_all(ref, &expected, x, &rules[seed % 2], seed % 4 == 3);
            run_all(table, &actual, x, &rules[seed % 2], seed % 4 == 3);
            assert_memory_equal(&expected, &actual, sizeof expected);
        }
    }
}

static void test_kernels_approximations_give_h2o_numbers(void **state)
{
    (void)state;
    assert_true(hwk_approx_sqrt_f32(2.0f) == 1.4770019f);
    assert_true(hwk_approx_sqrt_f32(1.0f) == 0.98850095f);
    assert_true(hwk_approx_sqrt_f64(2.0) == 1.47100830078125);
    assert_true(hwk_approx_sqrt_f64(1.0) == 0.985504150390625);
    assert_true(hwk_approx_sqrt_f64(0.0) == 1.0971281125650402e-154);
    assert_true(hwk_approx_inv_sqrt_f32(2.0f) == 0.70693004f);
}

static void test_kernels_inactive_rows_keep_their_state(void **state)
{
    (void)state;
    static arrays before, after;
    fill(&before, 7);
    after = before;
    hwk_rule rule = {0.99f, 0.01f, 1e-8f, 0.01f, 0.5f, 1e-3, 1e-3};
    run_all(hwk_get(), &after, 0.5, &rule, false);
    for (int r = 0; r < N_ROWS; r++) {
        if (before.is_active[r])
            continue;
        assert_memory_equal(&before.weights[r], &after.weights[r], sizeof(float));
        assert_memory_equal(&before.msu[r], &after.msu[r], sizeof(float));
        assert_memory_equal(&before.msg[r], &after.msg[r], sizeof(float));
        assert_memory_equal(&before.momenta[r], &after.momenta[r], sizeof(float));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernels_every_version_gives_the_bits_of_the_reference),
        cmocka_unit_test(test_kernels_approximations_give_h2o_numbers),
        cmocka_unit_test(test_kernels_inactive_rows_keep_their_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
