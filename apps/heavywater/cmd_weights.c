/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/files.h"
#include "heavywater/text.h"

/* Takes the frame. */
static hw_status write_table(hw_frame *frame, const char *folder, const char *what, int32_t layer,
                             hw_error *err)
{
    HW_AUTO(hw_frame) *owned = frame;
    HW_AUTO_BUFFER(path);
    hwi_buffer_printf(&path, "%s/%s_%d.csv", folder, what, layer + 1);
    HW_TRY(hwi_buffer_check(&path, err));
    const app_output output = {"out_dir", hwi_buffer_text(&path), false};
    HW_TRY(app_files_check_outputs(&output, 1, NULL, 0, err));
    return hw_frame_write_csv(owned, hwi_buffer_text(&path), err);
}

hw_status app_weights(const app_args *args, int *out_exit, hw_error *err)
{
    (void)out_exit;
    const char *folder = app_args_get(args, "out_dir");
    HW_AUTO(hw_model) *model = NULL;
    HW_TRY(hw_model_read(app_args_get(args, "model"), &model, err));
    HW_TRY(app_files_make_folder("out_dir", folder, err));
    int32_t n_layers = hw_model_n_layers(model);
    for (int32_t l = 0; l < n_layers; l++) {
        hw_frame *frame = NULL;
        HW_TRY(hw_model_weights(model, l, &frame, err));
        HW_TRY(write_table(frame, folder, "weights", l, err));
        HW_TRY(hw_model_biases(model, l, &frame, err));
        HW_TRY(write_table(frame, folder, "biases", l, err));
    }
    char count[APP_TEXT_BYTES];
    printf("%s weights and biases of %d layer%s in %s\n",
           app_text_count(hw_model_n_weights(model), count), n_layers, n_layers > 1 ? "s" : "",
           folder);
    return HW_OK;
}
