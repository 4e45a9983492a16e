/* SPDX-License-Identifier: Apache-2.0
 *
 * Building tables. Like hwi_buffer a table remembers a failed allocation, so that builders write
 * freely and call hwi_table_check once. A table under construction belongs to one thread. */
#pragma once

#include "base/alloc.h"
#include "base/status.h"
#include "heavywater/table.h"

/* NULL when memory is exhausted; every function below takes NULL and does nothing. */
hw_table *hwi_table_new(const char *name, const char *description);
void hwi_table_free(hw_table *table);
HW_DEFINE_AUTO(hw_table, hwi_table_free)
hw_table *hwi_table_copy(const hw_table *table);

void hwi_table_set_description(hw_table *table, const char *description);
/* Columns come before rows. */
void hwi_table_add_column(hw_table *table, const char *name, hw_cell_type type, const char *format,
                          const char *description);
/* Appends a row of empty cells and returns its number (-1 on failure). */
int64_t hwi_table_add_row(hw_table *table);
void hwi_table_set_number(hw_table *table, int64_t row, int32_t column, double value);
void hwi_table_set_text(hw_table *table, int64_t row, int32_t column, const char *text);
/* HW_ENOMEM when something could not be stored (or table is NULL). */
hw_status hwi_table_check(const hw_table *table, hw_error *err) HW_MUST_USE;
