/* SPDX-License-Identifier: Apache-2.0
 *
 * Every compiled version gives the bits of the reference, on random and on edge inputs. */
#include "support/hw_test.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "kernels/kernels.h"

enum { N_IN = 45, N_BLOCKED = 40, N_ENTRIES = N_IN * HWK_LANES, N_UNITS = 22, N_MANY = 1531 };

/* All arrays that a kernel may touch: a panel, and inputs of which some are passed over. */
typedef struct arrays {
    _Alignas(64) float weights[N_ENTRIES], msu[N_ENTRIES], msg[N_ENTRIES], momenta[N_ENTRIES];
    _Alignas(64) float consensus[N_ENTRIES];
    _Alignas(64) float fast_sums[HWK_LANES], squares[HWK_LANES], fast_errors[48];
    _Alignas(64) double sums[2][HWK_LANES], sum_squares[HWK_LANES], errors[48];
    _Alignas(64) double gradient[HWK_LANES];
    _Alignas(64) int32_t is_active[HWK_LANES];
    int32_t units[N_IN], n_units;
    double values[N_IN];
    float narrow[N_IN];
    _Alignas(64) float x[N_ENTRIES];
    float unit_sums[4][N_UNITS], next_unit_sums[4][N_UNITS];
    _Alignas(64) float unit_errors[4][N_ENTRIES];
    _Alignas(64) float next_sums[HWK_LANES];
    double unit_squares[4][N_UNITS];
    _Alignas(64) double wide[48], gradients[48], exact_sums[2][8], exact_squares[8][48];
    _Alignas(64) int32_t takes_part[48];
    _Alignas(64) double biases[HWK_LANES], bias_msu[HWK_LANES], bias_msg[HWK_LANES];
    _Alignas(64) double bias_momenta[HWK_LANES];
    bool are_finite[4];
} arrays;

static void fill_exact_unit(arrays *a, bool has_zeros, hwi_rng *rng)
{
    for (int32_t c = 0; c < N_IN; c++) {
        a->wide[c] = has_zeros && hwi_rng_below(rng, 3) == 0 ? 0 : hwi_rng_gaussian(rng);
        a->takes_part[c] = a->wide[c] != 0 ? -1 : 0;
    }
    for (int c = 0; c < 48; c++)
        a->gradients[c] = hwi_rng_gaussian(rng) * (c % 5 == 4 ? 1e-160 : 1);
}

static void fill(arrays *a, int64_t seed)
{
    static const float edges[] = {0.0f, -0.0f, 1e-38f, -3e38f, 1e-45f, 1.0f};
    static const double inputs[] = {1, -0.731, 1e-30, 123.456};
    memset(a, 0, sizeof *a);
    hwi_rng rng = hwi_rng_new(seed);
    for (int i = 0; i < N_ENTRIES; i++) {
        bool is_edge = hwi_rng_below(&rng, 50) == 0;
        a->weights[i] = is_edge ? edges[hwi_rng_below(&rng, 6)] : (float)hwi_rng_gaussian(&rng);
        a->msu[i] = hwi_rng_float(&rng) * 1e-4f;
        a->msg[i] = hwi_rng_float(&rng) * (is_edge ? 0 : 1e-3f);
        a->momenta[i] = (float)hwi_rng_gaussian(&rng);
        a->consensus[i] = (float)hwi_rng_gaussian(&rng);
    }
    bool are_all_active = seed % 5 == 0;
    for (int r = 0; r < HWK_LANES; r++) {
        a->is_active[r] = are_all_active || hwi_rng_below(&rng, 3) ? -1 : 0;
        a->gradient[r] = a->is_active[r] ? hwi_rng_gaussian(&rng) : 0;
        a->biases[r] = hwi_rng_below(&rng, 9) ? hwi_rng_gaussian(&rng) : 0;
        a->bias_msu[r] = (double)hwi_rng_float(&rng) * 1e-4;
        a->bias_msg[r] = (double)hwi_rng_float(&rng) * 1e-3;
        a->bias_momenta[r] = hwi_rng_gaussian(&rng);
    }
    for (int32_t c = 0; c < N_IN; c++) {
        if (hwi_rng_below(&rng, 3) == 0)
            continue;
        a->units[a->n_units] = c;
        a->values[a->n_units++] =
            hwi_rng_below(&rng, 4) ? hwi_rng_gaussian(&rng) : inputs[hwi_rng_below(&rng, 4)];
    }
    for (int32_t i = 0; i < N_IN; i++)
        a->narrow[i] = (float)a->values[i];
    for (int i = 0; i < N_ENTRIES; i++)
        a->x[i] = hwi_rng_below(&rng, 3) ? (float)hwi_rng_gaussian(&rng) : 0;
    fill_exact_unit(a, seed % 5 != 0, &rng);
    for (int c = 0; c < 48; c++) {
        a->errors[c] = hwi_rng_gaussian(&rng);
        a->fast_errors[c] = (float)a->errors[c];
    }
}

static void run_all(const hwk_table *table, arrays *a, const hwk_rule *rule, bool has_consensus,
                    bool is_dense, bool has_errors)
{
    const hwk_panel panel = {.weights = a->weights,
                             .mean_square_update = a->msu,
                             .mean_square_gradient = a->msg,
                             .momenta = a->momenta,
                             .consensus = has_consensus ? a->consensus : NULL,
                             .consensus_pull = 1e-3,
                             .sum_square_gradient = a->sum_squares,
                             .gradient = a->gradient,
                             .is_active = a->is_active};
    hwk_panel fast_panel = panel;
    fast_panel.errors = has_errors ? a->fast_errors : NULL;
    fast_panel.next_narrow = is_dense ? a->x : NULL;
    fast_panel.next_sums = a->next_sums;
    hwk_inputs inputs = {a->n_units, is_dense ? NULL : a->units, a->values, a->narrow};
    table->sum_eightfold(a->sums[0], a->weights, &inputs, N_BLOCKED);
    table->sum_in_order(a->sums[1], a->weights, &inputs);
    table->sum_fast(a->fast_sums, a->weights, &inputs);
    table->sum_squares(a->squares, a->weights, N_IN);
    table->add_errors(a->errors, a->weights, a->gradient, N_IN);
    table->add_errors_fast(a->fast_errors, a->weights, a->gradient, &inputs);
    table->adadelta(&panel, &inputs, rule);
    table->plain(&panel, &inputs, rule);
    table->classical(&panel, &inputs, rule);
    table->nesterov(&panel, &inputs, rule);
    table->fast_adadelta(&fast_panel, &inputs, rule);
    table->fast_plain(&fast_panel, &inputs, rule);
    table->fast_classical(&fast_panel, &inputs, rule);
    table->fast_nesterov(&fast_panel, &inputs, rule);
}

static void run_biases(const hwk_table *table, arrays *a, const hwk_rule *rule, bool has_pulls)
{
    const hwk_biases biases = {.biases = a->biases,
                               .square_update = a->bias_msu,
                               .square_gradient = a->bias_msg,
                               .momenta = a->bias_momenta,
                               .consensus = has_pulls ? a->errors : NULL,
                               .consensus_pull = 1e-3,
                               .excess = has_pulls ? a->errors + HWK_LANES : NULL,
                               .sparsity_beta = 0.1,
                               .gradient = a->gradient,
                               .sum_squares = a->sum_squares,
                               .n_in = N_IN,
                               .is_active = a->is_active};
    a->are_finite[0] = table->bias_adadelta(&biases, rule, HWK_LANES);
    a->are_finite[1] = table->bias_plain(&biases, rule, HWK_LANES);
    a->are_finite[2] = table->bias_classical(&biases, rule, HWK_LANES);
    a->are_finite[3] = table->bias_nesterov(&biases, rule, HWK_LANES);
}

/* The kernels of units that lie one by one: a wide one, and more than sixteen narrow ones. */
static void run_units(const hwk_table *table, arrays *a, const hwk_rule *rule)
{
    static const int32_t some_chunks[] = {0, 1, 3, 4, 7, 20, 44}, first_only[] = {0};
    static const int32_t narrow[] = {0,  1,  3,  4,  5,  6,  8,  9,  10,
                                     11, 12, 13, 14, 15, 17, 19, 20, 21};
    for (int k = 0; k < 4; k++) {
        const bool skips = k % 2, is_wide = k < 2;
        const hwk_dense dense = {.x = a->x,
                                 .n_in = is_wide ? N_ENTRIES : 30,
                                 .n_chunks = is_wide ? (skips ? 7 : 5) : 1 + skips,
                                 .chunks = is_wide || skips ? some_chunks : first_only,
                                 .skips_zeros = skips};
        hwk_dense next = dense;
        next.x = a->consensus;
        hwk_units units = {.weights = a->weights,
                           .mean_square_update = a->msu,
                           .mean_square_gradient = a->msg,
                           .momenta = a->momenta,
                           .n = is_wide ? 1 : (int32_t)HW_COUNT(narrow),
                           .rows = narrow,
                           .gradients = a->gradients,
                           .sum_squares = a->unit_squares[k]};
        table->sum_units(a->unit_sums[k], a->weights, units.rows, units.n, &dense);
        table->units_adadelta(&units, &dense, rule);
        /* The sums for the row after are those that are taken later. */
        units.next_x = a->consensus;
        units.next_sums = a->next_unit_sums[k];
        table->units_adadelta(&units, &dense, rule);
        float later[N_UNITS] = {0};
        table->sum_units(later, a->weights, units.rows, units.n, &next);
        assert_memory_equal(later, a->next_unit_sums[k], sizeof later);
        units.next_x = NULL;
        units.errors = a->unit_errors[k];
        table->units_adadelta(&units, &dense, rule);
        table->units_plain(&units, &dense, rule);
        units.errors = NULL;
        table->units_classical(&units, &dense, rule);
        table->units_nesterov(&units, &dense, rule);
    }
}

/* Seven units of 45 inputs each that lie side by side, and the update of two. */
static void run_units_exactly(const hwk_table *table, arrays *a, const hwk_rule *rule)
{
    static const int32_t chunks[] = {0, 1, 2}, last[] = {2};
    for (int k = 0; k < 4; k++) {
        const hwk_dense dense = {.n_chunks = k < 2 ? 3 : 1,
                                 .chunks = k < 2 ? chunks : last,
                                 .skips_zeros = k % 2 == 0,
                                 .n_in = N_IN,
                                 .wide = a->wide,
                                 .takes_part = a->takes_part};
        if (k < 2)
            table->sum_units_eightfold(a->exact_sums[k], a->weights, 7 - k, &dense);
        static const int32_t rows[] = {1, 4};
        const hwk_units units = {.weights = a->weights,
                                 .mean_square_update = a->msu,
                                 .mean_square_gradient = a->msg,
                                 .momenta = a->momenta,
                                 .n = 2,
                                 .rows = rows,
                                 .gradients = a->gradient + k};
        table->exact_units_adadelta(&units, &dense, rule);
        table->exact_units_plain(&units, &dense, rule);
        table->exact_units_classical(&units, &dense, rule);
        table->exact_units_nesterov(&units, &dense, rule);
    }
    static const int32_t n_gradients[] = {1, 2, 5, 8, 17, 25, 32, 48};
    const hwk_inputs inputs = {a->n_units, a->units, a->values, a->narrow};
    for (size_t k = 0; k < HW_COUNT(n_gradients); k++) {
        double *sums = a->exact_squares[k];
        table->sum_squared_gradients(sums, a->gradients, n_gradients[k], &inputs);
        /* what comes after them is nobody's */
        memset(sums + n_gradients[k], 0, (size_t)(48 - n_gradients[k]) * sizeof(double));
    }
}

/* Many rows at once: those of a table, and what is computed of them. */
typedef struct row_arrays {
    _Alignas(64) double begun[2][HWK_PARTIALS * HWK_GROUPS * HWK_ROWS * HWK_LANES];
    _Alignas(64) double sums[2][HWK_GROUPS * HWK_ROWS * HWK_LANES];
    double rows[HWK_GROUPS * HWK_ROWS][N_MANY], values[HWK_GROUPS * HWK_ROWS * N_MANY];
} row_arrays;

static void fill_rows(row_arrays *a, const float *weights, int32_t first, int32_t n_in,
                      int32_t n_groups, hwi_rng *rng)
{
    const int32_t n_rows = n_groups * HWK_ROWS;
    memset(a, 0, sizeof *a);
    for (int32_t row = 0; row < n_rows; row++)
        for (int32_t c = 0; c < n_in; c++) {
            /* Of those that have begun products are exact, so that fusing changes nothing. */
            double x = c < first               ? hwi_rng_below(rng, 3)
                       : hwi_rng_below(rng, 3) ? hwi_rng_gaussian(rng)
                                               : 0;
            a->rows[row][c] = x;
            if (c >= first)
                a->values[(row / HWK_ROWS * (n_in - first) + c - first) * HWK_ROWS +
                          row % HWK_ROWS] = x;
            for (int r = 0; c < first && x != 0 && r < HWK_LANES; r++) {
                double product = (double)weights[c * HWK_LANES + r] * x;
                a->begun[0][(c % HWK_PARTIALS * n_rows + row) * HWK_LANES + r] += product;
                a->begun[1][row * HWK_LANES + r] += product;
            }
        }
    for (int32_t i = 0; i < HWK_GROUPS * HWK_ROWS * HWK_LANES; i++)
        a->sums[0][i] = a->sums[1][i] = 0.5;
}

static void check_rows(const hwk_table *table, const float *weights, const hwk_row_inputs *inputs,
                       int32_t n_blocked, row_arrays *a)
{
    const int32_t n_in = inputs->first + inputs->n, n_wanted = inputs->is_half ? 8 : 16;
    hwk_row_inputs own = *inputs;
    /* inputs from n_blocked on come after the partial sums: those before must be among these */
    bool is_blocked = own.first <= n_blocked;
    own.values = a->values;
    own.begun = own.first ? a->begun[0] : NULL;
    if (is_blocked)
        table->sum_eightfold_rows(a->sums[0], weights, &own, n_blocked);
    own.begun = own.first ? a->begun[1] : NULL;
    table->sum_in_order_rows(a->sums[1], weights, &own);
    for (int32_t row = 0; row < own.n_groups * HWK_ROWS; row++) {
        _Alignas(64) double expected[2][HWK_LANES];
        const hwk_inputs one = {n_in, NULL, a->rows[row], NULL, inputs->is_fused};
        table->sum_eightfold(expected[0], weights, &one, n_blocked);
        table->sum_in_order(expected[1], weights, &one);
        for (int r = n_wanted; r < HWK_LANES; r++)
            expected[0][r] = expected[1][r] = 0.5;
        const size_t n_bytes = sizeof expected[0];
        if (is_blocked)
            assert_memory_equal(a->sums[0] + row * HWK_LANES, expected[0], n_bytes);
        assert_memory_equal(a->sums[1] + row * HWK_LANES, expected[1], n_bytes);
    }
}

/* By every version, whatever came before, in panels that are longer than a tile of them too. */
static void test_kernels_rows_together_give_the_bits_of_each_alone(void **state)
{
    (void)state;
    static const char *const names[] = {"ref", "v2", "v3", "v4", "neon"};
    static const int32_t cases[][3] = {/* first, inputs, blocked inputs */
                                       {0, 45, 40},  {3, 45, 40},       {8, 45, 40},
                                       {43, 45, 40}, {45, 45, 40},      {0, N_MANY, N_MANY - 3},
                                       {0, 5, 0},    {17, N_MANY, 1200}};
    _Alignas(64) static float weights[N_MANY * HWK_LANES];
    static row_arrays a;
    hwi_rng rng = hwi_rng_new(4);
    for (int32_t i = 0; i < N_MANY * HWK_LANES; i++)
        weights[i] = (float)hwi_rng_gaussian(&rng);
    for (size_t t = 0; t < HW_COUNT(names) * HW_COUNT(cases); t++) {
        const hwk_table *table = hwk_find(names[t / HW_COUNT(cases)]);
        const int32_t *of = cases[t % HW_COUNT(cases)];
        for (int how = 0; table && how < 4; how++) {
            int32_t n_groups = how % 2 ? 3 : of[1] == N_MANY ? HWK_GROUPS : 1;
            fill_rows(&a, weights, of[0], of[1], n_groups, &rng);
            hwk_row_inputs inputs = {of[0], of[1] - of[0], n_groups, how % 2, how / 2, NULL, NULL};
            check_rows(table, weights, &inputs, of[2], &a);
        }
    }
}

/* By all whose machines can. */
static void test_kernels_fused_sums_give_the_bits_of_the_reference(void **state)
{
    (void)state;
    static const char *const names[] = {"v3", "v4", "neon"};
    hwi_rng rng = hwi_rng_new(11);
    _Alignas(64) float weights[N_IN * HWK_LANES];
    double x[N_IN];
    for (int32_t i = 0; i < N_IN * HWK_LANES; i++)
        weights[i] = (float)hwi_rng_gaussian(&rng);
    for (int32_t c = 0; c < N_IN; c++)
        x[c] = hwi_rng_gaussian(&rng);
    _Alignas(64) double expected[2][HWK_LANES], actual[2][HWK_LANES], plain[HWK_LANES];
    hwk_inputs inputs = {N_IN, NULL, x, NULL, true};
    hwk_find("ref")->sum_eightfold(expected[0], weights, &inputs, N_BLOCKED);
    hwk_find("ref")->sum_in_order(expected[1], weights, &inputs);
    for (size_t v = 0; v < HW_COUNT(names); v++) {
        const hwk_table *table = hwk_find(names[v]);
        if (!table)
            continue;
        table->sum_eightfold(actual[0], weights, &inputs, N_BLOCKED);
        table->sum_in_order(actual[1], weights, &inputs);
        assert_memory_equal(actual, expected, sizeof expected);
    }
    inputs.is_fused = false;
    hwk_find("ref")->sum_eightfold(plain, weights, &inputs, N_BLOCKED);
    for (int r = 0; r < HWK_LANES; r++)
        assert_true(fabs(plain[r] - expected[0][r]) < 1e-13);
}

static void test_kernels_numbers_are_encoded_as_by_the_reference(void **state)
{
    (void)state;
    enum { GAP = 24, N_OUT = HWK_GROUPS * GAP };
    static const char *const names[] = {"v2", "v3", "v4", "neon"};
    hwi_rng rng = hwi_rng_new(9);
    for (int32_t n = 0; n <= HWK_GROUPS * HWK_ROWS; n++) {
        double values[HWK_GROUPS * HWK_ROWS];
        for (int32_t i = 0; i < n; i++)
            values[i] = i % 5 == 1 ? (double)NAN : i % 3 ? hwi_rng_gaussian(&rng) : 0.25;
        _Alignas(64) double out[2][N_OUT];
        for (int32_t i = 0; i < N_OUT; i++)
            out[0][i] = out[1][i] = 7;
        int32_t expected = hwk_find("ref")->encode_numbers(out[0], GAP, values, n, 0.25, -3);
        for (size_t v = 0; v < HW_COUNT(names); v++) {
            const hwk_table *table = hwk_find(names[v]);
            if (!table)
                continue;
            assert_true(table->encode_numbers(out[1], GAP, values, n, 0.25, -3) == expected);
            assert_memory_equal(out[1], out[0], sizeof out[0]);
        }
    }
}

#define RHO 0.99f
static const hwk_rule rules[] = {{RHO, 1 - RHO, 1e-8f, 0.01f, 0.5f, 0, 0},
                                 {RHO, 1 - RHO, 1e-8f, 0.01f, 0.5f, (float)1e-3, (float)1e-4}};

static void test_kernels_every_version_gives_the_bits_of_the_reference(void **state)
{
    (void)state;
    static const char *const names[] = {"v2", "v3", "v4", "neon"};
    const hwk_table *ref = hwk_find("ref");
    assert_non_null(ref);
    for (size_t v = 0; v < HW_COUNT(names); v++) {
        const hwk_table *table = hwk_find(names[v]);
        if (!table)
            continue;
        for (int64_t seed = 0; seed < 40; seed++) {
            static arrays expected, actual;
            fill(&expected, seed);
            actual = expected;
            bool has_consensus = seed % 4 == 3, is_dense = seed % 3 == 2;
            bool has_errors = seed % 7 < 4;
            run_all(ref, &expected, &rules[seed % 2], has_consensus, is_dense, has_errors);
            run_all(table, &actual, &rules[seed % 2], has_consensus, is_dense, has_errors);
            run_biases(ref, &expected, &rules[seed % 2], has_errors);
            run_biases(table, &actual, &rules[seed % 2], has_errors);
            run_units(ref, &expected, &rules[seed % 2]);
            run_units(table, &actual, &rules[seed % 2]);
            run_units_exactly(ref, &expected, &rules[seed % 2]);
            run_units_exactly(table, &actual, &rules[seed % 2]);
            assert_memory_equal(&expected, &actual, sizeof expected);
        }
    }
}

/* What the sums are, said otherwise than in ref.c. */
static void test_kernels_sum_over_the_listed_inputs(void **state)
{
    (void)state;
    static arrays a;
    fill(&a, 3);
    for (int i = 0; i < N_ENTRIES; i++)
        a.weights[i] = (float)(i % 7 - 3);
    for (int32_t i = 0; i < a.n_units; i++)
        a.narrow[i] = (float)(a.values[i] = i % 5);
    for (int r = 0; r < HWK_LANES; r++)
        a.gradient[r] = r - 7;
    memset(a.errors, 0, sizeof a.errors);
    memset(a.fast_errors, 0, sizeof a.fast_errors);
    hwk_inputs inputs = {a.n_units, a.units, a.values, a.narrow};
    const hwk_table *table = hwk_get();
    table->sum_eightfold(a.sums[0], a.weights, &inputs, N_BLOCKED);
    table->sum_in_order(a.sums[1], a.weights, &inputs);
    table->sum_fast(a.fast_sums, a.weights, &inputs);
    table->sum_squares(a.squares, a.weights, N_IN);
    table->add_errors(a.errors, a.weights, a.gradient, N_IN);
    const hwk_inputs all = {N_IN, NULL};
    table->add_errors_fast(a.fast_errors, a.weights, a.gradient, &all);
    for (int r = 0; r < HWK_LANES; r++) {
        double sum = 0, squares = 0;
        for (int32_t i = 0; i < a.n_units; i++)
            sum += (double)a.weights[a.units[i] * HWK_LANES + r] * a.values[i];
        for (int32_t c = 0; c < N_IN; c++)
            squares += pow((double)a.weights[c * HWK_LANES + r], 2);
        assert_true(a.sums[0][r] == sum && a.sums[1][r] == sum && (double)a.fast_sums[r] == sum);
        assert_true((double)a.squares[r] == squares);
    }
    for (int32_t c = 0; c < N_IN; c++) {
        double error = 0;
        for (int r = 0; r < HWK_LANES; r++)
            error += a.gradient[r] * (double)a.weights[c * HWK_LANES + r];
        assert_true(a.errors[c] == error && (double)a.fast_errors[c] == error);
    }
}

/* Units that lie side by side are what rows of a panel are, bit by bit: sums, weights, state. */
static void test_kernels_units_give_the_bits_of_a_panel(void **state)
{
    (void)state;
    static const char *const names[] = {"ref", "v2", "v3", "v4", "neon"};
    static const int32_t chunks[] = {0, 1, 2};
    enum { WIDTH = 48 };
    for (size_t t = 0; t < HW_COUNT(names) * 10; t++) {
        const hwk_table *table = hwk_find(names[t / 10]);
        if (!table)
            continue;
        static arrays a;
        _Alignas(64) static float weights[HWK_LANES * WIDTH], msu[HWK_LANES * WIDTH];
        _Alignas(64) static float msg[HWK_LANES * WIDTH];
        fill(&a, (int64_t)t);
        a.n_units = 0;
        for (int32_t c = 0; c < N_IN; c++)
            if (a.takes_part[c]) {
                a.units[a.n_units] = c;
                a.values[a.n_units++] = a.wide[c];
            }
        for (int r = 0; r < HWK_LANES; r++)
            for (int32_t c = 0; c < N_IN; c++) {
                weights[r * WIDTH + c] = a.weights[c * HWK_LANES + r];
                msu[r * WIDTH + c] = a.msu[c * HWK_LANES + r];
                msg[r * WIDTH + c] = a.msg[c * HWK_LANES + r];
            }
        const hwk_inputs inputs = {a.n_units, a.units, a.values, a.narrow};
        const hwk_dense dense = {.n_chunks = 3,
                                 .chunks = chunks,
                                 .skips_zeros = a.n_units < N_IN,
                                 .n_in = N_IN,
                                 .wide = a.wide,
                                 .takes_part = a.takes_part};
        const hwk_panel panel = {.weights = a.weights,
                                 .mean_square_update = a.msu,
                                 .mean_square_gradient = a.msg,
                                 .sum_square_gradient = a.sum_squares,
                                 .gradient = a.gradient,
                                 .is_active = a.is_active};
        _Alignas(64) double sums[HWK_LANES], squares[HWK_LANES];
        table->sum_eightfold(a.sums[0], a.weights, &inputs, N_BLOCKED);
        table->sum_units_eightfold(sums, weights, HWK_LANES, &dense);
        assert_memory_equal(sums, a.sums[0], sizeof sums);
        table->adadelta(&panel, &inputs, &rules[0]);
        table->sum_squared_gradients(squares, a.gradient, HWK_LANES, &inputs);
        assert_memory_equal(squares, a.sum_squares, sizeof squares);
        for (int32_t r = 0; r < HWK_LANES; r++) {
            float *w = weights + r * WIDTH;
            const hwk_units unit = {.weights = weights,
                                    .mean_square_update = msu,
                                    .mean_square_gradient = msg,
                                    .n = a.is_active[r] != 0,
                                    .rows = &r,
                                    .gradients = a.gradient};
            table->exact_units_adadelta(&unit, &dense, &rules[0]);
            for (int32_t c = 0; c < N_IN; c++) {
                assert_memory_equal(&w[c], &a.weights[c * HWK_LANES + r], sizeof(float));
                assert_memory_equal(&msu[r * WIDTH + c], &a.msu[c * HWK_LANES + r], sizeof(float));
                assert_memory_equal(&msg[r * WIDTH + c], &a.msg[c * HWK_LANES + r], sizeof(float));
            }
        }
    }
}

enum { MAX_N = 200, N_CHUNKS = 12 };

/* What goes number by number. */
typedef struct elements {
    char packed[5][8 * MAX_N + 1];
    double x[MAX_N], means[MAX_N], sub[MAX_N], mul[MAX_N];
    _Alignas(64) float chunked[N_CHUNKS * HWK_LANES];
    double widened[5][MAX_N], scaled[3][MAX_N], values[2][MAX_N], dropped[MAX_N];
    double tanh[MAX_N], exp_rectifier[MAX_N];
    float narrow[MAX_N], sums[MAX_N];
    int32_t flags[MAX_N], units[2][MAX_N], n_units[2], chunks[N_CHUNKS], n_chunks;
    uint8_t is_kept[MAX_N + HWK_LANES];
} elements;

static double any_number(hwi_rng *rng, uint32_t zeros_in_ten)
{
    static const double edges[] = {NAN,  INFINITY, -INFINITY, -0.0, 1e-310, -1e300,
                                   1e40, 39.99,    -40.01,    20,   -700,   5e-324};
    if (hwi_rng_below(rng, 10) < zeros_in_ten)
        return 0;
    if (hwi_rng_below(rng, 12) == 0)
        return edges[hwi_rng_below(rng, HW_COUNT(edges))];
    return hwi_rng_gaussian(rng) * 3;
}

static void fill_elements(elements *e, int64_t seed)
{
    memset(e, 0, sizeof *e);
    hwi_rng rng = hwi_rng_new(seed);
    hwi_rng_bytes(&rng, (uint8_t *)e->packed, sizeof e->packed);
    for (int i = 0; i < MAX_N; i++) {
        const int8_t int8 = hwi_rng_below(&rng, 4) ? (int8_t)i : INT8_MIN;
        const int16_t int16 = hwi_rng_below(&rng, 4) ? (int16_t)(i * 100) : INT16_MIN;
        const int32_t int32 = hwi_rng_below(&rng, 4) ? -i * 10000000 : INT32_MIN;
        const float single = (float)any_number(&rng, 2);
        memcpy(&e->packed[HWK_INT8][1 + i], &int8, sizeof int8);
        memcpy(&e->packed[HWK_INT16][1 + 2 * i], &int16, sizeof int16);
        memcpy(&e->packed[HWK_INT32][1 + 4 * i], &int32, sizeof int32);
        memcpy(&e->packed[HWK_FLOAT][1 + 4 * i], &single, sizeof single);
        e->x[i] = any_number(&rng, seed % 3 == 0 ? 0 : (uint32_t)(seed % 10));
        memcpy(&e->packed[HWK_DOUBLE][1 + 8 * i], &e->x[i], sizeof(double));
        e->means[i] = hwi_rng_gaussian(&rng);
        e->sub[i] = hwi_rng_gaussian(&rng);
        e->mul[i] = hwi_rng_gaussian(&rng);
    }
    for (int i = 0; i < N_CHUNKS * HWK_LANES; i++)
        e->chunked[i] = hwi_rng_below(&rng, 30) ? 0 : (float)any_number(&rng, 2);
}

static void run_elements(const hwk_table *table, elements *e, int32_t n, int64_t seed)
{
    const hwk_scale scales[] = {
        {e->means, NULL, NULL}, {e->means, NULL, e->mul}, {e->means, e->sub, e->mul}};
    for (int type = HWK_INT8; type <= HWK_DOUBLE; type++)
        table->widen(e->widened[type], e->packed[type] + 1, (hwk_number)type, n);
    for (size_t i = 0; i < HW_COUNT(scales); i++)
        table->standardize(e->scaled[i], e->x, &scales[i], n);
    e->n_units[0] = table->list_nonzero(e->units[0], e->values[0], e->x, n, 7);
    memcpy(e->values[1], e->x, sizeof e->x);
    e->n_units[1] = table->list_nonzero(e->units[1], e->values[1], e->values[1], n, 0);
    e->n_chunks = table->list_chunks(e->chunks, e->chunked, n % N_CHUNKS);
    table->flag_nonzero(e->flags, e->x, n);
    table->narrow(e->narrow, e->x, n);
    for (int32_t i = 0; i < n; i++)
        e->sums[i] = (float)e->mul[i];
    table->add(e->sums, e->narrow, n);
    table->draw(e->is_kept, n, (uint64_t)seed * UINT64_C(0x9E3779B97F4A7C15), 3355444);
    memcpy(e->dropped, e->x, sizeof e->x);
    table->drop(e->dropped, e->is_kept, n);
    table->tanh_fast(e->tanh, e->x, n);
    memcpy(e->exp_rectifier, e->x, sizeof e->x);
    table->exp_rectifier_fast(e->exp_rectifier, e->exp_rectifier, n);
}

/* Lists and masks have room beyond their end, where anything may be. */
static void forget_rooms(elements *e, int32_t n)
{
    for (int i = 0; i < 2; i++) {
        memset(e->units[i] + e->n_units[i], 0, (size_t)(MAX_N - e->n_units[i]) * sizeof(int32_t));
        memset(e->values[i] + e->n_units[i], 0, (size_t)(MAX_N - e->n_units[i]) * sizeof(double));
    }
    memset(e->chunks + e->n_chunks, 0, (size_t)(N_CHUNKS - e->n_chunks) * sizeof(int32_t));
    memset(e->is_kept + n, 0, sizeof e->is_kept - (size_t)n);
}

static void test_kernels_number_by_number_give_the_bits_of_the_reference(void **state)
{
    (void)state;
    static const char *const names[] = {"v2", "v3", "v4", "neon"};
    for (size_t v = 0; v < HW_COUNT(names); v++) {
        const hwk_table *table = hwk_find(names[v]);
        for (int64_t seed = 0; table && seed < 300; seed++) {
            static elements expected, actual;
            fill_elements(&expected, seed);
            actual = expected;
            int32_t n = seed < 100 ? (int32_t)seed : (int32_t)(seed * 7 % (MAX_N + 1));
            run_elements(hwk_find("ref"), &expected, n, seed);
            run_elements(table, &actual, n, seed);
            forget_rooms(&expected, n);
            forget_rooms(&actual, n);
            assert_memory_equal(&expected, &actual, sizeof expected);
        }
    }
}

static void test_kernels_fast_activations_are_near_the_true_ones(void **state)
{
    (void)state;
    enum { N = 4001 };
    static double x[N], tanhs[N], exp_rectifiers[N];
    for (int i = 0; i < N; i++)
        x[i] = (i - N / 2) * 0.0317;
    hwk_get()->tanh_fast(tanhs, x, N);
    hwk_get()->exp_rectifier_fast(exp_rectifiers, x, N);
    for (int i = 0; i < N; i++) {
        assert_true(fabs(tanhs[i] - tanh(x[i])) < 1e-12);
        assert_true(fabs(exp_rectifiers[i] - (x[i] >= 0 ? x[i] : expm1(x[i]))) < 1e-12);
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

static void test_kernels_notice_a_bias_that_is_not_finite(void **state)
{
    (void)state;
    static arrays a;
    static const double numbers[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < HW_COUNT(numbers) * HWK_LANES; i++) {
        fill(&a, 5);
        int32_t row = (int32_t)(i % HWK_LANES);
        a.biases[row] = numbers[i / HWK_LANES];
        a.is_active[(row + 1) % HWK_LANES] = 0;
        run_biases(hwk_get(), &a, &rules[0], false);
        assert_true(!(a.are_finite[0] || a.are_finite[1] || a.are_finite[2] || a.are_finite[3]));
        fill(&a, 5);
        a.biases[row] = numbers[i / HWK_LANES];
        a.is_active[row] = 0;
        run_biases(hwk_get(), &a, &rules[0], false);
        assert_true(a.are_finite[0] && a.are_finite[1] && a.are_finite[2] && a.are_finite[3]);
    }
}

static void test_kernels_inactive_rows_keep_their_state(void **state)
{
    (void)state;
    static arrays before, after;
    fill(&before, 7);
    after = before;
    run_all(hwk_get(), &after, &rules[1], false, false, true);
    bool has_moved = false;
    for (int i = 0; i < N_ENTRIES; i++) {
        has_moved |= before.weights[i] != after.weights[i];
        if (before.is_active[i % HWK_LANES])
            continue;
        assert_memory_equal(&before.weights[i], &after.weights[i], sizeof(float));
        assert_memory_equal(&before.msu[i], &after.msu[i], sizeof(float));
        assert_memory_equal(&before.msg[i], &after.msg[i], sizeof(float));
        assert_memory_equal(&before.momenta[i], &after.momenta[i], sizeof(float));
    }
    assert_true(has_moved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernels_every_version_gives_the_bits_of_the_reference),
        cmocka_unit_test(test_kernels_rows_together_give_the_bits_of_each_alone),
        cmocka_unit_test(test_kernels_fused_sums_give_the_bits_of_the_reference),
        cmocka_unit_test(test_kernels_numbers_are_encoded_as_by_the_reference),
        cmocka_unit_test(test_kernels_sum_over_the_listed_inputs),
        cmocka_unit_test(test_kernels_units_give_the_bits_of_a_panel),
        cmocka_unit_test(test_kernels_number_by_number_give_the_bits_of_the_reference),
        cmocka_unit_test(test_kernels_fast_activations_are_near_the_true_ones),
        cmocka_unit_test(test_kernels_approximations_give_h2o_numbers),
        cmocka_unit_test(test_kernels_notice_a_bias_that_is_not_finite),
        cmocka_unit_test(test_kernels_inactive_rows_keep_their_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
