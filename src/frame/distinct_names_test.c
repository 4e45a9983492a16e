/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/distinct_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "support/hw_test.h"

enum { MAX_NAMES = 5 };

static void test_distinct_names(void **state)
{
    (void)state;
    static const struct {
        int32_t n_fixed;
        const char *before[MAX_NAMES + 1], *after[MAX_NAMES + 1];
    } cases[] = {
        {0, {NULL}, {NULL}},
        {0, {"a", "b"}, {"a", "b"}},
        {1, {"predict", "good", "predict"}, {"predict", "good", "predict.1"}},
        {0, {"a", "a", "b", "a", "b"}, {"a", "a.1", "b", "a.2", "b.1"}},
        /* Whose name it is keeps it, wherever it stands. */
        {1, {"a", "a", "a.1"}, {"a", "a.2", "a.1"}},
        {0, {"a.1", "a.1", "a"}, {"a.1", "a.1.1", "a"}},
        {0, {"", "x", ""}, {".1", "x", ".2"}},
    };
    for (size_t c = 0; c < HW_COUNT(cases); c++) {
        char *names[MAX_NAMES];
        int32_t n = 0;
        for (; cases[c].before[n]; n++)
            names[n] = hwi_strdup(cases[c].before[n]);
        hw_error err = {0};
        hw_assert_ok(hwi_names_make_distinct(names, cases[c].n_fixed, n, &err), err);
        for (int32_t i = 0; i < n; i++) {
            assert_string_equal(names[i], cases[c].after[i]);
            hwi_free(names[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_distinct_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
