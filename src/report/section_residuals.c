/* SPDX-License-Identifier: Apache-2.0
 *
 * Regression: predictions against truth. */
#include <math.h>
#include <stdio.h>

#include "report/page.h"

void hwi_report_residuals(hwi_page *page)
{
    const hw_table *table = hw_model_table(page->model, "prediction_sample");
    HW_AUTO(double) *actual = hwi_page_column(page, table, "actual");
    HW_AUTO(double) *predicted = hwi_page_column(page, table, "predicted");
    int64_t n = table ? hw_table_n_rows(table) : 0;
    if (!actual || !predicted || n == 0)
        return;
    HW_AUTO(double) *residuals = HWI_ALLOC_ARRAY(double, (size_t)n);
    if (!residuals) {
        page->out->failed = true;
        return;
    }
    for (int64_t i = 0; i < n; i++)
        residuals[i] = actual[i] - predicted[i];
    const char *where = page->metrics[HWI_TONE_VALIDATION] ? "validation" : "training";
    char lead[160];
    snprintf(lead, sizeof lead, "%lld row%s of the %s data.", (long long)n, n == 1 ? "" : "s",
             where);
    hwi_page_section_begin(page, "residuals", "Predictions and residuals", lead);
    hwi_buffer_append_text(page->out, "<div class=\"figures\">\n");
    hwi_chart_scatter(page->out, "Predicted against actual",
                      "Each dot is a row; on the dashed line the prediction is right, above it too "
                      "high, below it too low.",
                      n, actual, predicted, "actual", "predicted");
    hwi_chart_histogram(page->out, "Residuals",
                        "How often the model is off by how much: actual less predicted, so what "
                        "stands right of 0 was predicted too low.",
                        n, residuals, "actual \xe2\x88\x92 predicted");
    hwi_buffer_append_text(page->out, "</div>\n");
    hwi_page_section_end(page);
}
