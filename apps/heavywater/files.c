/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "heavywater/text.h"

hw_status app_files_read_frame_typed(const app_args *args, const char *field, const char *path,
                                     const char *types, hw_frame **out, hw_error *err)
{
    hw_parse_options options;
    HW_TRY(app_args_parse_options(args, &options, err));
    HW_AUTO_BUFFER(all_types);
    if (types[0]) {
        /* The later of two types for a column counts. */
        if (options.col_types)
            hwi_buffer_append_text(&all_types, options.col_types);
        hwi_buffer_append_text(&all_types, options.col_types ? types : types + 1);
        HW_TRY(hwi_buffer_check(&all_types, err));
        options.col_types = hwi_buffer_text(&all_types);
    }
    hw_status status = hw_frame_read(path, &options, out, err);
    if (status != HW_OK && err && !err->field[0])
        snprintf(err->field, sizeof err->field, "%s", field);
    return status;
}

hw_status app_files_read_frame(const app_args *args, const char *field, const char *path,
                               hw_frame **out, hw_error *err)
{
    return app_files_read_frame_typed(args, field, path, "", out, err);
}

void app_files_print_notes(FILE *out, const char *prefix, const hw_frame *frame)
{
    for (int32_t c = 0; c < hw_frame_n_columns(frame); c++) {
        const char *note = hw_frame_column_note(frame, c);
        if (!note)
            continue;
        HW_AUTO_BUFFER(line);
        app_text_append_clean(&line, note, 0);
        fprintf(out, "%s%s\n", prefix, hwi_buffer_text(&line));
    }
}

void app_files_append_type(hwi_buffer *types, const char *name, const char *type)
{
    hwi_buffer_append_char(types, ',');
    for (const char *p = name; *p; p++) {
        if (*p == ',')
            hwi_buffer_append_char(types, '\\');
        hwi_buffer_append_char(types, *p);
    }
    hwi_buffer_append_char(types, '=');
    hwi_buffer_append_text(types, type);
}

/* The folder of a path. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return hwi_strdup(".");
    return slash == path ? hwi_strdup("/") : hwi_strndup(path, (size_t)(slash - path));
}

static bool is_stdout(const app_output *output)
{
    return strcmp(output->path, "-") == 0;
}

/* Whether a file can be made in the folder: by making one, without a name where the file system
 * can, since access() says yes to root even where nobody can write. errno says why not. */
static bool can_create_in(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0) {
        close(fd);
        return true;
    }
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
        return false;
    HW_AUTO_BUFFER(path);
    hwi_buffer_printf(&path, "%s/.heavywater-XXXXXX", folder);
    fd = path.failed ? -1 : mkostemp(path.data, O_CLOEXEC);
    if (fd < 0)
        return false;
    unlink(path.data);
    close(fd);
    return true;
}

static hw_status check_output(const app_output *output, hw_error *err)
{
    const char *path = output->path, *option = output->option;
    if (is_stdout(output)) {
        if (!output->takes_stdout)
            HW_FAIL(err, HW_EINVAL, option,
                    "--%s - : standard output is not possible here; give a "
                    "file",
                    option);
        return HW_OK;
    }
    struct stat info;
    bool exists = stat(path, &info) == 0;
    size_t n = strlen(path);
    if ((exists && S_ISDIR(info.st_mode)) || path[n - 1] == '/')
        HW_FAIL(err, HW_EINVAL, option, "--%s %s is a folder; give the name of a file", option,
                path);
    if (exists && access(path, W_OK) != 0)
        HW_FAIL(err, HW_EINVAL, option, "--%s %s cannot be written: %s", option, path,
                strerror(errno));
    if (exists && !S_ISREG(info.st_mode))
        return HW_OK; /* a device or a pipe is opened as it is */
    HW_AUTO(char) *folder = folder_of(path);
    HW_CHECK_ALLOC(err, folder);
    if (stat(folder, &info) != 0 || !S_ISDIR(info.st_mode))
        HW_FAIL(err, HW_EINVAL, option, "--%s %s: there is no folder %s; make it first", option,
                path, folder);
    if (!can_create_in(folder))
        HW_FAIL(err, HW_EINVAL, option, "--%s %s: no file can be made in the folder %s: %s", option,
                path, folder, strerror(errno));
    return HW_OK;
}

/* Whether two paths are one file; also when it does not exist yet. */
static bool is_same_file(const char *a, const char *b)
{
    struct stat info_a, info_b;
    bool a_exists = stat(a, &info_a) == 0, b_exists = stat(b, &info_b) == 0;
    if (a_exists && b_exists)
        return info_a.st_dev == info_b.st_dev && info_a.st_ino == info_b.st_ino &&
               S_ISREG(info_a.st_mode);
    if (a_exists || b_exists)
        return false;
    HW_AUTO(char) *folder_a = folder_of(a);
    HW_AUTO(char) *folder_b = folder_of(b);
    const char *slash_a = strrchr(a, '/'), *slash_b = strrchr(b, '/');
    if (!folder_a || !folder_b || strcmp(slash_a ? slash_a + 1 : a, slash_b ? slash_b + 1 : b) != 0)
        return false;
    return stat(folder_a, &info_a) == 0 && stat(folder_b, &info_b) == 0 &&
           info_a.st_dev == info_b.st_dev && info_a.st_ino == info_b.st_ino;
}

hw_status app_files_check_outputs(const app_output *outputs, int n_outputs,
                                  const char *const *inputs, int n_inputs, hw_error *err)
{
    for (int i = 0; i < n_outputs; i++) {
        const app_output *output = &outputs[i];
        if (!output->path)
            continue;
        HW_TRY(check_output(output, err));
        for (int k = 0; k < i; k++)
            if (outputs[k].path && is_stdout(output) == is_stdout(&outputs[k]) &&
                (is_stdout(output) || is_same_file(output->path, outputs[k].path)))
                HW_FAIL(err, HW_EINVAL, output->option, "--%s and --%s are the same file: %s",
                        outputs[k].option, output->option, output->path);
        for (int k = 0; k < n_inputs; k++)
            if (inputs[k] && !is_stdout(output) && is_same_file(output->path, inputs[k]))
                HW_FAIL(err, HW_EINVAL, output->option,
                        "--%s would overwrite the file that is read: %s", output->option,
                        output->path);
    }
    return HW_OK;
}

hw_status app_files_make_folder(const char *option, const char *path, hw_error *err)
{
    struct stat info;
    if (mkdir(path, 0777) == 0)
        return HW_OK;
    int reason = errno;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return HW_OK;
    HW_FAIL(err, HW_EIO, option, "--%s %.300s: %s", option, path,
            reason == EEXIST ? "this is a file, not a folder" : strerror(reason));
}

hw_status app_files_find_column(const hw_frame *frame, const char *field, const char *name,
                                int32_t *out_column, hw_error *err)
{
    int32_t column = hw_frame_find_column(frame, name);
    if (column >= 0) {
        *out_column = column;
        return HW_OK;
    }
    const char *nearest = NULL;
    int best = 1000;
    for (int32_t c = 0; c < hw_frame_n_columns(frame); c++) {
        int distance = app_text_distance(name, hw_frame_column_name(frame, c));
        if (distance < best) {
            best = distance;
            nearest = hw_frame_column_name(frame, c);
        }
    }
    if (nearest && app_text_is_near(best, name))
        HW_FAIL(err, HW_EINVAL, field,
                "%s: there is no column '%.200s' in %s; did you mean '%.200s'?", field, name,
                hw_frame_name(frame), nearest);
    HW_FAIL(err, HW_EINVAL, field,
            "%s: there is no column '%.200s' in %s (heavywater describe lists them)", field, name,
            hw_frame_name(frame));
}
