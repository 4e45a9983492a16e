/* SPDX-License-Identifier: Apache-2.0 */
#include "params/rules.h"

#include "support/hw_test.h"

#include <string.h>

#include "base/alloc.h"

static const hwi_facts regression = {.is_supervised = true};
static const hwi_facts two_classes = {.is_supervised = true, .n_classes = 2};
static const hwi_facts three_classes = {.is_supervised = true, .n_classes = 3};
static const hwi_facts autoencoder = {.is_supervised = false};

/* Settings as "name=value;name=value", of values that hw_params_set might refuse. */
static hw_params *params_of(const char *settings)
{
    char text[512], *rest = NULL;
    hw_error err = {0};
    hw_params *params = hw_params_new();
    hw_assert_ok(hwi_params_read_text(params, "response_column", "y", &err), err);
    snprintf(text, sizeof text, "%s", settings);
    for (char *name = strtok_r(text, ";", &rest); name; name = strtok_r(NULL, ";", &rest)) {
        char *equal = strchr(name, '=');
        *equal = '\0';
        hw_assert_ok(hwi_params_read_text(params, name, equal + 1, &err), err);
    }
    return params;
}

static int count(const hwi_messages *messages, hw_message_type type, const char *field)
{
    int n = 0;
    for (int32_t i = 0; i < messages->n; i++)
        n += messages->v[i].type == type && (!field || strcmp(messages->v[i].field, field) == 0);
    return n;
}

static const struct {
    const hwi_facts *facts;
    const char *settings, *field, *message; /* message: its end */
    int n_errors;
} refusals[] = {
    {&regression, "loss=ModifiedHuber", "loss", "not supported yet", 1},
    {&regression, "loss=CrossEntropy", "loss", "needs a categorical response", 2},
    {&regression, "loss=", "loss", "must be named", 1},
    {&autoencoder, "autoencoder=1;loss=CrossEntropy", "loss", "for an autoencoder", 1},
    {&three_classes, "loss=Huber;h2o_compat=1", "loss", "use Automatic, CrossEntropy or Quadratic",
     1},
    {&two_classes, "loss=Absolute;h2o_compat=1", "loss", "use Automatic, CrossEntropy or Quadratic",
     1},
    {&two_classes, "loss=Quantile", "loss", "CrossEntropy, Quadratic, Absolute or Huber", 1},
    {&regression, "activation=", "activation", "must be named", 1},
    {&regression, "hidden=10,0", "hidden", "Hidden layer size must be positive", 1},
    {&regression, "mini_batch_size=0", "mini_batch_size", ">= 1", 1},
    {&autoencoder, "nfolds=3", "nfolds", "for an autoencoder", 1},
    {&autoencoder, "custom_metric_func=f", "custom_metric_func", "for an autoencoder", 1},
    {&regression, "categorical_encoding=Enum", "categorical_encoding", "use AUTO", 1},
    {&regression, "categorical_encoding=OneHotExplicit", "categorical_encoding", "use AUTO", 1},
    {&regression, "activation=TanhWithDropout;hidden_dropout_ratios=0.5", "hidden_dropout_ratios",
     "Must have 2 hidden layer dropout ratios", 1},
    {&regression, "hidden_dropout_ratios=0.5,0.5", "hidden_dropout_ratios",
     "such as RectifierWithDropout", 1},
    {&regression, "activation=TanhWithDropout;hidden_dropout_ratios=0.5,1", "hidden_dropout_ratios",
     "[0, 1)", 1},
    {&regression, "input_dropout_ratio=1", "input_dropout_ratio", "[0, 1)", 1},
    {&regression, "input_dropout_ratio=NaN", "input_dropout_ratio", "[0, 1)", 1},
    {&regression, "score_duty_cycle=1.5", "score_duty_cycle", "[0, 1]", 1},
    {&regression, "l1=-1", "l1", ">= 0", 1},
    {&regression, "l2=-1", "l2", ">= 0", 1},
    {&regression, "checkpoint=m;initial_weights=a,b,c", "initial_weights", "a checkpoint", 1},
    {&regression, "checkpoint=m;initial_biases=a,b,c", "initial_biases", "a checkpoint", 1},
    {&regression, "initial_weights=a", "initial_weights", "one for the output", 1},
    {&regression, "initial_biases=a,null", "initial_biases", "one for the output", 1},
    {&two_classes, "distribution=gaussian", "distribution", "not allowed for classification", 1},
    {&two_classes, "distribution=tweedie", "distribution", "not allowed for classification", 1},
    {&two_classes, "distribution=huber", "distribution", "not allowed for classification", 1},
    {&regression, "distribution=bernoulli", "distribution", "not allowed for regression", 1},
    {&regression, "distribution=multinomial", "distribution", "not allowed for regression", 1},
    {&regression, "distribution=modified_huber", "distribution", "not allowed for regression", 1},
    {&regression, "distribution=quasibinomial", "distribution", "not part of Deep Learning", 1},
    {&two_classes, "distribution=ordinal", "distribution", "not part of Deep Learning", 1},
    {&regression, "distribution=custom", "distribution", "not part of Deep Learning", 1},
    {&two_classes, "distribution=modified_huber", "distribution", "not part of Deep Learning", 1},
    {&regression, "distribution=poisson;loss=Quadratic", "distribution", "loss Automatic", 1},
    {&regression, "distribution=gamma;loss=Absolute", "distribution", "loss Automatic", 1},
    {&regression, "distribution=tweedie;loss=Huber", "distribution", "loss Automatic", 1},
    {&regression, "distribution=laplace;loss=Huber", "distribution", "or Absolute", 1},
    {&regression, "distribution=quantile;loss=Huber", "distribution", "or Quantile", 1},
    {&regression, "distribution=huber;loss=Absolute", "distribution", "or Huber", 1},
    {&regression, "distribution=quantile;quantile_alpha=1.1", "quantile_alpha", "[0, 1]", 1},
    {&regression, "distribution=huber;huber_alpha=-1", "huber_alpha", "[0, 1]", 1},
    {&regression, "tweedie_power=2;h2o_compat=1", "tweedie_power", "(exclusive)", 1},
    {&regression, "tweedie_power=1;h2o_compat=1", "tweedie_power", "(exclusive)", 1},
    {&regression, "tweedie_power=0;h2o_compat=1", "tweedie_power", "(exclusive)", 1},
    {&regression, "tweedie_power=NaN;h2o_compat=1", "tweedie_power", "(exclusive)", 1},
    {&regression, "tweedie_power=0.5", "tweedie_power", "0 or in [1, 2]", 1},
    {&regression, "tweedie_power=2.1", "tweedie_power", "0 or in [1, 2]", 1},
    {&regression, "tweedie_power=NaN", "tweedie_power", "0 or in [1, 2]", 1},
    {&regression, "stopping_metric=r2;h2o_compat=1", "stopping_metric", "not one of H2O 3.46", 1},
    {&autoencoder, "stopping_metric=r2", "stopping_metric", "AUTO or MSE for autoencoder", 1},
    {&three_classes, "max_hit_ratio_k=3;h2o_compat=1", "max_hit_ratio_k", "10 rows at most", 1},
    {&three_classes, "max_hit_ratio_k=0;h2o_compat=1", "max_hit_ratio_k", "10 rows at most", 1},
    {&three_classes, "max_hit_ratio_k=-1", "max_hit_ratio_k", ">= 0", 1},
    {&regression, "score_training_samples=-1", "score_training_samples", ">= 0", 1},
    {&regression, "score_validation_samples=-1", "score_validation_samples", ">= 0", 1},
    {&autoencoder, "activation=Tanh;sparsity_beta=1;average_activation=-1", "average_activation",
     "(-1, 1) for Tanh", 1},
    {&autoencoder, "activation=ExpRectifier;sparsity_beta=1;average_activation=1",
     "average_activation", "(-1, 1) for ExpRectifier", 1},
    {&autoencoder, "activation=RectifierWithDropout;sparsity_beta=1", "average_activation",
     "> 0 for RectifierWithDropout", 1},
    {&regression, "sparsity_beta=0.1", "sparsity_beta", "needs autoencoder", 1},
    {&two_classes, "offset_column=o", "offset_column", "only supported for regression", 1},
    {&autoencoder, "activation=Maxout", "activation", "not supported for auto-encoder", 1},
    {&autoencoder, "activation=MaxoutWithDropout", "activation", "not supported for auto-encoder",
     1},
    {&regression, "max_categorical_features=0", "max_categorical_features", ">= 1", 1},
    {&regression, "col_major=1", "col_major", "leave it off", 1},
    {&regression, "elastic_averaging=1;sparse=1", "elastic_averaging", "with sparse", 1},
    {&regression, "elastic_averaging=1;elastic_averaging_moving_rate=2",
     "elastic_averaging_moving_rate", "[0, 1]", 1},
    {&regression, "elastic_averaging=1;elastic_averaging_regularization=-1",
     "elastic_averaging_regularization", ">= 0", 1},
    {&regression, "max_w2=0", "max_w2", "> 0", 1},
    {&regression, "balance_classes=1", "balance_classes", "classification problems", 1},
    {&two_classes, "class_sampling_factors=1,2", "class_sampling_factors", "need balance_classes",
     1},
    {&three_classes, "balance_classes=1;class_sampling_factors=1,2", "class_sampling_factors",
     "each of the 3 classes", 1},
    {&two_classes, "max_after_balance_size=0", "max_after_balance_size", "> 0", 1},
    {&autoencoder, "stopping_metric=RMSE", "stopping_metric", "AUTO or MSE for autoencoder", 1},
    {&two_classes, "stopping_metric=deviance", "stopping_metric",
     "cannot be deviance for classification", 1},
    {&regression, "stopping_metric=AUC", "stopping_metric", "for regression", 1},
    {&regression, "stopping_metric=logloss", "stopping_metric", "for regression", 1},
    {&regression, "stopping_metric=custom", "custom_metric_func",
     "needs to be defined in order to use it for early stopping", 1},
    {&regression, "stopping_metric=qini", "stopping_metric", "not computed by Deep Learning", 1},
    {&regression, "stopping_tolerance=1", "stopping_tolerance", "[0, 1)", 1},
    {&regression, "stopping_rounds=-1", "stopping_rounds", "negative", 1},
    {&regression, "snapshot_secs=-1;export_checkpoints_dir=d", "snapshot_secs", "negative", 1},
    {&regression, "snapshot_secs=1", "snapshot_secs", "needs export_checkpoints_dir", 1},
    {&regression, "max_runtime_secs=-1", "max_runtime_secs", "negative", 1},
    {&regression, "gainslift_bins=-2", "gainslift_bins", ">= -1", 1},
    {&regression, "rho=0", "rho", "with adaptive_rate", 1},
    {&regression, "epsilon=0", "epsilon", "with adaptive_rate", 1},
    {&regression, "nfolds=1", "nfolds", "either 0 or >1", 1},
    {&regression, "nfolds=-3", "nfolds", "either 0 or >1", 1},
    {&regression, "nfolds=3;fold_column=f", "nfolds", "together with a fold column", 1},
    {&regression, "fold_assignment=Modulo", "fold_assignment", "needs cross-validation", 1},
    {&regression, "fold_assignment=Modulo;fold_column=f", "fold_assignment",
     "together with a fold column", 1},
    {&regression, "response_column=", "response_column", "must be named", 1},
    {&regression, "weights_column=y", "response_column", "the weights column, too", 1},
    {&regression, "offset_column=y", "response_column", "the offset column, too", 1},
    {&regression, "fold_column=y", "response_column", "the fold column, too", 1},
    {&regression, "offset_column=a;weights_column=a", "offset_column", "the weights column, too",
     1},
    {&regression, "fold_column=a;weights_column=a", "fold_column", "the weights column, too", 1},
    {&regression, "fold_column=a;offset_column=a", "fold_column", "the offset column, too", 1},
};

static void test_rules_refuse_each_error_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < HW_COUNT(refusals); i++) {
        hw_error err = {0};
        HW_AUTO_MESSAGES(messages);
        hw_params *params = params_of(refusals[i].settings);
        hw_status status = hwi_params_check(params, refusals[i].facts, &messages, &err);
        size_t n = strlen(err.message), n_end = strlen(refusals[i].message);
        if (status != HW_EINVAL || strcmp(err.field, refusals[i].field) != 0 || n < n_end ||
            strcmp(err.message + n - n_end, refusals[i].message) != 0)
            fail_msg("%s: %d [%s] %s", refusals[i].settings, status, err.field, err.message);
        if (count(&messages, HW_MESSAGE_ERRR, NULL) != refusals[i].n_errors)
            fail_msg("%s: %d errors", refusals[i].settings,
                     count(&messages, HW_MESSAGE_ERRR, NULL));
        assert_int_equal(count(&messages, HW_MESSAGE_ERRR, refusals[i].field),
                         refusals[i].n_errors);
        hw_params_free(params);
    }
}

static void test_rules_refuse_what_the_data_forbid(void **state)
{
    (void)state;
    static const struct {
        hwi_facts facts;
        const char *settings, *field, *message;
    } cases[] = {
        {{.is_supervised = true, .response_is_constant = true},
         "",
         "response_column",
         "response_column: 'y' is constant: there is nothing to learn"},
        {{.is_supervised = true, .response_is_all_missing = true},
         "",
         "response_column",
         "response_column: 'y' holds missing values only"},
        {{.is_supervised = true, .response_has_negative = true},
         "distribution=poisson",
         "response_column",
         "response_column: Response must be non-negative for Poisson distribution"},
        {{.is_supervised = true, .response_has_negative = true},
         "distribution=gamma",
         "response_column",
         "response_column: Response must be non-negative for Gamma distribution"},
        {{.is_supervised = true, .response_has_negative = true},
         "distribution=tweedie",
         "response_column",
         "response_column: Response must be non-negative for Tweedie distribution"},
        {{.is_supervised = true, .n_classes = 2000000},
         "",
         "response_column",
         "response_column: The response has 2000000 levels; the limit is 1048576"},
        {{.is_supervised = true, .has_no_predictors = true},
         "",
         "training_frame",
         "training_frame: There are no usable columns to learn from"},
        {{.is_supervised = true, .n_rows = 4},
         "nfolds=5",
         "nfolds",
         "nfolds must not be larger than the number of rows (4)"},
        {{.is_supervised = true, .n_classes = 2, .has_weights = true},
         "balance_classes=1",
         "balance_classes",
         "balance_classes: Balance classes needs weights of 0 and 1 only"},
        {{.is_supervised = true, .n_network_weights = 2e8},
         "",
         "hidden",
         "hidden: The network would have 200000000 weights; the limit is 100000000. Use smaller "
         "hidden layers, or leave out categorical columns of many levels"},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hw_error err = {0};
        HW_AUTO_MESSAGES(messages);
        hw_params *params = params_of(cases[i].settings);
        assert_int_equal(hwi_params_check(params, &cases[i].facts, &messages, &err), HW_EINVAL);
        assert_string_equal(err.field, cases[i].field);
        assert_string_equal(err.message, cases[i].message);
        hw_params_free(params);
    }
}

/* Things near to an error that H2O takes. */
static void test_rules_accept_what_is_allowed(void **state)
{
    (void)state;
    static const struct {
        const hwi_facts *facts;
        const char *settings;
    } cases[] = {
        {&regression, ""},
        {&two_classes, ""},
        {&autoencoder, "autoencoder=1;response_column="},
        {&regression, "hidden=[]"},
        {&two_classes, "loss=Quadratic"},
        {&two_classes, "loss=CrossEntropy"},
        {&regression, "distribution=laplace;loss=Absolute"},
        {&regression, "distribution=gaussian;loss=Absolute"},
        {&regression, "stopping_rounds=0;stopping_metric=AUC"},
        {&autoencoder, "stopping_metric=MSE"},
        {&autoencoder, "activation=Tanh;sparsity_beta=0.1;average_activation=-0.5"},
        {&regression, "adaptive_rate=0;rho=0;epsilon=0"},
        {&regression, "max_w2=Infinity"},
        {&regression, "mini_batch_size=32"},
        {&three_classes, "loss=Absolute"},
        {&two_classes, "loss=Huber"},
        {&regression, "distribution=tweedie;tweedie_power=0"},
        {&regression, "distribution=tweedie;tweedie_power=1"},
        {&regression, "distribution=tweedie;tweedie_power=2"},
        {&regression, "distribution=tweedie;tweedie_power=1.9;h2o_compat=1"},
        {&regression, "stopping_metric=r2"},
        {&three_classes, "stopping_metric=r2"},
        {&three_classes, "max_hit_ratio_k=0"},
        {&three_classes, "max_hit_ratio_k=25"},
        {&three_classes, "max_hit_ratio_k=10;h2o_compat=1"},
        {&regression, "sparse=1"},
        {&regression, "initial_weights=a,null,b;initial_biases=null,null,c"},
        {&regression, "activation=TanhWithDropout;hidden_dropout_ratios=0,0.9"},
        {&three_classes, "balance_classes=1;class_sampling_factors=1,2,3"},
        {&three_classes, "distribution=multinomial"},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hw_error err = {0};
        HW_AUTO_MESSAGES(messages);
        hw_params *params = params_of(cases[i].settings);
        hw_assert_ok(hwi_params_check(params, cases[i].facts, &messages, &err), err);
        assert_int_equal(count(&messages, HW_MESSAGE_ERRR, NULL), 0);
        assert_true(messages.n > 10);
        hw_params_free(params);
    }
}

/* What H2O accepts in silence and never computes. */
static void test_rules_warn_of_metrics_never_computed(void **state)
{
    (void)state;
    static const struct {
        const hwi_facts *facts;
        const char *settings;
        int n_warnings;
    } cases[] = {{&two_classes, "stopping_metric=MAE", 1},
                 {&two_classes, "stopping_metric=RMSLE", 1},
                 {&two_classes, "stopping_metric=RMSLE;h2o_compat=1", 0},
                 {&two_classes, "stopping_metric=AUC", 0},
                 {&two_classes, "stopping_metric=lift_top_group", 0},
                 {&two_classes, "stopping_metric=lift_top_group;gainslift_bins=0", 1},
                 {&three_classes, "stopping_metric=RMSLE", 1},
                 {&three_classes, "stopping_metric=AUC", 1},
                 {&three_classes, "stopping_metric=AUCPR;auc_type=NONE", 1},
                 {&three_classes, "stopping_metric=AUCPR;auc_type=MACRO_OVR", 0},
                 {&three_classes, "stopping_metric=lift_top_group", 1},
                 {&three_classes, "stopping_metric=logloss", 0},
                 {&three_classes, "stopping_metric=RMSE", 0},
                 {&regression, "stopping_metric=MAE", 0},
                 {&regression, "stopping_metric=RMSLE", 0}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hw_error err = {0};
        HW_AUTO_MESSAGES(messages);
        hw_params *params = params_of(cases[i].settings);
        hw_assert_ok(hwi_params_check(params, cases[i].facts, &messages, &err), err);
        assert_int_equal(count(&messages, HW_MESSAGE_WARN, NULL), cases[i].n_warnings);
        assert_int_equal(count(&messages, HW_MESSAGE_WARN, "stopping_metric"), cases[i].n_warnings);
        hw_params_free(params);
    }
}

static void test_rules_warn_of_settings_without_effect(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *field;
    } cases[] = {{"diagnostics=0", "diagnostics"},
                 {"average_activation=0.1", "average_activation"},
                 {"mini_batch_size=32", "mini_batch_size"},
                 {"rate=0.01", "rate"},
                 {"rate_annealing=0", "rate_annealing"},
                 {"rate_decay=0.9", "rate_decay"},
                 {"momentum_start=0.5", "momentum_start"},
                 {"momentum_ramp=1", "momentum_ramb"},
                 {"momentum_stable=0.9", "momentum_stable"},
                 {"stopping_rounds=0;stopping_metric=RMSE", "stopping_metric"},
                 {"stopping_rounds=0;stopping_tolerance=0.1", "stopping_tolerance"}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hw_error err = {0};
        HW_AUTO_MESSAGES(messages);
        hw_params *params = params_of(cases[i].settings);
        hw_assert_ok(hwi_params_check(params, &regression, &messages, &err), err);
        assert_int_equal(count(&messages, HW_MESSAGE_WARN, NULL), 1);
        assert_int_equal(count(&messages, HW_MESSAGE_WARN, cases[i].field), 1);
        hw_params_free(params);
    }
    /* H2O is silent about these two. */
    hw_error quiet_err = {0};
    HW_AUTO_MESSAGES(quiet);
    hw_params *compat = params_of("mini_batch_size=32;average_activation=0.1;h2o_compat=1");
    hw_assert_ok(hwi_params_check(compat, &regression, &quiet, &quiet_err), quiet_err);
    assert_int_equal(count(&quiet, HW_MESSAGE_WARN, NULL), 0);
    hw_params_free(compat);
    hwi_facts facts = {
        .is_supervised = true, .response_is_minus_one_one = true, .dropped_columns = "[a, b]"};
    hw_error err = {0};
    HW_AUTO_MESSAGES(messages);
    hw_params *params = params_of("");
    hw_assert_ok(hwi_params_check(params, &facts, &messages, &err), err);
    assert_int_equal(count(&messages, HW_MESSAGE_WARN, "train"), 1);
    assert_int_equal(count(&messages, HW_MESSAGE_WARN, "response"), 1);
    hw_params_free(params);
}

static void test_rules_leave_late_errors_to_the_start_of_training(void **state)
{
    (void)state;
    hwi_facts facts = {.is_supervised = true,
                       .is_cheap = true,
                       .response_has_negative = true,
                       .n_network_weights = 1e9};
    hw_error err = {0};
    HW_AUTO_MESSAGES(messages);
    hw_params *params = params_of("distribution=poisson;rho=0;balance_classes=1");
    hw_assert_ok(hwi_params_check(params, &facts, &messages, &err), err);
    facts.is_cheap = false;
    assert_int_equal(hwi_params_check(params, &facts, &messages, &err), HW_EINVAL);
    assert_int_equal(count(&messages, HW_MESSAGE_ERRR, NULL), 4);
    hw_params_free(params);
}

static void test_rules_report_what_is_not_supported_last(void **state)
{
    (void)state;
    hw_error err = {0};
    HW_AUTO_MESSAGES(messages);
    hw_params *params = params_of("custom_metric_func=f");
    assert_int_equal(hwi_params_check(params, &regression, &messages, &err), HW_EUNSUPPORTED);
    assert_string_equal(err.field, "custom_metric_func");
    hw_params_free(params);
    params = params_of("custom_metric_func=f;l1=-1");
    assert_int_equal(hwi_params_check(params, &regression, &messages, &err), HW_EINVAL);
    assert_string_equal(err.field, "l1");
    hw_params_free(params);
}

static void test_rules_survive_lack_of_memory(void **state)
{
    (void)state;
    hwi_facts facts = {.is_supervised = true, .dropped_columns = "[a]"};
    hw_params *params = params_of("");
    for (int64_t i = 0; i < 40; i++) {
        HW_AUTO_MESSAGES(messages);
        hwi_alloc_fail_at(i);
        hw_status status = hwi_params_check(params, &facts, &messages, NULL);
        hwi_alloc_fail_at(-1);
        assert_int_equal(status, HW_ENOMEM);
    }
    hw_error err = {0};
    hw_params *dropout = params_of("activation=TanhWithDropout");
    hwi_alloc_fail_at(0);
    assert_int_equal(hwi_params_resolve(dropout, &facts, &err), HW_ENOMEM);
    hwi_alloc_fail_at(-1);
    hw_params_free(dropout);
    hw_params_free(params);
}

static void test_resolve_gives_what_training_uses(void **state)
{
    (void)state;
    static const struct {
        const hwi_facts *facts;
        const char *settings, *name, *wanted;
    } cases[] = {
        {&regression, "", "rate", "0"},
        {&regression, "", "rate_decay", "0"},
        {&regression, "", "rate_annealing", "0"},
        {&regression, "momentum_start=0.5", "momentum_start", "0"},
        {&regression, "", "momentum_ramp", "0"},
        {&regression, "momentum_stable=0.5", "momentum_stable", "0"},
        {&regression, "", "rho", "0.99"},
        {&regression, "adaptive_rate=0", "rho", "0"},
        {&regression, "adaptive_rate=0", "epsilon", "0"},
        {&regression, "adaptive_rate=0", "rate", "0.005"},
        {&regression, "", "replicate_training_data", "false"},
        {&regression, "single_node_mode=1", "single_node_mode", "false"},
        {&autoencoder, "use_all_factor_levels=0", "use_all_factor_levels", "true"},
        {&regression, "use_all_factor_levels=0", "use_all_factor_levels", "false"},
        {&autoencoder, "", "stopping_metric", "MSE"},
        {&autoencoder, "stopping_rounds=0", "stopping_metric", "MSE"},
        {&autoencoder, "loss=Absolute", "distribution", "laplace"},
        {&regression, "", "stopping_metric", "deviance"},
        {&three_classes, "", "stopping_metric", "logloss"},
        {&three_classes, "stopping_metric=AUC", "stopping_metric", "AUC"},
        {&regression, "stopping_rounds=0", "stopping_metric", ""},
        {&regression, "mini_batch_size=32", "mini_batch_size", "1"},
        {&regression, "max_w2=Infinity", "max_w2", "1000"},
        {&regression, "activation=RectifierWithDropout;max_w2=inf", "max_w2", "1000"},
        {&regression, "activation=Tanh;max_w2=Infinity", "max_w2", "Infinity"},
        {&regression, "", "max_w2", "3.4028235e+38"},
        {&regression, "activation=TanhWithDropout;hidden=3,4,5", "hidden_dropout_ratios",
         "0.5,0.5,0.5"},
        {&regression, "activation=MaxoutWithDropout;hidden_dropout_ratios=0,0.1",
         "hidden_dropout_ratios", "0,0.1"},
        {&regression, "", "hidden_dropout_ratios", ""},
        {&regression, "hidden=null", "hidden", "[]"},
        {&two_classes, "", "distribution", "bernoulli"},
        {&three_classes, "", "distribution", "multinomial"},
        {&regression, "", "distribution", "gaussian"},
        {&regression, "loss=Quantile", "distribution", "quantile"},
        {&regression, "loss=Huber", "distribution", "huber"},
        {&regression, "loss=Absolute;distribution=gaussian", "distribution", "gaussian"},
        {&two_classes, "", "loss", "CrossEntropy"},
        {&three_classes, "loss=Quadratic", "loss", "Quadratic"},
        {&regression, "", "loss", "Quadratic"},
        {&regression, "distribution=laplace", "loss", "Absolute"},
        {&regression, "distribution=quantile", "loss", "Quantile"},
        {&regression, "distribution=huber", "loss", "Huber"},
        {&regression, "distribution=poisson", "loss", "Automatic"},
        {&regression, "distribution=tweedie", "loss", "Automatic"},
        {&regression, "distribution=tweedie", "distribution", "tweedie"},
        {&regression, "distribution=tweedie;tweedie_power=0", "distribution", "gaussian"},
        {&regression, "distribution=tweedie;tweedie_power=0", "loss", "Quadratic"},
        {&regression, "distribution=tweedie;tweedie_power=1", "distribution", "poisson"},
        {&regression, "distribution=tweedie;tweedie_power=2", "distribution", "gamma"},
        {&regression, "distribution=tweedie;tweedie_power=2", "tweedie_power", "2"},
        {&regression, "distribution=poisson;tweedie_power=2", "distribution", "poisson"},
        {&two_classes, "loss=Absolute", "loss", "Absolute"},
        {&two_classes, "loss=Absolute", "distribution", "bernoulli"},
        {&regression, "distribution=gamma", "loss", "Automatic"},
        {&regression, "", "fold_assignment", ""},
        {&regression, "nfolds=3", "fold_assignment", "Random"},
        {&regression, "fold_column=f", "fold_assignment", ""},
        {&regression, "nfolds=3", "overwrite_with_best_model", "false"},
        {&regression, "", "categorical_encoding", "OneHotInternal"},
        {&regression, "", "train_samples_per_iteration", "-2"},
        {&regression, "reproducible=1", "train_samples_per_iteration", "-1"},
        {&regression, "reproducible=1;train_samples_per_iteration=7", "train_samples_per_iteration",
         "7"},
        {&regression, "reproducible=1", "score_each_iteration", "true"},
        {&regression, "reproducible=1;force_load_balance=0", "force_load_balance", "true"},
        {&regression, "force_load_balance=0", "force_load_balance", "false"},
        {&regression, "", "seed", "-1"},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hw_error err = {0};
        hw_params *params = params_of(cases[i].settings);
        hw_assert_ok(hwi_params_resolve(params, cases[i].facts, &err), err);
        char *text = hw_params_get_text(params, cases[i].name);
        if (strcmp(text, cases[i].wanted) != 0)
            fail_msg("'%s': %s is '%s', expected '%s'", cases[i].settings, cases[i].name, text,
                     cases[i].wanted);
        hw_text_free(text);
        hw_params_free(params);
    }
}

static void test_resolve_leaves_fold_models_alone(void **state)
{
    (void)state;
    hwi_facts facts = {.is_supervised = true, .is_fold_model = true, .cv_epochs = 0};
    hw_error err = {0};
    hw_params *params = params_of("nfolds=3;max_runtime_secs=9");
    hw_assert_ok(hwi_params_resolve(params, &facts, &err), err);
    assert_true(params->overwrite_with_best_model);
    assert_int_equal(params->stopping_rounds, 5);
    facts = (hwi_facts){.is_supervised = true, .cv_epochs = 3.25};
    hw_assert_ok(hwi_params_resolve(params, &facts, &err), err);
    assert_int_equal(params->stopping_rounds, 0);
    assert_true(params->epochs == 3.25 && params->max_runtime_secs == 0);
    hw_params_free(params);
}

static void test_message_types_have_names(void **state)
{
    (void)state;
    for (int i = HW_MESSAGE_TRACE; i <= HW_MESSAGE_ERRR; i++) {
        hw_message_type type = HW_MESSAGE_TRACE;
        assert_true(hwi_message_type_from_name(hwi_message_type_name((hw_message_type)i), &type));
        assert_int_equal(type, i);
    }
    hw_message_type type;
    assert_false(hwi_message_type_from_name("INFO", &type));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_refuse_each_error_by_name),
        cmocka_unit_test(test_rules_refuse_what_the_data_forbid),
        cmocka_unit_test(test_rules_accept_what_is_allowed),
        cmocka_unit_test(test_rules_warn_of_metrics_never_computed),
        cmocka_unit_test(test_rules_warn_of_settings_without_effect),
        cmocka_unit_test(test_rules_leave_late_errors_to_the_start_of_training),
        cmocka_unit_test(test_rules_report_what_is_not_supported_last),
        cmocka_unit_test(test_rules_survive_lack_of_memory),
        cmocka_unit_test(test_resolve_gives_what_training_uses),
        cmocka_unit_test(test_resolve_leaves_fold_models_alone),
        cmocka_unit_test(test_message_types_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
