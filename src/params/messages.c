/* SPDX-License-Identifier: Apache-2.0 */
#include "params/messages.h"

#include <string.h>

#include "base/alloc.h"

void hwi_messages_clear(hwi_messages *messages)
{
    for (int32_t i = 0; i < messages->n; i++) {
        hwi_free(messages->v[i].field);
        hwi_free(messages->v[i].text);
    }
    hwi_free(messages->v);
    *messages = (hwi_messages){0};
}

hw_status hwi_messages_add(hwi_messages *messages, hw_message_type type, const char *field,
                           const char *text, hw_error *err)
{
    if (messages->n == messages->capacity) {
        int32_t capacity = messages->capacity ? 2 * messages->capacity : 32;
        hwi_message *v = hwi_realloc_array(messages->v, (size_t)messages->n, (size_t)capacity,
                                           sizeof *messages->v);
        HW_CHECK_ALLOC(err, v);
        messages->v = v;
        messages->capacity = capacity;
    }
    HW_AUTO(char) *field_copy = hwi_strdup(field);
    HW_AUTO(char) *text_copy = hwi_strdup(text);
    HW_CHECK_ALLOC(err, field_copy && text_copy);
    messages->v[messages->n++] =
        (hwi_message){.type = type, .field = HW_TAKE(field_copy), .text = HW_TAKE(text_copy)};
    return HW_OK;
}

static const char *const type_names[] = {"TRACE", "WARN", "ERRR"};

const char *hwi_message_type_name(hw_message_type type)
{
    return type_names[type];
}

bool hwi_message_type_from_name(const char *name, hw_message_type *out_type)
{
    for (int i = HW_MESSAGE_TRACE; i <= HW_MESSAGE_ERRR; i++)
        if (strcmp(name, type_names[i]) == 0) {
            *out_type = (hw_message_type)i;
            return true;
        }
    return false;
}
