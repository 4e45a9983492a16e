/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames: named, typed columns of equal length with missing values. A frame is shared by atomic
 * reference count and immutable once returned, so it may be read from any thread. */
#pragma once

#include "heavywater/status.h"

HW_BEGIN_DECLS

typedef struct hw_frame hw_frame;

/* INT and REAL are numeric (INT when every value is integral), TIME is milliseconds since 1970 UTC,
 * ENUM is categorical. H2O's names are "int", "real", "enum", "time", "string", "uuid". */
typedef enum hw_type {
    HW_TYPE_INT,
    HW_TYPE_REAL,
    HW_TYPE_ENUM,
    HW_TYPE_TIME,
    HW_TYPE_STRING,
    HW_TYPE_UUID
} hw_type;

HW_API const char *hw_type_name(hw_type type);

/* Reference counting. unref takes NULL. */
HW_API hw_frame *hw_frame_ref(hw_frame *frame);
HW_API void hw_frame_unref(hw_frame *frame);

HW_API const char *
hw_frame_name(const hw_frame *frame); /* base name of the file without its endings */
HW_API int64_t hw_frame_n_rows(const hw_frame *frame);
HW_API int32_t hw_frame_n_columns(const hw_frame *frame);
HW_API const char *hw_frame_column_name(const hw_frame *frame, int32_t column);
HW_API hw_type hw_frame_column_type(const hw_frame *frame, int32_t column);
/* The column of that name, or -1. */
HW_API int32_t hw_frame_find_column(const hw_frame *frame, const char *name);
HW_API int64_t hw_frame_n_missing(const hw_frame *frame, int32_t column);
/* Levels of an ENUM column in code order; 0 and NULL for other types. */
HW_API int32_t hw_frame_n_levels(const hw_frame *frame, int32_t column);
HW_API const char *hw_frame_level(const hw_frame *frame, int32_t column, int32_t level);
/** Reads n rows from row_begin as doubles: numbers and times as they are, ENUM as level codes, NaN
 * where missing (and everywhere for STRING and UUID). */
HW_API void hw_frame_read_doubles(const hw_frame *frame, int32_t column, int64_t row_begin,
                                  int64_t n, double *out);
/** The same as floats, rounded to the nearest. */
HW_API void hw_frame_read_floats(const hw_frame *frame, int32_t column, int64_t row_begin,
                                 int64_t n, float *out);
/** The same as whole numbers: INT, TIME and ENUM exactly, REAL cut towards 0; INT64_MIN where
 * missing, where a number is out of range, and everywhere for STRING and UUID. */
HW_API void hw_frame_read_longs(const hw_frame *frame, int32_t column, int64_t row_begin, int64_t n,
                                int64_t *out);
/** Level codes of an ENUM column, -1 where missing (and everywhere for other types). */
HW_API void hw_frame_read_codes(const hw_frame *frame, int32_t column, int64_t row_begin, int64_t n,
                                int32_t *out);
/* Text of a STRING or UUID cell; NULL when missing or another type. */
HW_API const char *hw_frame_text(const hw_frame *frame, int32_t column, int64_t row);

/* One line about what the parser could not keep ("3 cells are no numbers and became missing: 'x' in
 * line 7 ..."), for a caller to show; NULL when there is nothing to say. */
HW_API const char *hw_frame_column_note(const hw_frame *frame, int32_t column);

/** Overrides of what the parser would guess. Zero-initialise; then set what is wanted. */
typedef struct hw_parse_options {
    const char *col_types;  /* "a=enum,b=numeric" by name or 1-based position, or NULL. Types: int,
                               real,  numeric, enum (factor, categorical), time, string, uuid */
    const char *na_strings; /* comma-separated texts that mean missing in every column ("\\," is a
                               comma), or "column=text" for one column; or NULL */
    const char *skipped_columns; /* comma-separated names or 1-based positions, or NULL */
    const char *factors; /* columns turned into categories after parsing, as asfactor() does: levels
                            of numbers in numeric order; or NULL */
    char separator;      /* 0 guesses */
    int header;    /* 0 guesses, 1 the first line is one, -1 it is data (H2O's check_header) */
    int n_threads; /* 0 means all */
} hw_parse_options;

/** Reads one file or several into a new frame: CSV (any separator), ARFF, SVMLight, each plain, .gz
 * or .zst. path may be "-" for standard input, a glob, or several of these separated by commas when
 * no file has the whole text as its name; rows are appended in order. Types, header, separator and
 * missing values follow H2O's parser. Errors: HW_EIO (cannot be read), HW_EDATA (not a table,
 * ragged; names file, line and column), HW_EINVAL (an option). The frame is the caller's. */
HW_API hw_status hw_frame_read(const char *path, const hw_parse_options *options,
                               hw_frame **out_frame, hw_error *err) HW_MUST_USE;

/** Writes CSV: header, quoted names and levels, numbers as the shortest text that reads back, empty
 * cells where missing. Atomic: the file appears whole or not at all. path "-" writes to standard
 * output. */
HW_API hw_status hw_frame_write_csv(const hw_frame *frame, const char *path,
                                    hw_error *err) HW_MUST_USE;

/** A new frame in which the columns named (comma-separated) are ENUM, as hw_parse_options.factors.
 */
HW_API hw_status hw_frame_as_factors(const hw_frame *frame, const char *columns,
                                     hw_frame **out_frame, hw_error *err) HW_MUST_USE;

enum { HW_HISTOGRAM_BINS = 12, HW_TOP_LEVELS = 5 };

/** What `describe` shows of a column. Moments are NaN where they mean nothing (ENUM, STRING, UUID).
 */
typedef struct hw_column_summary {
    int64_t n_missing, n_zeros;
    int64_t n_positive_infinite, n_negative_infinite;
    double min, mean, max, sigma;          /* of finite values; sigma with n - 1 */
    int64_t cardinality;                   /* ENUM: levels; STRING: distinct texts; else -1 */
    int32_t n_top_levels;                  /* ENUM and STRING: the most frequent, ties by code */
    const char *top_levels[HW_TOP_LEVELS]; /* borrowed from the frame */
    int64_t top_counts[HW_TOP_LEVELS];
    int64_t histogram[HW_HISTOGRAM_BINS]; /* equal widths from min to max; all 0 when not numeric */
} hw_column_summary;

HW_API hw_status hw_frame_summarize_column(const hw_frame *frame, int32_t column,
                                           hw_column_summary *out, hw_error *err) HW_MUST_USE;

HW_END_DECLS
