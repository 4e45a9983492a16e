/* SPDX-License-Identifier: Apache-2.0 */
#include "train/stopping.h"

#include <math.h>

typedef struct traits {
    const char *name; /* of the metrics' value */
    const char *shown;
    bool more_is_better, is_bounded_by_zero;
} traits;

static traits traits_of(hw_stopping_metric metric)
{
    switch (metric) {
    case HW_STOPPING_METRIC_DEVIANCE:
        return (traits){"mean_residual_deviance", "deviance", false, false};
    case HW_STOPPING_METRIC_LOGLOSS:
        return (traits){"logloss", "logloss", false, true};
    case HW_STOPPING_METRIC_MSE:
        return (traits){"MSE", "MSE", false, true};
    case HW_STOPPING_METRIC_RMSE:
        return (traits){"RMSE", "RMSE", false, true};
    case HW_STOPPING_METRIC_MAE:
        return (traits){"mae", "MAE", false, true};
    case HW_STOPPING_METRIC_RMSLE:
        return (traits){"rmsle", "RMSLE", false, true};
    case HW_STOPPING_METRIC_AUC:
        return (traits){"AUC", "AUC", true, true};
    case HW_STOPPING_METRIC_AUCPR:
        return (traits){"pr_auc", "AUCPR", true, true};
    case HW_STOPPING_METRIC_LIFT_TOP_GROUP:
        return (traits){"lift_top_group", "lift_top_group", true, false};
    case HW_STOPPING_METRIC_MISCLASSIFICATION:
        return (traits){"classification_error", "misclassification", false, true};
    case HW_STOPPING_METRIC_MEAN_PER_CLASS_ERROR:
        return (traits){"mean_per_class_error", "mean_per_class_error", false, true};
    case HW_STOPPING_METRIC_R2: /* of the guide; below 0 when the mean would do better */
        return (traits){"r2", "r2", true, false};
    default:
        return (traits){NULL, NULL, false, false};
    }
}

/* What AUTO, RMSE and custom metrics fall back on when the best model is chosen, and AUTO when it
 * is shown. */
static hw_stopping_metric default_metric(hw_category category)
{
    switch (category) {
    case HW_CATEGORY_BINOMIAL:
    case HW_CATEGORY_MULTINOMIAL:
        return HW_STOPPING_METRIC_LOGLOSS;
    case HW_CATEGORY_AUTOENCODER:
        return HW_STOPPING_METRIC_MSE;
    default:
        return HW_STOPPING_METRIC_DEVIANCE;
    }
}

const char *hwi_stopping_value_name(hw_stopping_metric metric, hw_category category)
{
    traits t = traits_of(metric);
    return t.name ? t.name : traits_of(default_metric(category)).name;
}

double hwi_stopping_value(hw_stopping_metric metric, const hw_metrics *metrics)
{
    if (!metrics)
        return NAN;
    return hw_metrics_value(metrics, hwi_stopping_value_name(metric, hw_metrics_category(metrics)));
}

const char *hwi_stopping_name(hw_stopping_metric metric, hw_category category)
{
    traits t = traits_of(metric);
    return t.name ? t.shown : traits_of(default_metric(category)).shown;
}

float hwi_best_model_loss(hw_stopping_metric metric, const hw_metrics *metrics, bool as_h2o)
{
    hw_category category = hw_metrics_category(metrics);
    traits t = traits_of(metric);
    if (!t.name || metric == HW_STOPPING_METRIC_RMSE)
        t = traits_of(default_metric(category));
    double value = hw_metrics_value(metrics, t.name);
    if (metric == HW_STOPPING_METRIC_AUC || metric == HW_STOPPING_METRIC_AUCPR)
        return (float)(1 - value);
    if (metric == HW_STOPPING_METRIC_LIFT_TOP_GROUP && !as_h2o)
        return (float)-value;
    if (metric == HW_STOPPING_METRIC_R2)
        return (float)-value;
    return (float)value;
}

bool hwi_has_converged(hw_stopping_metric metric, const double *values, int32_t n, int32_t k,
                       double tolerance)
{
    traits t = traits_of(metric);
    if (k <= 0 || n - 1 < 2 * k)
        return false;
    double reference = NAN, best = NAN, max = -INFINITY, min = INFINITY;
    for (int32_t i = 0; i <= k; i++) {
        double mean = 0;
        for (int32_t j = 0; j < k; j++)
            mean += values[n - 2 * k + i + j];
        mean /= k;
        if (isnan(mean))
            return false;
        max = mean > max ? mean : max;
        min = mean < min ? mean : min;
        if (i == 0)
            reference = mean;
        else if (isnan(best) || (t.more_is_better ? mean > best : mean < best))
            best = mean;
    }
    if (t.is_bounded_by_zero && reference == 0)
        return true;
    bool signs_differ = (max > 0) - (max < 0) != (min > 0) - (min < 0) ||
                        (best > 0) - (best < 0) != (reference > 0) - (reference < 0);
    if (signs_differ)
        return false;
    double ratio = best / reference;
    /* Below zero the better r2 is the one nearer to zero. */
    if (t.more_is_better && reference < 0)
        return ratio >= 1 - tolerance;
    return t.more_is_better ? ratio <= 1 + tolerance : ratio >= 1 - tolerance;
}
