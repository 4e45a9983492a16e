/* SPDX-License-Identifier: Apache-2.0 */
#include "base/zip.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zip.h>

#include "base/inflate.h"
#include "base/parallel.h"

/* Beyond this size an entry must not be packed better than this. Text of numbers packs about 3:1,
 * a layer of zeros up to 1000:1. */
static const size_t bomb_bytes = (size_t)128 << 20;
/* Deflate cannot pack better than 1032:1. */
enum {
    BOMB_RATIO = 250,
    MOST_DEFLATE_RATIO = 1032,
    PIECE_BYTES = 1 << 16,
    MOST_REQUESTS = 4,
    MOST_ENTRIES = 200000
};

struct hwi_zip {
    zip_t *archive;
    char *path;
    uint64_t n_bytes; /* of the file */
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

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Two entries of one name: each reader would take another of them. */
static hw_status check_names(const hwi_zip *zip, hw_error *err)
{
    zip_int64_t n = zip_get_num_entries(zip->archive, 0);
    if (n > MOST_ENTRIES)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: %lld entries, more than any model has", zip->path,
                (long long)n);
    if (n < 2)
        return HW_OK;
    const char **names = HWI_ALLOC_ARRAY(const char *, (size_t)n);
    HW_CHECK_ALLOC(err, names);
    for (zip_int64_t i = 0; i < n; i++) {
        const char *name = zip_get_name(zip->archive, (zip_uint64_t)i, 0);
        names[i] = name ? name : "";
    }
    qsort(names, (size_t)n, sizeof *names, compare_names);
    const char *twice = NULL;
    for (zip_int64_t i = 1; i < n && !twice; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            twice = names[i];
    hw_status status = HW_OK;
    if (twice)
        status = hwi_fail(err, HW_EFORMAT, NULL, __FILE__, __LINE__,
                          "%s: two entries of the name %.100s", zip->path, twice);
    hwi_free(names);
    return status;
}

hw_status hwi_zip_open(const char *path, hwi_zip **out, hw_error *err)
{
    HW_AUTO(hwi_zip) *zip = HWI_NEW(hwi_zip);
    HW_CHECK_ALLOC(err, zip);
    zip->path = hwi_strdup(path);
    HW_CHECK_ALLOC(err, zip->path);
    struct stat info;
    zip->n_bytes = stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
    int code = 0;
    zip->archive = zip_open(path, ZIP_RDONLY, &code);
    if (!zip->archive)
        return fail_open(path, code, err);
    HW_TRY(check_names(zip, err));
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

/* --- Whole entries at once -------------------------------------------------------------------- */

static hw_status fail_torn(const hwi_zip *zip, const zip_stat_t *stat, const char *why,
                           hw_error *err)
{
    HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: torn entry (%s)", zip->path, stat->name, why);
}

/* The bytes as they lie in the archive. */
static hw_status read_packed(const hwi_zip *zip, const zip_stat_t *stat, zip_file_t *file,
                             hwi_buffer *out, hw_error *err)
{
    if (stat->comp_size > zip->n_bytes)
        return fail_torn(zip, stat, "it is larger than the file", err);
    size_t n_left = (size_t)stat->comp_size;
    char *next = hwi_buffer_extend(out, n_left);
    HW_TRY(hwi_buffer_check(out, err));
    while (n_left > 0) {
        zip_int64_t n = zip_fread(file, next, n_left);
        if (n <= 0)
            return fail_torn(zip, stat, n < 0 ? zip_file_strerror(file) : "it ends early", err);
        next += n;
        n_left -= (size_t)n;
    }
    return HW_OK;
}

/* The sizes are already within the limits. */
static hw_status unpack(const hwi_zip *zip, const zip_stat_t *stat, hwi_buffer *packed,
                        hwi_buffer *out, hw_error *err)
{
    size_t n = (size_t)stat->size;
    bool is_stored = stat->comp_method == ZIP_CM_STORE;
    if (is_stored ? n != packed->size : n / MOST_DEFLATE_RATIO > packed->size)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: %zu bytes cannot unpack to %zu", zip->path,
                stat->name, packed->size, n);
    bool is_taken = is_stored && out->size == 0 && out->max_bytes == 0;
    if (is_taken) {
        hwi_buffer_clear(out);
        *out = *packed;
        *packed = (hwi_buffer){0};
    }
    char *bytes = is_taken ? out->data : hwi_buffer_extend(out, n);
    HW_TRY(hwi_buffer_check(out, err));
    if (is_stored && !is_taken && n > 0)
        memcpy(bytes, packed->data, n);
    if (!is_stored && !hwi_inflate(packed->data, packed->size, bytes, n))
        return fail_torn(zip, stat, "it does not unpack to its size", err);
    if ((stat->valid & ZIP_STAT_CRC) && hwi_crc32(bytes, n) != stat->crc)
        return fail_torn(zip, stat, "wrong checksum", err);
    return HW_OK;
}

static bool is_plain(const zip_stat_t *stat)
{
    bool is_encrypted =
        !(stat->valid & ZIP_STAT_ENCRYPTION_METHOD) || stat->encryption_method != ZIP_EM_NONE;
    return !is_encrypted && (stat->valid & ZIP_STAT_COMP_METHOD) &&
           (stat->comp_method == ZIP_CM_STORE || stat->comp_method == ZIP_CM_DEFLATE);
}

/* An entry on its way: its packed bytes are read by the archive's thread, and may be unpacked by
 * any other. */
typedef struct work {
    const hwi_zip *zip;
    hwi_zip_request *request;
    zip_stat_t stat;
    hwi_buffer packed;
    bool is_packed;
} work;

static hw_status begin(hwi_zip *zip, work *w, hw_error *err)
{
    hwi_zip_request *request = w->request;
    zip_int64_t index = zip_name_locate(zip->archive, request->name, 0);
    if (index < 0 || zip_stat_index(zip->archive, (zip_uint64_t)index, 0, &w->stat) != 0)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: no entry %s", zip->path, request->name);
    HW_TRY(check_size(zip, &w->stat, request->max_bytes, err));
    w->is_packed = is_plain(&w->stat);
    zip_file_t *file =
        zip_fopen_index(zip->archive, (zip_uint64_t)index, w->is_packed ? ZIP_FL_COMPRESSED : 0);
    if (!file)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: unreadable entry (%s)", zip->path, request->name,
                zip_strerror(zip->archive));
    hw_status status = w->is_packed ? read_packed(zip, &w->stat, file, &w->packed, err)
                                    : read_pieces(zip, &w->stat, file, request->out, err);
    zip_fclose(file);
    return status;
}

static hw_status finish(int64_t index, int worker, void *ctx, hw_error *err)
{
    (void)worker;
    (void)err;
    work *w = (work *)ctx + index;
    hwi_zip_request *request = w->request;
    if (request->status == HW_OK && w->is_packed)
        request->status = unpack(w->zip, &w->stat, &w->packed, request->out, &request->error);
    hwi_buffer_clear(&w->packed);
    return HW_OK;
}

void hwi_zip_read_several(hwi_zip *zip, hwi_zip_request *requests, int n)
{
    work works[MOST_REQUESTS] = {0};
    HW_ASSERT(n <= MOST_REQUESTS);
    for (int i = 0; i < n; i++) {
        works[i] = (work){.zip = zip, .request = &requests[i]};
        requests[i].status = begin(zip, &works[i], &requests[i].error);
    }
    hw_error error = {0};
    hw_status status = hwi_parallel_for(n, n, finish, works, &error);
    for (int i = 0; i < n && status != HW_OK; i++) {
        requests[i].status = status;
        requests[i].error = error;
    }
}

hw_status hwi_zip_read(hwi_zip *zip, const char *name, size_t max_bytes, hwi_buffer *out,
                       hw_error *err)
{
    hwi_zip_request request = {.name = name, .max_bytes = max_bytes, .out = out};
    hwi_zip_read_several(zip, &request, 1);
    if (request.status != HW_OK && err)
        *err = request.error;
    return request.status;
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
           zip_set_file_compression(archive, at, entry->level ? ZIP_CM_DEFLATE : ZIP_CM_STORE,
                                    (zip_uint32_t)entry->level) == 0;
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
