/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/guess.h"

#include <string.h>

enum {
    PREVIEW_BYTES = 1 << 22,
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
        out->counts.n_distinct_texts = out->texts.n;
    }
    return HW_OK;
}

/* Lines that are ragged or end in an open quote are left to the parser, which says so. */
static hw_status count_lines(const hwi_plan *plan, const char *p, const char *stop, const char *end,
                             preview *out, hw_error *err)
{
    const hwi_dialect *dialect = &plan->dialect;
    for (;;) {
        p = hwi_dialect_skip_idle_lines(dialect, p, end);
        if (p >= stop)
            return HW_OK;
        for (int32_t i = 0;; i++) {
            hwi_cell cell;
            p = hwi_dialect_read_cell(dialect, p, end, &out->scratch, &cell);
            if (!p)
                return HW_OK;
            if (i < plan->n_columns && !plan->columns[i].is_kind_given)
                HW_TRY(count_cell(&plan->columns[i], &cell, &out->columns[i], err));
            if (hwi_is_line_end(*p))
                break;
            p = hwi_dialect_skip_separator(dialect, p);
            if (dialect->separator == ' ' && hwi_is_line_end(*p))
                break;
        }
        p = hwi_skip_line_end(p);
    }
}

hw_status hwi_guess_kinds(hwi_plan *plan, const hwi_piece_list *pieces, bool *out_has_values,
                          hw_error *err)
{
    __attribute__((cleanup(preview_clear))) preview view = {.n_columns = plan->n_columns};
    view.columns = HWI_NEW_ARRAY(column_preview, (size_t)plan->n_columns);
    HW_CHECK_ALLOC(err, view.columns);
    size_t n_read = 0;
    int64_t k = 0;
    for (; k < pieces->n && n_read < PREVIEW_BYTES; k++) {
        const hwi_piece *piece = &pieces->items[k];
        size_t size = (size_t)(piece->end - piece->begin);
        size_t wanted = PREVIEW_BYTES - n_read < size ? PREVIEW_BYTES - n_read : size;
        HW_TRY(count_lines(plan, piece->begin, piece->begin + wanted, piece->end, &view, err));
        n_read += wanted;
    }
    int64_t step = (pieces->n - k) / MAX_SAMPLES + 1;
    for (k += step - 1; k < pieces->n; k += step) {
        const hwi_piece *piece = &pieces->items[k];
        size_t size = (size_t)(piece->end - piece->begin);
        size_t wanted = size < SAMPLE_BYTES ? size : SAMPLE_BYTES;
        HW_TRY(count_lines(plan, piece->begin, piece->begin + wanted, piece->end, &view, err));
    }
    HW_TRY(hwi_buffer_check(&view.scratch, err));
    *out_has_values = false;
    for (int32_t i = 0; i < plan->n_columns; i++) {
        const hwi_cell_counts *counts = &view.columns[i].counts;
        if (plan->columns[i].is_kind_given)
            continue;
        hwi_kind kind = hwi_guess_kind(counts);
        plan->columns[i].kind = kind;
        *out_has_values |= (kind == HWI_KIND_NUMERIC && counts->n_numbers > 0) ||
                           kind == HWI_KIND_TIME || kind == HWI_KIND_UUID;
    }
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
