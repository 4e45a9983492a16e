/* SPDX-License-Identifier: Apache-2.0
 *
 * From a frame to Arrow's structs. Every struct owns what it points to and releases it by itself,
 * so that a consumer may move children out of their parent, as the interface allows. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "frame/column.h"
#include "frame/frame.h"
#include "heavywater/arrow.h"

enum { BLOCK_ROWS = 2048, DEFAULT_BATCH_ROWS = 1 << 16, MAX_BUFFERS = 3 };

/* ---- schemas ---- */

typedef struct schema_data {
    char *name;
    struct ArrowSchema *structs; /* of the children */
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
} schema_data;

static void release_schema(struct ArrowSchema *schema)
{
    schema_data *data = schema->private_data;
    for (int64_t i = 0; i < schema->n_children; i++)
        if (schema->children[i]->release)
            schema->children[i]->release(schema->children[i]);
    if (data->dictionary && data->dictionary->release)
        data->dictionary->release(data->dictionary);
    hwi_free(data->name);
    hwi_free(data->structs);
    hwi_free(data->children);
    hwi_free(data->dictionary);
    hwi_free(data);
    schema->release = NULL;
}

static void clear_schema(struct ArrowSchema *schema)
{
    if (schema->release)
        schema->release(schema);
}
#define HW_AUTO_SCHEMA(name) __attribute__((cleanup(clear_schema))) struct ArrowSchema name = {0}

/* Hands the struct over and leaves nothing to be released. */
static void move_schema(struct ArrowSchema *from, struct ArrowSchema *to)
{
    *to = *from;
    from->release = NULL;
}

/* format is static. Children are released structs, to be filled by the caller. */
static hw_status init_schema(struct ArrowSchema *schema, const char *format, const char *name,
                             int64_t n_children, hw_error *err)
{
    schema_data *data = HWI_NEW(schema_data);
    HW_CHECK_ALLOC(err, data);
    *schema =
        (struct ArrowSchema){.format = format, .release = release_schema, .private_data = data};
    data->name = hwi_strdup(name);
    HW_CHECK_ALLOC(err, data->name);
    schema->name = data->name;
    data->structs = HWI_NEW_ARRAY(struct ArrowSchema, (size_t)n_children);
    HW_CHECK_ALLOC(err, data->structs);
    data->children = HWI_ALLOC_ARRAY(struct ArrowSchema *, (size_t)n_children);
    HW_CHECK_ALLOC(err, data->children);
    for (int64_t i = 0; i < n_children; i++)
        data->children[i] = &data->structs[i];
    schema->children = data->children;
    schema->n_children = n_children;
    return HW_OK;
}

/* Bytes of the texts of a STRING or UUID column, or of the levels of an ENUM. */
static int64_t text_bytes(const hwi_column *column)
{
    int64_t n_bytes = 0;
    if (column->store != HWI_STORE_TEXT) {
        for (int32_t i = 0; i < column->n_levels; i++)
            n_bytes += (int64_t)strlen(column->levels[i]);
        return n_bytes;
    }
    const uint64_t *offsets = column->values;
    for (int64_t i = 0; i < column->n_rows; i++)
        if (offsets[i] != HWI_TEXT_MISSING)
            n_bytes += (int64_t)strlen(column->heap + offsets[i]);
    return n_bytes;
}

/* The same for all batches of a frame. */
static const char *format_of(const hwi_column *column)
{
    switch (column->type) {
    case HW_TYPE_INT:
        return hwi_store_is_integer(column->store) ? "l" : "g";
    case HW_TYPE_REAL:
        return "g";
    case HW_TYPE_TIME:
        return "tsm:UTC";
    case HW_TYPE_ENUM:
        return "i";
    case HW_TYPE_STRING:
    case HW_TYPE_UUID:
        break;
    }
    return text_bytes(column) > INT32_MAX ? "U" : "u";
}

static const char *format_of_levels(const hwi_column *column)
{
    return text_bytes(column) > INT32_MAX ? "U" : "u";
}

static hw_status make_column_schema(const hw_frame *frame, int32_t i, struct ArrowSchema *out,
                                    hw_error *err)
{
    const hwi_column *column = hwi_frame_column(frame, i);
    HW_AUTO_SCHEMA(schema);
    HW_TRY(init_schema(&schema, format_of(column), hw_frame_column_name(frame, i), 0, err));
    schema.flags = ARROW_FLAG_NULLABLE;
    if (column->type == HW_TYPE_ENUM) {
        schema_data *data = schema.private_data;
        data->dictionary = HWI_NEW(struct ArrowSchema);
        HW_CHECK_ALLOC(err, data->dictionary);
        HW_TRY(init_schema(data->dictionary, format_of_levels(column), "", 0, err));
        schema.dictionary = data->dictionary;
    }
    move_schema(&schema, out);
    return HW_OK;
}

static hw_status make_schema(const hw_frame *frame, struct ArrowSchema *out, hw_error *err)
{
    HW_AUTO_SCHEMA(schema);
    int32_t n = hw_frame_n_columns(frame);
    HW_TRY(init_schema(&schema, "+s", hw_frame_name(frame), n, err));
    for (int32_t i = 0; i < n; i++)
        HW_TRY(make_column_schema(frame, i, schema.children[i], err));
    move_schema(&schema, out);
    return HW_OK;
}

/* ---- arrays ---- */

typedef struct array_data {
    void *owned[MAX_BUFFERS];
    const void *buffers[MAX_BUFFERS];
    struct ArrowArray *structs; /* of the children */
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
} array_data;

static void release_array(struct ArrowArray *array)
{
    array_data *data = array->private_data;
    for (int64_t i = 0; i < array->n_children; i++)
        if (array->children[i]->release)
            array->children[i]->release(array->children[i]);
    if (data->dictionary && data->dictionary->release)
        data->dictionary->release(data->dictionary);
    for (int i = 0; i < MAX_BUFFERS; i++)
        hwi_free(data->owned[i]);
    hwi_free(data->structs);
    hwi_free(data->children);
    hwi_free(data->dictionary);
    hwi_free(data);
    array->release = NULL;
}

static void clear_array(struct ArrowArray *array)
{
    if (array->release)
        array->release(array);
}
#define HW_AUTO_ARRAY(name) __attribute__((cleanup(clear_array))) struct ArrowArray name = {0}

static void move_array(struct ArrowArray *from, struct ArrowArray *to)
{
    *to = *from;
    from->release = NULL;
}

static hw_status init_array(struct ArrowArray *array, int64_t length, int n_buffers,
                            int64_t n_children, hw_error *err)
{
    array_data *data = HWI_NEW(array_data);
    HW_CHECK_ALLOC(err, data);
    *array = (struct ArrowArray){.length = length,
                                 .n_buffers = n_buffers,
                                 .buffers = data->buffers,
                                 .release = release_array,
                                 .private_data = data};
    data->structs = HWI_NEW_ARRAY(struct ArrowArray, (size_t)n_children);
    HW_CHECK_ALLOC(err, data->structs);
    data->children = HWI_ALLOC_ARRAY(struct ArrowArray *, (size_t)n_children);
    HW_CHECK_ALLOC(err, data->children);
    for (int64_t i = 0; i < n_children; i++)
        data->children[i] = &data->structs[i];
    array->children = data->children;
    array->n_children = n_children;
    return HW_OK;
}

/* A buffer of n elements of n_bytes, owned by the array. */
static hw_status add_buffer(struct ArrowArray *array, int i, int64_t n, size_t n_bytes, void **out,
                            hw_error *err)
{
    array_data *data = array->private_data;
    data->owned[i] = hwi_calloc_array((size_t)n, n_bytes);
    HW_CHECK_ALLOC(err, data->owned[i]);
    data->buffers[i] = data->owned[i];
    *out = data->owned[i];
    return HW_OK;
}

/* The bitmap, where 1 is present, made when the first null is met. */
static hw_status set_null(struct ArrowArray *array, int64_t row, hw_error *err)
{
    array_data *data = array->private_data;
    uint8_t *bits = data->owned[0];
    if (!bits) {
        void *fresh;
        int64_t n = (array->length + 7) / 8;
        HW_TRY(add_buffer(array, 0, n, 1, &fresh, err));
        bits = memset(fresh, 0xff, (size_t)n);
    }
    bits[row >> 3] &= (uint8_t) ~(1u << (row & 7));
    array->null_count++;
    return HW_OK;
}

static hw_status export_doubles(const hwi_column *column, int64_t begin, struct ArrowArray *array,
                                hw_error *err)
{
    void *buffer;
    HW_TRY(add_buffer(array, 1, array->length, sizeof(double), &buffer, err));
    double *to = buffer;
    hwi_store_get_doubles(column->store, column->values, column->n_missing > 0, begin,
                          array->length, to);
    for (int64_t i = 0; i < array->length; i++)
        if (to[i] != to[i])
            HW_TRY(set_null(array, i, err));
    return HW_OK;
}

/* As int64_t, or as int32_t the codes of an ENUM. */
static hw_status export_ints(const hw_frame *frame, int32_t column, int64_t begin,
                             struct ArrowArray *array, hw_error *err)
{
    bool is_code = hw_frame_column_type(frame, column) == HW_TYPE_ENUM;
    void *buffer;
    HW_TRY(add_buffer(array, 1, array->length, is_code ? sizeof(int32_t) : sizeof(int64_t), &buffer,
                      err));
    int64_t block[BLOCK_ROWS];
    for (int64_t row = 0; row < array->length; row += BLOCK_ROWS) {
        int64_t n = array->length - row < BLOCK_ROWS ? array->length - row : BLOCK_ROWS;
        hw_frame_read_longs(frame, column, begin + row, n, block);
        for (int64_t i = 0; i < n; i++) {
            bool is_missing = block[i] == HWI_INT_MISSING;
            if (is_missing)
                HW_TRY(set_null(array, row + i, err));
            if (is_code)
                ((int32_t *)buffer)[row + i] = is_missing ? 0 : (int32_t)block[i];
            else
                ((int64_t *)buffer)[row + i] = is_missing ? 0 : block[i];
        }
    }
    return HW_OK;
}

/* Text i of what is exported, NULL where missing. */
typedef const char *text_at(const hwi_column *column, int64_t i);

static const char *cell_at(const hwi_column *column, int64_t i)
{
    uint64_t offset = ((const uint64_t *)column->values)[i];
    return offset == HWI_TEXT_MISSING ? NULL : column->heap + offset;
}

static const char *level_at(const hwi_column *column, int64_t i)
{
    return column->levels[i];
}

static hw_status export_texts(const hwi_column *column, text_at *get, int64_t begin, bool is_large,
                              struct ArrowArray *array, hw_error *err)
{
    int64_t n = array->length, n_bytes = 0;
    for (int64_t i = 0; i < n; i++) {
        const char *text = get(column, begin + i);
        n_bytes += text ? (int64_t)strlen(text) : 0;
    }
    void *offsets, *heap;
    HW_TRY(
        add_buffer(array, 1, n + 1, is_large ? sizeof(int64_t) : sizeof(int32_t), &offsets, err));
    HW_TRY(add_buffer(array, 2, n_bytes, 1, &heap, err));
    int64_t at = 0;
    for (int64_t i = 0; i < n; i++) {
        const char *text = get(column, begin + i);
        size_t length = text ? strlen(text) : 0;
        if (!text)
            HW_TRY(set_null(array, i, err));
        if (length)
            memcpy((char *)heap + at, text, length);
        at += (int64_t)length;
        if (is_large)
            ((int64_t *)offsets)[i + 1] = at;
        else
            ((int32_t *)offsets)[i + 1] = (int32_t)at;
    }
    return HW_OK;
}

static hw_status export_levels(const hwi_column *column, struct ArrowArray *array, hw_error *err)
{
    array_data *data = array->private_data;
    data->dictionary = HWI_NEW(struct ArrowArray);
    HW_CHECK_ALLOC(err, data->dictionary);
    array->dictionary = data->dictionary;
    HW_TRY(init_array(data->dictionary, column->n_levels, 3, 0, err));
    bool is_large = format_of_levels(column)[0] == 'U';
    return export_texts(column, level_at, 0, is_large, data->dictionary, err);
}

/* format is that of the column's schema. */
static hw_status make_column_array(const hw_frame *frame, int32_t i, const char *format,
                                   int64_t begin, int64_t n, struct ArrowArray *out, hw_error *err)
{
    const hwi_column *column = hwi_frame_column(frame, i);
    bool is_text = format[0] == 'u' || format[0] == 'U';
    HW_AUTO_ARRAY(array);
    HW_TRY(init_array(&array, n, is_text ? 3 : 2, 0, err));
    if (is_text)
        HW_TRY(export_texts(column, cell_at, begin, format[0] == 'U', &array, err));
    else if (format[0] == 'g')
        HW_TRY(export_doubles(column, begin, &array, err));
    else
        HW_TRY(export_ints(frame, i, begin, &array, err));
    if (column->type == HW_TYPE_ENUM)
        HW_TRY(export_levels(column, &array, err));
    move_array(&array, out);
    return HW_OK;
}

static hw_status make_array(const hw_frame *frame, const struct ArrowSchema *schema, int64_t begin,
                            int64_t n, struct ArrowArray *out, hw_error *err)
{
    HW_AUTO_ARRAY(array);
    HW_TRY(init_array(&array, n, 1, hw_frame_n_columns(frame), err));
    for (int32_t i = 0; i < hw_frame_n_columns(frame); i++)
        HW_TRY(make_column_array(frame, i, schema->children[i]->format, begin, n, array.children[i],
                                 err));
    move_array(&array, out);
    return HW_OK;
}

hw_status hw_frame_to_arrow(const hw_frame *frame, struct ArrowSchema *out_schema,
                            struct ArrowArray *out_array, hw_error *err)
{
    HW_CHECK_ARG(err, frame && out_schema && out_array);
    HW_AUTO_SCHEMA(schema);
    HW_TRY(make_schema(frame, &schema, err));
    HW_TRY(make_array(frame, &schema, 0, hw_frame_n_rows(frame), out_array, err));
    move_schema(&schema, out_schema);
    return HW_OK;
}

/* ---- stream ---- */

typedef struct stream_data {
    hw_frame *frame;
    struct ArrowSchema schema; /* ours, for the formats */
    int64_t batch_rows, next_row;
    hw_error error;
} stream_data;

static int errno_of(hw_status status)
{
    return status == HW_OK ? 0 : status == HW_ENOMEM ? ENOMEM : EINVAL;
}

static int stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    stream_data *data = stream->private_data;
    return errno_of(make_schema(data->frame, out, &data->error));
}

static int stream_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    stream_data *data = stream->private_data;
    int64_t left = hw_frame_n_rows(data->frame) - data->next_row;
    *out = (struct ArrowArray){0};
    if (left == 0)
        return 0;
    int64_t n = left < data->batch_rows ? left : data->batch_rows;
    hw_status status = make_array(data->frame, &data->schema, data->next_row, n, out, &data->error);
    if (status == HW_OK)
        data->next_row += n;
    return errno_of(status);
}

static const char *stream_error(struct ArrowArrayStream *stream)
{
    const stream_data *data = stream->private_data;
    return data->error.code != HW_OK ? data->error.message : NULL;
}

static void stream_release(struct ArrowArrayStream *stream)
{
    stream_data *data = stream->private_data;
    hw_frame_unref(data->frame);
    clear_schema(&data->schema);
    hwi_free(data);
    stream->release = NULL;
}

hw_status hw_frame_to_arrow_stream(hw_frame *frame, int64_t batch_rows,
                                   struct ArrowArrayStream *out_stream, hw_error *err)
{
    HW_CHECK_ARG(err, frame && out_stream);
    HW_CHECK_ARG(err, batch_rows >= 0);
    HW_AUTO_SCHEMA(schema);
    HW_TRY(make_schema(frame, &schema, err));
    stream_data *data = HWI_NEW(stream_data);
    HW_CHECK_ALLOC(err, data);
    data->frame = hw_frame_ref(frame);
    data->batch_rows = batch_rows ? batch_rows : DEFAULT_BATCH_ROWS;
    move_schema(&schema, &data->schema);
    *out_stream = (struct ArrowArrayStream){.get_schema = stream_schema,
                                            .get_next = stream_next,
                                            .get_last_error = stream_error,
                                            .release = stream_release,
                                            .private_data = data};
    return HW_OK;
}
