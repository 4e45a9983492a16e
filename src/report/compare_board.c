/* SPDX-License-Identifier: Apache-2.0
 *
 * The leaderboard. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "metrics/named.h"
#include "report/compare_page.h"

enum { MAX_METRICS = HWI_MAX_HEADLINE + 2, MAX_PARAMS = 12 };

typedef struct board_column {
    hwi_metrics_of of;
    int32_t metric;
    int32_t best; /* the model with the best value, or -1 */
} board_column;

static const char *short_name(hwi_metrics_of of)
{
    static const char *const names[] = {"", "folds", "validation", "training"};
    return names[of];
}

static int32_t best_of(const hw_comparison *c, hwi_metrics_of of, int32_t metric)
{
    bool is_larger = hwi_named_is_more_better(hwi_named_name(c->category, metric));
    int32_t best = -1, n_known = 0;
    for (int32_t i = 0; i < c->n_models; i++) {
        double x = hwi_compared_value(c->models[i], of, metric);
        if (isnan(x))
            continue;
        n_known++;
        double y = best < 0 ? NAN : hwi_compared_value(c->models[best], of, metric);
        if (best < 0 || (is_larger ? x > y : x < y))
            best = i;
    }
    return n_known > 1 ? best : -1;
}

/* H2O has two names for one thing. */
static bool is_same_metric(const char *shown, const char *other)
{
    return strcmp(shown, other) == 0 || (strcmp(shown, "residual_deviance") == 0 &&
                                         strcmp(other, "mean_residual_deviance") == 0);
}

static int add_column(const hw_comparison *c, board_column *columns, int n, hwi_metrics_of of,
                      int32_t metric)
{
    const char *name = hwi_named_name(c->category, metric);
    for (int i = 0; i < n; i++)
        if (columns[i].of == of &&
            is_same_metric(hwi_named_name(c->category, columns[i].metric), name))
            return n;
    columns[n] = (board_column){of, metric, best_of(c, of, metric)};
    return n + 1;
}

/* The sort metric, what the category is judged by, and the sort metric on the training rows. */
static int list_columns(const hw_comparison *c, board_column columns[MAX_METRICS])
{
    int32_t headline[HWI_MAX_HEADLINE];
    int32_t n_headline = hwi_headline_metrics(c->category, headline);
    int n = add_column(c, columns, 0, c->sort_of, c->sort_metric);
    for (int32_t i = 0; i < n_headline; i++)
        n = add_column(c, columns, n, c->sort_of, headline[i]);
    if (c->sort_of != HWI_OF_TRAINING && hwi_comparison_count(c, HWI_OF_TRAINING) > 0)
        n = add_column(c, columns, n, HWI_OF_TRAINING, c->sort_metric);
    return n;
}

static void write_head(const hwi_compare_page *p, const board_column *columns, int n_columns)
{
    hwi_buffer *out = p->page.out;
    const hw_comparison *c = p->c;
    hwi_buffer_append_text(out, "<thead><tr><th class=\"n\"></th><th>Model</th>");
    for (int32_t i = 0; i < c->n_params && i < MAX_PARAMS; i++)
        hwi_html_name(out, "th", NULL, c->params[i]);
    hwi_buffer_append_text(
        out, "<th class=\"n\">Weights</th><th class=\"n\">Epochs</th><th class=\"n\">Seconds</th>");
    for (int i = 0; i < n_columns; i++) {
        hwi_buffer_append_text(out, "<th class=\"n\">");
        hwi_html_text(out, hwi_metric_title(hwi_named_name(c->category, columns[i].metric)));
        if (columns[i].of != c->sort_of)
            hwi_buffer_printf(out, ", %s", short_name(columns[i].of));
        hwi_buffer_append_text(out, "</th>");
    }
    hwi_buffer_append_text(out, "</tr></thead>\n");
}

static void write_row(const hwi_compare_page *p, const board_column *columns, int n_columns,
                      int32_t at)
{
    hwi_buffer *out = p->page.out;
    const hw_comparison *c = p->c;
    const hwi_compared *model = c->models[at];
    hwi_buffer_printf(out, "<tr%s><td class=\"n\">%d</td>", at == 0 ? " class=\"first\"" : "",
                      (int)at + 1);
    hwi_html_name(out, "th", NULL, model->name);
    for (int32_t i = 0; i < c->n_params && i < MAX_PARAMS; i++)
        hwi_html_name(out, "td", NULL, model->shown ? model->shown[i] : "");
    hwi_buffer_append_text(out, "<td class=\"n\">");
    hwi_html_number(out, (double)model->n_weights, 6);
    hwi_buffer_append_text(out, "</td><td class=\"n\">");
    hwi_html_number(out, model->epochs, 4);
    hwi_buffer_append_text(out, "</td><td class=\"n\">");
    hwi_html_number(out, model->seconds, 3);
    hwi_buffer_append_text(out, "</td>");
    for (int i = 0; i < n_columns; i++) {
        hwi_buffer_append_text(out,
                               columns[i].best == at ? "<td class=\"n win\">" : "<td class=\"n\">");
        hwi_html_number(out, hwi_compared_value(model, columns[i].of, columns[i].metric), 5);
        hwi_buffer_append_text(out, "</td>");
    }
    hwi_buffer_append_text(out, "</tr>\n");
}

void hwi_compare_board(hwi_compare_page *p)
{
    const hw_comparison *c = p->c;
    hwi_buffer *out = p->page.out;
    board_column columns[MAX_METRICS];
    char lead[320];
    int n_columns = list_columns(c, columns);
    snprintf(lead, sizeof lead,
             "Best first, by %s %s. The best value of a column is marked; parameters are those "
             "that tell the models apart.",
             p->metric, p->of_words);
    hwi_page_section_begin(&p->page, "leaderboard", "Leaderboard", lead);
    hwi_buffer_append_text(
        out, "<div class=\"card\"><div class=\"scroll tall\"><table class=\"board\">\n");
    write_head(p, columns, n_columns);
    hwi_buffer_append_text(out, "<tbody>\n");
    int32_t n = c->n_models < HWI_MAX_BOARD ? c->n_models : HWI_MAX_BOARD;
    for (int32_t i = 0; i < n; i++)
        write_row(p, columns, n_columns, i);
    hwi_buffer_append_text(out, "</tbody></table></div>\n");
    if (n < c->n_models)
        hwi_buffer_printf(out, "<p class=\"note\">The first %d of %d models.</p>\n", (int)n,
                          (int)c->n_models);
    if (c->n_params > MAX_PARAMS)
        hwi_buffer_printf(out, "<p class=\"note\">The first %d of %d parameters that differ.</p>\n",
                          MAX_PARAMS, (int)c->n_params);
    hwi_buffer_append_text(out, "</div>\n");
    hwi_page_section_end(&p->page);
}
