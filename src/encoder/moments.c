/* SPDX-License-Identifier: Apache-2.0 */
#include "encoder/moments.h"

#include <math.h>

typedef struct tally {
    int64_t n_missing, n_zero, n_one, n_other, n_infinite;
} tally;

/* Without branches: which values are 0 is as good as random. */
static tally count_values(const double *values, int64_t n_rows)
{
    tally t = {0};
    for (int64_t i = 0; i < n_rows; i++) {
        double x = values[i];
        t.n_missing += x != x;
        t.n_infinite += fabs(x) == (double)INFINITY;
        t.n_zero += x == 0;
        t.n_one += x == 1;
    }
    t.n_other = n_rows - t.n_missing - t.n_infinite - t.n_zero - t.n_one;
    return t;
}

static void find_range(const double *values, int64_t n_rows, hwi_moments *m)
{
    m->min = INFINITY;
    m->max = -INFINITY;
    for (int64_t i = 0; i < n_rows; i++) {
        if (values[i] < m->min)
            m->min = values[i];
        if (values[i] > m->max)
            m->max = values[i];
    }
}

/* The recurrence over finite values, without zeros when skip_zeros; gives mean and M2. */
static void recur(const double *values, int64_t n_rows, bool skip_zeros, hwi_moments *m, double *m2)
{
    for (int64_t i = 0; i < n_rows; i++) {
        double x = values[i];
        if (!isfinite(x) || (skip_zeros && x == 0))
            continue;
        m->n++;
        double d = x - m->mean;
        m->mean += d / (double)m->n;
        *m2 += d * (x - m->mean);
    }
}

static bool is_constant(const hwi_moments *m, const tally *t)
{
    return m->min == m->max && t->n_missing == 0 && t->n_infinite == 0;
}

hwi_moments hwi_moments_of(const double *values, int64_t n_rows, bool is_integer)
{
    hwi_moments m = {0};
    double m2 = 0;
    tally t = count_values(values, n_rows);
    find_range(values, n_rows, &m);
    /* H2O keeps a chunk sparse when few of its entries are neither 0 nor implied. */
    bool is_sparse = (n_rows - t.n_zero) * 8 < n_rows;
    if (is_constant(&m, &t)) {
        m.n = n_rows;
        m.mean = m.min;
    } else if (is_sparse) {
        recur(values, n_rows, true, &m, &m2);
        double r = (double)m.n, z = (double)t.n_zero;
        double d = m.mean;
        m.mean = (m.mean * r + 0 * z) / (r + z);
        m2 += 0 + d * d * r * z / (r + z);
        m.n += t.n_zero;
    } else if (is_integer && t.n_zero && t.n_one && !t.n_other && !t.n_infinite) {
        double zeros = (double)t.n_zero, ones = (double)t.n_one;
        m.n = t.n_zero + t.n_one;
        m.mean = ones / (zeros + ones);
        m2 = zeros * (0 - m.mean) * (0 - m.mean) + ones * (1 - m.mean) * (1 - m.mean);
    } else {
        recur(values, n_rows, false, &m, &m2);
    }
    m.sigma = m.n > 1 ? sqrt(m2 / (double)(m.n - 1)) : 0;
    return m;
}

hwi_moments hwi_moments_weighted(const double *values, const double *weights, int64_t n_rows)
{
    tally t = count_values(values, n_rows);
    bool is_sparse = (n_rows - t.n_zero) * 8 < n_rows;
    hwi_moments m = {0};
    double m2 = 0, total = 0;
    /* Of implicit zeros and of missing values, for the merge at the end. */
    double weight_of_all = 0, weight_of_missing = 0;
    for (int64_t i = 0; i < n_rows; i++) {
        double w = weights[i], x = values[i];
        weight_of_all += w;
        if (w == 0)
            continue;
        if (isnan(x)) {
            weight_of_missing += w;
            continue;
        }
        m.n++;
        if (is_sparse && x == 0)
            continue;
        double next_total = total + w;
        double d = x - m.mean;
        double r = d * w / next_total;
        m.mean += r;
        m2 += total * d * r;
        total = next_total;
    }
    if (is_sparse) {
        double q = 1 / (weight_of_all - weight_of_missing);
        double z = weight_of_all - total - weight_of_missing;
        double d = m.mean;
        m.mean = m.mean * (total * q);
        m2 += (((d * d) * total) * z) * q;
        total = weight_of_all - weight_of_missing;
    }
    m.sigma = m.n > 1 ? sqrt(((double)m.n / ((double)m.n - 1.0)) * m2 / total) : 0;
    return m;
}
