/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/column.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "frame/frame.h"

enum { BLOCK_ROWS = 2048 };

/* ---- life ---- */

hwi_column *hwi_column_new(hw_type type, int64_t n_rows)
{
    hwi_column *column = HWI_NEW(hwi_column);
    if (!column)
        return NULL;
    atomic_init(&column->n_refs, 1);
    column->type = type;
    column->n_rows = n_rows;
    return column;
}

hwi_column *hwi_column_ref(hwi_column *column)
{
    atomic_fetch_add_explicit(&column->n_refs, 1, memory_order_relaxed);
    return column;
}

void hwi_column_unref(hwi_column *column)
{
    if (!column || atomic_fetch_sub(&column->n_refs, 1) != 1)
        return;
    hwi_free(column->values);
    hwi_free(column->heap);
    hwi_free(column->levels);
    hwi_free(column->level_heap);
    hwi_free(column->levels_sorted);
    hwi_free(column->note);
    hwi_free(column);
}

/* ---- ranges and stores ---- */

size_t hwi_store_bytes(hwi_store store)
{
    static const uint8_t bytes[] = {1, 1, 2, 2, 4, 8, 4, 8, 8};
    return bytes[store];
}

hwi_range hwi_range_empty(void)
{
    return (hwi_range){
        .min = INT64_MAX, .max = INT64_MIN, .all_integral = true, .fits_float = true};
}

void hwi_range_add_ints(hwi_range *range, const int64_t *values, int64_t n)
{
    int64_t min = range->min, max = range->max, n_missing = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t x = values[i];
        bool missing = x == HWI_INT_MISSING;
        n_missing += missing;
        min = !missing && x < min ? x : min;
        max = x > max ? x : max; /* the missing value is the smallest of all */
    }
    range->min = min;
    range->max = max;
    range->n_missing += n_missing;
}

/* 2^63 is a double, 2^63 - 1 is not. */
static bool is_int64(double x)
{
    return x >= -0x1p63 && x < 0x1p63 && x == (double)(int64_t)x && x != -0x1p63;
}

void hwi_range_add_doubles(hwi_range *range, const double *values, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        double x = values[i];
        if (isnan(x)) {
            range->n_missing++;
            continue;
        }
        if (is_int64(x) && !(x == 0 && signbit(x))) {
            int64_t k = (int64_t)x;
            range->min = k < range->min ? k : range->min;
            range->max = k > range->max ? k : range->max;
            continue;
        }
        range->has_reals = true;
        if (x != floor(x) || isinf(x))
            range->all_integral = false;
        if ((double)(float)x != x)
            range->fits_float = false;
    }
}

hwi_range hwi_range_union(const hwi_range *a, const hwi_range *b)
{
    return (hwi_range){
        .min = a->min < b->min ? a->min : b->min,
        .max = a->max > b->max ? a->max : b->max,
        .n_missing = a->n_missing + b->n_missing,
        .has_reals = a->has_reals || b->has_reals,
        .all_integral = a->all_integral && b->all_integral,
        .fits_float = a->fits_float && b->fits_float,
    };
}

hwi_store hwi_range_store(const hwi_range *range)
{
    const int64_t exact_float = 1 << 24;
    bool has_ints = range->min <= range->max;
    if (range->has_reals) {
        bool ints_fit = !has_ints || (range->min >= -exact_float && range->max <= exact_float);
        return range->fits_float && ints_fit ? HWI_STORE_F32 : HWI_STORE_F64;
    }
    if (!has_ints)
        return HWI_STORE_U8;
    int one = range->n_missing > 0; /* the value taken by "missing" */
    if (range->min >= 0 && range->max <= UINT8_MAX - one)
        return HWI_STORE_U8;
    if (range->min > INT8_MIN && range->max <= INT8_MAX)
        return HWI_STORE_I8;
    if (range->min >= 0 && range->max <= UINT16_MAX - one)
        return HWI_STORE_U16;
    if (range->min > INT16_MIN && range->max <= INT16_MAX)
        return HWI_STORE_I16;
    if (range->min > INT32_MIN && range->max <= INT32_MAX)
        return HWI_STORE_I32;
    return HWI_STORE_I64;
}

#define PUT(type, missing_in, missing_out)                                                         \
    do {                                                                                           \
        type *to = out;                                                                            \
        for (int64_t i = 0; i < n; i++)                                                            \
            to[i] = (missing_in) ? (missing_out) : (type)values[i];                                \
    } while (0)

void hwi_store_put_ints(hwi_store store, void *out, const int64_t *values, int64_t n)
{
#define IS_MISSING (values[i] == HWI_INT_MISSING)
    switch (store) {
    case HWI_STORE_U8:
        PUT(uint8_t, IS_MISSING, UINT8_MAX);
        break;
    case HWI_STORE_I8:
        PUT(int8_t, IS_MISSING, INT8_MIN);
        break;
    case HWI_STORE_U16:
        PUT(uint16_t, IS_MISSING, UINT16_MAX);
        break;
    case HWI_STORE_I16:
        PUT(int16_t, IS_MISSING, INT16_MIN);
        break;
    case HWI_STORE_I32:
        PUT(int32_t, IS_MISSING, INT32_MIN);
        break;
    case HWI_STORE_F32:
        PUT(float, IS_MISSING, NAN);
        break;
    case HWI_STORE_F64:
        PUT(double, IS_MISSING, NAN);
        break;
    default:
        memcpy(out, values, (size_t)n * sizeof(*values));
    }
#undef IS_MISSING
}

void hwi_store_put_doubles(hwi_store store, void *out, const double *values, int64_t n)
{
#define IS_MISSING (isnan(values[i]))
    switch (store) {
    case HWI_STORE_U8:
        PUT(uint8_t, IS_MISSING, UINT8_MAX);
        break;
    case HWI_STORE_I8:
        PUT(int8_t, IS_MISSING, INT8_MIN);
        break;
    case HWI_STORE_U16:
        PUT(uint16_t, IS_MISSING, UINT16_MAX);
        break;
    case HWI_STORE_I16:
        PUT(int16_t, IS_MISSING, INT16_MIN);
        break;
    case HWI_STORE_I32:
        PUT(int32_t, IS_MISSING, INT32_MIN);
        break;
    case HWI_STORE_I64:
        PUT(int64_t, IS_MISSING, INT64_MIN);
        break;
    case HWI_STORE_F32:
        PUT(float, false, 0);
        break;
    default:
        memcpy(out, values, (size_t)n * sizeof(*values));
    }
#undef IS_MISSING
}
#undef PUT

/* The missing value is cast: a bare NAN is a float and would drag the integers through float. */
#define GET(type, is_missing, missing_out)                                                         \
    do {                                                                                           \
        const type *from = (const type *)values + begin;                                           \
        for (int64_t i = 0; i < n; i++)                                                            \
            out[i] = (is_missing) ? (missing_out) : from[i];                                       \
    } while (0)

void hwi_store_get_doubles(hwi_store store, const void *values, bool has_missing, int64_t begin,
                           int64_t n, double *out)
{
    switch (store) {
    case HWI_STORE_U8:
        if (has_missing)
            GET(uint8_t, from[i] == UINT8_MAX, (double)NAN);
        else
            GET(uint8_t, false, 0);
        break;
    case HWI_STORE_I8:
        GET(int8_t, from[i] == INT8_MIN, (double)NAN);
        break;
    case HWI_STORE_U16:
        if (has_missing)
            GET(uint16_t, from[i] == UINT16_MAX, (double)NAN);
        else
            GET(uint16_t, false, 0);
        break;
    case HWI_STORE_I16:
        GET(int16_t, from[i] == INT16_MIN, (double)NAN);
        break;
    case HWI_STORE_I32:
        GET(int32_t, from[i] == INT32_MIN, (double)NAN);
        break;
    case HWI_STORE_I64:
        GET(int64_t, from[i] == INT64_MIN, (double)NAN);
        break;
    case HWI_STORE_F32:
        GET(float, false, 0);
        break;
    case HWI_STORE_F64:
        memcpy(out, (const double *)values + begin, (size_t)n * sizeof(*out));
        break;
    default:
        for (int64_t i = 0; i < n; i++)
            out[i] = NAN;
    }
}

void hwi_store_get_ints(hwi_store store, const void *values, bool has_missing, int64_t begin,
                        int64_t n, int64_t *out)
{
    HW_ASSERT(hwi_store_is_integer(store));
    switch (store) {
    case HWI_STORE_U8:
        GET(uint8_t, has_missing && from[i] == UINT8_MAX, HWI_INT_MISSING);
        break;
    case HWI_STORE_I8:
        GET(int8_t, from[i] == INT8_MIN, HWI_INT_MISSING);
        break;
    case HWI_STORE_U16:
        GET(uint16_t, has_missing && from[i] == UINT16_MAX, HWI_INT_MISSING);
        break;
    case HWI_STORE_I16:
        GET(int16_t, from[i] == INT16_MIN, HWI_INT_MISSING);
        break;
    case HWI_STORE_I32:
        GET(int32_t, from[i] == INT32_MIN, HWI_INT_MISSING);
        break;
    default:
        memcpy(out, (const int64_t *)values + begin, (size_t)n * sizeof(*out));
    }
}
#undef GET

void hwi_store_convert(hwi_store to, char *out, hwi_store from, const void *values,
                       bool has_missing, int64_t n)
{
    size_t to_bytes = hwi_store_bytes(to);
    if (to == from) {
        memcpy(out, values, (size_t)n * to_bytes);
        return;
    }
    int64_t ints[BLOCK_ROWS];
    double doubles[BLOCK_ROWS];
    for (int64_t i = 0; i < n; i += BLOCK_ROWS) {
        int64_t n_block = n - i < BLOCK_ROWS ? n - i : BLOCK_ROWS;
        char *at = out + (size_t)i * to_bytes;
        if (hwi_store_is_integer(from)) {
            hwi_store_get_ints(from, values, has_missing, i, n_block, ints);
            hwi_store_put_ints(to, at, ints, n_block);
        } else {
            hwi_store_get_doubles(from, values, has_missing, i, n_block, doubles);
            hwi_store_put_doubles(to, at, doubles, n_block);
        }
    }
}

/* ---- levels ---- */

int hwi_text_compare(const hwi_text *a, const hwi_text *b)
{
    size_t n = a->n_bytes < b->n_bytes ? a->n_bytes : b->n_bytes;
    int order = n ? memcmp(a->bytes, b->bytes, n) : 0;
    if (order != 0)
        return order;
    return (a->n_bytes > b->n_bytes) - (a->n_bytes < b->n_bytes);
}

static int compare_levels(const void *a, const void *b, void *levels)
{
    char *const *texts = levels;
    return strcmp(texts[*(const int32_t *)a], texts[*(const int32_t *)b]);
}

/* find_level needs an order by text; most domains have it already. */
static hw_status sort_levels(hwi_column *column, hw_error *err)
{
    bool sorted = true;
    for (int32_t i = 1; i < column->n_levels && sorted; i++)
        sorted = strcmp(column->levels[i - 1], column->levels[i]) < 0;
    if (sorted)
        return HW_OK;
    column->levels_sorted = HWI_ALLOC_ARRAY(int32_t, (size_t)column->n_levels);
    HW_CHECK_ALLOC(err, column->levels_sorted);
    for (int32_t i = 0; i < column->n_levels; i++)
        column->levels_sorted[i] = i;
    qsort_r(column->levels_sorted, (size_t)column->n_levels, sizeof(int32_t), compare_levels,
            column->levels);
    return HW_OK;
}

hw_status hwi_column_set_level_texts(hwi_column *column, const hwi_text *levels, int32_t n_levels,
                                     hw_error *err)
{
    size_t n_bytes = 0;
    for (int32_t i = 0; i < n_levels; i++)
        n_bytes += levels[i].n_bytes + 1;
    column->levels = HWI_ALLOC_ARRAY(char *, (size_t)n_levels);
    HW_CHECK_ALLOC(err, column->levels);
    column->level_heap = hwi_alloc_array(n_bytes, 1);
    HW_CHECK_ALLOC(err, column->level_heap);
    char *p = column->level_heap;
    for (int32_t i = 0; i < n_levels; i++) {
        column->levels[i] = p;
        if (levels[i].n_bytes)
            memcpy(p, levels[i].bytes, levels[i].n_bytes);
        p += levels[i].n_bytes;
        *p++ = '\0';
    }
    column->n_levels = n_levels;
    return sort_levels(column, err);
}

hw_status hwi_column_set_levels(hwi_column *column, const char *const *levels, int32_t n_levels,
                                hw_error *err)
{
    hwi_text *texts = HWI_ALLOC_ARRAY(hwi_text, (size_t)n_levels);
    HW_CHECK_ALLOC(err, texts);
    for (int32_t i = 0; i < n_levels; i++)
        texts[i] = (hwi_text){levels[i], strlen(levels[i])};
    hw_status status = hwi_column_set_level_texts(column, texts, n_levels, err);
    hwi_free(texts);
    return status;
}

int32_t hwi_column_find_level(const hwi_column *column, const char *level)
{
    int32_t low = 0, high = column->n_levels;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        int32_t code = column->levels_sorted ? column->levels_sorted[middle] : middle;
        int order = strcmp(level, column->levels[code]);
        if (order == 0)
            return code;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

/* ---- from doubles ---- */

hw_status hwi_column_from_doubles(hw_type type, const double *values, int64_t n_rows,
                                  hwi_column **out, hw_error *err)
{
    HW_AUTO(hwi_column) *column = hwi_column_new(type, n_rows);
    HW_CHECK_ALLOC(err, column);
    hwi_range range = hwi_range_empty();
    hwi_range_add_doubles(&range, values, n_rows);
    column->store = hwi_range_store(&range);
    column->n_missing = range.n_missing;
    if (type == HW_TYPE_INT && !range.all_integral)
        column->type = HW_TYPE_REAL;
    column->values = hwi_alloc_array((size_t)n_rows, hwi_store_bytes(column->store));
    HW_CHECK_ALLOC(err, column->values);
    hwi_store_put_doubles(column->store, column->values, values, n_rows);
    *out = HW_TAKE(column);
    return HW_OK;
}
