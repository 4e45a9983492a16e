/* SPDX-License-Identifier: Apache-2.0
 *
 * The parameters of Deep Learning under H2O's names. Names take '-' for '_'. A parameter set
 * belongs to one thread at a time; the descriptions are constant. */
#pragma once

#include "heavywater/status.h"

HW_BEGIN_DECLS

typedef struct hw_params hw_params;

/* H2O's kinds of remarks on parameters: a hint that one has no effect, a warning, a refusal. */
typedef enum hw_message_type { HW_MESSAGE_TRACE, HW_MESSAGE_WARN, HW_MESSAGE_ERRR } hw_message_type;

typedef enum hw_param_type {
    HW_PARAM_BOOL,
    HW_PARAM_INT,
    HW_PARAM_LONG,
    HW_PARAM_FLOAT,
    HW_PARAM_DOUBLE,
    HW_PARAM_ENUM,
    HW_PARAM_TEXT, /* text: a column, a frame, a model, a path */
    HW_PARAM_INTS, /* list of integers: "200,200"; "[]" or "" is the empty list */
    HW_PARAM_DOUBLES,
    HW_PARAM_TEXTS
} hw_param_type;

/** One row of spec/params.json. All texts are static. */
typedef struct hw_param_info {
    const char *name;
    hw_param_type type;
    const char *type_text;    /* as H2O writes it: "enum", "int[]", "double" ... */
    const char *default_text; /* as it would be typed; "" for null */
    const char *range_text;   /* "[0, 1)", "> 0", or "" */
    const char *group; /* "data", "basic", "regularisation", "optimiser", "scoring", "expert" */
    const char *help;  /* a sentence or two in our words */
    const char *const *levels; /* of an enum */
    int32_t n_levels;
    bool is_supported; /* false: known, and refused by name when given a value other than its
                          default */
} hw_param_info;

HW_API int32_t hw_param_count(void);
HW_API const hw_param_info *hw_param_at(int32_t i);
/* NULL when no parameter has this name ('-' and '_' alike). */
HW_API const hw_param_info *hw_param_find(const char *name);
/* The parameter whose name is nearest to this one by edit distance, or NULL when none is near. */
HW_API const hw_param_info *hw_param_nearest(const char *name);

/** All parameters at their defaults. NULL when memory is exhausted. free takes NULL. */
HW_API hw_params *hw_params_new(void);
HW_API void hw_params_free(hw_params *params);
HW_API hw_params *hw_params_copy(const hw_params *params);
/** Sets one parameter from text. Checks type, range and levels (levels ignore case, as H2O does).
 * Errors: HW_EINVAL (unknown name with the nearest one; value that is no such type; out of range,
 * with the range), HW_EUNSUPPORTED (known, but not in this version). err->field is the parameter.
 */
HW_API hw_status hw_params_set(hw_params *params, const char *name, const char *text,
                               hw_error *err) HW_MUST_USE;
/* Whether it was set, also if to its default. */
HW_API bool hw_params_is_given(const hw_params *params, const char *name);
/** The value as text that hw_params_set takes; NULL for an unknown name or no memory. The caller's,
 * to be released with hw_text_free. */
HW_API char *hw_params_get_text(const hw_params *params, const char *name);
HW_API void hw_text_free(char *text);

HW_END_DECLS
