/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/frame.h"

#include <math.h>
#include <string.h>

#include "frame/column.h"

/* Names are found through an open hash of column numbers + 1 (0 is free), at most half full. */
struct hw_frame {
    _Atomic int32_t n_refs;
    char *name;
    int64_t n_rows;
    int32_t n_columns;
    int32_t capacity;
    hwi_column **columns;
    char **names;
    int32_t *slots;
    uint32_t n_slots; /* a power of two */
};

enum { FIRST_COLUMNS = 16, BLOCK_ROWS = 2048 };

const char *hw_type_name(hw_type type)
{
    static const char *const names[] = {"int", "real", "enum", "time", "string", "uuid"};
    return names[type];
}

hw_frame *hwi_frame_new(const char *name, int64_t n_rows)
{
    HW_AUTO(hw_frame) *frame = HWI_NEW(hw_frame);
    if (!frame)
        return NULL;
    atomic_init(&frame->n_refs, 1);
    frame->n_rows = n_rows;
    frame->name = hwi_strdup(name ? name : "");
    return frame->name ? HW_TAKE(frame) : NULL;
}

hw_frame *hw_frame_ref(hw_frame *frame)
{
    atomic_fetch_add_explicit(&frame->n_refs, 1, memory_order_relaxed);
    return frame;
}

void hw_frame_unref(hw_frame *frame)
{
    if (!frame || atomic_fetch_sub(&frame->n_refs, 1) != 1)
        return;
    for (int32_t i = 0; i < frame->n_columns; i++) {
        hwi_column_unref(frame->columns[i]);
        hwi_free(frame->names[i]);
    }
    hwi_free(frame->columns);
    hwi_free(frame->names);
    hwi_free(frame->slots);
    hwi_free(frame->name);
    hwi_free(frame);
}

/* ---- names ---- */

static uint32_t hash_name(const char *name)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (; *name; name++)
        hash = (hash ^ (uint8_t)*name) * 16777619u;
    return hash;
}

/* The slot that holds the name, or the free one where it belongs. */
static uint32_t find_slot(const hw_frame *frame, const char *name)
{
    uint32_t slot = hash_name(name) & (frame->n_slots - 1);
    while (frame->slots[slot] && strcmp(frame->names[frame->slots[slot] - 1], name) != 0)
        slot = (slot + 1) & (frame->n_slots - 1);
    return slot;
}

static hw_status reserve(hw_frame *frame, hw_error *err)
{
    if (frame->n_columns < frame->capacity)
        return HW_OK;
    int32_t n = frame->n_columns;
    int32_t capacity = n ? n * 2 : FIRST_COLUMNS;
    hwi_column **columns =
        hwi_realloc_array(frame->columns, (size_t)n, (size_t)capacity, sizeof(*columns));
    HW_CHECK_ALLOC(err, columns);
    frame->columns = columns;
    char **names = hwi_realloc_array(frame->names, (size_t)n, (size_t)capacity, sizeof(*names));
    HW_CHECK_ALLOC(err, names);
    frame->names = names;
    int32_t *slots = HWI_NEW_ARRAY(int32_t, (size_t)capacity * 2);
    HW_CHECK_ALLOC(err, slots);
    hwi_free(frame->slots);
    frame->slots = slots;
    frame->n_slots = (uint32_t)capacity * 2;
    frame->capacity = capacity;
    for (int32_t i = 0; i < n; i++)
        slots[find_slot(frame, names[i])] = i + 1;
    return HW_OK;
}

/* ---- building ---- */

hw_status hwi_frame_append(hw_frame *frame, const char *name, hwi_column *column, hw_error *err)
{
    HW_AUTO(hwi_column) *owned = column;
    HW_ASSERT(column->n_rows == frame->n_rows);
    HW_TRY(reserve(frame, err));
    uint32_t slot = find_slot(frame, name);
    if (frame->slots[slot])
        HW_FAIL(err, HW_EDATA, name, "column '%s' stands twice, as columns %d and %d", name,
                frame->slots[slot], frame->n_columns + 1);
    char *copy = hwi_strdup(name);
    HW_CHECK_ALLOC(err, copy);
    frame->names[frame->n_columns] = copy;
    frame->columns[frame->n_columns] = HW_TAKE(owned);
    frame->n_columns++;
    frame->slots[slot] = frame->n_columns;
    return HW_OK;
}

hw_status hwi_frame_add_column(hw_frame *frame, const char *name, hw_type type,
                               const double *values, const char *const *levels, int32_t n_levels,
                               hw_error *err)
{
    HW_CHECK_ARG(err, type != HW_TYPE_STRING && type != HW_TYPE_UUID);
    HW_AUTO(hwi_column) *column = NULL;
    HW_TRY(hwi_column_from_doubles(type, values, frame->n_rows, &column, err));
    if (type == HW_TYPE_ENUM) {
        HW_TRY(hwi_column_set_levels(column, levels, n_levels, err));
        for (int64_t i = 0; i < frame->n_rows; i++)
            HW_CHECK_ARG(err, isnan(values[i]) || (values[i] >= 0 && values[i] < n_levels));
    }
    return hwi_frame_append(frame, name, HW_TAKE(column), err);
}

hw_status hwi_frame_add_shared_column(hw_frame *frame, const hw_frame *from, int32_t column,
                                      hw_error *err)
{
    HW_CHECK_ARG(err, from->n_rows == frame->n_rows);
    HW_CHECK_ARG(err, column >= 0 && column < from->n_columns);
    return hwi_frame_append(frame, from->names[column], hwi_column_ref(from->columns[column]), err);
}

/* ---- reading ---- */

/* Columns out of range are a bug of the caller: trapped, not read. */
hwi_column *hwi_frame_column(const hw_frame *frame, int32_t column)
{
    HW_ASSERT(column >= 0 && column < frame->n_columns);
    return frame->columns[column];
}

const char *hw_frame_name(const hw_frame *frame)
{
    return frame->name;
}

int64_t hw_frame_n_rows(const hw_frame *frame)
{
    return frame->n_rows;
}

int32_t hw_frame_n_columns(const hw_frame *frame)
{
    return frame->n_columns;
}

const char *hw_frame_column_name(const hw_frame *frame, int32_t column)
{
    HW_ASSERT(column >= 0 && column < frame->n_columns);
    return frame->names[column];
}

hw_type hw_frame_column_type(const hw_frame *frame, int32_t column)
{
    return hwi_frame_column(frame, column)->type;
}

int32_t hw_frame_find_column(const hw_frame *frame, const char *name)
{
    return frame->n_columns ? frame->slots[find_slot(frame, name)] - 1 : -1;
}

int64_t hw_frame_n_missing(const hw_frame *frame, int32_t column)
{
    return hwi_frame_column(frame, column)->n_missing;
}

int32_t hw_frame_n_levels(const hw_frame *frame, int32_t column)
{
    return hwi_frame_column(frame, column)->n_levels;
}

const char *hw_frame_level(const hw_frame *frame, int32_t column, int32_t level)
{
    const hwi_column *c = hwi_frame_column(frame, column);
    return level >= 0 && level < c->n_levels ? c->levels[level] : NULL;
}

int32_t hwi_frame_find_level(const hw_frame *frame, int32_t column, const char *level)
{
    return hwi_column_find_level(hwi_frame_column(frame, column), level);
}

const char *hw_frame_column_note(const hw_frame *frame, int32_t column)
{
    return hwi_frame_column(frame, column)->note;
}

void hw_frame_read_doubles(const hw_frame *frame, int32_t column, int64_t row_begin, int64_t n,
                           double *out)
{
    const hwi_column *c = hwi_frame_column(frame, column);
    HW_ASSERT(row_begin >= 0 && n >= 0 && row_begin <= c->n_rows - n);
    hwi_store_get_doubles(c->store, c->values, c->n_missing > 0, row_begin, n, out);
}

void hwi_frame_prefetch(const hw_frame *frame, int32_t column, int64_t row_begin, int64_t n)
{
    enum { LINE_BYTES = 64, MOST_LINES = 4 };
    const hwi_column *c = hwi_frame_column(frame, column);
    HW_ASSERT(row_begin >= 0 && n >= 0 && row_begin <= c->n_rows - n);
    const size_t width = hwi_store_bytes(c->store);
    const char *begin = (const char *)c->values + (size_t)row_begin * width;
    const size_t n_bytes = (size_t)n * width;
    for (size_t i = 0; i < n_bytes && i < LINE_BYTES * MOST_LINES; i += LINE_BYTES)
        __builtin_prefetch(begin + i);
}

void hw_frame_read_floats(const hw_frame *frame, int32_t column, int64_t row_begin, int64_t n,
                          float *out)
{
    double block[BLOCK_ROWS];
    for (int64_t i = 0; i < n; i += BLOCK_ROWS) {
        int64_t n_block = n - i < BLOCK_ROWS ? n - i : BLOCK_ROWS;
        hw_frame_read_doubles(frame, column, row_begin + i, n_block, block);
        for (int64_t k = 0; k < n_block; k++)
            out[i + k] = (float)block[k];
    }
}

void hw_frame_read_longs(const hw_frame *frame, int32_t column, int64_t row_begin, int64_t n,
                         int64_t *out)
{
    const hwi_column *c = hwi_frame_column(frame, column);
    HW_ASSERT(row_begin >= 0 && n >= 0 && row_begin <= c->n_rows - n);
    if (hwi_store_is_integer(c->store)) {
        hwi_store_get_ints(c->store, c->values, c->n_missing > 0, row_begin, n, out);
        return;
    }
    double block[BLOCK_ROWS];
    for (int64_t i = 0; i < n; i += BLOCK_ROWS) {
        int64_t n_block = n - i < BLOCK_ROWS ? n - i : BLOCK_ROWS;
        hw_frame_read_doubles(frame, column, row_begin + i, n_block, block);
        for (int64_t k = 0; k < n_block; k++)
            out[i + k] = block[k] > -0x1p63 && block[k] < 0x1p63 ? (int64_t)block[k] : INT64_MIN;
    }
}

void hw_frame_read_codes(const hw_frame *frame, int32_t column, int64_t row_begin, int64_t n,
                         int32_t *out)
{
    bool is_enum = hw_frame_column_type(frame, column) == HW_TYPE_ENUM;
    int64_t block[BLOCK_ROWS];
    for (int64_t i = 0; i < n; i += BLOCK_ROWS) {
        int64_t n_block = n - i < BLOCK_ROWS ? n - i : BLOCK_ROWS;
        hw_frame_read_longs(frame, column, row_begin + i, n_block, block);
        for (int64_t k = 0; k < n_block; k++)
            out[i + k] = is_enum && block[k] != INT64_MIN ? (int32_t)block[k] : -1;
    }
}

const char *hw_frame_text(const hw_frame *frame, int32_t column, int64_t row)
{
    const hwi_column *c = hwi_frame_column(frame, column);
    HW_ASSERT(row >= 0 && row < c->n_rows);
    if (c->store != HWI_STORE_TEXT)
        return NULL;
    uint64_t offset = ((const uint64_t *)c->values)[row];
    return offset == HWI_TEXT_MISSING ? NULL : c->heap + offset;
}
