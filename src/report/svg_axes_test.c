/* SPDX-License-Identifier: Apache-2.0 */
#include "support/hw_test.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "report/svg_axes.h"

static void join_ticks(const hwi_scale *scale, char *out, size_t n_bytes)
{
    char text[HWI_PRETTY_BYTES];
    size_t n = 0;
    out[0] = '\0';
    for (int i = 0; i < scale->n_ticks; i++)
        n += (size_t)snprintf(out + n, n_bytes - n, "%s%s", i ? " " : "",
                              hwi_scale_tick_text(scale, scale->ticks[i], text));
}

static void test_ticks_are_round_numbers(void **state)
{
    (void)state;
    static const struct {
        double low, high;
        bool is_log, is_tight;
        const char *ticks;
    } cases[] = {
        {0, 1, false, true, "0 0.2 0.4 0.6 0.8 1.0"},
        {0.41, 0.63, false, false, "0.40 0.45 0.50 0.55 0.60 0.65"},
        {-3, 7, false, false,
         "\xe2\x88\x92"
         "4 \xe2\x88\x92"
         "2 0 2 4 6 8"},
        {0, 12, false, true, "0 2.5 5.0 7.5 10.0"},
        {0, 43210, false, false, "0 10,000 20,000 30,000 40,000 50,000"},
        {0, 2400000, false, false, "0 0.5M 1.0M 1.5M 2.0M 2.5M"},
        {0.001, 900, true, false, "0.01 1 100"},
        {2, 90, true, false, "2 5 10 20 50"},
        {5, 5, false, false, "2 3 4 5 6 7 8"},
        {0, 0, false, false,
         "\xe2\x88\x92"
         "0.6 \xe2\x88\x92"
         "0.4 \xe2\x88\x92"
         "0.2 0 0.2 0.4 0.6"},
    };
    char text[512];
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hwi_scale scale;
        hwi_scale_init(&scale, cases[i].low, cases[i].high, 5, cases[i].is_log, cases[i].is_tight);
        join_ticks(&scale, text, sizeof text);
        assert_string_equal(text, cases[i].ticks);
        assert_true(scale.low <= cases[i].low && scale.high >= cases[i].high);
    }
}

/* Whatever the data, there are some ticks, finite, rising, and positions stay on the picture. */
static void test_scales_survive_any_range(void **state)
{
    (void)state;
    static const double values[] = {-1e149, -1e16, -1e16 - 2, -1, -1e-12,  -1e-200, 0,    1e-320,
                                    1e-12,  1,     1 + 1e-15, 3,  1e9 + 1, 1e16,    1e149};
    for (size_t i = 0; i < HW_COUNT(values); i++) {
        for (size_t k = 0; k < HW_COUNT(values); k++) {
            double low = fmin(values[i], values[k]), high = fmax(values[i], values[k]);
            for (int kind = 0; kind < 4; kind++) {
                char text[HWI_PRETTY_BYTES];
                hwi_scale scale;
                hwi_scale_init(&scale, low, high, 5, kind & 1, kind & 2);
                scale.from = 10;
                scale.to = 110;
                assert_true(scale.n_ticks >= 0 && scale.n_ticks <= HWI_MAX_TICKS);
                assert_true(scale.high > scale.low);
                for (int t = 0; t < scale.n_ticks; t++) {
                    assert_true(isfinite(scale.ticks[t]));
                    assert_true(t == 0 || scale.ticks[t] > scale.ticks[t - 1]);
                    assert_true(strlen(hwi_scale_tick_text(&scale, scale.ticks[t], text)) > 0);
                }
                double at = hwi_scale_at(&scale, low);
                assert_true(at >= 10 - 1e-6 && at <= 110 + 1e-6);
            }
        }
    }
}

static void test_spans_pass_over_what_cannot_be_drawn(void **state)
{
    (void)state;
    hwi_span span = {0};
    hwi_span_add(&span, NAN);
    hwi_span_add(&span, INFINITY);
    hwi_span_add(&span, DBL_MAX);
    assert_int_equal(span.n, 0);
    hwi_span_add(&span, 3);
    hwi_span_add(&span, -2);
    assert_int_equal(span.n, 2);
    hw_assert_near(span.low, -2, 0);
    hw_assert_near(span.high, 3, 0);
}

static void test_svg_numbers_are_short(void **state)
{
    (void)state;
    HW_AUTO_BUFFER(out);
    static const double values[] = {1, 1.25, -0.01, 12.34, NAN, 1e300};
    for (size_t i = 0; i < HW_COUNT(values); i++) {
        hwi_svg_number(&out, values[i]);
        hwi_buffer_append_char(&out, ' ');
    }
    assert_string_equal(hwi_buffer_text(&out), "1 1.2 0 12.3 0 0 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ticks_are_round_numbers),
        cmocka_unit_test(test_scales_survive_any_range),
        cmocka_unit_test(test_spans_pass_over_what_cannot_be_drawn),
        cmocka_unit_test(test_svg_numbers_are_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
