/* SPDX-License-Identifier: Apache-2.0 */
#include "base/table_json.h"

#include <string.h>

#include "base/json.h"
#include "support/hw_test.h"

static hw_table *make_table(void)
{
    hw_table *table = hwi_table_new("Some \"table\"", "with every type");
    hwi_table_add_column(table, "", HW_CELL_STRING, "%s", "");
    hwi_table_add_column(table, "i", HW_CELL_INT, "%d", "I");
    hwi_table_add_column(table, "l", HW_CELL_LONG, "%d", "L");
    hwi_table_add_column(table, "f", HW_CELL_FLOAT, "%f", "F");
    hwi_table_add_column(table, "d", HW_CELL_DOUBLE, "%5f", "D");
    const double numbers[][4] = {{1, 1e15, (float)0.1, 0.1}, {-7, 0, INFINITY, NAN}};
    for (int64_t r = 0; r < 3; r++) {
        hwi_table_add_row(table);
        for (int32_t c = 0; r < 2 && c < 4; c++)
            hwi_table_set_number(table, r, c + 1, numbers[r][c]);
    }
    hwi_table_set_text(table, 0, 0, "a\nb\\\xc3\xa9");
    hwi_table_set_text(table, 1, 0, "");
    return table;
}

static void test_table_json_roundtrip_gives_equal_text(void **state)
{
    (void)state;
    hw_error err;
    HW_AUTO(hw_table) *table = make_table();
    HW_AUTO_BUFFER(text);
    HW_AUTO_BUFFER(again);
    hwi_json json;
    hwi_json_init(&json, &text);
    hwi_json_table(&json, table, "rows");
    json_t *parsed = json_loads(hwi_buffer_text(&text), 0, NULL);
    assert_non_null(parsed);
    HW_AUTO(hw_table) *back = NULL;
    hw_assert_ok(hwi_table_read_json(parsed, &back, &err), err);
    json_decref(parsed);
    hwi_json_init(&json, &again);
    hwi_json_table(&json, back, "rows");
    assert_string_equal(hwi_buffer_text(&text), hwi_buffer_text(&again));
    assert_true(hw_table_number(back, 0, 3) == (double)0.1f);
    assert_true(hw_table_is_empty(back, 2, 4));
    assert_false(hw_table_is_empty(back, 1, 0));
}

static void test_table_json_hostile_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *json, *message;
    } cases[] = {
        {"{}", "without columns"},
        {"[]", "without columns"},
        {"{\"columns\":[{\"type\":\"int\"}]}", "data are not 1 columns"},
        {"{\"columns\":[{\"type\":\"int\"}],\"data\":[3]}", "has not 0 rows"},
        {"{\"columns\":[{\"type\":\"int\"},{}],\"data\":[[1],[2,3]]}", "column 2 has not 1 rows"},
        {"{\"columns\":[{\"type\":\"int\"}],\"data\":[[\"x\"]]}", "column 1, row 1 is no number"},
        {"{\"columns\":[{\"type\":\"int\"}],\"data\":[[[]]]}", "is no plain value"},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hw_error err;
        hw_table *table = NULL;
        json_t *json = json_loads(cases[i].json, 0, NULL);
        assert_non_null(json);
        assert_int_equal(hwi_table_read_json(json, &table, &err), HW_EFORMAT);
        assert_null(table);
        assert_non_null(strstr(err.message, cases[i].message));
        json_decref(json);
    }
}

static void test_table_json_null_and_odd_types(void **state)
{
    (void)state;
    hw_error err;
    hw_table *table = NULL;
    hw_assert_ok(hwi_table_read_json(NULL, &table, &err), err);
    assert_null(table);
    json_t *json =
        json_loads("{\"columns\":[{\"type\":\"object\"},{\"type\":\"Double\"}],\"data\":[[1,2.5,"
                   "true],[\"NaN\",null,\"-Infinity\"]]}",
                   0, NULL);
    hw_assert_ok(hwi_table_read_json(json, &table, &err), err);
    json_decref(json);
    assert_string_equal(hw_table_text(table, 0, 0), "1");
    assert_string_equal(hw_table_text(table, 1, 0), "2.5");
    assert_string_equal(hw_table_text(table, 2, 0), "true");
    assert_true(isnan(hw_table_number(table, 0, 1)) && !hw_table_is_empty(table, 0, 1));
    assert_true(hw_table_is_empty(table, 1, 1));
    assert_true(hw_table_number(table, 2, 1) == -INFINITY);
    hwi_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_json_roundtrip_gives_equal_text),
        cmocka_unit_test(test_table_json_hostile_is_refused),
        cmocka_unit_test(test_table_json_null_and_odd_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
