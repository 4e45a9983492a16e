/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of a running training in export_checkpoints_dir: after a scoring event it leaves there all
 * that it needs to go on, so that whatever ends the process costs minutes and not the training. A
 * training that goes on from a snapshot gives the same bits as one that was never interrupted,
 * unless the clock has a say in it (when to score, max_runtime_secs).
 *
 *   NAME.snapshot.zip          the last state, a whole model file
 *   NAME.snapshot-before.zip   the one before it
 *   NAME.zip                   the finished model
 *
 * All belongs to the thread of the trainer. */
#pragma once

#include "train/trainer.h"

typedef struct hwi_snapshots {
    char *path, *before, *finished; /* NULL: there is no export_checkpoints_dir */
    const char *run;                /* borrowed; never NULL */
    double seconds;                 /* snapshot_secs */
    /* Borrowed, for what the file holds beside the trainer's state. */
    const hw_params *given;
    const hw_frame *training, *validation;
    hw_table *training_table;
    hwi_frame_note *notes;
    int32_t n_notes;
    uint32_t rows_checksum;
    bool has_facts; /* the four above are made */
    /* What was found of the same run; NULL when there is nothing. */
    hw_model *found;
    bool is_from_before; /* the last one was torn */
    /* Progress. */
    int32_t n_scored; /* rows of the history at the last look */
    int64_t n_written, n_failed;
    double last_ms, cost_ms; /* when the last one was done, what it took */
    hw_error failure;        /* the last thing that went wrong */
} hwi_snapshots;

/* Names the files, makes the folder, and reads what the run has left when options say that it is
 * resumed. out stays empty without export_checkpoints_dir. HW_EINVAL (export_checkpoints_dir) for a
 * folder that cannot be written, HW_EFORMAT when snapshots are there and none can be read. */
hw_status hwi_snapshots_open(const hw_params *params, const hw_train_options *options,
                             hwi_snapshots *out, hw_error *err) HW_MUST_USE;
void hwi_snapshots_close(hwi_snapshots *snapshots);
bool hwi_snapshots_are_on(const hwi_snapshots *snapshots);

/* The NAME above. Borrowed. */
const char *hwi_run_name(const hw_params *params, const hw_train_options *options);
/* The seed of a run whose parameters give none; 0 when it is free. A run that is resumed must draw
 * what it drew before. */
int64_t hwi_run_seed(const hw_params *params, const hw_train_options *options);

/* Whether what was found is of these parameters. HW_EINVAL; the field is the one that differs. */
hw_status hwi_snapshots_check(const hwi_snapshots *snapshots, hw_error *err) HW_MUST_USE;
/* Moves an initialised trainer to where the snapshot found was taken. HW_EINVAL when it is of other
 * parameters or rows. */
hw_status hwi_snapshots_restore(hwi_snapshots *snapshots, hwi_trainer *trainer,
                                hw_error *err) HW_MUST_USE;
/* After an iteration that is not the last: writes a snapshot if it is time. What goes wrong is
 * remembered, not returned: training is worth more than its snapshots. */
void hwi_snapshots_offer(hwi_snapshots *snapshots, hwi_trainer *trainer);
/* Writes the finished model and removes the snapshots, if options do not keep them. is_part: others
 * of the run are still to be trained, and this one need not be trained again. A failure becomes a
 * warning among the model's messages. */
hw_status hwi_snapshots_finish(hwi_snapshots *snapshots, hw_model *model,
                               const hw_train_options *options, bool is_part,
                               hw_error *err) HW_MUST_USE;
void hwi_snapshots_remove(const hwi_snapshots *snapshots);

/* Of train.c. A model that points at what is the trainer's; forget it before the model is freed. */
hw_status hwi_train_lend(hwi_trainer *trainer, const hw_params *given, hw_model *model,
                         hw_error *err) HW_MUST_USE;
void hwi_train_forget_lent(hw_model *model);
hw_status hwi_train_note_frames(const hwi_encoder *encoder, const hw_frame *training,
                                const hw_frame *validation, hw_table **out_table,
                                hwi_frame_note **out_notes, int32_t *out_n,
                                hw_error *err) HW_MUST_USE;
