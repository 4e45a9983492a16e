/* SPDX-License-Identifier: Apache-2.0 */
#include "support/hw_test.h"

#include <stdlib.h>

#include "train/pace.h"

/* Rows learned by the team out of all, when it takes ms_team for a row and one thread 1 ms. */
static double share_of_team(double ms_team)
{
    unsetenv("HW_TEAM_SIZE");
    unsetenv("HW_TEAM_PACE");
    hwi_pace pace = hwi_pace_new();
    double by_team = 0;
    const int n_stretches = 10000;
    for (int i = 0; i < n_stretches; i++) {
        by_team += !pace.is_alone;
        hwi_pace_note(&pace, 16, 16 * (pace.is_alone ? 1 : ms_team));
    }
    return by_team / n_stretches;
}

static void test_pace_follows_the_faster(void **state)
{
    (void)state;
    assert_true(share_of_team(0.6) > 0.99);
    assert_true(share_of_team(1.5) < 0.05);
    assert_true(share_of_team(20) < 0.05);
}

static void test_pace_returns_to_a_team_that_has_become_faster(void **state)
{
    (void)state;
    unsetenv("HW_TEAM_SIZE");
    hwi_pace pace = hwi_pace_new();
    for (int i = 0; i < 1000; i++)
        hwi_pace_note(&pace, 16, 16 * (pace.is_alone ? 1 : 5));
    int n_until = 0;
    for (; n_until < 1000 && pace.is_alone; n_until++)
        hwi_pace_note(&pace, 16, 16);
    assert_true(n_until <= 51); /* 800 ms */
    for (int i = 0; i < 100; i++) {
        hwi_pace_note(&pace, 16, 8);
        assert_false(pace.is_alone);
    }
}

/* One thread that was measured in a bad moment is measured again when the team gets slower. */
static void test_pace_leaves_a_team_that_has_become_slower(void **state)
{
    (void)state;
    unsetenv("HW_TEAM_SIZE");
    hwi_pace pace = hwi_pace_new();
    hwi_pace_note(&pace, 16, 16 * 50);
    for (int i = 0; i < 100; i++) {
        assert_false(pace.is_alone);
        hwi_pace_note(&pace, 16, 8);
    }
    double by_team = 0;
    for (int i = 0; i < 1000; i++) {
        by_team += !pace.is_alone;
        hwi_pace_note(&pace, 16, 16 * (pace.is_alone ? 1 : 5));
    }
    assert_true(by_team < 50);
}

static void test_pace_obeys_the_environment(void **state)
{
    (void)state;
    setenv("HW_TEAM_SIZE", "3", 1);
    hwi_pace pace = hwi_pace_new();
    for (int i = 0; i < 10; i++) {
        assert_false(pace.is_alone);
        hwi_pace_note(&pace, 16, 1000);
    }
    setenv("HW_TEAM_PACE", "alternate", 1);
    pace = hwi_pace_new();
    for (int i = 0; i < 10; i++) {
        assert_true(pace.is_alone == (i % 2 == 0));
        hwi_pace_note(&pace, 16, 1);
    }
    unsetenv("HW_TEAM_SIZE");
    unsetenv("HW_TEAM_PACE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pace_follows_the_faster),
        cmocka_unit_test(test_pace_returns_to_a_team_that_has_become_faster),
        cmocka_unit_test(test_pace_leaves_a_team_that_has_become_slower),
        cmocka_unit_test(test_pace_obeys_the_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
