/* SPDX-License-Identifier: Apache-2.0 */
#include "encoder/recode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/number.h"
#include "frame/as_factors.h"

static const char other_level[] = "other";

bool hwi_encoding_recodes(hw_categorical_encoding encoding)
{
    return encoding == HW_CATEGORICAL_ENCODING_LABEL_ENCODER ||
           encoding == HW_CATEGORICAL_ENCODING_BINARY ||
           encoding == HW_CATEGORICAL_ENCODING_ENUM_LIMITED;
}

/* --- Lifecycle -------------------------------------------------------------------------------- */

hwi_recoding *hwi_recoding_new_empty(int32_t n_columns, int32_t n_predictors)
{
    hwi_recoding *recoding = HWI_NEW(hwi_recoding);
    if (!recoding)
        return NULL;
    recoding->columns = HWI_NEW_ARRAY(hwi_model_column, (size_t)n_columns);
    recoding->limited = HWI_NEW_ARRAY(hwi_model_column, (size_t)n_predictors);
    recoding->n_columns = n_columns;
    recoding->n_predictors = n_predictors;
    if (recoding->columns && recoding->limited)
        return recoding;
    hwi_recoding_free(recoding);
    return NULL;
}

void hwi_recoding_free(hwi_recoding *recoding)
{
    if (!recoding)
        return;
    for (int32_t i = 0; recoding->columns && i < recoding->n_columns; i++)
        hwi_model_column_clear(&recoding->columns[i]);
    for (int32_t i = 0; recoding->limited && i < recoding->n_predictors; i++)
        hwi_model_column_clear(&recoding->limited[i]);
    hwi_free(recoding->columns);
    hwi_free(recoding->limited);
    hwi_free(recoding);
}

static bool is_limited(const hwi_recoding *recoding, int32_t predictor)
{
    return recoding->encoding == HW_CATEGORICAL_ENCODING_ENUM_LIMITED &&
           recoding->columns[predictor].n_levels > recoding->max_levels;
}

/* Bits of the codes 1 to n_levels. */
static int32_t n_bits_of(int32_t n_levels)
{
    int32_t n_bits = 1;
    while (n_levels >> n_bits)
        n_bits++;
    return n_bits;
}

bool hwi_recoding_derived_name(const hwi_recoding *recoding, int32_t predictor, int32_t part,
                               hwi_buffer *out)
{
    const hwi_model_column *column = &recoding->columns[predictor];
    bool is_binary =
        column->type == HW_TYPE_ENUM && recoding->encoding == HW_CATEGORICAL_ENCODING_BINARY;
    if (part >= (is_binary ? n_bits_of(column->n_levels) : 1))
        return false;
    hwi_buffer_append_text(out, column->name);
    if (is_binary)
        hwi_buffer_printf(out, ":%d", part);
    else if (is_limited(recoding, predictor))
        hwi_buffer_printf(out, ".top_%d_levels", recoding->max_levels);
    return true;
}

/* --- EnumLimited: the levels to keep ---------------------------------------------------------- */

typedef struct counted_level {
    double key; /* smaller first */
    int32_t code;
} counted_level;

static int compare_counted(const void *a, const void *b)
{
    const counted_level *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->code < y->code ? -1 : 1;
}

static hw_status count_levels(const hw_frame *frame, int32_t column, counted_level *levels,
                              hw_error *err)
{
    int64_t n = hw_frame_n_rows(frame);
    HW_AUTO(double) *codes = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, codes);
    hw_frame_read_doubles(frame, column, 0, n, codes);
    for (int32_t i = 0; i < hw_frame_n_levels(frame, column); i++)
        levels[i] = (counted_level){0, i};
    for (int64_t i = 0; i < n; i++)
        if (!isnan(codes[i]))
            levels[(int32_t)codes[i]].key--;
    return HW_OK;
}

/* The most frequent levels of the column, ties in level order, and "other" for the rest; all of
 * them when they are few enough. */
static hw_status limit_levels(const hw_frame *frame, int32_t column, int32_t max_levels,
                              hwi_model_column *out, hw_error *err)
{
    int32_t n_levels = hw_frame_n_levels(frame, column);
    bool is_too_many = n_levels > max_levels;
    int32_t n_kept = is_too_many ? max_levels : n_levels;
    counted_level *levels = HWI_NEW_ARRAY(counted_level, (size_t)n_levels);
    HW_CHECK_ALLOC(err, levels);
    hw_status status = count_levels(frame, column, levels, err);
    if (status == HW_OK && is_too_many)
        qsort(levels, (size_t)n_levels, sizeof *levels, compare_counted);
    out->levels = HWI_NEW_ARRAY(char *, (size_t)n_kept + 1);
    for (int32_t i = 0; out->levels && i < n_kept + is_too_many; i++) {
        out->levels[i] =
            hwi_strdup(i < n_kept ? hw_frame_level(frame, column, levels[i].code) : other_level);
        out->n_levels = i + 1;
        if (!out->levels[i])
            status = HW_ENOMEM;
    }
    hwi_free(levels);
    if (!out->levels || status != HW_OK)
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory for %d levels", n_levels);
    return HW_OK;
}

hw_status hwi_recoding_new(const hw_params *params, const hw_frame *frame, const int32_t *columns,
                           int32_t n_columns, int32_t n_predictors, hwi_recoding **out,
                           hw_error *err)
{
    HW_AUTO(hwi_recoding) *recoding = hwi_recoding_new_empty(n_columns, n_predictors);
    HW_CHECK_ALLOC(err, recoding);
    recoding->encoding = params->categorical_encoding;
    recoding->as_h2o = params->h2o_compat;
    recoding->max_levels = params->max_categorical_levels;
    for (int32_t i = 0; i < n_columns; i++)
        HW_TRY(hwi_model_column_from_frame(frame, columns[i], &recoding->columns[i], err));
    for (int32_t i = 0; i < n_predictors; i++) {
        if (!is_limited(recoding, i))
            continue;
        HW_AUTO_BUFFER(name);
        hwi_model_column *limited = &recoding->limited[i];
        hwi_recoding_derived_name(recoding, i, 0, &name);
        HW_TRY(hwi_buffer_check(&name, err));
        limited->name = hwi_strdup(hwi_buffer_text(&name));
        HW_CHECK_ALLOC(err, limited->name);
        limited->type = HW_TYPE_ENUM;
        HW_TRY(limit_levels(frame, columns[i], recoding->max_levels, limited, err));
    }
    *out = HW_TAKE(recoding);
    return HW_OK;
}

/* --- Recoding --------------------------------------------------------------------------------- */

/* The column alone in a frame, as categories whatever it is in the frame. */
static hw_status take_categories(const hwi_model_column *column, const hw_frame *frame,
                                 hwi_buffer *warnings, hw_frame **out, hw_error *err)
{
    int64_t n = hw_frame_n_rows(frame);
    int32_t index = hw_frame_find_column(frame, column->name);
    HW_AUTO(hw_frame) *alone = hwi_frame_new(hw_frame_name(frame), n);
    HW_CHECK_ALLOC(err, alone);
    if (index < 0) {
        if (warnings)
            hwi_buffer_printf(warnings,
                              "column '%s' is not in %s: it counts as missing everywhere\n",
                              column->name, hw_frame_name(frame));
        HW_AUTO(double) *nothing = HWI_ALLOC_ARRAY(double, (size_t)n);
        HW_CHECK_ALLOC(err, nothing);
        for (int64_t i = 0; i < n; i++)
            nothing[i] = NAN;
        HW_TRY(hwi_frame_add_column(alone, column->name, HW_TYPE_ENUM, nothing, NULL, 0, err));
    } else if (hw_frame_column_type(frame, index) == HW_TYPE_ENUM) {
        HW_TRY(hwi_frame_add_shared_column(alone, frame, index, err));
    } else {
        hw_error why = {0};
        HW_AUTO(hwi_column) *factor = NULL;
        hw_status status =
            hwi_column_as_factor(hwi_frame_column(frame, index), column->name, &factor, &why);
        if (status != HW_OK)
            HW_FAIL(err, status == HW_ENOMEM ? HW_ENOMEM : HW_EDATA, column->name,
                    "column '%s' of %s is %s, the model was trained on categories there",
                    column->name, hw_frame_name(frame),
                    hw_type_name(hw_frame_column_type(frame, index)));
        HW_TRY(hwi_frame_append(alone, column->name, HW_TAKE(factor), err));
    }
    *out = HW_TAKE(alone);
    return HW_OK;
}

/* codes[i]: what training called level i of the frame; n_levels and up for those that it did not
 * know, in the frame's order. */
static void match_codes(const hwi_model_column *column, const hw_frame *alone, double *codes)
{
    int32_t n = hw_frame_n_levels(alone, 0), n_unknown = 0;
    for (int32_t i = 0; i < n; i++)
        codes[i] = -1;
    for (int32_t k = 0; k < column->n_levels; k++) {
        int32_t i = n > 0 ? hwi_frame_find_level(alone, 0, column->levels[k]) : -1;
        if (i >= 0)
            codes[i] = k;
    }
    for (int32_t i = 0; i < n; i++)
        if (codes[i] < 0)
            codes[i] = column->n_levels + n_unknown++;
}

/* Appends a column: values[code] for each row, or `missing`. bit >= 0: that bit of the value. */
static hw_status add_values(const hw_frame *alone, const double *values, double missing, int bit,
                            const char *name, const hwi_model_column *levels, hw_frame *out,
                            hw_error *err)
{
    int64_t n = hw_frame_n_rows(alone);
    HW_AUTO(double) *column = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, column);
    hw_frame_read_doubles(alone, 0, 0, n, column);
    for (int64_t i = 0; i < n; i++) {
        double x = isnan(column[i]) ? missing : values[(int32_t)column[i]];
        column[i] = bit < 0 ? x : (double)((int64_t)x >> bit & 1);
    }
    if (hw_frame_find_column(out, name) >= 0)
        HW_FAIL(err, HW_EINVAL, "categorical_encoding",
                "categorical_encoding: two columns would be called '%s'; rename or ignore one",
                name);
    if (levels)
        return hwi_frame_add_column(out, name, HW_TYPE_ENUM, column,
                                    (const char *const *)levels->levels, levels->n_levels, err);
    return hwi_frame_add_column(out, name, HW_TYPE_INT, column, NULL, 0, err);
}

/* A level that reads as a whole number stands for that number, any other for its code. */
static hw_status add_label(const hwi_recoding *recoding, const hwi_model_column *column,
                           const hw_frame *alone, double *codes, hw_frame *out, hw_error *err)
{
    match_codes(column, alone, codes);
    for (int32_t i = 0; i < hw_frame_n_levels(alone, 0); i++) {
        const char *level = hw_frame_level(alone, 0, i);
        int64_t number;
        if (codes[i] >= column->n_levels && !recoding->as_h2o)
            codes[i] = NAN;
        else if (hwi_parse_int64(level, strlen(level), &number))
            codes[i] = (double)number;
    }
    return add_values(alone, codes, NAN, -1, column->name, NULL, out, err);
}

static hw_status add_bits(const hwi_recoding *recoding, int32_t predictor, const hw_frame *alone,
                          double *codes, hw_frame *out, hw_error *err)
{
    const hwi_model_column *column = &recoding->columns[predictor];
    match_codes(column, alone, codes);
    for (int32_t i = 0; i < hw_frame_n_levels(alone, 0); i++)
        codes[i] = codes[i] >= column->n_levels && !recoding->as_h2o ? 0 : codes[i] + 1;
    for (int32_t bit = 0; bit < n_bits_of(column->n_levels); bit++) {
        HW_AUTO_BUFFER(name);
        hwi_recoding_derived_name(recoding, predictor, bit, &name);
        HW_TRY(hwi_buffer_check(&name, err));
        HW_TRY(add_values(alone, codes, 0, bit, hwi_buffer_text(&name), NULL, out, err));
    }
    return HW_OK;
}

/* The columns that H2O limits anew would, with few levels, keep all of them. */
static hw_status add_limited(const hwi_recoding *recoding, int32_t predictor, const hw_frame *alone,
                             double *codes, hw_frame *out, hw_error *err)
{
    const hwi_model_column *limited = &recoding->limited[predictor];
    hwi_model_column own = {0};
    hw_status status = HW_OK;
    if (recoding->as_h2o)
        status = limit_levels(alone, 0, recoding->max_levels, &own, err);
    const hwi_model_column *levels = recoding->as_h2o ? &own : limited;
    int32_t n = hw_frame_n_levels(alone, 0);
    for (int32_t i = 0; i < n; i++)
        codes[i] = levels->n_levels - 1;
    for (int32_t k = 0; n > 0 && k < levels->n_levels; k++) {
        int32_t i = hwi_frame_find_level(alone, 0, levels->levels[k]);
        if (i >= 0)
            codes[i] = k;
    }
    if (status == HW_OK)
        status = add_values(alone, codes, NAN, -1, limited->name, levels, out, err);
    hwi_model_column_clear(&own);
    return status;
}

static hw_status recode_column(const hwi_recoding *recoding, int32_t predictor,
                               const hw_frame *frame, hwi_buffer *warnings, hw_frame *out,
                               hw_error *err)
{
    const hwi_model_column *column = &recoding->columns[predictor];
    HW_AUTO(hw_frame) *alone = NULL;
    HW_TRY(take_categories(column, frame, warnings, &alone, err));
    HW_AUTO(double) *codes = HWI_ALLOC_ARRAY(double, (size_t)hw_frame_n_levels(alone, 0));
    HW_CHECK_ALLOC(err, codes);
    if (recoding->encoding == HW_CATEGORICAL_ENCODING_LABEL_ENCODER)
        return add_label(recoding, column, alone, codes, out, err);
    if (recoding->encoding == HW_CATEGORICAL_ENCODING_BINARY)
        return add_bits(recoding, predictor, alone, codes, out, err);
    return add_limited(recoding, predictor, alone, codes, out, err);
}

/* A column that stays as it is. What the frame lacks is left to whoever adapts it. */
static hw_status share_column(const char *name, const hw_frame *frame, hw_frame *out, hw_error *err)
{
    int32_t index = hw_frame_find_column(frame, name);
    if (index < 0)
        return HW_OK;
    if (hw_frame_find_column(out, name) >= 0)
        HW_FAIL(err, HW_EINVAL, "categorical_encoding",
                "categorical_encoding: two columns would be called '%s'; rename or ignore one",
                name);
    return hwi_frame_add_shared_column(out, frame, index, err);
}

hw_status hwi_recode(const hwi_recoding *recoding, const hw_frame *frame, hwi_buffer *warnings,
                     hw_frame **out, hw_error *err)
{
    HW_AUTO(hw_frame) *recoded = hwi_frame_new(hw_frame_name(frame), hw_frame_n_rows(frame));
    HW_CHECK_ALLOC(err, recoded);
    bool is_binary = recoding->encoding == HW_CATEGORICAL_ENCODING_BINARY;
    /* Binary puts the bits behind all other predictors. */
    for (int pass = is_binary ? 0 : 1; pass < 2; pass++) {
        for (int32_t i = 0; i < recoding->n_predictors; i++) {
            const hwi_model_column *column = &recoding->columns[i];
            bool is_category = column->type == HW_TYPE_ENUM;
            bool stays =
                !is_category || (recoding->encoding == HW_CATEGORICAL_ENCODING_ENUM_LIMITED &&
                                 !is_limited(recoding, i));
            if (is_binary && is_category != (pass == 1))
                continue;
            if (stays)
                HW_TRY(share_column(column->name, frame, recoded, err));
            else
                HW_TRY(recode_column(recoding, i, frame, warnings, recoded, err));
        }
    }
    for (int32_t i = recoding->n_predictors; i < recoding->n_columns; i++)
        HW_TRY(share_column(recoding->columns[i].name, frame, recoded, err));
    *out = HW_TAKE(recoded);
    return HW_OK;
}

/* --- SortByResponse --------------------------------------------------------------------------- */

typedef struct response_values {
    int64_t n;
    const double *responses, *weights; /* (n); weights may be NULL */
    double *codes;                     /* (n) scratch */
} response_values;

static void mean_responses(const response_values *values, counted_level *levels, double *sums,
                           int32_t n_levels)
{
    for (int32_t k = 0; k < n_levels; k++) {
        levels[k] = (counted_level){0, k};
        sums[k] = 0;
    }
    for (int64_t i = 0; i < values->n; i++) {
        double weight = values->weights ? values->weights[i] : 1;
        if (isnan(values->codes[i]) || isnan(values->responses[i]))
            continue;
        int32_t code = (int32_t)values->codes[i];
        levels[code].key += weight * values->responses[i];
        sums[code] += weight;
    }
    for (int32_t k = 0; k < n_levels; k++)
        levels[k].key = sums[k] > 0 ? levels[k].key / sums[k] : INFINITY;
}

static hw_status sort_levels(const response_values *values, const hw_frame *frame, int32_t column,
                             hw_frame *out, hw_error *err)
{
    int32_t n_levels = hw_frame_n_levels(frame, column);
    HW_AUTO(double) *sums = HWI_ALLOC_ARRAY(double, (size_t)n_levels);
    counted_level *levels = HWI_NEW_ARRAY(counted_level, (size_t)n_levels);
    const char **texts = HWI_NEW_ARRAY(const char *, (size_t)n_levels);
    hw_status status = HW_ENOMEM;
    if (sums && levels && texts) {
        hw_frame_read_doubles(frame, column, 0, values->n, values->codes);
        mean_responses(values, levels, sums, n_levels);
        qsort(levels, (size_t)n_levels, sizeof *levels, compare_counted);
        for (int32_t k = 0; k < n_levels; k++) {
            texts[k] = hw_frame_level(frame, column, levels[k].code);
            sums[levels[k].code] = k;
        }
        for (int64_t i = 0; i < values->n; i++)
            if (!isnan(values->codes[i]))
                values->codes[i] = sums[(int32_t)values->codes[i]];
        status = hwi_frame_add_column(out, hw_frame_column_name(frame, column), HW_TYPE_ENUM,
                                      values->codes, texts, n_levels, err);
    }
    hwi_free(levels);
    hwi_free(texts);
    if (status == HW_ENOMEM)
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory for %d levels", n_levels);
    return status;
}

hw_status hwi_sort_by_response(const hw_frame *frame, const int32_t *columns, int32_t n_columns,
                               int32_t n_predictors, int32_t response, int32_t weights,
                               hw_frame **out, hw_error *err)
{
    if (response < 0)
        HW_FAIL(err, HW_EINVAL, "categorical_encoding",
                "categorical_encoding: SortByResponse needs a response, an autoencoder has none");
    int64_t n = hw_frame_n_rows(frame);
    HW_AUTO(hw_frame) *sorted = hwi_frame_new(hw_frame_name(frame), n);
    HW_AUTO(double) *responses = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_AUTO(double) *weight_values = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_AUTO(double) *codes = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, sorted && responses && weight_values && codes);
    hw_frame_read_doubles(frame, response, 0, n, responses);
    if (weights >= 0)
        hw_frame_read_doubles(frame, weights, 0, n, weight_values);
    response_values values = {n, responses, weights >= 0 ? weight_values : NULL, codes};
    for (int32_t i = 0; i < n_columns; i++) {
        if (i < n_predictors && hw_frame_column_type(frame, columns[i]) == HW_TYPE_ENUM)
            HW_TRY(sort_levels(&values, frame, columns[i], sorted, err));
        else
            HW_TRY(hwi_frame_add_shared_column(sorted, frame, columns[i], err));
    }
    *out = HW_TAKE(sorted);
    return HW_OK;
}
