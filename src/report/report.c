/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include "base/file.h"
#include "base/status.h"
#include "report/page.h"

static void init_page(hwi_page *page, const hw_model *model, hwi_buffer *body)
{
    static const char *const kinds[] = {"training", "validation", "cross_validation"};
    *page = (hwi_page){.out = body, .model = model, .category = hw_model_category(model)};
    static const hwi_tone by_worth[] = {HWI_TONE_TRAINING, HWI_TONE_CROSS, HWI_TONE_VALIDATION};
    for (int tone = 0; tone < HWI_N_TONES; tone++)
        page->metrics[tone] = hw_model_metrics(model, kinds[tone]);
    for (int i = 0; i < HWI_N_TONES; i++) {
        if (!page->metrics[by_worth[i]])
            continue;
        page->main_tone = by_worth[i];
        page->main_metrics = page->metrics[by_worth[i]];
    }
}

static void write_title(const hwi_page *page, hwi_buffer *title)
{
    const char *response = hw_model_response_name(page->model);
    if (page->category == HW_CATEGORY_AUTOENCODER || !response) {
        hwi_buffer_append_text(title, "Autoencoder");
    } else {
        hwi_buffer_append_text(title, "Predicting ");
        hwi_html_clipped(title, response, 80);
    }
    hwi_buffer_append_text(title, " \xe2\x80\x93 model report");
}

hw_status hwi_report_write_html(const hw_model *model, hwi_buffer *out, hw_error *err)
{
    HW_AUTO_BUFFER(body);
    hwi_page page;
    init_page(&page, model, &body);
    hwi_report_headline(&page);
    hwi_report_history(&page);
    hwi_report_folds(&page);
    hwi_report_thresholds(&page);
    hwi_report_confusion(&page);
    hwi_report_gains(&page);
    hwi_report_residuals(&page);
    hwi_report_calibration(&page);
    hwi_report_reconstruction(&page);
    hwi_report_importances(&page);
    hwi_report_network(&page);
    hwi_report_params(&page);
    hwi_report_data(&page);
    hwi_report_messages(&page);
    hwi_report_command(&page);
    HW_AUTO_BUFFER(title);
    write_title(&page, &title);
    HW_TRY(hwi_buffer_check(&body, err));
    HW_TRY(hwi_buffer_check(&title, err));
    hwi_page_write_document(&page, hwi_buffer_text(&title), out);
    return hwi_buffer_check(out, err);
}

hw_status hw_model_write_report(const hw_model *model, const char *path, hw_error *err)
{
    HW_CHECK_ARG(err, model && path);
    HW_AUTO_BUFFER(html);
    HW_TRY(hwi_report_write_html(model, &html, err));
    return hwi_file_write(path, html.data, html.size, err);
}
