/* SPDX-License-Identifier: Apache-2.0
 *
 * Ways out of heavywater: a model as C, JSON or matrices. Each writer appends the text of
 * a whole file to a buffer; files are written by export.c alone. Equal models give equal bytes.
 * Models are only read: any thread may export. */
#pragma once

#include "base/buffer.h"
#include "model/model.h"

/* A model on its way out. Borrows the model and the name. */
typedef struct hwi_export {
    const hw_model *model;
    const char *name; /* of the file without folder and ending; an identifier */
    bool has_offset;  /* the offset is added when scoring: it is one more column of a row */
    bool offset_as_h2o;
    int32_t n_predictors;
    int32_t n_outputs;   /* classes, 1, or the units of a reconstruction */
    char **output_names; /* (n_outputs) H2O's columns of numbers */
} hwi_export;

/* The unit that a level lights, -1 for none. level n_levels and above: missing or not seen. */
int32_t hwi_export_unit(const hwi_encoder *encoder, int32_t cat, int32_t level);
/* Units of the widest layer, at least as many as inputs that are not 0. */
int32_t hwi_export_max_units(const hwi_export *of);
/* The predictors of a row and, last, its offset if it has one. */
const hwi_model_column *hwi_export_column(const hwi_export *of, int32_t i);
/* What a probability is multiplied by after training with balanced classes. */
double hwi_export_balance(const hw_model *model, int32_t k);

hw_status hwi_export_c(const hwi_export *of, hwi_buffer *out, hw_error *err) HW_MUST_USE;
hw_status hwi_export_json(const hwi_export *of, hwi_buffer *out, hw_error *err) HW_MUST_USE;
hw_status hwi_export_onnx(const hwi_export *of, hwi_buffer *out, hw_error *err) HW_MUST_USE;
hw_status hwi_export_pojo(const hwi_export *of, hwi_buffer *out, hw_error *err) HW_MUST_USE;
/* HW_EINVAL (field "out") unless a Java file at path can hold a class of that name. */
hw_status hwi_export_check_pojo_path(const char *path, const char *name, hw_error *err) HW_MUST_USE;
/* Writes the files of a folder, which exists. */
hw_status hwi_export_weights(const hwi_export *of, const char *folder, hw_error *err) HW_MUST_USE;
