/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/space.h"

#include <string.h>

#include "base/number.h"
#include "params/value.h"

static const char FIELD[] = "hyper_params";
static const char SUBSPACES[] = "subspaces";

hw_status hwi_grid_json_read(const char *text, const char *field, json_t **out, hw_error *err)
{
    json_error_t where;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &where);
    if (!json)
        HW_FAIL(err, HW_EINVAL, field, "%s: no JSON at line %d, column %d: %.120s", field,
                where.line, where.column, where.text);
    if (!json_is_object(json)) {
        json_decref(json);
        HW_FAIL(err, HW_EINVAL, field, "%s: an object is wanted: {\"NAME\": VALUE, ...}", field);
    }
    *out = json;
    return HW_OK;
}

/* --- Values as texts -------------------------------------------------------------------------- */

static bool is_list(const hwi_param_row *row)
{
    return row->info.type == HW_PARAM_INTS || row->info.type == HW_PARAM_DOUBLES ||
           row->info.type == HW_PARAM_TEXTS;
}

static void append_quoted(hwi_buffer *out, const char *text)
{
    hwi_buffer_append_char(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            hwi_buffer_append_char(out, '\\');
        hwi_buffer_append_char(out, *text);
    }
    hwi_buffer_append_char(out, '"');
}

/* null is a value where it is the default; elsewhere it becomes a text that will be refused. False
 * for what is no plain value. */
static bool append_plain(hwi_buffer *out, const json_t *value, const hwi_param_row *row,
                         bool quotes)
{
    char number[HWI_NUMBER_TEXT_BYTES];
    if (json_is_string(value) && quotes)
        append_quoted(out, json_string_value(value));
    else if (json_is_string(value))
        hwi_buffer_append_text(out, json_string_value(value));
    else if (json_is_integer(value))
        hwi_buffer_printf(out, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        hwi_buffer_append_text(out, json_is_true(value) ? "true" : "false");
    else if (json_is_null(value))
        hwi_buffer_append_text(out, quotes ? "null" : row->default_is_null ? "" : "none");
    else if (json_is_real(value)) {
        hwi_format_double(json_real_value(value), number);
        hwi_buffer_append_text(out, number);
    }
    return !json_is_array(value) && !json_is_object(value);
}

/* A list stands without its brackets where the parameter is one, as on a command line; they stay
 * where it is none, and will be refused there. */
static bool append_value(hwi_buffer *out, const json_t *value, const hwi_param_row *row)
{
    if (!json_is_array(value))
        return append_plain(out, value, row, false);
    bool has_brackets = !is_list(row) || json_array_size(value) == 0;
    size_t i;
    json_t *item;
    hwi_buffer_append_text(out, has_brackets ? "[" : "");
    json_array_foreach(value, i, item)
    {
        hwi_buffer_append_text(out, i ? "," : "");
        if (!append_plain(out, item, row, row->info.type == HW_PARAM_TEXTS))
            return false;
    }
    hwi_buffer_append_text(out, has_brackets ? "]" : "");
    return true;
}

/* --- One parameter ---------------------------------------------------------------------------- */

static hw_status fail_unknown(const char *name, hw_error *err)
{
    const hw_param_info *nearest = hw_param_nearest(name);
    HW_FAIL(err, HW_EINVAL, FIELD, "%s: unknown hyper-parameter '%.60s'%s%s%s", FIELD, name,
            nearest ? "; did you mean " : "", nearest ? nearest->name : "", nearest ? "?" : "");
}

/* Frames and the response are one for the whole grid: its models are compared. */
static bool is_varied(const hwi_param_row *row)
{
    static const char *const fixed[] = {"validation_frame", "response_column"};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (strcmp(row->info.name, fixed[i]) == 0)
            return false;
    return row->is_gridable;
}

static hw_status check_name(const char *name, const hw_params *given, int32_t *out_param,
                            hw_error *err)
{
    int32_t param = hwi_param_index(name);
    if (param < 0)
        return fail_unknown(name, err);
    const hwi_param_row *row = &hwi_param_rows[param];
    const char *known = row->info.name;
    if (!is_varied(row))
        HW_FAIL(err, HW_EINVAL, FIELD,
                "%s: '%s' cannot be varied in a grid; give it once for all models (--%s)", FIELD,
                known, known);
    if (strcmp(known, "seed") != 0 && !hwi_params_is_default(given, param))
        HW_FAIL(err, HW_EINVAL, known, "%s: set both by --%s and in --%s; give it in one place",
                known, known, FIELD);
    *out_param = param;
    return HW_OK;
}

static hw_status add_value(hwi_grid_dimension *dimension, const json_t *value, hw_error *err)
{
    HW_AUTO_BUFFER(text);
    if (!append_value(&text, value, &hwi_param_rows[dimension->param]))
        HW_FAIL(err, HW_EINVAL, FIELD, "%s: '%s' holds %s, which is no value of a parameter", FIELD,
                dimension->name, json_is_object(value) ? "an object" : "a list of lists");
    HW_TRY(hwi_buffer_check(&text, err));
    char *copy = hwi_strdup(hwi_buffer_text(&text));
    HW_CHECK_ALLOC(err, copy);
    dimension->values.v[dimension->values.n++] = copy;
    return HW_OK;
}

static hw_status read_dimension(const char *name, const json_t *values, const hw_params *given,
                                hwi_grid_subspace *subspace, hw_error *err)
{
    enum { MAX_VALUES = 1000000 };
    int32_t param;
    HW_TRY(check_name(name, given, &param, err));
    const char *known = hwi_param_rows[param].info.name;
    if (hwi_grid_subspace_find(subspace, known, NULL))
        HW_FAIL(err, HW_EINVAL, FIELD, "%s: '%s' stands there twice", FIELD, known);
    size_t n = json_is_array(values) ? json_array_size(values) : 1;
    if (n == 0)
        HW_FAIL(err, HW_EINVAL, FIELD, "%s: the list of values of '%s' is empty", FIELD, known);
    if (n > MAX_VALUES)
        HW_FAIL(err, HW_EINVAL, FIELD, "%s: '%s' has more than %d values", FIELD, known,
                MAX_VALUES);
    hwi_grid_dimension *dimension = &subspace->dimensions[subspace->n++];
    dimension->param = param;
    dimension->name = hwi_strdup(known);
    dimension->values.v = HWI_NEW_ARRAY(char *, n);
    HW_CHECK_ALLOC(err, dimension->name);
    HW_CHECK_ALLOC(err, dimension->values.v);
    for (size_t i = 0; i < n; i++)
        HW_TRY(
            add_value(dimension, json_is_array(values) ? json_array_get(values, i) : values, err));
    return HW_OK;
}

/* --- The space -------------------------------------------------------------------------------- */

static int compare_dimensions(const void *a, const void *b)
{
    return strcmp(((const hwi_grid_dimension *)a)->name, ((const hwi_grid_dimension *)b)->name);
}

static hw_status read_dimensions(json_t *object, const hw_params *given, hwi_grid_subspace *out,
                                 hw_error *err)
{
    const char *name;
    json_t *values;
    json_object_foreach(object, name, values)
    {
        if (strcmp(name, SUBSPACES) == 0)
            continue;
        HW_TRY(read_dimension(name, values, given, out, err));
    }
    return HW_OK;
}

/* inner may be NULL. */
static hw_status read_subspace(json_t *outer, json_t *inner, const hw_params *given,
                               hwi_grid_subspace *out, hw_error *err)
{
    size_t n = json_object_size(outer) + (inner ? json_object_size(inner) : 0);
    out->dimensions = HWI_NEW_ARRAY(hwi_grid_dimension, n);
    HW_CHECK_ALLOC(err, out->dimensions);
    HW_TRY(read_dimensions(outer, given, out, err));
    if (inner)
        HW_TRY(read_dimensions(inner, given, out, err));
    qsort(out->dimensions, (size_t)out->n, sizeof *out->dimensions, compare_dimensions);
    return HW_OK;
}

static hw_status read_subspaces(json_t *json, const hw_params *given, hwi_grid_space *out,
                                hw_error *err)
{
    json_t *list = json_object_get(json, SUBSPACES);
    out->has_subspaces = list != NULL;
    if (list && (!json_is_array(list) || json_array_size(list) == 0))
        HW_FAIL(err, HW_EINVAL, FIELD, "%s: '%s' is a list of objects, of one at least", FIELD,
                SUBSPACES);
    int32_t n = list ? (int32_t)json_array_size(list) : 1;
    out->subspaces = HWI_NEW_ARRAY(hwi_grid_subspace, (size_t)n);
    HW_CHECK_ALLOC(err, out->subspaces);
    for (int32_t i = 0; i < n; i++) {
        json_t *inner = list ? json_array_get(list, (size_t)i) : NULL;
        if (list && !json_is_object(inner))
            HW_FAIL(err, HW_EINVAL, FIELD, "%s: item %d of '%s' is no object", FIELD, i + 1,
                    SUBSPACES);
        out->n_subspaces = i + 1;
        HW_TRY(read_subspace(json, inner, given, &out->subspaces[i], err));
    }
    return HW_OK;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static hw_status list_names(hwi_grid_space *space, hw_error *err)
{
    size_t n = 0;
    for (int32_t s = 0; s < space->n_subspaces; s++)
        n += (size_t)space->subspaces[s].n;
    space->names = HWI_NEW_ARRAY(char *, n);
    HW_CHECK_ALLOC(err, space->names);
    for (int32_t s = 0; s < space->n_subspaces; s++)
        for (int32_t d = 0; d < space->subspaces[s].n; d++) {
            const char *name = space->subspaces[s].dimensions[d].name;
            bool is_there = false;
            for (int32_t i = 0; i < space->n_names && !is_there; i++)
                is_there = strcmp(space->names[i], name) == 0;
            if (is_there)
                continue;
            space->names[space->n_names] = hwi_strdup(name);
            HW_CHECK_ALLOC(err, space->names[space->n_names]);
            space->n_names++;
        }
    qsort(space->names, (size_t)space->n_names, sizeof *space->names, compare_texts);
    return HW_OK;
}

hw_status hwi_grid_space_read(const char *text, const hw_params *given, hwi_grid_space *out,
                              hw_error *err)
{
    *out = (hwi_grid_space){0};
    HW_AUTO(json_t) *json = NULL;
    HW_TRY(hwi_grid_json_read(text, FIELD, &json, err));
    HW_TRY(read_subspaces(json, given, out, err));
    return list_names(out, err);
}

void hwi_grid_space_clear(hwi_grid_space *space)
{
    for (int32_t s = 0; s < space->n_subspaces; s++) {
        hwi_grid_subspace *subspace = &space->subspaces[s];
        for (int32_t d = 0; d < subspace->n; d++) {
            hwi_free(subspace->dimensions[d].name);
            hwi_text_list_clear(&subspace->dimensions[d].values);
        }
        hwi_free(subspace->dimensions);
    }
    hwi_free(space->subspaces);
    for (int32_t i = 0; i < space->n_names; i++)
        hwi_free(space->names[i]);
    hwi_free(space->names);
    *space = (hwi_grid_space){0};
}

int64_t hwi_grid_subspace_n(const hwi_grid_subspace *subspace)
{
    int64_t n = 1;
    for (int32_t d = 0; d < subspace->n; d++)
        if (__builtin_mul_overflow(n, subspace->dimensions[d].values.n, &n))
            return INT64_MAX;
    return n;
}

int64_t hwi_grid_space_n(const hwi_grid_space *space)
{
    int64_t n = 0;
    for (int32_t s = 0; s < space->n_subspaces; s++)
        if (__builtin_add_overflow(n, hwi_grid_subspace_n(&space->subspaces[s]), &n))
            return INT64_MAX;
    return n;
}

const hwi_grid_dimension *hwi_grid_subspace_find(const hwi_grid_subspace *subspace,
                                                 const char *name, int32_t *out_at)
{
    for (int32_t d = 0; d < subspace->n; d++) {
        if (strcmp(subspace->dimensions[d].name, name) != 0)
            continue;
        if (out_at)
            *out_at = d;
        return &subspace->dimensions[d];
    }
    return NULL;
}
