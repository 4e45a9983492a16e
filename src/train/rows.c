/* SPDX-License-Identifier: Apache-2.0 */
#include "train/rows.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <zlib.h>

#include "base/parallel.h"
#include "kernels/kernels.h"

static const int32_t bytes_of[] = {1, 2, 4, 4, 8};

typedef struct field {
    hwk_number width;
    int32_t offset; /* in the record */
} field;

/* Neighbouring fields of one width. */
typedef struct run {
    field first;
    int32_t begin, n; /* fields */
} run;

struct hwi_rows {
    const hwk_table *kernels;
    int64_t n;
    int32_t n_fields;
    field *fields; /* (C + N) */
    run *runs;     /* (n_runs) */
    int32_t n_runs;
    int32_t record_bytes;
    char *records;
    uint8_t *has_missing;
    bool is_shared; /* fields, records and has_missing belong to another one */
    double *responses, *weights, *offsets;
};

/* What a column needs: seen value by value. */
typedef struct column_need {
    double min, max;
    bool is_integral, fits_float;
} column_need;

static void look_at(column_need *need, double x)
{
    if (isnan(x))
        return;
    need->min = x < need->min ? x : need->min;
    need->max = x > need->max ? x : need->max;
    need->is_integral = need->is_integral && x == floor(x) && !(x == 0 && signbit(x));
    need->fits_float = need->fits_float && (double)(float)x == x;
}

/* The smallest value of each integer type stands for a missing one. */
static hwk_number width_for(const column_need *need)
{
    if (need->is_integral && need->min > INT8_MIN && need->max <= INT8_MAX)
        return HWK_INT8;
    if (need->is_integral && need->min > INT16_MIN && need->max <= INT16_MAX)
        return HWK_INT16;
    if (need->is_integral && need->min > INT32_MIN && need->max <= INT32_MAX)
        return HWK_INT32;
    return need->fits_float ? HWK_FLOAT : HWK_DOUBLE;
}

static void store(char *at, hwk_number width, double x)
{
    bool is_missing = isnan(x);
    switch (width) {
    case HWK_INT8: {
        int8_t value = is_missing ? INT8_MIN : (int8_t)x;
        memcpy(at, &value, sizeof value);
        break;
    }
    case HWK_INT16: {
        int16_t value = is_missing ? INT16_MIN : (int16_t)x;
        memcpy(at, &value, sizeof value);
        break;
    }
    case HWK_INT32: {
        int32_t value = is_missing ? INT32_MIN : (int32_t)x;
        memcpy(at, &value, sizeof value);
        break;
    }
    case HWK_FLOAT: {
        float value = (float)x;
        memcpy(at, &value, sizeof value);
        break;
    }
    case HWK_DOUBLE:
        memcpy(at, &x, sizeof x);
        break;
    }
}

enum { BLOCK_ROWS = 256 };

/* Two passes over the frame by blocks of rows, on all cores where it is large: what is needed, then
 * the storing. */
typedef struct row_pass {
    const hwi_adapted *adapted;
    hwi_rows *rows;
    int n_workers;
    double **blocks;     /* (workers) each (BLOCK_ROWS, fields) */
    column_need **needs; /* (workers) each (fields) */
} row_pass;

/* The rows of a block, in the worker's room. */
static const double *read_block(const row_pass *pass, int64_t block, int worker, int64_t *out_n)
{
    int64_t begin = block * BLOCK_ROWS, n = pass->rows->n - begin;
    *out_n = n < BLOCK_ROWS ? n : BLOCK_ROWS;
    hwi_adapted_read_rows(pass->adapted, begin, *out_n, pass->blocks[worker]);
    return pass->blocks[worker];
}

static hw_status measure_block(int64_t index, int worker, void *ctx, hw_error *err)
{
    const row_pass *pass = ctx;
    (void)err;
    int64_t n;
    const double *block = read_block(pass, index, worker, &n);
    const int32_t n_fields = pass->rows->n_fields;
    for (int64_t i = 0; i < n; i++)
        for (int32_t k = 0; k < n_fields; k++)
            look_at(&pass->needs[worker][k], block[i * n_fields + k]);
    return HW_OK;
}

static void merge_needs(column_need *into, const column_need *from)
{
    into->min = from->min < into->min ? from->min : into->min;
    into->max = from->max > into->max ? from->max : into->max;
    into->is_integral = into->is_integral && from->is_integral;
    into->fits_float = into->fits_float && from->fits_float;
}

static void choose_fields(hwi_rows *rows, const column_need *needs)
{
    bool has_int16 = false;
    for (int32_t k = 0; k < rows->n_fields; k++)
        has_int16 |= width_for(&needs[k]) == HWK_INT16;
    for (int32_t k = 0; k < rows->n_fields; k++) {
        hwk_number width = width_for(&needs[k]);
        /* Few long runs are worth more than a byte here and there. */
        if (width == HWK_INT8 && has_int16)
            width = HWK_INT16;
        rows->fields[k] = (field){width, rows->record_bytes};
        rows->record_bytes += bytes_of[width];
        if (k == 0 || width != rows->fields[k - 1].width)
            rows->runs[rows->n_runs++] = (run){.first = rows->fields[k], .begin = k};
        rows->runs[rows->n_runs - 1].n++;
    }
}

static hw_status fill_block(int64_t index, int worker, void *ctx, hw_error *err)
{
    const row_pass *pass = ctx;
    (void)err;
    hwi_rows *rows = pass->rows;
    int64_t n, begin = index * BLOCK_ROWS;
    const double *block = read_block(pass, index, worker, &n);
    for (int64_t i = 0; i < n; i++) {
        char *record = rows->records + (begin + i) * rows->record_bytes;
        for (int32_t k = 0; k < rows->n_fields; k++) {
            double x = block[i * rows->n_fields + k];
            store(record + rows->fields[k].offset, rows->fields[k].width, x);
            rows->has_missing[begin + i] |= isnan(x);
        }
    }
    return HW_OK;
}

static hw_status begin_pass(row_pass *pass, hw_error *err)
{
    int64_t n_cells = pass->rows->n * pass->rows->n_fields;
    pass->n_workers = hwi_parallel_n_threads_for_cells(n_cells);
    pass->blocks = HWI_NEW_ARRAY(double *, (size_t)pass->n_workers);
    pass->needs = HWI_NEW_ARRAY(column_need *, (size_t)pass->n_workers);
    HW_CHECK_ALLOC(err, pass->blocks);
    HW_CHECK_ALLOC(err, pass->needs);
    size_t n_fields = (size_t)pass->rows->n_fields;
    for (int i = 0; i < pass->n_workers; i++) {
        pass->blocks[i] = HWI_ALLOC_ARRAY(double, BLOCK_ROWS *n_fields);
        pass->needs[i] = HWI_ALLOC_ARRAY(column_need, n_fields);
        HW_CHECK_ALLOC(err, pass->blocks[i]);
        HW_CHECK_ALLOC(err, pass->needs[i]);
        for (size_t k = 0; k < n_fields; k++)
            pass->needs[i][k] = (column_need){INFINITY, -INFINITY, true, true};
    }
    return HW_OK;
}

static void end_pass(row_pass *pass)
{
    for (int i = 0; i < pass->n_workers; i++) {
        hwi_free(pass->blocks ? pass->blocks[i] : NULL);
        hwi_free(pass->needs ? pass->needs[i] : NULL);
    }
    hwi_free(pass->blocks);
    hwi_free(pass->needs);
}

static hw_status read_predictors(row_pass *pass, hw_error *err)
{
    HW_TRY(begin_pass(pass, err));
    hwi_rows *rows = pass->rows;
    int64_t n_blocks = (rows->n + BLOCK_ROWS - 1) / BLOCK_ROWS;
    HW_TRY(hwi_parallel_for(n_blocks, pass->n_workers, measure_block, pass, err));
    for (int i = 1; i < pass->n_workers; i++)
        for (int32_t k = 0; k < rows->n_fields; k++)
            merge_needs(&pass->needs[0][k], &pass->needs[i][k]);
    choose_fields(rows, pass->needs[0]);
    rows->records = hwi_alloc_array((size_t)rows->n, (size_t)rows->record_bytes);
    rows->has_missing = HWI_NEW_ARRAY(uint8_t, (size_t)rows->n);
    HW_CHECK_ALLOC(err, rows->records);
    HW_CHECK_ALLOC(err, rows->has_missing);
    return hwi_parallel_for(n_blocks, pass->n_workers, fill_block, pass, err);
}

static hw_status read_specials(const hwi_encoder *encoder, const hwi_adapted *adapted,
                               hwi_rows *rows, hw_error *err)
{
    size_t n = (size_t)rows->n;
    if (encoder->response_at >= 0) {
        rows->responses = HWI_ALLOC_ARRAY(double, n);
        HW_CHECK_ALLOC(err, rows->responses);
        hwi_adapted_read_response(adapted, 0, rows->n, rows->responses);
    }
    if (encoder->weights_at >= 0) {
        rows->weights = HWI_ALLOC_ARRAY(double, n);
        HW_CHECK_ALLOC(err, rows->weights);
        hwi_adapted_read_weights(adapted, 0, rows->n, rows->weights);
    }
    if (encoder->offset_at >= 0) {
        rows->offsets = HWI_ALLOC_ARRAY(double, n);
        HW_CHECK_ALLOC(err, rows->offsets);
        hwi_adapted_read_offset(adapted, 0, rows->n, rows->offsets);
    }
    return HW_OK;
}

hw_status hwi_rows_new(const hwi_adapted *adapted, hwi_rows **out, hw_error *err)
{
    const hwi_encoder *encoder = hwi_adapted_encoder(adapted);
    HW_AUTO(hwi_rows) *rows = HWI_NEW(hwi_rows);
    HW_CHECK_ALLOC(err, rows);
    rows->kernels = hwk_get();
    rows->n = hw_frame_n_rows(hwi_adapted_frame(adapted));
    rows->n_fields = encoder->n_cats + encoder->n_nums;
    rows->fields = HWI_NEW_ARRAY(field, (size_t)rows->n_fields);
    rows->runs = HWI_NEW_ARRAY(run, (size_t)rows->n_fields);
    HW_CHECK_ALLOC(err, rows->fields);
    HW_CHECK_ALLOC(err, rows->runs);
    row_pass pass = {.adapted = adapted, .rows = rows};
    hw_status status = read_predictors(&pass, err);
    end_pass(&pass);
    HW_TRY(status);
    HW_TRY(read_specials(encoder, adapted, rows, err));
    *out = HW_TAKE(rows);
    return HW_OK;
}

hw_status hwi_rows_share(const hwi_rows *from, const hwi_adapted *adapted, hwi_rows **out,
                         hw_error *err)
{
    const hwi_encoder *encoder = hwi_adapted_encoder(adapted);
    HW_ASSERT(from->n == hw_frame_n_rows(hwi_adapted_frame(adapted)) &&
              from->n_fields == encoder->n_cats + encoder->n_nums);
    HW_AUTO(hwi_rows) *rows = HWI_NEW(hwi_rows);
    HW_CHECK_ALLOC(err, rows);
    *rows = *from;
    rows->is_shared = true;
    rows->responses = rows->weights = rows->offsets = NULL;
    HW_TRY(read_specials(encoder, adapted, rows, err));
    *out = HW_TAKE(rows);
    return HW_OK;
}

void hwi_rows_free(hwi_rows *rows)
{
    if (!rows)
        return;
    if (!rows->is_shared) {
        hwi_free(rows->fields);
        hwi_free(rows->runs);
        hwi_free(rows->records);
        hwi_free(rows->has_missing);
    }
    hwi_free(rows->responses);
    hwi_free(rows->weights);
    hwi_free(rows->offsets);
    hwi_free(rows);
}

int64_t hwi_rows_n(const hwi_rows *rows)
{
    return rows->n;
}

static uLong add_to_checksum(uLong sum, const void *bytes, size_t n)
{
    const uint8_t *next = bytes;
    while (next && n > 0) {
        uInt piece = n < (1u << 30) ? (uInt)n : 1u << 30;
        sum = crc32(sum, next, piece);
        next += piece;
        n -= piece;
    }
    return sum;
}

uint32_t hwi_rows_checksum(const hwi_rows *rows)
{
    size_t n = (size_t)rows->n;
    uLong sum = crc32(0, NULL, 0);
    for (int32_t k = 0; k < rows->n_fields; k++)
        sum = add_to_checksum(sum, &rows->fields[k].width, sizeof rows->fields[k].width);
    sum = add_to_checksum(sum, rows->records, n * (size_t)rows->record_bytes);
    sum = add_to_checksum(sum, rows->responses, n * sizeof(double));
    sum = add_to_checksum(sum, rows->weights, n * sizeof(double));
    sum = add_to_checksum(sum, rows->offsets, n * sizeof(double));
    return (uint32_t)sum;
}

void hwi_rows_read(const hwi_rows *rows, int64_t row, double *raw)
{
    const char *record = rows->records + row * rows->record_bytes;
    for (int32_t k = 0; k < rows->n_runs; k++) {
        const run *r = &rows->runs[k];
        rows->kernels->widen(raw + r->begin, record + r->first.offset, r->first.width, r->n);
    }
}

void hwi_rows_prefetch(const hwi_rows *rows, int64_t row)
{
    /* The processor itself goes on with what is longer. */
    enum { LINE_BYTES = 64, MAX_BYTES = 64 * LINE_BYTES };
    const char *record = rows->records + row * rows->record_bytes;
    const int32_t n = rows->record_bytes < MAX_BYTES ? rows->record_bytes : MAX_BYTES;
    for (int32_t i = 0; i < n; i += LINE_BYTES)
        __builtin_prefetch(record + i);
    if (rows->responses)
        __builtin_prefetch(rows->responses + row);
}

bool hwi_rows_has_missing(const hwi_rows *rows, int64_t row)
{
    return rows->has_missing[row];
}

const double *hwi_rows_responses(const hwi_rows *rows)
{
    return rows->responses;
}

const double *hwi_rows_weights(const hwi_rows *rows)
{
    return rows->weights;
}

const double *hwi_rows_offsets(const hwi_rows *rows)
{
    return rows->offsets;
}
