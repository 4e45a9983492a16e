/* SPDX-License-Identifier: Apache-2.0
 *
 * Models made by hand, without training: every kind that a file must keep. Not meant to predict
 * anything. */
#pragma once

#include <string.h>

#include "base/rng.h"
#include "base/table.h"
#include "model/model.h"
#include "support/hw_test.h"

typedef struct hand_spec {
    const char *name;
    hw_category category;
    hw_activation activation;
    hw_distribution distribution;
    int32_t n_cats, n_nums;
    int32_t hidden[3], n_hidden;
    int32_t n_classes;
    bool standardize, use_all_factor_levels;
    bool has_weights, has_offset, has_fold;
    bool balance_classes;
    bool adadelta, momenta, sparse_average;
    int32_t n_hash_slots;
    bool is_bare; /* without tables, metrics, messages */
} hand_spec;

static const hand_spec hand_specs[] = {
    {"binomial", HW_CATEGORY_BINOMIAL, HW_ACTIVATION_RECTIFIER_WITH_DROPOUT,
     HW_DISTRIBUTION_BERNOULLI, .n_cats = 2, .n_nums = 3, .hidden = {5, 4}, .n_hidden = 2,
     .n_classes = 2, .standardize = true, .use_all_factor_levels = true, .adadelta = true},
    {"multinomial", HW_CATEGORY_MULTINOMIAL, HW_ACTIVATION_TANH, HW_DISTRIBUTION_MULTINOMIAL,
     .n_cats = 1, .n_nums = 0, .hidden = {3}, .n_hidden = 1, .n_classes = 4,
     .balance_classes = true, .standardize = true, .momenta = true},
    {"regression", HW_CATEGORY_REGRESSION, HW_ACTIVATION_MAXOUT_WITH_DROPOUT,
     HW_DISTRIBUTION_GAUSSIAN, .n_cats = 1, .n_nums = 2, .hidden = {4, 3, 2}, .n_hidden = 3,
     .n_classes = 1, .standardize = true, .use_all_factor_levels = true, .has_weights = true,
     .has_offset = true, .has_fold = true, .adadelta = true},
    {"gamma", HW_CATEGORY_REGRESSION, HW_ACTIVATION_EXP_RECTIFIER, HW_DISTRIBUTION_GAMMA,
     .n_nums = 2, .hidden = {17}, .n_hidden = 1, .n_classes = 1, .has_offset = true},
    {"no_hidden", HW_CATEGORY_REGRESSION, HW_ACTIVATION_RECTIFIER, HW_DISTRIBUTION_HUBER,
     .n_cats = 1, .n_nums = 1, .n_classes = 1, .momenta = true, .is_bare = true},
    {"autoencoder", HW_CATEGORY_AUTOENCODER, HW_ACTIVATION_TANH_WITH_DROPOUT,
     HW_DISTRIBUTION_GAUSSIAN, .n_cats = 2, .n_nums = 2, .hidden = {3}, .n_hidden = 1,
     .n_classes = 1, .standardize = true, .use_all_factor_levels = true, .has_weights = true,
     .adadelta = true, .sparse_average = true},
    {"hashed", HW_CATEGORY_BINOMIAL, HW_ACTIVATION_TANH, HW_DISTRIBUTION_BERNOULLI, .n_cats = 3,
     .n_nums = 1, .hidden = {4}, .n_hidden = 1, .n_classes = 2, .standardize = true,
     .n_hash_slots = 5, .adadelta = true},
};

static inline void hand_column(hwi_encoder *encoder, const char *name, hw_type type,
                               int32_t n_levels)
{
    /* Levels that a careless file would not keep. */
    static const char *const odd[] = {"",          " blank ", "a,b", "\"q\"",  "back\\slash",
                                      "new\nline", "c\rr",    "#no", "[info]", "\xc3\xa9t\xc3\xa9",
                                      "NA",        "null"};
    hwi_model_column *column = &encoder->columns[encoder->n_columns++];
    column->name = hwi_strdup(name);
    column->type = type;
    column->n_levels = n_levels;
    if (n_levels > 0)
        column->levels = HWI_NEW_ARRAY(char *, (size_t)n_levels);
    for (int32_t i = 0; i < n_levels; i++)
        column->levels[i] = hwi_strdup(odd[i % (int32_t)HW_COUNT(odd)]);
}

static inline hwi_encoder *hand_encoder(const hand_spec *spec, hwi_rng *rng)
{
    static const char *const names[] = {"town = x", "a: b", "\xc3\xbcmlaut", "1", "q\"uote", "z#"};
    hwi_encoder *encoder = hwi_encoder_new();
    encoder->columns = HWI_NEW_ARRAY(hwi_model_column, 16);
    encoder->n_cats = spec->n_cats;
    encoder->n_nums = spec->n_nums;
    encoder->use_all_factor_levels = spec->use_all_factor_levels;
    encoder->mean_imputation = !spec->has_fold;
    encoder->cat_offsets = HWI_NEW_ARRAY(int32_t, (size_t)spec->n_cats + 1);
    for (int32_t i = 0; i < spec->n_cats; i++) {
        int32_t n_levels = 12 - 5 * i;
        hand_column(encoder, names[i], HW_TYPE_ENUM, n_levels);
        encoder->cat_offsets[i + 1] =
            encoder->cat_offsets[i] + n_levels + (spec->use_all_factor_levels ? 1 : 0);
    }
    for (int32_t i = 0; i < spec->n_nums; i++)
        hand_column(encoder, names[3 + i],
                    i == 0   ? HW_TYPE_INT
                    : i == 1 ? HW_TYPE_TIME
                             : HW_TYPE_REAL,
                    0);
    encoder->means = HWI_NEW_ARRAY(double, (size_t)spec->n_nums);
    if (spec->standardize) {
        encoder->norm_mul = HWI_NEW_ARRAY(double, (size_t)spec->n_nums);
        encoder->norm_sub = HWI_NEW_ARRAY(double, (size_t)spec->n_nums);
    }
    for (int32_t i = 0; i < spec->n_nums; i++) {
        encoder->means[i] = hwi_rng_gaussian(rng);
        if (spec->standardize) {
            encoder->norm_mul[i] = 1 / 3.0;
            encoder->norm_sub[i] = i ? 0.1 + 0.2 : -0.0;
        }
    }
    encoder->weights_at = spec->has_weights ? encoder->n_columns : -1;
    if (spec->has_weights)
        hand_column(encoder, "weight", HW_TYPE_REAL, 0);
    encoder->offset_at = spec->has_offset ? encoder->n_columns : -1;
    if (spec->has_offset)
        hand_column(encoder, "2", HW_TYPE_REAL, 0); /* as a value of a key it would be a number */
    encoder->fold_at = spec->has_fold ? encoder->n_columns : -1;
    if (spec->has_fold)
        hand_column(encoder, "fold", HW_TYPE_ENUM, 3);
    if (spec->category != HW_CATEGORY_AUTOENCODER) {
        encoder->response_at = encoder->n_columns;
        bool is_classifier = spec->n_classes > 1;
        hand_column(encoder, "the response", is_classifier ? HW_TYPE_ENUM : HW_TYPE_INT,
                    is_classifier ? spec->n_classes : 0);
    }
    encoder->has_resp_norm = spec->standardize && spec->category == HW_CATEGORY_REGRESSION;
    if (encoder->has_resp_norm) {
        encoder->resp_mul = 0.7;
        encoder->resp_sub = 12;
    }
    encoder->n_hash_slots = spec->n_hash_slots;
    encoder->hash_seed = spec->n_hash_slots ? INT64_MIN + 5 : 0;
    encoder->hashes_absent_level = spec->n_hash_slots > 0;
    encoder->missing_is_last_level = spec->has_fold;
    encoder->n_units = spec->n_nums + (spec->n_hash_slots ? spec->n_hash_slots
                                                          : encoder->cat_offsets[spec->n_cats]);
    return encoder;
}

static inline void hand_fill_floats(hwi_rng *rng, const hwi_layer *layer, float *values)
{
    for (int64_t c = 0; values && c < layer->n_in; c++)
        for (int32_t r = 0; r < layer->n_rows; r++)
            values[hwi_layer_at(layer, c, r)] =
                (float)(hwi_rng_gaussian(rng) * pow(10, (double)hwi_rng_below(rng, 60) - 40));
}

static inline void hand_fill_doubles(hwi_rng *rng, double *values, int32_t n)
{
    for (int32_t i = 0; values && i < n; i++)
        values[i] = hwi_rng_gaussian(rng) * pow(10, (double)hwi_rng_below(rng, 500) - 250);
}

static inline hwi_network *hand_network(const hand_spec *spec, int32_t n_inputs, hwi_rng *rng)
{
    static const double ratios[] = {0.1, 0, 0.35};
    const hwi_network_shape shape = {
        .n_inputs = n_inputs,
        .n_hidden = spec->n_hidden,
        .hidden = spec->hidden,
        .dropout_ratios = ratios,
        .activation = spec->activation,
        .is_autoencoder = spec->category == HW_CATEGORY_AUTOENCODER,
        .n_classes = spec->n_classes,
        .has_adadelta = spec->adadelta,
        .has_momenta = spec->momenta,
        .has_average_activation = spec->sparse_average,
    };
    hw_error err;
    hwi_network *network = NULL;
    hw_assert_ok(hwi_network_new(&shape, &network, &err), err);
    for (int32_t l = 0; l < network->n_layers; l++) {
        hwi_layer *layer = &network->layers[l];
        hand_fill_floats(rng, layer, layer->weights);
        hand_fill_floats(rng, layer, layer->mean_square_update);
        hand_fill_floats(rng, layer, layer->mean_square_gradient);
        hand_fill_floats(rng, layer, layer->momenta);
        hand_fill_doubles(rng, layer->biases, layer->n_rows);
        hand_fill_doubles(rng, layer->bias_square_update, layer->n_rows);
        hand_fill_doubles(rng, layer->bias_square_gradient, layer->n_rows);
        hand_fill_doubles(rng, layer->bias_momenta, layer->n_rows);
        hand_fill_doubles(rng, layer->average_activation, layer->n_units);
        layer->weights[0] = -0.0f;
        layer->weights[layer->n_rows - 1] = 1e-45f;
        layer->biases[0] = 3;
    }
    return network;
}

static inline hw_table *hand_table(const char *name)
{
    hw_table *table = hwi_table_new(name, "made by hand");
    hwi_table_add_column(table, "", HW_CELL_STRING, "%s", "");
    hwi_table_add_column(table, "i", HW_CELL_LONG, "%d", "I");
    hwi_table_add_column(table, "f", HW_CELL_FLOAT, "%.5f", "F");
    hwi_table_add_column(table, "d", HW_CELL_DOUBLE, "%5f", "D");
    for (int64_t r = 0; r < 3; r++) {
        hwi_table_add_row(table);
        if (r == 2)
            continue;
        hwi_table_set_text(table, r, 0, r ? "" : "t\xc3\xa9xt\\n");
        hwi_table_set_number(table, r, 1, 1e15 + (double)r);
        hwi_table_set_number(table, r, 2, (double)0.1f);
        hwi_table_set_number(table, r, 3, r ? NAN : 1 / 3.0);
    }
    return table;
}

static inline hw_metrics *hand_metrics(const hand_spec *spec, const hwi_encoder *encoder,
                                       hwi_rng *rng, const char *description)
{
    enum { N = 40 };
    double actual[N], predictions[4 * N];
    for (int i = 0; i < N; i++) {
        double sum = 0;
        actual[i] = spec->n_classes > 1 ? (double)hwi_rng_below(rng, (uint32_t)spec->n_classes)
                                        : 1 + hwi_rng_double(rng);
        for (int k = 0; k < spec->n_classes; k++)
            sum += predictions[i * spec->n_classes + k] = 0.01 + hwi_rng_double(rng);
        for (int k = 0; k < spec->n_classes && spec->n_classes > 1; k++)
            predictions[i * spec->n_classes + k] /= sum;
    }
    const hwi_metrics_input input = {
        .category = spec->category,
        .description = description,
        .n_rows = N,
        .actual = spec->category == HW_CATEGORY_AUTOENCODER ? NULL : actual,
        .predictions = predictions,
        .n_classes = spec->n_classes,
        .domain = encoder->response_at < 0
                      ? NULL
                      : (const char *const *)encoder->columns[encoder->response_at].levels,
        .distribution = spec->distribution,
        .tweedie_power = 1.5,
        .quantile_alpha = 0.5,
        .huber_alpha = 0.9,
        .gainslift_bins = -1,
        .auc_type = HW_AUC_TYPE_AUTO,
    };
    hw_metrics *metrics = NULL;
    hw_error err;
    hw_assert_ok(hwi_metrics_new(&input, &metrics, &err), err);
    return metrics;
}

static inline void hand_note(hw_model *model)
{
    model->n_frame_notes = 1;
    model->frame_notes = HWI_NEW_ARRAY(hwi_frame_note, 1);
    hwi_frame_note *note = model->frame_notes;
    note->name = hwi_strdup("train \"1\".csv");
    note->n_rows = INT64_C(1) << 40;
    note->n_columns = 2;
    note->columns = HWI_NEW_ARRAY(hwi_model_column, 2);
    note->n_missing = HWI_NEW_ARRAY(int64_t, 2);
    note->columns[0].name = hwi_strdup("");
    note->columns[0].type = HW_TYPE_STRING;
    note->n_missing[0] = 7;
    note->columns[1].name = hwi_strdup("c");
    note->columns[1].type = HW_TYPE_ENUM;
    note->columns[1].levels = HWI_NEW_ARRAY(char *, 1);
    note->columns[1].n_levels = 1;
    note->columns[1].levels[0] = hwi_strdup("a\nb");
}

static inline void hand_params(const hand_spec *spec, hw_model *model)
{
    hw_error err;
    const char *activation = hwi_param_level_name(HWI_PARAM_ACTIVATION, (int)spec->activation);
    const char *const given[][2] = {
        {"activation", activation},
        {"seed", "-9007199254740995"},
        {"epochs", "0.1"},
        {"hidden", "200,200"},
        {"l1", "0.1"},
        {"response_column", "the response"},
    };
    model->params_given = hw_params_new();
    for (size_t i = 0; i < HW_COUNT(given); i++)
        hw_assert_ok(hw_params_set(model->params_given, given[i][0], given[i][1], &err), err);
    model->params_actual = hw_params_copy(model->params_given);
    model->params_actual->distribution = spec->distribution;
    model->params_actual->stopping_metric = HW_STOPPING_METRIC_NULL;
    model->params_actual->stopping_rounds = 0;
}

static inline hw_model *hand_model(const hand_spec *spec)
{
    hw_error err;
    hwi_rng rng = hwi_rng_new(7);
    hw_model *model = hwi_model_new();
    model->category = spec->category;
    model->distribution = spec->distribution;
    model->n_classes = spec->n_classes;
    model->default_threshold = spec->category == HW_CATEGORY_BINOMIAL ? 0.123456789012345678 : 0.5;
    model->balance_classes = spec->balance_classes;
    hand_params(spec, model);
    model->encoder = hand_encoder(spec, &rng);
    model->network = hand_network(spec, model->encoder->n_units, &rng);
    if (spec->n_classes > 1) {
        model->prior_class_distribution = HWI_NEW_ARRAY(double, 4);
        for (int32_t i = 0; i < spec->n_classes; i++)
            model->prior_class_distribution[i] = 1.0 / spec->n_classes;
    }
    if (spec->balance_classes) {
        model->model_class_distribution = HWI_NEW_ARRAY(double, 4);
        for (int32_t i = 0; i < spec->n_classes; i++)
            model->model_class_distribution[i] = i == 0 ? 1 : 0;
    }
    model->ending = HW_ENDED_CONVERGED;
    model->samples_processed = INT64_C(1234567890123);
    model->iterations = 17;
    model->epochs = 0.1;
    model->seed = INT64_MIN;
    model->start_time_ms = INT64_C(1795552448428);
    model->run_time_ms = 1234;
    if (spec->is_bare)
        return model;
    model->model_summary = hand_table("Status of Neuron Layers");
    model->scoring_history = hand_table("Scoring History");
    model->variable_importances = hand_table("Variable Importances");
    model->training_frame_table = hand_table("Training frame");
    model->prediction_sample = hand_table("Sample");
    model->diagnoses[HWI_VALIDATION_ERRORS] = hand_table("Errors");
    model->diagnoses[HWI_TRAINING_WORST_ROWS] = hand_table("Rows");
    model->diagnoses[HWI_TRAINING_CALIBRATION] = hand_table("Calibration");
    model->training_metrics = hand_metrics(spec, model->encoder, &rng, "on training data");
    model->validation_metrics = hand_metrics(spec, model->encoder, &rng, NULL);
    model->cross_validation_metrics = hand_metrics(spec, model->encoder, &rng, "");
    hw_assert_ok(hwi_messages_add(&model->messages, HW_MESSAGE_WARN, "hidden", "a \"text\"", &err),
                 err);
    hw_assert_ok(hwi_messages_add(&model->messages, HW_MESSAGE_TRACE, "", "", &err), err);
    hand_note(model);
    return model;
}
