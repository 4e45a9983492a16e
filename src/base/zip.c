/* SPDX-License-Identifier: Apache-2.0 */
#include "base/zip.h"

#include <string.h>
#include <zip.h>

/* Beyond this size an entry must not be packed better than this. Text of numbers packs about 3:1,
 * a layer of zeros up to 1000:1. */
static const size_t bomb_bytes = (size_t)128 << 20;
enum { BOMB_RATIO = 250, PIECE_BYTES = 1 << 16 };

struct hwi_zip {
    zip_t *archive;
    char *path;
};

void hwi_zip_close(hwi_zip *zip)
{
    if (!zip)
        return;
    if (zip->archive)
        zip_discard(zip->archive);
    hwi_free(zip->path);
    hwi_free(zip);
}

static hw_status fail_open(const char *path, int zip_code, hw_error *err)
{
    zip_error_t error;
    zip_error_init_with_code(&error, zip_code);
    char reason[256];
    snprintf(reason, sizeof reason, "%s", zip_error_strerror(&error));
    zip_error_fini(&error);
    switch (zip_code) {
    case ZIP_ER_MEMORY:
        HW_FAIL(err, HW_ENOMEM, NULL, "%s: out of memory", path);
    case ZIP_ER_NOENT:
    case ZIP_ER_OPEN:
    case ZIP_ER_READ:
    case ZIP_ER_SEEK:
        HW_FAIL(err, HW_EIO, NULL, "%s: %s", path, reason);
    default:
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: no whole zip archive (%s)", path, reason);
    }
}

hw_status hwi_zip_open(const char *path, hwi_zip **out, hw_error *err)
{
    HW_AUTO(hwi_zip) *zip = HWI_NEW(hwi_zip);
    HW_CHECK_ALLOC(err, zip);
    zip->path = hwi_strdup(path);
    HW_CHECK_ALLOC(err, zip->path);
    int code = 0;
    zip->archive = zip_open(path, ZIP_RDONLY, &code);
    if (!zip->archive)
        return fail_open(path, code, err);
    *out = HW_TAKE(zip);
    return HW_OK;
}

bool hwi_zip_has(const hwi_zip *zip, const char *name)
{
    return zip_name_locate(zip->archive, name, 0) >= 0;
}

static hw_status check_size(const hwi_zip *zip, const zip_stat_t *stat, size_t max_bytes,
                            hw_error *err)
{
    const zip_uint64_t wanted = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if ((stat->valid & wanted) != wanted)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: the archive does not say its size", zip->path,
                stat->name);
    if (stat->size > max_bytes)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: %llu bytes, more than the limit of %zu", zip->path,
                stat->name, (unsigned long long)stat->size, max_bytes);
    if (stat->size > bomb_bytes && stat->size / BOMB_RATIO > stat->comp_size)
        HW_FAIL(err, HW_EFORMAT, NULL,
                "%s: %s: unpacks from %llu to %llu bytes, which no model does", zip->path,
                stat->name, (unsigned long long)stat->comp_size, (unsigned long long)stat->size);
    return HW_OK;
}

/* Reads to the end of the entry; the end is where libzip compares the checksum. */
static hw_status read_pieces(const hwi_zip *zip, const zip_stat_t *stat, zip_file_t *file,
                             hwi_buffer *out, hw_error *err)
{
    zip_uint64_t n_read = 0;
    for (;;) {
        char piece[PIECE_BYTES];
        zip_int64_t n = zip_fread(file, piece, sizeof piece);
        if (n < 0)
            HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: torn entry (%s)", zip->path, stat->name,
                    zip_file_strerror(file));
        if (n == 0)
            break;
        n_read += (zip_uint64_t)n;
        if (n_read > stat->size)
            HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: longer than the archive says (%llu bytes)",
                    zip->path, stat->name, (unsigned long long)stat->size);
        hwi_buffer_append(out, piece, (size_t)n);
        HW_TRY(hwi_buffer_check(out, err));
    }
    if (n_read != stat->size)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: %llu bytes where the archive says %llu", zip->path,
                stat->name, (unsigned long long)n_read, (unsigned long long)stat->size);
    return HW_OK;
}

hw_status hwi_zip_read(hwi_zip *zip, const char *name, size_t max_bytes, hwi_buffer *out,
                       hw_error *err)
{
    zip_int64_t index = zip_name_locate(zip->archive, name, 0);
    zip_stat_t stat;
    if (index < 0 || zip_stat_index(zip->archive, (zip_uint64_t)index, 0, &stat) != 0)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: no entry %s", zip->path, name);
    HW_TRY(check_size(zip, &stat, max_bytes, err));
    zip_file_t *file = zip_fopen_index(zip->archive, (zip_uint64_t)index, 0);
    if (!file)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: unreadable entry (%s)", zip->path, name,
                zip_strerror(zip->archive));
    hw_status status = read_pieces(zip, &stat, file, out, err);
    zip_fclose(file);
    return status;
}

/* 1980-01-01 00:00, the first time a zip can hold: bytes must not depend on clock or time zone. */
enum { DOS_DATE = 1 << 5 | 1, DOS_TIME = 0 };

static bool add_entry(zip_t *archive, const hwi_zip_entry *entry)
{
    zip_source_t *source = zip_source_buffer(archive, entry->data, entry->n_bytes, 0);
    if (!source)
        return false;
    zip_int64_t index = zip_file_add(archive, entry->name, source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
        zip_source_free(source);
        return false;
    }
    zip_uint64_t at = (zip_uint64_t)index;
    return zip_file_set_dostime(archive, at, DOS_TIME, DOS_DATE, 0) == 0 &&
           zip_set_file_compression(archive, at, ZIP_CM_DEFLATE, (zip_uint32_t)entry->level) == 0;
}

static bool append_source(zip_source_t *source, hwi_buffer *out)
{
    if (zip_source_open(source) != 0)
        return false;
    bool is_whole = false;
    for (;;) {
        char piece[PIECE_BYTES];
        zip_int64_t n = zip_source_read(source, piece, sizeof piece);
        if (n <= 0) {
            is_whole = n == 0;
            break;
        }
        hwi_buffer_append(out, piece, (size_t)n);
    }
    zip_source_close(source);
    return is_whole;
}

hw_status hwi_zip_build(const hwi_zip_entry *entries, int32_t n_entries, hwi_buffer *out,
                        hw_error *err)
{
    zip_source_t *memory = zip_source_buffer_create(NULL, 0, 0, NULL);
    HW_CHECK_ALLOC(err, memory);
    zip_t *archive = zip_open_from_source(memory, ZIP_TRUNCATE, NULL);
    if (!archive) {
        zip_source_free(memory);
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    }
    zip_source_keep(memory); /* closing the archive releases its own reference */
    bool is_ok = true;
    for (int32_t i = 0; i < n_entries && is_ok; i++)
        is_ok = add_entry(archive, &entries[i]);
    is_ok = is_ok && zip_close(archive) == 0;
    char reason[256] = "";
    if (!is_ok) {
        snprintf(reason, sizeof reason, "%s", zip_strerror(archive));
        zip_discard(archive);
    }
    is_ok = is_ok && append_source(memory, out);
    zip_source_free(memory);
    if (!is_ok)
        HW_FAIL(err, HW_EINTERNAL, NULL, "making a zip archive: %s", reason);
    return hwi_buffer_check(out, err);
}
