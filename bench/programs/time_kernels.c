/* SPDX-License-Identifier: Apache-2.0
 *
 * time_kernels [PANELS]: what a line of sixteen weights costs in each kernel, for every version
 * that this machine can run, in nanoseconds; and what reading and writing the same lines costs
 * without arithmetic. The layer has 784 inputs, all of them in use, and PANELS panels of units (6:
 * with its optimiser's state a member's half of 200 units, which the second cache holds). What the
 * kernels compute is tested in kernels/kernels_test.c. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "kernels/kernels.h"

enum { N_IN = 784, N_CHUNKS = N_IN / HWK_LANES };

typedef struct layer {
    int n_panels;
    float *weights, *msu, *msg, *momenta;
    double values[N_IN];
    _Alignas(64) float narrow[N_IN];
    int32_t chunks[N_CHUNKS];
    _Alignas(64) double gradient[HWK_LANES], sums[HWK_LANES], errors[N_IN];
    _Alignas(64) float fast_sums[HWK_LANES], fast_errors[N_IN];
    _Alignas(64) int32_t is_active[HWK_LANES];
    /* By unit. */
    int32_t *rows;
    float *unit_sums;
    double *gradients, *unit_squares;
} layer;

static const hwk_rule rule = {0.99f, 1 - 0.99f, 1e-8f, 0.001f, 0.5f, 0, 0};

static layer *new_layer(int n_panels)
{
    layer *l = hwi_calloc_array(1, sizeof *l);
    size_t n = (size_t)n_panels * N_IN * HWK_LANES;
    float *arrays = hwi_calloc_array(4 * n, sizeof(float));
    if (!l || !arrays)
        exit(1);
    size_t n_units = (size_t)n_panels * HWK_LANES;
    l->rows = hwi_calloc_array(n_units, sizeof(int32_t));
    l->unit_sums = hwi_calloc_array(n_units, sizeof(float));
    l->gradients = hwi_calloc_array(n_units, sizeof(double));
    l->unit_squares = hwi_calloc_array(n_units, sizeof(double));
    if (!l->rows || !l->unit_sums || !l->gradients || !l->unit_squares)
        exit(1);
    for (size_t u = 0; u < n_units; u++) {
        l->rows[u] = (int32_t)u;
        l->gradients[u] = 0.001;
    }
    l->n_panels = n_panels;
    l->weights = arrays;
    l->msu = arrays + n;
    l->msg = arrays + 2 * n;
    l->momenta = arrays + 3 * n;
    for (int c = 0; c < N_IN; c++)
        l->narrow[c] = (float)(l->values[c] = sin(c + 1));
    for (int k = 0; k < N_CHUNKS; k++)
        l->chunks[k] = k;
    for (int r = 0; r < HWK_LANES; r++) {
        l->gradient[r] = 0.001 * (r - 8.5);
        l->is_active[r] = -1;
    }
    return l;
}

/* As they are after some training. */
static void reset(layer *l)
{
    size_t n = (size_t)l->n_panels * N_IN * HWK_LANES;
    for (size_t i = 0; i < n; i++) {
        l->weights[i] = 0.01f * (float)sin((double)i);
        l->msu[i] = 1e-6f;
        l->msg[i] = 1e-5f;
        l->momenta[i] = 1e-4f;
    }
}

typedef void pass(layer *l, const hwk_table *table);

static hwk_panel panel_at(layer *l, int p)
{
    size_t at = (size_t)p * N_IN * HWK_LANES;
    return (hwk_panel){.weights = l->weights + at,
                       .mean_square_update = l->msu + at,
                       .mean_square_gradient = l->msg + at,
                       .momenta = l->momenta + at,
                       .sum_square_gradient = l->sums,
                       .gradient = l->gradient,
                       .is_active = l->is_active};
}

/* In panels: all inputs of each. */
#define EACH_PANEL(l)                                                                              \
    const hwk_inputs inputs = {N_IN, NULL, (l)->values, (l)->narrow};                              \
    for (int p = 0; p < (l)->n_panels; p++)
#define WEIGHTS(l) ((l)->weights + (size_t)p * N_IN * HWK_LANES)

static void eightfold(layer *l, const hwk_table *t)
{
    EACH_PANEL(l) t->sum_eightfold(l->sums, WEIGHTS(l), &inputs, N_IN);
}

static void fast_sum(layer *l, const hwk_table *t)
{
    EACH_PANEL(l) t->sum_fast(l->fast_sums, WEIGHTS(l), &inputs);
}

static void errors(layer *l, const hwk_table *t)
{
    EACH_PANEL(l)
    {
        for (int c = 0; c < N_IN; c += HWK_LANES)
            t->add_errors(l->errors + c, WEIGHTS(l) + c * HWK_LANES, l->gradient, HWK_LANES);
        (void)inputs;
    }
}

static void fast_errors(layer *l, const hwk_table *t)
{
    EACH_PANEL(l) t->add_errors_fast(l->fast_errors, WEIGHTS(l), l->gradient, &inputs);
}

#define PANEL_PASS(name, kernel, with_errors)                                                      \
    static void name(layer *l, const hwk_table *t)                                                 \
    {                                                                                              \
        EACH_PANEL(l)                                                                              \
        {                                                                                          \
            hwk_panel panel = panel_at(l, p);                                                      \
            panel.errors = (with_errors) ? l->fast_errors : NULL;                                  \
            t->kernel(&panel, &inputs, &rule);                                                     \
        }                                                                                          \
    }
PANEL_PASS(adadelta, adadelta, false)
PANEL_PASS(plain, plain, false)
PANEL_PASS(nesterov, nesterov, false)
PANEL_PASS(fast_adadelta, fast_adadelta, false)
PANEL_PASS(fast_adadelta_errors, fast_adadelta, true)
PANEL_PASS(fast_plain, fast_plain, false)
PANEL_PASS(fast_nesterov, fast_nesterov, false)

/* Unit by unit: sixteen of them are as many weights as a panel. */
static hwk_dense dense_of(const layer *l)
{
    return (hwk_dense){.x = l->narrow, .n_in = N_IN, .n_chunks = N_CHUNKS, .chunks = l->chunks};
}

static void unit_sum(layer *l, const hwk_table *t)
{
    const hwk_dense dense = dense_of(l);
    t->sum_units(l->unit_sums, l->weights, l->rows, l->n_panels * HWK_LANES, &dense);
}

#define UNITS_PASS(name, kernel, with_errors)                                                      \
    static void name(layer *l, const hwk_table *t)                                                 \
    {                                                                                              \
        const hwk_dense dense = dense_of(l);                                                       \
        const hwk_units units = {.weights = l->weights,                                            \
                                 .mean_square_update = l->msu,                                     \
                                 .mean_square_gradient = l->msg,                                   \
                                 .momenta = l->momenta,                                            \
                                 .n = l->n_panels * HWK_LANES,                                     \
                                 .rows = l->rows,                                                  \
                                 .gradients = l->gradients,                                        \
                                 .sum_squares = l->unit_squares,                                   \
                                 .errors = (with_errors) ? l->fast_errors : NULL};                 \
        t->kernel(&units, &dense, &rule);                                                          \
    }
UNITS_PASS(unit_adadelta, units_adadelta, false)
UNITS_PASS(unit_adadelta_errors, units_adadelta, true)
UNITS_PASS(unit_plain, units_plain, false)
UNITS_PASS(unit_nesterov, units_nesterov, false)

static const struct {
    const char *name;
    int n_arrays; /* that are written; 0: weights are read */
    pass *run;
} passes[] = {
    {"weighted sums, exact", 0, eightfold},
    {"weighted sums, fast", 0, fast_sum},
    {"weighted sums, fast, unit by unit", 0, unit_sum},
    {"errors below, exact", 0, errors},
    {"errors below, fast", 0, fast_errors},
    {"ADADELTA, exact", 3, adadelta},
    {"ADADELTA, fast", 3, fast_adadelta},
    {"ADADELTA and errors below, fast", 3, fast_adadelta_errors},
    {"ADADELTA, fast, unit by unit", 3, unit_adadelta},
    {"ADADELTA and errors below, fast, unit by unit", 3, unit_adadelta_errors},
    {"plain SGD, exact", 1, plain},
    {"plain SGD, fast", 1, fast_plain},
    {"plain SGD, fast, unit by unit", 1, unit_plain},
    {"Nesterov's momentum, exact", 2, nesterov},
    {"Nesterov's momentum, fast", 2, fast_nesterov},
    {"Nesterov's momentum, fast, unit by unit", 2, unit_nesterov},
};

typedef int32_t v16i __attribute__((vector_size(64), may_alias));

/* The same memory traffic without arithmetic. */
static void stream(layer *l, int n_arrays)
{
    size_t n = (size_t)l->n_panels * N_IN;
    v16i *a = (v16i *)(void *)l->weights, *b = (v16i *)(void *)l->msu, *c = (v16i *)(void *)l->msg;
    int32_t change = 0, sum = 0;
    __asm__ volatile("" : "+r"(change) : : "memory");
    if (n_arrays == 0) {
        v16i sums[4] = {{0}};
        for (size_t i = 0; i + 4 <= n; i += 4)
            for (int k = 0; k < 4; k++)
                sums[k] += a[i + (size_t)k];
        for (int k = 0; k < 4; k++)
            sum += sums[k][0];
        __asm__ volatile("" : : "r"(sum));
        return;
    }
    for (size_t i = 0; i < n; i++) {
        a[i] ^= change;
        if (n_arrays > 1)
            b[i] ^= change;
        if (n_arrays > 2)
            c[i] ^= change;
    }
}

/* Nanoseconds a line: the least of some measurements. run NULL: streaming. */
static double measure(layer *l, const hwk_table *table, pass *run, int n_arrays)
{
    enum { N_TRIES = 5 };
    static const double enough_ms = 8;
    double least = HUGE_VAL;
    for (int try = 0; try < N_TRIES; try++) {
        reset(l);
        int n = 0;
        double begin_ms = hwi_clock_ms(), ms = 0;
        for (; ms < enough_ms; n++, ms = hwi_clock_ms() - begin_ms) {
            if (run)
                run(l, table);
            else
                stream(l, n_arrays);
        }
        least = fmin(least, ms * 1e6 / n / l->n_panels / N_IN);
    }
    return least;
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"ref", "v2", "v3", "v4", "neon"};
    enum { N_NAMES = sizeof names / sizeof *names, N_PASSES = sizeof passes / sizeof *passes };
    int n_panels = argc > 1 ? atoi(argv[1]) : 6;
    if (n_panels < 1)
        return 2;
    layer *l = new_layer(n_panels);
    bool was_flushing = hwk_flush_denormals(true);
    printf("kernel");
    for (int v = 0; v < N_NAMES; v++)
        if (hwk_find(names[v]))
            printf("\t%s", names[v]);
    printf("\tno arithmetic\n");
    for (int k = 0; k < N_PASSES; k++) {
        printf("%s", passes[k].name);
        for (int v = 0; v < N_NAMES; v++)
            if (hwk_find(names[v]))
                printf("\t%.2f", measure(l, hwk_find(names[v]), passes[k].run, 0));
        printf("\t%.2f\n", measure(l, NULL, NULL, passes[k].n_arrays));
        fflush(stdout);
    }
    hwk_flush_denormals(was_flushing);
    hwi_free(l->weights);
    hwi_free(l->rows);
    hwi_free(l->unit_sums);
    hwi_free(l->gradients);
    hwi_free(l->unit_squares);
    hwi_free(l);
    return 0;
}
