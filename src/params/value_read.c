/* SPDX-License-Identifier: Apache-2.0 */
#include "params/value.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"

/* A list longer than this is a mistake, and an attack when it comes over a network. */
enum { MAX_LIST_ITEMS = 1 << 20 };

bool hwi_is_word(const char *text, size_t n_bytes, const char *word)
{
    return strlen(word) == n_bytes && strncasecmp(text, word, n_bytes) == 0;
}

/* Takes the blanks at both ends off. */
static const char *trimmed(const char *text, size_t *n_bytes)
{
    while (*n_bytes > 0 && (*text == ' ' || *text == '\t')) {
        text++;
        (*n_bytes)--;
    }
    while (*n_bytes > 0 && (text[*n_bytes - 1] == ' ' || text[*n_bytes - 1] == '\t'))
        (*n_bytes)--;
    return text;
}

static hw_status no_value(const hwi_param_row *row, const char *text, size_t n_bytes,
                          const char *wanted, hw_error *err)
{
    HW_FAIL(err, HW_EINVAL, row->info.name, "%s: '%.*s' is not %s%s%s%s", row->info.name,
            n_bytes > 80 ? 80 : (int)n_bytes, text, wanted, *row->info.range_text ? " (" : "",
            row->info.range_text, *row->info.range_text ? ")" : "");
}

static hw_status read_bool(const hwi_param_row *row, const char *text, size_t n_bytes, bool *out,
                           hw_error *err)
{
    static const char *const words[] = {"false", "no", "0", "true", "yes", "1"};
    for (int i = 0; i < 6; i++)
        if (hwi_is_word(text, n_bytes, words[i])) {
            *out = i >= 3;
            return HW_OK;
        }
    return no_value(row, text, n_bytes, "true or false", err);
}

static hw_status read_double(const hwi_param_row *row, const char *text, size_t n_bytes,
                             double *out, hw_error *err)
{
    bool is_negative = n_bytes > 1 && *text == '-';
    size_t sign_bytes = is_negative || (n_bytes > 1 && *text == '+') ? 1 : 0;
    if (hwi_parse_double(text, n_bytes, out))
        return HW_OK;
    if (hwi_is_word(text + sign_bytes, n_bytes - sign_bytes, "infinity") ||
        hwi_is_word(text + sign_bytes, n_bytes - sign_bytes, "inf")) {
        *out = is_negative ? -INFINITY : INFINITY;
        return HW_OK;
    }
    if (hwi_is_word(text, n_bytes, "nan")) {
        *out = NAN;
        return HW_OK;
    }
    return no_value(row, text, n_bytes, "a number", err);
}

/* Also whole numbers with an exponent, as R writes them: 1e+06. */
static hw_status read_integer(const hwi_param_row *row, const char *text, size_t n_bytes,
                              int64_t min, int64_t max, int64_t *out, hw_error *err)
{
    int64_t value = 0;
    double real = 0;
    const double exact_limit = 9007199254740992.0;
    if (!hwi_parse_int64(text, n_bytes, &value)) {
        bool is_whole = hwi_parse_double(text, n_bytes, &real) && real == floor(real) &&
                        fabs(real) <= exact_limit;
        if (!is_whole)
            return no_value(row, text, n_bytes, "a whole number", err);
        value = (int64_t)real;
    }
    if (value < min || value > max)
        HW_FAIL(err, HW_EINVAL, row->info.name, "%s: %.*s is outside of [%lld, %lld]",
                row->info.name, (int)n_bytes, text, (long long)min, (long long)max);
    *out = value;
    return HW_OK;
}

static hw_status read_level(const hwi_param_row *row, const char *text, size_t n_bytes, int *out,
                            hw_error *err)
{
    if (n_bytes == 0) {
        *out = -1;
        return HW_OK;
    }
    for (int i = 0; i < row->info.n_levels; i++)
        if (hwi_is_word(text, n_bytes, row->info.levels[i])) {
            *out = i;
            return HW_OK;
        }
    HW_AUTO_BUFFER(levels);
    for (int i = 0; i < row->info.n_levels; i++) {
        hwi_buffer_append_text(&levels, i ? ", " : "");
        hwi_buffer_append_text(&levels, row->info.levels[i]);
    }
    HW_FAIL(err, HW_EINVAL, row->info.name, "%s: '%.*s' is not one of %s", row->info.name,
            n_bytes > 80 ? 80 : (int)n_bytes, text, hwi_buffer_text(&levels));
}

/* Items of a list's text, one by one. */
typedef struct list_cursor {
    const char *next, *end;
    bool is_done;
} list_cursor;

/* The end of the item that starts at text: a comma outside of quotes, or end. */
static const char *item_end(const char *text, const char *end)
{
    bool in_quotes = false;
    for (; text < end; text++) {
        if (*text == '\\' && in_quotes && text + 1 < end)
            text++;
        else if (*text == '"')
            in_quotes = !in_quotes;
        else if (*text == ',' && !in_quotes)
            break;
    }
    return text;
}

static bool next_item(list_cursor *cursor, const char **item, size_t *n_bytes)
{
    if (cursor->is_done)
        return false;
    const char *end = item_end(cursor->next, cursor->end);
    *n_bytes = (size_t)(end - cursor->next);
    *item = trimmed(cursor->next, n_bytes);
    cursor->is_done = end == cursor->end;
    cursor->next = end + 1;
    return true;
}

/* Opens the text of a list and counts its items. *out_n is -1 for null. */
static hw_status open_list(const hwi_param_row *row, const char *text, size_t n_bytes,
                           list_cursor *cursor, int32_t *out_n, hw_error *err)
{
    bool is_null = hwi_is_word(text, n_bytes, "null") || (n_bytes == 0 && row->default_is_null);
    if (n_bytes >= 2 && text[0] == '[' && text[n_bytes - 1] == ']') {
        n_bytes -= 2;
        text = trimmed(text + 1, &n_bytes);
    }
    *cursor = (list_cursor){.next = text, .end = text + n_bytes, .is_done = n_bytes == 0};
    if (is_null) {
        *out_n = -1;
        return HW_OK;
    }
    list_cursor counter = *cursor;
    int32_t n = 0;
    while (next_item(&counter, &text, &n_bytes))
        if (++n > MAX_LIST_ITEMS)
            HW_FAIL(err, HW_EINVAL, row->info.name, "%s: more than %d items", row->info.name,
                    MAX_LIST_ITEMS);
    *out_n = n;
    return HW_OK;
}

static hw_status read_ints(const hwi_param_row *row, const char *text, size_t n_bytes,
                           hwi_int_list *out, hw_error *err)
{
    list_cursor cursor;
    int32_t n = 0;
    HW_TRY(open_list(row, text, n_bytes, &cursor, &n, err));
    if (n < 0) {
        *out = (hwi_int_list){.is_null = true};
        return HW_OK;
    }
    HW_AUTO(int32_t) *v = HWI_ALLOC_ARRAY(int32_t, (size_t)n);
    HW_CHECK_ALLOC(err, v);
    for (int32_t i = 0; next_item(&cursor, &text, &n_bytes); i++) {
        int64_t value = 0;
        HW_TRY(read_integer(row, text, n_bytes, INT32_MIN, INT32_MAX, &value, err));
        v[i] = (int32_t)value;
    }
    *out = (hwi_int_list){.v = HW_TAKE(v), .n = n};
    return HW_OK;
}

static hw_status read_doubles(const hwi_param_row *row, const char *text, size_t n_bytes,
                              hwi_double_list *out, hw_error *err)
{
    list_cursor cursor;
    int32_t n = 0;
    HW_TRY(open_list(row, text, n_bytes, &cursor, &n, err));
    if (n < 0) {
        *out = (hwi_double_list){.is_null = true};
        return HW_OK;
    }
    HW_AUTO(double) *v = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, v);
    for (int32_t i = 0; next_item(&cursor, &text, &n_bytes); i++) {
        HW_TRY(read_double(row, text, n_bytes, &v[i], err));
        if (hwi_value_is_float_list(row))
            v[i] = (double)(float)v[i];
    }
    *out = (hwi_double_list){.v = HW_TAKE(v), .n = n};
    return HW_OK;
}

/* An owned local list of texts. */
#define AUTO_TEXTS __attribute__((cleanup(hwi_text_list_clear))) hwi_text_list

/* Undoes quotes. *out is NULL for an unquoted null. */
static hw_status read_text_item(const hwi_param_row *row, const char *text, size_t n_bytes,
                                char **out, hw_error *err)
{
    if (n_bytes == 0 || hwi_is_word(text, n_bytes, "null")) {
        if (n_bytes == 0)
            return no_value(row, text, 0, "a name", err);
        *out = NULL;
        return HW_OK;
    }
    HW_AUTO(char) *copy = hwi_strndup(text, n_bytes);
    HW_CHECK_ALLOC(err, copy);
    if (n_bytes >= 2 && text[0] == '"' && text[n_bytes - 1] == '"') {
        char *to = copy;
        for (size_t i = 1; i + 1 < n_bytes; i++) {
            if (text[i] == '\\' && i + 2 < n_bytes)
                i++;
            *to++ = text[i];
        }
        *to = '\0';
    }
    *out = HW_TAKE(copy);
    return HW_OK;
}

static hw_status read_texts(const hwi_param_row *row, const char *text, size_t n_bytes,
                            hwi_text_list *out, hw_error *err)
{
    list_cursor cursor;
    int32_t n = 0;
    HW_TRY(open_list(row, text, n_bytes, &cursor, &n, err));
    if (n < 0) {
        *out = (hwi_text_list){.is_null = true};
        return HW_OK;
    }
    AUTO_TEXTS list = {.v = HWI_NEW_ARRAY(char *, (size_t)n)};
    HW_CHECK_ALLOC(err, list.v);
    for (list.n = 0; next_item(&cursor, &text, &n_bytes); list.n++)
        HW_TRY(read_text_item(row, text, n_bytes, &list.v[list.n], err));
    *out = list;
    list = (hwi_text_list){0};
    return HW_OK;
}

static hw_status read_text(const char *text, char **out, hw_error *err)
{
    char *copy = NULL;
    if (*text) {
        copy = hwi_strdup(text);
        HW_CHECK_ALLOC(err, copy);
    }
    *out = copy;
    return HW_OK;
}

static hw_status read_number(const hwi_param_row *row, const char *text, size_t n_bytes,
                             void *field, hw_error *err)
{
    int64_t whole = 0;
    double real = 0;
    switch (row->info.type) {
    case HW_PARAM_INT:
        HW_TRY(read_integer(row, text, n_bytes, INT32_MIN, INT32_MAX, &whole, err));
        *(int32_t *)field = (int32_t)whole;
        return HW_OK;
    case HW_PARAM_LONG:
        return read_integer(row, text, n_bytes, INT64_MIN, INT64_MAX, field, err);
    case HW_PARAM_FLOAT:
        HW_TRY(read_double(row, text, n_bytes, &real, err));
        *(float *)field = (float)real;
        return HW_OK;
    default:
        return read_double(row, text, n_bytes, field, err);
    }
}

hw_status hwi_value_read(const hwi_param_row *row, const char *text, void *field, hw_error *err)
{
    size_t n_bytes = strlen(text);
    const char *start = trimmed(text, &n_bytes);
    switch (row->info.type) {
    case HW_PARAM_BOOL:
        return read_bool(row, start, n_bytes, field, err);
    case HW_PARAM_INT:
    case HW_PARAM_LONG:
    case HW_PARAM_FLOAT:
    case HW_PARAM_DOUBLE:
        return read_number(row, start, n_bytes, field, err);
    case HW_PARAM_ENUM:
        return read_level(row, start, n_bytes, field, err);
    case HW_PARAM_TEXT:
        return read_text(text, field, err); /* blanks may belong to a name */
    case HW_PARAM_INTS:
        return read_ints(row, start, n_bytes, field, err);
    case HW_PARAM_DOUBLES:
        return read_doubles(row, start, n_bytes, field, err);
    case HW_PARAM_TEXTS:
        return read_texts(row, start, n_bytes, field, err);
    }
    HW_ASSERT(false);
    return HW_EINTERNAL;
}
