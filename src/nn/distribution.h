/* SPDX-License-Identifier: Apache-2.0
 *
 * The regression distributions: gradient of the loss and inverse link (spec 6.1, 6.4). Pure
 * functions. hw_distribution is the effective one, never AUTO. */
#pragma once

#include <stdbool.h>

#include "params/params.h"

typedef struct hwi_distribution {
    hw_distribution kind;
    double tweedie_power, quantile_alpha;
    double huber_delta; /* border between quadratic and linear loss, in the units of the
                           (standardised) response */
} hwi_distribution;

/* Derivative of the loss by the output's net input; y is the target as trained, f the output. */
double hwi_distribution_gradient(const hwi_distribution *distribution, double y, double f);
/* Poisson, gamma and tweedie have a log link: the response is not standardised. */
bool hwi_distribution_has_log_link(hw_distribution kind);
/* From the output to the response's scale. */
double hwi_distribution_inverse_link(hw_distribution kind, double f);
/* min(1e19, exp(x)). */
double hwi_bounded_exp(double x);
