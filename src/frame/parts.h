/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns from memory that arrive in parts (an array, the batches of a stream): each part is kept
 * in the narrowest store, and the column in the narrowest for all. One thread at a time. */
#pragma once

#include "frame/column.h"
#include "frame/dictionary.h"

/* Distinct texts of a column: as many as the codes of a dictionary can number. */
enum { HWI_MAX_TEXTS = 1 << 30 };

/* Where the cells of a part are read from. Exactly one of the two functions is set: whole numbers
 * (HWI_INT_MISSING where missing) or doubles (NaN where missing). */
typedef struct hwi_cells {
    const void *source;
    void (*read_ints)(const void *source, int64_t begin, int64_t n, int64_t *out);
    void (*read_doubles)(const void *source, int64_t begin, int64_t n, double *out);
} hwi_cells;

typedef struct hwi_part {
    int64_t n_rows;
    hwi_range range;
    hwi_store store;
    void *values;
} hwi_part;

typedef struct hwi_parts {
    hwi_part *items;
    int64_t n, capacity;
    hwi_dictionary texts; /* of columns whose cells are codes into it */
} hwi_parts;

void hwi_parts_clear(hwi_parts *parts);

hw_status hwi_parts_add(hwi_parts *parts, const hwi_cells *cells, int64_t n_rows,
                        hw_error *err) HW_MUST_USE;

/* A column of numbers or times; INT becomes REAL when a value is not whole. Takes the values of the
 * parts over. */
hw_status hwi_parts_to_numbers(hwi_parts *parts, hw_type type, hwi_column **out,
                               hw_error *err) HW_MUST_USE;
/* The cells are codes into texts: an ENUM column whose levels stand in the order of their bytes, or
 * a STRING column. name is for messages. */
hw_status hwi_parts_to_enum(hwi_parts *parts, const char *name, hwi_column **out,
                            hw_error *err) HW_MUST_USE;
hw_status hwi_parts_to_strings(hwi_parts *parts, hwi_column **out, hw_error *err) HW_MUST_USE;
/* Cells that are not missing. */
int64_t hwi_parts_n_present(const hwi_parts *parts);

/* Readers of arrays with a stride in elements. */
typedef struct hwi_strided {
    const void *values;
    int64_t stride;
} hwi_strided;

void hwi_read_strided_i32(const void *strided, int64_t begin, int64_t n, int64_t *out);
void hwi_read_strided_i64(const void *strided, int64_t begin, int64_t n, int64_t *out);
void hwi_read_strided_f32(const void *strided, int64_t begin, int64_t n, double *out);
void hwi_read_strided_f64(const void *strided, int64_t begin, int64_t n, double *out);
