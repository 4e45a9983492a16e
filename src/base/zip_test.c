/* SPDX-License-Identifier: Apache-2.0 */
#include "base/zip.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/hw_test.h"

static char *folder_path(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", name);
    return path;
}

static char path[300];

static void put_file(const void *bytes, size_t n)
{
    snprintf(path, sizeof path, "%s.%ld", folder_path("hw_zip_test"), (long)getpid());
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static const hwi_zip_entry entries[] = {
    {"model.ini", "[info]\n", 7, 6},
    {"domains/d000.txt", "", 0, 6},
    {"some/\xc3\xa9.bin", "\0\1\2", 3, 1},
};

static void test_zip_roundtrip_and_equal_bytes(void **state)
{
    (void)state;
    hw_error err;
    HW_AUTO_BUFFER(first);
    HW_AUTO_BUFFER(second);
    hw_assert_ok(hwi_zip_build(entries, HW_COUNT(entries), &first, &err), err);
    setenv("TZ", "Asia/Tokyo", 1);
    hw_assert_ok(hwi_zip_build(entries, HW_COUNT(entries), &second, &err), err);
    unsetenv("TZ");
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.data, second.data, first.size);

    put_file(first.data, first.size);
    HW_AUTO(hwi_zip) *zip = NULL;
    hw_assert_ok(hwi_zip_open(path, &zip, &err), err);
    assert_true(hwi_zip_has(zip, "model.ini"));
    assert_false(hwi_zip_has(zip, "Model.ini"));
    for (size_t i = 0; i < HW_COUNT(entries); i++) {
        HW_AUTO_BUFFER(out);
        hw_assert_ok(hwi_zip_read(zip, entries[i].name, 100, &out, &err), err);
        assert_int_equal(out.size, entries[i].n_bytes);
        if (out.size)
            assert_memory_equal(out.data, entries[i].data, out.size);
    }
    HW_AUTO_BUFFER(out);
    assert_int_equal(hwi_zip_read(zip, "model.ini", 6, &out, &err), HW_EFORMAT);
    assert_non_null(strstr(err.message, "model.ini: 7 bytes, more than the limit of 6"));
    assert_int_equal(hwi_zip_read(zip, "absent", 6, &out, &err), HW_EFORMAT);
    assert_non_null(strstr(err.message, "no entry absent"));
    unlink(path);
}

static void test_zip_torn_is_refused(void **state)
{
    (void)state;
    hw_error err;
    HW_AUTO_BUFFER(whole);
    hw_assert_ok(hwi_zip_build(entries, HW_COUNT(entries), &whole, &err), err);
    for (size_t n = 0; n < whole.size; n++) {
        put_file(whole.data, n);
        HW_AUTO(hwi_zip) *zip = NULL;
        assert_int_equal(hwi_zip_open(path, &zip, &err), HW_EFORMAT);
        assert_non_null(strstr(err.message, path));
    }
    /* A bit in the packed bytes of the first entry (30 bytes of header, 9 of name). */
    whole.data[30 + 9 + 1] ^= 4;
    put_file(whole.data, whole.size);
    HW_AUTO(hwi_zip) *zip = NULL;
    HW_AUTO_BUFFER(out);
    hw_assert_ok(hwi_zip_open(path, &zip, &err), err);
    assert_int_equal(hwi_zip_read(zip, "model.ini", 100, &out, &err), HW_EFORMAT);
    assert_non_null(strstr(err.message, "model.ini: torn entry"));
    unlink(path);
    hwi_zip_close(HW_TAKE(zip));
    assert_int_equal(hwi_zip_open("/nonexistent/a.zip", &zip, &err), HW_EIO);
}

/* 140 MB of zeros in 140 KB. */
static void test_zip_bomb_is_refused(void **state)
{
    (void)state;
    hw_error err;
    size_t n = (size_t)140 << 20;
    void *zeros = calloc(n, 1);
    assert_non_null(zeros);
    const hwi_zip_entry entry = {"model.ini", zeros, n, 9};
    HW_AUTO_BUFFER(whole);
    hw_assert_ok(hwi_zip_build(&entry, 1, &whole, &err), err);
    free(zeros);
    put_file(whole.data, whole.size);
    HW_AUTO(hwi_zip) *zip = NULL;
    HW_AUTO_BUFFER(out);
    hw_assert_ok(hwi_zip_open(path, &zip, &err), err);
    assert_int_equal(hwi_zip_read(zip, "model.ini", n, &out, &err), HW_EFORMAT);
    assert_non_null(strstr(err.message, "which no model does"));
    assert_int_equal(out.size, 0);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zip_roundtrip_and_equal_bytes),
        cmocka_unit_test(test_zip_torn_is_refused),
        cmocka_unit_test(test_zip_bomb_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
