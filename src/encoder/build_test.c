/* SPDX-License-Identifier: Apache-2.0 */
#include "encoder/build.h"

#include "support/hw_encoder.h"

/* k is constant, t text; a and c have two levels, b and d three. */
static const char *const table = "a,w,n,b,k,c,t,y,d,o,f,m\n"
                                 "x,1,1.5,p,7,u,s1,10,g,0.5,0,5\n"
                                 "z,2,2.5,q,7,v,s2,11,h,0.25,1,\n"
                                 "x,1,3.5,r,7,u,s3,15,i,-1,0,6\n"
                                 "z,3,9.5,p,7,v,s4,16,g,2,1,8\n";
static const char *const types = "a=enum,b=enum,c=enum,d=enum,t=string";

static void columns_of(const hwi_encoder *encoder, hwi_buffer *out)
{
    for (int32_t i = 0; i < encoder->n_columns; i++)
        hwi_buffer_printf(out, "%s%s", i ? " " : "", encoder->columns[i].name);
}

static void check_columns(const char *settings, const char *expected, const char *dropped_expected)
{
    HW_AUTO(hw_frame) *frame = hw_text_frame(table, types);
    HW_AUTO(hw_params) *params = hw_new_params(settings);
    HW_AUTO(hwi_encoder) *encoder = NULL;
    hw_frame *recoded = NULL;
    HW_AUTO_BUFFER(dropped);
    HW_AUTO_BUFFER(names);
    hw_error err = {0};
    hwi_buffer_append(&dropped, "", 0);
    hw_assert_ok(hwi_encoder_choose_columns(params, frame, &encoder, &recoded, &dropped, &err),
                 err);
    columns_of(encoder, &names);
    assert_string_equal(hwi_buffer_text(&names), expected);
    assert_string_equal(hwi_buffer_text(&dropped), dropped_expected);
}

/* Categoricals by H2O's exchange procedure (b d c a, not b d a c), then numbers in their order,
 * then weights, offset, fold and response. */
static void test_build_orders_columns(void **state)
{
    (void)state;
    check_columns("response_column=y", "b d c a w n o f m y", "[t, k]");
    check_columns("response_column=y;weights_column=w;offset_column=o;fold_column=f",
                  "b d c a n m w o f y", "[t, k]");
    check_columns("response_column=y;ignored_columns=b,k,t,n", "d c a w o f m y", "");
    /* Columns with a role of their own are not ignored. */
    check_columns("response_column=y;weights_column=w;ignored_columns=w,y,t", "b d c a n o f m w y",
                  "[k]");
    /* An autoencoder has no response. */
    check_columns("response_column=y;autoencoder=true;ignored_columns=t,k,f,o,m,w", "b d c a n y",
                  "");
    check_columns("response_column=y;ignore_const_cols=false;ignored_columns=t",
                  "b d c a w n k o f m y", "");
}

static void test_build_units_and_their_names(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *names;
    } cases[] = {
        {"response_column=y;ignored_columns=b,d,t,k,w,o,f,m",
         "a.x a.z a.missing(NA) c.u c.v c.missing(NA) n"},
        {"response_column=y;ignored_columns=b,d,t,k,w,o,f,m;use_all_factor_levels=false",
         "a.z a.missing(NA) c.v c.missing(NA) n"},
        {"response_column=y;ignored_columns=b,d,t,k,w,o,f,m;max_categorical_features=2",
         "hash_slot_0 hash_slot_1 n"},
        {"autoencoder=true;ignored_columns=b,d,c,t,k,w,o,f,m,y;use_all_factor_levels=false",
         "a.x a.z a.missing(NA) n"},
    };
    HW_AUTO(hw_frame) *frame = hw_text_frame(table, types);
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO(hw_params) *params = hw_new_params(cases[i].settings);
        HW_AUTO(hwi_encoder) *encoder = hw_new_encoder(params, frame);
        char **names = NULL;
        hw_error err = {0};
        hw_assert_ok(hwi_encoder_unit_names(encoder, &names, &err), err);
        HW_AUTO_BUFFER(text);
        for (int32_t u = 0; u < encoder->n_units; u++)
            hwi_buffer_printf(&text, "%s%s", u ? " " : "", names[u]);
        hwi_texts_free(names, encoder->n_units);
        assert_string_equal(hwi_buffer_text(&text), cases[i].names);
    }
}

static void test_build_transforms(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = hw_text_frame("n,k,w,o,y\n1,5,1,1,10\n3,5,3,2,20\n", NULL);
    static const struct {
        const char *settings;
        double sub, mul;
        bool has_response;
        double resp_sub;
    } cases[] = {
        {"distribution=gaussian", 2, 1 / 1.4142135623730951, true, 15},
        {"distribution=laplace", 2, 1 / 1.4142135623730951, true, 15},
        {"distribution=poisson", 2, 1 / 1.4142135623730951, false, 0},
        {"distribution=gaussian;sparse=true", 0, 1 / 1.4142135623730951, true, 15},
        {"distribution=gaussian;weights_column=w", 2.5, NAN, true, 17.5},
        {"distribution=gaussian;weights_column=w;offset_column=o", 2.5, NAN, true, 17.5},
        {"distribution=gaussian;weights_column=w;h2o_compat=true", 2.5, NAN, true, 17.5},
        /* With an offset H2O's weights do not count here. */
        {"distribution=gaussian;weights_column=w;offset_column=o;h2o_compat=true", 2,
         1 / 1.4142135623730951, true, 15},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO(hw_params) *params = hw_new_params(cases[i].settings);
        hw_error err = {0};
        hw_assert_ok(hw_params_set(params, "response_column", "y", &err), err);
        HW_AUTO(hwi_encoder) *encoder = hw_new_encoder(params, frame);
        assert_string_equal(encoder->columns[0].name, "n");
        assert_true(encoder->norm_sub[0] == cases[i].sub);
        if (!isnan(cases[i].mul))
            hw_assert_near(encoder->norm_mul[0], cases[i].mul, 1e-15);
        /* H2O fills missing values with the unweighted mean. */
        bool is_weighted_mean = strstr(cases[i].settings, "weights_column") && !params->h2o_compat;
        assert_true(encoder->means[0] == (is_weighted_mean ? 2.5 : 2));
        assert_int_equal(encoder->has_resp_norm, cases[i].has_response);
        if (cases[i].has_response)
            hw_assert_near(encoder->resp_sub, cases[i].resp_sub, 1e-15);
    }
}

/* Kept constant columns are centred and not divided by their deviation of 0. */
static void test_build_constant_column_that_is_kept(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = hw_text_frame("k,n,y\n5,1,1\n5,2,2\n", NULL);
    for (int is_autoencoder = 0; is_autoencoder < 2; is_autoencoder++) {
        HW_AUTO(hw_params) *params = hw_new_params(
            is_autoencoder ? "autoencoder=true;ignore_const_cols=false"
                           : "response_column=y;ignore_const_cols=false;distribution=gaussian");
        HW_AUTO(hwi_encoder) *encoder = hw_new_encoder(params, frame);
        assert_string_equal(encoder->columns[0].name, "k");
        assert_true(encoder->norm_mul[0] == 1);
        assert_true(encoder->norm_sub[0] == 5);
    }
}

static void test_build_bad_columns_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *field, *word;
    } cases[] = {
        {"response_column=none", "response_column", "'none'"},
        {"response_column=y;weights_column=ww", "weights_column", "'ww'"},
        {"response_column=y;offset_column=oo", "offset_column", "'oo'"},
        {"response_column=y;ignored_columns=a,zz", "ignored_columns", "'zz'"},
        {"response_column=y;ignore_const_cols=false", "ignore_const_cols", "'t'"},
        {"response_column=y;ignored_columns=a,w,n,b,c,d,o,f,m", "training_frame", "no usable"},
    };
    HW_AUTO(hw_frame) *frame = hw_text_frame(table, types);
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO(hw_params) *params = hw_new_params(cases[i].settings);
        hwi_encoder *encoder = NULL;
        hw_frame *recoded = NULL;
        HW_AUTO_BUFFER(dropped);
        hw_error err = {0};
        assert_int_equal(
            hwi_encoder_choose_columns(params, frame, &encoder, &recoded, &dropped, &err),
            HW_EINVAL);
        assert_string_equal(err.field, cases[i].field);
        assert_non_null(strstr(err.message, cases[i].word));
        assert_null(encoder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_build_orders_columns),
        cmocka_unit_test(test_build_units_and_their_names),
        cmocka_unit_test(test_build_transforms),
        cmocka_unit_test(test_build_constant_column_that_is_kept),
        cmocka_unit_test(test_build_bad_columns_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
