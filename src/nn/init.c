/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/init.h"

#include <math.h>

#include "base/rng.h"

static float draw_weight(hwi_rng *rng, hw_initial_weight_distribution distribution, double scale,
                         double range, bool is_softmax)
{
    switch (distribution) {
    case HW_INITIAL_WEIGHT_DISTRIBUTION_UNIFORM:
        return (float)(-scale + hwi_rng_float(rng) * (scale - -scale));
    case HW_INITIAL_WEIGHT_DISTRIBUTION_NORMAL:
        return (float)(hwi_rng_gaussian(rng) * scale);
    default: { /* UniformAdaptive */
        double value = -range + hwi_rng_float(rng) * (range - -range);
        return (float)(is_softmax ? 4.0 * value : value);
    }
    }
}

/* Unit by unit and input by input: H2O's storage order is the order of the draws. A Maxout layer's
 * array is filled straight through, both channels. */
static void initialize_weights(hwi_layer *layer, hw_initial_weight_distribution distribution,
                               double scale, int64_t seed)
{
    hwi_rng rng = hwi_rng_new(seed);
    double range = sqrt(6.0 / ((double)layer->n_in + layer->n_units));
    bool is_softmax = layer->kind == HWI_UNIT_SOFTMAX;
    for (int32_t u = 0; u < layer->n_units; u++) {
        for (int32_t c = 0; c < layer->n_in; c++) {
            float *entry = &layer->weights[hwi_layer_at(layer, c, layer->n_channels * u)];
            for (int32_t k = 0; k < layer->n_channels; k++)
                entry[k] = draw_weight(&rng, distribution, scale, range, is_softmax);
        }
    }
}

static double initial_bias(const hwi_layer *layer, int32_t l, bool is_output)
{
    bool is_positive_kind = layer->kind == HWI_UNIT_RECTIFIER || layer->kind == HWI_UNIT_MAXOUT;
    if (is_output || !is_positive_kind)
        return 0;
    return l == 0 ? 0.5 : 1;
}

void hwi_network_initialize(hwi_network *network, hw_initial_weight_distribution distribution,
                            double scale, int64_t seed)
{
    for (int32_t l = 0; l < network->n_layers; l++) {
        hwi_layer *layer = &network->layers[l];
        initialize_weights(layer, distribution, scale,
                           (int64_t)((uint64_t)seed + 0x0BAD5EED + (uint64_t)l + 1));
        double bias = initial_bias(layer, l, l == network->n_layers - 1);
        for (int32_t r = 0; r < layer->n_rows; r++)
            layer->biases[r] = bias;
    }
}
