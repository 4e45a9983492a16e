/* SPDX-License-Identifier: Apache-2.0
 *
 * The scoring event of a training: metrics, history, best model. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "metrics/quantile.h"
#include "model/importance.h"
#include "train/stopping.h"
#include "train/trainer.h"

hwi_scorer hwi_trainer_scorer(const hwi_trainer *trainer)
{
    return (hwi_scorer){.encoder = trainer->encoder,
                        .network = trainer->published,
                        .category = trainer->prepared->category,
                        .distribution = trainer->params->distribution,
                        .n_classes = trainer->prepared->n_classes,
                        .prior_distribution = trainer->class_priors,
                        .model_distribution = trainer->model_distribution,
                        .threshold = 0.5,
                        .offset_as_h2o = trainer->params->h2o_compat,
                        .is_fused = hwi_scores_fused(trainer->params),
                        .averages =
                            trainer->params->sparsity_beta != 0 ? trainer->published : NULL};
}

hwi_scored_rows hwi_trainer_scored_rows(const hwi_trainer *trainer, bool is_validation)
{
    const hwi_row_list *sampled =
        is_validation ? &trainer->scored_validation : &trainer->scored_training;
    const hwi_adapted *adapted = is_validation ? trainer->validation : trainer->training;
    if (sampled->n > 0)
        return (hwi_scored_rows){adapted, sampled->rows, sampled->n};
    if (is_validation)
        return (hwi_scored_rows){adapted, NULL, hw_frame_n_rows(hwi_adapted_frame(adapted))};
    return (hwi_scored_rows){adapted, trainer->balanced.rows, trainer->n_working};
}

void hwi_scored_read(hwi_read_function *read, const hwi_scored_rows *scored, double *out)
{
    if (!scored->rows) {
        read(scored->adapted, 0, scored->n, out);
        return;
    }
    for (int64_t i = 0; i < scored->n; i++)
        read(scored->adapted, scored->rows[i], 1, out + i);
}

/* One frame's rows to score. */
typedef struct scored_frame {
    hwi_scored_rows scored;
    const char *description;
    bool is_training;
} scored_frame;

typedef struct scored_values {
    double *predictions, *actual, *weights;
    int32_t *labels;
} scored_values;

static void free_values(scored_values *v)
{
    hwi_free(v->predictions);
    hwi_free(v->actual);
    hwi_free(v->weights);
    hwi_free(v->labels);
}

static hw_status score_values(const hwi_trainer *trainer, const scored_frame *frame,
                              scored_values *v, hw_error *err)
{
    hwi_scorer scorer = hwi_trainer_scorer(trainer);
    size_t n = (size_t)frame->scored.n;
    int32_t width = hwi_scorer_width(&scorer, HWI_SCORE_ROW_ERROR);
    v->predictions = hwi_alloc_array(n, (size_t)width * sizeof(double));
    HW_CHECK_ALLOC(err, v->predictions);
    if (scorer.category != HW_CATEGORY_AUTOENCODER) {
        v->actual = HWI_ALLOC_ARRAY(double, n);
        HW_CHECK_ALLOC(err, v->actual);
        hwi_scored_read(hwi_adapted_read_response, &frame->scored, v->actual);
    }
    if (trainer->encoder->weights_at >= 0) {
        v->weights = HWI_ALLOC_ARRAY(double, n);
        HW_CHECK_ALLOC(err, v->weights);
        hwi_scored_read(hwi_adapted_read_weights, &frame->scored, v->weights);
    }
    if (scorer.category == HW_CATEGORY_MULTINOMIAL) {
        v->labels = HWI_ALLOC_ARRAY(int32_t, n);
        HW_CHECK_ALLOC(err, v->labels);
    }
    return hwi_scorer_score(&scorer, frame->scored.adapted, frame->scored.rows, 0, frame->scored.n,
                            HWI_SCORE_ROW_ERROR, trainer->options ? trainer->options->n_threads : 0,
                            v->predictions, v->labels, err);
}

/* The guide's border between quadratic and linear loss: the huber_alpha quantile of the absolute
 * residuals. */
static hw_status renew_huber_delta(hwi_trainer *trainer, const scored_frame *frame,
                                   const scored_values *v, hw_error *err)
{
    if (!frame->is_training || trainer->sgd.distribution.kind != HW_DISTRIBUTION_HUBER ||
        trainer->params->h2o_compat || !v->actual)
        return HW_OK;
    hwi_weighted_value *residuals = HWI_NEW_ARRAY(hwi_weighted_value, 2 * (size_t)frame->scored.n);
    HW_CHECK_ALLOC(err, residuals);
    int64_t n = 0;
    for (int64_t i = 0; i < frame->scored.n; i++) {
        double w = v->weights ? v->weights[i] : 1;
        if (!isnan(v->actual[i]) && w > 0)
            residuals[n++] = (hwi_weighted_value){fabs(v->actual[i] - v->predictions[i]), w};
    }
    double delta = 0, alpha = trainer->params->huber_alpha;
    if (n > 0) {
        hwi_weighted_sort(residuals, residuals + frame->scored.n, n);
        hwi_weighted_quantiles(residuals, n, &alpha, 1, &delta);
    }
    hwi_free(residuals);
    if (delta > 0)
        trainer->sgd.distribution.huber_delta =
            delta * (trainer->encoder->has_resp_norm ? trainer->encoder->resp_mul : 1);
    return HW_OK;
}

static hw_status measure_frame(hwi_trainer *trainer, const scored_frame *frame, hw_metrics **out,
                               hw_error *err)
{
    const hw_params *params = trainer->params;
    scored_values v = {0};
    hw_status status = score_values(trainer, frame, &v, err);
    hw_metrics *metrics = NULL;
    if (status == HW_OK) {
        const char *const *domain = NULL;
        int32_t n_levels = hwi_adapted_response_levels(frame->scored.adapted, &domain);
        hwi_metrics_input input = {
            .category = trainer->prepared->category,
            .description = frame->description,
            .n_rows = frame->scored.n,
            .actual = v.actual,
            .predictions = v.predictions,
            .weights = v.actual ? v.weights : NULL,
            .labels = v.labels,
            .n_classes = trainer->prepared->n_classes,
            .domain = domain,
            .n_unknown_levels = domain ? n_levels - trainer->prepared->n_classes : 0,
            .distribution = params->distribution,
            .tweedie_power = params->tweedie_power,
            .quantile_alpha = params->quantile_alpha,
            .huber_alpha = params->huber_alpha,
            .gainslift_bins = params->gainslift_bins,
            .max_hit_ratio_k =
                params->max_hit_ratio_k > 0 ? params->max_hit_ratio_k : HWI_NO_HIT_RATIOS,
            .as_h2o = params->h2o_compat,
            .tie_priors = params->h2o_compat ? trainer->class_priors : NULL,
            .auc_type = params->auc_type};
        status = hwi_metrics_new(&input, &metrics, err);
    }
    if (status == HW_OK)
        status = renew_huber_delta(trainer, frame, &v, err);
    free_values(&v);
    if (status != HW_OK) {
        hw_metrics_free(metrics);
        return status;
    }
    hw_metrics_free(*out);
    *out = metrics;
    return HW_OK;
}

/* H2O compares the number of scored rows with what it takes for the number of rows. */
static void describe(hwi_buffer *out, const char *which, int64_t n, int64_t n_all,
                     bool is_stratified)
{
    if (n == n_all) {
        hwi_buffer_printf(out, "Metrics reported on full %s frame", which);
        return;
    }
    hwi_buffer_printf(out, "Metrics reported on temporary %s frame with %lld samples", which,
                      (long long)n);
    if (is_stratified)
        hwi_buffer_append_text(out, " (stratified sampling)");
}

static hw_status measure_both(hwi_trainer *trainer, hw_error *err)
{
    scored_frame training = {.scored = hwi_trainer_scored_rows(trainer, false),
                             .is_training = true};
    HW_AUTO_BUFFER(description);
    describe(&description, "training", training.scored.n, trainer->training_rows, false);
    bool has_description = trainer->prepared->category != HW_CATEGORY_AUTOENCODER;
    training.description = has_description ? hwi_buffer_text(&description) : NULL;
    HW_TRY(measure_frame(trainer, &training, &trainer->training_metrics, err));
    if (!trainer->validation)
        return HW_OK;
    scored_frame validation = {.scored = hwi_trainer_scored_rows(trainer, true)};
    HW_AUTO_BUFFER(validation_description);
    bool is_stratified =
        trainer->params->balance_classes &&
        trainer->params->score_validation_sampling == HW_SCORE_VALIDATION_SAMPLING_STRATIFIED;
    describe(&validation_description, "validation", validation.scored.n,
             hw_frame_n_rows(hwi_adapted_frame(trainer->validation)), is_stratified);
    validation.description = has_description ? hwi_buffer_text(&validation_description) : NULL;
    return measure_frame(trainer, &validation, &trainer->validation_metrics, err);
}

static hw_status keep_best(hwi_trainer *trainer, hw_error *err)
{
    if (!trainer->params->overwrite_with_best_model)
        return HW_OK;
    const hw_metrics *judged =
        trainer->validation ? trainer->validation_metrics : trainer->training_metrics;
    float loss =
        hwi_best_model_loss(trainer->params->stopping_metric, judged, trainer->params->h2o_compat);
    bool is_better = trainer->best ? !(loss >= trainer->best_loss) : loss < INFINITY;
    if (!is_better)
        return HW_OK;
    if (!trainer->best) /* takes over the room of the good one, which it replaces */
        trainer->best = HW_TAKE(trainer->good);
    if (trainer->best)
        hwi_network_assign(trainer->best, trainer->published);
    else
        HW_TRY(hwi_network_copy(trainer->published, &trainer->best, err));
    trainer->best_loss = loss;
    size_t n_cats = (size_t)trainer->encoder->n_cats;
    if (!trainer->best_met_missing) {
        trainer->best_met_missing = HWI_NEW_ARRAY(bool, n_cats);
        HW_CHECK_ALLOC(err, trainer->best_met_missing);
    }
    memcpy(trainer->best_met_missing, trainer->met_missing, n_cats * sizeof(bool));
    return HW_OK;
}

void hwi_trainer_recall_best(hwi_trainer *trainer)
{
    hwi_network_assign(trainer->published, trainer->best);
    if (trainer->best_met_missing)
        memcpy(trainer->met_missing, trainer->best_met_missing,
               (size_t)trainer->encoder->n_cats * sizeof(bool));
}

hw_status hwi_trainer_score(hwi_trainer *trainer, hw_error *err)
{
    double begin_ms = hwi_clock_ms();
    trainer->last_scoring_begin_ms = begin_ms;
    HW_TRY(hwi_trainer_check_stability(trainer, err));
    HW_TRY(measure_both(trainer, err));
    double now_ms = hwi_clock_ms();
    trainer->last_scoring_ms = now_ms - begin_ms;
    trainer->scoring_ms += trainer->last_scoring_ms;
    hwi_history_event event = {.total_ms = now_ms - trainer->start_ms + trainer->before.elapsed_ms,
                               .setup_ms = trainer->learning_start_ms - trainer->start_ms,
                               .scoring_ms = trainer->scoring_ms + trainer->before.scoring_ms,
                               .epochs = hwi_trainer_epochs(trainer),
                               .iterations = trainer->iterations,
                               .samples = trainer->processed,
                               .training = trainer->training_metrics,
                               .validation = trainer->validation_metrics};
    HW_TRY(hwi_history_add(&trainer->history, &event, err));
    HW_TRY(keep_best(trainer, err));
    HW_TRY(hwi_trainer_keep_good(trainer, err));
    hwi_trainer_report(trainer, true);
    return HW_OK;
}
