/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/cell.h"

#include <math.h>
#include <string.h>

#include "base/number.h"

enum { MAX_POWER = 308, MAX_EXPONENT_DIGITS = 9 };

const double hwi_powers_of_ten[309] = {
    1e0,   1e1,   1e2,   1e3,   1e4,   1e5,   1e6,   1e7,   1e8,   1e9,   1e10,  1e11,  1e12,
    1e13,  1e14,  1e15,  1e16,  1e17,  1e18,  1e19,  1e20,  1e21,  1e22,  1e23,  1e24,  1e25,
    1e26,  1e27,  1e28,  1e29,  1e30,  1e31,  1e32,  1e33,  1e34,  1e35,  1e36,  1e37,  1e38,
    1e39,  1e40,  1e41,  1e42,  1e43,  1e44,  1e45,  1e46,  1e47,  1e48,  1e49,  1e50,  1e51,
    1e52,  1e53,  1e54,  1e55,  1e56,  1e57,  1e58,  1e59,  1e60,  1e61,  1e62,  1e63,  1e64,
    1e65,  1e66,  1e67,  1e68,  1e69,  1e70,  1e71,  1e72,  1e73,  1e74,  1e75,  1e76,  1e77,
    1e78,  1e79,  1e80,  1e81,  1e82,  1e83,  1e84,  1e85,  1e86,  1e87,  1e88,  1e89,  1e90,
    1e91,  1e92,  1e93,  1e94,  1e95,  1e96,  1e97,  1e98,  1e99,  1e100, 1e101, 1e102, 1e103,
    1e104, 1e105, 1e106, 1e107, 1e108, 1e109, 1e110, 1e111, 1e112, 1e113, 1e114, 1e115, 1e116,
    1e117, 1e118, 1e119, 1e120, 1e121, 1e122, 1e123, 1e124, 1e125, 1e126, 1e127, 1e128, 1e129,
    1e130, 1e131, 1e132, 1e133, 1e134, 1e135, 1e136, 1e137, 1e138, 1e139, 1e140, 1e141, 1e142,
    1e143, 1e144, 1e145, 1e146, 1e147, 1e148, 1e149, 1e150, 1e151, 1e152, 1e153, 1e154, 1e155,
    1e156, 1e157, 1e158, 1e159, 1e160, 1e161, 1e162, 1e163, 1e164, 1e165, 1e166, 1e167, 1e168,
    1e169, 1e170, 1e171, 1e172, 1e173, 1e174, 1e175, 1e176, 1e177, 1e178, 1e179, 1e180, 1e181,
    1e182, 1e183, 1e184, 1e185, 1e186, 1e187, 1e188, 1e189, 1e190, 1e191, 1e192, 1e193, 1e194,
    1e195, 1e196, 1e197, 1e198, 1e199, 1e200, 1e201, 1e202, 1e203, 1e204, 1e205, 1e206, 1e207,
    1e208, 1e209, 1e210, 1e211, 1e212, 1e213, 1e214, 1e215, 1e216, 1e217, 1e218, 1e219, 1e220,
    1e221, 1e222, 1e223, 1e224, 1e225, 1e226, 1e227, 1e228, 1e229, 1e230, 1e231, 1e232, 1e233,
    1e234, 1e235, 1e236, 1e237, 1e238, 1e239, 1e240, 1e241, 1e242, 1e243, 1e244, 1e245, 1e246,
    1e247, 1e248, 1e249, 1e250, 1e251, 1e252, 1e253, 1e254, 1e255, 1e256, 1e257, 1e258, 1e259,
    1e260, 1e261, 1e262, 1e263, 1e264, 1e265, 1e266, 1e267, 1e268, 1e269, 1e270, 1e271, 1e272,
    1e273, 1e274, 1e275, 1e276, 1e277, 1e278, 1e279, 1e280, 1e281, 1e282, 1e283, 1e284, 1e285,
    1e286, 1e287, 1e288, 1e289, 1e290, 1e291, 1e292, 1e293, 1e294, 1e295, 1e296, 1e297, 1e298,
    1e299, 1e300, 1e301, 1e302, 1e303, 1e304, 1e305, 1e306, 1e307, 1e308,
};

static hwi_number none(void)
{
    return (hwi_number){HWI_NUMBER_NONE, 0, 0};
}

static hwi_number from_int(int64_t i)
{
    if (i == INT64_MIN)
        return (hwi_number){HWI_NUMBER_REAL, 0, (double)i};
    return (hwi_number){HWI_NUMBER_INT, i, 0};
}

/* Whole doubles become integers, so that "1.0" and "1e5" make an int column. */
static hwi_number from_double(double d)
{
    if (d >= -HWI_EXACT_INTEGER && d <= HWI_EXACT_INTEGER && d == (double)(int64_t)d)
        return from_int((int64_t)d);
    return (hwi_number){HWI_NUMBER_REAL, 0, d};
}

/* H2O's m * 10^e: zeros at the end of a fraction are dropped first, since with more than 2^53 in m
 * they would change the rounding. */
static hwi_number scale(int64_t m, int64_t e)
{
    if (m == 0)
        return from_int(0);
    while (e < 0 && m % 10 == 0) {
        m /= 10;
        e++;
    }
    if (e == 0)
        return from_int(m);
    if (e < 0)
        return from_double((double)m / hwi_powers_of_ten[-e]);
    bool is_exact = m <= HWI_EXACT_INTEGER && m >= -HWI_EXACT_INTEGER;
    int64_t product = m;
    for (int64_t i = 0; i < e && is_exact; i++)
        is_exact = !__builtin_mul_overflow(product, 10, &product);
    return is_exact ? from_int(product) : from_double((double)m * hwi_powers_of_ten[e]);
}

hwi_number hwi_plain_number(int64_t mantissa, int n_decimals)
{
    if (mantissa > HWI_EXACT_INTEGER || mantissa < -HWI_EXACT_INTEGER)
        return scale(mantissa, -n_decimals);
    return from_double((double)mantissa / hwi_powers_of_ten[n_decimals]);
}

/* What stands between the signs: digits, point, exponent. */
typedef struct decimal {
    int64_t mantissa;
    int64_t exponent;
} decimal;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *scan_exponent(const char *p, const char *end, int64_t *out)
{
    bool is_negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (p == end || !is_digit(*p))
        return NULL;
    while (p < end && *p == '0')
        p++;
    int64_t e = 0;
    for (int n = 0; p < end && is_digit(*p); p++, n++)
        if (n < MAX_EXPONENT_DIGITS) /* beyond, all is infinite or zero alike */
            e = e * 10 + (*p - '0');
    *out = is_negative ? -e : e;
    return p;
}

/* Digits are taken while the mantissa is below a tenth of 2^63; the others only count as places. */
static const char *scan_decimal(const char *p, const char *end, decimal *out)
{
    const int64_t full = INT64_MAX / 10;
    int64_t m = 0, e = 0;
    bool has_digits = false;
    for (; p < end && is_digit(*p); p++) {
        has_digits = true;
        if (m < full || (m == full && *p <= '7')) /* up to 2^63 - 1 */
            m = m * 10 + (*p - '0');
        else
            e++;
    }
    if (p < end && *p == '.') {
        for (p++; p < end && is_digit(*p); p++) {
            has_digits = true;
            if (m < full) {
                m = m * 10 + (*p - '0');
                e--;
            }
        }
    }
    if (!has_digits)
        return NULL;
    if (p < end && (*p == 'e' || *p == 'E')) {
        int64_t explicit_exponent;
        p = scan_exponent(p + 1, end, &explicit_exponent);
        if (!p)
            return NULL;
        e += explicit_exponent;
    }
    *out = (decimal){m, e};
    return p;
}

/* Outside the table of powers: correctly rounded, where H2O's pow overflows. */
static hwi_number scale_far(const char *text, size_t n_bytes, const decimal *d, bool is_negative)
{
    double x = 0;
    if (!hwi_parse_double(text, n_bytes, &x))
        x = d->exponent > 0 && d->mantissa != 0 ? INFINITY : 0;
    return from_double(is_negative ? -x : x);
}

hwi_cell hwi_cell_trim(const hwi_cell *cell)
{
    hwi_cell trimmed = *cell;
    while (trimmed.n_bytes && (trimmed.text[0] == ' ' || trimmed.text[0] == '\t')) {
        trimmed.text++;
        trimmed.n_bytes--;
    }
    while (trimmed.n_bytes &&
           (trimmed.text[trimmed.n_bytes - 1] == ' ' || trimmed.text[trimmed.n_bytes - 1] == '\t'))
        trimmed.n_bytes--;
    return trimmed;
}

hwi_number hwi_cell_number(const hwi_cell *cell)
{
    hwi_cell trimmed = cell->is_quoted ? *cell : hwi_cell_trim(cell);
    const char *p = trimmed.text;
    const char *end = p + trimmed.n_bytes;
    if (p < end && *p == '$')
        p++;
    bool is_negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    const char *digits = p;
    decimal d;
    p = scan_decimal(p, end, &d);
    if (!p)
        return none();
    const char *digits_end = p;
    const char *sign = p;
    while (sign < end && *sign == ' ')
        sign++;
    bool is_percent = sign < end && *sign == '%';
    if (is_percent)
        p = sign + 1;
    if (p != end)
        return none();
    d.exponent -= is_percent ? 2 : 0;
    if (d.exponent < -MAX_POWER || d.exponent > MAX_POWER)
        return scale_far(digits, (size_t)(digits_end - digits), &d, is_negative);
    return scale(is_negative ? -d.mantissa : d.mantissa, d.exponent);
}

static bool is_word(const hwi_cell *cell, const char *const *words, size_t n_words)
{
    for (size_t i = 0; i < n_words; i++)
        if (strlen(words[i]) == cell->n_bytes && memcmp(words[i], cell->text, cell->n_bytes) == 0)
            return true;
    return false;
}

bool hwi_cell_is_neutral(const hwi_cell *cell)
{
    static const char *const words[] = {"NA", "na", "N/A", "-", "."};
    hwi_cell trimmed = hwi_cell_trim(cell);
    return is_word(&trimmed, words, sizeof(words) / sizeof(words[0]));
}

bool hwi_cell_is_missing_word(const hwi_cell *cell)
{
    static const char *const words[] = {
        "",     "NA",   "na",   "N/A",  "n/a",  "NaN",  "nan",  "NAN", "null",
        "NULL", "Null", "None", "none", "NONE", "nil",  "?",    "-",   "--",
        ".",    "#N/A", "<NA>", "NaT",  "n.a.", "N.A.", "-nan", "NA.",
    };
    hwi_cell trimmed = hwi_cell_trim(cell);
    return is_word(&trimmed, words, sizeof(words) / sizeof(words[0]));
}

bool hwi_cell_is_uuid(const hwi_cell *cell)
{
    enum { UUID_BYTES = 36 };
    hwi_cell trimmed = hwi_cell_trim(cell);
    if (trimmed.n_bytes != UUID_BYTES)
        return false;
    for (size_t i = 0; i < UUID_BYTES; i++) {
        char c = trimmed.text[i];
        bool is_dash_place = i == 8 || i == 13 || i == 18 || i == 23;
        bool is_hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (is_dash_place ? c != '-' : !is_hex)
            return false;
    }
    return true;
}
