/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parameters mean together: H2O's remarks and refusals (check), the values that training
 * computes with (resolve), and the values that a finished model shows (actual). All three take the
 * facts about the data that they depend on. Rules on columns themselves (missing weights, a text
 * response ...) belong to whoever reads the frame. Stateless. */
#pragma once

#include "params/messages.h"
#include "params/params.h"

/* Zeroed facts are: supervised is false, everything else absent or harmless. */
typedef struct hwi_facts {
    bool is_supervised; /* not an autoencoder */
    int32_t n_classes;  /* levels of the response; 0 for regression and autoencoders */
    bool has_validation;
    int64_t n_rows; /* of the training frame; 0 when not known */
    bool response_is_constant, response_is_all_missing, response_has_negative;
    bool response_is_zero_one, response_is_minus_one_one; /* numeric, with these two values only */
    const char *dropped_columns; /* names of constant, bad and text columns, "[a, b]"; or NULL */
    bool has_no_predictors;      /* no column is left to learn from */
    bool has_weights, has_binary_weights; /* binary: 0 and 1 only */
    double n_network_weights;             /* with every one-hot unit; 0 when not known */
    bool is_cheap;                        /* the quick check of a request: rules that
                                             H2O applies when training starts are left out */
    bool is_fold_model; /* one of the models of a cross-validation, not the main */
    double cv_epochs;   /* main model of a finished cross-validation: its epochs; else 0 */
} hwi_facts;

/** H2O's remarks in H2O's order and wording, appended to out. HW_EINVAL with the first of type ERRR
 * (err->field is the parameter); HW_EUNSUPPORTED when there is none and a parameter has a value
 * that this version lacks. */
hw_status hwi_params_check(const hw_params *params, const hwi_facts *facts, hwi_messages *out,
                           hw_error *err) HW_MUST_USE;

/** Changes the parameters to what training computes with: automatic values chosen, rates without
 * effect 0, one dropout ratio a layer for activations with dropout. A seed of -1 stays: the caller
 * draws it. */
hw_status hwi_params_resolve(hw_params *effective, const hwi_facts *facts,
                             hw_error *err) HW_MUST_USE;

/** Changes the parameters to what the finished model shows: a few of the automatic values. */
void hwi_params_actual(hw_params *shown, const hwi_facts *facts);

/* The distribution given, with the powers of tweedie that are others by name: 0 gaussian, 1
 * poisson, 2 gamma. */
hw_distribution hwi_distribution_meant(const hw_params *params);

/* Whether the activation is one of the kinds with dropout. */
bool hwi_activation_has_dropout(hw_activation activation);
/* The same kind without dropout. */
hw_activation hwi_activation_kind(hw_activation activation);
