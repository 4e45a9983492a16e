/* SPDX-License-Identifier: Apache-2.0 */
#include "train/checkpoint.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "train/stopping.h"

hw_status hwi_checkpoint_read(const hw_params *params, hw_model **out, hw_error *err)
{
    const char *path = params->checkpoint;
    if (!path || !*path)
        return HW_OK;
    HW_AUTO(hw_model) *model = NULL;
    hw_error why = {0};
    hw_status status = hw_model_read(path, &model, &why);
    if (status != HW_OK)
        HW_FAIL(err, status, "checkpoint", "checkpoint: %.600s", why.message);
    if (model->is_from_h2o || model->n_frame_notes == 0)
        HW_FAIL(err, HW_EINVAL, "checkpoint",
                "checkpoint: %s comes from H2O and holds no state of training: it can predict, but "
                "not be continued",
                path);
    if (model->params_actual->elastic_averaging)
        HW_FAIL(err, HW_EUNSUPPORTED, "elastic_averaging",
                "elastic_averaging: %s holds the average of its training, not the network that was "
                "trained, and cannot be continued",
                path);
    *out = HW_TAKE(model);
    return HW_OK;
}

/* --- The frame -------------------------------------------------------------------------------- */

static int32_t find_level(const hwi_model_column *column, const char *level)
{
    for (int32_t i = 0; i < column->n_levels; i++)
        if (strcmp(column->levels[i], level) == 0)
            return i;
    return -1;
}

static bool has_same_levels(const hwi_model_column *column, const hw_frame *frame, int32_t index)
{
    if (hw_frame_n_levels(frame, index) != column->n_levels)
        return false;
    for (int32_t i = 0; i < column->n_levels; i++)
        if (strcmp(column->levels[i], hw_frame_level(frame, index, i)) != 0)
            return false;
    return true;
}

/* A categorical column with the level codes of the model. Levels that no row has do not matter. */
static hw_status add_recoded(const hwi_model_column *column, const hw_frame *frame, int32_t index,
                             hw_frame *out, hw_error *err)
{
    int64_t n = hw_frame_n_rows(frame);
    HW_AUTO(double) *codes = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_AUTO(int32_t) *map = HWI_NEW_ARRAY(int32_t, (size_t)hw_frame_n_levels(frame, index));
    HW_CHECK_ALLOC(err, codes);
    HW_CHECK_ALLOC(err, map);
    for (int32_t i = 0; i < hw_frame_n_levels(frame, index); i++)
        map[i] = find_level(column, hw_frame_level(frame, index, i));
    hw_frame_read_doubles(frame, index, 0, n, codes);
    for (int64_t i = 0; i < n; i++) {
        if (isnan(codes[i]))
            continue;
        int32_t code = (int32_t)codes[i];
        if (map[code] < 0)
            HW_FAIL(err, HW_EINVAL, "checkpoint",
                    "checkpoint: the model does not know the level '%s' of column '%s' (row %lld)",
                    hw_frame_level(frame, index, code), column->name, (long long)i + 1);
        codes[i] = map[code];
    }
    return hwi_frame_add_column(out, column->name, HW_TYPE_ENUM, codes,
                                (const char *const *)column->levels, column->n_levels, err);
}

static const char *or_none(const char *name)
{
    return name && *name ? name : "none";
}

hw_status hwi_checkpoint_align(const hw_model *from, const hw_params *params, const hw_frame *frame,
                               hw_frame **out, hw_error *err)
{
    const char *response = hw_model_response_name(from);
    if (response && !params->autoencoder && strcmp(or_none(params->response_column), response) != 0)
        HW_FAIL(err, HW_EINVAL, "response_column",
                "response_column: the model in checkpoint predicts '%s', not '%s'", response,
                or_none(params->response_column));
    HW_AUTO(hw_frame) *aligned = hwi_frame_new(hw_frame_name(frame), hw_frame_n_rows(frame));
    HW_CHECK_ALLOC(err, aligned);
    const hwi_frame_note *note = &from->frame_notes[0];
    for (int32_t i = 0; i < note->n_columns; i++) {
        const hwi_model_column *column = &note->columns[i];
        int32_t index = hw_frame_find_column(frame, column->name);
        if (index < 0)
            continue;
        bool is_category =
            column->type == HW_TYPE_ENUM && hw_frame_column_type(frame, index) == HW_TYPE_ENUM;
        if (is_category && !has_same_levels(column, frame, index))
            HW_TRY(add_recoded(column, frame, index, aligned, err));
        else
            HW_TRY(hwi_frame_add_shared_column(aligned, frame, index, err));
    }
    *out = HW_TAKE(aligned);
    return HW_OK;
}

/* --- The rules -------------------------------------------------------------------------------- */

static hw_status value_text(const hw_params *params, int32_t index, hwi_buffer *out, hw_error *err)
{
    hwi_params_write_text(params, index, out);
    if (out->size == 0)
        hwi_buffer_append_text(out, "null");
    return hwi_buffer_check(out, err);
}

/* H2O's wording, but for the lists. */
static hw_status fail_changed(const hw_params *old, const hw_params *new, int32_t index,
                              hw_error *err)
{
    const char *name = hwi_param_rows[index].info.name;
    HW_AUTO_BUFFER(before);
    HW_AUTO_BUFFER(after);
    HW_TRY(value_text(old, index, &before, err));
    HW_TRY(value_text(new, index, &after, err));
    HW_FAIL(err, HW_EINVAL, name, "Cannot change parameter: '_%s': %.200s -> %.200s", name,
            hwi_buffer_text(&before), hwi_buffer_text(&after));
}

static bool holds_all(const hwi_text_list *some, const hwi_text_list *all)
{
    for (int32_t i = 0; i < some->n; i++) {
        bool is_there = false;
        for (int32_t k = 0; k < all->n && !is_there; k++)
            is_there = some->v[i] && all->v[k] && strcmp(some->v[i], all->v[k]) == 0;
        if (!is_there)
            return false;
    }
    return true;
}

static hw_status check_params(const hw_model *from, const hw_params *now, hw_error *err)
{
    const hw_params *then = from->params_actual;
    /* Before the distribution, which hangs on it. */
    if (then->autoencoder != now->autoencoder)
        return fail_changed(then, now, HWI_PARAM_AUTOENCODER, err);
    for (int32_t i = 0; i < HWI_N_PARAMS; i++)
        if (hwi_param_rows[i].checkpoint == HWI_PARAM_CHECKPOINT_FIXED &&
            !hwi_params_is_equal(then, now, i))
            return fail_changed(then, now, i, err);
    if (!hwi_params_is_equal(then, now, HWI_PARAM_HIDDEN))
        return fail_changed(then, now, HWI_PARAM_HIDDEN, err);
    if (!holds_all(&then->ignored_columns, &now->ignored_columns) ||
        !holds_all(&now->ignored_columns, &then->ignored_columns))
        return fail_changed(then, now, HWI_PARAM_IGNORED_COLUMNS, err);
    if (now->nfolds != 0)
        HW_FAIL(err, HW_EINVAL, "nfolds",
                "nfolds: cross-validation cannot be continued from a checkpoint");
    return HW_OK;
}

static hw_status check_column(const hwi_model_column *then, const hwi_model_column *now,
                              hw_error *err)
{
    if (strcmp(then->name, now->name) != 0)
        HW_FAIL(err, HW_EINVAL, "checkpoint",
                "checkpoint: the model has the column '%s' where this training has '%s'; both must "
                "use the same columns",
                then->name, now->name);
    if ((then->type == HW_TYPE_ENUM) != (now->type == HW_TYPE_ENUM))
        HW_FAIL(err, HW_EINVAL, "checkpoint",
                "checkpoint: column '%s' is %s, but was %s when the model was trained", now->name,
                hw_type_name(now->type), hw_type_name(then->type));
    bool is_same = then->n_levels == now->n_levels;
    for (int32_t k = 0; is_same && k < now->n_levels; k++)
        is_same = strcmp(then->levels[k], now->levels[k]) == 0;
    if (!is_same)
        HW_FAIL(err, HW_EINVAL, "checkpoint",
                "checkpoint: column '%s' has other levels than when the model was trained",
                now->name);
    return HW_OK;
}

static hw_status check_columns(const hwi_encoder *then, const hwi_encoder *now, hw_error *err)
{
    int32_t n = then->n_columns < now->n_columns ? then->n_columns : now->n_columns;
    for (int32_t i = 0; i < n; i++)
        HW_TRY(check_column(&then->columns[i], &now->columns[i], err));
    if (then->n_columns != now->n_columns || then->n_units != now->n_units ||
        then->weights_at != now->weights_at || then->offset_at != now->offset_at ||
        then->fold_at != now->fold_at || then->response_at != now->response_at)
        HW_FAIL(err, HW_EINVAL, "checkpoint",
                "checkpoint: the model has %d columns and %d input units, this training %d and %d; "
                "both must use the same columns for the same purposes",
                then->n_columns, then->n_units, now->n_columns, now->n_units);
    return HW_OK;
}

hw_status hwi_checkpoint_check(const hw_model *from, bool has_validation, hwi_prepared *prepared,
                               hw_error *err)
{
    HW_TRY(check_params(from, prepared->actual, err));
    bool had_validation = from->n_frame_notes > 1;
    if (had_validation != has_validation)
        HW_FAIL(err, HW_EINVAL, "validation_frame",
                "validation_frame: the model in checkpoint was trained %s one, and is continued %s",
                had_validation ? "with" : "without", has_validation ? "with one" : "without");
    HW_TRY(check_columns(from->encoder, prepared->encoder, err));
    /* Another seed must not send the categories to other slots. */
    prepared->encoder->hash_seed = from->encoder->hash_seed;
    return HW_OK;
}

/* --- The state -------------------------------------------------------------------------------- */

static bool is_same_array(const void *a, const void *b)
{
    return !a == !b;
}

bool hwi_checkpoint_has_shape(const hwi_network *a, const hwi_network *b)
{
    if (a->n_layers != b->n_layers || a->n_slab_bytes != b->n_slab_bytes)
        return false;
    for (int32_t l = 0; l < a->n_layers; l++) {
        const hwi_layer *x = &a->layers[l], *y = &b->layers[l];
        if (x->kind != y->kind || x->n_in != y->n_in || x->n_units != y->n_units ||
            x->n_channels != y->n_channels ||
            !is_same_array(x->mean_square_update, y->mean_square_update) ||
            !is_same_array(x->momenta, y->momenta) ||
            !is_same_array(x->average_activation, y->average_activation))
            return false;
    }
    return true;
}

static hw_status restore_history(const hw_model *from, hwi_trainer *trainer, hw_error *err)
{
    hwi_history *history = &trainer->history;
    bool is_same_metric =
        strcmp(hwi_stopping_value_name(from->params_actual->stopping_metric, from->category),
               hwi_stopping_value_name(history->metric, history->category)) == 0;
    return hwi_history_continue(history, from->scoring_history,
                                is_same_metric ? from->resume.stopping_values : NULL,
                                from->resume.n_stopping_values, err);
}

static hw_status restore_best(const hw_model *from, hwi_trainer *trainer, hw_error *err)
{
    const hw_params *params = trainer->params;
    const hw_metrics *judged =
        trainer->validation ? from->validation_metrics : from->training_metrics;
    if (!params->overwrite_with_best_model || !judged)
        return HW_OK;
    float loss = hwi_best_model_loss(params->stopping_metric, judged, params->h2o_compat);
    if (!(loss < INFINITY))
        return HW_OK;
    trainer->best_loss = loss;
    return hwi_network_copy(trainer->network, &trainer->best, err);
}

hw_status hwi_checkpoint_restore(const hw_model *from, hwi_trainer *trainer, hw_error *err)
{
    if (!hwi_checkpoint_has_shape(from->network, trainer->network))
        HW_FAIL(err, HW_EINVAL, "checkpoint",
                "checkpoint: %s does not hold the optimiser's state for this network",
                trainer->params->checkpoint);
    hwi_network_assign(trainer->network, from->network);
    trainer->processed = trainer->before.processed = from->samples_processed;
    trainer->iterations = from->iterations;
    trainer->before.elapsed_ms = (double)from->run_time_ms;
    trainer->before.scoring_ms = from->resume.scoring_ms;
    double epochs = fmax(from->epochs, hwi_trainer_epochs(trainer));
    if (!(trainer->params->epochs > epochs)) {
        char wanted[HWI_NUMBER_TEXT_BYTES], done[HWI_NUMBER_TEXT_BYTES];
        hwi_format_double(trainer->params->epochs, wanted);
        hwi_format_double(epochs, done);
        HW_FAIL(err, HW_EINVAL, "epochs",
                "epochs: %s is no more than the %s epochs that the model in checkpoint has been "
                "trained for; epochs counts from its start",
                wanted, done);
    }
    for (int32_t i = 0; from->resume.met_missing && i < trainer->encoder->n_cats; i++)
        trainer->met_missing[i] = from->resume.met_missing[i];
    if (from->resume.huber_delta > 0 && !trainer->params->h2o_compat)
        trainer->sgd.distribution.huber_delta = from->resume.huber_delta;
    HW_TRY(restore_history(from, trainer, err));
    return restore_best(from, trainer, err);
}
