/* SPDX-License-Identifier: Apache-2.0 */
#include "model/model.h"

static hw_status check_layer(const hw_model *model, int32_t layer, hw_error *err)
{
    int32_t n_hidden = model->network->n_layers - 1;
    if (n_hidden == 0)
        HW_FAIL(err, HW_EINVAL, "layer", "layer: this model has no hidden layer");
    if (layer < 0 || layer >= n_hidden)
        HW_FAIL(err, HW_EINVAL, "layer",
                "layer %d does not exist: the model has %d hidden layer%s, counted from 0", layer,
                n_hidden, n_hidden > 1 ? "s" : "");
    return HW_OK;
}

hw_status hw_model_deep_features(const hw_model *model, const hw_frame *frame, int32_t layer,
                                 hw_frame **out_features, hw_error *err)
{
    HW_CHECK_ARG(err, model && frame && out_features);
    HW_TRY(check_layer(model, layer, err));
    HW_AUTO(hwi_adapted) *adapted = NULL;
    HW_TRY(hwi_adapted_new(model->encoder, frame, NULL, &adapted, err));
    hwi_scorer scorer = hwi_model_scorer(model);
    scorer.hidden_layer = layer;
    int64_t n = hw_frame_n_rows(frame);
    int32_t n_units = hwi_scorer_width(&scorer, HWI_SCORE_HIDDEN);
    HW_AUTO(double) *features = hwi_alloc_array((size_t)n, (size_t)n_units * sizeof(double));
    HW_AUTO(double) *values = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, features);
    HW_CHECK_ALLOC(err, values);
    HW_TRY(
        hwi_scorer_score(&scorer, adapted, NULL, 0, n, HWI_SCORE_HIDDEN, 0, features, NULL, err));
    HW_AUTO(hw_frame) *out = hwi_frame_new("deep_features", n);
    HW_CHECK_ALLOC(err, out);
    for (int32_t u = 0; u < n_units; u++) {
        for (int64_t i = 0; i < n; i++)
            values[i] = features[i * n_units + u];
        HW_AUTO_BUFFER(name);
        hwi_buffer_printf(&name, "DF.L%d.C%d", layer + 1, u + 1);
        HW_TRY(hwi_buffer_check(&name, err));
        HW_TRY(
            hwi_frame_add_column(out, hwi_buffer_text(&name), HW_TYPE_REAL, values, NULL, 0, err));
    }
    *out_features = HW_TAKE(out);
    return HW_OK;
}
