/* SPDX-License-Identifier: Apache-2.0 */
#include "report/page.h"

#include <math.h>
#include <string.h>

void hwi_page_section_begin(hwi_page *page, const char *id, const char *title, const char *lead)
{
    HW_ASSERT(page->n_sections < HWI_MAX_SECTIONS);
    page->section_ids[page->n_sections] = id;
    page->section_titles[page->n_sections] = title;
    page->n_sections++;
    hwi_buffer_printf(page->out, "<section id=\"%s\">\n", id);
    hwi_html_tag(page->out, "h2", NULL, title);
    if (lead)
        hwi_html_tag(page->out, "p", "lead", lead);
    hwi_buffer_append_char(page->out, '\n');
}

void hwi_page_section_end(hwi_page *page)
{
    hwi_buffer_append_text(page->out, "</section>\n\n");
}

void hwi_page_fold_begin(hwi_page *page, const char *summary)
{
    hwi_buffer_append_text(page->out, "<details>");
    hwi_html_tag(page->out, "summary", NULL, summary);
    hwi_buffer_append_char(page->out, '\n');
}

void hwi_page_fold_end(hwi_page *page)
{
    hwi_buffer_append_text(page->out, "</details>\n");
}

const hw_table *hwi_page_metrics_table(const hwi_page *page, hwi_tone tone, const char *name)
{
    const hw_metrics *metrics = page->metrics[tone];
    const hw_table *table = metrics ? hw_metrics_table(metrics, name) : NULL;
    return table && hw_table_n_rows(table) > 0 ? table : NULL;
}

bool hwi_page_has_metrics_table(const hwi_page *page, const char *name)
{
    for (int tone = 0; tone < HWI_N_TONES; tone++)
        if (hwi_page_metrics_table(page, tone, name))
            return true;
    return false;
}

double *hwi_page_column(const hwi_page *page, const hw_table *table, const char *name)
{
    int32_t column = table ? hw_table_find_column(table, name) : -1;
    if (column < 0)
        return NULL;
    int64_t n = hw_table_n_rows(table);
    double *numbers = HWI_ALLOC_ARRAY(double, (size_t)n);
    if (!numbers) {
        page->out->failed = true;
        return NULL;
    }
    for (int64_t i = 0; i < n; i++)
        numbers[i] = hw_table_number(table, i, column);
    return numbers;
}

void hwi_page_cell(const hwi_page *page, const hw_table *table, int64_t row, int32_t column)
{
    hwi_buffer *out = page->out;
    if (hw_table_is_empty(table, row, column)) {
        hwi_buffer_append_text(out, "<td></td>");
    } else if (hw_table_column_type(table, column) == HW_CELL_STRING) {
        hwi_html_name(out, "td", NULL, hw_table_text(table, row, column));
    } else {
        bool is_percent = strstr(hw_table_column_format(table, column), "%%") != NULL;
        hwi_buffer_append_text(out, "<td class=\"n\">");
        hwi_html_number(out, hw_table_number(table, row, column), 5);
        hwi_buffer_append_text(out, is_percent ? " %</td>" : "</td>");
    }
}

static bool is_shown(const hw_table *table, int32_t column, const char *const *hidden)
{
    for (int i = 0; hidden && hidden[i]; i++)
        if (strcmp(hw_table_column_name(table, column), hidden[i]) == 0)
            return false;
    bool is_text = hw_table_column_type(table, column) == HW_CELL_STRING;
    for (int64_t row = 0; row < hw_table_n_rows(table); row++)
        if (!hw_table_is_empty(table, row, column) &&
            !(is_text && hw_table_text(table, row, column)[0] == '\0'))
            return true;
    return false;
}

void hwi_page_table(const hwi_page *page, const hw_table *table, int64_t max_rows,
                    const char *const *hidden)
{
    hwi_buffer *out = page->out;
    int64_t n_rows = hw_table_n_rows(table);
    int64_t n_shown = n_rows < max_rows ? n_rows : max_rows;
    int32_t n_columns = hw_table_n_columns(table);
    HW_AUTO(uint8_t) *shown = HWI_NEW_ARRAY(uint8_t, (size_t)n_columns);
    if (!shown) {
        out->failed = true;
        return;
    }
    hwi_buffer_append_text(out, "<div class=\"scroll\"><table>\n<thead><tr>");
    for (int32_t c = 0; c < n_columns; c++) {
        shown[c] = is_shown(table, c, hidden);
        if (!shown[c])
            continue;
        const char *title = hw_table_column_description(table, c);
        hwi_html_name(out, "th", hw_table_column_type(table, c) == HW_CELL_STRING ? NULL : "n",
                      title && *title ? title : hw_table_column_name(table, c));
    }
    hwi_buffer_append_text(out, "</tr></thead>\n<tbody>\n");
    for (int64_t row = 0; row < n_shown; row++) {
        hwi_buffer_append_text(out, "<tr>");
        for (int32_t c = 0; c < n_columns; c++)
            if (shown[c])
                hwi_page_cell(page, table, row, c);
        hwi_buffer_append_text(out, "</tr>\n");
    }
    hwi_buffer_append_text(out, "</tbody></table></div>\n");
    if (n_shown < n_rows)
        hwi_buffer_printf(out, "<p class=\"note\">The first %lld of %lld rows.</p>\n",
                          (long long)n_shown, (long long)n_rows);
}

const char *hwi_metric_title(const char *name)
{
    static const char *const titles[][2] = {
        {"r2", "R\xc2\xb2"},
        {"mae", "MAE"},
        {"mse", "MSE"},
        {"rmse", "RMSE"},
        {"rmsle", "RMSLE"},
        {"deviance", "Deviance"},
        {"residual_deviance", "Residual deviance"},
        {"mean_residual_deviance", "Mean residual deviance"},
        {"logloss", "Log loss"},
        {"auc", "AUC"},
        {"pr_auc", "PR AUC"},
        {"lift", "Lift in the top group"},
        {"lift_top_group", "Lift in the top group"},
        {"mean_per_class_error", "Mean error per class"},
        {"classification_error", "Classification error"},
        {"err", "Classification error"},
        {"err_count", "Wrong rows"},
        {"mcc", "MCC"},
        {"default_threshold", "Threshold of largest F1"},
        {"loglikelihood", "Log likelihood"},
    };
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        if (strcmp(titles[i][0], name) == 0)
            return titles[i][1];
    return name;
}
