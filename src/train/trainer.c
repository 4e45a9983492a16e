/* SPDX-License-Identifier: Apache-2.0 */
#include "train/trainer.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "nn/init.h"
#include "train/learning.h"
#include "train/snapshot.h"
#include "train/stopping.h"

static const double REPORT_EVERY_MS = 80;

double hwi_trainer_epochs(const hwi_trainer *trainer)
{
    return (double)trainer->processed / (double)trainer->training_rows;
}

/* --- Setting up ------------------------------------------------------------------------------- */

static double mean_of_all(const double *weights, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += weights[i];
    return sum / (double)n;
}

/* What one epoch is. H2O counts every row, but for weights of 0 and 1: then as many of the working
 * rows as have weight 1 on average before classes are balanced. The guide's weights scale
 * gradients, so there every row with a weight counts. */
static void count_training_rows(hwi_trainer *trainer)
{
    const double *weights = hwi_rows_weights(trainer->rows);
    trainer->training_rows = trainer->n_working;
    trainer->mean_weight = 1;
    if (!weights)
        return;
    double sum = 0;
    int64_t n_positive = 0;
    for (int32_t i = 0; i < trainer->n_working; i++) {
        double w = weights[trainer->balanced.rows ? trainer->balanced.rows[i] : i];
        sum += w;
        n_positive += w > 0;
    }
    bool is_binary = trainer->prepared->facts.has_binary_weights;
    if (is_binary) {
        double mean = trainer->params->h2o_compat ? mean_of_all(weights, hwi_rows_n(trainer->rows))
                                                  : sum / trainer->n_working;
        trainer->training_rows = (int64_t)floor(mean * trainer->n_working + 0.5);
    } else if (!trainer->params->h2o_compat)
        trainer->training_rows = n_positive;
    trainer->mean_weight = sum / (double)n_positive;
    trainer->weighs_gradients = !trainer->params->h2o_compat && !is_binary;
}

bool hwi_trainer_row_is_bad(const hwi_trainer *trainer, int32_t row)
{
    const double *responses = hwi_rows_responses(trainer->rows);
    const double *weights = hwi_rows_weights(trainer->rows);
    if (responses && isnan(responses[row]))
        return true;
    if (weights && weights[row] == 0)
        return true;
    return !trainer->encoder->mean_imputation && hwi_rows_has_missing(trainer->rows, row);
}

static hw_status check_rows(const hwi_trainer *trainer, hw_error *err)
{
    for (int32_t row = 0; row < hwi_rows_n(trainer->rows); row++)
        if (!hwi_trainer_row_is_bad(trainer, row))
            return HW_OK;
    HW_FAIL(err, HW_EINVAL,
            trainer->encoder->mean_imputation ? "training_frame" : "missing_values_handling",
            "no rows are left to learn from: each lacks the response, has weight 0%s",
            trainer->encoder->mean_imputation ? "" : ", or has a missing value (Skip)");
}

static hw_status set_up_classes(hwi_trainer *trainer, hw_error *err)
{
    const hw_params *params = trainer->params;
    int32_t n = (int32_t)hwi_rows_n(trainer->rows), n_classes = trainer->prepared->n_classes;
    trainer->n_working = n;
    if (n_classes < 2)
        return HW_OK;
    const double *classes = hwi_rows_responses(trainer->rows);
    const double *weights = hwi_rows_weights(trainer->rows);
    trainer->class_priors = HWI_NEW_ARRAY(double, (size_t)n_classes);
    HW_CHECK_ALLOC(err, trainer->class_priors);
    hwi_class_shares(classes, weights, NULL, n, n_classes, trainer->class_priors);
    if (!params->balance_classes)
        return HW_OK;
    if (params->class_sampling_factors.n > 0 && params->class_sampling_factors.n != n_classes)
        HW_FAIL(err, HW_EINVAL, "class_sampling_factors",
                "class_sampling_factors: %d are given, the response has %d classes",
                params->class_sampling_factors.n, n_classes);
    hwi_balance balance = {
        .classes = classes,
        .weights = weights,
        .n_rows = n,
        .n_classes = n_classes,
        .factors = params->class_sampling_factors.n > 0 ? params->class_sampling_factors.v : NULL,
        .max_rows = (int64_t)(params->max_after_balance_size * (float)n),
        .seed = params->seed};
    HW_TRY(hwi_balance_rows(&balance, &trainer->balanced, err));
    trainer->n_working = trainer->balanced.n;
    trainer->model_distribution = HWI_NEW_ARRAY(double, (size_t)n_classes);
    HW_CHECK_ALLOC(err, trainer->model_distribution);
    hwi_class_shares(classes, weights, trainer->balanced.rows, trainer->balanced.n, n_classes,
                     trainer->model_distribution);
    return HW_OK;
}

static hw_status choose_scored_training(hwi_trainer *trainer, hw_error *err)
{
    const hw_params *params = trainer->params;
    hwi_row_list *list = &trainer->scored_training;
    HW_TRY(hwi_sample_rows(trainer->n_working, params->score_training_samples, params->seed, list,
                           err));
    for (int32_t i = 0; trainer->balanced.n > 0 && i < list->n; i++)
        list->rows[i] = trainer->balanced.rows[list->rows[i]];
    return HW_OK;
}

static hw_status choose_scored_validation(hwi_trainer *trainer, hw_error *err)
{
    const hw_params *params = trainer->params;
    if (!trainer->validation)
        return HW_OK;
    int32_t n = (int32_t)hw_frame_n_rows(hwi_adapted_frame(trainer->validation));
    int64_t seed = (int64_t)((uint64_t)params->seed + 1);
    bool is_stratified =
        params->balance_classes && trainer->prepared->n_classes > 1 &&
        params->score_validation_sampling == HW_SCORE_VALIDATION_SAMPLING_STRATIFIED;
    if (!is_stratified)
        return hwi_sample_rows(n, params->score_validation_samples, seed,
                               &trainer->scored_validation, err);
    HW_AUTO(double) *classes = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, classes);
    hwi_adapted_read_response(trainer->validation, 0, n, classes);
    for (int32_t i = 0; i < n; i++)
        if (classes[i] >= trainer->prepared->n_classes) /* a level that training does not know */
            classes[i] = NAN;
    HW_AUTO(double) *weights = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, weights);
    hwi_adapted_read_weights(trainer->validation, 0, n, weights);
    int64_t wanted = params->score_validation_samples;
    hwi_balance balance = {.classes = classes,
                           .weights = weights,
                           .n_rows = n,
                           .n_classes = trainer->prepared->n_classes,
                           .max_rows = wanted > 0 ? wanted : n,
                           .never_oversamples = true,
                           .seed = seed};
    return hwi_balance_rows(&balance, &trainer->scored_validation, err);
}

static hw_status set_up_network(hwi_trainer *trainer, hw_error *err)
{
    const hw_params *params = trainer->params;
    bool has_momenta =
        !params->adaptive_rate && (params->momentum_start != 0 || params->momentum_stable != 0);
    hwi_network_shape shape = {.n_inputs = trainer->encoder->n_units,
                               .n_hidden = params->hidden.n,
                               .hidden = params->hidden.v,
                               .dropout_ratios = params->hidden_dropout_ratios.n > 0
                                                     ? params->hidden_dropout_ratios.v
                                                     : NULL,
                               .activation = params->activation,
                               .is_autoencoder = params->autoencoder,
                               .n_classes = trainer->prepared->n_classes,
                               .has_adadelta = params->adaptive_rate,
                               .has_momenta = has_momenta,
                               .has_average_activation = params->sparsity_beta != 0};
    HW_TRY(hwi_network_new(&shape, &trainer->network, err));
    trainer->published = trainer->network;
    hwi_network_initialize(trainer->network, params->initial_weight_distribution,
                           params->initial_weight_scale, params->seed);
    HW_TRY(hwi_set_pretrained(params, trainer->network, err));
    HW_TRY(hwi_set_initial_values(params, trainer->network, err));
    HW_TRY(hwi_sgd_init(&trainer->sgd, params, trainer->network->n_layers, err));
    return HW_OK;
}

static hw_status set_up_sampler(hwi_trainer *trainer, hw_error *err)
{
    const hw_params *params = trainer->params;
    count_training_rows(trainer);
    trainer->samples_per_iteration =
        hwi_samples_per_iteration(params, trainer->training_rows, trainer->network);
    /* H2O divides by all rows, also where rows of weight 0 will be passed over. */
    int64_t rows = params->h2o_compat ? trainer->n_working : trainer->training_rows;
    float fraction = (float)trainer->samples_per_iteration / (float)rows;
    bool is_one_epoch = trainer->samples_per_iteration == trainer->training_rows;
    bool draws_by_weight = params->h2o_compat && trainer->prepared->facts.has_weights &&
                           !trainer->prepared->facts.has_binary_weights;
    HW_AUTO(double) *weights = NULL;
    if (draws_by_weight) {
        const double *all = hwi_rows_weights(trainer->rows);
        bool is_constant = true;
        weights = HWI_ALLOC_ARRAY(double, (size_t)trainer->n_working);
        HW_CHECK_ALLOC(err, weights);
        for (int32_t i = 0; i < trainer->n_working; i++) {
            weights[i] = all[trainer->balanced.rows ? trainer->balanced.rows[i] : i];
            is_constant = is_constant && weights[i] == weights[0];
        }
        if (is_constant) {
            hwi_free(weights);
            weights = NULL;
        }
    }
    return hwi_sampler_init(&trainer->sampler, trainer->n_working, params->seed, fraction,
                            params->shuffle_training_data || is_one_epoch, weights, err);
}

hw_status hwi_trainer_init(hwi_trainer *trainer, const hwi_prepared *prepared,
                           const hw_frame *training, const hw_frame *validation,
                           const hw_train_options *options, hw_error *err)
{
    *trainer = (hwi_trainer){.prepared = prepared,
                             .params = prepared->effective,
                             .encoder = prepared->encoder,
                             .options = options,
                             .start_ms = hwi_clock_ms()};
    HW_TRY(hwi_adapted_new(trainer->encoder, training, NULL, &trainer->training, err));
    HW_TRY(hwi_adapted_unweigh_incomplete(trainer->training, err));
    if (validation) {
        HW_TRY(hwi_adapted_new(trainer->encoder, validation, NULL, &trainer->validation, err));
        HW_TRY(hwi_adapted_check_response(trainer->validation, err));
    }
    if (prepared->shared_rows)
        HW_TRY(hwi_rows_share(prepared->shared_rows, trainer->training, &trainer->rows, err));
    else
        HW_TRY(hwi_rows_new(trainer->training, &trainer->rows, err));
    HW_TRY(check_rows(trainer, err));
    HW_TRY(set_up_classes(trainer, err));
    HW_TRY(set_up_network(trainer, err));
    HW_TRY(hwi_learning_set_up(trainer, err));
    HW_TRY(set_up_sampler(trainer, err));
    HW_TRY(choose_scored_training(trainer, err));
    HW_TRY(choose_scored_validation(trainer, err));
    trainer->met_missing = HWI_NEW_ARRAY(bool, (size_t)trainer->encoder->n_cats);
    HW_CHECK_ALLOC(err, trainer->met_missing);
    return hwi_history_init(&trainer->history, prepared->category, validation != NULL,
                            trainer->params->stopping_metric, err);
}

void hwi_trainer_clear(hwi_trainer *trainer)
{
    hwi_adapted_free(trainer->training);
    hwi_adapted_free(trainer->validation);
    hwi_rows_free(trainer->rows);
    hwi_row_list_clear(&trainer->balanced);
    hwi_row_list_clear(&trainer->scored_training);
    hwi_row_list_clear(&trainer->scored_validation);
    hwi_free(trainer->class_priors);
    hwi_free(trainer->model_distribution);
    if (trainer->published != trainer->network)
        hwi_network_free(trainer->published);
    hwi_network_free(trainer->network);
    hwi_network_free(trainer->best);
    hwi_network_free(trainer->good);
    hwi_learning_clear(trainer);
    hwi_sgd_clear(&trainer->sgd);
    hwi_sampler_clear(&trainer->sampler);
    hwi_free(trainer->met_missing);
    hwi_free(trainer->best_met_missing);
    hwi_history_clear(&trainer->history);
    hw_metrics_free(trainer->training_metrics);
    hw_metrics_free(trainer->validation_metrics);
    *trainer = (hwi_trainer){0};
}

/* --- Reporting -------------------------------------------------------------------------------- */

/* The speed of the first rows says little about the rest. */
static const double known_after_seconds = 1;

static double seconds_left(const hwi_trainer *trainer, double epochs, double learning_seconds,
                           double seconds)
{
    double learned = epochs - (double)trainer->first_sample / (double)trainer->training_rows;
    double left = NAN;
    if (learned > 0 && learning_seconds >= known_after_seconds)
        left = learning_seconds * (trainer->params->epochs - epochs) / learned;
    if (trainer->params->max_runtime_secs <= 0)
        return left;
    return fmin(left, fmax(0, trainer->params->max_runtime_secs - seconds));
}

/* Speed and time left are measured from the first row on: setting up is no part of them. */
static bool call_progress(const hwi_trainer *trainer, bool is_scored, int64_t samples,
                          double now_ms)
{
    double seconds = (now_ms - trainer->start_ms) / 1e3;
    double learning_seconds = (now_ms - trainer->learning_start_ms) / 1e3;
    double training_seconds = learning_seconds - trainer->scoring_ms / 1e3;
    double learned = (double)(samples - trainer->first_sample);
    double epochs = (double)samples / (double)trainer->training_rows;
    hw_stopping_metric metric = trainer->params->stopping_metric;
    hw_progress progress = {
        .epochs = epochs,
        .epochs_wanted = trainer->params->epochs,
        .samples = samples,
        .samples_per_second = training_seconds > 0 ? learned / training_seconds : 0,
        .seconds = seconds,
        .seconds_left = seconds_left(trainer, epochs, learning_seconds, seconds),
        .iterations = trainer->iterations,
        .is_scored = is_scored,
        .metric_name = trainer->training_metrics
                           ? hwi_stopping_name(metric, trainer->prepared->category)
                           : NULL,
        .training_metric = hwi_stopping_value(metric, trainer->training_metrics),
        .validation_metric = hwi_stopping_value(metric, trainer->validation_metrics)};
    return trainer->options->progress(&progress, trainer->options->progress_ctx);
}

static void report_samples(hwi_trainer *trainer, bool is_scored, int64_t samples)
{
    double now_ms = hwi_clock_ms();
    double limit_ms = trainer->params->max_runtime_secs * 1e3;
    if (limit_ms > 0 && now_ms - trainer->start_ms + trainer->spent_ms > limit_ms)
        trainer->is_out_of_time = true;
    bool is_due = is_scored || now_ms - trainer->last_report_ms >= REPORT_EVERY_MS;
    if (!is_due || !trainer->options || !trainer->options->progress)
        return;
    trainer->last_report_ms = now_ms;
    if (!call_progress(trainer, is_scored, samples, now_ms))
        trainer->is_cancelled = true;
}

void hwi_trainer_report_samples(hwi_trainer *trainer, int64_t samples)
{
    report_samples(trainer, false, samples);
}

void hwi_trainer_report(hwi_trainer *trainer, bool is_scored)
{
    report_samples(trainer, is_scored, trainer->processed);
}

/* --- The loop --------------------------------------------------------------------------------- */

static bool error_is_small(const hwi_trainer *trainer)
{
    const hw_metrics *metrics = trainer->training_metrics;
    if (trainer->prepared->n_classes > 1)
        return hw_metrics_value(metrics, "classification_error") <=
               trainer->params->classification_stop;
    return hw_metrics_value(metrics, "MSE") <= trainer->params->regression_stop;
}

static bool scoring_is_due(const hwi_trainer *trainer)
{
    if (trainer->params->score_each_iteration || trainer->last_scoring_begin_ms == 0)
        return true;
    double since_ms = hwi_clock_ms() - trainer->last_scoring_begin_ms;
    return since_ms > trainer->params->score_interval * 1e3 &&
           trainer->last_scoring_ms / since_ms < trainer->params->score_duty_cycle;
}

/* After an iteration: scores if it is time, and says whether to go on. */
static hw_status judge(hwi_trainer *trainer, bool *out_goes_on, hw_error *err)
{
    const hw_params *params = trainer->params;
    bool is_over = hwi_trainer_epochs(trainer) >= params->epochs || trainer->is_cancelled ||
                   trainer->is_out_of_time || trainer->bad_sample > 0;
    if (is_over || scoring_is_due(trainer)) {
        hwi_trainer_publish(trainer);
        HW_TRY(hwi_trainer_score(trainer, err));
        bool has_converged = hwi_has_converged(params->stopping_metric,
                                               trainer->history.stopping_values, trainer->history.n,
                                               params->stopping_rounds, params->stopping_tolerance);
        if (error_is_small(trainer) || has_converged) {
            trainer->ending = is_over ? trainer->ending : HW_ENDED_CONVERGED;
            is_over = true;
        }
    }
    if (trainer->is_out_of_time)
        trainer->ending = HW_ENDED_TIME;
    if (trainer->is_cancelled)
        trainer->ending = HW_ENDED_CANCELLED;
    *out_goes_on = !is_over && !trainer->is_cancelled && !trainer->is_out_of_time;
    return HW_OK;
}

static float last_loss(const hwi_trainer *trainer)
{
    const hw_metrics *judged =
        trainer->validation ? trainer->validation_metrics : trainer->training_metrics;
    return hwi_best_model_loss(trainer->params->stopping_metric, judged,
                               trainer->params->h2o_compat);
}

static hw_status restore_best(hwi_trainer *trainer, hw_error *err)
{
    hwi_trainer_recall_best(trainer);
    return hwi_trainer_score(trainer, err);
}

static hw_status write_first_row(hwi_trainer *trainer, hw_error *err)
{
    if (trainer->params->autoencoder)
        return hwi_trainer_score(trainer, err);
    hwi_history_event placeholder = {0};
    return hwi_history_add(&trainer->history, &placeholder, err);
}

static hw_status run(hwi_trainer *trainer, hw_error *err)
{
    trainer->learning_start_ms = hwi_clock_ms();
    trainer->first_sample = trainer->processed;
    bool is_continued = trainer->history.n > 0;
    if (!is_continued)
        HW_TRY(write_first_row(trainer, err));
    HW_TRY(hwi_trainer_keep_good(trainer, err));
    trainer->ending = HW_ENDED_EPOCHS;
    for (bool goes_on = true; goes_on;) {
        trainer->iterations++;
        if (trainer->params->epochs > 0) {
            hwi_learn_iteration(trainer);
            if (trainer->params->elastic_averaging)
                HW_TRY(hwi_average_elastically(trainer, err));
        }
        hw_error diverged = {0};
        hw_status status = judge(trainer, &goes_on, &diverged);
        if (status == HW_EUNSTABLE) {
            HW_TRY(hwi_trainer_fall_back(trainer, &diverged, err));
            if (err)
                *err = diverged;
            return HW_OK;
        }
        if (status != HW_OK) {
            if (err)
                *err = diverged;
            return status;
        }
        if (goes_on && trainer->snapshots)
            hwi_snapshots_offer(trainer->snapshots, trainer);
    }
    bool keeps_last = trainer->ending == HW_ENDED_CANCELLED || trainer->ending == HW_ENDED_TIME;
    if (trainer->best && !keeps_last && trainer->best_loss < last_loss(trainer))
        HW_TRY(restore_best(trainer, err));
    return HW_OK;
}

hw_status hwi_trainer_run(hwi_trainer *trainer, hw_error *err)
{
    HW_TRY(hwi_learning_begin(trainer, err));
    hw_status status = run(trainer, err);
    hwi_learning_end(trainer);
    return status;
}
