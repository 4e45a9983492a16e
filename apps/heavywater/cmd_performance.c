/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "heavywater/files.h"
#include "heavywater/print_model.h"
#include "heavywater/score_frame.h"

hw_status app_performance(const app_args *args, int *out_exit, hw_error *err)
{
    (void)out_exit;
    const char *json = app_args_get(args, "json");
    const app_output output = {"json", json, true};
    const char *const inputs[] = {app_args_get(args, "model"), app_args_get(args, "frame")};
    HW_TRY(app_files_check_outputs(&output, 1, inputs, APP_COUNT(inputs), err));
    HW_AUTO(hw_model) *model = NULL;
    HW_TRY(hw_model_read(inputs[0], &model, err));
    HW_AUTO(hw_frame) *frame = NULL;
    HW_TRY(app_score_frame_read(args, model, true, &frame, err));
    HW_AUTO(hw_metrics) *metrics = NULL;
    HW_TRY(hw_model_performance(model, frame, &metrics, err));
    if (json)
        HW_TRY(hw_metrics_write_json(metrics, json, err));
    app_score_frame_warn(args, model, frame);
    FILE *out = json && strcmp(json, "-") == 0 ? stderr : stdout;
    const char *response = hw_model_response_name(model);
    fprintf(out, "%s model%s%s on %s\n", hw_category_name(hw_model_category(model)),
            response ? " of " : "", response ? response : "", hw_frame_name(frame));
    return app_print_metrics(out, metrics, "", err);
}
