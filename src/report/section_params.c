/* SPDX-License-Identifier: Apache-2.0
 *
 * The parameters, and the command that trains the model again. */
#include <string.h>

#include "report/page.h"

enum { MAX_VALUE_CHARS = 400 };

static void release_text(char **text)
{
    hw_text_free(*text);
}
static void release_params(hw_params **params)
{
    hw_params_free(*params);
}
#define AUTO_TEXT __attribute__((cleanup(release_text))) char
#define AUTO_PARAMS __attribute__((cleanup(release_params))) hw_params

typedef struct param_view {
    const hw_param_info *info;
    const char *given, *actual, *standard; /* texts; "" for null */
    bool is_changed;                       /* given another value than the default */
    bool is_automatic;                     /* training chose another value than the one given */
} param_view;

static void write_value(hwi_buffer *out, const char *text)
{
    if (*text == '\0') {
        hwi_buffer_append_text(out, "<span class=\"null\">none</span>");
        return;
    }
    hwi_buffer_append_text(out, "<code");
    if (hwi_html_length(text) > 40) {
        hwi_buffer_append_text(out, " title=\"");
        hwi_html_clipped(out, text, 2000);
        hwi_buffer_append_char(out, '"');
    }
    hwi_buffer_append_char(out, '>');
    hwi_html_clipped(out, text, MAX_VALUE_CHARS);
    hwi_buffer_append_text(out, "</code>");
}

static void write_row(hwi_buffer *out, const param_view *view)
{
    hwi_buffer_printf(out, "<tr%s>", view->is_changed ? " class=\"changed\"" : "");
    hwi_buffer_append_text(out, "<th scope=\"row\"");
    hwi_html_attribute(out, "title", view->info->help);
    hwi_buffer_append_char(out, '>');
    hwi_html_text(out, view->info->name);
    hwi_buffer_append_text(out, "</th><td>");
    write_value(out, view->given);
    if (view->is_automatic) {
        hwi_buffer_append_text(out, " <span class=\"arrow\">\xe2\x86\x92</span> ");
        write_value(out, view->actual);
    }
    hwi_buffer_append_text(out, "</td><td>");
    write_value(out, view->standard);
    hwi_buffer_append_text(out, view->is_changed
                                    ? "</td><td><span class=\"flag\">changed</span></td>"
                                    : "</td><td></td>");
    hwi_buffer_append_text(out, "</tr>\n");
}

static void begin_table(hwi_buffer *out)
{
    hwi_buffer_append_text(
        out, "<div class=\"scroll\"><table class=\"params\">\n<thead><tr><th>Parameter"
             "</th><th>Value</th><th>Default</th><th></th></tr></thead>\n"
             "<tbody>\n");
}

static void end_table(hwi_buffer *out)
{
    hwi_buffer_append_text(out, "</tbody></table></div>\n");
}

typedef bool row_filter(const param_view *view, const char *group);

static bool is_changed_row(const param_view *view, const char *group)
{
    (void)group;
    return view->is_changed || view->is_automatic;
}

static bool is_group_row(const param_view *view, const char *group)
{
    return strcmp(view->info->group, group) == 0;
}

/* Writes (or only counts) the rows that pass the filter; their number. */
static int write_rows(hwi_page *page, const hw_params *standard, row_filter *filter,
                      const char *group, bool is_counting)
{
    const hw_params *given = hw_model_params_given(page->model);
    const hw_params *actual = hw_model_params_actual(page->model);
    int n = 0;
    given = given ? given : actual;
    actual = actual ? actual : given;
    for (int32_t i = 0; i < hw_param_count(); i++) {
        const hw_param_info *info = hw_param_at(i);
        AUTO_TEXT *given_text = hw_params_get_text(given, info->name);
        AUTO_TEXT *actual_text = hw_params_get_text(actual, info->name);
        AUTO_TEXT *standard_text = hw_params_get_text(standard, info->name);
        if (!given_text || !actual_text || !standard_text) {
            page->out->failed = true;
            return 0;
        }
        param_view view = {.info = info,
                           .given = given_text,
                           .actual = actual_text,
                           .standard = standard_text,
                           .is_changed = strcmp(given_text, standard_text) != 0,
                           .is_automatic = strcmp(given_text, actual_text) != 0};
        if (!filter(&view, group))
            continue;
        if (!is_counting)
            write_row(page->out, &view);
        n++;
    }
    return n;
}

static const char *const groups[][2] = {
    {"basic", "Basic"},         {"data", "Data"},       {"regularisation", "Regularisation"},
    {"optimiser", "Optimiser"}, {"scoring", "Scoring"}, {"expert", "Expert"}};

static bool is_unknown_group_row(const param_view *view, const char *group)
{
    (void)group;
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (strcmp(groups[i][0], view->info->group) == 0)
            return false;
    return true;
}

static void write_group(hwi_page *page, const hw_params *standard, row_filter *filter,
                        const char *group, const char *title)
{
    if (write_rows(page, standard, filter, group, true) == 0)
        return;
    hwi_html_tag(page->out, "h4", NULL, title);
    begin_table(page->out);
    write_rows(page, standard, filter, group, false);
    end_table(page->out);
}

static void write_groups(hwi_page *page, const hw_params *standard)
{
    hwi_page_fold_begin(page, "All parameters");
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        write_group(page, standard, is_group_row, groups[i][0], groups[i][1]);
    write_group(page, standard, is_unknown_group_row, NULL, "Other");
    hwi_page_fold_end(page);
}

void hwi_report_params(hwi_page *page)
{
    if (!hw_model_params_given(page->model) && !hw_model_params_actual(page->model))
        return;
    AUTO_PARAMS *standard = hw_params_new();
    if (!standard) {
        page->out->failed = true;
        return;
    }
    hwi_page_section_begin(page, "parameters", "Parameters",
                           "Values that differ from the defaults; an arrow leads to the value that "
                           "training chose for an automatic one.");
    hwi_buffer_append_text(page->out, "<div class=\"card\">\n");
    if (write_rows(page, standard, is_changed_row, NULL, true) > 0) {
        begin_table(page->out);
        write_rows(page, standard, is_changed_row, NULL, false);
        end_table(page->out);
    } else {
        hwi_html_tag(page->out, "p", "empty", "All parameters are at their defaults.");
    }
    write_groups(page, standard);
    hwi_buffer_append_text(page->out, "</div>\n");
    hwi_page_section_end(page);
}

void hwi_report_command(hwi_page *page)
{
    hwi_buffer *out = page->out;
    if (!hw_model_params_given(page->model))
        return;
    AUTO_TEXT *command = hw_model_command(page->model, " \\\n  ", NULL);
    if (!command) {
        out->failed = true;
        return;
    }
    hwi_page_section_begin(page, "command", "Train it again",
                           "The command that builds this model. File names are placeholders where "
                           "the model does not know them.");
    hwi_buffer_append_text(out, "<pre class=\"card copy\"><code>");
    hwi_html_text(out, command);
    hwi_buffer_append_text(out, " \\\n  --report report.html</code></pre>\n");
    hwi_page_section_end(page);
}
