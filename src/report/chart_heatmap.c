/* SPDX-License-Identifier: Apache-2.0
 *
 * The heat map is an HTML table: long names are cut by the style sheet, cells can be copied, and
 * screen readers know their headings. */
#include "report/charts.h"

#include <math.h>
#include <stdio.h>

#include "base/number.h"

static void write_cell(hwi_buffer *out, const hwi_heatmap *map, int32_t row, int32_t column,
                       double row_sum)
{
    char number[HWI_PRETTY_BYTES], percent[HWI_PRETTY_BYTES], alpha[HWI_FIXED_TEXT_BYTES];
    double count = map->counts[(size_t)row * (size_t)map->n_classes + (size_t)column];
    double share = row_sum > 0 && count > 0 ? count / row_sum : 0;
    /* The root lifts rare mistakes out of the background. */
    double strength = fmin(sqrt(share), 1);
    hwi_format_fixed(strength, 2, alpha);
    hwi_buffer_printf(out, "<td class=\"%s%s%s\" style=\"--a:%s\" title=\"actual ",
                      row == column ? "right" : "wrong", strength > 0.85 ? " strong" : "",
                      count > 0 ? "" : " none", alpha);
    hwi_html_clipped(out, map->names[row], 80);
    hwi_buffer_append_text(out, ", predicted ");
    hwi_html_clipped(out, map->names[column], 80);
    hwi_buffer_printf(out, ": %s of the row\">%s", hwi_pretty_percent(share, percent),
                      hwi_pretty(count, 4, number));
    if (map->n_classes <= 6 && row_sum > 0)
        hwi_buffer_printf(out, "<small>%s</small>", percent);
    hwi_buffer_append_text(out, "</td>");
}

static void write_row(hwi_buffer *out, const hwi_heatmap *map, int32_t row)
{
    char text[HWI_PRETTY_BYTES];
    const double *counts = map->counts + (size_t)row * (size_t)map->n_classes;
    double sum = 0;
    for (int32_t k = 0; k < map->n_classes; k++)
        sum += isfinite(counts[k]) ? counts[k] : 0;
    hwi_buffer_append_text(out, "<tr><th scope=\"row\">");
    hwi_html_name(out, "span", NULL, map->names[row]);
    hwi_buffer_append_text(out, "</th>");
    for (int32_t k = 0; k < map->n_classes; k++)
        write_cell(out, map, row, k, sum);
    double wrong = sum - counts[row];
    hwi_buffer_printf(out, "<td class=\"sum\">%s</td>",
                      hwi_pretty_percent(sum > 0 ? wrong / sum : NAN, text));
    hwi_buffer_append_text(out, "<td class=\"sum\">");
    hwi_html_number(out, wrong, 6);
    hwi_buffer_append_text(out, " / ");
    hwi_html_number(out, sum, 6);
    hwi_buffer_append_text(out, "</td></tr>\n");
}

void hwi_chart_heatmap(hwi_buffer *out, const hwi_heatmap *map)
{
    hwi_buffer_append_text(out, "<figure class=\"card\">\n<div class=\"fighead\">");
    hwi_html_tag(out, "h3", NULL, map->title);
    hwi_buffer_printf(out,
                      "</div>\n<div class=\"scroll\"><table class=\"heat%s\">\n<thead><tr>"
                      "<td></td><th class=\"axisname\" colspan=\"%d\" scope=\"colgroup\">"
                      "predicted</th><td></td><td></td></tr>\n"
                      "<tr><th class=\"corner\">actual</th>",
                      map->n_classes > 6 ? " dense" : "", (int)map->n_classes);
    for (int32_t k = 0; k < map->n_classes; k++) {
        hwi_buffer_append_text(out, "<th scope=\"col\">");
        hwi_html_name(out, "span", NULL, map->names[k]);
        hwi_buffer_append_text(out, "</th>");
    }
    hwi_buffer_append_text(out, "<th scope=\"col\">error</th><th scope=\"col\">wrong / rows</th>"
                                "</tr></thead>\n<tbody>\n");
    for (int32_t row = 0; row < map->n_classes; row++)
        write_row(out, map, row);
    hwi_buffer_append_text(out, "</tbody></table></div>\n");
    hwi_figure_end(out, map->caption);
}
