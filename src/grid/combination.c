/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/combination.h"

#include <stdio.h>
#include <string.h>

struct hwi_grid_list {
    /* Borrowed. */
    const hw_grid *grid;
    const hwi_grid_space *space;
    const hwi_grid_criteria *criteria;
    const hw_params *params;
    /* Own. */
    hwi_grid_walk *walk;
    int32_t *at; /* (names) scratch of the walk */
    hwi_grid_combination **items;
    int64_t n, capacity;
    int32_t n_numbers;
    bool draws_seeds; /* model j gets the seed of the search + j */
};

static void free_combination(hwi_grid_combination *item)
{
    if (!item)
        return;
    hwi_grid_values_clear(&item->values);
    hw_params_free(item->params);
    hwi_free(item->key);
    hwi_free(item);
}
HW_DEFINE_AUTO(hwi_grid_combination, free_combination)

hw_status hwi_grid_list_new(const hw_grid *grid, const hwi_grid_space *space,
                            const hwi_grid_criteria *criteria, const hw_params *params,
                            hwi_grid_list **out, hw_error *err)
{
    HW_AUTO(hwi_grid_list) *list = HWI_NEW(hwi_grid_list);
    HW_CHECK_ALLOC(err, list);
    list->grid = grid;
    list->space = space;
    list->criteria = criteria;
    list->params = params;
    list->at = HWI_NEW_ARRAY(int32_t, (size_t)space->n_names);
    HW_CHECK_ALLOC(err, list->at);
    bool varies_seed = false;
    for (int32_t i = 0; i < space->n_names; i++)
        varies_seed = varies_seed || strcmp(space->names[i], "seed") == 0;
    list->draws_seeds = criteria->strategy == HWI_GRID_RANDOM_DISCRETE && criteria->seed_is_given &&
                        params->seed == -1 && !varies_seed;
    HW_TRY(hwi_grid_walk_new(space, criteria->strategy, criteria->seed, &list->walk, err));
    *out = HW_TAKE(list);
    return HW_OK;
}

void hwi_grid_list_free(hwi_grid_list *list)
{
    if (!list)
        return;
    for (int64_t i = 0; i < list->n; i++)
        free_combination(list->items[i]);
    hwi_free(list->items);
    hwi_free(list->at);
    hwi_grid_walk_free(list->walk);
    hwi_free(list);
}

int64_t hwi_grid_list_n(const hwi_grid_list *list)
{
    int64_t n = hwi_grid_walk_n(list->walk), most = list->criteria->max_models;
    return most > 0 && most < n ? most : n;
}

int64_t hwi_grid_list_n_begun(const hwi_grid_list *list)
{
    return list->n;
}

bool hwi_grid_list_is_repeated(const hwi_grid_list *list, int64_t i)
{
    return list->items[i]->kind == HWI_GRID_REPEATED;
}

/* --- One combination -------------------------------------------------------------------------- */

/* A value as text in the parameter's own form; as it was given where it is none. */
static hw_status take_text(const hwi_grid_combination *item, int32_t param, const char *given,
                           char **out, hw_error *err)
{
    HW_AUTO_BUFFER(text);
    if (item->params)
        hwi_params_write_text(item->params, param, &text);
    else
        hwi_buffer_append_text(&text, given);
    HW_TRY(hwi_buffer_check(&text, err));
    *out = hwi_strdup(hwi_buffer_text(&text));
    HW_CHECK_ALLOC(err, *out);
    return HW_OK;
}

static const char *text_at(const hwi_grid_dimension *dimension, const hwi_grid_point *point,
                           int32_t d)
{
    return dimension->values.v[point->at[d]];
}

/* What of a point has no form as parameters leaves params NULL; what is only out of range stays. */
static hw_status set_params(const hwi_grid_list *list, const hwi_grid_point *point,
                            hwi_grid_combination *item, hw_error *err)
{
    const hwi_grid_subspace *subspace = &list->space->subspaces[point->subspace];
    HW_AUTO(hw_params) *params = hw_params_copy(list->params);
    HW_CHECK_ALLOC(err, params);
    item->kind = HWI_GRID_TRAINABLE;
    for (int32_t d = 0; d < subspace->n; d++) {
        const hwi_grid_dimension *dimension = &subspace->dimensions[d];
        const char *text = text_at(dimension, point, d);
        hw_error refusal = {0};
        if (hw_params_set(params, dimension->name, text, &refusal) == HW_OK)
            continue;
        if (item->kind == HWI_GRID_TRAINABLE)
            item->refusal = refusal;
        item->kind = HWI_GRID_REFUSED;
        if (hwi_params_read_text(params, dimension->name, text, NULL) == HW_OK)
            continue;
        item->refusal = refusal;
        return HW_OK;
    }
    item->params = HW_TAKE(params);
    return HW_OK;
}

static hw_status note_values(const hwi_grid_list *list, const hwi_grid_point *point,
                             hwi_grid_combination *item, hw_error *err)
{
    const hwi_grid_subspace *subspace = &list->space->subspaces[point->subspace];
    hwi_grid_values *values = &item->values;
    values->n = list->grid->n_names;
    values->texts = HWI_NEW_ARRAY(char *, (size_t)values->n);
    HW_CHECK_ALLOC(err, values->texts);
    for (int32_t i = 0; i < values->n; i++) {
        int32_t d;
        const hwi_grid_dimension *dimension =
            hwi_grid_subspace_find(subspace, list->grid->names[i], &d);
        if (dimension)
            HW_TRY(take_text(item, dimension->param, text_at(dimension, point, d),
                             &values->texts[i], err));
    }
    return HW_OK;
}

static hw_status number_it(hwi_grid_list *list, hwi_grid_combination *item, hw_error *err)
{
    HW_AUTO_BUFFER(id);
    hwi_grid_values *values = &item->values;
    values->index = list->n;
    if (item->params) {
        values->number = ++list->n_numbers;
        hwi_buffer_printf(&id, "%s_model_%d", list->grid->id, values->number);
        if (list->draws_seeds)
            item->params->seed =
                (int64_t)((uint64_t)list->criteria->seed + (uint64_t)values->number - 1);
    }
    HW_TRY(hwi_buffer_check(&id, err));
    values->id = hwi_strdup(hwi_buffer_text(&id));
    HW_CHECK_ALLOC(err, values->id);
    return HW_OK;
}

/* Text that two combinations share exactly when they train the same network. */
static hw_status make_key(const hwi_grid_list *list, hwi_grid_combination *item, hw_error *err)
{
    HW_AUTO_BUFFER(key);
    hwi_buffer_printf(&key, "%lld", (long long)item->params->seed);
    for (int32_t i = 0; i < list->grid->n_names; i++) {
        hwi_buffer_append_char(&key, '\n');
        hwi_params_write_text(item->params, hwi_param_index(list->grid->names[i]), &key);
    }
    HW_TRY(hwi_buffer_check(&key, err));
    item->key = hwi_strdup(hwi_buffer_text(&key));
    HW_CHECK_ALLOC(err, item->key);
    item->key_hash = UINT64_C(14695981039346656037);
    for (const char *p = item->key; *p; p++)
        item->key_hash = (item->key_hash ^ (unsigned char)*p) * UINT64_C(1099511628211);
    return HW_OK;
}

static bool is_repeated(const hwi_grid_list *list, const hwi_grid_combination *item)
{
    for (int64_t i = 0; i < list->n; i++) {
        const hwi_grid_combination *other = list->items[i];
        if (other->key && other->key_hash == item->key_hash && strcmp(other->key, item->key) == 0)
            return true;
    }
    return false;
}

static hw_status append(hwi_grid_list *list, hwi_grid_combination *item, hw_error *err)
{
    if (list->n == list->capacity) {
        int64_t larger = list->capacity ? 2 * list->capacity : 32;
        void *moved =
            hwi_realloc_array(list->items, (size_t)list->n, (size_t)larger, sizeof *list->items);
        HW_CHECK_ALLOC(err, moved);
        list->items = moved;
        list->capacity = larger;
    }
    list->items[list->n++] = item;
    return HW_OK;
}

hw_status hwi_grid_list_next(hwi_grid_list *list, hwi_grid_combination **out, hw_error *err)
{
    int64_t most = list->criteria->max_models;
    hwi_grid_point point = {.at = list->at};
    bool is_found = false;
    *out = NULL;
    if (most == 0 || list->n_numbers < most)
        HW_TRY(hwi_grid_walk_next(list->walk, &point, &is_found, err));
    if (!is_found)
        return HW_OK;
    HW_AUTO(hwi_grid_combination) *item = HWI_NEW(hwi_grid_combination);
    HW_CHECK_ALLOC(err, item);
    HW_TRY(set_params(list, &point, item, err));
    HW_TRY(note_values(list, &point, item, err));
    HW_TRY(number_it(list, item, err));
    if (item->kind == HWI_GRID_TRAINABLE) {
        HW_TRY(make_key(list, item, err));
        if (is_repeated(list, item))
            item->kind = HWI_GRID_REPEATED;
    }
    HW_TRY(append(list, item, err));
    *out = HW_TAKE(item);
    return HW_OK;
}
