/* SPDX-License-Identifier: Apache-2.0 */
#include "train/rows.h"

#include "support/hw_encoder.h"

enum { N = 5 };

typedef struct column {
    const char *name;
    hw_type type;
    double values[N];
} column;

/* One column for each width, with the values at its borders. */
static const column columns[] = {
    {"int8", HW_TYPE_INT, {-127, 127, 0, NAN, 1}},
    {"int8_over", HW_TYPE_INT, {-128, 3, 0, NAN, 1}},
    {"int16", HW_TYPE_INT, {-32767, 32767, NAN, 0, 5}},
    {"int16_over", HW_TYPE_INT, {-32768, 32767, NAN, 0, 5}},
    {"int32", HW_TYPE_INT, {-2147483647.0, 2147483647.0, NAN, 7, 0}},
    {"int32_over", HW_TYPE_INT, {2147483648.0, -2147483648.0, NAN, 7, 0}},
    {"int64", HW_TYPE_INT, {9007199254740991.0, -1, NAN, 7, 0}},
    {"minus_zero", HW_TYPE_REAL, {-0.0, 1, 2, NAN, 3}},
    {"half", HW_TYPE_REAL, {0.5, -0.25, NAN, 1e30f, -3e38f}},
    {"tenth", HW_TYPE_REAL, {0.1, 1e300, NAN, -1.7e308, 5e-324}},
};

static void check_cell(const char *name, double actual, double expected)
{
    if (isnan(expected) ? !isnan(actual)
                        : actual != expected || signbit(actual) != signbit(expected))
        fail_msg("%s: %.17g is read back as %.17g", name, expected, actual);
}

static void test_rows_every_width_is_lossless(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = hwi_frame_new("widths", N);
    hw_error err = {0};
    for (size_t k = 0; k < HW_COUNT(columns); k++)
        hw_assert_ok(hwi_frame_add_column(frame, columns[k].name, columns[k].type,
                                          columns[k].values, NULL, 0, &err),
                     err);
    HW_AUTO(hw_params) *params = hw_new_params("autoencoder=true;standardize=false");
    HW_AUTO(hwi_encoder) *encoder = hw_new_encoder(params, frame);
    HW_AUTO(hwi_adapted) *adapted = NULL;
    HW_AUTO(hwi_rows) *rows = NULL;
    hw_assert_ok(hwi_adapted_new(encoder, frame, NULL, &adapted, &err), err);
    hw_assert_ok(hwi_rows_new(adapted, &rows, &err), err);
    assert_int_equal(hwi_rows_n(rows), N);
    for (int64_t i = 0; i < N; i++) {
        double raw[HW_COUNT(columns)], direct;
        bool has_missing = false;
        hwi_rows_read(rows, i, raw);
        for (size_t k = 0; k < HW_COUNT(columns); k++) {
            hw_frame_read_doubles(frame, (int32_t)k, i, 1, &direct);
            check_cell(columns[k].name, raw[k], direct);
            has_missing = has_missing || isnan(direct);
        }
        assert_int_equal(hwi_rows_has_missing(rows, i), has_missing);
    }
    assert_null(hwi_rows_responses(rows));
    assert_null(hwi_rows_weights(rows));
    assert_null(hwi_rows_offsets(rows));
}

/* More rows than a block holds, categories, and the special columns. */
static void test_rows_many_rows_and_special_columns(void **state)
{
    (void)state;
    enum { MANY = 600 };
    HW_AUTO_BUFFER(text);
    hwi_buffer_append_text(&text, "c,x,w,o,y\n");
    for (int i = 0; i < MANY; i++)
        hwi_buffer_printf(&text, "%s,%d.25,%d,%d.5,%d\n",
                          i % 7 == 3 ? ""
                          : i % 2    ? "b"
                                     : "a",
                          i, i % 3, i, 10 * i);
    HW_AUTO(hw_frame) *frame = hw_text_frame(hwi_buffer_text(&text), "c=enum");
    HW_AUTO(hw_params) *params =
        hw_new_params("response_column=y;weights_column=w;offset_column=o;distribution=gaussian");
    HW_AUTO(hwi_encoder) *encoder = hw_new_encoder(params, frame);
    HW_AUTO(hwi_adapted) *adapted = NULL;
    HW_AUTO(hwi_rows) *rows = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_adapted_new(encoder, frame, NULL, &adapted, &err), err);
    hw_assert_ok(hwi_rows_new(adapted, &rows, &err), err);
    for (int i = 0; i < MANY; i++) {
        double raw[2];
        hwi_rows_read(rows, i, raw);
        hw_assert_near(raw[0], i % 7 == 3 ? NAN : i % 2, 0);
        assert_true(raw[1] == i + 0.25);
        assert_true(hwi_rows_responses(rows)[i] == 10 * i);
        assert_true(hwi_rows_weights(rows)[i] == i % 3);
        assert_true(hwi_rows_offsets(rows)[i] == i + 0.5);
        assert_int_equal(hwi_rows_has_missing(rows, i), i % 7 == 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_every_width_is_lossless),
        cmocka_unit_test(test_rows_many_rows_and_special_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
