/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests of frames: parsing a text in memory, and a frame as one line of text, such as
 * "a:int 1 NA | b:enum{x,y} x y". */
#pragma once

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/number.h"
#include "frame/frame.h"
#include "frame/parse.h"

/* piece_bytes 0 is the usual. */
static inline hw_status hw_parse_text(const char *name, const char *text, size_t n_bytes,
                                      const hw_parse_options *options, size_t piece_bytes,
                                      hw_frame **out, hw_error *err)
{
    static const hw_parse_options defaults = {0};
    __attribute__((cleanup(hwi_source_list_clear))) hwi_source_list sources = {0};
    HW_TRY(hwi_source_list_wrap(name, text, n_bytes, &sources, err));
    hwi_parse_input input = {&sources, options ? options : &defaults, piece_bytes, 0};
    return hwi_parse(&input, out, err);
}

static inline void hw_append_cell(hwi_buffer *out, const hw_frame *frame, int32_t column,
                                  int64_t row)
{
    hw_type type = hw_frame_column_type(frame, column);
    if (type == HW_TYPE_STRING || type == HW_TYPE_UUID) {
        const char *text = hw_frame_text(frame, column, row);
        hwi_buffer_append_text(out, text ? text : "NA");
        return;
    }
    double x;
    hw_frame_read_doubles(frame, column, row, 1, &x);
    char text[HWI_NUMBER_TEXT_BYTES];
    hwi_format_double(x, text);
    if (isnan(x))
        hwi_buffer_append_text(out, "NA");
    else if (type == HW_TYPE_ENUM)
        hwi_buffer_append_text(out, hw_frame_level(frame, column, (int32_t)x));
    else if (x == floor(x) && fabs(x) < 1e15)
        hwi_buffer_printf(out, "%lld", (long long)x);
    else
        hwi_buffer_append_text(out, text);
}

static inline void hw_frame_to_text(const hw_frame *frame, hwi_buffer *out)
{
    out->size = 0;
    hwi_buffer_append(out, "", 0);
    for (int32_t i = 0; i < hw_frame_n_columns(frame); i++) {
        if (i > 0)
            hwi_buffer_append_text(out, " | ");
        hwi_buffer_append_text(out, hw_frame_column_name(frame, i));
        hwi_buffer_append_char(out, ':');
        hwi_buffer_append_text(out, hw_type_name(hw_frame_column_type(frame, i)));
        for (int32_t k = 0; k < hw_frame_n_levels(frame, i); k++) {
            hwi_buffer_append_char(out, k ? ',' : '{');
            hwi_buffer_append_text(out, hw_frame_level(frame, i, k));
        }
        if (hw_frame_n_levels(frame, i))
            hwi_buffer_append_char(out, '}');
        for (int64_t row = 0; row < hw_frame_n_rows(frame); row++) {
            hwi_buffer_append_char(out, ' ');
            hw_append_cell(out, frame, i, row);
        }
    }
}
