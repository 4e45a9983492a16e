/* SPDX-License-Identifier: Apache-2.0
 *
 * The progress of a grid search: a small table that is drawn again and again on a terminal, a line
 * for each model that ends in a pipe or a file, nothing when silent. */
#pragma once

#include <stdio.h>

#include "heavywater/grid.h"

typedef struct app_grid_progress {
    FILE *out;
    bool is_silent;
    bool is_live;        /* on a terminal that can redraw */
    int n_drawn;         /* lines that stand on the terminal */
    double next_seconds; /* when they are drawn anew */
    bool has_begun;      /* lines: what was there already has been said */
} app_grid_progress;

app_grid_progress app_grid_progress_new(FILE *out, bool is_silent);
/* A hw_grid_progress_callback; ctx is the app_grid_progress. Ends the search when a signal came. */
bool app_grid_progress_show(const hw_grid_progress *progress, void *ctx);
/* Takes the table away. */
void app_grid_progress_end(app_grid_progress *state);
