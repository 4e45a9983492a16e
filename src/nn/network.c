/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/network.h"

#include <math.h>
#include <string.h>

#include "base/slab.h"
#include "params/rules.h"

enum { MAX_PARAMETERS = 100000000, BYTES_PER_PAGE = 4096 };

static hwi_unit_kind kind_of_activation(hw_activation activation)
{
    switch (hwi_activation_kind(activation)) {
    case HW_ACTIVATION_TANH:
        return HWI_UNIT_TANH;
    case HW_ACTIVATION_MAXOUT:
        return HWI_UNIT_MAXOUT;
    case HW_ACTIVATION_EXP_RECTIFIER:
        return HWI_UNIT_EXP_RECTIFIER;
    default:
        return HWI_UNIT_RECTIFIER;
    }
}

static void describe_layer(const hwi_network_shape *shape, int32_t l, hwi_layer *layer)
{
    bool is_output = l == shape->n_hidden;
    layer->n_in = l == 0 ? shape->n_inputs : shape->hidden[l - 1];
    if (!is_output) {
        layer->kind = kind_of_activation(shape->activation);
        layer->n_units = shape->hidden[l];
        layer->has_dropout = hwi_activation_has_dropout(shape->activation);
        layer->dropout_ratio =
            layer->has_dropout && shape->dropout_ratios ? shape->dropout_ratios[l] : 0;
    } else if (shape->is_autoencoder) {
        layer->kind = kind_of_activation(shape->activation);
        layer->n_units = shape->n_inputs;
    } else {
        layer->kind = shape->n_classes > 1 ? HWI_UNIT_SOFTMAX : HWI_UNIT_LINEAR;
        layer->n_units = shape->n_classes;
    }
    layer->n_channels = layer->kind == HWI_UNIT_MAXOUT ? 2 : 1;
    layer->n_rows = layer->n_units * layer->n_channels;
    layer->n_panels = (layer->n_rows + HWK_LANES - 1) / HWK_LANES;
}

/* Arrays that are walked side by side begin at equal places of a page: a processor takes a load for
 * one that waits for a recent store when the lower twelve bits of their addresses are equal, and a
 * small distance between two arrays makes every load such a one (measured: half the speed). */
static float *take_weights(hwi_slab *c, const hwi_layer *layer)
{
    hwi_slab_align(c, BYTES_PER_PAGE);
    return hwi_slab_take(c, hwi_layer_n_entries(layer), sizeof(float));
}

static void lay_out(hwi_network *network, hwi_slab *c)
{
    for (int32_t l = 0; l < network->n_layers; l++) {
        hwi_layer *layer = &network->layers[l];
        layer->weights = take_weights(c, layer);
        if (network->has_adadelta) {
            layer->mean_square_update = take_weights(c, layer);
            layer->mean_square_gradient = take_weights(c, layer);
            layer->bias_square_update = hwi_slab_take(c, layer->n_rows, sizeof(double));
            layer->bias_square_gradient = hwi_slab_take(c, layer->n_rows, sizeof(double));
        }
        if (network->has_momenta) {
            layer->momenta = take_weights(c, layer);
            layer->bias_momenta = hwi_slab_take(c, layer->n_rows, sizeof(double));
        }
        layer->biases = hwi_slab_take(c, layer->n_rows, sizeof(double));
        if (network->has_average_activation && l < network->n_layers - 1)
            layer->average_activation = hwi_slab_take(c, layer->n_units, sizeof(double));
    }
}

/* Memory for all arrays of layers that are described. */
static hw_status allocate(hwi_network *network, hw_error *err)
{
    hwi_slab counter = {NULL, 0};
    lay_out(network, &counter);
    network->slab = hwi_calloc_array(counter.n_used, 1);
    if (!network->slab)
        HW_FAIL(err, HW_ENOMEM, "hidden", "out of memory for a network of %zu bytes",
                counter.n_used);
    network->n_slab_bytes = counter.n_used;
    hwi_slab c = {network->slab, 0};
    lay_out(network, &c);
    return HW_OK;
}

hw_status hwi_network_new(const hwi_network_shape *shape, hwi_network **out, hw_error *err)
{
    HW_AUTO(hwi_network) *network = HWI_NEW(hwi_network);
    HW_CHECK_ALLOC(err, network);
    network->n_layers = shape->n_hidden + 1;
    network->n_inputs = shape->n_inputs;
    network->has_adadelta = shape->has_adadelta;
    network->has_momenta = shape->has_momenta;
    network->has_average_activation = shape->has_average_activation;
    network->layers = HWI_NEW_ARRAY(hwi_layer, (size_t)network->n_layers);
    HW_CHECK_ALLOC(err, network->layers);
    for (int32_t l = 0; l < network->n_layers; l++)
        describe_layer(shape, l, &network->layers[l]);
    int64_t n_parameters = hwi_network_n_parameters(network);
    if (n_parameters > MAX_PARAMETERS)
        HW_FAIL(err, HW_EINVAL, "hidden",
                "the network would have %lld weights and biases, more than %d; use smaller hidden "
                "layers or fewer categorical levels",
                (long long)n_parameters, MAX_PARAMETERS);
    HW_TRY(allocate(network, err));
    *out = HW_TAKE(network);
    return HW_OK;
}

/* The same numbers in other layers, allocated anew. */
static hw_status clone(const hwi_network *network, const bool *is_by_unit, hwi_network **out,
                       hw_error *err)
{
    HW_AUTO(hwi_network) *copy = HWI_NEW(hwi_network);
    HW_CHECK_ALLOC(err, copy);
    *copy = *network;
    copy->slab = NULL;
    copy->layers = HWI_NEW_ARRAY(hwi_layer, (size_t)network->n_layers);
    HW_CHECK_ALLOC(err, copy->layers);
    memcpy(copy->layers, network->layers, (size_t)network->n_layers * sizeof *network->layers);
    for (int32_t l = 0; is_by_unit && l < network->n_layers; l++)
        copy->layers[l].is_by_unit = is_by_unit[l];
    HW_TRY(allocate(copy, err));
    hwi_network_assign(copy, network);
    *out = HW_TAKE(copy);
    return HW_OK;
}

hw_status hwi_network_copy(const hwi_network *network, hwi_network **out, hw_error *err)
{
    return clone(network, NULL, out, err);
}

hw_status hwi_network_by_unit(const hwi_network *network, const bool *is_by_unit, hwi_network **out,
                              hw_error *err)
{
    return clone(network, is_by_unit, out, err);
}

void hwi_network_free(hwi_network *network)
{
    if (!network)
        return;
    hwi_free(network->layers);
    hwi_free(network->slab);
    hwi_free(network);
}

/* Weights of one layout to the other. Tiles, so that the lines that are written piecemeal stay in
 * the cache. */
static void assign_weights(const hwi_layer *to, float *out, const hwi_layer *from,
                           const float *values)
{
    if (!out)
        return;
    if (to->is_by_unit == from->is_by_unit) {
        memcpy(out, values, (size_t)hwi_layer_n_entries(to) * sizeof(float));
        return;
    }
    for (int32_t panel = 0; panel < to->n_panels; panel++) {
        int32_t begin = panel * HWK_LANES, end = begin + HWK_LANES;
        end = end < to->n_rows ? end : to->n_rows;
        for (int32_t c = 0; c < to->n_in; c++)
            for (int32_t r = begin; r < end; r++)
                out[hwi_layer_at(to, c, r)] = values[hwi_layer_at(from, c, r)];
    }
}

static void assign_doubles(double *to, const double *from, int32_t n)
{
    if (to)
        memcpy(to, from, (size_t)n * sizeof(double));
}

void hwi_network_assign(hwi_network *to, const hwi_network *from)
{
    HW_ASSERT(to->n_layers == from->n_layers);
    for (int32_t l = 0; l < to->n_layers; l++) {
        const hwi_layer *x = &to->layers[l], *y = &from->layers[l];
        HW_ASSERT(x->n_in == y->n_in && x->n_rows == y->n_rows);
        assign_weights(x, x->weights, y, y->weights);
        assign_weights(x, x->mean_square_update, y, y->mean_square_update);
        assign_weights(x, x->mean_square_gradient, y, y->mean_square_gradient);
        assign_weights(x, x->momenta, y, y->momenta);
        assign_doubles(x->biases, y->biases, x->n_rows);
        assign_doubles(x->bias_square_update, y->bias_square_update, x->n_rows);
        assign_doubles(x->bias_square_gradient, y->bias_square_gradient, x->n_rows);
        assign_doubles(x->bias_momenta, y->bias_momenta, x->n_rows);
        assign_doubles(x->average_activation, y->average_activation, x->n_units);
    }
}

int64_t hwi_network_n_parameters(const hwi_network *network)
{
    int64_t n = 0;
    for (int32_t l = 0; l < network->n_layers; l++) {
        const hwi_layer *layer = &network->layers[l];
        n += ((int64_t)layer->n_in + 1) * layer->n_rows;
    }
    return n;
}

hw_status hwi_network_check_finite(const hwi_network *network, const char *what, hw_error *err)
{
    for (int32_t l = 0; l < network->n_layers; l++) {
        const hwi_layer *layer = &network->layers[l];
        bool is_finite = true;
        for (int64_t i = 0; i < hwi_layer_n_entries(layer); i++) /* padding is 0 */
            is_finite &= (bool)isfinite(layer->weights[i]);
        for (int32_t r = 0; r < layer->n_rows; r++)
            is_finite &= (bool)isfinite(layer->biases[r]);
        if (!is_finite)
            HW_FAIL(err, HW_EUNSTABLE, NULL, "%sweights or biases of layer %d are NaN or infinite",
                    what, l + 2);
    }
    return HW_OK;
}

void hwi_layer_export_weights(const hwi_layer *layer, const float *values, float *h2o_order)
{
    for (int32_t u = 0; u < layer->n_units; u++) {
        for (int32_t c = 0; c < layer->n_in; c++) {
            for (int32_t k = 0; k < layer->n_channels; k++)
                *h2o_order++ = values[hwi_layer_at(layer, c, layer->n_channels * u + k)];
        }
    }
}

void hwi_layer_import_weights(const hwi_layer *layer, const float *h2o_order, float *values)
{
    for (int32_t u = 0; u < layer->n_units; u++) {
        for (int32_t c = 0; c < layer->n_in; c++) {
            for (int32_t k = 0; k < layer->n_channels; k++)
                values[hwi_layer_at(layer, c, layer->n_channels * u + k)] = *h2o_order++;
        }
    }
}

const char *hwi_activation_layer_type(const hwi_layer *layer)
{
    switch (layer->kind) {
    case HWI_UNIT_TANH:
        return layer->has_dropout ? "TanhDropout" : "Tanh";
    case HWI_UNIT_RECTIFIER:
        return layer->has_dropout ? "RectifierDropout" : "Rectifier";
    case HWI_UNIT_EXP_RECTIFIER:
        return layer->has_dropout ? "ExpRectifierDropout" : "ExpRectifier";
    case HWI_UNIT_MAXOUT:
        return layer->has_dropout ? "MaxoutDropout" : "Maxout";
    case HWI_UNIT_SOFTMAX:
        return "Softmax";
    case HWI_UNIT_LINEAR:
        return "Linear";
    }
    return "";
}
