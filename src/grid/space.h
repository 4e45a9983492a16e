/* SPDX-License-Identifier: Apache-2.0
 *
 * What a grid varies: hyper-parameters with their values, read from JSON. Parameters stand in
 * alphabetical order, as H2O walks them. H2O's "subspaces" are several sets of further parameters,
 * each with the ones outside of them. Immutable once read. */
#pragma once

#include <jansson.h>

#include "params/params.h"

typedef struct hwi_grid_dimension {
    char *name; /* of the parameter */
    int32_t param;
    hwi_text_list values; /* as texts, at least one */
} hwi_grid_dimension;

typedef struct hwi_grid_subspace {
    hwi_grid_dimension *dimensions; /* (n) by name */
    int32_t n;
} hwi_grid_subspace;

typedef struct hwi_grid_space {
    hwi_grid_subspace *subspaces; /* (n_subspaces) at least one */
    int32_t n_subspaces;
    bool has_subspaces; /* the JSON names them, be it a single one */
    char **names;       /* (n_names) of all parameters in any subspace, alphabetical */
    int32_t n_names;
} hwi_grid_space;

/* text is {"hidden": [[50, 50], [200]], "l1": [0, 1e-5], "subspaces": [{...}, ...]}; a value that
 * is no list counts as a list of one. given are the parameters that are not varied. Whether values
 * are possible shows later, combination by combination. HW_EINVAL, with the place in the JSON or
 * the parameter: wrong JSON, an unknown parameter or one that H2O does not vary, an empty list, a
 * parameter that is also given another value than its default (but for the seed). Clear out also
 * after a failure. */
hw_status hwi_grid_space_read(const char *text, const hw_params *given, hwi_grid_space *out,
                              hw_error *err) HW_MUST_USE;
void hwi_grid_space_clear(hwi_grid_space *space);
/* Combinations in all; INT64_MAX when there are more. */
int64_t hwi_grid_space_n(const hwi_grid_space *space);
int64_t hwi_grid_subspace_n(const hwi_grid_subspace *subspace);
/* The dimension of that name, or NULL. */
const hwi_grid_dimension *hwi_grid_subspace_find(const hwi_grid_subspace *subspace,
                                                 const char *name, int32_t *out_at);

/* Shared by the readers of a grid's JSON: an object, or HW_EINVAL with line and column. field is
 * the option. The caller's, json_decref. */
hw_status hwi_grid_json_read(const char *text, const char *field, json_t **out,
                             hw_error *err) HW_MUST_USE;
static inline void hwi_auto_json_t(json_t **json)
{
    json_decref(*json);
}
