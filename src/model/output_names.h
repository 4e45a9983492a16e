/* SPDX-License-Identifier: Apache-2.0
 *
 * H2O's names of the columns of predictions. */
#pragma once

#include "model/model.h"

/* A class that reads as a 32-bit integer gets a column "p0"; any other is named by itself. */
hw_status hwi_class_column_name(const char *level, hwi_buffer *out, hw_error *err) HW_MUST_USE;

/* The columns of numbers: one a class, "predict", or "reconstr_UNIT"s. Free with hwi_texts_free. */
hw_status hwi_model_output_names(const hw_model *model, char ***out_names, int32_t *out_n,
                                 hw_error *err) HW_MUST_USE;
