/* SPDX-License-Identifier: Apache-2.0 */
#include "base/inflate.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "support/hw_test.h"

enum { N_BYTES = 300000 };

static char text[N_BYTES], back[N_BYTES + 16];
static unsigned char packed[N_BYTES + 1000];

static size_t pack(int level)
{
    for (unsigned i = 0; i < N_BYTES; i++)
        text[i] = (char)("0123456789, -e."[(i * 7 + i / 13 + i * i % 11) % 15]);
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)text;
    stream.avail_in = N_BYTES;
    stream.next_out = packed;
    stream.avail_out = sizeof packed;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t n = stream.total_out;
    deflateEnd(&stream);
    return n;
}

static void test_inflate_gives_back_what_was_packed(void **state)
{
    (void)state;
    for (int level = 0; level < 10; level += 3) {
        size_t n = pack(level);
        memset(back, 7, sizeof back);
        assert_true(hwi_inflate(packed, n, back, N_BYTES));
        assert_memory_equal(back, text, N_BYTES);
        assert_int_equal(back[N_BYTES], 7);
        assert_int_equal(hwi_crc32(back, N_BYTES), crc32(0, (Bytef *)text, N_BYTES));
    }
    assert_int_equal(hwi_crc32(NULL, 0), 0);
}

static void test_inflate_refuses_what_does_not_fit(void **state)
{
    (void)state;
    size_t n = pack(6);
    memset(back, 7, sizeof back);
    assert_false(hwi_inflate(packed, n, back, N_BYTES - 1));
    assert_int_equal(back[N_BYTES - 1], 7);
    assert_false(hwi_inflate(packed, n, back, N_BYTES + 1));
    assert_false(hwi_inflate(packed, n - 1, back, N_BYTES));
    assert_false(hwi_inflate(packed, n + 1, back, N_BYTES));
    assert_false(hwi_inflate(packed, 0, back, N_BYTES));
    memset(packed + n / 2, 0xff, 40);
    assert_true(!hwi_inflate(packed, n, back, N_BYTES) || memcmp(back, text, N_BYTES) != 0);
    /* The empty stream. */
    static const unsigned char empty[] = {3, 0};
    assert_true(hwi_inflate(empty, sizeof empty, back, 0));
    assert_false(hwi_inflate(empty, sizeof empty, back, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inflate_gives_back_what_was_packed),
        cmocka_unit_test(test_inflate_refuses_what_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
