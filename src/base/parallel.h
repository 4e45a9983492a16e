/* SPDX-License-Identifier: Apache-2.0
 *
 * Independent tasks on several threads. (The trainer's team, whose threads meet after every layer,
 * is another thing.) */
#pragma once

#include "base/status.h"

/* One task. worker is 0 .. n_threads-1 and runs one task at a time, so scratch may be kept by
 * worker. */
typedef hw_status (*hwi_parallel_task)(int64_t index, int worker, void *ctx, hw_error *err);

/* The number of threads that n_threads means: 0 is one for each processor that this process may
 * use. */
int hwi_parallel_n_threads(int n_threads);

/* Threads for a pass over the cells of a table: one where starting more takes longer than it saves,
 * else one for each processor. */
int hwi_parallel_n_threads_for_cells(int64_t n_cells);

/* Runs task(0) .. task(n_tasks-1), in the order of their numbers, on up to n_threads threads (one
 * of them the caller's; fewer when the system gives no more). Returns when all are done. The error
 * is that of the failed task with the lowest number, whatever the number of threads; later tasks
 * may then not have run. */
hw_status hwi_parallel_for(int64_t n_tasks, int n_threads, hwi_parallel_task task, void *ctx,
                           hw_error *err) HW_MUST_USE;
