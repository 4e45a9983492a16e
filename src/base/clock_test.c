/* SPDX-License-Identifier: Apache-2.0 */
#include "support/hw_test.h"

#include "base/clock.h"

static void test_clock_durations_are_written_as_h2o_does(void **state)
{
    (void)state;
    static const struct {
        double ms;
        const char *text;
    } cases[] = {{138, " 0.138 sec"},
                 {62345, " 1 min  2.345 sec"},
                 {3723456, " 1:02:03.456"},
                 {0, " 0.000 sec"}};
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        char text[HWI_TIME_TEXT_BYTES];
        hwi_format_duration(cases[i].ms, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void test_clock_goes_forward(void **state)
{
    (void)state;
    double before = hwi_clock_ms();
    assert_true(hwi_clock_ms() >= before);
    assert_true(hwi_wall_clock_ms() > INT64_C(1600000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock_durations_are_written_as_h2o_does),
        cmocka_unit_test(test_clock_goes_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
