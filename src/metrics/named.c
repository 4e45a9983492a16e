/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/named.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* One value. */
typedef double value_function(const hw_metrics *metrics);

typedef struct named {
    const char *name;
    value_function *of; /* NULL: the value of the metrics named source */
    const char *source; /* or the column of the thresholds table, read at the largest F1 */
} named;

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
static const named regression_rows[] = {{"aic", NULL, "AIC"},
                                        {"loglikelihood", NULL, "loglikelihood"},
                                        {"mae", NULL, "mae"},
                                        {"mean_residual_deviance", NULL, "mean_residual_deviance"},
                                        {"mse", NULL, "MSE"},
                                        {"r2", NULL, "r2"},
                                        {"residual_deviance", NULL, "mean_residual_deviance"},
                                        {"rmse", NULL, "RMSE"},
                                        {"rmsle", NULL, "rmsle"},
                                        {NULL}};

static const named binomial_rows[] = {{"accuracy", accuracy, NULL},
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

static const named multinomial_rows[] = {{"accuracy", accuracy, NULL},
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

static const named autoencoder_rows[] = {{"mse", NULL, "MSE"}, {"rmse", NULL, "RMSE"}, {NULL}};

static const named *rows_of(hw_category category)
{
    switch (category) {
    case HW_CATEGORY_BINOMIAL:
        return binomial_rows;
    case HW_CATEGORY_MULTINOMIAL:
        return multinomial_rows;
    case HW_CATEGORY_AUTOENCODER:
        return autoencoder_rows;
    case HW_CATEGORY_REGRESSION:
        break;
    }
    return regression_rows;
}

bool hwi_named_is_more_better(const char *name)
{
    static const char *const names[] = {"accuracy",
                                        "auc",
                                        "f0point5",
                                        "f1",
                                        "f2",
                                        "lift_top_group",
                                        "loglikelihood",
                                        "mcc",
                                        "mean_per_class_accuracy",
                                        "pr_auc",
                                        "precision",
                                        "r2",
                                        "recall",
                                        "specificity"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

int32_t hwi_named_find(hw_category category, const char *name)
{
    const char *wanted = strcasecmp(name, "aucpr") == 0 ? "pr_auc" : name;
    for (int32_t i = 0; i < hwi_named_n(category); i++)
        if (strcasecmp(hwi_named_name(category, i), wanted) == 0)
            return i;
    return -1;
}

int32_t hwi_named_n(hw_category category)
{
    int32_t n = 0;
    while (rows_of(category)[n].name)
        n++;
    return n;
}

const char *hwi_named_name(hw_category category, int32_t i)
{
    return rows_of(category)[i].name;
}

double hwi_named_value(const hw_metrics *metrics, int32_t i)
{
    const named *row = &rows_of(hw_metrics_category(metrics))[i];
    if (row->of)
        return row->of(metrics);
    if (row->source[0] == '@')
        return at_max_f1(metrics, row->source + 1);
    return hw_metrics_value(metrics, row->source);
}
