/* SPDX-License-Identifier: Apache-2.0 */
#include "train/history.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/number.h"
#include "train/stopping.h"

/* A column of the table, once for each frame: H2O's heading without "Training ", and the metrics'
 * value. */
typedef struct shown {
    const char *heading, *name, *value;
} shown;

static const shown regression_columns[] = {{"RMSE", "rmse", "RMSE"},
                                           {"Deviance", "deviance", "mean_residual_deviance"},
                                           {"MAE", "mae", "mae"},
                                           {"r2", "r2", "r2"}};
static const shown binomial_columns[] = {
    {"RMSE", "rmse", "RMSE"},
    {"LogLoss", "logloss", "logloss"},
    {"r2", "r2", "r2"},
    {"AUC", "auc", "AUC"},
    {"pr_auc", "pr_auc", "pr_auc"},
    {"Lift", "lift", "lift_top_group"},
    {"Classification Error", "classification_error", "classification_error"}};
static const shown multinomial_columns[] = {
    {"RMSE", "rmse", "RMSE"},
    {"LogLoss", "logloss", "logloss"},
    {"r2", "r2", "r2"},
    {"Classification Error", "classification_error", "classification_error"},
    {"AUC", "auc", "AUC"},
    {"pr_auc", "pr_auc", "pr_auc"}};
static const shown autoencoder_columns[] = {{"RMSE", "rmse", "RMSE"}, {"MSE", "mse", "MSE"}};

static const shown *columns_of(hw_category category, int32_t *n)
{
    switch (category) {
    case HW_CATEGORY_BINOMIAL:
        *n = 7;
        return binomial_columns;
    case HW_CATEGORY_MULTINOMIAL:
        *n = 6;
        return multinomial_columns;
    case HW_CATEGORY_AUTOENCODER:
        *n = 2;
        return autoencoder_columns;
    default:
        *n = 4;
        return regression_columns;
    }
}

static hw_status add_metric_columns(hw_table *table, const char *heading, const char *name,
                                    hw_category category, hw_error *err)
{
    int32_t n;
    const shown *columns = columns_of(category, &n);
    for (int32_t i = 0; i < n; i++) {
        HW_AUTO_BUFFER(full_heading);
        HW_AUTO_BUFFER(full_name);
        hwi_buffer_printf(&full_heading, "%s %s", heading, columns[i].heading);
        hwi_buffer_printf(&full_name, "%s_%s", name, columns[i].name);
        HW_TRY(hwi_buffer_check(&full_heading, err));
        HW_TRY(hwi_buffer_check(&full_name, err));
        hwi_table_add_column(table, hwi_buffer_text(&full_name), HW_CELL_DOUBLE, "%.5f",
                             hwi_buffer_text(&full_heading));
    }
    return HW_OK;
}

hw_status hwi_history_init(hwi_history *history, hw_category category, bool has_validation,
                           hw_stopping_metric metric, hw_error *err)
{
    *history =
        (hwi_history){.category = category, .has_validation = has_validation, .metric = metric};
    hw_table *table = history->table = hwi_table_new("Scoring History", "");
    hwi_table_add_column(table, "", HW_CELL_STRING, "%s", "");
    hwi_table_add_column(table, "timestamp", HW_CELL_STRING, "%s", "Timestamp");
    hwi_table_add_column(table, "duration", HW_CELL_STRING, "%s", "Duration");
    hwi_table_add_column(table, "training_speed", HW_CELL_STRING, "%s", "Training Speed");
    hwi_table_add_column(table, "epochs", HW_CELL_DOUBLE, "%.5f", "Epochs");
    hwi_table_add_column(table, "iterations", HW_CELL_INT, "%d", "Iterations");
    hwi_table_add_column(table, "samples", HW_CELL_DOUBLE, "%f", "Samples");
    HW_TRY(add_metric_columns(table, "Training", "training", category, err));
    if (has_validation)
        HW_TRY(add_metric_columns(table, "Validation", "validation", category, err));
    return hwi_table_check(table, err);
}

void hwi_history_clear(hwi_history *history)
{
    hwi_table_free(history->table);
    hwi_free(history->stopping_values);
    *history = (hwi_history){0};
}

double hwi_history_speed(const hwi_history_event *event)
{
    double learning_ms = 1 + event->total_ms - event->scoring_ms - event->setup_ms;
    return (double)event->samples / (learning_ms / 1000);
}

static void put_speed(hw_table *table, int64_t row, const hwi_history_event *event)
{
    if (!event->training || event->total_ms <= 0)
        return;
    double speed = (float)hwi_history_speed(event);
    char number[HWI_FIXED_TEXT_BYTES];
    hwi_format_fixed(speed > 10 ? floor(speed) : speed, speed > 10 ? 0 : 5, number);
    HW_AUTO_BUFFER(text);
    hwi_buffer_printf(&text, "%s obs/sec", number);
    hwi_table_set_text(table, row, 3, hwi_buffer_text(&text));
}

static int32_t put_metrics(hw_table *table, int64_t row, int32_t column, hw_category category,
                           const hw_metrics *metrics)
{
    int32_t n;
    const shown *columns = columns_of(category, &n);
    for (int32_t i = 0; i < n; i++)
        hwi_table_set_number(table, row, column + i,
                             metrics ? hw_metrics_value(metrics, columns[i].value) : NAN);
    return column + n;
}

static hw_status remember_value(hwi_history *history, double value, hw_error *err)
{
    if (history->n == history->capacity) {
        int32_t capacity = history->capacity ? 2 * history->capacity : 64;
        double *values = hwi_realloc_array(history->stopping_values, (size_t)history->n,
                                           (size_t)capacity, sizeof(double));
        HW_CHECK_ALLOC(err, values);
        history->stopping_values = values;
        history->capacity = capacity;
    }
    history->stopping_values[history->n++] = value;
    return HW_OK;
}

/* A stopping value of a row of the table; NaN when the table does not hold this metric. */
static double value_in_table(const hwi_history *history, const hw_table *table, int64_t row)
{
    bool is_square = history->metric == HW_STOPPING_METRIC_MSE;
    const char *value =
        is_square ? "RMSE" : hwi_stopping_value_name(history->metric, history->category);
    const char *frame = history->has_validation ? "validation" : "training";
    int32_t n;
    const shown *columns = columns_of(history->category, &n);
    for (int32_t i = 0; i < n; i++) {
        if (strcmp(columns[i].value, value) != 0)
            continue;
        char name[64];
        snprintf(name, sizeof name, "%s_%s", frame, columns[i].name);
        double x = hw_table_number(table, row, hw_table_find_column(table, name));
        return is_square ? x * x : x;
    }
    return NAN;
}

hw_status hwi_history_continue(hwi_history *history, const hw_table *table, const double *values,
                               int32_t n_values, hw_error *err)
{
    int32_t n = hw_table_n_columns(history->table);
    bool is_same = table && hw_table_n_columns(table) == n;
    for (int32_t c = 0; is_same && c < n; c++)
        is_same =
            strcmp(hw_table_column_name(table, c), hw_table_column_name(history->table, c)) == 0;
    if (!is_same)
        HW_FAIL(err, HW_EINVAL, "checkpoint",
                "checkpoint: the model has no scoring history of the kind that it would go on "
                "with");
    HW_AUTO(hw_table) *copy = hwi_table_copy(table);
    HW_TRY(hwi_table_check(copy, err));
    for (int64_t row = 0; row < hw_table_n_rows(table); row++) {
        bool is_known = values && row < n_values;
        HW_TRY(remember_value(history, is_known ? values[row] : value_in_table(history, table, row),
                              err));
    }
    hwi_table_free(history->table);
    history->table = HW_TAKE(copy);
    return HW_OK;
}

hw_status hwi_history_add(hwi_history *history, const hwi_history_event *event, hw_error *err)
{
    hw_table *table = history->table;
    char text[HWI_TIME_TEXT_BYTES];
    int64_t row = hwi_table_add_row(table);
    HW_TRY(hwi_table_check(table, err));
    hwi_table_set_text(table, row, 0, "");
    hwi_format_local_time(hwi_wall_clock_ms(), text);
    hwi_table_set_text(table, row, 1, text);
    hwi_format_duration(event->total_ms, text);
    hwi_table_set_text(table, row, 2, text);
    put_speed(table, row, event);
    hwi_table_set_number(table, row, 4, event->epochs);
    hwi_table_set_number(table, row, 5, event->iterations);
    hwi_table_set_number(table, row, 6, (double)event->samples);
    int32_t next = put_metrics(table, row, 7, history->category, event->training);
    if (history->has_validation)
        put_metrics(table, row, next, history->category, event->validation);
    const hw_metrics *judged = history->has_validation ? event->validation : event->training;
    HW_TRY(remember_value(history, hwi_stopping_value(history->metric, judged), err));
    return hwi_table_check(table, err);
}
