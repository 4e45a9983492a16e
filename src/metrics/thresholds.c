/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/thresholds.h"

#include <math.h>
#include <stdio.h>

typedef struct outcome {
    double tp, fp, tn, fn;
} outcome;

typedef struct criterion {
    const char *name;
    double (*of)(const outcome *o);
    bool is_count;
} criterion;

static double precision(const outcome *o)
{
    return o->tp / (o->tp + o->fp);
}

static double recall(const outcome *o)
{
    return o->tp / (o->tp + o->fn);
}

static double specificity(const outcome *o)
{
    return o->tn / (o->tn + o->fp);
}

static double f1(const outcome *o)
{
    double p = precision(o), r = recall(o);
    return 2 * (p * r) / (p + r);
}

static double f2(const outcome *o)
{
    double p = precision(o), r = recall(o);
    return 5 * (p * r) / (4 * p + r);
}

static double f0point5(const outcome *o)
{
    double p = precision(o), r = recall(o);
    return 1.25 * (p * r) / (0.25 * p + r);
}

static double accuracy(const outcome *o)
{
    return (o->tn + o->tp) / (o->tn + o->fn + o->tp + o->fp);
}

static double absolute_mcc(const outcome *o)
{
    double numerator = o->tp * o->tn - o->fp * o->fn;
    if (numerator == 0)
        return 0;
    double mcc =
        numerator / sqrt((o->tp + o->fp) * (o->tp + o->fn) * (o->tn + o->fp) * (o->tn + o->fn));
    return fabs(mcc) > 1 ? 1 : fabs(mcc);
}

static double tnr(const outcome *o)
{
    return o->tn / (o->fp + o->tn);
}

static double fnr(const outcome *o)
{
    return o->fn / (o->fn + o->tp);
}

static double fpr(const outcome *o)
{
    return o->fp / (o->fp + o->tn);
}

static double tpr(const outcome *o)
{
    return o->tp / (o->tp + o->fn);
}

/* fmin would hide the NaN of a class without rows. */
static double min_per_class_accuracy(const outcome *o)
{
    double positive = tpr(o), negative = tnr(o);
    return isnan(positive) || positive < negative ? positive : negative;
}

static double mean_per_class_accuracy(const outcome *o)
{
    return 0.5 * (tpr(o) + tnr(o));
}

static double tns(const outcome *o)
{
    return o->tn;
}

static double fns(const outcome *o)
{
    return o->fn;
}

static double fps(const outcome *o)
{
    return o->fp;
}

static double tps(const outcome *o)
{
    return o->tp;
}

static const criterion criteria[] = {
    {"f1", f1, false},
    {"f2", f2, false},
    {"f0point5", f0point5, false},
    {"accuracy", accuracy, false},
    {"precision", precision, false},
    {"recall", recall, false},
    {"specificity", specificity, false},
    {"absolute_mcc", absolute_mcc, false},
    {"min_per_class_accuracy", min_per_class_accuracy, false},
    {"mean_per_class_accuracy", mean_per_class_accuracy, false},
    {"tns", tns, true},
    {"fns", fns, true},
    {"fps", fps, true},
    {"tps", tps, true},
    {"tnr", tnr, false},
    {"fnr", fnr, false},
    {"fpr", fpr, false},
    {"tpr", tpr, false},
};
enum { N_CRITERIA = sizeof criteria / sizeof criteria[0] };

static outcome outcome_at(const hwi_auc_curve *curve, int32_t i)
{
    return (outcome){curve->tp[i], curve->fp[i], curve->n_negative - curve->fp[i],
                     curve->n_positive - curve->tp[i]};
}

static int32_t first_largest(const hwi_auc_curve *curve, const criterion *c)
{
    double largest = -INFINITY;
    int32_t at = -1;
    for (int32_t i = 0; i < curve->n; i++) {
        outcome o = outcome_at(curve, i);
        double value = c->of(&o);
        if (value > largest) {
            largest = value;
            at = i;
        }
    }
    return at;
}

int32_t hwi_curve_max_f1(const hwi_auc_curve *curve)
{
    return first_largest(curve, &criteria[0]);
}

hw_table *hwi_thresholds_table(const hwi_auc_curve *curve)
{
    hw_table *table = hwi_table_new("Metrics for Thresholds",
                                    "Binomial metrics as a function of classification thresholds");
    hwi_table_add_column(table, "threshold", HW_CELL_DOUBLE, "%f", "Threshold");
    for (int c = 0; c < N_CRITERIA; c++)
        hwi_table_add_column(table, criteria[c].name,
                             criteria[c].is_count ? HW_CELL_LONG : HW_CELL_DOUBLE,
                             criteria[c].is_count ? "%d" : "%f", criteria[c].name);
    hwi_table_add_column(table, "idx", HW_CELL_INT, "%d", "idx");
    for (int32_t i = 0; i < curve->n; i++) {
        outcome o = outcome_at(curve, i);
        if (hwi_table_add_row(table) < 0)
            break;
        hwi_table_set_number(table, i, 0, curve->threshold[i]);
        for (int c = 0; c < N_CRITERIA; c++) {
            double value = criteria[c].of(&o);
            hwi_table_set_number(table, i, c + 1, criteria[c].is_count ? trunc(value) : value);
        }
        hwi_table_set_number(table, i, N_CRITERIA + 1, i);
    }
    return table;
}

hw_table *hwi_max_criteria_table(const hwi_auc_curve *curve)
{
    hw_table *table =
        hwi_table_new("Maximum Metrics", "Maximum metrics at their respective thresholds");
    hwi_table_add_column(table, "metric", HW_CELL_STRING, "%s", "Metric");
    hwi_table_add_column(table, "threshold", HW_CELL_DOUBLE, "%f", "Threshold");
    hwi_table_add_column(table, "value", HW_CELL_DOUBLE, "%f", "Value");
    hwi_table_add_column(table, "idx", HW_CELL_LONG, "%d", "idx");
    for (int c = 0; c < N_CRITERIA; c++) {
        char name[64];
        if (hwi_table_add_row(table) < 0)
            break;
        snprintf(name, sizeof name, "max %s", criteria[c].name);
        int32_t at = first_largest(curve, &criteria[c]);
        outcome o = at >= 0 ? outcome_at(curve, at) : (outcome){0, 0, 0, 0};
        hwi_table_set_text(table, c, 0, name);
        hwi_table_set_number(table, c, 1, at >= 0 ? curve->threshold[at] : NAN);
        hwi_table_set_number(table, c, 2, at >= 0 ? criteria[c].of(&o) : NAN);
        hwi_table_set_number(table, c, 3, at);
    }
    return table;
}
