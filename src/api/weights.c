/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/distinct_names.h"
#include "model/model.h"

static hw_status check_layer(const hw_model *model, int32_t layer, hw_error *err)
{
    if (layer < 0 || layer >= model->network->n_layers)
        HW_FAIL(err, HW_EINVAL, "layer",
                "layer %d does not exist: the model has %d layers, counted from 0", layer,
                model->network->n_layers);
    return HW_OK;
}

static hw_status new_table(const char *what, int32_t layer, int64_t n_rows, hw_frame **out,
                           hw_error *err)
{
    HW_AUTO_BUFFER(name);
    hwi_buffer_printf(&name, "%s_%d", what, layer + 1);
    HW_TRY(hwi_buffer_check(&name, err));
    *out = hwi_frame_new(hwi_buffer_text(&name), n_rows);
    HW_CHECK_ALLOC(err, *out);
    return HW_OK;
}

/* H2O's matrix has n_rows rows of n_in numbers, whatever the channels: its storage read straight
 * through. */
static hw_status add_columns(const hwi_layer *layer, char **names, hw_frame *frame, hw_error *err)
{
    size_t n_rows = (size_t)layer->n_rows, n_in = (size_t)layer->n_in;
    HW_AUTO(float) *matrix = hwi_alloc_array(n_rows, n_in * sizeof(float));
    HW_AUTO(double) *values = HWI_ALLOC_ARRAY(double, n_rows);
    HW_CHECK_ALLOC(err, matrix);
    HW_CHECK_ALLOC(err, values);
    hwi_layer_export_weights(layer, layer->weights, matrix);
    for (size_t c = 0; c < n_in; c++) {
        for (size_t r = 0; r < n_rows; r++)
            values[r] = (double)matrix[r * n_in + c];
        HW_AUTO_BUFFER(name);
        if (names)
            hwi_buffer_append_text(&name, names[c]);
        else
            hwi_buffer_printf(&name, "C%zu", c + 1);
        HW_TRY(hwi_buffer_check(&name, err));
        HW_TRY(hwi_frame_add_column(frame, hwi_buffer_text(&name), HW_TYPE_REAL, values, NULL, 0,
                                    err));
    }
    return HW_OK;
}

int32_t hw_model_n_layers(const hw_model *model)
{
    return model->network ? model->network->n_layers : 0;
}

hw_status hw_model_weights(const hw_model *model, int32_t layer, hw_frame **out_weights,
                           hw_error *err)
{
    HW_CHECK_ARG(err, model && out_weights);
    HW_TRY(check_layer(model, layer, err));
    const hwi_layer *of = &model->network->layers[layer];
    HW_AUTO(hw_frame) *frame = NULL;
    HW_TRY(new_table("weights", layer, of->n_rows, &frame, err));
    char **names = NULL;
    if (layer == 0)
        HW_TRY(hwi_encoder_unit_names(model->encoder, &names, err));
    hw_status status = HW_OK;
    if (names)
        status = hwi_names_make_distinct(names, 0, model->encoder->n_units, err);
    if (status == HW_OK)
        status = add_columns(of, names, frame, err);
    hwi_texts_free(names, model->encoder->n_units);
    HW_TRY(status);
    *out_weights = HW_TAKE(frame);
    return HW_OK;
}

hw_status hw_model_biases(const hw_model *model, int32_t layer, hw_frame **out_biases,
                          hw_error *err)
{
    HW_CHECK_ARG(err, model && out_biases);
    HW_TRY(check_layer(model, layer, err));
    const hwi_layer *of = &model->network->layers[layer];
    HW_AUTO(hw_frame) *frame = NULL;
    HW_TRY(new_table("biases", layer, of->n_rows, &frame, err));
    HW_TRY(hwi_frame_add_column(frame, "C1", HW_TYPE_REAL, of->biases, NULL, 0, err));
    *out_biases = HW_TAKE(frame);
    return HW_OK;
}
