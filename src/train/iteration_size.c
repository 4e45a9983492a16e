/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "train/trainer.h"

/* H2O measures the machine to choose an iteration of about ten seconds. A measured number would
 * make every run different, so ours takes fixed costs of a sample, those of one core of a common
 * machine. */
static double microseconds_per_sample(const hw_params *params, const hwi_network *network)
{
    double per_weight = 3e-4, per_input = 2e-3;
    hw_activation kind = hwi_activation_kind(params->activation);
    if (kind == HW_ACTIVATION_MAXOUT || kind == HW_ACTIVATION_TANH)
        per_weight *= 2;
    return 1 + per_weight * (double)hwi_network_n_parameters(network) +
           per_input * network->n_inputs;
}

static int64_t automatic_size(const hw_params *params, int64_t n, const hwi_network *network)
{
    const double wanted_microseconds = 1e7, rows = (double)n;
    double size = wanted_microseconds / microseconds_per_sample(params, network);
    size = fmin(size, 10 * rows);
    if (size > rows && fmod(size, rows) / rows < 0.2)
        size -= fmod(size, rows);
    size = fmin(size, params->epochs * rows / 10);
    size = fmin(size, 1e8);
    return size >= 1 ? (int64_t)size : 1;
}

int64_t hwi_samples_per_iteration(const hw_params *params, int64_t n, const hwi_network *network)
{
    int64_t wanted = params->train_samples_per_iteration;
    if (wanted == 0 || wanted == -1)
        return n;
    if (wanted == -2)
        return automatic_size(params, n, network);
    double all = params->epochs * (double)n;
    int64_t most = all < 9e18 ? (int64_t)all : INT64_MAX;
    int64_t size = wanted < most ? wanted : most;
    return size > 1 ? size : 1;
}
