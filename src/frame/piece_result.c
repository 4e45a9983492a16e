/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "frame/piece.h"

enum { SLAB_ALIGNMENT = 8 };

/* ---- what the cells hold ---- */

static hwi_range range_of_int32(const int32_t *cells, int64_t n)
{
    int32_t min = INT32_MAX, max = INT32_MIN, n_missing = 0; /* a piece has fewer rows than 2^31 */
    for (int64_t i = 0; i < n; i++) {
        int32_t x = cells[i];
        int32_t or_more = x == INT32_MIN ? INT32_MAX : x;
        n_missing += x == INT32_MIN;
        min = or_more < min ? or_more : min;
        max = x > max ? x : max; /* the missing value is the smallest of all */
    }
    hwi_range range = hwi_range_empty();
    range.n_missing = n_missing;
    if (n_missing < n) {
        range.min = min;
        range.max = max;
    }
    return range;
}

static hwi_range range_of_reals(const double *cells, int64_t n)
{
    hwi_range range = hwi_range_empty();
    range.has_reals = true;
    for (int64_t i = 0; i < n; i++)
        range.n_missing += isnan(cells[i]);
    for (int64_t i = 0; i < n && range.all_integral; i++) {
        double x = cells[i];
        range.all_integral = isnan(x) || (x == floor(x) && !isinf(x));
    }
    for (int64_t i = 0; i < n && range.fits_float; i++) {
        double x = cells[i];
        range.fits_float = isnan(x) || (double)(float)x == x;
    }
    return range;
}

static hwi_range range_of_cells(hwi_cell_form form, const void *cells, int64_t n)
{
    if (form == HWI_CELLS_INT32)
        return range_of_int32(cells, n);
    if (form == HWI_CELLS_DOUBLE)
        return range_of_reals(cells, n);
    hwi_range range = hwi_range_empty();
    hwi_range_add_ints(&range, cells, n);
    return range;
}

/* ---- into their stores ---- */

#define PUT(type, missing)                                                                         \
    do {                                                                                           \
        type *to = out;                                                                            \
        for (int64_t i = 0; i < n; i++)                                                            \
            to[i] = cells[i] == INT32_MIN ? (missing) : (type)cells[i];                            \
    } while (0)

static void put_int32(hwi_store store, void *out, const int32_t *cells, int64_t n)
{
    switch (store) {
    case HWI_STORE_U8:
        PUT(uint8_t, UINT8_MAX);
        break;
    case HWI_STORE_I8:
        PUT(int8_t, INT8_MIN);
        break;
    case HWI_STORE_U16:
        PUT(uint16_t, UINT16_MAX);
        break;
    case HWI_STORE_I16:
        PUT(int16_t, INT16_MIN);
        break;
    default:
        HW_ASSERT(store == HWI_STORE_I32);
        memcpy(out, cells, (size_t)n * sizeof(*cells));
    }
}
#undef PUT

static void put_cells(hwi_cell_form form, hwi_store store, void *out, const void *cells, int64_t n)
{
    if (form == HWI_CELLS_INT32)
        put_int32(store, out, cells, n);
    else if (form == HWI_CELLS_DOUBLE)
        hwi_store_put_doubles(store, out, cells, n);
    else
        hwi_store_put_ints(store, out, cells, n);
}

/* ---- the result ---- */

/* Chooses the store of every column and makes one slab for all of them. */
static hw_status plan_slab(const hwi_plan *plan, const hwi_piece_worker *worker, int64_t n_rows,
                           hwi_piece_result *out, hw_error *err)
{
    size_t n_bytes = 0;
    for (int32_t i = 0; i < plan->n_columns; i++) {
        hwi_piece_column *column = &out->columns[i];
        if (plan->columns[i].kind == HWI_KIND_SKIPPED)
            continue;
        column->range = range_of_cells(worker->forms[i], HWI_PIECE_CELLS(worker, i), n_rows);
        column->store = hwi_range_store(&column->range);
        size_t size = hwi_store_bytes(column->store) * (size_t)n_rows;
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

hw_status hwi_piece_make_result(const hwi_plan *plan, hwi_piece_worker *worker, int64_t n_rows,
                                hwi_piece_result *out, hw_error *err)
{
    out->columns = HWI_NEW_ARRAY(hwi_piece_column, (size_t)plan->n_columns);
    HW_CHECK_ALLOC(err, out->columns);
    HW_TRY(plan_slab(plan, worker, n_rows, out, err));
    char *next = out->slab;
    for (int32_t i = 0; i < plan->n_columns; i++) {
        hwi_piece_column *column = &out->columns[i];
        if (plan->columns[i].kind == HWI_KIND_SKIPPED)
            continue;
        column->values = next;
        put_cells(worker->forms[i], column->store, next, HWI_PIECE_CELLS(worker, i), n_rows);
        size_t size = hwi_store_bytes(column->store) * (size_t)n_rows;
        next += (size + SLAB_ALIGNMENT - 1) / SLAB_ALIGNMENT * SLAB_ALIGNMENT;
        column->n_unreadable = worker->n_unreadable[i];
        column->first_unreadable = worker->first_unreadable[i];
        HW_TRY(take_heap(&worker->heaps[i], column, err));
        out->n_bytes += column->heap_bytes;
    }
    out->n_rows = n_rows;
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
