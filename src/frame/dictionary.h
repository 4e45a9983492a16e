/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts numbered in the order of their first appearance: an open hash. Used by one thread at a
 * time; lookups of a finished one may run in any. */
#pragma once

#include "frame/column.h"

typedef struct hwi_dictionary_block {
    struct hwi_dictionary_block *next;
    char bytes[];
} hwi_dictionary_block;

typedef struct hwi_dictionary {
    hwi_text *texts;    /* by code */
    uint64_t *prefixes; /* all of a text of up to eight bytes, else its first eight: short texts are
                         * compared at once */
    int32_t n, capacity;
    uint64_t *slots; /* hash << 32 | code + 1, 0 is free; twice capacity of them, a power of two */
    hwi_dictionary_block *blocks; /* copied texts */
    size_t block_bytes;           /* of the newest */
    size_t n_block_left;
    char *block_next;
} hwi_dictionary;

enum { HWI_DICTIONARY_NO_MEMORY = -1, HWI_DICTIONARY_FULL = -2 };

void hwi_dictionary_clear(hwi_dictionary *dictionary);
/* The code of the text, entered (copied) if new. Negative without memory or when there are
 * max_texts others. */
int32_t hwi_dictionary_add(hwi_dictionary *dictionary, const char *bytes, size_t n_bytes,
                           int32_t max_texts);
/* The code, or -1. */
int32_t hwi_dictionary_find(const hwi_dictionary *dictionary, const char *bytes, size_t n_bytes);
/* The texts in the order of their bytes, and the place of each code among them:
 * out_texts[rank[code]] is its text. Both arrays are the caller's, the bytes the dictionary's. */
hw_status hwi_dictionary_sort(hwi_dictionary *dictionary, int32_t **out_rank, hwi_text **out_texts,
                              hw_error *err) HW_MUST_USE;
