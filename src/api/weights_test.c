/* SPDX-License-Identifier: Apache-2.0 */
#include "support/hand_model.h"

static double cell(const hw_frame *frame, int32_t column, int64_t row)
{
    double x;
    hw_frame_read_doubles(frame, column, row, 1, &x);
    return x;
}

static void check_layer(const hw_model *model, int32_t l, const hw_frame *weights,
                        const hw_frame *biases)
{
    const hwi_layer *layer = &model->network->layers[l];
    assert_int_equal(hw_frame_n_rows(weights), layer->n_rows);
    assert_int_equal(hw_frame_n_columns(weights), layer->n_in);
    assert_int_equal(hw_frame_n_rows(biases), layer->n_rows);
    assert_int_equal(hw_frame_n_columns(biases), 1);
    for (int32_t u = 0; u < layer->n_units; u++) {
        for (int32_t c = 0; c < layer->n_in; c++) {
            for (int32_t k = 0; k < layer->n_channels; k++) {
                /* H2O's storage, read as rows of n_in. */
                int32_t at = layer->n_channels * (u * layer->n_in + c) + k;
                double x = cell(weights, at % layer->n_in, at / layer->n_in);
                assert_true((float)x == hwi_layer_weight(layer, u, c, k));
            }
        }
    }
    for (int32_t r = 0; r < layer->n_rows; r++)
        assert_true(cell(biases, 0, r) == layer->biases[r]);
}

static void test_weights_every_layer_of_every_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < HW_COUNT(hand_specs); i++) {
        HW_AUTO(hw_model) *model = hand_model(&hand_specs[i]);
        assert_int_equal(hw_model_n_layers(model), hand_specs[i].n_hidden + 1);
        char **names = NULL;
        hw_error err = {0};
        hw_assert_ok(hwi_encoder_unit_names(model->encoder, &names, &err), err);
        for (int32_t l = 0; l < hw_model_n_layers(model); l++) {
            HW_AUTO(hw_frame) *weights = NULL;
            HW_AUTO(hw_frame) *biases = NULL;
            hw_assert_ok(hw_model_weights(model, l, &weights, &err), err);
            hw_assert_ok(hw_model_biases(model, l, &biases, &err), err);
            check_layer(model, l, weights, biases);
            assert_string_equal(hw_frame_column_name(weights, 0), l ? "C1" : names[0]);
            assert_string_equal(hw_frame_column_name(biases, 0), "C1");
        }
        hwi_texts_free(names, model->encoder->n_units);
    }
}

static void test_weights_wrong_layer_is_refused(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *model = hand_model(&hand_specs[0]);
    static const int32_t wrong[] = {-1, 3};
    for (size_t i = 0; i < HW_COUNT(wrong); i++) {
        hw_frame *frame = NULL;
        hw_error err = {0};
        assert_int_equal(hw_model_weights(model, wrong[i], &frame, &err), HW_EINVAL);
        assert_string_equal(err.field, "layer");
        assert_int_equal(hw_model_biases(model, wrong[i], &frame, &err), HW_EINVAL);
        assert_null(frame);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights_every_layer_of_every_kind),
        cmocka_unit_test(test_weights_wrong_layer_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
