/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames from arrays in memory. A builder belongs to one thread at a time and copies what it is
 * given, so the arrays may be released at once; the finished frame may be read from any thread.
 *
 *     hw_frame_builder *builder = NULL;
 *     hw_frame *frame = NULL;
 *     hw_status status = hw_frame_builder_new("points", n_rows, &builder, &err);
 *     if (status == HW_OK)
 *         status = hw_frame_builder_add_doubles(builder, "x", x, 1, &err);
 *     if (status == HW_OK)
 *         status = hw_frame_builder_finish(builder, &frame, &err);
 *     hw_frame_builder_free(builder);
 *
 * Numbers are kept in the narrowest type that loses nothing, as the parser keeps those of a file:
 * a column of doubles that are all whole is HW_TYPE_INT, others are HW_TYPE_REAL, and training does
 * not depend on the type of the array. Every function that adds a column takes its name, which no
 * other column may have; NULL or "" becomes "C" and its position (C1, C2 ...). A column that is
 * refused leaves the builder as it was. Errors: HW_EINVAL (an argument), HW_EDATA (field: the
 * column; a name that stands twice, a cell that cannot be kept), HW_ENOMEM. */
#pragma once

#include "heavywater/frame.h"

HW_BEGIN_DECLS

typedef struct hw_frame_builder hw_frame_builder;

/** For a frame of that name and number of rows (0 or more). The builder is the caller's. */
HW_API hw_status hw_frame_builder_new(const char *name, int64_t n_rows,
                                      hw_frame_builder **out_builder, hw_error *err) HW_MUST_USE;
/* Takes NULL. Frames that were finished live on. */
HW_API void hw_frame_builder_free(hw_frame_builder *builder);

/** Adds a numeric column. Row i is values[i * stride]: 1 for an array, the number of columns for a
 * column of a row-major matrix. NaN is missing. A float is kept as the number that it is: 0.1f is
 * 0.100000001490116. */
HW_API hw_status hw_frame_builder_add_doubles(hw_frame_builder *builder, const char *name,
                                              const double *values, int64_t stride,
                                              hw_error *err) HW_MUST_USE;
HW_API hw_status hw_frame_builder_add_floats(hw_frame_builder *builder, const char *name,
                                             const float *values, int64_t stride,
                                             hw_error *err) HW_MUST_USE;
/** The same for whole numbers; INT32_MIN and INT64_MIN are missing. */
HW_API hw_status hw_frame_builder_add_ints(hw_frame_builder *builder, const char *name,
                                           const int32_t *values, int64_t stride,
                                           hw_error *err) HW_MUST_USE;
HW_API hw_status hw_frame_builder_add_longs(hw_frame_builder *builder, const char *name,
                                            const int64_t *values, int64_t stride,
                                            hw_error *err) HW_MUST_USE;
/** Adds a TIME column of milliseconds since 1970 UTC; INT64_MIN is missing. */
HW_API hw_status hw_frame_builder_add_times(hw_frame_builder *builder, const char *name,
                                            const int64_t *values, int64_t stride,
                                            hw_error *err) HW_MUST_USE;
/** Adds a column of texts, one a row, NULL where missing. type HW_TYPE_ENUM makes categories of
 * them, whose levels are the texts that occur in the order of their bytes, as the parser makes
 * them; HW_TYPE_STRING keeps texts, which training leaves out. */
HW_API hw_status hw_frame_builder_add_texts(hw_frame_builder *builder, const char *name,
                                            hw_type type, const char *const *texts,
                                            hw_error *err) HW_MUST_USE;
/** Adds an ENUM column by the codes of its levels: 0 .. n_levels - 1, or -1 where missing. The
 * levels keep their order, also those that no row has; no text may stand twice. The order matters:
 * the last of two classes is the positive one, and with the same seed another order gives another
 * model. HW_EDATA names the row of a code out of range. */
HW_API hw_status hw_frame_builder_add_codes(hw_frame_builder *builder, const char *name,
                                            const int32_t *codes, const char *const *levels,
                                            int32_t n_levels, hw_error *err) HW_MUST_USE;

/** The frame of all columns added, which is the caller's; the builder is then empty and of no
 * further use but to be freed. */
HW_API hw_status hw_frame_builder_finish(hw_frame_builder *builder, hw_frame **out_frame,
                                         hw_error *err) HW_MUST_USE;

HW_END_DECLS
