/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/utf8.h"

void hwi_json_init(hwi_json *json, hwi_buffer *out)
{
    memset(json, 0, sizeof *json);
    json->out = out;
}

static void new_line(hwi_json *json)
{
    hwi_buffer_append_char(json->out, '\n');
    for (int i = 0; i < json->depth; i++)
        hwi_buffer_append_char(json->out, ' ');
}

/* What comes before any value: nothing after a key, else the comma and the place of an item. */
static void before_value(hwi_json *json)
{
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (json->depth == 0)
        return;
    bool *has_items = &json->has_items[json->depth];
    if (*has_items)
        hwi_buffer_append_text(json->out, json->is_inline[json->depth] ? ", " : ",");
    if (!json->is_inline[json->depth])
        new_line(json);
    *has_items = true;
}

static void open_scope(hwi_json *json, char bracket, bool is_inline)
{
    before_value(json);
    hwi_buffer_append_char(json->out, bracket);
    HW_ASSERT(json->depth + 1 < HWI_JSON_MAX_DEPTH);
    json->depth++;
    json->has_items[json->depth] = false;
    json->is_inline[json->depth] = is_inline;
}

static void close_scope(hwi_json *json, char bracket)
{
    bool break_line = json->has_items[json->depth] && !json->is_inline[json->depth];
    json->depth--;
    if (break_line)
        new_line(json);
    hwi_buffer_append_char(json->out, bracket);
}

void hwi_json_begin_object(hwi_json *json)
{
    open_scope(json, '{', false);
}

void hwi_json_end_object(hwi_json *json)
{
    close_scope(json, '}');
}

void hwi_json_begin_array(hwi_json *json, bool is_inline)
{
    open_scope(json, '[', is_inline);
}

void hwi_json_end_array(hwi_json *json)
{
    close_scope(json, ']');
}

static void append_quoted(hwi_buffer *out, const char *text)
{
    hwi_buffer_append_char(out, '"');
    for (const unsigned char *c = (const unsigned char *)text; *c;) {
        int n = hwi_utf8_length(c);
        if (n == 0) {
            hwi_buffer_append_text(out, "\xef\xbf\xbd");
            c++;
            continue;
        }
        if (*c == '"' || *c == '\\')
            hwi_buffer_printf(out, "\\%c", *c);
        else if (*c == '\n')
            hwi_buffer_append_text(out, "\\n");
        else if (*c == '\r')
            hwi_buffer_append_text(out, "\\r");
        else if (*c == '\t')
            hwi_buffer_append_text(out, "\\t");
        else if (*c < 0x20)
            hwi_buffer_printf(out, "\\u%04x", *c);
        else
            hwi_buffer_append(out, c, (size_t)n);
        c += n;
    }
    hwi_buffer_append_char(out, '"');
}

void hwi_json_key(hwi_json *json, const char *key)
{
    before_value(json);
    append_quoted(json->out, key);
    hwi_buffer_append_text(json->out, ": ");
    json->after_key = true;
}

static void put_word(hwi_json *json, const char *word)
{
    before_value(json);
    hwi_buffer_append_text(json->out, word);
}

void hwi_json_null(hwi_json *json)
{
    put_word(json, "null");
}

void hwi_json_bool(hwi_json *json, bool value)
{
    put_word(json, value ? "true" : "false");
}

void hwi_json_int(hwi_json *json, int64_t value)
{
    before_value(json);
    hwi_buffer_printf(json->out, "%lld", (long long)value);
}

static void put_number_text(hwi_json *json, const char *text)
{
    bool is_word = strpbrk(text, "NI") != NULL;
    before_value(json);
    if (is_word)
        hwi_buffer_append_char(json->out, '"');
    hwi_buffer_append_text(json->out, text);
    if (is_word)
        hwi_buffer_append_char(json->out, '"');
}

void hwi_json_double(hwi_json *json, double value)
{
    char text[HWI_NUMBER_TEXT_BYTES];
    hwi_format_real(value, text);
    put_number_text(json, text);
}

void hwi_json_float(hwi_json *json, float value)
{
    char text[HWI_NUMBER_TEXT_BYTES];
    hwi_format_real_float(value, text);
    put_number_text(json, text);
}

void hwi_json_string(hwi_json *json, const char *text)
{
    if (!text) {
        hwi_json_null(json);
        return;
    }
    before_value(json);
    append_quoted(json->out, text);
}

static void put_cell(hwi_json *json, const hw_table *table, int64_t row, int32_t column)
{
    if (hw_table_is_empty(table, row, column)) {
        hwi_json_null(json);
        return;
    }
    double number = hw_table_number(table, row, column);
    switch (hw_table_column_type(table, column)) {
    case HW_CELL_STRING:
        hwi_json_string(json, hw_table_text(table, row, column));
        break;
    case HW_CELL_INT:
    case HW_CELL_LONG:
        /* Tables read from files may hold anything. */
        if (fabs(number) < 9223372036854775808.0)
            hwi_json_int(json, (int64_t)number);
        else
            hwi_json_double(json, number);
        break;
    case HW_CELL_FLOAT:
        hwi_json_float(json, (float)number);
        break;
    case HW_CELL_DOUBLE:
        hwi_json_double(json, number);
        break;
    }
}

void hwi_json_table(hwi_json *json, const hw_table *table, const char *rows_key)
{
    static const char *const type_names[] = {"string", "int", "long", "float", "double"};
    if (!table) {
        hwi_json_null(json);
        return;
    }
    hwi_json_begin_object(json);
    hwi_json_put_string(json, "name", hw_table_name(table));
    hwi_json_put_string(json, "description", hw_table_description(table));
    hwi_json_key(json, "columns");
    hwi_json_begin_array(json, false);
    for (int32_t c = 0; c < hw_table_n_columns(table); c++) {
        hwi_json_begin_object(json);
        json->is_inline[json->depth] = true;
        hwi_json_put_string(json, "name", hw_table_column_name(table, c));
        hwi_json_put_string(json, "type", type_names[hw_table_column_type(table, c)]);
        hwi_json_put_string(json, "format", hw_table_column_format(table, c));
        hwi_json_put_string(json, "description", hw_table_column_description(table, c));
        hwi_json_end_object(json);
    }
    hwi_json_end_array(json);
    hwi_json_put_int(json, rows_key, hw_table_n_rows(table));
    hwi_json_key(json, "data");
    hwi_json_begin_array(json, false);
    for (int32_t c = 0; c < hw_table_n_columns(table); c++) {
        hwi_json_begin_array(json, true);
        for (int64_t r = 0; r < hw_table_n_rows(table); r++)
            put_cell(json, table, r, c);
        hwi_json_end_array(json);
    }
    hwi_json_end_array(json);
    hwi_json_end_object(json);
}

void hwi_json_put_string(hwi_json *json, const char *key, const char *text)
{
    hwi_json_key(json, key);
    hwi_json_string(json, text);
}

void hwi_json_put_double(hwi_json *json, const char *key, double value)
{
    hwi_json_key(json, key);
    hwi_json_double(json, value);
}

void hwi_json_put_int(hwi_json *json, const char *key, int64_t value)
{
    hwi_json_key(json, key);
    hwi_json_int(json, value);
}

void hwi_json_put_bool(hwi_json *json, const char *key, bool value)
{
    hwi_json_key(json, key);
    hwi_json_bool(json, value);
}

void hwi_json_put_null(hwi_json *json, const char *key)
{
    hwi_json_key(json, key);
    hwi_json_null(json);
}
