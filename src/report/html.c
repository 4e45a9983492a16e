/* SPDX-License-Identifier: Apache-2.0 */
#include "report/html.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/utf8.h"

enum { MAX_TITLE_CHARS = 2000 };

static const char replacement[] = "\xef\xbf\xbd";

static void append_character(hwi_buffer *out, const unsigned char *text, int n_bytes)
{
    if (n_bytes == 0 || (text[0] < 0x20 && !strchr("\t\n\r", text[0])) || text[0] == 0x7f)
        hwi_buffer_append_text(out, replacement);
    else if (text[0] == '&')
        hwi_buffer_append_text(out, "&amp;");
    else if (text[0] == '<')
        hwi_buffer_append_text(out, "&lt;");
    else if (text[0] == '>')
        hwi_buffer_append_text(out, "&gt;");
    else if (text[0] == '"')
        hwi_buffer_append_text(out, "&quot;");
    else if (text[0] == '\'')
        hwi_buffer_append_text(out, "&#39;");
    else
        hwi_buffer_append(out, text, (size_t)n_bytes);
}

void hwi_html_clipped(hwi_buffer *out, const char *text, int max_chars)
{
    if (!text)
        return;
    bool is_cut = hwi_html_length(text) > max_chars;
    const unsigned char *p = (const unsigned char *)text;
    for (int i = 0; *p && i < max_chars - (is_cut ? 1 : 0); i++) {
        int n = hwi_utf8_length(p);
        append_character(out, p, n);
        p += n ? n : 1;
    }
    if (is_cut)
        hwi_buffer_append_text(out, "\xe2\x80\xa6");
}

void hwi_html_text(hwi_buffer *out, const char *text)
{
    if (!text)
        return;
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        int n = hwi_utf8_length(p);
        append_character(out, p, n);
        p += n ? n : 1;
    }
}

int hwi_html_length(const char *text)
{
    int n_chars = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p && n_chars < INT32_MAX;) {
        int n = hwi_utf8_length(p);
        p += n ? n : 1;
        n_chars++;
    }
    return n_chars;
}

void hwi_html_attribute(hwi_buffer *out, const char *name, const char *text)
{
    hwi_buffer_printf(out, " %s=\"", name);
    hwi_html_text(out, text);
    hwi_buffer_append_char(out, '"');
}

void hwi_html_tag(hwi_buffer *out, const char *tag, const char *class_name, const char *text)
{
    hwi_buffer_printf(out, "<%s", tag);
    if (class_name)
        hwi_buffer_printf(out, " class=\"%s\"", class_name);
    hwi_buffer_append_char(out, '>');
    hwi_html_text(out, text);
    hwi_buffer_printf(out, "</%s>", tag);
}

void hwi_html_name(hwi_buffer *out, const char *tag, const char *class_name, const char *text)
{
    hwi_buffer_printf(out, "<%s class=\"name", tag);
    if (class_name)
        hwi_buffer_printf(out, " %s", class_name);
    hwi_buffer_append_char(out, '"');
    if (hwi_html_length(text) > 16) {
        hwi_buffer_append_text(out, " title=\"");
        hwi_html_clipped(out, text, MAX_TITLE_CHARS);
        hwi_buffer_append_char(out, '"');
    }
    hwi_buffer_append_char(out, '>');
    hwi_html_clipped(out, text, 160);
    hwi_buffer_printf(out, "</%s>", tag);
}

/* Thousands separators and a true minus sign, from "-1234567.5". */
static void decorate(const char *digits, char out[HWI_PRETTY_BYTES])
{
    size_t n = 0;
    if (*digits == '-') {
        n = (size_t)snprintf(out, HWI_PRETTY_BYTES, "\xe2\x88\x92");
        digits++;
    }
    size_t n_whole = strspn(digits, "0123456789");
    for (size_t i = 0; digits[i] && n + 2 < HWI_PRETTY_BYTES; i++) {
        if (i > 0 && i < n_whole && (n_whole - i) % 3 == 0)
            out[n++] = ',';
        out[n++] = digits[i];
    }
    out[n] = '\0';
}

/* "1.5e-07" to "1.5e−7": without the sign of plus and the leading zeros of the exponent. */
static void decorate_exponent(const char *text, char out[HWI_PRETTY_BYTES])
{
    const char *e = strchr(text, 'e');
    const char *exponent = e ? e + 1 : "";
    const char *minus = *exponent == '-' ? "\xe2\x88\x92" : "";
    exponent += strspn(exponent, "+-0");
    int n_mantissa = e ? (int)(e - text) : (int)strlen(text);
    bool is_negative = text[0] == '-';
    snprintf(out, HWI_PRETTY_BYTES, "%s%.*s%s%s%.8s", is_negative ? "\xe2\x88\x92" : "",
             n_mantissa - is_negative, text + is_negative, e ? "e" : "", minus, exponent);
}

const char *hwi_pretty(double x, int n_digits, char out[HWI_PRETTY_BYTES])
{
    char text[HWI_FIXED_TEXT_BYTES];
    double size = fabs(x);
    if (isnan(x)) {
        snprintf(out, HWI_PRETTY_BYTES, "\xe2\x80\x93");
    } else if (isinf(x)) {
        snprintf(out, HWI_PRETTY_BYTES, x > 0 ? "\xe2\x88\x9e" : "\xe2\x88\x92\xe2\x88\x9e");
    } else if (x == 0) {
        snprintf(out, HWI_PRETTY_BYTES, "0");
    } else if (size < 1e15 && x == floor(x)) {
        hwi_format_fixed(x, 0, text);
        decorate(text, out);
    } else if (size >= 1e-4 && size < 1e7) {
        int n_decimals = n_digits - 1 - (int)floor(log10(size));
        hwi_format_fixed(x, n_decimals > 0 ? n_decimals : 0, text);
        decorate(text, out);
    } else {
        hwi_format_general(x, n_digits, text);
        decorate_exponent(text, out);
    }
    return out;
}

const char *hwi_pretty_short(double x, int n_digits, char out[HWI_PRETTY_BYTES])
{
    hwi_pretty(x, n_digits, out);
    size_t n = strlen(out);
    if (!strchr(out, '.') || strchr(out, 'e'))
        return out;
    while (out[n - 1] == '0')
        out[--n] = '\0';
    if (out[n - 1] == '.')
        out[n - 1] = '\0';
    return out;
}

const char *hwi_pretty_percent(double share, char out[HWI_PRETTY_BYTES])
{
    if (isnan(share))
        return hwi_pretty(share, 3, out);
    char text[HWI_FIXED_TEXT_BYTES];
    double percent = 100 * share;
    bool is_whole = percent == 0 || fabs(percent) >= 99.995;
    hwi_format_fixed(percent,
                     is_whole              ? 0
                     : fabs(percent) < 0.1 ? 3
                     : fabs(percent) < 10  ? 2
                                           : 1,
                     text);
    decorate(text, out);
    size_t n = strlen(out);
    snprintf(out + n, HWI_PRETTY_BYTES - n, " %%");
    return out;
}

void hwi_html_number(hwi_buffer *out, double x, int n_digits)
{
    char text[HWI_PRETTY_BYTES];
    hwi_buffer_append_text(out, hwi_pretty(x, n_digits, text));
}
