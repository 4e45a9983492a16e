/* SPDX-License-Identifier: Apache-2.0 */
#include "train/cv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/parallel.h"
#include "frame/column.h"
#include "model/predictions.h"
#include "train/cv_progress.h"
#include "train/cv_summary.h"
#include "train/folds.h"
#include "train/snapshot.h"
#include "train/train.h"

/* H2O's name; it shows among the columns of the folds' models. */
static const char WEIGHTS[] = "__internal_cv_weights__";

typedef struct cross_validation {
    /* Borrowed. */
    const hw_params *given;
    const hw_frame *training, *validation; /* validation NULL without */
    const hw_train_options *options;       /* or NULL */
    hwi_rows_pool *pool;                   /* or NULL */
    /* The main model's. */
    hwi_prepared prepared;
    hw_params *params; /* as given, with the seed drawn */
    hwi_adapted *adapted;
    hwi_rows *own_rows;
    const hwi_rows *rows; /* own or the pool's; NULL: each fold makes its own */
    hwi_folds folds;
    double *responses, *weights; /* (rows); weights 1 without a column */
    /* The folds' (n). */
    int n_workers, n_threads_each;
    hw_model **models;
    hwi_metrics_builder **builders;
    hw_metrics **metrics;
    const hw_metrics **shown; /* what is summarised */
    hwi_cv_monitor monitor;
    /* Of the held-out rows; each fold writes its own. */
    int32_t width;
    double *predictions; /* (rows, width) */
    int32_t *labels;     /* (rows) */
} cross_validation;

static void clear(cross_validation *cv)
{
    for (int32_t f = 0; f < cv->folds.n; f++) {
        if (cv->models)
            hw_model_unref(cv->models[f]);
        if (cv->builders)
            hwi_metrics_builder_free(cv->builders[f]);
        if (cv->metrics)
            hw_metrics_free(cv->metrics[f]);
    }
    hwi_free(cv->models);
    hwi_free(cv->builders);
    hwi_free(cv->metrics);
    hwi_free(cv->shown);
    if (cv->monitor.slots)
        hwi_cv_monitor_clear(&cv->monitor);
    hwi_free(cv->predictions);
    hwi_free(cv->labels);
    hwi_free(cv->responses);
    hwi_free(cv->weights);
    hwi_folds_clear(&cv->folds);
    hwi_rows_free(cv->own_rows);
    hwi_adapted_free(cv->adapted);
    hw_params_free(cv->params);
    hwi_prepared_clear(&cv->prepared);
}

/* --- Setting up ------------------------------------------------------------------------------- */

static hw_status allocate(cross_validation *cv, hw_error *err)
{
    size_t n = (size_t)cv->folds.n, n_rows = (size_t)hw_frame_n_rows(cv->training);
    cv->width = cv->prepared.category == HW_CATEGORY_REGRESSION ? 1 : cv->prepared.n_classes;
    cv->models = HWI_NEW_ARRAY(hw_model *, n);
    cv->builders = HWI_NEW_ARRAY(hwi_metrics_builder *, n);
    cv->metrics = HWI_NEW_ARRAY(hw_metrics *, n);
    cv->shown = HWI_NEW_ARRAY(const hw_metrics *, n);
    cv->predictions = hwi_calloc_array(n_rows, (size_t)cv->width * sizeof(double));
    cv->labels = HWI_NEW_ARRAY(int32_t, n_rows);
    cv->responses = HWI_ALLOC_ARRAY(double, n_rows);
    cv->weights = HWI_ALLOC_ARRAY(double, n_rows);
    bool has_all = cv->models && cv->builders && cv->metrics && cv->shown && cv->predictions &&
                   cv->labels && cv->responses && cv->weights;
    if (!has_all)
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    return HW_OK;
}

/* Recoded columns may depend on the weights, and so on the fold. */
static hw_status lay_out_rows(cross_validation *cv, hw_error *err)
{
    hw_categorical_encoding encoding = cv->prepared.effective->categorical_encoding;
    if (encoding != HW_CATEGORICAL_ENCODING_AUTO &&
        encoding != HW_CATEGORICAL_ENCODING_ONE_HOT_INTERNAL)
        return HW_OK;
    if (cv->pool)
        HW_TRY(hwi_rows_pool_get(cv->pool, cv->prepared.encoder, cv->training, &cv->rows, err));
    if (cv->rows)
        return HW_OK;
    HW_TRY(hwi_rows_new(cv->adapted, &cv->own_rows, err));
    cv->rows = cv->own_rows;
    return HW_OK;
}

static hw_status set_up(cross_validation *cv, hw_error *err)
{
    int64_t n_rows = hw_frame_n_rows(cv->training);
    /* It has seen the rows that the folds are to hold out. */
    if (cv->given->checkpoint)
        HW_FAIL(err, HW_EINVAL, cv->given->nfolds > 0 ? "nfolds" : "fold_column",
                "%s: cross-validation cannot be continued from a checkpoint",
                cv->given->nfolds > 0 ? "nfolds" : "fold_column");
    hwi_cv_role role = {.seed = hwi_run_seed(cv->given, cv->options)};
    HW_TRY(hwi_prepare(cv->given, cv->training, cv->validation, &role, &cv->prepared, err));
    if (hw_frame_find_column(cv->training, WEIGHTS) >= 0)
        HW_FAIL(err, HW_EINVAL, "training_frame",
                "training_frame: the column name '%s' is taken by cross-validation", WEIGHTS);
    cv->params = hw_params_copy(cv->given);
    HW_CHECK_ALLOC(err, cv->params);
    cv->params->seed = cv->prepared.effective->seed;
    HW_TRY(hwi_folds_assign(cv->params, cv->training, &cv->folds, err));
    HW_TRY(allocate(cv, err));
    HW_TRY(hwi_adapted_new(cv->prepared.encoder, cv->training, NULL, &cv->adapted, err));
    HW_TRY(lay_out_rows(cv, err));
    hwi_adapted_read_response(cv->adapted, 0, n_rows, cv->responses);
    hwi_adapted_read_weights(cv->adapted, 0, n_rows, cv->weights);
    int n_threads = hwi_parallel_n_threads(cv->options ? cv->options->n_threads : 0);
    cv->n_workers = n_threads < cv->folds.n ? n_threads : cv->folds.n;
    cv->n_threads_each = n_threads / cv->n_workers;
    return hwi_cv_monitor_init(&cv->monitor, cv->options, cv->folds.n, cv->n_workers, err);
}

/* --- One fold --------------------------------------------------------------------------------- */

/* The columns of the frame with the fold's weights in place of the user's. */
static hw_status make_frame(const cross_validation *cv, int32_t fold, bool is_held_out,
                            hw_frame **out, hw_error *err)
{
    const char *own_weights = cv->given->weights_column;
    int64_t n = hw_frame_n_rows(cv->training);
    char name[256];
    snprintf(name, sizeof name, "%.200s_cv_%d_%s", hw_frame_name(cv->training), fold + 1,
             is_held_out ? "valid" : "train");
    HW_AUTO(hw_frame) *frame = hwi_frame_new(name, n);
    HW_AUTO(double) *weights = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, frame);
    HW_CHECK_ALLOC(err, weights);
    for (int32_t c = 0; c < hw_frame_n_columns(cv->training); c++)
        if (!own_weights || strcmp(hw_frame_column_name(cv->training, c), own_weights) != 0)
            HW_TRY(hwi_frame_add_shared_column(frame, cv->training, c, err));
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        weights[i] = (cv->folds.of_row[i] == fold) == is_held_out ? cv->weights[i] : 0;
        sum += weights[i];
    }
    if (sum == 0)
        HW_FAIL(err, HW_EINVAL, "weights_column",
                "weights_column: all rows %s fold %d have weight 0",
                is_held_out ? "of" : "outside of", fold + 1);
    HW_TRY(hwi_frame_add_column(frame, WEIGHTS, HW_TYPE_INT, weights, NULL, 0, err));
    *out = HW_TAKE(frame);
    return HW_OK;
}

/* The user's weights are no column of the fold's frame any more. */
static void forget_column(hwi_text_list *list, const char *name)
{
    int32_t n = 0;
    for (int32_t i = 0; i < list->n; i++) {
        if (name && list->v[i] && strcmp(list->v[i], name) == 0)
            hwi_free(list->v[i]);
        else
            list->v[n++] = list->v[i];
    }
    list->n = n;
}

static hw_status make_params(const cross_validation *cv, hw_params **out, hw_error *err)
{
    HW_AUTO(hw_params) *params = hw_params_copy(cv->params);
    HW_CHECK_ALLOC(err, params);
    params->nfolds = 0;
    params->fold_assignment = HW_FOLD_ASSIGNMENT_NULL;
    forget_column(&params->ignored_columns, params->weights_column);
    hwi_free(params->weights_column);
    params->weights_column = hwi_strdup(WEIGHTS);
    HW_CHECK_ALLOC(err, params->weights_column);
    if (params->max_runtime_secs > 0)
        params->max_runtime_secs /= ceil((double)cv->folds.n / cv->n_workers + 1);
    *out = HW_TAKE(params);
    return HW_OK;
}

static hwi_metrics_input metrics_setup(const cross_validation *cv, const char *description)
{
    const hw_params *params = cv->prepared.effective;
    const hwi_encoder *encoder = cv->prepared.encoder;
    return (hwi_metrics_input){
        .category = cv->prepared.category,
        .description = description,
        .n_classes = cv->prepared.n_classes,
        .domain = (const char *const *)encoder->columns[encoder->response_at].levels,
        .distribution = params->distribution,
        .tweedie_power = params->tweedie_power,
        .quantile_alpha = params->quantile_alpha,
        .huber_alpha = params->huber_alpha,
        .gainslift_bins = params->gainslift_bins,
        .max_hit_ratio_k =
            params->max_hit_ratio_k > 0 ? params->max_hit_ratio_k : HWI_NO_HIT_RATIOS,
        .as_h2o = params->h2o_compat,
        .auc_type = params->auc_type};
}

/* Rows of the fold as the metrics take them. */
typedef struct held_out {
    int64_t n;
    int32_t *rows, *labels;
    double *predictions, *actual, *weights;
} held_out;

static void free_held_out(held_out *h)
{
    hwi_free(h->rows);
    hwi_free(h->labels);
    hwi_free(h->predictions);
    hwi_free(h->actual);
    hwi_free(h->weights);
}

static hw_status list_held_out(const cross_validation *cv, int32_t fold, held_out *h, hw_error *err)
{
    int64_t n_rows = hw_frame_n_rows(cv->training), n = 0;
    for (int64_t i = 0; i < n_rows; i++)
        h->n += cv->folds.of_row[i] == fold;
    h->rows = HWI_ALLOC_ARRAY(int32_t, (size_t)h->n);
    h->labels = HWI_NEW_ARRAY(int32_t, (size_t)h->n);
    h->predictions = hwi_alloc_array((size_t)h->n, (size_t)cv->width * sizeof(double));
    h->actual = HWI_ALLOC_ARRAY(double, (size_t)h->n);
    h->weights = HWI_ALLOC_ARRAY(double, (size_t)h->n);
    if (!h->rows || !h->labels || !h->predictions || !h->actual || !h->weights)
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    for (int64_t i = 0; i < n_rows; i++) {
        if (cv->folds.of_row[i] != fold)
            continue;
        h->rows[n] = (int32_t)i;
        h->actual[n] = cv->responses[i];
        h->weights[n++] = cv->weights[i];
    }
    return HW_OK;
}

/* H2O rounds probabilities to 8 decimals, and leaves zeros where rows have no weight. */
static void keep_predictions(cross_validation *cv, const held_out *h)
{
    bool is_classifier = cv->prepared.category != HW_CATEGORY_REGRESSION;
    for (int64_t i = 0; i < h->n; i++) {
        if (cv->given->h2o_compat && h->weights[i] == 0)
            continue;
        double *out = cv->predictions + (int64_t)h->rows[i] * cv->width;
        for (int32_t k = 0; k < cv->width; k++) {
            double x = h->predictions[i * cv->width + k];
            out[k] = is_classifier ? floor(x * 1e8 + 0.5) / 1e8 : x;
        }
        cv->labels[h->rows[i]] = h->labels[i];
    }
}

static hw_status measure_held_out(cross_validation *cv, int32_t fold, held_out *h, hw_error *err)
{
    const hw_model *model = cv->models[fold];
    HW_TRY(list_held_out(cv, fold, h, err));
    HW_AUTO(hwi_adapted) *adapted = NULL;
    HW_TRY(hwi_adapted_new(model->encoder, cv->training, NULL, &adapted, err));
    hwi_scorer scorer = hwi_model_scorer(model);
    HW_TRY(hwi_scorer_score(&scorer, adapted, h->rows, 0, h->n, HWI_SCORE_PREDICTIONS,
                            cv->n_threads_each, h->predictions, h->labels, err));
    bool is_multinomial = cv->prepared.category == HW_CATEGORY_MULTINOMIAL;
    hwi_metrics_input setup = metrics_setup(cv, NULL);
    setup.tie_priors = cv->given->h2o_compat ? model->prior_class_distribution : NULL;
    hwi_metrics_rows rows = {.n_rows = h->n,
                             .actual = h->actual,
                             .predictions = h->predictions,
                             .weights = h->weights,
                             .labels = is_multinomial ? h->labels : NULL};
    HW_TRY(hwi_metrics_builder_new(&setup, &cv->builders[fold], err));
    HW_TRY(hwi_metrics_builder_add_rows(cv->builders[fold], &rows, err));
    HW_TRY(hwi_metrics_builder_finish(cv->builders[fold], &cv->metrics[fold], err));
    keep_predictions(cv, h);
    return HW_OK;
}

static hw_status train_fold_model(cross_validation *cv, int32_t fold, hw_error *err)
{
    HW_AUTO(hw_frame) *training = NULL;
    HW_AUTO(hw_frame) *validation = NULL;
    HW_AUTO(hw_params) *params = NULL;
    HW_TRY(make_params(cv, &params, err));
    HW_TRY(make_frame(cv, fold, false, &training, err));
    HW_TRY(make_frame(cv, fold, true, &validation, err));
    HW_AUTO_BUFFER(name);
    hwi_buffer_printf(&name, "%s_cv_%d", hwi_run_name(cv->given, cv->options), fold + 1);
    HW_TRY(hwi_buffer_check(&name, err));
    hw_train_options options = cv->options ? *cv->options : (hw_train_options){0};
    options.progress = options.progress ? hwi_cv_fold_progress : NULL;
    options.progress_ctx = &cv->monitor.slots[fold];
    options.n_threads = cv->n_threads_each;
    options.n_teams = 1; /* folds that train side by side use the cores better, and never race */
    options.run_name = hwi_buffer_text(&name);
    options.command_options = NULL; /* no command makes this model alone */
    hwi_cv_role role = {.is_fold_model = true, .shared_rows = cv->rows, .shown = cv->given};
    HW_TRY(hwi_train_one(params, training, validation, &options, &role, &cv->models[fold], err));
    if (cv->models[fold]->ending != HW_ENDED_CANCELLED)
        hwi_cv_slot_end(&cv->monitor.slots[fold]);
    return HW_OK;
}

/* Puts the fold before what went wrong in it. */
static hw_status name_fold(hw_status status, int32_t fold, const hw_error *why, hw_error *err)
{
    if (status == HW_OK)
        return HW_OK;
    HW_FAIL(err, status, why->field, "the model without fold %d: %.900s", fold + 1, why->message);
}

static hw_status train_fold(int64_t index, int worker, void *ctx, hw_error *err)
{
    (void)worker;
    cross_validation *cv = ctx;
    int32_t fold = (int32_t)index;
    hw_error why = {0};
    HW_TRY(name_fold(train_fold_model(cv, fold, &why), fold, &why, err));
    held_out h = {0};
    hw_status status = HW_OK;
    if (cv->models[fold]->ending != HW_ENDED_CANCELLED)
        status = measure_held_out(cv, fold, &h, &why);
    free_held_out(&h);
    return name_fold(status, fold, &why, err);
}

static hw_status train_folds(void *ctx, hw_error *err)
{
    cross_validation *cv = ctx;
    return hwi_parallel_for(cv->folds.n, cv->n_workers, train_fold, cv, err);
}

/* --- The main model --------------------------------------------------------------------------- */

/* Where stopping decides how long folds train, the main model trains as long as they did on
 * average, without stopping. */
static double choose_epochs(const cross_validation *cv)
{
    if (cv->given->stopping_rounds == 0 && cv->given->max_runtime_secs == 0)
        return 0;
    double sum = 0;
    for (int32_t f = 0; f < cv->folds.n; f++)
        sum += cv->models[f]->epochs;
    return sum / cv->folds.n;
}

/* H2O sets no limit to the main model. Ours gets what is left, at least what a fold got. */
static double choose_time_limit(const cross_validation *cv)
{
    double limit = cv->given->max_runtime_secs;
    if (limit <= 0 || cv->given->h2o_compat)
        return 0;
    double left = limit - (hwi_clock_ms() - cv->monitor.start_ms) / 1e3;
    return fmax(left, limit / ceil((double)cv->folds.n / cv->n_workers + 1));
}

static hw_status train_main(cross_validation *cv, hw_model **out, hw_error *err)
{
    hw_train_options options = cv->options ? *cv->options : (hw_train_options){0};
    options.progress = options.progress ? hwi_cv_main_progress : NULL;
    options.progress_ctx = &cv->monitor;
    hwi_cv_role role = {.cv_epochs = choose_epochs(cv),
                        .max_runtime_secs = choose_time_limit(cv),
                        .shared_rows = cv->rows,
                        .shown = cv->given};
    return hwi_train_one(cv->params, cv->training, cv->validation, &options, &role, out, err);
}

/* --- What is left ----------------------------------------------------------------------------- */

/* Sums of the folds' sums, in the order of the folds; what is made of single rows comes from the
 * rounded predictions in the order of the frame. */
static hw_status combine_metrics(const cross_validation *cv, hw_metrics **out, hw_error *err)
{
    char description[128];
    snprintf(description, sizeof description,
             "%d-fold cross-validation on training data (Metrics computed for combined holdout "
             "predictions)",
             cv->folds.n);
    hwi_metrics_input setup = metrics_setup(cv, description);
    HW_AUTO(hwi_metrics_builder) *all = NULL;
    HW_TRY(hwi_metrics_builder_new(&setup, &all, err));
    for (int32_t f = 0; f < cv->folds.n; f++)
        HW_TRY(hwi_metrics_builder_reduce(all, cv->builders[f], err));
    bool is_multinomial = cv->prepared.category == HW_CATEGORY_MULTINOMIAL;
    hwi_metrics_rows rows = {.n_rows = hw_frame_n_rows(cv->training),
                             .actual = cv->responses,
                             .predictions = cv->predictions,
                             .weights = cv->weights,
                             .labels = is_multinomial ? cv->labels : NULL};
    HW_TRY(hwi_metrics_builder_set_detail_rows(all, &rows, err));
    return hwi_metrics_builder_finish(all, out, err);
}

static hw_status keep_histories(const cross_validation *cv, hw_model *model, hw_error *err)
{
    model->fold_histories = HWI_NEW_ARRAY(hw_table *, (size_t)cv->folds.n);
    HW_CHECK_ALLOC(err, model->fold_histories);
    model->n_folds = cv->folds.n;
    for (int32_t f = 0; f < cv->folds.n; f++) {
        model->fold_histories[f] = hwi_table_copy(cv->models[f]->scoring_history);
        HW_CHECK_ALLOC(err, model->fold_histories[f]);
    }
    return HW_OK;
}

static hw_status keep_assignment(const cross_validation *cv, hw_model *model, hw_error *err)
{
    static const char name[] = "fold_assignment";
    int64_t n = hw_frame_n_rows(cv->training);
    HW_AUTO(hw_frame) *frame = hwi_frame_new("cv_fold_assignment", n);
    HW_CHECK_ALLOC(err, frame);
    const char *fold_column = cv->given->fold_column;
    if (fold_column) {
        int32_t c = hw_frame_find_column(cv->training, fold_column);
        hwi_column *column = hwi_column_ref(hwi_frame_column(cv->training, c));
        HW_TRY(hwi_frame_append(frame, name, column, err));
    } else {
        HW_AUTO(double) *values = HWI_ALLOC_ARRAY(double, (size_t)n);
        HW_CHECK_ALLOC(err, values);
        for (int64_t i = 0; i < n; i++)
            values[i] = cv->folds.of_row[i];
        HW_TRY(hwi_frame_add_column(frame, name, HW_TYPE_INT, values, NULL, 0, err));
    }
    model->fold_assignment = HW_TAKE(frame);
    return HW_OK;
}

/* What was held out of a fold that diverged is judged by its last good state, which is said. */
static hw_status note_diverged_folds(const cross_validation *cv, hw_model *model, hw_error *err)
{
    for (int32_t f = 0; f < cv->folds.n; f++) {
        const hwi_messages *messages = &cv->models[f]->messages;
        if (cv->models[f]->ending != HW_ENDED_UNSTABLE)
            continue;
        HW_AUTO_BUFFER(text);
        hwi_buffer_printf(&text, "the model without fold %d: %s", f + 1,
                          messages->v[messages->n - 1].text);
        HW_TRY(hwi_buffer_check(&text, err));
        HW_TRY(hwi_messages_add(&model->messages, HW_MESSAGE_WARN, "nfolds", hwi_buffer_text(&text),
                                err));
    }
    return HW_OK;
}

/* H2O summarises what its folds' models show: with score_validation_samples a sample of the rows
 * held out, not all. */
static hw_status summarize(cross_validation *cv, hw_table **out, hw_error *err)
{
    for (int32_t f = 0; f < cv->folds.n; f++) {
        const hw_metrics *own = cv->models[f]->validation_metrics;
        cv->shown[f] = cv->given->h2o_compat && own ? own : cv->metrics[f];
    }
    return hwi_cv_summary(cv->shown, cv->folds.n, out, err);
}

static hw_status keep(cross_validation *cv, hw_model *model, hw_error *err)
{
    const hw_params *params = cv->given;
    HW_TRY(note_diverged_folds(cv, model, err));
    HW_TRY(combine_metrics(cv, &model->cross_validation_metrics, err));
    HW_TRY(summarize(cv, &model->cross_validation_metrics_summary, err));
    HW_TRY(keep_histories(cv, model, err));
    if (params->keep_cross_validation_fold_assignment)
        HW_TRY(keep_assignment(cv, model, err));
    if (params->keep_cross_validation_predictions)
        HW_TRY(hwi_predictions_frame(model, "cv_holdout_predictions", cv->predictions, cv->labels,
                                     hw_frame_n_rows(cv->training), &model->holdout_predictions,
                                     err));
    if (params->keep_cross_validation_models)
        model->fold_models = HW_TAKE(cv->models);
    return HW_OK;
}

static hw_status export_model(const cross_validation *cv, hw_model *model, hw_error *err)
{
    hwi_snapshots snapshots;
    hw_train_options options = cv->options ? *cv->options : (hw_train_options){0};
    options.is_resumed = false; /* only the names are wanted */
    hw_status status = hwi_snapshots_open(cv->given, &options, &snapshots, err);
    if (status == HW_OK)
        status = hwi_snapshots_finish(&snapshots, model, &options, false, err);
    hwi_snapshots_close(&snapshots);
    return status;
}

hw_status hwi_cross_validate(const hw_params *params, const hw_frame *training,
                             const hw_frame *validation, const hw_train_options *options,
                             hwi_rows_pool *pool, hw_model **out_model, hw_error *err)
{
    __attribute__((cleanup(clear))) cross_validation cv = {.given = params,
                                                           .training = training,
                                                           .validation = validation,
                                                           .options = options,
                                                           .pool = pool};
    HW_AUTO(hw_model) *model = NULL;
    HW_TRY(set_up(&cv, err));
    HW_TRY(hwi_cv_monitor_run(&cv.monitor, train_folds, &cv, err));
    HW_TRY(train_main(&cv, &model, err));
    HW_TRY(keep(&cv, model, err));
    HW_TRY(export_model(&cv, model, err));
    *out_model = HW_TAKE(model);
    return HW_OK;
}
