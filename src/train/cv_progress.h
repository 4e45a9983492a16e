/* SPDX-License-Identifier: Apache-2.0
 *
 * The progress of several trainings as that of one. The caller's callback runs in the caller's
 * thread, while the folds train in others: these leave their news here. */
#pragma once

#include <pthread.h>

#include "base/status.h"
#include "heavywater/model.h"

typedef struct hwi_cv_monitor hwi_cv_monitor;

/* Of one fold; the context of hwi_cv_fold_progress. */
typedef struct hwi_cv_slot {
    hwi_cv_monitor *monitor;
    hw_progress last;
    bool is_done;
} hwi_cv_slot;

struct hwi_cv_monitor {
    const hw_train_options *options; /* the caller's, or NULL */
    double start_ms;
    int32_t n_folds;
    int n_workers;
    hwi_cv_slot *slots; /* (n_folds) */
    pthread_mutex_t lock;
    pthread_cond_t ended;
    /* Under the lock, as are the slots. */
    int32_t newest; /* the fold that was scored last, or -1 */
    bool is_scored; /* since the last report */
    bool is_cancelled, has_ended;
};

/* n_workers: folds that train at the same time. */
hw_status hwi_cv_monitor_init(hwi_cv_monitor *monitor, const hw_train_options *options,
                              int32_t n_folds, int n_workers, hw_error *err) HW_MUST_USE;
void hwi_cv_monitor_clear(hwi_cv_monitor *monitor);

/* Runs work(ctx) in another thread and calls the caller's callback from this one until it returns;
 * without a callback simply calls it. HW_ECANCELED when the callback asked for it. */
typedef hw_status hwi_cv_work(void *ctx, hw_error *err);
hw_status hwi_cv_monitor_run(hwi_cv_monitor *monitor, hwi_cv_work *work, void *ctx,
                             hw_error *err) HW_MUST_USE;
void hwi_cv_slot_end(hwi_cv_slot *slot);

/* Progress callbacks: of a fold's training (ctx its slot), of the main model's (ctx the monitor).
 */
bool hwi_cv_fold_progress(const hw_progress *progress, void *ctx);
bool hwi_cv_main_progress(const hw_progress *progress, void *ctx);
