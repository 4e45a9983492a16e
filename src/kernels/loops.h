/* SPDX-License-Identifier: Apache-2.0
 *
 * The fast kernels' one source, in vectors of eight: eight floats are one register of AVX2, eight
 * doubles one of AVX-512 or two of AVX2; the compiler splits them where the machine has less. A
 * file that defines HWK_SUFFIX and HWK_NAME and includes this gets one table, compiled with that
 * file's options. kernels/ref.c says in plain C what is computed. */

#include "kernels/kernels.h"
#include "kernels/levels.h"

#define HWK_PASTE2(a, b) a##_##b
#define HWK_PASTE(a, b) HWK_PASTE2(a, b)

typedef float v8f __attribute__((vector_size(32), may_alias));
typedef int32_t v8i __attribute__((vector_size(32), may_alias));
typedef double v8d __attribute__((vector_size(64), may_alias));
typedef int64_t v8l __attribute__((vector_size(64), may_alias));

/* Arrays of n numbers as n / 8 vectors. */
#define AS_F(pointer) ((v8f *)(void *)(pointer))
#define AS_CONST_F(pointer) ((const v8f *)(const void *)(pointer))
#define AS_CONST_I(pointer) ((const v8i *)(const void *)(pointer))
#define AS_D(pointer) ((v8d *)(void *)(pointer))
#define AS_CONST_D(pointer) ((const v8d *)(const void *)(pointer))

/* Macros, not functions: passing 64-byte vectors would depend on the instruction set. */
#define WIDEN(x) __builtin_convertvector((x), v8d)
#define NARROW(x) __builtin_convertvector((x), v8f)
#define SELECT(mask, yes, no) ((v8f)(((mask) & (v8i)(yes)) | (~(mask) & (v8i)(no))))
#define APPROX_SQRT(x) ((v8f)(532483686 + ((v8i)(x) >> 1)))
#define SIGN(x) __builtin_convertvector(((v8l)((x) < 0) - (v8l)((x) > 0)), v8d)

static void accumulate(double *sums, const float *weights, double x, int32_t n)
{
    for (int32_t i = 0; i < n / 8; i++)
        AS_D(sums)[i] += WIDEN(AS_CONST_F(weights)[i]) * x;
}

static void accumulate_squares(float *sums, const float *weights, int32_t n)
{
    for (int32_t i = 0; i < n / 8; i++)
        AS_F(sums)[i] += AS_CONST_F(weights)[i] * AS_CONST_F(weights)[i];
}

static inline __attribute__((always_inline)) void update_adadelta_loop(const hwk_row *row, double x,
                                                                       const hwk_rule *rule,
                                                                       int32_t n, int has_decay,
                                                                       int has_consensus)
{
    v8f *weights = AS_F(row->weights);
    v8f *msu = AS_F(row->mean_square_update), *msg = AS_F(row->mean_square_gradient);
    v8d *sums = AS_D(row->sum_square_gradient);
    const float rho = rule->rho, one_minus_rho = rule->one_minus_rho, epsilon = rule->epsilon;
    for (int32_t i = 0; i < n / 8; i++) {
        v8d w = WIDEN(weights[i]);
        v8d gradient = AS_CONST_D(row->gradient)[i] * x;
        if (has_decay)
            gradient = (gradient + SIGN(w) * rule->l1) + w * rule->l2;
        if (has_consensus)
            gradient += row->consensus_pull * WIDEN(weights[i] - AS_CONST_F(row->consensus)[i]);
        v8d square = gradient * gradient;
        sums[i] += square;
        v8f new_msg = NARROW(WIDEN(rho * msg[i]) + (double)one_minus_rho * square);
        v8f rate = APPROX_SQRT((msu[i] + epsilon) / (new_msg + epsilon));
        v8f new_msu = NARROW(WIDEN(rho * msu[i]) + WIDEN((one_minus_rho * rate) * rate) * square);
        v8f new_weights = NARROW(w - WIDEN(rate) * gradient);
        v8i is_active = AS_CONST_I(row->is_active)[i];
        msg[i] = SELECT(is_active, new_msg, msg[i]);
        msu[i] = SELECT(is_active, new_msu, msu[i]);
        weights[i] = SELECT(is_active, new_weights, weights[i]);
    }
}

static void update_adadelta(const hwk_row *row, double x, const hwk_rule *rule, int32_t n)
{
    if (row->consensus)
        update_adadelta_loop(row, x, rule, n, 1, 1);
    else if (rule->l1 != 0 || rule->l2 != 0)
        update_adadelta_loop(row, x, rule, n, 1, 0);
    else
        update_adadelta_loop(row, x, rule, n, 0, 0);
}

enum { PLAIN, CLASSICAL, NESTEROV };

static inline __attribute__((always_inline)) void update_sgd_loop(const hwk_row *row, double x,
                                                                  const hwk_rule *rule, int32_t n,
                                                                  int kind, int has_decay,
                                                                  int has_consensus)
{
    v8f *weights = AS_F(row->weights), *momenta = AS_F(row->momenta);
    const double step = rule->step;
    for (int32_t i = 0; i < n / 8; i++) {
        v8d w = WIDEN(weights[i]);
        v8d gradient = AS_CONST_D(row->gradient)[i] * x;
        if (has_decay)
            gradient = (gradient + SIGN(w) * rule->l1) + w * rule->l2;
        if (has_consensus)
            gradient += row->consensus_pull * WIDEN(weights[i] - AS_CONST_F(row->consensus)[i]);
        v8i is_active = AS_CONST_I(row->is_active)[i];
        v8f new_weights;
        if (kind == PLAIN) {
            new_weights = NARROW(w + step * -gradient);
        } else if (kind == CLASSICAL) {
            v8d delta = -step * gradient;
            new_weights = NARROW(w + delta) + rule->momentum * momenta[i];
            momenta[i] = SELECT(is_active, NARROW(delta), momenta[i]);
        } else {
            v8f momentum = NARROW(WIDEN(momenta[i] * rule->momentum) - gradient);
            new_weights = NARROW(w + step * WIDEN(momentum));
            momenta[i] = SELECT(is_active, momentum, momenta[i]);
        }
        weights[i] = SELECT(is_active, new_weights, weights[i]);
    }
}

static inline __attribute__((always_inline)) void
update_sgd(const hwk_row *row, double x, const hwk_rule *rule, int32_t n, int kind)
{
    if (row->consensus)
        update_sgd_loop(row, x, rule, n, kind, 1, 1);
    else if (rule->l1 != 0 || rule->l2 != 0)
        update_sgd_loop(row, x, rule, n, kind, 1, 0);
    else
        update_sgd_loop(row, x, rule, n, kind, 0, 0);
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

const hwk_table HWK_PASTE(hwk_table, HWK_SUFFIX) = {
    .name = HWK_NAME,
    .accumulate = accumulate,
    .accumulate_squares = accumulate_squares,
    .update_adadelta = update_adadelta,
    .update_plain = update_plain,
    .update_classical = update_classical,
    .update_nesterov = update_nesterov,
};
