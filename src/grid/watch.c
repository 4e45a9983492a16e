/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/parallel.h"
#include "grid/leaderboard.h"
#include "grid/manifest.h"
#include "grid/run.h"

static const long REPORT_EVERY_NS = 80 * 1000 * 1000;
/* A search of thousands of small models is not to spend its time on manifests: a model that is on
 * disk is found without. */
static const double SAVE_EVERY_MS = 500;

double hwi_grid_run_seconds(const hwi_grid_run *run)
{
    return run->seconds_before + (hwi_clock_ms() - run->start_ms) / 1e3;
}

/* --- Files ------------------------------------------------------------------------------------ */

static hw_status write_file(const hwi_grid_run *run, const char *name, const hwi_buffer *text,
                            hw_error *err)
{
    HW_AUTO(char) *path = hwi_grid_path(run->grid->folder, name);
    HW_CHECK_ALLOC(err, path);
    HW_TRY(hwi_buffer_check(text, err));
    return hwi_file_write(path, text->data, text->size, err);
}

static hw_status write_all(hwi_grid_run *run, hw_error *err)
{
    HW_AUTO_BUFFER(manifest);
    HW_AUTO_BUFFER(csv);
    HW_AUTO_BUFFER(json);
    pthread_mutex_lock(&run->lock);
    run->grid->seconds = hwi_grid_run_seconds(run);
    hw_status status = hwi_grid_rank(run->grid, err);
    if (status == HW_OK) {
        hwi_grid_manifest_write(run->grid, &manifest);
        hwi_grid_leaderboard_csv(run->grid, &csv);
        hwi_grid_leaderboard_json(run->grid, &json);
    }
    pthread_mutex_unlock(&run->lock);
    HW_TRY(status);
    if (!run->grid->folder)
        return HW_OK;
    HW_TRY(write_file(run, hwi_grid_manifest_name, &manifest, err));
    HW_TRY(write_file(run, "leaderboard.csv", &csv, err));
    return write_file(run, "leaderboard.json", &json, err);
}

hw_status hwi_grid_save(hwi_grid_run *run, bool at_once, hw_error *err)
{
    hw_status status = HW_OK;
    pthread_mutex_lock(&run->writing);
    if (at_once || hwi_clock_ms() >= run->next_write_ms) {
        status = write_all(run, err);
        run->next_write_ms = hwi_clock_ms() + SAVE_EVERY_MS;
    }
    pthread_mutex_unlock(&run->writing);
    return status;
}

/* --- Reports ---------------------------------------------------------------------------------- */

/* What has been done of the models under way, in models. */
static double done_of_running(const hwi_grid_run *run)
{
    double done = 0;
    for (int w = 0; w < run->n_workers; w++) {
        const hw_progress *p = &run->slots[w].progress;
        if (run->slots[w].item && p->epochs_wanted > 0)
            done += fmin(1, p->epochs / p->epochs_wanted);
    }
    return done;
}

static double estimate_left(const hwi_grid_run *run, const hw_grid_progress *p)
{
    double done = done_of_running(run);
    double left = (double)(p->n_combinations - p->n_done - p->n_failed - run->n_repeated) - done;
    done += (double)run->n_trained;
    double by_models = done > 0 && left >= 0 ? p->seconds * left / done : NAN;
    if (run->criteria->max_runtime_secs == 0)
        return by_models;
    return fmax(0, fmin(by_models, run->criteria->max_runtime_secs - hwi_grid_run_seconds(run)));
}

static const hwi_grid_model *find_best(const hw_grid *grid)
{
    const hwi_grid_model *best = NULL;
    double best_value = NAN;
    for (int32_t i = 0; i < grid->n_models; i++) {
        double value = hwi_grid_metric_of(grid, grid->models[i], grid->sort_metric);
        bool is_better = grid->is_decreasing ? value > best_value : value < best_value;
        if (best && !is_better && !(isnan(best_value) && !isnan(value)))
            continue;
        best = grid->models[i];
        best_value = value;
    }
    return best;
}

typedef struct report {
    hw_grid_progress progress;
    hw_grid_running *running; /* (n_workers) */
    hw_grid_event *events;
    hwi_grid_event *taken;
    int32_t n_taken;
    hwi_buffer best, *running_texts; /* (n_workers) */
} report;

static void clear_report(report *r, int n_workers)
{
    for (int32_t i = 0; i < r->n_taken; i++) {
        hwi_free(r->taken[i].description);
        hwi_free(r->taken[i].failure);
    }
    for (int w = 0; r->running_texts && w < n_workers; w++)
        hwi_buffer_clear(&r->running_texts[w]);
    hwi_buffer_clear(&r->best);
    hwi_free(r->taken);
    hwi_free(r->events);
    hwi_free(r->running);
    hwi_free(r->running_texts);
}

static void list_running_locked(const hwi_grid_run *run, report *r)
{
    for (int w = 0; w < run->n_workers; w++) {
        const hwi_grid_slot *slot = &run->slots[w];
        if (!slot->item || !r->running || !r->running_texts)
            continue;
        hwi_buffer_append_text(&r->running_texts[w], slot->description);
        hw_grid_running *running = &r->running[r->progress.n_running++];
        *running = (hw_grid_running){.model_id = slot->item->values.id,
                                     .values = hwi_buffer_text(&r->running_texts[w]),
                                     .progress = slot->progress};
    }
}

/* The events go over into the report. */
static void list_events_locked(hwi_grid_run *run, report *r)
{
    r->taken = run->events;
    r->n_taken = run->n_events;
    r->events = HWI_NEW_ARRAY(hw_grid_event, (size_t)run->n_events);
    run->events = NULL;
    run->n_events = run->capacity_events = 0;
    for (int32_t i = 0; r->events && i < r->n_taken; i++) {
        const hwi_grid_event *event = &r->taken[i];
        r->events[i] = (hw_grid_event){.model_id = event->id,
                                       .values = event->description ? event->description : "",
                                       .failure = event->failure,
                                       .metric = event->metric};
    }
    r->progress.n_events = r->events ? r->n_taken : 0;
}

static void fill_report_locked(hwi_grid_run *run, report *r)
{
    const hw_grid *grid = run->grid;
    r->running = HWI_NEW_ARRAY(hw_grid_running, (size_t)run->n_workers);
    r->running_texts = HWI_NEW_ARRAY(hwi_buffer, (size_t)run->n_workers);
    hw_grid_progress *p = &r->progress;
    *p = (hw_grid_progress){.n_combinations = grid->n_combinations,
                            .n_done = grid->n_models,
                            .n_failed = grid->n_failures,
                            .n_found = run->n_found,
                            .seconds = (hwi_clock_ms() - run->start_ms) / 1e3,
                            .sort_metric = hw_grid_sort_metric(grid),
                            .best_metric = NAN};
    list_running_locked(run, r);
    list_events_locked(run, r);
    p->seconds_left = estimate_left(run, p);
    const hwi_grid_model *best = find_best(grid);
    if (best) {
        hwi_grid_values_describe(&best->values, grid->names, &r->best);
        p->best_id = best->values.id;
        p->best_values = hwi_buffer_text(&r->best);
        p->best_metric = hwi_grid_metric_of(grid, best, grid->sort_metric);
    }
    p->running = r->running;
    p->events = r->events;
}

/* Locked before and after; not during the callback. */
static void report_once(hwi_grid_run *run)
{
    const hw_grid_options *options = run->options;
    report r = {0};
    fill_report_locked(run, &r);
    pthread_mutex_unlock(&run->lock);
    bool goes_on = options->progress(&r.progress, options->progress_ctx);
    clear_report(&r, run->n_workers);
    pthread_mutex_lock(&run->lock);
    run->is_cancelled = run->is_cancelled || !goes_on;
}

static void wait_locked(hwi_grid_run *run)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += REPORT_EVERY_NS;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    if (run->options->progress)
        pthread_cond_timedwait(&run->changed, &run->lock, &until);
    else
        pthread_cond_wait(&run->changed, &run->lock);
}

void hwi_grid_watch(hwi_grid_run *run)
{
    pthread_mutex_lock(&run->lock);
    while (run->n_alive > 0) {
        wait_locked(run);
        if (run->options->progress)
            report_once(run);
    }
    if (run->options->progress)
        report_once(run);
    pthread_mutex_unlock(&run->lock);
}

/* --- The whole run ---------------------------------------------------------------------------- */

hw_status hwi_grid_run_init(hwi_grid_run *run, hw_error *err)
{
    pthread_condattr_t attributes;
    pthread_mutex_init(&run->lock, NULL);
    pthread_mutex_init(&run->writing, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&run->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    run->n_threads = hwi_parallel_n_threads(run->options->n_threads);
    run->n_workers = run->options->parallelism > 0 ? run->options->parallelism : run->n_threads;
    run->slots = HWI_NEW_ARRAY(hwi_grid_slot, (size_t)run->n_workers);
    run->pool = hwi_rows_pool_new();
    HW_CHECK_ALLOC(err, run->slots);
    HW_CHECK_ALLOC(err, run->pool);
    return HW_OK;
}

void hwi_grid_run_clear(hwi_grid_run *run)
{
    for (int w = 0; run->slots && w < run->n_workers; w++)
        hwi_free(run->slots[w].description);
    for (int32_t i = 0; i < run->n_events; i++) {
        hwi_free(run->events[i].description);
        hwi_free(run->events[i].failure);
    }
    hwi_free(run->slots);
    hwi_free(run->events);
    hwi_free(run->stopping_values);
    hwi_rows_pool_free(run->pool);
    pthread_cond_destroy(&run->changed);
    pthread_mutex_destroy(&run->writing);
    pthread_mutex_destroy(&run->lock);
}

static hw_grid_state state_of(const hwi_grid_run *run)
{
    if (run->is_stopped_early)
        return HW_GRID_STOPPED_EARLY;
    bool is_complete = run->has_walked && !run->next;
    bool was_given_up = run->grid->n_models + run->grid->n_failures + run->n_repeated <
                        hwi_grid_list_n_begun(run->list);
    if (is_complete && !was_given_up)
        return HW_GRID_COMPLETE;
    return run->is_out_of_time && !run->is_cancelled ? HW_GRID_OUT_OF_TIME : HW_GRID_CANCELLED;
}

static hw_status start_workers(hwi_grid_run *run, hw_error *err)
{
    int n_started = 0;
    pthread_mutex_lock(&run->lock);
    for (int w = 0; w < run->n_workers; w++) {
        hwi_grid_slot *slot = &run->slots[w];
        slot->run = run;
        if (pthread_create(&slot->thread, NULL, hwi_grid_work, slot) != 0)
            break;
        n_started++;
    }
    run->n_workers = run->n_alive = n_started;
    pthread_mutex_unlock(&run->lock);
    if (n_started == 0)
        HW_FAIL(err, HW_ENOMEM, NULL, "the system gives no thread to train models in");
    return HW_OK;
}

hw_status hwi_grid_run_all(hwi_grid_run *run, hw_error *err)
{
    HW_TRY(hwi_grid_save(run, true, err));
    HW_TRY(start_workers(run, err));
    hwi_grid_watch(run);
    for (int w = 0; w < run->n_workers; w++)
        pthread_join(run->slots[w].thread, NULL);
    run->grid->state = state_of(run);
    hw_status status = run->failure.code;
    if (status != HW_OK && err)
        *err = run->failure;
    hw_error second = {0};
    hw_status saved = hwi_grid_save(run, true, status == HW_OK ? err : &second);
    return status != HW_OK ? status : saved;
}
