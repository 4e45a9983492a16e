/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/frame_builder.h"

#include "support/hw_test.h"

#include "frame/column.h"
#include "support/hw_frame.h"

HW_DEFINE_AUTO(hw_frame_builder, hw_frame_builder_free)

static hw_frame_builder *new_builder(int64_t n_rows)
{
    hw_frame_builder *builder = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_frame_builder_new("built", n_rows, &builder, &err), err);
    return builder;
}

static void assert_frame(hw_frame_builder *builder, const char *expected)
{
    HW_AUTO(hw_frame) *frame = NULL;
    HW_AUTO_BUFFER(text);
    hw_error err = {0};
    hw_assert_ok(hw_frame_builder_finish(builder, &frame, &err), err);
    assert_string_equal(hw_frame_name(frame), "built");
    hw_frame_to_text(frame, &text);
    assert_string_equal(hwi_buffer_text(&text), expected);
}

static void test_frame_builder_keeps_every_kind_of_array(void **state)
{
    (void)state;
    static const double doubles[] = {1.5, NAN, -2}, whole[] = {1, 2, NAN};
    static const float floats[] = {0.5f, 3, NAN};
    static const int32_t ints[] = {INT32_MIN, -7, INT32_MAX}, codes[] = {2, -1, 0};
    static const int64_t longs[] = {INT64_MIN, INT64_MAX, 1}, times[] = {0, INT64_MIN, -1};
    static const char *const texts[] = {"pear", NULL, "apple"}, *const levels[] = {"z", "m", "a"};
    hw_error err = {0};
    HW_AUTO(hw_frame_builder) *b = new_builder(3);
    hw_assert_ok(hw_frame_builder_add_doubles(b, "d", doubles, 1, &err), err);
    hw_assert_ok(hw_frame_builder_add_doubles(b, "w", whole, 1, &err), err);
    hw_assert_ok(hw_frame_builder_add_floats(b, "f", floats, 1, &err), err);
    hw_assert_ok(hw_frame_builder_add_ints(b, "i", ints, 1, &err), err);
    hw_assert_ok(hw_frame_builder_add_longs(b, "l", longs, 1, &err), err);
    hw_assert_ok(hw_frame_builder_add_times(b, "t", times, 1, &err), err);
    hw_assert_ok(hw_frame_builder_add_texts(b, "e", HW_TYPE_ENUM, texts, &err), err);
    hw_assert_ok(hw_frame_builder_add_texts(b, "s", HW_TYPE_STRING, texts, &err), err);
    hw_assert_ok(hw_frame_builder_add_codes(b, "c", codes, levels, 3, &err), err);
    hw_assert_ok(hw_frame_builder_add_ints(b, NULL, ints, 1, &err), err);
    assert_frame(b, "d:real 1.5 NA -2 | w:int 1 2 NA | f:real 0.5 3 NA | "
                    "i:int NA -7 2147483647 | l:int NA 9223372036854775808 1 | t:time 0 NA -1 | "
                    "e:enum{apple,pear} pear NA apple | s:string pear NA apple | "
                    "c:enum{z,m,a} a NA z | C10:int NA -7 2147483647");
    assert_int_equal(hw_frame_builder_add_ints(b, "x", ints, 1, &err), HW_EINVAL);
}

static void test_frame_builder_stores_as_narrowly_as_the_parser(void **state)
{
    (void)state;
    static const double doubles[] = {1, 2, 250};
    static const int64_t longs[] = {-1, 2, INT64_MIN};
    hw_error err = {0};
    HW_AUTO(hw_frame_builder) *b = new_builder(3);
    HW_AUTO(hw_frame) *frame = NULL;
    hw_assert_ok(hw_frame_builder_add_doubles(b, "d", doubles, 1, &err), err);
    hw_assert_ok(hw_frame_builder_add_longs(b, "l", longs, 1, &err), err);
    hw_assert_ok(hw_frame_builder_finish(b, &frame, &err), err);
    assert_int_equal(hwi_frame_column(frame, 0)->store, HWI_STORE_U8);
    assert_int_equal(hwi_frame_column(frame, 1)->store, HWI_STORE_I8);
    assert_int_equal(hw_frame_n_missing(frame, 1), 1);
}

static void test_frame_builder_reads_columns_of_matrices(void **state)
{
    (void)state;
    static const double matrix[] = {1, 2, 3, 4, 5, 6.5}; /* (3, 2), row-major */
    hw_error err = {0};
    HW_AUTO(hw_frame_builder) *b = new_builder(3);
    hw_assert_ok(hw_frame_builder_add_doubles(b, "a", matrix, 2, &err), err);
    hw_assert_ok(hw_frame_builder_add_doubles(b, "b", matrix + 1, 2, &err), err);
    assert_frame(b, "a:int 1 3 5 | b:real 2 4 6.5");
}

static void test_frame_builder_takes_more_rows_than_a_block(void **state)
{
    (void)state;
    enum { N = 5000 };
    HW_AUTO(int64_t) *longs = HWI_ALLOC_ARRAY(int64_t, N);
    for (int i = 0; i < N; i++)
        longs[i] = i == 4999 ? 1000000 : i % 7;
    hw_error err = {0};
    HW_AUTO(hw_frame_builder) *b = new_builder(N);
    HW_AUTO(hw_frame) *frame = NULL;
    hw_assert_ok(hw_frame_builder_add_longs(b, "l", longs, 1, &err), err);
    hw_assert_ok(hw_frame_builder_finish(b, &frame, &err), err);
    HW_AUTO(int64_t) *back = HWI_ALLOC_ARRAY(int64_t, N);
    HW_AUTO(float) *floats = HWI_ALLOC_ARRAY(float, N);
    hw_frame_read_longs(frame, 0, 0, N, back);
    hw_frame_read_floats(frame, 0, 0, N, floats);
    for (int i = 0; i < N; i++) {
        assert_true(back[i] == longs[i]);
        assert_true(floats[i] == (float)longs[i]);
    }
}

static void test_frame_arrays_come_back_with_their_missing_values(void **state)
{
    (void)state;
    static const double reals[] = {1.75, NAN, -1e300};
    static const int32_t codes[] = {1, -1, 0};
    static const char *const levels[] = {"a", "b"};
    hw_error err = {0};
    HW_AUTO(hw_frame_builder) *b = new_builder(3);
    HW_AUTO(hw_frame) *frame = NULL;
    hw_assert_ok(hw_frame_builder_add_doubles(b, "r", reals, 1, &err), err);
    hw_assert_ok(hw_frame_builder_add_codes(b, "c", codes, levels, 2, &err), err);
    hw_assert_ok(hw_frame_builder_finish(b, &frame, &err), err);
    int64_t longs[3];
    int32_t back[3];
    float floats[3];
    hw_frame_read_longs(frame, 0, 0, 3, longs);
    assert_true(longs[0] == 1 && longs[1] == INT64_MIN && longs[2] == INT64_MIN);
    hw_frame_read_floats(frame, 0, 0, 3, floats);
    assert_true(floats[0] == 1.75f && isnan(floats[1]) && floats[2] == -INFINITY);
    hw_frame_read_codes(frame, 1, 0, 3, back);
    assert_true(back[0] == 1 && back[1] == -1 && back[2] == 0);
    hw_frame_read_codes(frame, 0, 0, 3, back);
    assert_true(back[0] == -1 && back[1] == -1 && back[2] == -1);
}

/* What is refused leaves the builder as it was. */
static void test_frame_builder_refuses_what_it_cannot_keep(void **state)
{
    (void)state;
    static const double doubles[] = {1, 2};
    static const int32_t codes[] = {0, 2}, negative[] = {-2, 0};
    static const char *const levels[] = {"a", "b"}, *const twice[] = {"a", "a"};
    static const char *const with_null[] = {"a", NULL};
    hw_error err = {0};
    hw_frame_builder *none = NULL;
    assert_int_equal(hw_frame_builder_new("f", -1, &none, &err), HW_EINVAL);
    assert_null(none);
    HW_AUTO(hw_frame_builder) *b = new_builder(2);
    hw_assert_ok(hw_frame_builder_add_doubles(b, "x", doubles, 1, &err), err);
    assert_int_equal(hw_frame_builder_add_doubles(b, "x", doubles, 1, &err), HW_EDATA);
    assert_string_equal(err.field, "x");
    assert_int_equal(hw_frame_builder_add_doubles(b, "y", NULL, 1, &err), HW_EINVAL);
    assert_int_equal(hw_frame_builder_add_doubles(b, "y", doubles, 0, &err), HW_EINVAL);
    assert_int_equal(hw_frame_builder_add_codes(b, "y", codes, levels, 2, &err), HW_EDATA);
    assert_non_null(strstr(err.message, "code 2 in row 2"));
    assert_int_equal(hw_frame_builder_add_codes(b, "y", negative, levels, 2, &err), HW_EDATA);
    assert_non_null(strstr(err.message, "code -2 in row 1"));
    assert_int_equal(hw_frame_builder_add_codes(b, "y", codes, twice, 2, &err), HW_EDATA);
    assert_int_equal(hw_frame_builder_add_codes(b, "y", codes, with_null, 2, &err), HW_EDATA);
    assert_int_equal(hw_frame_builder_add_texts(b, "y", HW_TYPE_REAL, levels, &err), HW_EINVAL);
    assert_frame(b, "x:int 1 2");
    hw_frame_builder_free(NULL);
}

/* Each allocation fails once; nothing leaks and the error says what it is. */
static void test_frame_builder_survives_lack_of_memory(void **state)
{
    (void)state;
    static const char *const texts[] = {"b", "a"};
    for (int64_t fail_at = 0;; fail_at++) {
        hw_error err = {0};
        HW_AUTO(hw_frame_builder) *b = NULL;
        HW_AUTO(hw_frame) *frame = NULL;
        hwi_alloc_fail_at(fail_at);
        hw_status status = hw_frame_builder_new("f", 2, &b, &err);
        if (status == HW_OK)
            status = hw_frame_builder_add_texts(b, "e", HW_TYPE_ENUM, texts, &err);
        if (status == HW_OK)
            status = hw_frame_builder_add_texts(b, "s", HW_TYPE_STRING, texts, &err);
        if (status == HW_OK)
            status = hw_frame_builder_finish(b, &frame, &err);
        hwi_alloc_fail_at(-1);
        if (status == HW_OK) {
            assert_true(fail_at > 10);
            return;
        }
        assert_int_equal(status, HW_ENOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frame_builder_keeps_every_kind_of_array),
        cmocka_unit_test(test_frame_builder_stores_as_narrowly_as_the_parser),
        cmocka_unit_test(test_frame_builder_reads_columns_of_matrices),
        cmocka_unit_test(test_frame_builder_takes_more_rows_than_a_block),
        cmocka_unit_test(test_frame_arrays_come_back_with_their_missing_values),
        cmocka_unit_test(test_frame_builder_refuses_what_it_cannot_keep),
        cmocka_unit_test(test_frame_builder_survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
