/* SPDX-License-Identifier: Apache-2.0
 *
 * Categorical encodings from end to end: what becomes of a table, and that a saved model makes the
 * same of it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "encoder/recode.h"
#include "support/hw_frame.h"
#include "support/hw_test.h"
#include "train/train.h"

static hw_frame *parse(const char *text)
{
    hw_frame *frame = NULL;
    hw_error err = {0};
    hw_parse_options options = {.col_types = "c=enum,n=enum", .header = 1};
    hw_assert_ok(hw_parse_text("t", text, strlen(text), &options, 0, &frame, &err), err);
    return frame;
}

static const char training_text[] = "c,x,n,y\n"
                                    "a,1,10,0\n"
                                    "b,2,20,1\n"
                                    "b,3,20,4\n"
                                    "d,4,10,0\n"
                                    "d,5,-3,2\n"
                                    "d,6,10,2\n"
                                    "e,7,20,9\n"
                                    ",8,10,1\n";
/* Levels that training did not know, missing ones, and other counts. */
static const char other_text[] = "c,x,n\n"
                                 "a,1,10\na,2,30\nz,3,-3\n,4,\nq,5,20\na,6,q\nz,7,20\n";

static const struct recode_case {
    const char *encoding;
    bool h2o_compat;
    const char *training, *other;
} recode_cases[] = {
    {"LabelEncoder", false,
     "c:int 0 1 1 2 2 2 3 NA | x:int 1 2 3 4 5 6 7 8 | n:int 10 20 20 10 -3 10 20 10 | "
     "y:int 0 1 4 0 2 2 9 1",
     "c:int 0 0 NA NA NA 0 NA | x:int 1 2 3 4 5 6 7 | n:int 10 NA -3 NA 20 NA 20"},
    {"LabelEncoder", true,
     "c:int 0 1 1 2 2 2 3 NA | x:int 1 2 3 4 5 6 7 8 | n:int 10 20 20 10 -3 10 20 10 | "
     "y:int 0 1 4 0 2 2 9 1",
     "c:int 0 0 5 NA 4 0 5 | x:int 1 2 3 4 5 6 7 | n:int 10 30 -3 NA 20 4 20"},
    {"Binary", false,
     "x:int 1 2 3 4 5 6 7 8 | c:0:int 1 0 0 1 1 1 0 0 | c:1:int 0 1 1 1 1 1 0 0 | "
     "c:2:int 0 0 0 0 0 0 1 0 | n:0:int 0 1 1 0 1 0 1 0 | n:1:int 1 1 1 1 0 1 1 1 | "
     "y:int 0 1 4 0 2 2 9 1",
     "x:int 1 2 3 4 5 6 7 | c:0:int 1 1 0 0 0 1 0 | c:1:int 0 0 0 0 0 0 0 | "
     "c:2:int 0 0 0 0 0 0 0 | n:0:int 0 0 1 0 1 0 1 | n:1:int 1 0 0 0 1 0 1"},
    {"EnumLimited", false,
     "c.top_2_levels:enum{d,b,other} other b b d d d other NA | x:int 1 2 3 4 5 6 7 8 | "
     "n.top_2_levels:enum{10,20,other} 10 20 20 10 other 10 20 10 | y:int 0 1 4 0 2 2 9 1",
     "c.top_2_levels:enum{d,b,other} other other other NA other other other | "
     "x:int 1 2 3 4 5 6 7 | n.top_2_levels:enum{10,20,other} 10 other other NA 20 other 20"},
    {"EnumLimited", true,
     "c.top_2_levels:enum{d,b,other} other b b d d d other NA | x:int 1 2 3 4 5 6 7 8 | "
     "n.top_2_levels:enum{10,20,other} 10 20 20 10 other 10 20 10 | y:int 0 1 4 0 2 2 9 1",
     "c.top_2_levels:enum{a,z,other} a a z NA other a z | x:int 1 2 3 4 5 6 7 | "
     "n.top_2_levels:enum{20,-3,other} other other -3 NA 20 other 20"},
};

static void set(hw_params *params, const char *name, const char *text)
{
    hw_error err = {0};
    hw_assert_ok(hw_params_set(params, name, text, &err), err);
}

static hw_params *make_params(const char *encoding, bool h2o_compat)
{
    hw_params *params = hw_params_new();
    set(params, "response_column", "y");
    set(params, "categorical_encoding", encoding);
    set(params, "max_categorical_levels", "2");
    set(params, "h2o_compat", h2o_compat ? "true" : "false");
    set(params, "reproducible", "true");
    set(params, "hidden", "4");
    set(params, "seed", "5");
    return params;
}

static void assert_frame(const hw_frame *frame, const char *expected)
{
    HW_AUTO_BUFFER(text);
    hw_frame_to_text(frame, &text);
    assert_string_equal(hwi_buffer_text(&text), expected);
}

static void test_encoding_recodes_tables(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *training = parse(training_text);
    HW_AUTO(hw_frame) *other = parse(other_text);
    const int32_t columns[] = {0, 1, 2, 3};
    for (size_t i = 0; i < HW_COUNT(recode_cases); i++) {
        const struct recode_case *c = &recode_cases[i];
        HW_AUTO(hw_params) *params = make_params(c->encoding, c->h2o_compat);
        HW_AUTO(hwi_recoding) *recoding = NULL;
        HW_AUTO(hw_frame) *first = NULL;
        HW_AUTO(hw_frame) *second = NULL;
        hw_error err = {0};
        hw_assert_ok(hwi_recoding_new(params, training, columns, 4, 3, &recoding, &err), err);
        hw_assert_ok(hwi_recode(recoding, training, NULL, &first, &err), err);
        hw_assert_ok(hwi_recode(recoding, other, NULL, &second, &err), err);
        assert_frame(first, c->training);
        assert_frame(second, c->other);
    }
}

static void test_encoding_sorts_levels_by_response(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *training = parse(training_text);
    HW_AUTO(hw_frame) *sorted = NULL;
    const int32_t columns[] = {0, 1, 2, 3};
    hw_error err = {0};
    hw_assert_ok(hwi_sort_by_response(training, columns, 4, 3, 3, -1, &sorted, &err), err);
    assert_frame(sorted, "c:enum{a,d,b,e} a b b d d d e NA | x:int 1 2 3 4 5 6 7 8 | "
                         "n:enum{10,-3,20} 10 20 20 10 -3 10 20 10 | y:int 0 1 4 0 2 2 9 1");
    assert_int_equal(hwi_sort_by_response(training, columns, 4, 3, -1, -1, &sorted, &err),
                     HW_EINVAL);
    assert_string_equal(err.field, "categorical_encoding");
}

static void assert_same_predictions(const hw_model *a, const hw_model *b, const hw_frame *frame)
{
    HW_AUTO(hw_frame) *first = NULL;
    HW_AUTO(hw_frame) *second = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_model_predict(a, frame, &first, &err), err);
    hw_assert_ok(hw_model_predict(b, frame, &second, &err), err);
    for (int64_t i = 0; i < hw_frame_n_rows(frame); i++) {
        double x, y;
        hw_frame_read_doubles(first, 0, i, 1, &x);
        hw_frame_read_doubles(second, 0, i, 1, &y);
        assert_true(x == y);
    }
}

static void test_encoding_survives_the_model_file(void **state)
{
    (void)state;
    static const char *const encodings[] = {"LabelEncoder", "Binary", "EnumLimited",
                                            "SortByResponse", "AUTO"};
    HW_AUTO(hw_frame) *training = parse(training_text);
    HW_AUTO(hw_frame) *other = parse(other_text);
    for (size_t i = 0; i < 2 * HW_COUNT(encodings); i++) {
        HW_AUTO(hw_params) *params = make_params(encodings[i / 2], i % 2);
        HW_AUTO(hw_model) *model = NULL;
        HW_AUTO(hw_model) *again = NULL;
        hw_error err = {0};
        hw_assert_ok(hwi_train(params, training, NULL, NULL, &model, &err), err);
        char path[] = "/tmp/heavywater_encoding_XXXXXX";
        int file = mkstemp(path);
        assert_true(file >= 0);
        close(file);
        hw_assert_ok(hw_model_write(model, path, &err), err);
        hw_status status = hw_model_read(path, &again, &err);
        unlink(path);
        hw_assert_ok(status, err);
        assert_same_predictions(model, again, other);
        assert_same_predictions(model, again, training);
        assert_int_equal(hw_model_n_predictors(again), 3);
        for (int32_t k = 0; k < 3; k++)
            assert_string_equal(hw_model_predictor_name(again, k),
                                hw_model_predictor_name(model, k));
    }
}

static void test_encoding_names_that_clash_are_refused(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = parse("c,c:0,n,y\na,1,1,0\nb,5,2,1\na,3,2,4\n");
    HW_AUTO(hw_params) *params = make_params("Binary", false);
    HW_AUTO(hw_model) *model = NULL;
    hw_error err = {0};
    assert_int_equal(hwi_train(params, frame, NULL, NULL, &model, &err), HW_EINVAL);
    assert_string_equal(err.field, "categorical_encoding");
    assert_non_null(strstr(err.message, "'c:0'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encoding_recodes_tables),
        cmocka_unit_test(test_encoding_sorts_levels_by_response),
        cmocka_unit_test(test_encoding_survives_the_model_file),
        cmocka_unit_test(test_encoding_names_that_clash_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
