/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/grid.h"

#include <math.h>
#include <string.h>

#include "metrics/named.h"

const char *const hwi_grid_source_names[] = {"cross_validation", "validation", "training"};

/* --- Lifecycle -------------------------------------------------------------------------------- */

void hwi_grid_values_clear(hwi_grid_values *values)
{
    for (int32_t i = 0; values->texts && i < values->n; i++)
        hwi_free(values->texts[i]);
    hwi_free(values->texts);
    hwi_free(values->id);
    *values = (hwi_grid_values){0};
}

void hwi_grid_model_free(hwi_grid_model *model)
{
    if (!model)
        return;
    hwi_grid_values_clear(&model->values);
    hwi_free(model->file);
    hwi_free(model->path);
    hwi_free(model->command);
    for (int s = 0; s < HWI_GRID_N_SOURCES; s++)
        hwi_free(model->metrics[s]);
    hw_model_unref(model->model);
    hwi_free(model);
}

void hwi_grid_failure_free(hwi_grid_failure *failure)
{
    if (!failure)
        return;
    hwi_grid_values_clear(&failure->values);
    hwi_free(failure->field);
    hwi_free(failure->reason);
    hwi_free(failure);
}

void hw_grid_free(hw_grid *grid)
{
    if (!grid)
        return;
    for (int32_t i = 0; i < grid->n_models; i++)
        hwi_grid_model_free(grid->models[i]);
    for (int32_t i = 0; i < grid->n_failures; i++)
        hwi_grid_failure_free(grid->failures[i]);
    for (int32_t i = 0; i < grid->n_names; i++)
        hwi_free(grid->names[i]);
    hwi_free(grid->models);
    hwi_free(grid->failures);
    hwi_free(grid->names);
    hwi_free(grid->order);
    hwi_free(grid->id);
    hwi_free(grid->folder);
    json_decref(grid->head);
    hwi_table_free(grid->leaderboard);
    hwi_free(grid);
}

/* --- Adding ----------------------------------------------------------------------------------- */

void hwi_grid_values_describe(const hwi_grid_values *values, char *const *names, hwi_buffer *out)
{
    for (int32_t i = 0; i < values->n; i++) {
        if (!values->texts[i])
            continue;
        hwi_buffer_printf(out, "%s%s ", out->size ? "  " : "", names[i]);
        hwi_buffer_append_text(out, *values->texts[i] ? values->texts[i] : "none");
    }
}

/* Room for one more pointer; a full array doubles. */
static hw_status make_room(void **array, int32_t n, int32_t *capacity, size_t size, hw_error *err)
{
    if (n < *capacity)
        return HW_OK;
    int32_t larger = *capacity ? 2 * *capacity : 16;
    void *moved = hwi_realloc_array(*array, (size_t)n, (size_t)larger, size);
    HW_CHECK_ALLOC(err, moved);
    *array = moved;
    *capacity = larger;
    return HW_OK;
}

hw_status hwi_grid_add_model(hw_grid *grid, hwi_grid_model *model, hw_error *err)
{
    int32_t capacity = grid->capacity_models, n = grid->n_models;
    HW_TRY(make_room((void **)&grid->order, n, &capacity, sizeof *grid->order, err));
    HW_TRY(make_room((void **)&grid->models, n, &grid->capacity_models, sizeof *grid->models, err));
    int32_t at = n;
    for (; at > 0 && grid->models[at - 1]->values.index > model->values.index; at--)
        grid->models[at] = grid->models[at - 1];
    grid->models[at] = model;
    grid->n_models++;
    return HW_OK;
}

hw_status hwi_grid_add_failure(hw_grid *grid, hwi_grid_failure *failure, hw_error *err)
{
    int32_t at = grid->n_failures;
    HW_TRY(make_room((void **)&grid->failures, at, &grid->capacity_failures, sizeof *grid->failures,
                     err));
    for (; at > 0 && grid->failures[at - 1]->values.index > failure->values.index; at--)
        grid->failures[at] = grid->failures[at - 1];
    grid->failures[at] = failure;
    grid->n_failures++;
    return HW_OK;
}

static hw_status note_metrics(const hw_metrics *metrics, double **out, hw_error *err)
{
    if (!metrics)
        return HW_OK;
    int32_t n = hwi_named_n(hw_metrics_category(metrics));
    *out = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, *out);
    for (int32_t i = 0; i < n; i++)
        (*out)[i] = hwi_named_value(metrics, i);
    return HW_OK;
}

hw_status hwi_grid_note_model(const hw_model *model, hwi_grid_model *out, hw_error *err)
{
    out->seed = model->seed;
    out->ending = model->ending;
    out->epochs = model->epochs;
    out->run_time_ms = model->run_time_ms;
    out->n_weights = hw_model_n_weights(model);
    HW_TRY(note_metrics(model->cross_validation_metrics, &out->metrics[HWI_GRID_CROSS_VALIDATION],
                        err));
    HW_TRY(note_metrics(model->validation_metrics, &out->metrics[HWI_GRID_VALIDATION], err));
    return note_metrics(model->training_metrics, &out->metrics[HWI_GRID_TRAINING], err);
}

int hwi_grid_source(const hw_grid *grid)
{
    int source = HWI_GRID_TRAINING;
    for (int32_t i = 0; i < grid->n_models; i++)
        for (int s = 0; s < source; s++)
            if (grid->models[i]->metrics[s])
                source = s;
    return source;
}

/* --- Public accessors ------------------------------------------------------------------------- */

static const hwi_grid_model *ranked(const hw_grid *grid, int32_t i)
{
    return i >= 0 && i < grid->n_models ? grid->models[grid->order[i]] : NULL;
}

static const hwi_grid_failure *failed(const hw_grid *grid, int32_t i)
{
    return i >= 0 && i < grid->n_failures ? grid->failures[i] : NULL;
}

hw_grid_state hw_grid_get_state(const hw_grid *grid)
{
    return grid->state;
}

const char *hw_grid_state_name(hw_grid_state state)
{
    static const char *const names[] = {"running", "complete", "cancelled", "out of time",
                                        "stopped early"};
    return (int)state >= 0 && state <= HW_GRID_STOPPED_EARLY ? names[state] : NULL;
}

const char *hw_grid_id(const hw_grid *grid)
{
    return grid->id;
}

hw_category hw_grid_category(const hw_grid *grid)
{
    return grid->category;
}

int64_t hw_grid_n_combinations(const hw_grid *grid)
{
    return grid->n_combinations;
}

int32_t hw_grid_n_hyper(const hw_grid *grid)
{
    return grid->n_names;
}

const char *hw_grid_hyper_name(const hw_grid *grid, int32_t h)
{
    return h >= 0 && h < grid->n_names ? grid->names[h] : NULL;
}

int32_t hw_grid_n_models(const hw_grid *grid)
{
    return grid->n_models;
}

const char *hw_grid_model_id(const hw_grid *grid, int32_t i)
{
    const hwi_grid_model *model = ranked(grid, i);
    return model ? model->values.id : NULL;
}

const char *hw_grid_model_path(const hw_grid *grid, int32_t i)
{
    const hwi_grid_model *model = ranked(grid, i);
    return model ? model->path : NULL;
}

const char *hw_grid_model_value(const hw_grid *grid, int32_t i, int32_t h)
{
    const hwi_grid_model *model = ranked(grid, i);
    return model && h >= 0 && h < model->values.n ? model->values.texts[h] : NULL;
}

const char *hw_grid_model_command(const hw_grid *grid, int32_t i)
{
    const hwi_grid_model *model = ranked(grid, i);
    return model ? model->command : NULL;
}

int64_t hw_grid_model_seed(const hw_grid *grid, int32_t i)
{
    const hwi_grid_model *model = ranked(grid, i);
    return model ? model->seed : -1;
}

double hw_grid_model_metric(const hw_grid *grid, int32_t i, const char *name)
{
    const hwi_grid_model *model = ranked(grid, i);
    int32_t metric = name ? hwi_named_find(grid->category, name) : -1;
    const double *values = model ? model->metrics[hwi_grid_source(grid)] : NULL;
    return values && metric >= 0 ? values[metric] : NAN;
}

hw_status hw_grid_read_model(const hw_grid *grid, int32_t i, hw_model **out_model, hw_error *err)
{
    const hwi_grid_model *model = ranked(grid, i);
    HW_CHECK_ARG(err, model && out_model);
    if (!model->model)
        return hw_model_read(model->path, out_model, err);
    *out_model = hw_model_ref(model->model);
    return HW_OK;
}

int32_t hw_grid_n_failed(const hw_grid *grid)
{
    return grid->n_failures;
}

const char *hw_grid_failed_id(const hw_grid *grid, int32_t i)
{
    const hwi_grid_failure *failure = failed(grid, i);
    return failure ? failure->values.id : NULL;
}

const char *hw_grid_failed_value(const hw_grid *grid, int32_t i, int32_t h)
{
    const hwi_grid_failure *failure = failed(grid, i);
    return failure && h >= 0 && h < failure->values.n ? failure->values.texts[h] : NULL;
}

const char *hw_grid_failed_field(const hw_grid *grid, int32_t i)
{
    const hwi_grid_failure *failure = failed(grid, i);
    return failure ? failure->field : NULL;
}

const char *hw_grid_failed_reason(const hw_grid *grid, int32_t i)
{
    const hwi_grid_failure *failure = failed(grid, i);
    return failure ? failure->reason : NULL;
}
