/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/text_grid.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "support/hw_test.h"

/* What a grid prints; the caller's, to be freed with free(). */
static char *printed(app_grid *grid, int columns, hw_status *out_status)
{
    char *text = NULL;
    size_t n_bytes = 0;
    FILE *out = open_memstream(&text, &n_bytes);
    assert_non_null(out);
    *out_status = app_grid_print(grid, out, columns, NULL);
    fclose(out);
    return text;
}

static app_grid *sample_grid(void)
{
    app_grid *grid = app_grid_new();
    app_grid_add_column(grid, "Name", false);
    app_grid_add_column(grid, "Mean Rate", true);
    app_grid_add_column(grid, "Note", false);
    app_grid_add_row(grid);
    app_grid_set(grid, 0, "a");
    app_grid_set(grid, 1, "1.5");
    app_grid_set(grid, 2, "first");
    app_grid_add_note(grid, "... 2 more rows");
    app_grid_add_row(grid);
    app_grid_set(grid, 0, "b\nc");
    app_grid_set(grid, 1, "10.25");
    return grid;
}

static void test_grid_aligns_and_wraps_headings(void **state)
{
    (void)state;
    HW_AUTO(app_grid) *grid = sample_grid();
    hw_status status;
    char *text = printed(grid, 0, &status);
    assert_int_equal(status, HW_OK);
    assert_string_equal(text, "         Mean\n"
                              "  Name   Rate  Note\n"
                              "  ----  -----  -----\n"
                              "  a       1.5  first\n"
                              "  ... 2 more rows\n"
                              "  b c   10.25\n");
    free(text);
}

static void test_grid_splits_into_blocks(void **state)
{
    (void)state;
    HW_AUTO(app_grid) *grid = sample_grid();
    hw_status status;
    char *text = printed(grid, 15, &status);
    assert_int_equal(status, HW_OK);
    assert_string_equal(text, "         Mean\n"
                              "  Name   Rate\n"
                              "  ----  -----\n"
                              "  a       1.5\n"
                              "  ... 2 more rows\n"
                              "  b c   10.25\n"
                              "\n"
                              "  Name  Note\n"
                              "  ----  -----\n"
                              "  a     first\n"
                              "  ... 2 more rows\n"
                              "  b c\n");
    free(text);
}

static void test_grid_cuts_what_is_wider_than_a_line(void **state)
{
    (void)state;
    HW_AUTO(app_grid) *grid = sample_grid();
    app_grid_set(grid, 2, "a long remark");
    hw_status status;
    char *text = printed(grid, 14, &status);
    assert_int_equal(status, HW_OK);
    assert_non_null(strstr(text, "\n  b c   a lon~\n"));
    free(text);
}

static void test_grid_remembers_failing_memory(void **state)
{
    (void)state;
    int n_failed = 0;
    for (int64_t at = 0; at < 60; at++) {
        hwi_alloc_fail_at(at);
        HW_AUTO(app_grid) *grid = sample_grid();
        hwi_alloc_fail_at(-1);
        hw_status status;
        free(printed(grid, 0, &status));
        assert_true(status == HW_OK || status == HW_ENOMEM);
        n_failed += status != HW_OK;
    }
    assert_true(n_failed > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grid_aligns_and_wraps_headings),
        cmocka_unit_test(test_grid_splits_into_blocks),
        cmocka_unit_test(test_grid_cuts_what_is_wider_than_a_line),
        cmocka_unit_test(test_grid_remembers_failing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
