/* SPDX-License-Identifier: Apache-2.0
 *
 * Laying many arrays over one block of memory: walk once with slab NULL to count the bytes,
 * allocate, walk again to hand the pieces out. Pieces are 64-byte aligned when the slab is. */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct hwi_slab {
    char *slab;
    size_t n_used;
} hwi_slab;

/* Skips to a multiple of `alignment` from the slab's beginning. */
static inline void hwi_slab_align(hwi_slab *slab, size_t alignment)
{
    slab->n_used = (slab->n_used + alignment - 1) / alignment * alignment;
}

static inline void *hwi_slab_take(hwi_slab *slab, int64_t n, size_t size)
{
    void *piece = slab->slab ? slab->slab + slab->n_used : NULL;
    slab->n_used += ((size_t)n * size + 63) / 64 * 64;
    return piece;
}
