/* SPDX-License-Identifier: Apache-2.0
 *
 * Text for people: widths on a terminal, wrapping, numbers with thousands, nearest names, lists. */
#pragma once

#include <stdio.h>

#include "base/buffer.h"
#include "base/status.h"
#include "heavywater/common.h"

/* Whether output may use more than ASCII: asks the locale, once. */
bool app_text_is_utf8(void);
/* Columns of the terminal behind `file`, or of $COLUMNS, or fallback. */
int app_text_columns(FILE *file, int fallback);

/* Cells that a text takes on a terminal. */
int app_text_width(const char *text);
/* Appends text without what could move the cursor or break a line: control characters and bytes
 * that are no UTF-8 become '?', line breaks become spaces. A text wider than max_width (0: no
 * limit) is cut, with an ellipsis. */
void app_text_append_clean(hwi_buffer *out, const char *text, int max_width);
/* Words of `text` in lines of at most `columns` cells, each after `indent` spaces but the first,
 * which continues a line that stands at `column`. Ends the last line. */
void app_text_wrap(FILE *out, const char *text, int column, int indent, int columns);

enum { APP_TEXT_BYTES = 64 };
/* "1,234,567" */
const char *app_text_count(int64_t n, char out[APP_TEXT_BYTES]);
/* "1 row", "1,234 rows": what is a word of at most 20 bytes that takes an s. */
const char *app_text_counted(int64_t n, const char *what, char out[APP_TEXT_BYTES]);
/* "0.41 s", "12 s", "3:05 min", "2:10:00 h", "3.5 days" */
const char *app_text_duration(double seconds, char out[APP_TEXT_BYTES]);
/* "512 bytes", "3.2 MB" */
const char *app_text_bytes(double n_bytes, char out[APP_TEXT_BYTES]);
/* Up to n_digits significant digits, without trailing zeros: "0.3121", "12500", "1.2e-07", "NaN".
 */
const char *app_text_number(double x, int n_digits, char out[APP_TEXT_BYTES]);
/* A bar of frac times n_cells character cells; frac is cut to 0 ... 1, NaN is none. */
void app_text_append_bar(hwi_buffer *out, double frac, int n_cells);

/* Edit distance of two names; '-' and '_' and upper and lower case are alike. */
int app_text_distance(const char *a, const char *b);
/* Whether a slip of this distance is likely for a name like this one. */
bool app_text_is_near(int distance, const char *name);

/** A list of names: a,b,c; blanks around names do not count. A name with a comma stands in quotes
 * or has a backslash before it, as for parameters. */
typedef struct app_list {
    char **names;
    int n;
} app_list;

hw_status app_list_read(const char *text, const char *field, app_list *out,
                        hw_error *err) HW_MUST_USE;
void app_list_clear(app_list *list);
bool app_list_has(const app_list *list, const char *name);
