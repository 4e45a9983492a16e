/* SPDX-License-Identifier: Apache-2.0 */
#include "train/trainer.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "nn/init.h"
#include "train/snapshot.h"
#include "train/stopping.h"

enum { ROWS_BETWEEN_LOOKS = 16 };
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

static bool row_is_bad(const hwi_trainer *trainer, int32_t row)
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
        if (!row_is_bad(trainer, row))
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

/* The fast ADADELTA divides by 1 - rho. */
static bool uses_fast_arithmetic(const hw_params *params)
{
    return !params->reproducible && !(params->adaptive_rate && (float)params->rho == 1);
}

/* Where many units are off at a time and inputs are mostly not 0, a first layer that lies unit by
 * unit is faster; what is scored and kept stays in panels. A matter of the parameters and the
 * encoder alone: the order of sums, and with it the last bits, are another. */
static bool deserves_by_unit(const hwi_trainer *trainer)
{
    const hwi_layer *first = &trainer->network->layers[0];
    return uses_fast_arithmetic(trainer->params) && first->kind == HWI_UNIT_RECTIFIER &&
           trainer->sgd.skips_zero_gradient && trainer->sgd.sparsity_beta == 0 &&
           !trainer->sgd.has_max_w2 && !trainer->params->elastic_averaging &&
           first->n_in >= 2 * HWK_LANES &&
           2 * hwi_encoder_max_active(trainer->encoder) > first->n_in;
}

static hw_status set_up_learner(const hwi_trainer *trainer, hwi_seat seat, bool is_fast,
                                hwi_learner *learner, hw_error *err)
{
    const hwi_encoder *encoder = trainer->encoder;
    HW_TRY(hwi_work_new(trainer->network, encoder->n_units, is_fast, seat, &learner->work, err));
    learner->work->moves_zeros = !trainer->params->fast_mode;
    learner->raw = HWI_ALLOC_ARRAY(double, (size_t)(encoder->n_cats + encoder->n_nums));
    HW_CHECK_ALLOC(err, learner->raw);
    return HW_OK;
}

static hw_status set_up_team(hwi_trainer *trainer, hw_error *err)
{
    const hwi_encoder *encoder = trainer->encoder;
    hwi_team_need need = {.network = trainer->network,
                          .n_active_inputs = hwi_encoder_max_active(encoder),
                          .n_threads = trainer->options ? trainer->options->n_threads : 0,
                          .is_fast = uses_fast_arithmetic(trainer->params)};
    HW_TRY(hwi_team_new(hwi_team_size(&need), &trainer->team, err));
    int n = hwi_team_n_members(trainer->team);
    trainer->learners = HWI_NEW_ARRAY(hwi_learner, (size_t)n);
    HW_CHECK_ALLOC(err, trainer->learners);
    for (int m = 0; m < n; m++) {
        hwi_seat seat = {trainer->team, m, m > 0 ? trainer->learners[0].work : NULL,
                         deserves_by_unit(trainer)};
        HW_TRY(set_up_learner(trainer, seat, need.is_fast, &trainer->learners[m], err));
    }
    trainer->pace = hwi_pace_new();
    if (trainer->team) {
        hwi_seat seat = {.is_by_unit = deserves_by_unit(trainer)};
        HW_TRY(set_up_learner(trainer, seat, need.is_fast, &trainer->alone, err));
    }
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
    HW_TRY(set_up_team(trainer, err));
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
    for (int m = 0; trainer->learners && m < hwi_team_n_members(trainer->team); m++) {
        hwi_work_free(trainer->learners[m].work);
        hwi_free(trainer->learners[m].raw);
    }
    hwi_work_free(trainer->alone.work);
    hwi_free(trainer->alone.raw);
    hwi_free(trainer->learners);
    hwi_team_free(trainer->team);
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

void hwi_trainer_report(hwi_trainer *trainer, bool is_scored)
{
    report_samples(trainer, is_scored, trainer->processed);
}

/* --- Learning --------------------------------------------------------------------------------- */

/* H2O looks at the i-th lit unit of a row for column i. */
static void note_missing(hwi_trainer *trainer, const hwi_active *input)
{
    const hwi_encoder *encoder = trainer->encoder;
    if (encoder->n_hash_slots > 0)
        return;
    for (int32_t i = 0; i < encoder->n_cats && i < input->n; i++)
        if (input->units[i] == encoder->cat_offsets[i + 1] - 1)
            trainer->met_missing[i] = true;
}

/* H2O's sparse loader writes every slot of its row buffer, used or not; an unused slot silences
 * input unit 0 (spec 2.9). */
static void silence_unit_zero(const hwi_encoder *encoder, hwi_active *input, int32_t *capacity)
{
    int32_t n_numbers = 0;
    for (int32_t i = 0; i < input->n; i++)
        n_numbers += input->units[i] >= encoder->n_units - encoder->n_nums;
    while (*capacity < n_numbers) {
        int32_t grown = *capacity + *capacity / 2;
        *capacity = grown > 4 ? grown : 4;
    }
    if (n_numbers >= *capacity || input->n == 0 || input->units[0] != 0)
        return;
    for (int32_t i = 1; i < input->n; i++) {
        input->units[i - 1] = input->units[i];
        input->values[i - 1] = input->values[i];
    }
    input->n--;
}

/* All members of the team learn the same row, each its part. False when a bias is not finite. */
static bool learn_row(hwi_trainer *trainer, const hwi_learner *learner, int32_t row,
                      int64_t row_seed)
{
    const hw_params *params = trainer->params;
    const hwi_encoder *encoder = trainer->encoder;
    hwi_work *work = learner->work;
    hwi_rows_read(trainer->rows, row, learner->raw);
    hwi_encode_training(encoder, learner->raw, &work->input);
    if (work->member == 0)
        note_missing(trainer, &work->input);
    if (encoder->is_sparse && params->h2o_compat) {
        int32_t capacity = encoder->n_nums < 16 ? encoder->n_nums : 16;
        silence_unit_zero(encoder, &work->input, &capacity);
    }
    hwi_dropout dropout = {params->input_dropout_ratio,
                           (int64_t)((uint64_t)row_seed + (uint64_t)params->seed)};
    const double *targets = NULL;
    if (params->autoencoder) {
        /* Targets are the inputs before dropout; what is learnt from is what is left of them. */
        hwi_work_spread_input(work, trainer->network);
        memcpy(work->targets, work->dense_input,
               (size_t)trainer->network->n_inputs * sizeof(double));
        targets = work->targets;
    }
    if (dropout.input_ratio > 0)
        hwi_drop_inputs(&dropout, trainer->network->n_inputs, &work->input);
    if (!params->fast_mode && (!params->autoencoder || dropout.input_ratio > 0))
        hwi_work_spread_input(work, trainer->network);
    double offset = 0, weight = 1, target = 0;
    if (hwi_rows_offsets(trainer->rows))
        offset = hwi_offset_for_output(encoder, hwi_rows_offsets(trainer->rows)[row],
                                       params->h2o_compat);
    if (trainer->weighs_gradients)
        weight = hwi_rows_weights(trainer->rows)[row] / trainer->mean_weight;
    if (!params->autoencoder) {
        target = hwi_rows_responses(trainer->rows)[row];
        if (encoder->has_resp_norm)
            target = (target - encoder->resp_sub) * encoder->resp_mul;
    }
    hwi_network *averages = params->sparsity_beta != 0 ? trainer->network : NULL;
    hwi_forward(trainer->network, work, &dropout, offset, averages);
    return hwi_sgd_learn(&trainer->sgd, trainer->network, work, target, targets, weight);
}

/* The rows between two looks around. */
typedef struct stretch {
    hwi_trainer *trainer;
    bool is_alone;
    int64_t n_before, n_counted; /* rows learned from in this iteration, before and after it */
    hwi_sampler after;
    bool is_last; /* of the iteration */
} stretch;

/* Members find bad biases in whatever order; the first sample is the same for any team. */
static void note_bad_sample(hwi_trainer *trainer, int64_t sample)
{
    int64_t first = trainer->bad_sample;
    while ((first == 0 || sample < first) &&
           !atomic_compare_exchange_weak(&trainer->bad_sample, &first, sample))
        continue;
}

/* Every member draws the same rows. */
static void learn_stretch(int member, void *ctx)
{
    stretch *s = ctx;
    hwi_trainer *trainer = s->trainer;
    const hwi_learner *learner = s->is_alone ? &trainer->alone : &trainer->learners[member];
    hwi_sampler sampler = trainer->sampler;
    int64_t n_counted = s->n_before;
    hwi_pick pick;
    bool is_last = true;
    bool was_flushing = hwk_flush_denormals(learner->work->is_fast);
    while (hwi_sampler_next(&sampler, n_counted, &pick)) {
        int32_t row = trainer->balanced.n > 0 ? trainer->balanced.rows[pick.row] : pick.row;
        if (row_is_bad(trainer, row))
            continue;
        n_counted++;
        if (!learn_row(trainer, learner, row, pick.seed))
            note_bad_sample(trainer, trainer->processed + n_counted);
        if (n_counted % ROWS_BETWEEN_LOOKS == 0) {
            is_last = false;
            break;
        }
    }
    hwk_flush_denormals(was_flushing);
    if (member == 0) {
        s->n_counted = n_counted;
        s->after = sampler;
        s->is_last = is_last;
    }
}

/* Whoever goes on knows which channels of Maxout won last. */
static void hand_over(hwi_trainer *trainer, bool to_alone)
{
    for (int m = 0; m < hwi_team_n_members(trainer->team); m++)
        hwi_work_copy_winners(trainer->learners[m].work, trainer->alone.work, to_alone,
                              trainer->network);
}

static void reset_learners(hwi_trainer *trainer)
{
    for (int m = 0; m < hwi_team_n_members(trainer->team); m++)
        hwi_work_reset(trainer->learners[m].work, trainer->network);
    if (trainer->alone.work)
        hwi_work_reset(trainer->alone.work, trainer->network);
}

static void train_iteration(hwi_trainer *trainer)
{
    hwi_sgd_set_rates(&trainer->sgd, (double)trainer->processed);
    hwi_sampler_begin(&trainer->sampler, trainer->iterations, trainer->processed);
    reset_learners(trainer);
    bool has_team = trainer->team != NULL, stops = false;
    stretch s = {.trainer = trainer, .is_alone = has_team && trainer->pace.is_alone};
    while (!s.is_last && !stops) {
        double begin_ms = hwi_clock_ms();
        hwi_team_run(s.is_alone ? NULL : trainer->team, learn_stretch, &s);
        trainer->sampler = s.after;
        if (has_team)
            hwi_pace_note(&trainer->pace, s.n_counted - s.n_before, hwi_clock_ms() - begin_ms);
        s.n_before = s.n_counted;
        if (has_team && s.is_alone != trainer->pace.is_alone) {
            s.is_alone = trainer->pace.is_alone;
            hand_over(trainer, s.is_alone);
        }
        if (!s.is_last)
            report_samples(trainer, false, trainer->processed + s.n_counted);
        stops = trainer->is_cancelled || trainer->is_out_of_time || trainer->bad_sample > 0;
    }
    trainer->processed += s.n_counted;
}

/* --- Unit by unit ------------------------------------------------------------------------------
 */

static hw_status begin_by_unit(hwi_trainer *trainer, hw_error *err)
{
    hwi_network *by_unit = NULL;
    if (!deserves_by_unit(trainer))
        return HW_OK;
    HW_TRY(hwi_network_by_unit(trainer->published, &by_unit, err));
    trainer->network = by_unit;
    return HW_OK;
}

static bool is_by_unit(const hwi_trainer *trainer)
{
    return trainer->network->layers[0].is_by_unit;
}

void hwi_trainer_publish(hwi_trainer *trainer)
{
    if (is_by_unit(trainer))
        hwi_network_assign(trainer->published, trainer->network);
}

static void end_by_unit(hwi_trainer *trainer)
{
    if (!is_by_unit(trainer))
        return;
    hwi_network_free(trainer->network);
    trainer->network = trainer->published;
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
            train_iteration(trainer);
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
    HW_TRY(begin_by_unit(trainer, err));
    hw_status status = run(trainer, err);
    end_by_unit(trainer);
    return status;
}
