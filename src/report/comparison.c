/* SPDX-License-Identifier: Apache-2.0 */
#include "report/comparison.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/status.h"
#include "metrics/named.h"
#include "model/model.h"

/* ---- Lifecycle ---- */

hw_comparison *hw_comparison_new(void)
{
    return HWI_NEW(hw_comparison);
}

static void free_texts(char **texts, int32_t n)
{
    for (int32_t i = 0; texts && i < n; i++)
        hwi_free(texts[i]);
    hwi_free(texts);
}

static void free_compared(hwi_compared *model, int32_t n_params)
{
    if (!model)
        return;
    hwi_free(model->name);
    hwi_free(model->command);
    hw_params_free(model->params);
    for (int of = 0; of < HWI_N_OF; of++) {
        hwi_free(model->values[of]);
        hwi_free(model->roc[of].fpr);
        hwi_free(model->roc[of].tpr);
    }
    hwi_table_free(model->history);
    hwi_table_free(model->folds);
    free_texts(model->shown, n_params);
    hwi_free(model);
}

static void forget_task(hw_comparison *c)
{
    free_texts(c->classes, c->n_classes);
    c->classes = NULL;
    c->n_classes = 0;
    hwi_free(c->response);
    c->response = NULL;
}

void hw_comparison_free(hw_comparison *c)
{
    if (!c)
        return;
    for (int32_t i = 0; i < c->n_models; i++)
        free_compared(c->models[i], c->n_params);
    hwi_free(c->models);
    for (int32_t i = 0; i < c->n_failures; i++) {
        hwi_free(c->failures[i].name);
        hwi_free(c->failures[i].reason);
        hwi_free(c->failures[i].values);
    }
    hwi_free(c->failures);
    free_texts(c->params, c->n_params);
    forget_task(c);
    hwi_free(c->title);
    hwi_free(c);
}

const char *hwi_metrics_of_name(hwi_metrics_of of)
{
    static const char *const names[] = {"frame", "cross_validation", "validation", "training"};
    return names[of];
}

/* ---- Adding a model ---- */

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static hw_status take_task(hw_comparison *c, const hw_model *model, hw_error *err)
{
    const char *response = hw_model_response_name(model);
    forget_task(c);
    c->category = hw_model_category(model);
    if (response) {
        c->response = hwi_strdup(response);
        HW_CHECK_ALLOC(err, c->response);
    }
    if (c->category != HW_CATEGORY_BINOMIAL && c->category != HW_CATEGORY_MULTINOMIAL)
        return HW_OK;
    int32_t n = hw_model_n_classes(model);
    c->classes = HWI_NEW_ARRAY(char *, (size_t)n);
    HW_CHECK_ALLOC(err, c->classes);
    c->n_classes = n;
    for (int32_t i = 0; i < n; i++) {
        const char *name = hw_model_class_name(model, i);
        c->classes[i] = hwi_strdup(name ? name : "");
        HW_CHECK_ALLOC(err, c->classes[i]);
    }
    return HW_OK;
}

static hw_status check_task(const hw_comparison *c, const char *name, const hw_model *model,
                            hw_error *err)
{
    const char *first = c->models[0]->name, *response = hw_model_response_name(model);
    if (hw_model_category(model) != c->category)
        HW_FAIL(err, HW_EINVAL, "model",
                "%.200s is a %s model, %.200s a %s one: only models of one kind are compared", name,
                hw_category_name(hw_model_category(model)), first, hw_category_name(c->category));
    if (!is_same_text(response, c->response))
        HW_FAIL(err, HW_EINVAL, "model",
                "%.200s predicts '%.100s', %.200s '%.100s': only models of one response are "
                "compared",
                name, response ? response : "", first, c->response ? c->response : "");
    bool is_same = !c->classes || hw_model_n_classes(model) == c->n_classes;
    for (int32_t i = 0; c->classes && i < c->n_classes && is_same; i++)
        is_same = is_same_text(hw_model_class_name(model, i), c->classes[i]);
    if (!is_same)
        HW_FAIL(err, HW_EINVAL, "model",
                "%.200s knows other classes of '%.100s' than %.200s: only models of the same "
                "classes are compared",
                name, response ? response : "", first);
    return HW_OK;
}

static hw_status check_new(const hw_comparison *c, const char *name, const hw_model *model,
                           bool has_frame, hw_error *err)
{
    for (int32_t i = 0; i < c->n_models; i++)
        if (strcmp(c->models[i]->name, name) == 0)
            HW_FAIL(err, HW_EINVAL, "model", "%.300s is there twice", name);
    if (c->n_models == 0)
        return HW_OK;
    if (has_frame != (c->models[0]->values[HWI_OF_FRAME] != NULL))
        HW_FAIL(err, HW_EINVAL, "model", "%.200s: all models are measured on the frame, or none is",
                name);
    return check_task(c, name, model, err);
}

static hw_status take_roc(const hw_metrics *metrics, hwi_roc *out, hw_error *err)
{
    const hw_table *table = hw_metrics_table(metrics, "thresholds_and_metric_scores");
    int32_t fpr = table ? hw_table_find_column(table, "fpr") : -1;
    int32_t tpr = table ? hw_table_find_column(table, "tpr") : -1;
    if (fpr < 0 || tpr < 0 || hw_table_n_rows(table) == 0)
        return HW_OK;
    /* The thresholds begin behind the first rows; the curve begins in the corner. */
    int64_t n = hw_table_n_rows(table) + 1;
    out->fpr = HWI_NEW_ARRAY(double, (size_t)n);
    out->tpr = HWI_NEW_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, out->fpr);
    HW_CHECK_ALLOC(err, out->tpr);
    out->n = n;
    for (int64_t i = 1; i < n; i++) {
        out->fpr[i] = hw_table_number(table, i - 1, fpr);
        out->tpr[i] = hw_table_number(table, i - 1, tpr);
    }
    return HW_OK;
}

static hw_status take_metrics(const hw_comparison *c, hwi_compared *out, hwi_metrics_of of,
                              const hw_metrics *metrics, hw_error *err)
{
    if (!metrics || hw_metrics_category(metrics) != c->category)
        return HW_OK;
    int32_t n = hwi_named_n(c->category);
    out->values[of] = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, out->values[of]);
    for (int32_t i = 0; i < n; i++)
        out->values[of][i] = hwi_named_value(metrics, i);
    return c->category == HW_CATEGORY_BINOMIAL ? take_roc(metrics, &out->roc[of], err) : HW_OK;
}

static hw_status copy_table(const hw_table *from, hw_table **out, hw_error *err)
{
    if (!from)
        return HW_OK;
    *out = hwi_table_copy(from);
    HW_CHECK_ALLOC(err, *out);
    return HW_OK;
}

static hw_status take_model(const hw_comparison *c, hwi_compared *out, const char *name,
                            const hw_model *model, const hw_metrics *of_frame, hw_error *err)
{
    const hw_params *params = hw_model_params_given(model);
    params = params ? params : hw_model_params_actual(model);
    out->name = hwi_strdup(name);
    HW_CHECK_ALLOC(err, out->name);
    if (params) {
        out->params = hw_params_copy(params);
        HW_CHECK_ALLOC(err, out->params);
    }
    if (!model->is_from_h2o)
        out->command = hw_model_command(model, " ", hwi_file_base_name(name));
    out->n_weights = hw_model_n_weights(model);
    bool is_known = model->samples_processed > 0 || !model->is_from_h2o;
    out->epochs = is_known ? model->epochs : NAN;
    out->seconds = is_known ? (double)model->run_time_ms / 1e3 : NAN;
    HW_TRY(copy_table(hw_model_table(model, "scoring_history"), &out->history, err));
    HW_TRY(copy_table(hw_model_table(model, "cross_validation_metrics_summary"), &out->folds, err));
    HW_TRY(take_metrics(c, out, HWI_OF_FRAME, of_frame, err));
    for (int of = HWI_OF_CROSS; of < HWI_N_OF; of++)
        HW_TRY(take_metrics(c, out, (hwi_metrics_of)of,
                            hw_model_metrics(model, hwi_metrics_of_name((hwi_metrics_of)of)), err));
    return HW_OK;
}

hw_status hw_comparison_add(hw_comparison *c, const char *name, const hw_model *model,
                            const hw_metrics *of_frame, hw_error *err)
{
    HW_CHECK_ARG(err, c && name && model);
    HW_TRY(check_new(c, name, model, of_frame != NULL, err));
    if (c->n_models == 0)
        HW_TRY(take_task(c, model, err));
    if (c->n_models == c->capacity) {
        int32_t capacity = c->capacity ? 2 * c->capacity : 16;
        hwi_compared **models =
            hwi_realloc_array(c->models, (size_t)c->n_models, (size_t)capacity, sizeof *models);
        HW_CHECK_ALLOC(err, models);
        c->models = models;
        c->capacity = capacity;
    }
    hwi_compared *compared = HWI_NEW(hwi_compared);
    HW_CHECK_ALLOC(err, compared);
    hw_status status = take_model(c, compared, name, model, of_frame, err);
    if (status == HW_OK)
        c->models[c->n_models++] = compared;
    else
        free_compared(compared, 0);
    return status;
}

hw_status hw_comparison_add_failed(hw_comparison *c, const char *name, int32_t n,
                                   const char *const *names, const char *const *values,
                                   const char *reason, hw_error *err)
{
    HW_CHECK_ARG(err, c && name && reason && (n == 0 || (names && values)));
    if (c->n_failures == c->failure_capacity) {
        int32_t capacity = c->failure_capacity ? 2 * c->failure_capacity : 16;
        hwi_compared_failure *failures = hwi_realloc_array(c->failures, (size_t)c->n_failures,
                                                           (size_t)capacity, sizeof *failures);
        HW_CHECK_ALLOC(err, failures);
        c->failures = failures;
        c->failure_capacity = capacity;
    }
    HW_AUTO_BUFFER(text);
    for (int32_t i = 0; i < n; i++) {
        if (!values[i])
            continue;
        hwi_buffer_append_text(&text, text.size ? ", " : "");
        hwi_buffer_append_text(&text, names[i]);
        hwi_buffer_append_char(&text, ' ');
        hwi_buffer_append_text(&text, values[i]);
    }
    HW_TRY(hwi_buffer_check(&text, err));
    hwi_compared_failure *failure = &c->failures[c->n_failures];
    *failure = (hwi_compared_failure){.name = hwi_strdup(name),
                                      .reason = hwi_strdup(reason),
                                      .values = hwi_strdup(hwi_buffer_text(&text))};
    c->n_failures++;
    HW_CHECK_ALLOC(err, failure->name && failure->reason && failure->values);
    return HW_OK;
}

hw_status hw_comparison_set_title(hw_comparison *c, const char *title, hw_error *err)
{
    HW_CHECK_ARG(err, c);
    char *copy = title ? hwi_strdup(title) : NULL;
    HW_CHECK_ALLOC(err, !title || copy);
    hwi_free(c->title);
    c->title = copy;
    return HW_OK;
}

/* ---- The parameters shown ---- */

static void forget_params(hw_comparison *c)
{
    for (int32_t i = 0; i < c->n_models; i++) {
        free_texts(c->models[i]->shown, c->n_params);
        c->models[i]->shown = NULL;
    }
    free_texts(c->params, c->n_params);
    c->params = NULL;
    c->n_params = 0;
}

static hw_status add_param(hw_comparison *c, const char *name, hw_error *err)
{
    char **params =
        hwi_realloc_array(c->params, (size_t)c->n_params, (size_t)c->n_params + 1, sizeof *params);
    HW_CHECK_ALLOC(err, params);
    c->params = params;
    c->params[c->n_params] = hwi_strdup(name);
    HW_CHECK_ALLOC(err, c->params[c->n_params]);
    c->n_params++;
    return HW_OK;
}

hw_status hw_comparison_set_parameters(hw_comparison *c, int32_t n, const char *const *names,
                                       hw_error *err)
{
    HW_CHECK_ARG(err, c && (n == 0 || names));
    forget_params(c);
    c->has_own_params = n > 0;
    for (int32_t i = 0; i < n; i++)
        HW_TRY(add_param(c, names[i], err));
    return HW_OK;
}

static hw_status text_of(const hwi_compared *model, const char *name, char **out, hw_error *err)
{
    char *text = model->params ? hw_params_get_text(model->params, name) : NULL;
    *out = hwi_strdup(text ? text : "");
    hw_text_free(text);
    HW_CHECK_ALLOC(err, *out);
    return HW_OK;
}

static hw_status does_differ(const hw_comparison *c, const char *name, bool *out, hw_error *err)
{
    HW_AUTO(char) *first = NULL;
    bool has_first = false;
    *out = false;
    for (int32_t i = 0; i < c->n_models && !*out; i++) {
        if (!c->models[i]->params)
            continue;
        HW_AUTO(char) *text = NULL;
        HW_TRY(text_of(c->models[i], name, &text, err));
        if (!has_first)
            first = HW_TAKE(text);
        else
            *out = strcmp(first, text) != 0;
        has_first = true;
    }
    return HW_OK;
}

/* Names of things rather than ways to train. */
static bool is_no_setting(const char *name)
{
    static const char *const names[] = {"model_id", "quiet_mode", "export_checkpoints_dir"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static hw_status choose_params(hw_comparison *c, hw_error *err)
{
    if (!c->has_own_params) {
        forget_params(c);
        for (int32_t i = 0; i < hw_param_count(); i++) {
            const char *name = hw_param_at(i)->name;
            bool differs;
            HW_TRY(does_differ(c, name, &differs, err));
            if (differs && !is_no_setting(name))
                HW_TRY(add_param(c, name, err));
        }
    }
    for (int32_t i = 0; i < c->n_models; i++) {
        hwi_compared *model = c->models[i];
        free_texts(model->shown, c->n_params);
        model->shown = HWI_NEW_ARRAY(char *, (size_t)c->n_params + 1);
        HW_CHECK_ALLOC(err, model->shown);
        for (int32_t p = 0; p < c->n_params; p++)
            HW_TRY(text_of(model, c->params[p], &model->shown[p], err));
    }
    return HW_OK;
}

/* ---- Sorting ---- */

double hwi_compared_value(const hwi_compared *model, hwi_metrics_of of, int32_t metric)
{
    return model->values[of] && metric >= 0 ? model->values[of][metric] : NAN;
}

double hwi_compared_key(const hw_comparison *c, const hwi_compared *model)
{
    return hwi_compared_value(model, c->sort_of, c->sort_metric);
}

int32_t hwi_comparison_count(const hw_comparison *c, hwi_metrics_of of)
{
    int32_t n = 0;
    for (int32_t i = 0; i < c->n_models; i++)
        n += c->models[i]->values[of] != NULL;
    return n;
}

int32_t hwi_headline_metrics(hw_category category, int32_t out[HWI_MAX_HEADLINE])
{
    static const char *const names[][HWI_MAX_HEADLINE] = {
        [HW_CATEGORY_REGRESSION] = {"rmse", "mae", "r2", "mean_residual_deviance"},
        [HW_CATEGORY_BINOMIAL] = {"logloss", "auc", "pr_auc", "mean_per_class_error"},
        [HW_CATEGORY_MULTINOMIAL] = {"logloss", "err", "mean_per_class_error", "rmse"},
        [HW_CATEGORY_AUTOENCODER] = {"mse", "rmse"}};
    int32_t n = 0;
    for (int i = 0; i < HWI_MAX_HEADLINE && names[category][i]; i++) {
        int32_t found = hwi_named_find(category, names[category][i]);
        if (found >= 0)
            out[n++] = found;
    }
    return n;
}

/* Best first; what has no value comes last. Equal ones stay: insertion, for there are few. */
static void sort_models(hw_comparison *c)
{
    bool is_larger_better = hw_comparison_is_decreasing(c);
    for (int32_t i = 1; i < c->n_models; i++) {
        hwi_compared *model = c->models[i];
        double key = hwi_compared_key(c, model);
        int32_t at = i;
        for (; at > 0; at--) {
            double before = hwi_compared_key(c, c->models[at - 1]);
            bool is_better =
                !isnan(key) && (isnan(before) || (is_larger_better ? key > before : key < before));
            if (!is_better)
                break;
            c->models[at] = c->models[at - 1];
        }
        c->models[at] = model;
    }
}

static hw_status find_metric(const hw_comparison *c, const char *name, int32_t *out, hw_error *err)
{
    static const char *const defaults[] = {[HW_CATEGORY_REGRESSION] = "residual_deviance",
                                           [HW_CATEGORY_BINOMIAL] = "logloss",
                                           [HW_CATEGORY_MULTINOMIAL] = "logloss",
                                           [HW_CATEGORY_AUTOENCODER] = "mse"};
    *out = hwi_named_find(c->category, name ? name : defaults[c->category]);
    if (*out >= 0)
        return HW_OK;
    HW_AUTO_BUFFER(list);
    for (int32_t i = 0; i < hwi_named_n(c->category); i++)
        hwi_buffer_printf(&list, "%s%s", i ? ", " : "", hwi_named_name(c->category, i));
    HW_FAIL(err, HW_EINVAL, "sort_by", "sort_by: %s models have no '%.60s'; they have %s",
            hw_category_name(c->category), name ? name : "", hwi_buffer_text(&list));
}

hw_status hw_comparison_sort(hw_comparison *c, const char *metric, hw_error *err)
{
    HW_CHECK_ARG(err, c);
    HW_TRY(find_metric(c, metric, &c->sort_metric, err));
    int32_t most = -1;
    for (int of = 0; of < HWI_N_OF; of++) {
        int32_t n = hwi_comparison_count(c, (hwi_metrics_of)of);
        if (n > most) {
            most = n;
            c->sort_of = (hwi_metrics_of)of;
        }
    }
    sort_models(c);
    return choose_params(c, err);
}

/* ---- Accessors ---- */

int32_t hw_comparison_n_models(const hw_comparison *c)
{
    return c->n_models;
}

int32_t hw_comparison_n_failed(const hw_comparison *c)
{
    return c->n_failures;
}

hw_category hw_comparison_category(const hw_comparison *c)
{
    return c->category;
}

const char *hw_comparison_response_name(const hw_comparison *c)
{
    return c->response;
}

static const hwi_compared *model_at(const hw_comparison *c, int32_t i)
{
    return i < 0 || i >= c->n_models ? NULL : c->models[i];
}

const char *hw_comparison_name(const hw_comparison *c, int32_t i)
{
    return model_at(c, i) ? c->models[i]->name : NULL;
}

const char *hw_comparison_sort_metric(const hw_comparison *c)
{
    return hwi_named_name(c->category, c->sort_metric);
}

bool hw_comparison_is_decreasing(const hw_comparison *c)
{
    return hwi_named_is_more_better(hw_comparison_sort_metric(c));
}

const char *hw_comparison_metrics_of(const hw_comparison *c)
{
    return hwi_metrics_of_name(c->sort_of);
}

double hw_comparison_value(const hw_comparison *c, int32_t i, const char *of, const char *metric)
{
    const hwi_compared *model = model_at(c, i);
    for (int k = 0; model && k < HWI_N_OF; k++)
        if (strcmp(hwi_metrics_of_name((hwi_metrics_of)k), of) == 0)
            return hwi_compared_value(model, (hwi_metrics_of)k,
                                      hwi_named_find(c->category, metric));
    return NAN;
}

bool hw_comparison_is_larger_better(const char *metric)
{
    return hwi_named_is_more_better(metric);
}

int64_t hw_comparison_n_weights(const hw_comparison *c, int32_t i)
{
    return model_at(c, i) ? c->models[i]->n_weights : 0;
}

double hw_comparison_epochs(const hw_comparison *c, int32_t i)
{
    return model_at(c, i) ? c->models[i]->epochs : NAN;
}

double hw_comparison_seconds(const hw_comparison *c, int32_t i)
{
    return model_at(c, i) ? c->models[i]->seconds : NAN;
}

int32_t hw_comparison_n_parameters(const hw_comparison *c)
{
    return c->n_params;
}

const char *hw_comparison_parameter_name(const hw_comparison *c, int32_t p)
{
    return p < 0 || p >= c->n_params ? NULL : c->params[p];
}

const char *hw_comparison_parameter(const hw_comparison *c, int32_t i, int32_t p)
{
    const hwi_compared *model = model_at(c, i);
    return model && model->shown && p >= 0 && p < c->n_params ? model->shown[p] : NULL;
}
