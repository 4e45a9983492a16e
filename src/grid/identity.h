/* SPDX-License-Identifier: Apache-2.0
 *
 * What a search is of: a folder is gone on with only by a search of the same. */
#pragma once

#include "grid/criteria.h"
#include "grid/grid.h"
#include "grid/space.h"

typedef struct hwi_grid_subject {
    const char *grid_id;
    const hwi_grid_space *space;
    const hwi_grid_criteria *criteria;
    const hw_params *params;               /* those that are not varied */
    const hw_frame *training, *validation; /* validation NULL without */
} hwi_grid_subject;

/* {"grid_id", "hyper_names", "hyper_params": {NAME: [TEXT ...]} (a list of these with subspaces),
 * "search_criteria", "params": {NAME: TEXT}, "training_frame": {"name", "rows", "columns",
 * "fingerprint"}, "validation_frame"}. The caller adds "walk_seed", what the order of a random
 * search is drawn from, and json_decrefs it. */
hw_status hwi_grid_head_new(const hwi_grid_subject *subject, json_t **out,
                            hw_error *err) HW_MUST_USE;
/* HW_EINVAL with what differs. Limits (max_models, max_runtime_secs, stopping_*) may differ: a
 * search may be given more of them. */
hw_status hwi_grid_head_check(const json_t *there, const json_t *here, const char *folder,
                              hw_error *err) HW_MUST_USE;
/* A number of everything that a frame holds, names and levels included. Cost: one reading. */
hw_status hwi_grid_fingerprint(const hw_frame *frame, uint64_t *out, hw_error *err) HW_MUST_USE;
