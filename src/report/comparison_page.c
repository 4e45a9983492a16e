/* SPDX-License-Identifier: Apache-2.0
 *
 * The page that compares models: head, failures, commands; pictures stand in compare_*.c. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/status.h"
#include "metrics/named.h"
#include "report/compare_page.h"

static int colour_of(const hwi_compare_page *p, int32_t rank)
{
    return p->n_drawn < 2 ? 0 : (int)((int64_t)rank * HWI_N_COLOURS / p->n_drawn);
}

const char *hwi_compare_dot_class(const hwi_compare_page *p, int32_t rank)
{
    static const char *const names[] = {"dot q0", "dot q1", "dot q2", "dot q3", "dot q4", "dot q5"};
    return names[colour_of(p, rank)];
}

const char *hwi_compare_track_class(const hwi_compare_page *p, int32_t rank)
{
    static const char *const names[] = {"q0", "q1", "q2", "q3", "q4", "q5"};
    return rank == 0 ? "q0 best" : names[colour_of(p, rank)];
}

double hwi_compare_drawn(const hwi_compare_page *p, int32_t rank)
{
    double key = hwi_compared_key(p->c, p->c->models[rank]);
    if (isnan(key) || isnan(p->worst))
        return key;
    return hw_comparison_is_decreasing(p->c) ? fmax(key, p->worst) : fmin(key, p->worst);
}

/* A few models that diverged would press all others into a line: the picture ends at five times
 * the distance from the best to the middle one. */
static void choose_edge(hwi_compare_page *p)
{
    const hw_comparison *c = p->c;
    enum { TIMES = 5 };
    int32_t n = 0;
    p->worst = NAN;
    while (n < p->n_drawn && hwi_is_drawable(hwi_compared_key(c, c->models[n])))
        n++;
    if (n < 5)
        return;
    double best = hwi_compared_key(c, c->models[0]);
    double edge = best + TIMES * (hwi_compared_key(c, c->models[n / 2]) - best);
    bool is_decreasing = hw_comparison_is_decreasing(c);
    for (int32_t i = 0; i < n && edge != best; i++) {
        double key = hwi_compared_key(c, c->models[i]);
        p->n_beyond += is_decreasing ? key < edge : key > edge;
    }
    if (p->n_beyond > 0)
        p->worst = edge;
}

char *hwi_compare_tip(const hwi_compare_page *p, int32_t rank)
{
    const hw_comparison *c = p->c;
    const hwi_compared *model = c->models[rank];
    char number[HWI_PRETTY_BYTES];
    HW_AUTO_BUFFER(text);
    hwi_buffer_printf(&text, "%d. ", (int)rank + 1);
    hwi_buffer_append_text(&text, model->name);
    hwi_buffer_printf(&text, ": %s %s", p->metric,
                      hwi_pretty(hwi_compared_key(c, model), 4, number));
    for (int32_t i = 0; i < c->n_params && model->shown; i++) {
        hwi_buffer_append_text(&text, i ? ", " : " (");
        hwi_buffer_append_text(&text, c->params[i]);
        hwi_buffer_append_char(&text, ' ');
        hwi_buffer_append_text(&text, model->shown[i]);
    }
    hwi_buffer_append_text(&text, c->n_params > 0 && model->shown ? ")" : "");
    return text.failed ? NULL : hwi_strdup(hwi_buffer_text(&text));
}

/* ---- Head ---- */

static void write_title(const hwi_compare_page *p)
{
    hwi_buffer *out = p->page.out;
    const hw_comparison *c = p->c;
    hwi_buffer_append_text(out, "<header id=\"top\">\n<p class=\"eyebrow\">");
    if (c->title)
        hwi_html_clipped(out, c->title, 120);
    else
        hwi_buffer_append_text(out, "Models compared");
    hwi_buffer_append_text(out, "</p>\n");
    if (c->n_models == 0) {
        hwi_buffer_append_text(out, "<h1>No models</h1>\n");
        return;
    }
    hwi_buffer_printf(out, "<h1>%d model%s", (int)c->n_models, c->n_models == 1 ? "" : "s");
    if (c->response) {
        hwi_buffer_append_text(out, " of <em");
        hwi_html_attribute(out, "title", c->response);
        hwi_buffer_append_char(out, '>');
        hwi_html_clipped(out, c->response, 80);
        hwi_buffer_append_text(out, "</em>");
    }
    hwi_buffer_append_text(out, "</h1>\n<p class=\"subtitle\">");
    hwi_html_tag(out, "span", "badge", hw_category_name(c->category));
    hwi_buffer_append_text(out, " sorted by ");
    hwi_html_tag(out, "b", NULL, p->metric);
    hwi_buffer_printf(out, " %s; %s is better</p>\n", p->of_words,
                      hw_comparison_is_decreasing(c) ? "larger" : "smaller");
}

static void write_card(const hwi_compare_page *p, const char *what, const char *big,
                       const char *sub)
{
    hwi_buffer *out = p->page.out;
    hwi_buffer_append_text(out, "<div class=\"kpi\">");
    hwi_html_tag(out, "span", "what", what);
    hwi_html_tag(out, "span", "big", big);
    hwi_buffer_append_text(out, "<span class=\"sub\">");
    hwi_html_clipped(out, sub, 90);
    hwi_buffer_append_text(out, "</span></div>\n");
}

static void write_time(const hwi_compare_page *p)
{
    double seconds = 0;
    char number[HWI_PRETTY_BYTES], big[HWI_PRETTY_BYTES + 8];
    for (int32_t i = 0; i < p->c->n_models; i++)
        if (!isnan(p->c->models[i]->seconds))
            seconds += p->c->models[i]->seconds;
    bool is_long = seconds >= 120;
    snprintf(big, sizeof big, "%s %s",
             hwi_pretty_short(is_long ? seconds / 60 : seconds, 3, number), is_long ? "min" : "s");
    write_card(p, "Training time", big, "of all models together");
}

static void write_cards(const hwi_compare_page *p)
{
    const hw_comparison *c = p->c;
    char best[HWI_PRETTY_BYTES], middle[HWI_PRETTY_BYTES], text[96], what[96];
    int32_t n_known = 0;
    while (n_known < c->n_models && !isnan(hwi_compared_key(c, c->models[n_known])))
        n_known++;
    hwi_buffer_append_text(p->page.out, "<div class=\"kpis\">\n");
    if (n_known > 0) {
        snprintf(what, sizeof what, "Best %s", p->metric);
        write_card(p, what, hwi_pretty(hwi_compared_key(c, c->models[0]), 4, best),
                   c->models[0]->name);
    }
    if (n_known > 2) {
        snprintf(what, sizeof what, "Middle %s", p->metric);
        write_card(p, what, hwi_pretty(hwi_compared_key(c, c->models[n_known / 2]), 4, middle),
                   "as many models are better as are worse");
    }
    if (c->n_failures > 0) {
        snprintf(text, sizeof text, "%d", (int)c->n_failures);
        write_card(p, "Failed", text, "combinations that gave no model");
    }
    if (c->n_models > 0)
        write_time(p);
    hwi_buffer_append_text(p->page.out, "</div>\n</header>\n\n");
}

/* ---- Failures, commands ---- */

void hwi_compare_failures(hwi_compare_page *p)
{
    const hw_comparison *c = p->c;
    hwi_buffer *out = p->page.out;
    if (c->n_failures == 0)
        return;
    hwi_page_section_begin(&p->page, "failed", "Failed",
                           "Combinations that gave no model, and why.");
    hwi_buffer_append_text(out, "<div class=\"card\"><div class=\"scroll\"><table>\n<thead><tr>"
                                "<th>Combination</th><th>Values</th><th>Reason</th></tr></thead>"
                                "\n<tbody>\n");
    int32_t n = c->n_failures < HWI_MAX_BOARD ? c->n_failures : HWI_MAX_BOARD;
    for (int32_t i = 0; i < n; i++) {
        hwi_buffer_append_text(out, "<tr>");
        hwi_html_name(out, "th", NULL, c->failures[i].name);
        hwi_buffer_append_text(out, "<td class=\"wrap\">");
        hwi_html_clipped(out, c->failures[i].values, 400);
        hwi_buffer_append_text(out, "</td><td class=\"wrap\">");
        hwi_html_clipped(out, c->failures[i].reason, 600);
        hwi_buffer_append_text(out, "</td></tr>\n");
    }
    hwi_buffer_append_text(out, "</tbody></table></div>\n");
    if (n < c->n_failures)
        hwi_buffer_printf(out, "<p class=\"note\">The first %d of %d.</p>\n", (int)n,
                          (int)c->n_failures);
    hwi_buffer_append_text(out, "</div>\n");
    hwi_page_section_end(&p->page);
}

void hwi_compare_commands(hwi_compare_page *p)
{
    const hw_comparison *c = p->c;
    hwi_buffer *out = p->page.out;
    bool has_any = false;
    for (int32_t i = 0; i < c->n_models && i < HWI_MAX_BOARD; i++)
        has_any |= c->models[i]->command != NULL;
    if (!has_any)
        return;
    hwi_page_section_begin(&p->page, "commands", "Train them again",
                           "The command that builds each model; one click selects it.");
    for (int32_t i = 0; i < c->n_models && i < HWI_MAX_BOARD; i++) {
        if (!c->models[i]->command)
            continue;
        hwi_buffer_append_text(out, i == 0 ? "<details open>" : "<details>");
        hwi_buffer_printf(out, "<summary>%d. ", (int)i + 1);
        hwi_html_clipped(out, c->models[i]->name, 120);
        hwi_buffer_append_text(out, "</summary>\n<pre class=\"card copy wrap\"><code>");
        hwi_html_text(out, c->models[i]->command);
        hwi_buffer_append_text(out, "</code></pre></details>\n");
    }
    if (c->n_models > HWI_MAX_BOARD)
        hwi_buffer_printf(out, "<p class=\"note\">The first %d of %d models.</p>\n", HWI_MAX_BOARD,
                          (int)c->n_models);
    hwi_page_section_end(&p->page);
}

/* ---- The page ---- */

static const char *words_of(hwi_metrics_of of)
{
    static const char *const words[] = {"on the frame given", "on the rows that folds held out",
                                        "on the validation frame", "on the training frame"};
    return words[of];
}

hw_status hwi_comparison_write_html(const hw_comparison *c, hwi_buffer *out, hw_error *err)
{
    HW_AUTO_BUFFER(body);
    HW_AUTO_BUFFER(title);
    hwi_compare_page p = {.page = {.out = &body, .category = c->category},
                          .c = c,
                          .n_drawn = c->n_models < HWI_MAX_DRAWN ? c->n_models : HWI_MAX_DRAWN,
                          .metric = hwi_metric_title(hw_comparison_sort_metric(c)),
                          .of_words = words_of(c->sort_of)};
    choose_edge(&p);
    write_title(&p);
    write_cards(&p);
    if (c->n_models > 0) {
        hwi_compare_board(&p);
        hwi_compare_params(&p);
        hwi_compare_curves(&p);
        hwi_compare_roc(&p);
        hwi_compare_spread(&p);
    }
    hwi_compare_failures(&p);
    hwi_compare_commands(&p);
    HW_TRY(hwi_buffer_check(&body, err));
    if (c->title)
        hwi_html_clipped(&title, c->title, 80);
    else
        hwi_buffer_printf(&title, "%d models", (int)c->n_models);
    hwi_buffer_append_text(&title, " \xe2\x80\x93 models compared");
    HW_TRY(hwi_buffer_check(&title, err));
    hwi_page_write_document(&p.page, hwi_buffer_text(&title), out);
    return hwi_buffer_check(out, err);
}

hw_status hw_comparison_write_report(const hw_comparison *c, const char *path, hw_error *err)
{
    HW_CHECK_ARG(err, c && path);
    HW_AUTO_BUFFER(html);
    HW_TRY(hwi_comparison_write_html(c, &html, err));
    return hwi_file_write(path, html.data, html.size, err);
}
