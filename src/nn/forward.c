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

void hwi_drop_inputs(const hwi_dropout *dropout, int32_t n_inputs, hwi_active *input)
{
    hwi_rng rng = dropout_rng(add_wrapping(dropout->seed, 0x1337B4BE));
    int32_t n_kept = 0, next = 0;
    for (int32_t unit = 0; unit < n_inputs && next < input->n; unit++) {
        bool is_dropped = (double)hwi_rng_float(&rng) < dropout->input_ratio;
        if (input->units[next] != unit)
            continue;
        if (!is_dropped) {
            input->units[n_kept] = unit;
            input->values[n_kept++] = input->values[next];
        }
        next++;
    }
    input->n = n_kept;
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

static void draw_mask(const hwi_layer *layer, const hwi_dropout *dropout, uint8_t *is_kept)
{
    hwi_rng rng = dropout_rng(add_wrapping(dropout->seed, dropout_seed_of(layer->kind)));
    int32_t n_bytes = (layer->n_units + 7) / 8;
    if (layer->dropout_ratio == 0.5) {
        for (int32_t byte = 0; byte < n_bytes; byte += 4) {
            uint32_t bits = hwi_rng_u32(&rng);
            for (int32_t k = 0; k < 32 && byte * 8 + k < layer->n_units; k++)
                is_kept[byte * 8 + k] = (bits >> k) & 1;
        }
        return;
    }
    /* Draws for the unused bits of the last byte come after all others and change nothing. */
    for (int32_t u = 0; u < layer->n_units; u++)
        is_kept[u] = (double)hwi_rng_float(&rng) > layer->dropout_ratio;
}

/* Spec 5.2: eight partial sums over the inputs by their number modulo 8, then the rest one by one.
 * Inputs that are 0 add nothing to any sum, so leaving them out keeps every bit. */
static void sum_inputs(const hwi_layer *layer, const hwk_table *kernels, const hwi_active *input,
                       hwi_layer_work *lw)
{
    const int32_t stride = layer->stride, n_blocked = layer->n_in / N_PARTIALS * N_PARTIALS;
    memset(lw->partials, 0, (size_t)N_PARTIALS * (size_t)stride * sizeof(double));
    int32_t i = 0;
    for (; i < input->n && input->units[i] < n_blocked; i++) {
        int32_t c = input->units[i];
        kernels->accumulate(lw->partials + (int64_t)(c % N_PARTIALS) * stride,
                            layer->weights + (int64_t)c * stride, input->values[i], stride);
    }
    const double *p = lw->partials;
    for (int32_t r = 0; r < stride; r++) {
        double sum = 0;
        sum += ((p[r] + p[stride + r]) + p[2 * stride + r]) + p[3 * stride + r];
        sum += ((p[4 * stride + r] + p[5 * stride + r]) + p[6 * stride + r]) + p[7 * stride + r];
        lw->net[r] = sum;
    }
    for (; i < input->n; i++)
        kernels->accumulate(lw->net, layer->weights + (int64_t)input->units[i] * stride,
                            input->values[i], stride);
    for (int32_t r = 0; r < layer->n_rows; r++)
        lw->net[r] += layer->biases[r];
}

/* Spec 5.4: Maxout sums plainly, in ascending order. */
static void sum_inputs_maxout(const hwi_layer *layer, const hwk_table *kernels,
                              const hwi_active *input, hwi_layer_work *lw)
{
    memset(lw->net, 0, (size_t)layer->stride * sizeof(double));
    for (int32_t i = 0; i < input->n; i++)
        kernels->accumulate(lw->net, layer->weights + (int64_t)input->units[i] * layer->stride,
                            input->values[i], layer->stride);
    for (int32_t r = 0; r < layer->n_rows; r++)
        lw->net[r] += layer->biases[r];
}

static void sum_inputs_fast(const hwi_layer *layer, const hwk_table *kernels,
                            const hwi_active *input, hwi_layer_work *lw)
{
    memset(lw->fast_net, 0, (size_t)layer->stride * sizeof(float));
    for (int32_t i = 0; i < input->n; i++)
        kernels->accumulate_fast(lw->fast_net,
                                 layer->weights + (int64_t)input->units[i] * layer->stride,
                                 (float)input->values[i], layer->stride);
    for (int32_t r = 0; r < layer->n_rows; r++)
        lw->net[r] = (double)lw->fast_net[r] + layer->biases[r];
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

static void activate_maxout(const hwi_layer *layer, hwi_layer_work *lw, bool has_mask)
{
    for (int32_t u = 0; u < layer->n_units; u++) {
        if (has_mask && !lw->is_kept[u]) {
            lw->activation[u] = 0;
            continue;
        }
        lw->winner[u] = lw->net[2 * u + 1] > lw->net[2 * u];
        lw->activation[u] = lw->net[2 * u + lw->winner[u]];
    }
}

static void activate(const hwi_layer *layer, hwi_layer_work *lw, bool has_mask)
{
    const double *z = lw->net;
    double *a = lw->activation;
    const int32_t n = layer->n_units;
    switch (layer->kind) {
    case HWI_UNIT_TANH:
        for (int32_t u = 0; u < n; u++)
            a[u] = 1 - 2 / (1 + exp(2 * z[u]));
        break;
    case HWI_UNIT_RECTIFIER:
        for (int32_t u = 0; u < n; u++)
            a[u] = 0.5 * (z[u] + fabs(z[u]));
        break;
    case HWI_UNIT_EXP_RECTIFIER:
        for (int32_t u = 0; u < n; u++)
            a[u] = z[u] >= 0 ? z[u] : exp(z[u]) - 1;
        break;
    case HWI_UNIT_MAXOUT:
        activate_maxout(layer, lw, has_mask);
        return;
    case HWI_UNIT_SOFTMAX:
        softmax(z, n, a);
        return;
    case HWI_UNIT_LINEAR:
        memcpy(a, z, (size_t)n * sizeof(double));
        return;
    }
    for (int32_t u = 0; has_mask && u < n; u++)
        if (!lw->is_kept[u])
            a[u] = 0;
}

static void update_averages(const hwi_layer *layer, const double *activation)
{
    for (int32_t u = 0; u < layer->n_units; u++)
        layer->average_activation[u] = 0.999 * layer->average_activation[u] + 0.001 * activation[u];
}

static void list_output(const hwi_layer *layer, hwi_layer_work *lw)
{
    int32_t n = 0;
    for (int32_t u = 0; u < layer->n_units; u++) {
        lw->output.units[n] = u;
        lw->output.values[n] = lw->activation[u];
        n += lw->activation[u] != 0;
    }
    lw->output.n = n;
}

void hwi_forward(const hwi_network *network, hwi_work *work, const hwi_dropout *dropout,
                 double output_offset, hwi_network *averages)
{
    const hwi_active *input = &work->input;
    for (int32_t l = 0; l < network->n_layers; l++) {
        const hwi_layer *layer = &network->layers[l];
        hwi_layer_work *lw = &work->layers[l];
        bool has_mask = dropout && layer->has_dropout;
        if (has_mask)
            draw_mask(layer, dropout, lw->is_kept);
        if (work->is_fast)
            sum_inputs_fast(layer, work->kernels, input, lw);
        else if (layer->kind == HWI_UNIT_MAXOUT)
            sum_inputs_maxout(layer, work->kernels, input, lw);
        else
            sum_inputs(layer, work->kernels, input, lw);
        if (layer->kind == HWI_UNIT_LINEAR)
            lw->net[0] += output_offset;
        activate(layer, lw, has_mask);
        if (l == network->n_layers - 1)
            break;
        if (averages && layer->average_activation)
            update_averages(&averages->layers[l], lw->activation);
        if (!dropout && layer->dropout_ratio > 0)
            for (int32_t u = 0; u < layer->n_units; u++)
                lw->activation[u] *= 1 - layer->dropout_ratio;
        list_output(layer, lw);
        input = &lw->output;
    }
}
