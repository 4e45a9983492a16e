/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/distinct_names.h"
#include "model/model.h"

static hw_status add_row_errors(const double *errors, hw_frame *frame, hw_error *err)
{
    return hwi_frame_add_column(frame, "Reconstruction.MSE", HW_TYPE_REAL, errors, NULL, 0, err);
}

static hw_status add_unit_errors(const hwi_encoder *encoder, const double *errors, int64_t n,
                                 hw_frame *frame, hw_error *err)
{
    HW_AUTO(double) *values = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, values);
    char **names = NULL;
    HW_TRY(hwi_encoder_unit_names(encoder, &names, err));
    hw_status status = hwi_names_make_distinct(names, 0, encoder->n_units, err);
    for (int32_t u = 0; u < encoder->n_units && status == HW_OK; u++) {
        for (int64_t i = 0; i < n; i++)
            values[i] = errors[i * encoder->n_units + u];
        HW_AUTO_BUFFER(name);
        hwi_buffer_append_text(&name, "reconstr_");
        hwi_buffer_append_text(&name, names[u]);
        hwi_buffer_append_text(&name, ".SE");
        status = hwi_buffer_check(&name, err);
        if (status == HW_OK)
            status = hwi_frame_add_column(frame, hwi_buffer_text(&name), HW_TYPE_REAL, values, NULL,
                                          0, err);
    }
    hwi_texts_free(names, encoder->n_units);
    return status;
}

hw_status hw_model_anomaly(const hw_model *model, const hw_frame *frame, bool per_feature,
                           hw_frame **out_errors, hw_error *err)
{
    HW_CHECK_ARG(err, model && frame && out_errors);
    if (model->category != HW_CATEGORY_AUTOENCODER)
        HW_FAIL(err, HW_EINVAL, "model",
                "model: only an autoencoder has reconstruction errors, this is a %s model",
                hw_category_name(model->category));
    HW_AUTO(hwi_adapted) *adapted = NULL;
    HW_TRY(hwi_adapted_new(model->encoder, frame, NULL, &adapted, err));
    hwi_scorer scorer = hwi_model_scorer(model);
    hwi_score_kind kind = per_feature ? HWI_SCORE_UNIT_ERRORS : HWI_SCORE_ROW_ERROR;
    int64_t n = hw_frame_n_rows(frame);
    size_t row_bytes = (size_t)hwi_scorer_width(&scorer, kind) * sizeof(double);
    HW_AUTO(double) *errors = hwi_alloc_array((size_t)n, row_bytes);
    HW_CHECK_ALLOC(err, errors);
    HW_TRY(hwi_scorer_score(&scorer, adapted, NULL, 0, n, kind, 0, errors, NULL, err));
    HW_AUTO(hw_frame) *out = hwi_frame_new("anomaly", n);
    HW_CHECK_ALLOC(err, out);
    if (per_feature)
        HW_TRY(add_unit_errors(model->encoder, errors, n, out, err));
    else
        HW_TRY(add_row_errors(errors, out, err));
    *out_errors = HW_TAKE(out);
    return HW_OK;
}
