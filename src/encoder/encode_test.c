/* SPDX-License-Identifier: Apache-2.0 */
#include "encoder/encoder.h"

#include "support/hw_encoder.h"

/* Levels a, b, c; x has the mean 2 and the deviation 1. */
static const char *const table = "c,x\na,1\nb,2\nc,3\n,\n";

/* The lit units as "unit:value unit:value". */
static void append_active(hwi_buffer *out, const hwi_active *active)
{
    hwi_buffer_append(out, "", 0);
    for (int32_t i = 0; i < active->n; i++)
        hwi_buffer_printf(out, "%s%d:%g", i ? " " : "", active->units[i], active->values[i]);
}

static void check_row(const hwi_encoder *encoder, const double *raw, const char *training,
                      const char *scoring)
{
    int32_t units[16];
    double values[16];
    hwi_active active = {0, units, values};
    HW_AUTO_BUFFER(text);
    HW_AUTO_BUFFER(scored_text);
    if (training) {
        hwi_encode_training(encoder, raw, &active);
        append_active(&text, &active);
        assert_string_equal(hwi_buffer_text(&text), training);
    }
    hwi_encode_scoring(encoder, raw, &active);
    append_active(&scored_text, &active);
    assert_string_equal(hwi_buffer_text(&scored_text), scoring);
}

typedef struct encode_case {
    const char *settings;
    double c, x;
    const char *training, *scoring; /* training NULL where it cannot occur */
} encode_case;

static void check_cases(const encode_case *cases, size_t n)
{
    HW_AUTO(hw_frame) *frame = hw_text_frame(table, "c=enum");
    for (size_t i = 0; i < n; i++) {
        HW_AUTO(hw_params) *params = hw_new_params(cases[i].settings);
        HW_AUTO(hwi_encoder) *encoder = hw_new_encoder(params, frame);
        const double raw[] = {cases[i].c, cases[i].x};
        check_row(encoder, raw, cases[i].training, cases[i].scoring);
    }
}

static void test_encode_levels_numbers_and_missing(void **state)
{
    (void)state;
    static const encode_case cases[] = {
        {"autoencoder=false", 0, 3, "0:1 4:1", "0:1 4:1"},
        {"autoencoder=false", 2, 1, "2:1 4:-1", "2:1 4:-1"},
        {"autoencoder=false", NAN, 3, "3:1 4:1", "3:1 4:1"},
        {"autoencoder=false", 3, 3, NULL, "3:1 4:1"},
        {"autoencoder=false", 77, 3, NULL, "3:1 4:1"},
        {"autoencoder=false", 1, 2, "1:1", "1:1"},
        {"autoencoder=false", 1, NAN, "1:1", "1:1"},
        /* Training fills in the mean, scoring the 0 of the unit. */
        {"standardize=false", 1, NAN, "1:1 4:2", "1:1"},
        {"standardize=false", 1, 7, "1:1 4:7", "1:1 4:7"},
        {"sparse=true", 1, NAN, "1:1 4:2", "1:1"},
        {"sparse=true", 1, 3, "1:1 4:3", "1:1 4:3"},
        {"autoencoder=true", 0, 3, "0:1 4:0.5", "0:1 4:0.5"},
    };
    check_cases(cases, HW_COUNT(cases));
}

static void test_encode_without_first_level_unless_as_h2o(void **state)
{
    (void)state;
#define GUIDE "use_all_factor_levels=false"
#define COMPAT "use_all_factor_levels=false;h2o_compat=true"
    static const encode_case cases[] = {
        {GUIDE, 0, 3, "3:1", "3:1"},
        {COMPAT, 0, 3, "3:1", "3:1"},
        {GUIDE, 1, 3, "0:1 3:1", "0:1 3:1"},
        {GUIDE, 2, 3, "1:1 3:1", "1:1 3:1"},
        {COMPAT, 2, 3, "1:1 3:1", "1:1 3:1"},
        /* A missing category: its own unit; in H2O's training the last level's. */
        {GUIDE, NAN, 3, "2:1 3:1", "2:1 3:1"},
        {COMPAT, NAN, 3, "1:1 3:1", "2:1 3:1"},
        {GUIDE, 3, 3, NULL, "2:1 3:1"},
        {COMPAT, 3, 3, NULL, "2:1 3:1"},
    };
    check_cases(cases, HW_COUNT(cases));
}

static void test_encode_hashed_first_level_unless_as_h2o(void **state)
{
    (void)state;
    static const encode_case cases[] = {
        {GUIDE ";max_categorical_features=1", 0, 3, "1:1", "1:1"},
        {COMPAT ";max_categorical_features=1", 0, 3, "1:1", "0:1 1:1"},
        {GUIDE ";max_categorical_features=1", 1, 3, "0:1 1:1", "0:1 1:1"},
        {COMPAT ";max_categorical_features=1", NAN, 2, "0:1", "0:1"},
    };
    check_cases(cases, HW_COUNT(cases));
}

/* Slots of the original for units 0 to 4, seed 1234 and five slots. */
static void test_encode_hash_slots_equal_h2o(void **state)
{
    (void)state;
    static const char *const expected[] = {"0:1 5:1", "3:1 5:1", "0:1 5:1", "4:1 5:1", "0:1 5:1"};
    HW_AUTO(hw_frame) *frame = hw_text_frame("c,x\na,1\nb,2\nc,3\n"
                                             "d,1\ne,3\n",
                                             "c=enum");
    HW_AUTO(hw_params) *params =
        hw_new_params("max_categorical_features=5;seed=1234;standardize=false");
    HW_AUTO(hwi_encoder) *encoder = hw_new_encoder(params, frame);
    assert_int_equal(encoder->n_hash_slots, 5);
    assert_int_equal(encoder->n_units, 6);
    for (int level = 0; level < 5; level++) {
        const double raw[] = {level, 1};
        check_row(encoder, raw, expected[level], expected[level]);
    }
}

static void test_encode_hash_collisions_add_up(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame =
        hw_text_frame("c,d,e\na,p,u\nb,q,v\na,p,v\n", "c=enum,d=enum,e=enum");
    HW_AUTO(hw_params) *params = hw_new_params("max_categorical_features=1");
    HW_AUTO(hwi_encoder) *encoder = hw_new_encoder(params, frame);
    const double raw[] = {0, 1, 0};
    check_row(encoder, raw, "0:3", "0:3");
}

/* As many slots as units are not fewer: no hashing. */
static void test_encode_enough_units_are_not_hashed(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = hw_text_frame(table, "c=enum");
    HW_AUTO(hw_params) *params = hw_new_params("max_categorical_features=4");
    HW_AUTO(hwi_encoder) *encoder = hw_new_encoder(params, frame);
    assert_int_equal(encoder->n_hash_slots, 0);
    assert_int_equal(encoder->n_units, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode_levels_numbers_and_missing),
        cmocka_unit_test(test_encode_without_first_level_unless_as_h2o),
        cmocka_unit_test(test_encode_hashed_first_level_unless_as_h2o),
        cmocka_unit_test(test_encode_hash_slots_equal_h2o),
        cmocka_unit_test(test_encode_hash_collisions_add_up),
        cmocka_unit_test(test_encode_enough_units_are_not_hashed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
