/* SPDX-License-Identifier: Apache-2.0
 *
 * A small table of results, as H2O's TwoDimTable: scoring history, layers, importances, thresholds
 * ... Every column has one type; any cell may be empty. Tables returned by other modules are
 * borrowed and immutable, so they may be read from any thread. */
#pragma once

#include "heavywater/status.h"

HW_BEGIN_DECLS

typedef struct hw_table hw_table;

/* H2O's names of cell types. INT and LONG hold whole numbers, FLOAT values that fit a float. */
typedef enum hw_cell_type {
    HW_CELL_STRING,
    HW_CELL_INT,
    HW_CELL_LONG,
    HW_CELL_FLOAT,
    HW_CELL_DOUBLE
} hw_cell_type;

HW_API const char *hw_table_name(const hw_table *table);
HW_API const char *hw_table_description(const hw_table *table);
HW_API int64_t hw_table_n_rows(const hw_table *table);
HW_API int32_t hw_table_n_columns(const hw_table *table);
/* Column names are H2O's machine names ("training_rmse"), descriptions its headings ("Training
 * RMSE"), formats its printf-like hints ("%.5f"). */
HW_API const char *hw_table_column_name(const hw_table *table, int32_t column);
HW_API const char *hw_table_column_description(const hw_table *table, int32_t column);
HW_API const char *hw_table_column_format(const hw_table *table, int32_t column);
HW_API hw_cell_type hw_table_column_type(const hw_table *table, int32_t column);
/* The column of that name, or -1. */
HW_API int32_t hw_table_find_column(const hw_table *table, const char *name);
HW_API bool hw_table_is_empty(const hw_table *table, int64_t row, int32_t column);
/* The number of a cell; NaN when it is empty or text. */
HW_API double hw_table_number(const hw_table *table, int64_t row, int32_t column);
/* The text of a string cell; "" when it is empty or a number. */
HW_API const char *hw_table_text(const hw_table *table, int64_t row, int32_t column);
/** Writes a cell as people read it: by the column's format, "" for an empty cell, cut to n_bytes.
 * Returns out. */
HW_API const char *hw_table_cell_text(const hw_table *table, int64_t row, int32_t column, char *out,
                                      size_t n_bytes);

HW_END_DECLS
