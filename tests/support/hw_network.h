/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: small networks, rows to feed them, and ways of learning. */
#pragma once

#include <string.h>

#include "base/rng.h"
#include "nn/init.h"
#include "nn/sgd.h"
#include "support/hw_test.h"

static inline hwi_network *hw_new_network(const hwi_network_shape *shape)
{
    hwi_network *network = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_network_new(shape, &network, &err), err);
    return network;
}

static inline hwi_work *hw_new_work(const hwi_network *network)
{
    hwi_work *work = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_work_new(network, network->n_inputs, false, (hwi_seat){0}, &work, &err), err);
    return work;
}

/* Lists the inputs that are not 0. */
static inline void hw_set_input(const hwi_network *network, hwi_work *work, const double *values)
{
    work->input.n = 0;
    for (int32_t c = 0; c < network->n_inputs; c++) {
        if (values[c] == 0)
            continue;
        work->input.units[work->input.n] = c;
        work->input.values[work->input.n++] = values[c];
    }
    hwi_work_spread_input(work, network);
}

/* Parameters "name=value;name=value"; ranges and support are not looked at. */
static inline hw_params *hw_new_params(const char *settings)
{
    hw_params *params = hw_params_new();
    char text[512];
    snprintf(text, sizeof text, "%s", settings);
    char *rest = NULL;
    for (char *item = strtok_r(text, ";", &rest); item; item = strtok_r(NULL, ";", &rest)) {
        char *value = strchr(item, '=');
        *value++ = '\0';
        hw_error err = {0};
        hw_assert_ok(hwi_params_read_text(params, item, value, &err), err);
    }
    return params;
}

static inline hwi_sgd hw_new_sgd(const hw_params *params, int32_t n_layers)
{
    hwi_sgd sgd;
    hw_error err = {0};
    hw_assert_ok(hwi_sgd_init(&sgd, params, n_layers, &err), err);
    return sgd;
}
