/* SPDX-License-Identifier: Apache-2.0 */
#include "train/snapshot.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "train/checkpoint.h"

/* Snapshots at scoring events may take this part of the time. */
static const double MOST_OF_THE_TIME = 0.05;

/* --- The files -------------------------------------------------------------------------------- */

const char *hwi_run_name(const hw_params *params, const hw_train_options *options)
{
    if (options && options->run_name && *options->run_name)
        return options->run_name;
    return params->model_id && *params->model_id ? params->model_id : "model";
}

static hw_status make_path(const char *folder, const char *name, const char *end, char **out,
                           hw_error *err)
{
    HW_AUTO_BUFFER(path);
    bool has_slash = folder[strlen(folder) - 1] == '/';
    hwi_buffer_printf(&path, "%s%s%s%s", folder, has_slash ? "" : "/", name, end);
    HW_TRY(hwi_buffer_check(&path, err));
    *out = hwi_strdup(hwi_buffer_text(&path));
    HW_CHECK_ALLOC(err, *out);
    return HW_OK;
}

static hw_status check_folder(const char *folder, hw_error *err)
{
    hw_error why = {0};
    hw_status status = hwi_file_make_folder(folder, &why);
    if (status == HW_EIO)
        HW_FAIL(err, HW_EINVAL, "export_checkpoints_dir", "export_checkpoints_dir: %.800s",
                why.message);
    if (status == HW_OK && access(folder, W_OK | X_OK) != 0)
        HW_FAIL(err, HW_EINVAL, "export_checkpoints_dir",
                "export_checkpoints_dir: no file can be made in the folder %.800s", folder);
    if (status != HW_OK && err)
        *err = why;
    return status;
}

/* *out stays NULL when the file is not there or of another run. */
static hw_status read_one(const char *path, const char *run, hw_model **out, hw_error *err)
{
    HW_AUTO(hw_model) *model = NULL;
    if (access(path, F_OK) != 0)
        return HW_OK;
    HW_TRY(hw_model_read(path, &model, err));
    if (model->snapshot && strcmp(model->snapshot->run, run) == 0)
        *out = HW_TAKE(model);
    return HW_OK;
}

/* The finished model of a part, else the last snapshot, else the one before. */
static hw_status find(hwi_snapshots *s, hw_error *err)
{
    HW_AUTO(hw_model) *finished = NULL;
    hw_error ignored = {0};
    if (read_one(s->finished, s->run, &finished, &ignored) == HW_OK && finished) {
        s->found = HW_TAKE(finished);
        return HW_OK;
    }
    hw_error torn = {0};
    hw_status status = read_one(s->path, s->run, &s->found, &torn);
    if (!s->found && read_one(s->before, s->run, &s->found, &ignored) == HW_OK && s->found) {
        s->is_from_before = true;
        status = HW_OK;
    }
    if (status != HW_OK)
        HW_FAIL(err, status, "export_checkpoints_dir",
                "the snapshot cannot be read, and there is none before it (remove it to start from "
                "the beginning): %.700s",
                torn.message);
    return HW_OK;
}

hw_status hwi_snapshots_open(const hw_params *params, const hw_train_options *options,
                             hwi_snapshots *out, hw_error *err)
{
    const char *folder = params->export_checkpoints_dir;
    const char *name = hwi_run_name(params, options);
    *out = (hwi_snapshots){.run = options && options->run ? options->run : "",
                           .seconds = params->snapshot_secs};
    if (!folder || !*folder)
        return HW_OK;
    if (strchr(name, '/'))
        HW_FAIL(err, HW_EINVAL, "model_id",
                "model_id: '%.200s' cannot be the name of a file in export_checkpoints_dir", name);
    HW_TRY(check_folder(folder, err));
    HW_TRY(make_path(folder, name, ".snapshot.zip", &out->path, err));
    HW_TRY(make_path(folder, name, ".snapshot-before.zip", &out->before, err));
    HW_TRY(make_path(folder, name, ".zip", &out->finished, err));
    hwi_file_remove_temporaries(out->path);
    hwi_file_remove_temporaries(out->before);
    hwi_file_remove_temporaries(out->finished);
    return options && options->is_resumed ? find(out, err) : HW_OK;
}

void hwi_snapshots_close(hwi_snapshots *s)
{
    hwi_free(s->path);
    hwi_free(s->before);
    hwi_free(s->finished);
    hwi_table_free(s->training_table);
    hwi_frame_notes_free(s->notes, s->n_notes);
    hw_model_unref(s->found);
    *s = (hwi_snapshots){0};
}

bool hwi_snapshots_are_on(const hwi_snapshots *snapshots)
{
    return snapshots && snapshots->path;
}

void hwi_snapshots_remove(const hwi_snapshots *s)
{
    if (!s->path)
        return;
    /* At no moment only the one before is there. */
    (void)unlink(s->before);
    (void)unlink(s->path);
}

int64_t hwi_run_seed(const hw_params *params, const hw_train_options *options)
{
    const char *folder = params->export_checkpoints_dir;
    if (!folder || !*folder || !options || !options->run || !*options->run)
        return 0;
    /* FNV-1a, mixed: equal runs and names, equal seeds. */
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    const char *const texts[] = {options->run, hwi_run_name(params, options)};
    for (int i = 0; i < 2; i++)
        for (const char *c = texts[i]; *c; c++)
            hash = (hash ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
    hwi_rng rng = hwi_rng_new((int64_t)hash);
    int64_t seed = hwi_rng_long(&rng);
    return seed == 0 || seed == -1 ? 1 : seed;
}

/* --- Going on --------------------------------------------------------------------------------- */

hw_status hwi_snapshots_check(const hwi_snapshots *s, hw_error *err)
{
    for (int32_t i = 0; i < HWI_N_PARAMS; i++) {
        if (hwi_params_is_equal(s->given, s->found->params_given, i))
            continue;
        const char *name = hwi_param_rows[i].info.name;
        HW_AUTO_BUFFER(then);
        HW_AUTO_BUFFER(now);
        hwi_params_write_text(s->found->params_given, i, &then);
        hwi_params_write_text(s->given, i, &now);
        HW_FAIL(err, HW_EINVAL, name,
                "%s: the snapshot %.300s is of a training with %s '%.100s', not '%.100s'", name,
                s->path, name, hwi_buffer_text(&then), hwi_buffer_text(&now));
    }
    return HW_OK;
}

static hw_status take_networks(hwi_snapshots *s, hwi_trainer *trainer, hw_error *err)
{
    hwi_snapshot *snapshot = s->found->snapshot;
    if (snapshot->trained) {
        HW_TRY(hwi_network_copy(s->found->network, &trainer->published, err));
        hwi_network_assign(trainer->network, snapshot->trained);
        trainer->sgd.consensus = trainer->published;
        trainer->sgd.consensus_pull = trainer->params->elastic_averaging_regularization;
    } else {
        hwi_network_assign(trainer->network, s->found->network);
    }
    if (!snapshot->has_best)
        return HW_OK;
    trainer->best_loss = (float)snapshot->best_loss;
    if (!snapshot->best)
        return hwi_network_copy(s->found->network, &trainer->best, err);
    trainer->best = HW_TAKE(snapshot->best);
    return HW_OK;
}

hw_status hwi_snapshots_restore(hwi_snapshots *s, hwi_trainer *trainer, hw_error *err)
{
    hw_model *from = s->found;
    HW_TRY(hwi_snapshots_check(s, err));
    bool had_validation = from->n_frame_notes > 1;
    if (from->snapshot->rows_checksum != hwi_rows_checksum(trainer->rows) ||
        had_validation != (s->validation != NULL) ||
        (had_validation && from->frame_notes[1].n_rows != hw_frame_n_rows(s->validation)))
        HW_FAIL(err, HW_EINVAL, "training_frame",
                "training_frame: the rows are not those that the snapshot %.300s has learned from; "
                "the data have changed since",
                s->path);
    if (!hwi_checkpoint_has_shape(from->network, trainer->network))
        HW_FAIL(err, HW_EFORMAT, "export_checkpoints_dir",
                "%.300s does not hold the optimiser's state for this network", s->path);
    HW_TRY(take_networks(s, trainer, err));
    trainer->processed = trainer->before.processed = from->samples_processed;
    trainer->iterations = from->iterations;
    trainer->before.elapsed_ms = (double)from->run_time_ms;
    trainer->before.scoring_ms = from->resume.scoring_ms;
    trainer->spent_ms = trainer->before.elapsed_ms;
    for (int32_t i = 0; from->resume.met_missing && i < trainer->encoder->n_cats; i++)
        trainer->met_missing[i] = from->resume.met_missing[i];
    if (from->resume.huber_delta > 0 && !trainer->params->h2o_compat)
        trainer->sgd.distribution.huber_delta = from->resume.huber_delta;
    /* The rhythm of scoring goes on as well: the snapshot stands right behind a scoring event. */
    trainer->last_scoring_begin_ms = hwi_clock_ms();
    trainer->last_scoring_ms = from->snapshot->last_scoring_ms;
    trainer->training_metrics = HW_TAKE(from->training_metrics);
    trainer->validation_metrics = HW_TAKE(from->validation_metrics);
    HW_TRY(hwi_history_continue(&trainer->history, from->scoring_history,
                                from->resume.stopping_values, from->resume.n_stopping_values, err));
    s->n_scored = trainer->history.n;
    return HW_OK;
}

/* --- Writing ---------------------------------------------------------------------------------- */

/* What stays the same during the training. */
static hw_status note_facts(hwi_snapshots *s, const hwi_trainer *trainer, hw_error *err)
{
    if (s->has_facts)
        return HW_OK;
    HW_TRY(hwi_train_note_frames(trainer->encoder, s->training, s->validation, &s->training_table,
                                 &s->notes, &s->n_notes, err));
    s->rows_checksum = hwi_rows_checksum(trainer->rows);
    s->has_facts = true;
    return HW_OK;
}

static bool is_same_network(const hwi_network *a, const hwi_network *b)
{
    return a->n_slab_bytes == b->n_slab_bytes && memcmp(a->slab, b->slab, a->n_slab_bytes) == 0;
}

/* The model points at the trainer's and our things. */
static hw_status describe(hwi_snapshots *s, hwi_trainer *trainer, hw_model *model,
                          hwi_snapshot *snapshot, hw_error *err)
{
    HW_TRY(note_facts(s, trainer, err));
    HW_TRY(hwi_train_lend(trainer, s->given, model, err));
    model->ending = HW_ENDED_CANCELLED;
    model->training_frame_table = s->training_table;
    model->frame_notes = s->notes;
    model->n_frame_notes = s->n_notes;
    bool is_best = trainer->best && is_same_network(trainer->best, trainer->published);
    *snapshot = (hwi_snapshot){.run = (char *)s->run,
                               .rows_checksum = s->rows_checksum,
                               .best_loss = trainer->best_loss,
                               .has_best = trainer->best != NULL,
                               .best = is_best ? NULL : trainer->best,
                               .last_scoring_ms = trainer->last_scoring_ms};
    if (trainer->params->elastic_averaging)
        snapshot->trained = trainer->network;
    model->snapshot = snapshot;
    return HW_OK;
}

static hw_status write_snapshot(hwi_snapshots *s, hwi_trainer *trainer, hw_error *err)
{
    HW_AUTO(hw_model) *model = hwi_model_new();
    HW_CHECK_ALLOC(err, model);
    hwi_trainer_publish(trainer);
    hwi_snapshot snapshot;
    hw_status status = describe(s, trainer, model, &snapshot, err);
    /* The first of a run replaces what an older run has left, or what is torn. */
    bool is_first = s->n_written == 0 && (!s->found || s->is_from_before);
    if (status == HW_OK && !is_first)
        status = hwi_file_keep_as(s->path, s->before, err);
    if (status == HW_OK)
        status = hw_model_write(model, s->path, err);
    if (status == HW_OK && s->n_written == 0 && !s->found)
        (void)unlink(s->before);
    hwi_train_forget_lent(model);
    model->training_frame_table = NULL;
    model->frame_notes = NULL;
    model->n_frame_notes = 0;
    model->snapshot = NULL;
    return status;
}

static bool is_due(const hwi_snapshots *s, bool is_scored)
{
    double since_ms = hwi_clock_ms() - s->last_ms;
    if (s->seconds > 0 && since_ms >= s->seconds * 1e3)
        return true;
    bool is_first = s->n_written + s->n_failed == 0;
    return is_scored && (is_first || s->cost_ms <= since_ms * MOST_OF_THE_TIME);
}

void hwi_snapshots_offer(hwi_snapshots *s, hwi_trainer *trainer)
{
    bool is_scored = trainer->history.n > s->n_scored;
    s->n_scored = trainer->history.n;
    /* Before the first scoring event nothing is known that a model file should tell. */
    if (!trainer->training_metrics || !is_due(s, is_scored))
        return;
    double begin_ms = hwi_clock_ms();
    hw_error why = {0};
    hw_status status = write_snapshot(s, trainer, &why);
    s->last_ms = hwi_clock_ms();
    s->cost_ms = s->last_ms - begin_ms;
    s->n_written += status == HW_OK;
    s->n_failed += status != HW_OK;
    if (status != HW_OK)
        s->failure = why;
}

/* --- The end ---------------------------------------------------------------------------------- */

static hw_status warn(hw_model *model, const char *what, const char *why, hw_error *err)
{
    HW_AUTO_BUFFER(text);
    hwi_buffer_printf(&text, "%s could not be written: %s", what, why);
    HW_TRY(hwi_buffer_check(&text, err));
    return hwi_messages_add(&model->messages, HW_MESSAGE_WARN, "export_checkpoints_dir",
                            hwi_buffer_text(&text), err);
}

static hw_status write_finished(const hwi_snapshots *s, hw_model *model, bool is_part,
                                hw_error *err)
{
    hwi_snapshot mark = {.run = (char *)s->run,
                         .is_finished = true,
                         .rows_checksum = s->rows_checksum,
                         .best_loss = 0};
    model->snapshot = is_part ? &mark : NULL;
    hw_status status = hw_model_write(model, s->finished, err);
    model->snapshot = NULL;
    return status;
}

hw_status hwi_snapshots_finish(hwi_snapshots *s, hw_model *model, const hw_train_options *options,
                               bool is_part, hw_error *err)
{
    if (!s->path)
        return HW_OK;
    if (s->n_failed > 0) {
        HW_AUTO_BUFFER(what);
        hwi_buffer_printf(&what, "%lld of %lld snapshots", (long long)s->n_failed,
                          (long long)(s->n_failed + s->n_written));
        HW_TRY(hwi_buffer_check(&what, err));
        HW_TRY(warn(model, hwi_buffer_text(&what), s->failure.message, err));
    }
    if (model->ending == HW_ENDED_CANCELLED)
        return HW_OK;
    hw_error why = {0};
    if (write_finished(s, model, is_part, &why) != HW_OK)
        return warn(model, "the model", why.message, err);
    if (is_part || !options || !options->keeps_snapshots)
        hwi_snapshots_remove(s);
    return HW_OK;
}
