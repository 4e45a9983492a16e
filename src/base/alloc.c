/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ALIGNMENT = 64, HUGE_PAGE_BYTES = 1 << 21 };

static _Atomic int64_t n_allocations;
static _Atomic int64_t n_until_failure = -1;

static bool fault_is_due(void)
{
    atomic_fetch_add(&n_allocations, 1);
    if (atomic_load(&n_until_failure) < 0)
        return false;
    return atomic_fetch_sub(&n_until_failure, 1) == 0;
}

/* Large arrays live in large pages where the system has them: fewer faults, fewer misses of the
 * address cache. Whether it does is its own affair. */
static void *alloc_large(size_t n_bytes)
{
    size_t padded = (n_bytes + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
    void *pointer = padded >= n_bytes ? aligned_alloc(HUGE_PAGE_BYTES, padded) : NULL;
    if (pointer)
        madvise(pointer, n_bytes / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES, MADV_HUGEPAGE);
    return pointer;
}

void *hwi_alloc_array(size_t n, size_t size)
{
    size_t n_bytes;
    if (__builtin_mul_overflow(n, size, &n_bytes) || n_bytes > SIZE_MAX - ALIGNMENT)
        return NULL;
    if (fault_is_due())
        return NULL;
    if (n_bytes >= 2 * HUGE_PAGE_BYTES)
        return alloc_large(n_bytes);
    /* aligned_alloc wants a multiple of the alignment; 0 bytes still give a pointer to free. */
    size_t padded = (n_bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return aligned_alloc(ALIGNMENT, padded ? padded : ALIGNMENT);
}

void *hwi_calloc_array(size_t n, size_t size)
{
    void *pointer = hwi_alloc_array(n, size);
    if (pointer)
        memset(pointer, 0, n * size);
    return pointer;
}

void hwi_give_back(void *begin, size_t n_bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t n_before = (page - (uintptr_t)begin % page) % page;
    if (n_bytes < n_before + page)
        return;
    madvise((char *)begin + n_before, (n_bytes - n_before) / page * page, MADV_DONTNEED);
}

void *hwi_realloc_array(void *pointer, size_t n_old, size_t n_new, size_t size)
{
    void *moved = hwi_alloc_array(n_new, size);
    if (!moved)
        return NULL;
    size_t n_kept = n_old < n_new ? n_old : n_new;
    if (pointer && n_kept)
        memcpy(moved, pointer, n_kept * size);
    hwi_free(pointer);
    return moved;
}

void hwi_free(void *pointer)
{
    free(pointer);
}

char *hwi_strndup(const char *text, size_t length)
{
    if (!text)
        return NULL;
    char *copy = hwi_alloc_array(length + 1, 1);
    if (!copy)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *hwi_strdup(const char *text)
{
    return text ? hwi_strndup(text, strlen(text)) : NULL;
}

void hwi_alloc_fail_at(int64_t n)
{
    atomic_store(&n_until_failure, n);
}

int64_t hwi_alloc_count(void)
{
    return atomic_load(&n_allocations);
}
