/* SPDX-License-Identifier: Apache-2.0
 *
 * What the subcommands share: their description, their arguments and how they end. A subcommand
 * returns a status and an error like any function of the library; main() prints the error, once
 * and in one line, and turns it into the exit code. */
#pragma once

#include <stdio.h>

#include "base/status.h"
#include "heavywater.h"

enum {
    APP_EXIT_OK = 0,
    APP_EXIT_FAILURE = 1,   /* not the user's doing: memory, a bug, a network that diverged */
    APP_EXIT_BAD_INPUT = 2, /* something to correct: an option, a file, a full disk */
    APP_EXIT_INTERRUPTED = 130
};

#define APP_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/** An option that is no parameter of the model. Names are written with '_'. */
typedef struct app_option {
    const char *name;
    const char *value_word; /* "FILE", "NAMES" ...; NULL for a switch */
    bool is_required;
    const char *help;
    const char *alias; /* H2O's name of the same thing, or NULL */
} app_option;

typedef struct app_args app_args;

typedef struct app_command {
    const char *name;
    const char *summary;                  /* one line of the overview */
    const char *usage;                    /* what follows the name */
    const char *details;                  /* a paragraph of --help */
    const char *const *examples;          /* ends with NULL */
    const app_option *options;            /* ends with a NULL name */
    bool takes_params;                    /* --PARAMETER value, from the parameter table */
    bool takes_parse_options;             /* --col_types and the like */
    bool is_resumable;                    /* an interrupted one leaves a file of its run */
    int min_positionals, max_positionals; /* max -1: any number */
    const char *positional_word;          /* "FILE" ... */
    /* *out_exit is APP_EXIT_OK at the call; it counts when the status is HW_OK. */
    hw_status (*run)(const app_args *args, int *out_exit, hw_error *err);
} app_command;

/* Ends with a NULL name. */
extern const app_command app_commands[];
const app_command *app_command_find(const char *name);

hw_status app_train(const app_args *args, int *out_exit, hw_error *err);
hw_status app_grid_search(const app_args *args, int *out_exit, hw_error *err);
hw_status app_predict(const app_args *args, int *out_exit, hw_error *err);
hw_status app_performance(const app_args *args, int *out_exit, hw_error *err);
hw_status app_anomaly(const app_args *args, int *out_exit, hw_error *err);
hw_status app_deepfeatures(const app_args *args, int *out_exit, hw_error *err);
hw_status app_weights(const app_args *args, int *out_exit, hw_error *err);
hw_status app_resume(const app_args *args, int *out_exit, hw_error *err);
hw_status app_compare(const app_args *args, int *out_exit, hw_error *err);
hw_status app_show(const app_args *args, int *out_exit, hw_error *err);
hw_status app_export(const app_args *args, int *out_exit, hw_error *err);
hw_status app_describe(const app_args *args, int *out_exit, hw_error *err);
hw_status app_params(const app_args *args, int *out_exit, hw_error *err);

/* Released at the end of the scope: HW_AUTO(hw_frame) *frame = NULL; */
HW_DEFINE_AUTO(hw_frame, hw_frame_unref)
HW_DEFINE_AUTO(hw_model, hw_model_unref)
HW_DEFINE_AUTO(hw_metrics, hw_metrics_free)
HW_DEFINE_AUTO(hw_params, hw_params_free)
HW_DEFINE_AUTO(hw_grid, hw_grid_free)
HW_DEFINE_AUTO(hw_comparison, hw_comparison_free)
