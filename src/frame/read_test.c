/* SPDX-License-Identifier: Apache-2.0
 *
 * Files: packed, several, globs, standard input, and those that cannot be read; CSV written and
 * read back. */
#include "support/hw_test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>
#include <zstd.h>

#include "base/file.h"
#include "support/hw_frame.h"

static char folder[64];

static const char *path_of(const char *name)
{
    static char paths[4][160];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const void *bytes, size_t n_bytes)
{
    hw_error err = {0};
    hw_assert_ok(hwi_file_write(path_of(name), bytes, n_bytes, &err), err);
}

static void put_text(const char *name, const char *text)
{
    put(name, text, strlen(text));
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/hw_read_XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command);
}

static void assert_reads(const char *path, const char *expected)
{
    hw_error err = {0};
    HW_AUTO(hw_frame) *frame = NULL;
    HW_AUTO_BUFFER(text);
    hw_assert_ok(hw_frame_read(path, NULL, &frame, &err), err);
    hw_frame_to_text(frame, &text);
    assert_string_equal(text.data, expected);
}

static void assert_refuses(const char *path, hw_status status, const char *message)
{
    hw_error err = {0};
    hw_frame *frame = NULL;
    assert_int_equal(hw_frame_read(path, NULL, &frame, &err), status);
    assert_null(frame);
    if (!strstr(err.message, message) || strchr(err.message, '\n'))
        fail_msg("'%s' does not say '%s'", err.message, message);
}

static size_t gzip(const char *text, uint8_t *out, size_t capacity)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (uint8_t *)text;
    z.avail_in = (unsigned)strlen(text);
    z.next_out = out;
    z.avail_out = (unsigned)capacity;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t n = capacity - z.avail_out;
    deflateEnd(&z);
    return n;
}

static void test_read_unpacks_by_content_whatever_the_name(void **state)
{
    (void)state;
    uint8_t bytes[4096];
    size_t n = gzip("a,b\n1,x\n", bytes, sizeof(bytes));
    n += gzip("2,y\n", bytes + n, sizeof(bytes) - n); /* a second member */
    put("x.csv.gz", bytes, n);
    put("plain_name.csv", bytes, n);
    assert_reads(path_of("x.csv.gz"), "a:int 1 2 | b:string x y");
    assert_reads(path_of("plain_name.csv"), "a:int 1 2 | b:string x y");
    memset(bytes + n, 0, 100);
    put("padded.gz", bytes, n + 100);
    assert_reads(path_of("padded.gz"), "a:int 1 2 | b:string x y");
    put("cut.gz", bytes, n - 15);
    assert_refuses(path_of("cut.gz"), HW_EDATA, "cut.gz: the gzip data end too early");
    bytes[12] ^= 0xff;
    put("bad.gz", bytes, n);
    assert_refuses(path_of("bad.gz"), HW_EDATA, "bad.gz: ");

    static const char text[] = "a,b\n1,x\n2,y\n";
    n = ZSTD_compress(bytes, sizeof(bytes), text, strlen(text), 3);
    n += ZSTD_compress(bytes + n, sizeof(bytes) - n, "3,z\n", 4, 3);
    put("x.csv.zst", bytes, n);
    assert_reads(path_of("x.csv.zst"), "a:int 1 2 3 | b:string x y z");
    put("cut.zst", bytes, n - 3);
    assert_refuses(path_of("cut.zst"), HW_EDATA, "cut.zst: the zstd data end too early");
    n = gzip("", bytes, sizeof(bytes));
    put("empty.gz", bytes, n);
    assert_refuses(path_of("empty.gz"), HW_EDATA, "empty.gz: empty file");
}

static void test_read_unpacks_large_texts(void **state)
{
    (void)state;
    HW_AUTO_BUFFER(text);
    hwi_buffer_append_text(&text, "a,b\n");
    for (int i = 0; i < 300000; i++)
        hwi_buffer_printf(&text, "%d,%d\n", i, i % 100);
    size_t capacity = text.size + 4096;
    HW_AUTO(char) *bytes = hwi_alloc_array(capacity, 1);
    size_t n_gzip = gzip(text.data, (uint8_t *)bytes, capacity);
    put("large.gz", bytes, n_gzip);
    size_t n_zstd = ZSTD_compress(bytes, capacity, text.data, text.size, 3);
    put("large.zst", bytes, n_zstd);
    const char *const names[] = {"large.gz", "large.zst"};
    for (size_t i = 0; i < HW_COUNT(names); i++) {
        hw_error err = {0};
        HW_AUTO(hw_frame) *frame = NULL;
        hw_assert_ok(hw_frame_read(path_of(names[i]), NULL, &frame, &err), err);
        assert_int_equal(hw_frame_n_rows(frame), 300000);
        assert_string_equal(hw_frame_name(frame), "large");
        double x[2];
        hw_frame_read_doubles(frame, 0, 299998, 2, x);
        assert_true(x[0] == 299998 && x[1] == 299999);
    }
}

static void test_read_joins_several_files(void **state)
{
    (void)state;
    put_text("p1.csv", "a,b\n1,x\n");
    put_text("p2.csv", "a,b\n2,y\n3,x\n");
    put_text("p3.csv", "4,y\n"); /* no header: data */
    put_text("p,q.csv", "a\n7\n");
    char list[600];
    snprintf(list, sizeof(list), "%s,%s,%s", path_of("p1.csv"), path_of("p2.csv"),
             path_of("p3.csv"));
    assert_reads(list, "a:int 1 2 3 4 | b:enum{x,y} x y x y");
    assert_reads(path_of("p[12].csv"), "a:int 1 2 3 | b:enum{x,y} x y x");
    snprintf(list, sizeof(list), "%s,%s", path_of("p?.csv"), path_of("p1.csv"));
    assert_reads(list, "a:int 1 2 3 4 1 | b:enum{x,y} x y x y x");
    assert_reads(path_of("p,q.csv"), "a:int 7");
    hw_error err = {0};
    HW_AUTO(hw_frame) *frame = NULL;
    hw_assert_ok(hw_frame_read(path_of("p1.csv"), NULL, &frame, &err), err);
    assert_string_equal(hw_frame_name(frame), "p1");
}

static void test_read_refuses_files_that_do_not_fit(void **state)
{
    (void)state;
    put_text("q1.csv", "a,b\n1,x\n");
    put_text("q2.csv", "a,c\n2,3\n");
    put_text("q3.csv", "a,b,c\n1,2,3\n");
    put_text("q4.csv", "A,B\n1,2\n");
    put_text("q5.csv", "");
    char list[400];
    snprintf(list, sizeof(list), "%s,%s", path_of("q1.csv"), path_of("q2.csv"));
    assert_refuses(list, HW_EDATA, "q2.csv: column 2 is 'c', but in ");
    snprintf(list, sizeof(list), "%s,%s", path_of("q1.csv"), path_of("q3.csv"));
    assert_refuses(list, HW_EDATA, "q3.csv: 3 columns, but ");
    snprintf(list, sizeof(list), "%s,%s", path_of("q1.csv"), path_of("q4.csv"));
    assert_refuses(list, HW_EDATA, "q4.csv: column 1 is 'A', but in ");
    snprintf(list, sizeof(list), "%s,%s", path_of("q1.csv"), path_of("q5.csv"));
    assert_refuses(list, HW_EDATA, "q5.csv: empty file");
}

static void test_read_says_why_a_file_cannot_be_read(void **state)
{
    (void)state;
    assert_refuses(path_of("none.csv"), HW_EIO, "none.csv: No such file");
    assert_refuses(folder, HW_EIO, ": Is a directory");
    assert_refuses(path_of("none*.csv"), HW_EIO, "none*.csv: no file matches");
    assert_refuses("", HW_EIO, "no file is named");
    assert_refuses(",", HW_EIO, "no file is named");
    put("bin.dat", "\x01\x02,\x00\x03\n", 6);
    assert_refuses(path_of("bin.dat"), HW_EDATA, "bin.dat: line 1: a NUL byte");
    if (geteuid() != 0) {
        put_text("secret.csv", "a\n1\n");
        assert_int_equal(chmod(path_of("secret.csv"), 0), 0);
        assert_refuses(path_of("secret.csv"), HW_EIO, "secret.csv: Permission denied");
    }
}

/* Puts the text behind standard input; returns what stood there, for give_back. */
static int feed_standard_input(const char *text)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
    close(ends[1]);
    int kept = dup(STDIN_FILENO);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    return kept;
}

static void give_back(int kept)
{
    dup2(kept, STDIN_FILENO);
    close(kept);
}

static void test_read_takes_standard_input_and_pipes(void **state)
{
    (void)state;
    int kept = feed_standard_input("a,b\n1,x\n2,y");
    assert_reads("-", "a:int 1 2 | b:string x y");
    give_back(kept);
    kept = feed_standard_input("a,b\n1\n");
    assert_refuses("-", HW_EDATA, "standard input: line 2: 1 field");
    give_back(kept);
}

static void test_write_csv_reads_back(void **state)
{
    (void)state;
    put_text(
        "w.csv",
        "x,\"y \"\"q\"\"\",t,s,u,i\n"
        "1.5,\"a \"\"b\"\"\",2020-01-02,\"s1, \"\"z\"\"\",0e034ecc-0000-4000-8000-319d982ec535,-7\n"
        ",,,,,\n"
        "0.1,c,2020-01-03,\"two\nlines\",0e034ecc-0000-4000-8000-319d982ec536,300\n");
    hw_error err = {0};
    HW_AUTO(hw_frame) *frame = NULL;
    hw_parse_options options = {.col_types = "2=enum,s=string"};
    hw_assert_ok(hw_frame_read(path_of("w.csv"), &options, &frame, &err), err);
    hw_assert_ok(hw_frame_write_csv(frame, path_of("out.csv"), &err), err);
    HW_AUTO_FILE_TEXT(file);
    hw_assert_ok(hwi_file_read(path_of("out.csv"), 0, &file, &err), err);
    static const char expected[] =
        "\"x\",\"y \"\"q\"\"\",\"t\",\"s\",\"u\",\"i\"\n"
        "1.5,\"a \"\"b\"\"\",1577923200000,\"s1, "
        "\"\"z\"\"\",0e034ecc-0000-4000-8000-319d982ec535,-7\n"
        ",,,,,\n"
        "0.1,\"c\",1578009600000,\"two\nlines\",0e034ecc-0000-4000-8000-319d982ec536,300\n";
    assert_int_equal(file.size, strlen(expected));
    assert_memory_equal(file.data, expected, file.size);
    HW_AUTO(hw_frame) *back = NULL;
    hw_parse_options types = {.col_types = "2=enum,s=string,t=time"};
    hw_assert_ok(hw_frame_read(path_of("out.csv"), &types, &back, &err), err);
    HW_AUTO_BUFFER(before);
    HW_AUTO_BUFFER(after);
    hw_frame_to_text(frame, &before);
    hw_frame_to_text(back, &after);
    assert_string_equal(before.data, after.data);
    assert_int_equal(hw_frame_write_csv(frame, folder, &err), HW_EIO);
    assert_int_equal(hw_frame_write_csv(frame, "/dev/full", &err), HW_EIO);
}

static void test_summarize_describes_columns(void **state)
{
    (void)state;
    put_text("s.csv", "n,c,s,e\n0,a,p1,\n1,b,p2,\n2,b,p3,\n3,c,p2,\n,,,\n12,a,p4,\n1e400,a,p5,\n");
    hw_error err = {0};
    HW_AUTO(hw_frame) *frame = NULL;
    hw_parse_options options = {.col_types = "c=enum,s=string"};
    hw_assert_ok(hw_frame_read(path_of("s.csv"), &options, &frame, &err), err);
    hw_column_summary s;
    hw_assert_ok(hw_frame_summarize_column(frame, 0, &s, &err), err);
    assert_true(s.min == 0 && s.max == 12 && s.mean == 3.6 && s.n_zeros == 1 && s.n_missing == 1);
    assert_int_equal(s.n_positive_infinite, 1);
    hw_assert_near(s.sigma, 4.8270073544588684, 1e-15);
    static const int64_t bins[HW_HISTOGRAM_BINS] = {1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1};
    assert_memory_equal(s.histogram, bins, sizeof(bins));
    assert_int_equal(s.cardinality, -1);
    hw_assert_ok(hw_frame_summarize_column(frame, 1, &s, &err), err);
    assert_true(s.cardinality == 3 && s.n_top_levels == 3 && isnan(s.mean));
    assert_string_equal(s.top_levels[0], "a");
    assert_string_equal(s.top_levels[1], "b");
    assert_true(s.top_counts[0] == 3 && s.top_counts[1] == 2 && s.top_counts[2] == 1);
    hw_assert_ok(hw_frame_summarize_column(frame, 2, &s, &err), err);
    assert_true(s.cardinality == 5 && s.n_top_levels == HW_TOP_LEVELS);
    assert_string_equal(s.top_levels[0], "p2");
    assert_string_equal(s.top_levels[1], "p1");
    hw_assert_ok(hw_frame_summarize_column(frame, 3, &s, &err), err);
    assert_true(s.n_missing == 7 && isnan(s.min) && s.histogram[0] == 0);
    assert_int_equal(hw_frame_summarize_column(frame, 4, &s, &err), HW_EINVAL);
}

static void test_summarize_takes_long_columns_and_huge_numbers(void **state)
{
    (void)state;
    enum { N = 10000 };
    static double values[2][N];
    for (int i = 0; i < N; i++) {
        values[0][i] = i % 100 == 99 ? (double)NAN : 1e6 + i % 100;
        values[1][i] = 1.5e308; /* whose sum is no number */
    }
    hw_error err = {0};
    HW_AUTO(hw_frame) *frame = hwi_frame_new("long", N);
    hw_assert_ok(hwi_frame_add_column(frame, "a", HW_TYPE_INT, values[0], NULL, 0, &err), err);
    hw_assert_ok(hwi_frame_add_column(frame, "b", HW_TYPE_REAL, values[1], NULL, 0, &err), err);
    hw_column_summary s;
    hw_assert_ok(hw_frame_summarize_column(frame, 0, &s, &err), err);
    assert_true(s.n_missing == N / 100 && s.min == 1e6 && s.max == 1e6 + 98);
    hw_assert_near(s.mean, 1e6 + 49, 1e-15);
    hw_assert_near(s.sigma, sqrt((99.0 * 99 - 1) / 12 * 9900 / 9899), 1e-12);
    hw_assert_ok(hw_frame_summarize_column(frame, 1, &s, &err), err);
    assert_true(s.min == 1.5e308 && s.mean == 1.5e308 && s.sigma == 0 && s.histogram[0] == N);
}

static void test_as_factors_gives_a_new_frame(void **state)
{
    (void)state;
    put_text("f.csv", "i,\"r,s\",t,x\n10,0.5,2020-01-02,b\n9,1e7,2020-01-02,a\n,0.001,,"
                      "a\n12345678901234567,100,,a\n");
    hw_error err = {0};
    HW_AUTO(hw_frame) *frame = NULL;
    HW_AUTO(hw_frame) *made = NULL;
    HW_AUTO_BUFFER(text);
    hw_assert_ok(hw_frame_read(path_of("f.csv"), NULL, &frame, &err), err);
    hw_assert_ok(hw_frame_as_factors(frame, "i,r\\,s,x", &made, &err), err);
    hw_frame_to_text(made, &text);
    assert_string_equal(text.data, "i:enum{9,10,12345678901234567} 10 9 NA 12345678901234567 | "
                                   "r,s:enum{0.001,0.5,100.0,1.0E7} 0.5 1.0E7 0.001 100.0 | "
                                   "t:time 1577923200000 1577923200000 NA NA | "
                                   "x:enum{a,b} b a a a");
    assert_int_equal(hw_frame_column_type(frame, 0), HW_TYPE_INT);
    hw_frame *none = NULL;
    assert_int_equal(hw_frame_as_factors(frame, "t", &none, &err), HW_EINVAL);
    assert_string_equal(err.field, "factors");
    assert_int_equal(hw_frame_as_factors(frame, "i,no", &none, &err), HW_EINVAL);
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_unpacks_by_content_whatever_the_name),
        cmocka_unit_test(test_read_unpacks_large_texts),
        cmocka_unit_test(test_read_joins_several_files),
        cmocka_unit_test(test_read_refuses_files_that_do_not_fit),
        cmocka_unit_test(test_read_says_why_a_file_cannot_be_read),
        cmocka_unit_test(test_read_takes_standard_input_and_pipes),
        cmocka_unit_test(test_write_csv_reads_back),
        cmocka_unit_test(test_summarize_describes_columns),
        cmocka_unit_test(test_summarize_takes_long_columns_and_huge_numbers),
        cmocka_unit_test(test_as_factors_gives_a_new_frame),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
