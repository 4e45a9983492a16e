/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "heavywater/files.h"
#include "heavywater/options.h"
#include "heavywater/print_table.h"
#include "heavywater/score_frame.h"
#include "heavywater/text.h"
#include "heavywater/text_grid.h"

enum { MAX_ROWS = 50, MAX_PARAMS = 12 };

/* Of each kind of model, what is printed beside the metric that it is sorted by. */
static const char *const headline[][5] = {
    [HW_CATEGORY_REGRESSION] = {"rmse", "mae", "r2", "mean_residual_deviance", NULL},
    [HW_CATEGORY_BINOMIAL] = {"logloss", "auc", "pr_auc", "mean_per_class_error", NULL},
    [HW_CATEGORY_MULTINOMIAL] = {"logloss", "err", "mean_per_class_error", "rmse", NULL},
    [HW_CATEGORY_AUTOENCODER] = {"mse", "rmse", NULL}};

/* ---- Reading ---- */

/* The frame on which all are measured; read once, and again for a model that wants other types. */
typedef struct measure {
    const app_args *args;
    const char *path; /* NULL: none */
    hw_frame *frame;
    int n_lacking; /* models of which the frame lacks predictors */
} measure;

static void clear_measure(measure *m)
{
    hw_frame_unref(m->frame);
}

static hw_status measure_model(const hw_model *model, void *ctx, hw_metrics **out, hw_error *err)
{
    measure *m = ctx;
    if (!m->path)
        return HW_OK;
    if (!m->frame || !app_score_frame_fits(model, m->frame)) {
        hw_frame *frame = NULL;
        HW_TRY(app_score_frame_read(m->args, model, true, &frame, err));
        hw_frame_unref(m->frame);
        m->frame = frame;
    }
    m->n_lacking += app_score_frame_n_lacking(model, m->frame) > 0;
    return hw_model_performance(model, m->frame, out, err);
}

static hw_status add_file(hw_comparison *comparison, const char *path, measure *m, hw_error *err)
{
    HW_AUTO(hw_model) *model = NULL;
    HW_AUTO(hw_metrics) *metrics = NULL;
    HW_TRY(hw_model_read(path, &model, err));
    HW_TRY(measure_model(model, m, &metrics, err));
    return hw_comparison_add(comparison, path, model, metrics, err);
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static hw_status add_folder(hw_comparison *comparison, const char *path, measure *m, hw_error *err)
{
    HW_AUTO(hw_grid) *grid = NULL;
    HW_TRY(hw_grid_read(path, &grid, err));
    return hw_comparison_add_grid(comparison, grid, measure_model, m, err);
}

static hw_status add_all(const app_args *args, hw_comparison *comparison, measure *m, hw_error *err)
{
    for (int i = 0; i < args->n_positionals; i++) {
        const char *path = args->positionals[i];
        HW_TRY(is_folder(path) ? add_folder(comparison, path, m, err)
                               : add_file(comparison, path, m, err));
    }
    /* The hyper-parameters of a grid do not tell it from other models. */
    return args->n_positionals == 1 ? HW_OK
                                    : hw_comparison_set_parameters(comparison, 0, NULL, err);
}

/* ---- Printing ---- */

static const char *words_of(const char *of)
{
    static const char *const words[][2] = {{"frame", "the frame given"},
                                           {"cross_validation", "cross-validation"},
                                           {"validation", "the validation frame"},
                                           {"training", "the training frame"}};
    for (size_t i = 0; i < APP_COUNT(words); i++)
        if (strcmp(words[i][0], of) == 0)
            return words[i][1];
    return of;
}

static void print_head(FILE *out, const hw_comparison *c)
{
    int n = hw_comparison_n_models(c);
    const char *response = hw_comparison_response_name(c);
    HW_AUTO_BUFFER(line);
    hwi_buffer_printf(&line, "%d %s model%s", n, hw_category_name(hw_comparison_category(c)),
                      n == 1 ? "" : "s");
    hwi_buffer_append_text(&line, response ? " of " : "");
    if (response)
        app_text_append_clean(&line, response, 0);
    if (n > 1)
        hwi_buffer_printf(&line, ", best first by %s of %s (%s is better)",
                          hw_comparison_sort_metric(c), words_of(hw_comparison_metrics_of(c)),
                          hw_comparison_is_decreasing(c) ? "larger" : "smaller");
    fprintf(out, "%s\n", hwi_buffer_text(&line));
}

static void set_number(app_grid *grid, int column, double x, int n_digits)
{
    char text[APP_TEXT_BYTES];
    app_grid_set(grid, column, isnan(x) ? "" : app_text_number(x, n_digits, text));
}

static void begin_row(app_grid *grid, const hw_comparison *c, int i)
{
    char rank[16];
    snprintf(rank, sizeof rank, "%d", i + 1);
    app_grid_add_row(grid);
    app_grid_set(grid, 0, rank);
    app_grid_set(grid, 1, hw_comparison_name(c, i));
}

static void add_cut_note(app_grid *grid, const hw_comparison *c)
{
    char note[APP_TEXT_BYTES + 48], count[APP_TEXT_BYTES];
    if (hw_comparison_n_models(c) <= MAX_ROWS)
        return;
    snprintf(note, sizeof note, "and %s more; --json and --report hold them",
             app_text_count(hw_comparison_n_models(c) - MAX_ROWS, count));
    app_grid_add_note(grid, note);
}

static int n_rows(const hw_comparison *c)
{
    int n = hw_comparison_n_models(c);
    return n > MAX_ROWS ? MAX_ROWS : n;
}

static hw_status print_models(FILE *out, const hw_comparison *c, hw_error *err)
{
    HW_AUTO(app_grid) *grid = app_grid_new();
    int n_params = hw_comparison_n_parameters(c);
    int n_shown = n_params > MAX_PARAMS ? MAX_PARAMS : n_params;
    app_grid_add_column(grid, "#", true);
    app_grid_add_column(grid, "Model", false);
    for (int p = 0; p < n_shown; p++)
        app_grid_add_column(grid, hw_comparison_parameter_name(c, p), false);
    app_grid_add_column(grid, "Weights", true);
    app_grid_add_column(grid, "Epochs", true);
    app_grid_add_column(grid, "Seconds", true);
    for (int i = 0; i < n_rows(c); i++) {
        char text[APP_TEXT_BYTES];
        begin_row(grid, c, i);
        for (int p = 0; p < n_shown; p++)
            app_grid_set(grid, p + 2, hw_comparison_parameter(c, i, p));
        app_grid_set(grid, n_shown + 2, app_text_count(hw_comparison_n_weights(c, i), text));
        set_number(grid, n_shown + 3, hw_comparison_epochs(c, i), 4);
        set_number(grid, n_shown + 4, hw_comparison_seconds(c, i), 3);
    }
    add_cut_note(grid, c);
    app_print_title(out,
                    n_params > 0 ? "Models, and the parameters that tell them apart" : "Models");
    HW_TRY(app_grid_print(grid, out, app_print_columns(out), err));
    if (n_shown < n_params)
        fprintf(out, "  %d of %d parameters that differ; --json holds all\n", n_shown, n_params);
    return HW_OK;
}

/* The model with the best value; -1 where there are not two to choose from. */
static int best_of(const hw_comparison *c, const char *of, const char *metric)
{
    bool is_larger = hw_comparison_is_larger_better(metric);
    int best = -1, n_known = 0;
    double best_value = NAN;
    for (int i = 0; i < hw_comparison_n_models(c); i++) {
        double x = hw_comparison_value(c, i, of, metric);
        if (isnan(x))
            continue;
        n_known++;
        if (best < 0 || (is_larger ? x > best_value : x < best_value)) {
            best = i;
            best_value = x;
        }
    }
    return n_known > 1 ? best : -1;
}

/* H2O has two names for one thing. */
static bool is_same_metric(const char *shown, const char *other)
{
    return strcmp(shown, other) == 0 || (strcmp(shown, "residual_deviance") == 0 &&
                                         strcmp(other, "mean_residual_deviance") == 0);
}

/* A column of values with the best one marked; left out when no model has one. */
static int add_metric(app_grid *grid, const hw_comparison *c, const char *of, const char *metric,
                      const char **metrics, int n)
{
    for (int i = 0; i < n; i++)
        if (is_same_metric(metrics[i], metric))
            return n;
    for (int i = 0; i < hw_comparison_n_models(c); i++) {
        if (isnan(hw_comparison_value(c, i, of, metric)))
            continue;
        app_grid_add_column(grid, metric, true);
        metrics[n] = metric;
        return n + 1;
    }
    return n;
}

static hw_status print_metrics(FILE *out, const hw_comparison *c, const char *of, hw_error *err)
{
    HW_AUTO(app_grid) *grid = app_grid_new();
    const char *metrics[APP_COUNT(headline[0]) + 1];
    const char *const *others = headline[hw_comparison_category(c)];
    app_grid_add_column(grid, "#", true);
    app_grid_add_column(grid, "Model", false);
    int n = add_metric(grid, c, of, hw_comparison_sort_metric(c), metrics, 0);
    for (int i = 0; others[i]; i++)
        n = add_metric(grid, c, of, others[i], metrics, n);
    if (n == 0)
        return HW_OK;
    int best[APP_COUNT(metrics)];
    for (int m = 0; m < n; m++)
        best[m] = best_of(c, of, metrics[m]);
    for (int i = 0; i < n_rows(c); i++) {
        begin_row(grid, c, i);
        for (int m = 0; m < n; m++) {
            char text[APP_TEXT_BYTES], cell[APP_TEXT_BYTES + 4];
            double x = hw_comparison_value(c, i, of, metrics[m]);
            snprintf(cell, sizeof cell, "%s%s", best[m] == i ? "* " : "",
                     isnan(x) ? "" : app_text_number(x, 5, text));
            app_grid_set(grid, m + 2, cell);
        }
    }
    add_cut_note(grid, c);
    char title[128];
    snprintf(title, sizeof title, "Metrics of %s%s", words_of(of),
             hw_comparison_n_models(c) > 1 ? " (* the best)" : "");
    app_print_title(out, title);
    return app_grid_print(grid, out, app_print_columns(out), err);
}

static hw_status print_comparison(FILE *out, const hw_comparison *c, hw_error *err)
{
    static const char *const sets[] = {"frame", "cross_validation", "validation", "training"};
    print_head(out, c);
    if (hw_comparison_n_failed(c) > 0)
        fprintf(out, "%d combination%s failed; --report and --json say why\n",
                (int)hw_comparison_n_failed(c), hw_comparison_n_failed(c) == 1 ? "" : "s");
    if (hw_comparison_n_models(c) == 0)
        return HW_OK;
    HW_TRY(print_models(out, c, err));
    for (size_t i = 0; i < APP_COUNT(sets); i++)
        HW_TRY(print_metrics(out, c, sets[i], err));
    return HW_OK;
}

/* ---- The command ---- */

static hw_status check_args(const app_args *args, hw_error *err)
{
    const app_output outputs[] = {{"report", app_args_get(args, "report"), false},
                                  {"json", app_args_get(args, "json"), true}};
    HW_TRY(app_files_check_outputs(outputs, APP_COUNT(outputs), args->positionals,
                                   args->n_positionals, err));
    const char *frame = app_args_get(args, "frame");
    return app_files_check_outputs(outputs, APP_COUNT(outputs), &frame, 1, err);
}

hw_status app_compare(const app_args *args, int *out_exit, hw_error *err)
{
    (void)out_exit;
    const char *json = app_args_get(args, "json"), *report = app_args_get(args, "report");
    HW_TRY(check_args(args, err));
    HW_AUTO(hw_comparison) *comparison = hw_comparison_new();
    HW_CHECK_ALLOC(err, comparison);
    __attribute__((cleanup(clear_measure)))
    measure m = {.args = args, .path = app_args_get(args, "frame")};
    HW_TRY(add_all(args, comparison, &m, err));
    HW_TRY(hw_comparison_sort(comparison, app_args_get(args, "sort_by"), err));
    if (json)
        HW_TRY(hw_comparison_write_json(comparison, json, err));
    if (report)
        HW_TRY(hw_comparison_write_report(comparison, report, err));
    if (m.n_lacking > 0)
        fprintf(
            stderr,
            "heavywater: compare: warning: the frame lacks predictors of %d of %d models, which "
            "count as missing\n",
            m.n_lacking, (int)hw_comparison_n_models(comparison));
    return print_comparison(json && strcmp(json, "-") == 0 ? stderr : stdout, comparison, err);
}
