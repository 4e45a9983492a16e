/* SPDX-License-Identifier: Apache-2.0
 *
 * The buffers of one pass through a network, and the pass forward. A workspace belongs to one
 * thread; networks are only read, except for the average activations of a sparse autoencoder.
 * Nothing here allocates after hwi_work_new. */
#pragma once

#include "encoder/encoder.h"
#include "kernels/kernels.h"
#include "nn/network.h"

typedef struct hwi_layer_work {
    double *activation; /* (n_units) */
    double *error; /* (n_units) derivative of the loss by the activation; of the output: by its net
                      input */
    double *net;   /* (stride) weighted sums */
    double *partials;    /* (8, stride) H2O's eight partial sums */
    double *gradient;    /* (stride) by the net input of each row; 0 where not active */
    double *sum_squares; /* (stride) of weight gradients, for the biases of ADADELTA */
    /* (stride) the same three in the fast arithmetic */
    float *fast_net, *fast_gradient, *fast_sum_squares;
    float *row_squares;   /* (9, stride) squared weights of each row, for max_w2; NULL without */
    int32_t *is_active;   /* (stride) -1 or 0 */
    int32_t *active_rows; /* (n_rows) ascending */
    int32_t n_active_rows;
    uint8_t *is_kept; /* (n_units, rounded up to bytes of bits) dropout: 1 kept */
    uint8_t *winner; /* (n_units) Maxout: the winning channel, remembered while a unit is dropped */
    hwi_active output; /* activations that are not 0, ascending: input of the layer above */
} hwi_layer_work;

typedef struct hwi_work {
    const hwk_table *kernels;
    bool is_fast; /* float throughout; false (H2O's own arithmetic) unless the owner sets it */
    int32_t n_layers;
    hwi_layer_work *layers;
    hwi_active input;    /* units of the input layer that are not 0 */
    double *dense_input; /* (n_inputs) the same, all; kept up to date by hwi_work_spread_input */
    double *targets;     /* (n_inputs) what an autoencoder has to return: room for the caller */
    char *slab;
} hwi_work;

/* has_max_w2: room for the sums of squares. */
hw_status hwi_work_new(const hwi_network *network, int32_t max_active_inputs, bool has_max_w2,
                       hwi_work **out, hw_error *err) HW_MUST_USE;
void hwi_work_free(hwi_work *work);
HW_DEFINE_AUTO(hwi_work, hwi_work_free)
/* Forgets the winners of Maxout, as H2O does at the start of a chunk. */
void hwi_work_reset(hwi_work *work, const hwi_network *network);
/* Fills dense_input from input (and zeroes what was there). */
void hwi_work_spread_input(hwi_work *work, const hwi_network *network);

/* Random seeds of a row's dropout (spec 3.2): its row seed plus the model's seed. */
typedef struct hwi_dropout {
    double input_ratio;
    int64_t seed; /* row seed + model seed */
} hwi_dropout;

/* Sets some inputs to 0; draws once per input unit. */
void hwi_drop_inputs(const hwi_dropout *dropout, int32_t n_inputs, hwi_active *input);

/* From work->input to the output layer's activation. dropout is NULL when scoring: then activations
 * are scaled by 1 - ratio. output_offset is added to the output of a linear unit (0 without an
 * offset). averages: network whose average activations are updated (sparse autoencoders), or NULL.
 */
void hwi_forward(const hwi_network *network, hwi_work *work, const hwi_dropout *dropout,
                 double output_offset, hwi_network *averages);
