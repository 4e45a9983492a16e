/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/walk.h"

#include <string.h>

#include "base/rng.h"

/* Hashes of points that a random walk has been at: open addressing. */
typedef struct visited_set {
    int32_t *hashes; /* (capacity) */
    bool *is_used;   /* (capacity) */
    int64_t n, capacity;
} visited_set;

struct hwi_grid_walk {
    const hwi_grid_space *space; /* borrowed */
    hwi_grid_strategy strategy;
    int64_t n;
    /* Cartesian and sequential. */
    int32_t subspace;
    int64_t next; /* number of the point in its subspace */
    /* Random. */
    hwi_java_rng rng;
    visited_set visited;
};

/* --- Visited points --------------------------------------------------------------------------- */

static bool insert_hash(visited_set *set, int32_t hash)
{
    uint64_t mask = (uint64_t)set->capacity - 1;
    uint64_t at = ((uint64_t)(uint32_t)hash * UINT64_C(0x9E3779B97F4A7C15) >> 20) & mask;
    while (set->is_used[at] && set->hashes[at] != hash)
        at = (at + 1) & mask;
    if (set->is_used[at])
        return false;
    set->is_used[at] = true;
    set->hashes[at] = hash;
    set->n++;
    return true;
}

static hw_status grow(visited_set *set, hw_error *err)
{
    visited_set larger = {.capacity = set->capacity ? 2 * set->capacity : 64};
    larger.hashes = HWI_ALLOC_ARRAY(int32_t, (size_t)larger.capacity);
    larger.is_used = HWI_NEW_ARRAY(bool, (size_t)larger.capacity);
    if (!larger.hashes || !larger.is_used) {
        hwi_free(larger.hashes);
        hwi_free(larger.is_used);
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    }
    for (int64_t i = 0; i < set->capacity; i++)
        if (set->is_used[i])
            insert_hash(&larger, set->hashes[i]);
    hwi_free(set->hashes);
    hwi_free(set->is_used);
    *set = larger;
    return HW_OK;
}

/* H2O knows a point by this number alone, so that now and then a new one counts as visited. */
static int32_t hash_of(const hwi_grid_walk *walk, const hwi_grid_point *point)
{
    const hwi_grid_subspace *subspace = &walk->space->subspaces[point->subspace];
    uint32_t hash = 1;
    for (int32_t d = 0; d < subspace->n; d++)
        hash = 31 * hash + (uint32_t)point->at[d] * (uint32_t)subspace->dimensions[d].values.n;
    return (int32_t)(31 * hash + (uint32_t)(walk->space->has_subspaces ? point->subspace : -1));
}

/* --- The walks -------------------------------------------------------------------------------- */

static hw_status check_equal_lengths(const hwi_grid_space *space, hw_error *err)
{
    for (int32_t s = 0; s < space->n_subspaces; s++) {
        const hwi_grid_dimension *d = space->subspaces[s].dimensions;
        for (int32_t i = 1; i < space->subspaces[s].n; i++)
            if (d[i].values.n != d[0].values.n)
                HW_FAIL(err, HW_EINVAL, "hyper_params",
                        "hyper_params: Sequential takes lists of one length; '%s' has %d values, "
                        "'%s' %d",
                        d[0].name, d[0].values.n, d[i].name, d[i].values.n);
    }
    return HW_OK;
}

static int64_t count_points(const hwi_grid_space *space, hwi_grid_strategy strategy)
{
    if (strategy != HWI_GRID_SEQUENTIAL)
        return hwi_grid_space_n(space);
    int64_t n = 0;
    for (int32_t s = 0; s < space->n_subspaces; s++)
        n += space->subspaces[s].n > 0 ? space->subspaces[s].dimensions[0].values.n : 1;
    return n;
}

hw_status hwi_grid_walk_new(const hwi_grid_space *space, hwi_grid_strategy strategy, int64_t seed,
                            hwi_grid_walk **out, hw_error *err)
{
    if (strategy == HWI_GRID_SEQUENTIAL)
        HW_TRY(check_equal_lengths(space, err));
    hwi_grid_walk *walk = HWI_NEW(hwi_grid_walk);
    HW_CHECK_ALLOC(err, walk);
    walk->space = space;
    walk->strategy = strategy;
    walk->n = count_points(space, strategy);
    walk->rng = hwi_java_rng_new(seed);
    *out = walk;
    return HW_OK;
}

void hwi_grid_walk_free(hwi_grid_walk *walk)
{
    if (!walk)
        return;
    hwi_free(walk->visited.hashes);
    hwi_free(walk->visited.is_used);
    hwi_free(walk);
}

int64_t hwi_grid_walk_n(const hwi_grid_walk *walk)
{
    return walk->n;
}

/* The first dimension turns fastest. */
static void place_in_order(const hwi_grid_subspace *subspace, int64_t number, int32_t *at)
{
    for (int32_t d = 0; d < subspace->n; d++) {
        int32_t n = subspace->dimensions[d].values.n;
        at[d] = (int32_t)(number % n);
        number /= n;
    }
}

static bool next_in_order(hwi_grid_walk *walk, hwi_grid_point *out)
{
    bool is_cartesian = walk->strategy == HWI_GRID_CARTESIAN;
    for (; walk->subspace < walk->space->n_subspaces; walk->subspace++, walk->next = 0) {
        const hwi_grid_subspace *subspace = &walk->space->subspaces[walk->subspace];
        int64_t n = is_cartesian      ? hwi_grid_subspace_n(subspace)
                    : subspace->n > 0 ? subspace->dimensions[0].values.n
                                      : 1;
        if (walk->next >= n)
            continue;
        int64_t number = walk->next++;
        out->subspace = walk->subspace;
        if (is_cartesian)
            place_in_order(subspace, number, out->at);
        for (int32_t d = 0; !is_cartesian && d < subspace->n; d++)
            out->at[d] = (int32_t)number;
        return true;
    }
    return false;
}

/* Draws until a point is new; H2O gives up after so many tries. */
static hw_status next_at_random(hwi_grid_walk *walk, hwi_grid_point *out, bool *out_found,
                                hw_error *err)
{
    enum { FEWEST_TRIES = 10000 };
    const hwi_grid_space *space = walk->space;
    int64_t n_tries = walk->n > FEWEST_TRIES ? walk->n : FEWEST_TRIES;
    *out_found = false;
    if (2 * walk->visited.n >= walk->visited.capacity)
        HW_TRY(grow(&walk->visited, err));
    for (int64_t i = 0; i < n_tries && walk->visited.n < walk->n && !*out_found; i++) {
        out->subspace =
            space->has_subspaces ? hwi_java_rng_below(&walk->rng, space->n_subspaces) : 0;
        const hwi_grid_subspace *subspace = &space->subspaces[out->subspace];
        for (int32_t d = 0; d < subspace->n; d++)
            out->at[d] = hwi_java_rng_below(&walk->rng, subspace->dimensions[d].values.n);
        *out_found = insert_hash(&walk->visited, hash_of(walk, out));
    }
    return HW_OK;
}

hw_status hwi_grid_walk_next(hwi_grid_walk *walk, hwi_grid_point *out, bool *out_found,
                             hw_error *err)
{
    if (walk->strategy == HWI_GRID_RANDOM_DISCRETE)
        return next_at_random(walk, out, out_found, err);
    *out_found = next_in_order(walk, out);
    return HW_OK;
}
