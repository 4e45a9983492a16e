/* SPDX-License-Identifier: Apache-2.0
 *
 * What a grid search left, on the terminal. */
#pragma once

#include <stdio.h>

#include "base/status.h"
#include "heavywater/grid.h"

/* Leaderboard, combinations that failed, and how the search ended. */
hw_status app_print_grid(FILE *out, const hw_grid *grid, const char *grid_dir,
                         hw_error *err) HW_MUST_USE;
