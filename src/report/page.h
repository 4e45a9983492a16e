/* SPDX-License-Identifier: Apache-2.0
 *
 * What the sections of the report share: the model through its public accessors, the buffer, the
 * list of sections for the navigation, and tables. One page belongs to one thread. */
#pragma once

#include "heavywater/model.h"
#include "report/charts.h"

enum { HWI_MAX_SECTIONS = 16, HWI_N_TONES = 3 };

typedef struct hwi_page {
    hwi_buffer *out;
    const hw_model *model;
    hw_category category;
    const hw_metrics *metrics[HWI_N_TONES]; /* by hwi_tone; NULL when there are none */
    const hw_metrics *main_metrics; /* validation, else cross-validation, else training; or NULL */
    hwi_tone main_tone;
    int32_t n_sections;
    const char *section_ids[HWI_MAX_SECTIONS];
    const char *section_titles[HWI_MAX_SECTIONS];
} hwi_page;

/* The whole document around the sections that stand in page->out: title is HTML, escaped. */
void hwi_page_write_document(const hwi_page *page, const char *title, hwi_buffer *out);

/* A section with a heading; id and title are static and enter the navigation. lead may be NULL. */
void hwi_page_section_begin(hwi_page *page, const char *id, const char *title, const char *lead);
void hwi_page_section_end(hwi_page *page);

/* A folded part. */
void hwi_page_fold_begin(hwi_page *page, const char *summary);
void hwi_page_fold_end(hwi_page *page);

/* The metrics' table of that name; NULL for none. metrics may be NULL. */
const hw_table *hwi_page_metrics_table(const hwi_page *page, hwi_tone tone, const char *name);
bool hwi_page_has_metrics_table(const hwi_page *page, const char *name);

/* A column's numbers, NaN where empty; the caller's. NULL when table or column are missing, or
 * without memory (the buffer then remembers). */
double *hwi_page_column(const hwi_page *page, const hw_table *table, const char *name);

/* One cell of a table as <td>: numbers to 5 digits, names cut by the style sheet. */
void hwi_page_cell(const hwi_page *page, const hw_table *table, int64_t row, int32_t column);

/* A whole table, cut to max_rows with a note. Columns without any value are left out, as are those
 * named in hidden (NULL-terminated; may be NULL). */
void hwi_page_table(const hwi_page *page, const hw_table *table, int64_t max_rows,
                    const char *const *hidden);

/* "R²" for "r2" ...; an unknown name stays as it is. */
const char *hwi_metric_title(const char *name);

/* The sections, in the order of the page. A section whose data is missing writes nothing. */
void hwi_report_headline(hwi_page *page);
void hwi_report_history(hwi_page *page);
void hwi_report_folds(hwi_page *page);
void hwi_report_thresholds(hwi_page *page);
void hwi_report_confusion(hwi_page *page);
void hwi_report_gains(hwi_page *page);
void hwi_report_residuals(hwi_page *page);
void hwi_report_calibration(hwi_page *page);
void hwi_report_reconstruction(hwi_page *page);
void hwi_report_importances(hwi_page *page);
void hwi_report_network(hwi_page *page);
void hwi_report_params(hwi_page *page);
void hwi_report_data(hwi_page *page);
void hwi_report_messages(hwi_page *page);
void hwi_report_command(hwi_page *page);
