/* SPDX-License-Identifier: Apache-2.0
 *
 * The readers of the formats, behind hw_frame_read. Each gets texts in memory and gives a frame of
 * its own. */
#pragma once

#include "frame/cut.h"
#include "frame/parse_plan.h"

/* What all of them take. piece_bytes, max_bytes (of the columns) and thrifty_bytes (of text, from
 * which on memory is given back) are for tests (0: the usual). */
typedef struct hwi_parse_input {
    const hwi_source_list *sources;
    const hw_parse_options *options;
    size_t piece_bytes, max_bytes, thrifty_bytes;
} hwi_parse_input;

hw_status hwi_parse(const hwi_parse_input *input, hw_frame **out, hw_error *err) HW_MUST_USE;

hw_status hwi_parse_csv(const hwi_parse_input *input, hw_frame **out, hw_error *err) HW_MUST_USE;
/* True when the first line of cells is one of @relation, @attribute. */
bool hwi_is_arff(const hwi_source *source);
hw_status hwi_parse_arff(const hwi_parse_input *input, hw_frame **out, hw_error *err) HW_MUST_USE;
/* True when the first lines all read "number index:number ..." with rising indices from 1. */
bool hwi_is_svmlight(const hwi_source *source);
hw_status hwi_parse_svmlight(const hwi_parse_input *input, hw_frame **out,
                             hw_error *err) HW_MUST_USE;

/* Parses the rows of all pieces under a finished plan, columns marked as factors included. */
hw_status hwi_parse_rows(const hwi_plan *plan, const hwi_source_list *sources,
                         const hwi_piece_list *pieces, hw_frame **out, hw_error *err) HW_MUST_USE;
