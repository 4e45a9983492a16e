/* SPDX-License-Identifier: Apache-2.0
 *
 * From rows to metrics: which sums are kept, and what is made of them at the end. */
#include <math.h>
#include <string.h>

#include "metrics/auc_bins.h"
#include "metrics/class_label.h"
#include "metrics/confusion.h"
#include "metrics/deviance.h"
#include "metrics/gains_lift.h"
#include "metrics/multinomial_auc.h"
#include "metrics/object.h"
#include "metrics/quantile.h"
#include "metrics/thresholds.h"

/* H2O builds no confusion matrix above 1,000 classes. */
enum { MAX_CM_CLASSES = 1000, H2O_HIT_RATIOS = 10 };

typedef struct sums {
    double weight;
    double squared_error;
    double wy, wyy;
    double absolute_error;
    double squared_log_error;
    double deviance;
    double logloss;
    double n_wrong; /* multinomial: rows, not weights */
} sums;

struct hwi_metrics_builder {
    hwi_metrics_input setup; /* its pointers to rows are NULL, its texts are the builder's */
    char *description;
    char **domain;
    bool takes_details;
    bool has_weightless; /* a row of weight 0 was met */
    int64_t n_rows;
    sums sums;
    double row_mean;   /* autoencoder: the running mean of the rows' errors */
    hwi_auc_bins bins; /* binomial */
    /* Multinomial: counts of rows, as H2O counts. */
    double *cm;                       /* (K, K), or NULL */
    double *class_rows, *class_wrong; /* (K) */
    int32_t n_hits;                   /* rows of the table of hit ratios */
    double *hits;                     /* (n_hits) by rank of the actual class */
    double *tie_priors, *tie_scratch; /* (n_classes), or NULL */
    hwi_multinomial_auc auc;          /* bins NULL when not wanted */
    hwi_detail_row *details;
    int64_t n_details, capacity_details;
};

static bool is_classifier(const hwi_metrics_builder *b)
{
    return b->setup.category == HW_CATEGORY_BINOMIAL ||
           b->setup.category == HW_CATEGORY_MULTINOMIAL;
}

/* Classes of the actual values: those of the model and those that it does not know. */
static int32_t n_levels(const hwi_metrics_builder *b)
{
    return b->setup.n_classes + b->setup.n_unknown_levels;
}

static hw_status check_setup(const hwi_metrics_input *setup, hw_error *err)
{
    bool is_binomial = setup->category == HW_CATEGORY_BINOMIAL;
    if (!is_binomial && setup->category != HW_CATEGORY_MULTINOMIAL)
        return HW_OK;
    if (setup->n_classes < 2 ||
        (is_binomial && (setup->n_classes != 2 || setup->n_unknown_levels != 0)))
        HW_FAIL(err, HW_EINVAL, NULL, "%s metrics of %d classes", hw_category_name(setup->category),
                setup->n_classes + setup->n_unknown_levels);
    HW_CHECK_ARG(err, setup->domain);
    return HW_OK;
}

static hw_status copy_texts(hwi_metrics_builder *b, hw_error *err)
{
    hwi_metrics_input *setup = &b->setup;
    if (setup->description) {
        b->description = hwi_strdup(setup->description);
        HW_CHECK_ALLOC(err, b->description);
    }
    setup->description = b->description;
    const char *const *domain = setup->domain;
    setup->domain = NULL;
    if (!is_classifier(b))
        return HW_OK;
    b->domain = HWI_NEW_ARRAY(char *, (size_t)n_levels(b));
    HW_CHECK_ALLOC(err, b->domain);
    for (int32_t k = 0; k < n_levels(b); k++) {
        b->domain[k] = hwi_strdup(domain[k]);
        HW_CHECK_ALLOC(err, b->domain[k]);
    }
    setup->domain = (const char *const *)b->domain;
    return HW_OK;
}

static hw_status init_multinomial(hwi_metrics_builder *b, hw_error *err)
{
    size_t n_classes = (size_t)n_levels(b);
    b->class_rows = HWI_NEW_ARRAY(double, n_classes);
    b->class_wrong = HWI_NEW_ARRAY(double, n_classes);
    HW_CHECK_ALLOC(err, b->class_rows);
    HW_CHECK_ALLOC(err, b->class_wrong);
    int32_t k = b->setup.max_hit_ratio_k == 0 ? H2O_HIT_RATIOS : b->setup.max_hit_ratio_k;
    b->n_hits = k < b->setup.n_classes ? k : b->setup.n_classes;
    if (b->n_hits > 0) {
        b->hits = HWI_NEW_ARRAY(double, (size_t)b->n_hits);
        HW_CHECK_ALLOC(err, b->hits);
    }
    size_t n_predicted = (size_t)b->setup.n_classes;
    if (b->n_hits > 0 && b->setup.tie_priors) {
        b->tie_priors = HWI_ALLOC_ARRAY(double, n_predicted);
        b->tie_scratch = HWI_ALLOC_ARRAY(double, n_predicted);
        HW_CHECK_ALLOC(err, b->tie_priors);
        HW_CHECK_ALLOC(err, b->tie_scratch);
        memcpy(b->tie_priors, b->setup.tie_priors, n_predicted * sizeof(double));
    }
    b->setup.tie_priors = b->tie_priors;
    if (n_classes <= MAX_CM_CLASSES) {
        b->cm = HWI_NEW_ARRAY(double, n_classes *n_classes);
        HW_CHECK_ALLOC(err, b->cm);
    }
    if (hwi_multinomial_auc_is_wanted(b->setup.auc_type, n_levels(b)))
        return hwi_multinomial_auc_init(&b->auc, n_levels(b), b->setup.n_classes, err);
    return HW_OK;
}

hw_status hwi_metrics_builder_new(const hwi_metrics_input *setup, hwi_metrics_builder **out,
                                  hw_error *err)
{
    HW_TRY(check_setup(setup, err));
    HW_AUTO(hwi_metrics_builder) *b = HWI_NEW(hwi_metrics_builder);
    HW_CHECK_ALLOC(err, b);
    b->setup = *setup;
    b->setup.actual = b->setup.predictions = b->setup.weights = NULL;
    b->setup.labels = NULL;
    hwi_auc_bins_init(&b->bins);
    b->takes_details = setup->category == HW_CATEGORY_BINOMIAL
                           ? setup->gainslift_bins != 0
                           : setup->category == HW_CATEGORY_REGRESSION &&
                                 setup->distribution == HW_DISTRIBUTION_HUBER;
    HW_TRY(copy_texts(b, err));
    if (setup->category == HW_CATEGORY_MULTINOMIAL)
        HW_TRY(init_multinomial(b, err));
    *out = HW_TAKE(b);
    return HW_OK;
}

void hwi_metrics_builder_free(hwi_metrics_builder *b)
{
    if (!b)
        return;
    if (b->domain)
        for (int32_t k = 0; k < n_levels(b); k++)
            hwi_free(b->domain[k]);
    hwi_free(b->domain);
    hwi_free(b->description);
    hwi_auc_bins_clear(&b->bins);
    hwi_free(b->cm);
    hwi_free(b->class_rows);
    hwi_free(b->class_wrong);
    hwi_free(b->hits);
    hwi_free(b->tie_priors);
    hwi_free(b->tie_scratch);
    hwi_multinomial_auc_clear(&b->auc);
    hwi_free(b->details);
    hwi_free(b);
}

static hw_status add_detail(hwi_metrics_builder *b, double actual, double prediction, double weight,
                            hw_error *err)
{
    if (b->n_details == b->capacity_details) {
        int64_t capacity = b->capacity_details ? 2 * b->capacity_details : 1024;
        hwi_detail_row *details =
            hwi_realloc_array(b->details, (size_t)b->n_details, (size_t)capacity, sizeof *details);
        HW_CHECK_ALLOC(err, details);
        b->details = details;
        b->capacity_details = capacity;
    }
    b->details[b->n_details++] = (hwi_detail_row){actual, prediction, weight};
    return HW_OK;
}

/* A row that counts: its parts, checked. */
typedef struct row {
    double weight;
    double actual; /* as given; 0 for autoencoders */
    int32_t class; /* classifiers */
    int32_t label; /* as given, or -1 */
    const double *predictions;
} row;

static bool get_row(const hwi_metrics_builder *b, const hwi_metrics_rows *rows, int64_t i, row *out)
{
    int32_t n_predictions = is_classifier(b) ? b->setup.n_classes : 1;
    double weight = rows->weights ? rows->weights[i] : 1;
    if (!(weight > 0))
        return false;
    const double *predictions = rows->predictions + i * n_predictions;
    for (int32_t k = 0; k < n_predictions; k++)
        if (isnan(predictions[k]))
            return false;
    *out = (row){weight, 0, 0, -1, predictions};
    if (b->setup.category == HW_CATEGORY_AUTOENCODER)
        return true;
    out->actual = rows->actual[i];
    if (isnan(out->actual))
        return false;
    if (!is_classifier(b))
        return true;
    if (!(out->actual >= 0 && out->actual < n_levels(b)))
        return false;
    out->class = (int32_t)out->actual;
    out->label = rows->labels ? rows->labels[i] : -1;
    return true;
}

/* The groups of gains/lift are cut from the scores of all rows, as H2O cuts them: those without a
 * response are kept for it, though they count in no group. */
static bool get_unanswered_row(const hwi_metrics_builder *b, const hwi_metrics_rows *rows,
                               int64_t i, row *out)
{
    if (b->setup.category != HW_CATEGORY_BINOMIAL || !isnan(rows->actual[i]))
        return false;
    *out = (row){rows->weights ? rows->weights[i] : 1, NAN, -1, -1, rows->predictions + i * 2};
    return out->weight > 0 && !isnan(out->predictions[0]) && !isnan(out->predictions[1]);
}

static void add_regression(hwi_metrics_builder *b, const row *r)
{
    const hwi_deviance deviance = {b->setup.distribution, b->setup.tweedie_power,
                                   b->setup.quantile_alpha, 0};
    sums *s = &b->sums;
    double w = r->weight, f = r->predictions[0];
    double y = (float)r->actual; /* as H2O hands responses to its metrics */
    double error = y - f, log_error = log1p(f) - log1p(y);
    s->squared_error += w * error * error;
    s->wy += w * y;
    s->wyy += w * y * y;
    s->absolute_error += w * fabs(error);
    s->squared_log_error += w * (log_error * log_error);
    if (b->setup.distribution != HW_DISTRIBUTION_HUBER)
        s->deviance += hwi_deviance_of(&deviance, w, y, f);
}

static void add_class_error(hwi_metrics_builder *b, const row *r)
{
    static const double max_logloss = 34.538776394910684; /* -ln 1e-15 */
    sums *s = &b->sums;
    double w = r->weight, y = r->class;
    double error = r->class < b->setup.n_classes ? 1 - r->predictions[r->class] : 1;
    s->squared_error += w * error * error;
    s->wy += w * y;
    s->wyy += w * y * y;
    s->logloss += w * fmin(max_logloss, -log(1 - error));
}

static int32_t first_largest(const double *values, int32_t n)
{
    int32_t largest = 0;
    for (int32_t k = 1; k < n; k++)
        if (values[k] > values[largest])
            largest = k;
    return largest;
}

/* Rank of the actual class when the label stands first and the others follow by falling
 * probability; 0 is the label itself. */
static int32_t rank_of_actual(const row *r, int32_t label, int32_t n_classes)
{
    if (label == r->class)
        return 0;
    if (r->class >= n_classes)
        return INT32_MAX;
    double p = r->predictions[r->class];
    int32_t rank = 1;
    for (int32_t k = 0; k < n_classes; k++) {
        bool is_before = k < r->class ? r->predictions[k] >= p : r->predictions[k] > p;
        rank += k != label && is_before;
    }
    return rank;
}

static hw_status add_multinomial(hwi_metrics_builder *b, const row *r, hw_error *err)
{
    int32_t n_classes = b->setup.n_classes;
    bool has_label = r->label >= 0 && r->label < n_classes;
    int32_t label = has_label ? r->label : first_largest(r->predictions, n_classes);
    int32_t rank = b->tie_priors ? hwi_guesses_until(r->predictions, n_classes, label, r->class,
                                                     b->n_hits, b->tie_priors, b->tie_scratch)
                                 : rank_of_actual(r, label, n_classes);
    bool is_wrong = label != r->class;
    add_class_error(b, r);
    b->class_rows[r->class] += 1;
    b->class_wrong[r->class] += is_wrong;
    b->sums.n_wrong += is_wrong;
    if (b->cm)
        b->cm[(int64_t)r->class * n_levels(b) + label] += 1;
    if (rank < b->n_hits)
        b->hits[rank] += is_wrong ? r->weight : 1;
    if (b->auc.bins)
        return hwi_multinomial_auc_add(&b->auc, r->predictions, r->class, r->weight, err);
    return HW_OK;
}

hw_status hwi_metrics_builder_add_rows(hwi_metrics_builder *b, const hwi_metrics_rows *rows,
                                       hw_error *err)
{
    for (int64_t i = 0; i < rows->n_rows; i++) {
        row r;
        b->has_weightless |= rows->weights && rows->weights[i] == 0;
        if (!get_row(b, rows, i, &r)) {
            if (b->takes_details && get_unanswered_row(b, rows, i, &r))
                HW_TRY(add_detail(b, NAN, r.predictions[1], r.weight, err));
            continue;
        }
        b->n_rows++;
        b->sums.weight += r.weight;
        switch (b->setup.category) {
        case HW_CATEGORY_REGRESSION:
            add_regression(b, &r);
            break;
        case HW_CATEGORY_BINOMIAL:
            add_class_error(b, &r);
            HW_TRY(hwi_auc_bins_add(&b->bins, r.predictions[1], r.weight, r.class == 1, err));
            break;
        case HW_CATEGORY_MULTINOMIAL:
            HW_TRY(add_multinomial(b, &r, err));
            break;
        case HW_CATEGORY_AUTOENCODER:
            b->row_mean += (r.predictions[0] - b->row_mean) * r.weight / b->sums.weight;
            break;
        }
        if (b->takes_details)
            HW_TRY(add_detail(b, r.actual, r.predictions[is_classifier(b)], r.weight, err));
    }
    return HW_OK;
}

hw_status hwi_metrics_builder_set_detail_rows(hwi_metrics_builder *b, const hwi_metrics_rows *rows,
                                              hw_error *err)
{
    b->n_details = 0;
    for (int64_t i = 0; i < rows->n_rows && b->takes_details; i++) {
        row r;
        if (get_row(b, rows, i, &r) || get_unanswered_row(b, rows, i, &r))
            HW_TRY(add_detail(b, r.actual, r.predictions[is_classifier(b)], r.weight, err));
    }
    return HW_OK;
}

static void add_array(double *into, const double *from, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        into[i] += from[i];
}

static void reduce_sums(sums *into, const sums *from)
{
    into->weight += from->weight;
    into->squared_error += from->squared_error;
    into->wy += from->wy;
    into->wyy += from->wyy;
    into->absolute_error += from->absolute_error;
    into->squared_log_error += from->squared_log_error;
    into->deviance += from->deviance;
    into->logloss += from->logloss;
    into->n_wrong += from->n_wrong;
}

hw_status hwi_metrics_builder_reduce(hwi_metrics_builder *into, const hwi_metrics_builder *from,
                                     hw_error *err)
{
    int64_t n_classes = n_levels(into);
    HW_ASSERT(into->setup.category == from->setup.category &&
              from->setup.n_classes == into->setup.n_classes && n_levels(from) == n_classes);
    double weight = into->sums.weight + from->sums.weight;
    if (weight > 0)
        into->row_mean =
            (into->row_mean * into->sums.weight + from->row_mean * from->sums.weight) / weight;
    into->n_rows += from->n_rows;
    into->has_weightless |= from->has_weightless;
    reduce_sums(&into->sums, &from->sums);
    HW_TRY(hwi_auc_bins_reduce(&into->bins, &from->bins, err));
    if (into->class_rows) {
        add_array(into->class_rows, from->class_rows, n_classes);
        add_array(into->class_wrong, from->class_wrong, n_classes);
        add_array(into->hits, from->hits, into->n_hits);
    }
    if (into->cm)
        add_array(into->cm, from->cm, n_classes * n_classes);
    if (into->auc.bins)
        HW_TRY(hwi_multinomial_auc_reduce(&into->auc, &from->auc, err));
    for (int64_t i = 0; i < from->n_details; i++) {
        const hwi_detail_row *d = &from->details[i];
        HW_TRY(add_detail(into, d->actual, d->prediction, d->weight, err));
    }
    return HW_OK;
}

/* H2O takes the root and squares it again, which shows in the last digits. */
static double r2_of(const sums *s, int64_t n_rows, double mse)
{
    double n = s->weight;
    double sigma = n_rows <= 1 ? 0 : sqrt(s->wyy / n - s->wy * s->wy / (n * n));
    return 1 - mse / (sigma * sigma);
}

/* Delta is a quantile of the distances, so the deviance needs all rows once more; H2O takes the
 * response unrounded here. */
static hw_status huber_deviance(const hwi_metrics_builder *b, double *out, hw_error *err)
{
    hwi_deviance deviance = {.distribution = HW_DISTRIBUTION_HUBER};
    int64_t n = b->n_details;
    *out = NAN;
    if (n == 0)
        return HW_OK;
    hwi_weighted_value *distances = HWI_ALLOC_ARRAY(hwi_weighted_value, 2 * (size_t)n);
    HW_CHECK_ALLOC(err, distances);
    for (int64_t i = 0; i < n; i++) {
        const hwi_detail_row *d = &b->details[i];
        distances[i] = (hwi_weighted_value){fabs(d->actual - d->prediction), d->weight};
    }
    hwi_weighted_sort(distances, distances + n, n);
    hwi_weighted_quantiles(distances, n, &b->setup.huber_alpha, 1, &deviance.huber_delta);
    hwi_free(distances);
    double sum = 0, weight = 0;
    for (int64_t i = 0; i < n; i++) {
        const hwi_detail_row *d = &b->details[i];
        sum += hwi_deviance_of(&deviance, d->weight, d->actual, d->prediction);
        weight += d->weight;
    }
    *out = sum / weight;
    return HW_OK;
}

static hw_status finish_regression(const hwi_metrics_builder *b, hw_metrics *m, hw_error *err)
{
    const sums *s = &b->sums;
    double n = s->weight;
    m->values[VALUE_R2] = r2_of(s, b->n_rows, m->values[VALUE_MSE]);
    m->values[VALUE_MAE] = s->absolute_error / n;
    m->values[VALUE_RMSLE] = sqrt(s->squared_log_error / n);
    m->values[VALUE_DEVIANCE] = s->deviance / n;
    if (b->setup.distribution == HW_DISTRIBUTION_HUBER)
        return huber_deviance(b, &m->values[VALUE_DEVIANCE], err);
    return HW_OK;
}

/* Where no f1 exists (no positives) labels are decided at one half. */
static void count_at_default_threshold(const hwi_auc_curve *curve, hw_metrics *m, double cm[4])
{
    int32_t at = hwi_curve_max_f1(curve);
    double threshold = 0.5;
    if (at >= 0)
        threshold = curve->threshold[at];
    else
        while (at + 1 < curve->n && curve->threshold[at + 1] >= threshold)
            at++;
    double tp = at >= 0 ? curve->tp[at] : 0, fp = at >= 0 ? curve->fp[at] : 0;
    cm[0] = curve->n_negative - fp;
    cm[1] = fp;
    cm[2] = curve->n_positive - tp;
    cm[3] = tp;
    m->values[VALUE_DEFAULT_THRESHOLD] = threshold;
}

static hw_status finish_curve(const hwi_metrics_builder *b, const hwi_auc_curve *curve,
                              hw_metrics *m, hw_error *err)
{
    double cm[4];
    count_at_default_threshold(curve, m, cm);
    double n = cm[0] + cm[1] + cm[2] + cm[3];
    double error0 = curve->n_negative > 0 ? cm[1] / (cm[0] + cm[1]) : 0;
    double error1 = curve->n_positive > 0 ? cm[2] / (cm[2] + cm[3]) : 0;
    m->values[VALUE_MEAN_PER_CLASS_ERROR] = n > 0 ? (error0 + error1) / 2 : NAN;
    m->values[VALUE_CLASSIFICATION_ERROR] = (cm[1] + cm[2]) / n;
    m->values[VALUE_AUC] = hwi_auc_curve_auc(curve);
    m->values[VALUE_GINI] = 2 * m->values[VALUE_AUC] - 1;
    m->values[VALUE_PR_AUC] = hwi_auc_curve_pr_auc(curve);
    m->tables[TABLE_CM] = hwi_confusion_table(cm, 2, b->setup.domain);
    m->tables[TABLE_THRESHOLDS] = hwi_thresholds_table(curve);
    m->tables[TABLE_MAX_CRITERIA] = hwi_max_criteria_table(curve);
    HW_TRY(hwi_table_check(m->tables[TABLE_CM], err));
    HW_TRY(hwi_table_check(m->tables[TABLE_THRESHOLDS], err));
    return hwi_table_check(m->tables[TABLE_MAX_CRITERIA], err);
}

static hw_status finish_binomial(const hwi_metrics_builder *b, hw_metrics *m, hw_error *err)
{
    hwi_auc_curve *curve = HWI_NEW(hwi_auc_curve);
    HW_CHECK_ALLOC(err, curve);
    hwi_auc_curve_from_bins(curve, &b->bins);
    hw_status status = finish_curve(b, curve, m, err);
    hwi_free(curve);
    HW_TRY(status);
    m->values[VALUE_R2] = r2_of(&b->sums, b->n_rows, m->values[VALUE_MSE]);
    m->values[VALUE_LOGLOSS] = b->sums.logloss / b->sums.weight;
    const hwi_gains_lift_setup gains = {b->setup.gainslift_bins, b->setup.as_h2o,
                                        b->has_weightless};
    HW_TRY(
        hwi_gains_lift_table(b->details, b->n_details, &gains, &m->tables[TABLE_GAINS_LIFT], err));
    const hw_table *table = m->tables[TABLE_GAINS_LIFT];
    if (table)
        m->values[VALUE_LIFT_TOP_GROUP] =
            hw_table_number(table, 0, hw_table_find_column(table, "lift"));
    return HW_OK;
}

/* H2O holds hit ratios as floats and adds them as floats. */
static hw_table *hit_ratio_table(const hwi_metrics_builder *b)
{
    int32_t n = b->n_hits;
    char text[64];
    snprintf(text, sizeof text, "Top-%d Hit Ratios", n);
    hw_table *table = hwi_table_new(text, "");
    hwi_table_add_column(table, "k", HW_CELL_STRING, "%s", "K");
    hwi_table_add_column(table, "hit_ratio", HW_CELL_FLOAT, "%f", "Hit Ratio");
    float cumulated = 0;
    for (int32_t k = 0; k < n; k++) {
        if (hwi_table_add_row(table) < 0)
            break;
        cumulated += (float)(b->hits[k] / b->sums.weight);
        snprintf(text, sizeof text, "%d", k + 1);
        hwi_table_set_text(table, k, 0, text);
        hwi_table_set_number(table, k, 1, cumulated);
    }
    return table;
}

static hw_status finish_multinomial(const hwi_metrics_builder *b, hw_metrics *m, hw_error *err)
{
    int32_t n_classes = n_levels(b);
    double error_sum = 0;
    for (int32_t k = 0; k < n_classes; k++)
        error_sum += b->class_rows[k] > 0 ? b->class_wrong[k] / b->class_rows[k] : 0;
    m->values[VALUE_R2] = r2_of(&b->sums, b->n_rows, m->values[VALUE_MSE]);
    m->values[VALUE_LOGLOSS] = b->sums.logloss / b->sums.weight;
    m->values[VALUE_MEAN_PER_CLASS_ERROR] = b->n_rows > 0 ? error_sum / n_classes : NAN;
    m->values[VALUE_CLASSIFICATION_ERROR] = b->sums.n_wrong / (double)b->n_rows;
    if (b->n_hits > 0) {
        m->tables[TABLE_HIT_RATIOS] = hit_ratio_table(b);
        HW_TRY(hwi_table_check(m->tables[TABLE_HIT_RATIOS], err));
    }
    if (b->cm) {
        m->tables[TABLE_CM] = hwi_confusion_table(b->cm, n_classes, b->setup.domain);
        HW_TRY(hwi_table_check(m->tables[TABLE_CM], err));
    }
    if (!b->auc.bins)
        return HW_OK;
    hwi_multinomial_auc_result result;
    HW_TRY(hwi_multinomial_auc_finish(&b->auc, b->setup.auc_type, b->setup.domain, &result, err));
    m->values[VALUE_AUC] = result.auc;
    m->values[VALUE_PR_AUC] = result.pr_auc;
    m->tables[TABLE_MULTINOMIAL_AUC] = result.auc_table;
    m->tables[TABLE_MULTINOMIAL_AUCPR] = result.pr_auc_table;
    return HW_OK;
}

hw_status hwi_metrics_builder_finish(const hwi_metrics_builder *b, hw_metrics **out, hw_error *err)
{
    HW_AUTO(hw_metrics) *m = hwi_metrics_alloc(b->setup.category);
    HW_CHECK_ALLOC(err, m);
    if (b->description) {
        m->description = hwi_strdup(b->description);
        HW_CHECK_ALLOC(err, m->description);
    }
    if (b->domain)
        HW_TRY(hwi_metrics_set_domain(m, b->setup.domain, n_levels(b), err));
    m->n_observations = b->n_rows;
    bool is_autoencoder = b->setup.category == HW_CATEGORY_AUTOENCODER;
    double mse = is_autoencoder ? b->row_mean : b->sums.squared_error / b->sums.weight;
    m->values[VALUE_MSE] = b->n_rows > 0 ? mse : NAN;
    m->values[VALUE_RMSE] = sqrt(m->values[VALUE_MSE]);
    if (b->setup.category == HW_CATEGORY_REGRESSION)
        HW_TRY(finish_regression(b, m, err));
    else if (b->setup.category == HW_CATEGORY_BINOMIAL)
        HW_TRY(finish_binomial(b, m, err));
    else if (b->setup.category == HW_CATEGORY_MULTINOMIAL)
        HW_TRY(finish_multinomial(b, m, err));
    *out = HW_TAKE(m);
    return HW_OK;
}

hw_status hwi_metrics_new(const hwi_metrics_input *input, hw_metrics **out, hw_error *err)
{
    HW_AUTO(hwi_metrics_builder) *builder = NULL;
    const hwi_metrics_rows rows = {input->n_rows, input->actual, input->predictions, input->weights,
                                   input->labels};
    HW_TRY(hwi_metrics_builder_new(input, &builder, err));
    HW_TRY(hwi_metrics_builder_add_rows(builder, &rows, err));
    return hwi_metrics_builder_finish(builder, out, err);
}
