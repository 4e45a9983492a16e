/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/multinomial_auc.h"

#include <math.h>
#include <stdio.h>

bool hwi_multinomial_auc_is_wanted(hw_auc_type auc_type, int32_t n_classes)
{
    return auc_type != HW_AUC_TYPE_AUTO && auc_type != HW_AUC_TYPE_NONE &&
           n_classes <= HWI_MULTINOMIAL_AUC_MAX_CLASSES;
}

hw_status hwi_multinomial_auc_init(hwi_multinomial_auc *auc, int32_t n_classes, int32_t n_predicted,
                                   hw_error *err)
{
    size_t n_bins = (size_t)n_classes * (size_t)n_classes;
    auc->n_classes = n_classes;
    auc->n_predicted = n_predicted;
    auc->n_rows = HWI_NEW_ARRAY(double, (size_t)n_classes);
    auc->bins = HWI_NEW_ARRAY(hwi_auc_bins, n_bins);
    HW_CHECK_ALLOC(err, auc->n_rows);
    HW_CHECK_ALLOC(err, auc->bins);
    for (size_t i = 0; i < n_bins; i++)
        hwi_auc_bins_init(&auc->bins[i]);
    return HW_OK;
}

void hwi_multinomial_auc_clear(hwi_multinomial_auc *auc)
{
    if (auc->bins)
        for (int32_t i = 0; i < auc->n_classes * auc->n_classes; i++)
            hwi_auc_bins_clear(&auc->bins[i]);
    hwi_free(auc->bins);
    hwi_free(auc->n_rows);
    *auc = (hwi_multinomial_auc){0};
}

hw_status hwi_multinomial_auc_add(hwi_multinomial_auc *auc, const double *probabilities,
                                  int32_t actual, double weight, hw_error *err)
{
    int32_t n_classes = auc->n_classes;
    double of_actual = actual < auc->n_predicted ? probabilities[actual] : 0;
    auc->n_rows[actual] += weight;
    for (int32_t k = 0; k < n_classes; k++) {
        hwi_auc_bins *against_rest = &auc->bins[k * n_classes + k];
        double p = k < auc->n_predicted ? probabilities[k] : 0;
        HW_TRY(hwi_auc_bins_add(against_rest, p, weight, k == actual, err));
        if (k == actual)
            continue;
        hwi_auc_bins *as_positive = &auc->bins[actual * n_classes + k];
        hwi_auc_bins *as_negative = &auc->bins[k * n_classes + actual];
        HW_TRY(hwi_auc_bins_add(as_positive, of_actual, weight, true, err));
        HW_TRY(hwi_auc_bins_add(as_negative, p, weight, false, err));
    }
    return HW_OK;
}

hw_status hwi_multinomial_auc_reduce(hwi_multinomial_auc *into, const hwi_multinomial_auc *from,
                                     hw_error *err)
{
    for (int32_t i = 0; i < into->n_classes * into->n_classes; i++)
        HW_TRY(hwi_auc_bins_reduce(&into->bins[i], &from->bins[i], err));
    for (int32_t k = 0; k < into->n_classes; k++)
        into->n_rows[k] += from->n_rows[k];
    return HW_OK;
}

/* A plain and a weighted mean, in H2O's way of adding. */
typedef struct average {
    double sum, n;
    double weighted_sum, weight;
} average;

static void add_to_average(average *a, double value, double weight)
{
    a->sum += value;
    a->n += 1;
    a->weighted_sum += value * weight;
    a->weight += weight;
}

static void add_text_row(hw_table *table, const char *type, const char *first, const char *second,
                         double value)
{
    int64_t row = hwi_table_add_row(table);
    if (row < 0)
        return;
    hwi_table_set_text(table, row, 0, type);
    if (first)
        hwi_table_set_text(table, row, 1, first);
    if (second)
        hwi_table_set_text(table, row, 2, second);
    hwi_table_set_number(table, row, 3, value);
}

static hw_table *new_table(const char *name, const char *column, const char *heading)
{
    hw_table *table = hwi_table_new(name, "");
    hwi_table_add_column(table, "type", HW_CELL_STRING, "%s", "Type");
    hwi_table_add_column(table, "first_class_domain", HW_CELL_STRING, "%s", "First class domain");
    hwi_table_add_column(table, "second_class_domain", HW_CELL_STRING, "%s", "Second class domain");
    hwi_table_add_column(table, column, HW_CELL_DOUBLE, "%d", heading);
    return table;
}

/* values: (K, K) as the bins. Returns the average of the wanted kind. */
static double fill_table(hw_table *table, const hwi_multinomial_auc *auc, const double *values,
                         hw_auc_type auc_type, const char *const *domain)
{
    int32_t n_classes = auc->n_classes;
    char type[1024];
    average rest = {0, 0, 0, 0}, pairs = {0, 0, 0, 0};
    for (int32_t i = 0; i < n_classes; i++) {
        double value = values[i * n_classes + i];
        snprintf(type, sizeof type, "%s vs Rest", domain[i]);
        add_text_row(table, type, domain[i], NULL, value);
        add_to_average(&rest, value, auc->n_rows[i]);
    }
    double macro_rest = rest.sum / rest.n, weighted_rest = rest.weighted_sum / rest.weight;
    add_text_row(table, "Macro OVR", NULL, NULL, macro_rest);
    add_text_row(table, "Weighted OVR", NULL, NULL, weighted_rest);
    for (int32_t i = 0; i < n_classes; i++) {
        for (int32_t j = i + 1; j < n_classes; j++) {
            double value = (values[i * n_classes + j] + values[j * n_classes + i]) / 2;
            snprintf(type, sizeof type, "Class %s vs. %s", domain[i], domain[j]);
            add_text_row(table, type, domain[i], domain[j], value);
            /* Every class is in K - 1 pairs. Unlike above, H2O divides each weight. */
            double share = (auc->n_rows[i] + auc->n_rows[j]) / (rest.weight * (n_classes - 1));
            add_to_average(&pairs, value, share);
        }
    }
    double macro_pairs = pairs.sum / pairs.n, weighted_pairs = pairs.weighted_sum;
    add_text_row(table, "Macro OVO", NULL, NULL, macro_pairs);
    add_text_row(table, "Weighted OVO", NULL, NULL, weighted_pairs);
    switch (auc_type) {
    case HW_AUC_TYPE_MACRO_OVR:
        return macro_rest;
    case HW_AUC_TYPE_WEIGHTED_OVR:
        return weighted_rest;
    case HW_AUC_TYPE_MACRO_OVO:
        return macro_pairs;
    case HW_AUC_TYPE_WEIGHTED_OVO:
        return weighted_pairs;
    default:
        return NAN;
    }
}

hw_status hwi_multinomial_auc_finish(const hwi_multinomial_auc *auc, hw_auc_type auc_type,
                                     const char *const *domain, hwi_multinomial_auc_result *out,
                                     hw_error *err)
{
    size_t n_curves = (size_t)auc->n_classes * (size_t)auc->n_classes;
    HW_AUTO(double) *areas = HWI_ALLOC_ARRAY(double, 2 * n_curves);
    hwi_auc_curve *curve = HWI_NEW(hwi_auc_curve);
    if (!areas || !curve) {
        hwi_free(curve);
        HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
    }
    for (size_t i = 0; i < n_curves; i++) {
        hwi_auc_curve_from_bins(curve, &auc->bins[i]);
        areas[i] = hwi_auc_curve_auc(curve);
        areas[n_curves + i] = hwi_auc_curve_pr_auc(curve);
    }
    hwi_free(curve);
    HW_AUTO(hw_table) *auc_table = new_table("Multinomial AUC values", "auc", "AUC");
    HW_AUTO(hw_table) *pr_table = new_table("Multinomial auc_pr values", "auc_pr", "auc_pr");
    double value = fill_table(auc_table, auc, areas, auc_type, domain);
    double pr_value = fill_table(pr_table, auc, areas + n_curves, auc_type, domain);
    HW_TRY(hwi_table_check(auc_table, err));
    HW_TRY(hwi_table_check(pr_table, err));
    out->auc = value;
    out->pr_auc = pr_value;
    out->auc_table = HW_TAKE(auc_table);
    out->pr_auc_table = HW_TAKE(pr_table);
    return HW_OK;
}
