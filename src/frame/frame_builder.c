/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/frame_builder.h"

#include <stdio.h>
#include <string.h>

#include "frame/frame.h"
#include "frame/parse_plan.h"
#include "frame/parts.h"

enum { MAX_POSITION_BYTES = 24 };

struct hw_frame_builder {
    hw_frame *frame; /* NULL once finished */
};

HW_DEFINE_AUTO(hw_frame_builder, hw_frame_builder_free)

hw_status hw_frame_builder_new(const char *name, int64_t n_rows, hw_frame_builder **out_builder,
                               hw_error *err)
{
    HW_CHECK_ARG(err, n_rows >= 0);
    HW_CHECK_ARG(err, out_builder);
    HW_AUTO(hw_frame_builder) *builder = HWI_NEW(hw_frame_builder);
    HW_CHECK_ALLOC(err, builder);
    builder->frame = hwi_frame_new(name, n_rows);
    HW_CHECK_ALLOC(err, builder->frame);
    *out_builder = HW_TAKE(builder);
    return HW_OK;
}

void hw_frame_builder_free(hw_frame_builder *builder)
{
    if (!builder)
        return;
    hw_frame_unref(builder->frame);
    hwi_free(builder);
}

hw_status hw_frame_builder_finish(hw_frame_builder *builder, hw_frame **out_frame, hw_error *err)
{
    HW_CHECK_ARG(err, builder && builder->frame);
    HW_CHECK_ARG(err, out_frame);
    *out_frame = HW_TAKE(builder->frame);
    return HW_OK;
}

/* ---- columns ---- */

/* The name, or "C" and the position of the next column in place of none. */
static const char *name_or_position(const hw_frame_builder *builder, const char *name,
                                    char position[MAX_POSITION_BYTES])
{
    if (name && *name)
        return name;
    snprintf(position, MAX_POSITION_BYTES, "C%d", hw_frame_n_columns(builder->frame) + 1);
    return position;
}

static hw_status check(const hw_frame_builder *builder, const void *cells, hw_error *err)
{
    HW_CHECK_ARG(err, builder && builder->frame);
    HW_CHECK_ARG(err, cells || hw_frame_n_rows(builder->frame) == 0);
    if (hw_frame_n_columns(builder->frame) >= HWI_MAX_COLUMNS)
        HW_FAIL(err, HW_EDATA, NULL, "more than %d columns", HWI_MAX_COLUMNS);
    return HW_OK;
}

static hw_status add_numbers(hw_frame_builder *builder, const char *name, hw_type type,
                             const hwi_cells *cells, hw_error *err)
{
    const hwi_strided *array = cells->source;
    HW_TRY(check(builder, array->values, err));
    HW_CHECK_ARG(err, array->stride >= 1);
    __attribute__((cleanup(hwi_parts_clear))) hwi_parts parts = {0};
    HW_TRY(hwi_parts_add(&parts, cells, hw_frame_n_rows(builder->frame), err));
    hwi_column *column = NULL;
    HW_TRY(hwi_parts_to_numbers(&parts, type, &column, err));
    char position[MAX_POSITION_BYTES];
    return hwi_frame_append(builder->frame, name_or_position(builder, name, position), column, err);
}

hw_status hw_frame_builder_add_doubles(hw_frame_builder *builder, const char *name,
                                       const double *values, int64_t stride, hw_error *err)
{
    hwi_strided array = {values, stride};
    hwi_cells cells = {.source = &array, .read_doubles = hwi_read_strided_f64};
    return add_numbers(builder, name, HW_TYPE_INT, &cells, err);
}

hw_status hw_frame_builder_add_floats(hw_frame_builder *builder, const char *name,
                                      const float *values, int64_t stride, hw_error *err)
{
    hwi_strided array = {values, stride};
    hwi_cells cells = {.source = &array, .read_doubles = hwi_read_strided_f32};
    return add_numbers(builder, name, HW_TYPE_INT, &cells, err);
}

hw_status hw_frame_builder_add_ints(hw_frame_builder *builder, const char *name,
                                    const int32_t *values, int64_t stride, hw_error *err)
{
    hwi_strided array = {values, stride};
    hwi_cells cells = {.source = &array, .read_ints = hwi_read_strided_i32};
    return add_numbers(builder, name, HW_TYPE_INT, &cells, err);
}

hw_status hw_frame_builder_add_longs(hw_frame_builder *builder, const char *name,
                                     const int64_t *values, int64_t stride, hw_error *err)
{
    hwi_strided array = {values, stride};
    hwi_cells cells = {.source = &array, .read_ints = hwi_read_strided_i64};
    return add_numbers(builder, name, HW_TYPE_INT, &cells, err);
}

hw_status hw_frame_builder_add_times(hw_frame_builder *builder, const char *name,
                                     const int64_t *values, int64_t stride, hw_error *err)
{
    hwi_strided array = {values, stride};
    hwi_cells cells = {.source = &array, .read_ints = hwi_read_strided_i64};
    return add_numbers(builder, name, HW_TYPE_TIME, &cells, err);
}

/* ---- texts and levels ---- */

/* Numbers the texts; codes are as many as rows. */
static hw_status enter_texts(const char *const *texts, int64_t n_rows, hwi_dictionary *dictionary,
                             int32_t *codes, hw_error *err)
{
    for (int64_t i = 0; i < n_rows; i++) {
        codes[i] = INT32_MIN;
        if (!texts[i])
            continue;
        codes[i] = hwi_dictionary_add(dictionary, texts[i], strlen(texts[i]), HWI_MAX_TEXTS);
        if (codes[i] < 0)
            HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    }
    return HW_OK;
}

hw_status hw_frame_builder_add_texts(hw_frame_builder *builder, const char *name, hw_type type,
                                     const char *const *texts, hw_error *err)
{
    HW_TRY(check(builder, texts, err));
    HW_CHECK_ARG(err, type == HW_TYPE_ENUM || type == HW_TYPE_STRING);
    char position[MAX_POSITION_BYTES];
    name = name_or_position(builder, name, position);
    int64_t n_rows = hw_frame_n_rows(builder->frame);
    HW_AUTO(int32_t) *codes = HWI_ALLOC_ARRAY(int32_t, (size_t)n_rows);
    HW_CHECK_ALLOC(err, codes);
    __attribute__((cleanup(hwi_parts_clear))) hwi_parts parts = {0};
    HW_TRY(enter_texts(texts, n_rows, &parts.texts, codes, err));
    hwi_strided array = {codes, 1};
    hwi_cells cells = {.source = &array, .read_ints = hwi_read_strided_i32};
    HW_TRY(hwi_parts_add(&parts, &cells, n_rows, err));
    hwi_column *column = NULL;
    if (type == HW_TYPE_ENUM)
        HW_TRY(hwi_parts_to_enum(&parts, name, &column, err));
    else
        HW_TRY(hwi_parts_to_strings(&parts, &column, err));
    return hwi_frame_append(builder->frame, name, column, err);
}

static void read_codes(const void *source, int64_t begin, int64_t n, int64_t *out)
{
    const int32_t *codes = (const int32_t *)source + begin;
    for (int64_t i = 0; i < n; i++)
        out[i] = codes[i] < 0 ? HWI_INT_MISSING : codes[i];
}

static hw_status check_codes(const char *name, const int32_t *codes, int64_t n_rows,
                             int32_t n_levels, hw_error *err)
{
    for (int64_t i = 0; i < n_rows; i++)
        if (codes[i] < -1 || codes[i] >= n_levels)
            HW_FAIL(err, HW_EDATA, name,
                    "column '%s': code %d in row %lld; codes are 0 to %d, or -1 where missing",
                    name, codes[i], (long long)i + 1, n_levels - 1);
    return HW_OK;
}

static hw_status check_levels(const char *name, const char *const *levels, int32_t n_levels,
                              hw_error *err)
{
    HW_CHECK_ARG(err, n_levels >= 0 && n_levels <= HWI_MAX_LEVELS);
    HW_CHECK_ARG(err, levels || n_levels == 0);
    __attribute__((cleanup(hwi_dictionary_clear))) hwi_dictionary seen = {0};
    for (int32_t i = 0; i < n_levels; i++) {
        if (!levels[i])
            HW_FAIL(err, HW_EDATA, name, "column '%s': level %d is NULL", name, i);
        int32_t code = hwi_dictionary_add(&seen, levels[i], strlen(levels[i]), HWI_MAX_LEVELS);
        if (code < 0)
            HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
        if (code < i)
            HW_FAIL(err, HW_EDATA, name, "column '%s': levels %d and %d are both '%s'", name, code,
                    i, levels[i]);
    }
    return HW_OK;
}

hw_status hw_frame_builder_add_codes(hw_frame_builder *builder, const char *name,
                                     const int32_t *codes, const char *const *levels,
                                     int32_t n_levels, hw_error *err)
{
    HW_TRY(check(builder, codes, err));
    char position[MAX_POSITION_BYTES];
    name = name_or_position(builder, name, position);
    int64_t n_rows = hw_frame_n_rows(builder->frame);
    HW_TRY(check_levels(name, levels, n_levels, err));
    HW_TRY(check_codes(name, codes, n_rows, n_levels, err));
    hwi_cells cells = {.source = codes, .read_ints = read_codes};
    __attribute__((cleanup(hwi_parts_clear))) hwi_parts parts = {0};
    HW_TRY(hwi_parts_add(&parts, &cells, n_rows, err));
    HW_AUTO(hwi_column) *column = NULL;
    HW_TRY(hwi_parts_to_numbers(&parts, HW_TYPE_ENUM, &column, err));
    HW_TRY(hwi_column_set_levels(column, levels, n_levels, err));
    return hwi_frame_append(builder->frame, name, HW_TAKE(column), err);
}
