/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/manifest.h"

#include <limits.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/table_json.h"
#include "grid/leaderboard.h"
#include "grid/space.h"
#include "metrics/named.h"
#include "params/params.h"

const char hwi_grid_manifest_name[] = "grid.json";
static const char FORMAT[] = "heavywater grid";
static const char *const ending_names[] = {"epochs", "converged", "time", "unstable", "cancelled"};

char *hwi_grid_path(const char *folder, const char *name)
{
    size_t n = strlen(folder) + strlen(name) + 2;
    char *path = hwi_alloc_array(n, 1);
    bool has_slash = *folder && folder[strlen(folder) - 1] == '/';
    if (path)
        snprintf(path, n, "%s%s%s", folder, has_slash ? "" : "/", name);
    return path;
}

/* --- Writing ---------------------------------------------------------------------------------- */

static void write_json(hwi_json *out, const json_t *value)
{
    size_t i;
    const char *key;
    json_t *item;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        hwi_json_begin_object(out);
        json_object_foreach((json_t *)value, key, item)
        {
            hwi_json_key(out, key);
            write_json(out, item);
        }
        hwi_json_end_object(out);
        break;
    case JSON_ARRAY:
        hwi_json_begin_array(out, true);
        json_array_foreach(value, i, item) write_json(out, item);
        hwi_json_end_array(out);
        break;
    case JSON_STRING:
        hwi_json_string(out, json_string_value(value));
        break;
    case JSON_INTEGER:
        hwi_json_int(out, json_integer_value(value));
        break;
    case JSON_REAL:
        hwi_json_double(out, json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        hwi_json_bool(out, json_is_true(value));
        break;
    case JSON_NULL:
        hwi_json_null(out);
        break;
    }
}

static void write_values(hwi_json *out, const hw_grid *grid, const hwi_grid_values *values)
{
    hwi_json_put_int(out, "index", values->index);
    hwi_json_put_int(out, "number", values->number);
    hwi_json_put_string(out, "model_id", values->id);
    hwi_json_key(out, "values");
    hwi_json_begin_object(out);
    for (int32_t h = 0; h < grid->n_names; h++)
        if (values->texts[h])
            hwi_json_put_string(out, grid->names[h], values->texts[h]);
    hwi_json_end_object(out);
}

static void write_metrics(hwi_json *out, const hw_grid *grid, const double *metrics)
{
    if (!metrics) {
        hwi_json_null(out);
        return;
    }
    hwi_json_begin_object(out);
    for (int32_t i = 0; i < hwi_named_n(grid->category); i++)
        hwi_json_put_double(out, hwi_named_name(grid->category, i), metrics[i]);
    hwi_json_end_object(out);
}

static void write_model(hwi_json *out, const hw_grid *grid, const hwi_grid_model *model)
{
    hwi_json_begin_object(out);
    write_values(out, grid, &model->values);
    hwi_json_put_string(out, "file", model->file);
    hwi_json_put_int(out, "seed", model->seed);
    hwi_json_put_string(out, "ending", ending_names[model->ending]);
    hwi_json_put_double(out, "epochs", model->epochs);
    hwi_json_put_int(out, "run_time_ms", model->run_time_ms);
    hwi_json_put_int(out, "n_weights", model->n_weights);
    hwi_json_key(out, "metrics");
    hwi_json_begin_object(out);
    for (int s = HWI_GRID_N_SOURCES - 1; s >= 0; s--) {
        hwi_json_key(out, hwi_grid_source_names[s]);
        write_metrics(out, grid, model->metrics[s]);
    }
    hwi_json_end_object(out);
    hwi_json_put_string(out, "command", model->command);
    hwi_json_end_object(out);
}

static void write_failure(hwi_json *out, const hw_grid *grid, const hwi_grid_failure *failure)
{
    hwi_json_begin_object(out);
    write_values(out, grid, &failure->values);
    hwi_json_put_string(out, "field", failure->field);
    hwi_json_put_string(out, "reason", failure->reason);
    hwi_json_end_object(out);
}

static void write_order(hwi_json *out, const hw_grid *grid)
{
    hwi_json_key(out, "sort");
    hwi_json_begin_object(out);
    hwi_json_put_string(out, "metric", hw_grid_sort_metric(grid));
    hwi_json_put_bool(out, "decreasing", grid->is_decreasing);
    hwi_json_put_string(out, "of", hw_grid_metrics_of(grid));
    hwi_json_end_object(out);
}

void hwi_grid_manifest_write(const hw_grid *grid, hwi_buffer *out)
{
    hwi_json json;
    const char *key;
    json_t *value;
    hwi_json_init(&json, out);
    hwi_json_begin_object(&json);
    hwi_json_put_string(&json, "format", FORMAT);
    hwi_json_put_int(&json, "format_version", HWI_GRID_FORMAT_VERSION);
    hwi_json_put_string(&json, "heavywater", hw_version());
    hwi_json_put_string(&json, "state", hw_grid_state_name(grid->state));
    hwi_json_put_string(&json, "category", hw_category_name(grid->category));
    json_object_foreach(grid->head, key, value)
    {
        hwi_json_key(&json, key);
        write_json(&json, value);
    }
    hwi_json_put_int(&json, "n_combinations", grid->n_combinations);
    hwi_json_put_double(&json, "seconds", grid->seconds);
    write_order(&json, grid);
    hwi_json_key(&json, "models");
    hwi_json_begin_array(&json, false);
    for (int32_t i = 0; i < grid->n_models; i++)
        write_model(&json, grid, grid->models[i]);
    hwi_json_end_array(&json);
    hwi_json_key(&json, "failed");
    hwi_json_begin_array(&json, false);
    for (int32_t i = 0; i < grid->n_failures; i++)
        write_failure(&json, grid, grid->failures[i]);
    hwi_json_end_array(&json);
    hwi_json_end_object(&json);
    hwi_buffer_append_char(out, '\n');
}

/* --- Reading ---------------------------------------------------------------------------------- */

typedef struct reader {
    const char *path;
    hw_grid *grid;
} reader;

static hw_status fail_format(const reader *r, const char *what, hw_error *err)
{
    HW_FAIL(err, HW_EFORMAT, "grid_dir", "%.300s is no manifest of a grid: '%s' is missing or odd",
            r->path, what);
}

static hw_status read_text(const reader *r, const json_t *object, const char *key, char **out,
                           hw_error *err)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text)
        return fail_format(r, key, err);
    *out = hwi_strdup(text);
    HW_CHECK_ALLOC(err, *out);
    return HW_OK;
}

static hw_status read_int(const reader *r, const json_t *object, const char *key, int64_t min,
                          int64_t max, int64_t *out, hw_error *err)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value) || json_integer_value(value) < min ||
        json_integer_value(value) > max)
        return fail_format(r, key, err);
    *out = json_integer_value(value);
    return HW_OK;
}

static hw_status read_double(const reader *r, const json_t *object, const char *key, double *out,
                             hw_error *err)
{
    if (!hwi_json_read_number(json_object_get(object, key), out))
        return fail_format(r, key, err);
    return HW_OK;
}

/* One of n names. */
static hw_status read_choice(const reader *r, const json_t *object, const char *key,
                             const char *(*name_of)(int), int n, int *out, hw_error *err)
{
    const char *text = json_string_value(json_object_get(object, key));
    for (int i = 0; text && i < n; i++) {
        if (strcmp(text, name_of(i)) == 0) {
            *out = i;
            return HW_OK;
        }
    }
    return fail_format(r, key, err);
}

static const char *category_name(int i)
{
    return hw_category_name((hw_category)i);
}

static const char *state_name(int i)
{
    return hw_grid_state_name((hw_grid_state)i);
}

static const char *ending_name(int i)
{
    return ending_names[i];
}

static hw_status read_values(const reader *r, const json_t *object, hwi_grid_values *out,
                             hw_error *err)
{
    int64_t number;
    const hw_grid *grid = r->grid;
    HW_TRY(read_int(r, object, "index", 0, INT64_MAX, &out->index, err));
    HW_TRY(read_int(r, object, "number", 0, INT32_MAX, &number, err));
    out->number = (int32_t)number;
    HW_TRY(read_text(r, object, "model_id", &out->id, err));
    out->texts = HWI_NEW_ARRAY(char *, (size_t)grid->n_names);
    HW_CHECK_ALLOC(err, out->texts);
    out->n = grid->n_names;
    const json_t *values = json_object_get(object, "values");
    if (!json_is_object(values))
        return fail_format(r, "values", err);
    for (int32_t h = 0; h < grid->n_names; h++)
        if (json_object_get(values, grid->names[h]))
            HW_TRY(read_text(r, values, grid->names[h], &out->texts[h], err));
    return HW_OK;
}

static hw_status read_metrics(const reader *r, const json_t *object, const char *source,
                              double **out, hw_error *err)
{
    const json_t *values = json_object_get(object, source);
    hw_category category = r->grid->category;
    if (json_is_null(values))
        return HW_OK;
    if (!json_is_object(values))
        return fail_format(r, source, err);
    int32_t n = hwi_named_n(category);
    *out = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, *out);
    for (int32_t i = 0; i < n; i++)
        if (!hwi_json_read_number(json_object_get(values, hwi_named_name(category, i)), &(*out)[i]))
            (*out)[i] = NAN;
    return HW_OK;
}

/* A name without a folder: what stands in a manifest must not lead out of its own. */
static bool is_plain_name(const char *name)
{
    return *name && *name != '.' && !strchr(name, '/');
}

static hw_status read_model(const reader *r, const json_t *object, hw_error *err)
{
    HW_AUTO(hwi_grid_model) *model = HWI_NEW(hwi_grid_model);
    int ending;
    HW_CHECK_ALLOC(err, model);
    HW_TRY(read_values(r, object, &model->values, err));
    HW_TRY(read_text(r, object, "file", &model->file, err));
    if (!is_plain_name(model->file))
        return fail_format(r, "file", err);
    model->path = hwi_grid_path(r->grid->folder, model->file);
    HW_CHECK_ALLOC(err, model->path);
    HW_TRY(read_text(r, object, "command", &model->command, err));
    HW_TRY(read_int(r, object, "seed", INT64_MIN, INT64_MAX, &model->seed, err));
    HW_TRY(read_choice(r, object, "ending", ending_name, HW_ENDED_CANCELLED + 1, &ending, err));
    model->ending = (hw_ending)ending;
    HW_TRY(read_double(r, object, "epochs", &model->epochs, err));
    HW_TRY(read_int(r, object, "run_time_ms", INT64_MIN, INT64_MAX, &model->run_time_ms, err));
    HW_TRY(read_int(r, object, "n_weights", 0, INT64_MAX, &model->n_weights, err));
    const json_t *metrics = json_object_get(object, "metrics");
    for (int s = 0; s < HWI_GRID_N_SOURCES; s++)
        HW_TRY(read_metrics(r, metrics, hwi_grid_source_names[s], &model->metrics[s], err));
    HW_TRY(hwi_grid_add_model(r->grid, model, err));
    (void)HW_TAKE(model);
    return HW_OK;
}

static hw_status read_failure(const reader *r, const json_t *object, hw_error *err)
{
    HW_AUTO(hwi_grid_failure) *failure = HWI_NEW(hwi_grid_failure);
    HW_CHECK_ALLOC(err, failure);
    HW_TRY(read_values(r, object, &failure->values, err));
    HW_TRY(read_text(r, object, "field", &failure->field, err));
    HW_TRY(read_text(r, object, "reason", &failure->reason, err));
    HW_TRY(hwi_grid_add_failure(r->grid, failure, err));
    (void)HW_TAKE(failure);
    return HW_OK;
}

static hw_status read_names(const reader *r, const json_t *json, hw_error *err)
{
    hw_grid *grid = r->grid;
    const json_t *names = json_object_get(json, "hyper_names");
    if (!json_is_array(names) || json_array_size(names) > HWI_N_PARAMS)
        return fail_format(r, "hyper_names", err);
    grid->names = HWI_NEW_ARRAY(char *, json_array_size(names));
    HW_CHECK_ALLOC(err, grid->names);
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        if (!name || hwi_param_index(name) < 0)
            return fail_format(r, "hyper_names", err);
        grid->names[i] = hwi_strdup(name);
        HW_CHECK_ALLOC(err, grid->names[i]);
        grid->n_names = (int32_t)i + 1;
    }
    return HW_OK;
}

static hw_status read_head(const reader *r, const json_t *json, hw_error *err)
{
    static const char *const keys[] = {"grid_id",         "hyper_names",    "hyper_params",
                                       "params",          "training_frame", "validation_frame",
                                       "search_criteria", "walk_seed"};
    r->grid->head = json_object();
    HW_CHECK_ALLOC(err, r->grid->head);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        json_t *value = json_object_get(json, keys[i]);
        if (!value)
            return fail_format(r, keys[i], err);
        if (json_object_set(r->grid->head, keys[i], value) != 0)
            HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    }
    return HW_OK;
}

static hw_status read_order(const reader *r, const json_t *json, hw_error *err)
{
    const json_t *sort = json_object_get(json, "sort");
    const char *metric = json_string_value(json_object_get(sort, "metric"));
    if (!metric || hwi_named_find(r->grid->category, metric) < 0)
        return fail_format(r, "sort", err);
    return hwi_grid_choose_order(r->grid, metric,
                                 json_is_true(json_object_get(sort, "decreasing")) ? 1 : -1, err);
}

static hw_status read_grid(const reader *r, const json_t *json, hw_error *err)
{
    hw_grid *grid = r->grid;
    const char *format = json_string_value(json_object_get(json, "format"));
    int64_t version;
    int choice;
    if (!format || strcmp(format, FORMAT) != 0)
        return fail_format(r, "format", err);
    HW_TRY(read_int(r, json, "format_version", 1, INT64_MAX, &version, err));
    if (version > HWI_GRID_FORMAT_VERSION)
        HW_FAIL(err, HW_EUNSUPPORTED, "grid_dir",
                "%.300s is of a later version of heavywater (format %lld, this one reads up to %d)",
                r->path, (long long)version, HWI_GRID_FORMAT_VERSION);
    HW_TRY(read_text(r, json, "grid_id", &grid->id, err));
    HW_TRY(
        read_choice(r, json, "category", category_name, HW_CATEGORY_AUTOENCODER + 1, &choice, err));
    grid->category = (hw_category)choice;
    HW_TRY(read_choice(r, json, "state", state_name, HW_GRID_STOPPED_EARLY + 1, &choice, err));
    grid->state = (hw_grid_state)choice;
    HW_TRY(read_int(r, json, "n_combinations", 0, INT64_MAX, &grid->n_combinations, err));
    HW_TRY(read_double(r, json, "seconds", &grid->seconds, err));
    HW_TRY(read_names(r, json, err));
    HW_TRY(read_head(r, json, err));
    HW_TRY(read_order(r, json, err));
    const json_t *models = json_object_get(json, "models");
    const json_t *failures = json_object_get(json, "failed");
    size_t i;
    json_t *item;
    if (!json_is_array(models) || !json_is_array(failures))
        return fail_format(r, "models", err);
    json_array_foreach(models, i, item) HW_TRY(read_model(r, item, err));
    json_array_foreach(failures, i, item) HW_TRY(read_failure(r, item, err));
    return HW_OK;
}

hw_status hwi_grid_manifest_read(const char *folder, hw_grid **out, hw_error *err)
{
    HW_AUTO(char) *path = hwi_grid_path(folder, hwi_grid_manifest_name);
    HW_AUTO_FILE_TEXT(text);
    HW_CHECK_ALLOC(err, path);
    if (access(folder, F_OK) == 0 && access(path, F_OK) != 0)
        HW_FAIL(err, HW_EIO, NULL,
                "the folder %.300s holds no grid (no file %s); models in it are named one by one",
                folder, hwi_grid_manifest_name);
    HW_TRY(hwi_file_read(path, 0, &text, err));
    json_error_t where;
    HW_AUTO(json_t) *json = json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(json))
        HW_FAIL(err, HW_EFORMAT, "grid_dir", "%.300s is no manifest of a grid: line %d: %.120s",
                path, where.line, where.text);
    HW_AUTO(hw_grid) *grid = HWI_NEW(hw_grid);
    HW_CHECK_ALLOC(err, grid);
    grid->folder = hwi_strdup(folder);
    HW_CHECK_ALLOC(err, grid->folder);
    reader r = {.path = path, .grid = grid};
    HW_TRY(read_grid(&r, json, err));
    *out = HW_TAKE(grid);
    return HW_OK;
}

hw_status hw_grid_read(const char *grid_dir, hw_grid **out_grid, hw_error *err)
{
    HW_CHECK_ARG(err, grid_dir && out_grid);
    HW_AUTO(hw_grid) *grid = NULL;
    HW_TRY(hwi_grid_manifest_read(grid_dir, &grid, err));
    HW_TRY(hwi_grid_rank(grid, err));
    *out_grid = HW_TAKE(grid);
    return HW_OK;
}
