/* SPDX-License-Identifier: Apache-2.0
 *
 * Arguments of a subcommand: `--name value`, `--name=value`, switches as `--x`, `--no-x` and
 * `--x true`; '-' and '_' are alike in names. The options of the subcommand come from its table,
 * the parameters of the model from the library's. */
#pragma once

#include "heavywater/app.h"

struct app_args {
    const app_command *command;
    int argc; /* what was read, borrowed */
    char **argv;
    const struct app_run_file *resumed; /* the run that is gone on with; NULL: a new one */
    const char **values;                /* one an option of app_option_at; NULL when not given */
    const char **positionals;
    int n_positionals;
    hw_params *params; /* NULL when the command takes none */
    bool wants_help;
};

/* Reads argv[0..argc-1], which stand after the subcommand's name. Clear it also after a failure. */
hw_status app_args_read(const app_command *command, int argc, char **argv, app_args *out,
                        hw_error *err) HW_MUST_USE;
void app_args_clear(app_args *args);

/* The value of an option, "true" or "false" of a switch; NULL when not given. */
const char *app_args_get(const app_args *args, const char *name);
bool app_args_is_on(const app_args *args, const char *name);

/* Options of a command: its own, then those of parsing if it takes them; NULL past the last. */
const app_option *app_option_at(const app_command *command, int i);

/* The options of a command that shaped frames or model, for hw_train_options.command_options: names
 * and values, ends with NULL. Borrows from args; room for APP_MAX_COMMAND_OPTIONS texts. */
enum { APP_MAX_COMMAND_OPTIONS = 32 };
void app_args_command_options(const app_args *args, const char *out[APP_MAX_COMMAND_OPTIONS]);

/* What the parse options say, for hw_frame_read. Texts are borrowed from args. */
hw_status app_args_parse_options(const app_args *args, hw_parse_options *out,
                                 hw_error *err) HW_MUST_USE;
