/* SPDX-License-Identifier: Apache-2.0
 *
 * Levels found by their text. Borrows the texts; only read once initialised. */
#pragma once

#include "base/status.h"

typedef struct hwi_level_index {
    const char *const *levels;
    int32_t n;
    int32_t *by_text; /* (n) codes in the order of the texts */
} hwi_level_index;

hw_status hwi_level_index_init(hwi_level_index *index, const char *const *levels, int32_t n,
                               hw_error *err) HW_MUST_USE;
/* Takes what was set to 0, too. */
void hwi_level_index_clear(hwi_level_index *index);
/* The code of the level, or n. */
int32_t hwi_level_index_find(const hwi_level_index *index, const char *text);
