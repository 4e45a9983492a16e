/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/pages.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "heavywater/help.h"
#include "heavywater/options.h"

/* "yes|no" are words to choose from, "JSON|FILE" are two kinds of value. */
static bool is_choice(const char *value_word)
{
    if (!strchr(value_word, '|'))
        return false;
    for (const char *p = value_word; *p; p++)
        if (isupper((unsigned char)*p))
            return false;
    return true;
}

static pages_value value_of_word(const char *value_word)
{
    if (!value_word[0])
        return PAGES_SWITCH;
    if (is_choice(value_word))
        return PAGES_WORDS;
    if (strstr(value_word, "FOLDER") || strstr(value_word, "DIR"))
        return PAGES_FOLDER;
    if (strstr(value_word, "FILE") || strstr(value_word, "PATH") || strstr(value_word, "MODEL") ||
        strstr(value_word, "JSON"))
        return PAGES_FILE;
    return PAGES_TEXT;
}

static void set_name(pages_option *out, const char *prefix, const char *name)
{
    snprintf(out->name, sizeof(out->name), "%s%s", prefix, name);
}

static void add_word(pages_option *out, const char *word)
{
    size_t n = strlen(out->words);
    snprintf(out->words + n, sizeof(out->words) - n, "%s%s", n ? " " : "", word);
}

static void from_option(const app_option *option, pages_option *out)
{
    *out = (pages_option){.value_word = option->value_word ? option->value_word : "",
                          .help = option->help};
    set_name(out, "", option->name);
    out->value = value_of_word(out->value_word);
    if (strcmp(out->value_word, "KIND") == 0) { /* of an export */
        out->value = PAGES_WORDS;
        for (int kind = HW_EXPORT_C; kind <= HW_EXPORT_ONNX; kind++)
            add_word(out, hw_export_kind_name((hw_export_kind)kind));
    } else if (out->value == PAGES_WORDS) {
        add_word(out, out->value_word);
        for (char *p = out->words; *p; p++)
            *p = *p == '|' ? ' ' : *p;
    }
}

static void from_param(const hw_param_info *info, bool is_negated, pages_option *out)
{
    *out = (pages_option){.value_word = app_help_value_word(info), .help = info->help};
    set_name(out, is_negated ? "no_" : "", info->name);
    if (info->n_levels > 0) {
        out->value = PAGES_WORDS;
        for (int32_t i = 0; i < info->n_levels; i++)
            add_word(out, info->levels[i]);
    } else if (info->type == HW_PARAM_BOOL) {
        out->value = PAGES_SWITCH;
    } else {
        /* Frames and models are files here; the name of the model is not. */
        bool is_file =
            strncmp(info->type_text, "Key<", 4) == 0 && strcmp(info->name, "model_id") != 0;
        out->value = is_file ? PAGES_FILE : PAGES_TEXT;
    }
}

static bool is_on_by_default(const hw_param_info *info)
{
    return info->type == HW_PARAM_BOOL && strcmp(info->default_text, "true") == 0;
}

bool pages_option_at(const app_command *command, int i, pages_option *out)
{
    const app_option *option;
    int n = 0;
    for (; (option = app_option_at(command, n)); n++)
        if (n == i) {
            from_option(option, out);
            return true;
        }
    for (int32_t k = 0; command->takes_params && k < hw_param_count(); k++) {
        const hw_param_info *info = hw_param_at(k);
        if (!info->is_supported)
            continue;
        if (i == n || (is_on_by_default(info) && i == n + 1)) {
            from_param(info, i == n + 1, out);
            return true;
        }
        n += is_on_by_default(info) ? 2 : 1;
    }
    *out = (pages_option){.name = "help", .value_word = "", .help = "Explain the command."};
    return i == n;
}

pages_value pages_positional(const app_command *command)
{
    if (command->max_positionals == 0)
        return PAGES_SWITCH;
    return strcmp(command->positional_word, "NAME") == 0 ? PAGES_WORDS : PAGES_FILE;
}

int pages_sentence_bytes(const char *text)
{
    const char *stop = strstr(text, ". ");
    size_t n = stop ? (size_t)(stop - text) : strlen(text);
    return (int)(n > 0 && text[n - 1] == '.' ? n - 1 : n);
}
