/* SPDX-License-Identifier: Apache-2.0
 *
 * Run by the build: writes one manual page or completion.
 *
 *     pages man NAME FILE      NAME is a subcommand, or heavywater
 *     pages bash|zsh|fish FILE
 *     pages commands           prints the subcommands, a line each */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "heavywater/pages.h"

static bool append_page(const char *kind, const char *name, hwi_buffer *out)
{
    const app_command *command = name ? app_command_find(name) : NULL;
    if (strcmp(kind, "man") == 0 && command)
        pages_append_man_command(out, command);
    else if (strcmp(kind, "man") == 0 && name && strcmp(name, "heavywater") == 0)
        pages_append_man_overview(out);
    else if (strcmp(kind, "bash") == 0)
        pages_append_bash(out);
    else if (strcmp(kind, "zsh") == 0)
        pages_append_zsh(out);
    else if (strcmp(kind, "fish") == 0)
        pages_append_fish(out);
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "commands") == 0) {
        for (const app_command *command = app_commands; command->name; command++)
            printf("%s\n", command->name);
        return 0;
    }
    HW_AUTO_BUFFER(page);
    if (argc < 3 || !append_page(argv[1], argc > 3 ? argv[2] : NULL, &page)) {
        fprintf(stderr, "pages: no such page\n");
        return 2;
    }
    hw_error err = {0};
    hw_status status = hwi_buffer_check(&page, &err);
    if (status == HW_OK)
        status = hwi_file_write(argv[argc - 1], page.data, page.size, &err);
    if (status != HW_OK)
        fprintf(stderr, "pages: %s\n", err.message);
    return status == HW_OK ? 0 : 1;
}
