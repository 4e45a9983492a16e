/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/gains_lift.h"

#include <math.h>
#include <stdio.h>

#include "base/number.h"
#include "metrics/quantile.h"

typedef struct group {
    double n_events;
    double n_rows;
    double score_sum;
} group;

static inline void hwi_auto_group(group **pointer)
{
    hwi_free(*pointer);
}

static inline void hwi_auto_hwi_weighted_value(hwi_weighted_value **pointer)
{
    hwi_free(*pointer);
}

/* The lower threshold of each group, falling, without repetition. thresholds: room for all groups.
 */
static hw_status find_thresholds(const hwi_detail_row *rows, int64_t n_rows,
                                 const hwi_gains_lift_setup *setup, const double *probabilities,
                                 int32_t n_groups, double *thresholds, int32_t *out_n,
                                 hw_error *err)
{
    HW_AUTO(hwi_weighted_value) *values = HWI_ALLOC_ARRAY(hwi_weighted_value, (size_t)n_rows);
    HW_AUTO(hwi_weighted_value) *scratch = HWI_ALLOC_ARRAY(hwi_weighted_value, (size_t)n_rows);
    HW_CHECK_ALLOC(err, values);
    HW_CHECK_ALLOC(err, scratch);
    double total = 0; /* in the order of the rows */
    for (int64_t i = 0; i < n_rows; i++) {
        values[i] = (hwi_weighted_value){rows[i].prediction, rows[i].weight};
        total += rows[i].weight;
    }
    hwi_weighted_sort(values, scratch, n_rows);
    if (setup->as_h2o)
        hwi_weighted_quantiles_as_h2o(values, n_rows, setup->has_weightless ? 0 : values[0].value,
                                      total, probabilities, n_groups, thresholds);
    else
        hwi_weighted_quantiles(values, n_rows, probabilities, n_groups, thresholds);
    int32_t n = 0;
    for (int32_t g = 0; g < n_groups; g++)
        if (n == 0 || thresholds[g] < thresholds[n - 1])
            thresholds[n++] = thresholds[g];
    *out_n = n;
    return HW_OK;
}

/* The first group whose threshold is not above p; the last one takes what lies below all. */
static int32_t group_of(const double *thresholds, int32_t n_groups, double p)
{
    int32_t low = 0, n = n_groups - 1;
    while (n > 0) {
        int32_t half = n / 2;
        if (thresholds[low + half] > p) {
            low += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return low;
}

static void add_columns(hw_table *table)
{
    static const char *const columns[][2] = {
        {"lower_threshold", "Lower Threshold"},
        {"lift", "Lift"},
        {"cumulative_lift", "Cumulative Lift"},
        {"response_rate", "Response Rate"},
        {"score", "Score"},
        {"cumulative_response_rate", "Cumulative Response Rate"},
        {"cumulative_score", "Cumulative Score"},
        {"capture_rate", "Capture Rate"},
        {"cumulative_capture_rate", "Cumulative Capture Rate"},
        {"gain", "Gain"},
        {"cumulative_gain", "Cumulative Gain"},
        {"kolmogorov_smirnov", "Kolmogorov Smirnov"},
    };
    hwi_table_add_column(table, "group", HW_CELL_INT, "%d", "Group");
    hwi_table_add_column(table, "cumulative_data_fraction", HW_CELL_DOUBLE, "%.8f",
                         "Cumulative Data Fraction");
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        hwi_table_add_column(table, columns[i][0], HW_CELL_DOUBLE, "%5f", columns[i][1]);
}

static void add_rows(hw_table *table, const group *groups, const double *thresholds,
                     int32_t n_groups, const group *total)
{
    double events = 0, n_rows = 0, score_sum = 0, n_non_events = total->n_rows - total->n_events;
    double average = total->n_events / total->n_rows;
    for (int32_t g = 0; g < n_groups; g++) {
        const group *p = &groups[g];
        bool is_empty = p->n_rows == 0;
        double rate = is_empty ? 0 : p->n_events / p->n_rows;
        double score = is_empty ? 0 : p->score_sum / p->n_rows;
        double lift = is_empty ? 0 : rate / average;
        events += p->n_events;
        n_rows += p->n_rows;
        score_sum += score * p->n_rows;
        double cumulative_rate = events / n_rows, cumulative_lift = cumulative_rate / average;
        const double cells[] = {
            g + 1,
            n_rows / total->n_rows,
            thresholds[g],
            lift,
            cumulative_lift,
            rate,
            score,
            cumulative_rate,
            score_sum / n_rows,
            p->n_events / total->n_events,
            events / total->n_events,
            100 * (lift - 1),
            100 * (cumulative_lift - 1),
            events / total->n_events - (n_rows - events) / n_non_events,
        };
        if (hwi_table_add_row(table) < 0)
            return;
        for (int32_t c = 0; c < (int32_t)(sizeof cells / sizeof cells[0]); c++)
            hwi_table_set_number(table, g, c, cells[c]);
    }
}

static hw_table *build_table(const group *groups, const double *thresholds, int32_t n_groups,
                             const group *total)
{
    hw_table *table = hwi_table_new("Gains/Lift Table", "");
    double score = total->score_sum / total->n_rows;
    add_columns(table);
    add_rows(table, groups, thresholds, n_groups, total);
    char rate_text[HWI_FIXED_TEXT_BYTES], score_text[HWI_FIXED_TEXT_BYTES];
    char description[2 * HWI_FIXED_TEXT_BYTES + 64];
    hwi_format_fixed_as_java(100 * (total->n_events / total->n_rows), 2, rate_text);
    hwi_format_fixed_as_java(100 * score, 2, score_text);
    snprintf(description, sizeof description, "Avg response rate: %5s %%, avg score: %5s %%",
             rate_text, score_text);
    hwi_table_set_description(table, description);
    return table;
}

/* H2O's own groups are finer at the top, where targeting looks. Falling, the last one 0. */
static int32_t fill_probabilities(double *probabilities, int32_t n_bins)
{
    static const double h2o[] = {0.99, 0.98, 0.97, 0.96, 0.95, 0.9, 0.85, 0.8,
                                 0.7,  0.6,  0.5,  0.4,  0.3,  0.2, 0.1,  0};
    int32_t n_groups = n_bins < 0 ? (int32_t)(sizeof h2o / sizeof h2o[0]) : n_bins;
    for (int32_t g = 0; g < n_groups; g++)
        probabilities[g] = n_bins < 0 ? h2o[g] : (n_bins - g - 1) / (double)n_bins;
    return n_groups;
}

hw_status hwi_gains_lift_table(const hwi_detail_row *rows, int64_t n_rows,
                               const hwi_gains_lift_setup *setup, hw_table **out, hw_error *err)
{
    int32_t n_bins = setup->n_bins;
    *out = NULL;
    if (n_bins == 0 || n_rows == 0)
        return HW_OK;
    size_t n_max = n_bins < 0 ? 16 : (size_t)n_bins;
    HW_AUTO(double) *probabilities = HWI_ALLOC_ARRAY(double, n_max);
    HW_AUTO(double) *thresholds = HWI_ALLOC_ARRAY(double, n_max);
    HW_AUTO(group) *groups = HWI_NEW_ARRAY(group, n_max);
    HW_CHECK_ALLOC(err, probabilities);
    HW_CHECK_ALLOC(err, thresholds);
    HW_CHECK_ALLOC(err, groups);
    int32_t n_groups = fill_probabilities(probabilities, n_bins);
    HW_TRY(
        find_thresholds(rows, n_rows, setup, probabilities, n_groups, thresholds, &n_groups, err));
    group total = {0, 0, 0};
    for (int64_t i = 0; i < n_rows; i++) {
        if (isnan(rows[i].actual))
            continue;
        total.score_sum += rows[i].prediction * rows[i].weight;
        if (setup->as_h2o && rows[i].prediction < thresholds[n_groups - 1])
            continue;
        group *g = &groups[group_of(thresholds, n_groups, rows[i].prediction)];
        g->n_rows += rows[i].weight;
        g->n_events += rows[i].actual == 1 ? rows[i].weight : 0;
        if (setup->as_h2o) {
            g->n_rows = trunc(g->n_rows);
            g->n_events = trunc(g->n_events);
        }
        g->score_sum += rows[i].prediction * rows[i].weight;
    }
    for (int32_t g = 0; g < n_groups; g++) {
        total.n_events += groups[g].n_events;
        total.n_rows += groups[g].n_rows;
    }
    if (total.n_rows == 0)
        return HW_OK;
    hw_table *table = build_table(groups, thresholds, n_groups, &total);
    hw_status status = hwi_table_check(table, err);
    if (status != HW_OK)
        hwi_table_free(table);
    else
        *out = table;
    return status;
}
