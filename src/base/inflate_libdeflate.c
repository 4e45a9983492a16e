/* SPDX-License-Identifier: Apache-2.0 */
#include <libdeflate.h>

#include "base/inflate.h"

bool hwi_inflate(const void *packed, size_t n_packed, void *out, size_t n_out)
{
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    if (!decompressor)
        return false;
    size_t n_read = 0;
    enum libdeflate_result result =
        libdeflate_deflate_decompress_ex(decompressor, packed, n_packed, out, n_out, &n_read, NULL);
    libdeflate_free_decompressor(decompressor);
    return result == LIBDEFLATE_SUCCESS && n_read == n_packed;
}

uint32_t hwi_crc32(const void *bytes, size_t n_bytes)
{
    return libdeflate_crc32(0, bytes, n_bytes);
}
