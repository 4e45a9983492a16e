/* SPDX-License-Identifier: Apache-2.0
 *
 * From parameters and frames to a finished model: prepare, train, gather what is to be shown. */
#pragma once

#include "model/model.h"
#include "train/prepare.h"
#include "train/rows_pool.h"

/* As hw_train, cross-validation included. validation and options may be NULL. */
hw_status hwi_train(const hw_params *params, const hw_frame *training, const hw_frame *validation,
                    const hw_train_options *options, hw_model **out_model,
                    hw_error *err) HW_MUST_USE;

/* The same of many trainings on one frame, which share its rows in the pool (may be NULL). */
hw_status hwi_train_pooled(const hw_params *params, const hw_frame *training,
                           const hw_frame *validation, const hw_train_options *options,
                           hwi_rows_pool *pool, hw_model **out_model, hw_error *err) HW_MUST_USE;

/* One model and no other; role may be NULL. */
hw_status hwi_train_one(const hw_params *params, const hw_frame *training,
                        const hw_frame *validation, const hw_train_options *options,
                        const hwi_cv_role *role, hw_model **out_model, hw_error *err) HW_MUST_USE;
