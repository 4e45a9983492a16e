/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/scanner.h"

#include "base/rng.h"
#include "support/hw_test.h"

#include <stdlib.h>
#include <string.h>

/* Texts of every length around the size of a block, in memory that ends where they end. */
static void test_scanner_finds_every_end_of_a_cell(void **state)
{
    (void)state;
    static const char signs[] = "abc,,;\n\r\"";
    hwi_rng rng = hwi_rng_new(1);
    hwi_dialect dialect;
    hwi_dialect_init(&dialect, ',');
    for (size_t n = 0; n < 300; n++) {
        char *text = malloc(n + 1);
        assert_non_null(text);
        for (size_t i = 0; i < n; i++)
            text[i] = signs[hwi_rng_u32(&rng) % (n % 2 ? sizeof(signs) - 1 : 4)];
        text[n] = '\n';
        size_t begin = n ? hwi_rng_u32(&rng) % n : 0;
        hwi_scanner scanner;
        hwi_scanner_init(&scanner, &dialect, text + begin, text + n);
        for (size_t i = begin; i <= n; i++)
            if (dialect.ends_cell[(uint8_t)text[i]])
                assert_ptr_equal(hwi_scanner_next(&scanner), text + i);
        free(text);
    }
}

static void test_scanner_seek_goes_anywhere(void **state)
{
    (void)state;
    HW_AUTO(char) *text =
        hwi_strdup("a,\"b,c\",d,eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee,f\n");
    assert_non_null(text);
    const char *end = text + strlen(text) - 1;
    hwi_dialect dialect;
    hwi_dialect_init(&dialect, ',');
    hwi_scanner scanner;
    hwi_scanner_init(&scanner, &dialect, text, end);
    assert_ptr_equal(hwi_scanner_next(&scanner), text + 1);
    hwi_scanner_seek(&scanner, text + 8); /* behind the quoted cell */
    assert_ptr_equal(hwi_scanner_next(&scanner), text + 9);
    hwi_scanner_seek(&scanner, text + 2);
    assert_ptr_equal(hwi_scanner_next(&scanner), text + 4);
    hwi_scanner_seek(&scanner, end + 1); /* behind the end: reads nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scanner_finds_every_end_of_a_cell),
        cmocka_unit_test(test_scanner_seek_goes_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
