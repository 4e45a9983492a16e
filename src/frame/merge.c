/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"

enum { BLOCK_ROWS = 2048, REMARK_TEXT_BYTES = 40 };

/* ---- numbers ---- */

static hw_status merge_numbers(const hwi_merge_input *in, int32_t i, hwi_column *column,
                               hw_error *err)
{
    hwi_range range = hwi_range_empty();
    for (int64_t k = 0; k < in->pieces->n; k++)
        range = hwi_range_union(&range, &in->results[k].columns[i].range);
    column->store = hwi_range_store(&range);
    column->n_missing = range.n_missing;
    if (column->type == HW_TYPE_INT && !range.all_integral)
        column->type = HW_TYPE_REAL;
    size_t bytes = hwi_store_bytes(column->store);
    column->values = hwi_alloc_array((size_t)column->n_rows, bytes);
    HW_CHECK_ALLOC(err, column->values);
    char *out = column->values;
    for (int64_t k = 0; k < in->pieces->n; k++) {
        const hwi_piece_column *from = &in->results[k].columns[i];
        int64_t n = in->results[k].n_rows;
        hwi_store_convert(column->store, out, from->store, from->values, from->range.n_missing > 0,
                          n);
        if (in->saves_memory)
            hwi_give_back(from->values, (size_t)n * hwi_store_bytes(from->store));
        out += (size_t)n * bytes;
    }
    return HW_OK;
}

/* ---- levels ---- */

/* A level of one worker; the first eight bytes as a number decide most comparisons. */
typedef struct level {
    uint64_t prefix;
    hwi_text text;
    int32_t worker, code;
} level;

static uint64_t prefix_of(const hwi_text *text)
{
    uint64_t x = 0;
    for (size_t i = 0; i < sizeof(x); i++)
        x = x << 8 | (i < text->n_bytes ? (uint8_t)text->bytes[i] : 0);
    return x;
}

static int compare_levels(const void *a, const void *b)
{
    const level *x = a, *y = b;
    if (x->prefix != y->prefix)
        return x->prefix < y->prefix ? -1 : 1;
    return hwi_text_compare(&x->text, &y->text);
}

typedef struct domain {
    level *levels; /* of all workers, sorted */
    hwi_text *texts;
    int32_t n;
    int32_t **codes; /* by worker: from its code to the code of the domain */
    int n_workers;
} domain;

static void domain_clear(domain *d)
{
    for (int w = 0; d->codes && w < d->n_workers; w++)
        hwi_free(d->codes[w]);
    hwi_free(d->codes);
    hwi_free(d->levels);
    hwi_free(d->texts);
}

static hw_status collect_levels(const hwi_merge_input *in, int32_t i, domain *d, size_t *out_n,
                                hw_error *err)
{
    size_t n = 0;
    for (int w = 0; w < in->n_workers; w++)
        n += (size_t)in->workers[w].dictionaries[i].n;
    d->levels = HWI_ALLOC_ARRAY(level, n);
    HW_CHECK_ALLOC(err, d->levels);
    d->texts = HWI_ALLOC_ARRAY(hwi_text, n);
    HW_CHECK_ALLOC(err, d->texts);
    d->n_workers = in->n_workers;
    d->codes = HWI_NEW_ARRAY(int32_t *, (size_t)in->n_workers);
    HW_CHECK_ALLOC(err, d->codes);
    level *next = d->levels;
    for (int w = 0; w < in->n_workers; w++) {
        const hwi_dictionary *dictionary = &in->workers[w].dictionaries[i];
        d->codes[w] = HWI_ALLOC_ARRAY(int32_t, (size_t)dictionary->n);
        HW_CHECK_ALLOC(err, d->codes[w]);
        for (int32_t k = 0; k < dictionary->n; k++) {
            const hwi_text *text = &dictionary->texts[k];
            *next++ = (level){prefix_of(text), *text, w, k};
        }
    }
    *out_n = n;
    return HW_OK;
}

static hw_status make_domain(const hwi_merge_input *in, int32_t i, domain *d, hw_error *err)
{
    size_t n = 0;
    HW_TRY(collect_levels(in, i, d, &n, err));
    qsort(d->levels, n, sizeof(*d->levels), compare_levels);
    for (size_t k = 0; k < n; k++) {
        const level *l = &d->levels[k];
        if (k == 0 || compare_levels(l - 1, l) != 0)
            d->texts[d->n++] = l->text;
        d->codes[l->worker][l->code] = d->n - 1;
    }
    if (d->n > HWI_MAX_LEVELS)
        HW_FAIL(err, HW_EDATA, in->plan->columns[i].name,
                "column '%s': more than 10,000,000 levels; read it as string",
                in->plan->columns[i].name);
    return HW_OK;
}

static hwi_store code_store(int32_t n_levels, int64_t n_missing)
{
    hwi_range range = hwi_range_empty();
    range.min = 0;
    range.max = n_levels > 0 ? n_levels - 1 : 0;
    range.n_missing = n_missing;
    return hwi_range_store(&range);
}

/* codes NULL: those of the pieces are final. */
static hw_status merge_codes(const hwi_merge_input *in, int32_t i, int32_t *const *codes,
                             hwi_column *column, hw_error *err)
{
    size_t bytes = hwi_store_bytes(column->store);
    column->values = hwi_alloc_array((size_t)column->n_rows, bytes);
    HW_CHECK_ALLOC(err, column->values);
    char *out = column->values;
    int64_t block[BLOCK_ROWS];
    for (int64_t k = 0; k < in->pieces->n; k++) {
        const hwi_piece_result *piece = &in->results[k];
        const hwi_piece_column *from = &piece->columns[i];
        for (int64_t row = 0; row < piece->n_rows; row += BLOCK_ROWS) {
            int64_t n = piece->n_rows - row < BLOCK_ROWS ? piece->n_rows - row : BLOCK_ROWS;
            hwi_store_get_ints(from->store, from->values, from->range.n_missing > 0, row, n, block);
            for (int64_t r = 0; codes && r < n; r++)
                if (block[r] != HWI_INT_MISSING)
                    block[r] = codes[piece->worker][block[r]];
            hwi_store_put_ints(column->store, out, block, n);
            out += (size_t)n * bytes;
        }
        if (in->saves_memory)
            hwi_give_back(from->values, (size_t)piece->n_rows * hwi_store_bytes(from->store));
    }
    return HW_OK;
}

static hw_status merge_levels(const hwi_merge_input *in, int32_t i, hwi_column *column,
                              hw_error *err)
{
    for (int64_t k = 0; k < in->pieces->n; k++)
        column->n_missing += in->results[k].columns[i].range.n_missing;
    const hwi_dictionary *declared = &in->plan->columns[i].declared;
    if (declared->n) {
        HW_TRY(hwi_column_set_level_texts(column, declared->texts, declared->n, err));
        column->store = code_store(declared->n, column->n_missing);
        return merge_codes(in, i, NULL, column, err);
    }
    __attribute__((cleanup(domain_clear))) domain d = {0};
    HW_TRY(make_domain(in, i, &d, err));
    HW_TRY(hwi_column_set_level_texts(column, d.texts, d.n, err));
    column->store = code_store(d.n, column->n_missing);
    return merge_codes(in, i, d.codes, column, err);
}

/* ---- texts ---- */

static hw_status merge_texts(const hwi_merge_input *in, int32_t i, hwi_column *column,
                             hw_error *err)
{
    size_t n_bytes = 0;
    for (int64_t k = 0; k < in->pieces->n; k++) {
        column->n_missing += in->results[k].columns[i].range.n_missing;
        n_bytes += in->results[k].columns[i].heap_bytes;
    }
    column->store = HWI_STORE_TEXT;
    column->heap_bytes = n_bytes;
    column->heap = hwi_alloc_array(n_bytes, 1);
    HW_CHECK_ALLOC(err, column->heap);
    column->values = HWI_ALLOC_ARRAY(uint64_t, (size_t)column->n_rows);
    HW_CHECK_ALLOC(err, column->values);
    uint64_t *out = column->values;
    uint64_t base = 0;
    int64_t block[BLOCK_ROWS];
    for (int64_t k = 0; k < in->pieces->n; k++) {
        const hwi_piece_result *piece = &in->results[k];
        hwi_piece_column *from = &piece->columns[i];
        for (int64_t row = 0; row < piece->n_rows; row += BLOCK_ROWS) {
            int64_t n = piece->n_rows - row < BLOCK_ROWS ? piece->n_rows - row : BLOCK_ROWS;
            hwi_store_get_ints(from->store, from->values, from->range.n_missing > 0, row, n, block);
            for (int64_t r = 0; r < n; r++)
                *out++ = block[r] == HWI_INT_MISSING ? HWI_TEXT_MISSING : base + (uint64_t)block[r];
        }
        if (from->heap_bytes)
            memcpy(column->heap + base, from->heap, from->heap_bytes);
        base += from->heap_bytes;
        hwi_free(from->heap); /* the largest part of a piece, and nobody else's */
        from->heap = NULL;
    }
    return HW_OK;
}

/* ---- columns ---- */

/* The cell at `at`, shortened and on one line. */
static void show_cell(const hwi_merge_input *in, const char *at, const char *end, char *out)
{
    const hwi_dialect *dialect = &in->plan->dialect;
    size_t n = 0;
    while (at < end && n < REMARK_TEXT_BYTES && !dialect->ends_cell[(uint8_t)*at])
        out[n++] = *at++;
    out[n] = '\0';
}

/* Says how many cells could not be read as what the column is, and shows the first. */
static hw_status remark(const hwi_merge_input *in, int32_t i, hwi_column *column, hw_error *err)
{
    int64_t n = 0, first = -1;
    for (int64_t k = 0; k < in->pieces->n; k++) {
        if (first < 0 && in->results[k].columns[i].n_unreadable)
            first = k;
        n += in->results[k].columns[i].n_unreadable;
    }
    if (n == 0)
        return HW_OK;
    const hwi_source *source = &in->sources->items[in->pieces->items[first].source];
    const char *at = in->results[first].columns[i].first_unreadable;
    char text[REMARK_TEXT_BYTES + 1];
    show_cell(in, at, source->end, text);
    const char *what = column->type == HW_TYPE_UUID   ? "UUID"
                       : column->type == HW_TYPE_TIME ? "time"
                                                      : "number";
    HW_AUTO_BUFFER(note);
    hwi_buffer_printf(&note,
                      "%s: column '%s': %lld cell%s no %s and became missing, first '%s' in "
                      "line %lld",
                      source->path, in->plan->columns[i].name, (long long)n,
                      n == 1 ? " is" : "s are", what, text, (long long)hwi_source_line(source, at));
    HW_TRY(hwi_buffer_check(&note, err));
    column->note = hwi_strdup(hwi_buffer_text(&note));
    HW_CHECK_ALLOC(err, column->note);
    return HW_OK;
}

static hw_status merge_column(const hwi_merge_input *in, int32_t i, int64_t n_rows,
                              hwi_column **out, hw_error *err)
{
    static const hw_type types[] = {
        [HWI_KIND_NUMERIC] = HW_TYPE_INT, [HWI_KIND_TIME] = HW_TYPE_TIME,
        [HWI_KIND_ENUM] = HW_TYPE_ENUM,   [HWI_KIND_STRING] = HW_TYPE_STRING,
        [HWI_KIND_UUID] = HW_TYPE_UUID,
    };
    hwi_kind kind = in->plan->columns[i].kind;
    HW_AUTO(hwi_column) *column = hwi_column_new(types[kind], n_rows);
    HW_CHECK_ALLOC(err, column);
    if (kind == HWI_KIND_ENUM)
        HW_TRY(merge_levels(in, i, column, err));
    else if (kind == HWI_KIND_STRING || kind == HWI_KIND_UUID)
        HW_TRY(merge_texts(in, i, column, err));
    else
        HW_TRY(merge_numbers(in, i, column, err));
    HW_TRY(remark(in, i, column, err));
    *out = HW_TAKE(column);
    return HW_OK;
}

typedef struct merge_work {
    const hwi_merge_input *in;
    int64_t n_rows;
    hwi_column **columns;
} merge_work;

static hw_status merge_task(int64_t index, int worker, void *ctx, hw_error *err)
{
    (void)worker;
    const merge_work *work = ctx;
    int32_t i = (int32_t)index;
    if (work->in->plan->columns[i].kind == HWI_KIND_SKIPPED)
        return HW_OK;
    return merge_column(work->in, i, work->n_rows, &work->columns[i], err);
}

hw_status hwi_merge(const hwi_merge_input *in, hw_frame *frame, hw_error *err)
{
    int32_t n = in->plan->n_columns;
    hwi_column **columns = HWI_NEW_ARRAY(hwi_column *, (size_t)n);
    HW_CHECK_ALLOC(err, columns);
    merge_work work = {in, hw_frame_n_rows(frame), columns};
    hw_status status = hwi_parallel_for(n, in->plan->n_threads, merge_task, &work, err);
    for (int32_t i = 0; i < n; i++) {
        if (status == HW_OK && columns[i]) {
            status = hwi_frame_append(frame, in->plan->columns[i].name, columns[i], err);
            columns[i] = NULL;
        }
        hwi_column_unref(columns[i]);
    }
    hwi_free(columns);
    return status;
}
