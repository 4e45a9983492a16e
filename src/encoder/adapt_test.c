/* SPDX-License-Identifier: Apache-2.0 */
#include "encoder/encoder.h"

#include "support/hw_encoder.h"

static const char *const table = "c,i,x,w,o,y\nred,1,0.5,1,2,lo\ngreen,2,1.5,2,3,hi\n"
                                 "blue,10,2.5,1,4,hi\n";
static const char *const types = "c=enum,i=enum,y=enum";

/* Predictors: c (blue, green, red), i ("1", "10", "2" by text), x. */
static hwi_encoder *new_encoder(const char *settings)
{
    HW_AUTO(hw_frame) *frame = hw_text_frame(table, types);
    HW_AUTO(hw_params) *params = hw_new_params(settings);
    return hw_new_encoder(params, frame);
}

static void check_rows(const hwi_encoder *encoder, const char *text, const char *col_types,
                       const double *expected, int64_t n_rows)
{
    HW_AUTO(hw_frame) *frame = hw_text_frame(text, col_types);
    HW_AUTO(hwi_adapted) *adapted = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_adapted_new(encoder, frame, NULL, &adapted, &err), err);
    double raw[64];
    hwi_adapted_read_rows(adapted, 0, n_rows, raw);
    for (int64_t i = 0; i < 3 * n_rows; i++)
        hw_assert_near(raw[i], expected[i], 0);
}

static void test_adapt_maps_levels_by_text(void **state)
{
    (void)state;
    HW_AUTO(hwi_encoder) *encoder = new_encoder("response_column=y;ignored_columns=w,o");
    /* Another domain in another order, an unseen level, a missing one. */
    const double expected[] = {0, 0, 7, 2, 2, 8, 3, 3, NAN, NAN, 1, 9};
    check_rows(encoder, "x,i,c\n7,1,blue\n8,2,red\n,3,amber\n9,10,\n", "c=enum,i=enum", expected,
               4);
}

static void test_adapt_looks_numbers_up_among_levels(void **state)
{
    (void)state;
    HW_AUTO(hwi_encoder) *encoder = new_encoder("response_column=y;ignored_columns=w,o");
    const double expected[] = {2, 0, 7, 0, 2, 8, 3, 3, 1, 1, 1, 2};
    /* i as numbers, c as text that is not categorical. */
    check_rows(encoder, "x,i,c\n7,1,red\n8,2,blue\n1,2.5,amber\n2,10,green\n", "i=numeric,c=string",
               expected, 4);
}

static void test_adapt_lacking_columns_are_missing(void **state)
{
    (void)state;
    HW_AUTO(hwi_encoder) *encoder = new_encoder("response_column=y;weights_column=w;"
                                                "ignored_columns=o");
    HW_AUTO(hw_frame) *frame = hw_text_frame("c\nred\nviolet\nblue\n", "c=enum");
    HW_AUTO(hwi_adapted) *adapted = NULL;
    HW_AUTO_BUFFER(warnings);
    hw_error err = {0};
    hw_assert_ok(hwi_adapted_new(encoder, frame, &warnings, &adapted, &err), err);
    const char *text = hwi_buffer_text(&warnings);
    assert_non_null(strstr(text, "column 'c' of text has 1 level that training did not see "
                                 "('violet')\n"));
    assert_non_null(strstr(text, "column 'x' is not in text"));
    assert_null(strstr(text, "'y'"));
    double raw[9], special[3];
    hwi_adapted_read_rows(adapted, 0, 3, raw);
    assert_true(raw[0] == 2 && raw[3] == 3 && raw[6] == 0);
    assert_true(isnan(raw[1]) && isnan(raw[2]) && isnan(raw[8]));
    assert_false(hwi_adapted_has_response(adapted));
    hwi_adapted_read_response(adapted, 0, 3, special);
    assert_true(isnan(special[0]) && isnan(special[2]));
    hwi_adapted_read_weights(adapted, 1, 2, special);
    assert_true(special[0] == 1 && special[1] == 1);
    hwi_adapted_read_offset(adapted, 0, 1, special);
    assert_true(special[0] == 0);
}

static void test_adapt_reads_special_columns(void **state)
{
    (void)state;
    HW_AUTO(hwi_encoder) *encoder =
        new_encoder("response_column=y;weights_column=w;offset_column=o");
    HW_AUTO(hw_frame) *frame =
        hw_text_frame("y,w,o,x\nlo,3,0.5,1\nnew,4,1.5,1\n,5,2.5,1\n", "y=enum");
    HW_AUTO(hwi_adapted) *adapted = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_adapted_new(encoder, frame, NULL, &adapted, &err), err);
    double values[3];
    hwi_adapted_read_response(adapted, 0, 3, values);
    assert_true(values[0] == 1 && isnan(values[1]) && isnan(values[2]));
    hwi_adapted_read_weights(adapted, 0, 3, values);
    assert_true(values[0] == 3 && values[2] == 5);
    hwi_adapted_read_offset(adapted, 1, 2, values);
    assert_true(values[0] == 1.5 && values[1] == 2.5);
}

static void test_adapt_what_cannot_be_matched_is_refused(void **state)
{
    (void)state;
    HW_AUTO(hwi_encoder) *encoder = new_encoder("response_column=y;offset_column=o");
    static const struct {
        const char *text, *types, *field;
    } cases[] = {{"x,o\nlow,1\nhigh,2\n", "x=enum", "x"},
                 {"x,o\nlow,1\nhigh,2\n", "x=string", "x"},
                 {"x,c\n1,red\n2,red\n", "c=enum", "offset_column"}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO(hw_frame) *frame = hw_text_frame(cases[i].text, cases[i].types);
        hwi_adapted *adapted = NULL;
        hw_error err = {0};
        assert_int_equal(hwi_adapted_new(encoder, frame, NULL, &adapted, &err), HW_EDATA);
        assert_string_equal(err.field, cases[i].field);
        assert_null(adapted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adapt_maps_levels_by_text),
        cmocka_unit_test(test_adapt_looks_numbers_up_among_levels),
        cmocka_unit_test(test_adapt_lacking_columns_are_missing),
        cmocka_unit_test(test_adapt_reads_special_columns),
        cmocka_unit_test(test_adapt_what_cannot_be_matched_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
