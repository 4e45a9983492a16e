/* SPDX-License-Identifier: Apache-2.0
 *
 * H2O's names of the columns of predictions, made to differ. */
#pragma once

#include "model/model.h"

/* The columns of numbers: one a class, "predict", or "reconstr_UNIT"s. A class that reads as a
 * 32-bit integer gets "p0", any other is named by itself. H2O writes a table with a column twice
 * for a class called "predict" (or "1" beside "p1"), which H2O cannot read again: here the class
 * gets "predict.1". Free with hwi_texts_free. */
hw_status hwi_model_output_names(const hw_model *model, char ***out_names, int32_t *out_n,
                                 hw_error *err) HW_MUST_USE;
