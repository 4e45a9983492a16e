/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/options.h"

#include <string.h>

#include "base/number.h"
#include "heavywater/text.h"

enum { MAX_OPTION_NAME_BYTES = 64 };

static const app_option parse_options[] = {
    {"col_types", "LIST", false,
     "Types of columns, as a=enum,b=numeric by name or position: int, real, numeric, enum, time, "
     "string, uuid. All others are guessed."},
    {"na_strings", "LIST", false,
     "Texts that mean a missing value, as NA,? in all columns or column=text in one."},
    {"header", "yes|no", false, "Whether the first line holds the names. Guessed when not given."},
    {"sep", "CHARACTER", false,
     "The separator: a character, or tab, space, comma, semicolon, pipe. Guessed when not given."},
    {"skipped_columns", "LIST", false, "Columns that are not read, by name or position."},
    {"factors", "LIST", false,
     "Columns that become categories after parsing; the levels of numbers stand in numeric "
     "order."},
    {NULL}};

const app_option *app_option_at(const app_command *command, int i)
{
    int n = 0;
    for (const app_option *option = command->options; option->name; option++, n++)
        if (n == i)
            return option;
    int n_parse = command->takes_parse_options ? (int)APP_COUNT(parse_options) - 1 : 0;
    return i < n + n_parse ? &parse_options[i - n] : NULL;
}

static int find_option(const app_command *command, const char *name)
{
    const app_option *option;
    for (int i = 0; (option = app_option_at(command, i)); i++)
        if (strcmp(option->name, name) == 0 || (option->alias && strcmp(option->alias, name) == 0))
            return i;
    return -1;
}

const char *app_args_get(const app_args *args, const char *name)
{
    int i = find_option(args->command, name);
    return i < 0 ? NULL : args->values[i];
}

bool app_args_is_on(const app_args *args, const char *name)
{
    const char *value = app_args_get(args, name);
    return value && strcmp(value, "true") == 0;
}

/* "true" or "false" for the words of a switch, else NULL. */
static const char *switch_word(const char *text)
{
    static const char *const words[][2] = {{"true", "true"}, {"false", "false"}, {"yes", "true"},
                                           {"no", "false"},  {"on", "true"},     {"off", "false"},
                                           {"1", "true"},    {"0", "false"}};
    for (size_t i = 0; i < APP_COUNT(words); i++)
        if (strcasecmp(text, words[i][0]) == 0)
            return words[i][1];
    return NULL;
}

/* An argument on its way through. */
typedef struct cursor {
    int argc;
    char **argv;
    int i;
    char name[MAX_OPTION_NAME_BYTES]; /* with '_', without "--" and "no_" */
    const char *inline_value;         /* behind '=', or NULL */
    bool is_negated;
} cursor;

/* The name nearest to a wrong one among options and parameters, or NULL. */
static const char *nearest_name(const app_args *args, const char *name)
{
    const char *nearest = NULL;
    int best = 1000;
    const app_option *option;
    for (int i = 0; (option = app_option_at(args->command, i)); i++) {
        int distance = app_text_distance(name, option->name);
        if (distance < best) {
            best = distance;
            nearest = option->name;
        }
    }
    const hw_param_info *param = args->params ? hw_param_nearest(name) : NULL;
    if (param && app_text_distance(name, param->name) <= best)
        return param->name;
    return nearest && app_text_is_near(best, name) ? nearest : NULL;
}

static hw_status fail_unknown(const app_args *args, const char *name, hw_error *err)
{
    const char *what = args->params ? "parameter or option" : "option";
    const char *nearest = nearest_name(args, name);
    if (nearest)
        HW_FAIL(err, HW_EINVAL, NULL, "unknown %s --%s; did you mean --%s?", what, name, nearest);
    HW_FAIL(err, HW_EINVAL, NULL, "unknown %s --%s; heavywater %s --help lists them", what, name,
            args->command->name);
}

/* Copies the name at "--..." and notes a value behind '='. */
static hw_status read_name(cursor *at, hw_error *err)
{
    const char *text = at->argv[at->i] + 2;
    size_t n = strcspn(text, "=");
    at->inline_value = text[n] == '=' ? text + n + 1 : NULL;
    at->is_negated = false;
    if (n == 0 || n >= sizeof at->name)
        HW_FAIL(err, HW_EINVAL, NULL, "%.60s is no option: options are written --name",
                at->argv[at->i]);
    memcpy(at->name, text, n);
    at->name[n] = '\0';
    for (char *p = at->name; *p; p++)
        if (*p == '-')
            *p = '_';
    return HW_OK;
}

/* The value of a switch; takes the next argument when that is a word for one. */
static hw_status read_switch(cursor *at, const char **out_value, hw_error *err)
{
    const char *word = at->inline_value ? switch_word(at->inline_value) : NULL;
    if (at->inline_value && (!word || at->is_negated))
        HW_FAIL(err, HW_EINVAL, at->name, "--%s is a switch: true or false, not '%s'", at->name,
                at->inline_value);
    if (!word && !at->is_negated && at->i + 1 < at->argc) {
        word = switch_word(at->argv[at->i + 1]);
        if (word)
            at->i++;
    }
    *out_value = at->is_negated ? "false" : word ? word : "true";
    return HW_OK;
}

static hw_status read_value(cursor *at, const char *value_word, const char **out_value,
                            hw_error *err)
{
    const char *value = at->inline_value;
    /* "-1" and "-" are values, "--epochs" is the next option. */
    if (!value && at->i + 1 < at->argc && strncmp(at->argv[at->i + 1], "--", 2) != 0)
        value = at->argv[++at->i];
    if (!value)
        HW_FAIL(err, HW_EINVAL, at->name, "--%s wants a value: --%s %s", at->name, at->name,
                value_word);
    *out_value = value;
    return HW_OK;
}

static hw_status take_option(app_args *args, int index, cursor *at, hw_error *err)
{
    const app_option *option = app_option_at(args->command, index);
    if (args->values[index])
        HW_FAIL(err, HW_EINVAL, at->name, "--%s is given twice", at->name);
    if (!option->value_word)
        return read_switch(at, &args->values[index], err);
    HW_TRY(read_value(at, option->value_word, &args->values[index], err));
    if (args->values[index][0] == '\0')
        HW_FAIL(err, HW_EINVAL, at->name, "--%s wants a value: --%s %s", at->name, at->name,
                option->value_word);
    return HW_OK;
}

static hw_status take_param(app_args *args, const hw_param_info *info, cursor *at, hw_error *err)
{
    if (hw_params_is_given(args->params, info->name))
        HW_FAIL(err, HW_EINVAL, info->name, "--%s is given twice", info->name);
    const char *value;
    if (info->type == HW_PARAM_BOOL)
        HW_TRY(read_switch(at, &value, err));
    else
        HW_TRY(read_value(at, info->type_text, &value, err));
    return hw_params_set(args->params, info->name, value, err);
}

static const hw_param_info *find_param(const app_args *args, const char *name)
{
    return args->params ? hw_param_find(name) : NULL;
}

/* Whether name is "no_x" of a switch x; then cuts it to "x". */
static bool strip_negation(const app_args *args, cursor *at)
{
    if (strncmp(at->name, "no_", 3) != 0)
        return false;
    const char *name = at->name + 3;
    int option = find_option(args->command, name);
    const hw_param_info *info = find_param(args, name);
    /* --no-header is --header no, though the header is no switch: it can be guessed. */
    bool is_switch = option >= 0 ? !app_option_at(args->command, option)->value_word ||
                                       strcmp(name, "header") == 0
                                 : info && info->type == HW_PARAM_BOOL;
    if (is_switch) {
        memmove(at->name, name, strlen(name) + 1);
        at->is_negated = true;
    }
    return is_switch;
}

static hw_status take_named(app_args *args, cursor *at, hw_error *err)
{
    HW_TRY(read_name(at, err));
    if (strcmp(at->name, "help") == 0) {
        args->wants_help = true;
        return HW_OK;
    }
    int option = find_option(args->command, at->name);
    const hw_param_info *info = find_param(args, at->name);
    if (option < 0 && !info && strip_negation(args, at)) {
        option = find_option(args->command, at->name);
        info = find_param(args, at->name);
    }
    if (option >= 0 && at->is_negated && app_option_at(args->command, option)->value_word) {
        if (args->values[option] || at->inline_value)
            HW_FAIL(err, HW_EINVAL, at->name, "--no_%s goes alone", at->name);
        args->values[option] = "no";
        return HW_OK;
    }
    if (option >= 0)
        return take_option(args, option, at, err);
    if (info)
        return take_param(args, info, at, err);
    return fail_unknown(args, at->name, err);
}

static hw_status take_positional(app_args *args, const char *text, hw_error *err)
{
    const app_command *command = args->command;
    if (command->max_positionals >= 0 && args->n_positionals >= command->max_positionals)
        HW_FAIL(err, HW_EINVAL, NULL,
                "'%s' belongs to no option (lists are written a,b without blanks; heavywater %s "
                "--help shows all)",
                text, command->name);
    args->positionals[args->n_positionals++] = text;
    return HW_OK;
}

static hw_status check_complete(const app_args *args, hw_error *err)
{
    const app_command *command = args->command;
    const app_option *option;
    for (int i = 0; (option = app_option_at(command, i)); i++)
        if (option->is_required && !args->values[i])
            HW_FAIL(err, HW_EINVAL, option->name, "--%s %s is missing (heavywater %s --help)",
                    option->name, option->value_word, command->name);
    if (args->n_positionals < command->min_positionals)
        HW_FAIL(err, HW_EINVAL, NULL, "%s is missing: heavywater %s %s", command->positional_word,
                command->name, command->usage);
    return HW_OK;
}

hw_status app_args_read(const app_command *command, int argc, char **argv, app_args *out,
                        hw_error *err)
{
    *out = (app_args){.command = command, .argc = argc, .argv = argv};
    int n_options = 0;
    while (app_option_at(command, n_options))
        n_options++;
    out->values = HWI_NEW_ARRAY(const char *, (size_t)n_options);
    out->positionals = HWI_NEW_ARRAY(const char *, (size_t)argc);
    HW_CHECK_ALLOC(err, out->values && out->positionals);
    if (command->takes_params) {
        out->params = hw_params_new();
        HW_CHECK_ALLOC(err, out->params);
    }
    cursor at = {.argc = argc, .argv = argv};
    bool only_positionals = false;
    for (; at.i < argc && !out->wants_help; at.i++) {
        const char *text = argv[at.i];
        if (!only_positionals && strcmp(text, "--") == 0)
            only_positionals = true;
        else if (!only_positionals && strcmp(text, "-h") == 0)
            out->wants_help = true;
        else if (!only_positionals && strncmp(text, "--", 2) == 0)
            HW_TRY(take_named(out, &at, err));
        else if (!only_positionals && text[0] == '-' && text[1] != '\0')
            HW_FAIL(err, HW_EINVAL, NULL, "unknown option %.60s: options are written --name", text);
        else
            HW_TRY(take_positional(out, text, err));
    }
    return out->wants_help ? HW_OK : check_complete(out, err);
}

void app_args_clear(app_args *args)
{
    hwi_free(args->values);
    hwi_free(args->positionals);
    hw_params_free(args->params);
    *args = (app_args){0};
}

static hw_status read_separator(const char *text, char *out, hw_error *err)
{
    static const struct {
        const char *word;
        char separator;
    } words[] = {{"tab", '\t'}, {"\\t", '\t'},  {"space", ' '}, {"comma", ','}, {"semicolon", ';'},
                 {"pipe", '|'}, {"colon", ':'}, {"^A", '\1'},   {"\\001", '\1'}};
    for (size_t i = 0; i < APP_COUNT(words); i++) {
        if (strcasecmp(text, words[i].word) == 0) {
            *out = words[i].separator;
            return HW_OK;
        }
    }
    if (strlen(text) != 1 || (unsigned char)text[0] >= 0x80 || strchr("\"'\n\r", text[0]))
        HW_FAIL(err, HW_EINVAL, "sep",
                "--sep '%s' is no separator: one character, or tab, space, comma, semicolon, pipe, "
                "colon",
                text);
    *out = text[0];
    return HW_OK;
}

static hw_status read_header(const char *text, int *out, hw_error *err)
{
    const char *word = switch_word(text);
    if (word)
        *out = strcmp(word, "true") == 0 ? 1 : -1;
    else if (strcmp(text, "-1") == 0)
        *out = -1;
    else if (strcasecmp(text, "auto") == 0)
        *out = 0;
    else
        HW_FAIL(err, HW_EINVAL, "header", "--header '%s' is none of yes, no, auto", text);
    return HW_OK;
}

void app_args_command_options(const app_args *args, const char *out[APP_MAX_COMMAND_OPTIONS])
{
    static const char *const others[] = {"classification", "regression", "teams"};
    int n = 0;
    for (size_t i = 0; i < APP_COUNT(others) + APP_COUNT(parse_options) - 1; i++) {
        const char *name =
            i < APP_COUNT(others) ? others[i] : parse_options[i - APP_COUNT(others)].name;
        const char *value = app_args_get(args, name);
        if (!value || n + 2 >= APP_MAX_COMMAND_OPTIONS)
            continue;
        out[n++] = name;
        out[n++] = value;
    }
    out[n] = NULL;
}

hw_status app_args_parse_options(const app_args *args, hw_parse_options *out, hw_error *err)
{
    *out = (hw_parse_options){
        .col_types = app_args_get(args, "col_types"),
        .na_strings = app_args_get(args, "na_strings"),
        .skipped_columns = app_args_get(args, "skipped_columns"),
        .factors = app_args_get(args, "factors"),
    };
    const char *separator = app_args_get(args, "sep");
    if (separator)
        HW_TRY(read_separator(separator, &out->separator, err));
    const char *header = app_args_get(args, "header");
    if (header)
        HW_TRY(read_header(header, &out->header, err));
    return HW_OK;
}
