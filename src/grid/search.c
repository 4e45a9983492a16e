/* SPDX-License-Identifier: Apache-2.0
 *
 * A search from its options to its grid: everything is checked before the folder is touched. */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/rng.h"
#include "grid/folder.h"
#include "grid/identity.h"
#include "grid/leaderboard.h"
#include "grid/manifest.h"
#include "grid/run.h"

typedef struct search {
    const hw_params *params;
    const hw_frame *training, *validation;
    const hw_grid_options *options;
    hwi_grid_space space;
    hwi_grid_criteria criteria;
    hwi_grid_folder *folder;
    hw_grid *grid;
    hwi_grid_list *list;
    hwi_grid_run run;
    bool has_run;
} search;

static void clear(search *s)
{
    if (s->has_run)
        hwi_grid_run_clear(&s->run);
    hwi_grid_list_free(s->list);
    hw_grid_free(s->grid);
    hwi_grid_folder_free(s->folder);
    hwi_grid_space_clear(&s->space);
}

/* --- What is asked for ------------------------------------------------------------------------ */

static hw_status category_of(const search *s, hw_category *out, hw_error *err)
{
    const char *response = s->params->response_column;
    if (s->params->autoencoder) {
        *out = HW_CATEGORY_AUTOENCODER;
        return HW_OK;
    }
    int32_t column = response ? hw_frame_find_column(s->training, response) : -1;
    if (column < 0)
        HW_FAIL(err, HW_EINVAL, "response_column",
                "response_column: there is no column '%.200s' in %.200s", response ? response : "",
                hw_frame_name(s->training));
    int32_t n_levels = hw_frame_n_levels(s->training, column);
    *out = n_levels == 0   ? HW_CATEGORY_REGRESSION
           : n_levels <= 2 ? HW_CATEGORY_BINOMIAL
                           : HW_CATEGORY_MULTINOMIAL;
    return HW_OK;
}

/* A name that may stand in a file's. */
static hw_status check_id(const char *id, hw_error *err)
{
    enum { MAX_BYTES = 100 };
    bool is_good = *id && *id != '.' && strlen(id) <= MAX_BYTES;
    for (const char *p = id; *p && is_good; p++)
        is_good = (unsigned char)*p >= 0x20 && *p != '/' && *p != 0x7f;
    if (!is_good)
        HW_FAIL(err, HW_EINVAL, "grid_id",
                "grid_id: '%.120s' will not do: models are called after it, so up to %d bytes "
                "without '/', control characters or a dot in front",
                id, MAX_BYTES);
    return HW_OK;
}

/* The last part of the folder's name; a "." has none. */
static hw_status default_id(const char *folder, char **out, hw_error *err)
{
    size_t n = folder ? strlen(folder) : 0;
    while (n > 1 && folder[n - 1] == '/')
        n--;
    HW_AUTO(char) *trimmed = hwi_strndup(folder ? folder : "", n);
    HW_CHECK_ALLOC(err, trimmed);
    const char *base = hwi_file_base_name(trimmed);
    bool is_usable = *base && *base != '.' && *base != '/';
    *out = hwi_strdup(is_usable ? base : "grid");
    HW_CHECK_ALLOC(err, *out);
    return HW_OK;
}

static hw_status new_grid(search *s, hw_error *err)
{
    s->grid = HWI_NEW(hw_grid);
    HW_CHECK_ALLOC(err, s->grid);
    hw_grid *grid = s->grid;
    const char *id = s->options->grid_id, *folder = s->options->grid_dir;
    HW_TRY(category_of(s, &grid->category, err));
    if (id && *id) {
        grid->id = hwi_strdup(id);
        HW_CHECK_ALLOC(err, grid->id);
    } else {
        HW_TRY(default_id(folder, &grid->id, err));
    }
    HW_TRY(check_id(grid->id, err));
    grid->folder = hwi_strdup(folder);
    HW_CHECK_ALLOC(err, grid->folder || !folder);
    grid->names = HWI_NEW_ARRAY(char *, (size_t)s->space.n_names);
    HW_CHECK_ALLOC(err, grid->names);
    for (; grid->n_names < s->space.n_names; grid->n_names++) {
        grid->names[grid->n_names] = hwi_strdup(s->space.names[grid->n_names]);
        HW_CHECK_ALLOC(err, grid->names[grid->n_names]);
    }
    return hwi_grid_choose_order(grid, s->options->sort_by, s->options->decreasing, err);
}

static hw_status check_options(const search *s, hw_error *err)
{
    enum { MAX_PARALLELISM = 1024 };
    const hw_grid_options *options = s->options;
    if (!options->hyper_params)
        HW_FAIL(err, HW_EINVAL, "hyper_params", "hyper_params: what is to be varied is missing");
    if (options->parallelism < 0 || options->parallelism > MAX_PARALLELISM)
        HW_FAIL(err, HW_EINVAL, "parallelism", "parallelism: %d is outside of [0, %d]",
                options->parallelism, MAX_PARALLELISM);
    if (options->grid_dir && !*options->grid_dir)
        HW_FAIL(err, HW_EINVAL, "grid_dir", "grid_dir: the name of a folder is missing");
    return HW_OK;
}

/* --- Going on --------------------------------------------------------------------------------- */

/* What is found in the folder takes the place of the new grid, if it is of the same search. */
static hw_status resume(search *s, hw_error *err)
{
    HW_AUTO(hw_grid) *there = NULL;
    hw_error why = {0};
    const char *folder = s->options->grid_dir;
    HW_AUTO(char) *path = hwi_grid_path(folder, hwi_grid_manifest_name);
    HW_CHECK_ALLOC(err, path);
    if (access(path, F_OK) != 0)
        return HW_OK;
    hw_status status = hwi_grid_manifest_read(folder, &there, &why);
    if (status != HW_OK && err)
        *err = why;
    HW_TRY(status);
    HW_TRY(hwi_grid_head_check(there->head, s->grid->head, folder, err));
    int64_t seed = json_integer_value(json_object_get(there->head, "walk_seed"));
    if (s->criteria.seed == -1)
        s->criteria.seed = seed;
    json_object_set_new(s->grid->head, "walk_seed", json_integer(s->criteria.seed));
    json_decref(there->head);
    there->head = HW_TAKE(s->grid->head);
    there->sort_metric = s->grid->sort_metric;
    there->is_decreasing = s->grid->is_decreasing;
    hw_grid_free(s->grid);
    s->grid = HW_TAKE(there);
    return HW_OK;
}

static hw_status open_folder(search *s, hw_error *err)
{
    hwi_grid_subject subject = {.grid_id = s->grid->id,
                                .space = &s->space,
                                .criteria = &s->criteria,
                                .params = s->params,
                                .training = s->training,
                                .validation = s->validation};
    HW_TRY(hwi_grid_head_new(&subject, &s->grid->head, err));
    if (s->options->grid_dir) {
        HW_TRY(hwi_grid_folder_open(s->options->grid_dir, &s->folder, err));
        HW_TRY(resume(s, err));
    }
    if (s->criteria.seed == -1) {
        hwi_rng rng = hwi_rng_new(hwi_wall_clock_ms() ^ (int64_t)(hwi_clock_ms() * 1e6));
        s->criteria.seed = hwi_rng_long(&rng);
    }
    if (json_object_set_new(s->grid->head, "walk_seed", json_integer(s->criteria.seed)) != 0)
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    return HW_OK;
}

/* --- The search ------------------------------------------------------------------------------- */

/* What needs no frame. */
static hw_status read_options(search *s, hw_error *err)
{
    HW_TRY(check_options(s, err));
    HW_TRY(hwi_grid_space_read(s->options->hyper_params, s->params, &s->space, err));
    HW_TRY(hwi_grid_criteria_read(s->options->search_criteria, &s->criteria, err));
    if (s->options->grid_id && *s->options->grid_id)
        HW_TRY(check_id(s->options->grid_id, err));
    /* Finds lists that cannot be walked. */
    HW_AUTO(hwi_grid_walk) *walk = NULL;
    return hwi_grid_walk_new(&s->space, s->criteria.strategy, s->criteria.seed, &walk, err);
}

static hw_status prepare(search *s, hw_error *err)
{
    HW_TRY(read_options(s, err));
    HW_TRY(new_grid(s, err));
    HW_TRY(open_folder(s, err));
    return hwi_grid_list_new(s->grid, &s->space, &s->criteria, s->params, &s->list, err);
}

static hw_status train_all(search *s, hw_error *err)
{
    s->grid->state = HW_GRID_RUNNING;
    s->grid->n_combinations = hwi_grid_list_n(s->list);
    s->run = (hwi_grid_run){.params = s->params,
                            .training = s->training,
                            .validation = s->validation,
                            .options = s->options,
                            .criteria = &s->criteria,
                            .start_ms = hwi_clock_ms(),
                            .seconds_before = s->grid->seconds,
                            .grid = s->grid,
                            .list = s->list,
                            .n_found = s->grid->n_models};
    s->has_run = true;
    HW_TRY(hwi_grid_run_init(&s->run, err));
    return hwi_grid_run_all(&s->run, err);
}

hw_status hw_grid_check(const hw_params *params, const hw_grid_options *options, hw_error *err)
{
    HW_CHECK_ARG(err, params && options);
    __attribute__((cleanup(clear))) search s = {.params = params, .options = options};
    return read_options(&s, err);
}

hw_status hw_grid_search(const hw_params *params, hw_frame *training, hw_frame *validation,
                         const hw_grid_options *options, hw_grid **out_grid, hw_error *err)
{
    HW_CHECK_ARG(err, params && training && options && out_grid);
    __attribute__((cleanup(clear))) search s = {
        .params = params, .training = training, .validation = validation, .options = options};
    HW_TRY(prepare(&s, err));
    HW_TRY(train_all(&s, err));
    *out_grid = HW_TAKE(s.grid);
    return HW_OK;
}
