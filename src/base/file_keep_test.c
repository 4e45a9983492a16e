/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "support/hw_test.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/hw_keep_XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static const char *path_of(const char *name, char out[160])
{
    snprintf(out, 160, "%s/%s", folder, name);
    return out;
}

static void put(const char *name, const char *text)
{
    char path[160];
    hw_error err = {0};
    hw_assert_ok(hwi_file_write(path_of(name, path), text, strlen(text), &err), err);
}

static bool has(const char *name)
{
    char path[160];
    return access(path_of(name, path), F_OK) == 0;
}

static int count_files(void)
{
    int n = -2; /* . and .. */
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static void test_keep_as_gives_a_second_name(void **state)
{
    (void)state;
    char a[160], b[160];
    hw_error err = {0};
    path_of("a", a);
    path_of("b", b);
    hw_assert_ok(hwi_file_keep_as(a, b, &err), err); /* nothing there, nothing done */
    assert_false(has("b"));
    put("a", "first");
    for (int i = 0; i < 2; i++) { /* also when both are one file already */
        hw_assert_ok(hwi_file_keep_as(a, b, &err), err);
        assert_true(has("a") && has("b"));
        assert_int_equal(count_files(), 2);
    }
    put("a", "second");
    HW_AUTO_FILE_TEXT(kept);
    hw_assert_ok(hwi_file_read(b, 0, &kept, &err), err);
    assert_memory_equal(kept.data, "first", 5);
    assert_int_equal(mkdir(path_of("c", b), 0777), 0);
    assert_int_equal(hwi_file_keep_as(a, b, &err), HW_EIO);
    assert_true(has("a"));
    assert_int_equal(count_files(), 3);
}

static void test_temporaries_of_the_dead_are_removed(void **state)
{
    (void)state;
    char path[160];
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    /* A file, one that waited for others, and the latter while it was written. */
    const char *const forms[] = {".m.zip.%ld-3.tmp", "..m.zip.7-0.tmp.%ld-3.tmp"};
    char left[2][64], living[64];
    for (int i = 0; i < 2; i++) {
        snprintf(left[i], sizeof left[i], forms[i], (long)child);
        put(left[i], "left");
    }
    snprintf(living, sizeof living, ".m.zip.%ld-0.tmp", (long)getppid());
    put(living, "in work");
    static const char *const others[] = {"m.zip", ".m.zip.tmp", ".m.zip.x-1.tmp",
                                         ".other.zip.1-1.tmp", ".m.zip.99-"};
    for (size_t i = 0; i < HW_COUNT(others); i++)
        put(others[i], "else");
    hwi_file_remove_temporaries(path_of("m.zip", path));
    assert_false(has(left[0]) || has(left[1]));
    assert_true(has(living));
    for (size_t i = 0; i < HW_COUNT(others); i++)
        assert_true(has(others[i]));
}

static void test_folders_are_made_with_those_above(void **state)
{
    (void)state;
    char path[160];
    hw_error err = {0};
    hw_assert_ok(hwi_file_make_folder(path_of("x/y/z", path), &err), err);
    hw_assert_ok(hwi_file_make_folder(path_of("x/y/", path), &err), err);
    assert_true(has("x/y/z"));
    put("file", "text");
    assert_int_equal(hwi_file_make_folder(path_of("file", path), &err), HW_EIO);
    assert_int_equal(hwi_file_make_folder(path_of("file/d", path), &err), HW_EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_keep_as_gives_a_second_name, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_temporaries_of_the_dead_are_removed, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_folders_are_made_with_those_above, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
