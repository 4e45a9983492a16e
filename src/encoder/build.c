/* SPDX-License-Identifier: Apache-2.0 */
#include "encoder/build.h"

#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "encoder/moments.h"
#include "encoder/recode.h"

/* What becomes of each column of the frame. */
typedef enum role { PREDICTOR, IGNORED, DROPPED, SPECIAL } role;

static hw_status find_special(const hw_frame *frame, const char *name, const char *param,
                              int32_t *out, hw_error *err)
{
    *out = -1;
    if (!name || !*name)
        return HW_OK;
    *out = hw_frame_find_column(frame, name);
    if (*out < 0)
        HW_FAIL(err, HW_EINVAL, param, "%s: there is no column '%s' in %s", param, name,
                hw_frame_name(frame));
    return HW_OK;
}

/* Whether a predictor says nothing: all missing, one value only, text. */
static hw_status column_is_bad(const hw_frame *frame, int32_t column, double *scratch, bool *out,
                               hw_error *err)
{
    hw_type type = hw_frame_column_type(frame, column);
    int64_t n = hw_frame_n_rows(frame);
    *out = type == HW_TYPE_STRING || type == HW_TYPE_UUID;
    if (*out)
        return HW_OK;
    hw_frame_read_doubles(frame, column, 0, n, scratch);
    double min = INFINITY, max = -INFINITY;
    for (int64_t i = 0; i < n; i++) {
        min = scratch[i] < min ? scratch[i] : min;
        max = scratch[i] > max ? scratch[i] : max;
    }
    /* Nothing can be learned from an infinite input: the first such row makes the weights NaN. */
    bool is_infinite = min <= max && (min == -INFINITY || max == INFINITY);
    if (is_infinite)
        HW_FAIL(err, HW_EINVAL, "training_frame",
                "column '%s' of %s has infinite values; make them missing (--na_strings) or ignore "
                "the column",
                hw_frame_column_name(frame, column), hw_frame_name(frame));
    *out = min >= max;
    return HW_OK;
}

static uint32_t java_hash(const char *text)
{
    /* String.hashCode works on UTF-16 units; names beyond ASCII only change the order of a message.
     */
    uint32_t h = 0;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        h = 31 * h + *c;
    return h ^ (h >> 16);
}

/* H2O lists dropped columns in the order of a hash map. */
static void list_dropped(const hw_frame *frame, const role *roles, hwi_buffer *out)
{
    int32_t n_columns = hw_frame_n_columns(frame), n_dropped = 0;
    for (int32_t i = 0; i < n_columns; i++)
        n_dropped += roles[i] == DROPPED;
    if (n_dropped == 0)
        return;
    uint32_t n_buckets = 1;
    while (n_buckets < n_dropped / 0.75 + 1)
        n_buckets *= 2;
    const char *separator = "[";
    for (uint32_t bucket = 0; bucket < n_buckets; bucket++) {
        for (int32_t i = 0; i < n_columns; i++) {
            const char *name = hw_frame_column_name(frame, i);
            if (roles[i] != DROPPED || java_hash(name) % n_buckets != bucket)
                continue;
            hwi_buffer_append_text(out, separator);
            hwi_buffer_append_text(out, name);
            separator = ", ";
        }
    }
    hwi_buffer_append_text(out, "]");
}

typedef struct specials {
    int32_t weights, offset, fold, response; /* columns of the frame, or -1 */
} specials;

static hw_status find_specials(const hw_params *params, const hw_frame *frame, specials *s,
                               hw_error *err)
{
    HW_TRY(find_special(frame, params->weights_column, "weights_column", &s->weights, err));
    HW_TRY(find_special(frame, params->offset_column, "offset_column", &s->offset, err));
    HW_TRY(find_special(frame, params->fold_column, "fold_column", &s->fold, err));
    s->response = -1;
    /* An autoencoder has no response: a column named so stays a predictor. */
    if (!params->autoencoder)
        HW_TRY(find_special(frame, params->response_column, "response_column", &s->response, err));
    return HW_OK;
}

static hw_status mark_ignored(const hw_params *params, const hw_frame *frame, role *roles,
                              hw_error *err)
{
    for (int32_t i = 0; i < params->ignored_columns.n; i++) {
        const char *name = params->ignored_columns.v[i];
        int32_t column = name ? hw_frame_find_column(frame, name) : -1;
        if (column < 0)
            HW_FAIL(err, HW_EINVAL, "ignored_columns",
                    "ignored_columns: there is no column '%s' in %s", name ? name : "",
                    hw_frame_name(frame));
        if (roles[column] == PREDICTOR)
            roles[column] = IGNORED;
    }
    return HW_OK;
}

static hw_status assign_roles(const hw_params *params, const hw_frame *frame, const specials *s,
                              role *roles, hw_error *err)
{
    const int32_t special[] = {s->weights, s->offset, s->fold, s->response};
    for (int i = 0; i < 4; i++)
        if (special[i] >= 0)
            roles[special[i]] = SPECIAL;
    HW_TRY(mark_ignored(params, frame, roles, err));
    HW_AUTO(double) *scratch = HWI_ALLOC_ARRAY(double, (size_t)hw_frame_n_rows(frame));
    HW_CHECK_ALLOC(err, scratch);
    for (int32_t i = 0; i < hw_frame_n_columns(frame); i++) {
        if (roles[i] != PREDICTOR)
            continue;
        bool is_bad = false;
        HW_TRY(column_is_bad(frame, i, scratch, &is_bad, err));
        hw_type type = hw_frame_column_type(frame, i);
        if (is_bad && params->ignore_const_cols)
            roles[i] = DROPPED;
        else if (type == HW_TYPE_STRING || type == HW_TYPE_UUID)
            HW_FAIL(err, HW_EINVAL, "ignore_const_cols",
                    "column '%s' is text and cannot be an input; ignore it, make it an enum, or "
                    "leave ignore_const_cols on",
                    hw_frame_column_name(frame, i));
    }
    return HW_OK;
}

/* Categoricals by falling number of levels, by H2O's exchange procedure, which is not stable. */
static void order_categoricals(const hw_frame *frame, int32_t *columns, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        for (int32_t j = i + 1; j < n; j++) {
            if (hw_frame_n_levels(frame, columns[i]) >= hw_frame_n_levels(frame, columns[j]))
                continue;
            int32_t kept = columns[i];
            columns[i] = columns[j];
            columns[j] = kept;
        }
    }
}

static hw_status set_offsets(hwi_encoder *encoder, const hw_params *params, hw_error *err)
{
    encoder->cat_offsets = HWI_NEW_ARRAY(int32_t, (size_t)encoder->n_cats + 1);
    HW_CHECK_ALLOC(err, encoder->cat_offsets);
    encoder->use_all_factor_levels = params->use_all_factor_levels || params->autoencoder;
    int64_t n_units = 0;
    for (int32_t i = 0; i < encoder->n_cats; i++) {
        n_units += encoder->columns[i].n_levels + (encoder->use_all_factor_levels ? 1 : 0);
        if (n_units + encoder->n_nums > INT32_MAX / 2)
            HW_FAIL(err, HW_EINVAL, "training_frame",
                    "the categorical columns have more than %d levels together", INT32_MAX / 2);
        encoder->cat_offsets[i + 1] = (int32_t)n_units;
    }
    if (params->max_categorical_features < n_units) {
        /* H2O then trains on numbers that nobody has understood yet. */
        if (params->h2o_compat && params->sparse && encoder->n_nums > 0)
            HW_FAIL(err, HW_EUNSUPPORTED, "sparse",
                    "sparse: with h2o_compat it is not in this version together with hashing "
                    "(max_categorical_features %d, %lld units); leave out one of the three",
                    params->max_categorical_features, (long long)n_units);
        encoder->n_hash_slots = params->max_categorical_features;
        n_units = encoder->n_hash_slots;
    }
    encoder->n_units = (int32_t)n_units + encoder->n_nums;
    return HW_OK;
}

static hw_status take_columns(const hw_frame *frame, const specials *s, const int32_t *predictors,
                              hwi_encoder *encoder, hw_error *err)
{
    int32_t n_predictors = encoder->n_cats + encoder->n_nums;
    encoder->columns = HWI_NEW_ARRAY(hwi_model_column, (size_t)n_predictors + 4);
    HW_CHECK_ALLOC(err, encoder->columns);
    for (int32_t i = 0; i < n_predictors; i++) {
        encoder->n_columns++;
        HW_TRY(hwi_model_column_from_frame(frame, predictors[i], &encoder->columns[i], err));
    }
    const int32_t from[] = {s->weights, s->offset, s->fold, s->response};
    int32_t *const at[] = {&encoder->weights_at, &encoder->offset_at, &encoder->fold_at,
                           &encoder->response_at};
    for (int i = 0; i < 4; i++) {
        if (from[i] < 0)
            continue;
        *at[i] = encoder->n_columns++;
        HW_TRY(hwi_model_column_from_frame(frame, from[i], &encoder->columns[*at[i]], err));
    }
    return HW_OK;
}

/* Categoricals, then numbers, each kind in frame order. Returns how many are categorical. */
static int32_t gather_predictors(const hw_frame *frame, const role *roles, int32_t *predictors,
                                 int32_t *out_n)
{
    int32_t n = 0, n_cats = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t i = 0; i < hw_frame_n_columns(frame); i++) {
            bool is_category = hw_frame_column_type(frame, i) == HW_TYPE_ENUM;
            if (roles[i] == PREDICTOR && is_category == (pass == 0))
                predictors[n++] = i;
        }
        if (pass == 0)
            n_cats = n;
    }
    *out_n = n;
    return n_cats;
}

/* The frame that the encoding makes of the columns in use; *out_frame stays NULL when it makes
 * none. */
static hw_status recode(const hw_params *params, const hw_frame *frame, const specials *s,
                        const role *roles, hwi_recoding **out, hw_frame **out_frame, hw_error *err)
{
    hw_categorical_encoding encoding = params->categorical_encoding;
    bool sorts = encoding == HW_CATEGORICAL_ENCODING_SORT_BY_RESPONSE;
    if (!sorts && !hwi_encoding_recodes(encoding))
        return HW_OK;
    int32_t n_columns = hw_frame_n_columns(frame), n = 0;
    HW_AUTO(int32_t) *columns = HWI_NEW_ARRAY(int32_t, (size_t)n_columns);
    HW_CHECK_ALLOC(err, columns);
    for (int32_t i = 0; i < n_columns; i++)
        if (roles[i] == PREDICTOR)
            columns[n++] = i;
    int32_t n_predictors = n;
    const int32_t special[] = {s->weights, s->offset, s->fold, s->response};
    for (int i = 0; i < 4; i++)
        if (special[i] >= 0)
            columns[n++] = special[i];
    if (sorts)
        return hwi_sort_by_response(frame, columns, n, n_predictors, s->response, s->weights,
                                    out_frame, err);
    HW_TRY(hwi_recoding_new(params, frame, columns, n, n_predictors, out, err));
    return hwi_recode(*out, frame, NULL, out_frame, err);
}

/* Columns, their order and units, as they stand in this frame. */
static hw_status choose(const hw_params *params, const hw_frame *frame, const specials *s,
                        const role *roles, hwi_encoder *encoder, hw_error *err)
{
    int32_t n = 0;
    HW_AUTO(int32_t) *predictors = HWI_NEW_ARRAY(int32_t, (size_t)hw_frame_n_columns(frame));
    HW_CHECK_ALLOC(err, predictors);
    encoder->n_cats = gather_predictors(frame, roles, predictors, &n);
    encoder->n_nums = n - encoder->n_cats;
    if (n == 0)
        HW_FAIL(err, HW_EINVAL, "training_frame",
                "no usable columns are left in %s: all are ignored, constant, text or missing",
                hw_frame_name(frame));
    order_categoricals(frame, predictors, encoder->n_cats);
    HW_TRY(take_columns(frame, s, predictors, encoder, err));
    return set_offsets(encoder, params, err);
}

/* After recoding every column that is left is in use. */
static hw_status choose_recoded(const hw_params *params, const hw_frame *frame,
                                hwi_encoder *encoder, hw_error *err)
{
    specials s;
    HW_AUTO(int32_t) *roles = HWI_NEW_ARRAY(int32_t, (size_t)hw_frame_n_columns(frame));
    HW_CHECK_ALLOC(err, roles);
    HW_TRY(find_specials(params, frame, &s, err));
    const int32_t special[] = {s.weights, s.offset, s.fold, s.response};
    for (int i = 0; i < 4; i++)
        if (special[i] >= 0)
            roles[special[i]] = SPECIAL;
    return choose(params, frame, &s, (role *)roles, encoder, err);
}

hw_status hwi_encoder_choose_columns(const hw_params *params, const hw_frame *frame,
                                     hwi_encoder **out, hw_frame **out_recoded,
                                     hwi_buffer *out_dropped, hw_error *err)
{
    specials s;
    HW_TRY(find_specials(params, frame, &s, err));
    HW_AUTO(int32_t) *role_store = HWI_NEW_ARRAY(int32_t, (size_t)hw_frame_n_columns(frame));
    HW_CHECK_ALLOC(err, role_store);
    role *roles = (role *)role_store;
    HW_TRY(assign_roles(params, frame, &s, roles, err));
    list_dropped(frame, roles, out_dropped);

    HW_AUTO(hwi_encoder) *encoder = hwi_encoder_new();
    HW_AUTO(hw_frame) *recoded = NULL;
    HW_CHECK_ALLOC(err, encoder);
    HW_TRY(recode(params, frame, &s, roles, &encoder->recoding, &recoded, err));
    if (recoded)
        HW_TRY(choose_recoded(params, recoded, encoder, err));
    else
        HW_TRY(choose(params, frame, &s, roles, encoder, err));
    *out_recoded = HW_TAKE(recoded);
    *out = HW_TAKE(encoder);
    return HW_OK;
}

/* Weights of the rows that count for the moments, or NULL when the unweighted ones are wanted: H2O
 * takes weighted moments only without an offset. Under Skip, rows with a missing value have no
 * weight, be it the response that is missing. */
static hw_status read_moment_weights(const hwi_encoder *encoder, const hw_frame *frame, bool as_h2o,
                                     double *scratch, double **out, hw_error *err)
{
    *out = NULL;
    if (encoder->weights_at < 0 || (as_h2o && encoder->offset_at >= 0))
        return HW_OK;
    int64_t n = hw_frame_n_rows(frame);
    HW_AUTO(double) *weights = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, weights);
    hw_frame_read_doubles(frame,
                          hw_frame_find_column(frame, encoder->columns[encoder->weights_at].name),
                          0, n, weights);
    int32_t n_predictors = encoder->n_cats + encoder->n_nums;
    for (int32_t i = 0; !encoder->mean_imputation && i <= n_predictors; i++) {
        int32_t k = i < n_predictors ? i : encoder->response_at;
        if (k < 0)
            break;
        int32_t column = hw_frame_find_column(frame, encoder->columns[k].name);
        if (hw_frame_n_missing(frame, column) == 0)
            continue;
        hw_frame_read_doubles(frame, column, 0, n, scratch);
        for (int64_t row = 0; row < n; row++)
            if (isnan(scratch[row]))
                weights[row] = 0;
    }
    *out = HW_TAKE(weights);
    return HW_OK;
}

typedef struct transform {
    double mean; /* what a missing value is in training */
    double mul, sub;
} transform;

/* H2O fills missing values with the unweighted mean, so that rows of weight 0 leak into the others:
 * in a cross-validation those that were held out. */
static transform standardize(const double *values, const double *weights, int64_t n,
                             bool is_integer, bool is_sparse, bool is_autoencoder, bool as_h2o)
{
    hwi_moments m = hwi_moments_of(values, n, is_integer);
    transform t = {m.mean, 1, m.mean};
    if (is_autoencoder) {
        if (m.max - m.min > 0)
            t.mul = 1 / (m.max - m.min);
        return t;
    }
    double sigma = m.sigma;
    if (weights) {
        hwi_moments w = hwi_moments_weighted(values, weights, n);
        t.sub = w.mean;
        t.mean = as_h2o || w.n == 0 ? m.mean : w.mean;
        sigma = w.sigma;
    }
    t.mul = sigma != 0 ? 1 / sigma : 1;
    if (is_sparse)
        t.sub = 0;
    return t;
}

/* The rule by which H2O keeps a column of missing values sparse. */
static bool is_mostly_missing(const double *values, int64_t n)
{
    int64_t n_present = 0;
    for (int64_t i = 0; i < n; i++)
        n_present += !isnan(values[i]);
    return n_present * 8 < n;
}

static bool response_is_standardized(const hwi_encoder *encoder, const hw_params *params)
{
    if (encoder->response_at < 0 || !params->standardize)
        return false;
    if (encoder->columns[encoder->response_at].type == HW_TYPE_ENUM)
        return false;
    switch (params->distribution) {
    case HW_DISTRIBUTION_POISSON:
    case HW_DISTRIBUTION_GAMMA:
    case HW_DISTRIBUTION_TWEEDIE:
        return false;
    default:
        return true;
    }
}

/* The transforms of all numeric columns, each a task of its own. */
typedef struct column_transforms {
    hwi_encoder *encoder;
    const hw_params *params;
    const hw_frame *frame;
    const double *weights;
    double **values; /* (workers) each (n_rows) */
} column_transforms;

static hw_status set_column_transform(int64_t index, int worker, void *ctx, hw_error *err)
{
    const column_transforms *all = ctx;
    const hw_params *params = all->params;
    hwi_encoder *encoder = all->encoder;
    int64_t n = hw_frame_n_rows(all->frame);
    const hwi_model_column *column = &encoder->columns[encoder->n_cats + index];
    if (!all->values[worker])
        all->values[worker] = HWI_ALLOC_ARRAY(double, (size_t)n);
    double *values = all->values[worker];
    HW_CHECK_ALLOC(err, values);
    hw_frame_read_doubles(all->frame, hw_frame_find_column(all->frame, column->name), 0, n, values);
    transform t = standardize(values, all->weights, n, column->type == HW_TYPE_INT,
                              encoder->is_sparse, params->autoencoder, params->h2o_compat);
    /* H2O's sparse rows leave out what a sparse column does not hold: here, what is missing. */
    bool leaves_out = encoder->is_sparse && params->h2o_compat && is_mostly_missing(values, n);
    encoder->means[index] = leaves_out ? 0 : t.mean;
    if (params->standardize) {
        encoder->norm_mul[index] = t.mul;
        encoder->norm_sub[index] = t.sub;
    }
    return HW_OK;
}

static hw_status set_column_transforms(column_transforms *all, hw_error *err)
{
    int64_t n_cells = hw_frame_n_rows(all->frame) * all->encoder->n_nums;
    int n_workers = hwi_parallel_n_threads_for_cells(n_cells);
    all->values = HWI_NEW_ARRAY(double *, (size_t)n_workers);
    HW_CHECK_ALLOC(err, all->values);
    hw_status status =
        hwi_parallel_for(all->encoder->n_nums, n_workers, set_column_transform, all, err);
    for (int i = 0; i < n_workers; i++)
        hwi_free(all->values[i]);
    hwi_free(all->values);
    return status;
}

hw_status hwi_encoder_set_transforms(hwi_encoder *encoder, const hw_params *params,
                                     const hw_frame *frame, hw_error *err)
{
    int64_t n = hw_frame_n_rows(frame);
    encoder->mean_imputation =
        params->missing_values_handling == HW_MISSING_VALUES_HANDLING_MEAN_IMPUTATION;
    encoder->is_sparse = params->sparse;
    encoder->learns_uncentred = params->sparse && params->autoencoder && params->h2o_compat;
    encoder->missing_is_last_level = params->h2o_compat;
    encoder->hashes_absent_level = params->h2o_compat;
    encoder->hash_seed = params->seed;
    HW_AUTO(double) *values = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, values);
    HW_AUTO(double) *weights = NULL;
    HW_TRY(read_moment_weights(encoder, frame, params->h2o_compat, values, &weights, err));

    encoder->means = HWI_NEW_ARRAY(double, (size_t)encoder->n_nums);
    HW_CHECK_ALLOC(err, encoder->means);
    if (params->standardize) {
        encoder->norm_mul = HWI_NEW_ARRAY(double, (size_t)encoder->n_nums);
        encoder->norm_sub = HWI_NEW_ARRAY(double, (size_t)encoder->n_nums);
        HW_CHECK_ALLOC(err, encoder->norm_mul);
        HW_CHECK_ALLOC(err, encoder->norm_sub);
    }
    column_transforms all = {encoder, params, frame, weights, NULL};
    HW_TRY(set_column_transforms(&all, err));
    encoder->has_resp_norm = response_is_standardized(encoder, params);
    if (encoder->has_resp_norm) {
        const hwi_model_column *column = &encoder->columns[encoder->response_at];
        hw_frame_read_doubles(frame, hw_frame_find_column(frame, column->name), 0, n, values);
        transform t = standardize(values, weights, n, column->type == HW_TYPE_INT, false, false,
                                  params->h2o_compat);
        encoder->resp_mul = t.mul;
        encoder->resp_sub = t.sub;
    }
    return HW_OK;
}
