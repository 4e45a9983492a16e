/* SPDX-License-Identifier: Apache-2.0
 *
 * When a search stops early (spec 10.4): models are counted in the order of the walk as far as all
 * before them have ended, so that it does not depend on how many were trained side by side. */
#include <math.h>
#include <string.h>

#include "grid/run.h"
#include "metrics/named.h"
#include "train/stopping.h"

static int compare_indices(const hwi_grid_values *values, int64_t index)
{
    return values->index < index ? -1 : values->index > index;
}

static const hwi_grid_model *find_model(const hw_grid *grid, int64_t index)
{
    int32_t low = 0, high = grid->n_models;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (compare_indices(&grid->models[middle]->values, index) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_there = low < grid->n_models && grid->models[low]->values.index == index;
    return is_there ? grid->models[low] : NULL;
}

static bool has_failed(const hw_grid *grid, int64_t index)
{
    int32_t low = 0, high = grid->n_failures;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (compare_indices(&grid->failures[middle]->values, index) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < grid->n_failures && grid->failures[low]->values.index == index;
}

bool hwi_grid_has_ended(const hw_grid *grid, int64_t index)
{
    return find_model(grid, index) || has_failed(grid, index);
}

/* AUTO is what H2O puts in its place. */
static hw_stopping_metric metric_of(const hwi_grid_run *run)
{
    if (run->criteria->stopping_metric != HW_STOPPING_METRIC_AUTO)
        return run->criteria->stopping_metric;
    switch (run->grid->category) {
    case HW_CATEGORY_REGRESSION:
        return HW_STOPPING_METRIC_DEVIANCE;
    case HW_CATEGORY_AUTOENCODER:
        return HW_STOPPING_METRIC_MSE;
    case HW_CATEGORY_BINOMIAL:
    case HW_CATEGORY_MULTINOMIAL:
        break;
    }
    return HW_STOPPING_METRIC_LOGLOSS;
}

/* Our short names of what the stopping metrics are. */
static double stopping_value(const hwi_grid_run *run, const hwi_grid_model *model)
{
    static const struct {
        const char *value, *name;
    } names[] = {{"mean_residual_deviance", "mean_residual_deviance"},
                 {"classification_error", "err"},
                 {"AUC", "auc"},
                 {"MSE", "mse"},
                 {"RMSE", "rmse"}};
    hw_category category = run->grid->category;
    const char *name = hwi_stopping_value_name(metric_of(run), category);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].value, name) == 0)
            name = names[i].name;
    int32_t metric = hwi_named_find(category, name);
    const double *values = model->metrics[hwi_grid_source(run->grid)];
    return metric >= 0 && values ? values[metric] : NAN;
}

static bool is_worse(const hwi_grid_run *run, double a, double b)
{
    const char *name = hwi_stopping_value_name(metric_of(run), run->grid->category);
    bool more_is_better = strcmp(name, "AUC") == 0 || hwi_named_is_more_better(name);
    return isnan(b) ? false : isnan(a) || (more_is_better ? a < b : a > b);
}

static hw_status insert_value(hwi_grid_run *run, double value, hw_error *err)
{
    if (run->n_stopping == run->capacity_stopping) {
        int32_t larger = run->capacity_stopping ? 2 * run->capacity_stopping : 32;
        double *moved = hwi_realloc_array(run->stopping_values, (size_t)run->n_stopping,
                                          (size_t)larger, sizeof *moved);
        HW_CHECK_ALLOC(err, moved);
        run->stopping_values = moved;
        run->capacity_stopping = larger;
    }
    int32_t at = run->n_stopping++;
    for (; at > 0 && !is_worse(run, run->stopping_values[at - 1], value); at--)
        run->stopping_values[at] = run->stopping_values[at - 1];
    run->stopping_values[at] = value;
    return HW_OK;
}

hw_status hwi_grid_judge_locked(hwi_grid_run *run, hw_error *err)
{
    const hwi_grid_criteria *criteria = run->criteria;
    if (criteria->stopping_rounds == 0)
        return HW_OK;
    int64_t n_begun = hwi_grid_list_n_begun(run->list);
    for (; run->n_prefix < n_begun && !run->is_stopped_early; run->n_prefix++) {
        const hwi_grid_model *model = find_model(run->grid, run->n_prefix);
        bool has_ended = model || has_failed(run->grid, run->n_prefix) ||
                         hwi_grid_list_is_repeated(run->list, run->n_prefix);
        if (!has_ended)
            break;
        if (!model)
            continue;
        HW_TRY(insert_value(run, stopping_value(run, model), err));
        run->is_stopped_early =
            hwi_has_converged(metric_of(run), run->stopping_values, run->n_stopping,
                              criteria->stopping_rounds, criteria->stopping_tolerance);
    }
    return HW_OK;
}
