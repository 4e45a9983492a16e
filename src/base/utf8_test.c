/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include "support/hw_test.h"

static void test_utf8_lengths_and_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int length;
        uint32_t code;
    } cases[] = {
        {"a", 1, 'a'},
        {"\x7f", 1, 0x7f},
        {"\xc2\x80", 2, 0x80},
        {"\xdf\xbf", 2, 0x7ff},
        {"\xe0\xa0\x80", 3, 0x800},
        {"\xed\x9f\xbf", 3, 0xd7ff},
        {"\xef\xbf\xbd", 3, 0xfffd},
        {"\xf0\x90\x80\x80", 4, 0x10000},
        {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
        {"\x80", 0, 0},             /* begins in the middle */
        {"\xc0\x80", 0, 0},         /* overlong */
        {"\xe0\x9f\xbf", 0, 0},     /* overlong */
        {"\xf0\x8f\xbf\xbf", 0, 0}, /* overlong */
        {"\xed\xa0\x80", 0, 0},     /* a surrogate */
        {"\xf4\x90\x80\x80", 0, 0}, /* beyond U+10FFFF */
        {"\xff", 0, 0},
        {"\xe2\x82", 0, 0}, /* ends too early */
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        const unsigned char *text = (const unsigned char *)cases[i].text;
        assert_int_equal(hwi_utf8_length(text), cases[i].length);
        assert_int_equal(hwi_utf8_is_valid(cases[i].text), cases[i].length > 0);
        if (cases[i].length > 0)
            assert_int_equal(hwi_utf8_decode(text, cases[i].length), cases[i].code);
    }
    assert_true(hwi_utf8_is_valid("") && hwi_utf8_is_valid("K\xc3\xb6ln"));
    assert_false(hwi_utf8_is_valid("K\xf6ln"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_utf8_lengths_and_numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
