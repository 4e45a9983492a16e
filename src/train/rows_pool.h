/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of one training frame for many trainings: the predictors are laid out once, and trainings
 * that use the same ones share them. Thread-safe. */
#pragma once

#include "train/rows.h"

typedef struct hwi_rows_pool hwi_rows_pool;

/* NULL without memory. What it gave is valid until it is freed. */
hwi_rows_pool *hwi_rows_pool_new(void);
void hwi_rows_pool_free(hwi_rows_pool *pool);
HW_DEFINE_AUTO(hwi_rows_pool, hwi_rows_pool_free)
/* The rows of frame, the same one at every call, as encoder sees its predictors. An encoder that
 * recodes columns gets NULL: what is made of them may depend on more than the frame. */
hw_status hwi_rows_pool_get(hwi_rows_pool *pool, const hwi_encoder *encoder, const hw_frame *frame,
                            const hwi_rows **out, hw_error *err) HW_MUST_USE;
