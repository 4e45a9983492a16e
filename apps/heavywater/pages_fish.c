/* SPDX-License-Identifier: Apache-2.0
 *
 * Completion for fish. */
#include "heavywater/pages.h"

/* Inside '...' fish knows the backslash before a quote and before itself. */
static void append_quoted(hwi_buffer *out, const char *text, int n_bytes)
{
    hwi_buffer_append_char(out, '\'');
    for (int i = 0; i < n_bytes; i++) {
        if (text[i] == '\'' || text[i] == '\\')
            hwi_buffer_append_char(out, '\\');
        hwi_buffer_append_char(out, text[i]);
    }
    hwi_buffer_append_char(out, '\'');
}

static void append_sentence(hwi_buffer *out, const char *text)
{
    hwi_buffer_append_text(out, " -d ");
    append_quoted(out, text, pages_sentence_bytes(text));
    hwi_buffer_append_char(out, '\n');
}

static void append_option(hwi_buffer *out, const app_command *command, const pages_option *option)
{
    hwi_buffer_printf(out, "complete -c heavywater -n '__fish_seen_subcommand_from %s' -l %s",
                      command->name, option->name);
    switch (option->value) {
    case PAGES_SWITCH:
        break;
    case PAGES_TEXT:
        hwi_buffer_append_text(out, " -x");
        break;
    case PAGES_FILE:
        hwi_buffer_append_text(out, " -r -F");
        break;
    case PAGES_FOLDER:
        hwi_buffer_append_text(out, " -x -a '(__fish_complete_directories)'");
        break;
    case PAGES_WORDS:
        hwi_buffer_printf(out, " -x -a '%s'", option->words);
        break;
    }
    append_sentence(out, option->help);
}

static void append_positional(hwi_buffer *out, const app_command *command)
{
    pages_value value = pages_positional(command);
    if (value == PAGES_SWITCH)
        return;
    hwi_buffer_printf(out, "complete -c heavywater -n '__fish_seen_subcommand_from %s'",
                      command->name);
    if (value == PAGES_FILE) {
        hwi_buffer_append_text(out, " -F\n");
        return;
    }
    hwi_buffer_append_text(out, " -a '");
    for (int32_t i = 0; i < hw_param_count(); i++)
        hwi_buffer_printf(out, "%s%s", i ? " " : "", hw_param_at(i)->name);
    hwi_buffer_append_text(out, "'\n");
}

void pages_append_fish(hwi_buffer *out)
{
    hwi_buffer_append_text(
        out, "# Completion of heavywater for fish. Made from the tables of the command; do not "
             "edit.\n"
             "complete -c heavywater -f\n"
             "complete -c heavywater -n __fish_use_subcommand -l version -d 'Print the version'\n"
             "complete -c heavywater -n __fish_use_subcommand -a help -d 'explain a command'\n");
    for (const app_command *command = app_commands; command->name; command++) {
        hwi_buffer_printf(out, "complete -c heavywater -n __fish_use_subcommand -a %s",
                          command->name);
        append_sentence(out, command->summary);
        hwi_buffer_printf(out, "complete -c heavywater -n '__fish_seen_subcommand_from help' -a %s",
                          command->name);
        append_sentence(out, command->summary);
    }
    for (const app_command *command = app_commands; command->name; command++) {
        pages_option option;
        for (int i = 0; pages_option_at(command, i, &option); i++)
            append_option(out, command, &option);
        append_positional(out, command);
    }
}
