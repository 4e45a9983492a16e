/* SPDX-License-Identifier: Apache-2.0
 *
 * The frames of `heavywater train`: reads them, makes the response what the command line asks for,
 * turns --x into ignored columns, and gives the validation frame the types of the training frame.
 */
#pragma once

#include "heavywater/options.h"

typedef struct app_train_frames {
    hw_frame *training;
    hw_frame *validation; /* or NULL */
} app_train_frames;

/** What is wrong with the arguments of a training whatever the files hold. */
hw_status app_train_check_args(const app_args *args, hw_error *err) HW_MUST_USE;
/* The number of --threads; 0, all cores, without. */
hw_status app_train_read_threads(const app_args *args, int *out, hw_error *err) HW_MUST_USE;
/* What --teams says, as n_teams of hw_train_options; 0 without. */
hw_status app_train_read_teams(const app_args *args, int *out, hw_error *err) HW_MUST_USE;

/** Fills out and completes params. Clear out also after a failure. */
hw_status app_train_frames_read(const app_args *args, hw_params *params, app_train_frames *out,
                                hw_error *err) HW_MUST_USE;
/* Sizes, and what the parser could not keep. */
void app_train_frames_print(FILE *out, const app_train_frames *frames);
void app_train_frames_clear(app_train_frames *frames);

/* A parameter's text that releases itself: HW_AUTO(app_param_text) *text = ... */
typedef char app_param_text;
HW_DEFINE_AUTO(app_param_text, hw_text_free)
/* The text of a parameter; NULL when it is empty. */
char *app_param_get(const hw_params *params, const char *name);
bool app_param_is_on(const hw_params *params, const char *name);
