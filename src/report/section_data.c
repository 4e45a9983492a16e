/* SPDX-License-Identifier: Apache-2.0
 *
 * The columns that the model was trained on, and the remarks made on the way. */
#include <stdio.h>

#include "report/page.h"

enum { MAX_COLUMNS = 500, MAX_MESSAGES = 200, MAX_OPEN_COLUMNS = 40 };

void hwi_report_data(hwi_page *page)
{
    const hw_table *table = hw_model_table(page->model, "training_frame");
    int64_t n = table ? hw_table_n_rows(table) : 0;
    if (n == 0)
        return;
    const char *description = hw_table_description(table);
    char lead[120];
    snprintf(lead, sizeof lead, "%lld column%s of the training data.", (long long)n,
             n == 1 ? "" : "s");
    hwi_page_section_begin(page, "data", "Data", description && *description ? description : lead);
    hwi_buffer_append_text(page->out, "<div class=\"card\">\n");
    if (n > MAX_OPEN_COLUMNS)
        hwi_page_fold_begin(page, "All columns");
    hwi_page_table(page, table, MAX_COLUMNS, NULL);
    if (n > MAX_OPEN_COLUMNS)
        hwi_page_fold_end(page);
    hwi_buffer_append_text(page->out, "</div>\n");
    hwi_page_section_end(page);
}

/* Those that are hints, or those that are not; their number. */
static int write_messages(hwi_page *page, bool are_hints, bool is_counting)
{
    hwi_buffer *out = page->out;
    int n = 0;
    for (int32_t i = 0; i < hw_model_n_messages(page->model); i++) {
        const char *field = NULL, *text = NULL;
        hw_message_type type = hw_model_message(page->model, i, &field, &text);
        if ((type == HW_MESSAGE_TRACE) != are_hints || n >= MAX_MESSAGES)
            continue;
        n++;
        if (is_counting)
            continue;
        hwi_buffer_printf(out, "<li class=\"%s\">",
                          type == HW_MESSAGE_ERRR   ? "error"
                          : type == HW_MESSAGE_WARN ? "warning"
                                                    : "hint");
        if (field && *field) {
            hwi_html_tag(out, "code", NULL, field);
            hwi_buffer_append_char(out, ' ');
        }
        hwi_html_clipped(out, text, 1000);
        hwi_buffer_append_text(out, "</li>\n");
    }
    return n;
}

void hwi_report_messages(hwi_page *page)
{
    int n_warnings = write_messages(page, false, true), n_hints = write_messages(page, true, true);
    if (n_warnings + n_hints == 0)
        return;
    hwi_page_section_begin(page, "messages", "Messages", NULL);
    hwi_buffer_append_text(page->out, "<div class=\"card\">\n");
    if (n_warnings > 0) {
        hwi_buffer_append_text(page->out, "<ul class=\"messages\">\n");
        write_messages(page, false, false);
        hwi_buffer_append_text(page->out, "</ul>\n");
    } else {
        hwi_html_tag(page->out, "p", "empty", "No warnings.");
    }
    if (n_hints > 0) {
        hwi_page_fold_begin(page, "Hints about parameters without effect here");
        hwi_buffer_append_text(page->out, "<ul class=\"messages\">\n");
        write_messages(page, true, false);
        hwi_buffer_append_text(page->out, "</ul>\n");
        hwi_page_fold_end(page);
    }
    hwi_buffer_append_text(page->out, "</div>\n");
    hwi_page_section_end(page);
}
