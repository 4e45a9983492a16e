/* SPDX-License-Identifier: Apache-2.0
 *
 * How lines are cut into cells: separator, quotes, comments. One dialect serves the guess, the
 * cutting into pieces and the parsing, so that they cannot disagree. Readers may run in any thread.
 *
 * The rules are H2O's: blanks before a cell do not belong to it; a quote opens only at the
 * beginning of a cell; a doubled quote inside is one quote; lines end with LF, CR LF or CR; empty
 * lines and lines that begin with the comment sign are skipped. Text behind a closing quote, where
 * H2O shifts the row, is kept as part of the cell. All texts are followed by a newline (see
 * base/file.h). */
#pragma once

#include "base/buffer.h"
#include "frame/cell.h"

typedef struct hwi_dialect {
    char separator;
    char comment;           /* '\0' for none */
    bool has_single_quotes; /* ARFF: ' quotes like ", and a backslash in quotes takes the next byte
                             * as it is */
    bool ends_cell[256];    /* separator, CR, LF */
    bool is_blank[256];     /* blank and tab, but not the separator */
    bool opens_specially[256]; /* blanks and quotes at the beginning of a cell */
} hwi_dialect;

void hwi_dialect_init(hwi_dialect *dialect, char separator);
void hwi_dialect_allow_single_quotes(hwi_dialect *dialect);

static inline bool hwi_is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* Behind the line end at p. */
static inline const char *hwi_skip_line_end(const char *p)
{
    return p[0] == '\r' && p[1] == '\n' ? p + 2 : p + 1;
}

static inline const char *hwi_dialect_skip_blanks(const hwi_dialect *dialect, const char *p)
{
    while (dialect->is_blank[(uint8_t)*p])
        p++;
    return p;
}

static inline bool hwi_dialect_is_quote(const hwi_dialect *dialect, char c)
{
    return c == '"' || (c == '\'' && dialect->has_single_quotes);
}

/* Reads a cell whose opening quote stands at p. Returns the byte that ends it (separator or line
 * end), or NULL when the quote does not close before end. */
const char *hwi_dialect_read_quoted(const hwi_dialect *dialect, const char *p, const char *end,
                                    hwi_buffer *scratch, hwi_cell *cell);

/* Reads the cell at p, blanks before it included. Returns the byte that ends it, or NULL as above.
 * scratch holds the text where it differs from the source, until the next call. */
static inline const char *hwi_dialect_read_cell(const hwi_dialect *dialect, const char *p,
                                                const char *end, hwi_buffer *scratch,
                                                hwi_cell *cell)
{
    p = hwi_dialect_skip_blanks(dialect, p);
    if (hwi_dialect_is_quote(dialect, *p))
        return hwi_dialect_read_quoted(dialect, p, end, scratch, cell);
    cell->text = p;
    cell->is_quoted = false;
    while (!dialect->ends_cell[(uint8_t)*p])
        p++;
    cell->n_bytes = (size_t)(p - cell->text);
    return p;
}

/* Behind the separator at p; with blanks as separators behind all of them. */
static inline const char *hwi_dialect_skip_separator(const hwi_dialect *dialect, const char *p)
{
    p++;
    if (dialect->separator == ' ')
        while (*p == ' ')
            p++;
    return p;
}

/* The beginning of the next line at or behind p that holds cells (blanks before them skipped where
 * the separator is a blank), or end. */
const char *hwi_dialect_skip_idle_lines(const hwi_dialect *dialect, const char *p, const char *end);

/* The line end of the line whose beginning is p, quotes respected; NULL when a quote is open at
 * end. n_cells may be NULL. */
const char *hwi_dialect_find_line_end(const hwi_dialect *dialect, const char *p, const char *end,
                                      hwi_buffer *scratch, int32_t *n_cells);
