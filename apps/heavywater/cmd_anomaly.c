/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "heavywater/files.h"
#include "heavywater/score_frame.h"
#include "heavywater/text.h"

hw_status app_anomaly(const app_args *args, int *out_exit, hw_error *err)
{
    (void)out_exit;
    const char *out = app_args_get(args, "out");
    out = out ? out : "-";
    const app_output output = {"out", out, true};
    const char *const inputs[] = {app_args_get(args, "model"), app_args_get(args, "frame")};
    HW_TRY(app_files_check_outputs(&output, 1, inputs, APP_COUNT(inputs), err));
    HW_AUTO(hw_model) *model = NULL;
    HW_TRY(hw_model_read(inputs[0], &model, err));
    HW_AUTO(hw_frame) *frame = NULL;
    HW_TRY(app_score_frame_read(args, model, false, &frame, err));
    HW_AUTO(hw_frame) *errors = NULL;
    HW_TRY(hw_model_anomaly(model, frame, app_args_is_on(args, "per_feature"), &errors, err));
    HW_TRY(hw_frame_write_csv(errors, out, err));
    app_score_frame_warn(args, model, frame);
    char rows[APP_TEXT_BYTES];
    if (strcmp(out, "-") != 0)
        printf("reconstruction errors of %s in %s\n",
               app_text_counted(hw_frame_n_rows(errors), "row", rows), out);
    return HW_OK;
}
