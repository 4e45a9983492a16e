/* SPDX-License-Identifier: Apache-2.0 */
#include "model/ini.h"

#include <string.h>

#include "support/hw_test.h"

static const char text[] = "\r\n# a comment\n  [info]  \r\n"
                           "a = 1\n"
                           "b=x = y\n"
                           "empty =\n"
                           "  spaced   =   two words  \r\n"
                           "none = null\n"
                           "a = 2\n"
                           "#a = 3\n"
                           "flag = true\n"
                           "ints = [0,  -7,10 ,]\n"
                           "reals = [1, 1.5E-4, -0.0]\n"
                           "nothing = []\n"
                           "torn = [1, 2\n"
                           "twice = [1] [2]\n"
                           "tiny = [1e-46, 3.4e38]\n"
                           "\n[domains]\n"
                           "3: 12 d 1.txt\n"
                           "[columns]\n"
                           "one: = ,\n"
                           "\xc3\xa9\n"
                           "# not a column\n"
                           "[x]";

static void parse(hwi_ini *ini, const char *content)
{
    hw_error err;
    hwi_buffer_append_text(&ini->text, content);
    hw_assert_ok(hwi_ini_parse(ini, &err), err);
}

static void test_ini_grammar_is_h2os(void **state)
{
    (void)state;
    hw_error err;
    hwi_ini ini = {.path = "m.zip"};
    parse(&ini, text);
    assert_string_equal(hwi_ini_find(&ini, "a"), "2");
    assert_string_equal(hwi_ini_find(&ini, "b"), "x = y");
    assert_string_equal(hwi_ini_find(&ini, "empty"), "");
    assert_string_equal(hwi_ini_find(&ini, "spaced"), "two words");
    assert_null(hwi_ini_find(&ini, "none"));
    assert_string_equal(hwi_ini_raw(&ini, "none"), "null");
    assert_null(hwi_ini_raw(&ini, "absent"));
    assert_int_equal(ini.n_columns, 3);
    assert_string_equal(ini.columns[0], "one: = ,");
    assert_string_equal(ini.columns[1], "\xc3\xa9");
    assert_string_equal(ini.columns[2], "[x]");
    assert_int_equal(ini.n_domains, 1);
    assert_int_equal(ini.domains[0].column, 3);
    assert_int_equal(ini.domains[0].n_levels, 12);
    assert_string_equal(ini.domains[0].file, "d 1.txt");
    bool flag = false;
    hw_assert_ok(hwi_ini_bool(&ini, "flag", &flag, &err), err);
    assert_true(flag);
    hwi_ini_clear(&ini);
}

static void test_ini_arrays_are_counted_and_read(void **state)
{
    (void)state;
    hw_error err;
    hwi_ini ini = {.path = "m.zip"};
    parse(&ini, text);
    int32_t ints[3];
    double reals[3];
    float floats[2];
    assert_int_equal(hwi_ini_count(&ini, "ints"), 3);
    hw_assert_ok(hwi_ini_ints(&ini, "ints", 3, ints, &err), err);
    assert_true(ints[0] == 0 && ints[1] == -7 && ints[2] == 10);
    hw_assert_ok(hwi_ini_reals(&ini, "reals", 3, reals, &err), err);
    assert_true(reals[0] == 1 && reals[1] == 1.5e-4 && signbit(reals[2]));
    hw_assert_ok(hwi_ini_reals(&ini, "nothing", 0, reals, &err), err);
    hw_assert_ok(hwi_ini_floats(&ini, "tiny", 2, floats, &err), err);
    assert_true(floats[0] == 0);
    assert_int_equal(hwi_ini_count(&ini, "torn"), 0);
    assert_int_equal(hwi_ini_ints(&ini, "torn", 2, ints, &err), HW_EFORMAT);
    assert_string_equal(err.message, "m.zip: model.ini: torn is \"[1, 2\", not an array");
    assert_int_equal(hwi_ini_ints(&ini, "twice", 2, ints, &err), HW_EFORMAT);
    assert_int_equal(hwi_ini_ints(&ini, "ints", 2, ints, &err), HW_EFORMAT);
    assert_string_equal(err.message, "m.zip: model.ini: ints has 3 elements, not 2");
    assert_int_equal(hwi_ini_ints(&ini, "ints", 4, ints, &err), HW_EFORMAT);
    assert_int_equal(hwi_ini_ints(&ini, "reals", 3, ints, &err), HW_EFORMAT);
    assert_string_equal(err.message,
                        "m.zip: model.ini: reals: element 2 is \"1.5E-4\", not a whole number");
    hwi_ini_clear(&ini);
}

static void test_ini_torn_texts_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "m.zip: model.ini is empty"},
        {"\xef\xbb\xbf[info]\n", "m.zip: model.ini: line 1: text before the first section"},
        {"[info]\nx\n", "m.zip: model.ini: line 2: no \"=\" in \"x\""},
        {"[info]\n[columns]\n", "m.zip: model.ini: no section [domains]"},
        {"[info]\n[columns]\n[domains]\n0 1 d\n", "m.zip: model.ini: line 4: no \"COLUMN"},
        {"[info]\n[columns]\n[domains]\n-1: 1 d\n", "m.zip: model.ini: line 4"},
        {"[info]\n[columns]\n[domains]\n1: 1\n", "m.zip: model.ini: line 4"},
        {"[info]\n[columns]\n[domains]\n1: 9999999999 d\n", "m.zip: model.ini: line 4"},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hw_error err;
        hwi_ini ini = {.path = "m.zip"};
        hwi_buffer_append_text(&ini.text, cases[i].text);
        assert_int_equal(hwi_ini_parse(&ini, &err), HW_EFORMAT);
        if (strncmp(err.message, cases[i].message, strlen(cases[i].message)) != 0)
            fail_msg("case %zu: %s", i, err.message);
        hwi_ini_clear(&ini);
    }
    hw_error err;
    hwi_ini ini = {.path = "m.zip"};
    hwi_buffer_append(&ini.text, "[info]\0\n", 8);
    assert_int_equal(hwi_ini_parse(&ini, &err), HW_EFORMAT);
    assert_string_equal(err.message, "m.zip: model.ini is no text");
    hwi_ini_clear(&ini);
}

/* Long arrays go another way: in pieces, on all processors, most numbers by a short cut. */
static void test_ini_long_arrays_are_read_alike(void **state)
{
    (void)state;
    enum { N = 90000 };
    static const char *const forms[] = {"%s0.0%u",    "%s0.%u",  "%s%u.5",    "%s1.%uE-7",
                                        "%s%u",       "%s%u.0",  "%s7.%u e5", "%s0.%u0000000000001",
                                        "%s1.%uE-31", "%s1.%ue3"};
    HW_AUTO_BUFFER(content);
    hwi_buffer_append_text(&content, "[info]\nw = [");
    uint32_t x = 1;
    for (int i = 0; i < N; i++) {
        x = x * 1664525u + 1013904223u;
        size_t form = i % 1000 == 7 ? x / 3 % 10 : x / 3 % 2;
        if (form == 6) /* no number at all: kept for below */
            form = 5;
        hwi_buffer_append_text(&content, i == 0 ? "" : i % 50 ? ", " : " ,");
        hwi_buffer_printf(&content, forms[form], x & 1 ? "-" : "", x);
    }
    size_t n_numbers = content.size;
    hwi_buffer_append_text(&content, "]\n[columns]\n[domains]\n");
    hwi_ini ini = {.path = "m.zip"};
    hw_error err = {0};
    parse(&ini, hwi_buffer_text(&content));
    static float floats[N];
    static double reals[N];
    assert_int_equal(hwi_ini_count(&ini, "w"), N);
    hw_assert_ok(hwi_ini_floats(&ini, "w", N, floats, &err), err);
    hw_assert_ok(hwi_ini_reals(&ini, "w", N, reals, &err), err);
    for (int i = 0; i < N; i++)
        if (floats[i] != (float)reals[i])
            fail_msg("%d: %.9g is not %.17g", i, (double)floats[i], reals[i]);
    assert_int_equal(hwi_ini_floats(&ini, "w", N - 1, floats, &err), HW_EFORMAT);
    assert_string_equal(err.message, "m.zip: model.ini: w has 90000 elements, not 89999");
    assert_int_equal(hwi_ini_floats(&ini, "w", N + 1, floats, &err), HW_EFORMAT);
    hwi_ini_clear(&ini);
    /* What is wrong is named as in a short one. */
    content.data[n_numbers - 3] = 'x';
    parse(&ini, hwi_buffer_text(&content));
    assert_int_equal(hwi_ini_floats(&ini, "w", N, floats, &err), HW_EFORMAT);
    assert_non_null(strstr(err.message, "w: element 90000 is"));
    hwi_ini_clear(&ini);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ini_grammar_is_h2os),
        cmocka_unit_test(test_ini_arrays_are_counted_and_read),
        cmocka_unit_test(test_ini_long_arrays_are_read_alike),
        cmocka_unit_test(test_ini_torn_texts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
