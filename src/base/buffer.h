/* SPDX-License-Identifier: Apache-2.0
 *
 * A growing byte buffer with a maximum. After a failure (memory, or the maximum passed) the buffer
 * is `failed`: later appends do nothing, so a writer may append freely and check once at the end.
 * A buffer belongs to one thread at a time. */
#pragma once

#include "base/alloc.h"
#include "base/status.h"

typedef struct hwi_buffer {
    char *data; /* always NUL-terminated when not NULL */
    size_t size;
    size_t capacity;
    size_t max_bytes; /* 0 means no limit of its own */
    bool failed;
} hwi_buffer;

void hwi_buffer_init(hwi_buffer *buffer, size_t max_bytes);
void hwi_buffer_clear(hwi_buffer *buffer);
void hwi_buffer_append(hwi_buffer *buffer, const void *bytes, size_t n_bytes);
void hwi_buffer_append_text(hwi_buffer *buffer, const char *text);
void hwi_buffer_append_char(hwi_buffer *buffer, char c);
/* Appends n_bytes of any content and returns where they are, to be filled by the caller; NULL when
 * the buffer has failed. */
char *hwi_buffer_extend(hwi_buffer *buffer, size_t n_bytes);
/* For words and integers. Numbers with a point go through base/number.h: this one follows the
 * locale. */
void hwi_buffer_printf(hwi_buffer *buffer, const char *format, ...) HW_PRINTF(2, 3);
/* The text, or "" when nothing was appended. Valid until the next append. */
const char *hwi_buffer_text(const hwi_buffer *buffer);
/* HW_ENOMEM when an append failed, else HW_OK. */
hw_status hwi_buffer_check(const hwi_buffer *buffer, hw_error *err) HW_MUST_USE;

/* `HW_AUTO_BUFFER(name);` declares an empty buffer that is cleared at the end of the scope. */
#define HW_AUTO_BUFFER(name) __attribute__((cleanup(hwi_buffer_clear))) hwi_buffer name = {0}
