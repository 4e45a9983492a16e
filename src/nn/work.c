/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/work.h"

#include <string.h>

#include "base/slab.h"

static void carve_active(hwi_slab *c, int64_t n, hwi_active *active)
{
    active->units = hwi_slab_take(c, n, sizeof(int32_t));
    active->values = hwi_slab_take(c, n, sizeof(double));
}

/* More shards than this gain nothing: so many members has no team. */
int32_t hwi_n_shards(const hwi_layer *layer)
{
    int32_t n_parts = layer->is_by_unit ? layer->n_units : layer->n_panels;
    return n_parts < HWI_MAX_MEMBERS ? n_parts : HWI_MAX_MEMBERS;
}

int32_t hwi_shard_begin_unit(const hwi_layer *layer, int32_t shard)
{
    return (int32_t)((int64_t)shard * layer->n_units / hwi_n_shards(layer));
}

int32_t hwi_shard_begin(const hwi_layer *layer, int32_t shard)
{
    return (int32_t)((int64_t)shard * layer->n_panels / hwi_n_shards(layer));
}

static int32_t first_shard(int32_t n_shards, int32_t n_members, int32_t member)
{
    return (n_shards * member + n_members - 1) / n_members;
}

static int16_t owner_of(int32_t n_shards, int32_t n_members, int32_t shard)
{
    int16_t member = 0;
    while (first_shard(n_shards, n_members, member + 1) <= shard)
        member++;
    return member;
}

/* Neighbours first, then what they have become: pairs of 1, 2, 4 ... shards. */
static void list_merges(int32_t n_shards, int32_t n_members, hwi_merge *out)
{
    for (int32_t size = 1; size < n_shards; size *= 2)
        for (int32_t to = 0; to + size < n_shards; to += 2 * size) {
            int32_t end = to + 2 * size < n_shards ? to + 2 * size : n_shards;
            int16_t owner = owner_of(n_shards, n_members, to);
            if (owner_of(n_shards, n_members, end - 1) != owner)
                owner = -1;
            *out++ = (hwi_merge){(int16_t)to, (int16_t)(to + size), owner};
        }
}

static void divide_panels(const hwi_layer *layer, hwi_layer_work *lw)
{
    lw->panel_begin = hwi_shard_begin(layer, lw->shard_begin);
    lw->panel_end = hwi_shard_begin(layer, lw->shard_end);
    int32_t units_per_panel = HWK_LANES / layer->n_channels;
    int32_t end = lw->panel_end * units_per_panel;
    lw->unit_begin = lw->panel_begin * units_per_panel;
    lw->unit_end = end < layer->n_units ? end : layer->n_units;
    if (lw->unit_begin > lw->unit_end)
        lw->unit_begin = lw->unit_end;
}

/* Panels are shared at the borders then: of own arrays by row only. */
static void divide_units(const hwi_layer *layer, hwi_layer_work *lw)
{
    lw->unit_begin = hwi_shard_begin_unit(layer, lw->shard_begin);
    lw->unit_end = hwi_shard_begin_unit(layer, lw->shard_end);
    lw->panel_begin = lw->unit_begin * layer->n_channels / HWK_LANES;
    lw->panel_end = (lw->unit_end * layer->n_channels + HWK_LANES - 1) / HWK_LANES;
}

/* A layer of one shard is the last member's, who otherwise has the smaller part. */
static void divide_layer(const hwi_layer *layer, const hwi_seat *seat, hwi_layer_work *lw)
{
    int32_t n_members = hwi_team_n_members(seat->team), n = hwi_n_shards(layer), m = seat->member;
    lw->n_shards = n;
    lw->shard_begin = first_shard(n, n_members, m);
    lw->shard_end = first_shard(n, n_members, m + 1);
    if (n == 1) {
        lw->shard_begin = m < n_members - 1;
        lw->shard_end = 1;
    }
    lw->is_divided = n > 1 && n_members > 1;
    if (layer->is_by_unit)
        divide_units(layer, lw);
    else
        divide_panels(layer, lw);
}

static void lay_out_shared(const hwi_layer *layer, bool is_fast, hwi_layer_work *lw, hwi_slab *c)
{
    lw->activation = hwi_slab_take(c, layer->n_units, sizeof(double));
    lw->error = hwi_slab_take(c, layer->n_units + HWK_LANES, sizeof(double));
    lw->net = hwi_slab_take(c, hwi_layer_n_padded(layer), sizeof(double));
    if (is_fast)
        lw->error_parts = hwi_slab_take(c, (int64_t)lw->n_shards * hwi_layer_n_padded_inputs(layer),
                                        sizeof(float));
}

static void lay_out_own(const hwi_layer *layer, hwi_layer_work *lw, hwi_slab *c)
{
    lw->dense = hwi_slab_take(c, layer->n_units, sizeof(double));
    lw->narrow = hwi_slab_take(c, layer->n_in, sizeof(float));
    lw->sums = hwi_slab_take(c, layer->is_by_unit ? hwi_layer_n_padded(layer) : 0, sizeof(float));
    lw->merges = hwi_slab_take(c, lw->n_shards - 1, sizeof(hwi_merge));
    lw->unit_gradient = hwi_slab_take(c, layer->n_units, sizeof(double));
    lw->gradient = hwi_slab_take(c, hwi_layer_n_padded(layer), sizeof(double));
    lw->sum_squares = hwi_slab_take(c, hwi_layer_n_padded(layer), sizeof(double));
    lw->excess = hwi_slab_take(c, layer->average_activation ? layer->n_rows : 0, sizeof(double));
    lw->is_active = hwi_slab_take(c, hwi_layer_n_padded(layer), sizeof(int32_t));
    lw->active_rows = hwi_slab_take(c, layer->n_rows, sizeof(int32_t));
    lw->is_kept = hwi_slab_take(c, layer->n_units + 32, 1);
    lw->winner = hwi_slab_take(c, layer->n_units, 1);
    carve_active(c, layer->n_units, &lw->output);
}

/* Every chunk of inputs counts but where the first layer says which do. */
static void lay_out_side_by_side(const hwi_layer *layer, bool is_fast, hwi_layer_work *lw,
                                 hwi_slab *c)
{
    hwk_dense *inputs = &lw->side_by_side;
    const int64_t n_padded = hwi_layer_n_padded_inputs(layer);
    int32_t *chunks = hwi_slab_take(c, n_padded / HWK_LANES, sizeof(int32_t));
    inputs->chunks = chunks;
    inputs->n_in = layer->n_in;
    inputs->n_chunks = (int32_t)(n_padded / HWK_LANES);
    for (int32_t i = 0; c->slab && i < inputs->n_chunks; i++)
        chunks[i] = i;
    if (is_fast) {
        inputs->x = hwi_slab_take(c, n_padded, sizeof(float));
    } else {
        inputs->wide = hwi_slab_take(c, n_padded, sizeof(double));
        inputs->takes_part = hwi_slab_take(c, n_padded, sizeof(int32_t));
    }
}

static void lay_out_ahead(const hwi_network *network, int32_t max_active, hwi_work *work,
                          hwi_slab *c)
{
    const hwi_layer *first = &network->layers[0];
    int64_t n_padded = hwi_layer_n_padded_inputs(first);
    carve_active(c, max_active, &work->ahead.input);
    work->ahead.x = hwi_slab_take(c, n_padded, sizeof(float));
    work->ahead.chunks = hwi_slab_take(c, n_padded / HWK_LANES, sizeof(int32_t));
    work->ahead.sums = hwi_slab_take(c, hwi_layer_n_padded(first), sizeof(float));
    work->ahead.has_sum = hwi_slab_take(c, hwi_layer_n_padded(first), 1);
}

static void lay_out(const hwi_network *network, int32_t max_active, const hwi_seat *seat,
                    hwi_work *work, hwi_slab *c)
{
    carve_active(c, max_active, &work->input);
    work->is_kept_input = hwi_slab_take(c, network->n_inputs + 16, 1);
    work->dense_input = hwi_slab_take(c, network->n_inputs, sizeof(double));
    work->targets = hwi_slab_take(c, network->n_inputs, sizeof(double));
    if (work->is_fast)
        lay_out_ahead(network, max_active, work, c);
    for (int32_t l = 0; l < network->n_layers; l++) {
        hwi_layer described = network->layers[l];
        const hwi_layer *layer = &described;
        hwi_layer_work *lw = &work->layers[l];
        described.is_by_unit = seat->is_by_unit && seat->is_by_unit[l];
        divide_layer(layer, seat, lw);
        if (layer->is_by_unit)
            lay_out_side_by_side(layer, work->is_fast, lw, c);
        if (seat->leader) {
            const hwi_layer_work *shared = &seat->leader->layers[l];
            lw->activation = shared->activation;
            lw->error = shared->error;
            lw->net = shared->net;
            lw->error_parts = shared->error_parts;
            if (l == network->n_layers - 1)
                lw->activation = hwi_slab_take(c, layer->n_units, sizeof(double));
        } else {
            lay_out_shared(layer, work->is_fast && l > 0, lw, c);
        }
        lay_out_own(layer, lw, c);
        if (c->slab)
            list_merges(lw->n_shards, hwi_team_n_members(seat->team), lw->merges);
    }
}

hw_status hwi_work_new(const hwi_network *network, int32_t max_active_inputs, bool is_fast,
                       hwi_seat seat, hwi_work **out, hw_error *err)
{
    HW_AUTO(hwi_work) *work = HWI_NEW(hwi_work);
    HW_CHECK_ALLOC(err, work);
    work->kernels = hwk_get();
    work->is_fast = is_fast;
    work->team = seat.team;
    work->member = seat.member;
    work->n_layers = network->n_layers;
    work->layers = HWI_NEW_ARRAY(hwi_layer_work, (size_t)network->n_layers);
    HW_CHECK_ALLOC(err, work->layers);
    /* Dropped inputs shrink the list; an autoencoder's targets need all units. */
    hwi_slab counter = {NULL, 0};
    lay_out(network, max_active_inputs, &seat, work, &counter);
    work->slab = hwi_calloc_array(counter.n_used, 1);
    HW_CHECK_ALLOC(err, work->slab);
    hwi_slab c = {work->slab, 0};
    lay_out(network, max_active_inputs, &seat, work, &c);
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

static void swap_rows(hwi_work *work, const hwi_network *network)
{
    hwi_ahead *ahead = &work->ahead;
    hwi_active input = work->input;
    work->input = ahead->input;
    ahead->input = input;
    float *x = ahead->x;
    if (!network->layers[0].is_by_unit) {
        ahead->x = work->layers[0].narrow;
        work->layers[0].narrow = x;
        return;
    }
    int32_t *chunks = ahead->chunks, n_chunks = ahead->n_chunks;
    hwk_dense *inputs = &work->layers[0].side_by_side;
    ahead->x = (float *)inputs->x;
    ahead->chunks = (int32_t *)inputs->chunks;
    ahead->n_chunks = inputs->n_chunks;
    inputs->x = x;
    inputs->chunks = chunks;
    inputs->n_chunks = n_chunks;
}

void hwi_work_begin_ahead(hwi_work *work, const hwi_network *network)
{
    swap_rows(work, network);
}

void hwi_work_end_ahead(hwi_work *work, const hwi_network *network)
{
    hwi_spread_input(&network->layers[0], work);
    swap_rows(work, network);
    work->ahead.is_known = true;
}

bool hwi_work_go_ahead(hwi_work *work, const hwi_network *network)
{
    if (!work->ahead.is_known)
        return false;
    swap_rows(work, network);
    work->ahead.is_known = false;
    work->is_spread = true;
    return true;
}

void hwi_work_reset(hwi_work *work, const hwi_network *network)
{
    for (int32_t l = 0; l < network->n_layers; l++)
        memset(work->layers[l].winner, 0, (size_t)network->layers[l].n_units);
}

void hwi_work_copy_winners(hwi_work *member, hwi_work *alone, bool to_alone,
                           const hwi_network *network)
{
    for (int32_t l = 0; l < network->n_layers; l++) {
        const hwi_layer_work *own = &member->layers[l];
        size_t n = (size_t)(own->unit_end - own->unit_begin);
        uint8_t *of_member = own->winner + own->unit_begin;
        uint8_t *of_alone = alone->layers[l].winner + own->unit_begin;
        if (to_alone)
            memcpy(of_alone, of_member, n);
        else
            memcpy(of_member, of_alone, n);
    }
}

void hwi_work_spread_input(hwi_work *work, const hwi_network *network)
{
    memset(work->dense_input, 0, (size_t)network->n_inputs * sizeof(double));
    for (int32_t i = 0; i < work->input.n; i++)
        work->dense_input[work->input.units[i]] = work->input.values[i];
}
