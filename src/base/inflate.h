/* SPDX-License-Identifier: Apache-2.0
 *
 * Unpacking a whole deflate stream that lies in memory. Behind it stands libdeflate where the build
 * found it, which is twice as fast, else zlib. Stateless. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True when the stream is whole and unpacks to exactly n_out bytes. Writes no byte beyond. */
bool hwi_inflate(const void *packed, size_t n_packed, void *out, size_t n_out);
/* CRC-32 as in zip. */
uint32_t hwi_crc32(const void *bytes, size_t n_bytes);
