/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: training on a small table from a line of settings. */
#pragma once

#include "heavywater/model.h"

#include "base/rng.h"
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

/* Forty numbers, none of them 0 but for some columns, and a class by every fifth: Rectifiers learn
 * it with a first layer that lies unit by unit. */
static inline hw_frame *hw_new_wide_frame(int n_rows)
{
    enum { N_WIDE = 40 };
    HW_AUTO_BUFFER(text);
    for (int c = 0; c < N_WIDE; c++)
        hwi_buffer_printf(&text, "x%d,", c);
    hwi_buffer_append_text(&text, "y\n");
    hwi_rng rng = hwi_rng_new(3);
    for (int i = 0; i < n_rows; i++) {
        double y = 0;
        for (int c = 0; c < N_WIDE; c++) {
            double x = c % 7 == 3 && i % 3 ? 0 : hwi_rng_gaussian(&rng);
            hwi_buffer_printf(&text, "%.3f,", x);
            y += c % 5 == 0 ? x : 0;
        }
        hwi_buffer_append_text(&text, y > 0 ? "yes\n" : "no\n");
    }
    hw_frame *frame = NULL;
    hw_error err = {0};
    hw_assert_ok(
        hw_parse_text("wide.csv", hwi_buffer_text(&text), text.size, NULL, 0, &frame, &err), err);
    return frame;
}

static inline void hw_set_all(hw_params *params, const char *settings)
{
    char text[512], *rest = NULL;
    hw_error err = {0};
    snprintf(text, sizeof text, "%s", settings);
    for (char *item = strtok_r(text, ";", &rest); item; item = strtok_r(NULL, ";", &rest)) {
        char *value = strchr(item, '=');
        *value++ = '\0';
        hw_assert_ok(hw_params_set(params, item, value, &err), err);
    }
}

static inline hw_status hw_train_with(const char *settings, hw_model **out, hw_error *err)
{
    HW_AUTO(hw_frame) *frame = hw_new_training_frame();
    hw_params *params = hw_params_new();
    hw_set_all(params, "seed=7;hidden=6;epochs=30;reproducible=true;stopping_rounds=0");
    hw_set_all(params, settings);
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
