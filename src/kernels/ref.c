/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference: plain C, one row after the other. It is the specification of the other versions.
 */

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/rng.h"
#include "kernels/exp.h"
#include "kernels/kernels.h"
#include "kernels/levels.h"

enum { LANES = HWK_LANES, N_PARTIALS = 8, N_FAST_PARTIALS = 4 };

static int32_t unit_of(const hwk_inputs *inputs, int32_t i)
{
    return inputs->units ? inputs->units[i] : i;
}

static double add_product(double sum, float weight, double x, bool is_fused)
{
    return is_fused ? fma((double)weight, x, sum) : sum + (double)weight * x;
}

/* One more input of a row of the panel. */
static void add_input(double *sum, const float *weights, const hwk_inputs *inputs, int32_t i,
                      int32_t r)
{
    *sum = add_product(*sum, weights[(int64_t)unit_of(inputs, i) * LANES + r], inputs->values[i],
                       inputs->is_fused);
}

static void sum_eightfold(double *sums, const float *weights, const hwk_inputs *inputs,
                          int32_t n_blocked)
{
    for (int32_t r = 0; r < LANES; r++) {
        double p[N_PARTIALS] = {0};
        int32_t i = 0;
        for (; i < inputs->n && unit_of(inputs, i) < n_blocked; i++)
            add_input(&p[unit_of(inputs, i) % N_PARTIALS], weights, inputs, i, r);
        double sum = 0;
        sum += ((p[0] + p[1]) + p[2]) + p[3];
        sum += ((p[4] + p[5]) + p[6]) + p[7];
        for (; i < inputs->n; i++)
            add_input(&sum, weights, inputs, i, r);
        sums[r] = sum;
    }
}

static void sum_in_order(double *sums, const float *weights, const hwk_inputs *inputs)
{
    for (int32_t r = 0; r < LANES; r++) {
        sums[r] = 0;
        for (int32_t i = 0; i < inputs->n; i++)
            add_input(&sums[r], weights, inputs, i, r);
    }
}

static int32_t encode_numbers(double *out, int64_t gap, const double *values, int32_t n,
                              double centre, double factor)
{
    int32_t n_not_zero = 0;
    for (int32_t i = 0; i < (n + HWK_ROWS - 1) / HWK_ROWS * HWK_ROWS; i++) {
        double z = i < n && values[i] == values[i] ? (values[i] - centre) * factor : 0;
        out[i / HWK_ROWS * gap + i % HWK_ROWS] = z;
        n_not_zero += z != 0;
    }
    return n_not_zero;
}

/* The row's values of all inputs, HWK_ROWS numbers apart. */
static const double *values_of_row(const hwk_row_inputs *inputs, int32_t row)
{
    int64_t group = row / HWK_ROWS;
    return inputs->values + group * inputs->n * HWK_ROWS + row % HWK_ROWS;
}

static double begun_at(const hwk_row_inputs *inputs, int32_t partial, int32_t row, int32_t r)
{
    int64_t n_rows = (int64_t)inputs->n_groups * HWK_ROWS;
    return inputs->begun ? inputs->begun[(partial * n_rows + row) * LANES + r] : 0;
}

/* x: values_of_row. */
static void add_row_input(double *sum, const float *weights, const hwk_row_inputs *inputs,
                          const double *x, int32_t c, int32_t r)
{
    *sum = add_product(*sum, weights[(int64_t)c * LANES + r],
                       x[(int64_t)(c - inputs->first) * HWK_ROWS], inputs->is_fused);
}

static double sum_eightfold_of_row(const float *weights, const hwk_row_inputs *inputs,
                                   int32_t n_blocked, int32_t row, int32_t r)
{
    const double *x = values_of_row(inputs, row);
    const int32_t end = inputs->first + inputs->n;
    double p[N_PARTIALS], sum = 0;
    for (int32_t i = 0; i < N_PARTIALS; i++)
        p[i] = begun_at(inputs, i, row, r);
    for (int32_t c = inputs->first; c < end && c < n_blocked; c++)
        add_row_input(&p[c % N_PARTIALS], weights, inputs, x, c, r);
    sum += ((p[0] + p[1]) + p[2]) + p[3];
    sum += ((p[4] + p[5]) + p[6]) + p[7];
    for (int32_t c = n_blocked > inputs->first ? n_blocked : inputs->first; c < end; c++)
        add_row_input(&sum, weights, inputs, x, c, r);
    return sum;
}

static void sum_eightfold_rows(double *sums, const float *weights, const hwk_row_inputs *inputs,
                               int32_t n_blocked)
{
    for (int32_t row = 0; row < inputs->n_groups * HWK_ROWS; row++)
        for (int32_t r = 0; r < (inputs->is_half ? LANES / 2 : LANES); r++)
            sums[row * LANES + r] = sum_eightfold_of_row(weights, inputs, n_blocked, row, r);
}

static void sum_in_order_rows(double *sums, const float *weights, const hwk_row_inputs *inputs)
{
    for (int32_t row = 0; row < inputs->n_groups * HWK_ROWS; row++) {
        const double *x = values_of_row(inputs, row);
        for (int32_t r = 0; r < (inputs->is_half ? LANES / 2 : LANES); r++) {
            double sum = begun_at(inputs, 0, row, r);
            for (int32_t c = inputs->first; c < inputs->first + inputs->n; c++)
                add_row_input(&sum, weights, inputs, x, c, r);
            sums[row * LANES + r] = sum;
        }
    }
}

static void sum_fast(float *sums, const float *weights, const hwk_inputs *inputs)
{
    for (int32_t r = 0; r < LANES; r++) {
        float p[N_FAST_PARTIALS] = {0};
        for (int32_t i = 0; i < inputs->n; i++)
            p[i % N_FAST_PARTIALS] +=
                weights[(int64_t)unit_of(inputs, i) * LANES + r] * inputs->narrow[i];
        sums[r] = (p[0] + p[1]) + (p[2] + p[3]);
    }
}

static void sum_squares(float *sums, const float *weights, int32_t n_in)
{
    int32_t n_blocked = n_in / N_PARTIALS * N_PARTIALS;
    for (int32_t r = 0; r < LANES; r++) {
        float p[N_PARTIALS] = {0};
        const float *w = weights + r;
        for (int32_t c = 0; c < n_blocked; c++)
            p[c % N_PARTIALS] += w[(int64_t)c * LANES] * w[(int64_t)c * LANES];
        float sum = 0;
        sum += ((p[0] + p[1]) + p[2]) + p[3];
        sum += ((p[4] + p[5]) + p[6]) + p[7];
        for (int32_t c = n_blocked; c < n_in; c++)
            sum += w[(int64_t)c * LANES] * w[(int64_t)c * LANES];
        sums[r] = sum;
    }
}

static void add_errors(double *errors, const float *weights, const double *gradient, int32_t n)
{
    for (int32_t c = 0; c < n; c++)
        for (int32_t r = 0; r < LANES; r++)
            errors[c] += gradient[r] * (double)weights[c * LANES + r];
}

static float add_halves(float *p)
{
    for (int32_t half = LANES / 2; half > 0; half /= 2)
        for (int32_t k = 0; k < half; k++)
            p[k] += p[k + half];
    return p[0];
}

static void add_errors_fast(float *errors, const float *weights, const double *gradient,
                            const hwk_inputs *inputs)
{
    for (int32_t i = 0; i < inputs->n; i++) {
        float products[LANES];
        for (int32_t r = 0; r < LANES; r++)
            products[r] = (float)gradient[r] * weights[(int64_t)unit_of(inputs, i) * LANES + r];
        errors[i] += add_halves(products);
    }
}

static double sign_of(double w)
{
    return (double)(w > 0) - (double)(w < 0);
}

/* (g * x + sign(w) * l1) + w * l2, and the pull of elastic averaging. Where l1 and l2 are 0 the
 * added zeros change nothing, so the short form gives the same bits. */
static double gradient_of(const hwk_panel *panel, const hwk_rule *rule, double x, int64_t at,
                          int32_t r)
{
    double w = panel->weights[at], gradient = panel->gradient[r] * x;
    if (panel->consensus || rule->l1 != 0 || rule->l2 != 0)
        gradient = (gradient + sign_of(w) * rule->l1) + w * rule->l2;
    if (panel->consensus)
        gradient += panel->consensus_pull * (double)(panel->weights[at] - panel->consensus[at]);
    return gradient;
}

/* One weight: at in the panel's arrays, of row r. */
typedef void move_weight(const hwk_panel *panel, const hwk_rule *rule, double x, int64_t at,
                         int32_t r);

static void move_all(const hwk_panel *panel, const hwk_inputs *inputs, const hwk_rule *rule,
                     move_weight *move)
{
    if (panel->errors)
        add_errors_fast(panel->errors, panel->weights, panel->gradient, inputs);
    for (int32_t i = 0; i < inputs->n; i++)
        for (int32_t r = 0; r < LANES; r++)
            move(panel, rule, inputs->values[i], (int64_t)unit_of(inputs, i) * LANES + r, r);
}

static void move_adadelta(const hwk_panel *panel, const hwk_rule *rule, double x, int64_t at,
                          int32_t r)
{
    const float rho = rule->rho, one_minus_rho = rule->one_minus_rho, epsilon = rule->epsilon;
    double gradient = gradient_of(panel, rule, x, at, r), square = gradient * gradient;
    float msu = panel->mean_square_update[at], msg = panel->mean_square_gradient[at];
    panel->sum_square_gradient[r] += square;
    float new_msg = (float)((double)(rho * msg) + (double)one_minus_rho * square);
    float rate = hwk_approx_sqrt_f32((msu + epsilon) / (new_msg + epsilon));
    if (!panel->is_active[r])
        return;
    panel->mean_square_gradient[at] = new_msg;
    panel->mean_square_update[at] =
        (float)((double)(rho * msu) + (double)((one_minus_rho * rate) * rate) * square);
    panel->weights[at] = (float)((double)panel->weights[at] - (double)rate * gradient);
}

static void move_plain(const hwk_panel *panel, const hwk_rule *rule, double x, int64_t at,
                       int32_t r)
{
    double gradient = gradient_of(panel, rule, x, at, r);
    if (panel->is_active[r])
        panel->weights[at] = (float)((double)panel->weights[at] + (double)rule->step * -gradient);
}

static void move_classical(const hwk_panel *panel, const hwk_rule *rule, double x, int64_t at,
                           int32_t r)
{
    if (!panel->is_active[r])
        return;
    double delta = -(double)rule->step * gradient_of(panel, rule, x, at, r);
    float weight = (float)((double)panel->weights[at] + delta);
    panel->weights[at] = weight + rule->momentum * panel->momenta[at];
    panel->momenta[at] = (float)delta;
}

static void move_nesterov(const hwk_panel *panel, const hwk_rule *rule, double x, int64_t at,
                          int32_t r)
{
    if (!panel->is_active[r])
        return;
    float momentum = panel->momenta[at] * rule->momentum;
    momentum = (float)((double)momentum - gradient_of(panel, rule, x, at, r));
    panel->weights[at] =
        (float)((double)panel->weights[at] + (double)rule->step * (double)momentum);
    panel->momenta[at] = momentum;
}

/* --- The fast arithmetic ---------------------------------------------------------------------- */

/* scale: of the gradient and all that is added to it. */
static float fast_gradient_of(const hwk_panel *panel, const hwk_rule *rule, float scale, float x,
                              int64_t at, int32_t r)
{
    float w = panel->weights[at], gradient = ((float)panel->gradient[r] * scale) * x;
    if (panel->consensus || rule->l1 != 0 || rule->l2 != 0)
        gradient = (gradient + (float)sign_of(w) * ((float)rule->l1 * scale)) +
                   w * ((float)rule->l2 * scale);
    if (panel->consensus)
        gradient += ((float)panel->consensus_pull * scale) * (w - panel->consensus[at]);
    return gradient;
}

/* Moves one weight and its state; gradient is scaled by the root of 1 - rho. Returns its square. */
static float fast_adadelta_step(const hwk_rule *rule, float gradient, float root, float *weight,
                                float *msu, float *msg)
{
    float square = gradient * gradient;
    float new_msg = rule->rho * *msg + square;
    float rate = hwk_approx_sqrt_f32((*msu + rule->epsilon) / (new_msg + rule->epsilon));
    float move = rate * gradient;
    *msg = new_msg;
    *msu = rule->rho * *msu + move * move;
    *weight = *weight - move * (1 / root);
    return square;
}

static void look_ahead(const hwk_panel *panel, const hwk_inputs *inputs)
{
    const hwk_inputs next = {.n = inputs->n, .narrow = panel->next_narrow};
    if (panel->next_narrow)
        sum_fast(panel->next_sums, panel->weights, &next);
}

/* The squares of a panel's row are added in float, and the sum is added as double. */
static void fast_adadelta(const hwk_panel *panel, const hwk_inputs *inputs, const hwk_rule *rule)
{
    if (panel->errors)
        add_errors_fast(panel->errors, panel->weights, panel->gradient, inputs);
    float sums[LANES] = {0}, root = sqrtf(rule->one_minus_rho);
    for (int32_t i = 0; i < inputs->n; i++) {
        for (int32_t r = 0; r < LANES; r++) {
            int64_t at = (int64_t)unit_of(inputs, i) * LANES + r;
            if (panel->is_active[r])
                sums[r] += fast_adadelta_step(
                    rule, fast_gradient_of(panel, rule, root, inputs->narrow[i], at, r), root,
                    &panel->weights[at], &panel->mean_square_update[at],
                    &panel->mean_square_gradient[at]);
        }
    }
    for (int32_t r = 0; r < LANES; r++)
        if (panel->is_active[r])
            panel->sum_square_gradient[r] += (double)sums[r] / (double)rule->one_minus_rho;
    look_ahead(panel, inputs);
}

static void fast_move_plain(const hwk_panel *panel, const hwk_rule *rule, double x, int64_t at,
                            int32_t r)
{
    if (panel->is_active[r])
        panel->weights[at] -= rule->step * fast_gradient_of(panel, rule, 1, (float)x, at, r);
}

static void fast_move_classical(const hwk_panel *panel, const hwk_rule *rule, double x, int64_t at,
                                int32_t r)
{
    if (!panel->is_active[r])
        return;
    float delta = rule->step * fast_gradient_of(panel, rule, 1, (float)x, at, r);
    panel->weights[at] = (panel->weights[at] - delta) + rule->momentum * panel->momenta[at];
    panel->momenta[at] = -delta;
}

static void fast_move_nesterov(const hwk_panel *panel, const hwk_rule *rule, double x, int64_t at,
                               int32_t r)
{
    if (!panel->is_active[r])
        return;
    panel->momenta[at] =
        panel->momenta[at] * rule->momentum - fast_gradient_of(panel, rule, 1, (float)x, at, r);
    panel->weights[at] = panel->weights[at] + rule->step * panel->momenta[at];
}

/* --- One unit's weights side by side ---------------------------------------------------------- */

static float sum_unit(const float *weights, const hwk_dense *inputs)
{
    float p[N_FAST_PARTIALS][LANES] = {{0}};
    for (int32_t i = 0; i < inputs->n_chunks; i++)
        for (int32_t k = 0; k < LANES; k++) {
            int32_t c = inputs->chunks[i] * LANES + k;
            p[i % N_FAST_PARTIALS][k] += weights[c] * inputs->x[c];
        }
    for (int32_t k = 0; k < LANES; k++)
        p[0][k] = (p[0][k] + p[1][k]) + (p[2][k] + p[3][k]);
    return add_halves(p[0]);
}

static void sum_units(float *sums, const float *weights, const int32_t *rows, int32_t n,
                      const hwk_dense *inputs)
{
    for (int32_t k = 0; k < n; k++)
        sums[rows[k]] = sum_unit(weights + rows[k] * hwk_unit_width(inputs), inputs);
}

enum { PLAIN, CLASSICAL, NESTEROV, ADADELTA };

static void move_unit(const hwk_units *units, int32_t row, const hwk_dense *inputs,
                      const hwk_rule *rule, int kind)
{
    const int64_t first = row * hwk_unit_width(inputs);
    float squares[LANES] = {0}, root = sqrtf(rule->one_minus_rho);
    float scale = kind == ADADELTA ? root : 1, unit_gradient = (float)units->gradients[row];
    for (int32_t i = 0; i < inputs->n_chunks; i++) {
        for (int32_t k = 0; k < LANES; k++) {
            int32_t c = inputs->chunks[i] * LANES + k;
            const int64_t at = first + c;
            float *weight = &units->weights[at], w = *weight;
            float x = inputs->x[c], gradient = (unit_gradient * scale) * x;
            if (units->errors)
                units->errors[c] += unit_gradient * w;
            if (inputs->skips_zeros && x == 0)
                continue;
            if (rule->l1 != 0 || rule->l2 != 0)
                gradient = (gradient + (float)sign_of(w) * ((float)rule->l1 * scale)) +
                           w * ((float)rule->l2 * scale);
            if (kind == ADADELTA) {
                squares[k] +=
                    fast_adadelta_step(rule, gradient, root, weight, &units->mean_square_update[at],
                                       &units->mean_square_gradient[at]);
            } else if (kind == PLAIN) {
                *weight = w - rule->step * gradient;
            } else if (kind == CLASSICAL) {
                float delta = rule->step * gradient;
                *weight = (w - delta) + rule->momentum * units->momenta[at];
                units->momenta[at] = -delta;
            } else {
                units->momenta[at] = units->momenta[at] * rule->momentum - gradient;
                *weight = w + rule->step * units->momenta[at];
            }
        }
    }
    if (kind == ADADELTA)
        units->sum_squares[row] = (double)add_halves(squares) / (double)rule->one_minus_rho;
}

static void move_units(const hwk_units *units, const hwk_dense *inputs, const hwk_rule *rule,
                       int kind)
{
    for (int32_t k = 0; k < units->n; k++)
        move_unit(units, units->rows[k], inputs, rule, kind);
    hwk_dense next = *inputs;
    next.x = units->next_x;
    if (next.x)
        sum_units(units->next_sums, units->weights, units->rows, units->n, &next);
}

#define DEFINE_UNITS_UPDATE(name, kind)                                                            \
    static void name(const hwk_units *units, const hwk_dense *inputs, const hwk_rule *rule)        \
    {                                                                                              \
        move_units(units, inputs, rule, kind);                                                     \
    }
DEFINE_UNITS_UPDATE(units_adadelta, ADADELTA)
DEFINE_UNITS_UPDATE(units_plain, PLAIN)
DEFINE_UNITS_UPDATE(units_classical, CLASSICAL)
DEFINE_UNITS_UPDATE(units_nesterov, NESTEROV)

/* Exactly. */

static void sum_units_eightfold(double *sums, const float *weights, int32_t n_units,
                                const hwk_dense *inputs)
{
    const int64_t width = hwk_unit_width(inputs);
    const int32_t n_blocked = inputs->n_in / N_PARTIALS * N_PARTIALS;
    for (int32_t u = 0; u < n_units; u++) {
        const float *w = weights + u * width;
        double p[N_PARTIALS] = {0}, sum = 0;
        for (int32_t i = 0; i < inputs->n_chunks; i++) {
            int32_t begin = inputs->chunks[i] * LANES;
            for (int32_t c = begin; c < begin + LANES && c < n_blocked; c++)
                if (inputs->takes_part[c])
                    p[c % N_PARTIALS] += (double)w[c] * inputs->wide[c];
        }
        sum += ((p[0] + p[1]) + p[2]) + p[3];
        sum += ((p[4] + p[5]) + p[6]) + p[7];
        for (int32_t c = n_blocked; c < inputs->n_in; c++)
            if (inputs->takes_part[c])
                sum += (double)w[c] * inputs->wide[c];
        sums[u] = sum;
    }
}

static void sum_squared_gradients(double *sums, const double *gradients, int32_t n,
                                  const hwk_inputs *inputs)
{
    for (int32_t k = 0; k < n; k++) {
        sums[k] = 0;
        for (int32_t i = 0; i < inputs->n; i++) {
            double gradient = gradients[k] * inputs->values[i];
            sums[k] += gradient * gradient;
        }
    }
}

/* Each weight moves as in a panel. */
static void move_units_exactly(const hwk_units *units, const hwk_dense *inputs,
                               const hwk_rule *rule, move_weight *move)
{
    double sum_square = 0;
    const int32_t is_active = -1;
    for (int32_t u = 0; u < units->n; u++) {
        const int64_t first = units->rows[u] * hwk_unit_width(inputs);
        const hwk_panel panel = {.weights = units->weights,
                                 .mean_square_update = units->mean_square_update,
                                 .mean_square_gradient = units->mean_square_gradient,
                                 .momenta = units->momenta,
                                 .sum_square_gradient = &sum_square,
                                 .gradient = &units->gradients[units->rows[u]],
                                 .is_active = &is_active};
        for (int32_t i = 0; i < inputs->n_chunks; i++)
            for (int32_t k = 0; k < LANES; k++) {
                int32_t c = inputs->chunks[i] * LANES + k;
                if (!inputs->skips_zeros || inputs->takes_part[c])
                    move(&panel, rule, inputs->wide[c], first + c, 0);
            }
    }
}

#define DEFINE_EXACT_UNITS_UPDATE(name, move)                                                      \
    static void name(const hwk_units *units, const hwk_dense *inputs, const hwk_rule *rule)        \
    {                                                                                              \
        move_units_exactly(units, inputs, rule, move);                                             \
    }
DEFINE_EXACT_UNITS_UPDATE(exact_units_adadelta, move_adadelta)
DEFINE_EXACT_UNITS_UPDATE(exact_units_plain, move_plain)
DEFINE_EXACT_UNITS_UPDATE(exact_units_classical, move_classical)
DEFINE_EXACT_UNITS_UPDATE(exact_units_nesterov, move_nesterov)

/* --- Biases ----------------------------------------------------------------------------------- */

/* ADADELTA, whose squared gradient is the mean of the weights'. Returns the step. */
static double adadelta_bias_step(const hwk_biases *b, const hwk_rule *rule, int32_t r)
{
    const double rho = rule->rho, one_minus_rho = rule->one_minus_rho, epsilon = rule->epsilon;
    double square = b->sum_squares[r] / b->n_in;
    b->square_gradient[r] = rho * b->square_gradient[r] + one_minus_rho * square;
    double step =
        hwk_approx_sqrt_f64((b->square_update[r] + epsilon) / (b->square_gradient[r] + epsilon));
    b->square_update[r] = rho * b->square_update[r] + ((one_minus_rho * step) * step) * square;
    return step;
}

static bool move_biases(const hwk_biases *b, const hwk_rule *rule, int32_t n, int kind)
{
    bool are_finite = true;
    for (int32_t r = 0; r < n; r++) {
        if (!b->is_active[r])
            continue;
        double old = b->biases[r];
        double gradient = b->gradient[r] + (sign_of(old) * rule->l1 + old * rule->l2);
        double step = rule->step;
        if (b->consensus)
            gradient += (old - b->consensus[r]) * b->consensus_pull;
        if (kind == ADADELTA) {
            step = adadelta_bias_step(b, rule, r);
            b->biases[r] = old + step * -gradient;
        } else if (kind == PLAIN) {
            b->biases[r] = old + step * -gradient;
        } else if (kind == CLASSICAL) {
            double delta = -step * gradient;
            b->biases[r] = (old + delta) + (double)rule->momentum * b->momenta[r];
            b->momenta[r] = delta;
        } else {
            b->momenta[r] = b->momenta[r] * (double)rule->momentum - gradient;
            b->biases[r] = old + step * b->momenta[r];
        }
        if (b->excess)
            b->biases[r] += -(step * b->sparsity_beta * b->excess[r]);
        are_finite = are_finite && isfinite(b->biases[r]);
    }
    return are_finite;
}

#define DEFINE_BIAS_UPDATE(name, kind)                                                             \
    static bool name(const hwk_biases *biases, const hwk_rule *rule, int32_t n)                    \
    {                                                                                              \
        return move_biases(biases, rule, n, kind);                                                 \
    }
DEFINE_BIAS_UPDATE(bias_adadelta, ADADELTA)
DEFINE_BIAS_UPDATE(bias_plain, PLAIN)
DEFINE_BIAS_UPDATE(bias_classical, CLASSICAL)
DEFINE_BIAS_UPDATE(bias_nesterov, NESTEROV)

#define DEFINE_UPDATE(name, move)                                                                  \
    static void name(const hwk_panel *panel, const hwk_inputs *inputs, const hwk_rule *rule)       \
    {                                                                                              \
        move_all(panel, inputs, rule, move);                                                       \
        look_ahead(panel, inputs);                                                                 \
    }
DEFINE_UPDATE(adadelta, move_adadelta)
DEFINE_UPDATE(plain, move_plain)
DEFINE_UPDATE(classical, move_classical)
DEFINE_UPDATE(nesterov, move_nesterov)
DEFINE_UPDATE(fast_plain, fast_move_plain)
DEFINE_UPDATE(fast_classical, fast_move_classical)
DEFINE_UPDATE(fast_nesterov, fast_move_nesterov)

/* --- Number by number ------------------------------------------------------------------------- */

static double widened(const char *packed, hwk_number type, int32_t i)
{
    union {
        int8_t int8;
        int16_t int16;
        int32_t int32;
        float single;
        double twofold;
    } number;
    static const size_t bytes_of[] = {1, 2, 4, 4, 8};
    memcpy(&number, packed + (size_t)i * bytes_of[type], bytes_of[type]);
    switch (type) {
    case HWK_INT8:
        return number.int8 == INT8_MIN ? (double)NAN : number.int8;
    case HWK_INT16:
        return number.int16 == INT16_MIN ? (double)NAN : number.int16;
    case HWK_INT32:
        return number.int32 == INT32_MIN ? (double)NAN : number.int32;
    case HWK_FLOAT:
        return (double)number.single;
    default:
        return number.twofold;
    }
}

static void widen(double *out, const void *packed, hwk_number type, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        out[i] = widened(packed, type, i);
}

static void standardize(double *out, const double *x, const hwk_scale *scale, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        double z = isnan(x[i]) ? scale->means[i] : x[i];
        if (scale->mul && scale->sub)
            z -= scale->sub[i];
        out[i] = scale->mul ? z * scale->mul[i] : z;
    }
}

static int32_t list_nonzero(int32_t *units, double *values, const double *x, int32_t n,
                            int32_t first)
{
    int32_t n_kept = 0;
    for (int32_t i = 0; i < n; i++) {
        if (x[i] == 0)
            continue;
        units[n_kept] = first + i;
        values[n_kept++] = x[i];
    }
    return n_kept;
}

static int32_t list_chunks(int32_t *chunks, const float *x, int32_t n_chunks)
{
    int32_t n = 0;
    for (int32_t i = 0; i < n_chunks; i++) {
        bool is_zero = true;
        for (int32_t k = 0; k < LANES; k++)
            is_zero = is_zero && x[i * LANES + k] == 0;
        if (!is_zero)
            chunks[n++] = i;
    }
    return n;
}

static void flag_nonzero(int32_t *flags, const double *x, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        flags[i] = -(x[i] != 0);
}

static void add(float *to, const float *from, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        to[i] += from[i];
}

static void narrow(float *out, const double *x, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        out[i] = (float)x[i];
}

static void draw(uint8_t *is_kept, int32_t n, uint64_t state, uint32_t limit)
{
    hwi_rng rng = {state, 0, false};
    for (int32_t i = 0; i < n; i++)
        is_kept[i] = hwi_rng_float_bits(&rng) >= limit;
}

static void drop(double *values, const uint8_t *is_kept, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        if (!is_kept[i])
            values[i] = 0;
}

static void tanh_fast(double *out, const double *x, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        out[i] = hwk_tanh(x[i]);
}

static void exp_rectifier_fast(double *out, const double *x, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        out[i] = hwk_exp_rectifier(x[i]);
}

const hwk_table hwk_table_ref = {.name = "ref",
                                 .sum_eightfold = sum_eightfold,
                                 .sum_in_order = sum_in_order,
                                 .encode_numbers = encode_numbers,
                                 .sum_eightfold_rows = sum_eightfold_rows,
                                 .sum_in_order_rows = sum_in_order_rows,
                                 .sum_fast = sum_fast,
                                 .sum_squares = sum_squares,
                                 .add_errors = add_errors,
                                 .add_errors_fast = add_errors_fast,
                                 .adadelta = adadelta,
                                 .plain = plain,
                                 .classical = classical,
                                 .nesterov = nesterov,
                                 .fast_adadelta = fast_adadelta,
                                 .fast_plain = fast_plain,
                                 .fast_classical = fast_classical,
                                 .fast_nesterov = fast_nesterov,
                                 .sum_units = sum_units,
                                 .units_adadelta = units_adadelta,
                                 .units_plain = units_plain,
                                 .units_classical = units_classical,
                                 .units_nesterov = units_nesterov,
                                 .sum_units_eightfold = sum_units_eightfold,
                                 .sum_squared_gradients = sum_squared_gradients,
                                 .exact_units_adadelta = exact_units_adadelta,
                                 .exact_units_plain = exact_units_plain,
                                 .exact_units_classical = exact_units_classical,
                                 .exact_units_nesterov = exact_units_nesterov,
                                 .bias_adadelta = bias_adadelta,
                                 .bias_plain = bias_plain,
                                 .bias_classical = bias_classical,
                                 .bias_nesterov = bias_nesterov,
                                 .widen = widen,
                                 .standardize = standardize,
                                 .list_nonzero = list_nonzero,
                                 .flag_nonzero = flag_nonzero,
                                 .add = add,
                                 .list_chunks = list_chunks,
                                 .narrow = narrow,
                                 .draw = draw,
                                 .drop = drop,
                                 .tanh_fast = tanh_fast,
                                 .exp_rectifier_fast = exp_rectifier_fast};
