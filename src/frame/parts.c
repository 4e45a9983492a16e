/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "frame/parse_plan.h"

enum { BLOCK_ROWS = 2048 };

void hwi_parts_clear(hwi_parts *parts)
{
    for (int64_t i = 0; i < parts->n; i++)
        hwi_free(parts->items[i].values);
    hwi_free(parts->items);
    hwi_dictionary_clear(&parts->texts);
    *parts = (hwi_parts){0};
}

/* ---- arrays ---- */

#define READ_STRIDED(type, value)                                                                  \
    const hwi_strided *array = strided;                                                            \
    const type *from = (const type *)array->values + begin * array->stride;                        \
    for (int64_t i = 0; i < n; i++) {                                                              \
        type x = from[i * array->stride];                                                          \
        out[i] = (value);                                                                          \
    }

void hwi_read_strided_i32(const void *strided, int64_t begin, int64_t n, int64_t *out)
{
    READ_STRIDED(int32_t, x == INT32_MIN ? HWI_INT_MISSING : x)
}

void hwi_read_strided_i64(const void *strided, int64_t begin, int64_t n, int64_t *out)
{
    READ_STRIDED(int64_t, x)
}

void hwi_read_strided_f32(const void *strided, int64_t begin, int64_t n, double *out)
{
    READ_STRIDED(float, x)
}

void hwi_read_strided_f64(const void *strided, int64_t begin, int64_t n, double *out)
{
    READ_STRIDED(double, x)
}

/* ---- parts ---- */

static hw_status reserve(hwi_parts *parts, hw_error *err)
{
    if (parts->n < parts->capacity)
        return HW_OK;
    int64_t capacity = parts->capacity ? parts->capacity * 2 : 1;
    hwi_part *items =
        hwi_realloc_array(parts->items, (size_t)parts->n, (size_t)capacity, sizeof(*items));
    HW_CHECK_ALLOC(err, items);
    parts->items = items;
    parts->capacity = capacity;
    return HW_OK;
}

static hwi_range range_of(const hwi_cells *cells, int64_t n_rows)
{
    hwi_range range = hwi_range_empty();
    int64_t ints[BLOCK_ROWS];
    double doubles[BLOCK_ROWS];
    for (int64_t row = 0; row < n_rows; row += BLOCK_ROWS) {
        int64_t n = n_rows - row < BLOCK_ROWS ? n_rows - row : BLOCK_ROWS;
        if (cells->read_ints) {
            cells->read_ints(cells->source, row, n, ints);
            hwi_range_add_ints(&range, ints, n);
        } else {
            cells->read_doubles(cells->source, row, n, doubles);
            hwi_range_add_doubles(&range, doubles, n);
        }
    }
    return range;
}

static void put_cells(const hwi_cells *cells, int64_t n_rows, hwi_store store, char *out)
{
    int64_t ints[BLOCK_ROWS];
    double doubles[BLOCK_ROWS];
    size_t bytes = hwi_store_bytes(store);
    for (int64_t row = 0; row < n_rows; row += BLOCK_ROWS) {
        int64_t n = n_rows - row < BLOCK_ROWS ? n_rows - row : BLOCK_ROWS;
        if (cells->read_ints) {
            cells->read_ints(cells->source, row, n, ints);
            hwi_store_put_ints(store, out, ints, n);
        } else {
            cells->read_doubles(cells->source, row, n, doubles);
            hwi_store_put_doubles(store, out, doubles, n);
        }
        out += (size_t)n * bytes;
    }
}

hw_status hwi_parts_add(hwi_parts *parts, const hwi_cells *cells, int64_t n_rows, hw_error *err)
{
    HW_TRY(reserve(parts, err));
    hwi_part part = {.n_rows = n_rows, .range = range_of(cells, n_rows)};
    part.store = hwi_range_store(&part.range);
    part.values = hwi_alloc_array((size_t)n_rows, hwi_store_bytes(part.store));
    HW_CHECK_ALLOC(err, part.values);
    put_cells(cells, n_rows, part.store, part.values);
    parts->items[parts->n++] = part;
    return HW_OK;
}

static hwi_range range_of_all(const hwi_parts *parts, int64_t *out_n_rows)
{
    hwi_range range = hwi_range_empty();
    *out_n_rows = 0;
    for (int64_t i = 0; i < parts->n; i++) {
        range = hwi_range_union(&range, &parts->items[i].range);
        *out_n_rows += parts->items[i].n_rows;
    }
    return range;
}

int64_t hwi_parts_n_present(const hwi_parts *parts)
{
    int64_t n_rows;
    hwi_range range = range_of_all(parts, &n_rows);
    return n_rows - range.n_missing;
}

/* ---- columns ---- */

hw_status hwi_parts_to_numbers(hwi_parts *parts, hw_type type, hwi_column **out, hw_error *err)
{
    int64_t n_rows;
    hwi_range range = range_of_all(parts, &n_rows);
    HW_AUTO(hwi_column) *column = hwi_column_new(type, n_rows);
    HW_CHECK_ALLOC(err, column);
    column->store = hwi_range_store(&range);
    column->n_missing = range.n_missing;
    if (type == HW_TYPE_INT && !range.all_integral)
        column->type = HW_TYPE_REAL;
    if (parts->n == 1 && parts->items[0].store == column->store) {
        column->values = HW_TAKE(parts->items[0].values);
        *out = HW_TAKE(column);
        return HW_OK;
    }
    size_t bytes = hwi_store_bytes(column->store);
    column->values = hwi_alloc_array((size_t)n_rows, bytes);
    HW_CHECK_ALLOC(err, column->values);
    char *to = column->values;
    for (int64_t i = 0; i < parts->n; i++) {
        hwi_part *part = &parts->items[i];
        hwi_store_convert(column->store, to, part->store, part->values, part->range.n_missing > 0,
                          part->n_rows);
        to += (size_t)part->n_rows * bytes;
        hwi_free(part->values); /* so that the parts do not stand beside the whole column */
        part->values = NULL;
    }
    *out = HW_TAKE(column);
    return HW_OK;
}

/* Codes of all parts, each replaced by rank[code] when there is a rank. */
typedef struct code_reader {
    const hwi_part *part;
    const int32_t *rank;
} code_reader;

static void read_codes(const void *source, int64_t begin, int64_t n, int64_t *out)
{
    const code_reader *reader = source;
    const hwi_part *part = reader->part;
    hwi_store_get_ints(part->store, part->values, part->range.n_missing > 0, begin, n, out);
    for (int64_t i = 0; i < n; i++)
        if (out[i] != HWI_INT_MISSING)
            out[i] = reader->rank[out[i]];
}

hw_status hwi_parts_to_enum(hwi_parts *parts, const char *name, hwi_column **out, hw_error *err)
{
    if (parts->texts.n > HWI_MAX_LEVELS)
        HW_FAIL(err, HW_EDATA, name, "column '%s': more than 10,000,000 levels; keep it as string",
                name);
    HW_AUTO(int32_t) *rank = NULL;
    hwi_text *levels = NULL;
    HW_TRY(hwi_dictionary_sort(&parts->texts, &rank, &levels, err));
    __attribute__((cleanup(hwi_parts_clear))) hwi_parts ranked = {0};
    hw_status status = HW_OK;
    for (int64_t i = 0; i < parts->n && status == HW_OK; i++) {
        code_reader reader = {&parts->items[i], rank};
        hwi_cells cells = {.source = &reader, .read_ints = read_codes};
        status = hwi_parts_add(&ranked, &cells, parts->items[i].n_rows, err);
    }
    HW_AUTO(hwi_column) *column = NULL;
    if (status == HW_OK)
        status = hwi_parts_to_numbers(&ranked, HW_TYPE_ENUM, &column, err);
    if (status == HW_OK)
        status = hwi_column_set_level_texts(column, levels, parts->texts.n, err);
    hwi_free(levels);
    HW_TRY(status);
    *out = HW_TAKE(column);
    return HW_OK;
}

/* Each text once in the heap, whatever the number of its rows. */
static hw_status make_heap(const hwi_dictionary *texts, hwi_column *column, uint64_t **out_offsets,
                           hw_error *err)
{
    size_t n_bytes = 0;
    for (int32_t i = 0; i < texts->n; i++)
        n_bytes += texts->texts[i].n_bytes + 1;
    column->heap = hwi_alloc_array(n_bytes, 1);
    HW_CHECK_ALLOC(err, column->heap);
    column->heap_bytes = n_bytes;
    uint64_t *offsets = HWI_ALLOC_ARRAY(uint64_t, (size_t)texts->n);
    HW_CHECK_ALLOC(err, offsets);
    char *to = column->heap;
    for (int32_t i = 0; i < texts->n; i++) {
        offsets[i] = (uint64_t)(to - column->heap);
        if (texts->texts[i].n_bytes)
            memcpy(to, texts->texts[i].bytes, texts->texts[i].n_bytes);
        to += texts->texts[i].n_bytes;
        *to++ = '\0';
    }
    *out_offsets = offsets;
    return HW_OK;
}

hw_status hwi_parts_to_strings(hwi_parts *parts, hwi_column **out, hw_error *err)
{
    int64_t n_rows;
    hwi_range range = range_of_all(parts, &n_rows);
    HW_AUTO(hwi_column) *column = hwi_column_new(HW_TYPE_STRING, n_rows);
    HW_CHECK_ALLOC(err, column);
    column->store = HWI_STORE_TEXT;
    column->n_missing = range.n_missing;
    uint64_t *to = column->values = HWI_ALLOC_ARRAY(uint64_t, (size_t)n_rows);
    HW_CHECK_ALLOC(err, column->values);
    uint64_t *offsets = NULL;
    HW_TRY(make_heap(&parts->texts, column, &offsets, err));
    int64_t codes[BLOCK_ROWS];
    for (int64_t i = 0; i < parts->n; i++) {
        const hwi_part *part = &parts->items[i];
        for (int64_t row = 0; row < part->n_rows; row += BLOCK_ROWS) {
            int64_t n = part->n_rows - row < BLOCK_ROWS ? part->n_rows - row : BLOCK_ROWS;
            hwi_store_get_ints(part->store, part->values, part->range.n_missing > 0, row, n, codes);
            for (int64_t k = 0; k < n; k++)
                *to++ = codes[k] == HWI_INT_MISSING ? HWI_TEXT_MISSING : offsets[codes[k]];
        }
    }
    hwi_free(offsets);
    *out = HW_TAKE(column);
    return HW_OK;
}
