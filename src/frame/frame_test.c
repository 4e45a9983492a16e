/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/frame.h"

#include "support/hw_test.h"

#include <string.h>

#include "frame/column.h"

/* Every store gives back what went in, with and without missing values. */
static void test_frame_column_stores_narrowly_and_loses_nothing(void **state)
{
    (void)state;
    static const struct {
        double values[4];
        hwi_store store;
        hw_type type;
    } cases[] = {
        {{0, 1, 255, 2}, HWI_STORE_U8, HW_TYPE_INT},
        {{0, 1, 254, NAN}, HWI_STORE_U8, HW_TYPE_INT},
        {{0, 1, 255, NAN}, HWI_STORE_U16, HW_TYPE_INT},
        {{-127, 127, NAN, 0}, HWI_STORE_I8, HW_TYPE_INT},
        {{-128, 127, NAN, 0}, HWI_STORE_I16, HW_TYPE_INT},
        {{0, 65535, 3, 4}, HWI_STORE_U16, HW_TYPE_INT},
        {{0, 65535, 3, NAN}, HWI_STORE_I32, HW_TYPE_INT},
        {{-32767, 5, 3, NAN}, HWI_STORE_I16, HW_TYPE_INT},
        {{-32768, 5, 3, NAN}, HWI_STORE_I32, HW_TYPE_INT},
        {{2147483647, 5, -2147483647, NAN}, HWI_STORE_I32, HW_TYPE_INT},
        {{2147483648, 5, -3, NAN}, HWI_STORE_I64, HW_TYPE_INT},
        {{0x1p62, 5, -0x1p62, NAN}, HWI_STORE_I64, HW_TYPE_INT},
        {{0.5, 0.25, -3, NAN}, HWI_STORE_F32, HW_TYPE_REAL},
        {{0.1, 0.25, -3, NAN}, HWI_STORE_F64, HW_TYPE_REAL},
        {{0.5, 16777217, -3, NAN}, HWI_STORE_F64, HW_TYPE_REAL},
        {{1e22, 5, -3, NAN}, HWI_STORE_F64, HW_TYPE_INT},
        {{INFINITY, 5, -INFINITY, NAN}, HWI_STORE_F32, HW_TYPE_REAL},
        {{NAN, NAN, NAN, NAN}, HWI_STORE_U8, HW_TYPE_INT},
        {{-0.0, 1, 2, 3}, HWI_STORE_F32, HW_TYPE_INT},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hw_error err = {0};
        HW_AUTO(hwi_column) *column = NULL;
        hw_assert_ok(hwi_column_from_doubles(HW_TYPE_INT, cases[i].values, 4, &column, &err), err);
        if (column->store != cases[i].store || column->type != cases[i].type)
            fail_msg("case %zu: store %d type %d", i, column->store, column->type);
        double back[4];
        hwi_store_get_doubles(column->store, column->values, column->n_missing > 0, 0, 4, back);
        for (int k = 0; k < 4; k++)
            if (!(back[k] == cases[i].values[k] || (isnan(back[k]) && isnan(cases[i].values[k]))) ||
                signbit(back[k]) != signbit(cases[i].values[k]))
                fail_msg("case %zu: value %d is %.17g", i, k, back[k]);
    }
}

static hw_frame *new_frame(void)
{
    static const double numbers[] = {1.5, NAN, -2};
    static const double codes[] = {1, 0, NAN};
    static const char *const levels[] = {"10", "9", "10"};
    hw_error err = {0};
    hw_frame *frame = hwi_frame_new("f", 3);
    assert_non_null(frame);
    hw_assert_ok(hwi_frame_add_column(frame, "x", HW_TYPE_REAL, numbers, NULL, 0, &err), err);
    hw_assert_ok(hwi_frame_add_column(frame, "c", HW_TYPE_ENUM, codes, levels, 2, &err), err);
    return frame;
}

static void test_frame_builder_gives_back_what_was_put_in(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = new_frame();
    assert_string_equal(hw_frame_name(frame), "f");
    assert_int_equal(hw_frame_n_rows(frame), 3);
    assert_int_equal(hw_frame_n_columns(frame), 2);
    assert_int_equal(hw_frame_find_column(frame, "c"), 1);
    assert_int_equal(hw_frame_find_column(frame, "C"), -1);
    assert_int_equal(hw_frame_column_type(frame, 1), HW_TYPE_ENUM);
    assert_int_equal(hw_frame_n_missing(frame, 0), 1);
    assert_int_equal(hw_frame_n_levels(frame, 1), 2);
    assert_string_equal(hw_frame_level(frame, 1, 1), "9");
    assert_null(hw_frame_level(frame, 1, 2));
    assert_int_equal(hwi_frame_find_level(frame, 1, "10"), 0);
    assert_int_equal(hwi_frame_find_level(frame, 1, "9"), 1);
    assert_int_equal(hwi_frame_find_level(frame, 1, "1"), -1);
    double out[2];
    hw_frame_read_doubles(frame, 1, 1, 2, out);
    assert_true(out[0] == 0 && isnan(out[1]));
    assert_null(hw_frame_text(frame, 0, 0));
}

static void test_frame_shared_columns_outlive_their_frame(void **state)
{
    (void)state;
    hw_error err = {0};
    hw_frame *first = new_frame();
    HW_AUTO(hw_frame) *second = hwi_frame_new("g", 3);
    hw_assert_ok(hwi_frame_add_shared_column(second, first, 1, &err), err);
    hw_frame_unref(first);
    assert_string_equal(hw_frame_level(second, 0, 0), "10");
    hw_frame_unref(hw_frame_ref(second));
    assert_int_equal(hw_frame_n_columns(second), 1);
    hw_frame_unref(NULL);
}

static void test_frame_builder_refuses_bad_columns(void **state)
{
    (void)state;
    static const double codes[] = {0, 1, 2};
    static const char *const levels[] = {"a", "b"};
    hw_error err = {0};
    HW_AUTO(hw_frame) *frame = new_frame();
    assert_int_equal(hwi_frame_add_column(frame, "x", HW_TYPE_INT, codes, NULL, 0, &err), HW_EDATA);
    assert_string_equal(err.field, "x");
    assert_int_equal(hwi_frame_add_column(frame, "y", HW_TYPE_ENUM, codes, levels, 2, &err),
                     HW_EINVAL);
    assert_int_equal(hwi_frame_add_column(frame, "y", HW_TYPE_STRING, codes, NULL, 0, &err),
                     HW_EINVAL);
    assert_int_equal(hw_frame_n_columns(frame), 2);
}

static void test_frame_finds_columns_among_many(void **state)
{
    (void)state;
    hw_error err = {0};
    HW_AUTO(hw_frame) *frame = hwi_frame_new("wide", 0);
    char name[32];
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof(name), "column %d", i);
        hw_assert_ok(hwi_frame_add_column(frame, name, HW_TYPE_INT, NULL, NULL, 0, &err), err);
    }
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof(name), "column %d", i);
        assert_int_equal(hw_frame_find_column(frame, name), i);
    }
    assert_int_equal(hw_frame_find_column(frame, "column 3000"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frame_column_stores_narrowly_and_loses_nothing),
        cmocka_unit_test(test_frame_builder_gives_back_what_was_put_in),
        cmocka_unit_test(test_frame_shared_columns_outlive_their_frame),
        cmocka_unit_test(test_frame_builder_refuses_bad_columns),
        cmocka_unit_test(test_frame_finds_columns_among_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
