/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/text.h"

#include <locale.h>
#include <string.h>

#include "support/hw_test.h"

static void test_text_width_counts_cells(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int width;
    } cases[] = {{"", 0},       {"abc", 3}, {"K\u00F6ln", 4}, {"\u6771\u4EAC", 4},
                 {"a\xFFz", 3}, {"a\tb", 3}};
    for (size_t i = 0; i < HW_COUNT(cases); i++)
        assert_int_equal(app_text_width(cases[i].text), cases[i].width);
}

static void test_text_clean_replaces_and_cuts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int max_width;
        const char *clean;
    } cases[] = {{"plain", 0, "plain"},
                 {"a\x1b[31mb\nc", 0, "a?[31mb c"},
                 {"stray \xC3 and \xE2\x82", 0, "stray ? and ??"},
                 {"turn \u202Eback", 0, "turn ?back"},
                 {"123456", 6, "123456"},
                 {"1234567", 6, "12345\u2026"},
                 {"\u6771\u4EAC\u6771\u4EAC", 6, "\u6771\u4EAC\u2026"}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO_BUFFER(out);
        app_text_append_clean(&out, cases[i].text, cases[i].max_width);
        assert_string_equal(hwi_buffer_text(&out), cases[i].clean);
    }
}

static void test_text_numbers_read_well(void **state)
{
    (void)state;
    char text[APP_TEXT_BYTES];
    assert_string_equal(app_text_count(0, text), "0");
    assert_string_equal(app_text_count(999, text), "999");
    assert_string_equal(app_text_counted(1, "row", text), "1 row");
    assert_string_equal(app_text_counted(0, "row", text), "0 rows");
    assert_string_equal(app_text_counted(12345, "column", text), "12,345 columns");
    assert_string_equal(app_text_count(-1234567, text), "-1,234,567");
    assert_string_equal(app_text_number(0.312149, 4, text), "0.3121");
    assert_string_equal(app_text_number(12500, 4, text), "12500");
    assert_string_equal(app_text_number(NAN, 4, text), "NaN");
    assert_string_equal(app_text_number(-INFINITY, 4, text), "-Inf");
    assert_string_equal(app_text_duration(0.0412, text), "0.041 s");
    assert_string_equal(app_text_duration(12.4, text), "12 s");
    assert_string_equal(app_text_duration(185, text), "3:05 min");
    assert_string_equal(app_text_duration(7800, text), "2:10:00 h");
    assert_string_equal(app_text_duration(302400, text), "3.5 days");
    assert_string_equal(app_text_bytes(512, text), "512 bytes");
    assert_string_equal(app_text_bytes(3210000, text), "3.2 MB");
}

static void test_text_distance_knows_slips(void **state)
{
    (void)state;
    assert_int_equal(app_text_distance("epochs", "epochs"), 0);
    assert_int_equal(app_text_distance("epoch", "epochs"), 1);
    assert_int_equal(app_text_distance("ephocs", "epochs"), 2);
    assert_int_equal(app_text_distance("chrun", "churn"), 1);
    assert_int_equal(app_text_distance("Hidden-Dropout", "hidden_dropout"), 0);
    assert_int_equal(app_text_distance("", "abc"), 3);
    assert_true(app_text_is_near(1, "hiddn"));
    assert_false(app_text_is_near(4, "hiddn"));
}

static void test_list_reads_names(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int n;
        const char *names[3];
    } cases[] = {{"a", 1, {"a"}},
                 {"a,b,c", 3, {"a", "b", "c"}},
                 {" a , b c ", 2, {"a", "b c"}},
                 {"a\\,b,c", 2, {"a,b", "c"}},
                 {"\"a,b\",\" c \"", 2, {"a,b", " c "}},
                 {"\"say \\\"so\\\"\"", 1, {"say \"so\""}},
                 {"x\\y", 1, {"x\\y"}}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        app_list list;
        hw_error err = {0};
        hw_assert_ok(app_list_read(cases[i].text, "x", &list, &err), err);
        assert_int_equal(list.n, cases[i].n);
        for (int k = 0; k < list.n; k++)
            assert_string_equal(list.names[k], cases[i].names[k]);
        assert_true(app_list_has(&list, cases[i].names[0]));
        assert_false(app_list_has(&list, "none"));
        app_list_clear(&list);
    }
}

static void test_list_refuses_holes(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "a,,b", "a,", ",a", "  ", "\"a", "\"\""};
    for (size_t i = 0; i < HW_COUNT(texts); i++) {
        app_list list;
        hw_error err = {0};
        assert_int_equal(app_list_read(texts[i], "x", &list, &err), HW_EINVAL);
        assert_string_equal(err.field, "x");
        assert_null(list.names);
    }
}

static void test_list_survives_failing_memory(void **state)
{
    (void)state;
    for (int64_t at = 0; at < 20; at++) {
        app_list list;
        hw_error err = {0};
        hwi_alloc_fail_at(at);
        hw_status status = app_list_read("alpha,beta,gamma", "x", &list, &err);
        hwi_alloc_fail_at(-1);
        assert_true(status == HW_OK || status == HW_ENOMEM);
        app_list_clear(&list);
    }
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_width_counts_cells),
        cmocka_unit_test(test_text_clean_replaces_and_cuts),
        cmocka_unit_test(test_text_numbers_read_well),
        cmocka_unit_test(test_text_distance_knows_slips),
        cmocka_unit_test(test_list_reads_names),
        cmocka_unit_test(test_list_refuses_holes),
        cmocka_unit_test(test_list_survives_failing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
