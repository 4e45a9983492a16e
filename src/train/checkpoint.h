/* SPDX-License-Identifier: Apache-2.0
 *
 * Continuing a training from a saved model (spec 10.3): what must be as it was, and how the trainer
 * takes up its state. With the same frame and seed, training in two parts gives the same bits as
 * training at once. */
#pragma once

#include "train/trainer.h"

/* Reads the model that params->checkpoint names; *out stays NULL without one. HW_EINVAL (field
 * checkpoint) when it holds no state of training. */
hw_status hwi_checkpoint_read(const hw_params *params, hw_model **out, hw_error *err) HW_MUST_USE;

/* The frame with the columns of the model's training frame in their order, categories with their
 * level codes; columns that the model does not know are left out. HW_EINVAL for another response
 * and for levels that the model does not know. */
hw_status hwi_checkpoint_align(const hw_model *from, const hw_params *params, const hw_frame *frame,
                               hw_frame **out, hw_error *err) HW_MUST_USE;

/* Whether the prepared training may go on where the model stopped. HW_EINVAL; the field is the
 * parameter that differs. */
hw_status hwi_checkpoint_check(const hw_model *from, bool has_validation, hwi_prepared *prepared,
                               hw_error *err) HW_MUST_USE;

/* Moves an initialised trainer to where the model stopped. */
hw_status hwi_checkpoint_restore(const hw_model *from, hwi_trainer *trainer,
                                 hw_error *err) HW_MUST_USE;

/* Whether two networks have the same layers and the same arrays of an optimiser. */
bool hwi_checkpoint_has_shape(const hwi_network *a, const hwi_network *b);
