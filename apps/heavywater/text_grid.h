/* SPDX-License-Identifier: Apache-2.0
 *
 * Aligned tables of text for the terminal, which read as well in a pipe: headings (wrapped when
 * they are wider than what stands below), a rule, rows. A grid that is wider than the terminal is
 * printed in blocks that repeat the first column. Like a buffer a grid remembers a failed
 * allocation, to be checked once at the end. */
#pragma once

#include <stdio.h>

#include "base/status.h"
#include "heavywater/common.h"

typedef struct app_grid app_grid;

app_grid *app_grid_new(void);
void app_grid_free(app_grid *grid);
HW_DEFINE_AUTO(app_grid, app_grid_free)

/* Columns come before rows. */
void app_grid_add_column(app_grid *grid, const char *heading, bool is_right_aligned);
/* Starts a row of empty cells. */
void app_grid_add_row(app_grid *grid);
/* Sets a cell of the last row. Control characters are replaced; wide texts are cut. */
void app_grid_set(app_grid *grid, int column, const char *text);
/* A line between the rows that belongs to no column, as "... 12 rows not shown". */
void app_grid_add_note(app_grid *grid, const char *text);
/* columns: cells of a line, 0 for no limit. Narrows columns that are wider than a line. */
hw_status app_grid_print(app_grid *grid, FILE *out, int columns, hw_error *err) HW_MUST_USE;
