/* SPDX-License-Identifier: Apache-2.0
 *
 * The models of a grid in order (spec 10.4): as a table, as CSV and as JSON. */
#pragma once

#include "grid/grid.h"

/* hw_grid_sort without a change of metric or direction: after models were added. */
hw_status hwi_grid_rank(hw_grid *grid, hw_error *err) HW_MUST_USE;
/* Checks metric and direction and sets them. metric may be NULL. */
hw_status hwi_grid_choose_order(hw_grid *grid, const char *metric, int decreasing,
                                hw_error *err) HW_MUST_USE;
/* Of a model of this grid; NaN when there is none. */
double hwi_grid_metric_of(const hw_grid *grid, const hwi_grid_model *model, int32_t metric);
/* Appends the file's text: a row a model with rank, model, hyper-parameters and every metric. */
void hwi_grid_leaderboard_csv(const hw_grid *grid, hwi_buffer *out);
void hwi_grid_leaderboard_json(const hw_grid *grid, hwi_buffer *out);
