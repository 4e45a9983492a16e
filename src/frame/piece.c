/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/piece.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "frame/digits.h"
#include "frame/scanner.h"

/* What the functions below share while they parse one piece. */
typedef struct parser {
    const hwi_plan *plan;
    const hwi_source *source;
    const char *end;
    hwi_piece_worker *worker;
    int64_t n_rows;
    hwi_scanner scanner;
} parser;

/* ---- the worker ---- */

/* From the last column to the first: where runs of plainly numeric columns end. The last column
 * belongs to none, since another sign ends it. */
static void find_runs(const hwi_plan *plan, int32_t *run_ends)
{
    for (int32_t i = plan->n_columns - 1; i >= 0; i--) {
        const hwi_plan_column *column = &plan->columns[i];
        bool is_plain = column->kind == HWI_KIND_NUMERIC && column->n_missing == 0;
        bool is_last = i == plan->n_columns - 1;
        bool joins = !is_last && run_ends[i + 1] > i + 1;
        run_ends[i] = !is_plain || is_last ? i : joins ? run_ends[i + 1] : i + 1;
    }
}

hw_status hwi_piece_worker_init(hwi_piece_worker *worker, const hwi_plan *plan, hw_error *err)
{
    size_t n = (size_t)plan->n_columns;
    worker->dictionaries = HWI_NEW_ARRAY(hwi_dictionary, n);
    HW_CHECK_ALLOC(err, worker->dictionaries);
    worker->heaps = HWI_NEW_ARRAY(hwi_buffer, n);
    HW_CHECK_ALLOC(err, worker->heaps);
    worker->forms = HWI_NEW_ARRAY(hwi_cell_form, n);
    HW_CHECK_ALLOC(err, worker->forms);
    worker->run_ends = HWI_NEW_ARRAY(int32_t, n);
    HW_CHECK_ALLOC(err, worker->run_ends);
    find_runs(plan, worker->run_ends);
    worker->n_unreadable = HWI_NEW_ARRAY(int64_t, n);
    HW_CHECK_ALLOC(err, worker->n_unreadable);
    worker->first_unreadable = HWI_NEW_ARRAY(const char *, n);
    HW_CHECK_ALLOC(err, worker->first_unreadable);
    return HW_OK;
}

void hwi_piece_worker_clear(hwi_piece_worker *worker, const hwi_plan *plan)
{
    for (int32_t i = 0; i < plan->n_columns; i++) {
        if (worker->dictionaries)
            hwi_dictionary_clear(&worker->dictionaries[i]);
        if (worker->heaps)
            hwi_buffer_clear(&worker->heaps[i]);
    }
    hwi_free(worker->cells);
    hwi_free(worker->dictionaries);
    hwi_free(worker->heaps);
    hwi_free(worker->forms);
    hwi_free(worker->run_ends);
    hwi_free(worker->n_unreadable);
    hwi_free(worker->first_unreadable);
    hwi_buffer_clear(&worker->scratch);
    *worker = (hwi_piece_worker){0};
}

/* At most so many rows begin in the piece: each ends with a line end of its own, but perhaps the
 * last. */
static size_t count_lines(const hwi_piece *piece)
{
    enum { SPAN = 128 }; /* counts stay in a byte, which makes the loop one of vectors */
    size_t n = 1;
    const char *p = piece->begin;
    for (; piece->end - p >= SPAN; p += SPAN) {
        uint8_t n_here = 0;
        for (int i = 0; i < SPAN; i++)
            n_here += (p[i] == '\n') | (p[i] == '\r');
        n += n_here;
    }
    for (; p < piece->end; p++)
        n += hwi_is_line_end(*p);
    return n;
}

static hw_status prepare(parser *p, const hwi_piece *piece, hw_error *err)
{
    hwi_piece_worker *worker = p->worker;
    size_t n_columns = (size_t)p->plan->n_columns;
    /* An odd number of cache lines from column to column, so that the cells of a row do not all
     * compete for the same places in the cache. */
    worker->stride = (count_lines(piece) + 15) / 16 * 16 + 8;
    size_t n_cells = worker->stride * n_columns;
    if (n_cells > worker->n_cells) {
        hwi_free(worker->cells);
        worker->n_cells = 0;
        worker->cells = hwi_alloc_array(n_cells, sizeof(int64_t));
        HW_CHECK_ALLOC(err, worker->cells);
        worker->n_cells = n_cells;
    }
    for (size_t i = 0; i < n_columns; i++) {
        hwi_kind kind = p->plan->columns[i].kind;
        bool is_text = kind == HWI_KIND_STRING || kind == HWI_KIND_UUID;
        worker->heaps[i].size = 0;
        worker->forms[i] = is_text || kind == HWI_KIND_TIME ? HWI_CELLS_INT64 : HWI_CELLS_INT32;
        worker->n_unreadable[i] = 0;
        worker->first_unreadable[i] = NULL;
    }
    return HW_OK;
}

/* ---- errors ---- */

static hw_status fail_unterminated(const parser *p, const char *cell, hw_error *err)
{
    HW_FAIL(err, HW_EDATA, NULL, "%s: line %lld: a quote opens here and never closes",
            p->source->path, (long long)hwi_source_line(p->source, cell));
}

static hw_status fail_ragged(const parser *p, const char *line, hw_error *err)
{
    int32_t n = 0;
    const char *end =
        hwi_dialect_find_line_end(&p->plan->dialect, line, p->end, &p->worker->scratch, &n);
    if (!end)
        return fail_unterminated(p, line, err);
    HW_FAIL(err, HW_EDATA, NULL, "%s: line %lld: %d field%s where the table has %d column%s",
            p->source->path, (long long)hwi_source_line(p->source, line), n, n == 1 ? "" : "s",
            p->plan->n_columns, p->plan->n_columns == 1 ? "" : "s");
}

static hw_status fail_cell(const parser *p, int32_t column, const char *cell, const char *what,
                           hw_error *err)
{
    const char *name = p->plan->columns[column].name;
    HW_FAIL(err, HW_EDATA, name, "%s: line %lld, column '%s': %s", p->source->path,
            (long long)hwi_source_line(p->source, cell), name, what);
}

/* ---- cells ---- */

/* From the end, since the wider cells lie over the narrow ones. */
static void widen_to_int64(const parser *p, int32_t column)
{
    const int32_t *from = HWI_PIECE_CELLS(p->worker, column);
    int64_t *to = HWI_PIECE_CELLS(p->worker, column);
    for (int64_t i = p->n_rows - 1; i >= 0; i--) {
        int32_t x = from[i];
        to[i] = x == INT32_MIN ? HWI_INT_MISSING : x;
    }
    p->worker->forms[column] = HWI_CELLS_INT64;
}

static void widen_to_double(const parser *p, int32_t column)
{
    if (p->worker->forms[column] == HWI_CELLS_INT32)
        widen_to_int64(p, column);
    const int64_t *from = HWI_PIECE_CELLS(p->worker, column);
    double *to = HWI_PIECE_CELLS(p->worker, column);
    for (int64_t i = 0; i < p->n_rows; i++) {
        int64_t x = from[i];
        to[i] = x == HWI_INT_MISSING ? (double)NAN : (double)x;
    }
    p->worker->forms[column] = HWI_CELLS_DOUBLE;
}

/* An integer that does not fit the cells as they are. */
static void put_wide_int(const parser *p, int32_t column, int64_t x)
{
    if (p->worker->forms[column] == HWI_CELLS_INT32)
        widen_to_int64(p, column);
    if (p->worker->forms[column] == HWI_CELLS_INT64)
        ((int64_t *)HWI_PIECE_CELLS(p->worker, column))[p->n_rows] = x;
    else
        ((double *)HWI_PIECE_CELLS(p->worker, column))[p->n_rows] = (double)x;
}

static inline void put_int(const parser *p, int32_t column, int64_t x)
{
    if (p->worker->forms[column] == HWI_CELLS_INT32 && x > INT32_MIN && x <= INT32_MAX)
        ((int32_t *)HWI_PIECE_CELLS(p->worker, column))[p->n_rows] = (int32_t)x;
    else
        put_wide_int(p, column, x);
}

static inline void put_number(const parser *p, int32_t column, hwi_number number)
{
    if (number.kind == HWI_NUMBER_INT) {
        put_int(p, column, number.i);
        return;
    }
    if (p->worker->forms[column] != HWI_CELLS_DOUBLE)
        widen_to_double(p, column);
    ((double *)HWI_PIECE_CELLS(p->worker, column))[p->n_rows] = number.d;
}

static void put_missing(const parser *p, int32_t column)
{
    void *cells = HWI_PIECE_CELLS(p->worker, column);
    switch (p->worker->forms[column]) {
    case HWI_CELLS_INT32:
        ((int32_t *)cells)[p->n_rows] = INT32_MIN;
        return;
    case HWI_CELLS_INT64:
        ((int64_t *)cells)[p->n_rows] = HWI_INT_MISSING;
        return;
    case HWI_CELLS_DOUBLE:
        ((double *)cells)[p->n_rows] = (double)NAN;
    }
}

static void put_unreadable(const parser *p, int32_t column, const hwi_cell *cell, const char *at)
{
    put_missing(p, column);
    if (hwi_cell_is_missing_word(cell))
        return;
    if (p->worker->n_unreadable[column]++ == 0)
        p->worker->first_unreadable[column] = at;
}

static bool is_missing(const hwi_plan_column *column, const hwi_cell *cell)
{
    if (cell->n_bytes == 0 && !cell->is_quoted)
        return true;
    for (int32_t i = 0; i < column->n_missing; i++)
        if (column->missing[i].n_bytes == cell->n_bytes &&
            memcmp(column->missing[i].bytes, cell->text, cell->n_bytes) == 0)
            return true;
    return false;
}

static hw_status put_level(const parser *p, int32_t column, const hwi_cell *cell, const char *at,
                           hw_error *err)
{
    const hwi_dictionary *declared = &p->plan->columns[column].declared;
    if (declared->n) {
        int32_t code = hwi_dictionary_find(declared, cell->text, cell->n_bytes);
        if (code < 0)
            return fail_cell(p, column, at, "a level that the attribute does not declare", err);
        put_int(p, column, code);
        return HW_OK;
    }
    int32_t code = hwi_dictionary_add(&p->worker->dictionaries[column], cell->text, cell->n_bytes,
                                      HWI_MAX_LEVELS);
    if (code == HWI_DICTIONARY_FULL)
        return fail_cell(p, column, at, "more than 10,000,000 levels; read it as string", err);
    if (code < 0)
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    put_int(p, column, code);
    return HW_OK;
}

static void put_text(const parser *p, int32_t column, const hwi_cell *cell)
{
    hwi_buffer *heap = &p->worker->heaps[column];
    put_int(p, column, (int64_t)heap->size);
    hwi_buffer_append(heap, cell->text, cell->n_bytes);
    hwi_buffer_append_char(heap, '\0');
}

static void put_numeric(const parser *p, int32_t column, const hwi_cell *cell, const char *at)
{
    hwi_number number = hwi_cell_number(cell);
    if (number.kind == HWI_NUMBER_NONE)
        put_unreadable(p, column, cell, at);
    else
        put_number(p, column, number);
}

/* Numbers in a time column are milliseconds. */
static void put_time(const parser *p, int32_t column, const hwi_cell *cell, const char *at)
{
    hwi_number number = {HWI_NUMBER_INT, 0, 0};
    if (hwi_cell_time(cell, p->plan->columns[column].is_kind_given, &number.i))
        put_number(p, column, number);
    else
        put_numeric(p, column, cell, at);
}

static void put_uuid(const parser *p, int32_t column, const hwi_cell *cell, const char *at)
{
    hwi_cell trimmed = hwi_cell_trim(cell);
    if (hwi_cell_is_uuid(cell))
        put_text(p, column, &trimmed);
    else
        put_unreadable(p, column, cell, at);
}

/* `at` is where the cell stands in the source. */
static hw_status put_cell(const parser *p, int32_t i, const hwi_cell *cell, const char *at,
                          hw_error *err)
{
    const hwi_plan_column *column = &p->plan->columns[i];
    if (is_missing(column, cell)) {
        put_missing(p, i);
        return HW_OK;
    }
    switch (column->kind) {
    case HWI_KIND_NUMERIC:
        put_numeric(p, i, cell, at);
        return HW_OK;
    case HWI_KIND_TIME:
        put_time(p, i, cell, at);
        return HW_OK;
    case HWI_KIND_ENUM:
        return put_level(p, i, cell, at, err);
    case HWI_KIND_UUID:
        put_uuid(p, i, cell, at);
        return HW_OK;
    default:
        put_text(p, i, cell);
        return HW_OK;
    }
}

/* Reads the cell at *position into column i and leaves *position at the byte that ends it. */
static hw_status read_cell(const parser *p, int32_t i, const char **position, hw_error *err)
{
    const hwi_dialect *dialect = &p->plan->dialect;
    const char *at = hwi_dialect_skip_blanks(dialect, *position);
    hwi_cell cell;
    const char *end = hwi_dialect_read_cell(dialect, at, p->end, &p->worker->scratch, &cell);
    if (!end)
        return fail_unterminated(p, at, err);
    *position = end;
    if (p->plan->columns[i].kind == HWI_KIND_SKIPPED)
        return HW_OK;
    return put_cell(p, i, &cell, at, err);
}

/* The cell [at, end) when it is a plain number or a missing one and its column has no missing
 * texts of its own. */
static inline bool put_plain_number(const parser *p, int32_t i, const char *at, const char *end)
{
    int64_t mantissa;
    int n_decimals;
    if (at == end) {
        put_missing(p, i);
        return true;
    }
    if (p->scanner.end - at < HWI_DIGITS_READ_BYTES ||
        !hwi_scan_digits(at, (size_t)(end - at), &mantissa, &n_decimals))
        return false;
    if (n_decimals == 0)
        put_int(p, i, mantissa);
    else if (p->worker->forms[i] == HWI_CELLS_DOUBLE && llabs(mantissa) <= HWI_EXACT_INTEGER)
        ((double *)HWI_PIECE_CELLS(p->worker, i))[p->n_rows] =
            (double)mantissa / hwi_powers_of_ten[n_decimals];
    else
        put_number(p, i, hwi_plain_number(mantissa, n_decimals));
    return true;
}

/* The same as read_cell for a cell that the scanner has found to be [at, *position) if it is not
 * quoted. */
static hw_status take_cell(parser *p, int32_t i, const char *at, const char **position,
                           hw_error *err)
{
    const hwi_plan_column *column = &p->plan->columns[i];
    if (p->plan->dialect.opens_specially[(uint8_t)*at]) {
        *position = at;
        HW_TRY(read_cell(p, i, position, err));
        hwi_scanner_seek(&p->scanner, *position + 1);
        return HW_OK;
    }
    if (column->kind == HWI_KIND_NUMERIC && column->n_missing == 0 &&
        put_plain_number(p, i, at, *position))
        return HW_OK;
    if (column->kind == HWI_KIND_SKIPPED)
        return HW_OK;
    hwi_cell cell = {at, (size_t)(*position - at), false};
    return put_cell(p, i, &cell, at, err);
}

/* Reads cells of one to eight digits from column i, whose cell begins at *position, to before
 * column `stop`. Returns the column of the first cell that is something else and leaves *position
 * at its beginning. What most cells of most tables are, so there is nothing here but this. */
static inline int32_t scan_small_integers(parser *p, int32_t i, int32_t stop, const char **position)
{
    hwi_scanner scanner = p->scanner;
    const char *at = *position;
    const char *safe_end = scanner.end - sizeof(uint64_t);
    const size_t column_bytes = p->worker->stride * sizeof(int64_t);
    char *cell = p->worker->cells + (size_t)i * column_bytes + (size_t)p->n_rows * sizeof(int32_t);
    for (; i < stop; i++, cell += column_bytes) {
        hwi_scanner before = scanner;
        const char *end = hwi_scanner_next(&scanner);
        size_t n = (size_t)(end - at);
        uint64_t value;
        if (n - 1 >= sizeof(uint64_t) || at > safe_end || *end != scanner.separator ||
            p->worker->forms[i] != HWI_CELLS_INT32 ||
            !hwi_digits_value(hwi_load_le64(at), (unsigned)n, &value)) {
            scanner = before;
            break;
        }
        *(int32_t *)(void *)cell = (int32_t)value;
        at = end + 1;
    }
    p->scanner = scanner;
    *position = at;
    return i;
}

/* One line with cells; *position is its beginning, and behind its end afterwards. */
static hw_status scan_row(parser *p, const char **position, hw_error *err)
{
    const char *line = *position;
    const char *at = line;
    int32_t last = p->plan->n_columns - 1;
    for (int32_t i = 0;; i++) {
        if (p->worker->run_ends[i] > i)
            i = scan_small_integers(p, i, p->worker->run_ends[i], &at);
        const char *end = hwi_scanner_next(&p->scanner);
        HW_TRY(take_cell(p, i, at, &end, err));
        bool is_line_end = *end != p->scanner.separator;
        if (is_line_end != (i == last))
            return fail_ragged(p, line, err);
        at = end;
        if (is_line_end)
            break;
        at++;
    }
    *position = hwi_skip_line_end(at);
    if (*position != at + 1)
        hwi_scanner_next(&p->scanner); /* the LF behind the CR */
    p->n_rows++;
    return HW_OK;
}

/* The same where blanks separate, several as well as one. */
static hw_status read_blank_separated_row(parser *p, const char **position, hw_error *err)
{
    const hwi_dialect *dialect = &p->plan->dialect;
    const char *line = *position;
    const char *at = line;
    int32_t last = p->plan->n_columns - 1;
    for (int32_t i = 0; i <= last; i++) {
        HW_TRY(read_cell(p, i, &at, err));
        bool is_line_end = hwi_is_line_end(*at);
        if (!is_line_end) {
            at = hwi_dialect_skip_separator(dialect, at);
            /* blanks at the end of the line separate nothing */
            is_line_end = hwi_is_line_end(*at);
        }
        if (is_line_end != (i == last))
            return fail_ragged(p, line, err);
    }
    *position = hwi_skip_line_end(at);
    p->n_rows++;
    return HW_OK;
}

hw_status hwi_piece_parse(const hwi_plan *plan, const hwi_source *source, const hwi_piece *piece,
                          hwi_piece_worker *worker, hwi_piece_result *out, hw_error *err)
{
    parser p = {.plan = plan, .source = source, .end = piece->end, .worker = worker};
    HW_TRY(prepare(&p, piece, err));
    hwi_scanner_init(&p.scanner, &plan->dialect, piece->begin, source->end);
    const char *at = piece->begin;
    for (;;) {
        const char *line = hwi_dialect_skip_idle_lines(&plan->dialect, at, piece->end);
        if (line >= piece->end)
            break;
        if (line != at)
            hwi_scanner_seek(&p.scanner, line);
        at = line;
        if (plan->dialect.separator == ' ')
            HW_TRY(read_blank_separated_row(&p, &at, err));
        else
            HW_TRY(scan_row(&p, &at, err));
    }
    HW_TRY(hwi_buffer_check(&worker->scratch, err));
    return hwi_piece_make_result(plan, worker, p.n_rows, out, err);
}
