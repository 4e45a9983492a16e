/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/file_group.h"
#include "heavywater/files.h"
#include "heavywater/print_model.h"
#include "heavywater/progress.h"
#include "heavywater/run_file.h"
#include "heavywater/signals.h"
#include "heavywater/text.h"
#include "heavywater/train_frames.h"

static hw_status check_outputs(const app_args *args, hw_error *err)
{
    const app_output outputs[] = {
        {"model", app_args_get(args, "model"), false},
        {"report", app_args_get(args, "report"), false},
        {"json", app_args_get(args, "json"), true},
        {"cv_predictions", app_args_get(args, "cv_predictions"), false},
        {"cv_fold_assignment", app_args_get(args, "cv_fold_assignment"), false}};
    HW_AUTO(app_param_text) *training = app_param_get(args->params, "training_frame");
    HW_AUTO(app_param_text) *validation = app_param_get(args->params, "validation_frame");
    const char *const inputs[] = {training, validation};
    return app_files_check_outputs(outputs, APP_COUNT(outputs), inputs, APP_COUNT(inputs), err);
}

/* A file of cross-validation means that what it holds is kept. */
static hw_status keep_for_file(const app_args *args, const char *option, const char *param,
                               hw_error *err)
{
    hw_params *params = args->params;
    if (!app_args_get(args, option))
        return HW_OK;
    HW_AUTO(app_param_text) *folds = app_param_get(params, "nfolds");
    HW_AUTO(app_param_text) *column = app_param_get(params, "fold_column");
    if (!column && (!folds || strcmp(folds, "0") == 0))
        HW_FAIL(err, HW_EINVAL, option, "--%s needs cross-validation: --nfolds or --fold_column",
                option);
    if (hw_params_is_given(params, param) && !app_param_is_on(params, param))
        HW_FAIL(err, HW_EINVAL, option, "--%s and --no-%s exclude each other", option, param);
    return hw_params_set(params, param, "true", err);
}

static hw_status write_fold_models(const char *folder, const hw_model *model, hwi_file_group *group,
                                   hw_error *err)
{
    for (int32_t f = 0; f < hw_model_n_fold_models(model); f++) {
        HW_AUTO_BUFFER(path);
        hwi_buffer_printf(&path, "%s/cv_%d.zip", folder, (int)f + 1);
        HW_TRY(hwi_buffer_check(&path, err));
        const char *staged = NULL;
        HW_TRY(hwi_file_group_add(group, hwi_buffer_text(&path), &staged, err));
        HW_TRY(hw_model_write(hw_model_fold_model(model, f), staged, err));
    }
    return HW_OK;
}

static hw_status write_cross_validation(const app_args *args, const hw_model *model,
                                        hwi_file_group *group, hw_error *err)
{
    const char *predictions = app_args_get(args, "cv_predictions"), *staged = NULL;
    const char *assignment = app_args_get(args, "cv_fold_assignment");
    const char *models = app_args_get(args, "cv_models");
    if (models)
        HW_TRY(write_fold_models(models, model, group, err));
    if (predictions) {
        HW_TRY(hwi_file_group_add(group, predictions, &staged, err));
        HW_TRY(hw_frame_write_csv(hw_model_holdout_predictions(model), staged, err));
    }
    if (assignment) {
        HW_TRY(hwi_file_group_add(group, assignment, &staged, err));
        HW_TRY(hw_frame_write_csv(hw_model_fold_assignment(model), staged, err));
    }
    return HW_OK;
}

static hw_status stage_outputs(const app_args *args, const hw_model *model, hwi_file_group *group,
                               hw_error *err)
{
    const char *report = app_args_get(args, "report"), *json = app_args_get(args, "json");
    const char *staged = NULL;
    HW_TRY(hwi_file_group_add(group, app_args_get(args, "model"), &staged, err));
    HW_TRY(hw_model_write(model, staged, err));
    if (report) {
        HW_TRY(hwi_file_group_add(group, report, &staged, err));
        HW_TRY(hw_model_write_report(model, staged, err));
    }
    HW_TRY(write_cross_validation(args, model, group, err));
    /* Last, as it may be standard output. */
    if (json) {
        HW_TRY(hwi_file_group_add(group, json, &staged, err));
        HW_TRY(hw_model_write_json(model, staged, err));
    }
    return HW_OK;
}

/* All or none: the report of one training beside the model of another would mislead. */
static hw_status write_outputs(const app_args *args, const hw_model *model, hw_error *err)
{
    HW_AUTO(hwi_file_group) *group = NULL;
    HW_TRY(hwi_file_group_new(&group, err));
    hw_status status = stage_outputs(args, model, group, err);
    if (status != HW_OK)
        hwi_file_group_name_error(group, err);
    HW_TRY(status);
    return hwi_file_group_commit(group, err);
}

static void print_files(FILE *out, const app_args *args)
{
    static const char *const names[] = {"model",     "report",         "json",
                                        "cv_models", "cv_predictions", "cv_fold_assignment"};
    int width = 7;
    for (size_t i = 0; i < APP_COUNT(names); i++)
        if (app_args_get(args, names[i]) && (int)strlen(names[i]) > width)
            width = (int)strlen(names[i]);
    fputc('\n', out);
    for (size_t i = 0; i < APP_COUNT(names); i++) {
        const char *path = app_args_get(args, names[i]);
        if (path && strcmp(path, "-") != 0)
            fprintf(out, "%-*s %s\n", width, names[i], path);
    }
}

static void print_start(FILE *out, const app_train_frames *frames, const app_run *run)
{
    app_train_frames_print(out, frames);
    HW_AUTO_BUFFER(command);
    app_run_print_command(run, &command);
    if (run->replaces_another)
        fprintf(out, "warning: an interrupted training '%s' in %s is given up for this one\n",
                run->name, run->folder);
    if (run->path)
        fprintf(out, "snapshots go to %s; after an interruption: %s\n", run->folder,
                hwi_buffer_text(&command));
    fflush(out);
}

static void print_speed(FILE *out, const app_progress *progress)
{
    const hw_progress *last = &progress->last;
    char epochs[APP_TEXT_BYTES], samples[APP_TEXT_BYTES], time[APP_TEXT_BYTES];
    fprintf(out, "trained %s epoch%s, %s, in %s", app_text_number(last->epochs, 4, epochs),
            strcmp(epochs, "1") == 0 ? "" : "s", app_text_counted(last->samples, "sample", samples),
            app_text_duration(last->seconds, time));
    if (isfinite(last->samples_per_second) && last->samples_per_second > 0)
        fprintf(out, " (%s samples/s)", app_text_count((int64_t)last->samples_per_second, samples));
    fputc('\n', out);
}

static hw_status print_results(FILE *out, const app_args *args, const hw_model *model,
                               const app_progress *progress, hw_error *err)
{
    print_speed(out, progress);
    app_print_ending(out, model);
    app_print_warnings(out, model);
    HW_TRY(app_print_model(out, model, err));
    print_files(out, args);
    return HW_OK;
}

/* Trains and writes while signals are caught, so that an interrupt never costs the model. options
 * name the threads and are completed here. */
static hw_status train_and_write(const app_args *args, const app_train_frames *frames,
                                 app_progress *progress, hw_train_options *options, app_run *run,
                                 hw_model **out_model, hw_error *err)
{
    const char *command_options[APP_MAX_COMMAND_OPTIONS];
    app_args_command_options(args, command_options);
    options->progress = app_progress_show;
    options->progress_ctx = progress;
    options->command_options = command_options;
    app_run_set_options(run, args, options);
    HW_AUTO(hw_model) *model = NULL;
    app_signals_catch();
    hw_status status =
        hw_train(args->params, frames->training, frames->validation, options, &model, err);
    app_progress_end(progress);
    if (status == HW_OK)
        status = write_outputs(args, model, err);
    if (status == HW_OK && hw_model_ending(model) != HW_ENDED_CANCELLED) {
        hw_train_remove_snapshots(args->params, options);
        app_run_finish(run);
    }
    app_signals_restore();
    *out_model = HW_TAKE(model);
    return status;
}

/* What the training says of its end. */
static const char *divergence_of(const hw_model *model)
{
    static const char start[] = "training diverged";
    for (int32_t i = hw_model_n_messages(model) - 1; i >= 0; i--) {
        const char *field, *text;
        if (hw_model_message(model, i, &field, &text) == HW_MESSAGE_WARN &&
            strncmp(text, start, sizeof start - 1) == 0)
            return text;
    }
    return "training diverged; the model is the last good state";
}

/* Whether the command has to be changed before it can succeed. */
static bool is_lasting(hw_status status)
{
    return status == HW_EINVAL || status == HW_EDATA || status == HW_EUNSUPPORTED ||
           status == HW_EUNSTABLE;
}

/* Adds to what went wrong how to go on, where there is something to go on with. */
static hw_status explain(hw_status status, const app_run *run, const hw_error *why, hw_error *err)
{
    HW_AUTO_BUFFER(command);
    app_run_print_command(run, &command);
    if (status == HW_OK)
        return HW_OK;
    if (is_lasting(status) || !run->path || command.failed) {
        *err = *why;
        return status;
    }
    HW_FAIL(err, status, why->field, "%.600s; %s goes on with it", why->message,
            hwi_buffer_text(&command));
}

static void print_way_on(FILE *out, const app_args *args, const app_run *run)
{
    HW_AUTO_BUFFER(command);
    app_run_print_command(run, &command);
    if (run->path)
        fprintf(out, "%s goes on with it from the last snapshot\n", hwi_buffer_text(&command));
    else
        fprintf(out, "the same command with --checkpoint %s trains it on\n",
                app_args_get(args, "model"));
}

/* What the run is called: by model_id, else as the model's file. */
static hw_status begin_run(const app_args *args, app_run *out, hw_error *err)
{
    HW_AUTO(app_param_text) *id = app_param_get(args->params, "model_id");
    const char *path = app_args_get(args, "model"), *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    size_t n = strlen(base);
    bool is_zip = n > 4 && strcmp(base + n - 4, ".zip") == 0;
    HW_AUTO(char) *name = id ? hwi_strdup(id) : hwi_strndup(base, is_zip ? n - 4 : n);
    HW_CHECK_ALLOC(err, name);
    return app_run_begin(args, name, out, err);
}

static hw_status train(const app_args *args, app_run *run, hw_train_options *options, int *out_exit,
                       hw_error *err)
{
    __attribute__((cleanup(app_train_frames_clear))) app_train_frames frames = {0};
    HW_TRY(app_train_frames_read(args, args->params, &frames, err));
    if (app_args_get(args, "cv_models"))
        HW_TRY(app_files_make_folder("cv_models", app_args_get(args, "cv_models"), err));
    HW_TRY(begin_run(args, run, err));
    bool is_silent = app_param_is_on(args->params, "quiet_mode");
    const char *json = app_args_get(args, "json");
    FILE *out = json && strcmp(json, "-") == 0 ? stderr : stdout;
    if (!is_silent)
        print_start(out, &frames, run);
    app_progress progress = app_progress_new(out, is_silent);
    HW_AUTO(hw_model) *model = NULL;
    hw_error why = {0};
    hw_status status = train_and_write(args, &frames, &progress, options, run, &model, &why);
    if (status != HW_OK && is_lasting(status) && !args->resumed)
        app_run_finish(run); /* the same would come of it again */
    HW_TRY(explain(status, run, &why, err));
    if (hw_model_ending(model) == HW_ENDED_CANCELLED)
        *out_exit = APP_EXIT_INTERRUPTED;
    if (!is_silent)
        HW_TRY(print_results(out, args, model, &progress, err));
    if (!is_silent && hw_model_ending(model) == HW_ENDED_CANCELLED)
        print_way_on(out, args, run);
    if (hw_model_ending(model) == HW_ENDED_UNSTABLE)
        HW_FAIL(err, HW_EUNSTABLE, NULL, "%.700s, and is kept in %.300s", divergence_of(model),
                app_args_get(args, "model"));
    return HW_OK;
}

hw_status app_train(const app_args *args, int *out_exit, hw_error *err)
{
    hw_train_options options = {0};
    HW_TRY(app_train_check_args(args, err));
    HW_TRY(app_train_read_threads(args, &options.n_threads, err));
    HW_TRY(app_train_read_teams(args, &options.n_teams, err));
    HW_TRY(check_outputs(args, err));
    HW_TRY(keep_for_file(args, "cv_models", "keep_cross_validation_models", err));
    HW_TRY(keep_for_file(args, "cv_predictions", "keep_cross_validation_predictions", err));
    HW_TRY(keep_for_file(args, "cv_fold_assignment", "keep_cross_validation_fold_assignment", err));
    __attribute__((cleanup(app_run_close))) app_run run = {.lock = -1};
    return train(args, &run, &options, out_exit, err);
}
