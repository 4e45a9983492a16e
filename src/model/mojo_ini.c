/* SPDX-License-Identifier: Apache-2.0
 *
 * model.ini. H2O's reader guesses types from spelling: reals always have a point or an exponent,
 * integers never, and texts must not look like numbers. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/number.h"
#include "encoder/recode.h"
#include "model/mojo.h"

static void put_text(hwi_buffer *out, const char *key, const char *value)
{
    hwi_buffer_append_text(out, key);
    hwi_buffer_append_text(out, " = ");
    hwi_buffer_append_text(out, value);
    hwi_buffer_append_char(out, '\n');
}

static void put_bool(hwi_buffer *out, const char *key, bool value)
{
    put_text(out, key, value ? "true" : "false");
}

static void put_int(hwi_buffer *out, const char *key, int64_t value)
{
    hwi_buffer_printf(out, "%s = %lld\n", key, (long long)value);
}

static void put_real(hwi_buffer *out, const char *key, double value)
{
    char text[HWI_NUMBER_TEXT_BYTES];
    hwi_format_real(value, text);
    put_text(out, key, text);
}

static void put_ints(hwi_buffer *out, const char *key, const int32_t *values, int32_t n)
{
    hwi_buffer_printf(out, "%s = [", key);
    for (int32_t i = 0; i < n; i++)
        hwi_buffer_printf(out, i ? ", %d" : "%d", values[i]);
    hwi_buffer_append_text(out, "]\n");
}

static void put_reals(hwi_buffer *out, const char *key, const double *values, int64_t n)
{
    if (!values) {
        put_text(out, key, "null");
        return;
    }
    hwi_buffer_printf(out, "%s = [", key);
    for (int64_t i = 0; i < n; i++) {
        char text[HWI_NUMBER_TEXT_BYTES];
        if (i)
            hwi_buffer_append_char(out, ',');
        hwi_buffer_append(out, text, hwi_format_real(values[i], text));
    }
    hwi_buffer_append_text(out, "]\n");
}

/* The shortest text of a float that survives being read as a double and rounded again, which is
 * what all readers do. Next to always the shortest of all. */
static size_t format_weight(float x, char text[HWI_NUMBER_TEXT_BYTES])
{
    size_t n = hwi_format_real_float(x, text);
    double read = 0;
    if (hwi_parse_double(text, n, &read) && (float)read == x)
        return n;
    return hwi_format_real((double)x, text);
}

static void put_weights(hwi_buffer *out, const hwi_layer *layer, int32_t index)
{
    hwi_buffer_printf(out, "weight_layer%d = [", index);
    for (int32_t unit = 0; unit < layer->n_units; unit++)
        for (int32_t input = 0; input < layer->n_in; input++)
            for (int32_t channel = 0; channel < layer->n_channels; channel++) {
                char text[HWI_NUMBER_TEXT_BYTES];
                if (unit || input || channel)
                    hwi_buffer_append_char(out, ',');
                size_t n = format_weight(hwi_layer_weight(layer, unit, input, channel), text);
                hwi_buffer_append(out, text, n);
            }
    hwi_buffer_append_text(out, "]\n");
}

static void put_network(hwi_buffer *out, const hwi_network *network)
{
    hwi_buffer_printf(out, "neural_network_sizes = [%d", network->n_inputs);
    for (int32_t l = 0; l < network->n_layers; l++)
        hwi_buffer_printf(out, ", %d", network->layers[l].n_units);
    hwi_buffer_append_text(out, "]\n");
    for (int32_t l = 0; l < network->n_layers; l++) {
        const hwi_layer *layer = &network->layers[l];
        char key[32];
        snprintf(key, sizeof key, "bias_layer%d", l);
        put_weights(out, layer, l);
        put_reals(out, key, layer->biases, layer->n_rows);
    }
    hwi_buffer_append_text(out, "hidden_dropout_ratios = [");
    for (int32_t l = 0; l < network->n_layers; l++) {
        char text[HWI_NUMBER_TEXT_BYTES];
        hwi_format_real(network->layers[l].has_dropout ? network->layers[l].dropout_ratio : 0,
                        text);
        hwi_buffer_append_text(out, l ? ", " : "");
        hwi_buffer_append_text(out, text);
    }
    hwi_buffer_append_text(out, "]\n");
}

/* H2O's reader takes a value that looks like a number for one and breaks. Such a column is left
 * out: the scorer has no use for it, and our own reader finds it in the state. */
static void put_column(hwi_buffer *out, const char *key, const hwi_encoder *encoder, int32_t at)
{
    double number;
    if (at < 0)
        return;
    const char *name = encoder->columns[at].name;
    static const char *const words[] = {"null", "true", "false", "NaN", "Infinity", "-Infinity"};
    bool is_safe = !hwi_parse_double(name, strlen(name), &number) && name[0] != '[';
    for (int i = 0; i < 6; i++)
        is_safe = is_safe && strcmp(name, words[i]) != 0;
    if (is_safe)
        put_text(out, key, name);
}

/* Of the file's content, so that equal models have equal ids. FNV-1a. */
static int64_t checksum(const hwi_buffer *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < text->size; i++)
        hash = (hash ^ (uint8_t)text->data[i]) * UINT64_C(0x100000001b3);
    return (int64_t)hash;
}

static void put_time(hwi_buffer *out, int64_t time_ms)
{
    /* Whole years only up to 9999; a clock beyond is no clock. */
    const int64_t last_ms = INT64_C(253402300799999);
    if (time_ms < 0 || time_ms > last_ms)
        time_ms = 0;
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    hwi_buffer_printf(out, "timestamp = %04d-%02d-%02dT%02d:%02d:%02d.%03dZ\n",
                      parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                      parts.tm_min, parts.tm_sec, (int)(time_ms % 1000));
}

static int32_t count_domains(const hwi_encoder *encoder)
{
    int32_t n = 0;
    for (int32_t i = 0; i < encoder->n_columns; i++)
        n += encoder->columns[i].type == HW_TYPE_ENUM;
    return n;
}

static void put_common(hwi_buffer *out, const hw_model *model)
{
    const hwi_encoder *encoder = model->encoder;
    bool is_classifier = hwi_model_is_classifier(model);
    put_bool(out, "supervised", encoder->response_at >= 0);
    put_int(out, "n_features", encoder->n_cats + encoder->n_nums);
    put_int(out, "n_classes", model->n_classes);
    put_int(out, "n_columns", encoder->n_columns);
    put_int(out, "n_domains", count_domains(encoder));
    put_column(out, "offset_column", encoder, encoder->offset_at);
    put_column(out, "fold_column", encoder, encoder->fold_at);
    put_bool(out, "balance_classes", model->balance_classes);
    put_real(out, "default_threshold", model->default_threshold);
    put_reals(out, "prior_class_distrib", is_classifier ? model->prior_class_distribution : NULL,
              model->n_classes);
    put_reals(out, "model_class_distrib", is_classifier ? model->model_class_distribution : NULL,
              model->n_classes);
    put_time(out, model->start_time_ms);
    put_bool(out, "escape_domain_values", true);
}

static void put_cat_modes(hwi_buffer *out, const hwi_encoder *encoder)
{
    hwi_buffer_append_text(out, "cat_modes = [");
    for (int32_t i = 0; i < encoder->n_cats; i++)
        hwi_buffer_printf(out, i ? ", %d" : "%d",
                          encoder->cat_offsets[i + 1] - encoder->cat_offsets[i] - 1);
    hwi_buffer_append_text(out, "]\n");
}

/* What H2O's scorer makes its input columns from. EnumLimited it cannot read; "null" is what H2O
 * writes for it. */
static void put_encoding(hwi_buffer *out, const hwi_recoding *recoding)
{
    if (!recoding) {
        put_text(out, "_genmodel_encoding", "AUTO");
        put_text(out, "_orig_projection_array", "null");
        return;
    }
    bool is_limited = recoding->encoding == HW_CATEGORICAL_ENCODING_ENUM_LIMITED;
    put_text(out, "_genmodel_encoding",
             is_limited
                 ? "null"
                 : hwi_param_level_name(HWI_PARAM_CATEGORICAL_ENCODING, (int)recoding->encoding));
    put_int(out, "_n_orig_names", recoding->n_columns);
    put_int(out, "_n_orig_domain_values", recoding->n_columns);
    for (int32_t i = 0; i < recoding->n_columns; i++)
        hwi_buffer_printf(out, "_m_orig_domain_values_%d = %d\n", i, recoding->columns[i].n_levels);
    put_text(out, "_orig_projection_array", "null");
}

static void put_deep_learning(hwi_buffer *out, const hw_model *model)
{
    const hwi_encoder *encoder = model->encoder;
    const double *resp_mul = encoder->has_resp_norm ? &encoder->resp_mul : NULL;
    const double *resp_sub = encoder->has_resp_norm ? &encoder->resp_sub : NULL;
    put_int(out, "mini_batch_size", model->params_actual->mini_batch_size);
    put_int(out, "nums", encoder->n_nums);
    put_int(out, "cats", encoder->n_cats);
    put_ints(out, "cat_offsets", encoder->cat_offsets, encoder->n_cats + 1);
    put_reals(out, "norm_mul", encoder->norm_mul, encoder->n_nums);
    put_reals(out, "norm_sub", encoder->norm_sub, encoder->n_nums);
    put_reals(out, "norm_resp_mul", resp_mul, 1);
    put_reals(out, "norm_resp_sub", resp_sub, 1);
    put_bool(out, "use_all_factor_levels", encoder->use_all_factor_levels);
    put_text(out, "activation",
             hwi_param_level_name(HWI_PARAM_ACTIVATION, (int)model->params_actual->activation));
    put_text(out, "distribution",
             hwi_param_level_name(HWI_PARAM_DISTRIBUTION, (int)model->distribution));
    put_bool(out, "mean_imputation", encoder->mean_imputation);
    if (encoder->mean_imputation && encoder->n_cats > 0)
        put_cat_modes(out, encoder);
    put_network(out, model->network);
    put_encoding(out, encoder->recoding);
}

static void put_columns(hwi_buffer *out, const hwi_encoder *encoder)
{
    hwi_buffer_append_text(out, "\n[columns]\n");
    for (int32_t i = 0; i < encoder->n_columns; i++) {
        hwi_buffer_append_text(out, encoder->columns[i].name);
        hwi_buffer_append_char(out, '\n');
    }
    hwi_buffer_append_text(out, "\n[domains]\n");
    int32_t n = 0;
    for (int32_t i = 0; i < encoder->n_columns; i++)
        if (encoder->columns[i].type == HW_TYPE_ENUM)
            hwi_buffer_printf(out, "%d: %d d%03d.txt\n", i, encoder->columns[i].n_levels, n++);
}

/* What the checksum is of. */
static void put_content(hwi_buffer *out, const hw_model *model)
{
    put_common(out, model);
    put_deep_learning(out, model);
    put_columns(out, model->encoder);
}

int64_t hwi_mojo_uuid(const hw_model *model)
{
    HW_AUTO_BUFFER(content);
    put_content(&content, model);
    return checksum(&content);
}

void hwi_mojo_write_ini(const hw_model *model, hwi_buffer *out)
{
    HW_AUTO_BUFFER(rest);
    put_content(&rest, model);
    if (rest.failed) {
        out->failed = true;
        return;
    }
    hwi_buffer_append_text(out, "[info]\n");
    put_text(out, "h2o_version", "heavywater " HW_VERSION);
    put_text(out, "mojo_version", "1.10");
    put_text(out, "license", "Apache License Version 2.0");
    put_text(out, "algo", "deeplearning");
    put_text(out, "algorithm", "Deep Learning");
    put_text(out, "endianness", "LITTLE_ENDIAN");
    put_text(out, "category", hw_category_name(model->category));
    put_int(out, "uuid", checksum(&rest));
    hwi_buffer_append(out, rest.data, rest.size);
}
