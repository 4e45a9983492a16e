/* SPDX-License-Identifier: Apache-2.0 */
#include "model/model.h"

static hw_status read_actual(const hw_model *model, const hwi_adapted *adapted, int64_t n,
                             double **out_actual, hw_error *err)
{
    if (model->category == HW_CATEGORY_AUTOENCODER)
        return HW_OK;
    const char *name = hw_model_response_name(model);
    const hw_frame *frame = hwi_adapted_frame(adapted);
    if (!hwi_adapted_has_response(adapted))
        HW_FAIL(err, HW_EDATA, "response_column",
                "the response '%s' is not in %s: without it predictions can be made, not judged",
                name, hw_frame_name(frame));
    HW_AUTO(double) *actual = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, actual);
    hwi_adapted_read_response(adapted, 0, n, actual);
    *out_actual = HW_TAKE(actual);
    return HW_OK;
}

static hw_status read_weights(const hw_model *model, const hwi_adapted *adapted, int64_t n,
                              double **out_weights, hw_error *err)
{
    if (model->encoder->weights_at < 0 || model->category == HW_CATEGORY_AUTOENCODER)
        return HW_OK;
    HW_AUTO(double) *weights = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, weights);
    hwi_adapted_read_weights(adapted, 0, n, weights);
    *out_weights = HW_TAKE(weights);
    return HW_OK;
}

hw_status hw_model_performance(const hw_model *model, const hw_frame *frame,
                               hw_metrics **out_metrics, hw_error *err)
{
    HW_CHECK_ARG(err, model && frame && out_metrics);
    HW_AUTO(hwi_adapted) *adapted = NULL;
    HW_TRY(hwi_adapted_new(model->encoder, frame, NULL, &adapted, err));
    HW_TRY(hwi_adapted_check_offset(adapted, err));
    HW_TRY(hwi_adapted_check_response(adapted, err));
    int64_t n = hw_frame_n_rows(frame);
    HW_AUTO(double) *actual = NULL;
    HW_AUTO(double) *weights = NULL;
    HW_TRY(read_actual(model, adapted, n, &actual, err));
    HW_TRY(read_weights(model, adapted, n, &weights, err));
    hwi_scorer scorer = hwi_model_scorer(model);
    int32_t width = hwi_scorer_width(&scorer, HWI_SCORE_ROW_ERROR);
    HW_AUTO(double) *outputs = hwi_alloc_array((size_t)n, (size_t)width * sizeof(double));
    HW_AUTO(int32_t) *labels = HWI_ALLOC_ARRAY(int32_t, (size_t)n);
    HW_CHECK_ALLOC(err, outputs);
    HW_CHECK_ALLOC(err, labels);
    HW_TRY(hwi_scorer_score(&scorer, adapted, NULL, 0, n, HWI_SCORE_ROW_ERROR, 0, outputs, labels,
                            err));
    const hw_params *params = model->params_actual;
    const char *const *domain = NULL;
    int32_t n_levels = hwi_adapted_response_levels(adapted, &domain);
    bool is_multinomial = model->category == HW_CATEGORY_MULTINOMIAL;
    hwi_metrics_input input = {
        .category = model->category,
        .n_rows = n,
        .actual = actual,
        .predictions = outputs,
        .weights = weights,
        .labels = is_multinomial ? labels : NULL,
        .n_classes = model->n_classes,
        .domain = domain,
        .n_unknown_levels = domain ? n_levels - model->n_classes : 0,
        .distribution = model->distribution,
        .tweedie_power = params->tweedie_power,
        .quantile_alpha = params->quantile_alpha,
        .huber_alpha = params->huber_alpha,
        .gainslift_bins = params->gainslift_bins,
        .max_hit_ratio_k =
            params->max_hit_ratio_k > 0 ? params->max_hit_ratio_k : HWI_NO_HIT_RATIOS,
        .as_h2o = scorer.offset_as_h2o,
        .tie_priors = scorer.offset_as_h2o ? model->prior_class_distribution : NULL,
        .auc_type = params->auc_type};
    return hwi_metrics_new(&input, out_metrics, err);
}
