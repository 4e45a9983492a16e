/* SPDX-License-Identifier: Apache-2.0 */
#include "export/protobuf.h"

#include <string.h>

enum { WIRE_VARINT = 0, WIRE_BYTES = 2 };

static void put_varint(hwi_buffer *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        hwi_buffer_append_char(out, (char)(value | 0x80));
    hwi_buffer_append_char(out, (char)value);
}

static void put_tag(hwi_buffer *out, int field, int wire_type)
{
    put_varint(out, (uint64_t)field << 3 | (uint64_t)wire_type);
}

void hwi_proto_put_int(hwi_buffer *out, int field, int64_t value)
{
    put_tag(out, field, WIRE_VARINT);
    put_varint(out, (uint64_t)value);
}

void hwi_proto_put_bytes(hwi_buffer *out, int field, const void *bytes, size_t n_bytes)
{
    put_tag(out, field, WIRE_BYTES);
    put_varint(out, n_bytes);
    hwi_buffer_append(out, bytes, n_bytes);
}

void hwi_proto_put_text(hwi_buffer *out, int field, const char *text)
{
    hwi_proto_put_bytes(out, field, text, strlen(text));
}

void hwi_proto_put_message(hwi_buffer *out, int field, hwi_buffer *message)
{
    hwi_proto_put_bytes(out, field, message->data, message->size);
    out->failed = out->failed || message->failed;
    hwi_buffer_clear(message);
}
