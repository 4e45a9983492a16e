/* SPDX-License-Identifier: Apache-2.0
 *
 * Parsing one piece of a text into columns of its own, narrow already. A worker keeps scratch and
 * the levels it has met from piece to piece; the result does not depend on which worker parses
 * which piece once the levels are merged (frame/merge.h). */
#pragma once

#include "frame/cut.h"
#include "frame/parse_plan.h"

/* Where the cells of a column begin. */
#define HWI_PIECE_CELLS(worker, column)                                                            \
    ((void *)((worker)->cells + (size_t)(column) * (worker)->stride * sizeof(int64_t)))

typedef struct hwi_piece_column {
    hwi_range range;
    hwi_store store;
    void *values; /* numbers, level codes of the worker, or offsets into heap; in the slab */
    char *heap;   /* texts of STRING and UUID */
    size_t heap_bytes;
    int64_t n_unreadable; /* cells that became missing because of their text */
    const char *first_unreadable;
} hwi_piece_column;

typedef struct hwi_piece_result {
    int64_t n_rows;
    int worker;
    hwi_piece_column *columns; /* as many as the plan has */
    void *slab;
    size_t n_bytes; /* of the slab and the heaps */
} hwi_piece_result;

/* How the cells of a column stand until the piece is read: integers start narrow and widen with the
 * first that needs it; from the first value on that is no integer, all are doubles. */
typedef enum hwi_cell_form {
    HWI_CELLS_INT32, /* INT32_MIN is missing */
    HWI_CELLS_INT64, /* HWI_INT_MISSING is missing */
    HWI_CELLS_DOUBLE /* NaN is missing */
} hwi_cell_form;

typedef struct hwi_piece_worker {
    char *cells; /* column by column, room for `stride` numbers of eight bytes each */
    size_t n_cells, stride;
    hwi_dictionary *dictionaries; /* by column */
    hwi_buffer scratch;
    hwi_buffer *heaps;    /* by column */
    hwi_cell_form *forms; /* by column */
    int32_t *run_ends;    /* by column: one behind the last of the plainly numeric columns from here
                           * on,    itself when it is none */
    int64_t *n_unreadable;
    const char **first_unreadable;
} hwi_piece_worker;

hw_status hwi_piece_worker_init(hwi_piece_worker *worker, const hwi_plan *plan,
                                hw_error *err) HW_MUST_USE;
void hwi_piece_worker_clear(hwi_piece_worker *worker, const hwi_plan *plan);

/* Parses the piece. Errors name the file, the line and the column. */
hw_status hwi_piece_parse(const hwi_plan *plan, const hwi_source *source, const hwi_piece *piece,
                          hwi_piece_worker *worker, hwi_piece_result *out,
                          hw_error *err) HW_MUST_USE;
/* The second half of hwi_piece_parse: from the cells of n_rows rows to columns in their stores. */
hw_status hwi_piece_make_result(const hwi_plan *plan, hwi_piece_worker *worker, int64_t n_rows,
                                hwi_piece_result *out, hw_error *err) HW_MUST_USE;
void hwi_piece_result_clear(hwi_piece_result *result, const hwi_plan *plan);
