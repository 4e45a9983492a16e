/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/source.h"

#include <glob.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"

/* ---- paths ---- */

static bool exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

static hw_status append_path(hwi_source_list *list, const char *path, hw_error *err)
{
    hwi_source *items =
        hwi_realloc_array(list->items, (size_t)list->n, (size_t)list->n + 1, sizeof(*items));
    HW_CHECK_ALLOC(err, items);
    list->items = items;
    list->items[list->n] = (hwi_source){.path = hwi_strdup(path)};
    HW_CHECK_ALLOC(err, list->items[list->n].path);
    list->n++;
    return HW_OK;
}

static hw_status append_matches(hwi_source_list *list, const char *pattern, hw_error *err)
{
    glob_t found = {0};
    int result = glob(pattern, 0, NULL, &found);
    hw_status status = HW_OK;
    if (result == 0) {
        for (size_t i = 0; i < found.gl_pathc && status == HW_OK; i++)
            status = append_path(list, found.gl_pathv[i], err);
    } else if (result == GLOB_NOMATCH) {
        status = hwi_fail(err, HW_EIO, NULL, __FILE__, __LINE__, "%s: no file matches", pattern);
    } else {
        status = hwi_fail(err, result == GLOB_NOSPACE ? HW_ENOMEM : HW_EIO, NULL, __FILE__,
                          __LINE__, "%s: cannot be searched", pattern);
    }
    globfree(&found);
    return status;
}

/* A name that exists is meant literally, whatever signs it holds. */
static hw_status append_part(hwi_source_list *list, const char *part, hw_error *err)
{
    if (strpbrk(part, "*?[") && !exists(part))
        return append_matches(list, part, err);
    return append_path(list, part, err);
}

static hw_status list_paths(hwi_source_list *list, const char *path, hw_error *err)
{
    if (path[0] == '\0')
        HW_FAIL(err, HW_EIO, NULL, "no file is named");
    if (exists(path) || !strchr(path, ','))
        return append_part(list, path, err);
    HW_AUTO(char) *copy = hwi_strdup(path);
    HW_CHECK_ALLOC(err, copy);
    char *part = copy;
    while (part) {
        char *comma = strchr(part, ',');
        if (comma)
            *comma = '\0';
        if (*part)
            HW_TRY(append_part(list, part, err));
        part = comma ? comma + 1 : NULL;
    }
    if (list->n == 0)
        HW_FAIL(err, HW_EIO, NULL, "%s: no file is named", path);
    return HW_OK;
}

static void cut_ending(char *name, const char *const *endings)
{
    char *dot = strrchr(name, '.');
    if (!dot || dot == name)
        return;
    for (; *endings; endings++) {
        if (strcmp(dot, *endings) == 0) {
            *dot = '\0';
            return;
        }
    }
}

static hw_status make_name(hwi_source_list *list, hw_error *err)
{
    static const char *const packed[] = {".gz", ".zst", NULL};
    static const char *const plain[] = {".csv",      ".tsv", ".txt",    ".data", ".arff", ".svm",
                                        ".svmlight", ".psv", ".libsvm", ".tab",  NULL};
    HW_ASSERT(list->items);
    const char *path = list->items[0].path;
    list->name = hwi_strdup(strcmp(path, "-") == 0 ? "stdin" : hwi_file_base_name(path));
    HW_CHECK_ALLOC(err, list->name);
    cut_ending(list->name, packed);
    cut_ending(list->name, plain);
    return HW_OK;
}

/* ---- texts ---- */

static hw_status check_text(hwi_source *source, hw_error *err)
{
    static const struct {
        const char *magic;
        size_t n_bytes;
        const char *what;
    } others[] = {
        {"PK\003\004", 4, "a zip archive (or spreadsheet); unpack it or save it as CSV"},
        {"PAR1", 4, "a Parquet file; save it as CSV"},
        {"\xff\xfe", 2, "UTF-16 text; save it as UTF-8"},
        {"\xfe\xff", 2, "UTF-16 text; save it as UTF-8"},
        {"BZh", 3, "packed with bzip2; unpack it first"},
        {"\xfd"
         "7zXZ",
         5, "packed with xz; unpack it first"},
        {"\x89PNG", 4, "a picture"},
        {"%PDF", 4, "a PDF document"},
    };
    size_t n_bytes = (size_t)(source->end - source->begin);
    if (n_bytes == 0)
        HW_FAIL(err, HW_EDATA, NULL, "%s: empty file", source->path);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (n_bytes >= others[i].n_bytes &&
            memcmp(source->begin, others[i].magic, others[i].n_bytes) == 0)
            HW_FAIL(err, HW_EDATA, NULL, "%s: not a text table but %s", source->path,
                    others[i].what);
    return HW_OK;
}

static void find_text(hwi_source *source)
{
    source->begin = source->file.data;
    source->end = source->begin + source->file.size;
    if (source->file.size >= 3 && memcmp(source->begin, "\xef\xbb\xbf", 3) == 0)
        source->begin += 3;
}

static hw_status open_source(hwi_source *source, hw_error *err)
{
    HW_TRY(hwi_file_read(source->path, 0, &source->file, err));
    if (strcmp(source->path, "-") == 0) {
        char *shown = hwi_strdup("standard input");
        HW_CHECK_ALLOC(err, shown);
        hwi_free(source->path);
        source->path = shown;
    }
    HW_TRY(hwi_source_unpack(source->path, &source->file, err));
    find_text(source);
    return check_text(source, err);
}

hw_status hwi_source_list_open(const char *path, hwi_source_list *out, hw_error *err)
{
    __attribute__((cleanup(hwi_source_list_clear))) hwi_source_list list = {0};
    HW_TRY(list_paths(&list, path, err));
    HW_TRY(make_name(&list, err));
    for (int32_t i = 0; i < list.n; i++)
        HW_TRY(open_source(&list.items[i], err));
    *out = list;
    list = (hwi_source_list){0};
    return HW_OK;
}

hw_status hwi_source_list_wrap(const char *name, const void *bytes, size_t n_bytes,
                               hwi_source_list *out, hw_error *err)
{
    __attribute__((cleanup(hwi_source_list_clear))) hwi_source_list list = {0};
    HW_TRY(append_path(&list, name, err));
    HW_TRY(make_name(&list, err));
    hwi_source *source = &list.items[0];
    source->file.data = hwi_alloc_array(n_bytes + 1, 1);
    HW_CHECK_ALLOC(err, source->file.data);
    if (n_bytes)
        memcpy(source->file.data, bytes, n_bytes);
    source->file.data[n_bytes] = '\n';
    source->file.size = n_bytes;
    HW_TRY(hwi_source_unpack(name, &source->file, err));
    find_text(source);
    HW_TRY(check_text(source, err));
    *out = list;
    list = (hwi_source_list){0};
    return HW_OK;
}

void hwi_source_list_clear(hwi_source_list *list)
{
    for (int32_t i = 0; i < list->n; i++) {
        hwi_file_text_clear(&list->items[i].file);
        hwi_free(list->items[i].path);
    }
    hwi_free(list->items);
    hwi_free(list->name);
    *list = (hwi_source_list){0};
}

hw_status hwi_source_check_bytes(const hwi_source *source, const char *begin, const char *end,
                                 hw_error *err)
{
    const char *nul = begin < end ? memchr(begin, '\0', (size_t)(end - begin)) : NULL;
    if (nul)
        HW_FAIL(err, HW_EDATA, NULL,
                "%s: line %lld: a NUL byte, so this is no text but a binary file", source->path,
                (long long)hwi_source_line(source, nul));
    return HW_OK;
}

int64_t hwi_source_line(const hwi_source *source, const char *position)
{
    int64_t line = 1;
    for (const char *p = source->begin; p < position; p++)
        if (*p == '\n' || (*p == '\r' && p[1] != '\n'))
            line++;
    return line;
}
