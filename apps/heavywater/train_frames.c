/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/train_frames.h"

#include <math.h>
#include <string.h>

#include "base/buffer.h"
#include "base/number.h"
#include "heavywater/files.h"
#include "heavywater/text.h"

/* A response of more levels is an identifier; a confusion matrix of so many classes alone would
 * take gigabytes. */
char *app_param_get(const hw_params *params, const char *name)
{
    char *text = hw_params_get_text(params, name);
    if (text && text[0])
        return text;
    hw_text_free(text);
    return NULL;
}

bool app_param_is_on(const hw_params *params, const char *name)
{
    HW_AUTO(app_param_text) *text = app_param_get(params, name);
    return text && strcmp(text, "true") == 0;
}

hw_status app_train_check_args(const app_args *args, hw_error *err)
{
    const hw_params *params = args->params;
    HW_AUTO(app_param_text) *training = app_param_get(params, "training_frame");
    HW_AUTO(app_param_text) *validation = app_param_get(params, "validation_frame");
    HW_AUTO(app_param_text) *response = app_param_get(params, "response_column");
    if (!training)
        HW_FAIL(err, HW_EINVAL, "training_frame",
                "--training_frame FILE is missing (heavywater %s --help)", args->command->name);
    if (!response && !app_param_is_on(params, "autoencoder"))
        HW_FAIL(err, HW_EINVAL, "response_column",
                "--response_column COLUMN is missing: the column to predict");
    if (validation && strcmp(training, "-") == 0 && strcmp(validation, "-") == 0)
        HW_FAIL(err, HW_EINVAL, "validation_frame",
                "training_frame and validation_frame cannot both be standard input");
    if (app_args_get(args, "x") && hw_params_is_given(params, "ignored_columns"))
        HW_FAIL(err, HW_EINVAL, "x", "--x and --ignored_columns exclude each other; give one");
    if (app_args_is_on(args, "classification") && app_args_is_on(args, "regression"))
        HW_FAIL(err, HW_EINVAL, "regression",
                "--classification and --regression exclude each other; give one");
    return HW_OK;
}

hw_status app_train_read_threads(const app_args *args, int *out, hw_error *err)
{
    const char *text = app_args_get(args, "threads");
    int64_t n = 0;
    if (text && (!hwi_parse_int64(text, strlen(text), &n) || n < 0 || n > 1024))
        HW_FAIL(err, HW_EINVAL, "threads", "--threads '%s' is outside of [0, 1024] (0: all cores)",
                text);
    *out = (int)n;
    return HW_OK;
}

hw_status app_train_read_teams(const app_args *args, int *out, hw_error *err)
{
    const char *text = app_args_get(args, "teams");
    int64_t n = 0;
    *out = -1;
    if (text && strcmp(text, "auto") == 0)
        return HW_OK;
    if (text && (!hwi_parse_int64(text, strlen(text), &n) || n < 1 || n > 1024))
        HW_FAIL(err, HW_EINVAL, "teams", "--teams '%s' is neither auto nor in [1, 1024]", text);
    *out = (int)n;
    return HW_OK;
}

/* A name as an item of a list. */
static void append_quoted(hwi_buffer *list, const char *name)
{
    if (list->size > 0)
        hwi_buffer_append_char(list, ',');
    hwi_buffer_append_char(list, '"');
    for (const char *p = name; *p; p++) {
        if (*p == '"' || *p == '\\')
            hwi_buffer_append_char(list, '\\');
        hwi_buffer_append_char(list, *p);
    }
    hwi_buffer_append_char(list, '"');
}

/* One column turned into categories, in place. */
static hw_status make_factor(hw_frame **frame, const char *name, hw_error *err)
{
    HW_AUTO_BUFFER(list);
    for (const char *p = name; *p; p++) {
        if (*p == ',')
            hwi_buffer_append_char(&list, '\\');
        hwi_buffer_append_char(&list, *p);
    }
    HW_TRY(hwi_buffer_check(&list, err));
    HW_AUTO(hw_frame) *factored = NULL;
    HW_TRY(hw_frame_as_factors(*frame, hwi_buffer_text(&list), &factored, err));
    hw_frame_unref(*frame);
    *frame = HW_TAKE(factored);
    return HW_OK;
}

static bool is_numeric(hw_type type)
{
    return type == HW_TYPE_INT || type == HW_TYPE_REAL;
}

/* A category where numbers were asked for: says which text is in the way. */
static hw_status fail_not_numeric(const hw_frame *frame, int32_t column, hw_error *err)
{
    const char *response = hw_frame_column_name(frame, column);
    for (int32_t i = 0; i < hw_frame_n_levels(frame, column); i++) {
        const char *level = hw_frame_level(frame, column, i);
        double x;
        if (!hwi_parse_double(level, strlen(level), &x))
            HW_FAIL(err, HW_EDATA, "response_column",
                    "--regression: '%.200s' of '%.200s' is no number (if it means missing, add "
                    "--na_strings)",
                    level, response);
    }
    HW_FAIL(err, HW_EINVAL, "response_column",
            "--regression contradicts --factors or --col_types, which make '%.200s' a category",
            response);
}

/* Makes the response numbers or categories, as asked for. */
static hw_status force_response(const app_args *args, const char *response, hw_frame **frame,
                                hw_error *err)
{
    int32_t column;
    HW_TRY(app_files_find_column(*frame, "response_column", response, &column, err));
    hw_type type = hw_frame_column_type(*frame, column);
    if (type == HW_TYPE_STRING)
        HW_FAIL(err, HW_EDATA, "response_column",
                "response_column: '%.200s' holds text with too many different values to be "
                "classes; --col_types %.200s=enum reads it as classes all the same",
                response, response);
    bool is_forced = app_args_is_on(args, "classification");
    if (is_forced && is_numeric(type))
        HW_TRY(make_factor(frame, response, err));
    else if (is_forced && type != HW_TYPE_ENUM)
        HW_FAIL(err, HW_EINVAL, "response_column",
                "--classification: '%.200s' is of type %s, which has no classes", response,
                hw_type_name(type));
    if (app_args_is_on(args, "regression") && type == HW_TYPE_ENUM)
        return fail_not_numeric(*frame, column, err);
    return HW_OK;
}

/* Columns that play a role besides predictor and response. */
static const char *const role_params[] = {"weights_column", "offset_column", "fold_column"};

static hw_status check_roles(const hw_params *params, const hw_frame *frame, hw_error *err)
{
    for (size_t i = 0; i < APP_COUNT(role_params); i++) {
        HW_AUTO(app_param_text) *name = app_param_get(params, role_params[i]);
        int32_t column;
        if (name)
            HW_TRY(app_files_find_column(frame, role_params[i], name, &column, err));
    }
    return HW_OK;
}

static bool has_role(const hw_params *params, const char *response, const char *name)
{
    if (response && strcmp(response, name) == 0)
        return true;
    for (size_t i = 0; i < APP_COUNT(role_params); i++) {
        HW_AUTO(app_param_text) *column = app_param_get(params, role_params[i]);
        if (column && strcmp(column, name) == 0)
            return true;
    }
    return false;
}

/* Checks a list of columns: they exist, and none is the response. */
static hw_status check_list(const app_list *list, const char *field, const char *response,
                            const hw_frame *frame, hw_error *err)
{
    for (int i = 0; i < list->n; i++) {
        int32_t column;
        HW_TRY(app_files_find_column(frame, field, list->names[i], &column, err));
        if (response && strcmp(list->names[i], response) == 0)
            HW_FAIL(err, HW_EINVAL, field, "%s: '%.200s' is the response column; take it out",
                    field, response);
    }
    return HW_OK;
}

/* --x becomes ignored_columns; both are checked. */
static hw_status resolve_predictors(const char *x, const char *response, const hw_frame *frame,
                                    hw_params *params, hw_error *err)
{
    __attribute__((cleanup(app_list_clear))) app_list list = {0};
    HW_AUTO(app_param_text) *ignored = app_param_get(params, "ignored_columns");
    if (ignored && strcmp(ignored, "[]") != 0) {
        HW_TRY(app_list_read(ignored, "ignored_columns", &list, err));
        return check_list(&list, "ignored_columns", response, frame, err);
    }
    if (!x)
        return HW_OK;
    HW_TRY(app_list_read(x, "x", &list, err));
    HW_TRY(check_list(&list, "x", response, frame, err));
    HW_AUTO_BUFFER(others);
    for (int32_t c = 0; c < hw_frame_n_columns(frame); c++) {
        const char *name = hw_frame_column_name(frame, c);
        if (!app_list_has(&list, name) && !has_role(params, response, name))
            append_quoted(&others, name);
    }
    HW_TRY(hwi_buffer_check(&others, err));
    return others.size == 0
               ? HW_OK
               : hw_params_set(params, "ignored_columns", hwi_buffer_text(&others), err);
}

/* Whether training could make use of a column: constants and texts are dropped anyway. */
static bool is_usable(const hw_frame *frame, int32_t column)
{
    hw_column_summary summary;
    hw_type type = hw_frame_column_type(frame, column);
    if (type == HW_TYPE_STRING || type == HW_TYPE_UUID)
        return false;
    if (type == HW_TYPE_ENUM)
        return hw_frame_n_levels(frame, column) > 1;
    return hw_frame_summarize_column(frame, column, &summary, NULL) != HW_OK ||
           summary.min < summary.max;
}

static hw_status check_validation_columns(const hw_params *params, const char *path,
                                          const app_train_frames *frames, hw_error *err)
{
    __attribute__((cleanup(app_list_clear))) app_list ignored = {0};
    HW_AUTO(app_param_text) *text = app_param_get(params, "ignored_columns");
    if (text && strcmp(text, "[]") != 0)
        HW_TRY(app_list_read(text, "ignored_columns", &ignored, err));
    for (int32_t c = 0; c < hw_frame_n_columns(frames->training); c++) {
        const char *name = hw_frame_column_name(frames->training, c);
        if (hw_frame_find_column(frames->validation, name) < 0 && !app_list_has(&ignored, name) &&
            is_usable(frames->training, c))
            HW_FAIL(err, HW_EDATA, "validation_frame",
                    "validation_frame: %.200s lacks the column '%.200s' of the training frame",
                    path, name);
    }
    return HW_OK;
}

/* Whether numbers would give these very levels: all are whole numbers in their shortest form. */
static bool has_number_levels(const hw_frame *frame, int32_t column)
{
    for (int32_t i = 0; i < hw_frame_n_levels(frame, column); i++) {
        const char *level = hw_frame_level(frame, column, i);
        char text[HWI_NUMBER_TEXT_BYTES];
        double x;
        if (!hwi_parse_double(level, strlen(level), &x))
            return false;
        hwi_format_double(x, text);
        if (strcmp(text, level) != 0)
            return false;
    }
    return true;
}

/* A column with levels in training and read as something else in validation, which was guessed
 * from other rows. Missing everywhere is no other type. */
static bool is_typed_apart(const app_train_frames *frames, int32_t c, int32_t *out_column)
{
    if (hw_frame_column_type(frames->training, c) != HW_TYPE_ENUM)
        return false;
    const hw_frame *validation = frames->validation;
    *out_column = hw_frame_find_column(validation, hw_frame_column_name(frames->training, c));
    return *out_column >= 0 && hw_frame_column_type(validation, *out_column) != HW_TYPE_ENUM &&
           hw_frame_n_missing(validation, *out_column) < hw_frame_n_rows(validation);
}

/* Categories in training become categories in validation: numbers as asfactor() does where that
 * gives the levels of training, else by reading the texts again. */
static hw_status align_types(const app_args *args, const char *path, app_train_frames *frames,
                             hw_error *err)
{
    HW_AUTO_BUFFER(types);
    const hw_frame *training = frames->training;
    int32_t column;
    for (int32_t c = 0; c < hw_frame_n_columns(training); c++)
        if (is_typed_apart(frames, c, &column) &&
            !(is_numeric(hw_frame_column_type(frames->validation, column)) &&
              has_number_levels(training, c)))
            app_files_append_type(&types, hw_frame_column_name(training, c), "enum");
    HW_TRY(hwi_buffer_check(&types, err));
    if (types.size > 0) {
        if (strcmp(path, "-") == 0)
            HW_FAIL(err, HW_EDATA, "validation_frame",
                    "validation_frame: columns of standard input were read with other types than "
                    "in training; add --col_types %s",
                    hwi_buffer_text(&types) + 1);
        HW_AUTO(hw_frame) *again = NULL;
        HW_TRY(app_files_read_frame_typed(args, "validation_frame", path, hwi_buffer_text(&types),
                                          &again, err));
        hw_frame_unref(frames->validation);
        frames->validation = HW_TAKE(again);
    }
    for (int32_t c = 0; c < hw_frame_n_columns(training); c++)
        if (is_typed_apart(frames, c, &column))
            HW_TRY(make_factor(&frames->validation, hw_frame_column_name(training, c), err));
    return HW_OK;
}

static hw_status read_validation(const app_args *args, const hw_params *params,
                                 app_train_frames *frames, hw_error *err)
{
    HW_AUTO(app_param_text) *path = app_param_get(params, "validation_frame");
    if (!path)
        return HW_OK;
    HW_TRY(app_files_read_frame(args, "validation_frame", path, &frames->validation, err));
    HW_TRY(check_validation_columns(params, path, frames, err));
    return align_types(args, path, frames, err);
}

hw_status app_train_frames_read(const app_args *args, hw_params *params, app_train_frames *out,
                                hw_error *err)
{
    *out = (app_train_frames){0};
    HW_AUTO(app_param_text) *path = app_param_get(params, "training_frame");
    HW_AUTO(app_param_text) *response = app_param_get(params, "response_column");
    HW_CHECK_ALLOC(err, path);
    HW_TRY(app_files_read_frame(args, "training_frame", path, &out->training, err));
    if (response)
        HW_TRY(force_response(args, response, &out->training, err));
    HW_TRY(check_roles(params, out->training, err));
    HW_TRY(resolve_predictors(app_args_get(args, "x"), response, out->training, params, err));
    return read_validation(args, params, out, err);
}

void app_train_frames_clear(app_train_frames *frames)
{
    hw_frame_unref(frames->training);
    hw_frame_unref(frames->validation);
    *frames = (app_train_frames){0};
}

void app_train_frames_print(FILE *out, const app_train_frames *frames)
{
    char rows[APP_TEXT_BYTES], columns[APP_TEXT_BYTES];
    fprintf(out, "training frame %s: %s, %s\n", hw_frame_name(frames->training),
            app_text_counted(hw_frame_n_rows(frames->training), "row", rows),
            app_text_counted(hw_frame_n_columns(frames->training), "column", columns));
    if (frames->validation)
        fprintf(out, "validation frame %s: %s\n", hw_frame_name(frames->validation),
                app_text_counted(hw_frame_n_rows(frames->validation), "row", rows));
    app_files_print_notes(out, "warning: ", frames->training);
    if (frames->validation)
        app_files_print_notes(out, "warning: ", frames->validation);
    fflush(out);
}
