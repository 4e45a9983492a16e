/* SPDX-License-Identifier: Apache-2.0 */
#include "support/hw_mojo.h"

#include "nn/work.h"

/* The layer's activations, once more by hand through the network. */
static void test_deep_features_are_the_layers_activations(void **state)
{
    (void)state;
    static const char *const names[] = {"mixed_autoencoder_tanh", "mixed_tweedie_maxoutdropout",
                                        "mixed_poisson_rectifierdropout", "mixed_binomial_maxcat"};
    for (size_t i = 0; i < HW_COUNT(names); i++) {
        HW_AUTO(hw_model) *model = hw_mojo_model(names[i]);
        HW_AUTO(hw_frame) *frame = hw_mojo_input(names[i]);
        HW_AUTO(hwi_adapted) *adapted = NULL;
        HW_AUTO(hwi_work) *work = NULL;
        hw_error err = {0};
        hw_assert_ok(hwi_adapted_new(model->encoder, frame, NULL, &adapted, &err), err);
        hw_assert_ok(hwi_work_new(model->network, hwi_encoder_max_active(model->encoder), false,
                                  (hwi_seat){0}, &work, &err),
                     err);
        for (int32_t l = 0; l < model->network->n_layers - 1; l++) {
            HW_AUTO(hw_frame) *features = NULL;
            hw_assert_ok(hw_model_deep_features(model, frame, l, &features, &err), err);
            int32_t n_units = model->network->layers[l].n_units;
            char last_name[32];
            snprintf(last_name, sizeof last_name, "DF.L%d.C%d", l + 1, n_units);
            assert_int_equal(hw_frame_n_columns(features), n_units);
            assert_string_equal(hw_frame_column_name(features, n_units - 1), last_name);
            for (int64_t r = 0; r < hw_frame_n_rows(frame); r++) {
                double raw[64], x;
                hwi_adapted_read_rows(adapted, r, 1, raw);
                hwi_encode_scoring(model->encoder, raw, &work->input);
                hwi_forward(model->network, work, NULL, 0, NULL);
                for (int32_t u = 0; u < n_units; u++) {
                    hw_frame_read_doubles(features, u, r, 1, &x);
                    assert_true(x == work->layers[l].dense[u]);
                }
            }
        }
    }
}

static void test_deep_features_wrong_layer_is_refused(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *model = hw_mojo_model("mixed_autoencoder_tanh");
    HW_AUTO(hw_frame) *frame = hw_mojo_input("mixed_autoencoder_tanh");
    for (int32_t layer = -1; layer <= 1; layer += 2) {
        hw_frame *features = NULL;
        hw_error err = {0};
        assert_int_equal(hw_model_deep_features(model, frame, layer, &features, &err), HW_EINVAL);
        assert_string_equal(err.field, "layer");
        assert_non_null(strstr(err.message, "1 hidden layer,"));
        assert_null(features);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deep_features_are_the_layers_activations),
        cmocka_unit_test(test_deep_features_wrong_layer_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
