/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: CSV read plainly, without H2O's guesses: commas, quotes doubled inside quotes, line
 * breaks allowed there, empty unquoted cells missing. Columns are enums where asked, else numbers.
 */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/number.h"
#include "frame/frame.h"
#include "support/hw_test.h"

enum { HW_CSV_MAX_COLUMNS = 64, HW_CSV_MAX_ROWS = 4096 };

typedef struct hw_csv {
    int n_columns, n_rows;                            /* without the header */
    char *cells[HW_CSV_MAX_ROWS][HW_CSV_MAX_COLUMNS]; /* NULL missing; row 0 is the header */
} hw_csv;

/* The cell at *at, which is moved behind its separator; *out_end_of_line says which that was. */
static inline char *hw_csv_cell(const char **at, const char *end, bool *out_end_of_line)
{
    const char *p = *at;
    bool is_quoted = p < end && *p == '"';
    HW_AUTO_BUFFER(text);
    hwi_buffer_append(&text, "", 0);
    for (p += is_quoted; p < end; p++) {
        if (is_quoted && *p == '"' && p + 1 < end && p[1] == '"')
            p++;
        else if (is_quoted ? *p == '"' : *p == ',' || *p == '\n')
            break;
        hwi_buffer_append_char(&text, *p);
    }
    p += is_quoted && p < end;
    *out_end_of_line = p >= end || *p == '\n';
    *at = p + 1;
    bool is_missing = !is_quoted && text.size == 0;
    return is_missing ? NULL : hwi_strdup(hwi_buffer_text(&text));
}

static inline hw_csv *hw_csv_read(const char *path)
{
    HW_AUTO_FILE_TEXT(file);
    hw_error err = {0};
    hw_assert_ok(hwi_file_read(path, 0, &file, &err), err);
    hw_csv *csv = calloc(1, sizeof *csv);
    const char *at = file.data, *end = file.data + file.size;
    for (int row = 0; at < end; row++) {
        assert_true(row < HW_CSV_MAX_ROWS);
        bool is_end = false;
        for (int column = 0; !is_end; column++) {
            assert_true(column < HW_CSV_MAX_COLUMNS);
            csv->cells[row][column] = hw_csv_cell(&at, end, &is_end);
            if (row == 0)
                csv->n_columns = column + 1;
        }
        csv->n_rows = row;
    }
    return csv;
}

static inline void hw_csv_free(hw_csv *csv)
{
    for (int r = 0; r <= csv->n_rows; r++)
        for (int c = 0; c < csv->n_columns; c++)
            hwi_free(csv->cells[r][c]);
    free(csv);
}

static inline double hw_csv_number(const hw_csv *csv, int row, int column)
{
    const char *text = csv->cells[row + 1][column];
    double x = NAN;
    if (text && !hwi_parse_double(text, strlen(text), &x))
        fail_msg("'%s' is no number", text);
    return x;
}

/* The levels are those that occur, in the order in which they come. */
static inline void hw_csv_add_enum(const hw_csv *csv, int column, hw_frame *frame)
{
    const char **levels = calloc((size_t)csv->n_rows + 1, sizeof *levels);
    double *codes = calloc((size_t)csv->n_rows + 1, sizeof *codes);
    int n_levels = 0;
    for (int r = 0; r < csv->n_rows; r++) {
        const char *text = csv->cells[r + 1][column];
        int code = 0;
        while (text && code < n_levels && strcmp(levels[code], text) != 0)
            code++;
        if (text && code == n_levels)
            levels[n_levels++] = text;
        codes[r] = text ? code : NAN;
    }
    hw_error err = {0};
    hw_assert_ok(hwi_frame_add_column(frame, csv->cells[0][column], HW_TYPE_ENUM, codes, levels,
                                      n_levels, &err),
                 err);
    free(levels);
    free(codes);
}

static inline hw_frame *hw_csv_to_frame(const hw_csv *csv,
                                        bool (*is_enum)(const char *name, void *ctx), void *ctx)
{
    hw_frame *frame = hwi_frame_new("csv", csv->n_rows);
    for (int c = 0; c < csv->n_columns; c++) {
        if (is_enum(csv->cells[0][c], ctx)) {
            hw_csv_add_enum(csv, c, frame);
            continue;
        }
        double *values = calloc((size_t)csv->n_rows + 1, sizeof *values);
        for (int r = 0; r < csv->n_rows; r++)
            values[r] = hw_csv_number(csv, r, c);
        hw_error err = {0};
        hw_assert_ok(
            hwi_frame_add_column(frame, csv->cells[0][c], HW_TYPE_REAL, values, NULL, 0, &err),
            err);
        free(values);
    }
    return frame;
}
