/* SPDX-License-Identifier: Apache-2.0 */
#include "support/hw_test.h"

#include <math.h>

#include "report/html.h"

static void test_html_text_escapes_markup_and_repairs_utf8(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"plain", "plain"},
        {"<script>alert('1')</script>", "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"},
        {"a & \"b\"", "a &amp; &quot;b&quot;"},
        {"Z\xc3\xbcrich \xe6\x9d\xb1\xe4\xba\xac \xf0\x9f\x98\x80",
         "Z\xc3\xbcrich \xe6\x9d\xb1\xe4\xba\xac \xf0\x9f\x98\x80"},
        {"a\xff"
         "b",
         "a\xef\xbf\xbd"
         "b"},
        {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},                 /* overlong */
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* surrogate */
        {"\xe6\x9d", "\xef\xbf\xbd\xef\xbf\xbd"},                 /* cut off */
        {"a\x01\x7f", "a\xef\xbf\xbd\xef\xbf\xbd"},
        {"tab\there", "tab\there"},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO_BUFFER(out);
        hwi_html_text(&out, cases[i][0]);
        assert_string_equal(hwi_buffer_text(&out), cases[i][1]);
    }
}

static void test_html_clipped_counts_characters(void **state)
{
    (void)state;
    HW_AUTO_BUFFER(out);
    hwi_html_clipped(&out, "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f", 4);
    hwi_html_clipped(&out, "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f", 3);
    hwi_html_clipped(&out, NULL, 3);
    assert_string_equal(hwi_buffer_text(&out), "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f"
                                               "\xc3\xa4\xc3\xb6\xe2\x80\xa6");
}

static void test_html_name_keeps_long_names_in_the_tip(void **state)
{
    (void)state;
    HW_AUTO_BUFFER(out);
    hwi_html_name(&out, "td", "n", "short");
    assert_string_equal(hwi_buffer_text(&out), "<td class=\"name n\">short</td>");
    hwi_buffer_clear(&out);
    hwi_html_name(&out, "td", NULL, "a \"rather\" long name");
    assert_string_equal(hwi_buffer_text(&out),
                        "<td class=\"name\" title=\"a &quot;rather&quot; long name\">"
                        "a &quot;rather&quot; long name</td>");
}

static void test_pretty_numbers_read_well(void **state)
{
    (void)state;
    static const struct {
        double x;
        int n_digits;
        const char *text, *short_text;
    } cases[] = {
        {0, 4, "0", "0"},
        {-0.0, 4, "0", "0"},
        {1, 4, "1", "1"},
        {0.63981, 4, "0.6398", "0.6398"},
        {0.5001, 3, "0.500", "0.5"},
        {-0.063981, 4,
         "\xe2\x88\x92"
         "0.06398",
         "\xe2\x88\x92"
         "0.06398"},
        {12345.678, 4, "12,346", "12,346"},
        {123.456, 4, "123.5", "123.5"},
        {1234567, 4, "1,234,567", "1,234,567"},
        {-1234567, 4,
         "\xe2\x88\x92"
         "1,234,567",
         "\xe2\x88\x92"
         "1,234,567"},
        {1.5e-7, 3,
         "1.5e\xe2\x88\x92"
         "7",
         "1.5e\xe2\x88\x92"
         "7"},
        {3.4028235e38, 4, "3.403e38", "3.403e38"},
        {NAN, 4, "\xe2\x80\x93", "\xe2\x80\x93"},
        {INFINITY, 4, "\xe2\x88\x9e", "\xe2\x88\x9e"},
    };
    char text[HWI_PRETTY_BYTES];
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        assert_string_equal(hwi_pretty(cases[i].x, cases[i].n_digits, text), cases[i].text);
        assert_string_equal(hwi_pretty_short(cases[i].x, cases[i].n_digits, text),
                            cases[i].short_text);
    }
    assert_string_equal(hwi_pretty_percent(0.5321, text), "53.2 %");
    assert_string_equal(hwi_pretty_percent(1, text), "100 %");
    assert_string_equal(hwi_pretty_percent(0, text), "0 %");
    assert_string_equal(hwi_pretty_percent(0.0123, text), "1.23 %");
    assert_string_equal(hwi_pretty_percent(0.0002, text), "0.020 %");
    assert_string_equal(hwi_pretty_percent(NAN, text), "\xe2\x80\x93");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html_text_escapes_markup_and_repairs_utf8),
        cmocka_unit_test(test_html_clipped_counts_characters),
        cmocka_unit_test(test_html_name_keeps_long_names_in_the_tip),
        cmocka_unit_test(test_pretty_numbers_read_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
