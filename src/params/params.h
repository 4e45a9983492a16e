/* SPDX-License-Identifier: Apache-2.0
 *
 * The body of hw_params and the table behind it. One field a parameter, under its own name;
 * everything generic (set, text, copy, compare) walks hwi_param_rows, so that a new parameter is a
 * new entry of spec/params.json and nothing else. A parameter set owns its texts and lists and
 * belongs to one thread at a time. */
#pragma once

#include <stddef.h>

#include "base/buffer.h"
#include "base/status.h"
#include "heavywater/params.h"

/* A list that may be H2O's null, which is not the same as an empty one. */
typedef struct hwi_int_list {
    int32_t *v;
    int32_t n;
    bool is_null;
} hwi_int_list;

/* Of float[] parameters, too: their values are rounded to float. */
typedef struct hwi_double_list {
    double *v;
    int32_t n;
    bool is_null;
} hwi_double_list;

/* Entries are NULL where a null stands in the list (initial_weights). */
typedef struct hwi_text_list {
    char **v;
    int32_t n;
    bool is_null;
} hwi_text_list;

#include "params/params_generated.h"

typedef enum hwi_param_origin {
    HWI_PARAM_ORIGIN_H2O,       /* in H2O's list of parameters, in its order */
    HWI_PARAM_ORIGIN_UNLISTED,  /* accepted by H2O and not listed there */
    HWI_PARAM_ORIGIN_HEAVYWATER /* ours */
} hwi_param_origin;

/* What may happen to a parameter when training continues from a saved model. */
typedef enum hwi_param_checkpoint {
    HWI_PARAM_CHECKPOINT_IGNORED,
    HWI_PARAM_CHECKPOINT_MAY_DIFFER,
    HWI_PARAM_CHECKPOINT_FIXED, /* "Cannot change parameter" */
    HWI_PARAM_CHECKPOINT_EQUAL  /* must be equal, with an error of its own */
} hwi_param_checkpoint;

typedef struct hwi_param_range {
    bool has_min, has_max, has_also;
    bool min_is_excluded, max_is_excluded;
    double min, max;
    double also; /* one value allowed besides */
} hwi_param_range;

typedef struct hwi_param_row {
    hw_param_info info;
    size_t offset; /* of the field in hw_params */
    bool default_is_null;
    bool allows_infinity;
    hwi_param_range range; /* of each item of a list */
    hwi_param_origin origin;
    hwi_param_checkpoint checkpoint;
    const char *rest_level; /* "critical", "secondary", "expert" */
    bool is_gridable;
    int32_t n_listed_levels; /* the first levels, which H2O's metadata show */
    const char *const *members_of;
    int32_t n_members_of;
    const char *example; /* or NULL */
    const char *later;   /* what is not in this version, of unsupported ones */
    const char *const *also_supported;
    int32_t n_also_supported;
} hwi_param_row;

extern const hwi_param_row hwi_param_rows[HWI_N_PARAMS];

HW_DEFINE_AUTO(hw_params, hw_params_free)

/* The field's index ('-' and '_' alike), or -1. */
int32_t hwi_param_index(const char *name);
const char *hwi_param_level_name(int32_t index, int32_t level); /* NULL for -1 */

/* Sets a value without looking at range or support, as when a model is read: the value is wanted as
 * it was. "" (and "null" for lists) is H2O's null. Marks the parameter as given when the value is
 * not the default. HW_EINVAL: unknown name, or no value of the type. */
hw_status hwi_params_read_text(hw_params *params, const char *name, const char *text,
                               hw_error *err) HW_MUST_USE;
/* HW_EUNSUPPORTED when a parameter has a value that this version lacks; hw_params_set refuses
 * these, hwi_params_read_text takes them. */
hw_status hwi_params_check_support(const hw_params *params, hw_error *err) HW_MUST_USE;
/* The value as text; appends nothing for null. */
void hwi_params_write_text(const hw_params *params, int32_t index, hwi_buffer *out);
/* Whether one parameter has the same value in both. */
bool hwi_params_is_equal(const hw_params *a, const hw_params *b, int32_t index);
bool hwi_params_is_default(const hw_params *params, int32_t index);
/* Replaces a list of doubles by n times value. */
hw_status hwi_double_list_fill(hwi_double_list *list, int32_t n, double value,
                               hw_error *err) HW_MUST_USE;
