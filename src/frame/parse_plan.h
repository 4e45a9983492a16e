/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known before the cells of a text table are read: its dialect, the columns, what becomes
 * of each. Made by the readers of each format, read by all threads of the parser. */
#pragma once

#include "frame/dialect.h"
#include "frame/dictionary.h"

typedef enum hwi_kind {
    HWI_KIND_NUMERIC,
    HWI_KIND_TIME,
    HWI_KIND_ENUM,
    HWI_KIND_STRING,
    HWI_KIND_UUID,
    HWI_KIND_SKIPPED
} hwi_kind;

enum { HWI_MAX_LEVELS = 10000000, HWI_MAX_COLUMNS = 1000000 };

typedef struct hwi_plan_column {
    char *name;
    hwi_kind kind;
    bool is_kind_given; /* by the user or the file, so not to be guessed */
    bool is_factor;     /* to become an ENUM after parsing */
    hwi_text *missing;  /* further texts that mean missing; borrowed from the plan's options */
    int32_t n_missing;
    hwi_dictionary declared; /* levels in declared order; empty when they are collected */
} hwi_plan_column;

typedef struct hwi_plan {
    hwi_dialect dialect;
    hwi_plan_column *columns;
    int32_t n_columns;
    int n_threads;
    size_t max_bytes;     /* of the columns; 0: half the memory, since merging holds them twice */
    size_t thrifty_bytes; /* of text, from which on memory is given back; 0: the usual */
} hwi_plan;

void hwi_plan_clear(hwi_plan *plan);
#define HW_AUTO_PLAN(name) __attribute__((cleanup(hwi_plan_clear))) hwi_plan name = {0}

/* Appends a column with a copy of the name; an empty one becomes "C" and its position. */
hw_status hwi_plan_add_column(hwi_plan *plan, const char *name, size_t n_bytes,
                              hw_error *err) HW_MUST_USE;
/* HW_EDATA when a name stands twice; path is for the message. */
hw_status hwi_plan_check_names(const hwi_plan *plan, const char *path, hw_error *err) HW_MUST_USE;
/* Applies the user's options; HW_EINVAL naming the option. */
hw_status hwi_plan_apply_options(hwi_plan *plan, const hw_parse_options *options,
                                 hw_error *err) HW_MUST_USE;
