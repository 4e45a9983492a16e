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
    assert_true(values[0] == 1 && values[1] == 2 && isnan(values[2]));
    hwi_adapted_read_weights(adapted, 0, 3, values);
    assert_true(values[0] == 3 && values[2] == 5);
    hwi_adapted_read_offset(adapted, 1, 2, values);
    assert_true(values[0] == 1.5 && values[1] == 2.5);
}

/* Levels of the response that the model does not know follow its own, in the frame's order; numbers
 * and texts become levels first. */
static void test_adapt_unknown_response_levels_follow_the_known(void **state)
{
    (void)state;
    static const char *const words = "y,x\nm,1\nk,2\nz,3\nm,4\nk,5\n";
    static const char *const numbers = "y,x\n2,1\n10,2\n3,3\n2,4\n10,5\n";
    static const struct {
        const char *trained, *text, *types;
        int32_t n_levels;
        const char *last; /* levels that are not known, with commas */
        double codes[6];
    } cases[] = {
        {words, "y,x\nz,1\nq,1\n,1\nb,1\nk,1\nq,1\n", "y=enum", 5, "b,q,", {2, 4, NAN, 3, 0, 4}},
        {words, "y,x\nz,1\nq,1\n,1\nb,1\nk,1\nq,1\n", "y=string", 5, "b,q,", {2, 4, NAN, 3, 0, 4}},
        {numbers,
         "y,x\n2,1\n12,1\n3,1\n5.5,1\n,1\n12,1\n",
         "y=numeric",
         5,
         "5.5,12,",
         {0, 4, 1, 3, NAN, 4}},
        {numbers, "y,x\n2,1\n3,1\n3,1\n10,1\n2,1\n2,1\n", "y=numeric", 3, "", {0, 1, 1, 2, 0, 0}},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO(hw_frame) *numeric = hw_text_frame(cases[i].trained, NULL);
        HW_AUTO(hw_frame) *trained = NULL;
        hw_error err = {0};
        hw_assert_ok(hw_frame_as_factors(numeric, "y", &trained, &err), err);
        HW_AUTO(hw_params) *params = hw_new_params("response_column=y");
        HW_AUTO(hwi_encoder) *encoder = hw_new_encoder(params, trained);
        HW_AUTO(hw_frame) *frame = hw_text_frame(cases[i].text, cases[i].types);
        HW_AUTO(hwi_adapted) *adapted = NULL;
        hw_assert_ok(hwi_adapted_new(encoder, frame, NULL, &adapted, &err), err);
        const char *const *levels = NULL;
        int32_t n = hwi_adapted_response_levels(adapted, &levels);
        assert_int_equal(n, cases[i].n_levels);
        HW_AUTO_BUFFER(unknown);
        for (int32_t k = 3; k < n; k++)
            hwi_buffer_printf(&unknown, "%s,", levels[k]);
        assert_string_equal(hwi_buffer_text(&unknown), cases[i].last);
        double codes[6];
        hwi_adapted_read_response(adapted, 0, 6, codes);
        for (int k = 0; k < 6; k++)
            hw_assert_near(codes[k], cases[i].codes[k], 0);
        hw_assert_ok(hwi_adapted_check_response(adapted, &err), err);
    }
}

static void test_adapt_two_classes_refuse_a_third(void **state)
{
    (void)state;
    HW_AUTO(hwi_encoder) *encoder = new_encoder("response_column=y");
    HW_AUTO(hw_frame) *frame = hw_text_frame("y,x\nlo,1\nmid,2\nhi,2\n", "y=enum");
    HW_AUTO(hwi_adapted) *adapted = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_adapted_new(encoder, frame, NULL, &adapted, &err), err);
    assert_int_equal(hwi_adapted_check_response(adapted, &err), HW_EDATA);
    assert_string_equal(err.field, "y");
    assert_non_null(strstr(err.message, "'mid'"));
}

static void test_adapt_what_cannot_be_matched_is_refused(void **state)
{
    (void)state;
    HW_AUTO(hwi_encoder) *encoder = new_encoder("response_column=y;offset_column=o");
    static const struct {
        const char *text, *types, *field;
    } cases[] = {{"x,o\nlow,1\nhigh,2\n", "x=enum", "x"},
                 {"x,o\nlow,1\nhigh,2\n", "x=string", "x"}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO(hw_frame) *frame = hw_text_frame(cases[i].text, cases[i].types);
        hwi_adapted *adapted = NULL;
        hw_error err = {0};
        assert_int_equal(hwi_adapted_new(encoder, frame, NULL, &adapted, &err), HW_EDATA);
        assert_string_equal(err.field, cases[i].field);
        assert_null(adapted);
    }
    HW_AUTO(hw_frame) *frame = hw_text_frame("x,c\n1,red\n2,red\n", "c=enum");
    HW_AUTO(hwi_adapted) *adapted = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_adapted_new(encoder, frame, NULL, &adapted, &err), err);
    assert_int_equal(hwi_adapted_check_offset(adapted, &err), HW_EDATA);
    assert_string_equal(err.field, "offset_column");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adapt_maps_levels_by_text),
        cmocka_unit_test(test_adapt_looks_numbers_up_among_levels),
        cmocka_unit_test(test_adapt_lacking_columns_are_missing),
        cmocka_unit_test(test_adapt_reads_special_columns),
        cmocka_unit_test(test_adapt_unknown_response_levels_follow_the_known),
        cmocka_unit_test(test_adapt_two_classes_refuse_a_third),
        cmocka_unit_test(test_adapt_what_cannot_be_matched_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
