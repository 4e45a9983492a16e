/* SPDX-License-Identifier: Apache-2.0
 *
 * The combinations of a search, one after the other, as H2O counts them: what cannot be read as
 * values of parameters gets no number, everything else the next one, also what will fail and what
 * was there before. The list belongs to one thread at a time; combinations stay where they are. */
#pragma once

#include "grid/grid.h"
#include "grid/walk.h"

typedef enum hwi_grid_kind {
    HWI_GRID_TRAINABLE,
    HWI_GRID_REPEATED, /* equal to one before: H2O shows the model of that one */
    HWI_GRID_REFUSED   /* values that are none of the parameter, or out of its range */
} hwi_grid_kind;

typedef struct hwi_grid_combination {
    hwi_grid_kind kind;
    hwi_grid_values values;
    hw_params *params; /* NULL where the values make none */
    hw_error refusal;  /* of a refused one */
    uint64_t key_hash; /* of key */
    char *key;         /* values and seed, in the form that compares */
} hwi_grid_combination;

typedef struct hwi_grid_list hwi_grid_list;

/* Borrows all for its life. grid gives names and id. */
hw_status hwi_grid_list_new(const hw_grid *grid, const hwi_grid_space *space,
                            const hwi_grid_criteria *criteria, const hw_params *params,
                            hwi_grid_list **out, hw_error *err) HW_MUST_USE;
void hwi_grid_list_free(hwi_grid_list *list);
HW_DEFINE_AUTO(hwi_grid_list, hwi_grid_list_free)
/* The next combination, owned by the list; NULL at the end of the walk or when max_models have
 * their numbers. */
hw_status hwi_grid_list_next(hwi_grid_list *list, hwi_grid_combination **out,
                             hw_error *err) HW_MUST_USE;
/* How many there may be in all. */
int64_t hwi_grid_list_n(const hwi_grid_list *list);

/* How many were taken so far, and whether the i-th of them (from 0) is a repeated one. */
int64_t hwi_grid_list_n_begun(const hwi_grid_list *list);
bool hwi_grid_list_is_repeated(const hwi_grid_list *list, int64_t i);
