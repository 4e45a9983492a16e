/* SPDX-License-Identifier: Apache-2.0 */
#include "support/hw_test.h"

#include <string.h>

#include "base/number.h"

static void test_number_parse_double_accepts_decimals_only(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        double value;
    } cases[] = {
        {"1", true, 1},
        {"-1.5", true, -1.5},
        {"+2", true, 2},
        {".5", true, 0.5},
        {"5.", true, 5},
        {"1e-08", true, 1e-8},
        {"1E5", true, 1e5},
        {"1e400", true, INFINITY},
        {"-1e400", true, -INFINITY},
        {"1e-400", true, 0},
        {"", false, 0},
        {"-", false, 0},
        {"nan", false, 0},
        {"inf", false, 0},
        {"1x", false, 0},
        {"+-1", false, 0},
        {"0x10", false, 0},
        {"1 ", false, 0},
        {"0.1", true, 0.1},
        {"9007199254740993", true, 9007199254740992.0},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        double value = -7;
        bool ok = hwi_parse_double(cases[i].text, strlen(cases[i].text), &value);
        if (ok != cases[i].ok || (ok && value != cases[i].value))
            fail_msg("'%s' gave %d %.17g", cases[i].text, ok, value);
    }
}

static void test_number_format_gives_shortest_text(void **state)
{
    (void)state;
    char out[HWI_NUMBER_TEXT_BYTES];
    hwi_format_double(0.1, out);
    assert_string_equal(out, "0.1");
    hwi_format_double(1e-8, out);
    assert_string_equal(out, "1e-08");
    hwi_format_real(1, out);
    assert_string_equal(out, "1.0");
    hwi_format_real_float(0.91333336f, out);
    assert_string_equal(out, "0.91333336");
    hwi_format_double(NAN, out);
    assert_string_equal(out, "NaN");
    hwi_format_double(-INFINITY, out);
    assert_string_equal(out, "-Infinity");
    size_t n = hwi_format_double(-2.2250738585072014e-308, out);
    assert_int_equal(n, strlen(out));
    char fixed[HWI_FIXED_TEXT_BYTES];
    hwi_format_fixed(2.0 / 3, 5, fixed);
    assert_string_equal(fixed, "0.66667");
    n = hwi_format_fixed(-1.7976931348623157e308, 5, fixed);
    assert_int_equal(n, strlen(fixed));
}

static void test_number_format_fixed_as_java_rounds_half_up(void **state)
{
    (void)state;
    static const struct {
        double x;
        int n_decimals;
        const char *expected;
    } cases[] = {
        {50.625, 2, "50.63"},   {-50.625, 2, "-50.63"}, {1.005, 2, "1.01"},
        {0.00005, 4, "0.0001"}, {50.6249, 2, "50.62"},  {2, 2, "2.00"},
        {0.125, 3, "0.125"},    {436.08, 2, "436.08"},  {1e22, 1, "10000000000000000000000.0"},
        {0, 2, "0.00"}};
    char text[HWI_FIXED_TEXT_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hwi_format_fixed_as_java(cases[i].x, cases[i].n_decimals, text);
        assert_string_equal(text, cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number_parse_double_accepts_decimals_only),
        cmocka_unit_test(test_number_format_gives_shortest_text),
        cmocka_unit_test(test_number_format_fixed_as_java_rounds_half_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
