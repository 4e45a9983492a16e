/* SPDX-License-Identifier: Apache-2.0
 *
 * From Arrow's structs to a frame: the schema makes a plan, as the parsers make one of a file; each
 * batch becomes a part of every column; at the end the parts become columns. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/parallel.h"
#include "frame/arrow_cells.h"
#include "frame/as_factors.h"
#include "frame/frame.h"
#include "frame/guess.h"
#include "frame/parse_plan.h"

/* Below, starting threads costs more than they save. */
enum { MIN_PARALLEL_CELLS = 1 << 16, UNKNOWN_CODE = -2 };

typedef struct import_column {
    hwi_arrow_type type; /* of the cells, or of the codes of a dictionary */
    hwi_arrow_type value_type;
    bool has_dictionary;
    bool is_category; /* texts and bools: parts hold codes into their texts */
    hwi_parts parts;
} import_column;

typedef struct import {
    hwi_plan plan; /* names, wanted kinds, threads */
    import_column *columns;
    int64_t n_rows;
    const char *name; /* of the frame */
} import;

static void import_clear(import *in)
{
    for (int32_t i = 0; in->columns && i < in->plan.n_columns; i++)
        hwi_parts_clear(&in->columns[i].parts);
    hwi_free(in->columns);
    hwi_plan_clear(&in->plan);
}

/* ---- schema ---- */

static hw_status check_schema(const struct ArrowSchema *schema, hw_error *err)
{
    if (!schema->release)
        HW_FAIL(err, HW_EDATA, NULL, "the Arrow schema was released before");
    if (!schema->format || strcmp(schema->format, "+s") != 0 || schema->dictionary)
        HW_FAIL(err, HW_EDATA, NULL,
                "the Arrow schema is of format '%.40s'; a table is a struct of columns, '+s'",
                schema->format ? schema->format : "");
    if (schema->n_children < 0 || schema->n_children > HWI_MAX_COLUMNS ||
        (schema->n_children > 0 && !schema->children))
        HW_FAIL(err, HW_EDATA, NULL, "an Arrow schema of %lld columns; 0 to %d are possible",
                (long long)schema->n_children, HWI_MAX_COLUMNS);
    for (int64_t i = 0; i < schema->n_children; i++)
        if (!schema->children[i] || !schema->children[i]->release)
            HW_FAIL(err, HW_EDATA, NULL, "column %lld of the Arrow schema is missing or released",
                    (long long)i + 1);
    return HW_OK;
}

static hw_status read_column_type(const struct ArrowSchema *schema, const char *name,
                                  import_column *column, hw_error *err)
{
    HW_TRY(hwi_arrow_type_read(schema->format, name, &column->type, err));
    column->value_type = column->type;
    column->has_dictionary = schema->dictionary != NULL;
    if (column->has_dictionary) {
        if (column->type.kind != HWI_ARROW_INT && column->type.kind != HWI_ARROW_UINT)
            HW_FAIL(err, HW_EDATA, name, "column '%s': an Arrow dictionary with codes of '%.40s'",
                    name, schema->format);
        if (schema->dictionary->dictionary)
            HW_FAIL(err, HW_EUNSUPPORTED, name,
                    "column '%s' is a dictionary of a dictionary in Arrow", name);
        HW_TRY(hwi_arrow_type_read(schema->dictionary->format, name, &column->value_type, err));
    } else if (schema->n_children != 0) {
        HW_FAIL(err, HW_EDATA, name, "column '%s': an Arrow type '%.40s' with children", name,
                schema->format);
    }
    column->is_category =
        hwi_arrow_type_is_text(&column->value_type) || column->value_type.kind == HWI_ARROW_BOOL;
    return HW_OK;
}

/* Whether a column can become what col_types wants, and how a bool is read. */
static hw_status apply_kind(const hwi_plan_column *plan, import_column *column, hw_error *err)
{
    const char *name = plan->name;
    if (!plan->is_kind_given)
        return HW_OK;
    if (column->value_type.kind == HWI_ARROW_BOOL) {
        if (plan->kind != HWI_KIND_ENUM && plan->kind != HWI_KIND_NUMERIC)
            HW_FAIL(err, HW_EINVAL, "col_types",
                    "col_types: column '%s' is bool in Arrow and can be enum or numeric", name);
        column->is_category = plan->kind == HWI_KIND_ENUM;
    } else if (column->is_category) {
        if (plan->kind != HWI_KIND_ENUM && plan->kind != HWI_KIND_STRING)
            HW_FAIL(err, HW_EINVAL, "col_types",
                    "col_types: column '%s' is text in Arrow and can be enum or string", name);
    } else if ((column->value_type.kind == HWI_ARROW_FLOAT ||
                column->value_type.kind == HWI_ARROW_DECIMAL) &&
               plan->kind == HWI_KIND_TIME) {
        HW_FAIL(err, HW_EINVAL, "col_types",
                "col_types: column '%s' has decimals in Arrow and can be numeric or enum", name);
    } else if (plan->kind == HWI_KIND_STRING || plan->kind == HWI_KIND_UUID) {
        HW_FAIL(err, HW_EINVAL, "col_types",
                "col_types: column '%s' is a number or a time in Arrow and can be numeric, enum or "
                "time",
                name);
    }
    return HW_OK;
}

static hw_status import_init(import *in, const struct ArrowSchema *schema,
                             const hw_arrow_options *options, hw_error *err)
{
    static const hw_arrow_options defaults = {0};
    options = options ? options : &defaults;
    HW_TRY(check_schema(schema, err));
    in->name = options->name ? options->name : "arrow";
    in->plan.n_threads = options->n_threads;
    for (int64_t i = 0; i < schema->n_children; i++) {
        const char *name = schema->children[i]->name ? schema->children[i]->name : "";
        HW_TRY(hwi_plan_add_column(&in->plan, name, strlen(name), err));
    }
    HW_TRY(hwi_plan_check_names(&in->plan, in->name, err));
    hw_parse_options wanted = {.col_types = options->col_types,
                               .skipped_columns = options->skipped_columns,
                               .factors = options->factors};
    HW_TRY(hwi_plan_apply_options(&in->plan, &wanted, err));
    in->columns = HWI_NEW_ARRAY(import_column, (size_t)in->plan.n_columns);
    HW_CHECK_ALLOC(err, in->columns);
    for (int32_t i = 0; i < in->plan.n_columns; i++) {
        const hwi_plan_column *plan = &in->plan.columns[i];
        if (plan->is_kind_given && plan->kind == HWI_KIND_SKIPPED)
            continue;
        HW_TRY(read_column_type(schema->children[i], plan->name, &in->columns[i], err));
        HW_TRY(apply_kind(plan, &in->columns[i], err));
    }
    return HW_OK;
}

static bool is_skipped(const import *in, int32_t i)
{
    return in->plan.columns[i].is_kind_given && in->plan.columns[i].kind == HWI_KIND_SKIPPED;
}

/* ---- batches ---- */

/* The code of a row's text among those of the column, INT32_MIN where it is missing. */
static hw_status enter_text(const hwi_arrow_cells *cells, int64_t row, hwi_dictionary *texts,
                            int32_t *out, hw_error *err)
{
    *out = INT32_MIN;
    if (hwi_arrow_cells_is_null(cells, row))
        return HW_OK;
    hwi_text text;
    HW_TRY(hwi_arrow_cells_text(cells, row, &text, err));
    *out = hwi_dictionary_add(texts, text.bytes, text.n_bytes, HWI_MAX_TEXTS);
    if (*out < 0)
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    return HW_OK;
}

static hw_status read_code(const hwi_arrow_cells *cells, int64_t row, int64_t n_values,
                           int64_t *out, hw_error *err)
{
    *out = hwi_arrow_cells_code(cells, row);
    if (*out < 0 || *out >= n_values)
        HW_FAIL(err, HW_EDATA, cells->name,
                "column '%s': row %lld: code %lld in an Arrow dictionary of %lld values",
                cells->name, (long long)row + 1, (long long)*out, (long long)n_values);
    return HW_OK;
}

/* Codes of the rows' texts; of a dictionary only values that a row has are entered. */
static hw_status enter_texts(const hwi_arrow_cells *cells, const hwi_arrow_cells *values,
                             hwi_dictionary *texts, int32_t *codes, hw_error *err)
{
    if (!values) {
        for (int64_t row = 0; row < cells->n_rows; row++)
            HW_TRY(enter_text(cells, row, texts, &codes[row], err));
        return HW_OK;
    }
    HW_AUTO(int32_t) *known = HWI_ALLOC_ARRAY(int32_t, (size_t)values->n_rows);
    HW_CHECK_ALLOC(err, known);
    for (int64_t i = 0; i < values->n_rows; i++)
        known[i] = UNKNOWN_CODE;
    for (int64_t row = 0; row < cells->n_rows; row++) {
        codes[row] = INT32_MIN;
        if (hwi_arrow_cells_is_null(cells, row))
            continue;
        int64_t at;
        HW_TRY(read_code(cells, row, values->n_rows, &at, err));
        if (known[at] == UNKNOWN_CODE)
            HW_TRY(enter_text(values, at, texts, &known[at], err));
        codes[row] = known[at];
    }
    return HW_OK;
}

static hw_status add_texts(import_column *column, const hwi_arrow_cells *cells,
                           const hwi_arrow_cells *values, hw_error *err)
{
    HW_AUTO(int32_t) *codes = HWI_ALLOC_ARRAY(int32_t, (size_t)cells->n_rows);
    HW_CHECK_ALLOC(err, codes);
    HW_TRY(enter_texts(cells, values, &column->parts.texts, codes, err));
    hwi_strided array = {codes, 1};
    hwi_cells part = {.source = &array, .read_ints = hwi_read_strided_i32};
    return hwi_parts_add(&column->parts, &part, cells->n_rows, err);
}

/* Numbers by way of a dictionary: the dictionary is read once, then its values are gathered. */
static hw_status add_dictionary_numbers(import_column *column, const hwi_arrow_cells *cells,
                                        const hwi_arrow_cells *values, hw_error *err)
{
    hwi_cells reader;
    HW_TRY(hwi_arrow_cells_numbers(values, &reader, err));
    /* One array for either: both are of eight bytes. */
    HW_AUTO(int64_t) *ints = HWI_ALLOC_ARRAY(int64_t, (size_t)(values->n_rows + cells->n_rows));
    HW_CHECK_ALLOC(err, ints);
    int64_t *gathered = ints + values->n_rows;
    HW_AUTO(double) *doubles = NULL;
    if (reader.read_ints) {
        reader.read_ints(reader.source, 0, values->n_rows, ints);
    } else {
        doubles = HWI_ALLOC_ARRAY(double, (size_t)(values->n_rows + cells->n_rows));
        HW_CHECK_ALLOC(err, doubles);
        reader.read_doubles(reader.source, 0, values->n_rows, doubles);
    }
    for (int64_t row = 0; row < cells->n_rows; row++) {
        bool is_null = hwi_arrow_cells_is_null(cells, row);
        int64_t at = 0;
        if (!is_null)
            HW_TRY(read_code(cells, row, values->n_rows, &at, err));
        if (doubles)
            doubles[values->n_rows + row] = is_null ? (double)NAN : doubles[at];
        else
            gathered[row] = is_null ? HWI_INT_MISSING : ints[at];
    }
    hwi_strided array = {doubles ? (const void *)(doubles + values->n_rows) : gathered, 1};
    hwi_cells part = {.source = &array};
    if (doubles)
        part.read_doubles = hwi_read_strided_f64;
    else
        part.read_ints = hwi_read_strided_i64;
    return hwi_parts_add(&column->parts, &part, cells->n_rows, err);
}

static hw_status import_cells(const char *name, import_column *column,
                              const struct ArrowArray *array, const hwi_arrow_rows *rows,
                              hw_error *err)
{
    hwi_arrow_cells cells, values;
    HW_TRY(hwi_arrow_cells_init(name, &column->type, array, rows, &cells, err));
    if ((array->dictionary != NULL) != column->has_dictionary)
        HW_FAIL(err, HW_EDATA, name,
                "column '%s': array and schema of Arrow disagree about a "
                "dictionary",
                name);
    if (column->has_dictionary) {
        hwi_arrow_rows all = {0, array->dictionary->length, NULL};
        if (all.length < 0)
            all.length = 0; /* init finds the fault */
        HW_TRY(
            hwi_arrow_cells_init(name, &column->value_type, array->dictionary, &all, &values, err));
    }
    const hwi_arrow_cells *dictionary = column->has_dictionary ? &values : NULL;
    if (column->is_category)
        return add_texts(column, &cells, dictionary, err);
    if (dictionary)
        return add_dictionary_numbers(column, &cells, dictionary, err);
    hwi_cells part;
    HW_TRY(hwi_arrow_cells_numbers(&cells, &part, err));
    return hwi_parts_add(&column->parts, &part, cells.n_rows, err);
}

typedef struct batch {
    import *in;
    const struct ArrowArray *array;
    hwi_arrow_rows rows;
} batch;

static hw_status import_task(int64_t index, int worker, void *ctx, hw_error *err)
{
    (void)worker;
    const batch *b = ctx;
    int32_t i = (int32_t)index;
    if (is_skipped(b->in, i))
        return HW_OK;
    return import_cells(b->in->plan.columns[i].name, &b->in->columns[i], b->array->children[i],
                        &b->rows, err);
}

static hw_status check_batch(const import *in, const struct ArrowArray *array, hw_error *err)
{
    const int64_t max_rows = INT64_MAX / 64;
    if (array->length < 0 || array->offset < 0 || array->length > max_rows ||
        array->offset > max_rows || in->n_rows > max_rows - array->length)
        HW_FAIL(err, HW_EDATA, NULL, "an Arrow batch of length %lld and offset %lld",
                (long long)array->length, (long long)array->offset);
    if (array->n_children != in->plan.n_columns || (array->n_children > 0 && !array->children))
        HW_FAIL(err, HW_EDATA, NULL, "an Arrow batch of %lld columns, the schema has %d",
                (long long)array->n_children, in->plan.n_columns);
    if (array->n_buffers != 1 || !array->buffers)
        HW_FAIL(err, HW_EDATA, NULL, "an Arrow batch of %lld buffers, a struct has one",
                (long long)array->n_buffers);
    if (array->dictionary)
        HW_FAIL(err, HW_EDATA, NULL, "an Arrow batch with a dictionary of its own");
    /* A cell takes a byte at least. Columns of type null could claim any length at no cost. */
    if (in->plan.n_columns > 0 && (uint64_t)array->length > hwi_file_memory_bytes())
        HW_FAIL(err, HW_ENOMEM, NULL,
                "an Arrow batch of %lld rows, more than this machine has bytes",
                (long long)array->length);
    return HW_OK;
}

/* Few cells are not worth threads. */
static int n_threads_for(const import *in, int64_t n_rows)
{
    return n_rows < MIN_PARALLEL_CELLS / (in->plan.n_columns + 1) ? 1 : in->plan.n_threads;
}

static hw_status import_batch(import *in, const struct ArrowArray *array, hw_error *err)
{
    HW_TRY(check_batch(in, array, err));
    batch b = {in, array, {array->offset, array->length, NULL}};
    if (array->length > 0)
        b.rows.validity = array->buffers[0];
    HW_TRY(hwi_parallel_for(in->plan.n_columns, n_threads_for(in, array->length), import_task, &b,
                            err));
    in->n_rows += array->length;
    return HW_OK;
}

/* ---- columns ---- */

static hw_status finish_category(const hwi_plan_column *plan, import_column *column,
                                 hwi_column **out, hw_error *err)
{
    hwi_parts *parts = &column->parts;
    int64_t n_present = hwi_parts_n_present(parts);
    hwi_kind kind = HWI_KIND_ENUM; /* what a dictionary and a bool say by themselves */
    if (plan->is_kind_given) {
        kind = plan->kind;
    } else if (n_present == 0) {
        kind = HWI_KIND_NUMERIC;
    } else if (!column->has_dictionary && hwi_arrow_type_is_text(&column->value_type)) {
        hwi_cell_counts counts = {.n_texts = n_present, .n_distinct_texts = parts->texts.n};
        kind = hwi_guess_kind(&counts);
    }
    if (kind == HWI_KIND_ENUM)
        return hwi_parts_to_enum(parts, plan->name, out, err);
    if (kind == HWI_KIND_STRING)
        return hwi_parts_to_strings(parts, out, err);
    return hwi_parts_to_numbers(parts, HW_TYPE_INT, out, err); /* all of them missing */
}

static hw_status finish_column(import *in, int32_t i, hwi_column **out, hw_error *err)
{
    const hwi_plan_column *plan = &in->plan.columns[i];
    import_column *column = &in->columns[i];
    HW_AUTO(hwi_column) *made = NULL;
    if (column->is_category) {
        HW_TRY(finish_category(plan, column, &made, err));
    } else {
        bool is_time = column->value_type.kind == HWI_ARROW_TIME;
        if (plan->is_kind_given && plan->kind != HWI_KIND_ENUM)
            is_time = plan->kind == HWI_KIND_TIME;
        HW_TRY(
            hwi_parts_to_numbers(&column->parts, is_time ? HW_TYPE_TIME : HW_TYPE_INT, &made, err));
    }
    bool is_factor = plan->is_factor || (plan->is_kind_given && plan->kind == HWI_KIND_ENUM);
    if (is_factor)
        HW_TRY(hwi_column_as_factor(made, plan->name, out, err));
    else
        *out = HW_TAKE(made);
    return HW_OK;
}

typedef struct finish {
    import *in;
    hwi_column **columns;
} finish;

static hw_status finish_task(int64_t index, int worker, void *ctx, hw_error *err)
{
    (void)worker;
    const finish *f = ctx;
    int32_t i = (int32_t)index;
    return is_skipped(f->in, i) ? HW_OK : finish_column(f->in, i, &f->columns[i], err);
}

static hw_status import_finish(import *in, hw_frame **out, hw_error *err)
{
    HW_AUTO(hw_frame) *frame = hwi_frame_new(in->name, in->n_rows);
    HW_CHECK_ALLOC(err, frame);
    int32_t n = in->plan.n_columns;
    hwi_column **columns = HWI_NEW_ARRAY(hwi_column *, (size_t)n);
    HW_CHECK_ALLOC(err, columns);
    finish f = {in, columns};
    hw_status status = hwi_parallel_for(n, n_threads_for(in, in->n_rows), finish_task, &f, err);
    for (int32_t i = 0; i < n; i++) {
        if (status == HW_OK && columns[i])
            status = hwi_frame_append(frame, in->plan.columns[i].name, HW_TAKE(columns[i]), err);
        hwi_column_unref(columns[i]);
    }
    hwi_free(columns);
    HW_TRY(status);
    *out = HW_TAKE(frame);
    return HW_OK;
}

/* ---- public ---- */

/* A release callback marks its struct as released; one that forgets is not called again. */
static void release_schema(struct ArrowSchema *schema)
{
    if (schema->release)
        schema->release(schema);
    schema->release = NULL;
}

static void release_array(struct ArrowArray *array)
{
    if (array->release)
        array->release(array);
    array->release = NULL;
}

static hw_status import_arrays(const struct ArrowSchema *schema, struct ArrowArray *arrays,
                               int64_t n_arrays, const hw_arrow_options *options, hw_frame **out,
                               hw_error *err)
{
    __attribute__((cleanup(import_clear))) import in = {0};
    HW_TRY(import_init(&in, schema, options, err));
    for (int64_t i = 0; i < n_arrays; i++) {
        if (!arrays[i].release)
            HW_FAIL(err, HW_EDATA, NULL, "Arrow batch %lld was released before", (long long)i + 1);
        HW_TRY(import_batch(&in, &arrays[i], err));
        release_array(&arrays[i]);
    }
    return import_finish(&in, out, err);
}

hw_status hw_frame_from_arrow_arrays(struct ArrowSchema *schema, struct ArrowArray *arrays,
                                     int64_t n_arrays, const hw_arrow_options *options,
                                     hw_frame **out_frame, hw_error *err)
{
    HW_CHECK_ARG(err, schema && out_frame);
    HW_CHECK_ARG(err, n_arrays >= 0 && (arrays || n_arrays == 0));
    hw_status status = import_arrays(schema, arrays, n_arrays, options, out_frame, err);
    for (int64_t i = 0; i < n_arrays; i++)
        release_array(&arrays[i]);
    release_schema(schema);
    return status;
}

hw_status hw_frame_from_arrow(struct ArrowSchema *schema, struct ArrowArray *array,
                              const hw_arrow_options *options, hw_frame **out_frame, hw_error *err)
{
    return hw_frame_from_arrow_arrays(schema, array, 1, options, out_frame, err);
}

static hw_status check_stream(struct ArrowArrayStream *stream, int code, hw_error *err)
{
    if (code == 0)
        return HW_OK;
    const char *text = stream->get_last_error ? stream->get_last_error(stream) : NULL;
    if (code == ENOMEM && !text)
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    HW_FAIL(err, HW_EIO, NULL, "the Arrow stream ended with error %d%s%.800s", code,
            text ? ": " : "", text ? text : "");
}

static hw_status import_stream(struct ArrowArrayStream *stream, const hw_arrow_options *options,
                               hw_frame **out, hw_error *err)
{
    if (!stream->release || !stream->get_schema || !stream->get_next)
        HW_FAIL(err, HW_EDATA, NULL, "the Arrow stream was released before");
    struct ArrowSchema schema = {0};
    HW_TRY(check_stream(stream, stream->get_schema(stream, &schema), err));
    __attribute__((cleanup(import_clear))) import in = {0};
    hw_status status = import_init(&in, &schema, options, err);
    while (status == HW_OK) {
        struct ArrowArray array = {0};
        status = check_stream(stream, stream->get_next(stream, &array), err);
        if (status != HW_OK || !array.release)
            break;
        status = import_batch(&in, &array, err);
        release_array(&array);
    }
    release_schema(&schema);
    HW_TRY(status);
    return import_finish(&in, out, err);
}

hw_status hw_frame_from_arrow_stream(struct ArrowArrayStream *stream,
                                     const hw_arrow_options *options, hw_frame **out_frame,
                                     hw_error *err)
{
    HW_CHECK_ARG(err, stream && out_frame);
    hw_status status = import_stream(stream, options, out_frame, err);
    if (stream->release)
        stream->release(stream);
    stream->release = NULL;
    return status;
}
