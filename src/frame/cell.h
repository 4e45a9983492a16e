/* SPDX-License-Identifier: Apache-2.0
 *
 * What one cell of a text table says: a number, a time, a UUID. The arithmetic and the accepted
 * forms are H2O's. Stateless. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hwi_cell {
    const char *text; /* lasts until the next cell; a byte that belongs to no number follows */
    size_t n_bytes;
    bool is_quoted; /* stood in quotes, so that "" is a text and not missing */
} hwi_cell;

typedef enum hwi_number_kind { HWI_NUMBER_NONE, HWI_NUMBER_INT, HWI_NUMBER_REAL } hwi_number_kind;

typedef struct hwi_number {
    hwi_number_kind kind;
    int64_t i; /* of INT; never INT64_MIN, which is missing */
    double d;  /* of REAL */
} hwi_number;

/* 10^0 .. 10^308, each the nearest double. */
extern const double hwi_powers_of_ten[309];

/* The plain form, [-]digits[.digits] of at most 18 digits, scanned where it stands: returns the
 * byte behind it, or NULL when the text is anything else (which may still be a number). There must
 * be some byte that is no digit and no point behind. The value is mantissa / 10^n_decimals. */
static inline const char *hwi_scan_plain_number(const char *p, int64_t *mantissa, int *n_decimals)
{
    bool is_negative = *p == '-';
    p += is_negative;
    const char *begin = p;
    uint64_t m = 0;
    unsigned digit;
    while ((digit = (unsigned)(uint8_t)*p - '0') <= 9) {
        m = m * 10 + digit;
        p++;
    }
    int64_t n_digits = p - begin;
    int64_t n_behind = 0;
    if (*p == '.') {
        const char *point = p++;
        while ((digit = (unsigned)(uint8_t)*p - '0') <= 9) {
            m = m * 10 + digit;
            p++;
        }
        n_behind = p - point - 1;
        n_digits += n_behind;
    }
    if (n_digits == 0 || n_digits > 18)
        return NULL;
    *mantissa = is_negative ? -(int64_t)m : (int64_t)m;
    *n_decimals = (int)n_behind;
    return p;
}

/* m / 10^n_decimals in H2O's arithmetic, for a scanned plain number with decimals. */
hwi_number hwi_plain_number(int64_t mantissa, int n_decimals);

/* A number in any accepted form: blanks around (when not quoted), a dollar sign before, a percent
 * sign behind, sign, digits, point, exponent. */
hwi_number hwi_cell_number(const hwi_cell *cell);

/* Milliseconds since 1970 UTC of a date, a time of day or both. The strict forms are those that
 * H2O guesses: yyyy-MM-dd, yyyy-MM, MM/dd/yy(yy), MM-dd-yy(yy), dd-MMM-yy(yy), ddMMMyy(yy),
 * MMM-yy(yy), yy-MMM, HH:mm:ss, and a date followed by blanks and HH:mm:ss with a fraction and AM
 * or PM. With is_lenient also ISO 8601 (yyyy-MM-ddTHH:mm:ssZ or +hh:mm), yyyy/MM/dd and HH:mm. */
bool hwi_cell_time(const hwi_cell *cell, bool is_lenient, int64_t *out_ms);

/* 8-4-4-4-12 hexadecimal digits, blanks around. */
bool hwi_cell_is_uuid(const hwi_cell *cell);

/* A text that stands for nothing when types are guessed: NA, na, N/A, and - . which are no
 * numbers. */
bool hwi_cell_is_neutral(const hwi_cell *cell);
/* One of the customary words for a missing number (NA, NaN, null, none, ?, -, ...). Whatever it is,
 * a text that is no number is missing in a numeric column; these are missing without a remark. */
bool hwi_cell_is_missing_word(const hwi_cell *cell);

/* The cell without blanks at both ends. */
hwi_cell hwi_cell_trim(const hwi_cell *cell);
