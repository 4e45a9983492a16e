/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns: one array in the narrowest type that loses nothing. A column is shared by atomic
 * reference count among frames and immutable once it stands in one.
 *
 * Missing values have no bitmap: each store has a value that means missing (the largest of U8 and
 * U16, the smallest of the signed integers, NaN). In U8 and U16 it means so only when the column
 * has missing values at all, so that 0..255 fits a byte when nothing is missing. */
#pragma once

#include <stdatomic.h>

#include "base/alloc.h"
#include "base/status.h"
#include "heavywater/frame.h"

typedef enum hwi_store {
    HWI_STORE_U8,
    HWI_STORE_I8,
    HWI_STORE_U16,
    HWI_STORE_I16,
    HWI_STORE_I32,
    HWI_STORE_I64,
    HWI_STORE_F32,
    HWI_STORE_F64,
    HWI_STORE_TEXT /* uint64_t offsets into the heap, HWI_TEXT_MISSING where missing */
} hwi_store;

#define HWI_TEXT_MISSING UINT64_MAX
#define HWI_INT_MISSING INT64_MIN /* among int64_t values on their way into a column */

/* What decides the store: the range of the integers and whether all values are such. */
typedef struct hwi_range {
    int64_t min, max; /* of the integers; min > max when there is none */
    int64_t n_missing;
    bool has_reals;    /* some value is no int64_t */
    bool all_integral; /* every value is a whole number */
    bool fits_float;   /* the reals survive the way through float */
} hwi_range;

typedef struct hwi_column {
    _Atomic int32_t n_refs;
    hw_type type;
    hwi_store store;
    int64_t n_rows;
    int64_t n_missing;
    void *values; /* n_rows of the store's element */
    char *heap;   /* texts of STRING and UUID columns, each ended by NUL */
    size_t heap_bytes;
    int32_t n_levels;
    char **levels; /* ENUM: texts in code order, in one piece with level_heap */
    char *level_heap;
    int32_t *levels_sorted; /* codes by text, or NULL when the codes are in that order already */
    char *note;             /* what a reader of the frame should be told, or NULL */
} hwi_column;

/* A column of n_rows without values, with one reference. */
hwi_column *hwi_column_new(hw_type type, int64_t n_rows);
hwi_column *hwi_column_ref(hwi_column *column);
void hwi_column_unref(hwi_column *column);
HW_DEFINE_AUTO(hwi_column, hwi_column_unref)

size_t hwi_store_bytes(hwi_store store);
hwi_range hwi_range_empty(void);
void hwi_range_add_ints(hwi_range *range, const int64_t *values, int64_t n);
void hwi_range_add_doubles(hwi_range *range, const double *values, int64_t n);
hwi_range hwi_range_union(const hwi_range *a, const hwi_range *b);
/* The narrowest store that holds everything in the range. */
hwi_store hwi_range_store(const hwi_range *range);

/* Writes integers (HWI_INT_MISSING is missing) into an array of an integer or real store. */
void hwi_store_put_ints(hwi_store store, void *out, const int64_t *values, int64_t n);
/* Writes doubles (NaN is missing) into an array of any store but TEXT that can hold them. */
void hwi_store_put_doubles(hwi_store store, void *out, const double *values, int64_t n);
/* Reads them back; has_missing says whether U8 and U16 use their missing value. */
void hwi_store_get_doubles(hwi_store store, const void *values, bool has_missing, int64_t begin,
                           int64_t n, double *out);
/* The same for integer stores only. */
void hwi_store_get_ints(hwi_store store, const void *values, bool has_missing, int64_t begin,
                        int64_t n, int64_t *out);
/* Rows from one store to another that can hold them; has_missing is of the first. */
void hwi_store_convert(hwi_store to, char *out, hwi_store from, const void *values,
                       bool has_missing, int64_t n);
static inline bool hwi_store_is_integer(hwi_store store)
{
    return store <= HWI_STORE_I64;
}

/* Gives an ENUM column copies of n levels in code order. */
hw_status hwi_column_set_levels(hwi_column *column, const char *const *levels, int32_t n_levels,
                                hw_error *err) HW_MUST_USE;
/* The same for texts that are not ended by NUL. */
typedef struct hwi_text {
    const char *bytes;
    size_t n_bytes;
} hwi_text;
hw_status hwi_column_set_level_texts(hwi_column *column, const hwi_text *levels, int32_t n_levels,
                                     hw_error *err) HW_MUST_USE;
/* The code of a level, or -1. */
int32_t hwi_column_find_level(const hwi_column *column, const char *level);
/* Order of unsigned bytes, the shorter first. */
int hwi_text_compare(const hwi_text *a, const hwi_text *b);

/* A column from doubles (NaN is missing), as hwi_frame_add_column. */
hw_status hwi_column_from_doubles(hw_type type, const double *values, int64_t n_rows,
                                  hwi_column **out, hw_error *err) HW_MUST_USE;
/* Appends a finished column to a frame under construction; takes over the reference. */
hw_status hwi_frame_append(hw_frame *frame, const char *name, hwi_column *column,
                           hw_error *err) HW_MUST_USE;
hwi_column *hwi_frame_column(const hw_frame *frame, int32_t column);
