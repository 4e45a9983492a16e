/* SPDX-License-Identifier: Apache-2.0
 *
 * Any number of threads gives the same bits, whatever is trained. */
#include "support/hw_train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "train/trainer.h"

static const char *const common =
    "seed=5;epochs=3;hidden=40,70;train_samples_per_iteration=50;score_each_iteration=true;";

static const char *const mixtures[] = {
    "ignored_columns=y;response_column=k",
    "ignored_columns=y;response_column=k;reproducible=true",
    "ignored_columns=y;response_column=k;reproducible=true;h2o_compat=true;activation=Tanh",
    "ignored_columns=k;response_column=y;activation=Maxout;max_w2=0.5",
    "ignored_columns=k;response_column=y;activation=Maxout;max_w2=0.5;reproducible=true",
    "ignored_columns=k;response_column=y;activation=MaxoutWithDropout;h2o_compat=true;max_w2=1",
    "ignored_columns=k;response_column=y;activation=ExpRectifier;l1=1e-3;l2=1e-3",
    "ignored_columns=k;response_column=y;activation=RectifierWithDropout;input_dropout_ratio=0.2",
    "ignored_columns=k;response_column=y;activation=TanhWithDropout;reproducible=true",
    "ignored_columns=k;response_column=y;adaptive_rate=false;fast_mode=false;l2=1e-3",
    "ignored_columns=k;response_column=y;adaptive_rate=false;momentum_start=0.5;"
    "momentum_stable=0.9;momentum_ramp=100",
    "ignored_columns=k;response_column=y;adaptive_rate=false;momentum_start=0.5;"
    "momentum_stable=0.9;nesterov_accelerated_gradient=false;reproducible=true",
    "ignored_columns=k;response_column=y;elastic_averaging=true",
    "ignored_columns=k;response_column=y;offset_column=b;epochs=20",
    "ignored_columns=k;response_column=y;offset_column=b;hidden=10;epochs=20;reproducible=true",
    "ignored_columns=k;response_column=a;weights_column=y;h2o_compat=true",
    "autoencoder=true;activation=Tanh",
    "autoencoder=true;activation=Tanh;sparsity_beta=0.1;average_activation=0.1;reproducible=true",
};

static hw_model *model_of_team(const char *settings, int n_members)
{
    char text[400], size[12];
    snprintf(text, sizeof text, "%s%s", common, settings);
    snprintf(size, sizeof size, "%d", n_members);
    setenv("HW_TEAM_SIZE", size, 1);
    return hw_model_with(text);
}

static bool is_equal(const hwi_network *a, const hwi_network *b)
{
    return a->n_slab_bytes == b->n_slab_bytes && memcmp(a->slab, b->slab, a->n_slab_bytes) == 0;
}

static void test_team_of_any_size_gives_the_same_bits(void **state)
{
    (void)state;
    static const int sizes[] = {2, 3, 8};
    for (size_t i = 0; i < HW_COUNT(mixtures); i++) {
        HW_AUTO(hw_model) *alone = model_of_team(mixtures[i], 1);
        for (size_t k = 0; k <= HW_COUNT(sizes); k++) {
            /* At last one who learns every other stretch alone. */
            if (k == HW_COUNT(sizes))
                setenv("HW_TEAM_PACE", "alternate", 1);
            HW_AUTO(hw_model) *model = model_of_team(mixtures[i], sizes[k % HW_COUNT(sizes)]);
            unsetenv("HW_TEAM_PACE");
            if (!is_equal(alone->network, model->network))
                fail_msg("a team of %d learns other weights: %s", sizes[k % HW_COUNT(sizes)],
                         mixtures[i]);
        }
    }
}

static hw_model *model_of_wide(const char *settings, int n_members)
{
    char size[12];
    snprintf(size, sizeof size, "%d", n_members);
    setenv("HW_TEAM_SIZE", size, 1);
    HW_AUTO(hw_frame) *frame = hw_new_wide_frame(150);
    hw_params *params = hw_params_new();
    hw_error err = {0};
    hw_set_all(params, "response_column=y;seed=3;epochs=2;hidden=50,20;stopping_rounds=0;"
                       "train_samples_per_iteration=100;score_each_iteration=true");
    hw_set_all(params, settings);
    hw_model *model = NULL;
    hw_assert_ok(hw_train(params, frame, NULL, NULL, &model, &err), err);
    hw_params_free(params);
    return model;
}

static double distance(const hwi_network *a, const hwi_network *b)
{
    double worst = 0;
    for (int32_t l = 0; l < a->n_layers; l++)
        for (int64_t i = 0; i < hwi_layer_n_entries(&a->layers[l]); i++)
            worst = fmax(worst, fabs((double)(a->layers[l].weights[i] - b->layers[l].weights[i])));
    return worst;
}

/* Laid out unit by unit or in panels, alone or in a team: the same but for the order of sums. A
 * bound of weights that never acts makes training stay with panels. */
static void test_team_learns_unit_by_unit_what_panels_learn(void **state)
{
    (void)state;
    static const char *const wide[] = {
        "activation=Rectifier",
        "activation=Rectifier;standardize=false",
        "activation=Rectifier;standardize=false;fast_mode=false;adaptive_rate=false",
        "activation=Rectifier;l1=1e-4;l2=1e-4;standardize=false",
        "activation=RectifierWithDropout;input_dropout_ratio=0.2",
        "activation=Rectifier;adaptive_rate=false;momentum_start=0.5;momentum_stable=0.5",
        "activation=Rectifier;adaptive_rate=false;momentum_start=0.5;momentum_stable=0.5;"
        "nesterov_accelerated_gradient=false",
        "activation=Tanh;hidden=37",
        "activation=Maxout",
        "activation=MaxoutWithDropout;input_dropout_ratio=0.2",
        /* Layers above the first, too. */
        "activation=Rectifier;hidden=170,37,20",
        "activation=Tanh;hidden=170,170,5",
        "activation=Maxout;hidden=170,37",
        "activation=ExpRectifier;hidden=163,170,20;l1=1e-4;l2=1e-4",
        "activation=Rectifier;hidden=170,37;fast_mode=false;adaptive_rate=false",
        "activation=RectifierWithDropout;hidden=410,37",
        "activation=MaxoutWithDropout;hidden=410,21;l1=1e-4;adaptive_rate=false;rate=0.001",
    };
    bool has_differed = false;
    for (size_t i = 0; i < HW_COUNT(wide); i++) {
        char in_panels[300];
        snprintf(in_panels, sizeof in_panels, "%s;max_w2=1e30", wide[i]);
        HW_AUTO(hw_model) *alone = model_of_wide(wide[i], 1);
        HW_AUTO(hw_model) *panels = model_of_wide(in_panels, 1);
        static const int sizes[] = {2, 3, 8};
        for (size_t k = 0; k < HW_COUNT(sizes); k++) {
            HW_AUTO(hw_model) *team = model_of_wide(wide[i], sizes[k]);
            if (!is_equal(alone->network, team->network))
                fail_msg("a team of %d learns other weights: %s", sizes[k], wide[i]);
        }
        double d = distance(alone->network, panels->network);
        if (!(d < 2e-4))
            fail_msg("unit by unit differs by %g from panels: %s", d, wide[i]);
        has_differed |= d > 0;
    }
    assert_true(has_differed); /* else both were in panels */
}

/* In the exact arithmetic the order of sums is the original's, whatever the layout. The last ones
 * stay in panels of themselves. */
static void test_team_learns_exactly_in_either_layout(void **state)
{
    (void)state;
    static const char *const wide[] = {
        "activation=Rectifier",
        "activation=Rectifier;h2o_compat=true",
        "activation=Rectifier;standardize=false",
        "activation=Rectifier;standardize=false;rho=1",
        "activation=Rectifier;standardize=false;fast_mode=false;adaptive_rate=false",
        "activation=Rectifier;standardize=false;adaptive_rate=false",
        "activation=RectifierWithDropout;input_dropout_ratio=0.2",
        "activation=Rectifier;adaptive_rate=false;momentum_start=0.5;momentum_stable=0.5",
        "activation=Rectifier;adaptive_rate=false;momentum_start=0.5;momentum_stable=0.5;"
        "nesterov_accelerated_gradient=false;standardize=false;l1=1e-4;l2=1e-4",
        "activation=Rectifier;hidden=37;input_dropout_ratio=0.5;standardize=false",
        "activation=Rectifier;l1=1e-4;l2=1e-4;standardize=false",
        "activation=Rectifier;fast_mode=false",
    };
    for (size_t i = 0; i < HW_COUNT(wide); i++) {
        char by_unit[300], in_panels[320];
        snprintf(by_unit, sizeof by_unit, "%s;reproducible=true", wide[i]);
        snprintf(in_panels, sizeof in_panels, "%s;max_w2=1e30", by_unit);
        HW_AUTO(hw_model) *panels = model_of_wide(in_panels, 1);
        static const int sizes[] = {1, 2, 3, 8};
        for (size_t k = 0; k < HW_COUNT(sizes); k++) {
            HW_AUTO(hw_model) *model = model_of_wide(by_unit, sizes[k]);
            if (!is_equal(model->network, panels->network))
                fail_msg("%d members learn other weights than panels: %s", sizes[k], wide[i]);
        }
    }
}

/* A net that one thread learns faster than several stays with one. */
static void test_team_is_as_large_as_the_network_deserves(void **state)
{
    (void)state;
    unsetenv("HW_TEAM_SIZE");
    hw_error err;
    static const int32_t small[] = {10, 10}, large[] = {2000, 2000};
    for (int is_large = 0; is_large < 2; is_large++) {
        const hwi_network_shape shape = {.n_inputs = is_large ? 500 : 5,
                                         .n_hidden = 2,
                                         .hidden = is_large ? large : small,
                                         .activation = HW_ACTIVATION_RECTIFIER,
                                         .n_classes = 2};
        HW_AUTO(hwi_network) *network = NULL;
        hw_assert_ok(hwi_network_new(&shape, &network, &err), err);
        hwi_team_need need = {.network = network, .n_active_inputs = shape.n_inputs};
        int size = hwi_team_size(&need);
        if (is_large)
            assert_true(size >= 1);
        else
            assert_int_equal(size, 1);
        need.n_threads = 1;
        assert_int_equal(hwi_team_size(&need), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_team_of_any_size_gives_the_same_bits),
        cmocka_unit_test(test_team_learns_unit_by_unit_what_panels_learn),
        cmocka_unit_test(test_team_learns_exactly_in_either_layout),
        cmocka_unit_test(test_team_is_as_large_as_the_network_deserves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
