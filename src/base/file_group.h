/* SPDX-License-Identifier: Apache-2.0
 *
 * Several files that appear together: each is written beside its place under another name, and only
 * when all are there do they take their names. One thread at a time. */
#pragma once

#include "base/status.h"

typedef struct hwi_file_group hwi_file_group;

hw_status hwi_file_group_new(hwi_file_group **out, hw_error *err) HW_MUST_USE;
/* Where to write what is to become path. Borrowed. Standard output ("-"), devices and pipes cannot
 * be staged: path itself is given back. A link keeps pointing; what it points to is replaced.
 * HW_EIO for a folder, or a file that may not be written. */
hw_status hwi_file_group_add(hwi_file_group *group, const char *path, const char **out_staged,
                             hw_error *err) HW_MUST_USE;
/* Moves all to their places, in the order of adding. Only the renaming itself can go wrong here
 * (a folder taken away meanwhile); what came before it stays moved. */
hw_status hwi_file_group_commit(hwi_file_group *group, hw_error *err) HW_MUST_USE;
/* Gives the files in what went wrong while they were written the names that they were to have. */
void hwi_file_group_name_error(const hwi_file_group *group, hw_error *err);
/* Removes what has not been moved. */
void hwi_file_group_free(hwi_file_group *group);
HW_DEFINE_AUTO(hwi_file_group, hwi_file_group_free)
