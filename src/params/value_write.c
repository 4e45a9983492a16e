/* SPDX-License-Identifier: Apache-2.0 */
#include "params/value.h"

#include <math.h>
#include <string.h>

#include "base/number.h"

/* Whole numbers as people write them: 1000000, not 1e+06. */
static bool append_whole(hwi_buffer *out, double value)
{
    const double limit = 1e15;
    if (!(fabs(value) < limit) || value != trunc(value) || (value == 0 && signbit(value)))
        return false;
    hwi_buffer_printf(out, "%lld", (long long)value);
    return true;
}

static void append_double(hwi_buffer *out, double value)
{
    char text[HWI_NUMBER_TEXT_BYTES];
    if (append_whole(out, value))
        return;
    hwi_format_double(value, text);
    hwi_buffer_append_text(out, text);
}

static void append_float(hwi_buffer *out, float value)
{
    char text[HWI_NUMBER_TEXT_BYTES];
    if (append_whole(out, (double)value))
        return;
    hwi_format_float(value, text);
    hwi_buffer_append_text(out, text);
}

/* In quotes when it would not read back bare. */
static void append_text_item(hwi_buffer *out, const char *text)
{
    if (!text) {
        hwi_buffer_append_text(out, "null");
        return;
    }
    size_t n = strlen(text);
    bool is_plain = n > 0 && !strpbrk(text, ",\"\\[]") && !hwi_is_word(text, n, "null") &&
                    !strchr(" \t", text[0]) && !strchr(" \t", text[n - 1]);
    if (is_plain) {
        hwi_buffer_append_text(out, text);
        return;
    }
    hwi_buffer_append_char(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            hwi_buffer_append_char(out, '\\');
        hwi_buffer_append_char(out, *text);
    }
    hwi_buffer_append_char(out, '"');
}

/* A list's frame, which tells null and empty apart whatever the default. True: write the items. */
static bool begin_list(const hwi_param_row *row, bool is_null, int32_t n, hwi_buffer *out)
{
    if (is_null)
        hwi_buffer_append_text(out, row->default_is_null ? "" : "null");
    else if (n == 0)
        hwi_buffer_append_text(out, "[]");
    return !is_null && n > 0;
}

static void write_list(const hwi_param_row *row, const void *field, hwi_buffer *out)
{
    const hwi_int_list *ints = field;
    const hwi_double_list *doubles = field;
    const hwi_text_list *texts = field;
    bool is_ints = row->info.type == HW_PARAM_INTS, is_doubles = row->info.type == HW_PARAM_DOUBLES;
    int32_t n = is_ints ? ints->n : is_doubles ? doubles->n : texts->n;
    bool is_null = is_ints ? ints->is_null : is_doubles ? doubles->is_null : texts->is_null;
    if (!begin_list(row, is_null, n, out))
        return;
    for (int32_t i = 0; i < n; i++) {
        hwi_buffer_append_text(out, i ? "," : "");
        if (is_ints)
            hwi_buffer_printf(out, "%d", ints->v[i]);
        else if (!is_doubles)
            append_text_item(out, texts->v[i]);
        else if (hwi_value_is_float_list(row))
            append_float(out, (float)doubles->v[i]);
        else
            append_double(out, doubles->v[i]);
    }
}

void hwi_value_write(const hwi_param_row *row, const void *field, hwi_buffer *out)
{
    switch (row->info.type) {
    case HW_PARAM_BOOL:
        hwi_buffer_append_text(out, *(const bool *)field ? "true" : "false");
        return;
    case HW_PARAM_INT:
        hwi_buffer_printf(out, "%d", *(const int32_t *)field);
        return;
    case HW_PARAM_LONG:
        hwi_buffer_printf(out, "%lld", (long long)*(const int64_t *)field);
        return;
    case HW_PARAM_FLOAT:
        append_float(out, *(const float *)field);
        return;
    case HW_PARAM_DOUBLE:
        append_double(out, *(const double *)field);
        return;
    case HW_PARAM_ENUM:
        if (*(const int *)field >= 0)
            hwi_buffer_append_text(out, row->info.levels[*(const int *)field]);
        return;
    case HW_PARAM_TEXT:
        if (*(char *const *)field)
            hwi_buffer_append_text(out, *(char *const *)field);
        return;
    case HW_PARAM_INTS:
    case HW_PARAM_DOUBLES:
    case HW_PARAM_TEXTS:
        write_list(row, field, out);
        return;
    }
}

static void write_json_list(const hwi_param_row *row, const void *field, hwi_json *json)
{
    const hwi_int_list *ints = field;
    const hwi_double_list *doubles = field;
    const hwi_text_list *texts = field;
    bool is_ints = row->info.type == HW_PARAM_INTS, is_doubles = row->info.type == HW_PARAM_DOUBLES;
    int32_t n = is_ints ? ints->n : is_doubles ? doubles->n : texts->n;
    bool is_null = is_ints ? ints->is_null : is_doubles ? doubles->is_null : texts->is_null;
    if (is_null) {
        hwi_json_null(json);
        return;
    }
    hwi_json_begin_array(json, true);
    for (int32_t i = 0; i < n; i++) {
        if (is_ints)
            hwi_json_int(json, ints->v[i]);
        else if (!is_doubles)
            hwi_json_string(json, texts->v[i]);
        else if (hwi_value_is_float_list(row))
            hwi_json_float(json, (float)doubles->v[i]);
        else
            hwi_json_double(json, doubles->v[i]);
    }
    hwi_json_end_array(json);
}

void hwi_value_write_json(const hwi_param_row *row, const void *field, hwi_json *json)
{
    switch (row->info.type) {
    case HW_PARAM_BOOL:
        hwi_json_bool(json, *(const bool *)field);
        return;
    case HW_PARAM_INT:
        hwi_json_int(json, *(const int32_t *)field);
        return;
    case HW_PARAM_LONG:
        hwi_json_int(json, *(const int64_t *)field);
        return;
    case HW_PARAM_FLOAT:
        hwi_json_float(json, *(const float *)field);
        return;
    case HW_PARAM_DOUBLE:
        hwi_json_double(json, *(const double *)field);
        return;
    case HW_PARAM_ENUM: {
        int level = *(const int *)field;
        hwi_json_string(json, level < 0 ? NULL : row->info.levels[level]);
        return;
    }
    case HW_PARAM_TEXT:
        hwi_json_string(json, *(char *const *)field);
        return;
    case HW_PARAM_INTS:
    case HW_PARAM_DOUBLES:
    case HW_PARAM_TEXTS:
        write_json_list(row, field, json);
        return;
    }
}
