/* SPDX-License-Identifier: Apache-2.0 */
#include "base/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

typedef struct column {
    char *name;
    char *format;
    char *description;
    hw_cell_type type;
    /* (n_rows) each; a cell is empty when its flag is 0. Only one of the two value arrays exists.
     */
    uint8_t *is_filled;
    double *numbers;
    char **texts;
} column;

struct hw_table {
    char *name;
    char *description;
    column *columns;
    int32_t n_columns;
    int64_t n_rows;
    int64_t capacity_rows;
    bool failed;
};

static void clear_column(column *c, int64_t n_rows)
{
    hwi_free(c->name);
    hwi_free(c->format);
    hwi_free(c->description);
    hwi_free(c->is_filled);
    hwi_free(c->numbers);
    if (c->texts)
        for (int64_t r = 0; r < n_rows; r++)
            hwi_free(c->texts[r]);
    hwi_free(c->texts);
}

hw_table *hwi_table_new(const char *name, const char *description)
{
    hw_table *table = HWI_NEW(hw_table);
    if (!table)
        return NULL;
    table->name = hwi_strdup(name);
    table->description = hwi_strdup(description);
    table->failed = !table->name || !table->description;
    return table;
}

void hwi_table_free(hw_table *table)
{
    if (!table)
        return;
    for (int32_t c = 0; c < table->n_columns; c++)
        clear_column(&table->columns[c], table->n_rows);
    hwi_free(table->columns);
    hwi_free(table->name);
    hwi_free(table->description);
    hwi_free(table);
}

hw_table *hwi_table_copy(const hw_table *table)
{
    if (!table)
        return NULL;
    hw_table *copy = hwi_table_new(table->name, table->description);
    for (int32_t c = 0; c < table->n_columns; c++) {
        const column *from = &table->columns[c];
        hwi_table_add_column(copy, from->name, from->type, from->format, from->description);
    }
    for (int64_t r = 0; r < table->n_rows; r++) {
        hwi_table_add_row(copy);
        for (int32_t c = 0; c < table->n_columns; c++) {
            const column *from = &table->columns[c];
            if (!from->is_filled[r])
                continue;
            if (from->type == HW_CELL_STRING)
                hwi_table_set_text(copy, r, c, from->texts[r]);
            else
                hwi_table_set_number(copy, r, c, from->numbers[r]);
        }
    }
    return copy;
}

void hwi_table_set_description(hw_table *table, const char *description)
{
    if (!table)
        return;
    char *copy = hwi_strdup(description);
    if (!copy) {
        table->failed = true;
        return;
    }
    hwi_free(table->description);
    table->description = copy;
}

void hwi_table_add_column(hw_table *table, const char *name, hw_cell_type type, const char *format,
                          const char *description)
{
    if (!table || table->failed)
        return;
    HW_ASSERT(table->capacity_rows == 0);
    column *columns = hwi_realloc_array(table->columns, (size_t)table->n_columns,
                                        (size_t)table->n_columns + 1, sizeof(column));
    if (!columns) {
        table->failed = true;
        return;
    }
    table->columns = columns;
    column *c = &columns[table->n_columns++];
    *c = (column){.name = hwi_strdup(name),
                  .format = hwi_strdup(format),
                  .description = hwi_strdup(description),
                  .type = type};
    table->failed = !c->name || !c->format || !c->description;
}

static bool grow_column(column *c, int64_t n_rows, int64_t capacity)
{
    size_t n_old = (size_t)n_rows, n_new = (size_t)capacity;
    uint8_t *is_filled = hwi_realloc_array(c->is_filled, n_old, n_new, 1);
    if (!is_filled)
        return false;
    c->is_filled = is_filled;
    if (c->type == HW_CELL_STRING) {
        char **texts = hwi_realloc_array(c->texts, n_old, n_new, sizeof(char *));
        if (texts)
            c->texts = texts;
        return texts;
    }
    double *numbers = hwi_realloc_array(c->numbers, n_old, n_new, sizeof(double));
    if (numbers)
        c->numbers = numbers;
    return numbers;
}

int64_t hwi_table_add_row(hw_table *table)
{
    if (!table || table->failed)
        return -1;
    if (table->n_rows == table->capacity_rows) {
        int64_t capacity = table->capacity_rows ? 2 * table->capacity_rows : 16;
        for (int32_t c = 0; c < table->n_columns; c++) {
            if (!grow_column(&table->columns[c], table->n_rows, capacity)) {
                table->failed = true;
                return -1;
            }
        }
        table->capacity_rows = capacity;
    }
    int64_t row = table->n_rows++;
    for (int32_t c = 0; c < table->n_columns; c++) {
        table->columns[c].is_filled[row] = 0;
        if (table->columns[c].texts)
            table->columns[c].texts[row] = NULL;
        else
            table->columns[c].numbers[row] = 0;
    }
    return row;
}

void hwi_table_set_number(hw_table *table, int64_t row, int32_t column_index, double value)
{
    if (!table || table->failed)
        return;
    HW_ASSERT(row >= 0 && row < table->n_rows && column_index < table->n_columns);
    column *c = &table->columns[column_index];
    HW_ASSERT(c->type != HW_CELL_STRING);
    c->numbers[row] = value;
    c->is_filled[row] = 1;
}

void hwi_table_set_text(hw_table *table, int64_t row, int32_t column_index, const char *text)
{
    if (!table || table->failed)
        return;
    HW_ASSERT(row >= 0 && row < table->n_rows && column_index < table->n_columns);
    column *c = &table->columns[column_index];
    HW_ASSERT(c->type == HW_CELL_STRING);
    char *copy = hwi_strdup(text);
    if (!copy) {
        table->failed = true;
        return;
    }
    hwi_free(c->texts[row]);
    c->texts[row] = copy;
    c->is_filled[row] = 1;
}

hw_status hwi_table_check(const hw_table *table, hw_error *err)
{
    if (!table || table->failed)
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    return HW_OK;
}

const char *hw_table_name(const hw_table *table)
{
    return table->name;
}

const char *hw_table_description(const hw_table *table)
{
    return table->description;
}

int64_t hw_table_n_rows(const hw_table *table)
{
    return table->n_rows;
}

int32_t hw_table_n_columns(const hw_table *table)
{
    return table->n_columns;
}

const char *hw_table_column_name(const hw_table *table, int32_t c)
{
    return table->columns[c].name;
}

const char *hw_table_column_description(const hw_table *table, int32_t c)
{
    return table->columns[c].description;
}

const char *hw_table_column_format(const hw_table *table, int32_t c)
{
    return table->columns[c].format;
}

hw_cell_type hw_table_column_type(const hw_table *table, int32_t c)
{
    return table->columns[c].type;
}

int32_t hw_table_find_column(const hw_table *table, const char *name)
{
    for (int32_t c = 0; c < table->n_columns; c++)
        if (strcmp(table->columns[c].name, name) == 0)
            return c;
    return -1;
}

bool hw_table_is_empty(const hw_table *table, int64_t row, int32_t c)
{
    return !table->columns[c].is_filled[row];
}

double hw_table_number(const hw_table *table, int64_t row, int32_t c)
{
    const column *from = &table->columns[c];
    return from->type == HW_CELL_STRING || !from->is_filled[row] ? NAN : from->numbers[row];
}

const char *hw_table_text(const hw_table *table, int64_t row, int32_t c)
{
    const column *from = &table->columns[c];
    return from->type != HW_CELL_STRING || !from->is_filled[row] ? "" : from->texts[row];
}

/* H2O's formats are "%d", "%f", "%5f", "%.5f", "%2.2f %%": only the digits after the point and a
 * percent sign at the end change what is shown. */
static int decimals_of_format(const char *format)
{
    const char *point = strchr(format, '.');
    return point ? point[1] - '0' : 6;
}

const char *hw_table_cell_text(const hw_table *table, int64_t row, int32_t c, char *out,
                               size_t n_bytes)
{
    const column *from = &table->columns[c];
    if (!from->is_filled[row]) {
        out[0] = '\0';
    } else if (from->type == HW_CELL_STRING) {
        snprintf(out, n_bytes, "%s", from->texts[row]);
    } else if (isnan(from->numbers[row])) {
        snprintf(out, n_bytes, "NaN");
    } else if (from->type == HW_CELL_INT || from->type == HW_CELL_LONG) {
        snprintf(out, n_bytes, "%.0f", from->numbers[row]);
    } else {
        char number[HWI_FIXED_TEXT_BYTES];
        hwi_format_fixed(from->numbers[row], decimals_of_format(from->format), number);
        snprintf(out, n_bytes, "%s%s", number, strstr(from->format, "%%") ? " %" : "");
    }
    return out;
}
