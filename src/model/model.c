/* SPDX-License-Identifier: Apache-2.0
 *
 * Lifecycle and accessors. */
#include "model/model.h"

#include <string.h>

#include "base/table.h"

hw_model *hwi_model_new(void)
{
    hw_model *model = HWI_NEW(hw_model);
    if (!model)
        return NULL;
    atomic_init(&model->n_refs, 1);
    model->default_threshold = 0.5;
    model->n_classes = 1;
    model->distribution = HW_DISTRIBUTION_GAUSSIAN;
    return model;
}

hw_model *hw_model_ref(hw_model *model)
{
    /* Whoever holds a reference may hand on another: nothing is published by the count itself. */
    if (model)
        atomic_fetch_add_explicit(&model->n_refs, 1, memory_order_relaxed);
    return model;
}

void hwi_frame_notes_free(hwi_frame_note *notes, int32_t n)
{
    for (int32_t i = 0; notes && i < n; i++) {
        hwi_free(notes[i].name);
        for (int32_t c = 0; notes[i].columns && c < notes[i].n_columns; c++)
            hwi_model_column_clear(&notes[i].columns[c]);
        hwi_free(notes[i].columns);
        hwi_free(notes[i].n_missing);
    }
    hwi_free(notes);
}

static void free_cross_validation(hw_model *model)
{
    hwi_table_free(model->cross_validation_metrics_summary);
    for (int32_t i = 0; model->fold_histories && i < model->n_folds; i++)
        hwi_table_free(model->fold_histories[i]);
    hwi_free(model->fold_histories);
    for (int32_t i = 0; model->fold_models && i < model->n_folds; i++)
        hw_model_unref(model->fold_models[i]);
    hwi_free(model->fold_models);
    hw_frame_unref(model->fold_assignment);
    hw_frame_unref(model->holdout_predictions);
}

void hwi_model_clear_command_options(hw_model *model)
{
    for (char **option = model->command_options; option && *option; option++)
        hwi_free(*option);
    hwi_free(model->command_options);
    model->command_options = NULL;
}

void hwi_snapshot_free(hwi_snapshot *snapshot)
{
    if (!snapshot)
        return;
    hwi_free(snapshot->run);
    hwi_network_free(snapshot->best);
    hwi_network_free(snapshot->trained);
    hwi_free(snapshot);
}

void hw_model_unref(hw_model *model)
{
    /* Acquire and release: the last one to leave sees all that others did before they left. */
    if (!model || atomic_fetch_sub_explicit(&model->n_refs, 1, memory_order_acq_rel) != 1)
        return;
    hw_params_free(model->params_given);
    hw_params_free(model->params_actual);
    hwi_encoder_free(model->encoder);
    hwi_network_free(model->network);
    hwi_free(model->prior_class_distribution);
    hwi_free(model->model_class_distribution);
    hwi_table_free(model->model_summary);
    hwi_table_free(model->scoring_history);
    hwi_table_free(model->variable_importances);
    hwi_table_free(model->training_frame_table);
    hwi_table_free(model->prediction_sample);
    for (int32_t i = 0; i < HWI_N_DIAGNOSES; i++)
        hwi_table_free(model->diagnoses[i]);
    hw_metrics_free(model->training_metrics);
    hw_metrics_free(model->validation_metrics);
    hw_metrics_free(model->cross_validation_metrics);
    free_cross_validation(model);
    hwi_messages_clear(&model->messages);
    hwi_model_clear_command_options(model);
    hwi_frame_notes_free(model->frame_notes, model->n_frame_notes);
    hwi_free(model->resume.met_missing);
    hwi_free(model->resume.stopping_values);
    hwi_snapshot_free(model->snapshot);
    hwi_free(model);
}

int32_t hwi_model_index_of_response(const hw_model *model)
{
    return model->encoder ? model->encoder->response_at : -1;
}

hw_ending hw_model_ending(const hw_model *model)
{
    return model->ending;
}

hw_category hw_model_category(const hw_model *model)
{
    return model->category;
}

const char *hw_model_response_name(const hw_model *model)
{
    int32_t at = hwi_model_index_of_response(model);
    return at < 0 ? NULL : model->encoder->columns[at].name;
}

int32_t hw_model_n_classes(const hw_model *model)
{
    return model->n_classes;
}

const char *hw_model_class_name(const hw_model *model, int32_t i)
{
    int32_t at = hwi_model_index_of_response(model);
    if (at < 0 || i < 0 || i >= model->encoder->columns[at].n_levels)
        return NULL;
    return model->encoder->columns[at].levels[i];
}

double hw_model_default_threshold(const hw_model *model)
{
    return model->default_threshold;
}

int32_t hw_model_n_predictors(const hw_model *model)
{
    int32_t n = 0, n_predictors = 0;
    if (model->encoder)
        hwi_encoder_table_columns(model->encoder, &n, &n_predictors);
    return n_predictors;
}

const char *hw_model_predictor_name(const hw_model *model, int32_t i)
{
    int32_t n = 0, n_predictors = 0;
    if (!model->encoder)
        return NULL;
    const hwi_model_column *columns = hwi_encoder_table_columns(model->encoder, &n, &n_predictors);
    return i < 0 || i >= n_predictors ? NULL : columns[i].name;
}

int64_t hw_model_n_weights(const hw_model *model)
{
    return model->network ? hwi_network_n_parameters(model->network) : 0;
}

const char *const hwi_diagnosis_names[HWI_N_DIAGNOSES] = {"training_reconstruction_errors",
                                                          "validation_reconstruction_errors",
                                                          "training_worst_rows",
                                                          "validation_worst_rows",
                                                          "training_calibration",
                                                          "validation_calibration"};

const hw_table *hw_model_table(const hw_model *model, const char *name)
{
    const struct {
        const char *name;
        const hw_table *table;
    } tables[] = {
        {"model_summary", model->model_summary},
        {"scoring_history", model->scoring_history},
        {"variable_importances", model->variable_importances},
        {"training_frame", model->training_frame_table},
        {"prediction_sample", model->prediction_sample},
        {"cross_validation_metrics_summary", model->cross_validation_metrics_summary},
    };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        if (strcmp(name, tables[i].name) == 0)
            return tables[i].table;
    for (int32_t i = 0; i < HWI_N_DIAGNOSES; i++)
        if (strcmp(name, hwi_diagnosis_names[i]) == 0)
            return model->diagnoses[i];
    return NULL;
}

const hw_metrics *hw_model_metrics(const hw_model *model, const char *which)
{
    if (strcmp(which, "training") == 0)
        return model->training_metrics;
    if (strcmp(which, "validation") == 0)
        return model->validation_metrics;
    return strcmp(which, "cross_validation") == 0 ? model->cross_validation_metrics : NULL;
}

int32_t hw_model_n_folds(const hw_model *model)
{
    return model->n_folds;
}

const hw_table *hw_model_fold_history(const hw_model *model, int32_t i)
{
    return model->fold_histories && i >= 0 && i < model->n_folds ? model->fold_histories[i] : NULL;
}

int32_t hw_model_n_fold_models(const hw_model *model)
{
    return model->fold_models ? model->n_folds : 0;
}

hw_model *hw_model_fold_model(const hw_model *model, int32_t i)
{
    return i >= 0 && i < hw_model_n_fold_models(model) ? model->fold_models[i] : NULL;
}

hw_frame *hw_model_fold_assignment(const hw_model *model)
{
    return model->fold_assignment;
}

hw_frame *hw_model_holdout_predictions(const hw_model *model)
{
    return model->holdout_predictions;
}

const hw_params *hw_model_params_given(const hw_model *model)
{
    return model->params_given;
}

const hw_params *hw_model_params_actual(const hw_model *model)
{
    return model->params_actual;
}

int32_t hw_model_n_messages(const hw_model *model)
{
    return model->messages.n;
}

hw_message_type hw_model_message(const hw_model *model, int32_t i, const char **out_field,
                                 const char **out_text)
{
    HW_ASSERT(i >= 0 && i < model->messages.n);
    const hwi_message *message = &model->messages.v[i];
    *out_field = message->field;
    *out_text = message->text;
    return message->type;
}
