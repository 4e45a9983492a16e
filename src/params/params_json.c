/* SPDX-License-Identifier: Apache-2.0 */
#include "params/params_json.h"

#include <ctype.h>
#include <string.h>

#include "params/value.h"

static const void *field_of(const hw_params *params, const hwi_param_row *row)
{
    return (const char *)params + row->offset;
}

/* A value as it stands in one form of JSON. */
typedef void value_writer(hwi_json *json, const hwi_param_row *row, const void *field);

static void write_default(hwi_json *json, const hwi_param_row *row, value_writer *write)
{
    hwi_value value = {0};
    if (hwi_value_read(row, row->info.default_text, &value, NULL) != HW_OK) {
        json->out->failed = true;
        return;
    }
    write(json, row, &value);
    hwi_value_clear(row, &value);
}

static void write_plain(hwi_json *json, const hwi_param_row *row, const void *field)
{
    hwi_value_write_json(row, field, json);
}

static void write_triple(hwi_json *json, const hwi_param_row *row, const hw_params *input,
                         const hw_params *actual)
{
    hwi_json_key(json, row->info.name);
    hwi_json_begin_object(json);
    json->is_inline[json->depth] = true;
    hwi_json_key(json, "input");
    write_plain(json, row, field_of(input, row));
    hwi_json_key(json, "actual");
    write_plain(json, row, field_of(actual, row));
    hwi_json_key(json, "default");
    write_default(json, row, write_plain);
    hwi_json_end_object(json);
}

void hwi_params_write_json(hwi_json *json, const hw_params *input, const hw_params *actual)
{
    hwi_json_begin_object(json);
    for (int origin = HWI_PARAM_ORIGIN_H2O; origin <= HWI_PARAM_ORIGIN_HEAVYWATER; origin++)
        for (int32_t i = 0; i < HWI_N_PARAMS; i++)
            if ((int)hwi_param_rows[i].origin == origin)
                write_triple(json, &hwi_param_rows[i], input, actual);
    hwi_json_end_object(json);
}

static void write_meta(hwi_json *json, const char *schema_name, const char *schema_type)
{
    hwi_json_key(json, "__meta");
    hwi_json_begin_object(json);
    hwi_json_put_int(json, "schema_version", 3);
    hwi_json_put_string(json, "schema_name", schema_name);
    hwi_json_put_string(json, "schema_type", schema_type);
    hwi_json_end_object(json);
}

/* A path with all but letters, digits and "-_.~" as %XX. */
static void put_url(hwi_json *json, const char *folder, const char *name)
{
    HW_AUTO_BUFFER(url);
    hwi_buffer_append_text(&url, folder);
    for (const unsigned char *c = (const unsigned char *)name; *c; c++) {
        if (*c < 0x80 && (isalnum(*c) || strchr("-_.~", *c)))
            hwi_buffer_append_char(&url, (char)*c);
        else
            hwi_buffer_printf(&url, "%%%02X", *c);
    }
    json->out->failed = json->out->failed || url.failed;
    hwi_json_put_string(json, "URL", hwi_buffer_text(&url));
}

static void write_key(hwi_json *json, const char *name, bool is_model)
{
    if (!name) {
        hwi_json_null(json);
        return;
    }
    const char *type = is_model ? "Key<Model>" : "Key<Frame>";
    hwi_json_begin_object(json);
    write_meta(json, is_model ? "ModelKeyV3" : "FrameKeyV3", type);
    hwi_json_put_string(json, "name", name);
    hwi_json_put_string(json, "type", type);
    put_url(json, is_model ? "/3/Models/" : "/3/Frames/", name);
    hwi_json_end_object(json);
}

static void write_column(hwi_json *json, const char *name)
{
    if (!name) {
        hwi_json_null(json);
        return;
    }
    hwi_json_begin_object(json);
    write_meta(json, "ColSpecifierV3", "VecSpecifier");
    hwi_json_put_string(json, "column_name", name);
    hwi_json_put_null(json, "is_member_of_frames");
    hwi_json_end_object(json);
}

static void write_frames(hwi_json *json, const hwi_text_list *list)
{
    if (list->is_null) {
        hwi_json_null(json);
        return;
    }
    hwi_json_begin_array(json, false);
    for (int32_t i = 0; i < list->n; i++)
        write_key(json, list->v[i], false);
    hwi_json_end_array(json);
}

/* H2O's import fails on a column that is a plain text. */
static void write_rest_value(hwi_json *json, const hwi_param_row *row, const void *field)
{
    const char *type = row->info.type_text;
    if (strcmp(type, "Key<Model>") == 0)
        write_key(json, *(char *const *)field, true);
    else if (strcmp(type, "Key<Frame>") == 0)
        write_key(json, *(char *const *)field, false);
    else if (strcmp(type, "VecSpecifier") == 0)
        write_column(json, *(char *const *)field);
    else if (strcmp(type, "Key<Frame>[]") == 0)
        write_frames(json, field);
    else
        write_plain(json, row, field);
}

static void put_texts(hwi_json *json, const char *key, const char *const *texts, int32_t n)
{
    hwi_json_key(json, key);
    hwi_json_begin_array(json, true);
    for (int32_t i = 0; i < n; i++)
        hwi_json_string(json, texts[i]);
    hwi_json_end_array(json);
}

/* A column has one use only. */
static void put_exclusive(hwi_json *json, const hwi_param_row *row)
{
    static const char *const columns[] = {"response_column", "weights_column", "ignored_columns",
                                          "offset_column", "fold_column"};
    hwi_json_key(json, "is_mutually_exclusive_with");
    hwi_json_begin_array(json, true);
    for (size_t i = 0; row->n_members_of > 0 && i < sizeof columns / sizeof columns[0]; i++)
        if (strcmp(columns[i], row->info.name) != 0)
            hwi_json_string(json, columns[i]);
    hwi_json_end_array(json);
}

static void write_rest_entry(hwi_json *json, const hwi_param_row *row, const hw_params *input,
                             const hw_params *actual)
{
    hwi_json_begin_object(json);
    write_meta(json, "ModelParameterSchemaV3", "Iced");
    hwi_json_put_string(json, "name", row->info.name);
    hwi_json_put_string(json, "label", row->info.name);
    hwi_json_put_string(json, "help", row->info.help);
    hwi_json_put_bool(json, "required", false);
    hwi_json_put_string(json, "type", row->info.type_text);
    hwi_json_key(json, "default_value");
    write_default(json, row, write_rest_value);
    hwi_json_key(json, "actual_value");
    write_rest_value(json, row, field_of(actual, row));
    hwi_json_key(json, "input_value");
    if (input)
        write_rest_value(json, row, field_of(input, row));
    else
        hwi_json_null(json);
    hwi_json_put_string(json, "level", row->rest_level);
    put_texts(json, "values", row->info.levels, row->n_listed_levels);
    put_texts(json, "is_member_of_frames", row->members_of, row->n_members_of);
    put_exclusive(json, row);
    hwi_json_put_bool(json, "gridable", row->is_gridable);
    hwi_json_end_object(json);
}

static void write_details_entry(hwi_json *json, const hwi_param_row *row, const hw_params *input,
                                const hw_params *actual)
{
    hwi_json_begin_object(json);
    json->is_inline[json->depth] = true;
    hwi_json_put_string(json, "name", row->info.name);
    hwi_json_put_string(json, "type", row->info.type_text);
    hwi_json_key(json, "default_value");
    write_default(json, row, write_rest_value);
    hwi_json_key(json, "actual_value");
    write_rest_value(json, row, field_of(actual, row));
    hwi_json_key(json, "input_value");
    write_rest_value(json, row, field_of(input, row));
    hwi_json_put_string(json, "level", row->rest_level);
    hwi_json_end_object(json);
}

void hwi_params_write_details(hwi_json *json, const hw_params *input, const hw_params *actual)
{
    hwi_json_begin_array(json, false);
    for (int32_t i = 0; i < HWI_N_PARAMS; i++)
        if (hwi_param_rows[i].origin == HWI_PARAM_ORIGIN_H2O)
            write_details_entry(json, &hwi_param_rows[i], input, actual);
    hwi_json_end_array(json);
}

void hwi_params_write_rest(hwi_json *json, const hw_params *input, const hw_params *actual)
{
    hwi_json_begin_array(json, false);
    for (int32_t i = 0; i < HWI_N_PARAMS; i++)
        if (hwi_param_rows[i].origin == HWI_PARAM_ORIGIN_H2O)
            write_rest_entry(json, &hwi_param_rows[i], input, actual);
    hwi_json_end_array(json);
}
