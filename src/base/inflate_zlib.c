/* SPDX-License-Identifier: Apache-2.0 */
#include <zlib.h>

#include "base/inflate.h"

/* zlib counts in 32 bits. */
static const size_t MOST_AT_ONCE = (size_t)1 << 30;

static uInt some_of(size_t n)
{
    return (uInt)(n < MOST_AT_ONCE ? n : MOST_AT_ONCE);
}

bool hwi_inflate(const void *packed, size_t n_packed, void *out, size_t n_out)
{
    z_stream stream = {0};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return false;
    size_t in_left = n_packed, out_left = n_out;
    Bytef end[1]; /* a stream that is too long writes here */
    stream.next_in = (Bytef *)(uintptr_t)packed;
    stream.next_out = out;
    int code = Z_OK;
    while (code == Z_OK) {
        if (stream.avail_in == 0 && in_left > 0) {
            stream.avail_in = some_of(in_left);
            in_left -= stream.avail_in;
        }
        if (stream.avail_out == 0 && out_left > 0) {
            stream.avail_out = some_of(out_left);
            out_left -= stream.avail_out;
        } else if (stream.avail_out == 0) {
            stream.next_out = end;
            stream.avail_out = 1;
            out_left = 0;
        }
        code = inflate(&stream, Z_NO_FLUSH);
        if (code == Z_OK && stream.next_out == end + 1)
            code = Z_BUF_ERROR;
    }
    bool is_whole = code == Z_STREAM_END && out_left == 0 && in_left == 0 && stream.avail_in == 0 &&
                    (stream.next_out == (Bytef *)out + n_out || stream.next_out == end);
    inflateEnd(&stream);
    return is_whole;
}

uint32_t hwi_crc32(const void *bytes, size_t n_bytes)
{
    const Bytef *next = bytes;
    uLong crc = crc32(0, NULL, 0);
    while (n_bytes > 0) {
        uInt n = some_of(n_bytes);
        crc = crc32(crc, next, n);
        next += n;
        n_bytes -= n;
    }
    return (uint32_t)crc;
}
