/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing JSON as a stream into a buffer. Commas and indentation are kept by the writer; numbers
 * are the shortest text that reads back; NaN and infinities become the strings "NaN", "Infinity",
 * "-Infinity", as H2O sends them. (Reading JSON is jansson's work.) One writer belongs to one
 * thread. */
#pragma once

#include "base/buffer.h"
#include "heavywater/table.h"

enum { HWI_JSON_MAX_DEPTH = 32 };

typedef struct hwi_json {
    hwi_buffer *out;
    int depth;
    bool has_items[HWI_JSON_MAX_DEPTH]; /* whether the open object or array at each depth holds one
                                         */
    bool is_inline[HWI_JSON_MAX_DEPTH]; /* arrays of plain values stand on one line */
    bool after_key;
} hwi_json;

void hwi_json_init(hwi_json *json, hwi_buffer *out);
void hwi_json_begin_object(hwi_json *json);
void hwi_json_end_object(hwi_json *json);
/* is_inline: the items are written on one line. */
void hwi_json_begin_array(hwi_json *json, bool is_inline);
void hwi_json_end_array(hwi_json *json);
void hwi_json_key(hwi_json *json, const char *key);
void hwi_json_null(hwi_json *json);
void hwi_json_bool(hwi_json *json, bool value);
void hwi_json_int(hwi_json *json, int64_t value);
/* Always with a point or an exponent, so that readers keep the type. */
void hwi_json_double(hwi_json *json, double value);
void hwi_json_float(hwi_json *json, float value);
/* text NULL writes null. Bytes that are no UTF-8 are written as U+FFFD. */
void hwi_json_string(hwi_json *json, const char *text);
/* A table: name, description, columns, n_rows under rows_key ("rows", or REST's "rowcount"), data
 * column by column. NULL writes null. */
void hwi_json_table(hwi_json *json, const hw_table *table, const char *rows_key);

/* key and value at once. */
void hwi_json_put_string(hwi_json *json, const char *key, const char *text);
void hwi_json_put_double(hwi_json *json, const char *key, double value);
void hwi_json_put_int(hwi_json *json, const char *key, int64_t value);
void hwi_json_put_bool(hwi_json *json, const char *key, bool value);
void hwi_json_put_null(hwi_json *json, const char *key);
