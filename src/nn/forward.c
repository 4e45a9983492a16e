/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "nn/work.h"

enum { N_PARTIALS = 8 };

/* H2O avoids seeds whose halves are small (spec 3.2). */
static hwi_rng dropout_rng(int64_t seed)
{
    uint64_t bits = (uint64_t)seed;
    if ((bits >> 32) < 0xffff)
        bits |= UINT64_C(0x5B93000000000000);
    if ((bits & 0xffffffff) < 0xffff)
        bits |= UINT64_C(0x00000000DB910000);
    return hwi_rng_new((int64_t)bits);
}

static int64_t add_wrapping(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* Of the 2^24 floats that the generator gives, those below x. */
static uint32_t count_below(double x)
{
    return (uint32_t)ceil(x * (1 << 24));
}

void hwi_drop_inputs(const hwi_dropout *dropout, const hwi_network *network, hwi_work *work)
{
    const hwi_rng rng = dropout_rng(add_wrapping(dropout->seed, 0x1337B4BE));
    const uint8_t *is_kept = work->is_kept_input;
    const hwk_table *kernels = work->kernels;
    int32_t *units = work->input.units, n_kept = 0, n = work->input.n;
    double *values = work->input.values;
    int32_t n_drawn = n > 0 ? units[n - 1] + 1 : 0;
    kernels->draw(work->is_kept_input, n_drawn, rng.state, count_below(dropout->input_ratio));
    if (n == n_drawn) {
        kernels->drop(values, is_kept, n);
        if (!work->is_fast || !network->layers[0].is_by_unit)
            work->input.n = kernels->list_nonzero(units, values, values, n, 0);
        return;
    }
    for (int32_t i = 0; i < n; i++) {
        /* Without a branch, which would be guessed wrongly for every fifth input or so. */
        int32_t unit = units[i];
        units[n_kept] = unit;
        values[n_kept] = values[i];
        n_kept += is_kept[unit];
    }
    work->input.n = n_kept;
}

static int64_t dropout_seed_of(hwi_unit_kind kind)
{
    switch (kind) {
    case HWI_UNIT_RECTIFIER:
        return 0x3C71F1ED;
    case HWI_UNIT_MAXOUT:
        return 0x51C8D00D;
    default: /* Tanh and ExpRectifier: 0xDA7A6000 read as a signed 32-bit number */
        return -629514240;
    }
}

/* Eight bits to eight bytes, the lowest first. */
static void spread_bits(uint32_t bits, uint8_t *bytes)
{
    /* Copies of the lower seven bits every seven bits, without an overlap: bit k is at 8 k. */
    uint64_t spread = (bits & 0x7f) * UINT64_C(0x40810204081) & UINT64_C(0x01010101010101);
    for (int k = 0; k < 7; k++)
        bytes[k] = (uint8_t)(spread >> 8 * k);
    bytes[7] = (bits >> 7) & 1;
}

static void draw_mask(const hwi_layer *layer, const hwi_dropout *dropout, const hwk_table *kernels,
                      uint8_t *is_kept)
{
    hwi_rng rng = dropout_rng(add_wrapping(dropout->seed, dropout_seed_of(layer->kind)));
    /* Draws for units beyond the last come after all others and change nothing. */
    for (int32_t u = 0; layer->dropout_ratio == 0.5 && u < layer->n_units; u += 32) {
        uint32_t bits = hwi_rng_u32(&rng);
        for (int32_t k = 0; k < 32; k += 8)
            spread_bits(bits >> k, is_kept + u + k);
    }
    const uint32_t limit = (uint32_t)floor(layer->dropout_ratio * (1 << 24));
    if (layer->dropout_ratio != 0.5)
        kernels->draw(is_kept, layer->n_units, rng.state, limit + 1);
}

/* The listed inputs side by side, and the chunks that are not 0 altogether. */
static void spread_dense(const hwi_layer *layer, const hwi_active *input, const hwi_work *work,
                         hwk_dense *inputs)
{
    float *x = (float *)inputs->x;
    int32_t *chunks = (int32_t *)inputs->chunks;
    const int32_t n_padded = (int32_t)hwi_layer_n_padded_inputs(layer);
    const int32_t n_chunks = n_padded / HWK_LANES;
    if (input->n == layer->n_in) {
        work->kernels->narrow(x, input->values, input->n);
    } else {
        memset(x, 0, (size_t)n_padded * sizeof(float));
        for (int32_t i = 0; i < input->n; i++)
            x[input->units[i]] = (float)input->values[i];
    }
    inputs->n_chunks = work->kernels->list_chunks(chunks, x, n_chunks);
    inputs->skips_zeros = !work->moves_zeros;
    if (!work->moves_zeros)
        return;
    for (int32_t i = 0; i < n_chunks; i++)
        chunks[i] = i;
    inputs->n_chunks = n_chunks;
}

void hwi_spread_input(const hwi_layer *first, hwi_work *work)
{
    hwi_layer_work *lw = &work->layers[0];
    if (first->is_by_unit)
        spread_dense(first, &work->input, work, &lw->side_by_side);
    else
        work->kernels->narrow(lw->narrow, work->input.values, work->input.n);
}

/* The same of the exact arithmetic. Padding takes no part. */
static void spread_dense_exactly(const hwi_layer *layer, const hwi_active *input,
                                 const hwi_work *work, hwk_dense *inputs)
{
    double *x = (double *)inputs->wide;
    int32_t *takes_part = (int32_t *)inputs->takes_part;
    int32_t *chunks = (int32_t *)inputs->chunks, n = 0;
    const int64_t n_padded = hwi_layer_n_padded_inputs(layer);
    const int32_t n_in = layer->n_in;
    const bool has_all = input->n == n_in;
    memset(x, 0, (size_t)n_padded * sizeof(double));
    memset(takes_part, 0, (size_t)n_padded * sizeof(int32_t));
    for (int32_t i = 0; i < input->n; i++) {
        int32_t c = input->units[i];
        x[c] = input->values[i];
        takes_part[c] = -1;
        if (n == 0 || chunks[n - 1] != c / HWK_LANES)
            chunks[n++] = c / HWK_LANES;
    }
    if (work->moves_zeros) {
        memset(takes_part, 0xff, (size_t)n_in * sizeof(int32_t));
        for (n = 0; n < n_padded / HWK_LANES; n++)
            chunks[n] = n;
    }
    inputs->n_chunks = n;
    inputs->skips_zeros = !work->moves_zeros && !has_all;
}

/* Of a first layer in H2O's order. */
static void sum_by_unit_exactly(const hwi_layer *layer, const hwi_work *work,
                                const hwi_active *input, hwi_layer_work *lw)
{
    const int64_t width = hwi_layer_n_padded_inputs(layer);
    const int32_t begin = lw->unit_begin, n = lw->unit_end - begin;
    spread_dense_exactly(layer, input, work, &lw->side_by_side);
    work->kernels->sum_units_eightfold(lw->net + begin, layer->weights + begin * width, n,
                                       &lw->side_by_side);
    for (int32_t u = begin; u < lw->unit_end; u++)
        lw->net[u] += layer->biases[u];
}

/* What a layer above the first reads: the activations below, all of them. */
static void spread_activations(const hwi_layer *layer, const hwi_work *work,
                               const hwi_layer_work *below, hwk_dense *inputs)
{
    work->kernels->narrow((float *)inputs->x, below->dense, layer->n_in);
    inputs->skips_zeros = below->output.n < layer->n_in && !work->moves_zeros;
}

/* Units that dropout leaves out need no sum: their activation is 0 whatever it is. Of rows of the
 * first layer the sums can be known already. */
static void sum_by_unit(const hwi_layer *layer, hwi_work *work, hwi_layer_work *lw, bool has_mask,
                        bool is_first)
{
    const int32_t has_two = layer->n_channels == 2; /* a division by it would take its time */
    const int32_t begin = lw->unit_begin << has_two, end = lw->unit_end << has_two;
    const uint8_t *has_sum = is_first ? work->ahead.has_sum : NULL;
    float *sums = is_first ? work->ahead.sums : lw->sums;
    int32_t *rows = lw->active_rows, n = 0;
    for (int32_t r = begin; r < end; r++) {
        /* Without a branch, since one on a mask is guessed wrongly every other time. */
        rows[n] = r;
        n += (!has_mask || lw->is_kept[r >> has_two]) && !(has_sum && has_sum[r]);
    }
    work->kernels->sum_units(sums, layer->weights, rows, n, &lw->side_by_side);
    for (int32_t r = begin; r < end; r++) {
        const bool has = !has_mask || lw->is_kept[r >> has_two];
        lw->net[r] = has ? (double)sums[r] + layer->biases[r] : 0;
    }
}

/* Weighted sums of the own rows. Spec 5.2: eight partial sums over the inputs by their number
 * modulo 8, then the rest one by one; Maxout (spec 5.4) sums plainly. Inputs that are 0 add nothing
 * to any sum, so leaving them out keeps every bit. */
static void sum_inputs(const hwi_layer *layer, hwi_work *work, const hwi_active *input,
                       hwi_layer_work *lw, bool has_mask)
{
    const bool is_first = input == &work->input;
    if (layer->is_by_unit && !work->is_fast) {
        sum_by_unit_exactly(layer, work, input, lw);
        return;
    }
    if (layer->is_by_unit) {
        if (!is_first)
            spread_activations(layer, work, lw - 1, &lw->side_by_side);
        else if (!work->is_spread)
            hwi_spread_input(layer, work);
        sum_by_unit(layer, work, lw, has_mask, is_first);
        return;
    }
    const hwk_table *kernels = work->kernels;
    const int32_t n_blocked = layer->n_in / N_PARTIALS * N_PARTIALS;
    const hwk_inputs inputs = {input->n, input->units, input->values, lw->narrow, work->is_fused};
    if (work->is_fast && !(is_first && work->is_spread))
        kernels->narrow(lw->narrow, input->values, input->n);
    for (int32_t p = lw->panel_begin; p < lw->panel_end; p++) {
        const float *weights = layer->weights + hwi_layer_at(layer, 0, p * HWK_LANES);
        double *net = lw->net + (int64_t)p * HWK_LANES;
        if (work->is_fast) {
            _Alignas(64) float own[HWK_LANES];
            const float *sums = own;
            if (is_first && work->ahead.has_sum[p * HWK_LANES])
                sums = work->ahead.sums + (int64_t)p * HWK_LANES;
            else
                kernels->sum_fast(own, weights, &inputs);
            for (int32_t r = 0; r < HWK_LANES; r++)
                net[r] = (double)sums[r];
        } else if (layer->kind == HWI_UNIT_MAXOUT) {
            kernels->sum_in_order(net, weights, &inputs);
        } else {
            kernels->sum_eightfold(net, weights, &inputs, n_blocked);
        }
    }
    for (int32_t r = lw->unit_begin * layer->n_channels; r < lw->unit_end * layer->n_channels; r++)
        lw->net[r] += layer->biases[r];
}

static void softmax(const double *net, int32_t n, double *out)
{
    double max = net[0];
    for (int32_t i = 1; i < n; i++)
        max = net[i] > max ? net[i] : max;
    double sum = 0;
    for (int32_t i = 0; i < n; i++) {
        out[i] = exp(net[i] - max);
        sum += out[i];
    }
    for (int32_t i = 0; i < n; i++)
        out[i] /= sum;
}

static void activate_maxout(hwi_layer_work *lw, bool has_mask)
{
    for (int32_t u = lw->unit_begin; u < lw->unit_end; u++) {
        if (has_mask && !lw->is_kept[u])
            continue;
        lw->winner[u] = lw->net[2 * u + 1] > lw->net[2 * u];
        lw->activation[u] = lw->net[2 * u + lw->winner[u]];
    }
}

void hwi_activate(const hwi_layer *layer, hwi_layer_work *lw, bool has_mask)
{
    const double *z = lw->net;
    double *a = lw->activation;
    const int32_t begin = lw->unit_begin, end = lw->unit_end;
    switch (layer->kind) {
    case HWI_UNIT_TANH:
        for (int32_t u = begin; u < end; u++)
            a[u] = 1 - 2 / (1 + exp(2 * z[u]));
        break;
    case HWI_UNIT_RECTIFIER:
        for (int32_t u = begin; u < end; u++)
            a[u] = 0.5 * (z[u] + fabs(z[u]));
        break;
    case HWI_UNIT_EXP_RECTIFIER:
        for (int32_t u = begin; u < end; u++)
            a[u] = z[u] >= 0 ? z[u] : exp(z[u]) - 1;
        break;
    case HWI_UNIT_MAXOUT:
        activate_maxout(lw, has_mask);
        return;
    case HWI_UNIT_SOFTMAX:
        softmax(z, layer->n_units, a);
        return;
    case HWI_UNIT_LINEAR:
        for (int32_t u = begin; u < end; u++)
            a[u] = z[u];
        return;
    }
}

static void update_averages(const hwi_layer *layer, const hwi_layer_work *lw)
{
    double *average = layer->average_activation;
    for (int32_t u = lw->unit_begin; u < lw->unit_end; u++)
        average[u] = 0.999 * average[u] + 0.001 * lw->activation[u];
}

/* What the layer passes on; scale is that of dropout when scoring. */
static void list_output(const hwi_layer *layer, double scale, const hwk_table *kernels,
                        hwi_layer_work *lw)
{
    const int32_t n_units = layer->n_units;
    double *dense = lw->dense;
    memcpy(dense, lw->activation, (size_t)n_units * sizeof(double));
    for (int32_t u = 0; scale != 1 && u < n_units; u++)
        dense[u] *= scale;
    lw->output.n = kernels->list_nonzero(lw->output.units, lw->output.values, dense, n_units, 0);
}

/* The activations of the own units; the fast arithmetic has its own exp. */
static void activate(const hwi_layer *layer, hwi_work *work, hwi_layer_work *lw, bool has_mask)
{
    const int32_t begin = lw->unit_begin, n = lw->unit_end - begin;
    bool has_kernel =
        work->is_fast && (layer->kind == HWI_UNIT_TANH || layer->kind == HWI_UNIT_EXP_RECTIFIER);
    if (has_kernel && layer->kind == HWI_UNIT_TANH)
        work->kernels->tanh_fast(lw->activation + begin, lw->net + begin, n);
    else if (has_kernel)
        work->kernels->exp_rectifier_fast(lw->activation + begin, lw->net + begin, n);
    else
        hwi_activate(layer, lw, has_mask);
    if (has_mask)
        work->kernels->drop(lw->activation + begin, lw->is_kept + begin, n);
}

/* The sums that were taken ahead are used up. */
static void forget_ahead(const hwi_layer *first, hwi_work *work)
{
    if (work->is_spread)
        memset(work->ahead.has_sum, 0, (size_t)hwi_layer_n_padded(first));
    work->is_spread = false;
}

void hwi_forward(const hwi_network *network, hwi_work *work, const hwi_dropout *dropout,
                 double output_offset, hwi_network *averages)
{
    const hwi_active *input = &work->input;
    for (int32_t l = 0; l < network->n_layers; l++) {
        const hwi_layer *layer = &network->layers[l];
        hwi_layer_work *lw = &work->layers[l];
        bool has_mask = dropout && layer->has_dropout, is_output = l == network->n_layers - 1;
        if (has_mask)
            draw_mask(layer, dropout, work->kernels, lw->is_kept);
        sum_inputs(layer, work, input, lw, has_mask);
        if (l == 0 && work->is_fast)
            forget_ahead(layer, work);
        bool owns_first = lw->unit_begin == 0 && lw->unit_end > 0;
        if (layer->kind == HWI_UNIT_LINEAR && owns_first)
            lw->net[0] += output_offset;
        bool needs_all = layer->kind == HWI_UNIT_SOFTMAX;
        if (needs_all && lw->is_divided)
            hwi_team_meet(work->team, work->member);
        if (!needs_all || lw->unit_end > lw->unit_begin)
            activate(layer, work, lw, has_mask);
        if (is_output)
            break;
        if (averages && layer->average_activation)
            update_averages(&averages->layers[l], lw);
        hwi_team_meet(work->team, work->member);
        list_output(layer, dropout ? 1 : 1 - layer->dropout_ratio, work->kernels, lw);
        input = &lw->output;
    }
}
