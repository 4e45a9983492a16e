/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/sgd.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { N_PARTIALS = 8 };

/* The distribution whose loss is learned. gaussian takes any loss, and the guide's loss is the one
 * that is minimised; H2O learns squared errors all the same (spec 6.1). */
static hw_distribution learned_distribution(const hw_params *params)
{
    if (params->h2o_compat || params->distribution != HW_DISTRIBUTION_GAUSSIAN)
        return params->distribution;
    switch (params->loss) {
    case HW_LOSS_ABSOLUTE:
        return HW_DISTRIBUTION_LAPLACE;
    case HW_LOSS_HUBER:
        return HW_DISTRIBUTION_HUBER;
    case HW_LOSS_QUANTILE:
        return HW_DISTRIBUTION_QUANTILE;
    default:
        return HW_DISTRIBUTION_GAUSSIAN;
    }
}

hw_status hwi_sgd_init(hwi_sgd *sgd, const hw_params *params, int32_t n_layers, hw_error *err)
{
    bool has_momenta = params->momentum_start != 0 || params->momentum_stable != 0;
    *sgd = (hwi_sgd){.is_adaptive = params->adaptive_rate,
                     .is_nesterov = params->nesterov_accelerated_gradient,
                     .fast_mode = params->fast_mode,
                     .h2o_compat = params->h2o_compat,
                     .l1 = (float)params->l1,
                     .l2 = (float)params->l2,
                     .rho = (float)params->rho,
                     .epsilon = (float)params->epsilon,
                     .rate = params->rate,
                     .rate_annealing = params->rate_annealing,
                     .rate_decay = params->rate_decay,
                     .momentum_start = params->momentum_start,
                     .momentum_ramp = params->momentum_ramp,
                     .momentum_stable = params->momentum_stable,
                     .max_w2 = params->max_w2,
                     .has_max_w2 = params->max_w2 < FLT_MAX,
                     .sparsity_beta = params->sparsity_beta,
                     .average_activation = params->average_activation,
                     .loss = params->loss,
                     .distribution = {learned_distribution(params), params->tweedie_power,
                                      params->quantile_alpha, 1},
                     .n_layers = n_layers};
    sgd->skips_zero_gradient =
        sgd->fast_mode || (!sgd->is_adaptive && !has_momenta && sgd->l1 == 0 && sgd->l2 == 0);
    sgd->steps = HWI_NEW_ARRAY(float, (size_t)n_layers);
    sgd->rates = HWI_NEW_ARRAY(float, (size_t)n_layers);
    HW_CHECK_ALLOC(err, sgd->steps);
    HW_CHECK_ALLOC(err, sgd->rates);
    hwi_sgd_set_rates(sgd, 0);
    return HW_OK;
}

void hwi_sgd_clear(hwi_sgd *sgd)
{
    hwi_free(sgd->steps);
    hwi_free(sgd->rates);
    *sgd = (hwi_sgd){0};
}

double hwi_sgd_ramped_momentum(const hwi_sgd *sgd, double n_samples)
{
    if (sgd->momentum_ramp <= 0)
        return sgd->momentum_start;
    if (n_samples >= sgd->momentum_ramp)
        return sgd->momentum_stable;
    return sgd->momentum_start +
           (sgd->momentum_stable - sgd->momentum_start) * n_samples / sgd->momentum_ramp;
}

void hwi_sgd_set_rates(hwi_sgd *sgd, double n_samples)
{
    /* H2O evaluates the ramp at -1 samples, so that its momentum never leaves the start. */
    double momentum = hwi_sgd_ramped_momentum(sgd, sgd->h2o_compat ? -1 : n_samples);
    sgd->momentum = (float)momentum;
    for (int32_t l = 0; l < sgd->n_layers; l++) {
        double rate = sgd->rate * pow(sgd->rate_decay, l) / (1 + sgd->rate_annealing * n_samples);
        sgd->rates[l] = (float)rate;
        sgd->steps[l] = sgd->rates[l] * (1.0f - sgd->momentum);
    }
}

/* The border of Huber's loss of a row of classes: quadratic while the distances of its
 * probabilities add up to at most 1. */
static bool is_beyond_huber_border(const hwi_layer *layer, const double *y, int32_t class)
{
    double distance = 0;
    for (int32_t u = 0; u < layer->n_units; u++)
        distance += fabs(y[u] - (u == class));
    return distance > 1;
}

/* Derivative of a classifier's loss by the net input of one output. All but CrossEntropy take the
 * derivative of the output alone, without what it moves in the others, as H2O does. */
static double class_gradient(hw_loss loss, double y, double t)
{
    switch (loss) {
    case HW_LOSS_QUADRATIC:
        return (y - t) * (1 - y) * y;
    case HW_LOSS_ABSOLUTE:
        return (y > t ? 1 : -1) * (1 - y) * y;
    default:
        return y - t;
    }
}

/* Derivative of the loss by the net input of the own outputs, into their errors. */
static void output_errors(const hwi_sgd *sgd, const hwi_layer *layer, hwi_layer_work *lw,
                          double target, const double *targets, double weight)
{
    const double *y = lw->activation;
    hw_loss loss = sgd->loss;
    if (loss == HW_LOSS_HUBER && !targets && layer->kind != HWI_UNIT_LINEAR)
        loss = is_beyond_huber_border(layer, y, (int32_t)target) ? HW_LOSS_ABSOLUTE
                                                                 : HW_LOSS_QUADRATIC;
    for (int32_t u = lw->unit_begin; u < lw->unit_end; u++) {
        if (targets) {
            /* H2O applies no derivative of the output's activation. */
            lw->error[u] = hwi_distribution_gradient(&sgd->distribution, targets[u], y[u]);
        } else if (layer->kind == HWI_UNIT_LINEAR) {
            lw->error[u] = hwi_distribution_gradient(&sgd->distribution, target, y[u]);
        } else {
            double t = u == (int32_t)target ? 1 : 0;
            lw->error[u] = class_gradient(loss, y[u], t);
        }
        if (weight != 1)
            lw->error[u] *= weight;
    }
}

/* Derivative of the loss by the own hidden units' net inputs, from that by their activations. */
static void hidden_gradients(const hwi_sgd *sgd, hwi_unit_kind kind, const hwi_layer_work *lw,
                             double *restrict gradients)
{
    const double *errors = lw->error + lw->unit_begin, *a = lw->activation + lw->unit_begin;
    const int32_t n = lw->unit_end - lw->unit_begin;
    switch (kind) {
    case HWI_UNIT_TANH:
        for (int32_t u = 0; u < n; u++)
            gradients[u] = errors[u] * (1 - a[u] * a[u]);
        break;
    case HWI_UNIT_RECTIFIER:
        for (int32_t u = 0; u < n; u++) {
            double error = errors[u];
            gradients[u] = a[u] > 0 ? error : 0;
        }
        break;
    case HWI_UNIT_EXP_RECTIFIER:
        /* H2O takes exp of the activation; the derivative of exp(z) - 1 is the activation + 1. */
        for (int32_t u = 0; u < n; u++)
            gradients[u] =
                a[u] >= 0 ? errors[u] : errors[u] * (sgd->h2o_compat ? exp(a[u]) : a[u] + 1);
        break;
    default:
        memcpy(gradients, errors, (size_t)n * sizeof(double));
    }
}

/* Of Maxout only the winning channel learns. */
static void find_winning_rows(const hwi_sgd *sgd, hwi_layer_work *lw)
{
    const int32_t first = lw->unit_begin, n_own = lw->unit_end - first;
    memset(lw->gradient + 2 * first, 0, 2 * (size_t)n_own * sizeof(double));
    memset(lw->is_active + 2 * first, 0, 2 * (size_t)n_own * sizeof(int32_t));
    const double *restrict own = lw->unit_gradient;
    double *restrict gradient = lw->gradient;
    int32_t *restrict is_active = lw->is_active, *restrict rows = lw->active_rows, n_active = 0;
    const bool takes_zeros = !sgd->skips_zero_gradient;
    for (int32_t u = 0; u < n_own; u++) {
        const double g = own[u];
        const int32_t takes_part = takes_zeros | (g != 0);
        const int32_t row = 2 * (first + u) + lw->winner[first + u];
        gradient[row] = g;
        is_active[row] = -takes_part;
        rows[n_active] = row;
        n_active += takes_part; /* without a branch, which would often be guessed wrongly */
    }
    lw->n_active_rows = n_active;
}

/* Gradient and activity of the own rows. */
static void find_active_rows(const hwi_sgd *sgd, const hwi_layer *layer, bool is_output,
                             const hwk_table *kernels, hwi_layer_work *lw)
{
    const int32_t first = lw->unit_begin, n_own = lw->unit_end - first;
    const hwi_unit_kind kind = is_output ? HWI_UNIT_LINEAR : layer->kind;
    if (layer->n_channels == 2) {
        hidden_gradients(sgd, kind, lw, lw->unit_gradient);
        find_winning_rows(sgd, lw);
        return;
    }
    double *gradient = lw->gradient + first;
    int32_t *is_active = lw->is_active + first;
    hidden_gradients(sgd, kind, lw, gradient);
    if (sgd->skips_zero_gradient) {
        kernels->flag_nonzero(is_active, gradient, n_own);
        lw->n_active_rows =
            kernels->list_nonzero(lw->active_rows, lw->unit_gradient, gradient, n_own, first);
        return;
    }
    for (int32_t u = 0; u < n_own; u++) {
        is_active[u] = -1;
        lw->active_rows[u] = first + u;
    }
    lw->n_active_rows = n_own;
}

static bool has_active_row(const hwi_layer_work *lw, int32_t panel)
{
    int32_t any = 0;
    for (int32_t r = 0; r < HWK_LANES; r++)
        any |= lw->is_active[panel * HWK_LANES + r];
    return any;
}

/* Whether the errors of all units of a piece have no effect: the gradient of a Rectifier that is
 * off is 0 whatever its error. */
static bool is_off(const hwi_layer *below, const hwi_layer_work *below_work, int32_t begin,
                   int32_t n)
{
    if (below->kind != HWI_UNIT_RECTIFIER)
        return false;
    for (int32_t u = begin; u < begin + n; u++)
        if (below_work->dense[u] != 0)
            return false;
    return true;
}

/* Each error is a sum over the rows in ascending order. With several owners it goes through their
 * hands, sixteen errors at a time, while the next sixteen are begun. */
static void errors_below_exactly(const hwi_layer *layer, const hwi_layer_work *lw,
                                 const hwi_layer *below, hwi_work *work, hwi_layer_work *below_work)
{
    hwi_team *team = lw->is_divided ? work->team : NULL;
    if (!team && lw->unit_begin == lw->unit_end)
        return;
    for (int32_t c = 0; c < layer->n_in; c += HWK_LANES) {
        int32_t n = layer->n_in - c < HWK_LANES ? layer->n_in - c : HWK_LANES;
        hwi_team_await_turn(team, work->member);
        double *error = below_work->error + c;
        if (lw->panel_begin == 0)
            memset(error, 0, (size_t)n * sizeof(double));
        bool has_effect = !is_off(below, below_work, c, n);
        for (int32_t p = lw->panel_begin; has_effect && p < lw->panel_end; p++)
            if (has_active_row(lw, p))
                work->kernels->add_errors(error,
                                          layer->weights + hwi_layer_at(layer, c, p * HWK_LANES),
                                          lw->gradient + (int64_t)p * HWK_LANES, n);
        hwi_team_pass_on(team, work->member);
    }
}

static float *begin_error_part(const hwi_layer *layer, const hwi_layer_work *lw, int32_t shard)
{
    int64_t width = hwi_layer_n_padded_inputs(layer);
    return memset(lw->error_parts + shard * width, 0, (size_t)width * sizeof(float));
}

static void add_part(const hwk_table *kernels, hwi_layer_work *lw, int64_t width,
                     const hwi_merge *merge, int32_t begin, int32_t end)
{
    kernels->add(lw->error_parts + merge->to * width + begin,
                 lw->error_parts + merge->from * width + begin, end - begin);
}

/* What the own shards have given, together as far as they stand together in the tree. */
static void add_own_parts(const hwi_layer *layer, hwi_layer_work *lw, const hwi_work *work)
{
    const int64_t width = hwi_layer_n_padded_inputs(layer);
    for (int32_t k = 0; k < lw->n_shards - 1; k++)
        if (lw->merges[k].member == work->member)
            add_part(work->kernels, lw, width, &lw->merges[k], 0, (int32_t)width);
}

/* Place in the list of the first input that is not below `unit`. */
static int32_t place_of(const hwk_inputs *inputs, int32_t unit)
{
    if (!inputs->units)
        return unit < inputs->n ? unit : inputs->n;
    int32_t low = 0, high = inputs->n;
    while (low < high) {
        int32_t middle = (low + high) / 2;
        if (inputs->units[middle] < unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The rest of the tree, for the own units below. */
static void gather_errors(const hwi_layer *layer, hwi_layer_work *lw, const hwi_work *work,
                          const hwk_inputs *inputs, hwi_layer_work *below_work)
{
    const int64_t width = hwi_layer_n_padded_inputs(layer);
    const int32_t begin = place_of(inputs, below_work->unit_begin);
    const int32_t end = place_of(inputs, below_work->unit_end);
    for (int32_t k = 0; k < lw->n_shards - 1; k++)
        if (lw->merges[k].member < 0)
            add_part(work->kernels, lw, width, &lw->merges[k], begin, end);
    double *errors = below_work->error;
    for (int32_t i = begin; i < end; i++)
        errors[inputs->units ? inputs->units[i] : i] = (double)lw->error_parts[i];
}

static hwk_update *choose_update(const hwi_sgd *sgd, const hwi_work *work, const hwi_layer *layer)
{
    const hwk_table *kernels = work->kernels;
    if (sgd->is_adaptive)
        return work->is_fast ? kernels->fast_adadelta : kernels->adadelta;
    if (!layer->momenta)
        return work->is_fast ? kernels->fast_plain : kernels->plain;
    if (sgd->is_nesterov)
        return work->is_fast ? kernels->fast_nesterov : kernels->nesterov;
    return work->is_fast ? kernels->fast_classical : kernels->classical;
}

static float *at_offset(float *array, int64_t offset)
{
    return array ? array + offset : NULL;
}

static hwk_rule rule_of_layer(const hwi_sgd *sgd, int32_t l)
{
    return (hwk_rule){.rho = sgd->rho,
                      .one_minus_rho = 1.0f - sgd->rho,
                      .epsilon = sgd->epsilon,
                      .step = sgd->steps[l],
                      .momentum = sgd->momentum,
                      .l1 = sgd->l1,
                      .l2 = sgd->l2};
}

static hwk_update_units *choose_units_update(const hwi_sgd *sgd, const hwi_work *work,
                                             const hwi_layer *layer)
{
    const hwk_table *kernels = work->kernels;
    if (sgd->is_adaptive)
        return work->is_fast ? kernels->units_adadelta : kernels->exact_units_adadelta;
    if (!layer->momenta)
        return work->is_fast ? kernels->units_plain : kernels->exact_units_plain;
    if (sgd->is_nesterov)
        return work->is_fast ? kernels->units_nesterov : kernels->exact_units_nesterov;
    return work->is_fast ? kernels->units_classical : kernels->exact_units_classical;
}

/* The sums of squares of the own active units, several at a time. */
static void sum_squares_by_unit(hwi_layer_work *lw, const hwi_work *work, const hwk_inputs *inputs)
{
    enum { N_TOGETHER = 2 * HWK_LANES };
    _Alignas(64) double gradients[N_TOGETHER] = {0}, sums[N_TOGETHER];
    for (int32_t begin = 0; begin < lw->n_active_rows; begin += N_TOGETHER) {
        int32_t n = lw->n_active_rows - begin;
        n = n < N_TOGETHER ? n : N_TOGETHER;
        const int32_t *rows = lw->active_rows + begin;
        for (int32_t k = 0; k < n; k++)
            gradients[k] = lw->gradient[rows[k]];
        work->kernels->sum_squared_gradients(sums, gradients, n, inputs);
        for (int32_t k = 0; k < n; k++)
            lw->sum_squares[rows[k]] = sums[k];
    }
}

/* Whether this row and the one after take every chunk of inputs: then the sums of the row after are
 * those that hwi_forward would take. */
static bool takes_all_chunks(const hwi_layer *layer, const hwi_work *work)
{
    int64_t n_chunks = hwi_layer_n_padded_inputs(layer) / HWK_LANES;
    return work->ahead.is_known && work->layers[0].side_by_side.n_chunks == n_chunks &&
           work->ahead.n_chunks == n_chunks;
}

/* The same of the inputs of a first layer in panels. */
static bool takes_all_inputs(const hwi_layer *layer, const hwi_work *work, const hwk_inputs *inputs)
{
    return layer->n_in == inputs->n && work->ahead.is_known &&
           inputs->narrow == work->layers[0].narrow && work->ahead.input.n == layer->n_in;
}

/* Weights of the own active units of a layer that lies unit by unit; for a layer above the first
 * each shard's part of the errors below on the way. */
static void update_by_unit(const hwi_sgd *sgd, int32_t l, const hwi_layer *layer,
                           hwi_layer_work *lw, const hwi_work *work, const hwk_inputs *inputs)
{
    const hwk_rule rule = rule_of_layer(sgd, l);
    hwk_update_units *update = choose_units_update(sgd, work, layer);
    hwk_units units = {.weights = layer->weights,
                       .mean_square_update = layer->mean_square_update,
                       .mean_square_gradient = layer->mean_square_gradient,
                       .momenta = layer->momenta,
                       .n = lw->n_active_rows,
                       .rows = lw->active_rows,
                       .gradients = lw->gradient,
                       .sum_squares = lw->sum_squares};
    if (l == 0) {
        if (takes_all_chunks(layer, work)) {
            units.next_x = work->ahead.x;
            units.next_sums = work->ahead.sums;
            for (int32_t k = 0; k < units.n; k++)
                work->ahead.has_sum[units.rows[k]] = 1;
        }
        update(&units, &lw->side_by_side, &rule);
        if (sgd->is_adaptive && !work->is_fast)
            sum_squares_by_unit(lw, work, inputs);
        return;
    }
    for (int32_t s = lw->shard_begin, k = 0; s < lw->shard_end; s++) {
        const int32_t end = hwi_shard_begin_unit(layer, s + 1) * layer->n_channels, first = k;
        while (k < lw->n_active_rows && lw->active_rows[k] < end)
            k++;
        units.rows = lw->active_rows + first;
        units.n = k - first;
        units.errors = begin_error_part(layer, lw, s);
        update(&units, &lw->side_by_side, &rule);
    }
}

/* Weights of the own rows; each shard's part of the errors below on the way when wanted. */
static void update_weights(const hwi_sgd *sgd, int32_t l, const hwi_layer *layer,
                           hwi_layer_work *lw, const hwi_work *work, const hwk_inputs *inputs,
                           bool gives_errors)
{
    const hwk_rule rule = rule_of_layer(sgd, l);
    hwk_update *update = choose_update(sgd, work, layer);
    const float *consensus = sgd->consensus ? sgd->consensus->layers[l].weights : NULL;
    const bool looks_ahead = takes_all_inputs(layer, work, inputs);
    for (int32_t s = lw->shard_begin; s < lw->shard_end; s++) {
        float *part = gives_errors ? begin_error_part(layer, lw, s) : NULL;
        for (int32_t p = hwi_shard_begin(layer, s); p < hwi_shard_begin(layer, s + 1); p++) {
            if (!has_active_row(lw, p))
                continue;
            int64_t first = (int64_t)p * HWK_LANES, offset = hwi_layer_at(layer, 0, p * HWK_LANES);
            memset(lw->sum_squares + first, 0, HWK_LANES * sizeof(double));
            hwk_panel panel = {.weights = layer->weights + offset,
                               .mean_square_update = at_offset(layer->mean_square_update, offset),
                               .mean_square_gradient =
                                   at_offset(layer->mean_square_gradient, offset),
                               .momenta = at_offset(layer->momenta, offset),
                               .consensus = consensus ? consensus + offset : NULL,
                               .consensus_pull = sgd->consensus_pull,
                               .sum_square_gradient = lw->sum_squares + first,
                               .gradient = lw->gradient + first,
                               .is_active = lw->is_active + first,
                               .errors = part,
                               .next_narrow = looks_ahead ? work->ahead.x : NULL,
                               .next_sums = looks_ahead ? work->ahead.sums + first : NULL};
            update(&panel, inputs, &rule);
            if (looks_ahead)
                work->ahead.has_sum[first] = 1;
        }
    }
}

/* Errors below alone. */
static void error_parts_below(const hwi_layer *layer, const hwi_layer_work *lw,
                              const hwi_work *work, const hwk_inputs *inputs)
{
    for (int32_t s = lw->shard_begin; s < lw->shard_end; s++) {
        float *part = begin_error_part(layer, lw, s);
        for (int32_t p = hwi_shard_begin(layer, s); p < hwi_shard_begin(layer, s + 1); p++)
            if (has_active_row(lw, p))
                work->kernels->add_errors_fast(
                    part, layer->weights + hwi_layer_at(layer, 0, p * HWK_LANES),
                    lw->gradient + (int64_t)p * HWK_LANES, inputs);
    }
}

/* H2O scales a Maxout row over the wrong range: 2C - 2 neighbouring entries of both channels from
 * the first of the winner (spec 7.4). Entry i of the unit's 2C in H2O's order is channel i % 2 of
 * input i / 2. */
static float *maxout_entry(const hwi_layer *layer, int32_t unit, int32_t i)
{
    return &layer->weights[hwi_layer_at(layer, i / 2, 2 * unit + i % 2)];
}

static void constrain_maxout_as_h2o(const hwi_layer *layer, int32_t unit, int32_t channel,
                                    float max_w2)
{
    int32_t n = 2 * layer->n_in - 2, n_blocked = n / N_PARTIALS * N_PARTIALS;
    float p[N_PARTIALS] = {0};
    for (int32_t i = 0; i < n_blocked; i++) {
        float w = *maxout_entry(layer, unit, channel + i);
        p[i % N_PARTIALS] += w * w;
    }
    float sum = 0;
    sum += ((p[0] + p[1]) + p[2]) + p[3];
    sum += ((p[4] + p[5]) + p[6]) + p[7];
    for (int32_t i = n_blocked; i < n; i++) {
        float w = *maxout_entry(layer, unit, channel + i);
        sum += w * w;
    }
    if (!(sum > max_w2))
        return;
    float scale = hwk_approx_sqrt_f32(max_w2 / sum);
    for (int32_t i = 0; i < n; i++)
        *maxout_entry(layer, unit, channel + i) *= scale;
}

/* Of the own rows. */
static void constrain_weights(const hwi_sgd *sgd, const hwi_layer *layer, const hwi_layer_work *lw,
                              const hwk_table *kernels)
{
    if (sgd->h2o_compat && layer->n_channels == 2) {
        for (int32_t k = 0; k < lw->n_active_rows; k++)
            constrain_maxout_as_h2o(layer, lw->active_rows[k] / 2, lw->active_rows[k] % 2,
                                    sgd->max_w2);
        return;
    }
    _Alignas(64) float sums[HWK_LANES];
    int32_t panel = -1; /* the one whose sums these are */
    for (int32_t k = 0; k < lw->n_active_rows; k++) {
        int32_t row = lw->active_rows[k];
        if (row / HWK_LANES != panel) {
            panel = row / HWK_LANES;
            kernels->sum_squares(sums, layer->weights + hwi_layer_at(layer, 0, panel * HWK_LANES),
                                 layer->n_in);
        }
        float sum = sums[row % HWK_LANES];
        if (!(sum > sgd->max_w2))
            continue;
        float ratio = sgd->max_w2 / sum;
        float scale = sgd->h2o_compat ? hwk_approx_sqrt_f32(ratio) : sqrtf(ratio);
        for (int32_t c = 0; c < layer->n_in; c++)
            layer->weights[hwi_layer_at(layer, c, row)] *= scale;
    }
}

static hwk_update_biases *choose_bias_update(const hwi_sgd *sgd, const hwk_table *kernels,
                                             const hwi_layer *layer)
{
    if (sgd->is_adaptive)
        return kernels->bias_adadelta;
    if (!layer->bias_momenta)
        return kernels->bias_plain;
    return sgd->is_nesterov ? kernels->bias_nesterov : kernels->bias_classical;
}

/* How far the average activation of each own row's unit is from the wanted one. */
static const double *excess_of_rows(const hwi_sgd *sgd, const hwi_layer *layer, hwi_layer_work *lw)
{
    if (sgd->sparsity_beta == 0 || !layer->average_activation)
        return NULL;
    const int32_t n = layer->n_channels, end = lw->unit_end * n;
    for (int32_t r = lw->unit_begin * n; r < end; r++)
        lw->excess[r] = layer->average_activation[r / n] - sgd->average_activation;
    return lw->excess;
}

static double *from_row(double *array, int32_t row)
{
    return array ? array + row : NULL;
}

/* Of the own rows. False when one that moved is not finite. */
static bool update_biases(const hwi_sgd *sgd, int32_t l, const hwi_layer *layer, hwi_layer_work *lw,
                          const hwi_work *work)
{
    const int32_t begin = lw->unit_begin * layer->n_channels;
    const double *excess = excess_of_rows(sgd, layer, lw);
    const hwk_biases biases = {.biases = layer->biases + begin,
                               .square_update = from_row(layer->bias_square_update, begin),
                               .square_gradient = from_row(layer->bias_square_gradient, begin),
                               .momenta = from_row(layer->bias_momenta, begin),
                               .consensus =
                                   sgd->consensus ? sgd->consensus->layers[l].biases + begin : NULL,
                               .consensus_pull = sgd->consensus_pull,
                               .excess = excess ? excess + begin : NULL,
                               .sparsity_beta = sgd->sparsity_beta,
                               .gradient = lw->gradient + begin,
                               .sum_squares = lw->sum_squares + begin,
                               .n_in = layer->n_in,
                               .is_active = lw->is_active + begin};
    const hwk_rule rule = rule_of_layer(sgd, l);
    return choose_bias_update(sgd, work->kernels, layer)(&biases, &rule,
                                                         lw->unit_end * layer->n_channels - begin);
}

/* Whose errors the layer below wants: of Rectifiers only of those that are on, since the gradient
 * of one that is off is 0 whatever its error. */
static hwk_inputs inputs_with_errors(const hwi_layer *layer, const hwi_layer *below,
                                     const hwk_inputs *listed)
{
    if (below->kind == HWI_UNIT_RECTIFIER || listed->n == layer->n_in)
        return *listed;
    return (hwk_inputs){.n = layer->n_in};
}

/* Errors of the layer below, where all members' parts come together. In the fast arithmetic the
 * weights move in the same pass when all members have some, and when their inputs are those that
 * want errors; true when they have. */
static bool errors_below(const hwi_sgd *sgd, int32_t l, const hwi_network *network, hwi_work *work,
                         const hwk_inputs *inputs)
{
    const hwi_layer *layer = &network->layers[l], *below = layer - 1;
    hwi_layer_work *lw = &work->layers[l], *below_work = lw - 1;
    if (!work->is_fast) {
        errors_below_exactly(layer, lw, below, work, below_work);
        hwi_team_meet(work->team, work->member);
        return false;
    }
    const hwk_inputs wanted = layer->is_by_unit ? (hwk_inputs){.n = layer->n_in}
                                                : inputs_with_errors(layer, below, inputs);
    bool moves = layer->is_by_unit || (wanted.n == inputs->n && (lw->is_divided || !work->team));
    if (layer->is_by_unit)
        update_by_unit(sgd, l, layer, lw, work, inputs);
    else if (moves)
        update_weights(sgd, l, layer, lw, work, inputs, true);
    else
        error_parts_below(layer, lw, work, &wanted);
    add_own_parts(layer, lw, work);
    hwi_team_meet(work->team, work->member);
    gather_errors(layer, lw, work, &wanted, below_work);
    return moves;
}

bool hwi_sgd_learn(const hwi_sgd *sgd, hwi_network *network, hwi_work *work, double target,
                   const double *targets, double weight)
{
    bool is_finite = true;
    int32_t last = network->n_layers - 1;
    output_errors(sgd, &network->layers[last], &work->layers[last], target, targets, weight);
    for (int32_t l = last; l >= 0; l--) {
        hwi_layer *layer = &network->layers[l];
        hwi_layer_work *lw = &work->layers[l];
        find_active_rows(sgd, layer, l == last, work->kernels, lw);
        /* fast_mode leaves alone what an input of 0 would move: decay, regularisation. */
        const hwi_active *input = l > 0 ? &work->layers[l - 1].output : &work->input;
        hwk_inputs inputs = {input->n, input->units, input->values, lw->narrow};
        if (!sgd->fast_mode) {
            const double *dense = l > 0 ? work->layers[l - 1].dense : work->dense_input;
            if (work->is_fast)
                work->kernels->narrow(lw->narrow, dense, layer->n_in);
            inputs = (hwk_inputs){layer->n_in, NULL, dense, lw->narrow};
        }
        bool has_moved = l > 0 && errors_below(sgd, l, network, work, &inputs);
        if (lw->n_active_rows == 0)
            continue;
        if (layer->is_by_unit && !has_moved)
            update_by_unit(sgd, l, layer, lw, work, &inputs);
        else if (!has_moved)
            update_weights(sgd, l, layer, lw, work, &inputs, false);
        if (sgd->has_max_w2)
            constrain_weights(sgd, layer, lw, work->kernels);
        is_finite &= update_biases(sgd, l, layer, lw, work);
    }
    return is_finite;
}
