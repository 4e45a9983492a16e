/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/print_table.h"

#include <math.h>
#include <string.h>

#include "base/buffer.h"
#include "base/number.h"
#include "heavywater/text.h"
#include "heavywater/text_grid.h"

enum { MAX_DECIMALS = 6, PIPE_COLUMNS = 140, MAX_TEXT = 512 };

int app_print_columns(FILE *out)
{
    return app_text_columns(out, PIPE_COLUMNS);
}

void app_print_title(FILE *out, const char *title)
{
    HW_AUTO_BUFFER(clean);
    app_text_append_clean(&clean, title, 0);
    /* H2O's names of tables end in a blank here and there. */
    const char *text = hwi_buffer_text(&clean);
    size_t n = strlen(text);
    while (n > 0 && text[n - 1] == ' ')
        n--;
    fprintf(out, "\n%.*s\n", (int)n, text);
}

/* Rows that are shown: 0..n_head-1 and the last n_tail, or all. */
typedef struct row_range {
    int64_t n_rows, n_head, n_tail;
} row_range;

static int64_t n_shown(const row_range *range)
{
    return range->n_head + range->n_tail;
}
static int64_t shown_row(const row_range *range, int64_t i)
{
    return i < range->n_head ? i : range->n_rows - n_shown(range) + i;
}

static bool is_number(const hw_table *table, int32_t c)
{
    return hw_table_column_type(table, c) != HW_CELL_STRING;
}
static bool is_real(const hw_table *table, int32_t c)
{
    hw_cell_type type = hw_table_column_type(table, c);
    return (type == HW_CELL_DOUBLE || type == HW_CELL_FLOAT) &&
           !strstr(hw_table_column_format(table, c), "%%");
}

static bool has_values(const hw_table *table, int32_t c, const row_range *range)
{
    for (int64_t i = 0; i < n_shown(range); i++) {
        int64_t r = shown_row(range, i);
        if (is_number(table, c) ? !isnan(hw_table_number(table, r, c))
                                : hw_table_text(table, r, c)[0] != '\0')
            return true;
    }
    return false;
}

/* Decimals that are needed, at most `most`: zeros at the end are left out column by column. */
static int needed_decimals(double x, int most)
{
    char text[HWI_FIXED_TEXT_BYTES];
    size_t n = hwi_format_fixed(x, most, text);
    int decimals = most;
    while (decimals > 0 && text[n - 1] == '0') {
        decimals--;
        n--;
    }
    return decimals;
}

/* Numbers that the column's decimals would make unreadable stand alone. */
static bool is_odd_size(double x, int decimals)
{
    return fabs(x) >= 1e12 || (x != 0 && fabs(x) < 10 * pow(10, -decimals));
}

/* Decimals of a column of reals: seven digits for the largest number, fewer where they are zeros.
 */
static int column_decimals(const hw_table *table, int32_t c, const row_range *range)
{
    double largest = 0;
    for (int64_t i = 0; i < n_shown(range); i++) {
        double x = fabs(hw_table_number(table, shown_row(range, i), c));
        if (isfinite(x) && x < 1e12 && x > largest)
            largest = x;
    }
    int most = largest < 10 ? MAX_DECIMALS : MAX_DECIMALS - (int)floor(log10(largest));
    most = most < 1 ? 1 : most;
    const char *point = strchr(hw_table_column_format(table, c), '.');
    if (point && point[1] - '0' < most)
        most = point[1] - '0';
    int needed = 0;
    for (int64_t i = 0; i < n_shown(range); i++) {
        double x = hw_table_number(table, shown_row(range, i), c);
        int n = isfinite(x) && !is_odd_size(x, most) ? needed_decimals(x, most) : 0;
        needed = n > needed ? n : needed;
    }
    return needed;
}

static void set_cell(app_grid *grid, int column, const hw_table *table, int64_t r, int32_t c,
                     int decimals)
{
    if (hw_table_is_empty(table, r, c))
        return;
    double x = hw_table_number(table, r, c);
    char text[MAX_TEXT], number[HWI_FIXED_TEXT_BYTES];
    if (!is_real(table, c)) {
        app_grid_set(grid, column, hw_table_cell_text(table, r, c, text, sizeof text));
    } else if (!isfinite(x) || (is_odd_size(x, decimals) && x != floor(x)) || fabs(x) >= 1e12) {
        app_grid_set(grid, column, app_text_number(x, 4, text));
    } else {
        hwi_format_fixed(x, decimals, number);
        app_grid_set(grid, column, number);
    }
}

enum { MAX_TABLE_COLUMNS = 256 };

/* The table's columns to show, in the order of the style. */
static int choose_columns(const hw_table *table, const app_table_style *style,
                          const row_range *range, int32_t out[MAX_TABLE_COLUMNS])
{
    int n = 0;
    int n_wanted = hw_table_n_columns(table);
    if (style->columns)
        for (n_wanted = 0; style->columns[n_wanted];)
            n_wanted++;
    for (int i = 0; i < n_wanted && n < MAX_TABLE_COLUMNS; i++) {
        int32_t c = style->columns ? hw_table_find_column(table, style->columns[i]) : i;
        if (c >= 0 && has_values(table, c, range))
            out[n++] = c;
    }
    return n;
}

static row_range choose_rows(const hw_table *table, const app_table_style *style)
{
    int64_t n = hw_table_n_rows(table);
    bool is_cut = style->n_head > 0 && n > style->n_head + style->n_tail + 1;
    return is_cut ? (row_range){n, style->n_head, style->n_tail} : (row_range){n, n, 0};
}

static void add_gap(app_grid *grid, int64_t n_hidden)
{
    char note[APP_TEXT_BYTES + 32], count[APP_TEXT_BYTES];
    snprintf(note, sizeof note, "%s %s more rows", app_text_is_utf8() ? "\u2026" : "...",
             app_text_count(n_hidden, count));
    app_grid_add_note(grid, note);
}

hw_status app_print_table(FILE *out, const hw_table *table, const app_table_style *style,
                          hw_error *err)
{
    if (!table || hw_table_n_rows(table) == 0)
        return HW_OK;
    row_range range = choose_rows(table, style);
    int32_t columns[MAX_TABLE_COLUMNS];
    int decimals[MAX_TABLE_COLUMNS] = {0};
    int n_columns = choose_columns(table, style, &range, columns);
    HW_AUTO(app_grid) *grid = app_grid_new();
    for (int i = 0; i < n_columns; i++) {
        int32_t c = columns[i];
        const char *heading = hw_table_column_description(table, c);
        app_grid_add_column(grid, heading[0] ? heading : hw_table_column_name(table, c),
                            is_number(table, c));
        if (is_real(table, c))
            decimals[i] = column_decimals(table, c, &range);
    }
    for (int64_t i = 0; i < n_shown(&range); i++) {
        if (range.n_head < range.n_rows && i == range.n_head)
            add_gap(grid, range.n_rows - n_shown(&range));
        app_grid_add_row(grid);
        for (int k = 0; k < n_columns; k++)
            set_cell(grid, k, table, shown_row(&range, i), columns[k], decimals[k]);
    }
    if (range.n_head < range.n_rows && range.n_tail == 0)
        add_gap(grid, range.n_rows - range.n_head);
    app_print_title(out, style->title ? style->title : hw_table_name(table));
    return app_grid_print(grid, out, app_print_columns(out), err);
}
