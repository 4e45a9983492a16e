/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/importance.h"

/* |W| of a layer, unit by unit: (n_units, n_in). Two channels are added up; H2O reads the first
 * half of its interleaved array instead. */
static float *absolute_weights(const hwi_layer *layer, bool as_h2o)
{
    size_t n = (size_t)layer->n_units * (size_t)layer->n_in;
    float *out = HWI_ALLOC_ARRAY(float, n);
    float *raw = HWI_ALLOC_ARRAY(float, n *(size_t)layer->n_channels);
    if (!out || !raw) {
        hwi_free(out);
        hwi_free(raw);
        return NULL;
    }
    hwi_layer_export_weights(layer, layer->weights, raw);
    for (size_t i = 0; i < n; i++) {
        if (layer->n_channels == 1 || as_h2o)
            out[i] = fabsf(raw[i]);
        else
            out[i] = fabsf(raw[2 * i]) + fabsf(raw[2 * i + 1]);
    }
    hwi_free(raw);
    return out;
}

/* vi[i] = sum over j of |W[j, i]|. */
static void importances_without_hidden(const float *w, int32_t n_units, int32_t n_in, float *vi)
{
    for (int32_t i = 0; i < n_in; i++) {
        vi[i] = 0;
        for (int32_t j = 0; j < n_units; j++)
            vi[i] += w[(int64_t)j * n_in + i];
    }
}

typedef struct gedeon {
    const float *w0, *w1; /* (n_middle, n_in), (n_out, n_middle) */
    int32_t n_in, n_middle, n_out;
    float *row_sums0;    /* (n_middle) */
    float *contribution; /* (n_in) of one unit of the second layer */
} gedeon;

/* One column Q[., k] of Gedeon's matrix, normalised, is added to vi. */
static void add_contributions(const gedeon *g, int32_t k, float *vi)
{
    const float *w1 = g->w1 + (int64_t)k * g->n_middle;
    float row_sum1 = 0;
    for (int32_t j = 0; j < g->n_middle; j++)
        row_sum1 += w1[j];
    memset(g->contribution, 0, (size_t)g->n_in * sizeof(float));
    for (int32_t j = 0; j < g->n_middle; j++) {
        const float *w0 = g->w0 + (int64_t)j * g->n_in;
        for (int32_t i = 0; i < g->n_in; i++)
            g->contribution[i] += ((w0[i] / g->row_sums0[j]) * w1[j]) / row_sum1;
    }
    float column_sum = 0;
    for (int32_t i = 0; i < g->n_in; i++)
        column_sum += g->contribution[i];
    for (int32_t i = 0; i < g->n_in; i++)
        vi[i] += g->contribution[i] / column_sum;
}

static hw_status importances_with_hidden(const gedeon *shape, float *vi, hw_error *err)
{
    gedeon g = *shape;
    HW_AUTO(float) *row_sums0 = HWI_NEW_ARRAY(float, (size_t)g.n_middle);
    HW_AUTO(float) *contribution = HWI_NEW_ARRAY(float, (size_t)g.n_in);
    HW_CHECK_ALLOC(err, row_sums0);
    HW_CHECK_ALLOC(err, contribution);
    g.row_sums0 = row_sums0;
    g.contribution = contribution;
    for (int32_t j = 0; j < g.n_middle; j++)
        for (int32_t i = 0; i < g.n_in; i++)
            row_sums0[j] += g.w0[(int64_t)j * g.n_in + i];
    memset(vi, 0, (size_t)g.n_in * sizeof(float));
    for (int32_t k = 0; k < g.n_out; k++)
        add_contributions(&g, k, vi);
    return HW_OK;
}

static void silence_missing_units(const hwi_encoder *encoder, const bool *met_missing, float *vi)
{
    if (encoder->n_hash_slots > 0)
        return;
    for (int32_t cat = 0; cat < encoder->n_cats; cat++)
        if (!met_missing[cat])
            vi[encoder->cat_offsets[cat + 1] - 1] = 0;
}

static void scale_to_max(float *vi, int32_t n)
{
    float max = 0;
    for (int32_t i = 0; i < n; i++)
        max = vi[i] > max ? vi[i] : max;
    for (int32_t i = 0; i < n; i++)
        vi[i] /= max;
}

typedef struct ranked {
    float value;
    int32_t unit;
} ranked;

static int compare_ranked(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? 1 : -1;
    return x->unit < y->unit ? -1 : 1;
}

static hw_status tabulate(char *const *names, const float *vi, int32_t n, hw_table **out,
                          hw_error *err)
{
    ranked *order = HWI_NEW_ARRAY(ranked, (size_t)n);
    HW_CHECK_ALLOC(err, order);
    for (int32_t i = 0; i < n; i++)
        order[i] = (ranked){vi[i], i};
    qsort(order, (size_t)n, sizeof *order, compare_ranked);
    HW_AUTO(hw_table) *table = hwi_table_new("Variable Importances", "");
    hwi_table_add_column(table, "variable", HW_CELL_STRING, "%s", "Variable");
    hwi_table_add_column(table, "relative_importance", HW_CELL_DOUBLE, "%5f",
                         "Relative Importance");
    hwi_table_add_column(table, "scaled_importance", HW_CELL_DOUBLE, "%5f", "Scaled Importance");
    hwi_table_add_column(table, "percentage", HW_CELL_DOUBLE, "%5f", "Percentage");
    double sum = 0;
    for (int32_t i = 0; i < n; i++)
        sum += (double)order[i].value;
    for (int32_t i = 0; i < n; i++) {
        double value = order[i].value;
        int64_t row = hwi_table_add_row(table);
        hwi_table_set_text(table, row, 0, names[order[i].unit]);
        hwi_table_set_number(table, row, 1, value);
        hwi_table_set_number(table, row, 2, value / (double)order[0].value);
        hwi_table_set_number(table, row, 3, value / sum);
    }
    hwi_free(order);
    HW_TRY(hwi_table_check(table, err));
    *out = HW_TAKE(table);
    return HW_OK;
}

hw_status hwi_variable_importances(const hwi_encoder *encoder, const hwi_network *network,
                                   const bool *met_missing, bool as_h2o, hw_table **out,
                                   hw_error *err)
{
    const hwi_layer *first = &network->layers[0];
    int32_t n = network->n_inputs;
    HW_AUTO(float) *vi = HWI_NEW_ARRAY(float, (size_t)n);
    HW_AUTO(float) *w0 = absolute_weights(first, as_h2o);
    HW_CHECK_ALLOC(err, vi);
    HW_CHECK_ALLOC(err, w0);
    if (network->n_layers == 1) {
        importances_without_hidden(w0, first->n_units, n, vi);
    } else {
        const hwi_layer *second = &network->layers[1];
        HW_AUTO(float) *w1 = absolute_weights(second, as_h2o);
        HW_CHECK_ALLOC(err, w1);
        gedeon g = {w0, w1, n, first->n_units, second->n_units, NULL, NULL};
        HW_TRY(importances_with_hidden(&g, vi, err));
    }
    if (!as_h2o)
        silence_missing_units(encoder, met_missing, vi);
    scale_to_max(vi, n);
    if (as_h2o)
        silence_missing_units(encoder, met_missing, vi);
    char **names = NULL;
    HW_TRY(hwi_encoder_unit_names(encoder, &names, err));
    hw_status status = tabulate(names, vi, n, out, err);
    hwi_texts_free(names, n);
    return status;
}
