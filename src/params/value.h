/* SPDX-License-Identifier: Apache-2.0
 *
 * One parameter's value: from text, to text, compared, copied, checked. Every function takes the
 * row of the table, which says what kind of value stands at `field`. A value owns its text or list.
 * Stateless. */
#pragma once

#include "base/json.h"
#include "params/params.h"

/* Room for a value of any kind. */
typedef union hwi_value {
    bool is_true;
    int32_t int_value;
    int64_t long_value;
    float float_value;
    double double_value;
    int level;
    char *text;
    hwi_int_list ints;
    hwi_double_list doubles;
    hwi_text_list texts;
} hwi_value;

size_t hwi_value_bytes(const hwi_param_row *row);
/* Reads text into an unset field; the field is untouched on failure. Booleans: true, false, yes,
 * no, 1, 0. Lists: 1,2 or [1,2]; items of text lists may be quoted as "a,b". NaN and Infinity are
 * numbers. "" is null for enums, texts and lists whose default is null, "null" for every list and,
 * unquoted, for an item of a text list. HW_EINVAL, HW_ENOMEM. */
hw_status hwi_value_read(const hwi_param_row *row, const char *text, void *field,
                         hw_error *err) HW_MUST_USE;
/* The text that reads back to the same value. Nothing for null scalars; "null" for null lists whose
 * default is another one. */
void hwi_value_write(const hwi_param_row *row, const void *field, hwi_buffer *out);
void hwi_value_write_json(const hwi_param_row *row, const void *field, hwi_json *json);
bool hwi_value_is_equal(const hwi_param_row *row, const void *a, const void *b);
hw_status hwi_value_copy(const hwi_param_row *row, const void *from, void *to,
                         hw_error *err) HW_MUST_USE;
/* Releases what the value owns; the field is unset after. */
void hwi_value_clear(const hwi_param_row *row, void *field);
/* HW_EINVAL with the range when the value, or one of the list's, is outside. */
hw_status hwi_value_check_range(const hwi_param_row *row, const void *field,
                                hw_error *err) HW_MUST_USE;

/* Shared by value*.c alone. */
bool hwi_is_word(const char *text, size_t n_bytes, const char *word); /* ignoring case */
bool hwi_value_is_float_list(const hwi_param_row *row);               /* float[] */
void hwi_text_list_clear(hwi_text_list *list);
