/* SPDX-License-Identifier: Apache-2.0
 *
 * Pieces of source text in C and Java, and templates of whole files. Stateless. */
#pragma once

#include "base/buffer.h"

/* A finite number as the shortest literal that is it, in C, C++ and Java: "0.1875", "1e-08",
 * "2.0f". */
void hwi_append_real(hwi_buffer *out, double x);
void hwi_append_real_float(hwi_buffer *out, float x);
/* A literal with its quotes. */
void hwi_append_c_string(hwi_buffer *out, const char *text);
/* A literal of Java with its quotes, in pieces of at most so many characters. Bytes that are no
 * UTF-8 become U+FFFD, as Java reads them. */
void hwi_append_java_string(hwi_buffer *out, const char *text, int max_chars);
/* What may stand in a comment: on one line, without its end or an escape. */
void hwi_append_comment(hwi_buffer *out, const char *text);
/* A separator in front of item i of a list: a comma, and a new line after each `per_line`. */
void hwi_append_separator(hwi_buffer *out, int64_t i, int32_t per_line);

/* A file to be filled in. Lines "//@if FLAG" (or !FLAG) to "//@end" stand when the flag does, a
 * line
 * "//@put WHAT" is replaced by what `put` appends, "@NAME@" by name. */
typedef struct hwi_template {
    const char *text;
    const char *name;
    bool (*has)(const char *flag, const void *ctx);
    void (*put)(const char *what, const void *ctx, hwi_buffer *out);
    const void *ctx;
} hwi_template;

hw_status hwi_template_fill(const hwi_template *template, hwi_buffer *out,
                            hw_error *err) HW_MUST_USE;
