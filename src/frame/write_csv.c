/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV as H2O's download writes it: header and levels in quotes, numbers bare, times as
 * milliseconds, empty cells where missing. */
#include <math.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/number.h"
#include "frame/column.h"
#include "frame/frame.h"

enum { BLOCK_ROWS = 1024, MAX_INT_BYTES = 24 };

static void append_quoted(hwi_buffer *out, const char *text)
{
    hwi_buffer_append_char(out, '"');
    for (const char *quote; (quote = strchr(text, '"')) != NULL; text = quote + 1) {
        hwi_buffer_append(out, text, (size_t)(quote - text) + 1);
        hwi_buffer_append_char(out, '"');
    }
    hwi_buffer_append_text(out, text);
    hwi_buffer_append_char(out, '"');
}

static void append_int(hwi_buffer *out, int64_t x)
{
    char text[MAX_INT_BYTES];
    char *p = text + sizeof(text);
    uint64_t rest = x < 0 ? -(uint64_t)x : (uint64_t)x;
    do {
        *--p = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (x < 0)
        *--p = '-';
    hwi_buffer_append(out, p, (size_t)(text + sizeof(text) - p));
}

static void append_double(hwi_buffer *out, double x)
{
    if (isnan(x))
        return;
    char text[HWI_NUMBER_TEXT_BYTES];
    hwi_buffer_append(out, text, hwi_format_double(x, text));
}

static void append_cell(hwi_buffer *out, const hwi_column *column, int64_t row)
{
    if (column->store == HWI_STORE_TEXT) {
        uint64_t offset = ((const uint64_t *)column->values)[row];
        if (offset == HWI_TEXT_MISSING)
            return;
        if (column->type == HW_TYPE_UUID)
            hwi_buffer_append_text(out, column->heap + offset);
        else
            append_quoted(out, column->heap + offset);
        return;
    }
    if (hwi_store_is_integer(column->store)) {
        int64_t x;
        hwi_store_get_ints(column->store, column->values, column->n_missing > 0, row, 1, &x);
        if (x == HWI_INT_MISSING)
            return;
        if (column->type == HW_TYPE_ENUM)
            append_quoted(out, column->levels[x]);
        else
            append_int(out, x);
        return;
    }
    double x;
    hwi_store_get_doubles(column->store, column->values, column->n_missing > 0, row, 1, &x);
    append_double(out, x);
}

static hw_status write_rows(const hw_frame *frame, hwi_file_writer *writer, hw_error *err)
{
    int32_t n_columns = hw_frame_n_columns(frame);
    int64_t n_rows = hw_frame_n_rows(frame);
    HW_AUTO_BUFFER(lines);
    for (int32_t i = 0; i < n_columns; i++) {
        if (i > 0)
            hwi_buffer_append_char(&lines, ',');
        append_quoted(&lines, hw_frame_column_name(frame, i));
    }
    hwi_buffer_append_char(&lines, '\n');
    for (int64_t row = 0; row < n_rows; row++) {
        for (int32_t i = 0; i < n_columns; i++) {
            if (i > 0)
                hwi_buffer_append_char(&lines, ',');
            append_cell(&lines, hwi_frame_column(frame, i), row);
        }
        hwi_buffer_append_char(&lines, '\n');
        if (row % BLOCK_ROWS == 0 || row == n_rows - 1) {
            HW_TRY(hwi_buffer_check(&lines, err));
            hwi_file_writer_write(writer, lines.data, lines.size);
            lines.size = 0;
            if (hwi_file_writer_has_failed(writer))
                break;
        }
    }
    HW_TRY(hwi_buffer_check(&lines, err));
    hwi_file_writer_write(writer, hwi_buffer_text(&lines), lines.size);
    return HW_OK;
}

hw_status hw_frame_write_csv(const hw_frame *frame, const char *path, hw_error *err)
{
    HW_CHECK_ARG(err, frame != NULL);
    HW_CHECK_ARG(err, path != NULL);
    HW_AUTO(hwi_file_writer) *writer = NULL;
    HW_TRY(hwi_file_writer_open(path, &writer, err));
    HW_TRY(write_rows(frame, writer, err));
    return hwi_file_writer_commit(writer, err);
}
