/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/cut.h"

#include <string.h>

#include "base/parallel.h"

typedef struct raw_piece {
    const char *begin, *end;
    char open_quote; /* the quote open at the end when it begins at the beginning of a line, or 0 */
} raw_piece;

typedef struct cut_work {
    const hwi_dialect *dialect;
    const hwi_source *source;
    raw_piece *pieces;
} cut_work;

/* The last line end in [p, end), or NULL. */
static const char *find_last_line_end(const char *p, const char *end)
{
    const char *lf = memrchr(p, '\n', (size_t)(end - p));
    const char *from = lf ? lf : p;
    const char *cr = memrchr(from, '\r', (size_t)(end - from));
    return cr ? cr : lf;
}

static const char *find_line_end(const char *p, const char *end)
{
    const char *lf = memchr(p, '\n', (size_t)(end - p));
    const char *stop = lf ? lf : end;
    const char *cr = memchr(p, '\r', (size_t)(stop - p));
    return cr ? cr : stop;
}

static const char *find_quote(const hwi_dialect *dialect, const char *p, const char *end)
{
    const char *found = memchr(p, '"', (size_t)(end - p));
    if (!dialect->has_single_quotes)
        return found;
    const char *single = memchr(p, '\'', (size_t)((found ? found : end) - p));
    return single ? single : found;
}

/* Behind the quote that closes, or NULL; the twin of hwi_dialect_read_quoted. */
static const char *skip_quoted(const hwi_dialect *dialect, const char *p, const char *end,
                               char quote)
{
    while (p < end) {
        const char *special = memchr(p, quote, (size_t)(end - p));
        if (dialect->has_single_quotes) {
            const char *stop = special ? special : end;
            const char *backslash = memchr(p, '\\', (size_t)(stop - p));
            special = backslash ? backslash : special;
        }
        if (!special)
            return NULL;
        bool is_pair = *special != quote || (special + 1 < end && special[1] == quote);
        if (!is_pair)
            return special + 1;
        p = special + 2;
    }
    return NULL;
}

/* A quote opens when nothing but blanks lies between it and a separator, a line end or floor, if
 * that is the beginning of a line. Before floor the bytes stand in quotes. */
static bool opens_cell(const hwi_dialect *dialect, const char *quote, const char *floor,
                       bool floor_is_line)
{
    const char *p = quote;
    while (p > floor && dialect->is_blank[(uint8_t)p[-1]])
        p--;
    return p == floor ? floor_is_line : dialect->ends_cell[(uint8_t)p[-1]];
}

static bool is_comment(const hwi_dialect *dialect, const char *line)
{
    while (*line == ' ' || dialect->is_blank[(uint8_t)*line])
        line++;
    return dialect->comment && *line == dialect->comment;
}

/* The quote that is open at end, or 0, when p is the beginning of a line. */
static char find_open_quote(const hwi_dialect *dialect, const char *p, const char *end)
{
    const char *floor = p;
    const char *line = p; /* NULL when the line holds quoted cells before, and so is no comment */
    bool floor_is_line = true;
    while (p < end) {
        const char *quote = find_quote(dialect, p, end);
        if (!quote)
            return 0;
        const char *line_end = find_last_line_end(p, quote);
        if (line_end)
            line = line_end + 1;
        if (line && is_comment(dialect, line)) {
            p = find_line_end(quote, end);
            continue;
        }
        char c = *quote;
        p = quote + 1;
        if (!opens_cell(dialect, quote, floor, floor_is_line))
            continue;
        p = skip_quoted(dialect, p, end, c);
        if (!p)
            return c;
        floor = p;
        floor_is_line = false;
        line = NULL;
    }
    return 0;
}

/* For a piece that begins inside quotes: its first beginning of a line, or NULL with the quote that
 * is open at its end. */
static const char *find_first_line(const hwi_dialect *dialect, const raw_piece *piece, char *quote)
{
    const char *p = skip_quoted(dialect, piece->begin, piece->end, *quote);
    const char *floor = p;
    while (p) {
        const char *line_end = find_line_end(p, piece->end);
        const char *next = find_quote(dialect, p, line_end);
        if (!next && line_end == piece->end) {
            *quote = 0;
            return NULL; /* the text ends in this line */
        }
        if (!next)
            return hwi_skip_line_end(line_end);
        p = next + 1;
        if (!opens_cell(dialect, next, floor, false))
            continue;
        *quote = *next;
        p = skip_quoted(dialect, p, piece->end, *next);
        floor = p;
    }
    return NULL;
}

static hw_status scan_piece(int64_t index, int worker, void *ctx, hw_error *err)
{
    (void)worker;
    const cut_work *work = ctx;
    raw_piece *piece = &work->pieces[index];
    HW_TRY(hwi_source_check_bytes(work->source, piece->begin, piece->end, err));
    piece->open_quote = find_open_quote(work->dialect, piece->begin, piece->end);
    return HW_OK;
}

/* Raw pieces end behind line ends, whether these stand in quotes or not. */
static int64_t cut_raw(const char *begin, const char *end, size_t piece_bytes, raw_piece *out)
{
    int64_t n = 0;
    while (begin < end) {
        const char *stop = end;
        if ((size_t)(end - begin) > piece_bytes) {
            const char *line_end = find_line_end(begin + piece_bytes, end);
            if (line_end < end)
                stop = hwi_skip_line_end(line_end);
        }
        if (stop > end) /* the CR at the very end and the newline behind the text */
            stop = end;
        out[n++] = (raw_piece){begin, stop, 0};
        begin = stop;
    }
    return n;
}

static void append_piece(hwi_piece_list *list, int32_t source, const char *begin, const char *end)
{
    if (begin < end)
        list->items[list->n++] = (hwi_piece){source, begin, end};
}

/* Passes the state along and moves the borders to beginnings of lines. */
static void join_pieces(const hwi_dialect *dialect, raw_piece *raw, int64_t n_raw,
                        int32_t source_number, hwi_piece_list *list)
{
    const char *begin = raw[0].begin;
    char quote = 0;
    for (int64_t i = 0; i < n_raw; i++) {
        const char *line = raw[i].begin;
        if (quote) {
            line = find_first_line(dialect, &raw[i], &quote);
            if (!line)
                continue;
            raw[i].open_quote = find_open_quote(dialect, line, raw[i].end);
        }
        append_piece(list, source_number, begin, line);
        begin = line;
        quote = raw[i].open_quote;
    }
    append_piece(list, source_number, begin, raw[n_raw - 1].end);
}

hw_status hwi_cut(const hwi_dialect *dialect, const hwi_source *source, int32_t source_number,
                  const char *begin, size_t piece_bytes, int n_threads, hwi_piece_list *list,
                  hw_error *err)
{
    if (begin >= source->end)
        return HW_OK;
    if (piece_bytes == 0)
        piece_bytes = HWI_PIECE_BYTES;
    size_t most = (size_t)(source->end - begin) / piece_bytes + 1;
    raw_piece *raw = HWI_ALLOC_ARRAY(raw_piece, most);
    HW_CHECK_ALLOC(err, raw);
    hwi_piece *items =
        hwi_realloc_array(list->items, (size_t)list->n, (size_t)list->n + most, sizeof(*items));
    if (!items) {
        hwi_free(raw);
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    }
    list->items = items;
    int64_t n_raw = cut_raw(begin, source->end, piece_bytes, raw);
    cut_work work = {dialect, source, raw};
    hw_status status = hwi_parallel_for(n_raw, n_threads, scan_piece, &work, err);
    if (status == HW_OK)
        join_pieces(dialect, raw, n_raw, source_number, list);
    hwi_free(raw);
    return status;
}

void hwi_piece_list_clear(hwi_piece_list *list)
{
    hwi_free(list->items);
    *list = (hwi_piece_list){0};
}
