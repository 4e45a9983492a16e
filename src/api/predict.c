/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "model/predictions.h"

/* One column of a row-major matrix. */
static void take_column(const double *matrix, int64_t n, int32_t width, int32_t column, double *out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = matrix[i * width + column];
}

static hw_status add_reconstruction_columns(const hw_model *model, const double *outputs, int64_t n,
                                            hw_frame *frame, hw_error *err)
{
    const hwi_encoder *encoder = model->encoder;
    int32_t n_units = encoder->n_units, first_number = n_units - encoder->n_nums;
    HW_AUTO(double) *values = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, values);
    char **names = NULL;
    HW_TRY(hwi_encoder_unit_names(encoder, &names, err));
    hw_status status = HW_OK;
    for (int32_t u = 0; u < n_units && status == HW_OK; u++) {
        take_column(outputs, n, n_units, u, values);
        int32_t number = u - first_number;
        for (int64_t i = 0; number >= 0 && encoder->norm_mul && i < n; i++)
            values[i] = values[i] / encoder->norm_mul[number] + encoder->norm_sub[number];
        HW_AUTO_BUFFER(name);
        hwi_buffer_append_text(&name, "reconstr_");
        hwi_buffer_append_text(&name, names[u]);
        status = hwi_buffer_check(&name, err);
        if (status == HW_OK)
            status = hwi_frame_add_column(frame, hwi_buffer_text(&name), HW_TYPE_REAL, values, NULL,
                                          0, err);
    }
    hwi_texts_free(names, n_units);
    return status;
}

/* H2O writes zeros for rows of weight 0 when it can compute metrics beside the predictions. */
static hw_status clear_weightless_rows(const hw_model *model, const hwi_adapted *adapted, int64_t n,
                                       int32_t width, double *outputs, int32_t *labels,
                                       hw_error *err)
{
    if (!hwi_model_scorer(model).offset_as_h2o || model->encoder->weights_at < 0 ||
        !hwi_adapted_has_response(adapted))
        return HW_OK;
    HW_AUTO(double) *weights = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, weights);
    hwi_adapted_read_weights(adapted, 0, n, weights);
    for (int64_t i = 0; i < n; i++) {
        if (weights[i] != 0)
            continue;
        memset(outputs + i * width, 0, (size_t)width * sizeof(double));
        labels[i] = 0;
    }
    return HW_OK;
}

hw_status hw_model_predict(const hw_model *model, const hw_frame *frame, hw_frame **out_predictions,
                           hw_error *err)
{
    HW_CHECK_ARG(err, model && frame && out_predictions);
    HW_AUTO(hwi_adapted) *adapted = NULL;
    HW_TRY(hwi_adapted_new(model->encoder, frame, NULL, &adapted, err));
    HW_TRY(hwi_adapted_check_offset(adapted, err));
    hwi_scorer scorer = hwi_model_scorer(model);
    int64_t n = hw_frame_n_rows(frame);
    int32_t width = hwi_scorer_width(&scorer, HWI_SCORE_PREDICTIONS);
    HW_AUTO(double) *outputs = hwi_alloc_array((size_t)n, (size_t)width * sizeof(double));
    HW_AUTO(int32_t) *labels = HWI_ALLOC_ARRAY(int32_t, (size_t)n);
    HW_CHECK_ALLOC(err, outputs);
    HW_CHECK_ALLOC(err, labels);
    HW_TRY(hwi_scorer_score(&scorer, adapted, NULL, 0, n, HWI_SCORE_PREDICTIONS, 0, outputs, labels,
                            err));
    HW_TRY(clear_weightless_rows(model, adapted, n, width, outputs, labels, err));
    if (model->category != HW_CATEGORY_AUTOENCODER)
        return hwi_predictions_frame(model, "predictions", outputs, labels, n, out_predictions,
                                     err);
    HW_AUTO(hw_frame) *predictions = hwi_frame_new("predictions", n);
    HW_CHECK_ALLOC(err, predictions);
    HW_TRY(add_reconstruction_columns(model, outputs, n, predictions, err));
    *out_predictions = HW_TAKE(predictions);
    return HW_OK;
}
