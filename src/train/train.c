/* SPDX-License-Identifier: Apache-2.0 */
#include "train/train.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/parallel.h"
#include "model/command.h"
#include "model/importance.h"
#include "train/checkpoint.h"
#include "train/cv.h"
#include "train/diagnosis.h"
#include "train/folds.h"
#include "train/learning.h"
#include "train/snapshot.h"
#include "train/trainer.h"

enum { MAX_SAMPLE_ROWS = 1000 };

/* --- Notes on the data ------------------------------------------------------------------------ */

static hw_status note_frame(const hw_frame *frame, hwi_frame_note *note, hw_error *err)
{
    int32_t n = hw_frame_n_columns(frame);
    note->name = hwi_strdup(hw_frame_name(frame));
    note->n_rows = hw_frame_n_rows(frame);
    note->columns = HWI_NEW_ARRAY(hwi_model_column, (size_t)n);
    note->n_missing = HWI_NEW_ARRAY(int64_t, (size_t)n);
    HW_CHECK_ALLOC(err, note->name);
    HW_CHECK_ALLOC(err, note->columns);
    HW_CHECK_ALLOC(err, note->n_missing);
    note->n_columns = n;
    for (int32_t i = 0; i < n; i++) {
        HW_TRY(hwi_model_column_from_frame(frame, i, &note->columns[i], err));
        note->n_missing[i] = hw_frame_n_missing(frame, i);
    }
    return HW_OK;
}

/* HW_OK or not, *out is the caller's. */
static hw_status note_frames(const hw_frame *training, const hw_frame *validation,
                             hwi_frame_note **out, int32_t *out_n, hw_error *err)
{
    hwi_frame_note *notes = *out = HWI_NEW_ARRAY(hwi_frame_note, 2);
    HW_CHECK_ALLOC(err, notes);
    *out_n = 1;
    HW_TRY(note_frame(training, &notes[0], err));
    if (!validation)
        return HW_OK;
    *out_n = 2;
    return note_frame(validation, &notes[1], err);
}

static const char *role_of(const hwi_encoder *encoder, const char *name)
{
    const struct {
        int32_t at;
        const char *role;
    } special[] = {{encoder->response_at, "response"},
                   {encoder->weights_at, "weights"},
                   {encoder->offset_at, "offset"},
                   {encoder->fold_at, "fold"}};
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        if (special[i].at >= 0 && strcmp(encoder->columns[special[i].at].name, name) == 0)
            return special[i].role;
    int32_t n = 0, n_predictors = 0;
    const hwi_model_column *columns = hwi_encoder_table_columns(encoder, &n, &n_predictors);
    for (int32_t i = 0; i < n_predictors; i++)
        if (strcmp(columns[i].name, name) == 0)
            return "predictor";
    return "not used";
}

HW_DEFINE_AUTO(hw_column_summary, hwi_free)

typedef struct frame_summaries {
    const hw_frame *frame;
    hw_column_summary *columns; /* (columns of the frame) */
} frame_summaries;

static hw_status summarize_column(int64_t index, int worker, void *ctx, hw_error *err)
{
    const frame_summaries *all = ctx;
    (void)worker;
    return hw_frame_summarize_column(all->frame, (int32_t)index, &all->columns[index], err);
}

static hw_status tabulate_frame(const hwi_encoder *encoder, const hw_frame *frame, hw_table **out,
                                hw_error *err)
{
    static const char *const numbers[] = {"min", "mean", "max", "sigma"};
    HW_AUTO(hw_table) *table = hwi_table_new("Training Frame", hw_frame_name(frame));
    hwi_table_add_column(table, "name", HW_CELL_STRING, "%s", "Name");
    hwi_table_add_column(table, "role", HW_CELL_STRING, "%s", "Role");
    hwi_table_add_column(table, "type", HW_CELL_STRING, "%s", "Type");
    hwi_table_add_column(table, "missing", HW_CELL_LONG, "%d", "Missing");
    for (int i = 0; i < 4; i++)
        hwi_table_add_column(table, numbers[i], HW_CELL_DOUBLE, "%.5f", numbers[i]);
    hwi_table_add_column(table, "levels", HW_CELL_LONG, "%d", "Levels");
    const int32_t n_columns = hw_frame_n_columns(frame);
    HW_AUTO(hw_column_summary) *columns = HWI_NEW_ARRAY(hw_column_summary, (size_t)n_columns);
    HW_CHECK_ALLOC(err, columns);
    frame_summaries all = {frame, columns};
    int n_threads = hwi_parallel_n_threads_for_cells(hw_frame_n_rows(frame) * n_columns);
    HW_TRY(hwi_parallel_for(n_columns, n_threads, summarize_column, &all, err));
    for (int32_t i = 0; i < n_columns; i++) {
        hw_column_summary s = columns[i];
        int64_t row = hwi_table_add_row(table);
        HW_TRY(hwi_table_check(table, err));
        hwi_table_set_text(table, row, 0, hw_frame_column_name(frame, i));
        hwi_table_set_text(table, row, 1, role_of(encoder, hw_frame_column_name(frame, i)));
        hwi_table_set_text(table, row, 2, hw_type_name(hw_frame_column_type(frame, i)));
        hwi_table_set_number(table, row, 3, (double)s.n_missing);
        const double moments[] = {s.min, s.mean, s.max, s.sigma};
        for (int k = 0; k < 4; k++)
            if (!isnan(moments[k]))
                hwi_table_set_number(table, row, 4 + k, moments[k]);
        if (s.cardinality >= 0)
            hwi_table_set_number(table, row, 8, (double)s.cardinality);
    }
    HW_TRY(hwi_table_check(table, err));
    *out = HW_TAKE(table);
    return HW_OK;
}

/* Actual and predicted values of evenly spaced rows, for pictures. */
static hw_status sample_predictions(const hwi_trainer *trainer, hw_table **out, hw_error *err)
{
    const hwi_adapted *adapted = trainer->validation ? trainer->validation : trainer->training;
    int64_t n_rows = hw_frame_n_rows(hwi_adapted_frame(adapted));
    int64_t n = n_rows < MAX_SAMPLE_ROWS ? n_rows : MAX_SAMPLE_ROWS;
    HW_AUTO(int32_t) *rows = HWI_NEW_ARRAY(int32_t, (size_t)n);
    HW_AUTO(double) *predicted = HWI_NEW_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, rows);
    HW_CHECK_ALLOC(err, predicted);
    for (int64_t i = 0; i < n; i++)
        rows[i] = (int32_t)(i * n_rows / n);
    hwi_scorer scorer = hwi_trainer_scorer(trainer);
    HW_TRY(hwi_scorer_score(&scorer, adapted, rows, 0, n, HWI_SCORE_PREDICTIONS, 1, predicted, NULL,
                            err));
    HW_AUTO(hw_table) *table =
        hwi_table_new("Predictions", trainer->validation ? "validation" : "training");
    hwi_table_add_column(table, "actual", HW_CELL_DOUBLE, "%.5f", "Actual");
    hwi_table_add_column(table, "predicted", HW_CELL_DOUBLE, "%.5f", "Predicted");
    for (int64_t i = 0; i < n; i++) {
        double actual;
        hwi_adapted_read_response(adapted, rows[i], 1, &actual);
        if (isnan(actual))
            continue;
        int64_t row = hwi_table_add_row(table);
        HW_TRY(hwi_table_check(table, err));
        hwi_table_set_number(table, row, 0, actual);
        hwi_table_set_number(table, row, 1, predicted[i]);
    }
    *out = HW_TAKE(table);
    return HW_OK;
}

/* --- The finished model ----------------------------------------------------------------------- */

static hw_status summarize(const hwi_trainer *trainer, hw_model *model, hw_error *err)
{
    const hw_params *params = trainer->params;
    hwi_summary_facts facts = {
        .response = params->autoencoder ? NULL : params->response_column,
        .n_classes = trainer->prepared->facts.n_classes,
        .distribution = hwi_param_level_name(HWI_PARAM_DISTRIBUTION, (int32_t)params->distribution),
        .loss = hwi_param_level_name(HWI_PARAM_LOSS, (int32_t)params->loss),
        .input_dropout_ratio = params->input_dropout_ratio,
        .l1 = params->l1,
        .l2 = params->l2,
        .n_samples = trainer->processed};
    return hwi_model_summary(trainer->published, &trainer->sgd, &facts, &model->model_summary, err);
}

hw_status hwi_train_note_frames(const hwi_encoder *encoder, const hw_frame *training,
                                const hw_frame *validation, hw_table **out_table,
                                hwi_frame_note **out_notes, int32_t *out_n, hw_error *err)
{
    HW_TRY(tabulate_frame(encoder, training, out_table, err));
    return note_frames(training, validation, out_notes, out_n, err);
}

/* The model points at what the trainer made, which stays the trainer's. */
static void lend_results(const hwi_trainer *trainer, hw_model *model)
{
    const hwi_prepared *prepared = trainer->prepared;
    model->network = trainer->published;
    model->scoring_history = trainer->history.table;
    model->training_metrics = trainer->training_metrics;
    model->validation_metrics = trainer->validation_metrics;
    model->prior_class_distribution = trainer->class_priors;
    model->model_class_distribution = trainer->model_distribution;
    model->encoder = prepared->encoder;
    model->params_actual = prepared->actual;
    model->messages = prepared->messages;
    model->resume = (hwi_resume){.met_missing = trainer->met_missing,
                                 .stopping_values = trainer->history.stopping_values,
                                 .n_stopping_values = trainer->history.n,
                                 .scoring_ms = trainer->scoring_ms + trainer->before.scoring_ms};
    if (trainer->sgd.distribution.kind == HW_DISTRIBUTION_HUBER)
        model->resume.huber_delta = trainer->sgd.distribution.huber_delta;
}

void hwi_train_forget_lent(hw_model *model)
{
    model->network = NULL;
    model->scoring_history = NULL;
    model->training_metrics = model->validation_metrics = NULL;
    model->prior_class_distribution = model->model_class_distribution = NULL;
    model->encoder = NULL;
    model->params_actual = NULL;
    model->messages = (hwi_messages){0};
    model->resume = (hwi_resume){0};
}

/* The model keeps what it points at; the trainer forgets it. */
static void give_results(hwi_trainer *trainer, hwi_prepared *prepared)
{
    if (trainer->published == trainer->network)
        trainer->network = NULL;
    trainer->published = NULL;
    trainer->history.table = NULL;
    trainer->history.stopping_values = NULL;
    trainer->training_metrics = trainer->validation_metrics = NULL;
    trainer->class_priors = trainer->model_distribution = NULL;
    trainer->met_missing = NULL;
    prepared->encoder = NULL;
    prepared->actual = NULL;
    prepared->messages = (hwi_messages){0};
}

static double default_threshold(const hw_model *model)
{
    const hw_metrics *metrics =
        model->validation_metrics ? model->validation_metrics : model->training_metrics;
    double threshold = NAN;
    if (model->category == HW_CATEGORY_BINOMIAL && metrics)
        threshold = hw_metrics_value(metrics, "default_threshold");
    return isnan(threshold) ? 0.5 : threshold;
}

static hw_status note_divergence(const hw_error *diverged, hw_model *model, hw_error *err)
{
    if (model->ending != HW_ENDED_UNSTABLE)
        return HW_OK;
    return hwi_messages_add(&model->messages, HW_MESSAGE_WARN, diverged->field, diverged->message,
                            err);
}

/* All that is neither the trainer's nor costly. */
static hw_status describe(hwi_trainer *trainer, const hw_params *given, hw_model *model,
                          hw_error *err)
{
    const hwi_prepared *prepared = trainer->prepared;
    model->params_given = hw_params_copy(given);
    HW_CHECK_ALLOC(err, model->params_given);
    if (trainer->options)
        HW_TRY(hwi_model_set_command_options(model, trainer->options->command_options, err));
    model->category = prepared->category;
    model->n_classes = prepared->n_classes;
    model->distribution = trainer->params->distribution;
    model->balance_classes = trainer->params->balance_classes;
    model->ending = trainer->ending;
    model->samples_processed = trainer->processed;
    model->iterations = trainer->iterations;
    model->epochs = hwi_trainer_epochs(trainer);
    model->seed = trainer->params->seed;
    double run_ms = hwi_clock_ms() - trainer->start_ms;
    model->run_time_ms = (int64_t)(run_ms + trainer->before.elapsed_ms);
    model->start_time_ms = hwi_wall_clock_ms() - (int64_t)run_ms;
    /* The summary shows the rates after the last sample. */
    hwi_sgd_set_rates(&trainer->sgd, (double)trainer->processed);
    HW_TRY(summarize(trainer, model, err));
    if (model->category == HW_CATEGORY_REGRESSION)
        HW_TRY(sample_predictions(trainer, &model->prediction_sample, err));
    return HW_OK;
}

hw_status hwi_train_lend(hwi_trainer *trainer, const hw_params *given, hw_model *model,
                         hw_error *err)
{
    HW_TRY(describe(trainer, given, model, err));
    lend_results(trainer, model);
    model->default_threshold = default_threshold(model);
    return HW_OK;
}

static hw_status assemble(hwi_trainer *trainer, hwi_prepared *prepared, const hw_params *given,
                          const hw_frame *training, const hw_frame *validation, hw_model *model,
                          hw_error *err)
{
    HW_TRY(describe(trainer, given, model, err));
    if (trainer->params->variable_importances)
        HW_TRY(hwi_variable_importances(trainer->encoder, trainer->published, trainer->met_missing,
                                        trainer->params->h2o_compat, &model->variable_importances,
                                        err));
    if (!prepared->facts.is_fold_model)
        HW_TRY(hwi_diagnose(trainer, model->diagnoses, err));
    HW_TRY(hwi_train_note_frames(trainer->encoder, training, validation,
                                 &model->training_frame_table, &model->frame_notes,
                                 &model->n_frame_notes, err));
    lend_results(trainer, model);
    give_results(trainer, prepared);
    model->default_threshold = default_threshold(model);
    return HW_OK;
}

/* A training that is ready to begin; borrowed but for what is prepared and the snapshots. */
typedef struct job {
    hwi_prepared prepared;
    const hw_params *given;
    const hw_frame *training, *validation;
    const hw_train_options *options;
    const hw_model *from; /* the checkpoint, or NULL */
    hwi_rows_pool *pool;  /* of the frame's rows, or NULL */
    hwi_snapshots snapshots;
} job;

static void close_job(job *j)
{
    hwi_snapshots_close(&j->snapshots);
    hwi_prepared_clear(&j->prepared);
}

static hw_status begin(job *j, hwi_trainer *trainer, hw_error *err)
{
    HW_TRY(hwi_trainer_init(trainer, &j->prepared, j->training, j->validation, j->options, err));
    if (hwi_snapshots_are_on(&j->snapshots))
        trainer->snapshots = &j->snapshots;
    /* A snapshot is further than the checkpoint that its training began with. */
    if (j->snapshots.found)
        return hwi_snapshots_restore(&j->snapshots, trainer, err);
    return j->from ? hwi_checkpoint_restore(j->from, trainer, err) : HW_OK;
}

static hw_status train_prepared(job *j, hw_model **out_model, hw_error *err)
{
    HW_AUTO(hw_model) *model = hwi_model_new();
    HW_CHECK_ALLOC(err, model);
    hwi_trainer trainer;
    hw_error diverged = {0};
    hw_status status = begin(j, &trainer, err);
    if (status == HW_OK) {
        status = hwi_trainer_run(&trainer, &diverged);
        if (status != HW_OK && err)
            *err = diverged;
    }
    if (status == HW_OK)
        status = assemble(&trainer, &j->prepared, j->given, j->training, j->validation, model, err);
    if (status == HW_OK)
        status = note_divergence(&diverged, model, err);
    hwi_trainer_clear(&trainer);
    if (status == HW_OK)
        *out_model = HW_TAKE(model);
    return status;
}

/* The main model of a cross-validation is finished by that. */
static hw_status finish(job *j, const hwi_cv_role *role, hw_model *model, hw_error *err)
{
    if (role && !role->is_fold_model)
        return HW_OK;
    return hwi_snapshots_finish(&j->snapshots, model, j->options, role != NULL, err);
}

static hw_status prepare_and_train(const hw_params *params, const hwi_cv_role *role, job *j,
                                   hw_model **out_model, hw_error *err)
{
    hwi_cv_role own = role ? *role : (hwi_cv_role){0};
    own.seed = hwi_run_seed(params, j->options);
    HW_TRY(hwi_prepare(params, j->training, j->validation, &own, &j->prepared, err));
    if (j->from)
        HW_TRY(hwi_checkpoint_check(j->from, j->validation != NULL, &j->prepared, err));
    /* The frame of a checkpoint has its levels in the order of that model. */
    if (j->pool && !j->from)
        HW_TRY(hwi_rows_pool_get(j->pool, j->prepared.encoder, j->training,
                                 &j->prepared.shared_rows, err));
    HW_AUTO(hw_model) *model = NULL;
    HW_TRY(train_prepared(j, &model, err));
    HW_TRY(finish(j, role, model, err));
    *out_model = HW_TAKE(model);
    return HW_OK;
}

static hw_status train_one(const hw_params *params, const hw_frame *training,
                           const hw_frame *validation, const hw_train_options *options,
                           const hwi_cv_role *role, hwi_rows_pool *pool, hw_model **out_model,
                           hw_error *err)
{
    HW_AUTO(hw_model) *from = NULL;
    HW_AUTO(hw_frame) *aligned = NULL;
    __attribute__((cleanup(close_job)))
    job j = {.given = role && role->shown ? role->shown : params,
             .training = training,
             .validation = validation,
             .options = options,
             .pool = pool};
    HW_TRY(hwi_checkpoint_read(params, &from, err));
    if (from) {
        HW_TRY(hwi_checkpoint_align(from, params, training, &aligned, err));
        j.training = aligned;
    }
    j.from = from;
    HW_TRY(hwi_snapshots_open(params, options, &j.snapshots, err));
    j.snapshots.given = j.given;
    j.snapshots.training = j.training;
    j.snapshots.validation = validation;
    if (j.snapshots.found && j.snapshots.found->snapshot->is_finished) {
        HW_TRY(hwi_snapshots_check(&j.snapshots, err));
        hwi_snapshots_remove(&j.snapshots); /* the process may have ended before it could */
        *out_model = HW_TAKE(j.snapshots.found);
        return HW_OK;
    }
    return prepare_and_train(params, role, &j, out_model, err);
}

hw_status hwi_train_one(const hw_params *params, const hw_frame *training,
                        const hw_frame *validation, const hw_train_options *options,
                        const hwi_cv_role *role, hw_model **out_model, hw_error *err)
{
    return train_one(params, training, validation, options, role, NULL, out_model, err);
}

hw_status hwi_train_pooled(const hw_params *params, const hw_frame *training,
                           const hw_frame *validation, const hw_train_options *options,
                           hwi_rows_pool *pool, hw_model **out_model, hw_error *err)
{
    HW_TRY(hwi_learning_check(params, options, err));
    if (hwi_folds_are_wanted(params) && params->checkpoint && *params->checkpoint)
        HW_FAIL(err, HW_EINVAL, "nfolds",
                "nfolds: a training that continues from a checkpoint cannot be cross-validated");
    if (hwi_folds_are_wanted(params))
        return hwi_cross_validate(params, training, validation, options, pool, out_model, err);
    return train_one(params, training, validation, options, NULL, pool, out_model, err);
}

hw_status hwi_train(const hw_params *params, const hw_frame *training, const hw_frame *validation,
                    const hw_train_options *options, hw_model **out_model, hw_error *err)
{
    return hwi_train_pooled(params, training, validation, options, NULL, out_model, err);
}
