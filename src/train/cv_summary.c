/* SPDX-License-Identifier: Apache-2.0 */
#include "train/cv_summary.h"

#include <math.h>
#include <stdio.h>

#include "base/status.h"
#include "metrics/named.h"

/* Folds without a number count in neither. Everything is float in the end; H2O shows a deviation of
 * 0 where there are fewer than two numbers. */
static void add_row(int32_t value, const hw_metrics *const *folds, int32_t n_folds, hw_table *table)
{
    int64_t at = hwi_table_add_row(table);
    if (at < 0)
        return;
    double sum = 0, squares = 0;
    int32_t n = 0;
    for (int32_t f = 0; f < n_folds; f++) {
        double x = hwi_named_value(folds[f], value);
        hwi_table_set_number(table, at, f + 3, (float)x);
        if (isnan(x))
            continue;
        sum += x;
        squares += x * x;
        n++;
    }
    double mean = sum / n;
    double variance = n > 1 ? (squares - n * mean * mean) / (n - 1) : 0;
    hwi_table_set_text(table, at, 0, hwi_named_name(hw_metrics_category(folds[0]), value));
    hwi_table_set_number(table, at, 1, (float)mean);
    hwi_table_set_number(table, at, 2, variance < 0 ? 0 : (float)sqrt(variance));
}

hw_status hwi_cv_summary(const hw_metrics *const *folds, int32_t n_folds, hw_table **out,
                         hw_error *err)
{
    HW_AUTO(hw_table) *table = hwi_table_new("Cross-Validation Metrics Summary", "");
    hwi_table_add_column(table, "", HW_CELL_STRING, "%s", "");
    hwi_table_add_column(table, "mean", HW_CELL_FLOAT, "%f", "mean");
    hwi_table_add_column(table, "sd", HW_CELL_FLOAT, "%f", "sd");
    for (int32_t f = 0; f < n_folds; f++) {
        char name[32];
        snprintf(name, sizeof name, "cv_%d_valid", f + 1);
        hwi_table_add_column(table, name, HW_CELL_FLOAT, "%f", name);
    }
    for (int32_t i = 0; i < hwi_named_n(hw_metrics_category(folds[0])); i++)
        add_row(i, folds, n_folds, table);
    HW_TRY(hwi_table_check(table, err));
    *out = HW_TAKE(table);
    return HW_OK;
}
