/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file_group.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "support/hw_test.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/hw_group_XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[160];
    snprintf(command, sizeof command, "chmod -R u+w %s; rm -rf %s", folder, folder);
    return system(command);
}

static const char *path_of(const char *name, char out[128])
{
    snprintf(out, 128, "%s/%s", folder, name);
    return out;
}

static void write_text(const char *path, const char *text)
{
    hw_error err = {0};
    hw_assert_ok(hwi_file_write(path, text, strlen(text), &err), err);
}

static void assert_text(const char *name, const char *text)
{
    char path[128];
    hw_error err = {0};
    HW_AUTO_FILE_TEXT(file);
    hw_assert_ok(hwi_file_read(path_of(name, path), 0, &file, &err), err);
    assert_int_equal(file.size, strlen(text));
    assert_memory_equal(file.data, text, file.size);
}

static int count_files(void)
{
    int n = -2; /* . and .. */
    DIR *dir = opendir(folder);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static const char *add(hwi_file_group *group, const char *name)
{
    char path[128];
    const char *staged = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_file_group_add(group, path_of(name, path), &staged, &err), err);
    return staged;
}

static void test_group_appears_together_or_not_at_all(void **state)
{
    (void)state;
    char path[128];
    hw_error err = {0};
    write_text(path_of("a", path), "old");
    {
        HW_AUTO(hwi_file_group) *group = NULL;
        hw_assert_ok(hwi_file_group_new(&group, &err), err);
        write_text(add(group, "a"), "new a");
        write_text(add(group, "b"), "new b");
        assert_int_equal(count_files(), 3);
    }
    assert_text("a", "old");
    assert_int_equal(count_files(), 1);
    HW_AUTO(hwi_file_group) *group = NULL;
    hw_assert_ok(hwi_file_group_new(&group, &err), err);
    write_text(add(group, "a"), "new a");
    write_text(add(group, "b"), "new b");
    hw_assert_ok(hwi_file_group_commit(group, &err), err);
    assert_text("a", "new a");
    assert_text("b", "new b");
    assert_int_equal(count_files(), 2);
}

static void test_group_names_files_in_errors(void **state)
{
    (void)state;
    hw_error err = {0};
    HW_AUTO(hwi_file_group) *group = NULL;
    hw_assert_ok(hwi_file_group_new(&group, &err), err);
    add(group, "a");
    const char *staged = add(group, "b");
    char expected[256];
    snprintf(err.message, sizeof err.message, "before %s: after", staged);
    snprintf(expected, sizeof expected, "before %s/b: after", folder);
    hwi_file_group_name_error(group, &err);
    assert_string_equal(err.message, expected);
    hwi_file_group_name_error(group, &err);
    assert_string_equal(err.message, expected);
    hwi_file_group_name_error(group, NULL);
}

static void test_group_keeps_links_and_modes(void **state)
{
    (void)state;
    char path[128], link[128];
    struct stat info;
    hw_error err = {0};
    write_text(path_of("pointed", path), "old");
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(symlink("pointed", path_of("link", link)), 0);
    HW_AUTO(hwi_file_group) *group = NULL;
    hw_assert_ok(hwi_file_group_new(&group, &err), err);
    write_text(add(group, "link"), "new");
    hw_assert_ok(hwi_file_group_commit(group, &err), err);
    assert_text("pointed", "new");
    assert_int_equal(lstat(link, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0640);
}

static void test_group_leaves_devices_and_folders_alone(void **state)
{
    (void)state;
    hw_error err = {0};
    const char *staged = NULL;
    HW_AUTO(hwi_file_group) *group = NULL;
    hw_assert_ok(hwi_file_group_new(&group, &err), err);
    hw_assert_ok(hwi_file_group_add(group, "/dev/null", &staged, &err), err);
    assert_string_equal(staged, "/dev/null");
    hw_assert_ok(hwi_file_group_add(group, "-", &staged, &err), err);
    assert_string_equal(staged, "-");
    assert_int_equal(hwi_file_group_add(group, folder, &staged, &err), HW_EIO);
    hw_assert_ok(hwi_file_group_commit(group, &err), err);
}

/* A folder that is gone when the files are to be moved. */
static void test_group_says_which_file_could_not_be_moved(void **state)
{
    (void)state;
    char inner[128], gone[128];
    hw_error err = {0};
    assert_int_equal(mkdir(path_of("inner", inner), 0777), 0);
    HW_AUTO(hwi_file_group) *group = NULL;
    hw_assert_ok(hwi_file_group_new(&group, &err), err);
    write_text(add(group, "inner/c"), "text");
    assert_int_equal(rename(inner, path_of("gone", gone)), 0);
    assert_int_equal(hwi_file_group_commit(group, &err), HW_EIO);
    assert_non_null(strstr(err.message, "inner/c"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_group_appears_together_or_not_at_all, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_group_names_files_in_errors, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_group_keeps_links_and_modes, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_group_leaves_devices_and_folders_alone, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_group_says_which_file_could_not_be_moved, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
