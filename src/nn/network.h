/* SPDX-License-Identifier: Apache-2.0
 *
 * The network: layers of weights, biases and optimiser state as views over one slab. Plain data;
 * who trains it has it alone, scoring only reads.
 *
 * Weights are stored in panels of sixteen rows (rows are units, or unit channels of Maxout): in a
 * panel a cache line holds the weights of one input to its sixteen rows, and the lines of all
 * inputs follow each other. All work of a sample is then a loop over the lines of one panel, with
 * the sums of its rows in registers, whatever the kind of input (a lit level, a number, an
 * activation); inputs that are 0 cost nothing, and sums over inputs keep H2O's order inside each
 * unit. A thread of the team owns whole panels, so no line is written by two. Files and JSON have
 * H2O's order, unit by unit: see hwi_layer_export_weights. Letters: C inputs, P panels. */
#pragma once

#include "base/status.h"
#include "kernels/kernels.h"
#include "params/params.h"

typedef enum hwi_unit_kind {
    HWI_UNIT_TANH,
    HWI_UNIT_RECTIFIER,
    HWI_UNIT_EXP_RECTIFIER,
    HWI_UNIT_MAXOUT,
    HWI_UNIT_SOFTMAX,
    HWI_UNIT_LINEAR
} hwi_unit_kind;

typedef struct hwi_layer {
    hwi_unit_kind kind;
    int32_t n_in; /* units of the layer below */
    int32_t n_units;
    int32_t n_channels; /* 2 for Maxout, else 1 */
    int32_t n_rows; /* n_units * n_channels; row of a unit's channel: n_channels * unit + channel */
    int32_t n_panels;     /* of HWK_LANES rows; the last may be padded, padding stays 0 */
    double dropout_ratio; /* scoring multiplies by 1 - ratio */
    bool has_dropout;     /* a *WithDropout activation (a ratio of 0 still draws) */
    bool is_by_unit;      /* hwi_network_by_unit's: arrays are (n_rows, C padded to 16) */
    float *weights;       /* (P, C, 16) */
    double *biases;       /* (n_rows) */
    /* ADADELTA: mean squared update and mean squared gradient. NULL with other optimisers. */
    float *mean_square_update, *mean_square_gradient;  /* (P, C, 16) */
    double *bias_square_update, *bias_square_gradient; /* (n_rows) */
    /* Momentum; NULL without. */
    float *momenta;             /* (P, C, 16) */
    double *bias_momenta;       /* (n_rows) */
    double *average_activation; /* (n_units) of a sparse autoencoder; NULL else */
} hwi_layer;

typedef struct hwi_network {
    int32_t n_layers; /* weight matrices: hidden layers + 1 */
    int32_t n_inputs;
    hwi_layer *layers; /* (n_layers) from the first hidden layer to the output */
    bool has_adadelta, has_momenta, has_average_activation;
    char *slab; /* all arrays of all layers */
    size_t n_slab_bytes;
} hwi_network;

typedef struct hwi_network_shape {
    int32_t n_inputs;
    int32_t n_hidden;
    const int32_t *hidden;        /* (n_hidden) */
    const double *dropout_ratios; /* (n_hidden) or NULL */
    hw_activation activation;
    bool is_autoencoder; /* output: the hidden kind without dropout, n_inputs units */
    int32_t n_classes;   /* output: softmax of this many, or 1 for a linear unit */
    bool has_adadelta, has_momenta, has_average_activation;
} hwi_network_shape;

/* All zero. HW_ENOMEM, HW_EINVAL (hidden) when there are more than 1e8 parameters. */
hw_status hwi_network_new(const hwi_network_shape *shape, hwi_network **out,
                          hw_error *err) HW_MUST_USE;
void hwi_network_free(hwi_network *network);
HW_DEFINE_AUTO(hwi_network, hwi_network_free)
/* Copies all numbers; both must have the same shape. */
void hwi_network_assign(hwi_network *to, const hwi_network *from);
/* The same network with some layers (n_layers) that lie unit by unit, for training: units that are
 * off then cost nothing in the update. In the exact arithmetic only the first can. Only
 * hwi_sgd_learn and hwi_forward with a workspace for it take it; for all else it is assigned to one
 * in panels. */
hw_status hwi_network_by_unit(const hwi_network *network, const bool *is_by_unit, hwi_network **out,
                              hw_error *err) HW_MUST_USE;
hw_status hwi_network_copy(const hwi_network *network, hwi_network **out,
                           hw_error *err) HW_MUST_USE;
/* Weights and biases. */
int64_t hwi_network_n_parameters(const hwi_network *network);
/* HW_EUNSTABLE when a weight or bias is NaN or infinite; the message begins with what and names the
 * layer, counted as in the table of layers: the input is layer 1. */
hw_status hwi_network_check_finite(const hwi_network *network, const char *what,
                                   hw_error *err) HW_MUST_USE;

/* Between our order and H2O's. In H2O's order entry (unit u, input c, channel k) is at
 * n_channels * (u * n_in + c) + k. `values` is any (P, C, 16) array of the layer; h2o_order has
 * n_in * n_rows. */
void hwi_layer_export_weights(const hwi_layer *layer, const float *values, float *h2o_order);
void hwi_layer_import_weights(const hwi_layer *layer, const float *h2o_order, float *values);
/* Inputs, to whole chunks. */
static inline int64_t hwi_layer_n_padded_inputs(const hwi_layer *layer)
{
    return hwk_padded(layer->n_in);
}
/* Where the entry of an input and a row is in the layer's arrays of weights and their state. */
static inline int64_t hwi_layer_at(const hwi_layer *layer, int64_t input, int32_t row)
{
    if (layer->is_by_unit)
        return row * hwi_layer_n_padded_inputs(layer) + input;
    int64_t line = (int64_t)(row / HWK_LANES) * layer->n_in + input;
    return line * HWK_LANES + row % HWK_LANES;
}
/* Numbers in such an array. */
static inline int64_t hwi_layer_n_entries(const hwi_layer *layer)
{
    if (layer->is_by_unit)
        return layer->n_rows * hwi_layer_n_padded_inputs(layer);
    return (int64_t)layer->n_panels * layer->n_in * HWK_LANES;
}
/* Rows with the padding of the last panel: the length of a workspace's arrays by row. */
static inline int32_t hwi_layer_n_padded(const hwi_layer *layer)
{
    return layer->n_panels * HWK_LANES;
}
static inline float hwi_layer_weight(const hwi_layer *layer, int32_t unit, int32_t input,
                                     int32_t channel)
{
    return layer->weights[hwi_layer_at(layer, input, layer->n_channels * unit + channel)];
}

const char *
hwi_activation_layer_type(const hwi_layer *layer); /* "RectifierDropout", "Softmax" ... */
