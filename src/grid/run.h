/* SPDX-License-Identifier: Apache-2.0
 *
 * The workers of a search and what they share. Phases: the caller's thread sets everything up,
 * starts the workers, waits and reports (watch.c) until the last has ended. `lock` guards all below
 * "Shared"; it is never held while a model is trained, a file of a model written or a callback
 * called. `writing` is held while the manifest is written, and taken before `lock`. */
#pragma once

#include <pthread.h>

#include "grid/combination.h"
#include "train/rows_pool.h"

/* One worker. */
typedef struct hwi_grid_slot {
    struct hwi_grid_run *run;
    pthread_t thread;
    const hwi_grid_combination *item; /* what it trains; NULL between two */
    char *description;
    hw_progress progress;
    int n_threads;
} hwi_grid_slot;

typedef struct hwi_grid_event {
    const char *id; /* the combination's */
    char *description, *failure;
    double metric;
} hwi_grid_event;

typedef struct hwi_grid_run {
    /* Borrowed, constant while workers run. */
    const hw_params *params;
    const hw_frame *training, *validation; /* validation NULL without */
    const hw_grid_options *options;
    const hwi_grid_criteria *criteria;
    hwi_rows_pool *pool;
    int n_threads, n_workers;
    double start_ms;
    double seconds_before; /* that earlier searches took */
    /* Shared. */
    pthread_mutex_t lock, writing;
    pthread_cond_t changed; /* a worker has ended a model, or itself */
    hw_grid *grid;
    hwi_grid_list *list;
    hwi_grid_combination *next; /* taken from the list, not begun */
    hwi_grid_slot *slots;       /* (n_workers) */
    int n_alive;                /* workers */
    int n_running;              /* of them with a model */
    bool is_exclusive;          /* one model takes all threads */
    bool has_walked, is_cancelled, is_out_of_time, is_stopped_early;
    hw_error failure; /* what ends the search: code HW_OK without */
    int64_t n_found, n_repeated, n_trained;
    double next_write_ms;
    hwi_grid_event *events; /* (n_events) since the last report */
    int32_t n_events, capacity_events;
    /* Early stopping: the finished combinations at the beginning of the walk. */
    int64_t n_prefix;
    double *stopping_values; /* (n_stopping) sorted from worst to best */
    int32_t n_stopping, capacity_stopping;
} hwi_grid_run;

/* Everything above "Shared" but n_workers, and grid and list, are set by the caller. */
hw_status hwi_grid_run_init(hwi_grid_run *run, hw_error *err) HW_MUST_USE;
void hwi_grid_run_clear(hwi_grid_run *run);
/* Trains until nothing is left or something ends it, reporting as options say. The grid's state is
 * set. */
hw_status hwi_grid_run_all(hwi_grid_run *run, hw_error *err) HW_MUST_USE;

/* Between the files. */

void *hwi_grid_work(void *slot); /* a worker's life */
/* Writes manifest and leaderboards when they are due, or at once. */
hw_status hwi_grid_save(hwi_grid_run *run, bool at_once, hw_error *err) HW_MUST_USE;
/* Waits for the workers and reports. */
void hwi_grid_watch(hwi_grid_run *run);
double hwi_grid_run_seconds(const hwi_grid_run *run);
/* Whether a combination has a model or a failure already. */
bool hwi_grid_has_ended(const hw_grid *grid, int64_t index);
/* After a combination has ended: whether the search is to stop early. */
hw_status hwi_grid_judge_locked(hwi_grid_run *run, hw_error *err) HW_MUST_USE;
