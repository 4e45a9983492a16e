/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/identity.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"

/* --- Fingerprint ------------------------------------------------------------------------------ */

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
    if (!text)
        return mix(hash, UINT64_MAX);
    size_t n = strlen(text);
    hash = mix(hash, n);
    for (; n > 0;) {
        uint64_t word = 0;
        size_t part = n < sizeof word ? n : sizeof word;
        memcpy(&word, text, part);
        hash = mix(hash, word);
        text += part;
        n -= part;
    }
    return hash;
}

enum { CHUNK_ROWS = 4096 };

static uint64_t mix_column(uint64_t hash, const hw_frame *frame, int32_t column, double *scratch)
{
    hw_type type = hw_frame_column_type(frame, column);
    int64_t n_rows = hw_frame_n_rows(frame);
    hash = mix_text(hash, hw_frame_column_name(frame, column));
    hash = mix(hash, (uint64_t)type);
    for (int32_t i = 0; i < hw_frame_n_levels(frame, column); i++)
        hash = mix_text(hash, hw_frame_level(frame, column, i));
    if (type == HW_TYPE_STRING || type == HW_TYPE_UUID) {
        for (int64_t row = 0; row < n_rows; row++)
            hash = mix_text(hash, hw_frame_text(frame, column, row));
        return hash;
    }
    for (int64_t row = 0; row < n_rows; row += CHUNK_ROWS) {
        int64_t n = n_rows - row < CHUNK_ROWS ? n_rows - row : CHUNK_ROWS;
        hw_frame_read_doubles(frame, column, row, n, scratch);
        for (int64_t i = 0; i < n; i++) {
            uint64_t bits;
            memcpy(&bits, &scratch[i], sizeof bits);
            hash = mix(hash, scratch[i] == scratch[i] ? bits : UINT64_MAX);
        }
    }
    return hash;
}

hw_status hwi_grid_fingerprint(const hw_frame *frame, uint64_t *out, hw_error *err)
{
    HW_AUTO(double) *scratch = HWI_ALLOC_ARRAY(double, CHUNK_ROWS);
    HW_CHECK_ALLOC(err, scratch);
    uint64_t hash = mix(0, (uint64_t)hw_frame_n_rows(frame));
    for (int32_t c = 0; c < hw_frame_n_columns(frame); c++)
        hash = mix_column(hash, frame, c, scratch);
    *out = hash;
    return HW_OK;
}

/* --- Making the head -------------------------------------------------------------------------- */

/* jansson hands a failed allocation on as NULL, which every function of it takes. */
static hw_status set(json_t *object, const char *key, json_t *value, hw_error *err)
{
    if (json_object_set_new(object, key, value) != 0)
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    return HW_OK;
}

static json_t *json_of_subspace(const hwi_grid_subspace *subspace)
{
    json_t *object = json_object();
    for (int32_t d = 0; d < subspace->n; d++) {
        const hwi_grid_dimension *dimension = &subspace->dimensions[d];
        json_t *list = json_array();
        for (int32_t i = 0; i < dimension->values.n; i++)
            json_array_append_new(list, json_string(dimension->values.v[i]));
        json_object_set_new(object, dimension->name, list);
    }
    return object;
}

static json_t *json_of_space(const hwi_grid_space *space)
{
    if (!space->has_subspaces)
        return json_of_subspace(&space->subspaces[0]);
    json_t *list = json_array();
    for (int32_t s = 0; s < space->n_subspaces; s++)
        json_array_append_new(list, json_of_subspace(&space->subspaces[s]));
    return list;
}

static json_t *json_of_names(const hwi_grid_space *space)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < space->n_names; i++)
        json_array_append_new(list, json_string(space->names[i]));
    return list;
}

static json_t *json_of_criteria(const hwi_grid_criteria *criteria)
{
    json_t *object = json_object();
    json_object_set_new(object, "strategy",
                        json_string(hwi_grid_strategy_name(criteria->strategy)));
    if (criteria->strategy == HWI_GRID_CARTESIAN)
        return object;
    if (criteria->strategy == HWI_GRID_RANDOM_DISCRETE)
        json_object_set_new(object, "seed", json_integer(criteria->seed));
    json_object_set_new(object, "max_models", json_integer(criteria->max_models));
    json_object_set_new(object, "max_runtime_secs", json_real(criteria->max_runtime_secs));
    json_object_set_new(object, "stopping_rounds", json_integer(criteria->stopping_rounds));
    const hw_param_info *info = hw_param_find("stopping_metric");
    json_object_set_new(object, "stopping_metric",
                        json_string(info->levels[criteria->stopping_metric]));
    json_object_set_new(object, "stopping_tolerance", json_real(criteria->stopping_tolerance));
    return object;
}

/* What shows in no weight; frames count by what they hold. */
static bool is_beside_the_point(const char *name)
{
    static const char *const names[] = {"model_id", "training_frame", "validation_frame",
                                        "quiet_mode", "export_checkpoints_dir"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool is_varied(const hwi_grid_space *space, const char *name)
{
    for (int32_t i = 0; i < space->n_names; i++)
        if (strcmp(space->names[i], name) == 0)
            return true;
    return false;
}

static hw_status json_of_params(const hwi_grid_subject *subject, json_t *object, hw_error *err)
{
    for (int32_t i = 0; i < HWI_N_PARAMS; i++) {
        const char *name = hwi_param_rows[i].info.name;
        if (is_beside_the_point(name) || hwi_params_is_default(subject->params, i))
            continue;
        if (is_varied(subject->space, name) && subject->space->n_subspaces == 1)
            continue;
        HW_AUTO_BUFFER(text);
        hwi_params_write_text(subject->params, i, &text);
        HW_TRY(hwi_buffer_check(&text, err));
        HW_TRY(set(object, name, json_string(hwi_buffer_text(&text)), err));
    }
    return HW_OK;
}

static hw_status json_of_frame(const hw_frame *frame, json_t **out, hw_error *err)
{
    uint64_t fingerprint;
    char text[20];
    HW_TRY(hwi_grid_fingerprint(frame, &fingerprint, err));
    snprintf(text, sizeof text, "%016llx", (unsigned long long)fingerprint);
    json_t *object = json_object();
    json_object_set_new(object, "name", json_string(hw_frame_name(frame)));
    json_object_set_new(object, "rows", json_integer(hw_frame_n_rows(frame)));
    json_object_set_new(object, "columns", json_integer(hw_frame_n_columns(frame)));
    json_object_set_new(object, "fingerprint", json_string(text));
    *out = object;
    return HW_OK;
}

hw_status hwi_grid_head_new(const hwi_grid_subject *subject, json_t **out, hw_error *err)
{
    HW_AUTO(json_t) *head = json_object();
    HW_CHECK_ALLOC(err, head);
    HW_TRY(set(head, "grid_id", json_string(subject->grid_id), err));
    HW_TRY(set(head, "hyper_names", json_of_names(subject->space), err));
    HW_TRY(set(head, "hyper_params", json_of_space(subject->space), err));
    HW_TRY(set(head, "search_criteria", json_of_criteria(subject->criteria), err));
    json_t *params = json_object();
    HW_TRY(set(head, "params", params, err));
    HW_TRY(json_of_params(subject, params, err));
    json_t *frame;
    HW_TRY(json_of_frame(subject->training, &frame, err));
    HW_TRY(set(head, "training_frame", frame, err));
    frame = json_null();
    if (subject->validation)
        HW_TRY(json_of_frame(subject->validation, &frame, err));
    HW_TRY(set(head, "validation_frame", frame, err));
    *out = HW_TAKE(head);
    return HW_OK;
}

/* --- Comparing -------------------------------------------------------------------------------- */

static int append_part(const char *text, size_t n_bytes, void *out)
{
    hwi_buffer_append(out, text, n_bytes);
    return 0;
}

/* A value for a message: short, and the default's absence in words. */
static void append_short(hwi_buffer *out, const json_t *value)
{
    enum { MAX_BYTES = 60 };
    HW_AUTO_BUFFER(text);
    if (!value) {
        hwi_buffer_append_text(out, "the default");
        return;
    }
    if (json_is_string(value))
        hwi_buffer_append_text(&text, json_string_value(value));
    else
        json_dump_callback(value, append_part, &text, JSON_ENCODE_ANY);
    hwi_buffer_printf(out, "%.*s%s", MAX_BYTES, hwi_buffer_text(&text),
                      text.size > MAX_BYTES ? "..." : "");
}

static hw_status fail_differs(const char *what, const char *name, const json_t *there,
                              const json_t *here, const char *folder, hw_error *err)
{
    HW_AUTO_BUFFER(before);
    HW_AUTO_BUFFER(now);
    append_short(&before, there);
    append_short(&now, here);
    HW_FAIL(err, HW_EINVAL, "grid_dir",
            "grid_dir: %.300s holds another grid: %s%s%s is %s there and %s here; give the same "
            "command again, or another folder",
            folder, what, *what ? " " : "", name, hwi_buffer_text(&before), hwi_buffer_text(&now));
}

/* The entries of two objects, but for those that may differ. */
static hw_status check_objects(const char *what, const json_t *there, const json_t *here,
                               const char *const *may_differ, const char *folder, hw_error *err)
{
    const json_t *const pair[] = {there, here};
    for (int side = 0; side < 2; side++) {
        const char *name;
        json_t *value;
        json_object_foreach((json_t *)pair[side], name, value)
        {
            bool is_free = false;
            for (const char *const *free_name = may_differ; *free_name; free_name++)
                is_free = is_free || strcmp(*free_name, name) == 0;
            if (is_free)
                continue;
            const json_t *a = json_object_get(there, name), *b = json_object_get(here, name);
            if (!json_equal(a, b))
                return fail_differs(what, name, a, b, folder, err);
        }
    }
    return HW_OK;
}

static hw_status check_frames(const json_t *there, const json_t *here, const char *key,
                              const char *folder, hw_error *err)
{
    const json_t *a = json_object_get(there, key), *b = json_object_get(here, key);
    if (json_is_object(a) != json_is_object(b))
        HW_FAIL(err, HW_EINVAL, "grid_dir",
                "grid_dir: %.300s holds a grid %s a %s, this command has %s; give the same command "
                "again, or another folder",
                folder, json_is_object(a) ? "with" : "without", key,
                json_is_object(b) ? "one" : "none");
    const json_t *x = json_object_get(a, "fingerprint"), *y = json_object_get(b, "fingerprint");
    if (json_is_object(a) && !json_equal(x, y))
        HW_FAIL(err, HW_EINVAL, "grid_dir",
                "grid_dir: %.200s holds a grid of another %s (%.60s, %lld rows) than %.60s, %lld "
                "rows: names, types or values differ; give the same command again, or another "
                "folder",
                folder, key, json_string_value(json_object_get(a, "name")),
                (long long)json_integer_value(json_object_get(a, "rows")),
                json_string_value(json_object_get(b, "name")),
                (long long)json_integer_value(json_object_get(b, "rows")));
    return HW_OK;
}

hw_status hwi_grid_head_check(const json_t *there, const json_t *here, const char *folder,
                              hw_error *err)
{
    static const char *const none[] = {NULL};
    static const char *const limits[] = {"max_models",      "max_runtime_secs",   "stopping_rounds",
                                         "stopping_metric", "stopping_tolerance", NULL};
    const json_t *a = json_object_get(there, "hyper_params");
    const json_t *b = json_object_get(here, "hyper_params");
    if (json_is_object(a) && json_is_object(b))
        HW_TRY(check_objects("hyper-parameter", a, b, none, folder, err));
    else if (!json_equal(a, b))
        return fail_differs("", "hyper_params", a, b, folder, err);
    HW_TRY(check_objects("", json_object_get(there, "params"), json_object_get(here, "params"),
                         none, folder, err));
    HW_TRY(check_objects("search_criteria's", json_object_get(there, "search_criteria"),
                         json_object_get(here, "search_criteria"), limits, folder, err));
    HW_TRY(check_frames(there, here, "training_frame", folder, err));
    HW_TRY(check_frames(there, here, "validation_frame", folder, err));
    if (!json_equal(json_object_get(there, "grid_id"), json_object_get(here, "grid_id")))
        return fail_differs("", "grid_id", json_object_get(there, "grid_id"),
                            json_object_get(here, "grid_id"), folder, err);
    return HW_OK;
}
