/* SPDX-License-Identifier: Apache-2.0
 *
 * Which classes are taken for which. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/page.h"

enum {
    MAX_CLASSES = 20, /* drawn; the smaller ones are added up */
    MAX_PAIRS = 10    /* listed of the most frequent mistakes */
};

/* H2O's table: a column a class, then "Error" and "Rate"; a row a class, then the totals. A column
 * of row labels may stand before. */
typedef struct matrix {
    const hw_table *table;
    int32_t first_column;
    int32_t n_classes;
} matrix;

static bool init_matrix(const hw_table *table, matrix *m)
{
    if (!table)
        return false;
    int32_t n = hw_table_n_columns(table);
    int32_t first = n > 0 && hw_table_column_type(table, 0) == HW_CELL_STRING ? 1 : 0;
    *m = (matrix){table, first, n - first - 2};
    return m->n_classes > 0 && hw_table_n_rows(table) >= m->n_classes;
}

static double count_at(const matrix *m, int32_t row, int32_t column)
{
    double count = hw_table_number(m->table, row, m->first_column + column);
    return isfinite(count) ? count : 0;
}

static const char *class_at(const matrix *m, int32_t i)
{
    return hw_table_column_name(m->table, m->first_column + i);
}

typedef struct class_size {
    int32_t index;
    double n;
} class_size;

static int compare_sizes(const void *a, const void *b)
{
    const class_size *x = a, *y = b;
    if (x->n != y->n)
        return x->n < y->n ? 1 : -1;
    return x->index < y->index ? -1 : 1;
}

static int compare_indices(const void *a, const void *b)
{
    const class_size *x = a, *y = b;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Where each class goes in the picture: its own place when it is one of the largest, else the last
 * one. NULL without memory. */
static int32_t *place_classes(const matrix *m, int32_t *out_n_shown)
{
    size_t n = (size_t)m->n_classes;
    int32_t *places = HWI_ALLOC_ARRAY(int32_t, n);
    class_size *sizes = HWI_ALLOC_ARRAY(class_size, n);
    if (!places || !sizes) {
        hwi_free(places);
        hwi_free(sizes);
        return NULL;
    }
    bool is_cut = m->n_classes > MAX_CLASSES;
    for (int32_t i = 0; i < m->n_classes; i++) {
        sizes[i] = (class_size){i, 0};
        for (int32_t k = 0; is_cut && k < m->n_classes; k++)
            sizes[i].n += count_at(m, i, k);
        places[i] = is_cut ? MAX_CLASSES - 1 : i;
    }
    if (is_cut) {
        qsort(sizes, n, sizeof *sizes, compare_sizes);
        qsort(sizes, MAX_CLASSES - 1, sizeof *sizes, compare_indices);
        for (int32_t i = 0; i < MAX_CLASSES - 1; i++)
            places[sizes[i].index] = i;
    }
    hwi_free(sizes);
    *out_n_shown = is_cut ? MAX_CLASSES : m->n_classes;
    return places;
}

static void draw_matrix(hwi_page *page, hwi_tone tone, const matrix *m)
{
    int32_t n_shown = 0;
    HW_AUTO(int32_t) *places = place_classes(m, &n_shown);
    double counts[MAX_CLASSES * MAX_CLASSES] = {0};
    const char *names[MAX_CLASSES] = {0};
    char caption[400], title[80], number[HWI_PRETTY_BYTES];
    if (!places) {
        page->out->failed = true;
        return;
    }
    for (int32_t i = 0; i < m->n_classes; i++) {
        names[places[i]] = class_at(m, i);
        for (int32_t k = 0; k < m->n_classes; k++)
            counts[places[i] * n_shown + places[k]] += count_at(m, i, k);
    }
    int n = snprintf(caption, sizeof caption,
                     "Rows of each actual class by the class predicted; blue is right, orange is "
                     "wrong, darker is a larger share of its row.");
    if (page->category == HW_CATEGORY_BINOMIAL)
        snprintf(caption + n, sizeof caption - (size_t)n,
                 " Threshold %s, which gives the largest "
                 "F1.",
                 hwi_pretty(hw_metrics_value(page->metrics[tone], "default_threshold"), 4, number));
    if (m->n_classes > MAX_CLASSES) {
        names[MAX_CLASSES - 1] = "all others";
        snprintf(caption + n, sizeof caption - (size_t)n,
                 " Only the %d largest of %d classes have a row of their own.", MAX_CLASSES - 1,
                 (int)m->n_classes);
    }
    snprintf(title, sizeof title, "%s data", hwi_tone_name(tone));
    hwi_heatmap map = {title, caption, n_shown, names, counts};
    hwi_chart_heatmap(page->out, &map);
}

typedef struct mistake {
    int32_t actual, predicted;
    double n;
} mistake;

static int list_mistakes(const matrix *m, mistake *list)
{
    int n = 0;
    for (int32_t i = 0; i < m->n_classes; i++) {
        for (int32_t k = 0; k < m->n_classes; k++) {
            double count = i == k ? 0 : count_at(m, i, k);
            if (count <= 0 || (n == MAX_PAIRS && count <= list[n - 1].n))
                continue;
            int at = n < MAX_PAIRS ? n++ : n - 1;
            for (; at > 0 && list[at - 1].n < count; at--)
                list[at] = list[at - 1];
            list[at] = (mistake){i, k, count};
        }
    }
    return n;
}

static void write_mistakes(hwi_page *page, const matrix *m)
{
    mistake list[MAX_PAIRS];
    int n = list_mistakes(m, list);
    hwi_buffer *out = page->out;
    if (n == 0 || m->n_classes < 3)
        return;
    hwi_buffer_append_text(out, "<div class=\"card\"><h3>Most frequent mistakes</h3><div "
                                "class=\"scroll\"><table class=\"bars\">\n<thead><tr><th>Actual"
                                "</th><th>Predicted</th><th></th><th class=\"n\">Rows</th></tr>"
                                "</thead>\n<tbody>\n");
    for (int i = 0; i < n; i++) {
        hwi_buffer_append_text(out, "<tr>");
        hwi_html_name(out, "td", NULL, class_at(m, list[i].actual));
        hwi_html_name(out, "td", NULL, class_at(m, list[i].predicted));
        hwi_chart_bar_cell(out, HWI_TONE_VALIDATION, list[i].n / list[0].n);
        hwi_buffer_append_text(out, "<td class=\"n\">");
        hwi_html_number(out, list[i].n, 6);
        hwi_buffer_append_text(out, "</td></tr>\n");
    }
    hwi_buffer_append_text(out, "</tbody></table></div></div>\n");
}

static void write_hit_ratios(hwi_page *page)
{
    static const char name[] = "hit_ratio_table";
    const hw_table *table = hwi_page_metrics_table(page, page->main_tone, name);
    int32_t k = table ? hw_table_find_column(table, "k") : -1;
    int32_t ratio = table ? hw_table_find_column(table, "hit_ratio") : -1;
    hwi_buffer *out = page->out;
    char text[HWI_PRETTY_BYTES];
    if (k < 0 || ratio < 0)
        return;
    hwi_buffer_append_text(out,
                           "<div class=\"card\"><h3>Hit ratios</h3><div class=\"scroll\"><table "
                           "class=\"bars\">\n<thead><tr><th>Among the first</th><th></th>");
    for (int tone = HWI_N_TONES - 1; tone >= 0; tone--)
        if (hwi_page_metrics_table(page, tone, name))
            hwi_html_tag(out, "th", "n", hwi_tone_name(tone));
    hwi_buffer_append_text(out, "</tr></thead>\n<tbody>\n");
    for (int64_t row = 0; row < hw_table_n_rows(table); row++) {
        hwi_buffer_append_text(out, "<tr><th>");
        if (hw_table_column_type(table, k) == HW_CELL_STRING)
            hwi_html_text(out, hw_table_text(table, row, k));
        else
            hwi_html_number(out, hw_table_number(table, row, k), 6);
        hwi_buffer_append_text(out, "</th>");
        hwi_chart_bar_cell(out, page->main_tone, hw_table_number(table, row, ratio));
        for (int tone = HWI_N_TONES - 1; tone >= 0; tone--) {
            const hw_table *other = hwi_page_metrics_table(page, tone, name);
            int32_t column = other ? hw_table_find_column(other, "hit_ratio") : -1;
            if (other)
                hwi_html_tag(out, "td", "n",
                             column < 0 || row >= hw_table_n_rows(other)
                                 ? ""
                                 : hwi_pretty_percent(hw_table_number(other, row, column), text));
        }
        hwi_buffer_append_text(out, "</tr>\n");
    }
    hwi_buffer_append_text(out,
                           "</tbody></table></div><p class=\"note\">The share of rows whose true "
                           "class is among the k most probable ones.</p></div>\n");
}

/* Of many classes, the picture shows the largest only: here are all of them. */
static void write_class_errors(hwi_page *page, const matrix *m)
{
    enum { MAX_LISTED = 1000 };
    hwi_buffer *out = page->out;
    char text[HWI_PRETTY_BYTES];
    if (m->n_classes <= MAX_CLASSES)
        return;
    hwi_page_fold_begin(page, "Errors of all classes");
    hwi_buffer_append_text(out,
                           "<div class=\"scroll\"><table class=\"bars\">\n<thead><tr><th>Class</th>"
                           "<th>Error</th><th class=\"n\"></th><th class=\"n\">Rows</th>"
                           "</tr></thead>\n<tbody>\n");
    int32_t n = m->n_classes < MAX_LISTED ? m->n_classes : MAX_LISTED;
    for (int32_t i = 0; i < n; i++) {
        double sum = 0;
        for (int32_t k = 0; k < m->n_classes; k++)
            sum += count_at(m, i, k);
        double error = sum > 0 ? 1 - count_at(m, i, i) / sum : NAN;
        hwi_buffer_append_text(out, "<tr>");
        hwi_html_name(out, "th", NULL, class_at(m, i));
        hwi_chart_bar_cell(out, HWI_TONE_VALIDATION, error);
        hwi_html_tag(out, "td", "n", hwi_pretty_percent(error, text));
        hwi_buffer_append_text(out, "<td class=\"n\">");
        hwi_html_number(out, sum, 6);
        hwi_buffer_append_text(out, "</td></tr>\n");
    }
    hwi_buffer_append_text(out, "</tbody></table></div>\n");
    if (n < m->n_classes)
        hwi_buffer_printf(out, "<p class=\"note\">The first %d of %d classes.</p>\n", (int)n,
                          (int)m->n_classes);
    hwi_page_fold_end(page);
}

static void write_aucs(hwi_page *page)
{
    static const char *const names[] = {"multinomial_auc_table", "multinomial_aucpr_table"};
    static const char *const titles[] = {"AUC by class", "PR AUC by class"};
    for (int i = 0; i < 2; i++) {
        const hw_table *table = hwi_page_metrics_table(page, page->main_tone, names[i]);
        if (!table)
            continue;
        hwi_page_fold_begin(page, titles[i]);
        hwi_page_table(page, table, 200, NULL);
        hwi_page_fold_end(page);
    }
}

void hwi_report_confusion(hwi_page *page)
{
    matrix main = {0}, training = {0};
    bool has_main = init_matrix(hwi_page_metrics_table(page, page->main_tone, "cm"), &main);
    bool has_hits = hwi_page_metrics_table(page, page->main_tone, "hit_ratio_table") != NULL;
    if (!has_main && !has_hits)
        return;
    bool has_training =
        page->main_tone != HWI_TONE_TRAINING &&
        init_matrix(hwi_page_metrics_table(page, HWI_TONE_TRAINING, "cm"), &training);
    bool is_small = main.n_classes <= 6;
    hwi_page_section_begin(page, "confusion", has_main ? "Confusion matrix" : "Hit ratios", NULL);
    hwi_buffer_printf(page->out, "<div class=\"%s\">\n", is_small ? "figures" : "flow");
    if (has_main)
        draw_matrix(page, page->main_tone, &main);
    if (has_training && is_small)
        draw_matrix(page, HWI_TONE_TRAINING, &training);
    if (has_main)
        write_mistakes(page, &main);
    write_hit_ratios(page);
    hwi_buffer_append_text(page->out, "</div>\n");
    if (has_training && !is_small) {
        hwi_page_fold_begin(page, "Confusion matrix of the training data");
        draw_matrix(page, HWI_TONE_TRAINING, &training);
        hwi_page_fold_end(page);
    }
    if (has_main)
        write_class_errors(page, &main);
    write_aucs(page);
    hwi_page_section_end(page);
}
