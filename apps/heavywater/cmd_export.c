/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "heavywater/files.h"
#include "heavywater/text.h"

hw_status app_export(const app_args *args, int *out_exit, hw_error *err)
{
    (void)out_exit;
    const char *model_path = args->positionals[0], *path = app_args_get(args, "out");
    const char *word = app_args_get(args, "to");
    hw_export_kind kind;
    if (!hw_export_kind_find(word, &kind))
        HW_FAIL(err, HW_EINVAL, "to",
                "--to %.100s is no kind of export; pojo, c, onnx, json and weights are", word);
    const app_output output = {"out", path, true};
    if (kind != HW_EXPORT_WEIGHTS) /* a folder is looked at when it is made */
        HW_TRY(app_files_check_outputs(&output, 1, &model_path, 1, err));
    HW_AUTO(hw_model) *model = NULL;
    HW_TRY(hw_model_read(model_path, &model, err));
    HW_TRY(hw_model_export(model, kind, path, err));
    char weights[APP_TEXT_BYTES];
    if (strcmp(path, "-") != 0)
        printf("%s weights and biases as %s in %s\n",
               app_text_count(hw_model_n_weights(model), weights), word, path);
    return HW_OK;
}
