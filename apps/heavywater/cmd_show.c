/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "heavywater/files.h"
#include "heavywater/print_model.h"
#include "heavywater/text.h"

static void print_head(FILE *out, const hw_model *model, const char *path)
{
    const char *response = hw_model_response_name(model);
    char weights[APP_TEXT_BYTES], predictors[APP_TEXT_BYTES];
    fprintf(out, "%s: %s model%s%s, %s, %s weights and biases\n", path,
            hw_category_name(hw_model_category(model)), response ? " of " : "",
            response ? response : "",
            app_text_counted(hw_model_n_predictors(model), "predictor", predictors),
            app_text_count(hw_model_n_weights(model), weights));
}

hw_status app_show(const app_args *args, int *out_exit, hw_error *err)
{
    (void)out_exit;
    const char *path = args->positionals[0];
    const char *json = app_args_get(args, "json"), *report = app_args_get(args, "report");
    const app_output outputs[] = {{"json", json, true}, {"report", report, false}};
    HW_TRY(app_files_check_outputs(outputs, APP_COUNT(outputs), &path, 1, err));
    HW_AUTO(hw_model) *model = NULL;
    HW_TRY(hw_model_read(path, &model, err));
    if (json)
        HW_TRY(hw_model_write_json(model, json, err));
    if (report)
        HW_TRY(hw_model_write_report(model, report, err));
    FILE *out = json && strcmp(json, "-") == 0 ? stderr : stdout;
    print_head(out, model, path);
    app_print_ending(out, model);
    app_print_warnings(out, model);
    HW_TRY(app_print_params(out, model, err));
    HW_TRY(app_print_model(out, model, err));
    app_print_command(out, model);
    return HW_OK;
}
