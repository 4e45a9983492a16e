/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "heavywater/grid.h"
#include "model/model.h"
#include "report/comparison.h"

static hw_status add_model(hw_comparison *c, const hw_grid *grid, int32_t i,
                           hw_comparison_measure *measure, void *ctx, hw_error *err)
{
    HW_AUTO(hw_model) *model = NULL;
    HW_AUTO(hw_metrics) *of_frame = NULL;
    HW_TRY(hw_grid_read_model(grid, i, &model, err));
    if (measure)
        HW_TRY(measure(model, ctx, &of_frame, err));
    HW_TRY(hw_comparison_add(c, hw_grid_model_id(grid, i), model, of_frame, err));
    const char *command = hw_grid_model_command(grid, i);
    hwi_compared *compared = c->models[c->n_models - 1];
    if (!command)
        return HW_OK;
    hwi_free(compared->command);
    compared->command = hwi_strdup(command);
    HW_CHECK_ALLOC(err, compared->command);
    return HW_OK;
}

static hw_status add_failures(hw_comparison *c, const hw_grid *grid, int32_t n_hyper,
                              const char **names, const char **values, hw_error *err)
{
    for (int32_t i = 0; i < hw_grid_n_failed(grid); i++) {
        for (int32_t h = 0; h < n_hyper; h++)
            values[h] = hw_grid_failed_value(grid, i, h);
        const char *reason = hw_grid_failed_reason(grid, i);
        HW_TRY(hw_comparison_add_failed(c, hw_grid_failed_id(grid, i), n_hyper, names, values,
                                        reason ? reason : "", err));
    }
    return HW_OK;
}

static hw_status add_all(hw_comparison *c, const hw_grid *grid, hw_comparison_measure *measure,
                         void *ctx, const char **names, const char **values, hw_error *err)
{
    int32_t n_hyper = hw_grid_n_hyper(grid);
    for (int32_t h = 0; h < n_hyper; h++)
        names[h] = hw_grid_hyper_name(grid, h);
    bool is_first = c->n_models == 0 && c->n_failures == 0;
    if (is_first) {
        char title[160];
        snprintf(title, sizeof title, "Grid search %.120s", hw_grid_id(grid));
        c->category = hw_grid_category(grid);
        HW_TRY(hw_comparison_set_title(c, title, err));
    }
    HW_TRY(hw_comparison_set_parameters(c, is_first ? n_hyper : 0, names, err));
    for (int32_t i = 0; i < hw_grid_n_models(grid); i++)
        HW_TRY(add_model(c, grid, i, measure, ctx, err));
    return add_failures(c, grid, n_hyper, names, values, err);
}

hw_status hw_comparison_add_grid(hw_comparison *c, const hw_grid *grid,
                                 hw_comparison_measure *measure, void *ctx, hw_error *err)
{
    HW_CHECK_ARG(err, c && grid);
    size_t n = (size_t)hw_grid_n_hyper(grid);
    const char **texts = HWI_NEW_ARRAY(const char *, 2 * n);
    HW_CHECK_ALLOC(err, texts);
    hw_status status = add_all(c, grid, measure, ctx, texts, texts + n, err);
    hwi_free(texts);
    return status;
}
