/* SPDX-License-Identifier: Apache-2.0 */
#include "model/predictions.h"

#include "model/output_names.h"

/* One column of a row-major matrix. */
static void take_column(const double *matrix, int64_t n, int32_t width, int32_t column, double *out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = matrix[i * width + column];
}

static hw_status add_labels(const hw_model *model, const int32_t *labels, int64_t n,
                            hw_frame *frame, hw_error *err)
{
    const hwi_model_column *response = &model->encoder->columns[model->encoder->response_at];
    HW_AUTO(double) *values = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, values);
    for (int64_t i = 0; i < n; i++)
        values[i] = labels[i];
    return hwi_frame_add_column(frame, "predict", HW_TYPE_ENUM, values,
                                (const char *const *)response->levels, response->n_levels, err);
}

static hw_status add_numbers(const hw_model *model, const double *outputs, int64_t n,
                             hw_frame *frame, hw_error *err)
{
    HW_AUTO(double) *values = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, values);
    char **names = NULL;
    int32_t width = 0;
    HW_TRY(hwi_model_output_names(model, &names, &width, err));
    hw_status status = HW_OK;
    for (int32_t k = 0; k < width && status == HW_OK; k++) {
        take_column(outputs, n, width, k, values);
        status = hwi_frame_add_column(frame, names[k], HW_TYPE_REAL, values, NULL, 0, err);
    }
    hwi_texts_free(names, width);
    return status;
}

hw_status hwi_predictions_frame(const hw_model *model, const char *name, const double *outputs,
                                const int32_t *labels, int64_t n, hw_frame **out, hw_error *err)
{
    HW_AUTO(hw_frame) *frame = hwi_frame_new(name, n);
    HW_CHECK_ALLOC(err, frame);
    if (hwi_model_is_classifier(model))
        HW_TRY(add_labels(model, labels, n, frame, err));
    HW_TRY(add_numbers(model, outputs, n, frame, err));
    *out = HW_TAKE(frame);
    return HW_OK;
}
