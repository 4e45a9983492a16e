/* SPDX-License-Identifier: Apache-2.0
 *
 * The gradient that learning applies, against central differences of the loss: every loss with
 * every activation. A step of plain SGD at rate 1 moves each weight by its gradient.
 *
 * Two losses have no such function of the weights. Losses of classes other than CrossEntropy take
 * of the softmax's Jacobian only the diagonal, and an autoencoder's output leaves out the
 * derivative of its activation. There the output gradient is checked by itself against its stated
 * formula, and the layers below against the loss that is linear in the net inputs with this
 * gradient. */
#include "nn/sgd.h"

#include "params/rules.h"
#include "support/hw_network.h"

enum { N_INPUTS = 5, MAX_OUTPUTS = 8 };
static const double TOLERANCE = 2e-5;
static const float STEP = 0x1p-11f;

typedef enum head_kind { HEAD_VALUE, HEAD_CLASS, HEAD_RECONSTRUCTION } head_kind;

typedef struct output_head {
    const char *name;
    head_kind kind;
    const char *settings;
    int32_t n_classes;
    double target;
} output_head;

static const output_head heads[] = {
    {"bernoulli", HEAD_CLASS, "distribution=bernoulli;loss=CrossEntropy", 2, 1},
    {"multinomial", HEAD_CLASS, "distribution=multinomial;loss=CrossEntropy", 4, 2},
    {"quadratic_2", HEAD_CLASS, "distribution=bernoulli;loss=Quadratic", 2, 0},
    {"quadratic_4", HEAD_CLASS, "distribution=multinomial;loss=Quadratic", 4, 3},
    {"absolute_2", HEAD_CLASS, "distribution=bernoulli;loss=Absolute", 2, 1},
    {"absolute_4", HEAD_CLASS, "distribution=multinomial;loss=Absolute", 4, 0},
    {"huber_class_near", HEAD_CLASS, "distribution=multinomial;loss=Huber", 4, NAN},
    {"huber_class_far", HEAD_CLASS, "distribution=multinomial;loss=Huber", 4, -1},
    {"gaussian", HEAD_VALUE, "distribution=gaussian;loss=Quadratic", 1, 0.7},
    {"gaussian_absolute", HEAD_VALUE, "distribution=gaussian;loss=Absolute", 1, 0.7},
    {"gaussian_huber", HEAD_VALUE, "distribution=gaussian;loss=Huber", 1, 9},
    {"gaussian_quantile", HEAD_VALUE, "distribution=gaussian;loss=Quantile;quantile_alpha=0.2", 1,
     -8},
    {"laplace_above", HEAD_VALUE, "distribution=laplace;loss=Absolute", 1, -9},
    {"laplace_below", HEAD_VALUE, "distribution=laplace;loss=Absolute", 1, 9},
    {"huber_quadratic", HEAD_VALUE, "distribution=huber;loss=Huber", 1, NAN},
    {"huber_above", HEAD_VALUE, "distribution=huber;loss=Huber", 1, -9},
    {"huber_below", HEAD_VALUE, "distribution=huber;loss=Huber", 1, 9},
    {"quantile_above", HEAD_VALUE, "distribution=quantile;loss=Quantile;quantile_alpha=0.8", 1, -9},
    {"quantile_below", HEAD_VALUE, "distribution=quantile;loss=Quantile;quantile_alpha=0.8", 1, 9},
    {"poisson", HEAD_VALUE, "distribution=poisson", 1, 3},
    {"gamma", HEAD_VALUE, "distribution=gamma", 1, 2.5},
    {"tweedie", HEAD_VALUE, "distribution=tweedie;tweedie_power=1.3", 1, 1.5},
    {"reconstruct_gaussian", HEAD_RECONSTRUCTION, "distribution=gaussian;loss=Quadratic", 1, 0},
    {"reconstruct_laplace", HEAD_RECONSTRUCTION, "distribution=laplace;loss=Absolute", 1, 0},
    {"reconstruct_huber", HEAD_RECONSTRUCTION, "distribution=huber;loss=Huber", 1, 0},
    {"reconstruct_quantile", HEAD_RECONSTRUCTION, "distribution=quantile;loss=Quantile", 1, 0},
};

static const hw_activation activations[] = {HW_ACTIVATION_TANH, HW_ACTIVATION_RECTIFIER,
                                            HW_ACTIVATION_MAXOUT, HW_ACTIVATION_EXP_RECTIFIER,
                                            HW_ACTIVATION_RECTIFIER_WITH_DROPOUT};

typedef struct setup {
    const output_head *head;
    const hwi_sgd *sgd;
    hwi_network *network;
    hwi_work *work;
    bool has_dropout;
    double target;
    double inputs[N_INPUTS];
    double linear[MAX_OUTPUTS]; /* gradient by the net input where the loss is taken as linear */
    bool is_linear;
    hw_loss loss;
} setup;

/* The losses whose derivatives spec 6.1 lists, up to constants. */
static double loss_of_value(const hwi_distribution *d, double y, double f)
{
    double r = fabs(y - f), delta = d->huber_delta, p = d->tweedie_power;
    switch (d->kind) {
    case HW_DISTRIBUTION_LAPLACE:
        return r;
    case HW_DISTRIBUTION_HUBER:
        return r <= delta ? r * r : (2 * r - delta) * delta;
    case HW_DISTRIBUTION_QUANTILE:
        return y > f ? d->quantile_alpha * r : (1 - d->quantile_alpha) * r;
    case HW_DISTRIBUTION_POISSON:
        return 2 * (exp(f) - y * f);
    case HW_DISTRIBUTION_GAMMA:
        return 2 * (y * exp(-f) + f);
    case HW_DISTRIBUTION_TWEEDIE:
        return 2 * (exp(f * (2 - p)) / (2 - p) - y * exp(f * (1 - p)) / (1 - p));
    default:
        return r * r;
    }
}

static const hwi_layer_work *run_forward(setup *s)
{
    const hwi_dropout dropout = {0, 77};
    hwi_forward(s->network, s->work, s->has_dropout ? &dropout : NULL, 0, NULL);
    return &s->work->layers[s->network->n_layers - 1];
}

static double loss(setup *s)
{
    const hwi_layer_work *output = run_forward(s);
    int32_t n = s->network->layers[s->network->n_layers - 1].n_units;
    double sum = 0;
    if (s->is_linear) {
        for (int32_t u = 0; u < n; u++)
            sum += s->linear[u] * output->net[u];
        return sum;
    }
    if (s->head->kind == HEAD_CLASS)
        return -log(output->activation[(int32_t)s->target]);
    return loss_of_value(&s->sgd->distribution, s->target, output->activation[0]);
}

static double by_weight(setup *s, float *weight)
{
    float kept = *weight;
    *weight = kept + STEP;
    double above = *weight, loss_above = loss(s);
    *weight = kept - STEP;
    double below = *weight, loss_below = loss(s);
    *weight = kept;
    return (loss_above - loss_below) / (above - below);
}

static double by_bias(setup *s, double *bias)
{
    double kept = *bias;
    *bias = kept + (double)STEP;
    double loss_above = loss(s);
    *bias = kept - (double)STEP;
    double loss_below = loss(s);
    *bias = kept;
    return (loss_above - loss_below) / (2 * (double)STEP);
}

/* Of one unit that is off by d. Huber is quadratic for a row whose distances add up to at most 1:
 * twice what the probability of its class lacks. */
static double loss_of_class(const setup *s, double d)
{
    const hwi_layer_work *output = &s->work->layers[s->network->n_layers - 1];
    bool is_near = 2 * (1 - output->activation[(int32_t)s->target]) <= 1;
    if (s->loss == HW_LOSS_ABSOLUTE || (s->loss == HW_LOSS_HUBER && !is_near))
        return fabs(d);
    return d * d / 2;
}

/* The gradient of the output layer alone: each unit's loss by its own net input. */
static void check_output_gradient(const setup *s, const hwi_layer_work *output, int32_t n_units)
{
    for (int32_t u = 0; u < n_units; u++) {
        double a = output->activation[u], expected;
        const double h = 1e-6;
        if (s->head->kind == HEAD_CLASS) {
            double t = u == (int32_t)s->target;
            /* y is a logistic function of its own net input. */
            double z = log(a / (1 - a)), above = 1 / (1 + exp(-(z + h)));
            double below = 1 / (1 + exp(-(z - h)));
            expected = (loss_of_class(s, above - t) - loss_of_class(s, below - t)) / (2 * h);
        } else {
            const hwi_distribution *d = &s->sgd->distribution;
            double y = s->inputs[u];
            expected = (loss_of_value(d, y, a + h) - loss_of_value(d, y, a - h)) / (2 * h);
        }
        hw_assert_near(output->error[u], expected, 1e-7);
    }
}

static void check_entry(const setup *s, hw_activation activation, const char *what, int32_t layer,
                        double analytic, double numeric)
{
    if (!hw_is_near(analytic, numeric, TOLERANCE))
        fail_msg("%s, activation %d: %s of layer %d has gradient %.9g, differences say %.9g",
                 s->head->name, (int)activation, what, layer, analytic, numeric);
}

static void compare_gradients(setup *s, hw_activation activation, hwi_network *learned)
{
    int64_t n_not_zero = 0;
    for (int32_t l = 0; l < s->network->n_layers; l++) {
        hwi_layer *layer = &s->network->layers[l];
        for (int32_t c = 0; c < layer->n_in; c++) {
            for (int32_t r = 0; r < layer->n_rows; r++) {
                int64_t at = hwi_layer_at(layer, c, r);
                double analytic =
                    (double)layer->weights[at] - (double)learned->layers[l].weights[at];
                check_entry(s, activation, "a weight", l, analytic,
                            by_weight(s, &layer->weights[at]));
                n_not_zero += analytic != 0;
            }
        }
        for (int32_t r = 0; r < layer->n_rows; r++)
            check_entry(s, activation, "a bias", l, layer->biases[r] - learned->layers[l].biases[r],
                        by_bias(s, &layer->biases[r]));
    }
    assert_true(n_not_zero > 4);
}

/* The likeliest class of all, or the least likely one. */
static int32_t find_class(const hwi_layer_work *output, int32_t n, bool is_likeliest)
{
    int32_t found = 0;
    for (int32_t u = 1; u < n; u++) {
        double a = output->activation[u], b = output->activation[found];
        if (is_likeliest ? a > b : a < b)
            found = u;
    }
    return found;
}

static void check_head(const output_head *head, hw_activation activation, const char *mode)
{
    static const int32_t hidden[] = {4, 3};
    static const double ratios[] = {0.4, 0.4};
    const hwi_network_shape shape = {.n_inputs = N_INPUTS,
                                     .n_hidden = 2,
                                     .hidden = hidden,
                                     .dropout_ratios = ratios,
                                     .activation = activation,
                                     .is_autoencoder = head->kind == HEAD_RECONSTRUCTION,
                                     .n_classes = head->n_classes};
    setup s = {.head = head,
               .target = head->target,
               .has_dropout = hwi_activation_has_dropout(activation),
               .inputs = {0.9, -0.4, 0, 1.3, 0.25}};
    HW_AUTO(hw_params) *params = hw_new_params(mode);
    HW_AUTO(hw_params) *of_head = hw_new_params(head->settings);
    params->distribution = of_head->distribution;
    params->loss = of_head->loss;
    params->quantile_alpha = of_head->quantile_alpha;
    params->tweedie_power = of_head->tweedie_power;
    hwi_sgd sgd = hw_new_sgd(params, 3);
    s.sgd = &sgd;
    s.network = hw_new_network(&shape);
    s.work = hw_new_work(s.network);
    hwi_network_initialize(s.network, HW_INITIAL_WEIGHT_DISTRIBUTION_NORMAL, 0.6, 12);
    hw_set_input(s.network, s.work, s.inputs);
    HW_AUTO(hwi_network) *learned = hw_new_network(&shape);
    hwi_network_assign(learned, s.network);

    const hwi_layer_work *output = run_forward(&s);
    int32_t n_outputs = s.network->layers[2].n_units;
    if (head->kind == HEAD_CLASS && !(s.target >= 0))
        s.target = find_class(output, n_outputs, isnan(s.target));
    else if (isnan(s.target))
        s.target = output->activation[0] + 0.3;
    const double *targets = head->kind == HEAD_RECONSTRUCTION ? s.inputs : NULL;
    assert_true(hwi_sgd_learn(&sgd, learned, s.work, s.target, targets, 1));
    s.loss = params->loss;
    s.is_linear = head->kind == HEAD_RECONSTRUCTION || params->loss != HW_LOSS_CROSS_ENTROPY;
    s.is_linear = s.is_linear && head->kind != HEAD_VALUE;
    if (s.is_linear) {
        check_output_gradient(&s, output, n_outputs);
        memcpy(s.linear, output->error, (size_t)n_outputs * sizeof(double));
    }
    compare_gradients(&s, activation, learned);
    hwi_work_free(s.work);
    hwi_network_free(s.network);
    hwi_sgd_clear(&sgd);
}

static void check_all(const char *mode)
{
    for (size_t h = 0; h < HW_COUNT(heads); h++) {
        for (size_t a = 0; a < HW_COUNT(activations); a++) {
            bool has_no_output = heads[h].kind == HEAD_RECONSTRUCTION &&
                                 hwi_activation_kind(activations[a]) == HW_ACTIVATION_MAXOUT;
            if (!has_no_output)
                check_head(&heads[h], activations[a], mode);
        }
    }
}

static void test_gradient_equals_differences(void **state)
{
    (void)state;
    check_all("adaptive_rate=false;rate=1;rate_annealing=0");
}

static void test_gradient_without_fast_mode_equals_differences(void **state)
{
    (void)state;
    check_all("adaptive_rate=false;rate=1;rate_annealing=0;fast_mode=false");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradient_equals_differences),
        cmocka_unit_test(test_gradient_without_fast_mode_equals_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
