/* SPDX-License-Identifier: Apache-2.0 */
#include "train/cv_summary.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"

/* One row of the table. */
typedef double value_function(const hw_metrics *metrics);

typedef struct summary_row {
    const char *name;
    value_function *of; /* NULL: the value of the metrics named source */
    const char *source; /* or the column of the thresholds table, read at the largest F1 */
} summary_row;

/* Classes are the rows of the confusion matrix but the last, the totals. */
static double error_of_class(const hw_table *cm, int64_t class)
{
    return hw_table_number(cm, class, hw_table_find_column(cm, "Error"));
}

static double max_class_error(const hw_metrics *metrics)
{
    const hw_table *cm = hw_metrics_table(metrics, "cm");
    double max = NAN;
    for (int64_t c = 0; cm && c < hw_table_n_rows(cm) - 1; c++)
        max = fmax(max, error_of_class(cm, c));
    return max;
}

static double count_errors(const hw_metrics *metrics)
{
    const hw_table *cm = hw_metrics_table(metrics, "cm");
    if (!cm)
        return NAN;
    int64_t n_classes = hw_table_n_rows(cm) - 1;
    double n = 0;
    for (int64_t a = 0; a < n_classes; a++)
        for (int32_t p = 0; p < n_classes; p++)
            n += a != p ? hw_table_number(cm, a, p) : 0;
    return n;
}

static double accuracy(const hw_metrics *metrics)
{
    return 1 - hw_metrics_value(metrics, "classification_error");
}

static double mean_class_accuracy(const hw_metrics *metrics)
{
    return 1 - hw_metrics_value(metrics, "mean_per_class_error");
}

/* A column of the thresholds table where F1 is largest. */
static double at_max_f1(const hw_metrics *metrics, const char *column)
{
    const hw_table *table = hw_metrics_table(metrics, "thresholds_and_metric_scores");
    if (!table)
        return NAN;
    int32_t f1 = hw_table_find_column(table, "f1"), wanted = hw_table_find_column(table, column);
    int64_t best = -1;
    for (int64_t i = 0; i < hw_table_n_rows(table); i++)
        if (best < 0 ? !isnan(hw_table_number(table, i, f1))
                     : hw_table_number(table, i, f1) > hw_table_number(table, best, f1))
            best = i;
    return best < 0 ? NAN : hw_table_number(table, best, wanted);
}

/* The table of thresholds has 0 where nothing or all is predicted positive: here H2O has nothing.
 */
static double mcc(const hw_metrics *metrics)
{
    double tps = at_max_f1(metrics, "tps"), fps = at_max_f1(metrics, "fps");
    double tns = at_max_f1(metrics, "tns"), fns = at_max_f1(metrics, "fns");
    bool has_none = tps + fps == 0 || tps + fns == 0 || tns + fps == 0 || tns + fns == 0;
    return has_none ? NAN : at_max_f1(metrics, "absolute_mcc");
}

/* In alphabetical order, as H2O shows them. */
static const summary_row regression_rows[] = {
    {"aic", NULL, "AIC"},
    {"loglikelihood", NULL, "loglikelihood"},
    {"mae", NULL, "mae"},
    {"mean_residual_deviance", NULL, "mean_residual_deviance"},
    {"mse", NULL, "MSE"},
    {"r2", NULL, "r2"},
    {"residual_deviance", NULL, "mean_residual_deviance"},
    {"rmse", NULL, "RMSE"},
    {"rmsle", NULL, "rmsle"},
    {NULL}};

static const summary_row binomial_rows[] = {{"accuracy", accuracy, NULL},
                                            {"aic", NULL, "AIC"},
                                            {"auc", NULL, "AUC"},
                                            {"err", NULL, "classification_error"},
                                            {"err_count", count_errors, NULL},
                                            {"f0point5", NULL, "@f0point5"},
                                            {"f1", NULL, "@f1"},
                                            {"f2", NULL, "@f2"},
                                            {"lift_top_group", NULL, "lift_top_group"},
                                            {"loglikelihood", NULL, "loglikelihood"},
                                            {"logloss", NULL, "logloss"},
                                            {"max_per_class_error", max_class_error, NULL},
                                            {"mcc", mcc, NULL},
                                            {"mean_per_class_accuracy", mean_class_accuracy, NULL},
                                            {"mean_per_class_error", NULL, "mean_per_class_error"},
                                            {"mse", NULL, "MSE"},
                                            {"pr_auc", NULL, "pr_auc"},
                                            {"precision", NULL, "@precision"},
                                            {"r2", NULL, "r2"},
                                            {"recall", NULL, "@recall"},
                                            {"rmse", NULL, "RMSE"},
                                            {"specificity", NULL, "@specificity"},
                                            {NULL}};

static const summary_row multinomial_rows[] = {
    {"accuracy", accuracy, NULL},
    {"aic", NULL, "AIC"},
    {"auc", NULL, "AUC"},
    {"err", NULL, "classification_error"},
    {"err_count", count_errors, NULL},
    {"loglikelihood", NULL, "loglikelihood"},
    {"logloss", NULL, "logloss"},
    {"max_per_class_error", max_class_error, NULL},
    {"mean_per_class_accuracy", mean_class_accuracy, NULL},
    {"mean_per_class_error", NULL, "mean_per_class_error"},
    {"mse", NULL, "MSE"},
    {"pr_auc", NULL, "pr_auc"},
    {"r2", NULL, "r2"},
    {"rmse", NULL, "RMSE"},
    {NULL}};

static const summary_row *rows_of(hw_category category)
{
    switch (category) {
    case HW_CATEGORY_BINOMIAL:
        return binomial_rows;
    case HW_CATEGORY_MULTINOMIAL:
        return multinomial_rows;
    default:
        return regression_rows;
    }
}

static double value_of(const summary_row *row, const hw_metrics *metrics)
{
    if (row->of)
        return row->of(metrics);
    if (row->source[0] == '@')
        return at_max_f1(metrics, row->source + 1);
    return hw_metrics_value(metrics, row->source);
}

/* Folds without a number count in neither. Everything is float in the end; H2O shows a deviation of
 * 0 where there are fewer than two numbers. */
static void add_row(const summary_row *row, const hw_metrics *const *folds, int32_t n_folds,
                    hw_table *table)
{
    int64_t at = hwi_table_add_row(table);
    if (at < 0)
        return;
    double sum = 0, squares = 0;
    int32_t n = 0;
    for (int32_t f = 0; f < n_folds; f++) {
        double x = value_of(row, folds[f]);
        hwi_table_set_number(table, at, f + 3, (float)x);
        if (isnan(x))
            continue;
        sum += x;
        squares += x * x;
        n++;
    }
    double mean = sum / n;
    double variance = n > 1 ? (squares - n * mean * mean) / (n - 1) : 0;
    hwi_table_set_text(table, at, 0, row->name);
    hwi_table_set_number(table, at, 1, (float)mean);
    hwi_table_set_number(table, at, 2, variance < 0 ? 0 : (float)sqrt(variance));
}

hw_status hwi_cv_summary(const hw_metrics *const *folds, int32_t n_folds, hw_table **out,
                         hw_error *err)
{
    HW_AUTO(hw_table) *table = hwi_table_new("Cross-Validation Metrics Summary", "");
    hwi_table_add_column(table, "", HW_CELL_STRING, "%s", "");
    hwi_table_add_column(table, "mean", HW_CELL_FLOAT, "%f", "mean");
    hwi_table_add_column(table, "sd", HW_CELL_FLOAT, "%f", "sd");
    for (int32_t f = 0; f < n_folds; f++) {
        char name[32];
        snprintf(name, sizeof name, "cv_%d_valid", f + 1);
        hwi_table_add_column(table, name, HW_CELL_FLOAT, "%f", name);
    }
    for (const summary_row *row = rows_of(hw_metrics_category(folds[0])); row->name; row++)
        add_row(row, folds, n_folds, table);
    HW_TRY(hwi_table_check(table, err));
    *out = HW_TAKE(table);
    return HW_OK;
}
