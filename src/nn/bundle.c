/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/bundle.h"

#include <string.h>

#include "base/slab.h"

enum { MAX_DENSE = 1 << 13, N_SUMS = HWI_BUNDLE_ROWS * HWK_LANES };

/* ---- whether ---- */

/* The exponent of infinities and NaN is all ones. */
static bool are_finite(const float *weights, int64_t n)
{
    const uint32_t exponent = 0x7f800000;
    uint32_t found = 0;
    for (int64_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &weights[i], sizeof bits);
        found |= (bits & exponent) == exponent;
    }
    return !found;
}

/* Inputs behind the blocked ones are added after all others: those that a row lights must not be
 * among them. */
static int32_t n_blocked(const hwi_layer *layer)
{
    return layer->n_in / HWK_PARTIALS * HWK_PARTIALS;
}

bool hwi_bundle_suits(const hwi_network *network, int32_t first_dense)
{
    int32_t n_dense = network->n_inputs - first_dense;
    if (n_dense < 1 || n_dense > MAX_DENSE || first_dense > n_blocked(&network->layers[0]))
        return false;
    for (int32_t l = 0; l < network->n_layers; l++) {
        const hwi_layer *layer = &network->layers[l];
        if (layer->is_by_unit || !are_finite(layer->weights, hwi_layer_n_entries(layer)))
            return false;
    }
    return true;
}

/* ---- life ---- */

static void lay_out(hwi_bundle *bundle, const hwi_network *network, hwi_slab *c)
{
    int64_t n_values = bundle->n_units - bundle->first_dense, n_padded = 0;
    for (int32_t l = 0; l < network->n_layers; l++) {
        const hwi_layer *layer = &network->layers[l];
        n_values = layer->n_units > n_values ? layer->n_units : n_values;
        int64_t padded = hwi_layer_n_padded(layer);
        n_padded = padded > n_padded ? padded : n_padded;
    }
    if (bundle->first_dense > 0)
        bundle->begun = hwi_slab_take(c, (int64_t)HWK_PARTIALS * N_SUMS, sizeof(double));
    for (int i = 0; i < 2; i++)
        bundle->values[i] = hwi_slab_take(c, n_values * HWI_BUNDLE_ROWS, sizeof(double));
    bundle->nets = hwi_slab_take(c, n_padded * HWI_BUNDLE_ROWS, sizeof(double));
    for (int32_t i = 0; i < HWI_BUNDLE_ROWS; i++) {
        bundle->lit[i].units = hwi_slab_take(c, bundle->max_lit, sizeof(int32_t));
        bundle->lit[i].values = hwi_slab_take(c, bundle->max_lit, sizeof(double));
    }
}

hw_status hwi_bundle_new(const hwi_network *network, int32_t first_dense, int32_t max_lit,
                         hwi_bundle **out, hw_error *err)
{
    HW_AUTO(hwi_bundle) *bundle = HWI_NEW(hwi_bundle);
    HW_CHECK_ALLOC(err, bundle);
    bundle->kernels = hwk_get();
    bundle->first_dense = first_dense;
    bundle->n_units = network->n_inputs;
    bundle->max_lit = max_lit;
    hwi_slab counter = {NULL, 0};
    lay_out(bundle, network, &counter);
    bundle->slab = hwi_calloc_array(counter.n_used, 1);
    HW_CHECK_ALLOC(err, bundle->slab);
    hwi_slab c = {bundle->slab, 0};
    lay_out(bundle, network, &c);
    *out = HW_TAKE(bundle);
    return HW_OK;
}

void hwi_bundle_free(hwi_bundle *bundle)
{
    if (!bundle)
        return;
    hwi_free(bundle->slab);
    hwi_free(bundle);
}

/* ---- inputs ---- */

void hwi_bundle_clear(hwi_bundle *bundle)
{
    bundle->current = 0;
    bundle->n_values = bundle->n_units - bundle->first_dense;
    for (int32_t i = 0; i < HWI_BUNDLE_ROWS; i++)
        bundle->lit[i].n = 0;
}

void hwi_bundle_light(hwi_bundle *bundle, int32_t row, const hwi_active *lit)
{
    hwi_active *own = &bundle->lit[row];
    HW_ASSERT(lit->n <= bundle->max_lit);
    own->n = lit->n;
    memcpy(own->units, lit->units, (size_t)lit->n * sizeof(int32_t));
    memcpy(own->values, lit->values, (size_t)lit->n * sizeof(double));
}

int32_t hwi_bundle_put_numbers(hwi_bundle *bundle, int32_t unit, int32_t n_rows,
                               const double *values, hwi_norm norm)
{
    double *to = bundle->values[0] + hwi_bundle_at(bundle->n_values, 0, unit - bundle->first_dense);
    const int64_t gap = hwi_bundle_at(bundle->n_values, HWK_ROWS, 0);
    return bundle->kernels->encode_numbers(to, gap, values, n_rows, norm.sub, norm.mul);
}

/* ---- layers ---- */

/* What the lit units give to the sums of one panel, as the kernels want it. Their values are small
 * whole numbers: products are exact, fused or not. */
static const double *begin_sums(const hwi_bundle *bundle, int32_t n_rows, const float *weights,
                                bool is_in_order)
{
    const int64_t n_sums = (int64_t)n_rows * HWK_LANES;
    memset(bundle->begun, 0,
           (size_t)(is_in_order ? 1 : HWK_PARTIALS) * (size_t)n_sums * sizeof(double));
    for (int32_t row = 0; row < n_rows; row++) {
        const hwi_active *lit = &bundle->lit[row];
        for (int32_t i = 0; i < lit->n; i++) {
            int32_t c = lit->units[i];
            double *sums = bundle->begun + (int64_t)row * HWK_LANES +
                           (is_in_order ? 0 : c % HWK_PARTIALS * n_sums);
            const float *line = weights + (int64_t)c * HWK_LANES;
            for (int32_t r = 0; r < HWK_LANES; r++)
                sums[r] += (double)line[r] * lit->values[i];
        }
    }
    return bundle->begun;
}

/* Where the weighted sums of a panel stand: (rows, 16). */
static double *nets_of_panel(const hwi_bundle *bundle, int32_t panel)
{
    return bundle->nets + (int64_t)panel * N_SUMS;
}

/* Weighted sums of a layer for all rows. */
static void sum_layer(hwi_bundle *bundle, const hwi_layer *layer, int32_t n_rows, bool is_first)
{
    const bool is_in_order = layer->kind == HWI_UNIT_MAXOUT;
    const int32_t first = is_first ? bundle->first_dense : 0;
    hwk_row_inputs inputs = {.first = first,
                             .n = layer->n_in - first,
                             .n_groups = (n_rows + HWK_ROWS - 1) / HWK_ROWS,
                             .is_fused = bundle->is_fused,
                             .values = bundle->values[bundle->current]};
    for (int32_t p = 0; p < layer->n_panels; p++) {
        const float *weights = layer->weights + hwi_layer_at(layer, 0, p * HWK_LANES);
        double *sums = nets_of_panel(bundle, p);
        inputs.is_half = layer->n_rows - p * HWK_LANES <= HWK_LANES / 2;
        if (first > 0)
            inputs.begun = begin_sums(bundle, inputs.n_groups * HWK_ROWS, weights, is_in_order);
        if (is_in_order)
            bundle->kernels->sum_in_order_rows(sums, weights, &inputs);
        else
            bundle->kernels->sum_eightfold_rows(sums, weights, &inputs, n_blocked(layer));
    }
}

/* One row's sums into the workspace of a single row, and through its activation. */
static void activate_row(const hwi_bundle *bundle, const hwi_layer *layer, int32_t row,
                         double output_offset, hwi_layer_work *lw)
{
    const int32_t n_rows = layer->n_rows;
    const double *biases = layer->biases;
    double *net = lw->net;
    for (int32_t p = 0; p < layer->n_panels; p++)
        memcpy(net + p * HWK_LANES, nets_of_panel(bundle, p) + (int64_t)row * HWK_LANES,
               HWK_LANES * sizeof(double));
    for (int32_t r = 0; r < n_rows; r++)
        net[r] += biases[r];
    if (layer->kind == HWI_UNIT_LINEAR)
        lw->net[0] += output_offset;
    hwi_activate(layer, lw, false);
}

/* What one row's layer passes on, to its place among the rows of its group. */
static void pass_on(const hwi_bundle *bundle, const hwi_layer *layer, int32_t row,
                    const double *activation)
{
    const double scale = 1 - layer->dropout_ratio;
    const int32_t n_units = layer->n_units;
    double *restrict out = bundle->values[bundle->current] + hwi_bundle_at(n_units, row, 0);
    for (int32_t u = 0; u < n_units; u++)
        out[(int64_t)u * HWK_ROWS] = activation[u] * scale;
}

void hwi_bundle_forward(hwi_bundle *bundle, const hwi_network *network, int32_t n_rows,
                        int32_t n_layers, hwi_work *work)
{
    for (int32_t l = 0; l < n_layers; l++) {
        const hwi_layer *layer = &network->layers[l];
        hwi_layer_work *lw = &work->layers[l];
        sum_layer(bundle, layer, n_rows, l == 0);
        bundle->current = 1 - bundle->current;
        bundle->n_values = layer->n_units;
        for (int32_t row = 0; row < n_rows; row++) {
            activate_row(bundle, layer, row, 0, lw);
            pass_on(bundle, layer, row, lw->activation);
        }
    }
}

void hwi_bundle_sum_output(hwi_bundle *bundle, const hwi_network *network, int32_t n_rows)
{
    sum_layer(bundle, &network->layers[network->n_layers - 1], n_rows, network->n_layers == 1);
}

void hwi_bundle_finish(const hwi_bundle *bundle, const hwi_network *network, int32_t row,
                       double output_offset, hwi_work *work)
{
    int32_t l = network->n_layers - 1;
    activate_row(bundle, &network->layers[l], row, output_offset, &work->layers[l]);
}
