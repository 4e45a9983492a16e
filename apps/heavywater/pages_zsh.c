/* SPDX-License-Identifier: Apache-2.0
 *
 * Completion for zsh, by its function _arguments. */
#include "heavywater/pages.h"

/* Inside '...', where brackets and colons mean something to _arguments. */
static void append_quoted(hwi_buffer *out, const char *text, int n_bytes)
{
    for (int i = 0; i < n_bytes; i++) {
        if (text[i] == '\'') {
            hwi_buffer_append_text(out, "'\\''");
            continue;
        }
        if (text[i] == '[' || text[i] == ']' || text[i] == ':' || text[i] == '\\')
            hwi_buffer_append_char(out, '\\');
        hwi_buffer_append_char(out, text[i]);
    }
}

static void append_action(hwi_buffer *out, const pages_option *option)
{
    if (option->value == PAGES_SWITCH)
        return;
    hwi_buffer_printf(out, ":%s:", option->value == PAGES_WORDS ? "value" : option->value_word);
    if (option->value == PAGES_WORDS)
        hwi_buffer_printf(out, "(%s)", option->words);
    else if (option->value == PAGES_FILE)
        hwi_buffer_append_text(out, "_files");
    else if (option->value == PAGES_FOLDER)
        hwi_buffer_append_text(out, "_files -/");
}

static void append_positional(hwi_buffer *out, const app_command *command)
{
    pages_value value = pages_positional(command);
    if (value == PAGES_SWITCH)
        return;
    hwi_buffer_printf(out, " \\\n            '%s:%s:", command->max_positionals == 1 ? "" : "*",
                      command->positional_word);
    if (value == PAGES_FILE) {
        hwi_buffer_append_text(out, "_files'");
        return;
    }
    hwi_buffer_append_char(out, '(');
    for (int32_t i = 0; i < hw_param_count(); i++)
        hwi_buffer_printf(out, "%s%s", i ? " " : "", hw_param_at(i)->name);
    hwi_buffer_append_text(out, ")'");
}

static void append_command(hwi_buffer *out, const app_command *command)
{
    hwi_buffer_printf(out, "        %s)\n            _arguments", command->name);
    pages_option option;
    for (int i = 0; pages_option_at(command, i, &option); i++) {
        hwi_buffer_printf(out, " \\\n            '--%s[", option.name);
        append_quoted(out, option.help, pages_sentence_bytes(option.help));
        hwi_buffer_append_char(out, ']');
        append_action(out, &option);
        hwi_buffer_append_char(out, '\'');
    }
    append_positional(out, command);
    hwi_buffer_append_text(out, " ;;\n");
}

void pages_append_zsh(hwi_buffer *out)
{
    hwi_buffer_append_text(
        out,
        "#compdef heavywater\n"
        "# Completion of heavywater for zsh. Made from the tables of the command; do not edit.\n"
        "\n_heavywater() {\n"
        "    local context state state_descr line\n"
        "    typeset -A opt_args\n"
        "    local -a commands\n"
        "    commands=(\n");
    for (const app_command *command = app_commands; command->name; command++) {
        hwi_buffer_printf(out, "        '%s:", command->name);
        for (const char *p = command->summary; *p; p++)
            append_quoted(out, p, 1);
        hwi_buffer_append_text(out, "'\n");
    }
    hwi_buffer_append_text(out,
                           "        'help:explain a command'\n"
                           "    )\n"
                           "    _arguments -C '--help[list the commands]' '--version[print the "
                           "version]' \\\n"
                           "        '1:command:->command' '*::argument:->arguments'\n"
                           "    case $state in\n"
                           "    command) _describe -t commands command commands ;;\n"
                           "    arguments)\n"
                           "        case $words[1] in\n"
                           "        help) _describe -t commands command commands ;;\n");
    for (const app_command *command = app_commands; command->name; command++)
        append_command(out, command);
    hwi_buffer_append_text(out, "        esac ;;\n    esac\n}\n\n"
                                "if [ \"$funcstack[1]\" = _heavywater ]; then\n"
                                "    _heavywater \"$@\"\n"
                                "else\n"
                                "    compdef _heavywater heavywater\n"
                                "fi\n");
}
