/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/piece.h"

#include <math.h>
#include <string.h>

enum { SLAB_ALIGNMENT = 8 };

/* Cells on their way: int64_t, or the bits of a double where the column is real. */
static double as_double(int64_t bits)
{
    double d;
    memcpy(&d, &bits, sizeof(d));
    return d;
}

static int64_t as_bits(double d)
{
    int64_t bits;
    memcpy(&bits, &d, sizeof(bits));
    return bits;
}

/* What the functions below share while they parse one piece. */
typedef struct parser {
    const hwi_plan *plan;
    const hwi_source *source;
    const char *end;
    hwi_piece_worker *worker;
    size_t stride;
    int64_t n_rows;
} parser;

/* ---- the worker ---- */

hw_status hwi_piece_worker_init(hwi_piece_worker *worker, const hwi_plan *plan, hw_error *err)
{
    size_t n = (size_t)plan->n_columns;
    worker->dictionaries = HWI_NEW_ARRAY(hwi_dictionary, n);
    HW_CHECK_ALLOC(err, worker->dictionaries);
    worker->heaps = HWI_NEW_ARRAY(hwi_buffer, n);
    HW_CHECK_ALLOC(err, worker->heaps);
    worker->is_real = HWI_NEW_ARRAY(bool, n);
    HW_CHECK_ALLOC(err, worker->is_real);
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
    hwi_free(worker->is_real);
    hwi_free(worker->n_unreadable);
    hwi_free(worker->first_unreadable);
    hwi_buffer_clear(&worker->scratch);
    *worker = (hwi_piece_worker){0};
}

/* Each row takes at least a byte a column, which bounds the rows of a piece. */
static hw_status prepare(parser *p, const hwi_piece *piece, hw_error *err)
{
    hwi_piece_worker *worker = p->worker;
    size_t n_columns = (size_t)p->plan->n_columns;
    p->stride = (size_t)(piece->end - piece->begin) / n_columns + 2;
    size_t n_cells = p->stride * n_columns;
    if (n_cells > worker->n_cells) {
        hwi_free(worker->cells);
        worker->n_cells = 0;
        worker->cells = HWI_ALLOC_ARRAY(int64_t, n_cells);
        HW_CHECK_ALLOC(err, worker->cells);
        worker->n_cells = n_cells;
    }
    for (size_t i = 0; i < n_columns; i++) {
        worker->heaps[i].size = 0;
        worker->is_real[i] = false;
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

static inline int64_t *cell_at(const parser *p, int32_t column)
{
    return p->worker->cells + (size_t)column * p->stride + p->n_rows;
}

/* From the first value on that is no integer, the cells of the piece are doubles. */
static void make_real(const parser *p, int32_t column)
{
    int64_t *cells = p->worker->cells + (size_t)column * p->stride;
    for (int64_t i = 0; i < p->n_rows; i++)
        cells[i] = as_bits(cells[i] == HWI_INT_MISSING ? (double)NAN : (double)cells[i]);
    p->worker->is_real[column] = true;
}

static inline void put_number(const parser *p, int32_t column, hwi_number number)
{
    bool is_real = p->worker->is_real[column];
    if (number.kind == HWI_NUMBER_INT) {
        *cell_at(p, column) = is_real ? as_bits((double)number.i) : number.i;
        return;
    }
    if (!is_real)
        make_real(p, column);
    *cell_at(p, column) = as_bits(number.d);
}

static void put_missing(const parser *p, int32_t column)
{
    *cell_at(p, column) = p->worker->is_real[column] ? as_bits((double)NAN) : HWI_INT_MISSING;
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
        *cell_at(p, column) = code;
        return HW_OK;
    }
    int32_t code = hwi_dictionary_add(&p->worker->dictionaries[column], cell->text, cell->n_bytes,
                                      HWI_MAX_LEVELS);
    if (code == HWI_DICTIONARY_FULL)
        return fail_cell(p, column, at, "more than 10,000,000 levels; read it as string", err);
    if (code < 0)
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    *cell_at(p, column) = code;
    return HW_OK;
}

static void put_text(const parser *p, int32_t column, const hwi_cell *cell)
{
    hwi_buffer *heap = &p->worker->heaps[column];
    *cell_at(p, column) = (int64_t)heap->size;
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
static inline hw_status read_cell(const parser *p, int32_t i, const char **position, hw_error *err)
{
    const hwi_dialect *dialect = &p->plan->dialect;
    const hwi_plan_column *column = &p->plan->columns[i];
    const char *at = hwi_dialect_skip_blanks(dialect, *position);
    if (column->kind == HWI_KIND_NUMERIC && column->n_missing == 0) {
        int64_t mantissa;
        int n_decimals;
        const char *end = hwi_scan_plain_number(at, &mantissa, &n_decimals);
        if (end && dialect->ends_cell[(uint8_t)*end]) {
            hwi_number number = {HWI_NUMBER_INT, mantissa, 0};
            if (n_decimals)
                number = hwi_plain_number(mantissa, n_decimals);
            put_number(p, i, number);
            *position = end;
            return HW_OK;
        }
    }
    hwi_cell cell;
    const char *end = hwi_dialect_read_cell(dialect, at, p->end, &p->worker->scratch, &cell);
    if (!end)
        return fail_unterminated(p, at, err);
    *position = end;
    if (column->kind == HWI_KIND_SKIPPED)
        return HW_OK;
    return put_cell(p, i, &cell, at, err);
}

/* One line with cells; *position is its beginning, and behind its end afterwards. */
static hw_status read_row(parser *p, const char **position, hw_error *err)
{
    const hwi_dialect *dialect = &p->plan->dialect;
    const char *line = *position;
    const char *at = line;
    int32_t last = p->plan->n_columns - 1;
    for (int32_t i = 0; i <= last; i++) {
        HW_TRY(read_cell(p, i, &at, err));
        bool is_line_end = hwi_is_line_end(*at);
        if (!is_line_end && (i < last || dialect->separator == ' ')) {
            at = hwi_dialect_skip_separator(dialect, at);
            /* blanks at the end of the line separate nothing */
            is_line_end = dialect->separator == ' ' && hwi_is_line_end(*at);
        }
        if (is_line_end != (i == last))
            return fail_ragged(p, line, err);
    }
    *position = hwi_skip_line_end(at);
    p->n_rows++;
    return HW_OK;
}

/* ---- the result ---- */

static hwi_range range_of_reals(const int64_t *cells, int64_t n)
{
    hwi_range range = hwi_range_empty();
    range.has_reals = true;
    for (int64_t i = 0; i < n; i++) {
        double x = as_double(cells[i]);
        range.n_missing += isnan(x);
    }
    for (int64_t i = 0; i < n && range.all_integral; i++) {
        double x = as_double(cells[i]);
        range.all_integral = isnan(x) || (x == floor(x) && !isinf(x));
    }
    for (int64_t i = 0; i < n && range.fits_float; i++) {
        double x = as_double(cells[i]);
        range.fits_float = isnan(x) || (double)(float)x == x;
    }
    return range;
}

/* Chooses the store of every column and makes one slab for all of them. */
static hw_status plan_slab(const parser *p, hwi_piece_result *out, hw_error *err)
{
    size_t n_bytes = 0;
    for (int32_t i = 0; i < p->plan->n_columns; i++) {
        hwi_piece_column *column = &out->columns[i];
        if (p->plan->columns[i].kind == HWI_KIND_SKIPPED)
            continue;
        const int64_t *cells = p->worker->cells + (size_t)i * p->stride;
        if (p->worker->is_real[i]) {
            column->range = range_of_reals(cells, p->n_rows);
        } else {
            column->range = hwi_range_empty();
            hwi_range_add_ints(&column->range, cells, p->n_rows);
        }
        column->store = hwi_range_store(&column->range);
        size_t size = hwi_store_bytes(column->store) * (size_t)p->n_rows;
        n_bytes += (size + SLAB_ALIGNMENT - 1) / SLAB_ALIGNMENT * SLAB_ALIGNMENT;
    }
    out->n_bytes = n_bytes;
    out->slab = hwi_alloc_array(n_bytes, 1);
    HW_CHECK_ALLOC(err, out->slab);
    return HW_OK;
}

static hw_status take_heap(hwi_buffer *heap, hwi_piece_column *column, hw_error *err)
{
    HW_TRY(hwi_buffer_check(heap, err));
    if (heap->size == 0)
        return HW_OK;
    column->heap = hwi_alloc_array(heap->size, 1);
    HW_CHECK_ALLOC(err, column->heap);
    memcpy(column->heap, heap->data, heap->size);
    column->heap_bytes = heap->size;
    return HW_OK;
}

static hw_status make_result(const parser *p, hwi_piece_result *out, hw_error *err)
{
    HW_TRY(plan_slab(p, out, err));
    char *next = out->slab;
    for (int32_t i = 0; i < p->plan->n_columns; i++) {
        hwi_piece_column *column = &out->columns[i];
        if (p->plan->columns[i].kind == HWI_KIND_SKIPPED)
            continue;
        const int64_t *cells = p->worker->cells + (size_t)i * p->stride;
        column->values = next;
        if (p->worker->is_real[i])
            hwi_store_put_doubles(column->store, next, (const void *)cells, p->n_rows);
        else
            hwi_store_put_ints(column->store, next, cells, p->n_rows);
        size_t size = hwi_store_bytes(column->store) * (size_t)p->n_rows;
        next += (size + SLAB_ALIGNMENT - 1) / SLAB_ALIGNMENT * SLAB_ALIGNMENT;
        column->n_unreadable = p->worker->n_unreadable[i];
        column->first_unreadable = p->worker->first_unreadable[i];
        HW_TRY(take_heap(&p->worker->heaps[i], column, err));
        out->n_bytes += column->heap_bytes;
    }
    out->n_rows = p->n_rows;
    return HW_OK;
}

void hwi_piece_result_clear(hwi_piece_result *result, const hwi_plan *plan)
{
    for (int32_t i = 0; result->columns && i < plan->n_columns; i++)
        hwi_free(result->columns[i].heap);
    hwi_free(result->columns);
    hwi_free(result->slab);
    *result = (hwi_piece_result){0};
}

hw_status hwi_piece_parse(const hwi_plan *plan, const hwi_source *source, const hwi_piece *piece,
                          hwi_piece_worker *worker, hwi_piece_result *out, hw_error *err)
{
    parser p = {.plan = plan, .source = source, .end = piece->end, .worker = worker};
    HW_TRY(prepare(&p, piece, err));
    const char *at = piece->begin;
    for (;;) {
        at = hwi_dialect_skip_idle_lines(&plan->dialect, at, piece->end);
        if (at >= piece->end)
            break;
        HW_TRY(read_row(&p, &at, err));
    }
    HW_TRY(hwi_buffer_check(&worker->scratch, err));
    out->columns = HWI_NEW_ARRAY(hwi_piece_column, (size_t)plan->n_columns);
    HW_CHECK_ALLOC(err, out->columns);
    return make_result(&p, out, err);
}
