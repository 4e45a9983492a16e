/* SPDX-License-Identifier: Apache-2.0
 *
 * Plain numbers eight bytes at a time, for cells whose end is known: no loop over digits, so that
 * the processor has nothing to guess about their number. Stateless. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* As many bytes from the beginning of a cell on must be readable. */
enum { HWI_DIGITS_READ_BYTES = 40, HWI_DIGITS_MAX_CELL = 19 };

static const uint64_t HWI_EACH_BYTE = UINT64_C(0x0101010101010101);

/* Eight bytes, the first of them the lowest. */
static inline uint64_t hwi_load_le64(const char *p)
{
    uint64_t x;
    memcpy(&x, p, sizeof(x));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    return x;
}

/* The first n (1 to 8) bytes of x as a decimal number; false when one of them is no digit. */
static inline bool hwi_digits_value(uint64_t x, unsigned n, uint64_t *out)
{
    uint64_t t = (x ^ (HWI_EACH_BYTE * '0')) << (64 - 8 * n); /* zeros in front */
    if ((((t + HWI_EACH_BYTE * 0x76) | t) & (HWI_EACH_BYTE * 0x80)) != 0)
        return false;
    /* neighbours to pairs, pairs to fours and these to the whole */
    const uint64_t pairs = UINT64_C(0x000000ff000000ff);
    t = t * 10 + (t >> 8);
    *out = ((t & pairs) * UINT64_C(0x000f424000000064) +
            ((t >> 16) & pairs) * UINT64_C(0x0000271000000001)) >>
           32;
    return true;
}

/* The number of bytes before the first point among eight; 8 when there is none. */
static inline unsigned hwi_find_point(uint64_t x)
{
    uint64_t y = x ^ (HWI_EACH_BYTE * '.');
    uint64_t zeros = (y - HWI_EACH_BYTE) & ~y & (HWI_EACH_BYTE * 0x80);
    return zeros ? (unsigned)__builtin_ctzll(zeros) / 8 : 8;
}

/* Up to 16 digits at p. */
static inline bool hwi_digits_at(const char *p, unsigned n, uint64_t *out)
{
    static const uint32_t powers[] = {1,      10,      100,      1000,     10000,
                                      100000, 1000000, 10000000, 100000000};
    uint64_t high, low = 0;
    if (n <= 8)
        return hwi_digits_value(hwi_load_le64(p), n, out);
    if (!hwi_digits_value(hwi_load_le64(p), 8, &high) ||
        !hwi_digits_value(hwi_load_le64(p + 8), n - 8, &low))
        return false;
    *out = high * powers[n - 8] + low;
    return true;
}

/* digits[.digits] of 9 to 19 bytes, of which at most 18 are digits: 10^18 fits the mantissa. */
static inline bool hwi_scan_long_number(const char *p, unsigned n, uint64_t *mantissa,
                                        int *n_decimals)
{
    unsigned point = hwi_find_point(hwi_load_le64(p));
    if (point == 8)
        point += hwi_find_point(hwi_load_le64(p + 8));
    *n_decimals = 0;
    if (point >= n || point == 16)
        return n <= 16 && hwi_digits_at(p, n, mantissa);
    static const uint64_t powers[] = {UINT64_C(1),
                                      UINT64_C(10),
                                      UINT64_C(100),
                                      UINT64_C(1000),
                                      UINT64_C(10000),
                                      UINT64_C(100000),
                                      UINT64_C(1000000),
                                      UINT64_C(10000000),
                                      UINT64_C(100000000),
                                      UINT64_C(1000000000),
                                      UINT64_C(10000000000),
                                      UINT64_C(100000000000),
                                      UINT64_C(1000000000000),
                                      UINT64_C(10000000000000),
                                      UINT64_C(100000000000000),
                                      UINT64_C(1000000000000000),
                                      UINT64_C(10000000000000000)};
    unsigned n_behind = n - point - 1;
    if (n_behind > 16)
        return false;
    uint64_t whole = 0, fraction = 0;
    if ((point > 0 && !hwi_digits_at(p, point, &whole)) ||
        (n_behind > 0 && !hwi_digits_at(p + point + 1, n_behind, &fraction)))
        return false;
    *mantissa = whole * powers[n_behind] + fraction;
    *n_decimals = (int)n_behind;
    return true;
}

/* The cell of n bytes at p as [-]digits[.digits]: its value is mantissa / 10^n_decimals. False when
 * it is anything else or longer, which may still be a number. */
static inline bool hwi_scan_digits(const char *p, size_t n, int64_t *mantissa, int *n_decimals)
{
    bool is_negative = *p == '-';
    p += is_negative;
    n -= is_negative;
    uint64_t m;
    *n_decimals = 0;
    if (n - 1 >= HWI_DIGITS_MAX_CELL) /* none at all, too */
        return false;
    if (n > 8) {
        if (!hwi_scan_long_number(p, (unsigned)n, &m, n_decimals))
            return false;
    } else {
        uint64_t x = hwi_load_le64(p);
        if (!hwi_digits_value(x, (unsigned)n, &m)) {
            unsigned point = hwi_find_point(x);
            if (point >= n || n == 1)
                return false;
            uint64_t before = (UINT64_C(1) << (8 * point)) - 1;
            x = (x & before) | ((x >> 8) & ~before);
            if (!hwi_digits_value(x, (unsigned)n - 1, &m))
                return false;
            *n_decimals = (int)(n - 1 - point);
        }
    }
    *mantissa = is_negative ? -(int64_t)m : (int64_t)m;
    return true;
}
