/* SPDX-License-Identifier: Apache-2.0
 *
 * Cross-validation (spec 10.2): a model for each fold that does not see its rows, then the main
 * model on all. Folds share the frame's columns and the rows made of them; a fold is a column of
 * weights. They train side by side, and the result does not depend on how many do. */
#pragma once

#include "model/model.h"
#include "train/rows_pool.h"

/* As hw_train, of parameters that ask for folds. HW_ECANCELED when the callback ends it before the
 * main model has begun. pool: of the frame's rows, may be NULL. */
hw_status hwi_cross_validate(const hw_params *params, const hw_frame *training,
                             const hw_frame *validation, const hw_train_options *options,
                             hwi_rows_pool *pool, hw_model **out_model, hw_error *err) HW_MUST_USE;
