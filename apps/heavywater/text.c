/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/text.h"

#include <ctype.h>
#include <langinfo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/number.h"

bool app_text_is_utf8(void)
{
    static int known = -1; /* the locale is set once, in main() */
    if (known < 0) {
        const char *codeset = nl_langinfo(CODESET);
        known = strcasecmp(codeset, "UTF-8") == 0 || strcasecmp(codeset, "UTF8") == 0;
    }
    return known;
}

int app_text_columns(FILE *file, int fallback)
{
    struct winsize size;
    if (isatty(fileno(file)) && ioctl(fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    const char *text = getenv("COLUMNS");
    int64_t columns;
    if (text && hwi_parse_int64(text, strlen(text), &columns) && columns >= 20 && columns <= 10000)
        return (int)columns;
    return fallback;
}

/* The length of the UTF-8 sequence at p and its code point; 1 and -1 for a stray byte. */
static int decode(const char *p, int32_t *out_code)
{
    const unsigned char *s = (const unsigned char *)p;
    int n = s[0] < 0x80 ? 1 : s[0] < 0xC2 ? 0 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    *out_code = -1;
    if (n == 0 || s[0] > 0xF4)
        return 1;
    int32_t code = n == 1 ? s[0] : s[0] & (0x7F >> n);
    for (int i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 1;
        code = code << 6 | (s[i] & 0x3F);
    }
    *out_code = code;
    return n;
}

/* Cells of a code point; -1 for what must not reach a terminal. */
static int width_of_code(int32_t code)
{
    if (code < 0x20 || (code >= 0x7F && code < 0xA0))
        return -1;
    /* Marks that turn the direction of writing can make a table lie. */
    if ((code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069))
        return -1;
    if (code < 0x7F || !app_text_is_utf8())
        return 1;
    int width = wcwidth((wchar_t)code);
    return width < 0 ? 1 : width;
}

int app_text_width(const char *text)
{
    int total = 0;
    while (*text) {
        int32_t code;
        text += decode(text, &code);
        int width = width_of_code(code);
        total += width < 0 ? 1 : width;
    }
    return total;
}

void app_text_append_clean(hwi_buffer *out, const char *text, int max_width)
{
    bool is_cut = max_width > 0 && app_text_width(text) > max_width;
    const char *ellipsis = app_text_is_utf8() ? "\u2026" : "~";
    int left = is_cut ? max_width - 1 : 0;
    while (*text) {
        int32_t code;
        int n = decode(text, &code);
        int width = width_of_code(code);
        int cells = width < 0 ? 1 : width;
        if (is_cut && cells > left) {
            hwi_buffer_append_text(out, ellipsis);
            return;
        }
        left -= cells;
        if (code == '\n' || code == '\r' || code == '\t')
            hwi_buffer_append_char(out, ' ');
        else if (width < 0)
            hwi_buffer_append_char(out, '?');
        else
            hwi_buffer_append(out, text, (size_t)n);
        text += n;
    }
}

void app_text_wrap(FILE *out, const char *text, int column, int indent, int columns)
{
    bool is_first = true;
    while (*text) {
        while (*text == ' ')
            text++;
        const char *end = strchrnul(text, ' ');
        if (end == text)
            break;
        HW_AUTO(char) *word = hwi_strndup(text, (size_t)(end - text));
        if (!word)
            break;
        int width = app_text_width(word);
        if (!is_first && column + 1 + width > columns) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
            is_first = true;
        }
        fprintf(out, "%s%s", is_first ? "" : " ", word);
        column += width + !is_first;
        is_first = false;
        text = end;
    }
    fputc('\n', out);
}

const char *app_text_count(int64_t n, char out[APP_TEXT_BYTES])
{
    char digits[HWI_NUMBER_TEXT_BYTES];
    int n_digits = snprintf(digits, sizeof digits, "%lld", n < 0 ? -(long long)n : (long long)n);
    char *p = out;
    if (n < 0)
        *p++ = '-';
    for (int i = 0; i < n_digits; i++) {
        *p++ = digits[i];
        int left = n_digits - 1 - i;
        if (left > 0 && left % 3 == 0)
            *p++ = ',';
    }
    *p = '\0';
    return out;
}

const char *app_text_counted(int64_t n, const char *what, char out[APP_TEXT_BYTES])
{
    app_text_count(n, out);
    size_t length = strlen(out);
    snprintf(out + length, APP_TEXT_BYTES - length, " %.20s%s", what, n == 1 ? "" : "s");
    return out;
}

const char *app_text_number(double x, int n_digits, char out[APP_TEXT_BYTES])
{
    char text[HWI_NUMBER_TEXT_BYTES];
    if (isnan(x) || isinf(x))
        snprintf(out, APP_TEXT_BYTES, "%s", isnan(x) ? "NaN" : x > 0 ? "Inf" : "-Inf");
    else if (x == floor(x) && fabs(x) < 1e15)
        snprintf(out, APP_TEXT_BYTES, "%lld", (long long)x);
    else {
        hwi_format_general(x, n_digits, text);
        snprintf(out, APP_TEXT_BYTES, "%s", text);
    }
    return out;
}

const char *app_text_duration(double seconds, char out[APP_TEXT_BYTES])
{
    char number[HWI_FIXED_TEXT_BYTES];
    if (seconds < 60) {
        hwi_format_fixed(seconds,
                         seconds < 0.1  ? 3
                         : seconds < 1  ? 2
                         : seconds < 10 ? 1
                                        : 0,
                         number);
        snprintf(out, APP_TEXT_BYTES, "%.40s s", number);
        return out;
    }
    int64_t whole = seconds < 1e15 ? (int64_t)(seconds + 0.5) : INT64_C(1000000000000000);
    const double day = 86400;
    if (seconds >= 2 * day) {
        hwi_format_fixed(seconds / day, 1, number);
        snprintf(out, APP_TEXT_BYTES, "%.40s days", number);
    } else if (whole < 3600)
        snprintf(out, APP_TEXT_BYTES, "%lld:%02lld min", (long long)(whole / 60),
                 (long long)(whole % 60));
    else
        snprintf(out, APP_TEXT_BYTES, "%lld:%02lld:%02lld h", (long long)(whole / 3600),
                 (long long)(whole / 60 % 60), (long long)(whole % 60));
    return out;
}

const char *app_text_bytes(double n_bytes, char out[APP_TEXT_BYTES])
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    int unit = 0;
    while (n_bytes >= 1000 && unit < 4) {
        n_bytes /= 1000;
        unit++;
    }
    char number[HWI_FIXED_TEXT_BYTES];
    hwi_format_fixed(n_bytes, unit && n_bytes < 10 ? 1 : 0, number);
    snprintf(out, APP_TEXT_BYTES, "%.40s %s", number, units[unit]);
    return out;
}

static char folded(char c)
{
    return c == '-' ? '_' : (char)tolower((unsigned char)c);
}

enum { MAX_DISTANCE_BYTES = 64 };

int app_text_distance(const char *a, const char *b)
{
    size_t n_a = strlen(a), n_b = strlen(b);
    if (n_a > MAX_DISTANCE_BYTES || n_b > MAX_DISTANCE_BYTES)
        return strcmp(a, b) == 0 ? 0 : MAX_DISTANCE_BYTES;
    /* Levenshtein with swapped neighbours; rows of the table before the last two are not needed. */
    int rows[3][MAX_DISTANCE_BYTES + 1];
    for (size_t j = 0; j <= n_b; j++)
        rows[0][j] = (int)j;
    for (size_t i = 1; i <= n_a; i++) {
        int *row = rows[i % 3], *above = rows[(i - 1) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = (int)i;
        for (size_t j = 1; j <= n_b; j++) {
            bool is_same = folded(a[i - 1]) == folded(b[j - 1]);
            int best = above[j - 1] + !is_same;
            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                folded(a[i - 2]) == folded(b[j - 1]) && above2[j - 2] + 1 < best)
                best = above2[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[n_a % 3][n_b];
}

bool app_text_is_near(int distance, const char *name)
{
    int n = (int)strlen(name);
    return distance <= (n < 4 ? 1 : n < 8 ? 2 : n / 3);
}

static hw_status add_name(app_list *list, const hwi_buffer *name, size_t n_kept, const char *field,
                          hw_error *err)
{
    HW_TRY(hwi_buffer_check(name, err));
    const char *text = hwi_buffer_text(name);
    size_t n = strlen(text);
    while (n > n_kept && (text[n - 1] == ' ' || text[n - 1] == '\t'))
        n--;
    if (n == 0)
        HW_FAIL(err, HW_EINVAL, field, "%s: an empty name in the list", field);
    HW_AUTO(char) *copy = hwi_strndup(text, n);
    char **names =
        hwi_realloc_array(list->names, (size_t)list->n, (size_t)list->n + 1, sizeof(char *));
    if (names)
        list->names = names;
    HW_CHECK_ALLOC(err, copy && names);
    list->names[list->n++] = HW_TAKE(copy);
    return HW_OK;
}

static hw_status read_list(const char *text, const char *field, app_list *out, hw_error *err)
{
    HW_AUTO_BUFFER(name);
    size_t n_kept = 0; /* bytes of the name that are not to be trimmed */
    bool in_quotes = false;
    for (const char *p = text;; p++) {
        bool is_escaped = p[0] == '\\' && (p[1] == ',' || p[1] == '\\' || p[1] == '"');
        if (*p == '\0' || (*p == ',' && !in_quotes)) {
            if (in_quotes)
                HW_FAIL(err, HW_EINVAL, field, "%s: a quote is not closed", field);
            HW_TRY(add_name(out, &name, n_kept, field, err));
            hwi_buffer_clear(&name);
            n_kept = 0;
            if (*p == '\0')
                return HW_OK;
        } else if (*p == '"') {
            in_quotes = !in_quotes;
        } else if (is_escaped || in_quotes) {
            hwi_buffer_append_char(&name, is_escaped ? *++p : *p);
            n_kept = name.size;
        } else if (name.size > 0 || (*p != ' ' && *p != '\t')) {
            hwi_buffer_append_char(&name, *p);
        }
    }
}

hw_status app_list_read(const char *text, const char *field, app_list *out, hw_error *err)
{
    *out = (app_list){0};
    hw_status status = read_list(text, field, out, err);
    if (status != HW_OK)
        app_list_clear(out);
    return status;
}

void app_list_clear(app_list *list)
{
    for (int i = 0; i < list->n; i++)
        hwi_free(list->names[i]);
    hwi_free(list->names);
    *list = (app_list){0};
}

bool app_list_has(const app_list *list, const char *name)
{
    for (int i = 0; i < list->n; i++)
        if (strcmp(list->names[i], name) == 0)
            return true;
    return false;
}

void app_text_append_bar(hwi_buffer *out, double frac, int n_cells)
{
    static const char *const eighths[] = {"",       "\u258F", "\u258E", "\u258D",
                                          "\u258C", "\u258B", "\u258A", "\u2589"};
    int n = isfinite(frac) ? (int)lround(fmin(fmax(frac, 0), 1) * n_cells * 8) : 0;
    for (int i = 0; i < n / 8; i++)
        hwi_buffer_append_text(out, app_text_is_utf8() ? "\u2588" : "#");
    if (app_text_is_utf8())
        hwi_buffer_append_text(out, eighths[n % 8]);
}
