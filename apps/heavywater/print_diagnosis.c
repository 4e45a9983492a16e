/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/print_diagnosis.h"

#include <math.h>

#include "heavywater/app.h"
#include "heavywater/print_table.h"
#include "heavywater/text.h"
#include "heavywater/text_grid.h"

enum { BAR_CELLS = 24 };

static double largest_of(const hw_table *table, int32_t column)
{
    double largest = 0;
    for (int64_t r = 0; r < hw_table_n_rows(table); r++)
        largest = fmax(largest, hw_table_number(table, r, column));
    return largest;
}

/* Classes of errors with a bar each. */
static hw_status print_errors(FILE *out, const hw_table *table, const char *title, hw_error *err)
{
    static const char *const names[] = {"from", "to", "rows"};
    if (!table || hw_table_n_rows(table) == 0)
        return HW_OK;
    HW_AUTO(app_grid) *grid = app_grid_new();
    int32_t columns[APP_COUNT(names)];
    for (size_t i = 0; i < APP_COUNT(names); i++) {
        columns[i] = hw_table_find_column(table, names[i]);
        if (columns[i] < 0)
            return HW_OK;
        app_grid_add_column(grid, hw_table_column_description(table, columns[i]), true);
    }
    app_grid_add_column(grid, "", false);
    double largest = largest_of(table, columns[2]);
    for (int64_t r = 0; r < hw_table_n_rows(table); r++) {
        char text[APP_TEXT_BYTES];
        double rows = hw_table_number(table, r, columns[2]);
        app_grid_add_row(grid);
        for (int i = 0; i < 2; i++)
            app_grid_set(grid, i, app_text_number(hw_table_number(table, r, columns[i]), 4, text));
        app_grid_set(grid, 2, app_text_count((int64_t)rows, text));
        HW_AUTO_BUFFER(bar);
        app_text_append_bar(&bar, rows / largest, BAR_CELLS);
        app_grid_set(grid, APP_COUNT(names), hwi_buffer_text(&bar));
    }
    app_print_title(out, title);
    return app_grid_print(grid, out, app_print_columns(out), err);
}

static hw_status print_rows(FILE *out, const hw_table *table, const char *title, hw_error *err)
{
    app_table_style style = {.title = title};
    return app_print_table(out, table, &style, err);
}

hw_status app_print_diagnosis(FILE *out, const hw_model *model, hw_error *err)
{
    typedef hw_status print_function(FILE *, const hw_table *, const char *, hw_error *);
    static const struct {
        const char *table, *title;
        print_function *print;
    } tables[] = {{"reconstruction_errors", "Reconstruction errors of a row", print_errors},
                  {"worst_rows", "Worst reconstructed rows", print_rows},
                  {"calibration", "Calibration by decile of the prediction", print_rows}};
    static const char *const frames[] = {"training", "validation"};
    for (size_t i = 0; i < APP_COUNT(tables); i++) {
        for (size_t f = 0; f < APP_COUNT(frames); f++) {
            char name[64];
            snprintf(name, sizeof name, "%s_%s", frames[f], tables[i].table);
            const hw_table *table = hw_model_table(model, name);
            if (!table)
                continue;
            HW_AUTO_BUFFER(title);
            hwi_buffer_printf(&title, "%s, %s", tables[i].title, hw_table_description(table));
            HW_TRY(hwi_buffer_check(&title, err));
            HW_TRY(tables[i].print(out, table, hwi_buffer_text(&title), err));
        }
    }
    return HW_OK;
}
