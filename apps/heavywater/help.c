/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/help.h"

#include <ctype.h>
#include <string.h>

#include "heavywater/options.h"
#include "heavywater/text.h"

enum { MARGIN = 2, TEXT_COLUMN = 34, MAX_COLUMNS = 100 };

const app_param_group app_param_groups[] = {{"data", "Data"},
                                            {"basic", "Basic"},
                                            {"regularisation", "Regularisation"},
                                            {"optimiser", "Optimiser"},
                                            {"scoring", "Scoring and stopping"},
                                            {"expert", "Expert"},
                                            {NULL, NULL}};

static int help_columns(FILE *out)
{
    int columns = app_text_columns(out, MAX_COLUMNS);
    return columns > MAX_COLUMNS ? MAX_COLUMNS : columns < 50 ? 50 : columns;
}

/* "  --name VALUE      text", the text wrapped beside or below. */
static void print_entry(FILE *out, const char *name, const char *value_word, const char *text)
{
    HW_AUTO_BUFFER(head);
    hwi_buffer_printf(&head, "%*s%s%s%s", MARGIN, "", name, value_word[0] ? " " : "", value_word);
    int width = (int)head.size;
    fputs(hwi_buffer_text(&head), out);
    if (width + 2 > TEXT_COLUMN) {
        fputc('\n', out);
        width = 0;
    }
    fprintf(out, "%*s", TEXT_COLUMN - width, "");
    app_text_wrap(out, text, TEXT_COLUMN, TEXT_COLUMN, help_columns(out));
}

const char *app_help_value_word(const hw_param_info *info)
{
    switch (info->type) {
    case HW_PARAM_BOOL:
        return "";
    case HW_PARAM_INT:
    case HW_PARAM_LONG:
        return "INTEGER";
    case HW_PARAM_FLOAT:
    case HW_PARAM_DOUBLE:
        return "NUMBER";
    case HW_PARAM_ENUM:
        return "LEVEL";
    case HW_PARAM_TEXT:
        return strstr(info->name, "column")  ? "COLUMN"
               : strstr(info->name, "frame") ? "FILE"
                                             : "TEXT";
    case HW_PARAM_INTS:
        return "INTEGERS";
    case HW_PARAM_DOUBLES:
        return "NUMBERS";
    case HW_PARAM_TEXTS:
        return "NAMES";
    }
    return "";
}

static void append_levels(hwi_buffer *text, const hw_param_info *info)
{
    for (int32_t i = 0; i < info->n_levels; i++)
        hwi_buffer_printf(text, "%s%s", i ? ", " : "", info->levels[i]);
}

void app_help_append_description(hwi_buffer *text, const hw_param_info *info)
{
    hwi_buffer_append_text(text, info->help);
    hwi_buffer_append_text(text, " [");
    size_t start = text->size;
    append_levels(text, info);
    if (info->range_text[0])
        hwi_buffer_printf(text, "%s%s", text->size > start ? "; " : "", info->range_text);
    hwi_buffer_printf(text, "%sdefault %s]", text->size > start ? "; " : "",
                      info->default_text[0] ? info->default_text : "none");
}

static void print_param(FILE *out, const hw_param_info *info, const char *prefix)
{
    HW_AUTO_BUFFER(name);
    HW_AUTO_BUFFER(text);
    hwi_buffer_printf(&name, "%s%s", prefix, info->name);
    app_help_append_description(&text, info);
    print_entry(out, hwi_buffer_text(&name), app_help_value_word(info), hwi_buffer_text(&text));
}

static void print_unsupported(FILE *out)
{
    HW_AUTO_BUFFER(text);
    for (int32_t i = 0; i < hw_param_count(); i++)
        if (!hw_param_at(i)->is_supported)
            hwi_buffer_printf(&text, "%s%s", text.size ? ", " : "", hw_param_at(i)->name);
    if (text.size == 0)
        return;
    fputc('\n', out);
    fprintf(out, "Known to H2O, only at their defaults in this version:\n%*s", MARGIN, "");
    app_text_wrap(out, hwi_buffer_text(&text), MARGIN, MARGIN, help_columns(out));
}

static void print_params(FILE *out, const char *prefix)
{
    for (const app_param_group *group = app_param_groups; group->name; group++) {
        fprintf(out, "\n%s:\n", group->title);
        for (int32_t i = 0; i < hw_param_count(); i++) {
            const hw_param_info *info = hw_param_at(i);
            if (info->is_supported && strcmp(info->group, group->name) == 0)
                print_param(out, info, prefix);
        }
    }
    print_unsupported(out);
}

static void print_options(FILE *out, const app_command *command)
{
    fprintf(out, "\nOptions:\n");
    const app_option *option;
    for (int i = 0; (option = app_option_at(command, i)); i++) {
        HW_AUTO_BUFFER(name);
        hwi_buffer_printf(&name, "--%s", option->name);
        print_entry(out, hwi_buffer_text(&name), option->value_word ? option->value_word : "",
                    option->help);
    }
    print_entry(out, "--help", "", "This text.");
}

void app_help_overview(FILE *out)
{
    fprintf(out,
            "heavywater %s: H2O Deep Learning on tables, without a JVM\n\n"
            "Usage: heavywater COMMAND ...\n\nCommands:\n",
            hw_version());
    for (const app_command *command = app_commands; command->name; command++)
        fprintf(out, "  %-12s %s\n", command->name, command->summary);
    fprintf(out,
            "\nheavywater COMMAND --help explains one; heavywater --version says the version.\n"
            "\nFirst steps:\n"
            "  heavywater describe train.csv\n"
            "  heavywater train --training_frame train.csv --response_column y --model m.zip\n"
            "  heavywater predict --model m.zip --frame new.csv --out predictions.csv\n"
            "\nExit codes: 0 done, 1 internal error, 2 something to correct (one line on\n"
            "standard error says what), 130 training ended by Ctrl-C (the model is kept).\n");
}

void app_help_command(const app_command *command, FILE *out)
{
    fprintf(out, "Usage: heavywater %s %s\n\n", command->name, command->usage);
    app_text_wrap(out, command->details, 0, 0, help_columns(out));
    fprintf(out, "\nExample%s:\n", command->examples[1] ? "s" : "");
    for (const char *const *example = command->examples; *example; example++)
        fprintf(out, "  %s\n", *example);
    print_options(out, command);
    if (command->takes_params) {
        fprintf(out, "\nParameters of the model, under H2O's names ('-' for '_' is the same).\n"
                     "Lists are written 200,200. Switches are written --x, --no-x or --x true.\n"
                     "heavywater params NAME explains one.\n");
        print_params(out, "--");
    }
}

void app_help_params(FILE *out)
{
    fprintf(out, "Parameters of heavywater train (heavywater params NAME explains one):\n");
    print_params(out, "");
}

static const char *group_title(const char *name)
{
    for (const app_param_group *group = app_param_groups; group->name; group++)
        if (strcmp(group->name, name) == 0)
            return group->title;
    return name;
}

static void print_fact(FILE *out, const char *name, const char *text)
{
    fprintf(out, "  %-9s ", name);
    app_text_wrap(out, text, 12, 12, help_columns(out));
}

void app_help_param(const hw_param_info *info, FILE *out)
{
    fprintf(out, "%s\n\n  ", info->name);
    app_text_wrap(out, info->help, MARGIN, MARGIN, help_columns(out));
    fputc('\n', out);
    print_fact(out, "type", info->type_text);
    if (info->n_levels) {
        HW_AUTO_BUFFER(levels);
        append_levels(&levels, info);
        print_fact(out, "levels", hwi_buffer_text(&levels));
    }
    if (info->range_text[0])
        print_fact(out, "range", info->range_text);
    print_fact(out, "default", info->default_text[0] ? info->default_text : "none");
    print_fact(out, "group", group_title(info->group));
    if (!info->is_supported)
        print_fact(out, "support", "known to H2O; this version takes only its default");
    HW_AUTO_BUFFER(form);
    if (info->type == HW_PARAM_BOOL)
        hwi_buffer_printf(&form, "--%s, --no-%s, --%s true", info->name, info->name, info->name);
    else
        hwi_buffer_printf(&form, "--%s %s", info->name,
                          info->default_text[0] ? info->default_text : app_help_value_word(info));
    print_fact(out, "written", hwi_buffer_text(&form));
}
