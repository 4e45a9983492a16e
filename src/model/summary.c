/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/number.h"
#include "model/importance.h"

/* H2O's "rate" of a weight: the ratio that ADADELTA would take next, by its two bit tricks. */
static float weight_rate(const hwi_layer *layer, int64_t at, float epsilon)
{
    return hwk_approx_sqrt_f32(layer->mean_square_update[at] + epsilon) *
           hwk_approx_inv_sqrt_f32(layer->mean_square_gradient[at] + epsilon);
}

/* Where entry i of H2O's storage order (unit by unit) lies in ours. */
static int64_t place_of(const hwi_layer *layer, int64_t i)
{
    int64_t channel = i % layer->n_channels, pair = i / layer->n_channels;
    int64_t input = pair % layer->n_in, unit = pair / layer->n_in;
    return hwi_layer_at(layer, input, (int32_t)(layer->n_channels * unit + channel));
}

static void rate_statistics(const hwi_layer *layer, float epsilon, hwi_layer_statistics *s)
{
    int64_t n = (int64_t)layer->n_in * layer->n_rows;
    for (int64_t i = 0; i < n; i++)
        s->mean_rate += (double)weight_rate(layer, place_of(layer, i), epsilon);
    s->mean_rate /= (double)n;
    double square = 0;
    for (int64_t i = 0; i < n; i++) {
        double d = (double)weight_rate(layer, place_of(layer, i), epsilon) - s->mean_rate;
        square += d * d;
    }
    s->rate_rms = hwk_approx_sqrt_f64(square / (double)n);
}

hwi_layer_statistics hwi_layer_statistics_of(const hwi_layer *layer, float epsilon, float rate)
{
    hwi_layer_statistics s = {0};
    if (layer->mean_square_update)
        rate_statistics(layer, epsilon, &s);
    else
        s.mean_rate = rate;
    int64_t n = (int64_t)layer->n_in * layer->n_rows;
    for (int64_t i = 0; i < n; i++)
        s.mean_weight += (double)layer->weights[place_of(layer, i)];
    s.mean_weight /= (double)n;
    double square = 0;
    for (int64_t i = 0; i < n; i++) {
        double d = (double)layer->weights[place_of(layer, i)] - s.mean_weight;
        square += d * d;
    }
    s.weight_rms = hwk_approx_sqrt_f64(square / (double)n);
    for (int32_t r = 0; r < layer->n_rows; r++)
        s.mean_bias += layer->biases[r];
    s.mean_bias /= layer->n_rows;
    square = 0;
    for (int32_t r = 0; r < layer->n_rows; r++) {
        double d = layer->biases[r] - s.mean_bias;
        square += d * d;
    }
    s.bias_rms = hwk_approx_sqrt_f64(square / layer->n_rows);
    return s;
}

/* 1234567 as "1,234,567". */
static void append_grouped(hwi_buffer *out, int64_t n)
{
    if (n >= 1000) {
        append_grouped(out, n / 1000);
        hwi_buffer_printf(out, ",%03d", (int)(n % 1000));
    } else {
        hwi_buffer_printf(out, "%d", (int)n);
    }
}

/* Size of the network in memory; H2O shows the size of its Java object. */
static void append_size(hwi_buffer *out, size_t n_bytes)
{
    static const char *const units[] = {"B", "KB", "MB", "GB"};
    int unit = 0;
    size_t tenths = n_bytes * 10;
    for (; tenths >= 10240 && unit < 3; unit++)
        tenths /= 1024;
    hwi_buffer_printf(out, "%zu.%zu %s", tenths / 10, tenths % 10, units[unit]);
}

static void describe(const hwi_network *network, const hwi_summary_facts *facts, hwi_buffer *out)
{
    if (!facts->response)
        hwi_buffer_append_text(out, "auto-encoder");
    else if (facts->n_classes > 0)
        hwi_buffer_printf(out, "predicting %s, %d-class classification", facts->response,
                          facts->n_classes);
    else
        hwi_buffer_printf(out, "predicting %s, regression", facts->response);
    hwi_buffer_printf(out, ", %s distribution, %s loss, ", facts->distribution, facts->loss);
    append_grouped(out, hwi_network_n_parameters(network));
    hwi_buffer_append_text(out, " weights/biases, ");
    append_size(out, network->n_slab_bytes);
    hwi_buffer_append_text(out, ", ");
    append_grouped(out, facts->n_samples);
    hwi_buffer_append_text(out, " training samples, mini-batch size 1");
}

static hw_table *new_summary_table(const char *description)
{
    static const struct {
        const char *name, *description;
    } numbers[] = {{"l1", "L1"},
                   {"l2", "L2"},
                   {"mean_rate", "Mean Rate"},
                   {"rate_rms", "Rate RMS"},
                   {"momentum", "Momentum"},
                   {"mean_weight", "Mean Weight"},
                   {"weight_rms", "Weight RMS"},
                   {"mean_bias", "Mean Bias"},
                   {"bias_rms", "Bias RMS"}};
    hw_table *table = hwi_table_new("Status of Neuron Layers", description);
    hwi_table_add_column(table, "", HW_CELL_STRING, "%s", "");
    hwi_table_add_column(table, "layer", HW_CELL_INT, "%d", "Layer");
    hwi_table_add_column(table, "units", HW_CELL_INT, "%d", "Units");
    hwi_table_add_column(table, "type", HW_CELL_STRING, "%s", "Type");
    hwi_table_add_column(table, "dropout", HW_CELL_DOUBLE, "%2.2f %%", "Dropout");
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        hwi_table_add_column(table, numbers[i].name, HW_CELL_DOUBLE, "%5f", numbers[i].description);
    return table;
}

/* H2O prints the momentum as a float: 0.95, not the 0.949999988... that the float holds. */
static double decimal_of_float(float x)
{
    char text[HWI_NUMBER_TEXT_BYTES];
    double decimal = x;
    hwi_parse_double(text, hwi_format_float(x, text), &decimal);
    return decimal;
}

static void add_layer_row(hw_table *table, const hwi_network *network, int32_t l,
                          const hwi_sgd *sgd, const hwi_summary_facts *facts)
{
    const hwi_layer *layer = &network->layers[l];
    bool is_adaptive = sgd->is_adaptive;
    hwi_layer_statistics s = hwi_layer_statistics_of(layer, sgd->epsilon, sgd->rates[l]);
    int64_t row = hwi_table_add_row(table);
    hwi_table_set_text(table, row, 0, "");
    hwi_table_set_number(table, row, 1, l + 2);
    hwi_table_set_number(table, row, 2, layer->n_units);
    hwi_table_set_text(table, row, 3, hwi_activation_layer_type(layer));
    if (l < network->n_layers - 1)
        hwi_table_set_number(table, row, 4, layer->dropout_ratio * 100);
    double momentum = is_adaptive ? 0 : hwi_sgd_ramped_momentum(sgd, (double)facts->n_samples);
    const double values[] = {
        facts->l1,     facts->l2,    s.mean_rate, s.rate_rms, decimal_of_float((float)momentum),
        s.mean_weight, s.weight_rms, s.mean_bias, s.bias_rms};
    for (int32_t i = 0; i < 9; i++)
        hwi_table_set_number(table, row, 5 + i, values[i]);
}

hw_status hwi_model_summary(const hwi_network *network, const hwi_sgd *sgd,
                            const hwi_summary_facts *facts, hw_table **out, hw_error *err)
{
    HW_AUTO_BUFFER(description);
    describe(network, facts, &description);
    HW_TRY(hwi_buffer_check(&description, err));
    HW_AUTO(hw_table) *table = new_summary_table(hwi_buffer_text(&description));
    int64_t row = hwi_table_add_row(table);
    hwi_table_set_text(table, row, 0, "");
    hwi_table_set_number(table, row, 1, 1);
    hwi_table_set_number(table, row, 2, network->n_inputs);
    hwi_table_set_text(table, row, 3, "Input");
    hwi_table_set_number(table, row, 4, facts->input_dropout_ratio * 100);
    for (int32_t l = 0; l < network->n_layers; l++)
        add_layer_row(table, network, l, sgd, facts);
    HW_TRY(hwi_table_check(table, err));
    *out = HW_TAKE(table);
    return HW_OK;
}
