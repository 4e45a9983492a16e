/* SPDX-License-Identifier: Apache-2.0
 *
 * Completion for bash. It needs no package of completions: words come from compgen alone. */
#include "heavywater/pages.h"

#include <string.h>

static const char head[] =
    "# Completion of heavywater for bash. Made from the tables of the command; do not edit.\n"
    "\n"
    "# Fills COMPREPLY with words, files or folders that begin as the current word does.\n"
    "_heavywater_reply() {\n"
    "    local line\n"
    "    COMPREPLY=()\n"
    "    if [ \"$1\" != -W ]; then\n"
    "        compopt -o filenames 2>/dev/null\n"
    "    fi\n"
    "    while IFS= read -r line; do\n"
    "        COMPREPLY+=(\"$line\")\n"
    "    done < <(compgen \"$@\" -- \"$_heavywater_word\")\n"
    "}\n"
    "\n";

static const char body[] =
    "_heavywater() {\n"
    "    local _heavywater_word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local command=${COMP_WORDS[1]}\n"
    "    COMPREPLY=()\n"
    "    if [ \"$COMP_CWORD\" -le 1 ]; then\n"
    "        _heavywater_reply -W \"$_heavywater_commands help --help --version\"\n"
    "        return\n"
    "    fi\n"
    "    # bash takes --x=value apart at the sign.\n"
    "    if [ \"$_heavywater_word\" = = ]; then\n"
    "        _heavywater_word=\n"
    "    elif [ \"$previous\" = = ] && [ \"$COMP_CWORD\" -ge 4 ]; then\n"
    "        previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n"
    "    previous=${previous#--}\n"
    "    _heavywater_value \"$command\" \"--${previous//-/_}\" && return\n"
    "    case $_heavywater_word in\n"
    "    -*) _heavywater_reply -W \"$(_heavywater_options \"$command\")\" ;;\n"
    "    *) _heavywater_positional \"$command\" ;;\n"
    "    esac\n"
    "}\n"
    "complete -F _heavywater heavywater\n";

static void append_commands(hwi_buffer *out)
{
    hwi_buffer_append_text(out, "_heavywater_commands='");
    for (const app_command *command = app_commands; command->name; command++)
        hwi_buffer_printf(out, "%s%s", command == app_commands ? "" : " ", command->name);
    hwi_buffer_append_text(out, "'\n\n");
}

static void append_options(hwi_buffer *out)
{
    hwi_buffer_append_text(out, "_heavywater_options() {\n    case $1 in\n");
    for (const app_command *command = app_commands; command->name; command++) {
        hwi_buffer_printf(out, "    %s) echo '", command->name);
        pages_option option;
        for (int i = 0; pages_option_at(command, i, &option); i++)
            hwi_buffer_printf(out, "%s--%s", i ? " " : "", option.name);
        hwi_buffer_append_text(out, "' ;;\n");
    }
    hwi_buffer_append_text(out, "    esac\n}\n\n");
}

/* Answers for options that take a value; false (1) when the word before is none of these. */
static void append_values(hwi_buffer *out)
{
    hwi_buffer_append_text(out, "_heavywater_value() {\n    case \"$1 $2\" in\n");
    for (const app_command *command = app_commands; command->name; command++) {
        pages_option option;
        for (int i = 0; pages_option_at(command, i, &option); i++) {
            if (option.value == PAGES_SWITCH)
                continue;
            hwi_buffer_printf(out, "    '%s --%s') ", command->name, option.name);
            if (option.value == PAGES_WORDS)
                hwi_buffer_printf(out, "_heavywater_reply -W '%s' ;;\n", option.words);
            else if (option.value == PAGES_TEXT)
                hwi_buffer_append_text(out, ": ;;\n");
            else
                hwi_buffer_printf(out, "_heavywater_reply %s ;;\n",
                                  option.value == PAGES_FOLDER ? "-d" : "-f");
        }
    }
    hwi_buffer_append_text(out, "    *) return 1 ;;\n    esac\n}\n\n");
}

static void append_positionals(hwi_buffer *out)
{
    hwi_buffer_append_text(out, "_heavywater_positional() {\n    case $1 in\n"
                                "    help) _heavywater_reply -W \"$_heavywater_commands\" ;;\n");
    for (const app_command *command = app_commands; command->name; command++) {
        pages_value value = pages_positional(command);
        if (value == PAGES_FILE)
            hwi_buffer_printf(out, "    %s) _heavywater_reply -f ;;\n", command->name);
        if (value != PAGES_WORDS)
            continue;
        hwi_buffer_printf(out, "    %s) _heavywater_reply -W '", command->name);
        for (int32_t i = 0; i < hw_param_count(); i++)
            hwi_buffer_printf(out, "%s%s", i ? " " : "", hw_param_at(i)->name);
        hwi_buffer_append_text(out, "' ;;\n");
    }
    hwi_buffer_append_text(out, "    esac\n}\n\n");
}

void pages_append_bash(hwi_buffer *out)
{
    hwi_buffer_append_text(out, head);
    append_commands(out);
    append_options(out);
    append_values(out);
    append_positionals(out);
    hwi_buffer_append_text(out, body);
}
