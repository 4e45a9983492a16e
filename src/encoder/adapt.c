/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "encoder/level_index.h"
#include "encoder/recode.h"

/* How one column of the model is found in the frame. */
typedef struct source {
    int32_t column; /* of the frame, or -1: all missing */
    double
        *code_map; /* frame's level code -> model's code (n_levels when unseen); NULL: same codes */
    bool is_text_lookup;   /* numbers or strings whose text is looked up among the model's levels */
    hwi_level_index known; /* then: the model's levels */
} source;

struct hwi_adapted {
    const hwi_encoder *encoder;
    const hw_frame *frame; /* as given, or recoded */
    hw_frame *recoded;     /* owned; NULL without a recoding */
    source *sources;       /* (n_columns of the encoder) */
    double *weights;       /* (rows) in place of the column's; NULL: the column's */
    /* Levels of the response, the model's first (borrowed), then those that it does not know. */
    const char **response_levels;
    int32_t n_response_levels;
    char **unknown_texts; /* owns the latter where the response is no category in the frame */
    int32_t n_unknown_texts;
    hwi_level_index unknown; /* over these */
};

static hw_status match_levels(const hwi_model_column *column, const hw_frame *frame, source *s,
                              hwi_buffer *warnings, hw_error *err)
{
    hwi_level_index known;
    HW_TRY(
        hwi_level_index_init(&known, (const char *const *)column->levels, column->n_levels, err));
    int32_t n_levels = hw_frame_n_levels(frame, s->column);
    s->code_map = HWI_NEW_ARRAY(double, (size_t)n_levels);
    int32_t n_unseen = 0;
    const char *an_unseen = NULL;
    for (int32_t i = 0; s->code_map && i < n_levels; i++) {
        const char *level = hw_frame_level(frame, s->column, i);
        int32_t code = hwi_level_index_find(&known, level);
        s->code_map[i] = code;
        if (code == column->n_levels) {
            n_unseen++;
            an_unseen = level;
        }
    }
    hwi_level_index_clear(&known);
    HW_CHECK_ALLOC(err, s->code_map);
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
        return hwi_level_index_init(&s->known, (const char *const *)column->levels,
                                    column->n_levels, err);
    }
    bool is_number = type == HW_TYPE_INT || type == HW_TYPE_REAL || type == HW_TYPE_TIME;
    if (!is_number && !is_empty)
        HW_FAIL(err, HW_EDATA, column->name,
                "column '%s' of %s is %s, the model was trained on numbers there", column->name,
                hw_frame_name(frame), hw_type_name(type));
    return HW_OK;
}

void hwi_adapted_free(hwi_adapted *adapted)
{
    if (!adapted)
        return;
    for (int32_t i = 0; adapted->sources && i < adapted->encoder->n_columns; i++) {
        hwi_free(adapted->sources[i].code_map);
        hwi_level_index_clear(&adapted->sources[i].known);
    }
    hwi_free(adapted->sources);
    hwi_free(adapted->response_levels);
    hwi_texts_free(adapted->unknown_texts, adapted->n_unknown_texts);
    hwi_level_index_clear(&adapted->unknown);
    hwi_free(adapted->weights);
    hw_frame_unref(adapted->recoded);
    hwi_free(adapted);
}

hw_status hwi_adapted_check_offset(const hwi_adapted *adapted, hw_error *err)
{
    int32_t at = adapted->encoder->offset_at;
    if (at >= 0 && adapted->sources[at].column < 0)
        HW_FAIL(err, HW_EDATA, "offset_column", "the offset column '%s' is not in %s",
                adapted->encoder->columns[at].name, hw_frame_name(adapted->frame));
    return HW_OK;
}

hw_status hwi_adapted_check_response(const hwi_adapted *adapted, hw_error *err)
{
    int32_t at = adapted->encoder->response_at;
    if (at < 0)
        return HW_OK;
    const hwi_model_column *response = &adapted->encoder->columns[at];
    int32_t n_unknown = adapted->n_response_levels - response->n_levels;
    if (response->type == HW_TYPE_ENUM && response->n_levels == 2 && n_unknown > 0)
        HW_FAIL(err, HW_EDATA, response->name,
                "column '%s' of %s has %d level%s that training did not see ('%s'%s): a model of "
                "two classes is judged on these alone, leave the other rows out",
                response->name, hw_frame_name(adapted->frame), n_unknown, n_unknown > 1 ? "s" : "",
                adapted->response_levels[response->n_levels], n_unknown > 1 ? " ..." : "");
    return HW_OK;
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
    int32_t code = hwi_level_index_find(&s->known, text);
    if (code == column->n_levels) {
        hwi_format_real(x, text);
        code = hwi_level_index_find(&s->known, text);
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
                out[i] = text ? hwi_level_index_find(&s->known, text) : NAN;
        }
    }
}

/* --- The response's levels ----------------------------------------------------------------------
 */

static bool holds_texts(const hwi_adapted *adapted, int32_t column)
{
    hw_type type = hw_frame_column_type(adapted->frame, column);
    return type == HW_TYPE_STRING || type == HW_TYPE_UUID;
}

/* The text of a response that is no category in the frame, as a factor would have it. NULL for a
 * missing one. */
static const char *response_text(const hwi_adapted *adapted, int64_t row,
                                 char buffer[static HWI_NUMBER_TEXT_BYTES])
{
    int32_t column = adapted->sources[adapted->encoder->response_at].column;
    if (holds_texts(adapted, column))
        return hw_frame_text(adapted->frame, column, row);
    double x;
    hw_frame_read_doubles(adapted->frame, column, row, 1, &x);
    if (isnan(x))
        return NULL;
    hwi_format_double(x, buffer);
    return buffer;
}

static double unknown_code(const hwi_adapted *adapted, int64_t row)
{
    char buffer[HWI_NUMBER_TEXT_BYTES];
    const char *text = response_text(adapted, row, buffer);
    int32_t n_known = adapted->encoder->columns[adapted->encoder->response_at].n_levels;
    return text ? n_known + hwi_level_index_find(&adapted->unknown, text) : NAN;
}

typedef struct unknown_value {
    double number;
    const char *text; /* NULL: the number */
} unknown_value;

static int compare_values(const void *a, const void *b)
{
    const unknown_value *x = a, *y = b;
    if (x->text)
        return strcmp(x->text, y->text);
    return (x->number > y->number) - (x->number < y->number);
}

/* Rows whose response is none of the model's levels. values: (rows). */
static int64_t gather_unknown(const hwi_adapted *adapted, unknown_value *values)
{
    int32_t at = adapted->encoder->response_at, column = adapted->sources[at].column;
    bool is_text = holds_texts(adapted, column);
    int64_t n = 0;
    for (int64_t row = 0; row < hw_frame_n_rows(adapted->frame); row++) {
        double code, x = 0;
        read_column(adapted, at, row, 1, &code);
        if (!(code >= adapted->encoder->columns[at].n_levels))
            continue;
        if (!is_text)
            hw_frame_read_doubles(adapted->frame, column, row, 1, &x);
        values[n++] =
            (unknown_value){x, is_text ? hw_frame_text(adapted->frame, column, row) : NULL};
    }
    return n;
}

/* Numbers and texts become levels as a factor's: numbers by size, texts by text. */
static hw_status name_unknown(hwi_adapted *adapted, unknown_value *values, int64_t n, hw_error *err)
{
    qsort(values, (size_t)n, sizeof *values, compare_values);
    int64_t n_distinct = 0;
    for (int64_t i = 0; i < n; i++)
        if (i == 0 || compare_values(&values[i - 1], &values[i]) != 0)
            values[n_distinct++] = values[i];
    adapted->unknown_texts = HWI_NEW_ARRAY(char *, (size_t)n_distinct);
    HW_CHECK_ALLOC(err, adapted->unknown_texts);
    adapted->n_unknown_texts = (int32_t)n_distinct;
    for (int64_t i = 0; i < n_distinct; i++) {
        char buffer[HWI_NUMBER_TEXT_BYTES];
        const char *text = values[i].text;
        if (!text) {
            hwi_format_double(values[i].number, buffer);
            text = buffer;
        }
        adapted->unknown_texts[i] = hwi_strdup(text);
        HW_CHECK_ALLOC(err, adapted->unknown_texts[i]);
    }
    return hwi_level_index_init(&adapted->unknown, (const char *const *)adapted->unknown_texts,
                                adapted->n_unknown_texts, err);
}

static hw_status find_unknown_texts(hwi_adapted *adapted, hw_error *err)
{
    unknown_value *values = HWI_NEW_ARRAY(unknown_value, (size_t)hw_frame_n_rows(adapted->frame));
    HW_CHECK_ALLOC(err, values);
    int64_t n = gather_unknown(adapted, values);
    hw_status status = n > 0 ? name_unknown(adapted, values, n, err) : HW_OK;
    hwi_free(values);
    return status;
}

/* As in H2O, levels that the model does not know follow its own, in the order of the frame. */
static hw_status extend_response(hwi_adapted *adapted, hw_error *err)
{
    int32_t at = adapted->encoder->response_at;
    const hwi_model_column *response = at >= 0 ? &adapted->encoder->columns[at] : NULL;
    if (!response || response->type != HW_TYPE_ENUM)
        return HW_OK;
    source *s = &adapted->sources[at];
    if (s->is_text_lookup)
        HW_TRY(find_unknown_texts(adapted, err));
    int32_t n_of_frame = s->code_map ? hw_frame_n_levels(adapted->frame, s->column) : 0;
    size_t n_most =
        (size_t)response->n_levels + (size_t)adapted->n_unknown_texts + (size_t)n_of_frame;
    adapted->response_levels = HWI_NEW_ARRAY(const char *, n_most);
    HW_CHECK_ALLOC(err, adapted->response_levels);
    int32_t n = 0;
    for (int32_t i = 0; i < response->n_levels; i++)
        adapted->response_levels[n++] = response->levels[i];
    for (int32_t i = 0; i < adapted->n_unknown_texts; i++)
        adapted->response_levels[n++] = adapted->unknown_texts[i];
    for (int32_t i = 0; i < n_of_frame; i++) {
        if (s->code_map[i] < response->n_levels)
            continue;
        s->code_map[i] = n;
        adapted->response_levels[n++] = hw_frame_level(adapted->frame, s->column, i);
    }
    adapted->n_response_levels = n;
    return HW_OK;
}

int32_t hwi_adapted_response_levels(const hwi_adapted *adapted, const char *const **out_levels)
{
    *out_levels = adapted->response_levels;
    return adapted->n_response_levels;
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
    HW_TRY(extend_response(adapted, err));
    *out = HW_TAKE(adapted);
    return HW_OK;
}

/* --- Reading rows ---------------------------------------------------------------------------- */

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

/* Rows that lie near each other are read with those between them, which costs less than reading
 * each alone. */
static void read_scattered(const hwi_adapted *adapted, int32_t at, const int32_t *rows, int64_t n,
                           double *out)
{
    enum { WIDEST = 16 * BLOCK_ROWS };
    int32_t first = rows[0], last = rows[0];
    for (int64_t i = 1; i < n; i++) {
        first = rows[i] < first ? rows[i] : first;
        last = rows[i] > last ? rows[i] : last;
    }
    int64_t width = (int64_t)last - first + 1;
    if (width > WIDEST || width > 16 * n) {
        for (int64_t i = 0; i < n; i++)
            read_column(adapted, at, rows[i], 1, out + i);
        return;
    }
    double span[WIDEST];
    read_column(adapted, at, first, width, span);
    for (int64_t i = 0; i < n; i++)
        out[i] = span[rows[i] - first];
}

void hwi_adapted_read_predictor(const hwi_adapted *adapted, int32_t predictor, const int32_t *rows,
                                int64_t row_begin, int64_t n, double *out)
{
    if (!rows)
        read_column(adapted, predictor, row_begin, n, out);
    else if (n > 0)
        read_scattered(adapted, predictor, rows, n, out);
}

void hwi_adapted_prefetch_predictor(const hwi_adapted *adapted, int32_t predictor,
                                    int64_t row_begin, int64_t n)
{
    int32_t column = adapted->sources[predictor].column;
    if (column >= 0)
        hwi_frame_prefetch(adapted->frame, column, row_begin, n);
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
    int32_t n_known = adapted->encoder->columns[at].n_levels;
    for (int64_t i = 0; adapted->n_unknown_texts > 0 && i < n_rows; i++)
        if (out[i] >= n_known)
            out[i] = unknown_code(adapted, row_begin + i);
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
