/* SPDX-License-Identifier: Apache-2.0 */
#include "model/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"

void hwi_command_append_word(hwi_buffer *out, const char *word)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "_./,:=@%+-";
    if (*word && word[strspn(word, safe)] == '\0') {
        hwi_buffer_append_text(out, word);
        return;
    }
    hwi_buffer_append_char(out, '\'');
    for (const char *p = word; *p; p++) {
        if (*p == '\'')
            hwi_buffer_append_text(out, "'\\''");
        else
            hwi_buffer_append_char(out, *p);
    }
    hwi_buffer_append_char(out, '\'');
}

hw_status hwi_model_set_command_options(hw_model *model, const char *const *options, hw_error *err)
{
    size_t n = 0;
    while (options && options[n])
        n++;
    hwi_model_clear_command_options(model);
    if (n == 0)
        return HW_OK;
    model->command_options = HWI_NEW_ARRAY(char *, n + 1);
    HW_CHECK_ALLOC(err, model->command_options);
    for (size_t i = 0; i < n; i++) {
        model->command_options[i] = hwi_strdup(options[i]);
        HW_CHECK_ALLOC(err, model->command_options[i]);
    }
    return HW_OK;
}

/* A value that looks like an option is bound to its name. */
static void append_option(hwi_buffer *out, const char *separator, const char *name,
                          const char *value)
{
    bool is_bound = strncmp(value, "--", 2) == 0 || !*value;
    HW_AUTO_BUFFER(word);
    hwi_buffer_printf(&word, "--%s%s%s", name, is_bound ? "=" : "", is_bound ? value : "");
    out->failed |= word.failed;
    hwi_buffer_append_text(out, separator);
    hwi_command_append_word(out, hwi_buffer_text(&word));
    if (is_bound)
        return;
    hwi_buffer_append_char(out, ' ');
    hwi_command_append_word(out, value);
}

static void append_params(hwi_buffer *out, const char *separator, const hw_params *given)
{
    for (int32_t i = 0; i < hw_param_count(); i++) {
        const char *name = hw_param_at(i)->name;
        if (!hw_params_is_given(given, name))
            continue;
        char *text = hw_params_get_text(given, name);
        if (text)
            append_option(out, separator, name, text);
        else
            out->failed = true;
        hw_text_free(text);
    }
}

char *hw_model_command(const hw_model *model, const char *separator, const char *model_path)
{
    if (!model || !separator || !model->params_given)
        return NULL;
    const hw_params *given = model->params_given;
    HW_AUTO_BUFFER(out);
    hwi_buffer_append_text(&out, "heavywater train");
    if (!hw_params_is_given(given, "training_frame"))
        append_option(&out, separator, "training_frame", "train.csv");
    if (model->validation_metrics && !hw_params_is_given(given, "validation_frame"))
        append_option(&out, separator, "validation_frame", "validation.csv");
    for (char **option = model->command_options; option && option[0] && option[1]; option += 2)
        append_option(&out, separator, option[0], option[1]);
    append_params(&out, separator, given);
    /* A seed of -1 asks for any. */
    char seed[32];
    snprintf(seed, sizeof seed, "%" PRId64, model->seed);
    if (!hw_params_is_given(given, "seed") || given->seed == -1)
        append_option(&out, separator, "seed", seed);
    append_option(&out, separator, "model", model_path ? model_path : "model.zip");
    return out.failed ? NULL : hwi_strdup(hwi_buffer_text(&out));
}
