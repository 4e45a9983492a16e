/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: the models that H2O wrote, with the rows that it scored. */
#pragma once

#include <jansson.h>

#include "model/model.h"
#include "support/hw_csv.h"

static const char *const hw_mojo_cases[] = {"iris_autoencoder_rectifier_nostd",
                                            "iris_multinomial_tanh",
                                            "mixed_autoencoder_tanh",
                                            "mixed_binomial_int_cv",
                                            "mixed_binomial_maxcat",
                                            "mixed_binomial_tanhdropout_firstlevel",
                                            "mixed_gamma_exprectifier",
                                            "mixed_gaussian_offset",
                                            "mixed_huber_weights",
                                            "mixed_laplace_nostandardize",
                                            "mixed_multinomial_balance",
                                            "mixed_poisson_rectifierdropout",
                                            "mixed_regression_gaussian_maxout",
                                            "mixed_tweedie_maxoutdropout",
                                            "odd_text_multinomial",
                                            "prostate_binomial_rectifier"};

static inline void hw_mojo_path(const char *name, const char *file, char out[1024])
{
    const char *root = getenv("HW_FIXTURES");
    snprintf(out, 1024, "%s/mojo/%s/%s", root ? root : "", name, file);
}

/* Skips the test where there are no fixtures. */
static inline hw_model *hw_mojo_model(const char *name)
{
    char path[1024];
    hw_mojo_path(name, "model.zip", path);
    FILE *file = fopen(path, "rb");
    if (!file)
        skip();
    fclose(file);
    hw_model *model = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_model_read(path, &model, &err), err);
    return model;
}

static inline bool hw_mojo_is_enum(const char *name, void *ctx)
{
    size_t i;
    const json_t *value;
    json_array_foreach(json_object_get(ctx, "enum_columns"), i,
                       value) if (strcmp(json_string_value(value), name) == 0) return true;
    return false;
}

static inline hw_frame *hw_mojo_input(const char *name)
{
    char path[1024];
    hw_mojo_path(name, "params.json", path);
    json_t *spec = json_load_file(path, 0, NULL);
    assert_non_null(spec);
    hw_mojo_path(name, "input.csv", path);
    hw_csv *csv = hw_csv_read(path);
    hw_frame *frame = hw_csv_to_frame(csv, hw_mojo_is_enum, spec);
    hw_csv_free(csv);
    json_decref(spec);
    return frame;
}
