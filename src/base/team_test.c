/* SPDX-License-Identifier: Apache-2.0 */
#include "support/hw_test.h"

#include <string.h>

#include "base/team.h"

enum { N_ROUNDS = 300, N_PIECES = 7 };

/* Every member writes its place, and reads everybody's after the meeting. */
typedef struct meetings {
    hwi_team *team;
    int64_t places[HWI_MAX_MEMBERS];
    int64_t sums[HWI_MAX_MEMBERS];
    int64_t trail[N_PIECES * HWI_MAX_MEMBERS];
    int32_t n_in_trail[N_PIECES];
} meetings;

static void add_all(int member, void *ctx)
{
    meetings *r = ctx;
    int n = hwi_team_n_members(r->team);
    int64_t sum = 0;
    for (int64_t k = 0; k < N_ROUNDS; k++) {
        r->places[member] = k * (member + 1);
        hwi_team_meet(r->team, member);
        for (int m = 0; m < n; m++)
            sum += r->places[m];
        hwi_team_meet(r->team, member);
    }
    r->sums[member] = sum;
}

static void test_team_sees_what_was_written_before_a_meeting(void **state)
{
    (void)state;
    hw_error err;
    for (int n = 1; n <= HWI_MAX_MEMBERS; n = n * 2 + 1) {
        meetings r = {0};
        hw_assert_ok(hwi_team_new(n, &r.team, &err), err);
        assert_int_equal(hwi_team_n_members(r.team), n);
        for (int again = 0; again < 3; again++) {
            hwi_team_run(r.team, add_all, &r);
            int64_t expected = (int64_t)N_ROUNDS * (N_ROUNDS - 1) / 2 * n * (n + 1) / 2;
            for (int m = 0; m < n; m++)
                assert_int_equal(r.sums[m], expected);
        }
        hwi_team_free(r.team);
    }
}

static void leave_trail(int member, void *ctx)
{
    meetings *r = ctx;
    for (int piece = 0; piece < N_PIECES; piece++) {
        hwi_team_await_turn(r->team, member);
        r->trail[piece * HWI_MAX_MEMBERS + r->n_in_trail[piece]++] = member;
        hwi_team_pass_on(r->team, member);
    }
}

static void test_team_passes_pieces_on_in_order(void **state)
{
    (void)state;
    hw_error err;
    for (int n = 1; n <= 5; n++) {
        meetings r = {0};
        hw_assert_ok(hwi_team_new(n, &r.team, &err), err);
        for (int again = 0; again < 20; again++) {
            memset(r.n_in_trail, 0, sizeof r.n_in_trail);
            hwi_team_run(r.team, leave_trail, &r);
            for (int piece = 0; piece < N_PIECES; piece++) {
                assert_int_equal(r.n_in_trail[piece], n);
                for (int m = 0; m < n; m++)
                    assert_int_equal(r.trail[piece * HWI_MAX_MEMBERS + m], m);
            }
        }
        hwi_team_free(r.team);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_team_sees_what_was_written_before_a_meeting),
        cmocka_unit_test(test_team_passes_pieces_on_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
