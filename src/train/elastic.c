/* SPDX-License-Identifier: Apache-2.0
 *
 * Elastic averaging on one node (spec 8): the published model is a moving average of the trained
 * one, which is pulled towards it. */
#include "train/trainer.h"

static void divide_floats(float *values, int64_t n, float divisor)
{
    for (int64_t i = 0; values && i < n; i++)
        values[i] /= divisor;
}

static void divide_doubles(double *values, int64_t n, double divisor)
{
    for (int64_t i = 0; values && i < n; i++)
        values[i] /= divisor;
}

/* H2O scales by s as a division by 1 / s. Accumulators of the biases stay. */
static void scale(hwi_network *network, float factor)
{
    double divisor = 1.0 / (double)factor;
    for (int32_t l = 0; l < network->n_layers; l++) {
        hwi_layer *layer = &network->layers[l];
        int64_t n = hwi_layer_n_entries(layer);
        divide_floats(layer->weights, n, (float)divisor);
        divide_doubles(layer->biases, layer->n_rows, divisor);
        divide_floats(layer->momenta, n, (float)divisor);
        divide_doubles(layer->bias_momenta, layer->n_rows, divisor);
        divide_floats(layer->mean_square_update, n, (float)divisor);
        divide_floats(layer->mean_square_gradient, n, (float)divisor);
        divide_doubles(layer->average_activation, layer->n_units, divisor);
    }
}

static void add_floats(float *to, const float *from, int64_t n)
{
    for (int64_t i = 0; to && i < n; i++)
        to[i] += from[i];
}

static void add_doubles(double *to, const double *from, int64_t n)
{
    for (int64_t i = 0; to && i < n; i++)
        to[i] += from[i];
}

static void add(hwi_network *to, const hwi_network *from)
{
    for (int32_t l = 0; l < to->n_layers; l++) {
        hwi_layer *layer = &to->layers[l];
        const hwi_layer *other = &from->layers[l];
        int64_t n = hwi_layer_n_entries(layer);
        add_floats(layer->weights, other->weights, n);
        add_doubles(layer->biases, other->biases, layer->n_rows);
        add_floats(layer->momenta, other->momenta, n);
        add_doubles(layer->bias_momenta, other->bias_momenta, layer->n_rows);
        add_floats(layer->mean_square_update, other->mean_square_update, n);
        add_floats(layer->mean_square_gradient, other->mean_square_gradient, n);
        add_doubles(layer->average_activation, other->average_activation, layer->n_units);
    }
}

hw_status hwi_average_elastically(hwi_trainer *trainer, hw_error *err)
{
    const hw_params *params = trainer->params;
    float moving_rate = (float)params->elastic_averaging_moving_rate;
    if (trainer->published == trainer->network) {
        trainer->published = NULL;
        hw_status status = hwi_network_copy(trainer->network, &trainer->published, err);
        if (status != HW_OK)
            trainer->published = trainer->network;
        HW_TRY(status);
    } else if (moving_rate == 1) {
        hwi_network_assign(trainer->published, trainer->network);
    } else {
        /* In H2O the average of one node is the node's own model, which is scaled with it (a
         * defect). */
        HW_AUTO(hwi_network) *copy = NULL;
        hwi_network *average = trainer->network;
        if (!params->h2o_compat) {
            HW_TRY(hwi_network_copy(trainer->network, &copy, err));
            average = copy;
        }
        scale(average, moving_rate);
        scale(trainer->published, 1.0f - moving_rate);
        add(trainer->published, average);
    }
    trainer->sgd.consensus = trainer->published;
    trainer->sgd.consensus_pull = params->elastic_averaging_regularization;
    return HW_OK;
}
