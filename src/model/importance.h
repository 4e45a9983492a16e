/* SPDX-License-Identifier: Apache-2.0
 *
 * Variable importances after Gedeon, and the table of layers. */
#pragma once

#include "base/table.h"
#include "encoder/encoder.h"
#include "nn/network.h"
#include "nn/sgd.h"

/* H2O's table "Variable Importances", falling. met_missing: (C) whether training met a missing
 * value of that categorical. as_h2o repeats its defects: Maxout reads half of the weights, units of
 * missing values are zeroed after scaling. Cost: units of the first three layers multiplied. */
hw_status hwi_variable_importances(const hwi_encoder *encoder, const hwi_network *network,
                                   const bool *met_missing, bool as_h2o, hw_table **out,
                                   hw_error *err) HW_MUST_USE;

/* Statistics of a layer as H2O takes them (its own approximate square root). */
typedef struct hwi_layer_statistics {
    double mean_rate, rate_rms, mean_weight, weight_rms, mean_bias, bias_rms;
} hwi_layer_statistics;
hwi_layer_statistics hwi_layer_statistics_of(const hwi_layer *layer, float epsilon, float rate);

typedef struct hwi_summary_facts {
    const char *response;               /* NULL for autoencoders */
    int32_t n_classes;                  /* 0 for regression and autoencoders */
    const char *distribution, *loss;    /* names of the effective ones */
    double input_dropout_ratio, l1, l2; /* as given */
    int64_t n_samples;
} hwi_summary_facts;

/* H2O's table "Status of Neuron Layers". */
hw_status hwi_model_summary(const hwi_network *network, const hwi_sgd *sgd,
                            const hwi_summary_facts *facts, hw_table **out,
                            hw_error *err) HW_MUST_USE;
