/* SPDX-License-Identifier: Apache-2.0
 *
 * Parsing one piece of a text into columns of its own, narrow already. A worker keeps scratch and
 * the levels it has met from piece to piece; the result does not depend on which worker parses
 * which piece once the levels are merged (frame/merge.h). */
#pragma once

#include "frame/cut.h"
#include "frame/parse_plan.h"

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

typedef struct hwi_piece_worker {
    int64_t *cells; /* column by column, `stride` rows each */
    size_t n_cells;
    hwi_dictionary *dictionaries; /* by column */
    hwi_buffer scratch;
    hwi_buffer *heaps; /* by column */
    bool *is_real;     /* by column: the cells of this piece are doubles */
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
void hwi_piece_result_clear(hwi_piece_result *result, const hwi_plan *plan);
