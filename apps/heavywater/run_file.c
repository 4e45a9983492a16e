/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/run_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/rng.h"
#include "heavywater/train_frames.h"

enum { RUN_FILE_VERSION = 1, MAX_RUN_FILE_BYTES = 16 << 20 };
static const char ENDING[] = ".run.json";

/* --- Locking ---------------------------------------------------------------------------------- */

/* Whether fd is still what the path names: a process that ends removes the file under its lock. */
static bool is_named(int fd, const char *path)
{
    struct stat here, there;
    return fstat(fd, &here) == 0 && stat(path, &there) == 0 && here.st_dev == there.st_dev &&
           here.st_ino == there.st_ino;
}

static hw_status lock_run(app_run *run, hw_error *err)
{
    for (;;) {
        run->lock = open(run->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (run->lock < 0)
            HW_FAIL(err, HW_EINVAL, "export_checkpoints_dir", "export_checkpoints_dir: %.300s: %s",
                    run->lock_path, strerror(errno));
        bool is_locked = flock(run->lock, LOCK_EX | LOCK_NB) == 0;
        /* Some network file systems know no locks; then nobody looks after two at once. */
        if (!is_locked && errno == EWOULDBLOCK) {
            close(run->lock);
            run->lock = -1; /* it is not ours to remove */
            HW_FAIL(err, HW_EINVAL, "export_checkpoints_dir",
                    "export_checkpoints_dir: another process is training '%.200s' in %.300s; wait, "
                    "or choose another --model_id or folder",
                    run->name, run->folder);
        }
        if (!is_locked || is_named(run->lock, run->lock_path))
            return HW_OK;
        close(run->lock);
        run->lock = -1;
    }
}

/* --- Writing ---------------------------------------------------------------------------------- */

static hw_status join(char **out, const char *folder, const char *before, const char *name,
                      const char *after, hw_error *err)
{
    HW_AUTO_BUFFER(path);
    size_t n = strlen(folder);
    hwi_buffer_printf(&path, "%s%s%s%s%s", folder, n > 0 && folder[n - 1] == '/' ? "" : "/", before,
                      name, after);
    HW_TRY(hwi_buffer_check(&path, err));
    *out = hwi_strdup(hwi_buffer_text(&path));
    HW_CHECK_ALLOC(err, *out);
    return HW_OK;
}

static hw_status draw_key(app_run *run, hw_error *err)
{
    char text[24];
    hwi_rng rng = hwi_rng_new(hwi_wall_clock_ms() * 1000003 ^ (int64_t)(hwi_clock_ms() * 1e6) ^
                              (int64_t)getpid() << 40);
    snprintf(text, sizeof text, "%016llx", (unsigned long long)hwi_rng_long(&rng));
    run->key = hwi_strdup(text);
    HW_CHECK_ALLOC(err, run->key);
    return HW_OK;
}

/* JSON holds Unicode; other bytes would come back as other words. */
static hw_status check_words(const hwi_buffer *text, const app_args *args, hw_error *err)
{
    json_t *json = json_loadb(text->data, text->size, 0, NULL);
    const json_t *words = json_object_get(json, "command");
    bool is_same = words != NULL;
    for (int i = 0; is_same && i < args->argc; i++) {
        const char *word = json_string_value(json_array_get(words, (size_t)i + 1));
        is_same = word && strcmp(word, args->argv[i]) == 0;
    }
    json_decref(json);
    if (!is_same)
        HW_FAIL(err, HW_EINVAL, "export_checkpoints_dir",
                "export_checkpoints_dir: an argument is no UTF-8, so that the command could not be "
                "given again");
    return HW_OK;
}

static hw_status write_run(const app_run *run, const app_args *args, hw_error *err)
{
    HW_AUTO_BUFFER(text);
    hwi_json json;
    HW_AUTO(char) *here = hwi_alloc_array(PATH_MAX, 1);
    HW_CHECK_ALLOC(err, here);
    if (!getcwd(here, PATH_MAX))
        HW_FAIL(err, HW_EIO, NULL, "the current folder: %s", strerror(errno));
    hwi_json_init(&json, &text);
    hwi_json_begin_object(&json);
    hwi_json_put_int(&json, "format", RUN_FILE_VERSION);
    hwi_json_put_string(&json, "heavywater_version", hw_version());
    hwi_json_put_string(&json, "run", run->key);
    hwi_json_put_string(&json, "folder", here);
    hwi_json_key(&json, "command");
    hwi_json_begin_array(&json, true);
    hwi_json_string(&json, args->command->name);
    for (int i = 0; i < args->argc; i++)
        hwi_json_string(&json, args->argv[i]);
    hwi_json_end_array(&json);
    hwi_json_end_object(&json);
    hwi_buffer_append_char(&text, '\n');
    HW_TRY(hwi_buffer_check(&text, err));
    HW_TRY(check_words(&text, args, err));
    return hwi_file_write(run->path, text.data, text.size, err);
}

hw_status app_run_begin(const app_args *args, const char *name, app_run *out, hw_error *err)
{
    HW_AUTO(app_param_text) *folder = app_param_get(args->params, "export_checkpoints_dir");
    *out = (app_run){.lock = -1};
    if (!folder)
        return HW_OK;
    if (!*name || strchr(name, '/'))
        HW_FAIL(err, HW_EINVAL, "model_id",
                "model_id: '%.200s' cannot be the name of a file in export_checkpoints_dir", name);
    hw_error why = {0};
    hw_status status = hwi_file_make_folder(folder, &why);
    if (status != HW_OK)
        HW_FAIL(err, status == HW_EIO ? HW_EINVAL : status, "export_checkpoints_dir",
                "export_checkpoints_dir: %.800s", why.message);
    out->folder = hwi_strdup(folder);
    out->name = hwi_strdup(name);
    HW_CHECK_ALLOC(err, out->folder && out->name);
    HW_TRY(join(&out->lock_path, folder, ".", name, ".lock", err));
    HW_TRY(join(&out->path, folder, "", name, ENDING, err));
    HW_TRY(lock_run(out, err));
    if (args->resumed) {
        if (access(out->path, F_OK) != 0)
            HW_FAIL(err, HW_EINVAL, "export_checkpoints_dir",
                    "%.300s was moved: its training writes to %.300s in the folder %.300s",
                    args->resumed->path, out->folder, args->resumed->folder);
        out->key = hwi_strdup(args->resumed->key);
        HW_CHECK_ALLOC(err, out->key);
        return HW_OK;
    }
    HW_TRY(draw_key(out, err));
    hwi_file_remove_temporaries(out->path);
    out->replaces_another = access(out->path, F_OK) == 0;
    return write_run(out, args, err);
}

void app_run_set_options(const app_run *run, const app_args *args, hw_train_options *options)
{
    options->run = run->key;
    options->run_name = run->name;
    options->is_resumed = args->resumed != NULL;
    options->keeps_snapshots = run->path != NULL;
}

void app_run_close(app_run *run)
{
    if (run->lock >= 0) {
        if (run->lock_path)
            (void)unlink(run->lock_path);
        close(run->lock);
    }
    hwi_free(run->path);
    hwi_free(run->lock_path);
    hwi_free(run->folder);
    hwi_free(run->name);
    hwi_free(run->key);
    *run = (app_run){.lock = -1};
}

void app_run_finish(app_run *run)
{
    if (run->path)
        (void)unlink(run->path);
}

/* A word as a shell takes it. */
static void append_word(hwi_buffer *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./"
                                "=,:+@%";
    if (*word && strspn(word, plain) == strlen(word)) {
        hwi_buffer_append_text(out, word);
        return;
    }
    hwi_buffer_append_char(out, '\'');
    for (const char *c = word; *c; c++) {
        if (*c == '\'')
            hwi_buffer_append_text(out, "'\\''");
        else
            hwi_buffer_append_char(out, *c);
    }
    hwi_buffer_append_char(out, '\'');
}

void app_run_print_command(const app_run *run, hwi_buffer *out)
{
    if (!run->path)
        return;
    hwi_buffer_append_text(out, "heavywater resume ");
    append_word(out, run->path);
}

/* --- Finding ---------------------------------------------------------------------------------- */

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), n_end = strlen(end);
    return n > n_end && strcmp(text + n - n_end, end) == 0;
}

static hw_status find_in_folder(const char *folder, char **out, hw_error *err)
{
    DIR *dir = opendir(folder);
    if (!dir)
        HW_FAIL(err, HW_EIO, NULL, "%.300s: %s", folder, strerror(errno));
    HW_AUTO_BUFFER(names);
    HW_AUTO(char) *found = NULL;
    int n = 0;
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.' || !ends_with(entry->d_name, ENDING))
            continue;
        hwi_buffer_printf(&names, "%s%s", n > 0 ? ", " : "", entry->d_name);
        hwi_free(found);
        found = hwi_strdup(entry->d_name);
        n++;
    }
    closedir(dir);
    HW_TRY(hwi_buffer_check(&names, err));
    if (n == 0)
        HW_FAIL(err, HW_EINVAL, NULL,
                "%.300s holds no interrupted training (no file NAME%s): it was finished, or began "
                "without --export_checkpoints_dir",
                folder, ENDING);
    if (n > 1)
        HW_FAIL(err, HW_EINVAL, NULL,
                "%.200s holds %d interrupted trainings; name the one to go on with: %.500s", folder,
                n, hwi_buffer_text(&names));
    HW_CHECK_ALLOC(err, found);
    return join(out, folder, "", found, "", err);
}

/* The run's file beside a snapshot: NAME, or NAME without the _cv_1 of a fold. */
static hw_status find_beside(const char *path, char **out, hw_error *err)
{
    static const char *const endings[] = {".snapshot.zip", ".snapshot-before.zip"};
    for (int i = 0; i < 2; i++) {
        if (!ends_with(path, endings[i]))
            continue;
        size_t n = strlen(path) - strlen(endings[i]);
        for (int is_fold = 0; is_fold < 2; is_fold++) {
            HW_AUTO_BUFFER(name);
            hwi_buffer_append(&name, path, n);
            hwi_buffer_append_text(&name, ENDING);
            HW_TRY(hwi_buffer_check(&name, err));
            if (access(hwi_buffer_text(&name), F_OK) == 0) {
                *out = hwi_strdup(hwi_buffer_text(&name));
                HW_CHECK_ALLOC(err, *out);
                return HW_OK;
            }
            while (n > 0 && path[n - 1] >= '0' && path[n - 1] <= '9')
                n--;
            if (n < 4 || strncmp(path + n - 4, "_cv_", 4) != 0)
                break;
            n -= 4;
        }
    }
    HW_FAIL(err, HW_EINVAL, NULL,
            "%.300s belongs to no interrupted training: resume wants a file NAME%s or the folder "
            "that holds it; a model is trained on with heavywater train ... --checkpoint",
            path, ENDING);
}

static hw_status find_path(const char *path, char **out, hw_error *err)
{
    struct stat info;
    if (stat(path, &info) != 0)
        HW_FAIL(err, HW_EIO, NULL, "%.300s: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return find_in_folder(path, out, err);
    if (!ends_with(path, ENDING))
        return find_beside(path, out, err);
    *out = hwi_strdup(path);
    HW_CHECK_ALLOC(err, *out);
    return HW_OK;
}

/* --- Reading ---------------------------------------------------------------------------------- */

static hw_status take_words(const json_t *words, app_run_file *out, hw_error *err)
{
    size_t n = json_array_size(words);
    out->argv = HWI_NEW_ARRAY(char *, n + 1);
    HW_CHECK_ALLOC(err, out->argv);
    for (size_t i = 0; i < n; i++) {
        const char *word = json_string_value(json_array_get(words, i));
        if (!word)
            HW_FAIL(err, HW_EFORMAT, NULL, "%.300s: command: no list of texts", out->path);
        out->argv[i] = hwi_strdup(word);
        HW_CHECK_ALLOC(err, out->argv[i]);
        out->argc++;
    }
    return HW_OK;
}

static hw_status take_values(const json_t *json, app_run_file *out, hw_error *err)
{
    json_int_t format = json_integer_value(json_object_get(json, "format"));
    const char *key = json_string_value(json_object_get(json, "run"));
    const char *folder = json_string_value(json_object_get(json, "folder"));
    const json_t *words = json_object_get(json, "command");
    if (format > RUN_FILE_VERSION)
        HW_FAIL(err, HW_EFORMAT, NULL, "%.300s was written by a newer heavywater", out->path);
    if (format < 1 || !key || !*key || !folder || json_array_size(words) == 0 ||
        json_array_size(words) > INT_MAX)
        HW_FAIL(err, HW_EFORMAT, NULL, "%.300s: no file of a run of heavywater", out->path);
    out->key = hwi_strdup(key);
    out->folder = hwi_strdup(folder);
    HW_CHECK_ALLOC(err, out->key && out->folder);
    return take_words(words, out, err);
}

hw_status app_run_file_find(const char *path, app_run_file *out, hw_error *err)
{
    *out = (app_run_file){0};
    HW_TRY(find_path(path, &out->path, err));
    HW_AUTO_FILE_TEXT(text);
    HW_TRY(hwi_file_read(out->path, MAX_RUN_FILE_BYTES, &text, err));
    json_error_t where;
    json_t *json = text.size > MAX_RUN_FILE_BYTES
                       ? NULL
                       : json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(json)) {
        json_decref(json);
        HW_FAIL(err, HW_EFORMAT, NULL, "%.300s: no file of a run of heavywater", out->path);
    }
    hw_status status = take_values(json, out, err);
    json_decref(json);
    return status;
}

void app_run_file_clear(app_run_file *file)
{
    for (int i = 0; file->argv && i < file->argc; i++)
        hwi_free(file->argv[i]);
    hwi_free(file->argv);
    hwi_free(file->path);
    hwi_free(file->folder);
    hwi_free(file->key);
    *file = (app_run_file){0};
}
