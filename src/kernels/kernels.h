/* SPDX-License-Identifier: Apache-2.0
 *
 * The inner loops of training and scoring. A layer's weights lie in panels of sixteen rows (units,
 * or unit channels of Maxout): one cache line holds the weights of one input to the sixteen rows,
 * the lines of all inputs follow each other. A kernel walks over one panel. Written once, in
 * loops.inc, and compiled for several instruction sets; the table for this machine is chosen at the
 * first call, HW_CPU_MASK=v2|v3|v4|ref in the environment forces one.
 *
 * Exact arithmetic is H2O's (spec 5 and 7): weights and optimiser state are float, products and
 * gradients double, every operation rounds to its type, nothing is contracted or reordered inside a
 * row. The fast arithmetic is float throughout, without fused operations; its ADADELTA works with
 * gradients times the root of 1 - rho (which must not be 0), which saves a fifth of the products.
 * Where inputs say is_fused, sums of exact arithmetic are fused multiply-adds in the same order:
 * one rounding less for each product, and half the work. All versions give the same bits; but v2,
 * whose machines have no such operation, takes is_fused for false. Arrays are 64-byte aligned.
 * Letters: C inputs of the layer. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { HWK_LANES = 16 }; /* rows of a panel */

/* How a weight moves; see rule_of_layer in nn/sgd.c for who fills it. */
typedef struct hwk_rule {
    float rho, one_minus_rho, epsilon; /* ADADELTA */
    float step;                        /* otherwise: rate * (1 - momentum) */
    float momentum;
    double l1, l2; /* floats, widened */
} hwk_rule;

/* The inputs that take part: ascending. */
typedef struct hwk_inputs {
    int32_t n;
    const int32_t *units; /* (n), or NULL: 0 .. n-1 */
    const double *values; /* (n) */
    const float *narrow;  /* (n) the same for the fast arithmetic, which reads nothing else */
    bool is_fused;        /* heeded by sum_eightfold and sum_in_order */
} hwk_inputs;

enum { HWK_PARTIALS = 8 };

/* Rows of a table at once: in groups of eight, so many groups at most. */
enum { HWK_ROWS = 8, HWK_GROUPS = 8 };

/* The inputs of G groups of rows: every one from `first` to the layer's last. */
typedef struct hwk_row_inputs {
    int32_t first, n, n_groups;
    bool is_half; /* of the panel only the first eight rows count: sums of others stay */
    bool is_fused;
    const double *values; /* (G, n, 8): the rows of a group side by side */
    const double *begun;  /* what inputs before `first` have given: (8, G * 8, 16) partial sums, or
                             (G * 8, 16) where they are summed in order; NULL: nothing */
} hwk_row_inputs;

/* A panel in the update. */
typedef struct hwk_panel {
    float *weights;                                   /* (C, 16), and so the next four */
    float *mean_square_update, *mean_square_gradient; /* ADADELTA */
    float *momenta;                                   /* momentum */
    const float *consensus; /* elastic averaging: the weights pulled towards, or NULL */
    double consensus_pull;
    double *sum_square_gradient; /* (16) ADADELTA: += gradient^2, for the biases */
    const double *gradient;      /* (16) of each row's net input; 0 where not active */
    const int32_t *is_active;    /* (16) -1 or 0: rows that are not active keep all their state */
    float *errors;               /* (n, padded to whole chunks of 16) of the inputs in their list's
                                    order, in the fast arithmetic: as add_errors_fast, with the weights
                                    as they were; or NULL */
    /* Fast: values of the inputs of the row after, or NULL, and what their weighted sums (16) will
     * be, as sum_fast gives them. Both rows list all inputs. */
    const float *next_narrow;
    float *next_sums;
} hwk_panel;

/* A layer whose inputs are dense and whose units are often off can lie unit by unit instead: then
 * what is off costs nothing. Its inputs: */
typedef struct hwk_dense {
    const float *x;        /* (C, padded with 0 to whole chunks of 16); of the fast arithmetic */
    int32_t n_in;          /* C */
    int32_t n_chunks;      /* those that take part */
    const int32_t *chunks; /* (n_chunks) ascending */
    bool skips_zeros;      /* some inputs are 0, and those move nothing */
    /* Of the exact arithmetic. */
    const double *wide;        /* (C, padded with 0) */
    const int32_t *takes_part; /* (C, padded) -1, or 0 for padding and for inputs passed over */
} hwk_dense;

/* So many numbers, to whole chunks. */
static inline int64_t hwk_padded(int32_t n)
{
    return (n + HWK_LANES - 1) / HWK_LANES * (int64_t)HWK_LANES;
}
/* Numbers from one unit to the next. */
static inline int64_t hwk_unit_width(const hwk_dense *inputs)
{
    return hwk_padded(inputs->n_in);
}

/* Some units of such a layer in the update. By row: (n_rows). */
typedef struct hwk_units {
    float *weights; /* (n_rows, C padded), and so the next three */
    float *mean_square_update, *mean_square_gradient, *momenta;
    int32_t n;
    const int32_t *rows;     /* (n) those that move */
    const double *gradients; /* by row: of their net inputs */
    double *sum_squares;     /* by row; fast ADADELTA: become the sums of gradient^2 */
    /* Fast: inputs (C, padded) of the row of data after, or NULL, and by row what their weighted
     * sums will be, as sum_units gives them. Both rows of data take every chunk. */
    const float *next_x;
    float *next_sums;
    float *errors; /* fast: (C, padded) += gradients * weights as they were; or NULL */
} hwk_units;

/* Biases in the update; pointers to (n) of any alignment. */
typedef struct hwk_biases {
    double *biases;
    double *square_update, *square_gradient; /* ADADELTA */
    double *momenta;                         /* momentum */
    const double *consensus; /* elastic averaging: the biases pulled towards, or NULL */
    double consensus_pull;
    const double *excess; /* sparsity: average activation above the wanted one, or NULL */
    double sparsity_beta;
    const double *gradient;    /* of each row's net input */
    const double *sum_squares; /* ADADELTA: of the gradients of the row's weights */
    int32_t n_in;              /* so many of them */
    const int32_t *is_active;  /* -1 or 0: rows that are not active keep all their state */
} hwk_biases;

/* False when a bias that moved is not finite now. */
typedef bool hwk_update_biases(const hwk_biases *biases, const hwk_rule *rule, int32_t n);

/* How the numbers of a row of a table are packed; the smallest value of a type of whole numbers
 * stands for a missing one. */
typedef enum hwk_number { HWK_INT8, HWK_INT16, HWK_INT32, HWK_FLOAT, HWK_DOUBLE } hwk_number;

/* Standardisation: (n) each. */
typedef struct hwk_scale {
    const double *means;     /* for missing numbers */
    const double *sub, *mul; /* both or sub NULL: none */
} hwk_scale;

typedef void hwk_update_units(const hwk_units *units, const hwk_dense *inputs,
                              const hwk_rule *rule);

typedef void hwk_update(const hwk_panel *panel, const hwk_inputs *inputs, const hwk_rule *rule);

typedef struct hwk_table {
    const char *name;
    /* A numeric input of n rows, standardised: out of row i at i / 8 * gap + i % 8 = (value -
     * centre)
     * * factor, 0 where the value is NaN. out has room for whole groups of eight, whose other rows
     * become 0. Returns how many are not 0. */
    int32_t (*encode_numbers)(double *out, int64_t gap, const double *values, int32_t n,
                              double centre, double factor);
    /* Weighted sums of the inputs, of all rows of a panel: sums (16) = ... */
    /* ... in H2O's order (spec 5.2): eight partial sums over the inputs by their number modulo 8,
     * then those from n_blocked on one by one. */
    void (*sum_eightfold)(double *sums, const float *weights, const hwk_inputs *inputs,
                          int32_t n_blocked);
    /* ... one by one (Maxout, spec 5.4). */
    void (*sum_in_order)(double *sums, const float *weights, const hwk_inputs *inputs);
    /* The same of many rows: sums (G * 8, 16) = ..., with each row's order of additions. Inputs
     * that are 0 are not passed over, which gives the same bits as long as weights are finite. */
    void (*sum_eightfold_rows)(double *sums, const float *weights, const hwk_row_inputs *inputs,
                               int32_t n_blocked);
    void (*sum_in_order_rows)(double *sums, const float *weights, const hwk_row_inputs *inputs);
    /* ... in float: four partial sums over the listed inputs by their place in the list modulo 4.
     * Relative error of a sum of n products about n / 4 * 6e-8. */
    void (*sum_fast)(float *sums, const float *weights, const hwk_inputs *inputs);
    /* Sums of squares of each row's weights in H2O's order, in float: sums (16) = ... */
    void (*sum_squares)(float *sums, const float *weights, int32_t n_in);
    /* Errors of n <= 16 inputs: errors[c] += gradient[r] * weights[c][r], r ascending. */
    void (*add_errors)(double *errors, const float *weights, const double *gradient, int32_t n);
    /* Of the listed inputs, in the list's order: errors[i] += the sixteen products, halves added on
     * halves. */
    void (*add_errors_fast)(float *errors, const float *weights, const double *gradient,
                            const hwk_inputs *inputs);
    hwk_update *adadelta, *plain, *classical, *nesterov; /* plain: no momenta */
    hwk_update *fast_adadelta, *fast_plain, *fast_classical, *fast_nesterov;
    /* Weighted sums of the n listed units: sums[rows[k]] = sixteen times four partial sums, by the
     * place in a chunk and by the place of the chunk in the list modulo 4; added ((0 + 1) + (2 +
     * 3)), then halves on halves. */
    void (*sum_units)(float *sums, const float *weights, const int32_t *rows, int32_t n,
                      const hwk_dense *inputs);
    hwk_update_units *units_adadelta, *units_plain, *units_classical, *units_nesterov;
    /* The same in exact and fast: doubles, H2O's (spec 7). */
    hwk_update_biases *bias_adadelta, *bias_plain, *bias_classical, *bias_nesterov;
    /* Number by number; these arrays need no alignment. */
    /* packed: (n) of any alignment; NaN where missing. */
    void (*widen)(double *out, const void *packed, hwk_number type, int32_t n);
    /* out[i] = (x[i] - sub[i]) * mul[i], with the mean for NaN. */
    void (*standardize)(double *out, const double *x, const hwk_scale *scale, int32_t n);
    /* Those of x that are not 0, ascending: units first + i, values x[i]. Returns how many; has
     * room for n. values may be x. */
    int32_t (*list_nonzero)(int32_t *units, double *values, const double *x, int32_t n,
                            int32_t first);
    /* Those chunks of x (n_chunks, 16; aligned) that are not 0 altogether. */
    int32_t (*list_chunks)(int32_t *chunks, const float *x, int32_t n_chunks);
    /* flags[i] = -1 where x[i] is not 0, else 0. */
    void (*flag_nonzero)(int32_t *flags, const double *x, int32_t n);
    void (*narrow)(float *out, const double *x, int32_t n);
    void (*add)(float *to, const float *from, int32_t n); /* to += from */
    /* is_kept[i] (n, to multiples of 16) = hwi_rng_float_bits i of a generator in this state is
     * at least limit. */
    void (*draw)(uint8_t *is_kept, int32_t n, uint64_t state, uint32_t limit);
    /* Those that are not kept become 0. */
    void (*drop)(double *values, const uint8_t *is_kept, int32_t n);
    /* 1 - 2 / (1 + exp(2 x)), and x or exp(x) - 1 where x is negative, by hwk_exp: absolute error
     * below 1e-12. out may be x. */
    void (*tanh_fast)(double *out, const double *x, int32_t n);
    void (*exp_rectifier_fast)(double *out, const double *x, int32_t n);
    /* The exact arithmetic of units that lie unit by unit: sums (n_units) as sum_eightfold's; the
     * update, of ADADELTA without its sums of squares and hence without l1 and l2; and those sums,
     * which need no weights then: sums[k] = (gradients[k] * x)^2 over the listed inputs in order.
     * Both arrays go on to a multiple of 16. */
    void (*sum_units_eightfold)(double *sums, const float *weights, int32_t n_units,
                                const hwk_dense *inputs);
    hwk_update_units *exact_units_adadelta, *exact_units_plain;
    hwk_update_units *exact_units_classical, *exact_units_nesterov;
    void (*sum_squared_gradients)(double *sums, const double *gradients, int32_t n,
                                  const hwk_inputs *inputs);
} hwk_table;

/* Switches the processor's flushing of denormal numbers on or off for this thread and returns what
 * it was; does nothing where the processor cannot. For the fast arithmetic: H2O does not flush. */
bool hwk_flush_denormals(bool on);

/* The fastest table that this machine can run. Constant after the first call; thread-safe. */
const hwk_table *hwk_get(void);
/* One of them by name ("ref", "v2", "v3", "v4"), or NULL when unknown or not runnable here. */
const hwk_table *hwk_find(const char *name);

/* H2O's bit tricks (spec 7.1). */
static inline float hwk_approx_sqrt_f32(float x)
{
    int32_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    bits = 532483686 + (bits >> 1);
    __builtin_memcpy(&x, &bits, sizeof bits);
    return x;
}
static inline double hwk_approx_sqrt_f64(double x)
{
    int64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    bits = (int64_t)((uint64_t)((bits >> 32) + 1072632448) << 31);
    __builtin_memcpy(&x, &bits, sizeof bits);
    return x;
}
static inline float hwk_approx_inv_sqrt_f32(float x)
{
    float half = 0.5f * x;
    int32_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    bits = 0x5F3759DF - (bits >> 1);
    float y;
    __builtin_memcpy(&y, &bits, sizeof bits);
    return y * (1.5f - half * y * y);
}
