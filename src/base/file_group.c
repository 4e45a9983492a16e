/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file_group.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/file.h"

typedef struct member {
    char *path, *target, *staged; /* staged NULL: written directly */
    mode_t mode;                  /* of the file that is replaced; 0: there is none */
} member;

struct hwi_file_group {
    int n, capacity;
    member **members; /* each of its own, since what they lend must not move */
};

static hw_status fail_with_errno(hw_error *err, const char *path, int number)
{
    char text[128] = "";
    const char *reason = strerror_r(number, text, sizeof(text));
    HW_FAIL(err, HW_EIO, NULL, "%s: %s", path, reason);
}

hw_status hwi_file_group_new(hwi_file_group **out, hw_error *err)
{
    *out = HWI_NEW(hwi_file_group);
    HW_CHECK_ALLOC(err, *out);
    return HW_OK;
}

void hwi_file_group_free(hwi_file_group *group)
{
    if (!group)
        return;
    for (int i = 0; i < group->n; i++) {
        member *m = group->members[i];
        if (m->staged)
            (void)unlink(m->staged);
        hwi_free(m->path);
        hwi_free(m->target);
        hwi_free(m->staged);
        hwi_free(m);
    }
    hwi_free(group->members);
    hwi_free(group);
}

/* The file that takes the name, and its mode; *out_target stays NULL for what is written directly.
 */
static hw_status resolve(const char *path, char **out_target, mode_t *out_mode, hw_error *err)
{
    struct stat info;
    if (strcmp(path, "-") == 0)
        return HW_OK;
    bool exists = stat(path, &info) == 0;
    if (exists && S_ISDIR(info.st_mode))
        return fail_with_errno(err, path, EISDIR);
    if (exists && !S_ISREG(info.st_mode))
        return HW_OK;
    if (exists && access(path, W_OK) != 0)
        return fail_with_errno(err, path, errno);
    HW_AUTO(char) *resolved = hwi_alloc_array(PATH_MAX, 1);
    HW_CHECK_ALLOC(err, resolved);
    *out_target = hwi_strdup(exists && realpath(path, resolved) ? resolved : path);
    HW_CHECK_ALLOC(err, *out_target);
    *out_mode = exists ? info.st_mode & 07777 : 0;
    return HW_OK;
}

static hw_status add_member(hwi_file_group *group, member **out, hw_error *err)
{
    if (group->n == group->capacity) {
        int wider = group->capacity ? 2 * group->capacity : 8;
        member **moved = hwi_realloc_array(group->members, (size_t)group->n, (size_t)wider,
                                           sizeof *group->members);
        HW_CHECK_ALLOC(err, moved);
        group->members = moved;
        group->capacity = wider;
    }
    *out = HWI_NEW(member);
    HW_CHECK_ALLOC(err, *out);
    group->members[group->n++] = *out;
    return HW_OK;
}

hw_status hwi_file_group_add(hwi_file_group *group, const char *path, const char **out_staged,
                             hw_error *err)
{
    member *m = NULL;
    HW_TRY(add_member(group, &m, err));
    m->path = hwi_strdup(path);
    HW_CHECK_ALLOC(err, m->path);
    HW_TRY(resolve(path, &m->target, &m->mode, err));
    *out_staged = m->path;
    if (!m->target)
        return HW_OK;
    hwi_file_remove_temporaries(m->target);
    HW_TRY(hwi_file_name_temporary(m->target, &m->staged, err));
    *out_staged = m->staged;
    return HW_OK;
}

void hwi_file_group_name_error(const hwi_file_group *group, hw_error *err)
{
    for (int i = 0; err && i < group->n; i++) {
        const member *m = group->members[i];
        const char *found = m->staged ? strstr(err->message, m->staged) : NULL;
        if (!found)
            continue;
        char text[sizeof err->message];
        snprintf(text, sizeof text, "%.*s%.500s%.400s", (int)(found - err->message), err->message,
                 m->path, found + strlen(m->staged));
        snprintf(err->message, sizeof err->message, "%s", text);
    }
}

hw_status hwi_file_group_commit(hwi_file_group *group, hw_error *err)
{
    for (int i = 0; i < group->n; i++) {
        member *m = group->members[i];
        if (!m->staged)
            continue;
        if (m->mode != 0 && chmod(m->staged, m->mode) != 0)
            return fail_with_errno(err, m->path, errno);
        if (rename(m->staged, m->target) != 0)
            return fail_with_errno(err, m->path, errno);
        hwi_file_sync_folder(m->target);
        hwi_free(m->staged);
        m->staged = NULL;
    }
    return HW_OK;
}
