/* SPDX-License-Identifier: Apache-2.0 */
#include "model/score.h"

#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "metrics/class_label.h"
#include "nn/bundle.h"
#include "nn/distribution.h"

/* Below LEAST_ROWS the look at all weights does not pay. */
enum { BLOCK_ROWS = HWI_BUNDLE_ROWS, LEAST_ROWS = 16 };

/* So many columns ahead their cells are asked for: each lies elsewhere in memory. */
enum { PREFETCH = 16 };

bool hwi_scores_fused(const hw_params *params)
{
    return !params->reproducible && !params->h2o_compat;
}

int32_t hwi_scorer_width(const hwi_scorer *scorer, hwi_score_kind kind)
{
    if (kind == HWI_SCORE_HIDDEN)
        return scorer->network->layers[scorer->hidden_layer].n_units;
    if (scorer->category != HW_CATEGORY_AUTOENCODER)
        return scorer->n_classes;
    return kind == HWI_SCORE_ROW_ERROR ? 1 : scorer->network->n_inputs;
}

double hwi_offset_for_output(const hwi_encoder *encoder, double offset, bool as_h2o)
{
    if (!as_h2o)
        return encoder->has_resp_norm ? offset * encoder->resp_mul : offset;
    if (!(offset > 0))
        return 0;
    return encoder->has_resp_norm ? (offset - encoder->resp_sub) * encoder->resp_mul : offset;
}

/* Probabilities corrected for balanced classes (spec 6.5). */
static void correct_probabilities(const hwi_scorer *scorer, double *p)
{
    double sum = 0;
    for (int32_t k = 0; k < scorer->n_classes; k++) {
        double prior = scorer->prior_distribution[k], model = scorer->model_distribution[k];
        if (prior != 0 && model != 0)
            p[k] *= prior / model;
        sum += p[k];
    }
    for (int32_t k = 0; k < scorer->n_classes && sum > 0; k++)
        p[k] /= sum;
}

/* A row of the table, which is seldom looked at once it is encoded. */
typedef struct table_row {
    const hwi_adapted *adapted;
    int64_t number;
    double *room; /* (C + N) */
} table_row;

static int32_t multinomial_label(const hwi_scorer *scorer, const double *p, const table_row *row)
{
    int64_t seed = 0;
    if (hwi_class_is_tied(p, scorer->n_classes)) {
        hwi_adapted_read_rows(row->adapted, row->number, 1, row->room);
        seed = hwi_tie_seed(row->room, scorer->encoder->n_cats + scorer->encoder->n_nums);
    }
    return hwi_class_label(p, scorer->n_classes, scorer->prior_distribution, seed);
}

static double row_error(const hwi_network *network, const hwi_work *work)
{
    const double *y = work->layers[network->n_layers - 1].activation;
    double sum = 0;
    for (int32_t u = 0; u < network->n_inputs; u++) {
        double d = y[u] - work->dense_input[u];
        sum += d * d;
    }
    return sum / network->n_inputs;
}

static void unit_errors(const hwi_network *network, const hwi_work *work, double *out)
{
    const double *y = work->layers[network->n_layers - 1].activation;
    for (int32_t u = 0; u < network->n_inputs; u++) {
        double d = y[u] - work->dense_input[u];
        out[u] = d * d;
    }
}

/* Predictions of one row, whose output layer has been computed. */
static hw_status finish_row(const hwi_scorer *s, const hwi_work *work, hwi_score_kind kind,
                            const table_row *row, double *out, int32_t *label, hw_error *err)
{
    const hwi_layer *output = &s->network->layers[s->network->n_layers - 1];
    const double *y = work->layers[s->network->n_layers - 1].activation;
    if (kind == HWI_SCORE_HIDDEN) {
        memcpy(out, work->layers[s->hidden_layer].dense,
               (size_t)s->network->layers[s->hidden_layer].n_units * sizeof(double));
        return HW_OK;
    }
    if (s->category == HW_CATEGORY_AUTOENCODER) {
        if (kind == HWI_SCORE_ROW_ERROR)
            *out = row_error(s->network, work);
        else if (kind == HWI_SCORE_UNIT_ERRORS)
            unit_errors(s->network, work, out);
        else
            memcpy(out, y, (size_t)output->n_units * sizeof(double));
        return HW_OK;
    }
    if (isnan(y[0]))
        HW_FAIL(err, HW_EUNSTABLE, NULL,
                "the network gives NaN: training became unstable; try a bounded activation (Tanh), "
                "l1, l2, max_w2, or a smaller or annealed rate");
    if (s->category == HW_CATEGORY_REGRESSION) {
        double f = y[0];
        if (s->encoder->has_resp_norm)
            f = f / s->encoder->resp_mul + s->encoder->resp_sub;
        *out = hwi_distribution_inverse_link(s->distribution, f);
        return HW_OK;
    }
    memcpy(out, y, (size_t)output->n_units * sizeof(double));
    if (s->model_distribution)
        correct_probabilities(s, out);
    if (label)
        *label = s->category == HW_CATEGORY_BINOMIAL ? out[1] >= s->threshold
                                                     : multinomial_label(s, out, row);
    return HW_OK;
}

/* The input unit of the first numeric predictor. */
static int32_t first_number(const hwi_scorer *scorer)
{
    return scorer->encoder->n_units - scorer->encoder->n_nums;
}

/* What a thread needs; made once a call. */
typedef struct scratch {
    hwi_work *work;
    hwi_bundle *block; /* NULL: rows go one by one */
    double *raw;       /* (BLOCK_ROWS, C + N) */
    double *row;       /* (C + N) */
    double *offsets;   /* (BLOCK_ROWS) */
} scratch;

typedef struct scoring {
    const hwi_scorer *scorer;
    const hwi_adapted *adapted;
    const int32_t *rows;
    int64_t row_begin, n;
    hwi_score_kind kind;
    double *out;
    int32_t *labels;
    scratch *scratches; /* one a worker */
} scoring;

static void read_offsets(const scoring *s, scratch *own, int64_t begin, int64_t n)
{
    if (s->scorer->encoder->offset_at < 0 || s->scorer->ignores_offset)
        return;
    if (!s->rows)
        hwi_adapted_read_offset(s->adapted, s->row_begin + begin, n, own->offsets);
    for (int64_t i = 0; s->rows && i < n; i++)
        hwi_adapted_read_offset(s->adapted, s->rows[begin + i], 1, own->offsets + i);
}

static void read_block(const scoring *s, scratch *own, int64_t begin, int64_t n)
{
    int32_t width = s->scorer->encoder->n_cats + s->scorer->encoder->n_nums;
    if (!s->rows)
        hwi_adapted_read_rows(s->adapted, s->row_begin + begin, n, own->raw);
    for (int64_t i = 0; s->rows && i < n; i++)
        hwi_adapted_read_rows(s->adapted, s->rows[begin + i], 1, own->raw + i * width);
}

static double offset_of(const scoring *s, const scratch *own, int64_t i)
{
    return hwi_offset_for_output(s->scorer->encoder, own->offsets[i], s->scorer->offset_as_h2o);
}

/* Row i of the block, whose output layer is in own->work; begin is the block's first row. */
static hw_status put_row(const scoring *s, scratch *own, int64_t begin, int64_t i, hw_error *err)
{
    int64_t number = s->rows ? s->rows[begin + i] : s->row_begin + begin + i;
    const table_row row = {s->adapted, number, own->row};
    return finish_row(s->scorer, own->work, s->kind, &row,
                      s->out + (begin + i) * hwi_scorer_width(s->scorer, s->kind),
                      s->labels ? s->labels + begin + i : NULL, err);
}

static void encode_row(const scoring *s, scratch *own, int64_t i)
{
    const hwi_encoder *encoder = s->scorer->encoder;
    hwi_encode_scoring(encoder, own->raw + i * (encoder->n_cats + encoder->n_nums),
                       &own->work->input);
}

/* An autoencoder's errors need the encoded row in full. */
static bool needs_inputs(const scoring *s)
{
    return s->scorer->category == HW_CATEGORY_AUTOENCODER &&
           (s->kind == HWI_SCORE_ROW_ERROR || s->kind == HWI_SCORE_UNIT_ERRORS);
}

static hw_status score_one_by_one(const scoring *s, scratch *own, int64_t begin, int64_t n,
                                  hw_error *err)
{
    read_block(s, own, begin, n);
    for (int64_t i = 0; i < n; i++) {
        encode_row(s, own, i);
        if (needs_inputs(s))
            hwi_work_spread_input(own->work, s->scorer->network);
        hwi_forward(s->scorer->network, own->work, NULL, offset_of(s, own, i), s->scorer->averages);
        HW_TRY(put_row(s, own, begin, i, err));
    }
    return HW_OK;
}

static void read_predictor(const scoring *s, int32_t predictor, int64_t begin, int64_t n,
                           double *out)
{
    hwi_adapted_read_predictor(s->adapted, predictor, s->rows ? s->rows + begin : NULL,
                               s->row_begin + begin, n, out);
}

/* Encodes the rows of a block column by column. False when so many inputs are 0 that passing them
 * over, as one row alone does, costs less. */
static bool encode_block(const scoring *s, scratch *own, int64_t begin, int64_t n)
{
    const hwi_encoder *encoder = s->scorer->encoder;
    _Alignas(64) double values[BLOCK_ROWS];
    hwi_bundle_clear(own->block);
    for (int32_t cat = 0; cat < encoder->n_cats; cat++) {
        read_predictor(s, cat, begin, n, values);
        for (int64_t i = 0; i < n; i++)
            own->raw[i * encoder->n_cats + cat] = values[i];
    }
    for (int32_t i = 0; i < n && encoder->n_cats > 0; i++) {
        hwi_encode_scoring_categories(encoder, own->raw + (int64_t)i * encoder->n_cats,
                                      &own->work->input);
        hwi_bundle_light(own->block, i, &own->work->input);
    }
    int64_t n_active = 0;
    for (int32_t i = 0; i < encoder->n_nums; i++) {
        if (i + PREFETCH < encoder->n_nums && !s->rows)
            hwi_adapted_prefetch_predictor(s->adapted, encoder->n_cats + i + PREFETCH,
                                           s->row_begin + begin, n);
        read_predictor(s, encoder->n_cats + i, begin, n, values);
        n_active += hwi_bundle_put_numbers(own->block, first_number(s->scorer) + i, (int32_t)n,
                                           values, hwi_encoder_norm(encoder, i));
    }
    return n_active * 4 >= n * encoder->n_nums;
}

static void put_hidden(const scoring *s, const scratch *own, int64_t begin, int64_t n)
{
    int32_t n_units = hwi_scorer_width(s->scorer, s->kind);
    for (int32_t i = 0; i < n; i++)
        for (int32_t u = 0; u < n_units; u++)
            s->out[(begin + i) * n_units + u] = hwi_bundle_value(own->block, i, u);
}

static hw_status score_together(const scoring *s, scratch *own, int64_t begin, int64_t n,
                                hw_error *err)
{
    const hwi_network *network = s->scorer->network;
    const int32_t n_rows = (int32_t)n;
    if (s->kind == HWI_SCORE_HIDDEN) {
        hwi_bundle_forward(own->block, network, n_rows, s->scorer->hidden_layer + 1, own->work);
        put_hidden(s, own, begin, n);
        return HW_OK;
    }
    hwi_bundle_forward(own->block, network, n_rows, network->n_layers - 1, own->work);
    hwi_bundle_sum_output(own->block, network, n_rows);
    if (needs_inputs(s))
        read_block(s, own, begin, n);
    for (int32_t i = 0; i < n_rows; i++) {
        if (needs_inputs(s)) {
            encode_row(s, own, i);
            hwi_work_spread_input(own->work, network);
        }
        hwi_bundle_finish(own->block, network, i, offset_of(s, own, i), own->work);
        HW_TRY(put_row(s, own, begin, i, err));
    }
    return HW_OK;
}

static hw_status score_block(int64_t block, int worker, void *ctx, hw_error *err)
{
    const scoring *s = ctx;
    scratch *own = &s->scratches[worker];
    int64_t begin = block * BLOCK_ROWS;
    int64_t n = s->n - begin < BLOCK_ROWS ? s->n - begin : BLOCK_ROWS;
    read_offsets(s, own, begin, n);
    if (own->block && encode_block(s, own, begin, n))
        return score_together(s, own, begin, n, err);
    return score_one_by_one(s, own, begin, n, err);
}

static void free_scratches(scratch *scratches, int n)
{
    for (int i = 0; scratches && i < n; i++) {
        hwi_work_free(scratches[i].work);
        hwi_bundle_free(scratches[i].block);
        hwi_free(scratches[i].raw);
        hwi_free(scratches[i].row);
        hwi_free(scratches[i].offsets);
    }
    hwi_free(scratches);
}

static hw_status new_scratches(const hwi_scorer *scorer, int n, bool is_together, scratch **out,
                               hw_error *err)
{
    const hwi_encoder *encoder = scorer->encoder;
    size_t width = (size_t)(encoder->n_cats + encoder->n_nums);
    scratch *scratches = HWI_NEW_ARRAY(scratch, (size_t)n);
    hw_status status = scratches ? HW_OK : HW_ENOMEM;
    for (int i = 0; i < n && status == HW_OK; i++) {
        status = hwi_work_new(scorer->network, hwi_encoder_max_active(encoder), false,
                              (hwi_seat){0}, &scratches[i].work, err);
        if (status == HW_OK && is_together)
            status = hwi_bundle_new(scorer->network, first_number(scorer),
                                    hwi_encoder_max_active(encoder) - encoder->n_nums,
                                    &scratches[i].block, err);
        if (scratches[i].work)
            scratches[i].work->is_fused = scorer->is_fused;
        if (scratches[i].block)
            scratches[i].block->is_fused = scorer->is_fused;
        scratches[i].raw = HWI_ALLOC_ARRAY(double, width *BLOCK_ROWS);
        scratches[i].row = HWI_ALLOC_ARRAY(double, width);
        scratches[i].offsets = HWI_NEW_ARRAY(double, BLOCK_ROWS);
        if (status == HW_OK && (!scratches[i].raw || !scratches[i].row || !scratches[i].offsets))
            status = HW_ENOMEM;
    }
    if (status != HW_OK) {
        free_scratches(scratches, n);
        HW_FAIL(err, status, NULL, "out of memory for scoring");
    }
    *out = scratches;
    return HW_OK;
}

hw_status hwi_scorer_score(const hwi_scorer *scorer, const hwi_adapted *adapted,
                           const int32_t *rows, int64_t row_begin, int64_t n, hwi_score_kind kind,
                           int n_threads, double *out, int32_t *labels, hw_error *err)
{
    int64_t n_blocks = (n + BLOCK_ROWS - 1) / BLOCK_ROWS;
    if (scorer->averages)
        n_threads = 1; /* the order of rows is part of the result */
    int n_workers = hwi_parallel_n_threads(n_threads);
    if (n_workers > n_blocks)
        n_workers = n_blocks > 0 ? (int)n_blocks : 1;
    scoring s = {scorer, adapted, rows, row_begin, n, kind, out, labels, NULL};
    bool is_together = n >= LEAST_ROWS && !scorer->averages &&
                       hwi_bundle_suits(scorer->network, first_number(scorer));
    HW_TRY(new_scratches(scorer, n_workers, is_together, &s.scratches, err));
    hw_status status = hwi_parallel_for(n_blocks, n_workers, score_block, &s, err);
    free_scratches(s.scratches, n_workers);
    return status;
}
