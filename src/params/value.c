/* SPDX-License-Identifier: Apache-2.0 */
#include "params/value.h"

#include <math.h>
#include <string.h>

#include "base/number.h"

size_t hwi_value_bytes(const hwi_param_row *row)
{
    switch (row->info.type) {
    case HW_PARAM_BOOL:
        return sizeof(bool);
    case HW_PARAM_INT:
        return sizeof(int32_t);
    case HW_PARAM_LONG:
        return sizeof(int64_t);
    case HW_PARAM_FLOAT:
        return sizeof(float);
    case HW_PARAM_DOUBLE:
        return sizeof(double);
    case HW_PARAM_ENUM:
        return sizeof(int);
    case HW_PARAM_TEXT:
        return sizeof(char *);
    case HW_PARAM_INTS:
        return sizeof(hwi_int_list);
    case HW_PARAM_DOUBLES:
        return sizeof(hwi_double_list);
    case HW_PARAM_TEXTS:
        return sizeof(hwi_text_list);
    }
    HW_ASSERT(false);
    return 0;
}

bool hwi_value_is_float_list(const hwi_param_row *row)
{
    return strcmp(row->info.type_text, "float[]") == 0;
}

void hwi_text_list_clear(hwi_text_list *list)
{
    for (int32_t i = 0; i < list->n; i++)
        hwi_free(list->v[i]);
    hwi_free(list->v);
    *list = (hwi_text_list){0};
}
static bool is_equal_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_equal_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool is_equal_list(const hwi_param_row *row, const void *field_a, const void *field_b)
{
    if (row->info.type == HW_PARAM_INTS) {
        const hwi_int_list *a = field_a, *b = field_b;
        return a->is_null == b->is_null && a->n == b->n &&
               (a->n == 0 || memcmp(a->v, b->v, (size_t)a->n * sizeof *a->v) == 0);
    }
    if (row->info.type == HW_PARAM_DOUBLES) {
        const hwi_double_list *a = field_a, *b = field_b;
        if (a->is_null != b->is_null || a->n != b->n)
            return false;
        for (int32_t i = 0; i < a->n; i++)
            if (!is_equal_number(a->v[i], b->v[i]))
                return false;
        return true;
    }
    const hwi_text_list *a = field_a, *b = field_b;
    if (a->is_null != b->is_null || a->n != b->n)
        return false;
    for (int32_t i = 0; i < a->n; i++)
        if (!is_equal_text(a->v[i], b->v[i]))
            return false;
    return true;
}

bool hwi_value_is_equal(const hwi_param_row *row, const void *a, const void *b)
{
    switch (row->info.type) {
    case HW_PARAM_BOOL:
    case HW_PARAM_INT:
    case HW_PARAM_LONG:
    case HW_PARAM_ENUM:
        return memcmp(a, b, hwi_value_bytes(row)) == 0;
    case HW_PARAM_FLOAT:
        return is_equal_number(*(const float *)a, *(const float *)b);
    case HW_PARAM_DOUBLE:
        return is_equal_number(*(const double *)a, *(const double *)b);
    case HW_PARAM_TEXT:
        return is_equal_text(*(char *const *)a, *(char *const *)b);
    case HW_PARAM_INTS:
    case HW_PARAM_DOUBLES:
    case HW_PARAM_TEXTS:
        return is_equal_list(row, a, b);
    }
    return false;
}

static hw_status copy_texts(const hwi_text_list *from, hwi_text_list *to, hw_error *err)
{
    __attribute__((cleanup(hwi_text_list_clear)))
    hwi_text_list list = {.v = HWI_NEW_ARRAY(char *, (size_t)from->n), .is_null = from->is_null};
    HW_CHECK_ALLOC(err, list.v);
    for (list.n = 0; list.n < from->n; list.n++) {
        list.v[list.n] = hwi_strdup(from->v[list.n]);
        HW_CHECK_ALLOC(err, list.v[list.n] || !from->v[list.n]);
    }
    *to = list;
    list = (hwi_text_list){0};
    return HW_OK;
}

hw_status hwi_value_copy(const hwi_param_row *row, const void *from, void *to, hw_error *err)
{
    hwi_value copy = {0};
    memcpy(&copy, from, hwi_value_bytes(row));
    if (row->info.type == HW_PARAM_TEXT && copy.text) {
        copy.text = hwi_strdup(copy.text);
        HW_CHECK_ALLOC(err, copy.text);
    } else if (row->info.type == HW_PARAM_INTS && !copy.ints.is_null) {
        copy.ints.v = HWI_ALLOC_ARRAY(int32_t, (size_t)copy.ints.n);
        HW_CHECK_ALLOC(err, copy.ints.v);
        memcpy(copy.ints.v, ((const hwi_int_list *)from)->v, (size_t)copy.ints.n * sizeof(int32_t));
    } else if (row->info.type == HW_PARAM_DOUBLES && !copy.doubles.is_null) {
        copy.doubles.v = HWI_ALLOC_ARRAY(double, (size_t)copy.doubles.n);
        HW_CHECK_ALLOC(err, copy.doubles.v);
        memcpy(copy.doubles.v, ((const hwi_double_list *)from)->v,
               (size_t)copy.doubles.n * sizeof(double));
    } else if (row->info.type == HW_PARAM_TEXTS && !copy.texts.is_null) {
        HW_TRY(copy_texts(from, &copy.texts, err));
    }
    memcpy(to, &copy, hwi_value_bytes(row));
    return HW_OK;
}

void hwi_value_clear(const hwi_param_row *row, void *field)
{
    if (row->info.type == HW_PARAM_TEXT)
        hwi_free(*(char **)field);
    else if (row->info.type == HW_PARAM_INTS)
        hwi_free(((hwi_int_list *)field)->v);
    else if (row->info.type == HW_PARAM_DOUBLES)
        hwi_free(((hwi_double_list *)field)->v);
    else if (row->info.type == HW_PARAM_TEXTS)
        hwi_text_list_clear(field);
    memset(field, 0, hwi_value_bytes(row));
}

static bool is_inside(const hwi_param_row *row, double value)
{
    const hwi_param_range *range = &row->range;
    if (isnan(value) || (isinf(value) && !row->allows_infinity))
        return false;
    if (range->has_also && value == range->also)
        return true;
    bool is_above =
        !range->has_min || value > range->min || (value == range->min && !range->min_is_excluded);
    bool is_below =
        !range->has_max || value < range->max || (value == range->max && !range->max_is_excluded);
    return is_above && is_below;
}

static hw_status check_number(const hwi_param_row *row, double value, hw_error *err)
{
    char text[HWI_NUMBER_TEXT_BYTES];
    if (is_inside(row, value))
        return HW_OK;
    if (row->info.type == HW_PARAM_FLOAT || hwi_value_is_float_list(row))
        hwi_format_float((float)value, text);
    else
        hwi_format_double(value, text);
    if (*row->info.range_text)
        HW_FAIL(err, HW_EINVAL, row->info.name, "%s: %s is out of range: %s", row->info.name, text,
                row->info.range_text);
    HW_FAIL(err, HW_EINVAL, row->info.name, "%s: %s is not a finite number", row->info.name, text);
}

hw_status hwi_value_check_range(const hwi_param_row *row, const void *field, hw_error *err)
{
    const hwi_int_list *ints = field;
    const hwi_double_list *doubles = field;
    switch (row->info.type) {
    case HW_PARAM_INT:
        return check_number(row, *(const int32_t *)field, err);
    case HW_PARAM_LONG:
        return check_number(row, (double)*(const int64_t *)field, err);
    case HW_PARAM_FLOAT:
        return check_number(row, *(const float *)field, err);
    case HW_PARAM_DOUBLE:
        return check_number(row, *(const double *)field, err);
    case HW_PARAM_INTS:
        for (int32_t i = 0; i < ints->n; i++)
            HW_TRY(check_number(row, ints->v[i], err));
        return HW_OK;
    case HW_PARAM_DOUBLES:
        for (int32_t i = 0; i < doubles->n; i++)
            HW_TRY(check_number(row, doubles->v[i], err));
        return HW_OK;
    case HW_PARAM_BOOL:
    case HW_PARAM_ENUM:
    case HW_PARAM_TEXT:
    case HW_PARAM_TEXTS:
        return HW_OK;
    }
    return HW_OK;
}
