/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/work.h"

#include "support/hw_network.h"

enum { N_UNITS = 10, N_INPUTS = 19 };
static const int32_t hidden[] = {N_UNITS};

static hwi_network *new_network(hw_activation activation, double ratio, int32_t n_classes)
{
    const double ratios[] = {ratio};
    const hwi_network_shape shape = {.n_inputs = N_INPUTS,
                                     .n_hidden = 1,
                                     .hidden = hidden,
                                     .dropout_ratios = ratios,
                                     .activation = activation,
                                     .n_classes = n_classes,
                                     .has_average_activation = true};
    hwi_network *network = hw_new_network(&shape);
    hwi_network_initialize(network, HW_INITIAL_WEIGHT_DISTRIBUTION_NORMAL, 0.4, 3);
    return network;
}

static void fill_inputs(double *values)
{
    hwi_rng rng = hwi_rng_new(8);
    for (int32_t c = 0; c < N_INPUTS; c++)
        values[c] = c % 4 == 2 ? 0 : hwi_rng_gaussian(&rng);
}

/* Masks of the original for seed 1234 and row seed 3. */
static void test_forward_masks_equal_h2o(void **state)
{
    (void)state;
    static const struct {
        hw_activation activation;
        double ratio;
        const char *kept;
    } cases[] = {{HW_ACTIVATION_RECTIFIER_WITH_DROPOUT, 0.5, "0000001110"},
                 {HW_ACTIVATION_RECTIFIER_WITH_DROPOUT, 0.3, "1111111010"},
                 {HW_ACTIVATION_TANH_WITH_DROPOUT, 0.5, "0000110110"},
                 {HW_ACTIVATION_EXP_RECTIFIER_WITH_DROPOUT, 0.5, "0000110110"},
                 {HW_ACTIVATION_MAXOUT_WITH_DROPOUT, 0.5, "1001001110"}};
    double values[N_INPUTS];
    fill_inputs(values);
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO(hwi_network) *network = new_network(cases[i].activation, cases[i].ratio, 1);
        HW_AUTO(hwi_work) *work = hw_new_work(network);
        hw_set_input(network, work, values);
        const hwi_dropout dropout = {0, 1234 + 3};
        hwi_forward(network, work, &dropout, 0, NULL);
        for (int32_t u = 0; u < N_UNITS; u++) {
            bool is_kept = cases[i].kept[u] == '1';
            assert_int_equal(work->layers[0].is_kept[u], is_kept);
            if (!is_kept)
                assert_true(work->layers[0].activation[u] == 0);
        }
    }
}

/* Inputs that are dropped are gone from the list, or 0 in that of a layer that lies unit by unit.
 */
static void test_forward_input_mask_equals_h2o(void **state)
{
    (void)state;
    static const char *const kept = "1110101111";
    for (int32_t i = 0; i < 4; i++) {
        const int32_t step = 1 + i % 2;
        HW_AUTO(hwi_network) *network = new_network(HW_ACTIVATION_RECTIFIER, 0, 1);
        HW_AUTO(hwi_work) *work = hw_new_work(network);
        network->layers[0].is_by_unit = work->is_fast = i >= 2;
        hwi_active *input = &work->input;
        input->n = 0;
        for (int32_t u = 0; u < 10; u += step) {
            input->units[input->n] = u;
            input->values[input->n++] = u + 1;
        }
        const hwi_dropout dropout = {0.2, 1234 + 3};
        hwi_drop_inputs(&dropout, network, work);
        int32_t n = 0;
        for (int32_t u = 0; u < 10; u += step) {
            if (n < input->n && input->units[n] == u)
                assert_true(input->values[n++] == (kept[u] == '1' ? u + 1 : 0));
            else
                assert_true(kept[u] == '0');
        }
        assert_int_equal(input->n, n);
        for (int32_t k = 0; i < 2 && k < n; k++)
            assert_true(input->values[k] != 0);
    }
}

/* Spec 5.2 word by word, zeros included: the eight sums of a unit, then the rest. */
static double net_as_specified(const hwi_layer *layer, int32_t unit, const double *x)
{
    double p[8] = {0}, sum = 0;
    int32_t n_blocked = layer->n_in / 8 * 8;
    for (int32_t c = 0; c < n_blocked; c++)
        p[c % 8] += (double)hwi_layer_weight(layer, unit, c, 0) * x[c];
    sum += ((p[0] + p[1]) + p[2]) + p[3];
    sum += ((p[4] + p[5]) + p[6]) + p[7];
    for (int32_t c = n_blocked; c < layer->n_in; c++)
        sum += (double)hwi_layer_weight(layer, unit, c, 0) * x[c];
    return sum + layer->biases[unit];
}

static double activation_as_specified(hwi_unit_kind kind, double z)
{
    switch (kind) {
    case HWI_UNIT_TANH:
        return 1 - 2 / (1 + exp(2 * z));
    case HWI_UNIT_RECTIFIER:
        return z > 0 ? z : 0;
    default:
        return z >= 0 ? z : exp(z) - 1;
    }
}

static void test_forward_sums_and_activations_as_specified(void **state)
{
    (void)state;
    static const hw_activation activations[] = {HW_ACTIVATION_TANH, HW_ACTIVATION_RECTIFIER,
                                                HW_ACTIVATION_EXP_RECTIFIER};
    double values[N_INPUTS];
    fill_inputs(values);
    for (size_t i = 0; i < HW_COUNT(activations); i++) {
        HW_AUTO(hwi_network) *network = new_network(activations[i], 0, 1);
        HW_AUTO(hwi_work) *work = hw_new_work(network);
        hw_set_input(network, work, values);
        hwi_forward(network, work, NULL, 0.125, NULL);
        const hwi_layer *layer = &network->layers[0];
        const double *a = work->layers[0].activation;
        for (int32_t u = 0; u < N_UNITS; u++)
            assert_true(a[u] ==
                        activation_as_specified(layer->kind, net_as_specified(layer, u, values)));
        assert_true(work->layers[1].activation[0] ==
                    net_as_specified(&network->layers[1], 0, a) + 0.125);
    }
}

static void test_forward_maxout_takes_the_larger_channel(void **state)
{
    (void)state;
    HW_AUTO(hwi_network) *network = new_network(HW_ACTIVATION_MAXOUT, 0, 1);
    HW_AUTO(hwi_work) *work = hw_new_work(network);
    double values[N_INPUTS];
    fill_inputs(values);
    hw_set_input(network, work, values);
    hwi_forward(network, work, NULL, 0, NULL);
    const hwi_layer *layer = &network->layers[0];
    int n_second = 0;
    for (int32_t u = 0; u < N_UNITS; u++) {
        double channel[2] = {0, 0};
        for (int32_t k = 0; k < 2; k++) {
            for (int32_t c = 0; c < N_INPUTS; c++)
                channel[k] += (double)hwi_layer_weight(layer, u, c, k) * values[c];
            channel[k] += layer->biases[2 * u + k];
        }
        int winner = channel[1] > channel[0];
        n_second += winner;
        assert_int_equal(work->layers[0].winner[u], winner);
        assert_true(work->layers[0].activation[u] == channel[winner]);
    }
    assert_in_range(n_second, 1, N_UNITS - 1);
    hwi_work_reset(work, network);
    for (int32_t u = 0; u < N_UNITS; u++)
        assert_int_equal(work->layers[0].winner[u], 0);
}

static void test_forward_scoring_scales_by_what_dropout_keeps(void **state)
{
    (void)state;
    double values[N_INPUTS];
    fill_inputs(values);
    HW_AUTO(hwi_network) *plain = new_network(HW_ACTIVATION_TANH, 0, 1);
    HW_AUTO(hwi_network) *dropping = new_network(HW_ACTIVATION_TANH_WITH_DROPOUT, 0.3, 1);
    HW_AUTO(hwi_work) *of_plain = hw_new_work(plain);
    HW_AUTO(hwi_work) *of_dropping = hw_new_work(dropping);
    hw_set_input(plain, of_plain, values);
    hw_set_input(dropping, of_dropping, values);
    hwi_forward(plain, of_plain, NULL, 0, NULL);
    hwi_forward(dropping, of_dropping, NULL, 0, NULL);
    for (int32_t u = 0; u < N_UNITS; u++)
        assert_true(of_dropping->layers[0].dense[u] == of_plain->layers[0].dense[u] * (1 - 0.3));
}

static void test_forward_softmax_is_a_distribution(void **state)
{
    (void)state;
    HW_AUTO(hwi_network) *network = new_network(HW_ACTIVATION_RECTIFIER, 0, 3);
    HW_AUTO(hwi_work) *work = hw_new_work(network);
    double values[N_INPUTS], sum = 0;
    fill_inputs(values);
    hw_set_input(network, work, values);
    network->layers[1].biases[2] = 1000; /* exp of it would be infinite */
    hwi_forward(network, work, NULL, 5, NULL);
    for (int32_t k = 0; k < 3; k++)
        sum += work->layers[1].activation[k];
    assert_true(sum == 1);
    assert_true(work->layers[1].activation[2] == 1);
}

/* Moves in training and in scoring, before the scaling of scoring. */
static void test_forward_average_activations_move(void **state)
{
    (void)state;
    HW_AUTO(hwi_network) *network = new_network(HW_ACTIVATION_TANH_WITH_DROPOUT, 0.25, 1);
    HW_AUTO(hwi_work) *work = hw_new_work(network);
    double values[N_INPUTS];
    fill_inputs(values);
    hw_set_input(network, work, values);
    network->layers[0].average_activation[4] = 0.5;
    hwi_forward(network, work, NULL, 0, network);
    double unscaled =
        activation_as_specified(HWI_UNIT_TANH, net_as_specified(&network->layers[0], 4, values));
    assert_true(network->layers[0].average_activation[4] == 0.999 * 0.5 + 0.001 * unscaled);
    double before = network->layers[0].average_activation[4];
    hwi_forward(network, work, NULL, 0, NULL);
    assert_true(network->layers[0].average_activation[4] == before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forward_masks_equal_h2o),
        cmocka_unit_test(test_forward_input_mask_equals_h2o),
        cmocka_unit_test(test_forward_sums_and_activations_as_specified),
        cmocka_unit_test(test_forward_maxout_takes_the_larger_channel),
        cmocka_unit_test(test_forward_scoring_scales_by_what_dropout_keeps),
        cmocka_unit_test(test_forward_softmax_is_a_distribution),
        cmocka_unit_test(test_forward_average_activations_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
