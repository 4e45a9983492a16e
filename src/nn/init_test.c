/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/init.h"

#include "support/hw_network.h"

static const int32_t hidden[] = {3, 2};

static hwi_network *initialized(hw_activation activation, int32_t n_hidden, int32_t n_classes,
                                hw_initial_weight_distribution distribution, double scale)
{
    const hwi_network_shape shape = {.n_inputs = 4,
                                     .n_hidden = n_hidden,
                                     .hidden = hidden,
                                     .activation = activation,
                                     .n_classes = n_classes};
    hwi_network *network = hw_new_network(&shape);
    hwi_network_initialize(network, distribution, scale, 1234);
    return network;
}

/* Numbers of the original for layers 4-3-1 and seed 1234. */
static void test_init_uniform_adaptive_equals_h2o(void **state)
{
    (void)state;
    static const float first[3][4] = {{-0.53011435f, 0.84022844f, -0.7328115f, -0.5081426f},
                                      {-0.7003996f, 0.15815014f, -0.060336955f, 0.4642425f},
                                      {0.044791635f, -0.24726236f, -0.14199129f, -0.63079053f}};
    static const float second[3] = {-0.7357733f, 0.6839725f, -0.7332437f};
    HW_AUTO(hwi_network) *network = initialized(HW_ACTIVATION_RECTIFIER, 1, 1,
                                                HW_INITIAL_WEIGHT_DISTRIBUTION_UNIFORM_ADAPTIVE, 9);
    for (int32_t u = 0; u < 3; u++) {
        for (int32_t c = 0; c < 4; c++)
            assert_true(hwi_layer_weight(&network->layers[0], u, c, 0) == first[u][c]);
        assert_true(hwi_layer_weight(&network->layers[1], 0, u, 0) == second[u]);
    }
}

/* The same draws, four times as large. */
static void test_init_softmax_is_four_times_as_wide(void **state)
{
    (void)state;
    HW_AUTO(hwi_network) *network =
        initialized(HW_ACTIVATION_TANH, 1, 2, HW_INITIAL_WEIGHT_DISTRIBUTION_UNIFORM_ADAPTIVE, 1);
    hwi_rng rng = hwi_rng_new(1234 + 0x0BAD5EED + 2);
    double range = sqrt(6.0 / 5);
    for (int32_t u = 0; u < 2; u++)
        for (int32_t c = 0; c < 3; c++)
            assert_true(hwi_layer_weight(&network->layers[1], u, c, 0) ==
                        (float)(4.0 * (-range + (double)hwi_rng_float(&rng) * (2 * range))));
}

static void test_init_uniform_and_normal_are_scaled(void **state)
{
    (void)state;
    static const hw_initial_weight_distribution distributions[] = {
        HW_INITIAL_WEIGHT_DISTRIBUTION_UNIFORM, HW_INITIAL_WEIGHT_DISTRIBUTION_NORMAL};
    for (int i = 0; i < 2; i++) {
        HW_AUTO(hwi_network) *network =
            initialized(HW_ACTIVATION_TANH, 1, 1, distributions[i], 0.25);
        hwi_rng rng = hwi_rng_new(1234 + 0x0BAD5EED + 1);
        for (int32_t u = 0; u < 3; u++) {
            for (int32_t c = 0; c < 4; c++) {
                double draw = i == 0 ? -0.25 + (double)hwi_rng_float(&rng) * 0.5
                                     : hwi_rng_gaussian(&rng) * 0.25;
                assert_true(hwi_layer_weight(&network->layers[0], u, c, 0) == (float)draw);
            }
        }
    }
}

/* Both channels of an input, then the next input: H2O's storage filled straight through. */
static void test_init_maxout_fills_both_channels(void **state)
{
    (void)state;
    HW_AUTO(hwi_network) *network =
        initialized(HW_ACTIVATION_MAXOUT, 1, 1, HW_INITIAL_WEIGHT_DISTRIBUTION_UNIFORM, 1);
    hwi_rng rng = hwi_rng_new(1234 + 0x0BAD5EED + 1);
    float h2o_order[24];
    hwi_layer_export_weights(&network->layers[0], network->layers[0].weights, h2o_order);
    for (int i = 0; i < 24; i++)
        assert_true(h2o_order[i] == (float)(-1 + (double)hwi_rng_float(&rng) * 2));
}

static void test_init_biases_by_activation(void **state)
{
    (void)state;
    static const struct {
        hw_activation activation;
        double biases[3]; /* of the layers */
    } cases[] = {{HW_ACTIVATION_RECTIFIER, {0.5, 1, 0}},
                 {HW_ACTIVATION_RECTIFIER_WITH_DROPOUT, {0.5, 1, 0}},
                 {HW_ACTIVATION_MAXOUT, {0.5, 1, 0}},
                 {HW_ACTIVATION_TANH, {0, 0, 0}},
                 {HW_ACTIVATION_EXP_RECTIFIER, {0, 0, 0}}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO(hwi_network) *network = initialized(
            cases[i].activation, 2, 1, HW_INITIAL_WEIGHT_DISTRIBUTION_UNIFORM_ADAPTIVE, 1);
        for (int32_t l = 0; l < 3; l++)
            for (int32_t r = 0; r < network->layers[l].n_rows; r++)
                assert_true(network->layers[l].biases[r] == cases[i].biases[l]);
    }
}

/* An autoencoder's output layer is of the hidden kind, its biases are 0 all the same. */
static void test_init_autoencoder_output(void **state)
{
    (void)state;
    const hwi_network_shape shape = {.n_inputs = 4,
                                     .n_hidden = 1,
                                     .hidden = hidden,
                                     .activation = HW_ACTIVATION_RECTIFIER_WITH_DROPOUT,
                                     .is_autoencoder = true,
                                     .n_classes = 1};
    HW_AUTO(hwi_network) *network = hw_new_network(&shape);
    hwi_network_initialize(network, HW_INITIAL_WEIGHT_DISTRIBUTION_UNIFORM, 1, 5);
    const hwi_layer *output = &network->layers[1];
    assert_int_equal(output->n_units, 4);
    assert_int_equal(output->kind, HWI_UNIT_RECTIFIER);
    assert_false(output->has_dropout);
    assert_true(output->biases[3] == 0);
    assert_int_equal(hwi_network_n_parameters(network), 5 * 3 + 4 * 4);
}

static void test_init_too_large_network_is_refused(void **state)
{
    (void)state;
    static const int32_t large[] = {20000, 20000};
    const hwi_network_shape shape = {.n_inputs = 4, .n_hidden = 2, .hidden = large, .n_classes = 1};
    hwi_network *network = NULL;
    hw_error err = {0};
    assert_int_equal(hwi_network_new(&shape, &network, &err), HW_EINVAL);
    assert_string_equal(err.field, "hidden");
    assert_null(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_init_uniform_adaptive_equals_h2o),
        cmocka_unit_test(test_init_softmax_is_four_times_as_wide),
        cmocka_unit_test(test_init_uniform_and_normal_are_scaled),
        cmocka_unit_test(test_init_maxout_fills_both_channels),
        cmocka_unit_test(test_init_biases_by_activation),
        cmocka_unit_test(test_init_autoencoder_output),
        cmocka_unit_test(test_init_too_large_network_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
