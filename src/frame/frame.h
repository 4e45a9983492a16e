/* SPDX-License-Identifier: Apache-2.0
 *
 * Building frames inside the library; see heavywater/frame.h for reading them. A builder belongs to
 * one thread; a finished frame is immutable and shared by reference count. */
#pragma once

#include "base/status.h"
#include "heavywater/frame.h"

HW_DEFINE_AUTO(hw_frame, hw_frame_unref)

/* A frame without columns; fill it with the functions below, before anybody else sees it. NULL
 * without memory. */
hw_frame *hwi_frame_new(const char *name, int64_t n_rows);

/* Appends a column made of doubles (NaN is missing), stored in the narrowest lossless type. For
 * HW_TYPE_ENUM the values are codes into levels (n_levels texts, copied). INT is demoted to REAL if
 * a value is not integral. */
hw_status hwi_frame_add_column(hw_frame *frame, const char *name, hw_type type,
                               const double *values, const char *const *levels, int32_t n_levels,
                               hw_error *err) HW_MUST_USE;

/* Appends column `column` of `from` (shared, not copied), which must have as many rows. */
hw_status hwi_frame_add_shared_column(hw_frame *frame, const hw_frame *from, int32_t column,
                                      hw_error *err) HW_MUST_USE;

/* Asks the memory for cells that will soon be read: at most a few lines of it, which the processor
 * then continues by itself. */
void hwi_frame_prefetch(const hw_frame *frame, int32_t column, int64_t row_begin, int64_t n);

/* The code of a level text in an ENUM column, or -1. O(log) or better. */
int32_t hwi_frame_find_level(const hw_frame *frame, int32_t column, const char *level);
