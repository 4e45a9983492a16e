/* SPDX-License-Identifier: Apache-2.0
 *
 * From the output layer to predictions and labels, on a network whose outputs are known. */
#include "model/score.h"

#include <string.h>

#include "base/rng.h"
#include "support/hw_encoder.h"

enum { N_ROWS = 700, N_CLASSES = 3 };

typedef struct setup {
    hw_frame *frame;
    hwi_encoder *encoder;
    hwi_adapted *adapted;
    hwi_network *network;
    hwi_scorer scorer;
} setup;

/* The outputs are the biases' softmax, or 2 x + the bias for a number. */
static setup make(hw_category category, int32_t n_classes, const double *biases)
{
    HW_AUTO_BUFFER(text);
    hwi_buffer_append_text(&text, "x,y\n");
    for (int i = 0; i < N_ROWS; i++)
        hwi_buffer_printf(&text, "%d,%s\n", i,
                          n_classes > 1 ? (i % 2 ? "a" : "b")
                          : i % 2       ? "1"
                                        : "3");
    setup s = {.frame = hw_text_frame(hwi_buffer_text(&text), n_classes > 1 ? "y=enum" : NULL)};
    HW_AUTO(hw_params) *params =
        hw_new_params("response_column=y;distribution=gaussian;standardize=false");
    s.encoder = hw_new_encoder(params, s.frame);
    hw_error err = {0};
    hw_assert_ok(hwi_adapted_new(s.encoder, s.frame, NULL, &s.adapted, &err), err);
    const hwi_network_shape shape = {.n_inputs = 1, .n_classes = n_classes};
    s.network = hw_new_network(&shape);
    memcpy(s.network->layers[0].biases, biases, (size_t)n_classes * sizeof(double));
    if (n_classes == 1)
        s.network->layers[0].weights[0] = 2;
    s.scorer = (hwi_scorer){.encoder = s.encoder,
                            .network = s.network,
                            .category = category,
                            .distribution = HW_DISTRIBUTION_GAUSSIAN,
                            .n_classes = n_classes,
                            .threshold = 0.5};
    return s;
}

static void clear(setup *s)
{
    hwi_adapted_free(s->adapted);
    hwi_encoder_free(s->encoder);
    hwi_network_free(s->network);
    hw_frame_unref(s->frame);
}

static void score(const setup *s, const int32_t *rows, int64_t begin, int64_t n, int n_threads,
                  double *out, int32_t *labels)
{
    hw_error err = {0};
    hw_assert_ok(hwi_scorer_score(&s->scorer, s->adapted, rows, begin, n, HWI_SCORE_PREDICTIONS,
                                  n_threads, out, labels, &err),
                 err);
}

static void test_score_rows_in_any_order_on_any_threads(void **state)
{
    (void)state;
    const double bias[] = {0.5};
    setup s = make(HW_CATEGORY_REGRESSION, 1, bias);
    double one[N_ROWS], two[N_ROWS], some[3];
    const int32_t rows[] = {699, 0, 5};
    score(&s, NULL, 0, N_ROWS, 1, one, NULL);
    score(&s, NULL, 0, N_ROWS, 2, two, NULL);
    assert_memory_equal(one, two, sizeof one);
    for (int i = 0; i < N_ROWS; i++)
        assert_true(one[i] == 2 * i + 0.5);
    score(&s, rows, 0, 3, 1, some, NULL);
    assert_true(some[0] == one[699] && some[1] == one[0] && some[2] == one[5]);
    score(&s, NULL, 300, 3, 1, some, NULL);
    assert_memory_equal(some, one + 300, sizeof some);
    clear(&s);
}

static void test_score_regression_back_to_the_response(void **state)
{
    (void)state;
    const double bias[] = {0.25};
    setup s = make(HW_CATEGORY_REGRESSION, 1, bias);
    double out;
    s.encoder->has_resp_norm = true;
    s.encoder->resp_mul = 0.5;
    s.encoder->resp_sub = 10;
    score(&s, NULL, 0, 1, 1, &out, NULL);
    assert_true(out == 0.25 / 0.5 + 10);
    s.encoder->has_resp_norm = false;
    s.scorer.distribution = HW_DISTRIBUTION_POISSON;
    score(&s, NULL, 0, 1, 1, &out, NULL);
    assert_true(out == exp(0.25));
    s.network->layers[0].biases[0] = 5000;
    score(&s, NULL, 0, 1, 1, &out, NULL);
    assert_true(out == 1e19);
    s.network->layers[0].biases[0] = NAN;
    hw_error err = {0};
    assert_int_equal(hwi_scorer_score(&s.scorer, s.adapted, NULL, 0, 1, HWI_SCORE_PREDICTIONS, 1,
                                      &out, NULL, &err),
                     HW_EUNSTABLE);
    clear(&s);
}

static void test_score_binomial_label_by_threshold(void **state)
{
    (void)state;
    const double biases[] = {0, 0}; /* one half each */
    static const struct {
        double threshold;
        int32_t label;
    } cases[] = {{0.5, 1}, {0.500001, 0}, {0.1, 1}};
    setup s = make(HW_CATEGORY_BINOMIAL, 2, biases);
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        double p[2];
        int32_t label;
        s.scorer.threshold = cases[i].threshold;
        score(&s, NULL, 0, 1, 1, p, &label);
        assert_true(p[0] == 0.5 && p[1] == 0.5);
        assert_int_equal(label, cases[i].label);
    }
    clear(&s);
}

static void test_score_corrects_for_balanced_classes(void **state)
{
    (void)state;
    const double biases[] = {log(0.5), log(0.3), log(0.2)};
    const double prior[] = {0.8, 0.2, 0}, model[] = {0.4, 0.4, 0.2};
    setup s = make(HW_CATEGORY_MULTINOMIAL, N_CLASSES, biases);
    s.scorer.prior_distribution = prior;
    s.scorer.model_distribution = model;
    double p[N_CLASSES];
    int32_t label;
    score(&s, NULL, 0, 1, 1, p, &label);
    /* 0.5 * 2, 0.3 / 2, and 0.2 as it is, over their sum. */
    hw_assert_near(p[0], 1 / 1.35, 1e-12);
    hw_assert_near(p[1], 0.15 / 1.35, 1e-12);
    hw_assert_near(p[2], 0.2 / 1.35, 1e-12);
    assert_int_equal(label, 0);
    clear(&s);
}

/* Tied classes are drawn by their shares, from the row itself: the same every time. */
static void test_score_multinomial_ties(void **state)
{
    (void)state;
    static const struct {
        double biases[N_CLASSES], prior[N_CLASSES];
        double shares[N_CLASSES]; /* wanted among the rows */
    } cases[] = {
        {{0, 1, 0}, {0.2, 0.3, 0.5}, {0, 1, 0}},
        {{1, 1, 0}, {0.25, 0.75, 0}, {0.25, 0.75, 0}},
        {{1, 1, 1}, {0.2, 0.3, 0.5}, {0.2, 0.3, 0.5}},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        setup s = make(HW_CATEGORY_MULTINOMIAL, N_CLASSES, cases[i].biases);
        s.scorer.prior_distribution = cases[i].prior;
        double p[N_ROWS * N_CLASSES], again[N_ROWS * N_CLASSES];
        int32_t labels[N_ROWS], labels_again[N_ROWS], counts[N_CLASSES] = {0};
        score(&s, NULL, 0, N_ROWS, 1, p, labels);
        score(&s, NULL, 0, N_ROWS, 2, again, labels_again);
        assert_memory_equal(labels, labels_again, sizeof labels);
        for (int r = 0; r < N_ROWS; r++)
            counts[labels[r]]++;
        for (int k = 0; k < N_CLASSES; k++)
            if (fabs(counts[k] / (double)N_ROWS - cases[i].shares[k]) > 0.08)
                fail_msg("case %zu: class %d comes %d times", i, k, counts[k]);
        clear(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_score_rows_in_any_order_on_any_threads),
        cmocka_unit_test(test_score_regression_back_to_the_response),
        cmocka_unit_test(test_score_binomial_label_by_threshold),
        cmocka_unit_test(test_score_corrects_for_balanced_classes),
        cmocka_unit_test(test_score_multinomial_ties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
