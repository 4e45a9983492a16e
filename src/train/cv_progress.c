/* SPDX-License-Identifier: Apache-2.0
 *
 * Phases: the caller's thread waits and reports while the folds train; then the main model trains
 * in the caller's thread. The lock guards slots and flags; it is never held during a callback. */
#include "train/cv_progress.h"

#include <math.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"

static const long REPORT_EVERY_NS = 80 * 1000 * 1000;

hw_status hwi_cv_monitor_init(hwi_cv_monitor *monitor, const hw_train_options *options,
                              int32_t n_folds, int n_workers, hw_error *err)
{
    *monitor = (hwi_cv_monitor){.options = options,
                                .start_ms = hwi_clock_ms(),
                                .n_folds = n_folds,
                                .n_workers = n_workers,
                                .newest = -1};
    pthread_mutex_init(&monitor->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&monitor->ended, &attributes);
    pthread_condattr_destroy(&attributes);
    monitor->slots = HWI_NEW_ARRAY(hwi_cv_slot, (size_t)n_folds);
    if (!monitor->slots) {
        hwi_cv_monitor_clear(monitor);
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    }
    for (int32_t f = 0; f < n_folds; f++)
        monitor->slots[f].monitor = monitor;
    return HW_OK;
}

void hwi_cv_monitor_clear(hwi_cv_monitor *monitor)
{
    pthread_cond_destroy(&monitor->ended);
    pthread_mutex_destroy(&monitor->lock);
    hwi_free(monitor->slots);
    monitor->slots = NULL;
}

bool hwi_cv_fold_progress(const hw_progress *progress, void *ctx)
{
    hwi_cv_slot *slot = ctx;
    hwi_cv_monitor *monitor = slot->monitor;
    pthread_mutex_lock(&monitor->lock);
    slot->last = *progress;
    if (progress->is_scored) {
        monitor->newest = (int32_t)(slot - monitor->slots);
        monitor->is_scored = true;
    }
    bool goes_on = !monitor->is_cancelled;
    pthread_mutex_unlock(&monitor->lock);
    return goes_on;
}

void hwi_cv_slot_end(hwi_cv_slot *slot)
{
    pthread_mutex_lock(&slot->monitor->lock);
    slot->is_done = true;
    pthread_mutex_unlock(&slot->monitor->lock);
}

/* Locked. What a fold has done of its work. */
static double done_frac(const hwi_cv_slot *slot)
{
    if (slot->is_done)
        return 1;
    return slot->last.epochs_wanted > 0 ? fmin(1, slot->last.epochs / slot->last.epochs_wanted) : 0;
}

/* Under the lock. */
static hw_progress combine_locked(hwi_cv_monitor *monitor)
{
    hw_progress p = {.n_folds = monitor->n_folds,
                     .seconds = (hwi_clock_ms() - monitor->start_ms) / 1e3,
                     .is_scored = monitor->is_scored,
                     .training_metric = NAN,
                     .validation_metric = NAN};
    double n = monitor->n_folds, done = 0;
    for (int32_t f = 0; f < monitor->n_folds; f++) {
        const hwi_cv_slot *slot = &monitor->slots[f];
        p.epochs_wanted = fmax(p.epochs_wanted, slot->last.epochs_wanted);
        p.samples += slot->last.samples;
        p.iterations = slot->last.iterations > p.iterations ? slot->last.iterations : p.iterations;
        p.samples_per_second += slot->is_done ? 0 : slot->last.samples_per_second;
        p.n_folds_done += slot->is_done;
        done += done_frac(slot) / n;
    }
    p.epochs = done * p.epochs_wanted;
    if (monitor->newest >= 0) {
        const hw_progress *newest = &monitor->slots[monitor->newest].last;
        p.metric_name = newest->metric_name;
        p.training_metric = newest->training_metric;
        p.validation_metric = newest->validation_metric;
    }
    /* The main model takes all rows, the folds took n - 1 parts of n, several at a time. */
    double all = done > 0 ? p.seconds / done : NAN;
    p.seconds_left = all - p.seconds + all * monitor->n_workers / (n - 1);
    monitor->is_scored = false;
    return p;
}

typedef struct background {
    hwi_cv_monitor *monitor;
    hwi_cv_work *work;
    void *ctx;
    hw_status status;
    hw_error error;
} background;

static void *run_background(void *opaque)
{
    background *b = opaque;
    b->status = b->work(b->ctx, &b->error);
    pthread_mutex_lock(&b->monitor->lock);
    b->monitor->has_ended = true;
    pthread_cond_signal(&b->monitor->ended);
    pthread_mutex_unlock(&b->monitor->lock);
    return NULL;
}

/* Locked. Until the work has ended, or the next report is due. */
static void wait_locked(hwi_cv_monitor *monitor)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += REPORT_EVERY_NS;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    int result = 0;
    while (!monitor->has_ended && result == 0)
        result = pthread_cond_timedwait(&monitor->ended, &monitor->lock, &until);
}

static void report_until_ended(hwi_cv_monitor *monitor)
{
    const hw_train_options *options = monitor->options;
    pthread_mutex_lock(&monitor->lock);
    for (bool has_ended = false; !has_ended;) {
        wait_locked(monitor);
        has_ended = monitor->has_ended;
        hw_progress p = combine_locked(monitor);
        pthread_mutex_unlock(&monitor->lock);
        bool goes_on = options->progress(&p, options->progress_ctx);
        pthread_mutex_lock(&monitor->lock);
        monitor->is_cancelled = monitor->is_cancelled || !goes_on;
    }
    pthread_mutex_unlock(&monitor->lock);
}

hw_status hwi_cv_monitor_run(hwi_cv_monitor *monitor, hwi_cv_work *work, void *ctx, hw_error *err)
{
    if (!monitor->options || !monitor->options->progress)
        return work(ctx, err);
    background b = {.monitor = monitor, .work = work, .ctx = ctx};
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_background, &b) != 0)
        HW_FAIL(err, HW_ENOMEM, NULL, "the system gives no thread to train the folds in");
    report_until_ended(monitor);
    pthread_join(thread, NULL);
    if (b.status != HW_OK && err)
        *err = b.error;
    HW_TRY(b.status);
    if (monitor->is_cancelled)
        HW_FAIL(err, HW_ECANCELED, NULL,
                "stopped while the models of the folds were trained: there is no model yet");
    return HW_OK;
}

bool hwi_cv_main_progress(const hw_progress *progress, void *ctx)
{
    hwi_cv_monitor *monitor = ctx;
    hw_progress p = *progress;
    p.seconds = (hwi_clock_ms() - monitor->start_ms) / 1e3;
    p.n_folds = p.n_folds_done = monitor->n_folds;
    return monitor->options->progress(&p, monitor->options->progress_ctx);
}
