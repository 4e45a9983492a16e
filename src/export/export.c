/* SPDX-License-Identifier: Apache-2.0 */
#include "export/export.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "heavywater/model.h"
#include "model/output_names.h"

static const char *const kind_names[] = {"c", "weights", "json", "pojo", "onnx"};

const char *hw_export_kind_name(hw_export_kind kind)
{
    return kind_names[kind];
}

bool hw_export_kind_find(const char *name, hw_export_kind *out_kind)
{
    for (size_t i = 0; i < sizeof kind_names / sizeof kind_names[0]; i++) {
        if (strcmp(kind_names[i], name) != 0)
            continue;
        *out_kind = (hw_export_kind)i;
        return true;
    }
    return false;
}

int32_t hwi_export_unit(const hwi_encoder *encoder, int32_t cat, int32_t level)
{
    /* The encoder of this column alone. */
    hwi_encoder one = *encoder;
    one.n_cats = 1;
    one.n_nums = 0;
    one.columns = encoder->columns + cat;
    one.cat_offsets = encoder->cat_offsets + cat;
    int32_t unit = -1;
    double value, raw = level;
    hwi_active active = {0, &unit, &value};
    hwi_encode_scoring(&one, &raw, &active);
    return active.n > 0 ? unit : -1;
}

int32_t hwi_export_max_units(const hwi_export *of)
{
    int32_t max = hwi_encoder_max_active(of->model->encoder);
    for (int32_t l = 0; l < of->model->network->n_layers; l++)
        if (of->model->network->layers[l].n_units > max)
            max = of->model->network->layers[l].n_units;
    return max;
}

double hwi_export_balance(const hw_model *model, int32_t k)
{
    const hwi_scorer scorer = hwi_model_scorer(model);
    double prior = scorer.prior_distribution[k], trained = scorer.model_distribution[k];
    return prior != 0 && trained != 0 ? prior / trained : 1;
}

const hwi_model_column *hwi_export_column(const hwi_export *of, int32_t i)
{
    const hwi_encoder *encoder = of->model->encoder;
    return &encoder->columns[i < of->n_predictors ? i : encoder->offset_at];
}

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* "folder/churn-2.c" is churn_2. What is made of it always has an ending such as _score, so words
 * of the language do no harm. */
static hw_status name_of_path(const char *path, hwi_buffer *out, hw_error *err)
{
    const char *base = strcmp(path, "-") == 0 ? "model" : hwi_file_base_name(path);
    const char *dot = strrchr(base, '.');
    size_t n = dot && dot != base ? (size_t)(dot - base) : strlen(base);
    if (n == 0 || (base[0] >= '0' && base[0] <= '9'))
        hwi_buffer_append_text(out, "model_");
    for (size_t i = 0; i < n; i++)
        hwi_buffer_append_char(out, is_letter_or_digit(base[i]) ? base[i] : '_');
    return hwi_buffer_check(out, err);
}

static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        unlinkat(dirfd(folder), entry->d_name, 0); /* refused for "." and ".." */
    if (folder)
        closedir(folder);
    rmdir(path);
}

static hw_status fail_on_folder(const char *path, int number, hw_error *err)
{
    if (number == ENOTEMPTY || number == EEXIST)
        HW_FAIL(err, HW_EINVAL, "out", "the folder '%.300s' exists and is not empty", path);
    if (number == ENOTDIR)
        HW_FAIL(err, HW_EINVAL, "out", "'%.300s' is to be a folder, but there is a file", path);
    HW_FAIL(err, HW_EIO, "out", "the folder '%.300s' cannot be made: %s", path, strerror(number));
}

/* Made under another name beside it, so that it appears whole or not at all. */
static hw_status write_folder(const hwi_export *of, const char *path, hw_error *err)
{
    if (strcmp(path, "-") == 0)
        HW_FAIL(err, HW_EINVAL, "out", "weights go to a folder, not to standard output");
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    HW_AUTO(char) *target = hwi_strndup(path, n);
    HW_CHECK_ALLOC(err, target);
    HW_AUTO_BUFFER(temporary);
    int number = 0;
    do {
        temporary.size = 0;
        hwi_buffer_append_text(&temporary, target);
        hwi_buffer_printf(&temporary, ".%d.%d", (int)getpid(), number++);
        HW_TRY(hwi_buffer_check(&temporary, err));
        errno = 0;
    } while (mkdir(temporary.data, 0777) != 0 && errno == EEXIST && number < 1000);
    if (errno != 0)
        return fail_on_folder(target, errno, err);
    hw_status status = hwi_export_weights(of, temporary.data, err);
    if (status == HW_OK && rename(temporary.data, target) != 0)
        status = fail_on_folder(target, errno, err);
    if (status != HW_OK)
        remove_folder(temporary.data);
    return status;
}

static hw_status write_text(const hwi_export *of, hw_export_kind kind, const char *path,
                            hw_error *err)
{
    HW_AUTO_BUFFER(text);
    switch (kind) {
    case HW_EXPORT_C:
        HW_TRY(hwi_export_c(of, &text, err));
        break;
    case HW_EXPORT_JSON:
        HW_TRY(hwi_export_json(of, &text, err));
        break;
    case HW_EXPORT_ONNX:
        HW_TRY(hwi_export_onnx(of, &text, err));
        break;
    case HW_EXPORT_POJO:
        HW_TRY(hwi_export_check_pojo_path(path, of->name, err));
        HW_TRY(hwi_export_pojo(of, &text, err));
        break;
    case HW_EXPORT_WEIGHTS:
        return write_folder(of, path, err);
    }
    return hwi_file_write(path, text.data, text.size, err);
}

hw_status hw_model_export(const hw_model *model, hw_export_kind kind, const char *path,
                          hw_error *err)
{
    HW_CHECK_ARG(err, model && path && path[0] && model->network && model->encoder);
    const hwi_encoder *encoder = model->encoder;
    HW_TRY(hwi_network_check_finite(model->network, "the model cannot be exported: ", err));
    if (encoder->recoding && kind != HW_EXPORT_WEIGHTS)
        HW_FAIL(err, HW_EUNSUPPORTED, "to",
                "a model of recoded categories (categorical_encoding) cannot be exported to %s; "
                "weights can",
                hw_export_kind_name(kind));
    const hwi_scorer scorer = hwi_model_scorer(model);
    HW_AUTO_BUFFER(name);
    HW_TRY(name_of_path(path, &name, err));
    hwi_export of = {
        .model = model,
        .name = hwi_buffer_text(&name),
        .has_offset = encoder->offset_at >= 0 && !scorer.ignores_offset &&
                      model->category == HW_CATEGORY_REGRESSION,
        .offset_as_h2o = scorer.offset_as_h2o,
        .n_predictors = encoder->n_cats + encoder->n_nums,
    };
    HW_TRY(hwi_model_output_names(model, &of.output_names, &of.n_outputs, err));
    hw_status status = write_text(&of, kind, path, err);
    hwi_texts_free(of.output_names, of.n_outputs);
    return status;
}
