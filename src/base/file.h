/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole files: read at once (memory-mapped where possible), written atomically. Objects belong to
 * one thread at a time; the bytes of a hwi_file_text may be read from any thread. */
#pragma once

#include <stddef.h>

#include "base/status.h"

/* The bytes of a file. data[size] is a newline that is not counted, so that a scanner of lines
 * needs no check of the end. A file that somebody truncates while it is mapped ends the process
 * with SIGBUS, as with every mapping. */
typedef struct hwi_file_text {
    char *data;
    size_t size;
    size_t mapping_bytes; /* 0 when data came from the heap */
} hwi_file_text;

/* Reads path ("-" is standard input). Pipes and devices are read into memory, at most max_bytes of
 * them (0: as much as the machine has). A directory, a missing or forbidden file is HW_EIO. */
hw_status hwi_file_read(const char *path, size_t max_bytes, hwi_file_text *out,
                        hw_error *err) HW_MUST_USE;
void hwi_file_text_clear(hwi_file_text *text);
/* This part of the text has been read: what is mapped of it leaves the memory, and comes back from
 * the file for who looks again. Thread-safe. */
void hwi_file_text_rest(const hwi_file_text *text, const char *begin, const char *end);
#define HW_AUTO_FILE_TEXT(name)                                                                    \
    __attribute__((cleanup(hwi_file_text_clear))) hwi_file_text name = {0}

/* Bytes of main memory of this machine, or what its control group grants. */
size_t hwi_file_memory_bytes(void);
/* The part behind the last slash. */
const char *hwi_file_base_name(const char *path);

/* Writes a file so that it appears whole or not at all: into a temporary file in the same folder,
 * which takes the name at commit. Nothing is left behind when the writer is freed without commit.
 * "-" is standard output, and devices and pipes are written directly: both cannot be atomic.
 * Errors are kept until commit, so a caller writes freely. */
typedef struct hwi_file_writer hwi_file_writer;

hw_status hwi_file_writer_open(const char *path, hwi_file_writer **out, hw_error *err) HW_MUST_USE;
void hwi_file_writer_write(hwi_file_writer *writer, const void *bytes, size_t n_bytes);
/* True when something went wrong already, so that long work may stop early. */
bool hwi_file_writer_has_failed(const hwi_file_writer *writer);
hw_status hwi_file_writer_commit(hwi_file_writer *writer, hw_error *err) HW_MUST_USE;
void hwi_file_writer_free(hwi_file_writer *writer);
HW_DEFINE_AUTO(hwi_file_writer, hwi_file_writer_free)

/* After renaming to path: the new name survives a power cut. */
void hwi_file_sync_folder(const char *path);
/* A name in the folder of path that no other writer takes and that tells of which process it is. */
hw_status hwi_file_name_temporary(const char *path, char **out, hw_error *err) HW_MUST_USE;
/* What a killed process left of writing path: temporary files beside it whose process is gone. */
void hwi_file_remove_temporaries(const char *path);
/* Gives the file at path a second name, which replaces what had it; nothing when there is no file.
 * At no moment is path or the older file without a name of its own, where the file system knows
 * links; else path is renamed. */
hw_status hwi_file_keep_as(const char *path, const char *kept, hw_error *err) HW_MUST_USE;
/* Makes the folder, and those above it, when there is none. */
hw_status hwi_file_make_folder(const char *path, hw_error *err) HW_MUST_USE;

/* Writing for bytes that are at hand. */
hw_status hwi_file_write(const char *path, const void *bytes, size_t n_bytes,
                         hw_error *err) HW_MUST_USE;
