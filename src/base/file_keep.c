/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of files: second ones, left ones, folders. */
#include <dirent.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/file.h"
#include "base/number.h"

static hw_status fail_with_errno(hw_error *err, const char *path, int number)
{
    char text[128] = "";
    const char *reason = strerror_r(number, text, sizeof(text));
    HW_FAIL(err, HW_EIO, NULL, "%s: %s", path, reason);
}

/* --- Temporary files -------------------------------------------------------------------------- */

/* ".BASE.PROCESS-NUMBER.tmp", of long names only this much. */
enum { MAX_BASE_BYTES = 100 };
static const char ENDING[] = ".tmp";

hw_status hwi_file_name_temporary(const char *path, char **out, hw_error *err)
{
    static _Atomic unsigned n_named;
    const char *base = hwi_file_base_name(path);
    HW_AUTO_BUFFER(name);
    hwi_buffer_printf(&name, "%.*s.%.*s.%ld-%u%s", (int)(base - path), path, MAX_BASE_BYTES, base,
                      (long)getpid(), atomic_fetch_add(&n_named, 1), ENDING);
    HW_TRY(hwi_buffer_check(&name, err));
    *out = hwi_strdup(hwi_buffer_text(&name));
    HW_CHECK_ALLOC(err, *out);
    return HW_OK;
}

/* Whether name is one of base, or of a temporary file of base that was itself being written. */
static bool is_named_after(const char *name, const char *base)
{
    for (size_t n_dots = 1; n_dots <= 2; n_dots++) {
        size_t n_base = strnlen(base, MAX_BASE_BYTES + 1 - n_dots);
        if (strncmp(name, "..", n_dots) == 0 && strncmp(name + n_dots, base, n_base) == 0 &&
            name[n_dots + n_base] == '.')
            return true;
    }
    return false;
}

/* 0 for a file that is none of base's temporary ones. */
static int64_t process_of_temporary(const char *name, const char *base)
{
    size_t n = strlen(name), n_end = sizeof ENDING - 1;
    int64_t process = 0;
    if (!is_named_after(name, base) || n < n_end || strcmp(name + n - n_end, ENDING) != 0)
        return 0;
    const char *number = name + n - n_end;
    while (number[-1] != '.')
        number--;
    size_t n_digits = strspn(number, "0123456789");
    if (number[n_digits] != '-' || !hwi_parse_int64(number, n_digits, &process))
        return 0;
    return process;
}

static bool is_gone(int64_t process)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%lld", (long long)process);
    return process != (int64_t)getpid() && access(path, F_OK) != 0;
}

void hwi_file_remove_temporaries(const char *path)
{
    const char *base = hwi_file_base_name(path);
    HW_AUTO(char) *folder = hwi_strndup(path, (size_t)(base - path));
    if (!folder)
        return;
    DIR *dir = opendir(*folder ? folder : ".");
    if (!dir)
        return;
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        int64_t process = process_of_temporary(entry->d_name, base);
        if (process > 0 && is_gone(process))
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
    }
    closedir(dir);
}

/* --- Second names and folders ----------------------------------------------------------------- */

hw_status hwi_file_keep_as(const char *path, const char *kept, hw_error *err)
{
    HW_AUTO(char) *second = NULL;
    if (access(path, F_OK) != 0)
        return HW_OK;
    HW_TRY(hwi_file_name_temporary(kept, &second, err));
    const char *from = second;
    if (link(path, from) != 0)
        from = path; /* a file system without links */
    if (rename(from, kept) == 0) {
        /* When both are one file already, rename leaves both names. */
        if (from != path)
            (void)unlink(from);
        return HW_OK;
    }
    int number = errno;
    if (from != path)
        (void)unlink(from);
    return fail_with_errno(err, kept, number);
}

hw_status hwi_file_make_folder(const char *path, hw_error *err)
{
    HW_AUTO(char) *part = hwi_strdup(path);
    HW_CHECK_ALLOC(err, part);
    struct stat info;
    for (char *slash = strchr(part + 1, '/'); *path && slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return fail_with_errno(err, part, errno);
        *slash = '/';
    }
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return fail_with_errno(err, path, errno);
    if (stat(path, &info) != 0)
        return fail_with_errno(err, path, errno);
    return S_ISDIR(info.st_mode) ? HW_OK : fail_with_errno(err, path, ENOTDIR);
}
