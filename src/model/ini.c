/* SPDX-License-Identifier: Apache-2.0 */
#include "model/ini.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/parallel.h"

typedef enum section { SECTION_NONE, SECTION_INFO, SECTION_COLUMNS, SECTION_DOMAINS } section;

void hwi_ini_clear(hwi_ini *ini)
{
    hwi_buffer_clear(&ini->text);
    hwi_free(ini->pairs);
    hwi_free(ini->columns);
    hwi_free(ini->domains);
    *ini = (hwi_ini){.path = ini->path};
}

/* Java's idea of a blank: everything up to the space. */
static char *strip(char *text)
{
    while (*text && (unsigned char)*text <= ' ')
        text++;
    char *end = text + strlen(text);
    while (end > text && (unsigned char)end[-1] <= ' ')
        end--;
    *end = '\0';
    return text;
}

static hw_status add_pair(hwi_ini *ini, char *line, int32_t number, hw_error *err)
{
    char *equals = strchr(line, '=');
    if (!equals)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: model.ini: line %d: no \"=\" in \"%.40s\"", ini->path,
                number, line);
    *equals = '\0';
    ini->pairs[ini->n_pairs++] = (hwi_ini_pair){strip(line), strip(equals + 1)};
    return HW_OK;
}

/* "COLUMN: COUNT FILE" */
static hw_status add_domain(hwi_ini *ini, char *line, int32_t number, hw_error *err)
{
    int64_t column = -1, count = -1;
    char *colon = strchr(line, ':');
    char *rest = colon ? strip(colon + 1) : line;
    char *blank = strchr(rest, ' ');
    bool is_ok = colon && blank && hwi_parse_int64(line, (size_t)(colon - line), &column) &&
                 hwi_parse_int64(rest, (size_t)(blank - rest), &count);
    if (!is_ok || column < 0 || column > INT32_MAX || count < 0 || count > INT32_MAX)
        HW_FAIL(err, HW_EFORMAT, NULL,
                "%s: model.ini: line %d: no \"COLUMN: COUNT FILE\" of a domain", ini->path, number);
    ini->domains[ini->n_domains++] =
        (hwi_ini_domain){(int32_t)column, (int32_t)count, strip(blank + 1)};
    return HW_OK;
}

static hw_status add_line(hwi_ini *ini, section in, char *line, int32_t number, hw_error *err)
{
    switch (in) {
    case SECTION_NONE:
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: model.ini: line %d: text before the first section",
                ini->path, number);
    case SECTION_INFO:
        return add_pair(ini, line, number, err);
    case SECTION_COLUMNS:
        ini->columns[ini->n_columns++] = line;
        return HW_OK;
    case SECTION_DOMAINS:
        return add_domain(ini, line, number, err);
    }
    return HW_OK;
}

static hw_status make_room(hwi_ini *ini, hw_error *err)
{
    size_t n_lines = 1;
    const char *next = ini->text.data, *end = next + ini->text.size;
    while ((next = memchr(next, '\n', (size_t)(end - next)))) {
        next++;
        n_lines++;
    }
    if (n_lines > 2000000)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: model.ini: %zu lines", ini->path, n_lines);
    ini->pairs = HWI_ALLOC_ARRAY(hwi_ini_pair, n_lines);
    ini->columns = HWI_ALLOC_ARRAY(const char *, n_lines);
    ini->domains = HWI_ALLOC_ARRAY(hwi_ini_domain, n_lines);
    HW_CHECK_ALLOC(err, ini->pairs && ini->columns && ini->domains);
    return HW_OK;
}

hw_status hwi_ini_parse(hwi_ini *ini, hw_error *err)
{
    static const char *const headers[] = {"", "[info]", "[columns]", "[domains]"};
    if (ini->text.size == 0)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: model.ini is empty", ini->path);
    if (strlen(ini->text.data) != ini->text.size)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: model.ini is no text", ini->path);
    HW_TRY(make_room(ini, err));
    bool is_seen[4] = {false};
    section in = SECTION_NONE;
    int32_t number = 0;
    for (char *next = ini->text.data; next;) {
        char *line = next;
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        number++;
        line = strip(line);
        if (*line == '\0' || *line == '#')
            continue;
        section opened = SECTION_NONE;
        for (int i = SECTION_INFO; i <= SECTION_DOMAINS; i++)
            if (strcmp(line, headers[i]) == 0)
                opened = (section)i;
        if (opened == SECTION_NONE) {
            HW_TRY(add_line(ini, in, line, number, err));
            continue;
        }
        in = opened;
        is_seen[in] = true;
    }
    for (int i = SECTION_INFO; i <= SECTION_DOMAINS; i++)
        if (!is_seen[i])
            HW_FAIL(err, HW_EFORMAT, NULL, "%s: model.ini: no section %s", ini->path, headers[i]);
    return HW_OK;
}

const char *hwi_ini_raw(const hwi_ini *ini, const char *key)
{
    for (int32_t i = ini->n_pairs - 1; i >= 0; i--)
        if (strcmp(ini->pairs[i].key, key) == 0)
            return ini->pairs[i].value;
    return NULL;
}

const char *hwi_ini_find(const hwi_ini *ini, const char *key)
{
    const char *value = hwi_ini_raw(ini, key);
    return value && strcmp(value, "null") != 0 ? value : NULL;
}

static hw_status fail_value(const hwi_ini *ini, const char *key, const char *wanted, hw_error *err)
{
    const char *value = hwi_ini_raw(ini, key);
    if (!value)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: model.ini: no %s", ini->path, key);
    HW_FAIL(err, HW_EFORMAT, NULL, "%s: model.ini: %s is \"%.40s\", not %s", ini->path, key, value,
            wanted);
}

hw_status hwi_ini_text(const hwi_ini *ini, const char *key, const char **out, hw_error *err)
{
    const char *value = hwi_ini_find(ini, key);
    if (!value)
        return fail_value(ini, key, "a text", err);
    *out = value;
    return HW_OK;
}

hw_status hwi_ini_bool(const hwi_ini *ini, const char *key, bool *out, hw_error *err)
{
    const char *value = hwi_ini_find(ini, key);
    bool is_true = value && strcmp(value, "true") == 0;
    if (!is_true && (!value || strcmp(value, "false") != 0))
        return fail_value(ini, key, "true or false", err);
    *out = is_true;
    return HW_OK;
}

hw_status hwi_ini_int(const hwi_ini *ini, const char *key, int32_t min, int32_t max, int32_t *out,
                      hw_error *err)
{
    const char *value = hwi_ini_find(ini, key);
    int64_t number = 0;
    if (!value || !hwi_parse_int64(value, strlen(value), &number) || number < min || number > max) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, "a whole number from %d to %d", min, max);
        return fail_value(ini, key, wanted, err);
    }
    *out = (int32_t)number;
    return HW_OK;
}

hw_status hwi_ini_real(const hwi_ini *ini, const char *key, double *out, hw_error *err)
{
    const char *value = hwi_ini_find(ini, key);
    double number = 0;
    if (!value || !hwi_parse_double(value, strlen(value), &number) || !isfinite(number))
        return fail_value(ini, key, "a number", err);
    *out = number;
    return HW_OK;
}

/* One element of an array, blanks cut off; false after the last one. A comma before the bracket is
 * tolerated, as H2O does. */
typedef struct elements {
    const char *next; /* NULL after the end */
    const char *begin;
    size_t n_bytes;
} elements;

static bool is_array(const char *value)
{
    size_t n = value ? strlen(value) : 0;
    return n >= 2 && value[0] == '[' && strchr(value, ']') == value + n - 1;
}

static bool next_element(elements *e)
{
    if (!e->next)
        return false;
    const char *begin = e->next, *end = begin;
    while (*end != ',' && *end != ']' && *end)
        end++;
    bool is_last = *end != ',';
    e->next = is_last ? NULL : end + 1;
    while (begin < end && (unsigned char)*begin <= ' ')
        begin++;
    while (end > begin && (unsigned char)end[-1] <= ' ')
        end--;
    e->begin = begin;
    e->n_bytes = (size_t)(end - begin);
    return !is_last || e->n_bytes > 0;
}

/* In blocks of so few bytes that a byte can count them, which vectors do by the dozen. */
static int64_t count_commas(const char *begin, const char *end)
{
    enum { BLOCK = 255 };
    int64_t n = 0;
    while (begin < end) {
        int32_t n_block = end - begin < BLOCK ? (int32_t)(end - begin) : BLOCK;
        uint8_t n_here = 0;
        for (int32_t i = 0; i < n_block; i++)
            n_here = (uint8_t)(n_here + (begin[i] == ','));
        n += n_here;
        begin += n_block;
    }
    return n;
}

int64_t hwi_ini_count(const hwi_ini *ini, const char *key)
{
    const char *value = hwi_ini_find(ini, key);
    if (!is_array(value))
        return 0;
    const char *begin = value + 1, *end = begin + strlen(begin) - 1;
    int64_t n = count_commas(begin, end);
    while (end > begin && (unsigned char)end[-1] <= ' ')
        end--;
    return n + (end > begin && end[-1] != ',');
}

typedef enum element_kind { ELEMENT_INT, ELEMENT_REAL, ELEMENT_FLOAT } element_kind;

/* Weights are rounded to double first and then to float, as H2O does. */
static bool read_element(const elements *e, element_kind kind, void *out, int64_t i)
{
    if (kind == ELEMENT_INT) {
        int64_t number = 0;
        if (!hwi_parse_int64(e->begin, e->n_bytes, &number) || number < INT32_MIN ||
            number > INT32_MAX)
            return false;
        ((int32_t *)out)[i] = (int32_t)number;
        return true;
    }
    double number = 0;
    if (!hwi_parse_double(e->begin, e->n_bytes, &number) || !isfinite(number))
        return false;
    if (kind == ELEMENT_REAL)
        ((double *)out)[i] = number;
    else
        ((float *)out)[i] = (float)number;
    return kind == ELEMENT_REAL || isfinite((float)number);
}

static hw_status read_array(const hwi_ini *ini, const char *key, element_kind kind, int64_t n,
                            void *out, hw_error *err)
{
    const char *value = hwi_ini_find(ini, key);
    if (!is_array(value))
        return fail_value(ini, key, "an array", err);
    elements e = {.next = value + 1};
    int64_t i = 0;
    for (; next_element(&e); i++) {
        if (i < n && !read_element(&e, kind, out, i))
            HW_FAIL(err, HW_EFORMAT, NULL, "%s: model.ini: %s: element %lld is \"%.*s\", not a %s",
                    ini->path, key, (long long)i + 1, (int)(e.n_bytes < 40 ? e.n_bytes : 40),
                    e.begin, kind == ELEMENT_INT ? "whole number" : "finite number");
    }
    if (i != n)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: model.ini: %s has %lld elements, not %lld", ini->path,
                key, (long long)i, (long long)n);
    return HW_OK;
}

/* --- Long arrays ------------------------------------------------------------------------------ */

enum { PIECE_BYTES = 1 << 18 };

/* An array of floats cut at commas into pieces of about PIECE_BYTES. */
typedef struct cut_array {
    const char *end; /* its bracket */
    const char **begins;
    int64_t *firsts; /* element that a piece begins with */
    int64_t n_pieces, n;
    float *out;
} cut_array;

/* -0.0123456, 1.5E-4: digits that a double holds, and a power of ten that it holds too, give the
 * nearest double by one operation (Clinger). NULL for all else, which the general way takes; else
 * where the text goes on. */
static const char *read_plain(const char *c, float *out)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    bool is_negative = *c == '-';
    c += is_negative;
    uint64_t digits = 0;
    const char *begin = c;
    for (; *c >= '0' && *c <= '9'; c++)
        digits = digits * 10 + (uint64_t)(*c - '0');
    const char *point = c;
    if (*c != '.' || point == begin)
        return NULL;
    for (c++; *c >= '0' && *c <= '9'; c++)
        digits = digits * 10 + (uint64_t)(*c - '0');
    int32_t scale = (int32_t)(c - point) - 1;
    if (scale == 0 || c - begin > 17 || digits >= UINT64_C(1) << 53)
        return NULL;
    if (*c == 'E' && c[1] == '-' && c[2] >= '0' && c[2] <= '9') {
        scale += c[2] - '0';
        c += 3;
    }
    if (*c != ',' || scale > 22)
        return NULL;
    double value = (double)digits / powers[scale];
    *out = (float)(is_negative ? -value : value);
    return c + 1;
}

static hw_status read_piece(int64_t index, int worker, void *ctx, hw_error *err)
{
    (void)worker;
    const cut_array *cut = ctx;
    bool is_last = index + 1 == cut->n_pieces;
    elements e = {.next = cut->begins[index]};
    int64_t past = is_last ? cut->n : cut->firsts[index + 1];
    for (int64_t i = cut->firsts[index]; i < past; i++) {
        while (e.next && *e.next == ' ')
            e.next++;
        const char *next = e.next ? read_plain(e.next, &cut->out[i]) : NULL;
        if (next) {
            e.next = next;
            continue;
        }
        if (!next_element(&e) || !read_element(&e, ELEMENT_FLOAT, cut->out, i))
            HW_FAIL(err, HW_EFORMAT, NULL, "element %lld", (long long)i);
    }
    return HW_OK;
}

/* False when there are not n elements. */
static bool cut_pieces(const char *begin, cut_array *cut)
{
    int64_t first = 0;
    cut->n_pieces = 0;
    while (begin < cut->end) {
        const char *past = cut->end;
        if (cut->end - begin > PIECE_BYTES) {
            past = memchr(begin + PIECE_BYTES, ',', (size_t)(cut->end - begin - PIECE_BYTES));
            past = past ? past + 1 : cut->end;
        }
        cut->begins[cut->n_pieces] = begin;
        cut->firsts[cut->n_pieces++] = first;
        first += count_commas(begin, past);
        begin = past;
    }
    return first + 1 == cut->n;
}

/* Weights by the million on all processors. What is wrong is said by the reading from front to
 * back, which then follows. */
static bool read_long(const hwi_ini *ini, const char *key, int64_t n, float *out)
{
    const char *value = hwi_ini_find(ini, key);
    size_t n_bytes = value ? strlen(value) : 0;
    if (n_bytes < 2 * PIECE_BYTES || !is_array(value))
        return false;
    size_t most = n_bytes / PIECE_BYTES + 2;
    HW_AUTO(int64_t) *firsts = HWI_ALLOC_ARRAY(int64_t, most);
    const char **begins = HWI_ALLOC_ARRAY(const char *, most);
    cut_array cut = {
        .end = value + n_bytes - 1, .begins = begins, .firsts = firsts, .n = n, .out = out};
    bool is_read =
        begins && firsts && cut_pieces(value + 1, &cut) &&
        hwi_parallel_for(cut.n_pieces, hwi_parallel_n_threads(0), read_piece, &cut, NULL) == HW_OK;
    hwi_free(begins);
    return is_read;
}

hw_status hwi_ini_ints(const hwi_ini *ini, const char *key, int64_t n, int32_t *out, hw_error *err)
{
    return read_array(ini, key, ELEMENT_INT, n, out, err);
}

hw_status hwi_ini_reals(const hwi_ini *ini, const char *key, int64_t n, double *out, hw_error *err)
{
    return read_array(ini, key, ELEMENT_REAL, n, out, err);
}

hw_status hwi_ini_floats(const hwi_ini *ini, const char *key, int64_t n, float *out, hw_error *err)
{
    if (read_long(ini, key, n, out))
        return HW_OK;
    return read_array(ini, key, ELEMENT_FLOAT, n, out, err);
}
