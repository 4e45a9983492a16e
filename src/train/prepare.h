/* SPDX-License-Identifier: Apache-2.0
 *
 * What comes before training: the columns are looked at, the parameters judged and resolved, the
 * encoder built. */
#pragma once

#include "encoder/encoder.h"
#include "model/model.h"
#include "train/rows.h"

/* What a training is within a cross-validation; zeroed for one that stands alone. */
typedef struct hwi_cv_role {
    bool is_fold_model;
    double cv_epochs;            /* main model: what the folds took; else 0 */
    double max_runtime_secs;     /* main model: in place of the parameter, which is over; else 0 */
    const hwi_rows *shared_rows; /* the frame's predictors; NULL: made anew */
    int64_t seed;                /* drawn for parameters that give none; 0: to be drawn */
    const hw_params *shown;      /* what the user gave; NULL: what was given to this training */
} hwi_cv_role;

typedef struct hwi_prepared {
    hw_params *effective; /* what training computes with; seed drawn */
    hwi_encoder *encoder; /* owned until taken */
    hw_frame *recoded;    /* the training frame as the categorical_encoding makes it; or NULL */
    hwi_messages messages;
    hw_category category;
    int32_t n_classes; /* levels; 1 for regression and autoencoders */
    hwi_facts facts;
    hw_params *actual;           /* what the finished model shows */
    const hwi_rows *shared_rows; /* borrowed from the role; or NULL */
} hwi_prepared;

/* role may be NULL. Errors: HW_EINVAL with the parameter or column in err->field; HW_EUNSUPPORTED.
 * out holds what was made, also on failure: clear it. */
hw_status hwi_prepare(const hw_params *given, const hw_frame *training, const hw_frame *validation,
                      const hwi_cv_role *role, hwi_prepared *out, hw_error *err) HW_MUST_USE;
void hwi_prepared_clear(hwi_prepared *prepared);
