/* SPDX-License-Identifier: Apache-2.0 */
#include "train/train.h"

hw_status hw_train(const hw_params *params, hw_frame *training, hw_frame *validation,
                   const hw_train_options *options, hw_model **out_model, hw_error *err)
{
    HW_CHECK_ARG(err, params && training && out_model);
    return hwi_train(params, training, validation, options, out_model, err);
}
