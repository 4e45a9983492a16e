/* SPDX-License-Identifier: Apache-2.0
 *
 * The command: finds the subcommand, prints its error, if any, as one line, and turns it into the
 * exit code. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "heavywater/app.h"
#include "heavywater/help.h"
#include "heavywater/options.h"
#include "heavywater/signals.h"
#include "heavywater/text.h"

/* One line: what went wrong in which subcommand, about which parameter or column. */
static void print_error(const char *command, const hw_error *error)
{
    HW_AUTO_BUFFER(line);
    hwi_buffer_append_text(&line, "heavywater: ");
    if (command)
        hwi_buffer_printf(&line, "%s: ", command);
    if (error->field[0] && !strstr(error->message, error->field))
        hwi_buffer_printf(&line, "%s: ", error->field);
    hwi_buffer_append_text(&line, error->message);
    HW_AUTO_BUFFER(clean);
    app_text_append_clean(&clean, hwi_buffer_text(&line), 0);
    fprintf(stderr, "%s\n", hwi_buffer_text(&clean));
}

static int exit_code_of(hw_status status)
{
    switch (status) {
    case HW_OK:
        return APP_EXIT_OK;
    case HW_EINVAL:
    case HW_EDATA:
    case HW_EIO:
    case HW_EFORMAT:
    case HW_EUNSUPPORTED:
        return APP_EXIT_BAD_INPUT;
    case HW_ECANCELED:
        return APP_EXIT_INTERRUPTED;
    case HW_ENOMEM:
    case HW_EUNSTABLE:
    case HW_EINTERNAL:
        break;
    }
    return APP_EXIT_FAILURE;
}

static int run_command(const app_command *command, int argc, char **argv)
{
    hw_error error = {0};
    app_args args = {0};
    int exit_code = APP_EXIT_OK;
    hw_status status = app_args_read(command, argc, argv, &args, &error);
    if (status == HW_OK && args.wants_help)
        app_help_command(command, stdout);
    else if (status == HW_OK)
        status = command->run(&args, &exit_code, &error);
    app_args_clear(&args);
    /* What was printed may still be in the buffer of a full disk. */
    if (status == HW_OK && (fflush(stdout) != 0 || ferror(stdout)))
        status = hwi_fail(&error, HW_EIO, NULL, __FILE__, __LINE__, "standard output: %s",
                          strerror(errno));
    if (status == HW_OK)
        return exit_code;
    print_error(command->name, &error);
    return exit_code_of(status);
}

static int fail_unknown_command(const char *name)
{
    hw_error error = {0};
    const char *nearest = NULL;
    int best = 1000;
    for (const app_command *command = app_commands; command->name; command++) {
        int distance = app_text_distance(name, command->name);
        if (distance < best) {
            best = distance;
            nearest = command->name;
        }
    }
    bool is_near = nearest && app_text_is_near(best, name);
    (void)hwi_fail(&error, HW_EINVAL, NULL, __FILE__, __LINE__, "unknown command '%.200s'; %s%s%s",
                   name, is_near ? "did you mean " : "",
                   is_near ? nearest : "heavywater --help lists them", is_near ? "?" : "");
    print_error(NULL, &error);
    return APP_EXIT_BAD_INPUT;
}

int main(int argc, char **argv)
{
    /* Widths of characters only; numbers stay in the C locale. */
    setlocale(LC_CTYPE, "");
    app_signals_init();
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        const app_command *command = argc > 2 ? app_command_find(argv[2]) : NULL;
        if (argc > 2 && !command)
            return fail_unknown_command(argv[2]);
        if (command)
            app_help_command(command, stdout);
        else
            app_help_overview(stdout);
        return APP_EXIT_OK;
    }
    if (strcmp(name, "--version") == 0) {
        printf("heavywater %s\n", hw_version());
        return APP_EXIT_OK;
    }
    if (argc < 2) {
        fprintf(stderr, "heavywater: a command is missing; heavywater --help lists them\n");
        return APP_EXIT_BAD_INPUT;
    }
    const app_command *command = app_command_find(name);
    if (!command)
        return fail_unknown_command(name);
    return run_command(command, argc - 2, argv + 2);
}
