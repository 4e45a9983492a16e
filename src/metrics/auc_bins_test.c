/* SPDX-License-Identifier: Apache-2.0 */
#include "support/hw_test.h"

#include <string.h>

#include "base/rng.h"
#include "metrics/auc_bins.h"

/* The specification word for word: every cost is computed when it is asked for. */
typedef struct plain_bins {
    int n, cheapest;
    double t[801], s[801], tp[801], fp[801];
} plain_bins;

static double plain_delta(double t1, double n1, double t0, double n0)
{
    double d = (float)t1 - (float)t0;
    return d == 0 ? 0 : d * d * n0 * n1 / (n0 + n1);
}

static double plain_k(const plain_bins *b, int i)
{
    return b->tp[i] + b->fp[i];
}

static double plain_pair_delta(const plain_bins *b, int x)
{
    return plain_delta(b->t[x + 1], plain_k(b, x + 1), b->t[x], plain_k(b, x));
}

static int plain_cheapest(plain_bins *b)
{
    double smallest = INFINITY;
    for (int x = 0, found = b->cheapest >= 0; x < b->n - 1 && !found; x++) {
        double delta = plain_pair_delta(b, x), cost = b->s[x] + b->s[x + 1] + delta;
        if (delta == 0 || cost < smallest) {
            smallest = cost;
            b->cheapest = x;
        }
        found = delta == 0;
    }
    return b->cheapest;
}

static void plain_merge(plain_bins *b, int x)
{
    double k1 = plain_k(b, x + 1), k0 = plain_k(b, x);
    b->s[x] = b->s[x] + b->s[x + 1] + plain_pair_delta(b, x);
    b->t[x] = (b->t[x + 1] * k1 + b->t[x] * k0) / (k1 + k0);
    b->tp[x] += b->tp[x + 1];
    b->fp[x] += b->fp[x + 1];
    for (int i = x + 1; i < b->n - 1; i++) {
        b->t[i] = b->t[i + 1];
        b->s[i] = b->s[i + 1];
        b->tp[i] = b->tp[i + 1];
        b->fp[i] = b->fp[i + 1];
    }
    b->n--;
    b->cheapest = -1;
}

static bool plain_fast_merge(plain_bins *b, int i, double p, double w, double *tp_or_fp)
{
    int x = plain_cheapest(b);
    double c = b->s[x] + b->s[x + 1] + plain_pair_delta(b, x);
    double d0 = b->s[i - 1] + plain_delta(p, w, b->t[i - 1], plain_k(b, i - 1));
    double d1 = b->s[i] + plain_delta(b->t[i], plain_k(b, i), p, w);
    if (!(d0 < c || d1 < c))
        return false;
    int j = d0 <= d1 ? i - 1 : i;
    double k = plain_k(b, j);
    b->s[j] += plain_delta(p, w, b->t[j], k);
    b->t[j] = (p * w + b->t[j] * k) / (w + k);
    tp_or_fp[j] += w;
    if (x == j - 1 || x == j)
        b->cheapest = -1;
    return true;
}

static void plain_add(plain_bins *b, double p, double w, bool is_positive)
{
    double *tp_or_fp = is_positive ? b->tp : b->fp;
    int i = 0;
    while (i < b->n && b->t[i] < p)
        i++;
    if (i < b->n && b->t[i] == p) {
        tp_or_fp[i] += w;
        b->cheapest = -1;
        return;
    }
    if (b->n == 400 && i > 0 && i < 400 && b->t[i - 1] != b->t[i] &&
        plain_fast_merge(b, i, p, w, tp_or_fp))
        return;
    if (i == 0 || i == b->n || i == b->cheapest)
        b->cheapest = -1;
    else if (i < b->cheapest)
        b->cheapest++;
    for (int j = b->n; j > i; j--) {
        b->t[j] = b->t[j - 1];
        b->s[j] = b->s[j - 1];
        b->tp[j] = b->tp[j - 1];
        b->fp[j] = b->fp[j - 1];
    }
    b->n++;
    b->t[i] = p;
    b->s[i] = b->tp[i] = b->fp[i] = 0;
    tp_or_fp[i] = w;
    if (b->n > 400)
        plain_merge(b, plain_cheapest(b));
}

static void assert_same_bins(const hwi_auc_bins *bins, const plain_bins *plain)
{
    size_t n_bytes = (size_t)plain->n * sizeof(double);
    assert_int_equal(bins->n, plain->n);
    assert_memory_equal(bins->centre, plain->t, n_bytes);
    assert_memory_equal(bins->squared_error, plain->s, n_bytes);
    assert_memory_equal(bins->tp, plain->tp, n_bytes);
    assert_memory_equal(bins->fp, plain->fp, n_bytes);
}

/* How the values are drawn decides which rules are met. */
static double draw(hwi_rng *rng, int kind)
{
    double u = hwi_rng_double(rng);
    switch (kind) {
    case 0:
        return u;
    case 1: /* many repetitions */
        return floor(u * 600) / 600;
    case 2: /* neighbours that are equal as floats */
        return 0.5 + u * 1e-7 + floor(u * 500) / 1000;
    default: /* crowded near both ends, as trained models are */
        return 1 / (1 + exp(20 * (0.5 - u)));
    }
}

static void test_auc_bins_equal_the_specification(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        hwi_rng rng = hwi_rng_new(kind + 1);
        hwi_auc_bins bins;
        plain_bins plain = {.cheapest = -1};
        hwi_auc_bins_init(&bins);
        for (int i = 0; i < 20000; i++) {
            double p = draw(&rng, kind), w = hwi_rng_below(&rng, 3) ? 1 : 0.5;
            bool is_positive = hwi_rng_double(&rng) < p;
            assert_int_equal(hwi_auc_bins_add(&bins, p, w, is_positive, NULL), HW_OK);
            plain_add(&plain, p, w, is_positive);
            if (i % 500 == 0)
                assert_same_bins(&bins, &plain);
        }
        assert_same_bins(&bins, &plain);
        hwi_auc_bins_clear(&bins);
    }
}

static void fill(hwi_auc_bins *bins, int64_t seed, int n)
{
    hwi_rng rng = hwi_rng_new(seed);
    hwi_auc_bins_init(bins);
    for (int i = 0; i < n; i++) {
        double p = hwi_rng_double(&rng);
        assert_int_equal(hwi_auc_bins_add(bins, p, 1, hwi_rng_double(&rng) < p, NULL), HW_OK);
    }
}

static void test_auc_bins_reduce_keeps_weights_and_order(void **state)
{
    (void)state;
    static const int sizes[][2] = {{0, 0}, {0, 50}, {50, 0}, {100, 200}, {400, 3}, {900, 900}};
    for (size_t s = 0; s < HW_COUNT(sizes); s++) {
        hwi_auc_bins a, b;
        fill(&a, 1, sizes[s][0]);
        fill(&b, 2, sizes[s][1]);
        int32_t n = a.n + b.n;
        assert_int_equal(hwi_auc_bins_reduce(&a, &b, NULL), HW_OK);
        assert_int_equal(a.n, n > 400 ? 400 : n);
        double weight = 0;
        for (int32_t i = 0; i < a.n; i++) {
            weight += a.tp[i] + a.fp[i];
            assert_true(i == 0 || a.centre[i] > a.centre[i - 1]);
        }
        assert_true(weight == sizes[s][0] + sizes[s][1]);
        hwi_auc_bins_clear(&a);
        hwi_auc_bins_clear(&b);
    }
}

/* Equal values of two builders become one bin. */
static void test_auc_bins_reduce_merges_equal_centres(void **state)
{
    (void)state;
    hwi_auc_bins a, b;
    fill(&a, 7, 30);
    fill(&b, 7, 30);
    assert_int_equal(hwi_auc_bins_reduce(&a, &b, NULL), HW_OK);
    assert_int_equal(a.n, 30);
    for (int32_t i = 0; i < a.n; i++)
        assert_true(a.centre[i] == b.centre[i] && a.tp[i] == 2 * b.tp[i]);
    hwi_auc_bins_clear(&a);
    hwi_auc_bins_clear(&b);
}

static void test_auc_bins_out_of_memory_leaves_them_usable(void **state)
{
    (void)state;
    hwi_auc_bins bins;
    fill(&bins, 3, 16);
    hwi_alloc_fail_at(0);
    assert_int_equal(hwi_auc_bins_add(&bins, 2, 1, true, NULL), HW_ENOMEM);
    hwi_alloc_fail_at(-1);
    assert_int_equal(bins.n, 16);
    assert_int_equal(hwi_auc_bins_add(&bins, 2, 1, true, NULL), HW_OK);
    hwi_auc_bins_clear(&bins);
}

static void test_auc_curve_of_one_class(void **state)
{
    (void)state;
    static const struct {
        int n_positive, n_negative;
        double auc;
    } cases[] = {{0, 0, NAN}, {3, 0, 1}, {0, 3, 0}};
    for (size_t c = 0; c < HW_COUNT(cases); c++) {
        hwi_auc_bins bins;
        hwi_auc_curve curve;
        hwi_auc_bins_init(&bins);
        for (int i = 0; i < cases[c].n_positive + cases[c].n_negative; i++)
            assert_int_equal(hwi_auc_bins_add(&bins, i, 1, i < cases[c].n_positive, NULL), HW_OK);
        hwi_auc_curve_from_bins(&curve, &bins);
        hw_assert_near(hwi_auc_curve_auc(&curve), cases[c].auc, 0);
        hw_assert_near(hwi_auc_curve_pr_auc(&curve), cases[c].auc, 0);
        hwi_auc_bins_clear(&bins);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_auc_bins_equal_the_specification),
        cmocka_unit_test(test_auc_bins_reduce_keeps_weights_and_order),
        cmocka_unit_test(test_auc_bins_reduce_merges_equal_centres),
        cmocka_unit_test(test_auc_bins_out_of_memory_leaves_them_usable),
        cmocka_unit_test(test_auc_curve_of_one_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
