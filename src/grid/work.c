/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "grid/manifest.h"
#include "grid/run.h"
#include "metrics/named.h"
#include "train/train.h"

/* Nets of so many weights fill the caches, with what their optimiser keeps beside them: several at
 * a time would wait for memory, while a team of threads shares one. */
static const double LARGE_WEIGHTS = 1 << 20;

/* --- Choosing what comes next ----------------------------------------------------------------- */

static bool is_ignored(const hw_params *params, const char *name)
{
    for (int32_t i = 0; i < params->ignored_columns.n; i++)
        if (params->ignored_columns.v[i] && strcmp(params->ignored_columns.v[i], name) == 0)
            return true;
    return params->response_column && strcmp(params->response_column, name) == 0;
}

/* About as many weights as the net will have; what the encoder drops counts too. */
static double count_weights(const hw_params *params, const hw_frame *frame)
{
    double below = 0, n = 0;
    for (int32_t c = 0; c < hw_frame_n_columns(frame); c++) {
        int32_t n_levels = hw_frame_n_levels(frame, c);
        if (!is_ignored(params, hw_frame_column_name(frame, c)))
            below += n_levels > 0 ? n_levels + 1 : 1;
    }
    double n_inputs = below;
    for (int32_t l = 0; l < params->hidden.n; l++) {
        n += (below + 1) * params->hidden.v[l];
        below = params->hidden.v[l];
    }
    return params->autoencoder ? n + (below + 1) * n_inputs : n;
}

static bool has_to_end(hwi_grid_run *run)
{
    double limit = run->criteria->max_runtime_secs;
    if (limit > 0 && hwi_grid_run_seconds(run) >= limit)
        run->is_out_of_time = true;
    return run->is_cancelled || run->is_out_of_time || run->is_stopped_early ||
           run->failure.code != HW_OK;
}

static hw_status add_event(hwi_grid_run *run, const hwi_grid_combination *item, const char *failure,
                           double metric, hw_error *err)
{
    if (run->n_events == run->capacity_events) {
        int32_t larger = run->capacity_events ? 2 * run->capacity_events : 16;
        void *moved = hwi_realloc_array(run->events, (size_t)run->n_events, (size_t)larger,
                                        sizeof *run->events);
        HW_CHECK_ALLOC(err, moved);
        run->events = moved;
        run->capacity_events = larger;
    }
    HW_AUTO_BUFFER(text);
    hwi_grid_values_describe(&item->values, run->grid->names, &text);
    HW_TRY(hwi_buffer_check(&text, err));
    hwi_grid_event event = {.id = item->values.id,
                            .description = hwi_strdup(hwi_buffer_text(&text)),
                            .failure = hwi_strdup(failure),
                            .metric = metric};
    run->events[run->n_events++] = event;
    HW_CHECK_ALLOC(err, event.description && (event.failure || !failure));
    return HW_OK;
}

static hw_status copy_values(const hwi_grid_values *from, hwi_grid_values *to, hw_error *err)
{
    to->index = from->index;
    to->number = from->number;
    to->id = hwi_strdup(from->id);
    to->texts = HWI_NEW_ARRAY(char *, (size_t)from->n);
    HW_CHECK_ALLOC(err, to->id && to->texts);
    to->n = from->n;
    for (int32_t i = 0; i < from->n; i++) {
        to->texts[i] = hwi_strdup(from->texts[i]);
        HW_CHECK_ALLOC(err, to->texts[i] || !from->texts[i]);
    }
    return HW_OK;
}

static hw_status add_failure_locked(hwi_grid_run *run, const hwi_grid_combination *item,
                                    const hw_error *why, hw_error *err)
{
    HW_AUTO(hwi_grid_failure) *failure = HWI_NEW(hwi_grid_failure);
    HW_CHECK_ALLOC(err, failure);
    HW_TRY(copy_values(&item->values, &failure->values, err));
    failure->field = hwi_strdup(why->field);
    failure->reason = hwi_strdup(why->message);
    HW_CHECK_ALLOC(err, failure->field && failure->reason);
    HW_TRY(hwi_grid_add_failure(run->grid, failure, err));
    HW_TRY(add_event(run, item, HW_TAKE(failure)->reason, NAN, err));
    return hwi_grid_judge_locked(run, err);
}

/* The grid's note of a model that is there; path is where, NULL in memory. */
static hw_status note_model(const hwi_grid_combination *item, hw_model *model, const char *path,
                            hwi_grid_model **out, hw_error *err)
{
    HW_AUTO(hwi_grid_model) *note = HWI_NEW(hwi_grid_model);
    HW_CHECK_ALLOC(err, note);
    HW_TRY(copy_values(&item->values, &note->values, err));
    HW_TRY(hwi_grid_note_model(model, note, err));
    if (path) {
        note->path = hwi_strdup(path);
        note->file = hwi_strdup(path + (strrchr(path, '/') - path) + 1);
        HW_CHECK_ALLOC(err, note->path && note->file);
    } else {
        note->model = hw_model_ref(model);
    }
    char *command = hw_model_command(model, " ", note->file);
    HW_CHECK_ALLOC(err, command);
    note->command = hwi_strdup(command);
    hw_text_free(command);
    HW_CHECK_ALLOC(err, note->command);
    *out = HW_TAKE(note);
    return HW_OK;
}

static hw_status add_model_locked(hwi_grid_run *run, const hwi_grid_combination *item,
                                  hwi_grid_model *note, hw_error *err)
{
    hw_status status = hwi_grid_add_model(run->grid, note, err);
    if (status != HW_OK) {
        hwi_grid_model_free(note);
        return status;
    }
    const double *metrics = note->metrics[hwi_grid_source(run->grid)];
    HW_TRY(add_event(run, item, NULL, metrics ? metrics[run->grid->sort_metric] : NAN, err));
    return hwi_grid_judge_locked(run, err);
}

static hw_status make_path(const hwi_grid_run *run, const hwi_grid_combination *item, char **out,
                           hw_error *err)
{
    HW_AUTO_BUFFER(name);
    if (!run->grid->folder)
        return HW_OK;
    hwi_buffer_printf(&name, "%s.zip", item->values.id);
    HW_TRY(hwi_buffer_check(&name, err));
    *out = hwi_grid_path(run->grid->folder, hwi_buffer_text(&name));
    HW_CHECK_ALLOC(err, *out);
    return HW_OK;
}

/* --- What a killed search left ---------------------------------------------------------------- */

/* Whether a file holds the model of a combination, and of no other. */
static bool is_model_of(const hwi_grid_combination *item, const hw_model *model)
{
    static const char *const may_differ[] = {"seed",
                                             "max_runtime_secs",
                                             "model_id",
                                             "quiet_mode",
                                             "training_frame",
                                             "validation_frame",
                                             "export_checkpoints_dir"};
    for (int32_t i = 0; i < HWI_N_PARAMS; i++) {
        bool is_free = false;
        for (size_t k = 0; k < sizeof may_differ / sizeof *may_differ; k++)
            is_free = is_free || strcmp(may_differ[k], hwi_param_rows[i].info.name) == 0;
        if (!is_free && !hwi_params_is_equal(item->params, model->params_given, i))
            return false;
    }
    return item->params->seed == -1 || item->params->seed == model->seed;
}

/* A file that was finished when the manifest was not yet: takes it in. */
static hw_status adopt_locked(hwi_grid_run *run, const hwi_grid_combination *item, bool *out_is,
                              hw_error *err)
{
    HW_AUTO(char) *path = NULL;
    HW_AUTO(hw_model) *model = NULL;
    hwi_grid_model *note = NULL;
    hw_error why = {0};
    HW_TRY(make_path(run, item, &path, err));
    *out_is = path && access(path, F_OK) == 0;
    if (!*out_is)
        return HW_OK;
    if (hw_model_read(path, &model, &why) != HW_OK)
        HW_FAIL(err, HW_EFORMAT, "grid_dir",
                "grid_dir: %.200s cannot be read (%.300s); remove it to have it trained anew", path,
                why.message);
    if (!is_model_of(item, model))
        HW_FAIL(err, HW_EINVAL, "grid_dir",
                "grid_dir: %.300s is a model of other parameters; remove it, or choose another "
                "folder",
                path);
    HW_TRY(note_model(item, model, path, &note, err));
    run->n_found++;
    return add_model_locked(run, item, note, err);
}

/* Passes over what needs no training. *out is whether it has to be trained. */
static hw_status look_at_locked(hwi_grid_run *run, const hwi_grid_combination *item, bool *out,
                                hw_error *err)
{
    bool is_adopted = false;
    *out = false;
    if (item->kind == HWI_GRID_REPEATED) {
        run->n_repeated++;
        return hwi_grid_judge_locked(run, err);
    }
    if (hwi_grid_has_ended(run->grid, item->values.index))
        return hwi_grid_judge_locked(run, err);
    if (item->kind == HWI_GRID_REFUSED)
        return add_failure_locked(run, item, &item->refusal, err);
    HW_TRY(adopt_locked(run, item, &is_adopted, err));
    *out = !is_adopted;
    return HW_OK;
}

/* --- Taking turns ----------------------------------------------------------------------------- */

/* What is left for how many: the last few models get the threads of those that are done. */
static int threads_for(const hwi_grid_run *run, bool is_large)
{
    int64_t n_left = hwi_grid_list_n(run->list) - hwi_grid_list_n_begun(run->list) + 1;
    int64_t n_at_once = n_left + run->n_running;
    if (is_large)
        return run->n_threads;
    if (n_at_once > run->n_workers)
        n_at_once = run->n_workers;
    int n = (int)(run->n_threads / (n_at_once > 0 ? n_at_once : 1));
    return n > 0 ? n : 1;
}

/* The next combination that is to be trained is run->next; NULL when there is none. */
static hw_status find_next_locked(hwi_grid_run *run, hw_error *err)
{
    bool is_wanted = run->next != NULL;
    while (!is_wanted && !run->has_walked && !has_to_end(run)) {
        hwi_grid_combination *item;
        HW_TRY(hwi_grid_list_next(run->list, &item, err));
        run->has_walked = item == NULL;
        if (!item)
            break;
        HW_TRY(look_at_locked(run, item, &is_wanted, err));
        if (is_wanted)
            run->next = item;
    }
    return HW_OK;
}

static hw_status begin_locked(hwi_grid_slot *slot, bool is_large, hw_error *err)
{
    hwi_grid_run *run = slot->run;
    HW_AUTO_BUFFER(text);
    hwi_grid_values_describe(&run->next->values, run->grid->names, &text);
    HW_TRY(hwi_buffer_check(&text, err));
    char *description = hwi_strdup(hwi_buffer_text(&text));
    HW_CHECK_ALLOC(err, description);
    hwi_free(slot->description);
    slot->description = description;
    slot->progress = (hw_progress){0};
    slot->n_threads = threads_for(run, is_large);
    slot->item = run->next;
    run->next = NULL;
    run->n_running++;
    run->is_exclusive = is_large;
    return HW_OK;
}

/* Where a search may stop early nobody runs far ahead: what a slow model would have stopped. */
static bool is_too_far_ahead(const hwi_grid_run *run)
{
    return run->criteria->stopping_rounds > 0 &&
           run->next->values.index >= run->n_prefix + run->n_workers;
}

/* Waits until the next combination may begin. slot->item stays NULL when nothing is left. */
static hw_status take_locked(hwi_grid_slot *slot, hw_error *err)
{
    hwi_grid_run *run = slot->run;
    for (;;) {
        HW_TRY(find_next_locked(run, err));
        if (!run->next || has_to_end(run))
            return HW_OK;
        bool is_large =
            run->n_workers > 1 && count_weights(run->next->params, run->training) >= LARGE_WEIGHTS;
        bool must_wait =
            run->is_exclusive || (is_large && run->n_running > 0) || is_too_far_ahead(run);
        if (!must_wait)
            return begin_locked(slot, is_large, err);
        pthread_cond_wait(&run->changed, &run->lock);
    }
}

/* --- Training --------------------------------------------------------------------------------- */

static bool note_progress(const hw_progress *progress, void *ctx)
{
    hwi_grid_slot *slot = ctx;
    hwi_grid_run *run = slot->run;
    pthread_mutex_lock(&run->lock);
    slot->progress = *progress;
    bool goes_on = !run->is_cancelled && run->failure.code == HW_OK;
    pthread_mutex_unlock(&run->lock);
    return goes_on;
}

static hw_status make_params(hwi_grid_run *run, const hwi_grid_combination *item, hw_params **out,
                             hw_error *err)
{
    HW_AUTO(hw_params) *params = hw_params_copy(item->params);
    HW_CHECK_ALLOC(err, params);
    HW_TRY(hw_params_set(params, "model_id", item->values.id, err));
    double limit = run->criteria->max_runtime_secs;
    if (limit > 0) {
        /* 0 would mean no limit. */
        double left = fmax(limit - hwi_grid_run_seconds(run), 1e-3);
        bool is_less = params->max_runtime_secs == 0 || left < params->max_runtime_secs;
        params->max_runtime_secs = is_less ? left : params->max_runtime_secs;
    }
    *out = HW_TAKE(params);
    return HW_OK;
}

/* Whether a failed training is the combination's own affair. */
static bool is_of_combination(hw_status status)
{
    return status != HW_OK && status != HW_EIO && status != HW_ECANCELED;
}

/* Trains, and keeps what it gives. *out_note is NULL when it was given up; why says why there is no
 * model, its code HW_OK otherwise. */
static hw_status train_item(hwi_grid_slot *slot, hwi_grid_model **out_note, hw_error *why,
                            hw_error *err)
{
    hwi_grid_run *run = slot->run;
    HW_AUTO(hw_params) *params = NULL;
    HW_AUTO(hw_model) *model = NULL;
    HW_AUTO(char) *path = NULL;
    HW_TRY(make_params(run, slot->item, &params, err));
    HW_TRY(make_path(run, slot->item, &path, err));
    hw_train_options options = {.progress = note_progress,
                                .progress_ctx = slot,
                                .n_threads = slot->n_threads,
                                .command_options = run->options->command_options};
    hw_status status =
        hwi_train_pooled(params, run->training, run->validation, &options, run->pool, &model, why);
    if (status == HW_OK && hw_model_ending(model) == HW_ENDED_UNSTABLE)
        status = hwi_fail(why, HW_EUNSTABLE, NULL, __FILE__, __LINE__,
                          "training diverged; smaller steps help: rate, l1, l2, max_w2, or another "
                          "activation");
    if (is_of_combination(status))
        return HW_OK;
    if (status == HW_ECANCELED)
        why->code = HW_OK;
    else if (status != HW_OK && err)
        *err = *why;
    bool is_given_up =
        status == HW_ECANCELED || (model && hw_model_ending(model) == HW_ENDED_CANCELLED);
    if (is_given_up || status != HW_OK)
        return is_given_up ? HW_OK : status;
    if (path)
        HW_TRY(hw_model_write(model, path, err));
    return note_model(slot->item, model, path, out_note, err);
}

/* Locked before and after. */
static hw_status run_item(hwi_grid_slot *slot, hw_error *err)
{
    hwi_grid_run *run = slot->run;
    hwi_grid_model *note = NULL;
    hw_error why = {0};
    pthread_mutex_unlock(&run->lock);
    hw_status status = train_item(slot, &note, &why, err);
    pthread_mutex_lock(&run->lock);
    const hwi_grid_combination *item = slot->item;
    slot->item = NULL;
    run->n_running--;
    run->is_exclusive = false;
    if (status == HW_OK && note)
        status = add_model_locked(run, item, note, err);
    else if (status == HW_OK && why.code != HW_OK)
        status = add_failure_locked(run, item, &why, err);
    run->n_trained += note != NULL;
    pthread_cond_broadcast(&run->changed);
    if (status != HW_OK)
        return status;
    pthread_mutex_unlock(&run->lock);
    status = hwi_grid_save(run, false, err);
    pthread_mutex_lock(&run->lock);
    return status;
}

void *hwi_grid_work(void *opaque)
{
    hwi_grid_slot *slot = opaque;
    hwi_grid_run *run = slot->run;
    hw_error error = {0};
    pthread_mutex_lock(&run->lock);
    hw_status status = take_locked(slot, &error);
    while (status == HW_OK && slot->item) {
        status = run_item(slot, &error);
        if (status == HW_OK)
            status = take_locked(slot, &error);
    }
    if (status != HW_OK && run->failure.code == HW_OK)
        run->failure = error;
    run->n_alive--;
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
    return NULL;
}
