/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "encoder/recode.h"

/* How one column of the model is found in the frame. */
typedef struct source {
    int32_t column; /* of the frame, or -1: all missing */
    double
        *code_map; /* frame's level code -> model's code (n_levels when unseen); NULL: same codes */
    bool is_text_lookup; /* numbers or strings whose text is looked up among the model's levels */
    int32_t *by_text;    /* then: the model's codes in text order */
} source;

struct hwi_adapted {
    const hwi_encoder *encoder;
    const hw_frame *frame; /* as given, or recoded */
    hw_frame *recoded;     /* owned; NULL without a recoding */
    source *sources;       /* (n_columns of the encoder) */
    double *weights;       /* (rows) in place of the column's; NULL: the column's */
};

static int32_t find_by_text(const hwi_model_column *column, const int32_t *by_text,
                            const char *text)
{
    int32_t low = 0, high = column->n_levels - 1;
    while (low <= high) {
        int32_t middle = low + (high - low) / 2;
        int order = strcmp(text, column->levels[by_text[middle]]);
        if (order == 0)
            return by_text[middle];
        if (order < 0)
            high = middle - 1;
        else
            low = middle + 1;
    }
    return column->n_levels;
}

typedef struct keyed_level {
    const char *text;
    int32_t code;
} keyed_level;

static int compare_levels(const void *a, const void *b)
{
    return strcmp(((const keyed_level *)a)->text, ((const keyed_level *)b)->text);
}

static int32_t *sort_by_text(const hwi_model_column *column)
{
    size_t n = (size_t)column->n_levels;
    keyed_level *keys = HWI_NEW_ARRAY(keyed_level, n);
    int32_t *by_text = HWI_NEW_ARRAY(int32_t, n);
    if (!keys || !by_text) {
        hwi_free(keys);
        hwi_free(by_text);
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        keys[i] = (keyed_level){column->levels[i], (int32_t)i};
    qsort(keys, n, sizeof *keys, compare_levels);
    for (size_t i = 0; i < n; i++)
        by_text[i] = keys[i].code;
    hwi_free(keys);
    return by_text;
}

static hw_status match_levels(const hwi_model_column *column, const hw_frame *frame, source *s,
                              hwi_buffer *warnings, hw_error *err)
{
    HW_AUTO(int32_t) *by_text = sort_by_text(column);
    HW_CHECK_ALLOC(err, by_text);
    int32_t n_levels = hw_frame_n_levels(frame, s->column);
    s->code_map = HWI_NEW_ARRAY(double, (size_t)n_levels);
    HW_CHECK_ALLOC(err, s->code_map);
    int32_t n_unseen = 0;
    const char *an_unseen = NULL;
    for (int32_t i = 0; i < n_levels; i++) {
        const char *level = hw_frame_level(frame, s->column, i);
        int32_t code = find_by_text(column, by_text, level);
        s->code_map[i] = code;
        if (code == column->n_levels) {
            n_unseen++;
            an_unseen = level;
        }
    }
    if (n_unseen && warnings)
        hwi_buffer_printf(warnings,
                          "column '%s' of %s has %d level%s that training did not see ('%s'%s)\n",
                          column->name, hw_frame_name(frame), n_unseen, n_unseen > 1 ? "s" : "",
                          an_unseen, n_unseen > 1 ? " ..." : "");
    return HW_OK;
}

static hw_status adapt_column(const hwi_model_column *column, const hw_frame *frame, source *s,
                              hwi_buffer *warnings, hw_error *err)
{
    s->column = hw_frame_find_column(frame, column->name);
    if (s->column < 0) {
        if (warnings)
            hwi_buffer_printf(warnings,
                              "column '%s' is not in %s: it counts as missing everywhere\n",
                              column->name, hw_frame_name(frame));
        return HW_OK;
    }
    hw_type type = hw_frame_column_type(frame, s->column);
    bool is_empty = hw_frame_n_missing(frame, s->column) == hw_frame_n_rows(frame);
    if (column->type == HW_TYPE_ENUM) {
        if (type == HW_TYPE_ENUM)
            return match_levels(column, frame, s, warnings, err);
        s->is_text_lookup = true;
        s->by_text = sort_by_text(column);
        HW_CHECK_ALLOC(err, s->by_text);
        return HW_OK;
    }
    bool is_number = type == HW_TYPE_INT || type == HW_TYPE_REAL || type == HW_TYPE_TIME;
    if (!is_number && !is_empty)
        HW_FAIL(err, HW_EDATA, column->name,
                "column '%s' of %s is %s, the model was trained on numbers there", column->name,
                hw_frame_name(frame), hw_type_name(type));
    return HW_OK;
}

hw_status hwi_adapted_new(const hwi_encoder *encoder, const hw_frame *frame, hwi_buffer *warnings,
                          hwi_adapted **out, hw_error *err)
{
    HW_AUTO(hwi_adapted) *adapted = HWI_NEW(hwi_adapted);
    HW_CHECK_ALLOC(err, adapted);
    adapted->encoder = encoder;
    if (encoder->recoding) {
        HW_TRY(hwi_recode(encoder->recoding, frame, warnings, &adapted->recoded, err));
        frame = adapted->recoded;
    }
    adapted->frame = frame;
    adapted->sources = HWI_NEW_ARRAY(source, (size_t)encoder->n_columns);
    HW_CHECK_ALLOC(err, adapted->sources);
    for (int32_t i = 0; i < encoder->n_columns; i++) {
        /* The fold column takes no part in scoring, a lacking response is no fault. */
        bool is_optional = i == encoder->fold_at || i == encoder->response_at;
        if (i == encoder->fold_at) {
            adapted->sources[i].column = -1;
            continue;
        }
        HW_TRY(adapt_column(&encoder->columns[i], frame, &adapted->sources[i],
                            is_optional ? NULL : warnings, err));
    }
    if (encoder->offset_at >= 0 && adapted->sources[encoder->offset_at].column < 0)
        HW_FAIL(err, HW_EDATA, "offset_column", "the offset column '%s' is not in %s",
                encoder->columns[encoder->offset_at].name, hw_frame_name(frame));
    *out = HW_TAKE(adapted);
    return HW_OK;
}

void hwi_adapted_free(hwi_adapted *adapted)
{
    if (!adapted)
        return;
    for (int32_t i = 0; adapted->sources && i < adapted->encoder->n_columns; i++) {
        hwi_free(adapted->sources[i].code_map);
        hwi_free(adapted->sources[i].by_text);
    }
    hwi_free(adapted->sources);
    hwi_free(adapted->weights);
    hw_frame_unref(adapted->recoded);
    hwi_free(adapted);
}

bool hwi_adapted_has_response(const hwi_adapted *adapted)
{
    int32_t at = adapted->encoder->response_at;
    return at >= 0 && adapted->sources[at].column >= 0;
}

const hw_frame *hwi_adapted_frame(const hwi_adapted *adapted)
{
    return adapted->frame;
}

const hwi_encoder *hwi_adapted_encoder(const hwi_adapted *adapted)
{
    return adapted->encoder;
}

/* A number's level is its text: 3 is "3", 2.5 is "2.5". */
static double code_of_number(const hwi_model_column *column, const source *s, double x)
{
    if (isnan(x))
        return NAN;
    char text[HWI_NUMBER_TEXT_BYTES];
    hwi_format_double(x, text);
    int32_t code = find_by_text(column, s->by_text, text);
    if (code == column->n_levels) {
        hwi_format_real(x, text);
        code = find_by_text(column, s->by_text, text);
    }
    return code;
}

static void read_column(const hwi_adapted *adapted, int32_t at, int64_t row_begin, int64_t n,
                        double *out)
{
    const source *s = &adapted->sources[at];
    const hwi_model_column *column = &adapted->encoder->columns[at];
    if (s->column < 0) {
        for (int64_t i = 0; i < n; i++)
            out[i] = NAN;
        return;
    }
    hw_frame_read_doubles(adapted->frame, s->column, row_begin, n, out);
    if (s->code_map) {
        for (int64_t i = 0; i < n; i++)
            if (!isnan(out[i]))
                out[i] = s->code_map[(int32_t)out[i]];
    } else if (s->is_text_lookup) {
        hw_type type = hw_frame_column_type(adapted->frame, s->column);
        bool is_text = type == HW_TYPE_STRING || type == HW_TYPE_UUID;
        for (int64_t i = 0; i < n; i++) {
            const char *text =
                is_text ? hw_frame_text(adapted->frame, s->column, row_begin + i) : NULL;
            if (!is_text)
                out[i] = code_of_number(column, s, out[i]);
            else
                out[i] = text ? find_by_text(column, s->by_text, text) : NAN;
        }
    }
}

enum { BLOCK_ROWS = 256 };

void hwi_adapted_read_rows(const hwi_adapted *adapted, int64_t row_begin, int64_t n_rows,
                           double *out)
{
    int32_t n_predictors = adapted->encoder->n_cats + adapted->encoder->n_nums;
    double block[BLOCK_ROWS];
    for (int64_t begin = 0; begin < n_rows; begin += BLOCK_ROWS) {
        int64_t n = n_rows - begin < BLOCK_ROWS ? n_rows - begin : BLOCK_ROWS;
        for (int32_t k = 0; k < n_predictors; k++) {
            read_column(adapted, k, row_begin + begin, n, block);
            for (int64_t i = 0; i < n; i++)
                out[(begin + i) * n_predictors + k] = block[i];
        }
    }
}

void hwi_adapted_read_response(const hwi_adapted *adapted, int64_t row_begin, int64_t n_rows,
                               double *out)
{
    int32_t at = adapted->encoder->response_at;
    if (!hwi_adapted_has_response(adapted)) {
        for (int64_t i = 0; i < n_rows; i++)
            out[i] = NAN;
        return;
    }
    read_column(adapted, at, row_begin, n_rows, out);
    int32_t n_levels = adapted->encoder->columns[at].n_levels;
    for (int64_t i = 0; n_levels > 0 && i < n_rows; i++)
        if (out[i] >= n_levels)
            out[i] = NAN;
}

static void read_or_fill(const hwi_adapted *adapted, int32_t at, int64_t row_begin, int64_t n_rows,
                         double without, double *out)
{
    if (at >= 0 && adapted->sources[at].column >= 0) {
        read_column(adapted, at, row_begin, n_rows, out);
        return;
    }
    for (int64_t i = 0; i < n_rows; i++)
        out[i] = without;
}

hw_status hwi_adapted_unweigh_incomplete(hwi_adapted *adapted, hw_error *err)
{
    const hwi_encoder *encoder = adapted->encoder;
    if (encoder->mean_imputation || encoder->weights_at < 0)
        return HW_OK;
    int64_t n_rows = hw_frame_n_rows(adapted->frame);
    HW_AUTO(double) *weights = HWI_ALLOC_ARRAY(double, (size_t)n_rows);
    HW_CHECK_ALLOC(err, weights);
    hwi_adapted_read_weights(adapted, 0, n_rows, weights);
    int32_t n_predictors = encoder->n_cats + encoder->n_nums;
    double block[BLOCK_ROWS];
    for (int32_t i = 0; i <= n_predictors; i++) {
        int32_t k = i < n_predictors ? i : encoder->response_at;
        for (int64_t begin = 0; k >= 0 && begin < n_rows; begin += BLOCK_ROWS) {
            int64_t n = n_rows - begin < BLOCK_ROWS ? n_rows - begin : BLOCK_ROWS;
            read_column(adapted, k, begin, n, block);
            for (int64_t row = 0; row < n; row++)
                if (isnan(block[row]))
                    weights[begin + row] = 0;
        }
    }
    adapted->weights = HW_TAKE(weights);
    return HW_OK;
}

void hwi_adapted_read_weights(const hwi_adapted *adapted, int64_t row_begin, int64_t n_rows,
                              double *out)
{
    if (adapted->weights) {
        memcpy(out, adapted->weights + row_begin, (size_t)n_rows * sizeof(double));
        return;
    }
    read_or_fill(adapted, adapted->encoder->weights_at, row_begin, n_rows, 1, out);
}

void hwi_adapted_read_offset(const hwi_adapted *adapted, int64_t row_begin, int64_t n_rows,
                             double *out)
{
    read_or_fill(adapted, adapted->encoder->offset_at, row_begin, n_rows, 0, out);
}
