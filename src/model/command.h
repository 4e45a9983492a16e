/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line that trains a model again. Stateless. */
#pragma once

#include "base/buffer.h"
#include "model/model.h"

/* A word as a POSIX shell reads it back: in single quotes where it needs them. */
void hwi_command_append_word(hwi_buffer *out, const char *word);

/* Keeps copies of names and values (ends with NULL; NULL for none) in place of what was kept. */
hw_status hwi_model_set_command_options(hw_model *model, const char *const *options,
                                        hw_error *err) HW_MUST_USE;
