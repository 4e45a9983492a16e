/* SPDX-License-Identifier: Apache-2.0
 *
 * Manual pages in the macros of man(7). */
#include <string.h>

#include "heavywater/help.h"
#include "heavywater/options.h"
#include "heavywater/pages.h"

enum { LINE_BYTES = 76 };

/* A character as roff wants it: what it would take for markup, or print as a typographic sign, is
 * escaped. */
static void append_escaped(hwi_buffer *out, const char *text, size_t n_bytes)
{
    static const struct {
        char c;
        const char *escape;
    } escapes[] = {{'\\', "\\e"},  {'-', "\\-"},   {'\'', "\\(aq"},
                   {'`', "\\(ga"}, {'^', "\\(ha"}, {'~', "\\(ti"}};
    for (size_t i = 0; i < n_bytes; i++) {
        const char *escape = NULL;
        for (size_t k = 0; k < APP_COUNT(escapes); k++)
            if (text[i] == escapes[k].c)
                escape = escapes[k].escape;
        if (escape)
            hwi_buffer_append_text(out, escape);
        else
            hwi_buffer_append_char(out, text[i]);
    }
}

static void append_text(hwi_buffer *out, const char *text)
{
    append_escaped(out, text, strlen(text));
}

/* A paragraph in lines of moderate length; a line never begins with what roff takes for a request.
 */
static void append_paragraph(hwi_buffer *out, const char *text)
{
    size_t column = 0;
    while (*text) {
        size_t n = strcspn(text, " ");
        if (column > 0 && column + n + 1 > LINE_BYTES) {
            hwi_buffer_append_char(out, '\n');
            column = 0;
        }
        if (column > 0)
            hwi_buffer_append_char(out, ' ');
        else if (*text == '.')
            hwi_buffer_append_text(out, "\\&");
        append_escaped(out, text, n);
        column += n + 1;
        text += n;
        text += strspn(text, " ");
    }
    hwi_buffer_append_char(out, '\n');
}

static void append_upper(hwi_buffer *out, const char *text)
{
    for (; *text; text++) {
        char c = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;
        append_escaped(out, &c, 1);
    }
}

static void append_header(hwi_buffer *out, const char *command, const char *summary)
{
    hwi_buffer_append_text(out, ".\\\" Made from the tables of the command. Do not edit.\n.TH ");
    append_upper(out, "heavywater");
    if (command) {
        append_text(out, "-");
        append_upper(out, command);
    }
    hwi_buffer_printf(out, " 1 \"\" \"heavywater %s\" \"heavywater manual\"\n", hw_version());
    hwi_buffer_append_text(out, ".SH NAME\nheavywater");
    if (command) {
        append_text(out, "-");
        append_text(out, command);
    }
    hwi_buffer_append_text(out, " \\- ");
    append_text(out, summary);
    hwi_buffer_append_char(out, '\n');
}

static void append_option(hwi_buffer *out, const char *name, const char *value_word,
                          const char *help)
{
    hwi_buffer_append_text(out, ".TP\n\\fB");
    append_text(out, "--");
    append_text(out, name);
    hwi_buffer_append_text(out, "\\fR");
    if (value_word[0]) {
        hwi_buffer_append_text(out, " \\fI");
        append_text(out, value_word);
        hwi_buffer_append_text(out, "\\fR");
    }
    hwi_buffer_append_char(out, '\n');
    append_paragraph(out, help);
}

static void append_options(hwi_buffer *out, const app_command *command)
{
    hwi_buffer_append_text(out, ".SH OPTIONS\n");
    append_paragraph(out, "In names - and _ are alike, and values may follow = as well.");
    pages_option option;
    int n_own = 0;
    while (app_option_at(command, n_own))
        n_own++;
    for (int i = 0; i < n_own && pages_option_at(command, i, &option); i++)
        append_option(out, option.name, option.value_word, option.help);
    append_option(out, "help", "", "Print a summary of this page.");
}

static void append_parameters(hwi_buffer *out)
{
    hwi_buffer_append_text(out, ".SH PARAMETERS\n");
    append_paragraph(out,
                     "The parameters of the model have H2O's names. Lists are written 200,200, "
                     "switches --x, --no-x or --x true.");
    hwi_buffer_append_text(out, ".BR heavywater\\-parameters (7)\nsays more of each.\n");
    for (const app_param_group *group = app_param_groups; group->name; group++) {
        hwi_buffer_printf(out, ".SS %s\n", group->title);
        for (int32_t i = 0; i < hw_param_count(); i++) {
            const hw_param_info *info = hw_param_at(i);
            if (!info->is_supported || strcmp(info->group, group->name) != 0)
                continue;
            HW_AUTO_BUFFER(text);
            app_help_append_description(&text, info);
            append_option(out, info->name, app_help_value_word(info), hwi_buffer_text(&text));
        }
    }
}

static void append_example_lines(hwi_buffer *out, const char *const *examples)
{
    hwi_buffer_append_text(out, ".SH EXAMPLES\n.nf\n");
    for (; *examples; examples++) {
        append_text(out, *examples);
        hwi_buffer_append_char(out, '\n');
    }
    hwi_buffer_append_text(out, ".fi\n");
}

static void append_exit_status(hwi_buffer *out)
{
    static const struct {
        const char *code, *meaning;
    } codes[] = {
        {"0", "Done."},
        {"1", "Memory was exhausted, a network diverged, or a bug."},
        {"2", "Something to correct: an option, a file, a full disk. One line on standard error "
              "says what."},
        {"130", "Interrupted; what was learned so far is kept."},
    };
    hwi_buffer_append_text(out, ".SH EXIT STATUS\n");
    for (size_t i = 0; i < APP_COUNT(codes); i++) {
        hwi_buffer_printf(out, ".TP\n.B %s\n", codes[i].code);
        append_paragraph(out, codes[i].meaning);
    }
}

static void append_reference(hwi_buffer *out, const char *command, const char *section,
                             bool is_last)
{
    hwi_buffer_append_text(out, ".BR heavywater");
    if (command) {
        append_text(out, "-");
        append_text(out, command);
    }
    hwi_buffer_printf(out, " (%s)%s\n", section, is_last ? "" : ",");
}

void pages_append_man_command(hwi_buffer *out, const app_command *command)
{
    append_header(out, command->name, command->summary);
    hwi_buffer_append_text(out, ".SH SYNOPSIS\n.B heavywater ");
    append_text(out, command->name);
    hwi_buffer_append_char(out, '\n');
    append_paragraph(out, command->usage);
    hwi_buffer_append_text(out, ".SH DESCRIPTION\n");
    append_paragraph(out, command->details);
    append_options(out, command);
    if (command->takes_params)
        append_parameters(out);
    append_exit_status(out);
    append_example_lines(out, command->examples);
    hwi_buffer_append_text(out, ".SH SEE ALSO\n");
    append_reference(out, NULL, "1", false);
    append_reference(out, "parameters", "7", true);
}

void pages_append_man_overview(hwi_buffer *out)
{
    static const char *const examples[] = {
        "heavywater describe train.csv",
        "heavywater train --training_frame train.csv --response_column y --model m.zip",
        "heavywater predict --model m.zip --frame new.csv --out predictions.csv", NULL};
    append_header(out, NULL, "H2O Deep Learning on tables, without a JVM");
    hwi_buffer_append_text(out, ".SH SYNOPSIS\n.B heavywater\n.I COMMAND\n[options]\n"
                                ".br\n.B heavywater help\n[\\fICOMMAND\\fR]\n"
                                ".br\n.B heavywater \\-\\-version\n.SH DESCRIPTION\n");
    append_paragraph(out, "Trains feed-forward networks on tables with numbers, categories and "
                          "missing values, with H2O's parameters, and keeps them as MOJO files "
                          "that H2O's scorer reads.");
    hwi_buffer_append_text(out, ".PP\n");
    append_paragraph(out,
                     "Tables are CSV with any separator, ARFF or SVMLight; plain, .gz or .zst; "
                     "several files a,b or a pattern in quotes, or - for standard input. Types "
                     "are guessed as H2O guesses them.");
    hwi_buffer_append_text(out, ".SH COMMANDS\n");
    for (const app_command *command = app_commands; command->name; command++) {
        hwi_buffer_append_text(out, ".TP\n");
        append_reference(out, command->name, "1", true);
        append_paragraph(out, command->summary);
    }
    append_exit_status(out);
    append_example_lines(out, examples);
    hwi_buffer_append_text(out, ".SH SEE ALSO\n");
    for (const app_command *command = app_commands; command->name; command++)
        append_reference(out, command->name, "1", false);
    append_reference(out, "parameters", "7", true);
}
