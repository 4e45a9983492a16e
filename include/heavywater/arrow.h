/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames from and to Apache Arrow, through its C data interface: three structs that pandas, polars,
 * pyarrow, R's arrow, DuckDB and others hand out and take. No Arrow library is needed. Functions
 * may be called from any thread; the structs belong to one thread at a time.
 *
 * Columns become what an upload of the same table as a file would make of them:
 *
 *     Arrow                                            frame
 *     null, int8 .. int64, uint8 .. uint64             INT
 *     halffloat, float, double, decimal (to 128 bits)  REAL, or INT when all values are whole
 *     bool                                             ENUM of "False" and "True"
 *     utf8, large_utf8, utf8_view                      ENUM, or STRING when 95 of 100 texts differ
 *     dictionary of texts                              ENUM
 *     dictionary of others                             as its values
 *     date32, date64, time32, time64, timestamp        TIME, in milliseconds
 *
 * A column without any value is INT, all missing. Levels are the texts that occur, in the order of
 * their bytes, whatever the order of a dictionary: so a model does not depend on the way that a
 * table came. A timestamp with a zone is an instant; one without a zone is taken as UTC. Parts of a
 * millisecond are cut (towards the past). Any other type (list, struct, map, union, binary,
 * duration, interval, run-end encoded ...) is refused with HW_EUNSUPPORTED, naming the
 * column and its format; skipped_columns leaves it out.
 *
 * Structs that contradict themselves (lengths, offsets, numbers of buffers or children, codes) are
 * HW_EDATA. Only what the structs say can be checked: the sizes of their buffers they do not say.
 */
#pragma once

#include "heavywater/frame.h"

HW_BEGIN_DECLS

/* The structs as the Arrow specification gives them, with its guards, so that this header may stand
 * beside any other that declares them. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

#endif /* ARROW_C_STREAM_INTERFACE */

/** Zero-initialise; then set what is wanted. */
typedef struct hw_arrow_options {
    const char *name;            /* of the frame; NULL is "arrow" */
    const char *col_types;       /* as hw_parse_options: enum or string for texts, enum for
                                    numbers, numeric for a bool (0 and 1) or a time, or NULL */
    const char *skipped_columns; /* comma-separated names or 1-based positions, or NULL */
    const char *factors;         /* columns turned into categories, as hw_parse_options, or NULL */
    int n_threads;               /* 0 means all. The result does not depend on it. */
} hw_arrow_options;

/** A frame of one record batch: schema and array describe a struct whose children are the columns.
 * Both are released by this function, also when it fails (unless an argument is NULL); data are
 * copied. options may be NULL. The frame is the caller's. */
HW_API hw_status hw_frame_from_arrow(struct ArrowSchema *schema, struct ArrowArray *array,
                                     const hw_arrow_options *options, hw_frame **out_frame,
                                     hw_error *err) HW_MUST_USE;

/** The same of n_arrays batches of one schema, whose rows follow each other. Dictionaries may
 * differ from batch to batch. All arrays are released. */
HW_API hw_status hw_frame_from_arrow_arrays(struct ArrowSchema *schema, struct ArrowArray *arrays,
                                            int64_t n_arrays, const hw_arrow_options *options,
                                            hw_frame **out_frame, hw_error *err) HW_MUST_USE;

/** The same of a stream, read to its end and released; each batch is released once it is copied.
 * An error of the stream is HW_EIO with its text. */
HW_API hw_status hw_frame_from_arrow_stream(struct ArrowArrayStream *stream,
                                            const hw_arrow_options *options, hw_frame **out_frame,
                                            hw_error *err) HW_MUST_USE;

/** The rows of a frame as one record batch: INT as int64 (double where the values need it), REAL as
 * double, TIME as timestamp[ms, UTC], ENUM as a dictionary of int32 codes and the levels in code
 * order, STRING and UUID as utf8 (large_utf8 beyond 2 GB). Missing cells are nulls. The structs are
 * the caller's, to be released by their callbacks; they do not refer to the frame. They are
 * untouched on failure. */
HW_API hw_status hw_frame_to_arrow(const hw_frame *frame, struct ArrowSchema *out_schema,
                                   struct ArrowArray *out_array, hw_error *err) HW_MUST_USE;

/** The same as a stream of batches of batch_rows rows (0 means 65,536), made as they are asked for.
 * The stream holds a reference to the frame until it is released. */
HW_API hw_status hw_frame_to_arrow_stream(hw_frame *frame, int64_t batch_rows,
                                          struct ArrowArrayStream *out_stream,
                                          hw_error *err) HW_MUST_USE;

HW_END_DECLS
