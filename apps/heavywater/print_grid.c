/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/print_grid.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "heavywater/print_table.h"
#include "heavywater/text.h"
#include "heavywater/text_grid.h"

/* Rows of a leaderboard and of failures that are shown; the files in the folder hold all. */
enum { MAX_ROWS = 50, HEAD_ROWS = 40 };

static hw_status print_leaderboard(FILE *out, const hw_grid *grid, hw_error *err)
{
    char title[160];
    const char *of = hw_grid_metrics_of(grid);
    snprintf(title, sizeof title, "Leaderboard, ordered by %s %s of %s",
             hw_grid_is_decreasing(grid) ? "decreasing" : "increasing", hw_grid_sort_metric(grid),
             strcmp(of, "cross_validation") == 0 ? "cross-validation" : of);
    bool is_long = hw_grid_n_models(grid) > MAX_ROWS;
    app_table_style style = {.title = title, .n_head = is_long ? HEAD_ROWS : 0};
    return app_print_table(out, hw_grid_leaderboard(grid), &style, err);
}

static hw_status print_failures(FILE *out, const hw_grid *grid, hw_error *err)
{
    int32_t n = hw_grid_n_failed(grid), n_hyper = hw_grid_n_hyper(grid);
    int32_t n_shown = n > MAX_ROWS ? HEAD_ROWS : n;
    if (n == 0)
        return HW_OK;
    HW_AUTO(app_grid) *table = app_grid_new();
    app_grid_add_column(table, "Model", false);
    for (int32_t h = 0; h < n_hyper; h++)
        app_grid_add_column(table, hw_grid_hyper_name(grid, h), false);
    app_grid_add_column(table, "Reason", false);
    for (int32_t i = 0; i < n_shown; i++) {
        app_grid_add_row(table);
        app_grid_set(table, 0, hw_grid_failed_id(grid, i));
        for (int32_t h = 0; h < n_hyper; h++) {
            const char *value = hw_grid_failed_value(grid, i, h);
            app_grid_set(table, h + 1, value ? value : "");
        }
        app_grid_set(table, n_hyper + 1, hw_grid_failed_reason(grid, i));
    }
    if (n_shown < n) {
        char note[APP_TEXT_BYTES + 32], count[APP_TEXT_BYTES];
        snprintf(note, sizeof note, "and %s more", app_text_count(n - n_shown, count));
        app_grid_add_note(table, note);
    }
    app_print_title(out, "Failed combinations");
    return app_grid_print(table, out, app_print_columns(out), err);
}

static void print_ending(FILE *out, const hw_grid *grid)
{
    char done[APP_TEXT_BYTES], all[APP_TEXT_BYTES];
    app_text_count(hw_grid_n_models(grid), done);
    app_text_count(hw_grid_n_combinations(grid), all);
    switch (hw_grid_get_state(grid)) {
    case HW_GRID_CANCELLED:
    case HW_GRID_RUNNING:
        fprintf(out, "\nstopped with %s of %s models; the same command goes on from here\n", done,
                all);
        break;
    case HW_GRID_OUT_OF_TIME:
        fprintf(
            out,
            "\nmax_runtime_secs is over, with %s of %s models; a larger one goes on from here\n",
            done, all);
        break;
    case HW_GRID_STOPPED_EARLY:
        fprintf(out, "\nthe models no longer got better after %s of %s (stopping_rounds)\n", done,
                all);
        break;
    case HW_GRID_COMPLETE:
        break;
    }
}

static void print_files(FILE *out, const hw_grid *grid, const char *grid_dir)
{
    size_t n = strlen(grid_dir);
    const char *slash = n > 0 && grid_dir[n - 1] == '/' ? "" : "/";
    fprintf(out, "\nleaderboard %s%sleaderboard.csv, leaderboard.json\n", grid_dir, slash);
    if (hw_grid_n_models(grid) > 0)
        fprintf(out, "first model %s\n", hw_grid_model_path(grid, 0));
}

hw_status app_print_grid(FILE *out, const hw_grid *grid, const char *grid_dir, hw_error *err)
{
    HW_TRY(print_leaderboard(out, grid, err));
    HW_TRY(print_failures(out, grid, err));
    print_ending(out, grid);
    print_files(out, grid, grid_dir);
    return HW_OK;
}
