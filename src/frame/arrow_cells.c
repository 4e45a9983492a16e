/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/arrow_cells.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "frame/cell.h"

/* So that a first row plus a row, times 16 bytes, cannot overflow. */
#define MAX_LENGTH (INT64_MAX / 64)

/* Powers of ten up to this one are exact doubles; 39 digits and a sign are 128 bits. */
enum { VIEW_INLINE_BYTES = 12, EXACT_POWER_OF_TEN = 22, DECIMAL_TEXT_BYTES = 48 };

/* ---- checks ---- */

static hw_status check_lengths(const char *name, const struct ArrowArray *array, hw_error *err)
{
    if (array->length < 0 || array->length > MAX_LENGTH || array->offset < 0 ||
        array->offset > MAX_LENGTH)
        HW_FAIL(err, HW_EDATA, name, "column '%s': an Arrow array of length %lld and offset %lld",
                name, (long long)array->length, (long long)array->offset);
    if (array->null_count < -1 || array->null_count > array->length)
        HW_FAIL(err, HW_EDATA, name, "column '%s': %lld nulls in an Arrow array of length %lld",
                name, (long long)array->null_count, (long long)array->length);
    return HW_OK;
}

static hw_status check_buffers(const char *name, const hwi_arrow_type *type,
                               const struct ArrowArray *array, hw_error *err)
{
    int64_t n = hwi_arrow_type_n_buffers(type);
    bool is_enough = type->kind == HWI_ARROW_VIEW ? array->n_buffers >= n : array->n_buffers == n;
    if (!is_enough || (n > 0 && !array->buffers))
        HW_FAIL(err, HW_EDATA, name,
                "column '%s': an Arrow array of %lld buffers where %lld belong", name,
                array->buffers ? (long long)array->n_buffers : 0LL, (long long)n);
    if (array->length == 0 || type->kind == HWI_ARROW_NULL)
        return HW_OK;
    if (!array->buffers[1])
        HW_FAIL(err, HW_EDATA, name, "column '%s': an Arrow array of length %lld without values",
                name, (long long)array->length);
    if (!array->buffers[0] && array->null_count > 0)
        HW_FAIL(err, HW_EDATA, name, "column '%s': %lld nulls in an Arrow array without a bitmap",
                name, (long long)array->null_count);
    return HW_OK;
}

hw_status hwi_arrow_cells_init(const char *name, const hwi_arrow_type *type,
                               const struct ArrowArray *array, const hwi_arrow_rows *rows,
                               hwi_arrow_cells *out, hw_error *err)
{
    if (!array || !array->release)
        HW_FAIL(err, HW_EDATA, name, "column '%s': the Arrow array is missing or released", name);
    HW_TRY(check_lengths(name, array, err));
    HW_TRY(check_buffers(name, type, array, err));
    if (array->n_children != 0)
        HW_FAIL(err, HW_EDATA, name, "column '%s': an Arrow array with children", name);
    if (rows->offset + rows->length > array->length)
        HW_FAIL(err, HW_EDATA, name,
                "column '%s': an Arrow array of length %lld in a batch of %lld rows", name,
                (long long)array->length, (long long)(rows->offset + rows->length));
    *out = (hwi_arrow_cells){
        .name = name,
        .type = *type,
        .first = array->offset + rows->offset,
        .parent_validity = rows->validity,
        .parent_first = rows->offset,
        .n_rows = rows->length,
    };
    if (type->kind == HWI_ARROW_NULL || rows->length == 0)
        return HW_OK;
    out->validity = array->buffers[0];
    out->data = array->buffers[1];
    if (type->kind == HWI_ARROW_TEXT)
        out->heap = array->buffers[2];
    if (type->kind == HWI_ARROW_VIEW) {
        out->heaps = array->buffers + 2;
        out->n_heaps = array->n_buffers - 3;
        out->heap_sizes = array->buffers[array->n_buffers - 1];
        if (out->n_heaps > 0 && !out->heap_sizes)
            HW_FAIL(err, HW_EDATA, name, "column '%s': an Arrow view without sizes", name);
    }
    return HW_OK;
}

/* ---- cells ---- */

static bool bit_at(const uint8_t *bits, int64_t i)
{
    return bits[i >> 3] >> (i & 7) & 1;
}

bool hwi_arrow_cells_is_null(const hwi_arrow_cells *cells, int64_t row)
{
    return cells->type.kind == HWI_ARROW_NULL ||
           (cells->validity && !bit_at(cells->validity, cells->first + row)) ||
           (cells->parent_validity && !bit_at(cells->parent_validity, cells->parent_first + row));
}

static bool may_have_nulls(const hwi_arrow_cells *cells)
{
    return cells->type.kind == HWI_ARROW_NULL || cells->validity || cells->parent_validity;
}

/* Buffers need not be aligned, hence the copies, which cost nothing. */
static int64_t load_int(const uint8_t *p, int32_t n_bytes, bool is_signed)
{
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    int64_t i64;
    switch (n_bytes) {
    case 1:
        u8 = *p;
        return is_signed ? (int8_t)u8 : u8;
    case 2:
        memcpy(&u16, p, sizeof(u16));
        return is_signed ? (int16_t)u16 : u16;
    case 4:
        memcpy(&u32, p, sizeof(u32));
        return is_signed ? (int32_t)u32 : (int64_t)u32;
    default:
        memcpy(&i64, p, sizeof(i64));
        return i64;
    }
}

static int64_t int_at(const hwi_arrow_cells *cells, int64_t row)
{
    int32_t n_bytes = cells->type.n_bytes;
    return load_int(cells->data + (size_t)(cells->first + row) * (size_t)n_bytes, n_bytes,
                    cells->type.kind != HWI_ARROW_UINT);
}

int64_t hwi_arrow_cells_code(const hwi_arrow_cells *cells, int64_t row)
{
    return int_at(cells, row);
}

/* ---- texts ---- */

static hw_status fail_text(const hwi_arrow_cells *cells, int64_t row, const char *what,
                           hw_error *err)
{
    HW_FAIL(err, HW_EDATA, cells->name, "column '%s': row %lld: %s", cells->name,
            (long long)row + 1, what);
}

static hw_status offset_text(const hwi_arrow_cells *cells, int64_t row, hwi_text *out,
                             hw_error *err)
{
    int32_t n_bytes = cells->type.n_bytes;
    const uint8_t *p = cells->data + (size_t)(cells->first + row) * (size_t)n_bytes;
    int64_t begin = load_int(p, n_bytes, true), end = load_int(p + n_bytes, n_bytes, true);
    if (begin < 0 || end < begin)
        return fail_text(cells, row, "the Arrow offsets of a text go backwards", err);
    if (end > begin && !cells->heap)
        return fail_text(cells, row, "an Arrow text without its bytes", err);
    *out = (hwi_text){end > begin ? (const char *)cells->heap + begin : "", (size_t)(end - begin)};
    return HW_OK;
}

static hw_status view_text(const hwi_arrow_cells *cells, int64_t row, hwi_text *out, hw_error *err)
{
    const uint8_t *view = cells->data + (size_t)(cells->first + row) * 16;
    int64_t n_bytes = load_int(view, 4, true);
    if (n_bytes >= 0 && n_bytes <= VIEW_INLINE_BYTES) {
        *out = (hwi_text){(const char *)view + 4, (size_t)n_bytes};
        return HW_OK;
    }
    int64_t heap = load_int(view + 8, 4, true), begin = load_int(view + 12, 4, true);
    if (n_bytes < 0 || heap < 0 || heap >= cells->n_heaps || begin < 0 || !cells->heaps[heap] ||
        begin + n_bytes > load_int(cells->heap_sizes + (size_t)heap * 8, 8, true))
        return fail_text(cells, row, "an Arrow view that points outside its buffers", err);
    *out = (hwi_text){(const char *)cells->heaps[heap] + begin, (size_t)n_bytes};
    return HW_OK;
}

hw_status hwi_arrow_cells_text(const hwi_arrow_cells *cells, int64_t row, hwi_text *out,
                               hw_error *err)
{
    if (cells->type.kind == HWI_ARROW_BOOL) {
        *out = bit_at(cells->data, cells->first + row) ? (hwi_text){"True", 4}
                                                       : (hwi_text){"False", 5};
        return HW_OK;
    }
    if (cells->type.kind == HWI_ARROW_TEXT)
        HW_TRY(offset_text(cells, row, out, err));
    else
        HW_TRY(view_text(cells, row, out, err));
    if (memchr(out->bytes, '\0', out->n_bytes))
        return fail_text(cells, row, "the text holds a NUL byte", err);
    return HW_OK;
}

/* ---- numbers ---- */

static int64_t floor_divide(int64_t x, int64_t divisor)
{
    int64_t quotient = x / divisor;
    return quotient - (x % divisor < 0);
}

static void read_ints(const void *source, int64_t begin, int64_t n, int64_t *out)
{
    const hwi_arrow_cells *cells = source;
    const hwi_arrow_type *type = &cells->type;
    if (type->kind == HWI_ARROW_BOOL)
        for (int64_t i = 0; i < n; i++)
            out[i] = bit_at(cells->data, cells->first + begin + i);
    else if (type->kind != HWI_ARROW_NULL)
        for (int64_t i = 0; i < n; i++)
            out[i] = int_at(cells, begin + i);
    bool has_nulls = may_have_nulls(cells);
    for (int64_t i = 0; has_nulls && i < n; i++)
        if (hwi_arrow_cells_is_null(cells, begin + i))
            out[i] = HWI_INT_MISSING;
    for (int64_t i = 0; type->multiplier != 1 && i < n; i++)
        if (out[i] != HWI_INT_MISSING)
            out[i] *= type->multiplier;
    for (int64_t i = 0; type->divisor != 1 && i < n; i++)
        if (out[i] != HWI_INT_MISSING)
            out[i] = floor_divide(out[i], type->divisor);
}

/* Whole numbers that int64_t has no room for, or that stand for missing there. */
static void read_wide_ints(const void *source, int64_t begin, int64_t n, double *out)
{
    const hwi_arrow_cells *cells = source;
    for (int64_t i = 0; i < n; i++) {
        int64_t x = int_at(cells, begin + i);
        out[i] = cells->type.kind == HWI_ARROW_UINT ? (double)(uint64_t)x : (double)x;
        if (hwi_arrow_cells_is_null(cells, begin + i))
            out[i] = NAN;
    }
}

/* IEEE 754 binary16. */
static double half_to_double(uint16_t half)
{
    int exponent = half >> 10 & 0x1f, mantissa = half & 0x3ff;
    double x = exponent == 0x1f ? (mantissa ? (double)NAN : (double)INFINITY)
               : exponent == 0  ? ldexp(mantissa, -24)
                                : ldexp(mantissa + 0x400, exponent - 25);
    return half & 0x8000 ? -x : x;
}

static void read_floats(const void *source, int64_t begin, int64_t n, double *out)
{
    const hwi_arrow_cells *cells = source;
    size_t n_bytes = (size_t)cells->type.n_bytes;
    for (int64_t i = 0; i < n; i++) {
        const uint8_t *p = cells->data + (size_t)(cells->first + begin + i) * n_bytes;
        uint16_t half;
        float single;
        if (n_bytes == sizeof(half)) {
            memcpy(&half, p, sizeof(half));
            out[i] = half_to_double(half);
        } else if (n_bytes == sizeof(single)) {
            memcpy(&single, p, sizeof(single));
            out[i] = single;
        } else {
            memcpy(&out[i], p, sizeof(out[i]));
        }
    }
    bool has_nulls = may_have_nulls(cells);
    for (int64_t i = 0; has_nulls && i < n; i++)
        if (hwi_arrow_cells_is_null(cells, begin + i))
            out[i] = NAN;
}

/* A decimal as the nearest double. Small ones are one exact division; the others go by their text,
 * which is read with correct rounding. */
static double decimal_at(const hwi_arrow_cells *cells, int64_t row)
{
    const int64_t exact = INT64_C(1) << 53;
    size_t n_bytes = (size_t)cells->type.n_bytes;
    const uint8_t *p = cells->data + (size_t)(cells->first + row) * n_bytes;
    int32_t scale = cells->type.scale;
    bool is_wide = n_bytes == 16;
    int64_t low = load_int(p, is_wide ? 8 : (int32_t)n_bytes, true);
    int64_t high = is_wide ? load_int(p + 8, 8, true) : low < 0 ? -1 : 0;
    bool fits = high == (low < 0 ? -1 : 0);
    if (fits && low > -exact && low < exact && scale >= 0 && scale <= EXACT_POWER_OF_TEN)
        return (double)low / hwi_powers_of_ten[scale];
    __extension__ typedef unsigned __int128 wide;
    bool is_negative = high < 0;
    wide x = (wide)(uint64_t)high << 64 | (uint64_t)low;
    x = is_negative ? -x : x;
    char text[DECIMAL_TEXT_BYTES];
    char *end = text + sizeof(text), *at = end;
    do {
        *--at = (char)('0' + (int)(x % 10));
        x /= 10;
    } while (x);
    char number[DECIMAL_TEXT_BYTES + HWI_NUMBER_TEXT_BYTES];
    int n = snprintf(number, sizeof(number), "%s%.*se%d", is_negative ? "-" : "", (int)(end - at),
                     at, -scale);
    double value = NAN;
    hwi_parse_double(number, (size_t)n, &value);
    return value;
}

static void read_decimals(const void *source, int64_t begin, int64_t n, double *out)
{
    const hwi_arrow_cells *cells = source;
    for (int64_t i = 0; i < n; i++)
        out[i] =
            hwi_arrow_cells_is_null(cells, begin + i) ? (double)NAN : decimal_at(cells, begin + i);
}

static bool needs_doubles(const hwi_arrow_cells *cells)
{
    if (cells->type.n_bytes != 8)
        return false;
    /* In the bits of int64_t: INT64_MIN of the signed, anything from 2^63 up of the unsigned. */
    int64_t limit = cells->type.kind == HWI_ARROW_UINT ? -1 : INT64_MIN;
    for (int64_t row = 0; row < cells->n_rows; row++)
        if (int_at(cells, row) <= limit && !hwi_arrow_cells_is_null(cells, row))
            return true;
    return false;
}

static hw_status check_times(const hwi_arrow_cells *cells, hw_error *err)
{
    int64_t limit = INT64_MAX / cells->type.multiplier;
    for (int64_t row = 0; row < cells->n_rows; row++) {
        int64_t x = int_at(cells, row);
        if ((x > limit || x < -limit) && !hwi_arrow_cells_is_null(cells, row))
            HW_FAIL(err, HW_EDATA, cells->name,
                    "column '%s': row %lld: time %lld is beyond the range of milliseconds",
                    cells->name, (long long)row + 1, (long long)x);
    }
    return HW_OK;
}

hw_status hwi_arrow_cells_numbers(const hwi_arrow_cells *cells, hwi_cells *out, hw_error *err)
{
    *out = (hwi_cells){.source = cells, .read_ints = read_ints};
    switch (cells->type.kind) {
    case HWI_ARROW_FLOAT:
        *out = (hwi_cells){.source = cells, .read_doubles = read_floats};
        return HW_OK;
    case HWI_ARROW_DECIMAL:
        *out = (hwi_cells){.source = cells, .read_doubles = read_decimals};
        return HW_OK;
    case HWI_ARROW_TIME:
        return check_times(cells, err);
    case HWI_ARROW_INT:
    case HWI_ARROW_UINT:
        if (needs_doubles(cells))
            *out = (hwi_cells){.source = cells, .read_doubles = read_wide_ints};
        return HW_OK;
    default:
        return HW_OK;
    }
}
