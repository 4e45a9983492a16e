/* SPDX-License-Identifier: Apache-2.0 */
#include "model/output_names.h"

#include <string.h>

#include "base/number.h"
#include "frame/distinct_names.h"

static const char LABEL[] = "predict";

static void append_class(const char *level, hwi_buffer *out)
{
    int64_t number;
    bool is_integer = hwi_parse_int64(level, strlen(level), &number) && number >= INT32_MIN &&
                      number <= INT32_MAX;
    hwi_buffer_append_text(out, is_integer ? "p" : "");
    hwi_buffer_append_text(out, level);
}

static hw_status name_output(const hw_model *model, char **units, int32_t i, char **out,
                             hw_error *err)
{
    HW_AUTO_BUFFER(name);
    if (units) {
        hwi_buffer_append_text(&name, "reconstr_");
        hwi_buffer_append_text(&name, units[i]);
    } else if (model->category == HW_CATEGORY_REGRESSION) {
        hwi_buffer_append_text(&name, LABEL);
    } else {
        append_class(hw_model_class_name(model, i), &name);
    }
    HW_TRY(hwi_buffer_check(&name, err));
    *out = hwi_strdup(hwi_buffer_text(&name));
    HW_CHECK_ALLOC(err, *out);
    return HW_OK;
}

/* names: (n + 1). The numbers of a classifier stand behind a column of labels. */
static hw_status name_outputs(const hw_model *model, char **names, int32_t n, hw_error *err)
{
    const int32_t n_labels = hwi_model_is_classifier(model) ? 1 : 0;
    if (n_labels) {
        names[0] = hwi_strdup(LABEL);
        HW_CHECK_ALLOC(err, names[0]);
    }
    char **units = NULL;
    if (model->category == HW_CATEGORY_AUTOENCODER)
        HW_TRY(hwi_encoder_unit_names(model->encoder, &units, err));
    hw_status status = HW_OK;
    for (int32_t i = 0; i < n && status == HW_OK; i++)
        status = name_output(model, units, i, &names[n_labels + i], err);
    hwi_texts_free(units, n);
    HW_TRY(status);
    HW_TRY(hwi_names_make_distinct(names, n_labels, n_labels + n, err));
    if (n_labels) {
        hwi_free(names[0]);
        memmove(names, names + 1, (size_t)n * sizeof *names);
        names[n] = NULL;
    }
    return HW_OK;
}

hw_status hwi_model_output_names(const hw_model *model, char ***out_names, int32_t *out_n,
                                 hw_error *err)
{
    const bool is_autoencoder = model->category == HW_CATEGORY_AUTOENCODER;
    const int32_t n = is_autoencoder ? model->encoder->n_units : model->n_classes;
    char **names = HWI_NEW_ARRAY(char *, (size_t)n + 1);
    HW_CHECK_ALLOC(err, names);
    hw_status status = name_outputs(model, names, n, err);
    if (status != HW_OK) {
        hwi_texts_free(names, n + 1);
        return status;
    }
    *out_names = names;
    *out_n = n;
    return HW_OK;
}
