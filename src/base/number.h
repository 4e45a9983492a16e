/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers to text and back, exact and independent of the locale. Behind it stands <charconv> of the
 * C++ standard library (correct rounding both ways, several times faster than strtod and printf).
 * Thread-safe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { HWI_NUMBER_TEXT_BYTES = 32, HWI_FIXED_TEXT_BYTES = 400 };

/* The whole text as a decimal number (optional sign, digits, point, exponent), correctly rounded.
 * False when it is anything else; "nan", "inf" and hexadecimal are anything else.
 * Out of range gives +-infinity or 0 and true. */
bool hwi_parse_double(const char *text, size_t n_bytes, double *out);
bool hwi_parse_int64(const char *text, size_t n_bytes, int64_t *out);

/* The shortest text that reads back to the same value: "1", "0.1", "1e-08", "NaN", "Infinity".
 * Returns the length; out is NUL-terminated. */
size_t hwi_format_double(double x, char out[HWI_NUMBER_TEXT_BYTES]);
size_t hwi_format_float(float x, char out[HWI_NUMBER_TEXT_BYTES]);
/* The same, but never looks like an integer: "1.0". */
size_t hwi_format_real(double x, char out[HWI_NUMBER_TEXT_BYTES]);
size_t hwi_format_real_float(float x, char out[HWI_NUMBER_TEXT_BYTES]);
/* n_decimals digits after the point, as printf's %.*f in the C locale. */
size_t hwi_format_fixed(double x, int n_decimals, char out[HWI_FIXED_TEXT_BYTES]);
/* As Java's %.2f: of the shortest text that is x, and half a unit goes up: 50.625 is 50.63. */
size_t hwi_format_fixed_as_java(double x, int n_decimals, char out[HWI_FIXED_TEXT_BYTES]);
/* n_digits significant digits, as printf's %.*g in the C locale. */
size_t hwi_format_general(double x, int n_digits, char out[HWI_NUMBER_TEXT_BYTES]);

#ifdef __cplusplus
}
#endif
