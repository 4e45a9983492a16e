/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/deviance.h"

#include <math.h>

/* H2O bounds both ways through the log link. Not fmax and fmin: NaN stays NaN, as 0 / 0 where a
 * count of 0 is predicted as 0. */
static double bounded_log(double x)
{
    double y = log(x);
    return x <= 0 || y < -19 ? -19 : y;
}

static double bounded_exp(double x)
{
    double y = exp(x);
    return y > 1e19 ? 1e19 : y;
}

static double tweedie(double p, double w, double y, double f)
{
    double u = bounded_log(f);
    return 2 * w *
           (pow(y, 2 - p) / ((1 - p) * (2 - p)) - y * bounded_exp(u * (1 - p)) / (1 - p) +
            bounded_exp(u * (2 - p)) / (2 - p));
}

double hwi_deviance_of(const hwi_deviance *deviance, double w, double y, double f)
{
    double alpha = deviance->quantile_alpha, delta = deviance->huber_delta, distance = fabs(y - f);
    switch (deviance->distribution) {
    case HW_DISTRIBUTION_LAPLACE:
        return w * distance;
    case HW_DISTRIBUTION_HUBER:
        return distance <= delta ? w * (y - f) * (y - f) : w * (2 * distance - delta) * delta;
    case HW_DISTRIBUTION_QUANTILE:
        return y > f ? w * alpha * (y - f) : w * (1 - alpha) * (f - y);
    case HW_DISTRIBUTION_POISSON:
        return 2 * w * (y * bounded_log(y / f) - y + f);
    case HW_DISTRIBUTION_GAMMA:
        return 2 * w * (bounded_log(f / y) + (y == 0 && f == 0 ? 1 : y / f) - 1);
    case HW_DISTRIBUTION_TWEEDIE:
        return tweedie(deviance->tweedie_power, w, y, f);
    default:
        return w * (y - f) * (y - f);
    }
}
