/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/work.h"

#include <string.h>

#include "base/slab.h"

enum { N_PARTIALS = 8 };

static void carve_active(hwi_slab *c, int64_t n, hwi_active *active)
{
    active->units = hwi_slab_take(c, n, sizeof(int32_t));
    active->values = hwi_slab_take(c, n, sizeof(double));
}

static void lay_out(const hwi_network *network, int32_t max_active, bool has_max_w2, hwi_work *work,
                    hwi_slab *c)
{
    carve_active(c, max_active, &work->input);
    work->dense_input = hwi_slab_take(c, network->n_inputs, sizeof(double));
    work->targets = hwi_slab_take(c, network->n_inputs, sizeof(double));
    for (int32_t l = 0; l < network->n_layers; l++) {
        const hwi_layer *layer = &network->layers[l];
        hwi_layer_work *lw = &work->layers[l];
        lw->activation = hwi_slab_take(c, layer->n_units, sizeof(double));
        lw->error = hwi_slab_take(c, layer->n_units, sizeof(double));
        lw->net = hwi_slab_take(c, layer->stride, sizeof(double));
        lw->partials = hwi_slab_take(c, (int64_t)N_PARTIALS * layer->stride, sizeof(double));
        lw->gradient = hwi_slab_take(c, layer->stride, sizeof(double));
        lw->sum_squares = hwi_slab_take(c, layer->stride, sizeof(double));
        lw->fast_net = hwi_slab_take(c, layer->stride, sizeof(float));
        lw->fast_gradient = hwi_slab_take(c, layer->stride, sizeof(float));
        lw->fast_sum_squares = hwi_slab_take(c, layer->stride, sizeof(float));
        lw->is_active = hwi_slab_take(c, layer->stride, sizeof(int32_t));
        lw->active_rows = hwi_slab_take(c, layer->n_rows, sizeof(int32_t));
        lw->is_kept = hwi_slab_take(c, layer->n_units + 8, 1);
        lw->winner = hwi_slab_take(c, layer->n_units, 1);
        carve_active(c, layer->n_units, &lw->output);
        if (has_max_w2)
            lw->row_squares =
                hwi_slab_take(c, (int64_t)(N_PARTIALS + 1) * layer->stride, sizeof(float));
    }
}

hw_status hwi_work_new(const hwi_network *network, int32_t max_active_inputs, bool has_max_w2,
                       hwi_work **out, hw_error *err)
{
    HW_AUTO(hwi_work) *work = HWI_NEW(hwi_work);
    HW_CHECK_ALLOC(err, work);
    work->kernels = hwk_get();
    work->n_layers = network->n_layers;
    work->layers = HWI_NEW_ARRAY(hwi_layer_work, (size_t)network->n_layers);
    HW_CHECK_ALLOC(err, work->layers);
    /* Dropped inputs shrink the list; an autoencoder's targets need all units. */
    hwi_slab counter = {NULL, 0};
    lay_out(network, max_active_inputs, has_max_w2, work, &counter);
    work->slab = hwi_calloc_array(counter.n_used, 1);
    HW_CHECK_ALLOC(err, work->slab);
    hwi_slab c = {work->slab, 0};
    lay_out(network, max_active_inputs, has_max_w2, work, &c);
    *out = HW_TAKE(work);
    return HW_OK;
}

void hwi_work_free(hwi_work *work)
{
    if (!work)
        return;
    hwi_free(work->layers);
    hwi_free(work->slab);
    hwi_free(work);
}

void hwi_work_reset(hwi_work *work, const hwi_network *network)
{
    for (int32_t l = 0; l < network->n_layers; l++)
        memset(work->layers[l].winner, 0, (size_t)network->layers[l].n_units);
}

void hwi_work_spread_input(hwi_work *work, const hwi_network *network)
{
    memset(work->dense_input, 0, (size_t)network->n_inputs * sizeof(double));
    for (int32_t i = 0; i < work->input.n; i++)
        work->dense_input[work->input.units[i]] = work->input.values[i];
}
