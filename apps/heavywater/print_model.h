/* SPDX-License-Identifier: Apache-2.0
 *
 * A model and its metrics on the terminal. */
#pragma once

#include <stdio.h>

#include "heavywater/app.h"

/* H2O's remarks on the parameters that deserve attention. */
void app_print_warnings(FILE *out, const hw_model *model);
/* Parameters that were given, with the values in effect. */
hw_status app_print_params(FILE *out, const hw_model *model, hw_error *err) HW_MUST_USE;
/* Layers, scoring history, metrics, importances. */
hw_status app_print_model(FILE *out, const hw_model *model, hw_error *err) HW_MUST_USE;
/* Scalars and tables of one set of metrics; what is "training", "validation" ... or "". */
hw_status app_print_metrics(FILE *out, const hw_metrics *metrics, const char *what,
                            hw_error *err) HW_MUST_USE;
/* How training ended, with H2O's words where it has some: one line. */
/* The command that trains the model again; nothing for a model that does not know it. */
void app_print_command(FILE *out, const hw_model *model);
void app_print_ending(FILE *out, const hw_model *model);
