/* SPDX-License-Identifier: Apache-2.0
 *
 * Matrices in a folder: weights and biases as CSV, for people and tables, and as .npy, exact and
 * ready for numpy; what the inputs are. */
#include <string.h>

#include "base/file.h"
#include "base/number.h"
#include "export/export.h"
#include "frame/distinct_names.h"

static hw_status write_file(const char *folder, const char *name, const hwi_buffer *text,
                            hw_error *err)
{
    HW_TRY(hwi_buffer_check(text, err));
    HW_AUTO_BUFFER(path);
    hwi_buffer_append_text(&path, folder);
    hwi_buffer_append_char(&path, '/');
    hwi_buffer_append_text(&path, name);
    HW_TRY(hwi_buffer_check(&path, err));
    return hwi_file_write(hwi_buffer_text(&path), text->data, text->size, err);
}

/* The header of a .npy file of format 1.0, padded to a multiple of 64 bytes. shape is the text of a
 * Python tuple. */
static void put_npy_head(const char *type, const char *shape, hwi_buffer *out)
{
    HW_AUTO_BUFFER(head);
    hwi_buffer_printf(&head, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", type, shape);
    while ((10 + head.size + 1) % 64 != 0 && !head.failed)
        hwi_buffer_append_char(&head, ' ');
    hwi_buffer_append_char(&head, '\n');
    hwi_buffer_append(out, "\x93NUMPY\x01\x00", 8);
    hwi_buffer_append_char(out, (char)(head.size & 0xff));
    hwi_buffer_append_char(out, (char)(head.size >> 8));
    hwi_buffer_append(out, head.data, head.size);
    out->failed = out->failed || head.failed;
}

/* Little-endian, whatever the machine. */
static void put_bits(uint64_t bits, int n_bytes, hwi_buffer *out)
{
    char bytes[8];
    for (int i = 0; i < n_bytes; i++)
        bytes[i] = (char)(bits >> 8 * i);
    hwi_buffer_append(out, bytes, (size_t)n_bytes);
}

static void put_quoted(const char *text, hwi_buffer *out)
{
    hwi_buffer_append_char(out, '"');
    for (const char *c = text; *c; c++) {
        if (*c == '"')
            hwi_buffer_append_char(out, '"');
        hwi_buffer_append_char(out, *c);
    }
    hwi_buffer_append_char(out, '"');
}

static void put_real(double x, hwi_buffer *out)
{
    char text[HWI_NUMBER_TEXT_BYTES];
    hwi_format_double(x, text);
    hwi_buffer_append_text(out, text);
}

static hw_status write_weights_npy(const hwi_layer *layer, const char *folder, int32_t number,
                                   hw_error *err)
{
    HW_AUTO_BUFFER(shape);
    hwi_buffer_printf(&shape, layer->n_channels > 1 ? "(%d, %d, %d)" : "(%d, %d)", layer->n_units,
                      layer->n_in, layer->n_channels);
    HW_AUTO_BUFFER(out);
    put_npy_head("<f4", hwi_buffer_text(&shape), &out);
    for (int32_t u = 0; u < layer->n_units; u++) {
        for (int32_t c = 0; c < layer->n_in; c++) {
            for (int32_t k = 0; k < layer->n_channels; k++) {
                float w = hwi_layer_weight(layer, u, c, k);
                uint32_t bits;
                memcpy(&bits, &w, sizeof bits);
                put_bits(bits, 4, &out);
            }
        }
    }
    HW_AUTO_BUFFER(name);
    hwi_buffer_printf(&name, "weights_%d.npy", number);
    return write_file(folder, hwi_buffer_text(&name), &out, err);
}

static hw_status write_biases_npy(const hwi_layer *layer, const char *folder, int32_t number,
                                  hw_error *err)
{
    HW_AUTO_BUFFER(shape);
    hwi_buffer_printf(&shape, layer->n_channels > 1 ? "(%d, %d)" : "(%d,)", layer->n_units,
                      layer->n_channels);
    HW_AUTO_BUFFER(out);
    put_npy_head("<f8", hwi_buffer_text(&shape), &out);
    for (int32_t r = 0; r < layer->n_rows; r++) {
        uint64_t bits;
        memcpy(&bits, &layer->biases[r], sizeof bits);
        put_bits(bits, 8, &out);
    }
    HW_AUTO_BUFFER(name);
    hwi_buffer_printf(&name, "biases_%d.npy", number);
    return write_file(folder, hwi_buffer_text(&name), &out, err);
}

/* A row a unit (Maxout: a row a channel of a unit), a column an input. */
static hw_status write_weights_csv(const hwi_layer *layer, char **names, const char *folder,
                                   int32_t number, hw_error *err)
{
    HW_AUTO_BUFFER(out);
    for (int32_t c = 0; c < layer->n_in; c++) {
        HW_AUTO_BUFFER(name);
        hwi_buffer_printf(&name, "C%d", c + 1);
        hwi_buffer_append_text(&out, c ? "," : "");
        put_quoted(names ? names[c] : hwi_buffer_text(&name), &out);
    }
    hwi_buffer_append_char(&out, '\n');
    for (int32_t r = 0; r < layer->n_rows; r++) {
        for (int32_t c = 0; c < layer->n_in; c++) {
            char text[HWI_NUMBER_TEXT_BYTES];
            hwi_format_float(layer->weights[hwi_layer_at(layer, c, r)], text);
            hwi_buffer_append_text(&out, c ? "," : "");
            hwi_buffer_append_text(&out, text);
        }
        hwi_buffer_append_char(&out, '\n');
    }
    HW_AUTO_BUFFER(name);
    hwi_buffer_printf(&name, "weights_%d.csv", number);
    return write_file(folder, hwi_buffer_text(&name), &out, err);
}

static hw_status write_biases_csv(const hwi_layer *layer, const char *folder, int32_t number,
                                  hw_error *err)
{
    HW_AUTO_BUFFER(out);
    hwi_buffer_append_text(&out, "\"C1\"\n");
    for (int32_t r = 0; r < layer->n_rows; r++) {
        put_real(layer->biases[r], &out);
        hwi_buffer_append_char(&out, '\n');
    }
    HW_AUTO_BUFFER(name);
    hwi_buffer_printf(&name, "biases_%d.csv", number);
    return write_file(folder, hwi_buffer_text(&name), &out, err);
}

/* What each input unit is: its name and, for numbers, (x - sub) * mul. */
static hw_status write_inputs(const hwi_encoder *encoder, char **names, const char *folder,
                              hw_error *err)
{
    HW_AUTO_BUFFER(out);
    hwi_buffer_append_text(&out, "\"unit\",\"norm_sub\",\"norm_mul\"\n");
    for (int32_t u = 0; u < encoder->n_units; u++) {
        int32_t number = u - (encoder->n_units - encoder->n_nums);
        put_quoted(names[u], &out);
        hwi_buffer_append_char(&out, ',');
        put_real(number >= 0 && encoder->norm_sub ? encoder->norm_sub[number] : 0, &out);
        hwi_buffer_append_char(&out, ',');
        put_real(number >= 0 && encoder->norm_mul ? encoder->norm_mul[number] : 1, &out);
        hwi_buffer_append_char(&out, '\n');
    }
    return write_file(folder, "inputs.csv", &out, err);
}

hw_status hwi_export_weights(const hwi_export *of, const char *folder, hw_error *err)
{
    const hw_model *model = of->model;
    char **names = NULL;
    HW_TRY(hwi_encoder_unit_names(model->encoder, &names, err));
    hw_status status = hwi_names_make_distinct(names, 0, model->encoder->n_units, err);
    if (status == HW_OK)
        status = write_inputs(model->encoder, names, folder, err);
    for (int32_t l = 0; l < model->network->n_layers && status == HW_OK; l++) {
        const hwi_layer *layer = &model->network->layers[l];
        status = write_weights_csv(layer, l == 0 ? names : NULL, folder, l + 1, err);
        if (status == HW_OK)
            status = write_biases_csv(layer, folder, l + 1, err);
        if (status == HW_OK)
            status = write_weights_npy(layer, folder, l + 1, err);
        if (status == HW_OK)
            status = write_biases_npy(layer, folder, l + 1, err);
    }
    hwi_texts_free(names, model->encoder->n_units);
    return status;
}
