/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/distribution.h"

#include <math.h>

double hwi_bounded_exp(double x)
{
    /* Not fmin: NaN stays NaN. */
    double e = exp(x);
    return e > 1e19 ? 1e19 : e;
}

static double huber_gradient(double delta, double y, double f)
{
    if (fabs(y - f) <= delta)
        return -2 * (y - f);
    return f >= y ? 2 * delta : -2 * delta;
}

double hwi_distribution_gradient(const hwi_distribution *distribution, double y, double f)
{
    switch (distribution->kind) {
    case HW_DISTRIBUTION_LAPLACE:
        return f > y ? 1 : -1;
    case HW_DISTRIBUTION_HUBER:
        return huber_gradient(distribution->huber_delta, y, f);
    case HW_DISTRIBUTION_QUANTILE: {
        double alpha = distribution->quantile_alpha;
        return y > f ? -2 * (0.5 * alpha) : -2 * (0.5 * (alpha - 1));
    }
    case HW_DISTRIBUTION_POISSON:
        return -2 * (y - hwi_bounded_exp(f));
    case HW_DISTRIBUTION_GAMMA:
        return -2 * (y * hwi_bounded_exp(-f) - 1);
    case HW_DISTRIBUTION_TWEEDIE: {
        double p = distribution->tweedie_power;
        return -2 * (y * hwi_bounded_exp(f * (1 - p)) - hwi_bounded_exp(f * (2 - p)));
    }
    default:
        return -2 * (y - f);
    }
}

bool hwi_distribution_has_log_link(hw_distribution kind)
{
    return kind == HW_DISTRIBUTION_POISSON || kind == HW_DISTRIBUTION_GAMMA ||
           kind == HW_DISTRIBUTION_TWEEDIE;
}

double hwi_distribution_inverse_link(hw_distribution kind, double f)
{
    return hwi_distribution_has_log_link(kind) ? hwi_bounded_exp(f) : f;
}
