/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8 as RFC 3629 has it: overlong forms, surrogates and what lies beyond U+10FFFF are none.
 * Stateless. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Bytes of the character at text, which is NUL-terminated; 0 when they are no UTF-8. */
int hwi_utf8_length(const unsigned char *text);
/* The number of the valid character of n bytes at text. */
uint32_t hwi_utf8_decode(const unsigned char *text, int n);
bool hwi_utf8_is_valid(const char *text);
