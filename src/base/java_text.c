/* SPDX-License-Identifier: Apache-2.0 */
#include "base/java_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The shortest decimal digits of |x| and the power of ten of the first. */
static int find_digits(double x, char digits[HWI_NUMBER_TEXT_BYTES])
{
    char text[HWI_NUMBER_TEXT_BYTES];
    hwi_format_double(fabs(x), text);
    int exponent = 0, n = 0, n_before_point = 0;
    bool behind_point = false;
    const char *p = text;
    for (; *p && *p != 'e'; p++) {
        if (*p == '.') {
            behind_point = true;
            continue;
        }
        bool leading_zero = n == 0 && *p == '0';
        if (!leading_zero)
            digits[n++] = *p;
        if (!behind_point)
            n_before_point += !leading_zero;
        else if (leading_zero)
            n_before_point--;
    }
    if (*p == 'e') {
        int64_t e = 0;
        hwi_parse_int64(p + 1, strlen(p + 1), &e);
        exponent = (int)e;
    }
    while (n > 1 && digits[n - 1] == '0')
        n--;
    if (n == 0)
        digits[n++] = '0';
    digits[n] = '\0';
    return exponent + n_before_point - 1;
}

size_t hwi_format_java_double(double x, char out[HWI_NUMBER_TEXT_BYTES])
{
    if (isnan(x) || isinf(x) || x == 0) {
        const char *word = isnan(x)   ? "NaN"
                           : isinf(x) ? (x > 0 ? "Infinity" : "-Infinity")
                                      : (signbit(x) ? "-0.0" : "0.0");
        return (size_t)snprintf(out, HWI_NUMBER_TEXT_BYTES, "%s", word);
    }
    char digits[HWI_NUMBER_TEXT_BYTES];
    int power = find_digits(x, digits);
    int n = (int)strlen(digits);
    const char *sign = x < 0 ? "-" : "";
    int length;
    if (power >= 7 || power < -3)
        length = snprintf(out, HWI_NUMBER_TEXT_BYTES, "%s%c.%sE%d", sign, digits[0],
                          n > 1 ? digits + 1 : "0", power);
    else if (power < 0)
        length =
            snprintf(out, HWI_NUMBER_TEXT_BYTES, "%s0.%.*s%s", sign, -power - 1, "000", digits);
    else if (n <= power + 1)
        length = snprintf(out, HWI_NUMBER_TEXT_BYTES, "%s%s%.*s.0", sign, digits, power + 1 - n,
                          "0000000");
    else
        length = snprintf(out, HWI_NUMBER_TEXT_BYTES, "%s%.*s.%s", sign, power + 1, digits,
                          digits + power + 1);
    return (size_t)length;
}
