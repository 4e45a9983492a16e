/* SPDX-License-Identifier: Apache-2.0
 *
 * What --help and `heavywater params` print: made from the tables of options and parameters. */
#pragma once

#include <stdio.h>

#include "heavywater/app.h"

void app_help_overview(FILE *out);
void app_help_command(const app_command *command, FILE *out);
/* All parameters in their groups, one line each. */
void app_help_params(FILE *out);
/* Everything about one parameter. */
void app_help_param(const hw_param_info *info, FILE *out);
