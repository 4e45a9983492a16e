/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/score_frame.h"

#include <string.h>

#include "base/buffer.h"
#include "heavywater/files.h"
#include "heavywater/text.h"

/* The type that a column had in training, from the model's own table; "" when it does not say. */
static const char *trained_type(const hw_model *model, const char *name)
{
    const hw_table *table = hw_model_table(model, "training_frame");
    int32_t names = table ? hw_table_find_column(table, "name") : -1;
    int32_t types = table ? hw_table_find_column(table, "type") : -1;
    if (names < 0 || types < 0)
        return "";
    for (int64_t r = 0; r < hw_table_n_rows(table); r++)
        if (strcmp(hw_table_text(table, r, names), name) == 0)
            return hw_table_text(table, r, types);
    return "";
}

/* A column of few rows is easily guessed to be text or a time where training saw categories. */
static bool is_guessed_apart(const hw_model *model, const hw_frame *frame, const char *name)
{
    int32_t column = hw_frame_find_column(frame, name);
    if (column < 0)
        return false;
    hw_type type = hw_frame_column_type(frame, column);
    return (type == HW_TYPE_STRING || type == HW_TYPE_TIME || type == HW_TYPE_UUID) &&
           strcmp(trained_type(model, name), "enum") == 0;
}

bool app_score_frame_fits(const hw_model *model, const hw_frame *frame)
{
    const char *response = hw_model_response_name(model);
    bool fits = !response || !is_guessed_apart(model, frame, response);
    for (int32_t i = 0; i < hw_model_n_predictors(model) && fits; i++)
        fits = !is_guessed_apart(model, frame, hw_model_predictor_name(model, i));
    return fits && (!response || hw_frame_find_column(frame, response) >= 0);
}

static hw_status read_as_trained(const app_args *args, const hw_model *model, hw_frame **frame,
                                 hw_error *err)
{
    const char *path = app_args_get(args, "frame");
    const char *response = hw_model_response_name(model);
    HW_AUTO_BUFFER(types);
    for (int32_t i = 0; i < hw_model_n_predictors(model); i++) {
        const char *name = hw_model_predictor_name(model, i);
        if (is_guessed_apart(model, *frame, name))
            app_files_append_type(&types, name, "enum");
    }
    if (response && is_guessed_apart(model, *frame, response))
        app_files_append_type(&types, response, "enum");
    HW_TRY(hwi_buffer_check(&types, err));
    if (types.size == 0)
        return HW_OK;
    if (strcmp(path, "-") == 0)
        HW_FAIL(err, HW_EDATA, "frame",
                "frame: columns of standard input were read with other types than in training; "
                "add --col_types %s",
                hwi_buffer_text(&types) + 1);
    HW_AUTO(hw_frame) *again = NULL;
    HW_TRY(app_files_read_frame_typed(args, "frame", path, hwi_buffer_text(&types), &again, err));
    hw_frame_unref(*frame);
    *frame = HW_TAKE(again);
    return HW_OK;
}

/* Predictors that the frame lacks: the first few names, and their number. */
static int list_lacking(const hw_model *model, const hw_frame *frame, hwi_buffer *names)
{
    enum { MAX_NAMES = 5 };
    int n = 0;
    for (int32_t i = 0; i < hw_model_n_predictors(model); i++) {
        const char *name = hw_model_predictor_name(model, i);
        if (hw_frame_find_column(frame, name) >= 0)
            continue;
        hwi_buffer_append_text(names, n == 0 ? "" : n <= MAX_NAMES ? ", " : "");
        if (n < MAX_NAMES)
            app_text_append_clean(names, name, 0);
        else if (n == MAX_NAMES)
            hwi_buffer_append_text(names, "...");
        n++;
    }
    return n;
}

int app_score_frame_n_lacking(const hw_model *model, const hw_frame *frame)
{
    HW_AUTO_BUFFER(names);
    return list_lacking(model, frame, &names);
}

void app_score_frame_warn(const app_args *args, const hw_model *model, const hw_frame *frame)
{
    HW_AUTO_BUFFER(names);
    int n = list_lacking(model, frame, &names);
    if (n > 0)
        fprintf(stderr,
                "heavywater: %s: warning: the frame lacks %d of %d predictor%s, which count as "
                "missing: %s\n",
                args->command->name, n, (int)hw_model_n_predictors(model),
                hw_model_n_predictors(model) == 1 ? "" : "s", hwi_buffer_text(&names));
    HW_AUTO_BUFFER(prefix);
    hwi_buffer_printf(&prefix, "heavywater: %s: warning: ", args->command->name);
    app_files_print_notes(stderr, hwi_buffer_text(&prefix), frame);
}

hw_status app_score_frame_read(const app_args *args, const hw_model *model, bool needs_response,
                               hw_frame **out, hw_error *err)
{
    HW_AUTO(hw_frame) *frame = NULL;
    HW_TRY(app_files_read_frame(args, "frame", app_args_get(args, "frame"), &frame, err));
    const char *response = hw_model_response_name(model);
    int32_t column;
    if (needs_response && response)
        HW_TRY(app_files_find_column(frame, "frame", response, &column, err));
    HW_TRY(read_as_trained(args, model, &frame, err));
    HW_AUTO_BUFFER(names);
    int n_predictors = hw_model_n_predictors(model);
    if (n_predictors > 0 && list_lacking(model, frame, &names) == n_predictors)
        HW_FAIL(err, HW_EDATA, "frame",
                "frame: %.200s has none of the model's columns (%.300s); is its header missing?",
                app_args_get(args, "frame"), hwi_buffer_text(&names));
    *out = HW_TAKE(frame);
    return HW_OK;
}
