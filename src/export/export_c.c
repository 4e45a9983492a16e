/* SPDX-License-Identifier: Apache-2.0
 *
 * One C file: the tables of a model around the text of score.c.txt. */
#include <stdlib.h>
#include <string.h>

#include "export/export.h"
#include "export/source_model.h"
#include "export/source_text.h"
#include "export/templates.h"
#include "nn/distribution.h"

enum { PER_LINE = 6 };

static bool has(const char *flag, const void *ctx)
{
    return hwi_source_has(ctx, flag);
}

static int32_t n_columns(const hwi_export *of)
{
    return of->n_predictors + of->has_offset;
}

static void put_sizes(const hwi_export *of, hwi_buffer *out)
{
    const hwi_network *network = of->model->network;
    int32_t max_rows = 0;
    for (int32_t l = 0; l < network->n_layers; l++)
        if (network->layers[l].n_rows > max_rows)
            max_rows = network->layers[l].n_rows;
    hwi_buffer_printf(out,
                      "    N_CATS = %d, N_NUMS = %d, N_INPUTS = %d, N_LAYERS = %d,\n"
                      "    MAX_UNITS = %d, MAX_ROWS = %d,\n",
                      of->model->encoder->n_cats, of->model->encoder->n_nums, network->n_inputs,
                      network->n_layers, hwi_export_max_units(of), max_rows);
}

/* C has no arrays of nothing: an empty one gets an element that is not used. */
static void end_array(hwi_buffer *out, int64_t n, const char *nothing)
{
    hwi_buffer_append_text(out, n > 0 ? "\n};\n" : nothing);
    if (n <= 0)
        hwi_buffer_append_text(out, "};\n");
}

static void put_names(const hwi_export *of, hwi_buffer *out)
{
    hwi_buffer_printf(out, "const char *const %s_column_names[] = {", of->name);
    for (int32_t i = 0; i < n_columns(of); i++) {
        hwi_append_separator(out, i, 1);
        hwi_append_c_string(out, hwi_export_column(of, i)->name);
    }
    end_array(out, n_columns(of), "0");
    hwi_buffer_printf(out, "const int %s_n_levels[] = {", of->name);
    for (int32_t i = 0; i < n_columns(of); i++) {
        hwi_append_separator(out, i, 16);
        hwi_buffer_printf(out, "%d",
                          i < of->model->encoder->n_cats ? hwi_export_column(of, i)->n_levels : 0);
    }
    end_array(out, n_columns(of), "0");
    hwi_buffer_printf(out, "const char *const %s_output_names[] = {", of->name);
    for (int32_t i = 0; i < of->n_outputs; i++) {
        hwi_append_separator(out, i, 1);
        hwi_append_c_string(out, of->output_names[i]);
    }
    end_array(out, of->n_outputs, "0");
    if (!hwi_model_is_classifier(of->model))
        return;
    hwi_buffer_printf(out, "const char *const %s_class_names[] = {", of->name);
    for (int32_t i = 0; i < of->model->n_classes; i++) {
        hwi_append_separator(out, i, 1);
        hwi_append_c_string(out, hw_model_class_name(of->model, i));
    }
    end_array(out, of->model->n_classes, "0");
}

static void put_level_texts(const hwi_encoder *encoder, hwi_buffer *out)
{
    hwi_buffer_append_text(out, "/* Where the levels of each column begin. */\n"
                                "static const int level_begin[] = {");
    int32_t begin = 0;
    for (int32_t cat = 0; cat <= encoder->n_cats; cat++) {
        hwi_append_separator(out, cat, 12);
        hwi_buffer_printf(out, "%d", begin);
        begin += cat < encoder->n_cats ? encoder->columns[cat].n_levels : 0;
    }
    hwi_buffer_append_text(out, "\n};\nstatic const char *const levels[] = {");
    int64_t at = 0;
    for (int32_t cat = 0; cat < encoder->n_cats; cat++) {
        for (int32_t i = 0; i < encoder->columns[cat].n_levels; i++) {
            hwi_append_separator(out, at++, 4);
            hwi_append_c_string(out, encoder->columns[cat].levels[i]);
        }
    }
    end_array(out, at, "0");
}

static void put_level_units(const hwi_encoder *encoder, hwi_buffer *out)
{
    hwi_buffer_append_text(out,
                           "/* The input unit of each level, -1 for none; behind the levels of "
                           "a column stands the unit of missing values. */\n"
                           "static const int level_units[] = {");
    int64_t at = 0;
    for (int32_t cat = 0; cat < encoder->n_cats; cat++) {
        for (int32_t i = 0; i <= encoder->columns[cat].n_levels; i++) {
            hwi_append_separator(out, at++, 12);
            hwi_buffer_printf(out, "%d", hwi_export_unit(encoder, cat, i));
        }
    }
    hwi_buffer_append_text(out, "\n};\n");
}

static void put_reals(const char *name, const double *values, int32_t n, hwi_buffer *out)
{
    hwi_buffer_printf(out, "static const double %s[] = {", name);
    for (int32_t i = 0; i < n; i++) {
        hwi_append_separator(out, i, 4);
        hwi_append_real(out, values[i]);
    }
    end_array(out, n, "0.0");
}

static void put_weights(const hwi_layer *layer, int32_t number, hwi_buffer *out)
{
    hwi_buffer_printf(out, "static const float weights_%d[] = {", number);
    int64_t at = 0;
    for (int64_t c = 0; c < layer->n_in; c++) {
        for (int32_t r = 0; r < layer->n_rows; r++) {
            hwi_append_separator(out, at++, PER_LINE);
            hwi_append_real_float(out, layer->weights[hwi_layer_at(layer, c, r)]);
        }
    }
    end_array(out, at, "0.0f");
    HW_AUTO_BUFFER(name);
    hwi_buffer_printf(&name, "biases_%d", number);
    put_reals(hwi_buffer_text(&name), layer->biases, layer->n_rows, out);
}

static void put_layers(const hwi_export *of, hwi_buffer *out)
{
    for (int32_t l = 0; l < of->model->network->n_layers; l++) {
        hwi_buffer_append_text(out, "    {");
        hwi_source_put_layer(&of->model->network->layers[l], out);
        hwi_buffer_printf(out, ", weights_%d, biases_%d},\n", l + 1, l + 1);
    }
}

/* By sorting with qsort's comparison of texts; ties cannot be. */
typedef struct keyed_level {
    const char *text;
    int32_t code;
} keyed_level;

static int compare_levels(const void *a, const void *b)
{
    return strcmp(((const keyed_level *)a)->text, ((const keyed_level *)b)->text);
}

static void put_levels_by_text(const hwi_encoder *encoder, hwi_buffer *out)
{
    hwi_buffer_append_text(out, "/* Levels of each column in the order of their texts. */\n"
                                "static const int levels_by_text[] = {");
    int64_t at = 0;
    for (int32_t cat = 0; cat < encoder->n_cats; cat++) {
        const hwi_model_column *column = &encoder->columns[cat];
        size_t n = (size_t)column->n_levels;
        keyed_level *keys = HWI_ALLOC_ARRAY(keyed_level, n);
        if (!keys) {
            out->failed = true;
            return;
        }
        for (size_t i = 0; i < n; i++)
            keys[i] = (keyed_level){column->levels[i], (int32_t)i};
        qsort(keys, n, sizeof *keys, compare_levels);
        for (size_t i = 0; i < n; i++) {
            hwi_append_separator(out, at++, 12);
            hwi_buffer_printf(out, "%d", keys[i].code);
        }
        hwi_free(keys);
    }
    end_array(out, at, "0");
}

static void put_class_tables(const hw_model *model, hwi_buffer *out)
{
    const hwi_scorer scorer = hwi_model_scorer(model);
    if (model->category == HW_CATEGORY_MULTINOMIAL) {
        hwi_buffer_printf(out, "enum { HAS_PRIOR = %d };\n", scorer.prior_distribution != NULL);
        put_reals("prior", scorer.prior_distribution,
                  scorer.prior_distribution ? model->n_classes : 0, out);
    }
    if (!scorer.model_distribution)
        return;
    hwi_buffer_append_text(out, "static const double balance[] = {");
    for (int32_t k = 0; k < model->n_classes; k++) {
        hwi_append_separator(out, k, 4);
        hwi_append_real(out, hwi_export_balance(model, k));
    }
    hwi_buffer_append_text(out, "\n};\n");
}

static void put_tables(const hwi_export *of, hwi_buffer *out)
{
    const hwi_encoder *encoder = of->model->encoder;
    put_names(of, out);
    if (encoder->n_cats > 0) {
        put_level_texts(encoder, out);
        put_levels_by_text(encoder, out);
        put_level_units(encoder, out);
    }
    if (encoder->norm_mul && encoder->n_nums > 0) {
        put_reals("norm_sub", encoder->norm_sub, encoder->n_nums, out);
        put_reals("norm_mul", encoder->norm_mul, encoder->n_nums, out);
    }
    put_class_tables(of->model, out);
    for (int32_t l = 0; l < of->model->network->n_layers; l++)
        put_weights(&of->model->network->layers[l], l + 1, out);
}

static void put_regression(const hwi_export *of, hwi_buffer *out)
{
    hwi_source_put_response_scale(of, "    ", "out[0]", out);
    if (hwi_distribution_has_log_link(of->model->distribution))
        hwi_buffer_append_text(out, "    out[0] = exp(out[0]);\n"
                                    "    if (out[0] > 1e19)\n"
                                    "        out[0] = 1e19;\n");
}

static void put(const char *what, const void *ctx, hwi_buffer *out)
{
    const hwi_export *of = ctx;
    if (strcmp(what, "head") == 0) {
        hwi_source_put_title(of, "/* ", "as one file of C99.", out);
    } else if (strcmp(what, "columns") == 0) {
        hwi_buffer_append_text(out, " * A row:\n");
        hwi_source_put_columns(of, n_columns(of), " *   ", out);
    } else if (strcmp(what, "public_sizes") == 0) {
        hwi_buffer_printf(out, "    %s_N_COLUMNS = %d, /* values of a row */\n", of->name,
                          n_columns(of));
        hwi_buffer_printf(out, "    %s_N_OUTPUTS = %d /* values that %s_score writes */\n",
                          of->name, of->n_outputs, of->name);
    } else if (strcmp(what, "sizes") == 0) {
        put_sizes(of, out);
    } else if (strcmp(what, "tables") == 0) {
        put_tables(of, out);
    } else if (strcmp(what, "layers") == 0) {
        put_layers(of, out);
    } else if (strcmp(what, "offset") == 0) {
        hwi_source_put_offset(of, "    ", "        ", out);
    } else if (strcmp(what, "regression") == 0) {
        put_regression(of, out);
    } else if (strcmp(what, "threshold") == 0) {
        hwi_buffer_append_text(out, "    return out[1] >= ");
        hwi_append_real(out, of->model->default_threshold);
        hwi_buffer_append_text(out, ";\n");
    } else {
        HW_ASSERT(false);
    }
}

hw_status hwi_export_c(const hwi_export *of, hwi_buffer *out, hw_error *err)
{
    const hwi_template template = {hwi_export_score_c, of->name, has, put, of};
    return hwi_template_fill(&template, out, err);
}
