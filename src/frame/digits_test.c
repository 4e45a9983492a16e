/* SPDX-License-Identifier: Apache-2.0
 *
 * The quick readers of cells against the general one and the C library. */
#include "frame/digits.h"

#include "base/rng.h"
#include "frame/cell.h"
#include "support/hw_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 64, N_RANDOM = 400000 };

/* The cell of n bytes in `room` by the quick reader must be what the general reader says. */
static bool check_against_general(const char *room, size_t n)
{
    int64_t mantissa = 0;
    int n_decimals = 0;
    if (!hwi_scan_digits(room, n, &mantissa, &n_decimals))
        return false;
    hwi_number quick = {HWI_NUMBER_INT, mantissa, 0};
    if (n_decimals > 0)
        quick = hwi_plain_number(mantissa, n_decimals);
    hwi_cell cell = {room, n, false};
    hwi_number general = hwi_cell_number(&cell);
    if (quick.kind != general.kind || quick.i != general.i || quick.d != general.d)
        fail_msg("'%.*s' is read as %lld / 10^%d", (int)n, room, (long long)mantissa, n_decimals);
    return true;
}

static void test_digits_plain_forms_are_taken(void **state)
{
    (void)state;
    static const char *const texts[] = {"0",
                                        "7",
                                        "-7",
                                        "-0",
                                        "-0.0",
                                        "255",
                                        "0000",
                                        "12345678",
                                        "123456789",
                                        "-1.5",
                                        "0.1",
                                        ".5",
                                        "-.5",
                                        "5.",
                                        "1234567890123456",
                                        "0.1234567890123456",
                                        "12345678.9",
                                        "123456789.0123456",
                                        "13.809359999999998",
                                        "90071992547409.935",
                                        "-1.000000000000000"};
    for (size_t i = 0; i < HW_COUNT(texts); i++) {
        char room[ROOM];
        for (const char *behind = ",\n\r;0. x"; *behind; behind++) {
            memset(room, *behind, sizeof(room));
            memcpy(room, texts[i], strlen(texts[i]));
            if (!check_against_general(room, strlen(texts[i])))
                fail_msg("'%s' is not taken", texts[i]);
        }
    }
}

static void test_digits_other_texts_are_left(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "-",
                                        ".",
                                        "-.",
                                        "--1",
                                        "+1",
                                        "1-",
                                        "1.2.3",
                                        "1e5",
                                        "0x1",
                                        "1 ",
                                        " 1",
                                        "1,2",
                                        "12345678a",
                                        "a",
                                        "/",
                                        ":",
                                        "1:",
                                        "1234567/",
                                        "\xb0\xb1",
                                        "1234.567.",
                                        "1..2",
                                        "$5",
                                        "5%",
                                        "NA",
                                        "inf",
                                        "nan",
                                        "\x30\xff",
                                        "12345678901234567890123",
                                        "1\t",
                                        "é"};
    for (size_t i = 0; i < HW_COUNT(texts); i++) {
        char room[ROOM] = {0};
        memcpy(room, texts[i], strlen(texts[i]));
        int64_t mantissa;
        int n_decimals;
        if (hwi_scan_digits(room, strlen(texts[i]), &mantissa, &n_decimals))
            fail_msg("'%s' is taken for a number", texts[i]);
    }
}

static void test_digits_random_cells_agree_with_the_general_reader(void **state)
{
    (void)state;
    static const char signs[] = "01234567890123456789....--+e /:,\x80\xff";
    hwi_rng rng = hwi_rng_new(42);
    int64_t n_taken = 0;
    for (int i = 0; i < N_RANDOM; i++) {
        char room[ROOM];
        uint32_t n_kinds = i % 2 ? 24 : sizeof(signs) - 1; /* half of them of digits and points */
        for (size_t k = 0; k < sizeof(room); k++)
            room[k] = signs[hwi_rng_u32(&rng) % n_kinds];
        n_taken += check_against_general(room, 1 + hwi_rng_u32(&rng) % 24);
    }
    assert_true(n_taken > N_RANDOM / 20);
}

/* Up to 15 digits H2O's arithmetic is correct rounding. */
static void test_digits_up_to_fifteen_round_as_strtod(void **state)
{
    (void)state;
    hwi_rng rng = hwi_rng_new(7);
    for (int i = 0; i < N_RANDOM; i++) {
        char room[ROOM] = {0};
        int n_before = (int)(hwi_rng_u32(&rng) % 8), n_behind = (int)(hwi_rng_u32(&rng) % 8);
        uint32_t before = hwi_rng_u32(&rng) % 10000000, behind = hwi_rng_u32(&rng) % 10000000;
        int n = snprintf(room, sizeof(room), "%s%0*u.%0*u", i % 3 ? "" : "-", n_before, before,
                         n_behind, behind);
        int64_t mantissa = 0;
        int n_decimals = 0;
        assert_true(hwi_scan_digits(room, (size_t)n, &mantissa, &n_decimals));
        double value = (double)mantissa / hwi_powers_of_ten[n_decimals];
        if (value != strtod(room, NULL))
            fail_msg("'%s' is %a", room, value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digits_plain_forms_are_taken),
        cmocka_unit_test(test_digits_other_texts_are_left),
        cmocka_unit_test(test_digits_random_cells_agree_with_the_general_reader),
        cmocka_unit_test(test_digits_up_to_fifteen_round_as_strtod),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
