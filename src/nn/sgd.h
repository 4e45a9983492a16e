/* SPDX-License-Identifier: Apache-2.0
 *
 * Learning from one sample: output gradient, errors of the layers, updates of weights and biases
 * (spec 6.1, 7). Changes the network; one thread or one team at a time. */
#pragma once

#include "nn/distribution.h"
#include "nn/work.h"

/* How the network learns; constant during a training but for the rates. */
typedef struct hwi_sgd {
    bool is_adaptive, is_nesterov, fast_mode;
    bool skips_zero_gradient; /* a unit without gradient is left alone altogether */
    bool h2o_compat;
    double l1, l2; /* floats, widened */
    float rho, epsilon;
    double rate, rate_annealing, rate_decay;
    double momentum_start, momentum_ramp, momentum_stable;
    float max_w2;
    bool has_max_w2; /* else it is so large that it never acts */
    double sparsity_beta, average_activation;
    const hwi_network *consensus; /* of elastic averaging; NULL without */
    double consensus_pull;
    hw_loss loss; /* of classifiers; regressions follow the distribution */
    hwi_distribution distribution;
    /* Set by hwi_sgd_set_rates. */
    float momentum;
    float *steps; /* (n_layers) rate * (1 - momentum) */
    float *rates; /* (n_layers) */
    int32_t n_layers;
} hwi_sgd;

/* From the effective parameters. */
hw_status hwi_sgd_init(hwi_sgd *sgd, const hw_params *params, int32_t n_layers,
                       hw_error *err) HW_MUST_USE;
void hwi_sgd_clear(hwi_sgd *sgd);
/* The rates and the momentum after n_samples (spec 7.2). */
void hwi_sgd_set_rates(hwi_sgd *sgd, double n_samples);
/* The momentum that the summary shows: ramped, whatever training does. */
double hwi_sgd_ramped_momentum(const hwi_sgd *sgd, double n_samples);

/* After hwi_forward in training: learns a target. Classifier: target is the class code. Regression:
 * the value, standardised if the response is. Autoencoder: target is ignored, targets (n_inputs)
 * are the inputs before dropout. weight scales the gradient (1 normally). In a team every member
 * calls it, with the same arguments but its own work. Returns false when a bias of the own rows
 * is infinite or NaN. */
bool hwi_sgd_learn(const hwi_sgd *sgd, hwi_network *network, hwi_work *work, double target,
                   const double *targets, double weight);
