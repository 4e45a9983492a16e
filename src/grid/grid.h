/* SPDX-License-Identifier: Apache-2.0
 *
 * The body of hw_grid: what a search has made so far, as the manifest holds it. */
#pragma once

#include <jansson.h>

#include "base/table.h"
#include "heavywater/grid.h"
#include "model/model.h"

/* Where metrics come from, in the order in which they are preferred. */
enum { HWI_GRID_CROSS_VALIDATION, HWI_GRID_VALIDATION, HWI_GRID_TRAINING, HWI_GRID_N_SOURCES };
extern const char *const hwi_grid_source_names[HWI_GRID_N_SOURCES];

typedef struct hwi_grid_values {
    int64_t index;  /* of the combination in the walk, from 0 */
    int32_t number; /* of the model, from 1; 0: the values make no parameters */
    char *id;       /* of the model, "" for number 0 */
    char **texts;   /* (n) one a name of the grid; NULL where the subspace leaves it out */
    int32_t n;
} hwi_grid_values;

typedef struct hwi_grid_model {
    hwi_grid_values values;
    char *file, *path; /* without and with the folder; NULL in memory */
    char *command;
    int64_t seed;
    hw_ending ending;
    double epochs;
    int64_t run_time_ms, n_weights;
    double *metrics[HWI_GRID_N_SOURCES]; /* (hwi_named_n) or NULL */
    hw_model *model;                     /* of a grid in memory; else NULL */
} hwi_grid_model;

typedef struct hwi_grid_failure {
    hwi_grid_values values;
    char *field, *reason;
} hwi_grid_failure;

struct hw_grid {
    char *id;
    char *folder; /* NULL in memory */
    json_t *head; /* what the search is of: see identity.h */
    char **names; /* (n_names) what is varied */
    int32_t n_names;
    hw_category category;
    hw_grid_state state;
    int64_t n_combinations;
    double seconds; /* of all searches in this folder */
    /* By the number of the combination. */
    hwi_grid_model **models;
    hwi_grid_failure **failures;
    int32_t n_models, n_failures, capacity_models, capacity_failures;
    /* The leaderboard. */
    int32_t *order;      /* (capacity_models) */
    int32_t sort_metric; /* hwi_named_find */
    bool is_decreasing;
    hw_table *leaderboard;
};

HW_DEFINE_AUTO(hw_grid, hw_grid_free)
void hwi_grid_model_free(hwi_grid_model *model);
HW_DEFINE_AUTO(hwi_grid_model, hwi_grid_model_free)
void hwi_grid_failure_free(hwi_grid_failure *failure);
HW_DEFINE_AUTO(hwi_grid_failure, hwi_grid_failure_free)

void hwi_grid_values_clear(hwi_grid_values *values);
/* "hidden 20,20  l1 0.001" */
void hwi_grid_values_describe(const hwi_grid_values *values, char *const *names, hwi_buffer *out);
/* Takes them over, in the order of the walk. On failure they stay the caller's. The leaderboard is
 * as it was until it is sorted. */
hw_status hwi_grid_add_model(hw_grid *grid, hwi_grid_model *model, hw_error *err) HW_MUST_USE;
hw_status hwi_grid_add_failure(hw_grid *grid, hwi_grid_failure *failure, hw_error *err) HW_MUST_USE;
/* Notes metrics and numbers of a trained model; the rest is the caller's to set. */
hw_status hwi_grid_note_model(const hw_model *model, hwi_grid_model *out,
                              hw_error *err) HW_MUST_USE;
/* Where the metrics that sort come from: the same for all models of a grid. */
int hwi_grid_source(const hw_grid *grid);
