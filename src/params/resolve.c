/* SPDX-License-Identifier: Apache-2.0
 *
 * H2O's automatic changes of parameters. */
#include <math.h>

#include "params/rules.h"

bool hwi_activation_has_dropout(hw_activation activation)
{
    return hwi_activation_kind(activation) != activation;
}

hw_activation hwi_activation_kind(hw_activation activation)
{
    switch (activation) {
    case HW_ACTIVATION_TANH_WITH_DROPOUT:
        return HW_ACTIVATION_TANH;
    case HW_ACTIVATION_RECTIFIER_WITH_DROPOUT:
        return HW_ACTIVATION_RECTIFIER;
    case HW_ACTIVATION_MAXOUT_WITH_DROPOUT:
        return HW_ACTIVATION_MAXOUT;
    case HW_ACTIVATION_EXP_RECTIFIER_WITH_DROPOUT:
        return HW_ACTIVATION_EXP_RECTIFIER;
    default:
        return activation;
    }
}

static hw_distribution automatic_distribution(const hw_params *params, const hwi_facts *facts)
{
    if (facts->is_supervised && facts->n_classes > 0)
        return facts->n_classes == 2 ? HW_DISTRIBUTION_BERNOULLI : HW_DISTRIBUTION_MULTINOMIAL;
    switch (params->loss) {
    case HW_LOSS_ABSOLUTE:
        return HW_DISTRIBUTION_LAPLACE;
    case HW_LOSS_QUANTILE:
        return HW_DISTRIBUTION_QUANTILE;
    case HW_LOSS_HUBER:
        return HW_DISTRIBUTION_HUBER;
    default:
        return HW_DISTRIBUTION_GAUSSIAN;
    }
}

hw_distribution hwi_distribution_meant(const hw_params *params)
{
    if (params->distribution != HW_DISTRIBUTION_TWEEDIE || params->h2o_compat)
        return params->distribution;
    if (params->tweedie_power == 0)
        return HW_DISTRIBUTION_GAUSSIAN;
    if (params->tweedie_power == 1)
        return HW_DISTRIBUTION_POISSON;
    return params->tweedie_power == 2 ? HW_DISTRIBUTION_GAMMA : HW_DISTRIBUTION_TWEEDIE;
}

/* Automatic stays for the distributions whose deviance is itself the loss. */
static hw_loss automatic_loss(hw_distribution distribution)
{
    switch (distribution) {
    case HW_DISTRIBUTION_GAUSSIAN:
        return HW_LOSS_QUADRATIC;
    case HW_DISTRIBUTION_QUANTILE:
        return HW_LOSS_QUANTILE;
    case HW_DISTRIBUTION_LAPLACE:
        return HW_LOSS_ABSOLUTE;
    case HW_DISTRIBUTION_HUBER:
        return HW_LOSS_HUBER;
    case HW_DISTRIBUTION_BERNOULLI:
    case HW_DISTRIBUTION_MULTINOMIAL:
        return HW_LOSS_CROSS_ENTROPY;
    default:
        return HW_LOSS_AUTOMATIC;
    }
}

static hw_stopping_metric automatic_metric(const hw_params *params, const hwi_facts *facts)
{
    if (!facts->is_supervised)
        return HW_STOPPING_METRIC_MSE;
    if (params->stopping_rounds == 0)
        return HW_STOPPING_METRIC_NULL;
    return facts->n_classes > 0 ? HW_STOPPING_METRIC_LOGLOSS : HW_STOPPING_METRIC_DEVIANCE;
}

void hwi_params_actual(hw_params *shown, const hwi_facts *facts)
{
    bool has_folds = shown->nfolds > 0 || shown->fold_column;
    if (has_folds && !facts->is_fold_model) {
        shown->overwrite_with_best_model = false;
        shown->stopping_rounds = 0;
        if (facts->cv_epochs > 0)
            shown->epochs = facts->cv_epochs;
    }
    if (shown->distribution == HW_DISTRIBUTION_AUTO)
        shown->distribution = automatic_distribution(shown, facts);
    shown->distribution = hwi_distribution_meant(shown);
    if (shown->stopping_metric == HW_STOPPING_METRIC_AUTO)
        shown->stopping_metric = automatic_metric(shown, facts);
    if (shown->fold_assignment == HW_FOLD_ASSIGNMENT_AUTO)
        shown->fold_assignment = shown->nfolds > 0 && !shown->fold_column
                                     ? HW_FOLD_ASSIGNMENT_RANDOM
                                     : HW_FOLD_ASSIGNMENT_NULL;
    if (shown->categorical_encoding == HW_CATEGORICAL_ENCODING_AUTO)
        shown->categorical_encoding = HW_CATEGORICAL_ENCODING_ONE_HOT_INTERNAL;
}

static void resolve_rates(hw_params *params)
{
    if (!params->adaptive_rate) {
        params->rho = 0;
        params->epsilon = 0;
        return;
    }
    params->rate = 0;
    params->rate_decay = 0;
    params->rate_annealing = 0;
    params->momentum_start = 0;
    params->momentum_ramp = 0;
    params->momentum_stable = 0;
}

/* There is one node, and often one thread. */
static void resolve_machines(hw_params *params)
{
    params->replicate_training_data = false;
    params->single_node_mode = false;
    if (!params->reproducible)
        return;
    params->force_load_balance = true;
    params->score_each_iteration = true;
    if (params->train_samples_per_iteration == -2)
        params->train_samples_per_iteration = -1;
}

hw_status hwi_params_resolve(hw_params *effective, const hwi_facts *facts, hw_error *err)
{
    hw_params *p = effective;
    hwi_params_actual(p, facts);
    if (p->loss == HW_LOSS_AUTOMATIC)
        p->loss = automatic_loss(p->distribution);
    if (!facts->is_supervised)
        p->use_all_factor_levels = true;
    if (facts->cv_epochs > 0)
        p->max_runtime_secs = 0;
    p->hidden.is_null = false;
    p->mini_batch_size = 1;
    resolve_rates(p);
    resolve_machines(p);
    /* H2O keeps units that can grow without limit from overflowing. */
    if (hwi_activation_kind(p->activation) == HW_ACTIVATION_RECTIFIER && isinf(p->max_w2))
        p->max_w2 = 1000;
    if (hwi_activation_has_dropout(p->activation) && p->hidden_dropout_ratios.is_null)
        return hwi_double_list_fill(&p->hidden_dropout_ratios, p->hidden.n, 0.5, err);
    return HW_OK;
}
