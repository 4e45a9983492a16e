/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: training on a small table from a line of settings. */
#pragma once

#include "heavywater/model.h"

#include "model/model.h"
#include "support/hw_frame.h"
#include "support/hw_test.h"

enum { HW_TRAINING_ROWS = 120 };

/* a, b and y = round(exp(a)), never negative; k is one of three classes, by a. */
static inline hw_frame *hw_new_training_frame(void)
{
    HW_AUTO_BUFFER(text);
    hwi_buffer_append_text(&text, "a,b,y,k\n");
    for (int i = 0; i < HW_TRAINING_ROWS; i++) {
        double a = (i * 37 % HW_TRAINING_ROWS) / 60.0 - 1, b = (i * 17 % 23) / 11.5 - 1;
        double y = 1 + floor(4 * exp(a) + b);
        hwi_buffer_printf(&text, "%.4f,%.4f,%.0f,%s\n", a, b, y,
                          a < -0.4  ? "low"
                          : a < 0.3 ? "mid"
                                    : "high");
    }
    hw_frame *frame = NULL;
    hw_error err = {0};
    hw_assert_ok(
        hw_parse_text("guide.csv", hwi_buffer_text(&text), text.size, NULL, 0, &frame, &err), err);
    return frame;
}

static inline hw_status hw_train_with(const char *settings, hw_model **out, hw_error *err)
{
    HW_AUTO(hw_frame) *frame = hw_new_training_frame();
    hw_params *params = hw_params_new();
    char text[512], *rest = NULL;
    snprintf(text, sizeof text, "seed=7;hidden=6;epochs=30;reproducible=true;stopping_rounds=0;%s",
             settings);
    for (char *item = strtok_r(text, ";", &rest); item; item = strtok_r(NULL, ";", &rest)) {
        char *value = strchr(item, '=');
        *value++ = '\0';
        hw_assert_ok(hw_params_set(params, item, value, err), *err);
    }
    hw_status status = hw_train(params, frame, NULL, NULL, out, err);
    hw_params_free(params);
    return status;
}

static inline hw_model *hw_model_with(const char *settings)
{
    hw_model *model = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_train_with(settings, &model, &err), err);
    return model;
}

static inline double hw_training_value(const hw_model *model, const char *name)
{
    return hw_metrics_value(hw_model_metrics(model, "training"), name);
}
