/* SPDX-License-Identifier: Apache-2.0
 *
 * The folder of a search: one process works in it at a time, and what a killed one left unfinished
 * is taken away. */
#pragma once

#include "base/status.h"

typedef struct hwi_grid_folder hwi_grid_folder;

/* Makes the folder when it is missing (its parent must be there), locks it, and removes unfinished
 * files of earlier searches. HW_EIO with field grid_dir: no folder, not writable, or another
 * process works in it. The lock ends with free, and with the process. */
hw_status hwi_grid_folder_open(const char *path, hwi_grid_folder **out, hw_error *err) HW_MUST_USE;
void hwi_grid_folder_free(hwi_grid_folder *folder);
HW_DEFINE_AUTO(hwi_grid_folder, hwi_grid_folder_free)
