/* SPDX-License-Identifier: Apache-2.0
 *
 * Cutting texts into pieces that can be parsed independently: every piece begins at the beginning
 * of a line and ends behind the end of one, quotes respected. Exact whatever the text, and in
 * parallel: behind a line end the state of a reader is either "at the beginning of a line" or
 * "inside quotes". Each raw piece is scanned as if it were the first; then the states are passed
 * from piece to piece, and the few that began inside quotes are scanned again. */
#pragma once

#include "frame/dialect.h"
#include "frame/source.h"

enum { HWI_PIECE_BYTES = 1 << 20 };

typedef struct hwi_piece {
    int32_t source;
    const char *begin, *end;
} hwi_piece;

typedef struct hwi_piece_list {
    hwi_piece *items;
    int64_t n;
} hwi_piece_list;

/* Appends the pieces of source number `source` from begin (the beginning of a line) on, about
 * piece_bytes long each (0: the usual). Bytes NUL are refused: HW_EDATA, a binary file. */
hw_status hwi_cut(const hwi_dialect *dialect, const hwi_source *source, int32_t source_number,
                  const char *begin, size_t piece_bytes, int n_threads, hwi_piece_list *list,
                  hw_error *err) HW_MUST_USE;
void hwi_piece_list_clear(hwi_piece_list *list);
