/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/work.h"

#include <string.h>

enum { N_PARTIALS = 8 };

typedef struct carver {
    char *slab;
    size_t n_used;
} carver;

static void *carve(carver *c, int64_t n, size_t size)
{
    void *piece = c->slab ? c->slab + c->n_used : NULL;
    c->n_used += ((size_t)n * size + 63) / 64 * 64;
    return piece;
}

static void carve_active(carver *c, int64_t n, hwi_active *active)
{
    active->units = carve(c, n, sizeof(int32_t));
    active->values = carve(c, n, sizeof(double));
}

static void lay_out(const hwi_network *network, int32_t max_active, bool has_max_w2, hwi_work *work,
                    carver *c)
{
    carve_active(c, max_active, &work->input);
    work->dense_input = carve(c, network->n_inputs, sizeof(double));
    work->targets = carve(c, network->n_inputs, sizeof(double));
    for (int32_t l = 0; l < network->n_layers; l++) {
        const hwi_layer *layer = &network->layers[l];
        hwi_layer_work *lw = &work->layers[l];
        lw->activation = carve(c, layer->n_units, sizeof(double));
        lw->error = carve(c, layer->n_units, sizeof(double));
        lw->net = carve(c, layer->stride, sizeof(double));
        lw->partials = carve(c, (int64_t)N_PARTIALS * layer->stride, sizeof(double));
        lw->gradient = carve(c, layer->stride, sizeof(double));
        lw->sum_squares = carve(c, layer->stride, sizeof(double));
        lw->fast_net = carve(c, layer->stride, sizeof(float));
        lw->fast_gradient = carve(c, layer->stride, sizeof(float));
        lw->fast_sum_squares = carve(c, layer->stride, sizeof(float));
        lw->is_active = carve(c, layer->stride, sizeof(int32_t));
        lw->active_rows = carve(c, layer->n_rows, sizeof(int32_t));
        lw->is_kept = carve(c, layer->n_units + 8, 1);
        lw->winner = carve(c, layer->n_units, 1);
        carve_active(c, layer->n_units, &lw->output);
        if (has_max_w2)
            lw->row_squares = carve(c, (int64_t)(N_PARTIALS + 1) * layer->stride, sizeof(float));
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
    carver counter = {NULL, 0};
    lay_out(network, max_active_inputs, has_max_w2, work, &counter);
    work->slab = hwi_calloc_array(counter.n_used, 1);
    HW_CHECK_ALLOC(err, work->slab);
    carver c = {work->slab, 0};
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
