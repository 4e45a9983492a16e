/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/guess.h"

#include <string.h>

#include "base/parallel.h"
#include "frame/digits.h"
#include "frame/scanner.h"

enum {
    SAMPLE_BYTES = 1 << 15,
    MAX_SAMPLES = 32,
};

/* ---- types ---- */

/* One word beside other things: that table's word for missing, or its only level. */
static hwi_kind guess_beside_one_text(const hwi_cell_counts *c)
{
    if (c->n_times > c->n_numbers)
        return HWI_KIND_TIME;
    if (c->n_uuids > c->n_numbers)
        return HWI_KIND_ENUM;
    bool wins = c->n_numbers > c->n_texts || (c->n_numbers == c->n_texts && !c->has_zero);
    return wins ? HWI_KIND_NUMERIC : HWI_KIND_ENUM;
}

/* Several texts, and nothing else more often. */
static hwi_kind guess_texts(const hwi_cell_counts *c)
{
    /* 95 in 100 differ: names, notes, no categories */
    bool is_varied = c->n_distinct_texts * 20 >= c->n_texts * 19;
    if (c->n_texts == c->n_numbers)
        return !is_varied && c->has_zero ? HWI_KIND_ENUM : HWI_KIND_NUMERIC;
    if (!is_varied)
        return HWI_KIND_ENUM;
    bool is_tie = c->n_texts == c->n_times || c->n_texts == c->n_uuids;
    return is_tie ? HWI_KIND_NUMERIC : HWI_KIND_STRING;
}

hwi_kind hwi_guess_kind(const hwi_cell_counts *c)
{
    if (c->n_distinct_texts == 1)
        return guess_beside_one_text(c);
    if (c->n_texts > 0 && c->n_texts >= c->n_numbers && c->n_texts >= c->n_times &&
        c->n_texts >= c->n_uuids)
        return guess_texts(c);
    if (c->n_numbers >= c->n_times && c->n_numbers >= c->n_uuids)
        return HWI_KIND_NUMERIC;
    if (c->n_times == c->n_uuids)
        return HWI_KIND_ENUM;
    return c->n_times > c->n_uuids ? HWI_KIND_TIME : HWI_KIND_UUID;
}

typedef struct column_preview {
    hwi_cell_counts counts;
    hwi_dictionary texts;
} column_preview;

typedef struct preview {
    column_preview *columns;
    int32_t n_columns;
    hwi_buffer scratch;
} preview;

static void preview_clear(preview *v)
{
    for (int32_t i = 0; v->columns && i < v->n_columns; i++)
        hwi_dictionary_clear(&v->columns[i].texts);
    hwi_free(v->columns);
    hwi_buffer_clear(&v->scratch);
}

static bool is_given_missing(const hwi_plan_column *column, const hwi_cell *cell)
{
    for (int32_t i = 0; i < column->n_missing; i++)
        if (column->missing[i].n_bytes == cell->n_bytes &&
            memcmp(column->missing[i].bytes, cell->text, cell->n_bytes) == 0)
            return true;
    return false;
}

static hw_status count_cell(const hwi_plan_column *column, const hwi_cell *cell,
                            column_preview *out, hw_error *err)
{
    if ((cell->n_bytes == 0 && !cell->is_quoted) || is_given_missing(column, cell) ||
        hwi_cell_is_neutral(cell))
        return HW_OK;
    hwi_number number = hwi_cell_number(cell);
    int64_t ms;
    if (number.kind != HWI_NUMBER_NONE) {
        out->counts.n_numbers++;
        out->counts.has_zero |= number.kind == HWI_NUMBER_INT && number.i == 0;
    } else if (hwi_cell_time(cell, false, &ms)) {
        out->counts.n_times++;
    } else if (hwi_cell_is_uuid(cell)) {
        out->counts.n_uuids++;
    } else {
        out->counts.n_texts++;
        if (hwi_dictionary_add(&out->texts, cell->text, cell->n_bytes, INT32_MAX) < 0)
            HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    }
    return HW_OK;
}

static bool is_edge(char c)
{
    return c == ' ' || c == '\t';
}

/* Counts the cells that most cells are like: plain numbers, and texts that were met before. n bytes
 * at p, not quoted. Blanks at the end are left out: they count in quotes and nowhere else. */
static inline bool count_known_cell(const char *p, size_t n, const char *end, column_preview *out)
{
    if (n == 0)
        return true;
    int64_t mantissa;
    int n_decimals;
    bool may_be_number = *p <= '9'; /* no letter; the test costs less than trying */
    if (may_be_number && end - p >= HWI_DIGITS_READ_BYTES &&
        hwi_scan_digits(p, n, &mantissa, &n_decimals)) {
        out->counts.n_numbers++;
        out->counts.has_zero |= mantissa == 0;
        return true;
    }
    if (is_edge(p[n - 1]) || hwi_dictionary_find(&out->texts, p, n) < 0)
        return false;
    out->counts.n_texts++;
    return true;
}

/* Counts the cell at *position, which is column number i of its line, and moves *position to the
 * byte that ends it; to NULL when its quote stays open. */
static inline hw_status preview_cell(const hwi_plan *plan, int32_t i, hwi_scanner *scanner,
                                     preview *out, const char **position, hw_error *err)
{
    const hwi_dialect *dialect = &plan->dialect;
    const char *p = *position;
    const hwi_plan_column *column = i < plan->n_columns ? &plan->columns[i] : NULL;
    bool is_counted = column && !column->is_kind_given;
    if (dialect->separator != ' ' && !dialect->opens_specially[(uint8_t)*p]) {
        const char *end = hwi_scanner_next(scanner);
        *position = end;
        size_t n = (size_t)(end - p);
        if (!is_counted ||
            (column->n_missing == 0 && count_known_cell(p, n, scanner->end, &out->columns[i])))
            return HW_OK;
        hwi_cell cell = {p, n, false};
        return count_cell(column, &cell, &out->columns[i], err);
    }
    hwi_cell cell;
    *position = hwi_dialect_read_cell(dialect, p, scanner->end, &out->scratch, &cell);
    if (!*position)
        return HW_OK;
    if (dialect->separator != ' ')
        hwi_scanner_seek(scanner, *position + 1);
    if (!is_counted)
        return HW_OK;
    return count_cell(column, &cell, &out->columns[i], err);
}

/* Counts the cells of the line at *position, which is moved behind it. Lines that are ragged or end
 * in an open quote are left to the parser, which says so. */
static hw_status count_line(const hwi_plan *plan, hwi_scanner *scanner, preview *out,
                            const char **position, hw_error *err)
{
    const hwi_dialect *dialect = &plan->dialect;
    const char *p = *position;
    for (int32_t i = 0;; i++) {
        HW_TRY(preview_cell(plan, i, scanner, out, &p, err));
        if (!p || hwi_is_line_end(*p))
            break;
        p = hwi_dialect_skip_separator(dialect, p);
        if (dialect->separator == ' ' && hwi_is_line_end(*p))
            break;
    }
    *position = p ? hwi_skip_line_end(p) : NULL;
    return HW_OK;
}

/* A stretch of the text that is looked at: lines that begin in [begin, stop). */
typedef struct stretch {
    const char *begin, *stop, *end;
} stretch;

static hw_status count_lines(const hwi_plan *plan, const stretch *s, preview *out, hw_error *err)
{
    const char *p = s->begin;
    hwi_scanner scanner;
    hwi_scanner_init(&scanner, &plan->dialect, p, s->end);
    const char *scanned = p; /* where the scanner believes to be */
    while (p) {
        p = hwi_dialect_skip_idle_lines(&plan->dialect, p, s->end);
        if (p >= s->stop)
            break;
        if (p != scanned)
            hwi_scanner_seek(&scanner, p);
        HW_TRY(count_line(plan, &scanner, out, &p, err));
        scanned = p && p[-1] == '\n' && p[-2] == '\r' ? NULL : p; /* it stands before that LF */
    }
    return HW_OK;
}

/* ---- the preview, on several threads ---- */

typedef struct preview_work {
    const hwi_plan *plan;
    const stretch *stretches;
    preview *previews; /* one a worker */
} preview_work;

static hw_status preview_task(int64_t index, int worker, void *ctx, hw_error *err)
{
    const preview_work *work = ctx;
    preview *own = &work->previews[worker];
    if (!own->columns) {
        own->columns = HWI_NEW_ARRAY(column_preview, (size_t)work->plan->n_columns);
        HW_CHECK_ALLOC(err, own->columns);
        own->n_columns = work->plan->n_columns;
    }
    return count_lines(work->plan, &work->stretches[index], own, err);
}

/* The whole beginning of the text, then the first lines of some pieces. Returns how many;
 * there are never more than pieces. */
static int64_t choose_stretches(const hwi_piece_list *pieces, stretch *out)
{
    int64_t n = 0, k = 0;
    size_t n_read = 0;
    for (; k < pieces->n && n_read < HWI_PREVIEW_BYTES; k++) {
        const hwi_piece *piece = &pieces->items[k];
        size_t size = (size_t)(piece->end - piece->begin);
        size_t wanted = HWI_PREVIEW_BYTES - n_read < size ? HWI_PREVIEW_BYTES - n_read : size;
        out[n++] = (stretch){piece->begin, piece->begin + wanted, piece->end};
        n_read += wanted;
    }
    int64_t step = (pieces->n - k) / MAX_SAMPLES + 1;
    for (k += step - 1; k < pieces->n; k += step) {
        const hwi_piece *piece = &pieces->items[k];
        size_t size = (size_t)(piece->end - piece->begin);
        size_t wanted = size < SAMPLE_BYTES ? size : SAMPLE_BYTES;
        out[n++] = (stretch){piece->begin, piece->begin + wanted, piece->end};
    }
    return n;
}

/* Adds what one worker counted to what another did. */
static hw_status add_preview(preview *to, const preview *from, hw_error *err)
{
    for (int32_t i = 0; i < from->n_columns; i++) {
        hwi_cell_counts *sum = &to->columns[i].counts;
        const hwi_cell_counts *more = &from->columns[i].counts;
        sum->n_numbers += more->n_numbers;
        sum->n_texts += more->n_texts;
        sum->n_times += more->n_times;
        sum->n_uuids += more->n_uuids;
        sum->has_zero |= more->has_zero;
        const hwi_dictionary *texts = &from->columns[i].texts;
        for (int32_t k = 0; k < texts->n; k++)
            if (hwi_dictionary_add(&to->columns[i].texts, texts->texts[k].bytes,
                                   texts->texts[k].n_bytes, INT32_MAX) < 0)
                HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    }
    return hwi_buffer_check(&from->scratch, err);
}

static void set_kinds(hwi_plan *plan, preview *view, bool *out_has_values)
{
    *out_has_values = false;
    for (int32_t i = 0; i < plan->n_columns; i++) {
        hwi_cell_counts *counts = &view->columns[i].counts;
        if (plan->columns[i].is_kind_given)
            continue;
        counts->n_distinct_texts = view->columns[i].texts.n;
        hwi_kind kind = hwi_guess_kind(counts);
        plan->columns[i].kind = kind;
        *out_has_values |= (kind == HWI_KIND_NUMERIC && counts->n_numbers > 0) ||
                           kind == HWI_KIND_TIME || kind == HWI_KIND_UUID;
    }
}

/* What hwi_guess_kinds needs, so that it is freed on every way out. */
typedef struct guess_work {
    stretch *stretches;
    preview *previews;
    int n_workers;
} guess_work;

static void guess_work_clear(guess_work *work)
{
    for (int w = 0; work->previews && w < work->n_workers; w++)
        preview_clear(&work->previews[w]);
    hwi_free(work->previews);
    hwi_free(work->stretches);
}

hw_status hwi_guess_kinds(hwi_plan *plan, const hwi_piece_list *pieces, bool *out_has_values,
                          hw_error *err)
{
    __attribute__((cleanup(guess_work_clear))) guess_work work = {0};
    work.stretches = HWI_ALLOC_ARRAY(stretch, (size_t)pieces->n);
    HW_CHECK_ALLOC(err, work.stretches);
    int64_t n_stretches = choose_stretches(pieces, work.stretches);
    work.n_workers = hwi_parallel_n_threads(plan->n_threads);
    if (work.n_workers > n_stretches)
        work.n_workers = n_stretches > 0 ? (int)n_stretches : 1;
    work.previews = HWI_NEW_ARRAY(preview, (size_t)work.n_workers);
    HW_CHECK_ALLOC(err, work.previews);
    preview *sum = &work.previews[0];
    sum->columns = HWI_NEW_ARRAY(column_preview, (size_t)plan->n_columns);
    HW_CHECK_ALLOC(err, sum->columns);
    sum->n_columns = plan->n_columns;
    preview_work tasks = {plan, work.stretches, work.previews};
    HW_TRY(hwi_parallel_for(n_stretches, work.n_workers, preview_task, &tasks, err));
    HW_TRY(hwi_buffer_check(&sum->scratch, err));
    for (int w = 1; w < work.n_workers; w++)
        HW_TRY(add_preview(sum, &work.previews[w], err));
    set_kinds(plan, sum, out_has_values);
    return HW_OK;
}

/* ---- separator ---- */

/* Cells of the line at *p under a separator, and *p moved behind it; 0 when there is no line. */
static int32_t count_cells(const hwi_dialect *dialect, const char **p, const char *end,
                           hwi_buffer *scratch)
{
    *p = hwi_dialect_skip_idle_lines(dialect, *p, end);
    if (*p >= end)
        return 0;
    int32_t n = 0;
    const char *line_end = hwi_dialect_find_line_end(dialect, *p, end, scratch, &n);
    *p = line_end ? hwi_skip_line_end(line_end) : end;
    return line_end ? n : 0;
}

hw_status hwi_guess_separator(const char *p, const char *end, char *out, hw_error *err)
{
    static const char separators[] = {'\1', ',', '\t', ';', '|', ' '};
    HW_AUTO_BUFFER(scratch);
    char best = ',';
    int32_t n_best = 1;
    for (size_t i = 0; i < sizeof(separators); i++) {
        hwi_dialect dialect;
        hwi_dialect_init(&dialect, separators[i]);
        const char *at = p;
        int32_t first = count_cells(&dialect, &at, end, &scratch);
        int32_t second = count_cells(&dialect, &at, end, &scratch);
        HW_TRY(hwi_buffer_check(&scratch, err));
        if (first > 1 && first == second) {
            *out = separators[i];
            return HW_OK;
        }
        if (first > n_best) {
            n_best = first;
            best = separators[i];
        }
    }
    *out = best;
    return HW_OK;
}

/* ---- header ---- */

typedef struct line_look {
    int32_t n_cells;
    bool has_text;
    bool has_value; /* a number, a time or a UUID */
} line_look;

/* In a header "$5" and "-" are names: only plain numbers count. */
static bool is_value(const hwi_cell *cell)
{
    int64_t ms;
    char c = cell->n_bytes ? cell->text[0] : '\0';
    bool may_be_number = (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.';
    return (may_be_number && hwi_cell_number(cell).kind != HWI_NUMBER_NONE) ||
           hwi_cell_time(cell, false, &ms) || hwi_cell_is_uuid(cell);
}

static const char *look_at_line(const hwi_dialect *dialect, const char *p, const char *end,
                                hwi_buffer *scratch, line_look *out)
{
    *out = (line_look){0};
    p = hwi_dialect_skip_idle_lines(dialect, p, end);
    while (p < end) {
        hwi_cell cell;
        p = hwi_dialect_read_cell(dialect, p, end, scratch, &cell);
        if (!p)
            return end;
        bool value = is_value(&cell);
        out->n_cells++;
        out->has_value |= value;
        out->has_text |= !value && cell.n_bytes > 0;
        if (!hwi_is_line_end(*p))
            p = hwi_dialect_skip_separator(dialect, p);
        else
            break;
        if (dialect->separator == ' ' && hwi_is_line_end(*p))
            break;
    }
    return p < end ? hwi_skip_line_end(p) : end;
}

hw_status hwi_guess_header(const hwi_dialect *dialect, const char *p, const char *end,
                           hwi_header_guess *out, hw_error *err)
{
    HW_AUTO_BUFFER(scratch);
    line_look first, second;
    p = look_at_line(dialect, p, end, &scratch, &first);
    look_at_line(dialect, p, end, &scratch, &second);
    HW_TRY(hwi_buffer_check(&scratch, err));
    if (first.has_value || !first.has_text)
        *out = HWI_HEADER_NO;
    else if (second.n_cells == 0)
        *out = first.n_cells > 1 ? HWI_HEADER_YES : HWI_HEADER_NO;
    else
        *out = second.has_value ? HWI_HEADER_YES : HWI_HEADER_MAYBE;
    return HW_OK;
}
