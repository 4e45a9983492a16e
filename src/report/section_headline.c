/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/page.h"

static const char dot[] = " \xc2\xb7 ";

static void write_title(hwi_page *page)
{
    hwi_buffer *out = page->out;
    const char *response = hw_model_response_name(page->model);
    if (page->category == HW_CATEGORY_AUTOENCODER || !response) {
        hwi_buffer_append_text(out, "<h1>Autoencoder</h1>\n");
        return;
    }
    hwi_buffer_append_text(out, "<h1>Predicting <em");
    hwi_html_attribute(out, "title", response);
    hwi_buffer_append_char(out, '>');
    hwi_html_clipped(out, response, 80);
    hwi_buffer_append_text(out, "</em></h1>\n");
}

static void write_classes(hwi_page *page)
{
    enum { MAX_NAMED = 8 };
    hwi_buffer *out = page->out;
    int32_t n = hw_model_n_classes(page->model);
    hwi_buffer_printf(out, "%d classes: ", (int)n);
    for (int32_t i = 0; i < n && i < MAX_NAMED; i++) {
        hwi_buffer_append_text(out, i ? ", " : "");
        hwi_buffer_append_text(out, "<b>");
        hwi_html_clipped(out, hw_model_class_name(page->model, i), 30);
        hwi_buffer_append_text(out, "</b>");
    }
    if (n > MAX_NAMED)
        hwi_buffer_append_text(out, " \xe2\x80\xa6");
}

static void write_subtitle(hwi_page *page)
{
    hwi_buffer *out = page->out;
    hwi_buffer_append_text(out, "<p class=\"subtitle\">");
    hwi_html_tag(out, "span", "badge", hw_category_name(page->category));
    hwi_buffer_append_char(out, ' ');
    if (page->category == HW_CATEGORY_AUTOENCODER)
        hwi_buffer_append_text(out, "learns to reproduce its inputs");
    else if (page->category == HW_CATEGORY_REGRESSION)
        hwi_buffer_append_text(out, "a number for each row");
    else
        write_classes(page);
    const hw_table *importances = hw_model_table(page->model, "variable_importances");
    int32_t variable = importances ? hw_table_find_column(importances, "variable") : -1;
    int64_t n = variable >= 0 ? hw_table_n_rows(importances) : 0;
    if (n > 0)
        hwi_buffer_printf(out, "%swhat counts most: ", dot);
    for (int64_t i = 0; i < n && i < 3; i++) {
        hwi_buffer_append_text(out, i ? ", <b>" : "<b>");
        hwi_html_clipped(out, hw_table_text(importances, i, variable), 30);
        hwi_buffer_append_text(out, "</b>");
    }
    hwi_buffer_append_text(out, "</p>\n");
}

static void write_card(hwi_page *page, const char *name, const char *title, const char *hint)
{
    hwi_buffer *out = page->out;
    double value = hw_metrics_value(page->main_metrics, name);
    if (isnan(value))
        return;
    hwi_buffer_append_text(out, "<div class=\"kpi\"");
    hwi_html_attribute(out, "title", hint);
    hwi_buffer_append_char(out, '>');
    hwi_html_tag(out, "span", "what", title);
    hwi_buffer_printf(out, "<span class=\"big t%d\">", (int)page->main_tone);
    hwi_html_number(out, value, 4);
    hwi_buffer_append_text(out, "</span><span class=\"sub\">");
    hwi_buffer_append_text(out, hwi_tone_name(page->main_tone));
    if (page->main_tone != HWI_TONE_TRAINING && page->metrics[HWI_TONE_TRAINING]) {
        hwi_buffer_printf(out, "%straining ", dot);
        hwi_html_number(out, hw_metrics_value(page->metrics[HWI_TONE_TRAINING], name), 4);
    }
    hwi_buffer_append_text(out, "</span></div>\n");
}

static void write_cards(hwi_page *page)
{
    static const char *const cards[][4][3] = {
        [HW_CATEGORY_REGRESSION] =
            {{"RMSE", "RMSE", "Root of the mean squared error, in units of the response"},
             {"mae", "MAE", "Mean absolute error, in units of the response"},
             {"r2", "R\xc2\xb2", "Share of the variance explained; 1 is perfect"},
             {"mean_residual_deviance", "Mean deviance", "What training made small"}},
        [HW_CATEGORY_BINOMIAL] =
            {{"AUC", "AUC", "Area under the ROC curve; 0.5 is chance, 1 is perfect"},
             {"logloss", "Log loss", "Mean negative log likelihood; lower is better"},
             {"pr_auc", "PR AUC", "Area under the precision-recall curve; 1 is perfect"},
             {"mean_per_class_error", "Mean error per class",
              "At the threshold of largest F1; 0 is perfect"}},
        [HW_CATEGORY_MULTINOMIAL] =
            {{"classification_error", "Classification error", "Share of rows of wrong class"},
             {"logloss", "Log loss", "Mean negative log likelihood; lower is better"},
             {"mean_per_class_error", "Mean error per class", "Every class counts the same"},
             {"RMSE", "RMSE", "Root of the mean squared distance from probability 1"}},
        [HW_CATEGORY_AUTOENCODER] = {{"MSE", "Reconstruction MSE",
                                      "Mean squared error over the normalised inputs"},
                                     {"RMSE", "Reconstruction RMSE", "Its root"}},
    };
    if (!page->main_metrics)
        return;
    hwi_buffer_append_text(page->out, "<div class=\"kpis\">\n");
    for (int i = 0; i < 4 && cards[page->category][i][0]; i++)
        write_card(page, cards[page->category][i][0], cards[page->category][i][1],
                   cards[page->category][i][2]);
    hwi_buffer_append_text(page->out, "</div>\n");
}

static void fact(hwi_page *page, const char *title, const char *text)
{
    hwi_html_tag(page->out, "dt", NULL, title);
    hwi_html_tag(page->out, "dd", NULL, text);
    hwi_buffer_append_char(page->out, '\n');
}

static void number_fact(hwi_page *page, const char *title, double value, int n_digits)
{
    char text[HWI_PRETTY_BYTES];
    if (!isnan(value))
        fact(page, title, hwi_pretty_short(value, n_digits, text));
}

static const char *ending_text(hw_ending ending)
{
    switch (ending) {
    case HW_ENDED_EPOCHS:
        return "all epochs done";
    case HW_ENDED_CONVERGED:
        return "early: no longer improving, or good enough";
    case HW_ENDED_TIME:
        return "time limit reached (max_runtime_secs)";
    case HW_ENDED_UNSTABLE:
        return "diverged; this is the last good state (see Messages)";
    case HW_ENDED_CANCELLED:
        return "stopped by request";
    }
    return "";
}

static void history_fact(hwi_page *page, const hw_table *history, const char *title,
                         const char *name)
{
    int32_t column = hw_table_find_column(history, name);
    int64_t last = hw_table_n_rows(history) - 1;
    if (column < 0 || hw_table_is_empty(history, last, column))
        return;
    const char *text = hw_table_text(history, last, column);
    if (hw_table_column_type(history, column) != HW_CELL_STRING)
        number_fact(page, title, hw_table_number(history, last, column), 4);
    else if (*(text += strspn(text, " ")))
        fact(page, title, text);
}

/* The samples of an epoch are the rows. */
static double training_rows(const hw_table *history)
{
    int32_t epochs = hw_table_find_column(history, "epochs");
    int32_t samples = hw_table_find_column(history, "samples");
    int64_t last = hw_table_n_rows(history) - 1;
    if (epochs < 0 || samples < 0 || !(hw_table_number(history, last, epochs) > 0))
        return NAN;
    return round(hw_table_number(history, last, samples) / hw_table_number(history, last, epochs));
}

static void write_facts(hwi_page *page)
{
    const hw_table *history = hw_model_table(page->model, "scoring_history");
    if (history && hw_table_n_rows(history) == 0)
        history = NULL;
    hwi_buffer_append_text(page->out, "<div class=\"card\"><h3>At a glance</h3><dl>\n");
    if (history)
        number_fact(page, "Training rows", training_rows(history), 6);
    if (page->metrics[HWI_TONE_VALIDATION])
        number_fact(page, "Validation rows scored",
                    (double)hw_metrics_n_observations(page->metrics[HWI_TONE_VALIDATION]), 6);
    number_fact(page, "Predictors", hw_model_n_predictors(page->model), 6);
    number_fact(page, "Weights and biases", (double)hw_model_n_weights(page->model), 6);
    if (page->category == HW_CATEGORY_BINOMIAL)
        number_fact(page, "Threshold of largest F1", hw_model_default_threshold(page->model), 4);
    if (history) {
        history_fact(page, history, "Epochs", "epochs");
        history_fact(page, history, "Iterations", "iterations");
        history_fact(page, history, "Time", "duration");
        history_fact(page, history, "Speed", "training_speed");
        history_fact(page, history, "Finished", "timestamp");
        fact(page, "Training ended", ending_text(hw_model_ending(page->model)));
    }
    hwi_buffer_append_text(page->out, "</dl></div>\n");
}

static void write_metric_rows(hwi_page *page)
{
    hwi_buffer *out = page->out;
    const hw_metrics *names = page->main_metrics;
    for (int32_t i = 0; i < hw_metrics_n_values(names); i++) {
        const char *name = hw_metrics_value_name(names, i);
        bool has_any = false;
        for (int tone = 0; tone < HWI_N_TONES; tone++)
            has_any |= page->metrics[tone] && !isnan(hw_metrics_value(page->metrics[tone], name));
        if (!has_any)
            continue;
        hwi_buffer_append_text(out, "<tr>");
        hwi_html_tag(out, "th", NULL, hwi_metric_title(name));
        for (int tone = 0; tone < HWI_N_TONES; tone++) {
            if (!page->metrics[tone])
                continue;
            hwi_buffer_append_text(out, "<td class=\"n\">");
            hwi_html_number(out, hw_metrics_value(page->metrics[tone], name), 5);
            hwi_buffer_append_text(out, "</td>");
        }
        hwi_buffer_append_text(out, "</tr>\n");
    }
}

static void write_metrics(hwi_page *page)
{
    hwi_buffer *out = page->out;
    if (!page->main_metrics)
        return;
    hwi_buffer_append_text(out, "<div class=\"card\"><h3>Metrics</h3><div class=\"scroll\"><table>"
                                "\n<thead><tr><th></th>");
    for (int tone = 0; tone < HWI_N_TONES; tone++)
        if (page->metrics[tone])
            hwi_html_tag(out, "th", "n", hwi_tone_name(tone));
    hwi_buffer_append_text(out, "</tr></thead>\n<tbody>\n");
    write_metric_rows(page);
    hwi_buffer_append_text(out, "<tr><th>Rows scored</th>");
    for (int tone = 0; tone < HWI_N_TONES; tone++) {
        if (!page->metrics[tone])
            continue;
        hwi_buffer_append_text(out, "<td class=\"n\">");
        hwi_html_number(out, (double)hw_metrics_n_observations(page->metrics[tone]), 6);
        hwi_buffer_append_text(out, "</td>");
    }
    hwi_buffer_append_text(out, "</tr>\n</tbody></table></div>");
    const char *description = hw_metrics_description(page->main_metrics);
    if (description)
        hwi_html_tag(out, "p", "note", description);
    hwi_buffer_append_text(out, "</div>\n");
}

void hwi_report_headline(hwi_page *page)
{
    hwi_buffer *out = page->out;
    hwi_buffer_append_text(out, "<header id=\"top\">\n<p class=\"eyebrow\">Deep Learning model "
                                "report</p>\n");
    write_title(page);
    write_subtitle(page);
    int n_warnings = 0;
    for (int32_t i = 0; i < hw_model_n_messages(page->model); i++) {
        const char *field, *text;
        n_warnings += hw_model_message(page->model, i, &field, &text) != HW_MESSAGE_TRACE;
    }
    if (n_warnings > 0)
        hwi_buffer_printf(out, "<p class=\"warned\"><a href=\"#messages\">%d warning%s</a></p>\n",
                          n_warnings, n_warnings == 1 ? "" : "s");
    write_cards(page);
    hwi_buffer_append_text(out, "<div class=\"pair\">\n");
    write_facts(page);
    write_metrics(page);
    hwi_buffer_append_text(out, "</div>\n</header>\n\n");
}
