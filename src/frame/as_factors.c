/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/as_factors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/java_text.h"
#include "frame/dictionary.h"
#include "frame/frame.h"
#include "frame/parse_plan.h"

/* Distinct values in ascending order. */
typedef struct distinct_values {
    double *doubles; /* one of the two */
    int64_t *ints;
    int64_t n;
} distinct_values;

static void distinct_values_clear(distinct_values *d)
{
    hwi_free(d->doubles);
    hwi_free(d->ints);
}

static int compare_ints(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static hw_status find_distinct_ints(const hwi_column *column, distinct_values *out, hw_error *err)
{
    int64_t n_rows = column->n_rows;
    int64_t *x = out->ints = HWI_ALLOC_ARRAY(int64_t, (size_t)n_rows);
    HW_CHECK_ALLOC(err, x);
    hwi_store_get_ints(column->store, column->values, column->n_missing > 0, 0, n_rows, x);
    qsort(x, (size_t)n_rows, sizeof(*x), compare_ints);
    for (int64_t i = 0; i < n_rows; i++)
        if (x[i] != HWI_INT_MISSING && (out->n == 0 || x[out->n - 1] != x[i]))
            x[out->n++] = x[i];
    return HW_OK;
}

static hw_status find_distinct_doubles(const hwi_column *column, distinct_values *out,
                                       hw_error *err)
{
    int64_t n_rows = column->n_rows, n_present = 0;
    double *x = out->doubles = HWI_ALLOC_ARRAY(double, (size_t)n_rows);
    HW_CHECK_ALLOC(err, x);
    hwi_store_get_doubles(column->store, column->values, column->n_missing > 0, 0, n_rows, x);
    for (int64_t i = 0; i < n_rows; i++)
        if (!isnan(x[i]))
            x[n_present++] = x[i];
    qsort(x, (size_t)n_present, sizeof(*x), compare_doubles);
    for (int64_t i = 0; i < n_present; i++)
        if (out->n == 0 || x[out->n - 1] != x[i])
            x[out->n++] = x[i];
    return HW_OK;
}

static hw_status check_n_levels(int64_t n, const char *name, hw_error *err)
{
    if (n > HWI_MAX_LEVELS)
        HW_FAIL(err, HW_EINVAL, "factors",
                "factors: column '%s' has %lld distinct values, more than the 10,000,000 levels "
                "that a category may have",
                name, (long long)n);
    return HW_OK;
}

/* Copies text by text into a heap; levels point into it once it is complete. */
static hw_status name_levels(const distinct_values *d, hwi_column *column, hw_error *err)
{
    HW_AUTO_BUFFER(heap);
    hwi_text *texts = HWI_ALLOC_ARRAY(hwi_text, (size_t)d->n);
    HW_CHECK_ALLOC(err, texts);
    for (int64_t i = 0; i < d->n; i++) {
        char text[HWI_NUMBER_TEXT_BYTES];
        if (d->ints)
            texts[i].n_bytes = (size_t)snprintf(text, sizeof(text), "%lld", (long long)d->ints[i]);
        else
            texts[i].n_bytes = hwi_format_java_double(d->doubles[i], text);
        hwi_buffer_append(&heap, text, texts[i].n_bytes);
    }
    hw_status status = hwi_buffer_check(&heap, err);
    const char *next = hwi_buffer_text(&heap);
    for (int64_t i = 0; i < d->n; i++) {
        texts[i].bytes = next;
        next += texts[i].n_bytes;
    }
    if (status == HW_OK)
        status = hwi_column_set_level_texts(column, texts, (int32_t)d->n, err);
    hwi_free(texts);
    return status;
}

/* The codes as a column; levels are set by the caller. codes holds HWI_INT_MISSING or a code. */
static hw_status column_of_codes(const int64_t *codes, int64_t n_rows, hwi_column **out,
                                 hw_error *err)
{
    HW_AUTO(hwi_column) *column = hwi_column_new(HW_TYPE_ENUM, n_rows);
    HW_CHECK_ALLOC(err, column);
    hwi_range range = hwi_range_empty();
    hwi_range_add_ints(&range, codes, n_rows);
    column->store = hwi_range_store(&range);
    column->n_missing = range.n_missing;
    column->values = hwi_alloc_array((size_t)n_rows, hwi_store_bytes(column->store));
    HW_CHECK_ALLOC(err, column->values);
    hwi_store_put_ints(column->store, column->values, codes, n_rows);
    *out = HW_TAKE(column);
    return HW_OK;
}

static hw_status factor_of_numbers(const hwi_column *column, const char *name, hwi_column **out,
                                   hw_error *err)
{
    __attribute__((cleanup(distinct_values_clear))) distinct_values d = {0};
    if (hwi_store_is_integer(column->store) && column->type == HW_TYPE_INT)
        HW_TRY(find_distinct_ints(column, &d, err));
    else
        HW_TRY(find_distinct_doubles(column, &d, err));
    HW_TRY(check_n_levels(d.n, name, err));
    int64_t n_rows = column->n_rows;
    HW_AUTO(int64_t) *codes = HWI_ALLOC_ARRAY(int64_t, (size_t)n_rows);
    HW_CHECK_ALLOC(err, codes);
    for (int64_t i = 0; i < n_rows; i++) {
        codes[i] = HWI_INT_MISSING;
        if (d.ints) {
            int64_t x;
            hwi_store_get_ints(column->store, column->values, column->n_missing > 0, i, 1, &x);
            const int64_t *at = bsearch(&x, d.ints, (size_t)d.n, sizeof(x), compare_ints);
            if (at)
                codes[i] = at - d.ints;
        } else {
            double x;
            hwi_store_get_doubles(column->store, column->values, column->n_missing > 0, i, 1, &x);
            if (!isnan(x))
                codes[i] = (const double *)bsearch(&x, d.doubles, (size_t)d.n, sizeof(x),
                                                   compare_doubles) -
                           d.doubles;
        }
    }
    HW_AUTO(hwi_column) *factor = NULL;
    HW_TRY(column_of_codes(codes, n_rows, &factor, err));
    HW_TRY(name_levels(&d, factor, err));
    *out = HW_TAKE(factor);
    return HW_OK;
}

/* ---- texts ---- */

static hw_status enter_texts(const hwi_column *column, const char *name, hwi_dictionary *dictionary,
                             int64_t *codes, hw_error *err)
{
    const uint64_t *offsets = column->values;
    for (int64_t i = 0; i < column->n_rows; i++) {
        codes[i] = HWI_INT_MISSING;
        if (offsets[i] == HWI_TEXT_MISSING)
            continue;
        const char *text = column->heap + offsets[i];
        codes[i] = hwi_dictionary_add(dictionary, text, strlen(text), HWI_MAX_LEVELS);
        if (codes[i] == HWI_DICTIONARY_FULL)
            HW_TRY(check_n_levels((int64_t)HWI_MAX_LEVELS + 1, name, err));
        if (codes[i] < 0)
            HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    }
    return HW_OK;
}

static hw_status factor_of_texts(const hwi_column *column, const char *name, hwi_column **out,
                                 hw_error *err)
{
    HW_AUTO(int64_t) *codes = HWI_ALLOC_ARRAY(int64_t, (size_t)column->n_rows);
    HW_CHECK_ALLOC(err, codes);
    __attribute__((cleanup(hwi_dictionary_clear))) hwi_dictionary dictionary = {0};
    HW_TRY(enter_texts(column, name, &dictionary, codes, err));
    HW_AUTO(int32_t) *rank = NULL;
    hwi_text *levels = NULL;
    HW_TRY(hwi_dictionary_sort(&dictionary, &rank, &levels, err));
    for (int64_t i = 0; i < column->n_rows; i++)
        if (codes[i] != HWI_INT_MISSING)
            codes[i] = rank[codes[i]];
    HW_AUTO(hwi_column) *factor = NULL;
    hw_status status = column_of_codes(codes, column->n_rows, &factor, err);
    if (status == HW_OK)
        status = hwi_column_set_level_texts(factor, levels, dictionary.n, err);
    hwi_free(levels);
    HW_TRY(status);
    *out = HW_TAKE(factor);
    return HW_OK;
}

static hw_status make_factor(hwi_column *column, const char *name, hwi_column **out, hw_error *err)
{
    switch (column->type) {
    case HW_TYPE_INT:
    case HW_TYPE_REAL:
        return factor_of_numbers(column, name, out, err);
    case HW_TYPE_STRING:
        return factor_of_texts(column, name, out, err);
    default:
        HW_FAIL(err, HW_EINVAL, "factors",
                "factors: column '%s' is of type %s, which cannot become a category", name,
                hw_type_name(column->type));
    }
}

hw_status hwi_column_as_factor(hwi_column *column, const char *name, hwi_column **out,
                               hw_error *err)
{
    if (column->type == HW_TYPE_ENUM) {
        *out = hwi_column_ref(column);
        return HW_OK;
    }
    HW_AUTO(hwi_column) *factor = NULL;
    HW_TRY(make_factor(column, name, &factor, err));
    /* What the parser had to say about the numbers stays true of the category. */
    if (column->note) {
        factor->note = hwi_strdup(column->note);
        HW_CHECK_ALLOC(err, factor->note);
    }
    *out = HW_TAKE(factor);
    return HW_OK;
}

/* ---- frames ---- */

/* Marks the columns of a comma-separated list ("\," is a comma in a name). */
static hw_status mark_columns(const hw_frame *frame, const char *list, bool *marks, hw_error *err)
{
    HW_AUTO_BUFFER(name);
    for (const char *p = list;; p++) {
        if (p[0] == '\\' && p[1] == ',') {
            hwi_buffer_append_char(&name, *++p);
            continue;
        }
        if (*p != ',' && *p != '\0') {
            hwi_buffer_append_char(&name, *p);
            continue;
        }
        HW_TRY(hwi_buffer_check(&name, err));
        int32_t column = hw_frame_find_column(frame, hwi_buffer_text(&name));
        if (name.size > 0 && column < 0)
            HW_FAIL(err, HW_EINVAL, "factors", "factors: the data have no column '%s'",
                    hwi_buffer_text(&name));
        if (name.size > 0)
            marks[column] = true;
        if (*p == '\0')
            return HW_OK;
        hwi_buffer_clear(&name);
    }
}

static hw_status convert_columns(const hw_frame *frame, const bool *marks, hw_frame *out,
                                 hw_error *err)
{
    for (int32_t i = 0; i < hw_frame_n_columns(frame); i++) {
        if (!marks[i]) {
            HW_TRY(hwi_frame_add_shared_column(out, frame, i, err));
            continue;
        }
        const char *name = hw_frame_column_name(frame, i);
        hwi_column *factor = NULL;
        HW_TRY(hwi_column_as_factor(hwi_frame_column(frame, i), name, &factor, err));
        HW_TRY(hwi_frame_append(out, name, factor, err));
    }
    return HW_OK;
}

hw_status hw_frame_as_factors(const hw_frame *frame, const char *columns, hw_frame **out_frame,
                              hw_error *err)
{
    HW_CHECK_ARG(err, frame != NULL);
    HW_CHECK_ARG(err, out_frame != NULL);
    bool *marks = HWI_NEW_ARRAY(bool, (size_t)hw_frame_n_columns(frame));
    HW_CHECK_ALLOC(err, marks);
    hw_status status = HW_OK;
    HW_AUTO(hw_frame) *out = hwi_frame_new(hw_frame_name(frame), hw_frame_n_rows(frame));
    if (!out)
        status = hwi_fail(err, HW_ENOMEM, NULL, __FILE__, __LINE__, "out of memory");
    if (status == HW_OK && columns)
        status = mark_columns(frame, columns, marks, err);
    if (status == HW_OK)
        status = convert_columns(frame, marks, out, err);
    hwi_free(marks);
    HW_TRY(status);
    *out_frame = HW_TAKE(out);
    return HW_OK;
}
