/* SPDX-License-Identifier: Apache-2.0
 *
 * Zip archives: reading entries of untrusted files with limits, and making an archive in memory
 * whose bytes depend on its content alone (fixed times, given order). Wraps libzip. A reader
 * belongs to one thread at a time. */
#pragma once

#include "base/buffer.h"

typedef struct hwi_zip hwi_zip;

/* Opens for reading. HW_EIO when it cannot be opened, HW_EFORMAT (naming path) when it is no whole
 * zip archive. */
hw_status hwi_zip_open(const char *path, hwi_zip **out, hw_error *err) HW_MUST_USE;
void hwi_zip_close(hwi_zip *zip);
HW_DEFINE_AUTO(hwi_zip, hwi_zip_close)

bool hwi_zip_has(const hwi_zip *zip, const char *name);
/* Appends the whole entry to out. Memory is taken for what the packed bytes that are there can
 * unpack to at most, whatever the archive claims. HW_EFORMAT naming path and entry: absent, torn,
 * wrong checksum, more than max_bytes, or blown up beyond reason (a "zip bomb": beyond 128 MiB an
 * entry may be 250 times its packed size). */
hw_status hwi_zip_read(hwi_zip *zip, const char *name, size_t max_bytes, hwi_buffer *out,
                       hw_error *err) HW_MUST_USE;

/* Several entries, unpacked at once on as many threads. Each has its own status and error. */
typedef struct hwi_zip_request {
    const char *name;
    size_t max_bytes;
    hwi_buffer *out;
    hw_status status;
    hw_error error;
} hwi_zip_request;

/* n up to 4. */
void hwi_zip_read_several(hwi_zip *zip, hwi_zip_request *requests, int n);

typedef struct hwi_zip_entry {
    const char *name;
    const void *data; /* borrowed */
    size_t n_bytes;
    int level; /* of deflate: 1 (fast) to 9 (small); 0: stored as it is */
} hwi_zip_entry;

/* Appends an archive of these entries, in this order, to out. Equal entries give equal bytes. */
hw_status hwi_zip_build(const hwi_zip_entry *entries, int32_t n_entries, hwi_buffer *out,
                        hw_error *err) HW_MUST_USE;
