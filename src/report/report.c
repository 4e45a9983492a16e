/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include "base/file.h"
#include "base/status.h"
#include "report/assets.h"
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

/* The policy keeps the page from loading anything, and from running any script but its own. */
static void write_head(const hwi_page *page, hwi_buffer *out)
{
    const char *response = hw_model_response_name(page->model);
    hwi_buffer_printf(out,
                      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "style-src 'unsafe-inline'; script-src 'sha256-%s'\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
                      hwi_report_js_sha256);
    if (page->category == HW_CATEGORY_AUTOENCODER || !response) {
        hwi_buffer_append_text(out, "Autoencoder");
    } else {
        hwi_buffer_append_text(out, "Predicting ");
        hwi_html_clipped(out, response, 80);
    }
    hwi_buffer_append_text(out, " \xe2\x80\x93 model report</title>\n<style>\n");
    hwi_buffer_append_text(out, hwi_report_css);
    hwi_buffer_append_text(out, "</style>\n</head>\n<body>\n");
}

static void write_navigation(const hwi_page *page, hwi_buffer *out)
{
    hwi_buffer_append_text(out, "<nav aria-label=\"Sections\"><a href=\"#top\">Summary</a>");
    for (int32_t i = 0; i < page->n_sections; i++)
        hwi_buffer_printf(out, "<a href=\"#%s\">%s</a>", page->section_ids[i],
                          page->section_titles[i]);
    hwi_buffer_append_text(out, "</nav>\n<main>\n");
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
    HW_TRY(hwi_buffer_check(&body, err));
    write_head(&page, out);
    write_navigation(&page, out);
    hwi_buffer_append(out, body.data, body.size);
    hwi_buffer_append_text(out, "</main>\n<footer>Written by heavywater " HW_VERSION
                                ". This page is complete in itself and loads nothing.</footer>\n"
                                "<script>");
    hwi_buffer_append_text(out, hwi_report_js);
    hwi_buffer_append_text(out, "</script>\n</body>\n</html>\n");
    return hwi_buffer_check(out, err);
}

hw_status hw_model_write_report(const hw_model *model, const char *path, hw_error *err)
{
    HW_CHECK_ARG(err, model && path);
    HW_AUTO_BUFFER(html);
    HW_TRY(hwi_report_write_html(model, &html, err));
    return hwi_file_write(path, html.data, html.size, err);
}
