/* SPDX-License-Identifier: Apache-2.0
 *
 * What --help and `heavywater params` print: made from the tables of options and parameters. */
#pragma once

#include <stdio.h>

#include "base/buffer.h"
#include "heavywater/app.h"

/* The groups of parameters in the order in which they are shown; ends with a NULL name. */
typedef struct app_param_group {
    const char *name, *title;
} app_param_group;
extern const app_param_group app_param_groups[];

/* The word for a parameter's value in a synopsis, "" for a switch. */
const char *app_help_value_word(const hw_param_info *info);
/* Help, then in brackets levels, range and default. */
void app_help_append_description(hwi_buffer *text, const hw_param_info *info);

void app_help_overview(FILE *out);
void app_help_command(const app_command *command, FILE *out);
/* All parameters in their groups, one line each. */
void app_help_params(FILE *out);
/* Everything about one parameter. */
void app_help_param(const hw_param_info *info, FILE *out);
