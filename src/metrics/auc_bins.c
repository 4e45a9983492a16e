/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/auc_bins.h"

#include <math.h>
#include <string.h>

void hwi_auc_bins_init(hwi_auc_bins *bins)
{
    memset(bins, 0, sizeof *bins);
    bins->cheapest = -1;
}

void hwi_auc_bins_clear(hwi_auc_bins *bins)
{
    hwi_free(bins->centre); /* one block: see reserve */
    hwi_auc_bins_init(bins);
}

static void set_arrays(hwi_auc_bins *bins, double *block, int32_t capacity)
{
    bins->centre = block;
    bins->squared_error = block + capacity;
    bins->tp = block + 2 * capacity;
    bins->fp = block + 3 * capacity;
    bins->pair_cost = block + 4 * capacity;
    bins->capacity = capacity;
}

/* Room for n bins. Small sets stay small: a multinomial model of 50 classes has 2,500 of them. */
static hw_status reserve(hwi_auc_bins *bins, int32_t n, hw_error *err)
{
    if (n <= bins->capacity)
        return HW_OK;
    int32_t capacity = bins->capacity ? 2 * bins->capacity : 16;
    if (capacity < n)
        capacity = n;
    double *block = HWI_ALLOC_ARRAY(double, 5 * (size_t)capacity);
    HW_CHECK_ALLOC(err, block);
    hwi_auc_bins old = *bins;
    set_arrays(bins, block, capacity);
    if (old.n > 0) {
        size_t n_bytes = (size_t)old.n * sizeof(double);
        memcpy(bins->centre, old.centre, n_bytes);
        memcpy(bins->squared_error, old.squared_error, n_bytes);
        memcpy(bins->tp, old.tp, n_bytes);
        memcpy(bins->fp, old.fp, n_bytes);
        memcpy(bins->pair_cost, old.pair_cost, n_bytes);
    }
    hwi_free(old.centre);
    return HW_OK;
}

/* The squared error that merging two points adds. H2O subtracts as floats. */
static double merge_error(double t1, double n1, double t0, double n0)
{
    double d = (float)t1 - (float)t0;
    return d == 0 ? 0 : d * d * n0 * n1 / (n0 + n1);
}

static double weight_of(const hwi_auc_bins *bins, int32_t i)
{
    return bins->tp[i] + bins->fp[i];
}

static double cost_of_pair(const hwi_auc_bins *bins, int32_t x)
{
    return bins->squared_error[x] + bins->squared_error[x + 1] +
           merge_error(bins->centre[x + 1], weight_of(bins, x + 1), bins->centre[x],
                       weight_of(bins, x));
}

static void update_pair(hwi_auc_bins *bins, int32_t x)
{
    if (x < 0 || x + 1 >= bins->n)
        return;
    bool is_free = (float)bins->centre[x + 1] == (float)bins->centre[x];
    bins->pair_cost[x] = is_free ? -1 : cost_of_pair(bins, x);
}

static void update_pairs_around(hwi_auc_bins *bins, int32_t i)
{
    update_pair(bins, i - 1);
    update_pair(bins, i);
}

/* The pair with the smallest cost, the first of equal ones; a free pair (-1) wins over all others.
 */
static int32_t cheapest_pair(hwi_auc_bins *bins)
{
    if (bins->cheapest >= 0)
        return bins->cheapest;
    int32_t n_pairs = bins->n - 1, x = 0;
    double lane[8]; /* eight minima side by side, which the compiler turns into vector code */
    for (int j = 0; j < 8; j++)
        lane[j] = INFINITY;
    for (; x + 8 <= n_pairs; x += 8)
        for (int j = 0; j < 8; j++)
            lane[j] = bins->pair_cost[x + j] < lane[j] ? bins->pair_cost[x + j] : lane[j];
    double smallest = INFINITY;
    for (int j = 0; j < 8; j++)
        smallest = lane[j] < smallest ? lane[j] : smallest;
    for (; x < n_pairs; x++)
        smallest = bins->pair_cost[x] < smallest ? bins->pair_cost[x] : smallest;
    for (x = 0; x < n_pairs - 1 && !(bins->pair_cost[x] <= smallest); x++)
        ;
    bins->cheapest = x;
    return x;
}

static void move_tail(hwi_auc_bins *bins, int32_t from, int32_t to)
{
    size_t n_bytes = (size_t)(bins->n - from) * sizeof(double);
    memmove(bins->centre + to, bins->centre + from, n_bytes);
    memmove(bins->squared_error + to, bins->squared_error + from, n_bytes);
    memmove(bins->tp + to, bins->tp + from, n_bytes);
    memmove(bins->fp + to, bins->fp + from, n_bytes);
    memmove(bins->pair_cost + to, bins->pair_cost + from, n_bytes);
}

static void merge_pair(hwi_auc_bins *bins, int32_t x)
{
    double k1 = weight_of(bins, x + 1), k0 = weight_of(bins, x);
    bins->squared_error[x] = cost_of_pair(bins, x);
    bins->centre[x] = (bins->centre[x + 1] * k1 + bins->centre[x] * k0) / (k1 + k0);
    bins->tp[x] += bins->tp[x + 1];
    bins->fp[x] += bins->fp[x + 1];
    move_tail(bins, x + 2, x + 1);
    bins->n--;
    bins->cheapest = -1;
    update_pairs_around(bins, x);
}

/* Adds the point to its neighbour i-1 or i when that is cheaper than merging the cheapest pair. */
static bool merge_into_neighbour(hwi_auc_bins *bins, int32_t i, double p, double weight,
                                 bool is_positive)
{
    double cost = cost_of_pair(bins, cheapest_pair(bins));
    double below = bins->squared_error[i - 1] +
                   merge_error(p, weight, bins->centre[i - 1], weight_of(bins, i - 1));
    double above =
        bins->squared_error[i] + merge_error(bins->centre[i], weight_of(bins, i), p, weight);
    if (!(below < cost || above < cost))
        return false;
    if (below <= above)
        i--;
    if (bins->cheapest == i - 1 || bins->cheapest == i)
        bins->cheapest = -1;
    double t = bins->centre[i], k = weight_of(bins, i);
    bins->squared_error[i] += merge_error(p, weight, t, k);
    double merged = (p * weight + t * k) / (weight + k);
    bins->centre[i] = isfinite(merged) ? merged : (p + t) / 2;
    *(is_positive ? &bins->tp[i] : &bins->fp[i]) += weight;
    update_pairs_around(bins, i);
    return true;
}

static void insert_bin(hwi_auc_bins *bins, int32_t i, double p, double weight, bool is_positive)
{
    int32_t x = bins->cheapest;
    if (x >= 0) {
        /* An insertion right between x and x + 1 keeps the (now stale) pair, as H2O does. */
        if (i == 0 || i == bins->n || i == x)
            bins->cheapest = -1;
        else if (i < x)
            bins->cheapest = x + 1;
    }
    move_tail(bins, i, i + 1);
    bins->n++;
    bins->centre[i] = p;
    bins->squared_error[i] = 0;
    bins->tp[i] = is_positive ? weight : 0;
    bins->fp[i] = is_positive ? 0 : weight;
    update_pairs_around(bins, i);
}

static int32_t first_not_below(const double *values, int32_t n, double p)
{
    int32_t low = 0;
    while (n > 0) {
        int32_t half = n / 2;
        bool is_below = values[low + half] < p;
        low = is_below ? low + half + 1 : low;
        n = is_below ? n - half - 1 : half;
    }
    return low;
}

hw_status hwi_auc_bins_add(hwi_auc_bins *bins, double p, double weight, bool is_positive,
                           hw_error *err)
{
    int32_t i = first_not_below(bins->centre, bins->n, p);
    if (i < bins->n && bins->centre[i] == p) {
        *(is_positive ? &bins->tp[i] : &bins->fp[i]) += weight;
        bins->cheapest = -1;
        update_pairs_around(bins, i);
        return HW_OK;
    }
    if (bins->n == HWI_AUC_MAX_BINS && i > 0 && i < bins->n &&
        bins->centre[i - 1] != bins->centre[i] &&
        merge_into_neighbour(bins, i, p, weight, is_positive))
        return HW_OK;
    HW_TRY(reserve(bins, bins->n + 1, err));
    insert_bin(bins, i, p, weight, is_positive);
    if (bins->n > HWI_AUC_MAX_BINS)
        merge_pair(bins, cheapest_pair(bins));
    return HW_OK;
}

static void copy_bin(hwi_auc_bins *to, int32_t i, const hwi_auc_bins *from, int32_t j)
{
    to->centre[i] = from->centre[j];
    to->squared_error[i] = from->squared_error[j];
    to->tp[i] = from->tp[j];
    to->fp[i] = from->fp[j];
}

static bool find_free_pair(hwi_auc_bins *bins)
{
    for (int32_t x = 0; x < bins->n - 1; x++) {
        if (bins->pair_cost[x] < 0) {
            bins->cheapest = x;
            return true;
        }
    }
    return false;
}

hw_status hwi_auc_bins_reduce(hwi_auc_bins *into, const hwi_auc_bins *from, hw_error *err)
{
    int32_t a = into->n - 1, b = from->n - 1;
    HW_TRY(reserve(into, into->n + from->n, err));
    /* From the top down, in place: the slot written never lies below a. */
    for (int32_t i = a + b + 1; i >= 0; i--) {
        bool takes_own = b < 0 || (a >= 0 && into->centre[a] >= from->centre[b]);
        if (takes_own)
            copy_bin(into, i, into, a--);
        else
            copy_bin(into, i, from, b--);
    }
    into->n += from->n;
    into->cheapest = -1;
    for (int32_t x = 0; x < into->n - 1; x++)
        update_pair(into, x);
    while (into->n > HWI_AUC_MAX_BINS || find_free_pair(into))
        merge_pair(into, cheapest_pair(into));
    return HW_OK;
}

void hwi_auc_curve_from_bins(hwi_auc_curve *curve, const hwi_auc_bins *bins)
{
    double tp = 0, fp = 0;
    for (int32_t i = 0; i < bins->n; i++) {
        int32_t j = bins->n - 1 - i;
        tp += bins->tp[j];
        fp += bins->fp[j];
        curve->threshold[i] = bins->centre[j];
        curve->tp[i] = tp;
        curve->fp[i] = fp;
    }
    curve->n = bins->n;
    curve->n_positive = tp;
    curve->n_negative = fp;
}

/* The answer where a curve of one class has no area: true when *out was set. */
static bool is_degenerate(const hwi_auc_curve *curve, double *out)
{
    if (curve->n == 0)
        *out = NAN;
    else if (curve->n_negative == 0)
        *out = 1;
    else if (curve->n_positive == 0)
        *out = 0;
    else
        return false;
    return true;
}

double hwi_auc_curve_auc(const hwi_auc_curve *curve)
{
    double area = 0, tp = 0, fp = 0;
    if (is_degenerate(curve, &area))
        return area;
    for (int32_t i = 0; i < curve->n; i++) {
        area += (curve->fp[i] - fp) * (curve->tp[i] + tp) / 2.0;
        tp = curve->tp[i];
        fp = curve->fp[i];
    }
    return area / curve->n_positive / curve->n_negative;
}

/* Between two points of the curve the number of false positives is taken as linear in that of true
 * positives (Davis and Goadrich), which integrates to a logarithm. */
double hwi_auc_curve_pr_auc(const hwi_auc_curve *curve)
{
    double area = 0, tp = 0, fp = 0, n_positive = curve->n_positive;
    if (is_degenerate(curve, &area))
        return area;
    for (int32_t i = 0; i < curve->n; i++) {
        double a = 1, b = 0;
        if (curve->tp[i] != tp) {
            double h = (curve->fp[i] - fp) / (curve->tp[i] - tp);
            a = 1 + h;
            b = (fp - h * tp) / n_positive;
        }
        double x = curve->tp[i] / n_positive, x0 = tp / n_positive;
        area += b != 0 ? (x - x0 - b / a * (log(a * x + b) - log(a * x0 + b))) / a : (x - x0) / a;
        tp = curve->tp[i];
        fp = curve->fp[i];
    }
    return area;
}
