/* SPDX-License-Identifier: Apache-2.0
 *
 * The texts that a path stands for: one file, several, a glob, standard input; unpacked when they
 * are gzip or zstd by their first bytes. The texts may be read from any thread. */
#pragma once

#include "base/file.h"

typedef struct hwi_source {
    char *path; /* for messages */
    hwi_file_text file;
    const char *begin; /* behind a byte order mark */
    const char *end;   /* *end is a newline */
} hwi_source;

typedef struct hwi_source_list {
    hwi_source *items;
    int32_t n;
    char *name; /* of the frame: the first file's without folder and endings */
} hwi_source_list;

/* Opens everything that path stands for. An empty file is HW_EDATA. */
hw_status hwi_source_list_open(const char *path, hwi_source_list *out, hw_error *err) HW_MUST_USE;
void hwi_source_list_clear(hwi_source_list *list);

/* A list of one source that reads bytes of the caller; for tests and fuzzing. The bytes are
 * copied. */
hw_status hwi_source_list_wrap(const char *name, const void *bytes, size_t n_bytes,
                               hwi_source_list *out, hw_error *err) HW_MUST_USE;

/* HW_EDATA when a byte NUL stands in [begin, end): a binary file, and texts here end at NUL. */
hw_status hwi_source_check_bytes(const hwi_source *source, const char *begin, const char *end,
                                 hw_error *err) HW_MUST_USE;

/* The number of the line, from 1, in which a byte of the source stands. */
int64_t hwi_source_line(const hwi_source *source, const char *position);

/* Unpacks gzip (several members too) or zstd (several frames); leaves anything else alone. */
hw_status hwi_source_unpack(const char *name, hwi_file_text *file, hw_error *err) HW_MUST_USE;
