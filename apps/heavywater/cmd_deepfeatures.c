/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/number.h"
#include "heavywater/files.h"
#include "heavywater/score_frame.h"
#include "heavywater/text.h"

static hw_status read_layer(const char *text, int32_t *out, hw_error *err)
{
    int64_t layer;
    if (!hwi_parse_int64(text, strlen(text), &layer) || layer < 0 || layer > INT32_MAX)
        HW_FAIL(err, HW_EINVAL, "layer",
                "--layer '%.100s' is no hidden layer: 0 is the first, 1 the second ...", text);
    *out = (int32_t)layer;
    return HW_OK;
}

hw_status app_deepfeatures(const app_args *args, int *out_exit, hw_error *err)
{
    (void)out_exit;
    int32_t layer;
    HW_TRY(read_layer(app_args_get(args, "layer"), &layer, err));
    const char *out = app_args_get(args, "out");
    out = out ? out : "-";
    const app_output output = {"out", out, true};
    const char *const inputs[] = {app_args_get(args, "model"), app_args_get(args, "frame")};
    HW_TRY(app_files_check_outputs(&output, 1, inputs, APP_COUNT(inputs), err));
    HW_AUTO(hw_model) *model = NULL;
    HW_TRY(hw_model_read(inputs[0], &model, err));
    HW_AUTO(hw_frame) *frame = NULL;
    HW_TRY(app_score_frame_read(args, model, false, &frame, err));
    HW_AUTO(hw_frame) *features = NULL;
    HW_TRY(hw_model_deep_features(model, frame, layer, &features, err));
    HW_TRY(hw_frame_write_csv(features, out, err));
    app_score_frame_warn(args, model, frame);
    char rows[APP_TEXT_BYTES], columns[APP_TEXT_BYTES];
    if (strcmp(out, "-") != 0)
        printf("%s of %s in %s\n",
               app_text_counted(hw_frame_n_columns(features), "feature", columns),
               app_text_counted(hw_frame_n_rows(features), "row", rows), out);
    return HW_OK;
}
