/* SPDX-License-Identifier: Apache-2.0 */
#include "train/train.h"
#include "train/snapshot.h"

hw_status hw_train(const hw_params *params, hw_frame *training, hw_frame *validation,
                   const hw_train_options *options, hw_model **out_model, hw_error *err)
{
    HW_CHECK_ARG(err, params && training && out_model);
    return hwi_train(params, training, validation, options, out_model, err);
}

void hw_train_remove_snapshots(const hw_params *params, const hw_train_options *options)
{
    hwi_snapshots snapshots;
    hw_train_options found_by = options ? *options : (hw_train_options){0};
    found_by.is_resumed = false;
    if (hwi_snapshots_open(params, &found_by, &snapshots, NULL) == HW_OK)
        hwi_snapshots_remove(&snapshots);
    hwi_snapshots_close(&snapshots);
}
