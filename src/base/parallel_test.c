/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parallel.h"

#include "support/hw_test.h"

#include <stdatomic.h>

typedef struct counts {
    _Atomic int runs[1000];
    int64_t fails_from;
} counts;

static hw_status count_run(int64_t index, int worker, void *ctx, hw_error *err)
{
    counts *c = ctx;
    assert_true(worker >= 0 && worker < 8);
    atomic_fetch_add(&c->runs[index], 1);
    if (c->fails_from >= 0 && index >= c->fails_from)
        HW_FAIL(err, HW_EDATA, NULL, "task %d", (int)index);
    return HW_OK;
}

static void test_parallel_runs_every_task_once(void **state)
{
    (void)state;
    for (int n_threads = 1; n_threads <= 8; n_threads++) {
        counts c = {.fails_from = -1};
        hw_error err = {0};
        hw_assert_ok(hwi_parallel_for(1000, n_threads, count_run, &c, &err), err);
        for (int i = 0; i < 1000; i++)
            assert_int_equal(c.runs[i], 1);
    }
    hw_error err = {0};
    counts none = {.fails_from = -1};
    hw_assert_ok(hwi_parallel_for(0, 4, count_run, &none, &err), err);
}

static void test_parallel_reports_the_first_failing_task(void **state)
{
    (void)state;
    for (int repeat = 0; repeat < 50; repeat++) {
        counts c = {.fails_from = 321};
        hw_error err = {0};
        assert_int_equal(hwi_parallel_for(1000, 1 + repeat % 8, count_run, &c, &err), HW_EDATA);
        assert_string_equal(err.message, "task 321");
        for (int i = 0; i <= 321; i++)
            assert_int_equal(c.runs[i], 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parallel_runs_every_task_once),
        cmocka_unit_test(test_parallel_reports_the_first_failing_task),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
