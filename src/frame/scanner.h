/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds the ends of cells: 64 bytes become one bit mask, whose bits are the separators and line
 * ends among them. Quotes mean nothing here: who meets one reads that cell by itself and tells the
 * scanner where to go on. One thread at a time. */
#pragma once

#include <string.h>

#include "frame/dialect.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { HWI_SCAN_BLOCK = 64 };

typedef struct hwi_scanner {
    const char *block; /* of whose bytes `mask` speaks */
    const char *end;   /* of the text; a newline stands there */
    uint64_t mask;     /* the ends of cells that were not yet returned */
    char separator;
} hwi_scanner;

#ifdef __SSE2__
static inline uint64_t hwi_scan_block(const char *p, char separator)
{
    const __m128i sep = _mm_set1_epi8(separator), lf = _mm_set1_epi8('\n'),
                  cr = _mm_set1_epi8('\r');
    uint64_t mask = 0;
    for (int i = 0; i < HWI_SCAN_BLOCK / 16; i++) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
        __m128i found = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, sep), _mm_cmpeq_epi8(x, lf)),
                                     _mm_cmpeq_epi8(x, cr));
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(found) << (16 * i);
    }
    return mask;
}
#else
static inline uint64_t hwi_scan_block(const char *p, char separator)
{
    uint64_t mask = 0;
    for (int i = 0; i < HWI_SCAN_BLOCK; i++)
        mask |= (uint64_t)(p[i] == separator || p[i] == '\n' || p[i] == '\r') << i;
    return mask;
}
#endif

/* The ends of cells from p on are returned next. Behind the end of the text is nothing. */
static inline void hwi_scanner_seek(hwi_scanner *scanner, const char *p)
{
    scanner->block = p;
    ptrdiff_t n_left = scanner->end - p;
    if (n_left >= HWI_SCAN_BLOCK) {
        scanner->mask = hwi_scan_block(p, scanner->separator);
        return;
    }
    char tail[HWI_SCAN_BLOCK];
    memset(tail, '\n', sizeof(tail));
    if (n_left > 0)
        memcpy(tail, p, (size_t)n_left);
    scanner->mask = hwi_scan_block(tail, scanner->separator);
}

static inline void hwi_scanner_init(hwi_scanner *scanner, const hwi_dialect *dialect, const char *p,
                                    const char *end)
{
    scanner->separator = dialect->separator;
    scanner->end = end;
    hwi_scanner_seek(scanner, p);
}

/* The next separator or line end, the one at the end of the text included. */
static inline const char *hwi_scanner_next(hwi_scanner *scanner)
{
    while (scanner->mask == 0)
        hwi_scanner_seek(scanner, scanner->block + HWI_SCAN_BLOCK);
    const char *found = scanner->block + __builtin_ctzll(scanner->mask);
    scanner->mask &= scanner->mask - 1;
    return found;
}
