/* SPDX-License-Identifier: Apache-2.0
 *
 * From the columns of the pieces to the columns of the frame: one store for all pieces, one domain
 * for the levels of all workers, in the order of unsigned bytes. */
#pragma once

#include "frame/frame.h"
#include "frame/piece.h"

typedef struct hwi_merge_input {
    const hwi_plan *plan;
    const hwi_source_list *sources;
    const hwi_piece_list *pieces;
    hwi_piece_result *results; /* by piece */
    const hwi_piece_worker *workers;
    int n_workers;
    bool saves_memory; /* pieces lose what has been merged, at some cost of time */
} hwi_merge_input;

/* Appends the columns to frame, which has their number of rows and no columns yet. */
hw_status hwi_merge(const hwi_merge_input *input, hw_frame *frame, hw_error *err) HW_MUST_USE;
