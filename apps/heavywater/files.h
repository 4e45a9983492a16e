/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that a subcommand reads and writes: reading tables as the command line says, and checking
 * before the work begins that its results can be written. */
#pragma once

#include <stdio.h>

#include "base/buffer.h"
#include "heavywater/options.h"

/** Reads the table at path with the parse options. field is the parameter, for errors. */
hw_status app_files_read_frame(const app_args *args, const char *field, const char *path,
                               hw_frame **out, hw_error *err) HW_MUST_USE;
/** The same with types of columns added to those of --col_types: types is "name=type,..." or "". */
hw_status app_files_read_frame_typed(const app_args *args, const char *field, const char *path,
                                     const char *types, hw_frame **out, hw_error *err) HW_MUST_USE;
/* What the parser could not keep: a line for each column that has cells which became missing. Rows
 * start with the prefix. */
void app_files_print_notes(FILE *out, const char *prefix, const hw_frame *frame);
/* Appends ",name=type" to the text of a list of types. */
void app_files_append_type(hwi_buffer *types, const char *name, const char *type);

/* A file that is going to be written; path NULL when it is not asked for. */
typedef struct app_output {
    const char *option;
    const char *path;
    bool takes_stdout; /* "-" is standard output */
} app_output;

/** Looks whether all outputs can be written: folders exist, nothing is a folder, no two are one
 * file, none is one of the inputs (n_inputs paths, some may be NULL). Nothing is created. */
hw_status app_files_check_outputs(const app_output *outputs, int n_outputs,
                                  const char *const *inputs, int n_inputs,
                                  hw_error *err) HW_MUST_USE;

/* Makes a folder; one that is there already is as good. */
hw_status app_files_make_folder(const char *option, const char *path, hw_error *err) HW_MUST_USE;

/* The column of that name, or an error with the nearest name. */
hw_status app_files_find_column(const hw_frame *frame, const char *field, const char *name,
                                int32_t *out_column, hw_error *err) HW_MUST_USE;
