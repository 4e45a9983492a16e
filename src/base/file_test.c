/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include "support/hw_test.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

static char folder[64];
static char path[128];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/hw_file_XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/out.txt", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command);
}

static int count_entries(void)
{
    int n = -2; /* . and .. */
    DIR *dir = opendir(folder);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static void assert_content(const char *expected, size_t n_bytes)
{
    hw_error err = {0};
    HW_AUTO_FILE_TEXT(text);
    hw_assert_ok(hwi_file_read(path, 0, &text, &err), err);
    assert_int_equal(text.size, n_bytes);
    assert_memory_equal(text.data, expected, n_bytes);
    assert_int_equal(text.data[text.size], '\n');
    /* What rests comes back. */
    hwi_file_text_rest(&text, text.data, text.data + text.size);
    hwi_file_text_rest(&text, text.data + text.size / 3, text.data + text.size / 2);
    assert_memory_equal(text.data, expected, n_bytes);
    assert_int_equal(text.data[text.size], '\n');
}

/* Whole pages leave the memory, what lies around stays. */
static void test_file_bytes_around_those_given_back_stay(void **state)
{
    (void)state;
    enum { N_BYTES = 1 << 16 };
    for (size_t begin = 0; begin < 9000; begin += 1777) {
        for (size_t n = 0; n < 20000; n += 3999) {
            HW_AUTO(char) *bytes = HWI_ALLOC_ARRAY(char, N_BYTES);
            assert_non_null(bytes);
            memset(bytes, 'x', N_BYTES);
            hwi_give_back(bytes + begin, n);
            for (size_t i = 0; i < N_BYTES; i++)
                assert_true(bytes[i] == 'x' || (i >= begin && i < begin + n));
        }
    }
}

static void test_file_write_then_read_gives_the_same_bytes(void **state)
{
    (void)state;
    hw_error err = {0};
    size_t sizes[] = {0, 1, 4095, 4096, 4097, 1 << 18, (1 << 20) + 7};
    for (size_t i = 0; i < HW_COUNT(sizes); i++) {
        HW_AUTO(char) *bytes = hwi_alloc_array(sizes[i] + 1, 1);
        for (size_t k = 0; k < sizes[i]; k++)
            bytes[k] = (char)(k * 7);
        hw_assert_ok(hwi_file_write(path, bytes, sizes[i], &err), err);
        assert_content(bytes, sizes[i]);
    }
    assert_int_equal(count_entries(), 1);
}

static void test_file_without_commit_keeps_the_old_file(void **state)
{
    (void)state;
    hw_error err = {0};
    hw_assert_ok(hwi_file_write(path, "old", 3, &err), err);
    hwi_file_writer *writer = NULL;
    hw_assert_ok(hwi_file_writer_open(path, &writer, &err), err);
    hwi_file_writer_write(writer, "new", 3);
    assert_int_equal(count_entries(), 2);
    hwi_file_writer_free(writer);
    assert_int_equal(count_entries(), 1);
    assert_content("old", 3);
}

static void test_file_keeps_mode_and_link(void **state)
{
    (void)state;
    hw_error err = {0};
    char link_path[128];
    snprintf(link_path, sizeof(link_path), "%s/link", folder);
    hw_assert_ok(hwi_file_write(path, "old", 3, &err), err);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(symlink("out.txt", link_path), 0);
    hw_assert_ok(hwi_file_write(link_path, "new", 3, &err), err);
    assert_content("new", 3);
    struct stat info;
    assert_int_equal(lstat(link_path, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
}

static void test_file_reports_what_the_system_refuses(void **state)
{
    (void)state;
    hw_error err = {0};
    char missing[128];
    snprintf(missing, sizeof(missing), "%s/no/such", folder);
    hwi_file_text text = {0};
    assert_int_equal(hwi_file_read(missing, 0, &text, &err), HW_EIO);
    assert_non_null(strstr(err.message, "No such file"));
    assert_int_equal(hwi_file_read(folder, 0, &text, &err), HW_EIO);
    assert_non_null(strstr(err.message, "Is a directory"));
    assert_int_equal(hwi_file_write(missing, "x", 1, &err), HW_EIO);
    assert_int_equal(hwi_file_write(folder, "x", 1, &err), HW_EIO);
    assert_non_null(strstr(err.message, folder));
    assert_non_null(strstr(err.message, "Is a directory"));
    assert_int_equal(hwi_file_write("", "x", 1, &err), HW_EIO);
    assert_int_equal(hwi_file_write("/dev/full", "x", 1, &err), HW_EIO);
    assert_non_null(strstr(err.message, "No space left"));
    hw_assert_ok(hwi_file_write("/dev/null", "x", 1, &err), err);
    assert_int_equal(hwi_file_read("/dev/zero", 1 << 21, &text, &err), HW_ENOMEM);
    if (geteuid() != 0) {
        assert_int_equal(chmod(folder, 0500), 0);
        assert_int_equal(hwi_file_write(path, "x", 1, &err), HW_EIO);
        assert_int_equal(chmod(folder, 0700), 0);
    }
}

static void test_file_survives_failing_allocations(void **state)
{
    (void)state;
    hw_error err = {0};
    hw_assert_ok(hwi_file_write(path, "old", 3, &err), err);
    for (int n = 0;; n++) {
        hwi_alloc_fail_at(n);
        hw_status status = hwi_file_write(path, "new", 3, &err);
        hwi_alloc_fail_at(-1);
        if (status == HW_OK)
            break;
        assert_int_equal(status, HW_ENOMEM);
        assert_content("old", 3);
        assert_int_equal(count_entries(), 1);
    }
    assert_content("new", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_file_write_then_read_gives_the_same_bytes, make_folder,
                                        remove_folder),
        cmocka_unit_test(test_file_bytes_around_those_given_back_stay),
        cmocka_unit_test_setup_teardown(test_file_without_commit_keeps_the_old_file, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_file_keeps_mode_and_link, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_file_reports_what_the_system_refuses, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_file_survives_failing_allocations, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
