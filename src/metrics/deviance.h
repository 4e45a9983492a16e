/* SPDX-License-Identifier: Apache-2.0
 *
 * Deviance of one row of a regression. */
#pragma once

#include "params/params.h"

typedef struct hwi_deviance {
    hw_distribution distribution;
    double tweedie_power;
    double quantile_alpha;
    double huber_delta;
} hwi_deviance;

/* y the response, f the prediction in response space, w the weight. */
double hwi_deviance_of(const hwi_deviance *deviance, double w, double y, double f);
