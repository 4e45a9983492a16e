/* SPDX-License-Identifier: Apache-2.0
 *
 * Many rows at once give the bits of each alone, in networks of every kind. */
#include "nn/bundle.h"

#include "base/rng.h"
#include "support/hw_network.h"

enum { N_INPUTS = 37, N_ROWS = 43 };

static void fill_network(hwi_network *network, hwi_rng *rng)
{
    for (int32_t l = 0; l < network->n_layers; l++) {
        hwi_layer *layer = &network->layers[l];
        for (int32_t c = 0; c < layer->n_in; c++)
            for (int32_t r = 0; r < layer->n_rows; r++)
                layer->weights[hwi_layer_at(layer, c, r)] = (float)hwi_rng_gaussian(rng);
        for (int32_t r = 0; r < layer->n_rows; r++)
            layer->biases[r] = hwi_rng_gaussian(rng);
    }
}

/* Up to three lit units below first_dense, ascending, then numbers of which some are 0. */
static void draw_row(double *row, int32_t first_dense, hwi_rng *rng)
{
    memset(row, 0, N_INPUTS * sizeof(double));
    for (int i = 0; first_dense > 0 && i < 3; i++)
        row[hwi_rng_below(rng, first_dense)] = 1 + i;
    for (int32_t c = first_dense; c < N_INPUTS; c++)
        row[c] = hwi_rng_below(rng, 4) ? hwi_rng_gaussian(rng) : 0;
}

static void check(const hwi_network *network, int32_t first_dense, int32_t n_rows, bool is_fused,
                  hwi_rng *rng)
{
    static double rows[HWI_BUNDLE_ROWS][N_INPUTS];
    HW_AUTO(hwi_work) *work = hw_new_work(network);
    HW_AUTO(hwi_bundle) *bundle = NULL;
    hw_error err = {0};
    assert_true(hwi_bundle_suits(network, first_dense));
    hw_assert_ok(hwi_bundle_new(network, first_dense, 3, &bundle, &err), err);
    bundle->is_fused = work->is_fused = is_fused;
    hwi_bundle_clear(bundle);
    for (int32_t i = 0; i < n_rows; i++) {
        draw_row(rows[i], first_dense, rng);
        hw_set_input(network, work, rows[i]);
        hwi_active *lit = &work->input;
        while (lit->n > 0 && lit->units[lit->n - 1] >= first_dense)
            lit->n--;
        hwi_bundle_light(bundle, i, lit);
    }
    for (int32_t unit = first_dense; unit < N_INPUTS; unit++) {
        double values[HWI_BUNDLE_ROWS];
        int32_t n_not_zero = 0;
        for (int32_t i = 0; i < n_rows; i++) {
            values[i] = rows[i][unit];
            n_not_zero += values[i] != 0;
        }
        assert_int_equal(hwi_bundle_put_numbers(bundle, unit, n_rows, values, (hwi_norm){0, 1}),
                         n_not_zero);
    }
    const int32_t n_hidden = network->n_layers - 1;
    HW_AUTO(hwi_work) *alone = hw_new_work(network);
    alone->is_fused = is_fused;
    hwi_bundle_forward(bundle, network, n_rows, n_hidden, work);
    for (int32_t i = 0; n_hidden > 0 && i < n_rows; i++) {
        hw_set_input(network, alone, rows[i]);
        hwi_forward(network, alone, NULL, 0.25, NULL);
        for (int32_t u = 0; u < network->layers[n_hidden - 1].n_units; u++)
            assert_true(hwi_bundle_value(bundle, i, u) == alone->layers[n_hidden - 1].dense[u]);
    }
    hwi_bundle_sum_output(bundle, network, n_rows);
    for (int32_t i = 0; i < n_rows; i++) {
        hw_set_input(network, alone, rows[i]);
        hwi_forward(network, alone, NULL, 0.25, NULL);
        hwi_bundle_finish(bundle, network, i, 0.25, work);
        assert_memory_equal(work->layers[n_hidden].activation, alone->layers[n_hidden].activation,
                            (size_t)network->layers[n_hidden].n_units * sizeof(double));
    }
}

static void test_bundle_has_the_bits_of_single_rows(void **state)
{
    (void)state;
    static const hw_activation activations[] = {HW_ACTIVATION_TANH, HW_ACTIVATION_RECTIFIER,
                                                HW_ACTIVATION_MAXOUT, HW_ACTIVATION_EXP_RECTIFIER,
                                                HW_ACTIVATION_TANH_WITH_DROPOUT};
    static const int32_t firsts[] = {0, 5, 16, 32};
    const int32_t hidden[] = {19, 33};
    const double ratios[] = {0.5, 0.2};
    hwi_rng rng = hwi_rng_new(3);
    for (size_t a = 0; a < HW_COUNT(activations); a++) {
        for (size_t f = 0; f < HW_COUNT(firsts); f++) {
            bool drops = activations[a] == HW_ACTIVATION_TANH_WITH_DROPOUT;
            const hwi_network_shape shape = {.n_inputs = N_INPUTS,
                                             .n_hidden = (int32_t)(f % 3),
                                             .hidden = hidden,
                                             .dropout_ratios = drops ? ratios : NULL,
                                             .activation = activations[a],
                                             .is_autoencoder = a == 0 && f == 1,
                                             .n_classes = f % 2 ? 3 : 1};
            HW_AUTO(hwi_network) *network = hw_new_network(&shape);
            fill_network(network, &rng);
            check(network, firsts[f], N_ROWS, false, &rng);
            check(network, firsts[f], N_ROWS, true, &rng);
            check(network, firsts[f], HWI_BUNDLE_ROWS, true, &rng);
            check(network, firsts[f], 1, false, &rng);
        }
    }
}

static void test_bundle_refuses_what_it_cannot_do(void **state)
{
    (void)state;
    const hwi_network_shape shape = {.n_inputs = N_INPUTS, .n_classes = 2};
    HW_AUTO(hwi_network) *network = hw_new_network(&shape);
    assert_true(hwi_bundle_suits(network, 32));
    assert_false(hwi_bundle_suits(network, 33)); /* lit units among those that are added last */
    assert_false(hwi_bundle_suits(network, N_INPUTS));
    network->layers[0].weights[7] = INFINITY;
    assert_false(hwi_bundle_suits(network, 0));
    network->layers[0].weights[7] = NAN;
    assert_false(hwi_bundle_suits(network, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bundle_has_the_bits_of_single_rows),
        cmocka_unit_test(test_bundle_refuses_what_it_cannot_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
