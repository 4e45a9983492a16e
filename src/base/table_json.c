/* SPDX-License-Identifier: Apache-2.0 */
#include "base/table_json.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"

bool hwi_json_read_number(const json_t *json, double *out)
{
    if (json_is_number(json)) {
        *out = json_number_value(json);
        return true;
    }
    const char *text = json_string_value(json);
    if (!text)
        return false;
    double value = strcmp(text, "NaN") == 0         ? NAN
                   : strcmp(text, "Infinity") == 0  ? INFINITY
                   : strcmp(text, "-Infinity") == 0 ? -INFINITY
                                                    : 0;
    if (value == 0)
        return false;
    *out = value;
    return true;
}

static hw_cell_type type_of(const char *text)
{
    static const char *const names[] = {"string", "int", "long", "float", "double"};
    for (int i = 1; text && i < 5; i++)
        if (strcasecmp(text, names[i]) == 0)
            return (hw_cell_type)i;
    return HW_CELL_STRING;
}

/* The text under key; "" when it is absent or no text. */
static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void set_text_cell(hw_table *table, int64_t row, int32_t column, const json_t *cell)
{
    if (json_is_string(cell)) {
        hwi_table_set_text(table, row, column, json_string_value(cell));
        return;
    }
    char text[HWI_NUMBER_TEXT_BYTES];
    if (json_is_integer(cell))
        snprintf(text, sizeof text, "%lld", (long long)json_integer_value(cell));
    else if (json_is_real(cell))
        hwi_format_double(json_real_value(cell), text);
    else
        snprintf(text, sizeof text, "%s", json_is_true(cell) ? "true" : "false");
    hwi_table_set_text(table, row, column, text);
}

static hw_status set_cell(hw_table *table, int64_t row, int32_t column, const json_t *cell,
                          hw_error *err)
{
    if (json_is_null(cell))
        return HW_OK;
    if (json_is_object(cell) || json_is_array(cell))
        HW_FAIL(err, HW_EFORMAT, NULL, "table \"%s\": column %d, row %lld is no plain value",
                hw_table_name(table), column + 1, (long long)row + 1);
    hw_cell_type type = hw_table_column_type(table, column);
    if (type == HW_CELL_STRING) {
        set_text_cell(table, row, column, cell);
        return HW_OK;
    }
    double value = 0;
    if (!hwi_json_read_number(cell, &value))
        HW_FAIL(err, HW_EFORMAT, NULL, "table \"%s\": column %d, row %lld is no number",
                hw_table_name(table), column + 1, (long long)row + 1);
    /* A float's shortest text, read as a double, is not the float's value. */
    hwi_table_set_number(table, row, column, type == HW_CELL_FLOAT ? (double)(float)value : value);
    return HW_OK;
}

static hw_status fill(hw_table *table, const json_t *data, int32_t n_columns, hw_error *err)
{
    if (!json_is_array(data) || json_array_size(data) != (size_t)n_columns)
        HW_FAIL(err, HW_EFORMAT, NULL, "table \"%s\": data are not %d columns",
                hw_table_name(table), n_columns);
    size_t n_rows = json_array_size(json_array_get(data, 0));
    for (int32_t c = 0; c < n_columns; c++) {
        const json_t *cells = json_array_get(data, (size_t)c);
        if (!json_is_array(cells) || json_array_size(cells) != n_rows)
            HW_FAIL(err, HW_EFORMAT, NULL, "table \"%s\": column %d has not %zu rows",
                    hw_table_name(table), c + 1, n_rows);
    }
    for (size_t r = 0; r < n_rows; r++) {
        hwi_table_add_row(table);
        HW_TRY(hwi_table_check(table, err));
        for (int32_t c = 0; c < n_columns; c++)
            HW_TRY(set_cell(table, (int64_t)r, c,
                            json_array_get(json_array_get(data, (size_t)c), r), err));
    }
    return HW_OK;
}

hw_status hwi_table_read_json(const json_t *json, hw_table **out, hw_error *err)
{
    if (!json || json_is_null(json)) {
        *out = NULL;
        return HW_OK;
    }
    const json_t *columns = json_object_get(json, "columns");
    if (!json_is_array(columns) || json_array_size(columns) > 1000000)
        HW_FAIL(err, HW_EFORMAT, NULL, "a table without columns");
    HW_AUTO(hw_table) *table = hwi_table_new(text_of(json, "name"), text_of(json, "description"));
    int32_t n_columns = (int32_t)json_array_size(columns);
    for (int32_t c = 0; c < n_columns; c++) {
        const json_t *column = json_array_get(columns, (size_t)c);
        hwi_table_add_column(table, text_of(column, "name"), type_of(text_of(column, "type")),
                             text_of(column, "format"), text_of(column, "description"));
    }
    HW_TRY(hwi_table_check(table, err));
    if (n_columns > 0)
        HW_TRY(fill(table, json_object_get(json, "data"), n_columns, err));
    HW_TRY(hwi_table_check(table, err));
    *out = HW_TAKE(table);
    return HW_OK;
}
