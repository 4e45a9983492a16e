/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "train/trainer.h"

/* Reads a table of numbers, checked for its shape; row-major into *out. */
static hw_status read_matrix(const char *path, const char *param, int32_t layer, int64_t n_rows,
                             int32_t n_columns, double **out, hw_error *err)
{
    HW_AUTO(hw_frame) *frame = NULL;
    HW_TRY(hw_frame_read(path, NULL, &frame, err));
    if (hw_frame_n_rows(frame) != n_rows || hw_frame_n_columns(frame) != n_columns)
        HW_FAIL(err, HW_EINVAL, param,
                "%s: layer %d wants %lld rows and %d columns, '%s' has %lld and %d", param,
                layer + 1, (long long)n_rows, n_columns, path, (long long)hw_frame_n_rows(frame),
                hw_frame_n_columns(frame));
    HW_AUTO(double) *values = HWI_ALLOC_ARRAY(double, (size_t)n_rows *(size_t)n_columns);
    HW_AUTO(double) *column = HWI_ALLOC_ARRAY(double, (size_t)n_rows);
    HW_CHECK_ALLOC(err, values);
    HW_CHECK_ALLOC(err, column);
    for (int32_t c = 0; c < n_columns; c++) {
        hw_frame_read_doubles(frame, c, 0, n_rows, column);
        for (int64_t r = 0; r < n_rows; r++) {
            if (column[r] != column[r])
                HW_FAIL(err, HW_EINVAL, param, "%s: row %lld, column %d of '%s' is no number",
                        param, (long long)r + 1, c + 1, path);
            values[r * n_columns + c] = column[r];
        }
    }
    *out = HW_TAKE(values);
    return HW_OK;
}

/* H2O's table of a Maxout layer has the channels of a unit in neighbouring rows, read straight
 * through its storage. */
static hw_status set_layer(const char *weights_path, const char *biases_path, int32_t l,
                           hwi_layer *layer, hw_error *err)
{
    HW_AUTO(double) *weights = NULL;
    HW_AUTO(double) *biases = NULL;
    HW_TRY(
        read_matrix(weights_path, "initial_weights", l, layer->n_rows, layer->n_in, &weights, err));
    HW_TRY(read_matrix(biases_path, "initial_biases", l, layer->n_rows, 1, &biases, err));
    int64_t n = (int64_t)layer->n_rows * layer->n_in;
    HW_AUTO(float) *narrow = HWI_ALLOC_ARRAY(float, (size_t)n);
    HW_CHECK_ALLOC(err, narrow);
    for (int64_t i = 0; i < n; i++)
        narrow[i] = (float)weights[i];
    hwi_layer_import_weights(layer, narrow, layer->weights);
    for (int32_t r = 0; r < layer->n_rows; r++)
        layer->biases[r] = (float)biases[r];
    return HW_OK;
}

hw_status hwi_set_initial_values(const hw_params *params, hwi_network *network, hw_error *err)
{
    const hwi_text_list *weights = &params->initial_weights, *biases = &params->initial_biases;
    if (weights->n == 0 && biases->n == 0)
        return HW_OK;
    if (weights->n != network->n_layers || biases->n != network->n_layers)
        HW_FAIL(err, HW_EINVAL,
                weights->n != network->n_layers ? "initial_weights" : "initial_biases",
                "initial_weights and initial_biases are given together, %d entries each (one a "
                "layer, hidden ones and output)",
                network->n_layers);
    for (int32_t l = 0; l < network->n_layers; l++) {
        /* A layer that lacks either keeps its random values. */
        bool is_given = weights->v[l] && *weights->v[l] && biases->v[l] && *biases->v[l];
        if (is_given)
            HW_TRY(set_layer(weights->v[l], biases->v[l], l, &network->layers[l], err));
    }
    return HW_OK;
}

/* All matrices but the last, and the hidden biases; the optimiser starts anew. */
hw_status hwi_set_pretrained(const hw_params *params, hwi_network *network, hw_error *err)
{
    const char *path = params->pretrained_autoencoder, *param = "pretrained_autoencoder";
    if (!path || !*path)
        return HW_OK;
    HW_AUTO(hw_model) *model = NULL;
    hw_error why = {0};
    hw_status status = hw_model_read(path, &model, &why);
    if (status != HW_OK)
        HW_FAIL(err, status, param, "%s: %.600s", param, why.message);
    if (model->category != HW_CATEGORY_AUTOENCODER)
        HW_FAIL(err, HW_EINVAL, param, "%s: %s is a %s model, an autoencoder is wanted", param,
                path, hw_category_name(model->category));
    const hwi_network *from = model->network;
    if (from->n_layers != network->n_layers)
        HW_FAIL(err, HW_EINVAL, param, "%s: %s has %d hidden layers, this network %d", param, path,
                from->n_layers - 1, network->n_layers - 1);
    for (int32_t l = 0; l + 1 < network->n_layers; l++) {
        const hwi_layer *source = &from->layers[l];
        hwi_layer *layer = &network->layers[l];
        if (source->n_in != layer->n_in || source->n_rows != layer->n_rows)
            HW_FAIL(err, HW_EINVAL, param,
                    "%s: layer %d of %s has %d inputs and %d units, this network %d and %d", param,
                    l + 2, path, source->n_in, source->n_rows, layer->n_in, layer->n_rows);
        memcpy(layer->weights, source->weights,
               (size_t)hwi_layer_n_entries(layer) * sizeof *layer->weights);
        memcpy(layer->biases, source->biases, (size_t)layer->n_rows * sizeof *layer->biases);
    }
    return HW_OK;
}
