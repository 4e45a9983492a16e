/* SPDX-License-Identifier: Apache-2.0 */
#include "train/trainer.h"

#include <math.h>
#include <string.h>

#include "support/hw_network.h"
#include "support/hw_train.h"

/* Two layers: 3 inputs, 10 hidden units, one output. */
static hwi_network *new_network(void)
{
    static const int32_t hidden[] = {10};
    const hwi_network_shape shape = {
        .n_inputs = 3, .n_hidden = 1, .hidden = hidden, .n_classes = 1};
    hwi_network *network = hw_new_network(&shape);
    for (int32_t l = 0; l < network->n_layers; l++)
        for (int32_t c = 0; c < network->layers[l].n_in; c++)
            for (int32_t r = 0; r < network->layers[l].n_rows; r++)
                network->layers[l].weights[hwi_layer_at(&network->layers[l], c, r)] = 0.25F;
    return network;
}

static void test_stability_limits_are_h2os(void **state)
{
    (void)state;
    static const struct {
        int32_t layer;
        double weight, bias; /* of all units */
        bool alternates;     /* signs change from unit to unit */
        const char *found;   /* NULL: stable */
    } cases[] = {
        {0, 9e9, 9e4, false, NULL},
        {0, 1.1e10, 0, false, "the mean weight of layer 2 is 1.1e+10, the limit is 1e+10"},
        {0, -1.1e10, 0, false, "the mean weight of layer 2 is -1.1e+10"},
        {0, 1.1e10, 0, true, "the RMS of the weights of layer 2 is 1.1"},
        {1, NAN, 0, false, "the mean weight of layer 3 is NaN"},
        {1, INFINITY, 0, false, "the mean weight of layer 3 is "},
        {0, 0, -1.1e5, false, "the mean bias of layer 2 is -1.1e+05, the limit is 1e+05"},
        {0, 0, 1.2e5, true, "the RMS of the biases of layer 2 is 1.18"},
        {1, 0, NAN, false, "a bias of layer 3 is NaN"},
        {1, 0, -INFINITY, false, "a bias of layer 3 is -"},
    };
    hw_params *params = hw_params_new();
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO(hwi_network) *network = new_network();
        hwi_layer *layer = &network->layers[cases[i].layer];
        for (int32_t r = 0; r < layer->n_rows; r++) {
            double sign = cases[i].alternates && r % 2 ? -1 : 1;
            for (int32_t c = 0; c < layer->n_in; c++)
                layer->weights[hwi_layer_at(layer, c, r)] = (float)(sign * cases[i].weight);
            layer->biases[r] = sign * cases[i].bias;
        }
        hwi_trainer trainer = {.published = network, .params = params, .processed = 1234};
        hw_error err = {0};
        hw_status status = hwi_trainer_check_stability(&trainer, &err);
        assert_int_equal(status, cases[i].found ? HW_EUNSTABLE : HW_OK);
        if (!cases[i].found)
            continue;
        assert_non_null(strstr(err.message, "by sample 1234: "));
        if (!strstr(err.message, cases[i].found))
            fail_msg("case %zu: %s", i, err.message);
    }
    hw_params_free(params);
}

/* Units beyond the last full vector count, too. */
static void test_stability_looks_at_every_weight(void **state)
{
    (void)state;
    hw_params *params = hw_params_new();
    for (int32_t r = 0; r < 10; r++) {
        HW_AUTO(hwi_network) *network = new_network();
        network->layers[0].weights[hwi_layer_at(&network->layers[0], 2, r)] = NAN;
        hwi_trainer trainer = {.published = network, .params = params};
        hw_error err = {0};
        assert_int_equal(hwi_trainer_check_stability(&trainer, &err), HW_EUNSTABLE);
    }
    hw_params_free(params);
}

static void test_stability_hints_fit_the_parameters(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *field, *hints;
    } cases[] = {
        {"adaptive_rate=false;rate=5", "rate", "try rate below 5, activation Tanh, max_w2 10"},
        {"adaptive_rate=false;rate=5;activation=Tanh;max_w2=10;l2=0.001", "rate",
         "try rate below 5, hidden with fewer or smaller layers"},
        {"standardize=false", "activation", "try standardize true, activation Tanh, max_w2 10"},
        {"epsilon=1", "activation", "try epsilon below 1, activation Tanh, max_w2 10"},
        {"initial_weight_distribution=Normal;initial_weight_scale=9;activation=TanhWithDropout",
         "activation", "try initial_weight_scale below 9, max_w2 10, l2 1e-5"},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hw_params *params = hw_params_new();
        char text[256], *rest = NULL;
        hw_error err = {0};
        snprintf(text, sizeof text, "%s", cases[i].settings);
        for (char *item = strtok_r(text, ";", &rest); item; item = strtok_r(NULL, ";", &rest)) {
            char *value = strchr(item, '=');
            *value++ = '\0';
            hw_assert_ok(hw_params_set(params, item, value, &err), err);
        }
        HW_AUTO(hwi_network) *network = new_network();
        network->layers[0].biases[3] = INFINITY;
        hwi_trainer trainer = {.published = network, .params = params};
        assert_int_equal(hwi_trainer_check_stability(&trainer, &err), HW_EUNSTABLE);
        assert_string_equal(err.field, cases[i].field);
        const char *found = strstr(err.message, "try ");
        assert_string_equal(found ? found : err.message, cases[i].hints);
        hw_params_free(params);
    }
}

static const char *divergence_of(const hw_model *model)
{
    const char *field = NULL, *text = "";
    for (int32_t i = 0; i < hw_model_n_messages(model); i++)
        if (hw_model_message(model, i, &field, &text) == HW_MESSAGE_WARN &&
            strncmp(text, "training diverged", 17) == 0)
            return text;
    return "";
}

/* Whatever is kept, the model is there, says what happened, and predicts. */
static void test_stability_diverged_training_leaves_a_model(void **state)
{
    (void)state;
    static const char wild[] = "response_column=y;adaptive_rate=false;rate=3;";
    static const struct {
        const char *settings, *kept;
        int64_t n_samples; /* -1: not known here */
    } cases[] = {
        {"", "; the model is the untrained network, since nothing was scored before that", 0},
        {"overwrite_with_best_model=false",
         "; the model is the untrained network, since nothing was scored before that", 0},
        {"train_samples_per_iteration=1", "; the model is the best state before that", -1},
        {"train_samples_per_iteration=1;overwrite_with_best_model=false",
         "; the model is the last good state, after ", -1},
        {"autoencoder=true;activation=Rectifier;rate=1000", "; the model is ", -1},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        char settings[400];
        snprintf(settings, sizeof settings, "%s%s", wild, cases[i].settings);
        HW_AUTO(hw_model) *model = hw_model_with(settings);
        if (hw_model_ending(model) != HW_ENDED_UNSTABLE)
            fail_msg("case %zu did not diverge", i);
        const char *text = divergence_of(model);
        if (!strstr(text, cases[i].kept))
            fail_msg("case %zu: '%s'", i, text);
        if (cases[i].n_samples >= 0)
            assert_int_equal(model->samples_processed, cases[i].n_samples);
        HW_AUTO(hw_frame) *frame = hw_new_training_frame();
        HW_AUTO(hw_frame) *predictions = NULL;
        hw_error err = {0};
        hw_assert_ok(hw_model_predict(model, frame, &predictions, &err), err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stability_limits_are_h2os),
        cmocka_unit_test(test_stability_looks_at_every_weight),
        cmocka_unit_test(test_stability_hints_fit_the_parameters),
        cmocka_unit_test(test_stability_diverged_training_leaves_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
