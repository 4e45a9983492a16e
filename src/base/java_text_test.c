/* SPDX-License-Identifier: Apache-2.0
 *
 * The texts are those that H2O, a Java program, gave the levels of a real column. */
#include "base/java_text.h"

#include "support/hw_test.h"

#include <string.h>

static void test_java_text_prints_as_java(void **state)
{
    (void)state;
    static const struct {
        double x;
        const char *text;
    } cases[] = {
        {-1e100, "-1.0E100"},
        {-0.5, "-0.5"},
        {1e-10, "1.0E-10"},
        {1e-4, "1.0E-4"},
        {0.00099, "9.9E-4"},
        {0.001, "0.001"},
        {0.002, "0.002"},
        {0.0123, "0.0123"},
        {0.1, "0.1"},
        {1, "1.0"},
        {1.5, "1.5"},
        {100, "100.0"},
        {9999999, "9999999.0"},
        {1234567.5, "1234567.5"},
        {1e7, "1.0E7"},
        {12345678.5, "1.23456785E7"},
        {33333333.333333332, "3.3333333333333332E7"},
        {123456789012, "1.23456789012E11"},
        {9007199254740992, "9.007199254740992E15"},
        {1e16, "1.0E16"},
        {1e21, "1.0E21"},
        {3.4e38, "3.4E38"},
        {1.7976931348623157e308, "1.7976931348623157E308"},
        {-2.2250738585072014e-308, "-2.2250738585072014E-308"},
        {0, "0.0"},
        {-0.0, "-0.0"},
        {INFINITY, "Infinity"},
        {-INFINITY, "-Infinity"},
        {NAN, "NaN"},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        char out[HWI_NUMBER_TEXT_BYTES];
        size_t n = hwi_format_java_double(cases[i].x, out);
        assert_string_equal(out, cases[i].text);
        assert_int_equal(n, strlen(out));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_java_text_prints_as_java),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
