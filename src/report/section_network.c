/* SPDX-License-Identifier: Apache-2.0
 *
 * What the network attends to, and how it is built. */
#include <math.h>
#include <stdio.h>

#include "report/page.h"

enum { N_OPEN = 25, MAX_VARIABLES = 1000, MAX_LAYERS = 64 };

static void write_importance_rows(hwi_page *page, const hw_table *table, int64_t begin, int64_t end)
{
    hwi_buffer *out = page->out;
    char text[HWI_PRETTY_BYTES];
    int32_t variable = hw_table_find_column(table, "variable");
    int32_t scaled = hw_table_find_column(table, "scaled_importance");
    int32_t percentage = hw_table_find_column(table, "percentage");
    hwi_buffer_append_text(out, "<div class=\"scroll\"><table class=\"bars wide\">\n<thead><tr><th>"
                                "Variable</th><th></th><th class=\"n\">Relative</th>"
                                "<th class=\"n\">Share</th></tr></thead>\n<tbody>\n");
    for (int64_t row = begin; row < end; row++) {
        double share = hw_table_number(table, row, scaled);
        hwi_buffer_append_text(out, "<tr>");
        hwi_html_name(out, "th", NULL, hw_table_text(table, row, variable));
        hwi_chart_bar_cell(out, HWI_TONE_TRAINING, share);
        hwi_buffer_append_text(out, "<td class=\"n\">");
        hwi_html_number(out, share, 3);
        hwi_buffer_append_text(out, "</td>");
        hwi_html_tag(out, "td", "n",
                     percentage < 0
                         ? ""
                         : hwi_pretty_percent(hw_table_number(table, row, percentage), text));
        hwi_buffer_append_text(out, "</tr>\n");
    }
    hwi_buffer_append_text(out, "</tbody></table></div>\n");
}

void hwi_report_importances(hwi_page *page)
{
    const hw_table *table = hw_model_table(page->model, "variable_importances");
    int64_t n = table ? hw_table_n_rows(table) : 0;
    if (n == 0 || hw_table_find_column(table, "variable") < 0 ||
        hw_table_find_column(table, "scaled_importance") < 0)
        return;
    hwi_page_section_begin(page, "importances", "Variable importances",
                           "How much each input weighs in the first two layers (Gedeon's method), "
                           "relative to the first; a level of a categorical column stands as "
                           "column.level.");
    hwi_buffer_append_text(page->out, "<div class=\"card\">\n");
    int64_t n_open = n < N_OPEN ? n : N_OPEN;
    write_importance_rows(page, table, 0, n_open);
    if (n > n_open) {
        int64_t end = n < MAX_VARIABLES ? n : MAX_VARIABLES;
        char summary[80];
        snprintf(summary, sizeof summary, "The other %lld variables", (long long)(n - n_open));
        hwi_page_fold_begin(page, summary);
        write_importance_rows(page, table, n_open, end);
        if (end < n)
            hwi_buffer_printf(page->out,
                              "<p class=\"note\">The first %lld of %lld variables.</p>\n",
                              (long long)end, (long long)n);
        hwi_page_fold_end(page);
    }
    hwi_buffer_append_text(page->out, "</div>\n");
    hwi_page_section_end(page);
}

static void draw_network(hwi_page *page, const hw_table *table)
{
    hwi_layer_note layers[MAX_LAYERS];
    int32_t units = hw_table_find_column(table, "units");
    int32_t type = hw_table_find_column(table, "type");
    int64_t n = hw_table_n_rows(table);
    if (units < 0 || type < 0 || n > MAX_LAYERS)
        return;
    for (int64_t i = 0; i < n; i++) {
        layers[i].n_units = hw_table_number(table, i, units);
        if (!(layers[i].n_units >= 1))
            return;
        snprintf(layers[i].label, sizeof layers[i].label, "%s", hw_table_text(table, i, type));
    }
    hwi_buffer_append_text(page->out, "<figure class=\"card\">\n");
    hwi_chart_network(page->out, (int32_t)n, layers);
    hwi_figure_end(page->out,
                   "The layers from input to output, every unit linked to all of the next "
                   "layer; wide layers are drawn by some of their units.");
}

void hwi_report_network(hwi_page *page)
{
    const hw_table *table = hw_model_table(page->model, "model_summary");
    if (!table || hw_table_n_rows(table) == 0)
        return;
    const char *description = hw_table_description(table);
    hwi_page_section_begin(page, "network", "Network",
                           description && *description ? description : NULL);
    draw_network(page, table);
    hwi_buffer_append_text(page->out, "<div class=\"card\"><h3>Status of neuron layers</h3>\n");
    hwi_page_table(page, table, 200, NULL);
    hwi_buffer_append_text(page->out, "</div>\n");
    hwi_page_section_end(page);
}
