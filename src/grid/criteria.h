/* SPDX-License-Identifier: Apache-2.0
 *
 * How a grid is searched: H2O's search_criteria. */
#pragma once

#include "params/params.h"

typedef enum hwi_grid_strategy {
    HWI_GRID_CARTESIAN, /* all combinations in order */
    HWI_GRID_RANDOM_DISCRETE,
    HWI_GRID_SEQUENTIAL /* the i-th values of all lists */
} hwi_grid_strategy;

typedef struct hwi_grid_criteria {
    hwi_grid_strategy strategy;
    int64_t seed;       /* of RandomDiscrete; -1: the caller draws one from the clock */
    bool seed_is_given; /* then the models get seeds from it, too */
    int64_t max_models; /* 0: no limit. Of what follows Cartesian has nothing */
    double max_runtime_secs;
    int32_t stopping_rounds; /* 0: does not stop early */
    hw_stopping_metric stopping_metric;
    double stopping_tolerance;
    bool never_stops_early; /* Sequential's early_stopping: false */
} hwi_grid_criteria;

/* text is {"strategy": "RandomDiscrete", "max_models": 10, ...}; NULL is Cartesian. HW_EINVAL with
 * the place in the JSON or the name: what is unknown, of the wrong kind, or out of range. seed and
 * seed_is_given are as given: -1 is for the caller to replace. */
hw_status hwi_grid_criteria_read(const char *text, hwi_grid_criteria *out,
                                 hw_error *err) HW_MUST_USE;
const char *hwi_grid_strategy_name(hwi_grid_strategy strategy);
