/* SPDX-License-Identifier: Apache-2.0
 *
 * H2O's remarks on the parameters of a model, in order. A list owns its texts and belongs to one
 * thread at a time; zeroed it is empty. */
#pragma once

#include "base/status.h"
#include "heavywater/params.h"

typedef struct hwi_message {
    hw_message_type type;
    char *field;
    char *text;
} hwi_message;

typedef struct hwi_messages {
    hwi_message *v;
    int32_t n;
    int32_t capacity;
} hwi_messages;

void hwi_messages_clear(hwi_messages *messages);
/* Copies field and text. */
hw_status hwi_messages_add(hwi_messages *messages, hw_message_type type, const char *field,
                           const char *text, hw_error *err) HW_MUST_USE;
/* "TRACE", "WARN", "ERRR". */
const char *hwi_message_type_name(hw_message_type type);
/* False when it is none of them. */
bool hwi_message_type_from_name(const char *name, hw_message_type *out_type);

/* `HW_AUTO_MESSAGES(name);` declares an empty list that is cleared at the end of the scope. */
#define HW_AUTO_MESSAGES(name) __attribute__((cleanup(hwi_messages_clear))) hwi_messages name = {0}
