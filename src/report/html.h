/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing HTML into a buffer: escaping, small tags, numbers as people read them. Everything that a
 * user's data can reach (names, levels, values) goes through hwi_html_text; only texts that stand
 * in our sources are appended raw. Stateless; the buffer remembers failures. */
#pragma once

#include "base/buffer.h"

enum { HWI_PRETTY_BYTES = 64 };

/* Escaped for content and for quoted attributes. Bytes that are no UTF-8, and control characters
 * that HTML forbids, become U+FFFD. NULL writes nothing. */
void hwi_html_text(hwi_buffer *out, const char *text);
/* The same, cut to max_chars characters with an ellipsis at the end. */
void hwi_html_clipped(hwi_buffer *out, const char *text, int max_chars);
/* Characters, not bytes. */
int hwi_html_length(const char *text);
/* ` name="text"`, escaped. */
void hwi_html_attribute(hwi_buffer *out, const char *name, const char *text);
/* `<tag class="class">text</tag>`; class may be NULL. */
void hwi_html_tag(hwi_buffer *out, const char *tag, const char *class_name, const char *text);
/* A tag around a name: cut by the style sheet when too long, whole in the tool tip. Names past
 * 2,000 characters are cut there as well. */
void hwi_html_name(hwi_buffer *out, const char *tag, const char *class_name, const char *text);

/* n significant digits with thousands separators: "0.6398", "12,346", "1.5e-7"; whole numbers stay
 * whole; NaN is an en dash. Returns out. */
const char *hwi_pretty(double x, int n_digits, char out[HWI_PRETTY_BYTES]);
/* n significant digits at most, without zeros at the end: for positions on an axis ("5.5"). */
const char *hwi_pretty_short(double x, int n_digits, char out[HWI_PRETTY_BYTES]);
/* A share of one as a percentage, "12.3 %". */
const char *hwi_pretty_percent(double share, char out[HWI_PRETTY_BYTES]);
/* The same, straight into the buffer. */
void hwi_html_number(hwi_buffer *out, double x, int n_digits);
