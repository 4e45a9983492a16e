/* SPDX-License-Identifier: Apache-2.0
 *
 * The frame that `predict` and `performance` score. */
#pragma once

#include "heavywater/options.h"

/** Reads --frame, with the columns that the model knows as categories read as such. A frame without
 * any predictor, or without the response when that is needed, is an error. */
hw_status app_score_frame_read(const app_args *args, const hw_model *model, bool needs_response,
                               hw_frame **out, hw_error *err) HW_MUST_USE;

/* Warns on standard error of predictors that the frame lacks, in one line, and of cells that became
 * missing, in a line a column. For after the work, so
 * that an error stays the only line. */
void app_score_frame_warn(const app_args *args, const hw_model *model, const hw_frame *frame);
/* How many predictors of the model the frame lacks. */
int app_score_frame_n_lacking(const hw_model *model, const hw_frame *frame);
/* Whether a frame that was read for one model has the types that another one wants. */
bool app_score_frame_fits(const hw_model *model, const hw_frame *frame);
