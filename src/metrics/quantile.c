/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/quantile.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Unsigned numbers that sort as the doubles do. */
static uint64_t key_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

/* Radix sort, a byte at a time; bytes that are alike in all values cost nothing more. */
void hwi_weighted_sort(hwi_weighted_value *values, hwi_weighted_value *scratch, int64_t n)
{
    enum { N_BYTES = 8, N_DIGITS = 256 };
    int64_t counts[N_BYTES][N_DIGITS] = {0};
    for (int64_t i = 0; i < n; i++) {
        uint64_t key = key_of(values[i].value);
        for (int b = 0; b < N_BYTES; b++)
            counts[b][key >> (8 * b) & 255]++;
    }
    hwi_weighted_value *from = values, *to = scratch;
    for (int b = 0; b < N_BYTES && n > 1; b++) {
        int64_t place[N_DIGITS], next = 0;
        if (counts[b][key_of(from[0].value) >> (8 * b) & 255] == n)
            continue;
        for (int d = 0; d < N_DIGITS; d++) {
            place[d] = next;
            next += counts[b][d];
        }
        for (int64_t i = 0; i < n; i++)
            to[place[key_of(from[i].value) >> (8 * b) & 255]++] = from[i];
        hwi_weighted_value *swap = from;
        from = to;
        to = swap;
    }
    if (from != values)
        memcpy(values, from, (size_t)n * sizeof *values);
}

/* Where a probability falls: between the values of two ranks. */
typedef struct place {
    double below;                  /* the whole part of q * (N - 1) */
    double numerator, denominator; /* of the fraction of the way to the next value */
} place;

static place place_of(double q, double n)
{
    double position = q * (n - 1);
    if (!(position > 0))
        return (place){0, 0, 1};
    double r = floor(position);
    if (r == position)
        return (place){r, 0, 1};
    double left = r / (n - 1), right = (r + 1) / (n - 1);
    return (place){r, q - left, right - left};
}

void hwi_weighted_quantiles(const hwi_weighted_value *sorted, int64_t n,
                            const double *probabilities, int32_t n_probabilities, double *out)
{
    double total = 0, cumulated = 0;
    for (int64_t i = 0; i < n; i++)
        total += sorted[i].weight;
    int64_t i = -1; /* the value at the current rank: its truncated cumulated weight passes it */
    for (int32_t j = n_probabilities - 1; j >= 0; j--) {
        place p = place_of(probabilities[j], total);
        while (i + 1 < n && (i < 0 || trunc(cumulated) <= p.below))
            cumulated += sorted[++i].weight;
        out[j] = sorted[i].value;
        if (p.numerator == 0)
            continue;
        int64_t k = i;
        double cumulated_k = cumulated;
        while (k + 1 < n && trunc(cumulated_k) <= p.below + 1)
            cumulated_k += sorted[++k].weight;
        out[j] += (sorted[k].value - sorted[i].value) * p.numerator / p.denominator;
    }
}

/* --- H2O's search ------------------------------------------------------------------------------
 */

enum { N_CLASSES = 1024 };

/* A part of the sorted values and the histogram over it. */
typedef struct range {
    int64_t begin, end;
    double low, step;
    double rows; /* the cut weight before it */
} range;

static range range_of(const hwi_weighted_value *sorted, int64_t begin, int64_t end, double low,
                      double rows)
{
    return (range){begin, end, low, (sorted[end - 1].value - low) / N_CLASSES, rows};
}

static int64_t class_of(const range *r, double value)
{
    double at = r->step > 0 ? (value - r->low) / r->step : 0;
    return at < N_CLASSES - 1 ? (int64_t)at : N_CLASSES - 1;
}

/* The end of the class that begins at i, and its weight. */
static int64_t end_of_class(const hwi_weighted_value *sorted, const range *r, int64_t i,
                            double *out_weight)
{
    int64_t class = class_of(r, sorted[i].value);
    for (*out_weight = 0; i < r->end && class_of(r, sorted[i].value) == class; i++)
        *out_weight += sorted[i].weight;
    return i;
}

/* What lies past all classes. */
static double end_of(const hwi_weighted_value *sorted, const range *r)
{
    return nextafter(sorted[r->end - 1].value, INFINITY);
}

/* Goes through the classes of r: the class of the rank, whose begin is -1 when there is none, and
 * the value of the rank after it, NaN when that is in the same class. */
static range search(const hwi_weighted_value *sorted, const range *r, double rank, double *out_next)
{
    range hit = {.begin = -1};
    double rows = r->rows, weight;
    *out_next = end_of(sorted, r);
    for (int64_t i = r->begin, end; i < r->end; i = end) {
        end = end_of_class(sorted, r, i, &weight);
        double after = trunc(rows + weight);
        bool is_hit = hit.begin < 0 && after > rank;
        if (is_hit)
            hit = range_of(sorted, i, end, sorted[i].value, rows);
        if (after > rank + 1) {
            *out_next = is_hit ? NAN : sorted[i].value;
            break;
        }
        rows = after;
    }
    return hit;
}

static void find_ranks(const hwi_weighted_value *sorted, int64_t n, double low, double rank,
                       double *out, double *out_next)
{
    range r = range_of(sorted, 0, n, low, 0);
    for (;;) {
        double last = sorted[r.end - 1].value;
        *out = *out_next = last;
        if (sorted[r.begin].value == last || !(r.step > 0))
            return;
        range hit = search(sorted, &r, rank, out_next);
        *out = hit.begin < 0 ? end_of(sorted, &r) : sorted[hit.end - 1].value;
        if (!isnan(*out_next))
            return;
        r = hit;
    }
}

void hwi_weighted_quantiles_as_h2o(const hwi_weighted_value *sorted, int64_t n, double low,
                                   double total, const double *probabilities,
                                   int32_t n_probabilities, double *out)
{
    for (int32_t j = 0; j < n_probabilities; j++) {
        place p = place_of(probabilities[j], total);
        double next;
        find_ranks(sorted, n, low, p.below, &out[j], &next);
        if (p.numerator != 0)
            out[j] += (next - out[j]) * p.numerator / p.denominator;
    }
}
