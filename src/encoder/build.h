/* SPDX-License-Identifier: Apache-2.0
 *
 * Making an encoder from the training frame, in two steps: which columns (needed to judge the
 * parameters), then how numbers are transformed (needs the effective distribution). */
#pragma once

#include "base/buffer.h"
#include "encoder/encoder.h"

/* With a categorical_encoding that makes new columns, the encoder's recoding is made, too, and
 * *out_recoded is the frame that it makes of this one; the frame of hwi_encoder_set_transforms is
 * that one then. NULL otherwise.
 *
 * Spec 2.2, 2.3: columns, their order, input units. response_column and the others come from
 * params. The names of dropped columns are appended to out_dropped as "[a, b]" in H2O's order,
 * nothing when none was dropped. Errors: HW_EINVAL (field = the parameter) for a column that is not
 * there or cannot serve, for no predictors left. */
hw_status hwi_encoder_choose_columns(const hw_params *params, const hw_frame *frame,
                                     hwi_encoder **out, hw_frame **out_recoded,
                                     hwi_buffer *out_dropped, hw_error *err) HW_MUST_USE;

/* Spec 2.4, 2.7: means, factors, the response's. params are the effective ones, seed included. */
hw_status hwi_encoder_set_transforms(hwi_encoder *encoder, const hw_params *params,
                                     const hw_frame *frame, hw_error *err) HW_MUST_USE;
