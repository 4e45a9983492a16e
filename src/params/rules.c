/* SPDX-License-Identifier: Apache-2.0
 *
 * H2O's checks of the parameters against each other and against the data. A rule is one call of
 * rule(), in the order of H2O's list of messages. Texts that H2O is known to send are H2O's, to the
 * letter; clients look for them. */
#include "params/rules.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "params/value.h"

enum { MAX_RESPONSE_LEVELS = 1 << 20, MAX_TEXT_BYTES = 400 };
static const double max_network_weights = 1e8;

#define LEVEL(parameter, value) hwi_param_level_name(HWI_PARAM_##parameter, (int32_t)(value))

typedef struct checker {
    const hw_params *params;
    const hwi_facts *facts;
    hwi_messages *out;
    int32_t first_error; /* index in out, or -1 */
    hw_status status;    /* of the list */
    hw_error *err;
    bool is_classifier, is_regression;
} checker;

/* When condition holds, the message is added. */
static void rule(checker *c, bool condition, hw_message_type type, const char *field,
                 const char *format, ...) HW_PRINTF(5, 6);

static void rule(checker *c, bool condition, hw_message_type type, const char *field,
                 const char *format, ...)
{
    if (!condition || c->status != HW_OK)
        return;
    char text[MAX_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    c->status = hwi_messages_add(c->out, type, field, text, c->err);
    if (c->status == HW_OK && type == HW_MESSAGE_ERRR && c->first_error < 0)
        c->first_error = c->out->n - 1;
}

static const hw_message_type TRACE = HW_MESSAGE_TRACE, WARN = HW_MESSAGE_WARN,
                             ERRR = HW_MESSAGE_ERRR;

static bool is_same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static bool is_outside(double value, double min, double max)
{
    return !(value >= min && value <= max);
}

static void check_cross_validation(checker *c)
{
    static const char *const fields[] = {
        "keep_cross_validation_models", "keep_cross_validation_predictions",
        "keep_cross_validation_fold_assignment", "fold_assignment"};
    const hw_params *p = c->params;
    bool has_column = p->fold_column, has_count = !has_column && p->nfolds > 1;
    bool is_chosen = p->fold_assignment > HW_FOLD_ASSIGNMENT_AUTO;
    rule(c, has_column && p->nfolds > 1, ERRR, "nfolds",
         "nfolds cannot be given together with a fold column.");
    rule(c, has_column, TRACE, "fold_assignment",
         "Fold assignment is ignored when a fold column is specified.");
    rule(c, has_column, TRACE, "nfolds", "nfolds is ignored when a fold column is specified.");
    rule(c, !has_column && (p->nfolds == 1 || p->nfolds < 0), ERRR, "nfolds",
         "nfolds must be either 0 or >1.");
    rule(c, has_count, TRACE, "fold_column", "Fold column is ignored when nfolds > 1.");
    rule(c, has_count && c->facts->n_rows > 0 && p->nfolds > c->facts->n_rows, ERRR, "nfolds",
         "nfolds must not be larger than the number of rows (%lld).", (long long)c->facts->n_rows);
    for (int i = 0; i < 4; i++)
        rule(c, !has_column && p->nfolds == 0, TRACE, fields[i], "Only for cross-validation.");
    rule(c, is_chosen && !has_count, ERRR, "fold_assignment", "%s",
         has_column ? "fold_assignment cannot be chosen together with a fold column."
                    : "fold_assignment needs cross-validation.");
}

/* Not through rule(): the text may be longer than its buffer. */
static void warn_of_dropped_columns(checker *c)
{
    if (!c->facts->dropped_columns || c->status != HW_OK)
        return;
    HW_AUTO_BUFFER(text);
    hwi_buffer_append_text(&text, "Dropping bad and constant columns: ");
    hwi_buffer_append_text(&text, c->facts->dropped_columns);
    c->status = hwi_buffer_check(&text, c->err);
    if (c->status == HW_OK)
        c->status =
            hwi_messages_add(c->out, HW_MESSAGE_WARN, "train", hwi_buffer_text(&text), c->err);
}

static void check_columns(checker *c)
{
    const hw_params *p = c->params;
    const hwi_facts *f = c->facts;
    bool is_supervised = f->is_supervised;
    rule(c, p->h2o_compat && !(p->tweedie_power > 1 && p->tweedie_power < 2), ERRR, "tweedie_power",
         "Tweedie power must be between 1 and 2 (exclusive).");
    rule(c, !p->h2o_compat && p->tweedie_power != 0 && is_outside(p->tweedie_power, 1, 2), ERRR,
         "tweedie_power", "Tweedie power must be 0 or in [1, 2].");
    rule(c, p->distribution != HW_DISTRIBUTION_TWEEDIE, TRACE, "tweedie_power",
         "Only for Tweedie Distribution.");
    rule(c, p->max_runtime_secs < 0, ERRR, "max_runtime_secs",
         "max_runtime_secs must not be negative.");
    rule(c, p->snapshot_secs < 0, ERRR, "snapshot_secs", "snapshot_secs must not be negative.");
    rule(c, p->snapshot_secs > 0 && !p->export_checkpoints_dir, ERRR, "snapshot_secs",
         "snapshot_secs needs export_checkpoints_dir.");
    rule(c, is_supervised && !p->response_column, ERRR, "response_column",
         "A response column must be named.");
    rule(c, is_supervised && is_same(p->response_column, p->weights_column), ERRR,
         "response_column", "The response column cannot be the weights column, too.");
    rule(c, is_supervised && is_same(p->response_column, p->offset_column), ERRR, "response_column",
         "The response column cannot be the offset column, too.");
    rule(c, is_supervised && is_same(p->response_column, p->fold_column), ERRR, "response_column",
         "The response column cannot be the fold column, too.");
    rule(c, is_same(p->offset_column, p->weights_column), ERRR, "offset_column",
         "The offset column cannot be the weights column, too.");
    rule(c, is_same(p->fold_column, p->weights_column), ERRR, "fold_column",
         "The fold column cannot be the weights column, too.");
    rule(c, is_same(p->fold_column, p->offset_column), ERRR, "fold_column",
         "The fold column cannot be the offset column, too.");
    warn_of_dropped_columns(c);
    rule(c, f->has_no_predictors, ERRR, "train", "There are no usable columns to learn from.");
}

static void check_response(checker *c)
{
    const hw_params *p = c->params;
    const hwi_facts *f = c->facts;
    bool is_negative = !f->is_cheap && f->response_has_negative;
    hw_distribution d = hwi_distribution_meant(p);
    bool is_supervised = f->is_supervised;
    rule(c, is_supervised && p->distribution != HW_DISTRIBUTION_TWEEDIE, TRACE, "tweedie_power",
         "Tweedie power is only used for Tweedie distribution.");
    rule(c, is_supervised && p->distribution != HW_DISTRIBUTION_QUANTILE, TRACE, "quantile_alpha",
         "Quantile (alpha) is only used for Quantile regression.");
    rule(c, is_supervised && (f->response_is_constant || f->response_is_all_missing), ERRR,
         "response", "Response cannot be constant.");
    rule(c, f->n_classes > MAX_RESPONSE_LEVELS, ERRR, "response",
         "The response has %d levels; the limit is %d.", f->n_classes, MAX_RESPONSE_LEVELS);
    rule(c, c->is_regression && (f->response_is_zero_one || f->response_is_minus_one_one), WARN,
         "response",
         "We have detected that your response column has only 2 unique values (%s). If you wish to "
         "train a binary model instead of a regression model, convert your target column to "
         "categorical before training.",
         f->response_is_zero_one ? "0/1" : "-1/1");
    rule(c, is_negative && d == HW_DISTRIBUTION_POISSON, ERRR, "response",
         "Response must be non-negative for Poisson distribution.");
    rule(c, is_negative && d == HW_DISTRIBUTION_GAMMA, ERRR, "response",
         "Response must be non-negative for Gamma distribution.");
    rule(c, is_negative && d == HW_DISTRIBUTION_TWEEDIE, ERRR, "response",
         "Response must be non-negative for Tweedie distribution.");
}

static void check_balancing(checker *c)
{
    static const struct {
        const char *field, *words;
    } fields[] = {{"balance_classes", "Balance classes"},
                  {"class_sampling_factors", "Class sampling factors"},
                  {"max_after_balance_size", "Max after balance size"},
                  {"max_confusion_matrix_size", "Max confusion matrix size"}};
    const hw_params *p = c->params;
    const hwi_facts *f = c->facts;
    bool is_supervised = f->is_supervised, is_plain = is_supervised && !p->balance_classes;
    const hwi_double_list *factors = &p->class_sampling_factors;
    rule(c, is_plain, TRACE, "max_after_balance_size",
         "Balance classes is false, hide max_after_balance_size");
    rule(c, p->balance_classes && f->has_weights && !f->has_binary_weights, ERRR, "balance_classes",
         "Balance classes needs weights of 0 and 1 only.");
    rule(c, !(p->max_after_balance_size > 0), ERRR, "max_after_balance_size",
         "max_after_balance_size must be > 0.");
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        rule(c, c->is_regression, TRACE, fields[i].field,
             "%s is only applicable to classification problems.", fields[i].words);
    rule(c, is_supervised && f->n_classes <= 2, TRACE, "max_confusion_matrix_size",
         "Only for multi-class classification problems.");
    rule(c, is_plain, TRACE, "max_after_balance_size", "Only used with balanced classes");
    rule(c, is_plain, TRACE, "class_sampling_factors",
         "Class sampling factors is only applicable if balancing classes.");
    if (f->is_cheap)
        return;
    rule(c, p->balance_classes && !c->is_classifier, ERRR, "balance_classes",
         "Balance classes is only applicable to classification problems.");
    rule(c, !factors->is_null && !p->balance_classes, ERRR, "class_sampling_factors",
         "Class sampling factors need balance_classes.");
    rule(c, !factors->is_null && c->is_classifier && factors->n != f->n_classes, ERRR,
         "class_sampling_factors", "There must be one factor for each of the %d classes.",
         f->n_classes);
}

static void check_unsupervised(checker *c)
{
    static const char *const fields[] = {"response_column", "balance_classes",
                                         "class_sampling_factors", "max_after_balance_size",
                                         "max_confusion_matrix_size"};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        rule(c, !c->facts->is_supervised, TRACE, fields[i], "Ignored for unsupervised methods.");
}

static bool is_metric_of_classes(hw_stopping_metric metric)
{
    switch (metric) {
    case HW_STOPPING_METRIC_LOGLOSS:
    case HW_STOPPING_METRIC_AUC:
    case HW_STOPPING_METRIC_AUCPR:
    case HW_STOPPING_METRIC_LIFT_TOP_GROUP:
    case HW_STOPPING_METRIC_MISCLASSIFICATION:
    case HW_STOPPING_METRIC_MEAN_PER_CLASS_ERROR:
        return true;
    default:
        return false;
    }
}

/* Metrics that H2O accepts and does not compute: nothing then stops training early, and no best
 * model is kept. */
static bool is_never_computed(const checker *c)
{
    const hw_params *p = c->params;
    bool is_multinomial = c->is_classifier && c->facts->n_classes > 2;
    switch (p->stopping_metric) {
    case HW_STOPPING_METRIC_MAE:
    case HW_STOPPING_METRIC_RMSLE:
        return c->is_classifier;
    case HW_STOPPING_METRIC_AUC:
    case HW_STOPPING_METRIC_AUCPR:
        return is_multinomial &&
               (p->auc_type == HW_AUC_TYPE_AUTO || p->auc_type == HW_AUC_TYPE_NONE);
    case HW_STOPPING_METRIC_LIFT_TOP_GROUP:
        return is_multinomial || (c->is_classifier && p->gainslift_bins == 0);
    default:
        return false;
    }
}

static void warn_of_metric_never_computed(checker *c, const char *name)
{
    hw_stopping_metric metric = c->params->stopping_metric;
    const char *without = "";
    if (metric == HW_STOPPING_METRIC_AUC || metric == HW_STOPPING_METRIC_AUCPR)
        without = " without auc_type";
    else if (metric == HW_STOPPING_METRIC_LIFT_TOP_GROUP && c->facts->n_classes == 2)
        without = " without gainslift_bins";
    rule(c, c->params->stopping_rounds > 0 && is_never_computed(c) && !c->params->h2o_compat, WARN,
         "stopping_metric",
         "stopping_metric %s is not computed for %s%s: nothing stops training early, and the last "
         "state is kept, not the best.",
         name, c->facts->n_classes > 2 ? "several classes" : "two classes", without);
}

static void check_stopping(checker *c)
{
    const hw_params *p = c->params;
    hw_stopping_metric metric = p->stopping_metric;
    const char *name = LEVEL(STOPPING_METRIC, metric);
    bool is_active = p->stopping_rounds > 0;
    bool is_of_classes = is_metric_of_classes(metric);
    bool is_custom =
        metric == HW_STOPPING_METRIC_CUSTOM || metric == HW_STOPPING_METRIC_CUSTOM_INCREASING;
    bool is_r2 = metric == HW_STOPPING_METRIC_R2;
    bool is_foreign = metric >= HW_STOPPING_METRIC_ANOMALY_SCORE && !is_custom && !is_r2;
    bool is_chosen = metric > HW_STOPPING_METRIC_AUTO;
    rule(c, !(p->stopping_tolerance >= 0 && p->stopping_tolerance < 1), ERRR, "stopping_tolerance",
         "stopping_tolerance must be in [0, 1).");
    rule(c, p->stopping_rounds < 0, ERRR, "stopping_rounds",
         "stopping_rounds must not be negative.");
    rule(c, p->stopping_rounds == 0 && is_chosen, WARN, "stopping_metric",
         "Stopping metric is ignored for _stopping_rounds=0.");
    rule(c, p->stopping_rounds == 0 && p->stopping_tolerance != 0, WARN, "stopping_tolerance",
         "Stopping tolerance is ignored for _stopping_rounds=0.");
    rule(c, is_active && c->is_classifier && metric == HW_STOPPING_METRIC_DEVIANCE, ERRR,
         "stopping_metric", "Stopping metric cannot be deviance for classification.");
    rule(c, is_active && c->is_regression && is_of_classes, ERRR, "stopping_metric",
         "Stopping metric cannot be %s for regression.", name);
    warn_of_metric_never_computed(c, name);
    rule(c, is_custom && !p->custom_metric_func, ERRR, "custom_metric_func",
         "Custom metric function needs to be defined in order to use it for early stopping.");
    rule(c, is_r2 && p->h2o_compat, ERRR, "stopping_metric",
         "stopping_metric r2 is not one of H2O 3.46.");
    rule(c, is_active && is_foreign, ERRR, "stopping_metric",
         "stopping_metric %s is not computed by Deep Learning.", name);
    rule(c, !c->facts->is_supervised && is_chosen && metric != HW_STOPPING_METRIC_MSE, ERRR,
         "stopping_metric", "Stopping metric must either be AUTO or MSE for autoencoder.");
}

static void check_loss(checker *c)
{
    const hw_params *p = c->params;
    bool is_cross_entropy = p->loss == HW_LOSS_CROSS_ENTROPY;
    bool fits_classes = p->loss == HW_LOSS_AUTOMATIC || p->loss == HW_LOSS_QUADRATIC ||
                        p->loss == HW_LOSS_CROSS_ENTROPY || p->loss == HW_LOSS_MODIFIED_HUBER;
    bool is_of_guide = p->loss == HW_LOSS_ABSOLUTE || p->loss == HW_LOSS_HUBER;
    fits_classes = fits_classes || (is_of_guide && !p->h2o_compat);
    rule(c, p->loss == HW_LOSS_NULL, ERRR, "loss", "A loss must be named.");
    rule(c, p->loss == HW_LOSS_MODIFIED_HUBER, ERRR, "loss",
         "ModifiedHuber loss function is not supported yet.");
    rule(c, is_cross_entropy && !c->facts->is_supervised, ERRR, "loss",
         "Cannot use CrossEntropy loss for an autoencoder.");
    for (int i = 0; i < 2; i++) /* H2O says it twice */
        rule(c, is_cross_entropy && c->is_regression, ERRR, "loss",
             "CrossEntropy loss needs a categorical response.");
    rule(c, c->is_classifier && p->loss != HW_LOSS_NULL && !fits_classes, ERRR, "loss",
         "%s loss is not allowed for classification; use Automatic, CrossEntropy%s.",
         LEVEL(LOSS, p->loss), p->h2o_compat ? " or Quadratic" : ", Quadratic, Absolute or Huber");
}

static void check_sampling(checker *c)
{
    const hw_params *p = c->params;
    bool is_supervised = c->facts->is_supervised, has_validation = c->facts->has_validation;
    rule(c, p->score_training_samples < 0, ERRR, "score_training_samples",
         "score_training_samples must be >= 0.");
    rule(c, p->score_validation_samples < 0, ERRR, "score_validation_samples",
         "score_validation_samples must be >= 0.");
    rule(c, is_outside(p->score_duty_cycle, 0, 1), ERRR, "score_duty_cycle",
         "score_duty_cycle must be in [0, 1].");
    rule(c, p->gainslift_bins < -1, ERRR, "gainslift_bins", "gainslift_bins must be >= -1.");
    rule(c, is_supervised && !has_validation, TRACE, "score_validation_samples",
         "score_validation_samples requires a validation frame.");
    rule(c, c->is_classifier, TRACE, "regression_stop",
         "regression_stop is used only with regression.");
    rule(c, c->is_regression, TRACE, "classification_stop",
         "classification_stop is used only with classification.");
    rule(c, is_supervised && !(c->is_classifier && has_validation), TRACE,
         "score_validation_sampling",
         "score_validation_sampling requires classification and a validation frame.");
}

static bool has_ratio_outside(const hwi_double_list *ratios)
{
    for (int32_t i = 0; i < ratios->n; i++)
        if (!(ratios->v[i] >= 0 && ratios->v[i] < 1))
            return true;
    return false;
}

static void check_network(checker *c)
{
    const hw_params *p = c->params;
    const hwi_double_list *ratios = &p->hidden_dropout_ratios;
    bool has_dropout = hwi_activation_has_dropout(p->activation);
    bool has_bad_size = false;
    for (int32_t i = 0; i < p->hidden.n; i++)
        has_bad_size = has_bad_size || p->hidden.v[i] <= 0;
    rule(c, p->activation == HW_ACTIVATION_NULL, ERRR, "activation",
         "An activation must be named.");
    rule(c, has_bad_size, ERRR, "hidden", "Hidden layer size must be positive.");
    rule(c,
         !c->facts->is_cheap && c->facts->n_network_weights > max_network_weights && !p->checkpoint,
         ERRR, "hidden",
         "The network would have %.0f weights; the limit is %.0f. Use smaller hidden layers, or "
         "leave out categorical columns of many levels.",
         c->facts->n_network_weights, max_network_weights);
    rule(c, !has_dropout, TRACE, "hidden_dropout_ratios",
         "hidden_dropout_ratios requires a dropout activation function.");
    rule(c, !has_dropout && !ratios->is_null, ERRR, "hidden_dropout_ratios",
         "hidden_dropout_ratios needs an activation with dropout, such as %sWithDropout.",
         p->activation == HW_ACTIVATION_NULL ? "Rectifier" : LEVEL(ACTIVATION, p->activation));
    rule(c, has_dropout && !ratios->is_null && ratios->n != p->hidden.n, ERRR,
         "hidden_dropout_ratios", "Must have %d hidden layer dropout ratios.", p->hidden.n);
    rule(c, has_dropout && has_ratio_outside(ratios), ERRR, "hidden_dropout_ratios",
         "Hidden layer dropout ratios must be in [0, 1).");
    rule(c, !(p->input_dropout_ratio >= 0 && p->input_dropout_ratio < 1), ERRR,
         "input_dropout_ratio", "input_dropout_ratio must be in [0, 1).");
    rule(c, !(p->l1 >= 0), ERRR, "l1", "l1 must be >= 0.");
    rule(c, !(p->l2 >= 0), ERRR, "l2", "l2 must be >= 0.");
    rule(c, !(p->max_w2 > 0), ERRR, "max_w2", "max_w2 must be > 0.");
    rule(c, p->mini_batch_size < 1, ERRR, "mini_batch_size", "mini_batch_size must be >= 1.");
    /* H2O says this in its log only. */
    rule(c, p->mini_batch_size > 1 && !p->h2o_compat, WARN, "mini_batch_size",
         "mini_batch_size has no effect: weights are updated after every row, it trains with 1.");
    rule(c, p->max_categorical_features < 1, ERRR, "max_categorical_features",
         "max_categorical_features must be >= 1.");
    rule(c,
         p->categorical_encoding == HW_CATEGORICAL_ENCODING_ENUM ||
             p->categorical_encoding == HW_CATEGORICAL_ENCODING_ONE_HOT_EXPLICIT,
         ERRR, "categorical_encoding",
         "categorical_encoding %s is not allowed for Deep Learning; use AUTO.",
         LEVEL(CATEGORICAL_ENCODING, p->categorical_encoding));
}

static void check_machines(checker *c)
{
    const hw_params *p = c->params;
    rule(c, !p->diagnostics, WARN, "diagnostics",
         "Statistics of the layers are always collected; diagnostics has no effect.");
    rule(c, true, TRACE, "replicate_training_data",
         "replicate_training_data is only valid with cloud size greater than 1.");
    rule(c, p->single_node_mode, TRACE, "single_node_mode",
         "single_node_mode is only used with several machines.");
    rule(c, !c->facts->is_supervised, TRACE, "use_all_factor_levels",
         "use_all_factor_levels is mandatory in combination with autoencoder.");
    rule(c, p->nfolds != 0, TRACE, "overwrite_with_best_model",
         "overwrite_with_best_model is unsupported in combination with n-fold cross-validation.");
    rule(c, !c->facts->is_supervised && (p->nfolds > 1 || p->fold_column), ERRR,
         p->fold_column ? "fold_column" : "nfolds",
         "Cross-validation is not possible for an autoencoder.");
    rule(c, !c->facts->is_supervised && p->custom_metric_func, ERRR, "custom_metric_func",
         "custom_metric_func is not possible for an autoencoder.");
}

static void check_rates(checker *c)
{
    const hw_params *p = c->params;
    const struct {
        const char *field, *warned_field;
        double value, value_by_default;
    } rates[] = {{"rate", "rate", p->rate, 0.005},
                 {"rate_annealing", "rate_annealing", p->rate_annealing, 1e-6},
                 {"rate_decay", "rate_decay", p->rate_decay, 1},
                 {"momentum_start", "momentum_start", p->momentum_start, 0},
                 /* H2O misspells the field of this warning */
                 {"momentum_ramp", "momentum_ramb", p->momentum_ramp, 1e6},
                 {"momentum_stable", "momentum_stable", p->momentum_stable, 0}};
    for (size_t i = 0; p->adaptive_rate && i < sizeof rates / sizeof rates[0]; i++) {
        rule(c, true, TRACE, rates[i].field, "%s is not used with adaptive_rate.", rates[i].field);
        rule(c, rates[i].value != rates[i].value_by_default, WARN, rates[i].warned_field,
             "%s has no effect while adaptive_rate is on.", rates[i].field);
    }
    rule(c, !p->adaptive_rate, TRACE, "rho", "rho is only used with adaptive_rate.");
    rule(c, !p->adaptive_rate, TRACE, "epsilon", "epsilon is only used with adaptive_rate.");
    /* H2O finds these two when the job runs. */
    bool is_adaptive = p->adaptive_rate && !c->facts->is_cheap;
    rule(c, is_adaptive && p->rho == 0, ERRR, "rho", "rho must be > 0 with adaptive_rate.");
    rule(c, is_adaptive && p->epsilon == 0, ERRR, "epsilon",
         "epsilon must be > 0 with adaptive_rate.");
}

static void check_initial_values(checker *c)
{
    const hw_params *p = c->params;
    const struct {
        const char *field;
        const hwi_text_list *list;
    } values[] = {{"initial_weights", &p->initial_weights}, {"initial_biases", &p->initial_biases}};
    rule(c, p->initial_weight_distribution == HW_INITIAL_WEIGHT_DISTRIBUTION_UNIFORM_ADAPTIVE,
         TRACE, "initial_weight_scale",
         "initial_weight_scale is not used if initial_weight_distribution == UniformAdaptive.");
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        bool is_given = !values[i].list->is_null;
        rule(c, is_given && p->checkpoint, ERRR, values[i].field,
             "%s cannot be given together with a checkpoint.", values[i].field);
        rule(c, is_given && values[i].list->n != p->hidden.n + 1, ERRR, values[i].field,
             "%s must have %d entries: one for each hidden layer and one for the output.",
             values[i].field, p->hidden.n + 1);
    }
}

/* The loss that a distribution insists on; AUTO and gaussian take any. */
static bool has_wrong_loss(const hw_params *p, hw_loss *out_loss)
{
    switch (p->distribution) {
    case HW_DISTRIBUTION_LAPLACE:
        *out_loss = HW_LOSS_ABSOLUTE;
        break;
    case HW_DISTRIBUTION_QUANTILE:
        *out_loss = HW_LOSS_QUANTILE;
        break;
    case HW_DISTRIBUTION_HUBER:
        *out_loss = HW_LOSS_HUBER;
        break;
    case HW_DISTRIBUTION_POISSON:
    case HW_DISTRIBUTION_GAMMA:
    case HW_DISTRIBUTION_TWEEDIE:
        *out_loss = HW_LOSS_AUTOMATIC;
        break;
    default:
        return false;
    }
    return p->loss != HW_LOSS_AUTOMATIC && p->loss != *out_loss;
}

static void check_distribution(checker *c)
{
    const hw_params *p = c->params;
    hw_distribution d = p->distribution;
    const char *name = LEVEL(DISTRIBUTION, d);
    bool is_of_classes = d == HW_DISTRIBUTION_BERNOULLI || d == HW_DISTRIBUTION_MULTINOMIAL ||
                         d == HW_DISTRIBUTION_MODIFIED_HUBER;
    bool is_foreign = d == HW_DISTRIBUTION_QUASIBINOMIAL || d == HW_DISTRIBUTION_ORDINAL ||
                      d == HW_DISTRIBUTION_CUSTOM || d == HW_DISTRIBUTION_NULL;
    bool is_of_numbers = d != HW_DISTRIBUTION_AUTO && !is_of_classes && !is_foreign;
    hw_loss loss = HW_LOSS_AUTOMATIC;
    bool is_wrong_loss = has_wrong_loss(p, &loss);
    rule(c, is_foreign, ERRR, "distribution", "%s distribution is not part of Deep Learning.",
         name ? name : "null");
    rule(c, c->is_classifier && is_of_numbers, ERRR, "distribution",
         "%s distribution is not allowed for classification.\nFor more information visit:\n"
         "  https://github.com/h2oai/h2o-3/discussions/15513",
         name);
    rule(c, c->is_classifier && d == HW_DISTRIBUTION_MODIFIED_HUBER, ERRR, "distribution",
         "modified_huber distribution is not part of Deep Learning.");
    rule(c, !c->is_classifier && is_of_classes, ERRR, "distribution",
         "%s distribution is not allowed for regression.", name);
    rule(c, !c->is_classifier && is_wrong_loss, ERRR, "distribution",
         "%s distribution needs loss %s%s.", name, "Automatic",
         loss == HW_LOSS_ABSOLUTE   ? " or Absolute"
         : loss == HW_LOSS_QUANTILE ? " or Quantile"
         : loss == HW_LOSS_HUBER    ? " or Huber"
                                    : "");
    rule(c, d == HW_DISTRIBUTION_QUANTILE && is_outside(p->quantile_alpha, 0, 1), ERRR,
         "quantile_alpha", "quantile_alpha must be in [0, 1].");
    rule(c, d == HW_DISTRIBUTION_HUBER && is_outside(p->huber_alpha, 0, 1), ERRR, "huber_alpha",
         "huber_alpha must be in [0, 1].");
}

static void check_autoencoder(checker *c)
{
    const hw_params *p = c->params;
    bool is_autoencoder = !c->facts->is_supervised;
    bool is_sparse = is_autoencoder && p->sparsity_beta > 0;
    hw_activation kind = hwi_activation_kind(p->activation);
    bool is_two_sided = kind == HW_ACTIVATION_TANH || kind == HW_ACTIVATION_EXP_RECTIFIER;
    rule(c, is_autoencoder && p->activation == HW_ACTIVATION_MAXOUT, ERRR, "activation",
         "Maxout activation is not supported for auto-encoder.");
    /* H2O lets this one pass and fails in training. */
    rule(c, is_autoencoder && p->activation == HW_ACTIVATION_MAXOUT_WITH_DROPOUT, ERRR,
         "activation", "MaxoutWithDropout activation is not supported for auto-encoder.");
    rule(c, is_sparse && is_two_sided && !(p->average_activation > -1 && p->average_activation < 1),
         ERRR, "average_activation", "average_activation must be in (-1, 1) for %s.",
         LEVEL(ACTIVATION, p->activation));
    rule(c, is_sparse && kind == HW_ACTIVATION_RECTIFIER && !(p->average_activation > 0), ERRR,
         "average_activation", "average_activation must be > 0 for %s.",
         LEVEL(ACTIVATION, p->activation));
    rule(c, !is_sparse && p->average_activation != 0 && !p->h2o_compat, WARN, "average_activation",
         "average_activation has no effect without autoencoder and sparsity_beta.");
    rule(c, !is_autoencoder && p->sparsity_beta != 0, ERRR, "sparsity_beta",
         "sparsity_beta needs autoencoder.");
}

static void check_rest(checker *c)
{
    const hw_params *p = c->params;
    bool is_elastic = p->elastic_averaging;
    rule(c, p->max_hit_ratio_k < 0, ERRR, "max_hit_ratio_k", "max_hit_ratio_k must be >= 0.");
    rule(c, p->h2o_compat && p->max_hit_ratio_k >= 0 && p->max_hit_ratio_k != 10, ERRR,
         "max_hit_ratio_k",
         "max_hit_ratio_k is not a parameter of H2O 3.46: its table has 10 rows at most.");
    rule(c, p->col_major, ERRR, "col_major", "col_major is deprecated: leave it off.");
    rule(c, is_elastic && p->sparse, ERRR, "elastic_averaging",
         "elastic_averaging cannot be used with sparse.");
    rule(c, is_elastic && is_outside(p->elastic_averaging_moving_rate, 0, 1), ERRR,
         "elastic_averaging_moving_rate", "elastic_averaging_moving_rate must be in [0, 1].");
    rule(c, is_elastic && !(p->elastic_averaging_regularization >= 0), ERRR,
         "elastic_averaging_regularization", "elastic_averaging_regularization must be >= 0.");
    rule(c, !is_elastic, TRACE, "elastic_averaging_moving_rate",
         "Elastic averaging is required for this parameter.");
    rule(c, !is_elastic, TRACE, "elastic_averaging_regularization",
         "Elastic averaging is required for this parameter.");
}

/* What a person reads: one line, about a parameter, without the full stop. */
static hw_status report(const hwi_facts *facts, const hw_params *params, const hwi_message *message,
                        hw_error *err)
{
    const char *field = message->field;
    bool is_response = strcmp(field, "response") == 0;
    size_t n_bytes = strcspn(message->text, "\n");
    if (n_bytes > 0 && message->text[n_bytes - 1] == '.')
        n_bytes--;
    if (is_response && (facts->response_is_all_missing || facts->response_is_constant))
        HW_FAIL(err, HW_EINVAL, "response_column", "response_column: '%s' %s",
                params->response_column ? params->response_column : "",
                facts->response_is_all_missing ? "holds missing values only"
                                               : "is constant: there is nothing to learn");
    if (is_response)
        field = "response_column";
    else if (strcmp(field, "train") == 0)
        field = "training_frame";
    const size_t n_field = strlen(field);
    if (strncmp(message->text, field, n_field) == 0 && message->text[n_field] == ' ')
        HW_FAIL(err, HW_EINVAL, field, "%.*s", (int)n_bytes, message->text);
    HW_FAIL(err, HW_EINVAL, field, "%s: %.*s", field, (int)n_bytes, message->text);
}

hw_status hwi_params_check(const hw_params *params, const hwi_facts *facts, hwi_messages *out,
                           hw_error *err)
{
    checker c = {.params = params, .facts = facts, .out = out, .first_error = -1, .err = err};
    c.is_classifier = facts->is_supervised && facts->n_classes > 0;
    c.is_regression = facts->is_supervised && facts->n_classes == 0;
    check_cross_validation(&c);
    check_columns(&c);
    check_unsupervised(&c);
    check_response(&c);
    check_balancing(&c);
    check_stopping(&c);
    check_loss(&c);
    check_sampling(&c);
    check_network(&c);
    check_machines(&c);
    check_rates(&c);
    check_initial_values(&c);
    rule(&c, c.is_classifier && params->offset_column, HW_MESSAGE_ERRR, "offset_column",
         "Offset is only supported for regression.");
    check_distribution(&c);
    check_autoencoder(&c);
    check_rest(&c);
    if (c.status != HW_OK)
        return c.status;
    if (c.first_error >= 0)
        return report(facts, params, &out->v[c.first_error], err);
    return hwi_params_check_support(params, err);
}
