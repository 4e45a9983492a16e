/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/class_label.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"

int64_t hwi_tie_seed(const double *values, int64_t n)
{
    int64_t seed = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        if (isnan(values[i]))
            bits = INT64_C(0x7ff8000000000000);
        seed ^= bits >> 6;
    }
    return seed;
}

/* H2O's list of ties in its order: class 0, then whatever equals the maximum so far. With total the
 * class where the running share reaches t; with total 0 the sum of the priors comes back. */
static int32_t walk_ties(const double *p, int32_t n, const double *priors, double t, double total,
                         double *out_sum)
{
    bool is_drawing = total != 0;
    double divisor = is_drawing ? total : 1, running = priors[0] / divisor, maximum = p[0];
    if (is_drawing && t <= running)
        return 0;
    for (int32_t k = 1; k < n; k++) {
        if (p[k] > maximum) {
            maximum = p[k];
            continue;
        }
        if (p[k] != maximum)
            continue;
        running += priors[k] / divisor;
        if (is_drawing && t <= running)
            return k;
    }
    *out_sum = running;
    return -1;
}

static int32_t first_largest(const double *p, int32_t n, bool *out_is_tied)
{
    int32_t best = 0;
    *out_is_tied = false;
    for (int32_t k = 1; k < n; k++) {
        if (p[k] > p[best]) {
            best = k;
            *out_is_tied = false;
        } else if (p[k] == p[best]) {
            *out_is_tied = true;
        }
    }
    return best;
}

bool hwi_class_is_tied(const double *p, int32_t n)
{
    bool is_tied;
    first_largest(p, n, &is_tied);
    return is_tied;
}

int32_t hwi_class_label(const double *p, int32_t n, const double *priors, int64_t tie_seed)
{
    bool is_tied;
    int32_t best = first_largest(p, n, &is_tied);
    if (!is_tied || !priors)
        return best;
    double total = 0;
    walk_ties(p, n, priors, 0, 0, &total);
    hwi_java_rng rng = hwi_java_rng_new(tie_seed);
    double t = hwi_java_rng_double(&rng), unused;
    int32_t drawn = total > 0 ? walk_ties(p, n, priors, t, total, &unused) : -1;
    return drawn >= 0 ? drawn : best;
}

int32_t hwi_guesses_until(const double *p, int32_t n, int32_t label, int32_t actual,
                          int32_t n_guesses, const double *priors, double *scratch)
{
    double label_value = label;
    int64_t seed = hwi_tie_seed(p, n) ^ hwi_tie_seed(&label_value, 1);
    memcpy(scratch, p, (size_t)n * sizeof *p);
    for (int32_t guess = 0; guess < n_guesses; guess++) {
        if (label == actual)
            return guess;
        scratch[label] = 0;
        label = hwi_class_label(scratch, n, priors, seed);
    }
    /* With as many guesses as classes the last one is always right. */
    return n_guesses >= n && actual < n ? n - 1 : n_guesses;
}
