/* SPDX-License-Identifier: Apache-2.0
 *
 * What h2o_compat changes in a whole training: each defect of H2O against the guide. Those inside a
 * step of learning are in nn/sgd_test.c, those of encoding in encoder/encode_test.c. */
#include "support/hw_encoder.h"
#include "train/train.h"

enum { N_ROWS = 120 };

typedef double number_of_row(int row);

/* a, b: inputs; c: a category; w: weights as given; y: the response. */
static hw_frame *new_frame(number_of_row *weight_of)
{
    static const char *const levels[] = {"p", "q", "r"};
    hwi_rng rng = hwi_rng_new(11);
    double a[N_ROWS], b[N_ROWS], c[N_ROWS], w[N_ROWS], y[N_ROWS];
    for (int i = 0; i < N_ROWS; i++) {
        a[i] = hwi_rng_gaussian(&rng);
        b[i] = i % 5 ? hwi_rng_gaussian(&rng) : 0;
        c[i] = hwi_rng_below(&rng, 3);
        w[i] = weight_of ? weight_of(i) : 1 + i % 3;
        y[i] = 3 * a[i] - b[i] + c[i] + (i % 17 == 0 ? 20 : 0);
    }
    hw_frame *frame = hwi_frame_new("made", N_ROWS);
    hw_error err = {0};
    hw_assert_ok(hwi_frame_add_column(frame, "a", HW_TYPE_REAL, a, NULL, 0, &err), err);
    hw_assert_ok(hwi_frame_add_column(frame, "b", HW_TYPE_REAL, b, NULL, 0, &err), err);
    hw_assert_ok(hwi_frame_add_column(frame, "c", HW_TYPE_ENUM, c, levels, 3, &err), err);
    hw_assert_ok(hwi_frame_add_column(frame, "w", HW_TYPE_REAL, w, NULL, 0, &err), err);
    hw_assert_ok(hwi_frame_add_column(frame, "y", HW_TYPE_REAL, y, NULL, 0, &err), err);
    return frame;
}

static hw_model *train(const hw_frame *frame, const char *settings, bool compat)
{
    HW_AUTO_BUFFER(all);
    hwi_buffer_printf(&all,
                      "reproducible=true;seed=5;hidden=4;epochs=3;stopping_rounds=0;"
                      "overwrite_with_best_model=false;response_column=y;h2o_compat=%s;%s",
                      compat ? "true" : "false", settings);
    HW_AUTO(hw_params) *params = hw_new_params(hwi_buffer_text(&all));
    hw_model *model = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_train(params, frame, NULL, NULL, &model, &err), err);
    return model;
}

/* The largest difference of weights. */
static double distance(const hw_model *a, const hw_model *b)
{
    double worst = 0;
    for (int32_t l = 0; l < a->network->n_layers; l++) {
        const hwi_layer *x = &a->network->layers[l], *y = &b->network->layers[l];
        for (int64_t i = 0; i < hwi_layer_n_entries(x); i++)
            worst = fmax(worst, fabs((double)x->weights[i] - (double)y->weights[i]));
    }
    return worst;
}

/* How far two settings' networks are apart, with and without compat. */
static void check_apart(const hw_frame *frame, const char *a, const char *b, bool guide_differs,
                        bool compat_differs)
{
    for (int compat = 0; compat < 2; compat++) {
        HW_AUTO(hw_model) *first = train(frame, a, compat);
        HW_AUTO(hw_model) *second = train(frame, b, compat);
        bool differs = distance(first, second) > 0;
        if (differs != (compat ? compat_differs : guide_differs))
            fail_msg("'%s' and '%s' %s with h2o_compat %d", a, b,
                     differs ? "differ" : "are the same", compat);
    }
}

static void test_compat_huber_alpha_is_learned_from_by_the_guide(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = new_frame(NULL);
    check_apart(frame, "ignored_columns=w;distribution=huber;huber_alpha=0.5",
                "ignored_columns=w;distribution=huber;huber_alpha=0.95", true, false);
}

static void test_compat_gaussian_learns_by_its_loss_by_the_guide(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = new_frame(NULL);
#define GAUSSIAN "ignored_columns=w;distribution=gaussian;loss="
    check_apart(frame, GAUSSIAN "Absolute", GAUSSIAN "Quadratic", true, false);
    check_apart(frame, GAUSSIAN "Huber", GAUSSIAN "Quadratic", true, false);
    check_apart(frame, GAUSSIAN "Quantile;quantile_alpha=0.1", GAUSSIAN "Quadratic", true, false);
    check_apart(frame, GAUSSIAN "Absolute", "ignored_columns=w;distribution=laplace", false, true);
    check_apart(frame, GAUSSIAN "Huber", "ignored_columns=w;distribution=huber", false, true);
}

static double weigh_all_alike(int row)
{
    (void)row;
    return 4;
}

/* Equal weights are no weights; others scale the gradient, or steer the drawing of rows. */
static void test_compat_weights_scale_gradients_by_the_guide(void **state)
{
    (void)state;
    static const char *const plain =
        "adaptive_rate=false;rate=0.01;standardize=false;weights_column=w";
    HW_AUTO(hw_frame) *alike = new_frame(weigh_all_alike);
    HW_AUTO(hw_frame) *graded = new_frame(NULL);
    HW_AUTO(hw_model) *of_alike = train(alike, plain, false);
    HW_AUTO(hw_model) *without =
        train(alike, "adaptive_rate=false;rate=0.01;standardize=false;ignored_columns=w", false);
    assert_true(distance(of_alike, without) == 0);
    HW_AUTO(hw_model) *guide = train(graded, plain, false);
    HW_AUTO(hw_model) *compat = train(graded, plain, true);
    assert_true(distance(guide, of_alike) > 0);
    assert_true(distance(guide, compat) > 0);
    assert_int_equal(guide->samples_processed, 3 * N_ROWS);
}

static double weigh_two_of_three(int row)
{
    return row % 3 ? 1 : 0;
}

/* Rows of weight 0 are passed over; H2O thins the iteration by their share besides. */
static void test_compat_binary_weights_thin_twice_in_h2o(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = new_frame(weigh_two_of_three);
    HW_AUTO(hw_model) *guide = train(frame, "weights_column=w;epochs=1", false);
    HW_AUTO(hw_model) *compat = train(frame, "weights_column=w;epochs=1", true);
    assert_int_equal(guide->iterations, 1);
    assert_int_equal(guide->samples_processed, N_ROWS * 2 / 3);
    assert_true(compat->iterations > 1);
    double per_iteration = (double)compat->samples_processed / compat->iterations;
    assert_true(fabs(per_iteration - N_ROWS * 4.0 / 9) < 10);
}

/* The first input unit is level p of c. H2O's sparse loader silences it where a row has fewer
 * numbers than its buffer has slots. */
static void test_compat_sparse_silences_unit_zero_in_h2o(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = new_frame(NULL);
    HW_AUTO(hw_model) *guide = train(frame, "sparse=true;ignored_columns=w", false);
    HW_AUTO(hw_model) *compat = train(frame, "sparse=true;ignored_columns=w", true);
    assert_true(distance(guide, compat) > 0);
    /* With a number in every slot both are the same. */
    HW_AUTO(hw_model) *full = train(frame, "sparse=true;ignored_columns=w,b", false);
    HW_AUTO(hw_model) *full_compat = train(frame, "sparse=true;ignored_columns=w,b", true);
    assert_true(distance(full, full_compat) == 0);
}

/* An offset shifts in link space whatever its sign; H2O counts positive ones and centres them by
 * the response's mean. */
static void test_compat_offsets(void **state)
{
    (void)state;
    hwi_encoder encoder = {.has_resp_norm = true, .resp_mul = 0.5, .resp_sub = 10};
    hwi_encoder raw = {.has_resp_norm = false};
    static const struct {
        double offset, guide, compat, raw, raw_compat;
    } cases[] = {{4, 2, -3, 4, 4}, {0, 0, 0, 0, 0}, {-4, -2, 0, -4, 0}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        assert_true(hwi_offset_for_output(&encoder, cases[i].offset, false) == cases[i].guide);
        assert_true(hwi_offset_for_output(&encoder, cases[i].offset, true) == cases[i].compat);
        assert_true(hwi_offset_for_output(&raw, cases[i].offset, false) == cases[i].raw);
        assert_true(hwi_offset_for_output(&raw, cases[i].offset, true) == cases[i].raw_compat);
    }
}

static float first_weight(const hw_model *model)
{
    return model->network->layers[0].weights[0];
}

/* Three iterations; the average moves by 0.9 after each. In the guide what is trained is left
 * alone, in H2O it shrinks with the average. */
static void test_compat_elastic_averaging(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = new_frame(NULL);
    static const char *const elastic =
        "ignored_columns=w;elastic_averaging=true;elastic_averaging_moving_rate=0.9;"
        "elastic_averaging_regularization=0";
    float w[3];
    for (int epochs = 1; epochs <= 3; epochs++) {
        char settings[64];
        snprintf(settings, sizeof settings, "ignored_columns=w;epochs=%d", epochs);
        HW_AUTO(hw_model) *plain = train(frame, settings, false);
        w[epochs - 1] = first_weight(plain);
    }
    double expected = 0.1 * (0.1 * (double)w[0] + 0.9 * (double)w[1]) + 0.9 * (double)w[2];
    HW_AUTO(hw_model) *guide = train(frame, elastic, false);
    HW_AUTO(hw_model) *compat = train(frame, elastic, true);
    hw_assert_near((double)first_weight(guide), expected, 1e-6);
    assert_true(fabs((double)first_weight(compat) - expected) > 1e-3);
}

static void test_compat_momentum_ramps_by_the_guide(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = new_frame(NULL);
#define MOMENTUM                                                                                   \
    "ignored_columns=w;adaptive_rate=false;rate=0.001;momentum_start=0.2;momentum_ramp=200;"
    check_apart(frame, MOMENTUM "momentum_stable=0.2001", MOMENTUM "momentum_stable=0.9", true,
                true);
    HW_AUTO(hw_model) *guide = train(frame, MOMENTUM "momentum_stable=0.9", false);
    HW_AUTO(hw_model) *compat = train(frame, MOMENTUM "momentum_stable=0.9", true);
    HW_AUTO(hw_model) *start = train(frame, MOMENTUM "momentum_stable=0.2", false);
    /* The guide leaves the start; H2O hardly does. */
    assert_true(distance(guide, start) > 4 * distance(compat, start));
}

/* What touches no defect is the same either way. */
static void test_compat_changes_nothing_else(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = new_frame(NULL);
    static const char *const settings[] = {
        "ignored_columns=w", "ignored_columns=w;activation=Maxout",
        "ignored_columns=w;activation=TanhWithDropout;l1=1e-4;input_dropout_ratio=0.1",
        "ignored_columns=w;adaptive_rate=false;rate=0.01", "ignored_columns=w,y;autoencoder=true"};
    for (size_t i = 0; i < HW_COUNT(settings); i++) {
        HW_AUTO(hw_model) *guide = train(frame, settings[i], false);
        HW_AUTO(hw_model) *compat = train(frame, settings[i], true);
        assert_true(distance(guide, compat) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compat_huber_alpha_is_learned_from_by_the_guide),
        cmocka_unit_test(test_compat_gaussian_learns_by_its_loss_by_the_guide),
        cmocka_unit_test(test_compat_weights_scale_gradients_by_the_guide),
        cmocka_unit_test(test_compat_binary_weights_thin_twice_in_h2o),
        cmocka_unit_test(test_compat_sparse_silences_unit_zero_in_h2o),
        cmocka_unit_test(test_compat_offsets),
        cmocka_unit_test(test_compat_elastic_averaging),
        cmocka_unit_test(test_compat_momentum_ramps_by_the_guide),
        cmocka_unit_test(test_compat_changes_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
