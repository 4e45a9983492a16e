/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void hwi_buffer_init(hwi_buffer *buffer, size_t max_bytes)
{
    *buffer = (hwi_buffer){.max_bytes = max_bytes};
}

void hwi_buffer_clear(hwi_buffer *buffer)
{
    if (!buffer)
        return;
    hwi_free(buffer->data);
    hwi_buffer_init(buffer, buffer->max_bytes);
}

static bool reserve(hwi_buffer *buffer, size_t n_more)
{
    if (buffer->failed)
        return false;
    if (n_more > SIZE_MAX / 4 - buffer->size ||
        (buffer->max_bytes && buffer->size + n_more > buffer->max_bytes)) {
        buffer->failed = true;
        return false;
    }
    size_t wanted = buffer->size + n_more + 1;
    if (wanted <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity ? buffer->capacity * 2 : 256;
    if (capacity < wanted)
        capacity = wanted;
    char *data = hwi_realloc_array(buffer->data, buffer->size, capacity, 1);
    if (!data) {
        buffer->failed = true;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void hwi_buffer_append(hwi_buffer *buffer, const void *bytes, size_t n_bytes)
{
    if (!reserve(buffer, n_bytes))
        return;
    if (n_bytes)
        memcpy(buffer->data + buffer->size, bytes, n_bytes);
    buffer->size += n_bytes;
    buffer->data[buffer->size] = '\0';
}

void hwi_buffer_append_text(hwi_buffer *buffer, const char *text)
{
    hwi_buffer_append(buffer, text, strlen(text));
}

char *hwi_buffer_extend(hwi_buffer *buffer, size_t n_bytes)
{
    if (!reserve(buffer, n_bytes))
        return NULL;
    char *begin = buffer->data + buffer->size;
    buffer->size += n_bytes;
    buffer->data[buffer->size] = '\0';
    return begin;
}

void hwi_buffer_append_char(hwi_buffer *buffer, char c)
{
    hwi_buffer_append(buffer, &c, 1);
}

void hwi_buffer_printf(hwi_buffer *buffer, const char *format, ...)
{
    char small[256];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (n < 0) {
        buffer->failed = true;
        return;
    }
    if ((size_t)n < sizeof small) {
        hwi_buffer_append(buffer, small, (size_t)n);
        return;
    }
    if (!reserve(buffer, (size_t)n))
        return;
    va_start(args, format);
    vsnprintf(buffer->data + buffer->size, (size_t)n + 1, format, args);
    va_end(args);
    buffer->size += (size_t)n;
}

const char *hwi_buffer_text(const hwi_buffer *buffer)
{
    return buffer->data ? buffer->data : "";
}

hw_status hwi_buffer_check(const hwi_buffer *buffer, hw_error *err)
{
    if (buffer->failed)
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory after %zu bytes of text", buffer->size);
    return HW_OK;
}
