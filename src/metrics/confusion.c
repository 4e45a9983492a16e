/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/confusion.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

enum { RATE_BYTES = 2 * HWI_FIXED_TEXT_BYTES + 256 };

static bool all_whole(const double *counts, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (counts[i] != floor(counts[i]))
            return false;
    return true;
}

/* A whole number with commas every three digits. */
static void format_grouped(double value, char *out)
{
    char digits[HWI_FIXED_TEXT_BYTES];
    size_t n = hwi_format_fixed(value, 0, digits);
    for (size_t i = 0; i < n; i++) {
        *out++ = digits[i];
        if ((n - i - 1) % 3 == 0 && i + 1 < n)
            *out++ = ',';
    }
    *out = '\0';
}

static void format_rate(double n_wrong, double n_rows, bool is_whole, int n_digits,
                        char out[RATE_BYTES])
{
    char wrong[HWI_FIXED_TEXT_BYTES * 2], rows[HWI_FIXED_TEXT_BYTES * 2];
    if (is_whole) {
        format_grouped(n_wrong, wrong);
        format_grouped(n_rows, rows);
    } else {
        hwi_format_fixed_as_java(n_wrong, n_digits, wrong);
        hwi_format_fixed_as_java(n_rows, n_digits, rows);
    }
    snprintf(out, RATE_BYTES, "%.*s / %.*s", HWI_FIXED_TEXT_BYTES, wrong, HWI_FIXED_TEXT_BYTES,
             rows);
}

static void add_columns(hw_table *table, int32_t n_classes, const char *const *domain,
                        bool is_whole, size_t rate_length)
{
    char format[32];
    for (int32_t k = 0; k < n_classes; k++)
        hwi_table_add_column(table, domain[k], is_whole ? HW_CELL_LONG : HW_CELL_DOUBLE,
                             is_whole ? "%d" : "%.2f", domain[k]);
    snprintf(format, sizeof format, "= %%%zus", rate_length);
    hwi_table_add_column(table, "Error", HW_CELL_DOUBLE, "%.4f", "Error");
    hwi_table_add_column(table, "Rate", HW_CELL_STRING, format, "Rate");
}

/* n_wrong and n_rows: (n_classes + 1), the last one for all classes together. */
static void sum_rows(const double *counts, int32_t n_classes, double *n_wrong, double *n_rows)
{
    double all_wrong = 0, all = 0;
    for (int32_t a = 0; a < n_classes; a++) {
        double row = 0;
        for (int32_t p = 0; p < n_classes; p++)
            row += counts[(int64_t)a * n_classes + p];
        n_rows[a] = row;
        n_wrong[a] = row - counts[(int64_t)a * n_classes + a];
        all_wrong += n_wrong[a];
        all += row;
    }
    n_wrong[n_classes] = all_wrong;
    n_rows[n_classes] = all;
}

static double column_total(const double *counts, int32_t n_classes, int32_t column)
{
    double total = 0;
    for (int32_t a = 0; a < n_classes; a++)
        total += counts[(int64_t)a * n_classes + column];
    return total;
}

hw_table *hwi_confusion_table(const double *counts, int32_t n_classes, const char *const *domain)
{
    bool is_whole = all_whole(counts, (int64_t)n_classes * n_classes);
    HW_AUTO(double) *n_wrong = HWI_ALLOC_ARRAY(double, (size_t)n_classes + 1);
    HW_AUTO(double) *n_rows = HWI_ALLOC_ARRAY(double, (size_t)n_classes + 1);
    if (!n_wrong || !n_rows)
        return NULL;
    sum_rows(counts, n_classes, n_wrong, n_rows);
    char rate[RATE_BYTES];
    size_t longest = 0;
    for (int32_t a = 0; a <= n_classes; a++) {
        /* The width is that of four decimals, though the totals have two. */
        format_rate(n_wrong[a], n_rows[a], is_whole, 4, rate);
        longest = strlen(rate) > longest ? strlen(rate) : longest;
    }
    hw_table *table = hwi_table_new("Confusion Matrix",
                                    "Row labels: Actual class; Column labels: Predicted class");
    add_columns(table, n_classes, domain, is_whole, longest);
    for (int32_t a = 0; a <= n_classes; a++) {
        int64_t row = hwi_table_add_row(table);
        if (row < 0)
            break;
        for (int32_t p = 0; p < n_classes; p++)
            hwi_table_set_number(table, row, p,
                                 a < n_classes ? counts[(int64_t)a * n_classes + p]
                                               : column_total(counts, n_classes, p));
        /* In H2O the errors of all classes together have passed through a float; a class without
         * rows has no error (NaN). */
        double wrong = a < n_classes ? n_wrong[a] : (double)(float)n_wrong[a];
        hwi_table_set_number(table, row, n_classes, wrong / n_rows[a]);
        format_rate(n_wrong[a], n_rows[a], is_whole, a < n_classes ? 4 : 2, rate);
        hwi_table_set_text(table, row, n_classes + 1, rate);
    }
    return table;
}
