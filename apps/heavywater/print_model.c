/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/print_model.h"

#include <math.h>
#include <string.h>

#include "heavywater/print_diagnosis.h"
#include "heavywater/print_table.h"
#include "heavywater/text.h"
#include "heavywater/text_grid.h"

enum {
    HISTORY_HEAD = 3,
    HISTORY_TAIL = 7,
    GAINS_ROWS = 10,
    CRITERIA_ROWS = 10, /* those that are a measure; counts follow */
    IMPORTANCE_ROWS = 15,
    MAX_MATRIX_CLASSES = 20,
    BAR_CELLS = 24
};

void app_print_warnings(FILE *out, const hw_model *model)
{
    for (int32_t i = 0; i < hw_model_n_messages(model); i++) {
        const char *field, *text;
        if (hw_model_message(model, i, &field, &text) == HW_MESSAGE_TRACE)
            continue;
        HW_AUTO_BUFFER(line);
        hwi_buffer_append_text(&line, "warning: ");
        if (!strstr(text, field))
            hwi_buffer_printf(&line, "%s: ", field);
        app_text_append_clean(&line, text, 0);
        fprintf(out, "%s\n", hwi_buffer_text(&line));
    }
}

static void add_param(app_grid *grid, const hw_model *model, const char *name)
{
    char *given = hw_params_get_text(hw_model_params_given(model), name);
    char *actual = hw_params_get_text(hw_model_params_actual(model), name);
    if (given && actual) {
        app_grid_add_row(grid);
        app_grid_set(grid, 0, name);
        app_grid_set(grid, 1, given);
        if (strcmp(given, actual) != 0)
            app_grid_set(grid, 2, actual);
    }
    hw_text_free(given);
    hw_text_free(actual);
}

hw_status app_print_params(FILE *out, const hw_model *model, hw_error *err)
{
    HW_AUTO(app_grid) *grid = app_grid_new();
    app_grid_add_column(grid, "Parameter", false);
    app_grid_add_column(grid, "Given", false);
    app_grid_add_column(grid, "In effect", false);
    int n = 0;
    for (int32_t i = 0; i < hw_param_count(); i++) {
        const char *name = hw_param_at(i)->name;
        if (hw_params_is_given(hw_model_params_given(model), name)) {
            add_param(grid, model, name);
            n++;
        }
    }
    if (n == 0)
        return HW_OK;
    app_print_title(out, "Parameters that were given");
    return app_grid_print(grid, out, app_print_columns(out), err);
}

static hw_status print_history(FILE *out, const hw_model *model, hw_error *err)
{
    /* As H2O's, without the clock time. */
    static const char *const columns[] = {"duration",
                                          "training_speed",
                                          "epochs",
                                          "iterations",
                                          "samples",
                                          "training_rmse",
                                          "training_mse",
                                          "training_deviance",
                                          "training_mae",
                                          "training_r2",
                                          "training_logloss",
                                          "training_classification_error",
                                          "training_auc",
                                          "training_pr_auc",
                                          "training_lift",
                                          "validation_rmse",
                                          "validation_mse",
                                          "validation_deviance",
                                          "validation_mae",
                                          "validation_r2",
                                          "validation_logloss",
                                          "validation_classification_error",
                                          "validation_auc",
                                          "validation_pr_auc",
                                          "validation_lift",
                                          NULL};
    app_table_style style = {.title = "Scoring history",
                             .columns = columns,
                             .n_head = HISTORY_HEAD,
                             .n_tail = HISTORY_TAIL};
    return app_print_table(out, hw_model_table(model, "scoring_history"), &style, err);
}

static hw_status print_importances(FILE *out, const hw_model *model, hw_error *err)
{
    const hw_table *table = hw_model_table(model, "variable_importances");
    if (!table || hw_table_n_rows(table) == 0)
        return HW_OK;
    static const char *const names[] = {"variable", "relative_importance", "scaled_importance",
                                        "percentage"};
    HW_AUTO(app_grid) *grid = app_grid_new();
    int32_t columns[APP_COUNT(names)];
    for (size_t i = 0; i < APP_COUNT(names); i++) {
        columns[i] = hw_table_find_column(table, names[i]);
        if (columns[i] < 0)
            return HW_OK;
        app_grid_add_column(grid, hw_table_column_description(table, columns[i]), i > 0);
    }
    app_grid_add_column(grid, "", false);
    int64_t n = hw_table_n_rows(table), n_shown = n > IMPORTANCE_ROWS + 1 ? IMPORTANCE_ROWS : n;
    for (int64_t r = 0; r < n_shown; r++) {
        char text[APP_TEXT_BYTES * 4];
        app_grid_add_row(grid);
        for (size_t i = 0; i < APP_COUNT(names); i++)
            app_grid_set(grid, (int)i, hw_table_cell_text(table, r, columns[i], text, sizeof text));
        HW_AUTO_BUFFER(bar);
        app_text_append_bar(&bar, hw_table_number(table, r, columns[2]), BAR_CELLS);
        app_grid_set(grid, APP_COUNT(names), hwi_buffer_text(&bar));
    }
    if (n_shown < n) {
        char note[APP_TEXT_BYTES], count[APP_TEXT_BYTES];
        snprintf(note, sizeof note, "%s %.20s more variables",
                 app_text_is_utf8() ? "\u2026" : "...", app_text_count(n - n_shown, count));
        app_grid_add_note(grid, note);
    }
    app_print_title(out, "Variable importances");
    return app_grid_print(grid, out, app_print_columns(out), err);
}

/* The confusion matrix with the actual classes at the left, which H2O's table has as row names. */
static hw_status print_matrix(FILE *out, const hw_metrics *metrics, const char *title,
                              hw_error *err)
{
    const hw_table *table = hw_metrics_table(metrics, "cm");
    if (!table)
        return HW_OK;
    int64_t n_classes = hw_table_n_rows(table) - 1;
    app_print_title(out, title);
    if (n_classes > MAX_MATRIX_CLASSES) {
        char count[APP_TEXT_BYTES];
        fprintf(out, "  of %s classes is too large for the terminal; --json writes it\n",
                app_text_count(n_classes, count));
        return HW_OK;
    }
    HW_AUTO(app_grid) *grid = app_grid_new();
    app_grid_add_column(grid, "actual", false);
    int32_t n_columns = hw_table_n_columns(table);
    for (int32_t c = 0; c < n_columns; c++)
        app_grid_add_column(grid, hw_table_column_name(table, c), true);
    for (int64_t r = 0; r <= n_classes; r++) {
        app_grid_add_row(grid);
        app_grid_set(grid, 0, r < n_classes ? hw_table_column_name(table, (int32_t)r) : "Totals");
        for (int32_t c = 0; c < n_columns; c++) {
            char text[APP_TEXT_BYTES * 4];
            app_grid_set(grid, c + 1, hw_table_cell_text(table, r, c, text, sizeof text));
        }
    }
    return app_grid_print(grid, out, app_print_columns(out), err);
}

static hw_status print_metric_tables(FILE *out, const hw_metrics *metrics, const char *what,
                                     hw_error *err)
{
    static const char *const gains_columns[] = {"group",
                                                "cumulative_data_fraction",
                                                "lower_threshold",
                                                "lift",
                                                "cumulative_lift",
                                                "response_rate",
                                                "cumulative_capture_rate",
                                                "cumulative_gain",
                                                "kolmogorov_smirnov",
                                                NULL};
    static const struct {
        const char *table, *title;
        const char *const *columns;
        int64_t n_head;
    } tables[] = {{"max_criteria_and_metric_scores", "Largest values over all thresholds", NULL,
                   CRITERIA_ROWS},
                  {"gains_lift_table", "Gains and lift", gains_columns, GAINS_ROWS},
                  {"hit_ratio_table", "Hit ratios", NULL, 10},
                  {"multinomial_auc_table", "AUC of each class", NULL, 20},
                  {"multinomial_aucpr_table", "PR AUC of each class", NULL, 20}};
    char title[128];
    bool is_binomial = hw_metrics_category(metrics) == HW_CATEGORY_BINOMIAL;
    snprintf(title, sizeof title, "Confusion matrix%s (actual down, predicted across)%s%s",
             is_binomial ? " at the largest F1" : "", what[0] ? ", " : "", what);
    HW_TRY(print_matrix(out, metrics, title, err));
    for (size_t i = 0; i < APP_COUNT(tables); i++) {
        snprintf(title, sizeof title, "%s%s%s", tables[i].title, what[0] ? ", " : "", what);
        app_table_style style = {
            .title = title, .columns = tables[i].columns, .n_head = tables[i].n_head};
        HW_TRY(app_print_table(out, hw_metrics_table(metrics, tables[i].table), &style, err));
    }
    return HW_OK;
}

/* A row of the scalars: one value a set; left out when no set has one. */
static void add_value(app_grid *grid, const hw_metrics *const *sets, int n_sets, const char *name)
{
    bool has_any = false;
    for (int i = 0; i < n_sets; i++)
        has_any = has_any || !isnan(hw_metrics_value(sets[i], name));
    if (!has_any)
        return;
    app_grid_add_row(grid);
    app_grid_set(grid, 0, name);
    for (int i = 0; i < n_sets; i++) {
        char text[APP_TEXT_BYTES];
        app_grid_set(grid, i + 1, app_text_number(hw_metrics_value(sets[i], name), 6, text));
    }
}

static hw_status print_values(FILE *out, const hw_metrics *const *sets, const char *const *names,
                              int n_sets, hw_error *err)
{
    HW_AUTO(app_grid) *grid = app_grid_new();
    app_grid_add_column(grid, "Metric", false);
    for (int i = 0; i < n_sets; i++)
        app_grid_add_column(grid, names[i], true);
    app_grid_add_row(grid);
    app_grid_set(grid, 0, "observations");
    for (int i = 0; i < n_sets; i++) {
        char text[APP_TEXT_BYTES];
        app_grid_set(grid, i + 1, app_text_count(hw_metrics_n_observations(sets[i]), text));
    }
    for (int32_t i = 0; i < hw_metrics_n_values(sets[0]); i++)
        add_value(grid, sets, n_sets, hw_metrics_value_name(sets[0], i));
    hw_category category = hw_metrics_category(sets[0]);
    if (category == HW_CATEGORY_BINOMIAL || category == HW_CATEGORY_MULTINOMIAL)
        add_value(grid, sets, n_sets, "classification_error");
    if (category == HW_CATEGORY_BINOMIAL)
        add_value(grid, sets, n_sets, "default_threshold");
    app_print_title(out, "Metrics");
    return app_grid_print(grid, out, app_print_columns(out), err);
}

hw_status app_print_metrics(FILE *out, const hw_metrics *metrics, const char *what, hw_error *err)
{
    const hw_metrics *sets[] = {metrics};
    const char *names[] = {what[0] ? what : "Value"};
    HW_TRY(print_values(out, sets, names, 1, err));
    return print_metric_tables(out, metrics, what, err);
}

static hw_status print_all_metrics(FILE *out, const hw_model *model, hw_error *err)
{
    static const char *const which[] = {"training", "validation", "cross_validation"};
    const hw_metrics *sets[APP_COUNT(which)];
    const char *names[APP_COUNT(which)];
    int n = 0;
    for (size_t i = 0; i < APP_COUNT(which); i++) {
        const hw_metrics *metrics = hw_model_metrics(model, which[i]);
        if (metrics) {
            sets[n] = metrics;
            names[n++] = which[i];
        }
    }
    if (n == 0)
        return HW_OK;
    HW_TRY(print_values(out, sets, names, n, err));
    for (int i = 0; i < n; i++) {
        /* "Metrics reported on temporary training frame with 9970 samples" */
        const char *description = hw_metrics_description(sets[i]);
        if (description)
            fprintf(out, "  %s: %s\n", names[i], description);
    }
    for (int i = 0; i < n; i++)
        HW_TRY(print_metric_tables(out, sets[i], names[i], err));
    return HW_OK;
}

/* The metrics of each fold, with mean and deviation. */
static hw_status print_folds(FILE *out, const hw_model *model, hw_error *err)
{
    const hw_table *table = hw_model_table(model, "cross_validation_metrics_summary");
    if (!table || hw_table_n_rows(table) == 0)
        return HW_OK;
    HW_AUTO(app_grid) *grid = app_grid_new();
    int32_t n_columns = hw_table_n_columns(table), mean = hw_table_find_column(table, "mean");
    for (int32_t c = 0; c < n_columns; c++)
        app_grid_add_column(grid, c == 0 ? "Metric" : hw_table_column_name(table, c), c > 0);
    for (int64_t r = 0; r < hw_table_n_rows(table); r++) {
        /* H2O lists metrics that Deep Learning lacks. */
        if (isnan(hw_table_number(table, r, mean)))
            continue;
        app_grid_add_row(grid);
        app_grid_set(grid, 0, hw_table_text(table, r, 0));
        for (int32_t c = 1; c < n_columns; c++) {
            char text[APP_TEXT_BYTES];
            app_grid_set(grid, c, app_text_number(hw_table_number(table, r, c), 5, text));
        }
    }
    app_print_title(out, "Cross-validation: metrics of the rows that each fold held out");
    return app_grid_print(grid, out, app_print_columns(out), err);
}

hw_status app_print_model(FILE *out, const hw_model *model, hw_error *err)
{
    const hw_table *summary = hw_model_table(model, "model_summary");
    if (summary) {
        HW_AUTO_BUFFER(title);
        hwi_buffer_printf(&title, "Layers: %s", hw_table_description(summary));
        app_table_style style = {.title = hwi_buffer_text(&title), .n_head = 0};
        HW_TRY(app_print_table(out, summary, &style, err));
    }
    HW_TRY(print_history(out, model, err));
    HW_TRY(print_all_metrics(out, model, err));
    HW_TRY(print_folds(out, model, err));
    HW_TRY(app_print_diagnosis(out, model, err));
    return print_importances(out, model, err);
}

void app_print_ending(FILE *out, const hw_model *model)
{
    switch (hw_model_ending(model)) {
    case HW_ENDED_EPOCHS:
        return;
    case HW_ENDED_CONVERGED:
        fprintf(out, "training ended early: the metric no longer improves, or the error is small "
                     "enough (stopping_rounds, classification_stop, regression_stop)\n");
        return;
    case HW_ENDED_TIME:
        fprintf(out, "training ended early: max_runtime_secs is over\n");
        return;
    case HW_ENDED_UNSTABLE:
        fprintf(out, "training diverged; the model is the last good state\n");
        return;
    case HW_ENDED_CANCELLED:
        fprintf(out, "training was interrupted; the model so far is kept\n");
        return;
    }
}

void app_print_command(FILE *out, const hw_model *model)
{
    char *command = hw_model_command(model, " \\\n      ", NULL);
    if (!command)
        return;
    app_print_title(out, "The command that trains it again");
    HW_AUTO_BUFFER(text);
    for (char *line = command; line && *line;) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        hwi_buffer_append_text(&text, text.size ? "\n" : "  ");
        app_text_append_clean(&text, line, 0);
        line = end ? end + 1 : NULL;
    }
    fprintf(out, "%s\n", hwi_buffer_text(&text));
    hw_text_free(command);
}
