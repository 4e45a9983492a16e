/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/parse_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

void hwi_plan_clear(hwi_plan *plan)
{
    for (int32_t i = 0; i < plan->n_columns; i++) {
        hwi_plan_column *column = &plan->columns[i];
        for (int32_t k = 0; k < column->n_missing; k++)
            hwi_free((char *)column->missing[k].bytes);
        hwi_free(column->missing);
        hwi_dictionary_clear(&column->declared);
        hwi_free(column->name);
    }
    hwi_free(plan->columns);
    *plan = (hwi_plan){0};
}

hw_status hwi_plan_add_column(hwi_plan *plan, const char *name, size_t n_bytes, hw_error *err)
{
    int32_t n = plan->n_columns;
    if (n >= HWI_MAX_COLUMNS)
        HW_FAIL(err, HW_EDATA, NULL, "more than %d columns", HWI_MAX_COLUMNS);
    if ((n & (n - 1)) == 0) { /* 0, 1, 2, 4, 8 ...: full */
        size_t capacity = n ? (size_t)n * 2 : 1;
        hwi_plan_column *columns =
            hwi_realloc_array(plan->columns, (size_t)n, capacity, sizeof(*columns));
        HW_CHECK_ALLOC(err, columns);
        plan->columns = columns;
    }
    char position[24];
    if (n_bytes == 0) {
        n_bytes = (size_t)snprintf(position, sizeof(position), "C%d", n + 1);
        name = position;
    }
    char *copy = hwi_strndup(name, n_bytes);
    HW_CHECK_ALLOC(err, copy);
    plan->columns[n] = (hwi_plan_column){.name = copy};
    plan->n_columns++;
    return HW_OK;
}

static int compare_names(const void *a, const void *b, void *plan)
{
    const hwi_plan_column *columns = ((const hwi_plan *)plan)->columns;
    int32_t i = *(const int32_t *)a, k = *(const int32_t *)b;
    int order = strcmp(columns[i].name, columns[k].name);
    return order ? order : (i > k) - (i < k);
}

hw_status hwi_plan_check_names(const hwi_plan *plan, const char *path, hw_error *err)
{
    int32_t n = plan->n_columns;
    HW_AUTO(int32_t) *order = HWI_ALLOC_ARRAY(int32_t, (size_t)n);
    HW_CHECK_ALLOC(err, order);
    for (int32_t i = 0; i < n; i++)
        order[i] = i;
    qsort_r(order, (size_t)n, sizeof(*order), compare_names, (void *)plan);
    for (int32_t i = 1; i < n; i++) {
        const char *name = plan->columns[order[i]].name;
        if (strcmp(plan->columns[order[i - 1]].name, name) == 0)
            HW_FAIL(err, HW_EDATA, name, "%s: columns %d and %d are both called '%s'", path,
                    order[i - 1] + 1, order[i] + 1, name);
    }
    return HW_OK;
}

/* ---- options ---- */

/* Takes the next item of a comma-separated list off *list; "\," in it is a comma. */
static hw_status next_item(const char **list, hwi_buffer *item, hw_error *err)
{
    const char *p = *list;
    item->size = 0;
    hwi_buffer_append(item, "", 0);
    for (; *p && *p != ','; p++) {
        if (p[0] == '\\' && p[1] == ',')
            p++;
        hwi_buffer_append_char(item, *p);
    }
    *list = *p ? p + 1 : NULL;
    return hwi_buffer_check(item, err);
}

/* A name, or else a position from 1; -1 when it is neither. */
static int32_t find_column(const hwi_plan *plan, const char *text)
{
    for (int32_t i = 0; i < plan->n_columns; i++)
        if (strcmp(plan->columns[i].name, text) == 0)
            return i;
    int64_t position;
    if (hwi_parse_int64(text, strlen(text), &position) && position >= 1 &&
        position <= plan->n_columns)
        return (int32_t)position - 1;
    return -1;
}

static hw_status require_column(const hwi_plan *plan, const char *text, const char *option,
                                int32_t *out, hw_error *err)
{
    *out = find_column(plan, text);
    if (*out < 0)
        HW_FAIL(err, HW_EINVAL, option, "%s: the data have no column '%s'", option, text);
    return HW_OK;
}

static bool find_kind(const char *name, hwi_kind *out)
{
    static const struct {
        const char *name;
        hwi_kind kind;
    } kinds[] = {
        {"numeric", HWI_KIND_NUMERIC}, {"int", HWI_KIND_NUMERIC},   {"real", HWI_KIND_NUMERIC},
        {"enum", HWI_KIND_ENUM},       {"factor", HWI_KIND_ENUM},   {"categorical", HWI_KIND_ENUM},
        {"time", HWI_KIND_TIME},       {"string", HWI_KIND_STRING}, {"uuid", HWI_KIND_UUID},
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcasecmp(kinds[i].name, name) == 0) {
            *out = kinds[i].kind;
            return true;
        }
    }
    return false;
}

static hw_status apply_col_types(hwi_plan *plan, const char *list, hw_error *err)
{
    HW_AUTO_BUFFER(item);
    while (list) {
        HW_TRY(next_item(&list, &item, err));
        char *equals = item.size ? strrchr(item.data, '=') : NULL;
        if (!equals)
            HW_FAIL(err, HW_EINVAL, "col_types", "col_types: '%s' is not of the form column=type",
                    hwi_buffer_text(&item));
        *equals = '\0';
        int32_t column;
        HW_TRY(require_column(plan, item.data, "col_types", &column, err));
        if (!find_kind(equals + 1, &plan->columns[column].kind))
            HW_FAIL(err, HW_EINVAL, "col_types",
                    "col_types: '%s' is no type; types are int, real, numeric, enum, time, string, "
                    "uuid",
                    equals + 1);
        plan->columns[column].is_kind_given = true;
    }
    return HW_OK;
}

static hw_status add_missing(hwi_plan_column *column, const char *text, size_t n_bytes,
                             hw_error *err)
{
    size_t n = (size_t)column->n_missing;
    hwi_text *missing = hwi_realloc_array(column->missing, n, n + 1, sizeof(*missing));
    HW_CHECK_ALLOC(err, missing);
    column->missing = missing;
    char *copy = hwi_strndup(text, n_bytes);
    HW_CHECK_ALLOC(err, copy);
    missing[n] = (hwi_text){copy, n_bytes};
    column->n_missing++;
    return HW_OK;
}

/* "text", or "column=text" when there is such a column. */
static hw_status apply_na_strings(hwi_plan *plan, const char *list, hw_error *err)
{
    HW_AUTO_BUFFER(item);
    while (list) {
        HW_TRY(next_item(&list, &item, err));
        char *text = item.data;
        size_t n_bytes = item.size;
        int32_t column = -1;
        for (char *equals = text ? strchr(text, '=') : NULL; equals && column < 0;
             equals = strchr(equals + 1, '=')) {
            *equals = '\0';
            column = find_column(plan, item.data);
            *equals = '=';
            if (column >= 0) {
                text = equals + 1;
                n_bytes -= (size_t)(text - item.data);
            }
        }
        int32_t first = column >= 0 ? column : 0;
        int32_t last = column >= 0 ? column : plan->n_columns - 1;
        for (int32_t i = first; i <= last; i++)
            HW_TRY(add_missing(&plan->columns[i], text ? text : "", n_bytes, err));
    }
    return HW_OK;
}

static hw_status apply_flags(hwi_plan *plan, const char *list, const char *option, hw_error *err)
{
    bool is_skip = strcmp(option, "skipped_columns") == 0;
    HW_AUTO_BUFFER(item);
    while (list) {
        HW_TRY(next_item(&list, &item, err));
        int32_t column;
        HW_TRY(require_column(plan, hwi_buffer_text(&item), option, &column, err));
        if (is_skip) {
            plan->columns[column].kind = HWI_KIND_SKIPPED;
            plan->columns[column].is_kind_given = true;
        } else {
            plan->columns[column].is_factor = true;
        }
    }
    return HW_OK;
}

hw_status hwi_plan_apply_options(hwi_plan *plan, const hw_parse_options *options, hw_error *err)
{
    if (options->col_types && *options->col_types)
        HW_TRY(apply_col_types(plan, options->col_types, err));
    if (options->na_strings && *options->na_strings)
        HW_TRY(apply_na_strings(plan, options->na_strings, err));
    if (options->factors && *options->factors)
        HW_TRY(apply_flags(plan, options->factors, "factors", err));
    if (options->skipped_columns && *options->skipped_columns)
        HW_TRY(apply_flags(plan, options->skipped_columns, "skipped_columns", err));
    for (int32_t i = 0; i < plan->n_columns; i++)
        if (plan->columns[i].kind == HWI_KIND_SKIPPED && plan->columns[i].is_factor)
            HW_FAIL(err, HW_EINVAL, "factors", "factors: column '%s' is skipped",
                    plan->columns[i].name);
    return HW_OK;
}
