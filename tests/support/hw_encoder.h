/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: encoders of frames that stand in the test as text. */
#pragma once

#include "encoder/build.h"
#include "support/hw_frame.h"
#include "support/hw_network.h"

static inline hw_frame *hw_text_frame(const char *text, const char *col_types)
{
    const hw_parse_options options = {.header = 1, .separator = ',', .col_types = col_types};
    hw_frame *frame = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_parse_text("text", text, strlen(text), &options, 0, &frame, &err), err);
    return frame;
}

/* params are taken as effective. */
static inline hwi_encoder *hw_new_encoder(const hw_params *params, const hw_frame *frame)
{
    hwi_encoder *encoder = NULL;
    hw_error err = {0};
    hw_frame *recoded = NULL; /* stays so without a categorical_encoding */
    HW_AUTO_BUFFER(dropped);
    hw_assert_ok(hwi_encoder_choose_columns(params, frame, &encoder, &recoded, &dropped, &err),
                 err);
    hw_assert_ok(hwi_encoder_set_transforms(encoder, params, frame, &err), err);
    return encoder;
}
