/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <zlib.h>
#include <zstd.h>

#include "base/alloc.h"
#include "frame/source.h"

enum { FIRST_BYTES = 1 << 20, MAX_EXPANSION = 1100 }; /* deflate makes at most 1032 of one */

/* Unpacked bytes; one byte more than capacity is allocated for the newline. */
typedef struct output {
    char *data;
    size_t size, capacity, limit;
    const char *name;
} output;

static void output_clear(output *out)
{
    hwi_free(out->data);
    *out = (output){0};
}

static hw_status grow(output *out, size_t capacity, hw_error *err)
{
    if (out->size >= out->limit)
        HW_FAIL(err, HW_ENOMEM, NULL, "%s: unpacks to more than the %zu bytes of memory", out->name,
                out->limit);
    if (capacity > out->limit)
        capacity = out->limit;
    char *data = hwi_realloc_array(out->data, out->size, capacity + 1, 1);
    HW_CHECK_ALLOC(err, data);
    out->data = data;
    out->capacity = capacity;
    return HW_OK;
}

static hw_status inflate_all(z_stream *z, const hwi_file_text *file, output *out, hw_error *err)
{
    const unsigned char *from = (const unsigned char *)file->data;
    size_t n_left = file->size;
    bool is_done = false; /* with a member */
    while (!is_done || n_left + z->avail_in > 0) {
        if (is_done) {
            /* Padding with zeros behind the last member is customary. */
            if (*z->next_in == 0 || inflateReset(z) != Z_OK)
                break;
            is_done = false;
        }
        if (z->avail_in == 0) {
            const size_t most = 1 << 30;
            z->next_in = (unsigned char *)from;
            z->avail_in = (unsigned)(n_left < most ? n_left : most);
            from += z->avail_in;
            n_left -= z->avail_in;
            if (z->avail_in == 0)
                HW_FAIL(err, HW_EDATA, NULL, "%s: the gzip data end too early", out->name);
        }
        if (out->size == out->capacity)
            HW_TRY(grow(out, out->capacity * 2, err));
        size_t n_free = out->capacity - out->size;
        z->next_out = (unsigned char *)out->data + out->size;
        z->avail_out = (unsigned)(n_free < UINT32_MAX ? n_free : UINT32_MAX);
        int result = inflate(z, Z_NO_FLUSH);
        out->size = (size_t)((char *)z->next_out - out->data);
        if (result == Z_STREAM_END)
            is_done = true;
        else if (result == Z_MEM_ERROR)
            HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
        else if (result != Z_OK && result != Z_BUF_ERROR)
            HW_FAIL(err, HW_EDATA, NULL, "%s: broken gzip data (%s)", out->name,
                    z->msg ? z->msg : "unknown");
    }
    return HW_OK;
}

static hw_status unpack_gzip(const hwi_file_text *file, output *out, hw_error *err)
{
    /* The last four bytes say how long the last member is, modulo 2^32: a hint, no more. */
    size_t hint = FIRST_BYTES;
    if (file->size > 18) {
        const unsigned char *p = (const unsigned char *)file->data + file->size - 4;
        size_t said = p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
        if (said > hint && said / MAX_EXPANSION <= file->size)
            hint = said;
    }
    HW_TRY(grow(out, hint, err));
    z_stream z = {0};
    if (inflateInit2(&z, 15 + 16) != Z_OK)
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    hw_status status = inflate_all(&z, file, out, err);
    inflateEnd(&z);
    return status;
}

static hw_status decompress_all(ZSTD_DStream *stream, const hwi_file_text *file, output *out,
                                hw_error *err)
{
    ZSTD_inBuffer in = {file->data, file->size, 0};
    size_t result = 0;
    while (in.pos < in.size || result != 0) {
        if (out->size == out->capacity)
            HW_TRY(grow(out, out->capacity * 2, err));
        ZSTD_outBuffer to = {out->data, out->capacity, out->size};
        size_t in_before = in.pos;
        result = ZSTD_decompressStream(stream, &to, &in);
        if (ZSTD_isError(result))
            HW_FAIL(err, HW_EDATA, NULL, "%s: broken zstd data (%s)", out->name,
                    ZSTD_getErrorName(result));
        bool is_stuck = to.pos == out->size && in.pos == in_before;
        out->size = to.pos;
        if (result != 0 && is_stuck && in.pos == in.size)
            HW_FAIL(err, HW_EDATA, NULL, "%s: the zstd data end too early", out->name);
    }
    return HW_OK;
}

static hw_status unpack_zstd(const hwi_file_text *file, output *out, hw_error *err)
{
    unsigned long long said = ZSTD_getFrameContentSize(file->data, file->size);
    bool is_known = said != ZSTD_CONTENTSIZE_UNKNOWN && said != ZSTD_CONTENTSIZE_ERROR;
    /* Believe a header only as far as it costs little to be lied to. */
    size_t hint = is_known && said / 1024 <= file->size ? (size_t)said : FIRST_BYTES;
    HW_TRY(grow(out, hint ? hint : FIRST_BYTES, err));
    ZSTD_DStream *stream = ZSTD_createDStream();
    HW_CHECK_ALLOC(err, stream);
    hw_status status = decompress_all(stream, file, out, err);
    ZSTD_freeDStream(stream);
    return status;
}

hw_status hwi_source_unpack(const char *name, hwi_file_text *file, hw_error *err)
{
    bool is_gzip = file->size >= 3 && memcmp(file->data, "\x1f\x8b\x08", 3) == 0;
    bool is_zstd = file->size >= 4 && memcmp(file->data, "\x28\xb5\x2f\xfd", 4) == 0;
    if (!is_gzip && !is_zstd)
        return HW_OK;
    __attribute__((cleanup(output_clear)))
    output out = {.limit = hwi_file_memory_bytes(), .name = name};
    HW_TRY(is_gzip ? unpack_gzip(file, &out, err) : unpack_zstd(file, &out, err));
    hwi_file_text_clear(file);
    out.data[out.size] = '\n';
    file->data = out.data;
    file->size = out.size;
    out.data = NULL;
    return HW_OK;
}
