/* SPDX-License-Identifier: Apache-2.0 */
#include "report/assets.h"
#include "report/page.h"

/* The policy keeps the page from loading anything, and from running any script but its own. */
static void write_head(const char *title, hwi_buffer *out)
{
    hwi_buffer_printf(out,
                      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "style-src 'unsafe-inline'; script-src 'sha256-%s'\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
                      hwi_report_js_sha256);
    hwi_buffer_append_text(out, title);
    hwi_buffer_append_text(out, "</title>\n<style>\n");
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

void hwi_page_write_document(const hwi_page *page, const char *title, hwi_buffer *out)
{
    write_head(title, out);
    write_navigation(page, out);
    hwi_buffer_append(out, page->out->data, page->out->size);
    hwi_buffer_append_text(out, "</main>\n<footer>Written by heavywater " HW_VERSION
                                ". This page is complete in itself and loads nothing.</footer>\n"
                                "<script>");
    hwi_buffer_append_text(out, hwi_report_js);
    hwi_buffer_append_text(out, "</script>\n</body>\n</html>\n");
}
