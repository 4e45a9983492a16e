/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace {

/* from_chars knows no leading plus, strtod and every CSV do. */
const char *skip_plus(const char *text, const char *end)
{
    return text != end && *text == '+' && text + 1 != end && text[1] != '-' ? text + 1 : text;
}

size_t finish(const char *begin, char *end)
{
    *end = '\0';
    return static_cast<size_t>(end - begin);
}

size_t put_word(const char *word, char *out)
{
    std::strcpy(out, word);
    return std::strlen(word);
}

template <typename Real> size_t format_shortest(Real x, char *out)
{
    if (std::isnan(x))
        return put_word("NaN", out);
    if (std::isinf(x))
        return put_word(x > 0 ? "Infinity" : "-Infinity", out);
    return finish(out, std::to_chars(out, out + HWI_NUMBER_TEXT_BYTES - 1, x).ptr);
}

size_t ensure_real(size_t n, char *out)
{
    for (size_t i = 0; i < n; i++)
        if (out[i] == '.' || out[i] == 'e' || out[i] == 'N' || out[i] == 'I')
            return n;
    std::strcpy(out + n, ".0");
    return n + 2;
}

} // namespace

extern "C" {

bool hwi_parse_double(const char *text, size_t n_bytes, double *out)
{
    const char *end = text + n_bytes;
    const char *begin = skip_plus(text, end);
    const char *digits = begin != end && *begin == '-' ? begin + 1 : begin;
    /* from_chars also reads "nan" and "inf"; here they are words. */
    if (digits == end || !((*digits >= '0' && *digits <= '9') || *digits == '.'))
        return false;
    double value = 0;
    std::from_chars_result result = std::from_chars(begin, end, value);
    if (result.ptr != end)
        return false;
    if (result.ec == std::errc::result_out_of_range) {
        /* Too large or too small: the sign of the exponent decides. */
        const void *e = std::memchr(begin, 'e', n_bytes - (begin - text));
        const void *E = std::memchr(begin, 'E', n_bytes - (begin - text));
        const char *exponent = static_cast<const char *>(e ? e : E);
        bool tiny = exponent ? exponent + 1 != end && exponent[1] == '-'
                             : digits[0] == '0' || digits[0] == '.';
        value = tiny ? 0.0 : std::numeric_limits<double>::infinity();
        if (*begin == '-')
            value = -value;
    } else if (result.ec != std::errc()) {
        return false;
    }
    *out = value;
    return true;
}

bool hwi_parse_int64(const char *text, size_t n_bytes, int64_t *out)
{
    const char *end = text + n_bytes;
    const char *begin = skip_plus(text, end);
    int64_t value = 0;
    std::from_chars_result result = std::from_chars(begin, end, value);
    if (result.ptr != end || result.ec != std::errc())
        return false;
    *out = value;
    return true;
}

size_t hwi_format_double(double x, char out[HWI_NUMBER_TEXT_BYTES])
{
    return format_shortest(x, out);
}

size_t hwi_format_float(float x, char out[HWI_NUMBER_TEXT_BYTES])
{
    return format_shortest(x, out);
}

size_t hwi_format_real(double x, char out[HWI_NUMBER_TEXT_BYTES])
{
    return ensure_real(format_shortest(x, out), out);
}

size_t hwi_format_real_float(float x, char out[HWI_NUMBER_TEXT_BYTES])
{
    return ensure_real(format_shortest(x, out), out);
}

size_t hwi_format_fixed(double x, int n_decimals, char out[HWI_FIXED_TEXT_BYTES])
{
    if (!std::isfinite(x))
        return format_shortest(x, out);
    char *last = out + HWI_FIXED_TEXT_BYTES - 1;
    return finish(out, std::to_chars(out, last, x, std::chars_format::fixed, n_decimals).ptr);
}

size_t hwi_format_fixed_as_java(double x, int n_decimals, char out[HWI_FIXED_TEXT_BYTES])
{
    if (!std::isfinite(x))
        return format_shortest(x, out);
    char *last = out + HWI_FIXED_TEXT_BYTES - 1;
    char *end = std::to_chars(out, last, x, std::chars_format::fixed).ptr;
    const char *point = static_cast<const char *>(std::memchr(out, '.', end - out));
    bool is_tie = point && end - point == n_decimals + 2 && end[-1] == '5';
    /* A tie goes away from zero: a thousandth of the last place settles it. */
    double nudge = is_tie ? std::copysign(std::pow(10.0, -(n_decimals + 3)), x) : 0;
    return hwi_format_fixed(x + nudge, n_decimals, out);
}

size_t hwi_format_general(double x, int n_digits, char out[HWI_NUMBER_TEXT_BYTES])
{
    if (!std::isfinite(x))
        return format_shortest(x, out);
    if (n_digits > 17)
        n_digits = 17;
    char *last = out + HWI_NUMBER_TEXT_BYTES - 1;
    return finish(out, std::to_chars(out, last, x, std::chars_format::general, n_digits).ptr);
}
}
