/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "grid/manifest.h"

struct hwi_grid_folder {
    int lock; /* an open file, or -1 */
};

static const char LOCK_NAME[] = ".lock";

static hw_status fail_errno(const char *path, int number, hw_error *err)
{
    HW_FAIL(err, HW_EIO, "grid_dir", "grid_dir: %.300s: %s", path, strerror(number));
}

static hw_status make_folder(const char *path, hw_error *err)
{
    struct stat info;
    if (mkdir(path, 0777) == 0)
        return HW_OK;
    if (errno != EEXIST)
        return fail_errno(path, errno, err);
    if (stat(path, &info) != 0)
        return fail_errno(path, errno, err);
    if (!S_ISDIR(info.st_mode))
        HW_FAIL(err, HW_EIO, "grid_dir", "grid_dir: %.300s is no folder", path);
    if (access(path, W_OK | X_OK) != 0)
        return fail_errno(path, errno, err);
    return HW_OK;
}

/* The process that has the lock, as it wrote itself; 0 when it did not. */
static long holder_of(int lock)
{
    char text[32] = "";
    long pid = 0;
    ssize_t n = pread(lock, text, sizeof text - 1, 0);
    for (ssize_t i = 0; i < n && text[i] >= '0' && text[i] <= '9'; i++)
        pid = pid * 10 + (text[i] - '0');
    return pid;
}

static hw_status lock_folder(const char *path, int *out, hw_error *err)
{
    HW_AUTO(char) *name = hwi_grid_path(path, LOCK_NAME);
    HW_CHECK_ALLOC(err, name);
    int lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock < 0)
        return fail_errno(name, errno, err);
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        int number = errno;
        long pid = holder_of(lock);
        close(lock);
        if (number != EWOULDBLOCK)
            return fail_errno(name, number, err);
        HW_FAIL(err, HW_EIO, "grid_dir",
                "grid_dir: another process (%ld) works in %.300s; wait until it ends, or choose "
                "another folder",
                pid, path);
    }
    char text[32];
    int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    /* For people only; the lock is what counts. */
    if (ftruncate(lock, 0) != 0 || pwrite(lock, text, (size_t)n, 0) < 0)
        errno = 0;
    *out = lock;
    return HW_OK;
}

/* ".NAME.PID-NUMBER.tmp", as base/file.h names what is not finished. */
static bool is_temporary(const char *name)
{
    size_t n = strlen(name);
    return name[0] == '.' && n > 5 && strcmp(name + n - 4, ".tmp") == 0;
}

static void remove_temporaries(const char *path)
{
    DIR *folder = opendir(path);
    if (!folder)
        return;
    struct dirent *entry;
    while ((entry = readdir(folder)))
        if (is_temporary(entry->d_name))
            unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
}

hw_status hwi_grid_folder_open(const char *path, hwi_grid_folder **out, hw_error *err)
{
    HW_AUTO(hwi_grid_folder) *folder = HWI_NEW(hwi_grid_folder);
    HW_CHECK_ALLOC(err, folder);
    folder->lock = -1;
    HW_TRY(make_folder(path, err));
    HW_TRY(lock_folder(path, &folder->lock, err));
    remove_temporaries(path);
    *out = HW_TAKE(folder);
    return HW_OK;
}

void hwi_grid_folder_free(hwi_grid_folder *folder)
{
    if (!folder)
        return;
    if (folder->lock >= 0)
        close(folder->lock);
    hwi_free(folder);
}
