/* SPDX-License-Identifier: Apache-2.0
 *
 * heavywater/optimizer.bin: the optimiser's arrays, little-endian, with length and checksum. The
 * networks of a snapshot have the same form, with their weights and biases.
 *
 *   8 bytes   "HWOPTIM1"
 *   uint32    kinds: 1 ADADELTA, 2 momenta, 4 average activations, 8 weights and biases
 *   uint32    number of layers
 *   uint64    bytes that follow, the checksum not counted
 *   uint32 x 3 a layer: units, inputs, channels
 *   the arrays, layer by layer, in the order of the struct; weights' arrays in H2O's order
 *   uint32    CRC-32 (zlib's) of all before it
 */
#include <string.h>

#include "base/inflate.h"
#include "model/mojo.h"

static const char magic[8] = {'H', 'W', 'O', 'P', 'T', 'I', 'M', '1'};
enum {
    HEADER_BYTES = 24,
    LAYER_BYTES = 12,
    CHECKSUM_BYTES = 4,
    KIND_ADADELTA = 1,
    KIND_MOMENTA = 2,
    KIND_AVERAGE_ACTIVATION = 4,
    KIND_WEIGHTS = 8,
    N_ARRAYS = 4
};

static void put_u32(hwi_buffer *out, uint32_t x)
{
    const uint8_t bytes[4] = {(uint8_t)x, (uint8_t)(x >> 8), (uint8_t)(x >> 16),
                              (uint8_t)(x >> 24)};
    hwi_buffer_append(out, bytes, 4);
}

static void put_u64(hwi_buffer *out, uint64_t x)
{
    put_u32(out, (uint32_t)x);
    put_u32(out, (uint32_t)(x >> 32));
}

static uint32_t get_u32(const void *from)
{
    const uint8_t *b = from;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static uint64_t get_u64(const void *from)
{
    return get_u32(from) | (uint64_t)get_u32((const char *)from + 4) << 32;
}

/* The arrays of a layer, in the order of the file. Those of weights are floats, others doubles. */
typedef struct arrays {
    float *of_weights[N_ARRAYS];
    double *of_rows[N_ARRAYS];
    double *of_units;
} arrays;

static arrays arrays_of(const hwi_layer *layer, bool has_weights)
{
    return (arrays){{layer->mean_square_update, layer->mean_square_gradient, layer->momenta,
                     has_weights ? layer->weights : NULL},
                    {layer->bias_square_update, layer->bias_square_gradient, layer->bias_momenta,
                     has_weights ? layer->biases : NULL},
                    layer->average_activation};
}

static uint32_t kinds_of(const hwi_network *network, bool has_weights)
{
    uint32_t kinds = has_weights ? KIND_WEIGHTS : 0;
    for (int32_t l = 0; l < network->n_layers; l++) {
        const hwi_layer *layer = &network->layers[l];
        kinds |= (layer->mean_square_update ? (uint32_t)KIND_ADADELTA : 0) |
                 (layer->momenta ? (uint32_t)KIND_MOMENTA : 0) |
                 (layer->average_activation ? (uint32_t)KIND_AVERAGE_ACTIVATION : 0);
    }
    return kinds;
}

static uint64_t layer_data_bytes(const hwi_layer *layer, bool has_weights)
{
    uint64_t n_bytes = 0;
    arrays a = arrays_of(layer, has_weights);
    for (int i = 0; i < N_ARRAYS; i++) {
        if (a.of_weights[i])
            n_bytes += sizeof(float) * (uint64_t)layer->n_in * (uint64_t)layer->n_rows;
        if (a.of_rows[i])
            n_bytes += sizeof(double) * (uint64_t)layer->n_rows;
    }
    return n_bytes + (a.of_units ? sizeof(double) * (uint64_t)layer->n_units : 0);
}

static bool is_little_endian(void)
{
    const uint16_t one = 1;
    return *(const uint8_t *)&one == 1;
}

/* Between the machine's order of bytes and the file's, in place, both ways. */
static void turn_bytes(void *values, size_t n, size_t width)
{
    if (is_little_endian())
        return;
    uint8_t *b = values;
    for (size_t i = 0; i < n; i++, b += width)
        for (size_t k = 0; k < width / 2; k++) {
            uint8_t kept = b[k];
            b[k] = b[width - 1 - k];
            b[width - 1 - k] = kept;
        }
}

static void put_doubles(hwi_buffer *out, const double *values, int32_t n)
{
    for (int32_t i = 0; values && i < n; i++) {
        double x = values[i];
        turn_bytes(&x, 1, sizeof x);
        hwi_buffer_append(out, &x, sizeof x);
    }
}

static hw_status put_weights(hwi_buffer *out, const hwi_layer *layer, const float *values,
                             hw_error *err)
{
    size_t n = (size_t)layer->n_in * (size_t)layer->n_rows;
    HW_AUTO(float) *ordered = HWI_ALLOC_ARRAY(float, n);
    HW_CHECK_ALLOC(err, ordered);
    hwi_layer_export_weights(layer, values, ordered);
    turn_bytes(ordered, n, sizeof(float));
    hwi_buffer_append(out, ordered, n * sizeof(float));
    return HW_OK;
}

static hw_status put_layer(hwi_buffer *out, const hwi_layer *layer, bool has_weights, hw_error *err)
{
    arrays a = arrays_of(layer, has_weights);
    for (int i = 0; i < N_ARRAYS; i++) {
        if (a.of_weights[i])
            HW_TRY(put_weights(out, layer, a.of_weights[i], err));
        put_doubles(out, a.of_rows[i], layer->n_rows);
    }
    put_doubles(out, a.of_units, layer->n_units);
    return hwi_buffer_check(out, err);
}

static hw_status put_network(const hwi_network *network, bool has_weights, hwi_buffer *out,
                             hw_error *err)
{
    uint32_t kinds = kinds_of(network, has_weights);
    if (kinds == 0)
        return HW_OK;
    uint64_t n_bytes = (uint64_t)network->n_layers * LAYER_BYTES;
    for (int32_t l = 0; l < network->n_layers; l++)
        n_bytes += layer_data_bytes(&network->layers[l], has_weights);
    hwi_buffer_append(out, magic, sizeof magic);
    put_u32(out, kinds);
    put_u32(out, (uint32_t)network->n_layers);
    put_u64(out, n_bytes);
    for (int32_t l = 0; l < network->n_layers; l++) {
        const hwi_layer *layer = &network->layers[l];
        put_u32(out, (uint32_t)layer->n_units);
        put_u32(out, (uint32_t)layer->n_in);
        put_u32(out, (uint32_t)layer->n_channels);
    }
    for (int32_t l = 0; l < network->n_layers; l++)
        HW_TRY(put_layer(out, &network->layers[l], has_weights, err));
    HW_TRY(hwi_buffer_check(out, err));
    put_u32(out, hwi_crc32(out->data, out->size));
    return hwi_buffer_check(out, err);
}

hw_status hwi_optimizer_write(const hwi_network *network, hwi_buffer *out, hw_error *err)
{
    return put_network(network, false, out, err);
}

hw_status hwi_network_write(const hwi_network *network, hwi_buffer *out, hw_error *err)
{
    return put_network(network, true, out, err);
}

/* The entry is whole, and out_kinds are those that it holds. */
static hw_status check_entry(const hwi_buffer *entry, const char *path, const char *name,
                             uint32_t *out_kinds, hw_error *err)
{
    if (entry->size < HEADER_BYTES + CHECKSUM_BYTES ||
        memcmp(entry->data, magic, sizeof magic) != 0)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: not a network's state of this version", path, name);
    size_t n_checked = entry->size - CHECKSUM_BYTES;
    if (get_u64(entry->data + 16) != n_checked - HEADER_BYTES)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: %zu bytes of arrays, not the %llu it speaks of",
                path, name, n_checked - HEADER_BYTES,
                (unsigned long long)get_u64(entry->data + 16));
    if (get_u32(entry->data + n_checked) != hwi_crc32(entry->data, n_checked))
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: wrong checksum", path, name);
    *out_kinds = get_u32(entry->data + 8);
    return HW_OK;
}

hw_status hwi_optimizer_read_kinds(const hwi_buffer *entry, const char *path,
                                   hwi_optimizer_kinds *out, hw_error *err)
{
    uint32_t kinds = 0;
    HW_TRY(check_entry(entry, path, HWI_OPTIMIZER_ENTRY, &kinds, err));
    if (kinds == 0 || kinds > (KIND_ADADELTA | KIND_MOMENTA | KIND_AVERAGE_ACTIVATION))
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: unknown kinds of arrays (%u)", path,
                HWI_OPTIMIZER_ENTRY, kinds);
    out->has_adadelta = kinds & KIND_ADADELTA;
    out->has_momenta = kinds & KIND_MOMENTA;
    out->has_average_activation = kinds & KIND_AVERAGE_ACTIVATION;
    return HW_OK;
}

static const char *get_doubles(const char *next, double *values, int32_t n)
{
    if (!values)
        return next;
    memcpy(values, next, (size_t)n * sizeof(double));
    turn_bytes(values, (size_t)n, sizeof(double));
    return next + (size_t)n * sizeof(double);
}

/* The entry begins at a multiple of 64, and all before an array of floats has a multiple of 4
 * bytes, so that where the order of bytes is the file's nothing needs to be copied first. */
static hw_status get_weights(const char **next, const hwi_layer *layer, float *values,
                             hw_error *err)
{
    size_t n = (size_t)layer->n_in * (size_t)layer->n_rows;
    const void *from = *next;
    *next += n * sizeof(float);
    if (is_little_endian()) {
        hwi_layer_import_weights(layer, from, values);
        return HW_OK;
    }
    HW_AUTO(float) *ordered = HWI_ALLOC_ARRAY(float, n);
    HW_CHECK_ALLOC(err, ordered);
    memcpy(ordered, from, n * sizeof(float));
    turn_bytes(ordered, n, sizeof(float));
    hwi_layer_import_weights(layer, ordered, values);
    return HW_OK;
}

static hw_status get_layer(const char **next, const hwi_layer *layer, bool has_weights,
                           hw_error *err)
{
    arrays a = arrays_of(layer, has_weights);
    for (int i = 0; i < N_ARRAYS; i++) {
        if (a.of_weights[i])
            HW_TRY(get_weights(next, layer, a.of_weights[i], err));
        *next = get_doubles(*next, a.of_rows[i], layer->n_rows);
    }
    *next = get_doubles(*next, a.of_units, layer->n_units);
    return HW_OK;
}

static hw_status get_network(const hwi_buffer *entry, const char *path, const char *name,
                             bool has_weights, hwi_network *network, hw_error *err)
{
    uint64_t n_bytes = (uint64_t)network->n_layers * LAYER_BYTES;
    for (int32_t l = 0; l < network->n_layers; l++)
        n_bytes += layer_data_bytes(&network->layers[l], has_weights);
    bool is_same = get_u32(entry->data + 12) == (uint32_t)network->n_layers &&
                   n_bytes == entry->size - HEADER_BYTES - CHECKSUM_BYTES;
    const char *next = entry->data + HEADER_BYTES;
    for (int32_t l = 0; is_same && l < network->n_layers; l++, next += LAYER_BYTES) {
        const hwi_layer *layer = &network->layers[l];
        is_same = get_u32(next) == (uint32_t)layer->n_units &&
                  get_u32(next + 4) == (uint32_t)layer->n_in &&
                  get_u32(next + 8) == (uint32_t)layer->n_channels;
    }
    if (!is_same)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: its layers are not those of model.ini", path, name);
    for (int32_t l = 0; l < network->n_layers; l++)
        HW_TRY(get_layer(&next, &network->layers[l], has_weights, err));
    return HW_OK;
}

hw_status hwi_optimizer_read(const hwi_buffer *entry, const char *path, hwi_network *network,
                             hw_error *err)
{
    return get_network(entry, path, HWI_OPTIMIZER_ENTRY, false, network, err);
}

hw_status hwi_network_read(const hwi_buffer *entry, const char *path, const char *name,
                           hwi_network *network, hw_error *err)
{
    uint32_t kinds = 0;
    HW_TRY(check_entry(entry, path, name, &kinds, err));
    if (kinds != kinds_of(network, true))
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: other kinds of arrays (%u) than the model's", path,
                name, kinds);
    return get_network(entry, path, name, true, network, err);
}
