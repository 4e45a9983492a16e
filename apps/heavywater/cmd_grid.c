/* SPDX-License-Identifier: Apache-2.0 */
#include <malloc.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/number.h"
#include "heavywater/files.h"
#include "heavywater/grid_progress.h"
#include "heavywater/print_grid.h"
#include "heavywater/signals.h"
#include "heavywater/train_frames.h"

/* What the options say, with the texts that they point to. */
typedef struct grid_request {
    hw_grid_options options;
    hwi_buffer hyper_params, search_criteria;
    const char *command_options[APP_MAX_COMMAND_OPTIONS];
} grid_request;

static void clear_request(grid_request *request)
{
    hwi_buffer_clear(&request->hyper_params);
    hwi_buffer_clear(&request->search_criteria);
}

/* JSON that stands in the argument itself, or in the file that it names. */
static hw_status read_json(const char *argument, const char *field, hwi_buffer *out, hw_error *err)
{
    enum { MAX_BYTES = 16 << 20 };
    const char *text = argument + strspn(argument, " \t\r\n");
    if (*text == '{' || *text == '[') {
        hwi_buffer_append_text(out, argument);
        return hwi_buffer_check(out, err);
    }
    HW_AUTO_FILE_TEXT(file);
    hw_error why = {0};
    if (hwi_file_read(argument, MAX_BYTES, &file, &why) != HW_OK)
        HW_FAIL(err, why.code, field, "--%s: %.900s (JSON is written {\"NAME\": [VALUES]})", field,
                why.message);
    if (file.size > MAX_BYTES)
        HW_FAIL(err, HW_EINVAL, field, "--%s: %.300s is too long to be a list of parameters", field,
                argument);
    hwi_buffer_append(out, file.data, file.size);
    return hwi_buffer_check(out, err);
}

static hw_status read_count(const app_args *args, const char *name, int max, int *out,
                            hw_error *err)
{
    const char *text = app_args_get(args, name);
    int64_t n = 0;
    if (text && (!hwi_parse_int64(text, strlen(text), &n) || n < 0 || n > max))
        HW_FAIL(err, HW_EINVAL, name, "--%s '%s' is outside of [0, %d]", name, text, max);
    *out = (int)n;
    return HW_OK;
}

static hw_status check_params(const hw_params *params, hw_error *err)
{
    HW_AUTO(app_param_text) *id = app_param_get(params, "model_id");
    if (id)
        HW_FAIL(err, HW_EINVAL, "model_id",
                "--model_id: the models of a grid are called ID_model_1 and so on; --grid_id gives "
                "the ID");
    return HW_OK;
}

static hw_status read_request(const app_args *args, grid_request *out, hw_error *err)
{
    const char *criteria = app_args_get(args, "search_criteria");
    const char *decreasing = app_args_get(args, "decreasing");
    HW_TRY(read_json(app_args_get(args, "hyper_params"), "hyper_params", &out->hyper_params, err));
    if (criteria)
        HW_TRY(read_json(criteria, "search_criteria", &out->search_criteria, err));
    app_args_command_options(args, out->command_options);
    hw_grid_options *options = &out->options;
    options->hyper_params = hwi_buffer_text(&out->hyper_params);
    options->search_criteria = criteria ? hwi_buffer_text(&out->search_criteria) : NULL;
    options->command_options = out->command_options;
    options->grid_dir = app_args_get(args, "grid_dir");
    options->grid_id = app_args_get(args, "grid_id");
    options->sort_by = app_args_get(args, "sort_by");
    if (decreasing)
        options->decreasing = app_args_is_on(args, "decreasing") ? 1 : -1;
    HW_TRY(read_count(args, "parallelism", 1024, &options->parallelism, err));
    return app_train_read_threads(args, &options->n_threads, err);
}

/* Freed arrays go back to the system at once: side by side, trainings would leave them scattered.
 */
#ifdef __GLIBC__
static void return_memory_early(void)
{
    mallopt(M_MMAP_THRESHOLD, 64 << 10);
}
#else
static void return_memory_early(void)
{
}
#endif

static hw_status search(const app_args *args, const app_train_frames *frames, grid_request *request,
                        app_grid_progress *progress, hw_grid **out, hw_error *err)
{
    request->options.progress = app_grid_progress_show;
    request->options.progress_ctx = progress;
    return_memory_early();
    app_signals_catch();
    hw_status status = hw_grid_search(args->params, frames->training, frames->validation,
                                      &request->options, out, err);
    app_signals_restore();
    app_grid_progress_end(progress);
    return status;
}

/* H2O's clients fail, too, when nothing came out. */
static hw_status check_result(const hw_grid *grid, hw_error *err)
{
    int32_t n = hw_grid_n_failed(grid);
    if (hw_grid_n_models(grid) > 0 || n == 0)
        return HW_OK;
    if (n == 1)
        HW_FAIL(err, HW_EINVAL, hw_grid_failed_field(grid, 0), "no model: %.900s",
                hw_grid_failed_reason(grid, 0));
    HW_FAIL(err, HW_EINVAL, hw_grid_failed_field(grid, 0),
            "no model: all %d combinations failed, the first one: %.800s", n,
            hw_grid_failed_reason(grid, 0));
}

static hw_status check_report(const app_args *args, hw_error *err)
{
    const app_output output = {"report", app_args_get(args, "report"), false};
    HW_AUTO(app_param_text) *training = app_param_get(args->params, "training_frame");
    HW_AUTO(app_param_text) *validation = app_param_get(args->params, "validation_frame");
    const char *const inputs[] = {training, validation};
    return app_files_check_outputs(&output, 1, inputs, APP_COUNT(inputs), err);
}

static hw_status write_report(const hw_grid *grid, const char *path, hw_error *err)
{
    HW_AUTO(hw_comparison) *comparison = hw_comparison_new();
    HW_CHECK_ALLOC(err, comparison);
    HW_TRY(hw_comparison_add_grid(comparison, grid, NULL, NULL, err));
    HW_TRY(hw_comparison_sort(comparison, hw_grid_sort_metric(grid), err));
    return hw_comparison_write_report(comparison, path, err);
}

hw_status app_grid_search(const app_args *args, int *out_exit, hw_error *err)
{
    __attribute__((cleanup(clear_request))) grid_request request = {{0}};
    __attribute__((cleanup(app_train_frames_clear))) app_train_frames frames = {0};
    HW_TRY(app_train_check_args(args, err));
    HW_TRY(check_params(args->params, err));
    HW_TRY(check_report(args, err));
    HW_TRY(read_request(args, &request, err));
    HW_TRY(hw_grid_check(args->params, &request.options, err));
    HW_TRY(app_train_frames_read(args, args->params, &frames, err));
    bool is_silent = app_param_is_on(args->params, "quiet_mode");
    if (!is_silent)
        app_train_frames_print(stdout, &frames);
    app_grid_progress progress = app_grid_progress_new(stdout, is_silent);
    HW_AUTO(hw_grid) *grid = NULL;
    HW_TRY(search(args, &frames, &request, &progress, &grid, err));
    if (hw_grid_get_state(grid) == HW_GRID_CANCELLED)
        *out_exit = APP_EXIT_INTERRUPTED;
    if (app_args_get(args, "report"))
        HW_TRY(write_report(grid, app_args_get(args, "report"), err));
    if (!is_silent)
        HW_TRY(app_print_grid(stdout, grid, request.options.grid_dir, err));
    return check_result(grid, err);
}
