/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables of results on the terminal. */
#pragma once

#include <stdio.h>

#include "base/status.h"
#include "heavywater/table.h"

typedef struct app_table_style {
    const char *title;          /* NULL: the table's own name */
    const char *const *columns; /* names, ends with NULL; NULL: all. Those the table lacks and
                                   those without any value are left out */
    int64_t n_head, n_tail;     /* rows shown of a long table; n_head 0: all */
} app_table_style;

/* Prints an empty line, the title and the table; nothing for NULL and for a table without rows. */
hw_status app_print_table(FILE *out, const hw_table *table, const app_table_style *style,
                          hw_error *err) HW_MUST_USE;
/* An empty line and a title as app_print_table does. */
void app_print_title(FILE *out, const char *title);
/* The cells of a line for tables in this stream. */
int app_print_columns(FILE *out);
