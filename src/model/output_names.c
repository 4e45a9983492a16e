/* SPDX-License-Identifier: Apache-2.0 */
#include "model/output_names.h"

#include <string.h>

#include "base/number.h"

hw_status hwi_class_column_name(const char *level, hwi_buffer *out, hw_error *err)
{
    int64_t number;
    bool is_integer = hwi_parse_int64(level, strlen(level), &number) && number >= INT32_MIN &&
                      number <= INT32_MAX;
    hwi_buffer_append_text(out, is_integer ? "p" : "");
    hwi_buffer_append_text(out, level);
    return hwi_buffer_check(out, err);
}

static hw_status name_output(const hw_model *model, char **units, int32_t i, char **out,
                             hw_error *err)
{
    HW_AUTO_BUFFER(name);
    if (units) {
        hwi_buffer_append_text(&name, "reconstr_");
        hwi_buffer_append_text(&name, units[i]);
    } else if (model->category == HW_CATEGORY_REGRESSION) {
        hwi_buffer_append_text(&name, "predict");
    } else {
        HW_TRY(hwi_class_column_name(hw_model_class_name(model, i), &name, err));
    }
    HW_TRY(hwi_buffer_check(&name, err));
    *out = hwi_strdup(hwi_buffer_text(&name));
    HW_CHECK_ALLOC(err, *out);
    return HW_OK;
}

hw_status hwi_model_output_names(const hw_model *model, char ***out_names, int32_t *out_n,
                                 hw_error *err)
{
    bool is_autoencoder = model->category == HW_CATEGORY_AUTOENCODER;
    int32_t n = is_autoencoder ? model->encoder->n_units : model->n_classes;
    char **units = NULL;
    if (is_autoencoder)
        HW_TRY(hwi_encoder_unit_names(model->encoder, &units, err));
    char **names = HWI_NEW_ARRAY(char *, (size_t)n);
    hw_status status =
        names ? HW_OK : hwi_fail(err, HW_ENOMEM, NULL, __FILE__, __LINE__, "out of memory");
    for (int32_t i = 0; i < n && status == HW_OK; i++)
        status = name_output(model, units, i, &names[i], err);
    hwi_texts_free(units, n);
    if (status != HW_OK) {
        hwi_texts_free(names, n);
        return status;
    }
    *out_names = names;
    *out_n = n;
    return HW_OK;
}
