/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/leaderboard.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "metrics/named.h"
#include "params/params.h"

/* H2O sorts autoencoders only when asked to. */
static const char *default_metric(hw_category category)
{
    switch (category) {
    case HW_CATEGORY_REGRESSION:
        return "residual_deviance";
    case HW_CATEGORY_AUTOENCODER:
        return "mse";
    case HW_CATEGORY_BINOMIAL:
    case HW_CATEGORY_MULTINOMIAL:
        break;
    }
    return "logloss";
}

static hw_status fail_metric(const hw_grid *grid, const char *metric, hw_error *err)
{
    HW_AUTO_BUFFER(list);
    for (int32_t i = 0; i < hwi_named_n(grid->category); i++)
        hwi_buffer_printf(&list, "%s%s", i ? ", " : "", hwi_named_name(grid->category, i));
    HW_FAIL(err, HW_EINVAL, "sort_by", "sort_by: %s models have no '%.60s'; they have %s",
            hw_category_name(grid->category), metric, hwi_buffer_text(&list));
}

hw_status hwi_grid_choose_order(hw_grid *grid, const char *metric, int decreasing, hw_error *err)
{
    const char *name = metric ? metric : default_metric(grid->category);
    int32_t found = hwi_named_find(grid->category, name);
    if (found < 0)
        return fail_metric(grid, name, err);
    grid->sort_metric = found;
    grid->is_decreasing = decreasing
                              ? decreasing > 0
                              : hwi_named_is_more_better(hwi_named_name(grid->category, found));
    return HW_OK;
}

double hwi_grid_metric_of(const hw_grid *grid, const hwi_grid_model *model, int32_t metric)
{
    const double *values = model->metrics[hwi_grid_source(grid)];
    return values ? values[metric] : NAN;
}

/* Whether a comes before b; what has no value comes last, and equal ones stay as they were. */
static bool comes_before(const hw_grid *grid, double a, double b)
{
    if (isnan(a) || isnan(b))
        return !isnan(a);
    return grid->is_decreasing ? a > b : a < b;
}

/* A merge of two sorted runs, the stable sort of a list of numbers of models. */
static void merge_runs(const hw_grid *grid, const double *keys, const int32_t *from, int32_t n,
                       int32_t run, int32_t *to)
{
    for (int32_t begin = 0; begin < n; begin += 2 * run) {
        int32_t middle = begin + run < n ? begin + run : n;
        int32_t end = begin + 2 * run < n ? begin + 2 * run : n;
        for (int32_t i = begin, j = middle, k = begin; k < end; k++) {
            bool takes_right =
                i == middle || (j < end && comes_before(grid, keys[from[j]], keys[from[i]]));
            to[k] = takes_right ? from[j++] : from[i++];
        }
    }
}

static hw_status sort_models(hw_grid *grid, hw_error *err)
{
    int32_t n = grid->n_models;
    HW_AUTO(double) *keys = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_AUTO(int32_t) *scratch = HWI_ALLOC_ARRAY(int32_t, (size_t)n);
    HW_CHECK_ALLOC(err, keys);
    HW_CHECK_ALLOC(err, scratch);
    int source = hwi_grid_source(grid);
    for (int32_t i = 0; i < n; i++) {
        const double *values = grid->models[i]->metrics[source];
        keys[i] = values ? values[grid->sort_metric] : NAN;
        grid->order[i] = i;
    }
    for (int32_t run = 1; run < n; run *= 2) {
        merge_runs(grid, keys, grid->order, n, run, scratch);
        memcpy(grid->order, scratch, (size_t)n * sizeof *scratch);
    }
    return HW_OK;
}

/* --- The table -------------------------------------------------------------------------------- */

/* As H2O shows a value: a list of one without, others with brackets and blanks. */
static void append_shown(hwi_buffer *out, const char *text, const hwi_param_row *row)
{
    bool is_list = row->info.type == HW_PARAM_INTS || row->info.type == HW_PARAM_DOUBLES ||
                   row->info.type == HW_PARAM_TEXTS;
    if (!is_list || !strchr(text, ',')) {
        hwi_buffer_append_text(out, text);
        return;
    }
    hwi_buffer_append_char(out, '[');
    for (; *text; text++) {
        hwi_buffer_append_char(out, *text);
        if (*text == ',')
            hwi_buffer_append_char(out, ' ');
    }
    hwi_buffer_append_char(out, ']');
}

static bool is_number(const hwi_param_row *row)
{
    return row->info.type == HW_PARAM_INT || row->info.type == HW_PARAM_LONG ||
           row->info.type == HW_PARAM_FLOAT || row->info.type == HW_PARAM_DOUBLE;
}

static void set_value(hw_table *table, int64_t at, int32_t column, const char *text,
                      const hwi_param_row *row)
{
    HW_AUTO_BUFFER(shown);
    double x;
    if (!text)
        return;
    if (is_number(row)) {
        if (hwi_parse_double(text, strlen(text), &x))
            hwi_table_set_number(table, at, column, x);
        return;
    }
    append_shown(&shown, text, row);
    hwi_table_set_text(table, at, column, hwi_buffer_text(&shown));
}

static hw_status tabulate(hw_grid *grid, hw_error *err)
{
    HW_AUTO_BUFFER(text);
    const char *metric = hwi_named_name(grid->category, grid->sort_metric);
    hwi_buffer_printf(&text, "ordered by %s %s", grid->is_decreasing ? "decreasing" : "increasing",
                      metric);
    HW_AUTO(hw_table)
    *table = hwi_table_new("Hyper-Parameter Search Summary", hwi_buffer_text(&text));
    hwi_table_add_column(table, "", HW_CELL_STRING, "%s", "");
    for (int32_t h = 0; h < grid->n_names; h++) {
        bool numeric = is_number(&hwi_param_rows[hwi_param_index(grid->names[h])]);
        hwi_table_add_column(table, grid->names[h], numeric ? HW_CELL_DOUBLE : HW_CELL_STRING,
                             numeric ? "%.5f" : "%s", grid->names[h]);
    }
    hwi_table_add_column(table, "model_ids", HW_CELL_STRING, "%s", "model_ids");
    hwi_table_add_column(table, metric, HW_CELL_DOUBLE, "%.5f", metric);
    for (int32_t i = 0; i < grid->n_models; i++) {
        const hwi_grid_model *model = grid->models[grid->order[i]];
        int64_t at = hwi_table_add_row(table);
        HW_TRY(hwi_table_check(table, err));
        hwi_table_set_text(table, at, 0, "");
        for (int32_t h = 0; h < grid->n_names; h++)
            set_value(table, at, h + 1, model->values.texts[h],
                      &hwi_param_rows[hwi_param_index(grid->names[h])]);
        hwi_table_set_text(table, at, grid->n_names + 1, model->values.id);
        double value = hwi_grid_metric_of(grid, model, grid->sort_metric);
        if (!isnan(value))
            hwi_table_set_number(table, at, grid->n_names + 2, value);
    }
    HW_TRY(hwi_table_check(table, err));
    hwi_table_free(grid->leaderboard);
    grid->leaderboard = HW_TAKE(table);
    return HW_OK;
}

hw_status hwi_grid_rank(hw_grid *grid, hw_error *err)
{
    HW_TRY(sort_models(grid, err));
    return tabulate(grid, err);
}

hw_status hw_grid_sort(hw_grid *grid, const char *metric, int decreasing, hw_error *err)
{
    HW_CHECK_ARG(err, grid);
    HW_TRY(hwi_grid_choose_order(grid, metric, decreasing, err));
    return hwi_grid_rank(grid, err);
}

const char *hw_grid_sort_metric(const hw_grid *grid)
{
    return hwi_named_name(grid->category, grid->sort_metric);
}

bool hw_grid_is_decreasing(const hw_grid *grid)
{
    return grid->is_decreasing;
}

const char *hw_grid_metrics_of(const hw_grid *grid)
{
    return hwi_grid_source_names[hwi_grid_source(grid)];
}

const hw_table *hw_grid_leaderboard(const hw_grid *grid)
{
    return grid->leaderboard;
}

/* --- Files ------------------------------------------------------------------------------------ */

static void append_csv_text(hwi_buffer *out, const char *text)
{
    if (!strpbrk(text, ",\"\n\r")) {
        hwi_buffer_append_text(out, text);
        return;
    }
    hwi_buffer_append_char(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            hwi_buffer_append_char(out, '"');
        hwi_buffer_append_char(out, *text);
    }
    hwi_buffer_append_char(out, '"');
}

static void append_csv_number(hwi_buffer *out, double x)
{
    char number[HWI_NUMBER_TEXT_BYTES];
    hwi_buffer_append_char(out, ',');
    if (isnan(x))
        return;
    hwi_format_double(x, number);
    hwi_buffer_append_text(out, number);
}

/* The metric that sorts comes first. */
static int32_t metric_at(const hw_grid *grid, int32_t i)
{
    return i == 0 ? grid->sort_metric : i <= grid->sort_metric ? i - 1 : i;
}

void hwi_grid_leaderboard_csv(const hw_grid *grid, hwi_buffer *out)
{
    int32_t n_metrics = hwi_named_n(grid->category);
    hwi_buffer_append_text(out, "rank,model_id");
    for (int32_t h = 0; h < grid->n_names; h++)
        hwi_buffer_printf(out, ",%s", grid->names[h]);
    for (int32_t k = 0; k < n_metrics; k++)
        hwi_buffer_printf(out, ",%s", hwi_named_name(grid->category, metric_at(grid, k)));
    hwi_buffer_append_char(out, '\n');
    for (int32_t i = 0; i < grid->n_models; i++) {
        const hwi_grid_model *model = grid->models[grid->order[i]];
        hwi_buffer_printf(out, "%d,", i + 1);
        append_csv_text(out, model->values.id);
        for (int32_t h = 0; h < grid->n_names; h++) {
            hwi_buffer_append_char(out, ',');
            append_csv_text(out, model->values.texts[h] ? model->values.texts[h] : "");
        }
        for (int32_t k = 0; k < n_metrics; k++)
            append_csv_number(out, hwi_grid_metric_of(grid, model, metric_at(grid, k)));
        hwi_buffer_append_char(out, '\n');
    }
}

void hwi_grid_leaderboard_json(const hw_grid *grid, hwi_buffer *out)
{
    hwi_json json;
    hwi_json_init(&json, out);
    hwi_json_begin_object(&json);
    hwi_json_put_string(&json, "grid_id", grid->id);
    hwi_json_put_string(&json, "sort_metric", hw_grid_sort_metric(grid));
    hwi_json_put_bool(&json, "decreasing", grid->is_decreasing);
    hwi_json_put_string(&json, "metrics_of", hw_grid_metrics_of(grid));
    hwi_json_key(&json, "models");
    hwi_json_begin_array(&json, false);
    for (int32_t i = 0; i < grid->n_models; i++) {
        const hwi_grid_model *model = grid->models[grid->order[i]];
        hwi_json_begin_object(&json);
        hwi_json_put_int(&json, "rank", i + 1);
        hwi_json_put_string(&json, "model_id", model->values.id);
        hwi_json_put_string(&json, "file", model->file);
        hwi_json_key(&json, "values");
        hwi_json_begin_object(&json);
        for (int32_t h = 0; h < grid->n_names; h++)
            if (model->values.texts[h])
                hwi_json_put_string(&json, grid->names[h], model->values.texts[h]);
        hwi_json_end_object(&json);
        for (int32_t k = 0; k < hwi_named_n(grid->category); k++) {
            int32_t metric = metric_at(grid, k);
            hwi_json_put_double(&json, hwi_named_name(grid->category, metric),
                                hwi_grid_metric_of(grid, model, metric));
        }
        hwi_json_end_object(&json);
    }
    hwi_json_end_array(&json);
    hwi_json_end_object(&json);
    hwi_buffer_append_char(out, '\n');
}
