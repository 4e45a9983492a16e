/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/number.h"

enum {
    FIRST_STREAM_BYTES = 1 << 20,
    WRITE_BUFFER_BYTES = 1 << 18,
    MAX_NAME_TRIES = 100,
    NEW_FILE_MODE = 0666
};

/* What the control group of a container grants; SIZE_MAX when it says nothing. */
static size_t group_memory_bytes(void)
{
    char text[32];
    int fd = open("/sys/fs/cgroup/memory.max", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return SIZE_MAX;
    ssize_t n = read(fd, text, sizeof(text));
    close(fd);
    while (n > 0 && text[n - 1] == '\n')
        n--;
    int64_t bytes;
    return n > 0 && hwi_parse_int64(text, (size_t)n, &bytes) && bytes > 0 ? (size_t)bytes
                                                                          : SIZE_MAX;
}

size_t hwi_file_memory_bytes(void)
{
    long n_pages = sysconf(_SC_PHYS_PAGES);
    long page_bytes = sysconf(_SC_PAGESIZE);
    if (n_pages <= 0 || page_bytes <= 0)
        return SIZE_MAX / 2;
    size_t machine = (size_t)n_pages * (size_t)page_bytes;
    size_t group = group_memory_bytes();
    return group < machine ? group : machine;
}

const char *hwi_file_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* One line for errno. */
static hw_status fail_with_errno(hw_error *err, const char *path, int number)
{
    char text[128] = "";
    const char *reason = strerror_r(number, text, sizeof(text));
    HW_FAIL(err, HW_EIO, NULL, "%s: %s", path, reason);
}

/* ---- reading ---- */

static hw_status read_stream(int fd, const char *name, size_t max_bytes, hwi_file_text *out,
                             hw_error *err)
{
    size_t limit = max_bytes ? max_bytes : hwi_file_memory_bytes();
    size_t capacity = FIRST_STREAM_BYTES, size = 0;
    HW_AUTO(char) *data = hwi_alloc_array(capacity + 1, 1);
    HW_CHECK_ALLOC(err, data);
    for (;;) {
        if (size == capacity) {
            if (capacity >= limit)
                HW_FAIL(err, HW_ENOMEM, NULL, "%s: more than %zu bytes, which is over the memory",
                        name, limit);
            size_t wider = capacity > limit / 2 ? limit : capacity * 2;
            char *moved = hwi_realloc_array(data, size, wider + 1, 1);
            HW_CHECK_ALLOC(err, moved);
            data = moved;
            capacity = wider;
        }
        ssize_t n = read(fd, data + size, capacity - size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_with_errno(err, name, errno);
        if (n == 0)
            break;
        size += (size_t)n;
    }
    data[size] = '\n';
    *out = (hwi_file_text){HW_TAKE(data), size, 0};
    return HW_OK;
}

/* The file is mapped over the front of an anonymous region, which holds the newline behind the last
 * byte when the file ends exactly at a page. The pages are private, so the file never changes. */
static hw_status map_file(int fd, const char *name, size_t size, hwi_file_text *out, hw_error *err)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t region_bytes = (size / page + 1) * page;
    char *region =
        mmap(NULL, region_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (region == MAP_FAILED)
        return fail_with_errno(err, name, errno);
    if (size > 0 &&
        mmap(region, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED) {
        int number = errno;
        munmap(region, region_bytes);
        return fail_with_errno(err, name, number);
    }
    madvise(region, size, MADV_SEQUENTIAL);
    region[size] = '\n';
    *out = (hwi_file_text){region, size, region_bytes};
    return HW_OK;
}

static hw_status read_fd(int fd, const char *path, size_t max_bytes, hwi_file_text *out,
                         hw_error *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return fail_with_errno(err, path, errno);
    if (S_ISDIR(info.st_mode))
        return fail_with_errno(err, path, EISDIR);
    if (S_ISREG(info.st_mode) && info.st_size > 0)
        return map_file(fd, path, (size_t)info.st_size, out, err);
    /* Files of /proc say that they are empty. */
    return read_stream(fd, path, max_bytes, out, err);
}

hw_status hwi_file_read(const char *path, size_t max_bytes, hwi_file_text *out, hw_error *err)
{
    if (strcmp(path, "-") == 0)
        return read_stream(STDIN_FILENO, "standard input", max_bytes, out, err);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_with_errno(err, path, errno);
    hw_status status = read_fd(fd, path, max_bytes, out, err);
    close(fd);
    return status;
}

void hwi_file_text_rest(const hwi_file_text *text, const char *begin, const char *end)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (!text->mapping_bytes || end <= begin)
        return;
    /* The last page holds the newline, which is not in the file. */
    const char *last_page = text->data + text->size / page * page;
    end = end < last_page ? end : last_page;
    if (begin < end)
        hwi_give_back((char *)begin, (size_t)(end - begin));
}

void hwi_file_text_clear(hwi_file_text *text)
{
    if (text->mapping_bytes)
        munmap(text->data, text->mapping_bytes);
    else
        hwi_free(text->data);
    *text = (hwi_file_text){0};
}

/* ---- writing ---- */

struct hwi_file_writer {
    char *path;      /* for messages */
    char *target;    /* what the file will be called: path with links resolved */
    char *temporary; /* NULL when written directly */
    int fd;
    int error_number; /* the first thing that went wrong, or 0 */
    bool owns_fd;
    size_t n_buffered;
    char buffer[WRITE_BUFFER_BYTES];
};

static void flush(hwi_file_writer *writer)
{
    const char *p = writer->buffer;
    size_t n_left = writer->n_buffered;
    while (n_left > 0 && writer->error_number == 0) {
        ssize_t n = write(writer->fd, p, n_left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            writer->error_number = errno;
            break;
        }
        p += n;
        n_left -= (size_t)n;
    }
    writer->n_buffered = 0;
}

void hwi_file_writer_write(hwi_file_writer *writer, const void *bytes, size_t n_bytes)
{
    const char *p = bytes;
    while (n_bytes > 0 && writer->error_number == 0) {
        size_t n_free = sizeof(writer->buffer) - writer->n_buffered;
        size_t n = n_bytes < n_free ? n_bytes : n_free;
        memcpy(writer->buffer + writer->n_buffered, p, n);
        writer->n_buffered += n;
        p += n;
        n_bytes -= n;
        if (writer->n_buffered == sizeof(writer->buffer))
            flush(writer);
    }
}

bool hwi_file_writer_has_failed(const hwi_file_writer *writer)
{
    return writer->error_number != 0;
}

/* The folder part of a path, "." when there is none; the caller's. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return hwi_strdup(".");
    return slash == path ? hwi_strdup("/") : hwi_strndup(path, (size_t)(slash - path));
}

/* A new file beside the target, with the mode of the old one if there is one. */
static hw_status open_temporary(hwi_file_writer *writer, mode_t mode, hw_error *err)
{
    for (int i = 0; i < MAX_NAME_TRIES; i++) {
        hwi_free(writer->temporary);
        writer->temporary = NULL;
        HW_TRY(hwi_file_name_temporary(writer->target, &writer->temporary, err));
        writer->fd =
            open(writer->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, NEW_FILE_MODE);
        if (writer->fd >= 0 || errno != EEXIST)
            break;
    }
    if (writer->fd < 0) {
        int number = errno;
        hwi_free(writer->temporary);
        writer->temporary = NULL;
        return fail_with_errno(err, writer->path, number);
    }
    writer->owns_fd = true;
    if (mode != 0 && fchmod(writer->fd, mode) != 0)
        return fail_with_errno(err, writer->path, errno);
    return HW_OK;
}

static hw_status open_target(hwi_file_writer *writer, hw_error *err)
{
    if (strcmp(writer->path, "-") == 0) {
        writer->fd = STDOUT_FILENO;
        return HW_OK;
    }
    if (writer->path[0] == '\0' || writer->path[strlen(writer->path) - 1] == '/')
        return fail_with_errno(err, writer->path, writer->path[0] ? EISDIR : ENOENT);
    struct stat info;
    if (stat(writer->path, &info) != 0)
        return open_temporary(writer, 0, err);
    if (S_ISDIR(info.st_mode))
        return fail_with_errno(err, writer->path, EISDIR);
    if (!S_ISREG(info.st_mode)) {
        writer->fd = open(writer->path, O_WRONLY | O_CLOEXEC);
        if (writer->fd < 0)
            return fail_with_errno(err, writer->path, errno);
        writer->owns_fd = true;
        return HW_OK;
    }
    /* A link keeps pointing: what it points to is replaced. A file that may not be written is not
     * replaced either, although its folder would allow it. */
    HW_AUTO(char) *resolved = hwi_alloc_array(PATH_MAX, 1);
    HW_CHECK_ALLOC(err, resolved);
    if (realpath(writer->path, resolved)) {
        hwi_free(writer->target);
        writer->target = HW_TAKE(resolved);
    }
    if (access(writer->target, W_OK) != 0)
        return fail_with_errno(err, writer->path, errno);
    return open_temporary(writer, info.st_mode & 07777, err);
}

hw_status hwi_file_writer_open(const char *path, hwi_file_writer **out, hw_error *err)
{
    HW_AUTO(hwi_file_writer) *writer = HWI_NEW(hwi_file_writer);
    HW_CHECK_ALLOC(err, writer);
    writer->fd = -1;
    writer->path = hwi_strdup(path);
    writer->target = hwi_strdup(path);
    HW_CHECK_ALLOC(err, writer->path);
    HW_CHECK_ALLOC(err, writer->target);
    HW_TRY(open_target(writer, err));
    *out = HW_TAKE(writer);
    return HW_OK;
}

/* The new name must survive a power cut too. A folder that cannot be opened or synced is not an
 * error: the file is there. */
void hwi_file_sync_folder(const char *target)
{
    HW_AUTO(char) *folder = folder_of(target);
    int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

static void take_errno(hwi_file_writer *writer, int result)
{
    if (result != 0 && writer->error_number == 0)
        writer->error_number = errno;
}

hw_status hwi_file_writer_commit(hwi_file_writer *writer, hw_error *err)
{
    flush(writer);
    if (writer->temporary && writer->error_number == 0)
        take_errno(writer, fsync(writer->fd));
    if (writer->owns_fd) {
        take_errno(writer, close(writer->fd));
        writer->owns_fd = false;
    }
    if (writer->temporary && writer->error_number == 0) {
        take_errno(writer, rename(writer->temporary, writer->target));
        if (writer->error_number == 0) {
            hwi_free(writer->temporary);
            writer->temporary = NULL;
            hwi_file_sync_folder(writer->target);
        }
    }
    if (writer->error_number != 0)
        return fail_with_errno(err, strcmp(writer->path, "-") ? writer->path : "standard output",
                               writer->error_number);
    return HW_OK;
}

void hwi_file_writer_free(hwi_file_writer *writer)
{
    if (!writer)
        return;
    if (writer->owns_fd)
        close(writer->fd);
    if (writer->temporary)
        unlink(writer->temporary);
    hwi_free(writer->temporary);
    hwi_free(writer->target);
    hwi_free(writer->path);
    hwi_free(writer);
}

hw_status hwi_file_write(const char *path, const void *bytes, size_t n_bytes, hw_error *err)
{
    HW_AUTO(hwi_file_writer) *writer = NULL;
    HW_TRY(hwi_file_writer_open(path, &writer, err));
    hwi_file_writer_write(writer, bytes, n_bytes);
    return hwi_file_writer_commit(writer, err);
}
