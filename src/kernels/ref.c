/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference: plain C, one row after the other. It is the specification of the other versions.
 */

#include <stddef.h>

#include "kernels/kernels.h"
#include "kernels/levels.h"

static void accumulate(double *sums, const float *weights, double x, int32_t n)
{
    for (int32_t r = 0; r < n; r++)
        sums[r] += (double)weights[r] * x;
}

static void accumulate_squares(float *sums, const float *weights, int32_t n)
{
    for (int32_t r = 0; r < n; r++)
        sums[r] += weights[r] * weights[r];
}

static double sign_of(double w)
{
    return (double)(w > 0) - (double)(w < 0);
}

static float select_f32(int32_t mask, float yes, float no)
{
    return mask ? yes : no;
}

/* (g * x + sign(w) * l1) + w * l2, and the pull of elastic averaging. Where l1 and l2 are 0 the
 * added zeros change nothing, so the short form gives the same bits. */
static double gradient_of(double g, double x, double w, const hwk_rule *rule, int has_decay)
{
    double gradient = g * x;
    if (has_decay)
        gradient = (gradient + sign_of(w) * rule->l1) + w * rule->l2;
    return gradient;
}

static void update_adadelta_loop(const hwk_row *row, double x, const hwk_rule *rule, int32_t n,
                                 int has_decay, int has_consensus)
{
    float *weights = row->weights;
    float *msu = row->mean_square_update;
    float *msg = row->mean_square_gradient;
    double *sums = row->sum_square_gradient;
    const double *g = row->gradient;
    const int32_t *is_active = row->is_active;
    const float *consensus = row->consensus;
    const float rho = rule->rho, one_minus_rho = rule->one_minus_rho, epsilon = rule->epsilon;
    for (int32_t r = 0; r < n; r++) {
        double w = weights[r];
        double gradient = gradient_of(g[r], x, w, rule, has_decay);
        if (has_consensus)
            gradient += row->consensus_pull * (double)(weights[r] - consensus[r]);
        double square = gradient * gradient;
        sums[r] += square;
        float new_msg = (float)((double)(rho * msg[r]) + (double)one_minus_rho * square);
        float rate = hwk_approx_sqrt_f32((msu[r] + epsilon) / (new_msg + epsilon));
        float new_msu =
            (float)((double)(rho * msu[r]) + (double)((one_minus_rho * rate) * rate) * square);
        float new_weight = (float)(w - (double)rate * gradient);
        msg[r] = select_f32(is_active[r], new_msg, msg[r]);
        msu[r] = select_f32(is_active[r], new_msu, msu[r]);
        weights[r] = select_f32(is_active[r], new_weight, weights[r]);
    }
}

static void update_adadelta(const hwk_row *row, double x, const hwk_rule *rule, int32_t n)
{
    int has_decay = rule->l1 != 0 || rule->l2 != 0;
    if (row->consensus)
        update_adadelta_loop(row, x, rule, n, 1, 1);
    else if (has_decay)
        update_adadelta_loop(row, x, rule, n, 1, 0);
    else
        update_adadelta_loop(row, x, rule, n, 0, 0);
}

enum { PLAIN, CLASSICAL, NESTEROV };

static void update_sgd_loop(const hwk_row *row, double x, const hwk_rule *rule, int32_t n, int kind,
                            int has_decay, int has_consensus)
{
    float *weights = row->weights;
    float *momenta = row->momenta;
    const double *g = row->gradient;
    const int32_t *is_active = row->is_active;
    const float *consensus = row->consensus;
    const double step = rule->step;
    for (int32_t r = 0; r < n; r++) {
        double w = weights[r];
        double gradient = gradient_of(g[r], x, w, rule, has_decay);
        if (has_consensus)
            gradient += row->consensus_pull * (double)(weights[r] - consensus[r]);
        float new_weight;
        if (kind == PLAIN) {
            new_weight = (float)(w + step * -gradient);
        } else if (kind == CLASSICAL) {
            double delta = -step * gradient;
            new_weight = (float)(w + delta);
            new_weight = new_weight + rule->momentum * momenta[r];
            momenta[r] = select_f32(is_active[r], (float)delta, momenta[r]);
        } else {
            float momentum = momenta[r] * rule->momentum;
            momentum = (float)((double)momentum - gradient);
            new_weight = (float)(w + step * (double)momentum);
            momenta[r] = select_f32(is_active[r], momentum, momenta[r]);
        }
        weights[r] = select_f32(is_active[r], new_weight, weights[r]);
    }
}

static void update_sgd(const hwk_row *row, double x, const hwk_rule *rule, int32_t n, int kind)
{
    int has_decay = row->consensus || rule->l1 != 0 || rule->l2 != 0;
    update_sgd_loop(row, x, rule, n, kind, has_decay, row->consensus != NULL);
}

static void update_plain(const hwk_row *row, double x, const hwk_rule *rule, int32_t n)
{
    update_sgd(row, x, rule, n, PLAIN);
}

static void update_classical(const hwk_row *row, double x, const hwk_rule *rule, int32_t n)
{
    update_sgd(row, x, rule, n, CLASSICAL);
}

static void update_nesterov(const hwk_row *row, double x, const hwk_rule *rule, int32_t n)
{
    update_sgd(row, x, rule, n, NESTEROV);
}

/* --- The fast arithmetic ------------------------------------------------------------------------
 */

static void accumulate_fast(float *sums, const float *weights, float x, int32_t n)
{
    for (int32_t r = 0; r < n; r++)
        sums[r] += weights[r] * x;
}

static float fast_gradient(const hwk_fast_row *row, float x, const hwk_rule *rule, int32_t r)
{
    float w = row->weights[r];
    float gradient = row->gradient[r] * x;
    if (row->consensus || rule->l1 != 0 || rule->l2 != 0)
        gradient = (gradient + (float)sign_of(w) * (float)rule->l1) + w * (float)rule->l2;
    if (row->consensus)
        gradient += row->consensus_pull * (w - row->consensus[r]);
    return gradient;
}

static void fast_adadelta(const hwk_fast_row *row, float x, const hwk_rule *rule, int32_t n)
{
    float *msu = row->mean_square_update, *msg = row->mean_square_gradient;
    for (int32_t r = 0; r < n; r++) {
        float gradient = fast_gradient(row, x, rule, r);
        float square = gradient * gradient;
        row->sum_square_gradient[r] += square;
        float new_msg = rule->rho * msg[r] + rule->one_minus_rho * square;
        float rate = hwk_approx_sqrt_f32((msu[r] + rule->epsilon) / (new_msg + rule->epsilon));
        float new_msu = rule->rho * msu[r] + ((rule->one_minus_rho * rate) * rate) * square;
        if (!row->is_active[r])
            continue;
        msg[r] = new_msg;
        msu[r] = new_msu;
        row->weights[r] = row->weights[r] - rate * gradient;
    }
}

static void fast_plain(const hwk_fast_row *row, float x, const hwk_rule *rule, int32_t n)
{
    for (int32_t r = 0; r < n; r++)
        if (row->is_active[r])
            row->weights[r] = row->weights[r] - rule->step * fast_gradient(row, x, rule, r);
}

static void fast_classical(const hwk_fast_row *row, float x, const hwk_rule *rule, int32_t n)
{
    for (int32_t r = 0; r < n; r++) {
        if (!row->is_active[r])
            continue;
        float delta = rule->step * fast_gradient(row, x, rule, r);
        row->weights[r] = (row->weights[r] - delta) + rule->momentum * row->momenta[r];
        row->momenta[r] = -delta;
    }
}

static void fast_nesterov(const hwk_fast_row *row, float x, const hwk_rule *rule, int32_t n)
{
    for (int32_t r = 0; r < n; r++) {
        if (!row->is_active[r])
            continue;
        row->momenta[r] = row->momenta[r] * rule->momentum - fast_gradient(row, x, rule, r);
        row->weights[r] = row->weights[r] + rule->step * row->momenta[r];
    }
}

const hwk_table hwk_table_ref = {
    .name = "ref",
    .accumulate = accumulate,
    .accumulate_squares = accumulate_squares,
    .update_adadelta = update_adadelta,
    .update_plain = update_plain,
    .update_classical = update_classical,
    .update_nesterov = update_nesterov,
    .accumulate_fast = accumulate_fast,
    .fast_adadelta = fast_adadelta,
    .fast_plain = fast_plain,
    .fast_classical = fast_classical,
    .fast_nesterov = fast_nesterov,
};
