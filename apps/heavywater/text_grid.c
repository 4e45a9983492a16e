/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/text_grid.h"

#include <string.h>

#include "heavywater/text.h"

enum { GAP = 2, MAX_CELL_WIDTH = 60, MAX_HEADING_LINES = 4 };

typedef struct grid_column {
    char *heading;
    bool is_right;
    int width;
    int longest_word; /* of the heading */
} grid_column;

typedef struct grid_row {
    char **cells; /* (n_columns), NULL where empty; NULL for a note */
    char *note;
} grid_row;

struct app_grid {
    grid_column *columns;
    int n_columns;
    grid_row *rows;
    int64_t n_rows;
    bool failed;
};

app_grid *app_grid_new(void)
{
    return HWI_NEW(app_grid);
}

void app_grid_free(app_grid *grid)
{
    if (!grid)
        return;
    for (int64_t r = 0; r < grid->n_rows; r++) {
        for (int c = 0; grid->rows[r].cells && c < grid->n_columns; c++)
            hwi_free(grid->rows[r].cells[c]);
        hwi_free(grid->rows[r].cells);
        hwi_free(grid->rows[r].note);
    }
    for (int c = 0; c < grid->n_columns; c++)
        hwi_free(grid->columns[c].heading);
    hwi_free(grid->columns);
    hwi_free(grid->rows);
    hwi_free(grid);
}

static char *clean_copy(const char *text, int max_width)
{
    HW_AUTO_BUFFER(buffer);
    app_text_append_clean(&buffer, text, max_width);
    return buffer.failed ? NULL : hwi_strdup(hwi_buffer_text(&buffer));
}

/* The width of the word at *text; moves behind it and the blank that follows. */
static int next_word(const char **text, const char **out_end)
{
    const char *end = strchrnul(*text, ' ');
    HW_AUTO(char) *word = hwi_strndup(*text, (size_t)(end - *text));
    *out_end = end;
    *text = *end ? end + 1 : end;
    return word ? app_text_width(word) : 0;
}

static int longest_word(const char *text)
{
    int longest = 0;
    while (*text) {
        const char *end;
        int width = next_word(&text, &end);
        longest = width > longest ? width : longest;
    }
    return longest;
}

void app_grid_add_column(app_grid *grid, const char *heading, bool is_right_aligned)
{
    if (!grid || grid->failed)
        return;
    HW_ASSERT(grid->n_rows == 0);
    grid_column *columns = hwi_realloc_array(grid->columns, (size_t)grid->n_columns,
                                             (size_t)grid->n_columns + 1, sizeof(grid_column));
    if (columns)
        grid->columns = columns;
    char *copy = clean_copy(heading, MAX_CELL_WIDTH);
    if (!columns || !copy) {
        hwi_free(copy);
        grid->failed = true;
        return;
    }
    int width = longest_word(copy);
    columns[grid->n_columns++] = (grid_column){copy, is_right_aligned, width, width};
}

static grid_row *add_row(app_grid *grid)
{
    if (!grid || grid->failed)
        return NULL;
    /* Grows at powers of two. */
    int64_t n = grid->n_rows;
    if ((n & (n - 1)) == 0) {
        grid_row *rows =
            hwi_realloc_array(grid->rows, (size_t)n, n ? 2 * (size_t)n : 1, sizeof(grid_row));
        if (!rows) {
            grid->failed = true;
            return NULL;
        }
        grid->rows = rows;
    }
    grid->rows[n] = (grid_row){0};
    grid->n_rows++;
    return &grid->rows[n];
}

void app_grid_add_row(app_grid *grid)
{
    grid_row *row = add_row(grid);
    if (!row)
        return;
    row->cells = HWI_NEW_ARRAY(char *, (size_t)grid->n_columns);
    grid->failed = !row->cells;
}

void app_grid_set(app_grid *grid, int column, const char *text)
{
    if (!grid || grid->failed)
        return;
    HW_ASSERT(grid->n_rows > 0 && column < grid->n_columns);
    char **cell = &grid->rows[grid->n_rows - 1].cells[column];
    hwi_free(*cell);
    *cell = clean_copy(text, MAX_CELL_WIDTH);
    if (!*cell) {
        grid->failed = true;
        return;
    }
    int width = app_text_width(*cell);
    if (width > grid->columns[column].width)
        grid->columns[column].width = width;
}

void app_grid_add_note(app_grid *grid, const char *text)
{
    grid_row *row = add_row(grid);
    if (!row)
        return;
    row->note = clean_copy(text, 0);
    grid->failed = !row->note;
}

static void print_spaces(FILE *out, int n)
{
    if (n > 0)
        fprintf(out, "%*s", n, "");
}

/* A piece of text in its column, cut when it is wider; is_last leaves out the blanks at the end of
 * the line. */
static void print_cell(FILE *out, const char *text, size_t n_bytes, const grid_column *column,
                       bool is_last)
{
    HW_AUTO(char) *piece = hwi_strndup(text, n_bytes);
    HW_AUTO_BUFFER(cell);
    app_text_append_clean(&cell, piece ? piece : "", column->width);
    int pad = column->width - app_text_width(hwi_buffer_text(&cell));
    print_spaces(out, column->is_right ? pad : 0);
    fputs(hwi_buffer_text(&cell), out);
    print_spaces(out, column->is_right || is_last ? 0 : pad);
}

/* The columns of one block: the first of the grid, then begin..end-1. */
typedef struct block {
    int begin, end;
} block;

static int block_size(const block *b)
{
    return b->end - b->begin + 1;
}
static int block_column(const block *b, int i)
{
    return i == 0 ? 0 : b->begin + i - 1;
}

/* The piece of heading that stands on a line: [*out_begin, *out_end) of the text. */
static int heading_line(const grid_column *column, int line, const char **out_begin,
                        const char **out_end)
{
    const char *text = column->heading;
    for (int i = 0;; i++) {
        const char *begin = text, *end = text, *line_end = text;
        int width = 0;
        while (*text) {
            const char *before = text;
            int word = next_word(&text, &end);
            bool fits = line_end == begin || width + 1 + word <= column->width;
            if (!fits && i < MAX_HEADING_LINES - 1) {
                text = before;
                break;
            }
            width += word + (line_end != begin);
            line_end = end;
        }
        if (i == line || !*text) {
            *out_begin = begin;
            *out_end = i == line ? line_end : begin;
            return i == line ? width : 0;
        }
    }
}

static int n_heading_lines(const grid_column *column)
{
    int n = 0;
    const char *begin, *end;
    while (n < MAX_HEADING_LINES && (heading_line(column, n, &begin, &end), end > begin))
        n++;
    return n;
}

/* The same counted from above all headings: short ones stand at the bottom. */
static int heading_piece(const grid_column *column, int n_lines, int line, const char **out_begin,
                         const char **out_end)
{
    int own = line - (n_lines - n_heading_lines(column));
    if (own >= 0)
        return heading_line(column, own, out_begin, out_end);
    *out_begin = *out_end = "";
    return 0;
}

static void print_heading_line(const app_grid *grid, const block *b, int n_lines, int line,
                               FILE *out)
{
    const char *begin, *end;
    int n = block_size(b);
    /* No blanks at the end of the line. */
    while (n > 0 &&
           heading_piece(&grid->columns[block_column(b, n - 1)], n_lines, line, &begin, &end) == 0)
        n--;
    for (int i = 0; i < n; i++) {
        const grid_column *column = &grid->columns[block_column(b, i)];
        heading_piece(column, n_lines, line, &begin, &end);
        print_spaces(out, GAP);
        print_cell(out, begin, (size_t)(end - begin), column, i == n - 1);
    }
    fputc('\n', out);
}

static void print_headings(const app_grid *grid, const block *b, FILE *out)
{
    int n_lines = 0;
    for (int i = 0; i < block_size(b); i++) {
        int n = n_heading_lines(&grid->columns[block_column(b, i)]);
        n_lines = n > n_lines ? n : n_lines;
    }
    for (int line = 0; line < n_lines; line++)
        print_heading_line(grid, b, n_lines, line, out);
    for (int i = 0; i < block_size(b); i++) {
        print_spaces(out, GAP);
        for (int k = 0; k < grid->columns[block_column(b, i)].width; k++)
            fputs(app_text_is_utf8() ? "\u2500" : "-", out);
    }
    fputc('\n', out);
}

static void print_block(const app_grid *grid, const block *b, FILE *out)
{
    print_headings(grid, b, out);
    for (int64_t r = 0; r < grid->n_rows; r++) {
        const grid_row *row = &grid->rows[r];
        if (row->note) {
            fprintf(out, "%*s%s\n", GAP, "", row->note);
            continue;
        }
        int n = block_size(b);
        /* Empty cells at the end of a line would only leave blanks. */
        while (n > 1 && !row->cells[block_column(b, n - 1)])
            n--;
        for (int i = 0; i < n; i++) {
            const char *text = row->cells[block_column(b, i)];
            print_spaces(out, GAP);
            print_cell(out, text ? text : "", text ? strlen(text) : 0,
                       &grid->columns[block_column(b, i)], i == n - 1);
        }
        fputc('\n', out);
    }
}

/* A column that does not fit beside the first is cut. */
static void limit_widths(app_grid *grid, int columns)
{
    int most = columns / 2 - GAP;
    for (int c = 0; c < grid->n_columns; c++) {
        if (c == 1)
            most = columns - grid->columns[0].width - 2 * GAP;
        if (grid->columns[c].width > most && most > 0)
            grid->columns[c].width = most;
    }
}

hw_status app_grid_print(app_grid *grid, FILE *out, int columns, hw_error *err)
{
    if (!grid || grid->failed)
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    if (grid->n_columns == 0)
        return HW_OK;
    if (columns > 0)
        limit_widths(grid, columns);
    block b = {1, 1};
    do {
        int width = GAP + grid->columns[0].width;
        for (b.end = b.begin; b.end < grid->n_columns; b.end++) {
            width += GAP + grid->columns[b.end].width;
            if (columns > 0 && width > columns && b.end > b.begin)
                break;
        }
        if (b.begin > 1)
            fputc('\n', out);
        print_block(grid, &b, out);
        b.begin = b.end;
    } while (b.begin < grid->n_columns);
    return HW_OK;
}
