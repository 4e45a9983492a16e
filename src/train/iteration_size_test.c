/* SPDX-License-Identifier: Apache-2.0 */
#include "support/hw_network.h"
#include "train/trainer.h"

static void test_iteration_size_as_asked(void **state)
{
    (void)state;
    static const struct {
        int64_t asked, n;
        double epochs;
        int64_t expected;
    } cases[] = {{0, 150, 10, 150},     {-1, 150, 10, 150},
                 {37, 150, 10, 37},     {1, 150, 10, 1},
                 {5000, 150, 10, 1500}, {5000, 150, 0.5, 75},
                 {5000, 150, 0, 1},     {INT64_MAX, 150, 1e300, INT64_MAX}};
    const hwi_network_shape shape = {.n_inputs = 4, .n_classes = 1};
    HW_AUTO(hwi_network) *network = hw_new_network(&shape);
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO(hw_params) *params = hw_new_params("seed=1");
        params->train_samples_per_iteration = cases[i].asked;
        params->epochs = cases[i].epochs;
        assert_int_equal(hwi_samples_per_iteration(params, cases[i].n, network), cases[i].expected);
    }
}

/* Chosen by cost: never over a tenth of all or ten epochs, at least a sample, whole epochs when it
 * is little more, smaller for larger networks. */
static void test_iteration_size_automatic(void **state)
{
    (void)state;
    static const int32_t large_hidden[] = {5000, 5000};
    const hwi_network_shape small = {.n_inputs = 4, .n_classes = 1};
    const hwi_network_shape large = {
        .n_inputs = 800, .n_hidden = 2, .hidden = large_hidden, .n_classes = 1};
    HW_AUTO(hwi_network) *of_small = hw_new_network(&small);
    HW_AUTO(hwi_network) *of_large = hw_new_network(&large);
    HW_AUTO(hw_params) *params = hw_new_params("train_samples_per_iteration=-2;epochs=10");
    assert_int_equal(hwi_samples_per_iteration(params, 150, of_small), 150);
    assert_int_equal(hwi_samples_per_iteration(params, 3, of_small), 3);
    params->epochs = 1000;
    assert_int_equal(hwi_samples_per_iteration(params, 150, of_small), 1500);
    params->epochs = 0.001;
    assert_int_equal(hwi_samples_per_iteration(params, 150, of_small), 1);
    params->epochs = 1000;
    int64_t size = hwi_samples_per_iteration(params, 1000000, of_large);
    assert_in_range(size, 100, 10000);
    params->activation = HW_ACTIVATION_TANH;
    assert_true(hwi_samples_per_iteration(params, 1000000, of_large) < size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_iteration_size_as_asked),
        cmocka_unit_test(test_iteration_size_automatic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
