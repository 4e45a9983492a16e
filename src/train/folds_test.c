/* SPDX-License-Identifier: Apache-2.0 */
#include "train/folds.h"

#include "support/hw_test.h"

#include <string.h>

#include "base/buffer.h"
#include "frame/frame.h"

static hw_frame *frame_of(const char *name, hw_type type, const double *values, int64_t n,
                          const char *const *levels, int32_t n_levels)
{
    hw_error err = {0};
    hw_frame *frame = hwi_frame_new("table", n);
    hw_assert_ok(hwi_frame_add_column(frame, name, type, values, levels, n_levels, &err), err);
    return frame;
}

static hw_params *params_of(const char *n_folds, const char *assignment, const char *column)
{
    hw_error err = {0};
    hw_params *params = hw_params_new();
    hw_assert_ok(hwi_params_read_text(params, "seed", "1234", &err), err);
    hw_assert_ok(hwi_params_read_text(params, "response_column", "y", &err), err);
    hw_assert_ok(hwi_params_read_text(params, "nfolds", n_folds, &err), err);
    hw_assert_ok(hwi_params_read_text(params, "fold_assignment", assignment, &err), err);
    hw_assert_ok(hwi_params_read_text(params, "fold_column", column, &err), err);
    return params;
}

static void assert_folds(const hw_params *params, const hw_frame *frame, const char *wanted)
{
    hwi_folds folds;
    hw_error err = {0};
    hw_assert_ok(hwi_folds_assign(params, frame, &folds, &err), err);
    HW_AUTO_BUFFER(text);
    hwi_buffer_printf(&text, "%d:", folds.n);
    for (int64_t i = 0; i < hw_frame_n_rows(frame); i++)
        hwi_buffer_printf(&text, " %d", folds.of_row[i]);
    assert_string_equal(hwi_buffer_text(&text), wanted);
    hwi_folds_clear(&folds);
}

static void assert_refused(const hw_params *params, const hw_frame *frame, const char *field,
                           const char *words)
{
    hwi_folds folds;
    hw_error err = {0};
    assert_int_equal(hwi_folds_assign(params, frame, &folds, &err), HW_EINVAL);
    assert_string_equal(err.field, field);
    if (!strstr(err.message, words))
        fail_msg("'%s' is not in '%s'", words, err.message);
    assert_null(folds.of_row);
}

static const double zeros[12] = {0};

static void test_folds_random_are_those_of_h2o(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = frame_of("y", HW_TYPE_REAL, zeros, 12, NULL, 0);
    const char *const assignments[] = {"AUTO", "Random"};
    for (size_t i = 0; i < HW_COUNT(assignments); i++) {
        HW_AUTO(hw_params) *params = params_of("3", assignments[i], "");
        assert_folds(params, frame, "3: 2 1 2 0 1 2 1 2 0 1 2 0");
    }
}

static void test_folds_modulo_go_round(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = frame_of("y", HW_TYPE_REAL, zeros, 7, NULL, 0);
    HW_AUTO(hw_params) *params = params_of("3", "Modulo", "");
    assert_folds(params, frame, "3: 0 1 2 0 1 2 0");
}

/* Each class is dealt out by itself: what the other rows are makes no difference. */
static void test_folds_stratified_deal_out_each_class(void **state)
{
    (void)state;
    double classes[400], numbers[400];
    const char *const levels[] = {"a", "b", "unused", "c"};
    for (int i = 0; i < 400; i++) {
        classes[i] = i % 40 == 0 ? 0 : i % 40 == 1 ? NAN : 1;
        numbers[i] = isnan(classes[i]) ? NAN : 10 * classes[i] - 5;
    }
    HW_AUTO(hw_frame) *enums = frame_of("y", HW_TYPE_ENUM, classes, 400, levels, 4);
    HW_AUTO(hw_frame) *ints = frame_of("y", HW_TYPE_INT, numbers, 400, NULL, 0);
    HW_AUTO(hw_frame) *reals = frame_of("y", HW_TYPE_REAL, numbers, 400, NULL, 0);
    HW_AUTO(hw_params) *params = params_of("2", "Stratified", "");
    hwi_folds a, b;
    hw_error err = {0};
    hw_assert_ok(hwi_folds_assign(params, enums, &a, &err), err);
    hw_assert_ok(hwi_folds_assign(params, ints, &b, &err), err);
    int n_of_rare[2] = {0};
    for (int i = 0; i < 400; i++) {
        assert_int_equal(a.of_row[i], b.of_row[i]);
        if (isnan(classes[i]))
            assert_int_equal(a.of_row[i], i % 2);
        if (classes[i] == 0)
            n_of_rare[a.of_row[i]]++;
    }
    assert_int_equal(n_of_rare[0] + n_of_rare[1], 10);
    assert_true(n_of_rare[0] > 0 && n_of_rare[1] > 0);
    hwi_folds_clear(&a);
    hwi_folds_clear(&b);
    assert_refused(params, reals, "fold_assignment", "is real");
}

static void test_folds_come_from_a_column(void **state)
{
    (void)state;
    const double from0[] = {2, 0, 1, 2}, from1[] = {3, 1, 2, 3}, codes[] = {3, 0, 3, 1};
    const char *const levels[] = {"x", "y", "unused", "z"};
    HW_AUTO(hw_params) *params = params_of("0", "AUTO", "f");
    HW_AUTO(hw_frame) *zero = frame_of("f", HW_TYPE_INT, from0, 4, NULL, 0);
    HW_AUTO(hw_frame) *one = frame_of("f", HW_TYPE_INT, from1, 4, NULL, 0);
    HW_AUTO(hw_frame) *named = frame_of("f", HW_TYPE_ENUM, codes, 4, levels, 4);
    assert_true(hwi_folds_are_wanted(params));
    assert_folds(params, zero, "3: 2 0 1 2");
    assert_folds(params, one, "3: 2 0 1 2");
    assert_folds(params, named, "3: 2 0 2 1");
}

static void test_folds_refuse_what_is_none(void **state)
{
    (void)state;
    static const struct {
        hw_type type;
        double values[4];
        const char *words;
    } cases[] = {
        {HW_TYPE_INT, {0, 1, 3, 0}, "3 values from 0 to 3"},
        {HW_TYPE_INT, {2, 3, 4, 2}, "numbered from 0 or 1"},
        {HW_TYPE_INT, {1, 1, 1, 1}, "one value only"},
        {HW_TYPE_INT, {0, 1, NAN, 0}, "missing in row 3"},
        {HW_TYPE_REAL, {0, 0.5, 1, 0}, "is real"},
    };
    HW_AUTO(hw_params) *params = params_of("0", "AUTO", "f");
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO(hw_frame) *frame = frame_of("f", cases[i].type, cases[i].values, 4, NULL, 0);
        assert_refused(params, frame, "fold_column", cases[i].words);
    }
    HW_AUTO(hw_frame) *other = frame_of("g", HW_TYPE_INT, zeros, 4, NULL, 0);
    assert_refused(params, other, "fold_column", "no column 'f'");
    /* 12 rows dealt at random leave one of 12 folds empty. */
    HW_AUTO(hw_frame) *frame = frame_of("y", HW_TYPE_REAL, zeros, 12, NULL, 0);
    HW_AUTO(hw_params) *many = params_of("12", "Random", "");
    assert_refused(many, frame, "nfolds", "not enough rows");
    HW_AUTO(hw_params) *none = params_of("0", "AUTO", "");
    assert_false(hwi_folds_are_wanted(none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folds_random_are_those_of_h2o),
        cmocka_unit_test(test_folds_modulo_go_round),
        cmocka_unit_test(test_folds_stratified_deal_out_each_class),
        cmocka_unit_test(test_folds_come_from_a_column),
        cmocka_unit_test(test_folds_refuse_what_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
