/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrow structs whose fields the input decides: formats, lengths, offsets, numbers of buffers and
 * children, missing pointers, dictionaries. Sizes of buffers are not part of Arrow's structs and
 * cannot be checked by anybody, so lengths are small or absurd, never just too large, and offsets
 * of texts stay in their heap (though not in order). What could be read must come back the same
 * from its own export. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "frame/frame.h"
#include "heavywater/arrow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

enum { MAX_COLUMNS = 4, MAX_BATCHES = 3, SPACE = 1 << 13, N_BUFFERS = 6, MAX_TEXT_OFFSETS = 400 };

static const char *const formats[] = {
    "n",    "b",    "c",        "C",    "s",   "S",       "i",         "I",
    "l",    "L",    "e",        "f",    "g",   "u",       "U",         "vu",
    "tdD",  "tdm",  "tts",      "ttm",  "ttu", "ttn",     "tss:",      "tsm:UTC",
    "tsu:", "tsn:", "d:9,2,32", "d:18", "d:",  "d:18,-3", "d:19,0,64", "d:60,2,256",
    "+l",   "+s",   "z",        "tDs",  "",    "x",       NULL};

typedef struct input {
    const uint8_t *at, *end;
} input;

static uint8_t take(input *in)
{
    return in->at < in->end ? *in->at++ : 0;
}

/* Small, or now and then what no length can be. */
static int64_t take_length(input *in, int64_t usual)
{
    static const int64_t odd[] = {-1, INT64_MIN, INT64_MAX, INT64_MAX / 2, 0, 1};
    uint8_t x = take(in);
    return x < 6 ? odd[x] : x < 32 ? x % 50 : usual;
}

static int n_live;

static void release_schema(struct ArrowSchema *schema)
{
    n_live--;
    schema->release = NULL;
}

static void release_array(struct ArrowArray *array)
{
    n_live--;
    array->release = NULL;
}

/* One array, with what its buffers point to. */
typedef struct cells {
    struct ArrowArray array;
    const void *buffers[N_BUFFERS];
    int32_t offsets[MAX_TEXT_OFFSETS];
    int64_t large_offsets[MAX_TEXT_OFFSETS], sizes[N_BUFFERS];
} cells;

typedef struct batch {
    cells columns[MAX_COLUMNS], dictionaries[MAX_COLUMNS];
    struct ArrowArray *children[MAX_COLUMNS];
    const void *own[1];
} batch;

static struct ArrowSchema columns[MAX_COLUMNS], dictionaries[MAX_COLUMNS];
static struct ArrowSchema *children[MAX_COLUMNS];
static struct ArrowArray arrays[MAX_BATCHES];
static batch batches[MAX_BATCHES];
static uint8_t space[SPACE];

static void make_schema(input *in, struct ArrowSchema *schema)
{
    static const char *const names[] = {"a", "b", "c", "", NULL, "a"};
    *schema =
        (struct ArrowSchema){.format = formats[take(in) % (sizeof(formats) / sizeof(*formats))],
                             .name = names[take(in) % 6],
                             .n_children = take(in) == 1,
                             .release = release_schema};
    n_live++;
}

/* In order, but for a step back to -1 here and there. */
static void fill_offsets(int32_t at, uint8_t seed, cells *out)
{
    for (int i = 0; i < MAX_TEXT_OFFSETS; i++) {
        out->offsets[i] = at;
        out->large_offsets[i] = at;
        int step = space[(i + seed) % SPACE];
        at = step == 255 ? -1 : (at + step % 9) % SPACE;
    }
}

static void make_cells(input *in, const char *format, int64_t length, cells *out)
{
    bool is_text = format && (format[0] == 'u' || format[0] == 'U');
    bool is_view = format && format[0] == 'v';
    int usual = is_text ? 3 : is_view ? 4 : format && format[0] == 'n' ? 0 : 2;
    uint8_t odd = take(in);
    for (int i = 0; i < N_BUFFERS; i++) {
        out->buffers[i] = odd == i + 1 ? NULL : space;
        out->sizes[i] = SPACE - (int64_t)odd;
    }
    if (odd & 8)
        out->buffers[0] = NULL;
    fill_offsets(take(in), odd, out);
    if (is_text && out->buffers[1])
        out->buffers[1] =
            format[0] == 'u' ? (const void *)out->offsets : (const void *)out->large_offsets;
    if (is_view)
        out->buffers[3] = out->sizes;
    int64_t n_buffers = take(in) == 1 ? take(in) % N_BUFFERS : usual;
    /* Buffer 3 of a view of more heaps would be a heap; sizes are the last. */
    if (is_view)
        n_buffers = n_buffers > 4 ? 4 : n_buffers;
    out->array = (struct ArrowArray){.length = take_length(in, length),
                                     .null_count = take_length(in, -1),
                                     .offset = take_length(in, take(in) % 20),
                                     .n_buffers = n_buffers,
                                     .buffers = take(in) == 1 ? NULL : out->buffers,
                                     .release = take(in) == 1 ? NULL : release_array};
    n_live += out->array.release != NULL;
}

static void make_batch(input *in, int64_t n_columns, batch *b, struct ArrowArray *out)
{
    int64_t length = take(in) % 60, offset = take(in) % 30;
    for (int64_t i = 0; i < n_columns; i++) {
        make_cells(in, columns[i].format, length + offset, &b->columns[i]);
        b->children[i] = take(in) == 1 ? NULL : &b->columns[i].array;
        if (columns[i].dictionary || take(in) == 1) {
            make_cells(in, columns[i].dictionary ? columns[i].dictionary->format : "u", 10,
                       &b->dictionaries[i]);
            b->columns[i].array.dictionary = &b->dictionaries[i].array;
        }
    }
    b->own[0] = take(in) & 1 ? space : NULL;
    *out = (struct ArrowArray){.length = take_length(in, length),
                               .offset = take_length(in, offset),
                               .n_buffers = take(in) == 1 ? 0 : 1,
                               .n_children = take(in) == 1 ? take(in) % 3 : n_columns,
                               .buffers = b->own,
                               .children = b->children,
                               .release = release_array};
    n_live++;
}

/* Structs inside others are released by their parent: here by hand. */
static void release_rest(int64_t n_columns, int n_batches)
{
    for (int64_t i = 0; i < n_columns; i++) {
        n_live -= (columns[i].release != NULL) + (columns[i].dictionary != NULL);
        for (int k = 0; k < n_batches; k++) {
            n_live -= batches[k].columns[i].array.release != NULL;
            n_live -=
                batches[k].columns[i].array.dictionary && batches[k].dictionaries[i].array.release;
        }
    }
}

/* Out and in again. */
static void check(const hw_frame *frame)
{
    HW_AUTO(hw_frame) *back = NULL;
    struct ArrowSchema schema;
    struct ArrowArray array;
    hw_error err = {0};
    if (hw_frame_to_arrow(frame, &schema, &array, &err) != HW_OK ||
        hw_frame_from_arrow(&schema, &array, NULL, &back, &err) != HW_OK)
        abort();
    if (hw_frame_n_rows(back) != hw_frame_n_rows(frame) ||
        hw_frame_n_columns(back) != hw_frame_n_columns(frame))
        abort();
    for (int32_t i = 0; i < hw_frame_n_columns(frame); i++) {
        if (hw_frame_n_missing(back, i) != hw_frame_n_missing(frame, i) ||
            hw_frame_n_levels(back, i) > hw_frame_n_levels(frame, i))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    input in = {data, data + n_bytes};
    for (size_t i = 0; i < SPACE; i++)
        space[i] = n_bytes ? data[(i * 7 + i / n_bytes) % n_bytes] : 0;
    n_live = 0;
    int64_t n_columns = take(&in) % (MAX_COLUMNS + 1);
    int n_batches = take(&in) % (MAX_BATCHES + 1);
    memset(batches, 0, sizeof(batches));
    for (int64_t i = 0; i < n_columns; i++) {
        make_schema(&in, &columns[i]);
        children[i] = take(&in) == 1 ? NULL : &columns[i];
        if (take(&in) % 3 == 0) {
            make_schema(&in, &dictionaries[i]);
            columns[i].dictionary = &dictionaries[i];
        }
    }
    for (int k = 0; k < n_batches; k++)
        make_batch(&in, n_columns, &batches[k], &arrays[k]);
    struct ArrowSchema schema = {.format = take(&in) == 1 ? "i" : "+s",
                                 .n_children = n_columns,
                                 .children = children,
                                 .release = release_schema};
    n_live++;
    hw_frame *frame = NULL;
    hw_error err = {0};
    hw_arrow_options options = {.n_threads = 1};
    hw_status status =
        hw_frame_from_arrow_arrays(&schema, arrays, n_batches, &options, &frame, &err);
    release_rest(n_columns, n_batches);
    if (n_live != 0 || schema.release || (status == HW_OK) != (frame != NULL) ||
        (status != HW_OK && !err.message[0]))
        abort();
    if (frame)
        check(frame);
    hw_frame_unref(frame);
    return 0;
}
