/* SPDX-License-Identifier: Apache-2.0
 *
 * Workers draw task numbers from one counter. A failure is entered under the lock when its number
 * is the lowest so far; since numbers are drawn in order, every task below it has been drawn too
 * and will be finished, which makes the reported error the same on every run. */
#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "base/alloc.h"

enum { MAX_THREADS = 256 };

typedef struct shared_work {
    int64_t n_tasks;
    hwi_parallel_task task;
    void *ctx;
    _Atomic int64_t next;
    _Atomic bool stop;
    pthread_mutex_t lock; /* of the three below */
    int64_t failed_index;
    hw_status failed_status;
    hw_error failed_error;
} shared_work;

typedef struct worker_arg {
    shared_work *work;
    int worker;
} worker_arg;

int hwi_parallel_n_threads(int n_threads)
{
    if (n_threads <= 0) {
        cpu_set_t set;
        n_threads = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
    }
    return n_threads > MAX_THREADS ? MAX_THREADS : n_threads;
}

int hwi_parallel_n_threads_for_cells(int64_t n_cells)
{
    const int64_t n_worth_threads = 1000000;
    return n_cells < n_worth_threads ? 1 : hwi_parallel_n_threads(0);
}

static void note_failure(shared_work *work, int64_t index, hw_status status, const hw_error *error)
{
    pthread_mutex_lock(&work->lock);
    if (work->failed_status == HW_OK || index < work->failed_index) {
        work->failed_index = index;
        work->failed_status = status;
        work->failed_error = *error;
    }
    pthread_mutex_unlock(&work->lock);
    atomic_store(&work->stop, true);
}

static void *run_worker(void *opaque)
{
    const worker_arg *arg = opaque;
    shared_work *work = arg->work;
    while (!atomic_load(&work->stop)) {
        int64_t index = atomic_fetch_add(&work->next, 1);
        if (index >= work->n_tasks)
            break;
        hw_error error = {0};
        hw_status status = work->task(index, arg->worker, work->ctx, &error);
        if (status != HW_OK)
            note_failure(work, index, status, &error);
    }
    return NULL;
}

hw_status hwi_parallel_for(int64_t n_tasks, int n_threads, hwi_parallel_task task, void *ctx,
                           hw_error *err)
{
    n_threads = hwi_parallel_n_threads(n_threads);
    if (n_threads > n_tasks)
        n_threads = (int)n_tasks;
    shared_work work = {
        .n_tasks = n_tasks, .task = task, .ctx = ctx, .lock = PTHREAD_MUTEX_INITIALIZER};
    worker_arg args[MAX_THREADS];
    pthread_t threads[MAX_THREADS];
    int n_started = 1;
    for (; n_started < n_threads; n_started++) {
        args[n_started] = (worker_arg){&work, n_started};
        if (pthread_create(&threads[n_started], NULL, run_worker, &args[n_started]) != 0)
            break; /* those that we have do the work */
    }
    args[0] = (worker_arg){&work, 0};
    run_worker(&args[0]);
    for (int i = 1; i < n_started; i++)
        pthread_join(threads[i], NULL);
    if (work.failed_status != HW_OK && err)
        *err = work.failed_error;
    return work.failed_status;
}
