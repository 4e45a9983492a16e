/* SPDX-License-Identifier: Apache-2.0
 *
 * H2O's guesses, found by asking it (docs/h2o-differences.md lists where ours differ on purpose):
 * separator and header from the first two lines, types from the cells of a preview. */
#pragma once

#include "frame/cut.h"
#include "frame/parse_plan.h"

/* What the cells of a column look like. */
typedef struct hwi_cell_counts {
    int64_t n_numbers, n_texts, n_times, n_uuids;
    int64_t n_distinct_texts;
    bool has_zero;
} hwi_cell_counts;

/* The type that H2O gives a column of such cells. */
hwi_kind hwi_guess_kind(const hwi_cell_counts *counts);

/* The separator of a table whose first line begins at p: among Hive's 1, comma, tab, semicolon,
 * bar and blank the first that stands equally often in the first two lines, else the most frequent
 * in the first, else a comma. */
hw_status hwi_guess_separator(const char *p, const char *end, char *out, hw_error *err) HW_MUST_USE;

/* What a guess reads whole (as H2O does); of longer texts it takes samples from the rest, which are
 * the beginnings of pieces. */
enum { HWI_PREVIEW_BYTES = 1 << 22 };

/* Counts the cells of the columns whose kind is not given and sets their kinds. *out_has_values:
 * some column holds numbers, times or UUIDs. */
hw_status hwi_guess_kinds(hwi_plan *plan, const hwi_piece_list *pieces, bool *out_has_values,
                          hw_error *err) HW_MUST_USE;

/* Whether the line at p is a header. NO when it holds a number, a date or a UUID, or is all empty;
 * YES when the next line holds one (a single line is a header when it has several cells); else
 * MAYBE, where H2O says no: it depends on the lines below. */
typedef enum hwi_header_guess { HWI_HEADER_NO, HWI_HEADER_MAYBE, HWI_HEADER_YES } hwi_header_guess;
hw_status hwi_guess_header(const hwi_dialect *dialect, const char *p, const char *end,
                           hwi_header_guess *out, hw_error *err) HW_MUST_USE;
