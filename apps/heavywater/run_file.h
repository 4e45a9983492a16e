/* SPDX-License-Identifier: Apache-2.0
 *
 * DIR/NAME.run.json in export_checkpoints_dir: what was asked for, so that `heavywater resume` can
 * ask for it again after an interruption. It is there from the start of a training to its end, and
 * locked while the process lives. */
#pragma once

#include <stdio.h>

#include "base/buffer.h"
#include "heavywater/options.h"

typedef struct app_run {
    char *path;      /* NULL: there is no export_checkpoints_dir */
    char *lock_path; /* of an empty file that is locked */
    char *folder;    /* export_checkpoints_dir as it was given */
    char *name, *key;
    int lock;
    bool replaces_another; /* a run of that name was interrupted and is given up */
} app_run;

/** Begins a run, or goes on with the one that args were read from. name: of the files, without
 * folder and extension. HW_EINVAL when another process trains under this name. */
hw_status app_run_begin(const app_args *args, const char *name, app_run *out,
                        hw_error *err) HW_MUST_USE;
/* Sets run, run_name, is_resumed, keeps_snapshots. Borrowed from run. */
void app_run_set_options(const app_run *run, const app_args *args, hw_train_options *options);
/** When all that was asked for is done: there is nothing to resume any more. */
void app_run_finish(app_run *run);
/* Leaves the files where they are. */
void app_run_close(app_run *run);
/* What to type to go on, in its own words; "" without export_checkpoints_dir. */
void app_run_print_command(const app_run *run, hwi_buffer *out);

/* A file that was read: the folder that the command was given in, and its words. */
typedef struct app_run_file {
    char *path, *folder, *key;
    int argc;
    char **argv;
} app_run_file;

/** path: the run's file, one of its snapshots, or a folder with one run. HW_EINVAL when there is
 * none, or more than one in a folder. */
hw_status app_run_file_find(const char *path, app_run_file *out, hw_error *err) HW_MUST_USE;
void app_run_file_clear(app_run_file *file);
