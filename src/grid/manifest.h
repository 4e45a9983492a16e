/* SPDX-License-Identifier: Apache-2.0
 *
 * grid.json in the folder of a search: the whole hw_grid but for the models themselves. */
#pragma once

#include "grid/grid.h"

enum { HWI_GRID_FORMAT_VERSION = 1 };
extern const char hwi_grid_manifest_name[]; /* "grid.json" */

void hwi_grid_manifest_write(const hw_grid *grid, hwi_buffer *out);
/* Reads folder/grid.json, untrusted; the models are not ranked yet. HW_EIO when there is none,
 * HW_EFORMAT when it is another thing. */
hw_status hwi_grid_manifest_read(const char *folder, hw_grid **out, hw_error *err) HW_MUST_USE;
/* folder/name. NULL without memory; hwi_free. */
char *hwi_grid_path(const char *folder, const char *name);
