/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading one column of an Arrow record batch. A hwi_arrow_cells is a checked view of an
 * ArrowArray: rows 0 .. n_rows-1 of the batch, whatever the offsets of the array and its parent.
 * Read by one thread at a time; lives no longer than the array. */
#pragma once

#include "frame/arrow_type.h"
#include "frame/parts.h"

typedef struct hwi_arrow_cells {
    const char *name; /* of the column, for messages */
    hwi_arrow_type type;
    const uint8_t *validity; /* bit `first + row`; NULL when nothing is null */
    int64_t first;
    const uint8_t *parent_validity; /* bit `parent_first + row`; NULL */
    int64_t parent_first;
    const uint8_t *data; /* element `first + row`: numbers, bits, offsets or views */
    const uint8_t *heap; /* of TEXT */
    const void **heaps;  /* of VIEW */
    int64_t n_heaps;
    const uint8_t *heap_sizes; /* int64_t each */
    int64_t n_rows;
} hwi_arrow_cells;

/* The rows of the batch that a column belongs to. */
typedef struct hwi_arrow_rows {
    int64_t offset, length;
    const uint8_t *validity; /* of the batch itself, or NULL */
} hwi_arrow_rows;

/* Checks what the struct says and makes the view. Text is not looked at yet. HW_EDATA. */
hw_status hwi_arrow_cells_init(const char *name, const hwi_arrow_type *type,
                               const struct ArrowArray *array, const hwi_arrow_rows *rows,
                               hwi_arrow_cells *out, hw_error *err) HW_MUST_USE;

bool hwi_arrow_cells_is_null(const hwi_arrow_cells *cells, int64_t row);

/* The number of a row of an INT or UINT that is not null, as a code: out of int64_t it is negative.
 */
int64_t hwi_arrow_cells_code(const hwi_arrow_cells *cells, int64_t row);

/* The text of a row that is not null (TEXT, VIEW), or "False" and "True" of a BOOL. HW_EDATA when
 * offsets contradict each other, or the text holds a NUL byte. */
hw_status hwi_arrow_cells_text(const hwi_arrow_cells *cells, int64_t row, hwi_text *out,
                               hw_error *err) HW_MUST_USE;

/* How the numbers of INT, UINT, FLOAT, DECIMAL, TIME, BOOL or NULL cells are read, for
 * hwi_parts_add. Checks that times stay in the range of milliseconds. */
hw_status hwi_arrow_cells_numbers(const hwi_arrow_cells *cells, hwi_cells *out,
                                  hw_error *err) HW_MUST_USE;
