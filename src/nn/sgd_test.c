/* SPDX-License-Identifier: Apache-2.0
 *
 * Learning step by step: the worked net of the specification, the optimisers by their formulas,
 * and what h2o_compat repeats of H2O. */
#include "nn/sgd.h"

#include "kernels/kernels.h"
#include "support/hw_network.h"

static const int32_t two[] = {2};

typedef struct step {
    double x[2], y;
    double output; /* before the update */
    float w0[4];   /* after it */
    double b0[2];
    float w1[2];
    double b1;
} step;

/* Rows (a, b -> y) in the order of the first iteration; seed 1234, hidden 2, all defaults. */
static const step steps[] = {
    {{5, 3},
     5,
     -1.635677898373828,
     {-0.7022559642791748f, 1.1105396747589111f, -0.9694185256958008f, -0.6722095012664795f},
     {0.4990553407059712, 0.5},
     {-0.8485630750656128f, 0.7897833585739136f},
     0.0007238946211246379},
    {{1, 0.5},
     1,
     -0.11561742748816707,
     {-0.7028945684432983f, 1.1105690002441406f, -0.9684266448020935f, -0.6732077598571777f},
     {0.49926502432985476, 0.4987221320284844},
     {-0.8487416505813599f, 0.7887421250343323f},
     0.0005519783088585407},
    {{2, -1},
     0,
     0.991725072358735,
     {-0.7040823698043823f, 1.1101758480072021f, -0.9671206474304199f, -0.6717396974563599f},
     {0.5000923172241347, 0.4966957037362029},
     {-0.8489124774932861f, 0.7873266339302063f},
     -6.0646366321043515e-05},
    {{4, 0.25},
     2,
     -0.11162309168723723,
     {-0.7040823698043823f, 1.1101757287979126f, -0.9671206474304199f, -0.6717391014099121f},
     {0.5000891635652681, 0.4967057557490089},
     {-0.848911464214325f, 0.7873286604881287f},
     -5.8110078869420256e-05},
    {{8, -2},
     3,
     -5.8110078869420256e-05,
     {-0.7040823698043823f, 1.1101757287979126f, -0.9671206474304199f, -0.6717391014099121f},
     {0.5000891635652681, 0.4967057557490089},
     {-0.848911464214325f, 0.7873286604881287f},
     8.019284970406944e-05}};

static void check_step(const hwi_network *network, const step *s)
{
    for (int32_t u = 0; u < 2; u++) {
        for (int32_t c = 0; c < 2; c++)
            assert_true(hwi_layer_weight(&network->layers[0], u, c, 0) == s->w0[2 * u + c]);
        hw_assert_near(network->layers[0].biases[u], s->b0[u], 1e-15);
        assert_true(hwi_layer_weight(&network->layers[1], 0, u, 0) == s->w1[u]);
    }
    hw_assert_near(network->layers[1].biases[0], s->b1, 1e-15);
}

static void test_sgd_worked_net_step_by_step(void **state)
{
    (void)state;
    const double sub[] = {4.0, 0.15000000000000002}, resp_sub = 2.2;
    const double mul[] = {0.3651483716701107, 0.5307448924342753}, resp_mul = 0.5198752449100363;
    const hwi_network_shape shape = {.n_inputs = 2,
                                     .n_hidden = 1,
                                     .hidden = two,
                                     .activation = HW_ACTIVATION_RECTIFIER,
                                     .n_classes = 1,
                                     .has_adadelta = true};
    HW_AUTO(hwi_network) *network = hw_new_network(&shape);
    HW_AUTO(hwi_work) *work = hw_new_work(network);
    HW_AUTO(hw_params) *params = hw_new_params("distribution=gaussian");
    hwi_sgd sgd = hw_new_sgd(params, 2);
    hwi_network_initialize(network, HW_INITIAL_WEIGHT_DISTRIBUTION_UNIFORM_ADAPTIVE, 1, 1234);
    for (size_t i = 0; i < HW_COUNT(steps); i++) {
        const step *s = &steps[i];
        const double x[] = {(s->x[0] - sub[0]) * mul[0], (s->x[1] - sub[1]) * mul[1]};
        hw_set_input(network, work, x);
        hwi_forward(network, work, NULL, 0, NULL);
        hw_assert_near(work->layers[1].activation[0], s->output, 1e-14);
        assert_true(hwi_sgd_learn(&sgd, network, work, (s->y - resp_sub) * resp_mul, NULL, 1));
        check_step(network, s);
    }
    hwi_sgd_clear(&sgd);
}

/* --- One weight: a net of one input and one linear unit ----------------------------------------
 */

typedef struct one_weight {
    hw_params *params;
    hwi_sgd sgd;
    hwi_network *network;
    hwi_work *work;
} one_weight;

static one_weight make_one(const char *settings, float weight, double bias)
{
    one_weight one = {.params = hw_new_params(settings)};
    bool has_momenta = !one.params->adaptive_rate &&
                       (one.params->momentum_start != 0 || one.params->momentum_stable != 0);
    const hwi_network_shape shape = {.n_inputs = 1,
                                     .n_classes = 1,
                                     .has_adadelta = one.params->adaptive_rate,
                                     .has_momenta = has_momenta};
    one.params->distribution = HW_DISTRIBUTION_GAUSSIAN;
    one.sgd = hw_new_sgd(one.params, 1);
    one.network = hw_new_network(&shape);
    one.work = hw_new_work(one.network);
    one.network->layers[0].weights[0] = weight;
    one.network->layers[0].biases[0] = bias;
    return one;
}

static void free_one(one_weight *one)
{
    hwi_sgd_clear(&one->sgd);
    hwi_work_free(one->work);
    hwi_network_free(one->network);
    hw_params_free(one->params);
}

static double learn_one(one_weight *one, double x, double y, double weight)
{
    hw_set_input(one->network, one->work, &x);
    hwi_forward(one->network, one->work, NULL, 0, NULL);
    assert_true(hwi_sgd_learn(&one->sgd, one->network, one->work, y, NULL, weight));
    return one->work->layers[0].error[0];
}

static float weight_of(const one_weight *one)
{
    return one->network->layers[0].weights[0];
}

static void test_sgd_plain_step_with_l1_and_l2(void **state)
{
    (void)state;
    one_weight one =
        make_one("adaptive_rate=false;rate=0.1;rate_annealing=0;l1=0.01;l2=0.02", -0.5f, 0.25);
    double g = learn_one(&one, 2, 1, 1);
    assert_true(g == -2 * (1 - (2 * -0.5 + 0.25)));
    double l1 = (double)0.01f, l2 = (double)0.02f, rate = (double)0.1f;
    double gradient = (g * 2 - l1) + -0.5 * l2;
    assert_true(weight_of(&one) == (float)(-0.5 + rate * -gradient));
    hw_assert_near(one.network->layers[0].biases[0], 0.25 - rate * (g + (l1 + 0.25 * l2)), 1e-15);
    free_one(&one);
}

static void test_sgd_adadelta_by_its_formulas(void **state)
{
    (void)state;
    one_weight one = make_one("rho=0.9;epsilon=1e-6", 0.5f, 0);
    float a0 = 0, a1 = 0, rho = 0.9f, eps = 1e-6f, w = 0.5f;
    for (int i = 0; i < 3; i++) {
        double grad = learn_one(&one, 1.5, -1, 1) * 1.5, g2 = grad * grad;
        a1 = (float)((double)(rho * a1) + (double)(1.0f - rho) * g2);
        float rt = hwk_approx_sqrt_f32((a0 + eps) / (a1 + eps));
        a0 = (float)((double)(rho * a0) + (double)(((1.0f - rho) * rt) * rt) * g2);
        w = (float)((double)w - (double)rt * grad);
        assert_true(weight_of(&one) == w);
        assert_true(one.network->layers[0].mean_square_update[0] == a0);
        assert_true(one.network->layers[0].mean_square_gradient[0] == a1);
    }
    free_one(&one);
}

static void test_sgd_momentum_classical_and_nesterov(void **state)
{
    (void)state;
    for (int is_nesterov = 0; is_nesterov < 2; is_nesterov++) {
        one_weight one = make_one(
            is_nesterov ? "adaptive_rate=false;rate=0.1;rate_annealing=0;momentum_start=0.5;"
                          "momentum_stable=0.5"
                        : "adaptive_rate=false;rate=0.1;rate_annealing=0;momentum_start=0.5;"
                          "momentum_stable=0.5;nesterov_accelerated_gradient=false",
            0.5f, 0);
        float w = 0.5f, momentum = 0, r = 0.1f * 0.5f;
        for (int i = 0; i < 3; i++) {
            double grad = learn_one(&one, 1.5, -1, 1) * 1.5;
            if (is_nesterov) {
                momentum *= 0.5f;
                momentum = (float)((double)momentum - grad);
                w = (float)((double)w + (double)r * (double)momentum);
            } else {
                double delta = -(double)r * grad;
                w = (float)((double)w + delta);
                w += 0.5f * momentum;
                momentum = (float)delta;
            }
            hw_assert_near((double)weight_of(&one), (double)w, 1e-7);
        }
        free_one(&one);
    }
}

/* fast_mode leaves what an input of 0 would move; without it regularisation goes on. */
static void test_sgd_fast_mode_skips_inputs_of_zero(void **state)
{
    (void)state;
    one_weight fast = make_one("adaptive_rate=false;rate=0.1;l2=0.5", 0.5f, 0);
    one_weight slow = make_one("adaptive_rate=false;rate=0.1;l2=0.5;fast_mode=false", 0.5f, 0);
    learn_one(&fast, 0, 1, 1);
    learn_one(&slow, 0, 1, 1);
    assert_true(weight_of(&fast) == 0.5f);
    hw_assert_near((double)weight_of(&slow), 0.5 - 0.1 * 0.25, 1e-7);
    free_one(&fast);
    free_one(&slow);
}

static void test_sgd_weight_scales_the_gradient(void **state)
{
    (void)state;
    one_weight one = make_one("adaptive_rate=false;rate=0.0625;rate_annealing=0", 0.5f, 0);
    one_weight half = make_one("adaptive_rate=false;rate=0.0625;rate_annealing=0", 0.5f, 0);
    learn_one(&one, 1, 1, 1);
    learn_one(&half, 1, 1, 0.5);
    assert_true(weight_of(&one) - 0.5f == 2 * (weight_of(&half) - 0.5f));
    assert_true(one.network->layers[0].biases[0] == 2 * half.network->layers[0].biases[0]);
    free_one(&one);
    free_one(&half);
}

static void test_sgd_infinite_bias_is_told(void **state)
{
    (void)state;
    one_weight one = make_one("adaptive_rate=false;rate=1e30", 0.5f, 1e300);
    double x = 1;
    hw_set_input(one.network, one.work, &x);
    hwi_forward(one.network, one.work, NULL, 0, NULL);
    assert_false(hwi_sgd_learn(&one.sgd, one.network, one.work, 0, NULL, 1));
    free_one(&one);
}

/* --- The rates, and momentum's ramp ------------------------------------------------------------
 */

static void test_sgd_rates_anneal_and_decay(void **state)
{
    (void)state;
    HW_AUTO(hw_params) *params =
        hw_new_params("adaptive_rate=false;rate=0.01;rate_annealing=0.5;rate_decay=0.25");
    hwi_sgd sgd = hw_new_sgd(params, 3);
    hwi_sgd_set_rates(&sgd, 6);
    assert_true(sgd.rates[0] == (float)(0.01 / 4));
    assert_true(sgd.rates[1] == (float)(0.0025 / 4));
    assert_true(sgd.rates[2] == (float)(0.000625 / 4));
    hwi_sgd_clear(&sgd);
}

static void test_sgd_momentum_ramps_unless_as_h2o(void **state)
{
    (void)state;
    static const struct {
        double n_samples, guide;
    } cases[] = {{0, 0.1}, {50, 0.5}, {100, 0.9}, {1000, 0.9}};
    for (int compat = 0; compat < 2; compat++) {
        HW_AUTO(hw_params) *params = hw_new_params(
            "adaptive_rate=false;momentum_start=0.1;momentum_ramp=100;momentum_stable=0.9");
        params->h2o_compat = compat;
        hwi_sgd sgd = hw_new_sgd(params, 1);
        for (size_t i = 0; i < HW_COUNT(cases); i++) {
            hwi_sgd_set_rates(&sgd, cases[i].n_samples);
            /* H2O evaluates the ramp at -1 samples for ever. */
            double expected = compat ? 0.1 - 0.8 / 100 : cases[i].guide;
            hw_assert_near((double)sgd.momentum, expected, 1e-7);
            hw_assert_near((double)sgd.steps[0], (double)sgd.rates[0] * (1 - (double)sgd.momentum),
                           1e-9);
            hw_assert_near(hwi_sgd_ramped_momentum(&sgd, cases[i].n_samples), cases[i].guide,
                           1e-12);
        }
        hwi_sgd_clear(&sgd);
    }
}

/* --- max_w2 ------------------------------------------------------------------------------------
 */

static void learn_constrained(hwi_network *network, bool compat)
{
    HW_AUTO(hw_params) *params =
        hw_new_params("adaptive_rate=false;rate=1e-9;rate_annealing=0;max_w2=1");
    params->distribution = HW_DISTRIBUTION_GAUSSIAN;
    params->h2o_compat = compat;
    hwi_sgd sgd = hw_new_sgd(params, network->n_layers);
    HW_AUTO(hwi_work) *work = hw_new_work(network);
    const double x[] = {1, 1, 1, 1};
    hw_set_input(network, work, x);
    hwi_forward(network, work, NULL, 0, NULL);
    assert_true(hwi_sgd_learn(&sgd, network, work, 100, NULL, 1));
    hwi_sgd_clear(&sgd);
}

static double squares(const hwi_layer *layer, int32_t unit, int32_t channel)
{
    double sum = 0;
    for (int32_t c = 0; c < layer->n_in; c++) {
        double w = (double)hwi_layer_weight(layer, unit, c, channel);
        sum += w * w;
    }
    return sum;
}

static void test_sgd_max_w2_is_exact_unless_as_h2o(void **state)
{
    (void)state;
    for (int compat = 0; compat < 2; compat++) {
        const hwi_network_shape shape = {.n_inputs = 4, .n_classes = 1};
        HW_AUTO(hwi_network) *network = hw_new_network(&shape);
        for (int32_t c = 0; c < 4; c++)
            network->layers[0].weights[hwi_layer_at(&network->layers[0], c, 0)] = 0.9f;
        learn_constrained(network, compat);
        double sum = squares(&network->layers[0], 0, 0);
        float scale = hwk_approx_sqrt_f32((float)(1 / (4 * 0.81)));
        hw_assert_near(sum, compat ? 4 * 0.81 * (double)scale * (double)scale : 1, 1e-6);
        assert_true(compat == (fabs(sum - 1) > 1e-3));
    }
}

/* The winner alone is constrained; H2O scales a range of both channels that lacks the end. */
static void test_sgd_max_w2_of_maxout_unless_as_h2o(void **state)
{
    (void)state;
    static const int32_t one_unit[] = {1};
    for (int compat = 0; compat < 2; compat++) {
        const hwi_network_shape shape = {.n_inputs = 4,
                                         .n_hidden = 1,
                                         .hidden = one_unit,
                                         .activation = HW_ACTIVATION_MAXOUT,
                                         .n_classes = 1};
        HW_AUTO(hwi_network) *network = hw_new_network(&shape);
        hwi_layer *layer = &network->layers[0];
        for (int32_t c = 0; c < 4; c++) {
            layer->weights[hwi_layer_at(layer, c, 0)] = 0.8f; /* loses */
            layer->weights[hwi_layer_at(layer, c, 1)] = 0.9f; /* wins */
        }
        network->layers[1].weights[0] = 0.5f;
        learn_constrained(network, compat);
        if (!compat) {
            hw_assert_near(squares(layer, 0, 1), 1, 1e-6);
            assert_true(hwi_layer_weight(layer, 0, 0, 0) == 0.8f);
            continue;
        }
        /* Entries 1 to 6 of the eight: not the loser's first, not the winner's last. */
        assert_true(hwi_layer_weight(layer, 0, 0, 0) == 0.8f);
        assert_true(hwi_layer_weight(layer, 0, 1, 0) < 0.7f);
        assert_true(hwi_layer_weight(layer, 0, 0, 1) < 0.8f);
        hw_assert_near((double)hwi_layer_weight(layer, 0, 3, 1), 0.9, 1e-6);
    }
}

/* --- Unit by unit ------------------------------------------------------------------------------
 */

/* A first layer that lies unit by unit learns, in the exact arithmetic, bit by bit what panels
 * learn: with some inputs of 0, or with none. */
static void test_sgd_unit_by_unit_learns_what_panels_learn(void **state)
{
    (void)state;
    enum { N_IN = 37 };
    static const bool first[] = {true, false, false};
    static const int32_t hidden[] = {21, 5};
    static const char *const rules[] = {
        "rho=0.9", "adaptive_rate=false;l1=1e-3;l2=1e-3", "adaptive_rate=false;fast_mode=false",
        "adaptive_rate=false;momentum_start=0.5;momentum_stable=0.5",
        "adaptive_rate=false;momentum_start=0.5;momentum_stable=0.5;"
        "nesterov_accelerated_gradient=false"};
    for (size_t k = 0; k < HW_COUNT(rules) * 2; k++) {
        const hwi_network_shape shape = {.n_inputs = N_IN,
                                         .n_hidden = 2,
                                         .hidden = hidden,
                                         .activation = HW_ACTIVATION_RECTIFIER,
                                         .n_classes = 1,
                                         .has_adadelta = k / 2 == 0,
                                         .has_momenta = k / 2 >= 3};
        HW_AUTO(hw_params) *params = hw_new_params(rules[k / 2]);
        hwi_sgd sgd = hw_new_sgd(params, 3);
        HW_AUTO(hwi_network) *panels = hw_new_network(&shape);
        hwi_network_initialize(panels, HW_INITIAL_WEIGHT_DISTRIBUTION_NORMAL, 0.4, 3);
        HW_AUTO(hwi_network) *by_unit = NULL, *back = NULL;
        HW_AUTO(hwi_work) *work_by_unit = NULL;
        hw_error err = {0};
        hw_assert_ok(hwi_network_by_unit(panels, first, &by_unit, &err), err);
        hw_assert_ok(hwi_network_copy(panels, &back, &err), err);
        HW_AUTO(hwi_work) *work = hw_new_work(panels);
        hwi_seat seat = {.is_by_unit = first};
        hw_assert_ok(hwi_work_new(by_unit, N_IN, false, seat, &work_by_unit, &err), err);
        work_by_unit->moves_zeros = !sgd.fast_mode;
        hwi_rng rng = hwi_rng_new((int64_t)k);
        for (int i = 0; i < 30; i++) {
            double x[N_IN];
            for (int32_t c = 0; c < N_IN; c++)
                x[c] = k % 2 && hwi_rng_below(&rng, 3) == 0 ? 0 : hwi_rng_gaussian(&rng);
            hw_set_input(panels, work, x);
            hw_set_input(by_unit, work_by_unit, x);
            hwi_forward(panels, work, NULL, 0, NULL);
            hwi_forward(by_unit, work_by_unit, NULL, 0, NULL);
            assert_memory_equal(work->layers[0].net, work_by_unit->layers[0].net,
                                (size_t)hidden[0] * sizeof(double));
            assert_true(hwi_sgd_learn(&sgd, panels, work, x[0] + 1, NULL, 1));
            assert_true(hwi_sgd_learn(&sgd, by_unit, work_by_unit, x[0] + 1, NULL, 1));
            hwi_network_assign(back, by_unit);
            assert_memory_equal(back->slab, panels->slab, panels->n_slab_bytes);
        }
        hwi_sgd_clear(&sgd);
    }
}

/* --- Looking ahead ---------------------------------------------------------------------------- */

/* Taking the sums of the row after while weights move changes no bit: in panels and unit by unit,
 * when all inputs take part and when some are 0, for which sums are not taken ahead. */
static void test_sgd_row_after_is_summed_ahead_without_a_trace(void **state)
{
    (void)state;
    enum { N_IN = 70, N_ROWS = 12 };
    static const int32_t hidden[] = {37, 5};
    static const bool first[] = {true, false, false};
    static const struct {
        const char *rule;
        hw_activation activation;
        bool is_by_unit, has_zeros;
    } cases[] = {{"rho=0.9", HW_ACTIVATION_TANH, false, false},
                 {"rho=0.9", HW_ACTIVATION_TANH, false, true},
                 {"rho=0.9", HW_ACTIVATION_RECTIFIER, true, false},
                 {"rho=0.9;l1=1e-3", HW_ACTIVATION_RECTIFIER, true, true},
                 {"adaptive_rate=false", HW_ACTIVATION_RECTIFIER, true, false},
                 {"adaptive_rate=false;momentum_start=0.5;momentum_stable=0.5",
                  HW_ACTIVATION_MAXOUT, false, false}};
    for (size_t k = 0; k < HW_COUNT(cases); k++) {
        HW_AUTO(hw_params) *params = hw_new_params(cases[k].rule);
        hwi_sgd sgd = hw_new_sgd(params, 3);
        const hwi_network_shape shape = {.n_inputs = N_IN,
                                         .n_hidden = 2,
                                         .hidden = hidden,
                                         .activation = cases[k].activation,
                                         .n_classes = 1,
                                         .has_adadelta = sgd.is_adaptive,
                                         .has_momenta = strstr(cases[k].rule, "momentum") != NULL};
        HW_AUTO(hwi_network) *start = hw_new_network(&shape);
        hwi_network *networks[2];
        hwi_network_initialize(start, HW_INITIAL_WEIGHT_DISTRIBUTION_NORMAL, 0.2, 3);
        hwi_work *works[2];
        hw_error err = {0};
        for (int a = 0; a < 2; a++) {
            if (cases[k].is_by_unit)
                hw_assert_ok(hwi_network_by_unit(start, first, &networks[a], &err), err);
            else
                hw_assert_ok(hwi_network_copy(start, &networks[a], &err), err);
            hwi_seat seat = {.is_by_unit = cases[k].is_by_unit ? first : NULL};
            hw_assert_ok(hwi_work_new(networks[a], N_IN, true, seat, &works[a], &err), err);
        }
        static double x[N_ROWS][N_IN];
        hwi_rng rng = hwi_rng_new((int64_t)k);
        for (int32_t i = 0; i < N_ROWS * N_IN; i++)
            x[i / N_IN][i % N_IN] =
                cases[k].has_zeros && hwi_rng_below(&rng, 2) ? 0 : hwi_rng_gaussian(&rng);
        bool has_sums = false;
        for (int i = 0; i < N_ROWS; i++) {
            hw_set_input(networks[0], works[0], x[i]);
            if (!hwi_work_go_ahead(works[1], networks[1]))
                hw_set_input(networks[1], works[1], x[i]);
            for (int a = 0; a < 2; a++)
                hwi_forward(networks[a], works[a], NULL, 0, NULL);
            assert_memory_equal(works[0]->layers[0].net, works[1]->layers[0].net,
                                (size_t)hidden[0] * sizeof(double));
            if (i % 5 < 4 && i + 1 < N_ROWS) {
                hwi_work_begin_ahead(works[1], networks[1]);
                hw_set_input(networks[1], works[1], x[i + 1]);
                hwi_work_end_ahead(works[1], networks[1]);
            }
            for (int a = 0; a < 2; a++)
                assert_true(hwi_sgd_learn(&sgd, networks[a], works[a], x[i][0] + 1, NULL, 1));
            for (int32_t row = 0; row < hidden[0]; row++)
                has_sums |= works[1]->ahead.has_sum[row] != 0;
            assert_memory_equal(networks[0]->slab, networks[1]->slab, networks[0]->n_slab_bytes);
        }
        assert_true(has_sums || cases[k].has_zeros);
        for (int a = 0; a < 2; a++) {
            hwi_work_free(works[a]);
            hwi_network_free(networks[a]);
        }
        hwi_sgd_clear(&sgd);
    }
}

/* --- ExpRectifier ------------------------------------------------------------------------------
 */

static void test_sgd_exp_rectifier_derivative_unless_as_h2o(void **state)
{
    (void)state;
    static const int32_t one_unit[] = {1};
    for (int compat = 0; compat < 2; compat++) {
        const hwi_network_shape shape = {.n_inputs = 1,
                                         .n_hidden = 1,
                                         .hidden = one_unit,
                                         .activation = HW_ACTIVATION_EXP_RECTIFIER,
                                         .n_classes = 1};
        HW_AUTO(hwi_network) *network = hw_new_network(&shape);
        HW_AUTO(hwi_work) *work = hw_new_work(network);
        HW_AUTO(hw_params) *params = hw_new_params("adaptive_rate=false;rate=1;rate_annealing=0");
        params->distribution = HW_DISTRIBUTION_GAUSSIAN;
        params->h2o_compat = compat;
        hwi_sgd sgd = hw_new_sgd(params, 2);
        network->layers[0].weights[0] = -1;
        network->layers[1].weights[0] = 1;
        double x = 0.75;
        hw_set_input(network, work, &x);
        hwi_forward(network, work, NULL, 0, NULL);
        assert_true(hwi_sgd_learn(&sgd, network, work, 0, NULL, 1));
        double a = exp(-0.75) - 1, g = 2 * a;
        double gradient = g * (compat ? exp(a) : exp(-0.75)) * x;
        hw_assert_near((double)network->layers[0].weights[0], -1 - gradient, 1e-6);
        hwi_sgd_clear(&sgd);
    }
}

/* --- gaussian with another loss ----------------------------------------------------------------
 */

static void test_sgd_gaussian_learns_by_its_loss_unless_as_h2o(void **state)
{
    (void)state;
    static const struct {
        const char *loss;
        hw_distribution guide;
    } cases[] = {{"Automatic", HW_DISTRIBUTION_GAUSSIAN},
                 {"Quadratic", HW_DISTRIBUTION_GAUSSIAN},
                 {"Absolute", HW_DISTRIBUTION_LAPLACE},
                 {"Huber", HW_DISTRIBUTION_HUBER},
                 {"Quantile", HW_DISTRIBUTION_QUANTILE}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        for (int compat = 0; compat < 2; compat++) {
            HW_AUTO(hw_params) *params = hw_new_params("distribution=gaussian");
            hw_error err = {0};
            hw_assert_ok(hw_params_set(params, "loss", cases[i].loss, &err), err);
            params->h2o_compat = compat;
            hwi_sgd sgd = hw_new_sgd(params, 1);
            assert_int_equal(sgd.distribution.kind,
                             compat ? HW_DISTRIBUTION_GAUSSIAN : cases[i].guide);
            hwi_sgd_clear(&sgd);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sgd_worked_net_step_by_step),
        cmocka_unit_test(test_sgd_plain_step_with_l1_and_l2),
        cmocka_unit_test(test_sgd_adadelta_by_its_formulas),
        cmocka_unit_test(test_sgd_momentum_classical_and_nesterov),
        cmocka_unit_test(test_sgd_fast_mode_skips_inputs_of_zero),
        cmocka_unit_test(test_sgd_weight_scales_the_gradient),
        cmocka_unit_test(test_sgd_infinite_bias_is_told),
        cmocka_unit_test(test_sgd_rates_anneal_and_decay),
        cmocka_unit_test(test_sgd_momentum_ramps_unless_as_h2o),
        cmocka_unit_test(test_sgd_max_w2_is_exact_unless_as_h2o),
        cmocka_unit_test(test_sgd_max_w2_of_maxout_unless_as_h2o),
        cmocka_unit_test(test_sgd_unit_by_unit_learns_what_panels_learn),
        cmocka_unit_test(test_sgd_row_after_is_summed_ahead_without_a_trace),
        cmocka_unit_test(test_sgd_exp_rectifier_derivative_unless_as_h2o),
        cmocka_unit_test(test_sgd_gaussian_learns_by_its_loss_unless_as_h2o),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
