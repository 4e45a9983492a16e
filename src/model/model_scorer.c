/* SPDX-License-Identifier: Apache-2.0 */
#include "model/model.h"

hwi_scorer hwi_model_scorer(const hw_model *model)
{
    bool is_compat = model->params_actual && model->params_actual->h2o_compat;
    bool is_own = model->params_actual && !model->is_from_h2o;
    return (hwi_scorer){.encoder = model->encoder,
                        .network = model->network,
                        .category = model->category,
                        .distribution = model->distribution,
                        .n_classes = model->n_classes,
                        .prior_distribution = model->prior_class_distribution,
                        .model_distribution =
                            model->balance_classes ? model->model_class_distribution : NULL,
                        .threshold = model->default_threshold,
                        .offset_as_h2o = is_compat,
                        .ignores_offset = model->is_from_h2o,
                        .is_fused = is_own && hwi_scores_fused(model->params_actual)};
}

bool hwi_model_is_classifier(const hw_model *model)
{
    return model->category == HW_CATEGORY_BINOMIAL || model->category == HW_CATEGORY_MULTINOMIAL;
}
