/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of files: second ones, left ones, folders. */
#include <dirent.h>
#include <errno.h>
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

/* The process in ".BASE.PID-NUMBER.tmp"; 0 for any other name. */
static int64_t process_of_temporary(const char *name, const char *base)
{
    static const char end[] = ".tmp";
    size_t n_base = strnlen(base, 100), n = strlen(name);
    if (n < n_base + 2 + sizeof end || name[0] != '.' || strncmp(name + 1, base, n_base) != 0 ||
        name[n_base + 1] != '.' || strcmp(name + n - (sizeof end - 1), end) != 0)
        return 0;
    const char *number = name + n_base + 2;
    size_t n_digits = strspn(number, "0123456789");
    int64_t process = 0;
    /* Behind it, a number, or one with an s of files that wait for others. */
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

hw_status hwi_file_keep_as(const char *path, const char *kept, hw_error *err)
{
    HW_AUTO_BUFFER(second);
    if (access(path, F_OK) != 0)
        return HW_OK;
    hwi_buffer_printf(&second, "%s.link", kept);
    HW_TRY(hwi_buffer_check(&second, err));
    (void)unlink(hwi_buffer_text(&second));
    const char *from = hwi_buffer_text(&second);
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
