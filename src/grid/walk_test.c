/* SPDX-License-Identifier: Apache-2.0 */
#include "support/hw_test.h"

#include <string.h>

#include "grid/walk.h"

/* The walk of a space as texts: values without their names, joined by blanks and "; ". */
static void write_walk(const char *hyper_params, hwi_grid_strategy strategy, int64_t seed,
                       hwi_buffer *out)
{
    HW_AUTO(hw_params) *given = hw_params_new();
    __attribute__((cleanup(hwi_grid_space_clear))) hwi_grid_space own = {0};
    hwi_grid_space *space = &own;
    HW_AUTO(hwi_grid_walk) *walk = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_grid_space_read(hyper_params, given, space, &err), err);
    hw_assert_ok(hwi_grid_walk_new(space, strategy, seed, &walk, &err), err);
    int32_t at[8];
    hwi_grid_point point = {.at = at};
    bool is_found;
    for (;;) {
        hw_assert_ok(hwi_grid_walk_next(walk, &point, &is_found, &err), err);
        if (!is_found)
            return;
        hwi_buffer_append_text(out, out->size ? ";" : "");
        const hwi_grid_subspace *subspace = &space->subspaces[point.subspace];
        for (int32_t d = 0; d < subspace->n; d++)
            hwi_buffer_printf(out, " %s", subspace->dimensions[d].values.v[at[d]]);
    }
}

static void test_walk_orders_are_h2os(void **state)
{
    (void)state;
    static const struct {
        const char *hyper_params;
        hwi_grid_strategy strategy;
        int64_t seed;
        const char *walk;
    } cases[] = {
        {"{\"l1\": [0, 0.1], \"hidden\": [[3], [4]]}", HWI_GRID_CARTESIAN, 0,
         " 3 0; 4 0; 3 0.1; 4 0.1"},
        {"{}", HWI_GRID_CARTESIAN, 0, ""},
        {"{\"l1\": [0, 0.1], \"subspaces\": [{\"hidden\": [[3], [4]]}, {\"l2\": [0, 0.1], "
         "\"hidden\": [[5]]}]}",
         HWI_GRID_CARTESIAN, 0, " 3 0; 4 0; 3 0.1; 4 0.1; 5 0 0; 5 0.1 0; 5 0 0.1; 5 0.1 0.1"},
        /* Recorded from H2O. */
        {"{\"l1\": [0, 0.1, 0.2], \"hidden\": [[3], [4]]}", HWI_GRID_RANDOM_DISCRETE, 3,
         " 4 0.2; 3 0.1; 3 0; 4 0.1; 4 0; 3 0.2"},
        {"{\"l1\": [0, 0.1], \"subspaces\": [{\"hidden\": [[3], [4]]}, {\"l2\": [0, 0.1], "
         "\"hidden\": [[5]]}]}",
         HWI_GRID_RANDOM_DISCRETE, 3,
         " 5 0 0.1; 4 0.1; 5 0.1 0.1; 4 0; 3 0.1; 3 0; 5 0 0; 5 0.1 0"},
        {"{\"l1\": [0, 0.1, 0.2], \"hidden\": [[3], [4], [5]]}", HWI_GRID_SEQUENTIAL, 0,
         " 3 0; 4 0.1; 5 0.2"},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        HW_AUTO_BUFFER(text);
        write_walk(cases[i].hyper_params, cases[i].strategy, cases[i].seed, &text);
        assert_string_equal(hwi_buffer_text(&text), cases[i].walk);
    }
}

/* Every point once; H2O's hash of these points has no two alike. */
static void test_walk_random_visits_all_points_once(void **state)
{
    (void)state;
    HW_AUTO_BUFFER(text);
    write_walk("{\"l1\": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], \"epochs\": [1, 2, 3, 4, 5, 6, 7, 8, 9]}",
               HWI_GRID_RANDOM_DISCRETE, 12345, &text);
    int n = 1;
    for (const char *p = hwi_buffer_text(&text); *p; p++)
        n += *p == ';';
    assert_int_equal(n, 90);
    for (int a = 1; a <= 9; a++)
        for (int b = 0; b < 10; b++) {
            char point[16];
            snprintf(point, sizeof point, " %d %d", a, b);
            const char *first = strstr(hwi_buffer_text(&text), point);
            assert_non_null(first);
            assert_null(strstr(first + 1, point));
        }
}

static void test_walk_sequential_wants_equal_lengths(void **state)
{
    (void)state;
    HW_AUTO(hw_params) *given = hw_params_new();
    __attribute__((cleanup(hwi_grid_space_clear))) hwi_grid_space own = {0};
    hwi_grid_space *space = &own;
    hwi_grid_walk *walk = NULL;
    hw_error err = {0};
    hw_assert_ok(hwi_grid_space_read("{\"l1\": [0, 1], \"l2\": [0]}", given, space, &err), err);
    assert_int_equal(hwi_grid_walk_new(space, HWI_GRID_SEQUENTIAL, 1, &walk, &err), HW_EINVAL);
    assert_string_equal(err.field, "hyper_params");
    assert_non_null(strstr(err.message, "'l1' has 2 values, 'l2' 1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walk_orders_are_h2os),
        cmocka_unit_test(test_walk_random_visits_all_points_once),
        cmocka_unit_test(test_walk_sequential_wants_equal_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
