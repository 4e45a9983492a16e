/* SPDX-License-Identifier: Apache-2.0
 *
 * SVMLight: "target index:value index:value ... # remark", indices from 1 and rising, absent ones
 * zero. Index i becomes column C(i+1), the target C1. The entries are sorted by column first, so
 * that only one column at a time is dense and wide. */
#include <stdio.h>
#include <string.h>

#include "frame/as_factors.h"
#include "frame/frame.h"
#include "frame/parse.h"

enum { PROBE_LINES = 20 };

static const int64_t MAX_INDEX = HWI_MAX_COLUMNS - 1;

typedef struct entry_reader {
    const hwi_source *source;
    const char *p;
    int64_t index; /* of the entry read last; 0 is the target */
    double value;
    const char *what; /* is wrong at p, or NULL */
} entry_reader;

static void skip_space(entry_reader *r)
{
    while (*r->p == ' ' || *r->p == '\t')
        r->p++;
}

static bool is_end_of_entry(char c)
{
    return c == ' ' || c == '\t' || c == '#' || hwi_is_line_end(c);
}

static bool read_value(entry_reader *r)
{
    const char *begin = r->p;
    while (!is_end_of_entry(*r->p))
        r->p++;
    hwi_cell cell = {begin, (size_t)(r->p - begin), true};
    hwi_number number = hwi_cell_number(&cell);
    if (number.kind == HWI_NUMBER_NONE) {
        r->p = begin;
        r->what = "not a number";
        return false;
    }
    r->value = number.kind == HWI_NUMBER_INT ? (double)number.i : number.d;
    return true;
}

/* The query number of ranking data is no feature. */
static void skip_query(entry_reader *r)
{
    if (strncmp(r->p, "qid:", 4) == 0)
        while (!is_end_of_entry(*r->p))
            r->p++;
    skip_space(r);
}

/* The target at the beginning of a line; false at the end of the text or when it is wrong. */
static bool read_target(entry_reader *r)
{
    for (;;) {
        if (r->p >= r->source->end)
            return false;
        skip_space(r);
        if (!hwi_is_line_end(*r->p) && *r->p != '#')
            break;
        while (!hwi_is_line_end(*r->p))
            r->p++;
        r->p = hwi_skip_line_end(r->p);
    }
    r->index = 0;
    if (!read_value(r))
        return false;
    skip_space(r);
    skip_query(r);
    return true;
}

/* The next entry of the line; false at its end (r->p behind it) or when it is wrong. */
static bool read_entry(entry_reader *r)
{
    skip_space(r);
    if (*r->p == '#' || hwi_is_line_end(*r->p)) {
        while (!hwi_is_line_end(*r->p))
            r->p++;
        r->p = hwi_skip_line_end(r->p);
        return false;
    }
    const char *begin = r->p;
    int64_t index = 0;
    for (; *r->p >= '0' && *r->p <= '9' && index <= MAX_INDEX; r->p++)
        index = index * 10 + (*r->p - '0');
    if (r->p == begin || (*r->p != ':' && index <= MAX_INDEX))
        r->what = "not of the form index:value";
    else if (index > MAX_INDEX)
        r->what = "an index over 999,999";
    else if (index == 0)
        r->what = "index 0; indices begin with 1";
    else if (index <= r->index)
        r->what = "an index that does not rise";
    if (r->what) {
        r->p = begin;
        return false;
    }
    r->index = index;
    r->p++;
    return read_value(r);
}

bool hwi_is_svmlight(const hwi_source *source)
{
    entry_reader r = {source, source->begin, 0, 0, NULL};
    int64_t n_entries = 0;
    for (int i = 0; i < PROBE_LINES && read_target(&r); i++)
        while (read_entry(&r))
            n_entries++;
    return !r.what && n_entries > 0;
}

/* ---- from rows to columns ---- */

typedef struct entries {
    int64_t n_rows, n_columns;
    int64_t *begin; /* by column, n_columns + 1 of them */
    int64_t *rows;
    double *values;
    int64_t n_counted; /* columns that begin has room for */
} entries;

static void entries_clear(entries *e)
{
    hwi_free(e->begin);
    hwi_free(e->rows);
    hwi_free(e->values);
}

static hw_status fail_at(const entry_reader *r, hw_error *err)
{
    HW_FAIL(err, HW_EDATA, NULL, "%s: line %lld: SVMLight: %s", r->source->path,
            (long long)hwi_source_line(r->source, r->p), r->what);
}

/* begin[c + 1] counts the entries of column c in the first pass. */
static hw_status count(entries *e, int64_t column, hw_error *err)
{
    if (!e->begin || column >= e->n_counted) {
        int64_t n_counted = column < 64 ? 128 : column * 2;
        int64_t *begin = hwi_realloc_array(e->begin, (size_t)e->n_counted + 2,
                                           (size_t)n_counted + 2, sizeof(*begin));
        HW_CHECK_ALLOC(err, begin);
        int64_t n_old = e->begin ? e->n_counted + 2 : 0;
        memset(begin + n_old, 0, (size_t)(n_counted + 2 - n_old) * sizeof(*begin));
        e->begin = begin;
        e->n_counted = n_counted;
    }
    HW_ASSERT(e->begin);
    e->begin[column + 1]++;
    if (column >= e->n_columns)
        e->n_columns = column + 1;
    return HW_OK;
}

/* One pass over all sources: counting, or, with arrays, filling. */
static hw_status pass(const hwi_source_list *sources, entries *e, bool is_counting, hw_error *err)
{
    int64_t row = 0;
    for (int32_t i = 0; i < sources->n; i++) {
        const hwi_source *source = &sources->items[i];
        if (is_counting)
            HW_TRY(hwi_source_check_bytes(source, source->begin, source->end, err));
        entry_reader r = {source, source->begin, 0, 0, NULL};
        while (!r.what && read_target(&r)) {
            do {
                if (is_counting) {
                    HW_TRY(count(e, r.index, err));
                } else {
                    int64_t at = e->begin[r.index]++;
                    e->rows[at] = row;
                    e->values[at] = r.value;
                }
            } while (read_entry(&r));
            row++;
        }
        if (r.what)
            return fail_at(&r, err);
    }
    e->n_rows = row;
    return HW_OK;
}

static hw_status sort_entries(const hwi_source_list *sources, entries *e, hw_error *err)
{
    HW_TRY(pass(sources, e, true, err));
    if (e->n_rows == 0 || !e->begin)
        HW_FAIL(err, HW_EDATA, NULL, "%s: no line with data", sources->items[0].path);
    for (int64_t c = 1; c <= e->n_columns; c++)
        e->begin[c] += e->begin[c - 1];
    size_t n = (size_t)e->begin[e->n_columns];
    e->rows = HWI_ALLOC_ARRAY(int64_t, n);
    HW_CHECK_ALLOC(err, e->rows);
    e->values = HWI_ALLOC_ARRAY(double, n);
    HW_CHECK_ALLOC(err, e->values);
    /* The pass moves each begin to its end, which is the next one's begin. */
    return pass(sources, e, false, err);
}

static hw_status check_options(const hwi_plan *plan, const hwi_parse_input *input, hw_error *err)
{
    if (input->options->na_strings)
        HW_FAIL(err, HW_EINVAL, "na_strings", "na_strings: SVMLight data have no missing values");
    for (int32_t i = 0; i < plan->n_columns; i++)
        if (plan->columns[i].kind != HWI_KIND_NUMERIC && plan->columns[i].kind != HWI_KIND_SKIPPED)
            HW_FAIL(err, HW_EINVAL, "col_types",
                    "col_types: SVMLight data are numeric; name '%s' in factors instead",
                    plan->columns[i].name);
    return HW_OK;
}

/* Dense columns of sparse data may be far larger than the text. */
static hw_status check_memory(const hwi_source_list *sources, const entries *e, size_t n_bytes,
                              size_t max_bytes, hw_error *err)
{
    if (n_bytes > max_bytes)
        HW_FAIL(err, HW_ENOMEM, NULL, "%s: over the memory: %lld rows of %lld columns",
                sources->items[0].path, (long long)e->n_rows, (long long)e->n_columns);
    return HW_OK;
}

static hw_status make_column(const entries *e, int64_t c, double *dense, hwi_column **out,
                             hw_error *err)
{
    memset(dense, 0, (size_t)e->n_rows * sizeof(*dense));
    for (int64_t i = c ? e->begin[c - 1] : 0; i < e->begin[c]; i++)
        dense[e->rows[i]] = e->values[i];
    return hwi_column_from_doubles(HW_TYPE_INT, dense, e->n_rows, out, err);
}

static hw_status make_frame(const hwi_plan *plan, const hwi_source_list *sources, const entries *e,
                            hw_frame **out, hw_error *err)
{
    HW_AUTO(hw_frame) *frame = hwi_frame_new(sources->name, e->n_rows);
    HW_CHECK_ALLOC(err, frame);
    HW_AUTO(double) *dense = HWI_ALLOC_ARRAY(double, (size_t)e->n_rows);
    HW_CHECK_ALLOC(err, dense);
    size_t n_bytes = 0;
    for (int32_t i = 0; i < plan->n_columns; i++) {
        const hwi_plan_column *planned = &plan->columns[i];
        if (planned->kind == HWI_KIND_SKIPPED)
            continue;
        HW_AUTO(hwi_column) *column = NULL;
        HW_TRY(make_column(e, i, dense, &column, err));
        if (planned->is_factor) {
            hwi_column *factor = NULL;
            HW_TRY(hwi_column_as_factor(column, planned->name, &factor, err));
            hwi_column_unref(column);
            column = factor;
        }
        n_bytes += hwi_store_bytes(column->store) * (size_t)e->n_rows;
        HW_TRY(check_memory(sources, e, n_bytes, plan->max_bytes, err));
        HW_TRY(hwi_frame_append(frame, planned->name, HW_TAKE(column), err));
    }
    *out = HW_TAKE(frame);
    return HW_OK;
}

hw_status hwi_parse_svmlight(const hwi_parse_input *input, hw_frame **out, hw_error *err)
{
    __attribute__((cleanup(entries_clear))) entries e = {0};
    HW_TRY(sort_entries(input->sources, &e, err));
    HW_AUTO_PLAN(plan);
    plan.max_bytes = input->max_bytes ? input->max_bytes : hwi_file_memory_bytes();
    HW_TRY(check_memory(input->sources, &e, (size_t)e.n_rows * (size_t)e.n_columns, plan.max_bytes,
                        err));
    for (int64_t i = 0; i < e.n_columns; i++)
        HW_TRY(hwi_plan_add_column(&plan, "", 0, err));
    HW_TRY(hwi_plan_apply_options(&plan, input->options, err));
    HW_TRY(check_options(&plan, input, err));
    return make_frame(&plan, input->sources, &e, out, err);
}
