/* SPDX-License-Identifier: Apache-2.0 */
#include "params/params.h"

#include <string.h>

#include "params/value.h"

/* Values of enums are read and written through int pointers. */
_Static_assert(sizeof(hw_activation) == sizeof(int), "enums with a negative constant are ints");

static void *field_of(hw_params *params, const hwi_param_row *row)
{
    return (char *)params + row->offset;
}

static const void *const_field_of(const hw_params *params, const hwi_param_row *row)
{
    return (const char *)params + row->offset;
}

int32_t hw_param_count(void)
{
    return HWI_N_PARAMS;
}

const hw_param_info *hw_param_at(int32_t i)
{
    return i >= 0 && i < HWI_N_PARAMS ? &hwi_param_rows[i].info : NULL;
}

static char plain(char c)
{
    return c == '-' ? '_' : c;
}

static bool is_same_name(const char *a, const char *b)
{
    while (*a && plain(*a) == plain(*b)) {
        a++;
        b++;
    }
    return plain(*a) == plain(*b);
}

int32_t hwi_param_index(const char *name)
{
    for (int32_t i = 0; name && i < HWI_N_PARAMS; i++)
        if (is_same_name(name, hwi_param_rows[i].info.name))
            return i;
    return -1;
}

const hw_param_info *hw_param_find(const char *name)
{
    return hw_param_at(hwi_param_index(name));
}

enum { MAX_NAME_BYTES = 64 };

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* Damerau-Levenshtein (neighbours may be swapped once): insertions, deletions, replacements and
 * swaps from a to b. Both are at most MAX_NAME_BYTES long. */
static int edit_distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
    int rows[3][MAX_NAME_BYTES + 1];
    for (size_t j = 0; j <= n_b; j++)
        rows[0][j] = (int)j;
    for (size_t i = 1; i <= n_a; i++) {
        int *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = (int)i;
        for (size_t j = 1; j <= n_b; j++) {
            int replaced = above[j - 1] + (plain(a[i - 1]) != plain(b[j - 1]));
            row[j] = smaller(replaced, smaller(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = smaller(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[n_a % 3][n_b];
}

const hw_param_info *hw_param_nearest(const char *name)
{
    size_t n = name ? strlen(name) : 0;
    if (n == 0 || n > MAX_NAME_BYTES)
        return NULL;
    /* One slip in four letters still looks like the same word. */
    int best = smaller(1 + (int)n / 4, (int)n - 1) + 1;
    const hw_param_info *nearest = NULL;
    for (int32_t i = 0; i < HWI_N_PARAMS; i++) {
        const char *other = hwi_param_rows[i].info.name;
        int distance = edit_distance(name, n, other, strlen(other));
        if (distance < best) {
            best = distance;
            nearest = &hwi_param_rows[i].info;
        }
    }
    return nearest;
}

const char *hwi_param_level_name(int32_t index, int32_t level)
{
    const hw_param_info *info = &hwi_param_rows[index].info;
    return level >= 0 && level < info->n_levels ? info->levels[level] : NULL;
}

hw_params *hw_params_new(void)
{
    HW_AUTO(hw_params) *params = HWI_NEW(hw_params);
    if (!params)
        return NULL;
    for (int32_t i = 0; i < HWI_N_PARAMS; i++) {
        const hwi_param_row *row = &hwi_param_rows[i];
        if (hwi_value_read(row, row->info.default_text, field_of(params, row), NULL) != HW_OK)
            return NULL;
    }
    return HW_TAKE(params);
}

void hw_params_free(hw_params *params)
{
    if (!params)
        return;
    for (int32_t i = 0; i < HWI_N_PARAMS; i++)
        hwi_value_clear(&hwi_param_rows[i], field_of(params, &hwi_param_rows[i]));
    hwi_free(params);
}

hw_params *hw_params_copy(const hw_params *params)
{
    HW_AUTO(hw_params) *copy = HWI_NEW(hw_params);
    if (!copy)
        return NULL;
    for (int32_t i = 0; i < HWI_N_PARAMS; i++) {
        const hwi_param_row *row = &hwi_param_rows[i];
        if (hwi_value_copy(row, const_field_of(params, row), field_of(copy, row), NULL) != HW_OK)
            return NULL;
    }
    memcpy(copy->given, params->given, sizeof copy->given);
    return HW_TAKE(copy);
}

static hw_status find(const char *name, int32_t *out_index, hw_error *err)
{
    int32_t index = hwi_param_index(name);
    if (index < 0) {
        const hw_param_info *nearest = hw_param_nearest(name);
        if (nearest)
            HW_FAIL(err, HW_EINVAL, name, "unknown parameter '%.64s'; did you mean '%s'?", name,
                    nearest->name);
        HW_FAIL(err, HW_EINVAL, name, "unknown parameter '%.64s'", name);
    }
    *out_index = index;
    return HW_OK;
}

static bool is_default(const hwi_param_row *row, const void *field)
{
    hwi_value value = {0};
    if (hwi_value_read(row, row->info.default_text, &value, NULL) != HW_OK)
        return false;
    bool is_equal = hwi_value_is_equal(row, field, &value);
    hwi_value_clear(row, &value);
    return is_equal;
}

static hw_status check_is_supported(const hwi_param_row *row, const void *field, hw_error *err)
{
    if (row->info.is_supported || is_default(row, field))
        return HW_OK;
    HW_AUTO_BUFFER(text);
    hwi_value_write(row, field, &text);
    for (int32_t i = 0; i < row->n_also_supported; i++)
        if (strcmp(hwi_buffer_text(&text), row->also_supported[i]) == 0)
            return HW_OK;
    HW_FAIL(err, HW_EUNSUPPORTED, row->info.name, "%s: %s", row->info.name, row->later);
}

hw_status hwi_params_check_support(const hw_params *params, hw_error *err)
{
    for (int32_t i = 0; i < HWI_N_PARAMS; i++)
        HW_TRY(check_is_supported(&hwi_param_rows[i], const_field_of(params, &hwi_param_rows[i]),
                                  err));
    return HW_OK;
}

static hw_status check_value(const hwi_param_row *row, const void *field, hw_error *err)
{
    if (row->info.type == HW_PARAM_ENUM && *(const int *)field < 0)
        HW_FAIL(err, HW_EINVAL, row->info.name, "%s: a value is missing", row->info.name);
    HW_TRY(hwi_value_check_range(row, field, err));
    return check_is_supported(row, field, err);
}

hw_status hw_params_set(hw_params *params, const char *name, const char *text, hw_error *err)
{
    HW_CHECK_ARG(err, params && name && text);
    int32_t index = 0;
    HW_TRY(find(name, &index, err));
    const hwi_param_row *row = &hwi_param_rows[index];
    hwi_value value = {0};
    HW_TRY(hwi_value_read(row, text, &value, err));
    hw_status status = check_value(row, &value, err);
    if (status != HW_OK) {
        hwi_value_clear(row, &value);
        return status;
    }
    hwi_value_clear(row, field_of(params, row));
    memcpy(field_of(params, row), &value, hwi_value_bytes(row));
    params->given[index] = true;
    return HW_OK;
}

hw_status hwi_params_read_text(hw_params *params, const char *name, const char *text, hw_error *err)
{
    int32_t index = 0;
    HW_TRY(find(name, &index, err));
    const hwi_param_row *row = &hwi_param_rows[index];
    hwi_value value = {0};
    HW_TRY(hwi_value_read(row, text, &value, err));
    hwi_value_clear(row, field_of(params, row));
    memcpy(field_of(params, row), &value, hwi_value_bytes(row));
    params->given[index] = !is_default(row, &value);
    return HW_OK;
}

bool hw_params_is_given(const hw_params *params, const char *name)
{
    int32_t index = hwi_param_index(name);
    return params && index >= 0 && params->given[index];
}

void hwi_params_write_text(const hw_params *params, int32_t index, hwi_buffer *out)
{
    const hwi_param_row *row = &hwi_param_rows[index];
    hwi_value_write(row, const_field_of(params, row), out);
}

char *hw_params_get_text(const hw_params *params, const char *name)
{
    int32_t index = hwi_param_index(name);
    if (!params || index < 0)
        return NULL;
    HW_AUTO_BUFFER(text);
    hwi_params_write_text(params, index, &text);
    return text.failed ? NULL : hwi_strdup(hwi_buffer_text(&text));
}

void hw_text_free(char *text)
{
    hwi_free(text);
}

bool hwi_params_is_equal(const hw_params *a, const hw_params *b, int32_t index)
{
    const hwi_param_row *row = &hwi_param_rows[index];
    return hwi_value_is_equal(row, const_field_of(a, row), const_field_of(b, row));
}

bool hwi_params_is_default(const hw_params *params, int32_t index)
{
    const hwi_param_row *row = &hwi_param_rows[index];
    return is_default(row, const_field_of(params, row));
}

hw_status hwi_double_list_fill(hwi_double_list *list, int32_t n, double value, hw_error *err)
{
    HW_AUTO(double) *v = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, v);
    for (int32_t i = 0; i < n; i++)
        v[i] = value;
    hwi_free(list->v);
    *list = (hwi_double_list){.v = HW_TAKE(v), .n = n};
    return HW_OK;
}
