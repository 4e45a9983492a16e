/* SPDX-License-Identifier: Apache-2.0
 *
 * The wire format of protocol buffers, as far as ONNX files need it. A message is a buffer of
 * fields; a message within another is written on its own and then put in. Stateless. */
#pragma once

#include "base/buffer.h"

/* Integers, enums and booleans. Negative ones take ten bytes. */
void hwi_proto_put_int(hwi_buffer *out, int field, int64_t value);
void hwi_proto_put_bytes(hwi_buffer *out, int field, const void *bytes, size_t n_bytes);
void hwi_proto_put_text(hwi_buffer *out, int field, const char *text);
/* A message, which is cleared. When it has failed, so has out. */
void hwi_proto_put_message(hwi_buffer *out, int field, hwi_buffer *message);
