/* SPDX-License-Identifier: Apache-2.0
 *
 * Which row of the training frame belongs to which fold of a cross-validation (spec 10.1). Pure
 * functions of the parameters and the frame. */
#pragma once

#include "frame/frame.h"
#include "params/params.h"

typedef struct hwi_folds {
    int32_t n;       /* folds */
    int32_t *of_row; /* (rows) 0 .. n-1 */
} hwi_folds;

/* Whether the parameters ask for cross-validation. */
bool hwi_folds_are_wanted(const hw_params *params);
/* params: nfolds and fold_assignment, or fold_column, with the seed in effect. Errors (HW_EINVAL,
 * field = the parameter): a fold column that does not number its folds, a response that cannot be
 * stratified, a fold without rows. */
hw_status hwi_folds_assign(const hw_params *params, const hw_frame *frame, hwi_folds *out,
                           hw_error *err) HW_MUST_USE;
void hwi_folds_clear(hwi_folds *folds);
