/* SPDX-License-Identifier: Apache-2.0
 *
 * What comes before training: the columns are looked at, the parameters judged and resolved, the
 * encoder built. */
#pragma once

#include "encoder/encoder.h"
#include "model/model.h"

typedef struct hwi_prepared {
    hw_params *effective; /* what training computes with; seed drawn */
    hwi_encoder *encoder; /* owned until taken */
    hw_frame *recoded;    /* the training frame as the categorical_encoding makes it; or NULL */
    hwi_messages messages;
    hw_category category;
    int32_t n_classes; /* levels; 1 for regression and autoencoders */
    hwi_facts facts;
    hw_params *actual; /* what the finished model shows */
} hwi_prepared;

/* Errors: HW_EINVAL with the parameter or column in err->field; HW_EUNSUPPORTED. out holds what was
 * made, also on failure: clear it. */
hw_status hwi_prepare(const hw_params *given, const hw_frame *training, const hw_frame *validation,
                      hwi_prepared *out, hw_error *err) HW_MUST_USE;
void hwi_prepared_clear(hwi_prepared *prepared);
