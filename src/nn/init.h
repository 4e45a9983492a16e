/* SPDX-License-Identifier: Apache-2.0
 *
 * Initial weights and biases, draw for draw as H2O (spec 3.3, 3.4). */
#pragma once

#include "nn/network.h"

/* The network must be zero, as hwi_network_new makes it. seed is the model's. */
void hwi_network_initialize(hwi_network *network, hw_initial_weight_distribution distribution,
                            double scale, int64_t seed);
