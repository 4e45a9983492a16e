/* SPDX-License-Identifier: Apache-2.0 */
#include "train/diagnosis.h"

#include <math.h>
#include <stdlib.h>

#include "nn/distribution.h"

enum { N_BINS = 20, N_WORST = 10, N_NAMED_UNITS = 3, N_DECILES = 10 };

/* --- Reconstruction errors: the histogram ----------------------------------------------------- */

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Edges of the classes over sorted errors. A long tail would leave all rows in the first class, so
 * classes grow by a ratio where the largest error is far from the middle. */
static void choose_edges(const double *sorted, int64_t n, double edges[N_BINS + 1])
{
    const double far = 20, decades = 1e-4;
    double min = sorted[0], max = sorted[n - 1], middle = sorted[n / 2];
    bool grows = max > far * middle && middle > 0;
    double low = grows ? fmax(min, max * decades) : min;
    for (int32_t k = 0; k <= N_BINS; k++) {
        double share = (double)k / N_BINS;
        edges[k] = grows ? low * pow(max / low, share) : low + share * (max - low);
    }
    edges[0] = min;
    edges[N_BINS] = max;
}

hw_status hwi_error_histogram(const double *errors, int64_t n, const char *description,
                              hw_table **out, hw_error *err)
{
    HW_AUTO(double) *sorted = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, sorted);
    int64_t n_sorted = 0;
    for (int64_t i = 0; i < n; i++)
        if (isfinite(errors[i]))
            sorted[n_sorted++] = errors[i];
    qsort(sorted, (size_t)n_sorted, sizeof *sorted, compare_doubles);
    HW_AUTO(hw_table) *table = hwi_table_new("Reconstruction Errors", description);
    hwi_table_add_column(table, "from", HW_CELL_DOUBLE, "%.6g", "From");
    hwi_table_add_column(table, "to", HW_CELL_DOUBLE, "%.6g", "To");
    hwi_table_add_column(table, "rows", HW_CELL_LONG, "%d", "Rows");
    double edges[N_BINS + 1];
    if (n_sorted > 0)
        choose_edges(sorted, n_sorted, edges);
    int32_t n_bins = n_sorted == 0 ? 0 : edges[0] == edges[N_BINS] ? 1 : N_BINS;
    int64_t at = 0;
    for (int32_t k = 0; k < n_bins; k++) {
        int64_t begin = at;
        bool is_last = k == n_bins - 1;
        while (at < n_sorted && (is_last || sorted[at] < edges[k + 1]))
            at++;
        int64_t row = hwi_table_add_row(table);
        hwi_table_set_number(table, row, 0, edges[k]);
        hwi_table_set_number(table, row, 1, edges[is_last ? N_BINS : k + 1]);
        hwi_table_set_number(table, row, 2, (double)(at - begin));
    }
    HW_TRY(hwi_table_check(table, err));
    *out = HW_TAKE(table);
    return HW_OK;
}

/* --- The worst rows --------------------------------------------------------------------------- */

/* Indices of the largest errors, falling; ties by index. Returns how many. */
static int32_t find_worst(const double *errors, int64_t n, int64_t worst[N_WORST])
{
    int32_t n_found = 0;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(errors[i]))
            continue;
        int32_t at = n_found;
        while (at > 0 && errors[worst[at - 1]] < errors[i])
            at--;
        if (at == N_WORST)
            continue;
        n_found += n_found < N_WORST;
        for (int32_t k = n_found - 1; k > at; k--)
            worst[k] = worst[k - 1];
        worst[at] = i;
    }
    return n_found;
}

/* The input units that make most of a row's error, with their shares of it. */
static void name_units(hw_table *table, int64_t row, const double *errors, int32_t n_units,
                       char *const *names)
{
    int64_t worst[N_WORST];
    double sum = 0;
    for (int32_t u = 0; u < n_units; u++)
        sum += errors[u];
    int32_t n = find_worst(errors, n_units, worst);
    for (int32_t k = 0; k < n && k < N_NAMED_UNITS && errors[worst[k]] > 0; k++) {
        hwi_table_set_text(table, row, 2 + 2 * k, names[worst[k]]);
        hwi_table_set_number(table, row, 3 + 2 * k, errors[worst[k]] / sum);
    }
}

static hw_table *new_worst_table(const char *description)
{
    static const char *const names[] = {"unit_1", "unit_2", "unit_3"};
    static const char *const shares[] = {"share_1", "share_2", "share_3"};
    hw_table *table = hwi_table_new("Worst Reconstructed Rows", description);
    hwi_table_add_column(table, "row", HW_CELL_LONG, "%d", "Row");
    hwi_table_add_column(table, "mse", HW_CELL_DOUBLE, "%.6g", "MSE");
    for (int32_t k = 0; k < N_NAMED_UNITS; k++) {
        hwi_table_add_column(table, names[k], HW_CELL_STRING, "%s", k == 0 ? "Most by" : "Next by");
        hwi_table_add_column(table, shares[k], HW_CELL_DOUBLE, "%.3f", "Share");
    }
    return table;
}

static hw_status tabulate_worst(const hwi_scorer *scorer, const hwi_scored_rows *scored,
                                const double *errors, const char *description, hw_table **out,
                                hw_error *err)
{
    int64_t worst[N_WORST];
    int32_t n = find_worst(errors, scored->n, worst), rows[N_WORST];
    for (int32_t k = 0; k < n; k++)
        rows[k] = scored->rows ? scored->rows[worst[k]] : (int32_t)worst[k];
    int32_t n_units = scorer->encoder->n_units;
    HW_AUTO(double) *units = hwi_alloc_array((size_t)n_units, N_WORST * sizeof(double));
    HW_CHECK_ALLOC(err, units);
    if (n > 0)
        HW_TRY(hwi_scorer_score(scorer, scored->adapted, rows, 0, n, HWI_SCORE_UNIT_ERRORS, 1,
                                units, NULL, err));
    char **names = NULL;
    HW_TRY(hwi_encoder_unit_names(scorer->encoder, &names, err));
    HW_AUTO(hw_table) *table = new_worst_table(description);
    for (int32_t k = 0; k < n; k++) {
        int64_t row = hwi_table_add_row(table);
        hwi_table_set_number(table, row, 0, rows[k] + 1);
        hwi_table_set_number(table, row, 1, errors[worst[k]]);
        name_units(table, row, units + (int64_t)k * n_units, n_units, names);
    }
    hwi_texts_free(names, n_units);
    HW_TRY(hwi_table_check(table, err));
    *out = HW_TAKE(table);
    return HW_OK;
}

/* --- Calibration ------------------------------------------------------------------------------ */

typedef struct judged_row {
    double predicted, actual, weight;
} judged_row;

static int compare_predicted(const void *a, const void *b)
{
    const judged_row *x = a, *y = b;
    return (x->predicted > y->predicted) - (x->predicted < y->predicted);
}

typedef struct decile {
    int64_t rows;
    double weight, predicted, actual; /* sums; the latter two weighted */
} decile;

/* rows: (n), sorted by prediction. Rows of one prediction go where the middle of their weight is.
 */
static void fill_deciles(const judged_row *rows, int64_t n, decile deciles[N_DECILES])
{
    double all = 0, before = 0;
    for (int64_t i = 0; i < n; i++)
        all += rows[i].weight;
    for (int64_t begin = 0, end; begin < n; begin = end) {
        double weight = 0;
        for (end = begin; end < n && rows[end].predicted == rows[begin].predicted; end++)
            weight += rows[end].weight;
        int32_t k = (int32_t)(N_DECILES * ((before + weight / 2) / all));
        decile *d = &deciles[k < N_DECILES ? k : N_DECILES - 1];
        for (int64_t i = begin; i < end; i++) {
            d->rows++;
            d->weight += rows[i].weight;
            d->predicted += rows[i].weight * rows[i].predicted;
            d->actual += rows[i].weight * rows[i].actual;
        }
        before += weight;
    }
}

static hw_table *calibration_table(const decile deciles[N_DECILES], bool has_weights,
                                   const char *description)
{
    hw_table *table = hwi_table_new("Calibration by Decile of the Prediction", description);
    hwi_table_add_column(table, "decile", HW_CELL_LONG, "%d", "Decile");
    hwi_table_add_column(table, "rows", HW_CELL_LONG, "%d", "Rows");
    hwi_table_add_column(table, "weight", HW_CELL_DOUBLE, "%.6g", "Weight");
    hwi_table_add_column(table, "mean_predicted", HW_CELL_DOUBLE, "%.6g", "Predicted");
    hwi_table_add_column(table, "mean_observed", HW_CELL_DOUBLE, "%.6g", "Observed");
    hwi_table_add_column(table, "ratio", HW_CELL_DOUBLE, "%.4f", "Ratio");
    for (int32_t k = 0; k < N_DECILES; k++) {
        const decile *d = &deciles[k];
        if (d->rows == 0)
            continue;
        int64_t row = hwi_table_add_row(table);
        hwi_table_set_number(table, row, 0, k + 1);
        hwi_table_set_number(table, row, 1, (double)d->rows);
        if (has_weights)
            hwi_table_set_number(table, row, 2, d->weight);
        hwi_table_set_number(table, row, 3, d->predicted / d->weight);
        hwi_table_set_number(table, row, 4, d->actual / d->weight);
        if (d->predicted > 0)
            hwi_table_set_number(table, row, 5, d->actual / d->predicted);
    }
    return table;
}

hw_status hwi_calibration_by_decile(const double *predicted, const double *actual,
                                    const double *weights, int64_t n, const char *description,
                                    hw_table **out, hw_error *err)
{
    judged_row *rows = HWI_NEW_ARRAY(judged_row, (size_t)n);
    HW_CHECK_ALLOC(err, rows);
    int64_t n_judged = 0;
    for (int64_t i = 0; i < n; i++) {
        double weight = weights ? weights[i] : 1;
        if (weight > 0 && !isnan(predicted[i]) && !isnan(actual[i]))
            rows[n_judged++] = (judged_row){predicted[i], actual[i], weight};
    }
    qsort(rows, (size_t)n_judged, sizeof *rows, compare_predicted);
    decile deciles[N_DECILES] = {0};
    fill_deciles(rows, n_judged, deciles);
    hwi_free(rows);
    HW_AUTO(hw_table) *table = calibration_table(deciles, weights != NULL, description);
    HW_TRY(hwi_table_check(table, err));
    *out = HW_TAKE(table);
    return HW_OK;
}

/* --- Of a trainer ----------------------------------------------------------------------------- */

static hw_status calibrate(const hwi_scored_rows *scored, const double *predicted,
                           const char *description, hw_table **out, hw_error *err)
{
    bool has_weights = hwi_adapted_encoder(scored->adapted)->weights_at >= 0;
    HW_AUTO(double) *actual = HWI_ALLOC_ARRAY(double, (size_t)scored->n);
    HW_AUTO(double) *weights = HWI_ALLOC_ARRAY(double, (size_t)scored->n);
    HW_CHECK_ALLOC(err, actual);
    HW_CHECK_ALLOC(err, weights);
    hwi_scored_read(hwi_adapted_read_response, scored, actual);
    hwi_scored_read(hwi_adapted_read_weights, scored, weights);
    return hwi_calibration_by_decile(predicted, actual, has_weights ? weights : NULL, scored->n,
                                     description, out, err);
}

static hw_status diagnose_frame(const hwi_trainer *trainer, bool is_validation,
                                hw_table *diagnoses[HWI_N_DIAGNOSES], hw_error *err)
{
    const char *frame = is_validation ? "validation" : "training";
    hwi_scored_rows scored = hwi_trainer_scored_rows(trainer, is_validation);
    hwi_scorer scorer = hwi_trainer_scorer(trainer);
    scorer.averages = NULL; /* a look that moves nothing */
    HW_AUTO(double) *values = HWI_ALLOC_ARRAY(double, (size_t)scored.n);
    HW_CHECK_ALLOC(err, values);
    HW_TRY(hwi_scorer_score(&scorer, scored.adapted, scored.rows, 0, scored.n, HWI_SCORE_ROW_ERROR,
                            trainer->options ? trainer->options->n_threads : 0, values, NULL, err));
    HW_AUTO_BUFFER(text);
    int64_t n_all = hw_frame_n_rows(hwi_adapted_frame(scored.adapted));
    if (scored.n == n_all)
        hwi_buffer_printf(&text, "all rows of the %s frame", frame);
    else
        hwi_buffer_printf(&text, "%lld scored row%s of the %s frame", (long long)scored.n,
                          scored.n == 1 ? "" : "s", frame);
    HW_TRY(hwi_buffer_check(&text, err));
    const char *description = hwi_buffer_text(&text);
    if (scorer.category == HW_CATEGORY_REGRESSION)
        return calibrate(&scored, values, description,
                         &diagnoses[HWI_TRAINING_CALIBRATION + is_validation], err);
    HW_TRY(hwi_error_histogram(values, scored.n, description,
                               &diagnoses[HWI_TRAINING_ERRORS + is_validation], err));
    return tabulate_worst(&scorer, &scored, values, description,
                          &diagnoses[HWI_TRAINING_WORST_ROWS + is_validation], err);
}

hw_status hwi_diagnose(const hwi_trainer *trainer, hw_table *diagnoses[HWI_N_DIAGNOSES],
                       hw_error *err)
{
    hw_category category = trainer->prepared->category;
    bool is_count = category == HW_CATEGORY_REGRESSION &&
                    hwi_distribution_has_log_link(trainer->params->distribution);
    if (!is_count && category != HW_CATEGORY_AUTOENCODER)
        return HW_OK;
    HW_TRY(diagnose_frame(trainer, false, diagnoses, err));
    return trainer->validation ? diagnose_frame(trainer, true, diagnoses, err) : HW_OK;
}
