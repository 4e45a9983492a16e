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

/* Up to here doubles hold every integer. */
#define HWI_EXACT_INTEGER (INT64_C(1) << 53)

/* 10^0 .. 10^308, each the nearest double. */
extern const double hwi_powers_of_ten[309];

/* m / 10^n_decimals in H2O's arithmetic, for a plain number with decimals (frame/digits.h). */
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
