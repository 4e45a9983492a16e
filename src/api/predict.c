/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "model/predictions.h"

/* Numbers as the frame has them, outputs: (n, n_units). */
static void undo_standardisation(const hwi_encoder *encoder, int64_t n, double *outputs)
{
    int32_t n_units = encoder->n_units, first_number = n_units - encoder->n_nums;
    for (int64_t i = 0; encoder->norm_mul && i < n; i++) {
        double *numbers = outputs + i * n_units + first_number;
        for (int32_t k = 0; k < encoder->n_nums; k++)
            numbers[k] = numbers[k] / encoder->norm_mul[k] + encoder->norm_sub[k];
    }
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
    if (model->category == HW_CATEGORY_AUTOENCODER)
        undo_standardisation(model->encoder, n, outputs);
    return hwi_predictions_frame(model, "predictions", outputs, labels, n, out_predictions, err);
}
