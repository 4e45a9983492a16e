/* SPDX-License-Identifier: Apache-2.0
 *
 * All allocation of the library. Sizes are checked for overflow; memory is 64-byte aligned so that
 * number arrays can be streamed with any vector width. Results are NULL when memory is exhausted
 * (or when a test asked for that); hwi_free takes NULL. Thread-safe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* n elements of size bytes each, not zeroed. n == 0 gives a valid pointer. */
void *hwi_alloc_array(size_t n, size_t size);
/* The same, zeroed. */
void *hwi_calloc_array(size_t n, size_t size);
/* Grows or shrinks, keeping the first min(old, new) elements. On failure the old block stays valid.
 * n_old is the number of elements in use (copied when the block moves). */
void *hwi_realloc_array(void *pointer, size_t n_old, size_t n_new, size_t size);
void hwi_free(void *pointer);
/* Copies of text; NULL for NULL. */
char *hwi_strdup(const char *text);
char *hwi_strndup(const char *text, size_t length);

#define HWI_NEW(type) ((type *)hwi_calloc_array(1, sizeof(type)))
#define HWI_NEW_ARRAY(type, n) ((type *)hwi_calloc_array((n), sizeof(type)))
/* Not zeroed, for arrays that are filled at once. */
#define HWI_ALLOC_ARRAY(type, n) ((type *)hwi_alloc_array((n), sizeof(type)))

/* These bytes are not needed any more, but what lies around them is: whole pages among them go back
 * to the system at once. What they read as is unknown. */
void hwi_give_back(void *begin, size_t n_bytes);

/* Owned scratch of plain types: HW_AUTO(double) *x = HWI_ALLOC_ARRAY(double, n); */
static inline void hwi_auto_char(char **pointer)
{
    hwi_free(*pointer);
}
static inline void hwi_auto_double(double **pointer)
{
    hwi_free(*pointer);
}
static inline void hwi_auto_float(float **pointer)
{
    hwi_free(*pointer);
}
static inline void hwi_auto_int32_t(int32_t **pointer)
{
    hwi_free(*pointer);
}
static inline void hwi_auto_int64_t(int64_t **pointer)
{
    hwi_free(*pointer);
}
static inline void hwi_auto_uint8_t(uint8_t **pointer)
{
    hwi_free(*pointer);
}

/* For tests: the allocation counted from now (0 = the next one) fails, once; -1 switches it off. */
void hwi_alloc_fail_at(int64_t n);
/* For tests: allocations made since the process started. */
int64_t hwi_alloc_count(void);
