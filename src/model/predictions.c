/* SPDX-License-Identifier: Apache-2.0 */
#include "model/predictions.h"

#include "model/output_names.h"

/* One column of a row-major matrix. */
static void take_column(const double *matrix, int64_t n, int32_t width, int32_t column, double *out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = matrix[i * width + column];
}

static hw_status add_class_columns(const hw_model *model, const double *probabilities,
                                   const int32_t *labels, int64_t n, hw_frame *frame, hw_error *err)
{
    const hwi_model_column *response = &model->encoder->columns[model->encoder->response_at];
    HW_AUTO(double) *values = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, values);
    for (int64_t i = 0; i < n; i++)
        values[i] = labels[i];
    HW_TRY(hwi_frame_add_column(frame, "predict", HW_TYPE_ENUM, values,
                                (const char *const *)response->levels, response->n_levels, err));
    for (int32_t k = 0; k < model->n_classes; k++) {
        HW_AUTO_BUFFER(name);
        HW_TRY(hwi_class_column_name(response->levels[k], &name, err));
        take_column(probabilities, n, model->n_classes, k, values);
        HW_TRY(hwi_frame_add_column(frame, hwi_buffer_text(&name), HW_TYPE_REAL, values, NULL, 0,
                                    err));
    }
    return HW_OK;
}

hw_status hwi_predictions_frame(const hw_model *model, const char *name, const double *outputs,
                                const int32_t *labels, int64_t n, hw_frame **out, hw_error *err)
{
    HW_AUTO(hw_frame) *frame = hwi_frame_new(name, n);
    HW_CHECK_ALLOC(err, frame);
    if (model->category == HW_CATEGORY_REGRESSION)
        HW_TRY(hwi_frame_add_column(frame, "predict", HW_TYPE_REAL, outputs, NULL, 0, err));
    else
        HW_TRY(add_class_columns(model, outputs, labels, n, frame, err));
    *out = HW_TAKE(frame);
    return HW_OK;
}
