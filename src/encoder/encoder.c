/* SPDX-License-Identifier: Apache-2.0 */
#include "encoder/encoder.h"

#include <string.h>

#include "encoder/recode.h"

hwi_encoder *hwi_encoder_new(void)
{
    hwi_encoder *encoder = HWI_NEW(hwi_encoder);
    if (!encoder)
        return NULL;
    encoder->weights_at = encoder->offset_at = encoder->fold_at = encoder->response_at = -1;
    encoder->resp_mul = 1;
    return encoder;
}

void hwi_texts_free(char **texts, int32_t n)
{
    if (!texts)
        return;
    for (int32_t i = 0; i < n; i++)
        hwi_free(texts[i]);
    hwi_free(texts);
}

void hwi_model_column_clear(hwi_model_column *column)
{
    hwi_free(column->name);
    hwi_texts_free(column->levels, column->n_levels);
    *column = (hwi_model_column){0};
}

hw_status hwi_model_column_from_frame(const hw_frame *frame, int32_t index, hwi_model_column *out,
                                      hw_error *err)
{
    out->name = hwi_strdup(hw_frame_column_name(frame, index));
    HW_CHECK_ALLOC(err, out->name);
    out->type = hw_frame_column_type(frame, index);
    int32_t n_levels = hw_frame_n_levels(frame, index);
    if (n_levels == 0)
        return HW_OK;
    out->levels = HWI_NEW_ARRAY(char *, (size_t)n_levels);
    HW_CHECK_ALLOC(err, out->levels);
    out->n_levels = n_levels;
    for (int32_t i = 0; i < n_levels; i++) {
        out->levels[i] = hwi_strdup(hw_frame_level(frame, index, i));
        HW_CHECK_ALLOC(err, out->levels[i]);
    }
    return HW_OK;
}

void hwi_encoder_free(hwi_encoder *encoder)
{
    if (!encoder)
        return;
    if (encoder->columns)
        for (int32_t i = 0; i < encoder->n_columns; i++)
            hwi_model_column_clear(&encoder->columns[i]);
    hwi_free(encoder->columns);
    hwi_free(encoder->cat_offsets);
    hwi_free(encoder->norm_mul);
    hwi_free(encoder->norm_sub);
    hwi_free(encoder->means);
    hwi_recoding_free(encoder->recoding);
    hwi_free(encoder);
}

const hwi_model_column *hwi_encoder_table_columns(const hwi_encoder *encoder, int32_t *out_n,
                                                  int32_t *out_n_predictors)
{
    const hwi_recoding *recoding = encoder->recoding;
    *out_n = recoding ? recoding->n_columns : encoder->n_columns;
    *out_n_predictors = recoding ? recoding->n_predictors : encoder->n_cats + encoder->n_nums;
    return recoding ? recoding->columns : encoder->columns;
}

static char *unit_name(const char *column, const char *level)
{
    HW_AUTO_BUFFER(text);
    hwi_buffer_append_text(&text, column);
    hwi_buffer_append_char(&text, '.');
    hwi_buffer_append_text(&text, level);
    return text.failed ? NULL : hwi_strdup(hwi_buffer_text(&text));
}

/* Names of one categorical's block: the lit levels, then the missing unit. */
static bool name_block(const hwi_encoder *encoder, int32_t cat, char **names)
{
    const hwi_model_column *column = &encoder->columns[cat];
    int32_t n = encoder->cat_offsets[cat + 1] - encoder->cat_offsets[cat];
    int32_t first_level = encoder->use_all_factor_levels ? 0 : 1;
    for (int32_t i = 0; i < n; i++) {
        int32_t level = first_level + i;
        const char *text =
            i < n - 1 && level < column->n_levels ? column->levels[level] : "missing(NA)";
        names[i] = unit_name(column->name, text);
        if (!names[i])
            return false;
    }
    return true;
}

/* H2O has no names for hash slots; ours number them. */
static char *slot_name(int32_t slot)
{
    HW_AUTO_BUFFER(text);
    hwi_buffer_printf(&text, "hash_slot_%d", slot);
    return text.failed ? NULL : hwi_strdup(hwi_buffer_text(&text));
}

hw_status hwi_encoder_unit_names(const hwi_encoder *encoder, char ***out_names, hw_error *err)
{
    int32_t n_units = encoder->n_units;
    char **names = HWI_NEW_ARRAY(char *, (size_t)n_units);
    bool ok = names;
    int32_t n_cat_units = n_units - encoder->n_nums;
    if (ok && encoder->n_hash_slots > 0) {
        for (int32_t i = 0; i < n_cat_units && ok; i++)
            ok = (names[i] = slot_name(i)) != NULL;
    } else if (ok) {
        for (int32_t cat = 0; cat < encoder->n_cats && ok; cat++)
            ok = name_block(encoder, cat, names + encoder->cat_offsets[cat]);
    }
    for (int32_t i = 0; i < encoder->n_nums && ok; i++)
        ok = (names[n_cat_units + i] = hwi_strdup(encoder->columns[encoder->n_cats + i].name)) !=
             NULL;
    if (!ok) {
        hwi_texts_free(names, n_units);
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory for the names of %d input units", n_units);
    }
    *out_names = names;
    return HW_OK;
}
