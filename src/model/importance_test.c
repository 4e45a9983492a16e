/* SPDX-License-Identifier: Apache-2.0
 *
 * Gedeon's importances by hand, and the table of layers. */
#include "model/importance.h"

#include <string.h>

#include "support/hw_encoder.h"

static hw_table *importances(const hwi_encoder *encoder, const hwi_network *network,
                             bool met_missing, bool as_h2o)
{
    const bool met[] = {met_missing};
    hw_table *table = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_variable_importances(encoder, network, met, as_h2o, &table, &err), err);
    return table;
}

/* Relative importance of the unit of that name. */
static double importance_of(const hw_table *table, const char *name)
{
    for (int64_t r = 0; r < hw_table_n_rows(table); r++)
        if (strcmp(hw_table_text(table, r, 0), name) == 0)
            return hw_table_number(table, r, 1);
    fail_msg("no unit %s", name);
    return NAN;
}

static hwi_encoder *two_numbers(void)
{
    HW_AUTO(hw_frame) *frame = hw_text_frame("a,b,y\n1,2,3\n2,5,4\n", NULL);
    HW_AUTO(hw_params) *params = hw_new_params("response_column=y;distribution=gaussian");
    return hw_new_encoder(params, frame);
}

/* (n_units, n_in) of one channel each, given row by row. */
static void set_weights(hwi_layer *layer, const float *h2o_order)
{
    hwi_layer_import_weights(layer, h2o_order, layer->weights);
}

static void test_importance_with_a_hidden_layer(void **state)
{
    (void)state;
    static const int32_t hidden[] = {2};
    static const float w0[] = {3, -1, 1, 1}, w1[] = {2, -6};
    const hwi_network_shape shape = {
        .n_inputs = 2, .n_hidden = 1, .hidden = hidden, .n_classes = 1};
    HW_AUTO(hwi_encoder) *encoder = two_numbers();
    HW_AUTO(hwi_network) *network = hw_new_network(&shape);
    set_weights(&network->layers[0], w0);
    set_weights(&network->layers[1], w1);
    /* a: 3/4 * 2/8 + 1/2 * 6/8 = 0.5625; b: 1/4 * 2/8 + 1/2 * 6/8 = 0.4375. */
    HW_AUTO(hw_table) *table = importances(encoder, network, true, false);
    assert_string_equal(hw_table_text(table, 0, 0), "a");
    assert_true(hw_table_number(table, 0, 1) == 1);
    hw_assert_near(importance_of(table, "b"), 0.4375 / 0.5625, 1e-6);
    hw_assert_near(hw_table_number(table, 0, 3), 0.5625, 1e-6);
    hw_assert_near(hw_table_number(table, 1, 3), 0.4375, 1e-6);
}

static void test_importance_without_hidden_layer(void **state)
{
    (void)state;
    static const float w[] = {1, -4};
    const hwi_network_shape shape = {.n_inputs = 2, .n_classes = 1};
    HW_AUTO(hwi_encoder) *encoder = two_numbers();
    HW_AUTO(hwi_network) *network = hw_new_network(&shape);
    set_weights(&network->layers[0], w);
    HW_AUTO(hw_table) *table = importances(encoder, network, true, false);
    assert_string_equal(hw_table_text(table, 0, 0), "b");
    assert_true(importance_of(table, "a") == 0.25);
}

/* Both channels count; H2O reads the first half of the interleaved array as if it were one. */
static void test_importance_of_maxout_unless_as_h2o(void **state)
{
    (void)state;
    static const int32_t hidden[] = {1};
    /* Input a: channels 3 and 1, input b: channels 2 and 10. */
    static const float w0[] = {3, 1, -2, 10}, w1[] = {1};
    const hwi_network_shape shape = {.n_inputs = 2,
                                     .n_hidden = 1,
                                     .hidden = hidden,
                                     .activation = HW_ACTIVATION_MAXOUT,
                                     .n_classes = 1};
    HW_AUTO(hwi_encoder) *encoder = two_numbers();
    HW_AUTO(hwi_network) *network = hw_new_network(&shape);
    set_weights(&network->layers[0], w0);
    set_weights(&network->layers[1], w1);
    HW_AUTO(hw_table) *guide = importances(encoder, network, true, false);
    HW_AUTO(hw_table) *compat = importances(encoder, network, true, true);
    hw_assert_near(importance_of(guide, "a"), 4 / 12.0, 1e-6);
    assert_true(importance_of(guide, "b") == 1);
    assert_true(importance_of(compat, "a") == 1);
    hw_assert_near(importance_of(compat, "b"), 1 / 3.0, 1e-6);
}

/* A missing unit that training never lit counts nothing: before scaling, or in H2O after it. */
static void test_importance_of_an_unmet_missing_unit(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = hw_text_frame("c,y\nu,3\nv,4\n", "c=enum");
    HW_AUTO(hw_params) *params = hw_new_params("response_column=y;distribution=gaussian");
    HW_AUTO(hwi_encoder) *encoder = hw_new_encoder(params, frame);
    static const float w[] = {1, 2, 4}; /* c.u, c.v, c.missing(NA) */
    const hwi_network_shape shape = {.n_inputs = 3, .n_classes = 1};
    HW_AUTO(hwi_network) *network = hw_new_network(&shape);
    set_weights(&network->layers[0], w);
    static const struct {
        bool met, as_h2o;
        double v, missing;
    } cases[] = {
        {true, false, 0.5, 1}, {true, true, 0.5, 1}, {false, false, 1, 0}, {false, true, 0.5, 0}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO(hw_table) *table = importances(encoder, network, cases[i].met, cases[i].as_h2o);
        assert_true(importance_of(table, "c.v") == cases[i].v);
        assert_true(importance_of(table, "c.missing(NA)") == cases[i].missing);
    }
}

static void test_summary_statistics(void **state)
{
    (void)state;
    static const float w[] = {1, 3};
    const hwi_network_shape shape = {.n_inputs = 2, .n_classes = 1};
    HW_AUTO(hwi_network) *network = hw_new_network(&shape);
    hwi_layer *layer = &network->layers[0];
    set_weights(layer, w);
    layer->biases[0] = 0.5;
    hwi_layer_statistics s = hwi_layer_statistics_of(layer, 0, 0.25f);
    assert_true(s.mean_rate == 0.25 && s.rate_rms == 0);
    assert_true(s.mean_weight == 2 && s.mean_bias == 0.5);
    assert_true(s.weight_rms == hwk_approx_sqrt_f64(1));
}

static void test_summary_table(void **state)
{
    (void)state;
    static const int32_t hidden[] = {1000};
    static const double ratios[] = {0.25};
    const hwi_network_shape shape = {.n_inputs = 2,
                                     .n_hidden = 1,
                                     .hidden = hidden,
                                     .dropout_ratios = ratios,
                                     .activation = HW_ACTIVATION_TANH_WITH_DROPOUT,
                                     .n_classes = 3};
    HW_AUTO(hwi_network) *network = hw_new_network(&shape);
    HW_AUTO(hw_params) *params = hw_new_params("adaptive_rate=false");
    hwi_sgd sgd = hw_new_sgd(params, 2);
    const hwi_summary_facts facts = {.response = "y",
                                     .n_classes = 3,
                                     .distribution = "multinomial",
                                     .loss = "CrossEntropy",
                                     .l1 = 0.5,
                                     .n_samples = 1234567};
    hw_table *table = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_model_summary(network, &sgd, &facts, &table, &err), err);
    const char *description = hw_table_description(table);
    assert_non_null(strstr(description, "predicting y, 3-class classification, multinomial "
                                        "distribution, CrossEntropy loss, 6,003 weights/biases, "));
    assert_non_null(strstr(description, ", 1,234,567 training samples, mini-batch size 1"));
    assert_int_equal(hw_table_n_rows(table), 3); /* the input layer comes first */
    assert_string_equal(hw_table_text(table, 1, hw_table_find_column(table, "type")),
                        "TanhDropout");
    assert_string_equal(hw_table_text(table, 2, hw_table_find_column(table, "type")), "Softmax");
    int32_t dropout = hw_table_find_column(table, "dropout");
    assert_true(hw_table_number(table, 1, dropout) == 25);
    assert_true(hw_table_is_empty(table, 2, dropout));
    assert_true(hw_table_number(table, 1, hw_table_find_column(table, "l1")) == 0.5);
    hwi_table_free(table);
    hwi_sgd_clear(&sgd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_importance_with_a_hidden_layer),
        cmocka_unit_test(test_importance_without_hidden_layer),
        cmocka_unit_test(test_importance_of_maxout_unless_as_h2o),
        cmocka_unit_test(test_importance_of_an_unmet_missing_unit),
        cmocka_unit_test(test_summary_statistics),
        cmocka_unit_test(test_summary_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
