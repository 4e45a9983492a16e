/* SPDX-License-Identifier: Apache-2.0
 *
 * In which order the combinations of a grid come: H2O's, point by point (spec 10.4). The order is a
 * function of the space, the strategy and the seed alone. A walk belongs to one thread at a time.
 */
#pragma once

#include "grid/criteria.h"
#include "grid/space.h"

typedef struct hwi_grid_point {
    int32_t subspace;
    int32_t *at; /* (dimensions of the subspace) which value of each; the caller's */
} hwi_grid_point;

typedef struct hwi_grid_walk hwi_grid_walk;

/* space must outlive the walk. seed is never -1. HW_EINVAL when lists that are walked in step have
 * different lengths. */
hw_status hwi_grid_walk_new(const hwi_grid_space *space, hwi_grid_strategy strategy, int64_t seed,
                            hwi_grid_walk **out, hw_error *err) HW_MUST_USE;
void hwi_grid_walk_free(hwi_grid_walk *walk);
HW_DEFINE_AUTO(hwi_grid_walk, hwi_grid_walk_free)
/* Points in all, as far as they are known: a random walk may end earlier. */
int64_t hwi_grid_walk_n(const hwi_grid_walk *walk);
/* *out_found is false at the end. */
hw_status hwi_grid_walk_next(hwi_grid_walk *walk, hwi_grid_point *out, bool *out_found,
                             hw_error *err) HW_MUST_USE;
