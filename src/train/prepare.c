/* SPDX-License-Identifier: Apache-2.0 */
#include "train/prepare.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/rng.h"
#include "encoder/build.h"
#include "model/mojo.h"

enum { MAX_CLASSES = 10000 };

void hwi_prepared_clear(hwi_prepared *prepared)
{
    hw_params_free(prepared->effective);
    hw_params_free(prepared->actual);
    hwi_encoder_free(prepared->encoder);
    hw_frame_unref(prepared->recoded);
    hwi_messages_clear(&prepared->messages);
    *prepared = (hwi_prepared){0};
}

static bool is_number(hw_type type)
{
    return type == HW_TYPE_INT || type == HW_TYPE_REAL || type == HW_TYPE_TIME;
}

static hw_status check_response(const hw_params *params, const hw_frame *frame, hw_error *err)
{
    const char *name = params->response_column;
    if (params->autoencoder)
        return HW_OK;
    if (!name || !*name)
        HW_FAIL(err, HW_EINVAL, "response_column", "response_column: say which column to predict");
    int32_t column = hw_frame_find_column(frame, name);
    if (column < 0)
        HW_FAIL(err, HW_EINVAL, "response_column", "response_column: there is no column '%s' in %s",
                name, hw_frame_name(frame));
    hw_type type = hw_frame_column_type(frame, column);
    if (hw_frame_n_missing(frame, column) == hw_frame_n_rows(frame))
        HW_FAIL(err, HW_EINVAL, "response_column",
                "response_column: '%s' of %s has no values, all are missing", name,
                hw_frame_name(frame));
    if (type != HW_TYPE_ENUM && !is_number(type))
        HW_FAIL(err, HW_EINVAL, "response_column",
                "response_column: '%s' of %s is %s, too few of its values "
                "repeat to be classes; make it an enum (--col_types) or choose another column",
                name, hw_frame_name(frame), hw_type_name(type));
    int32_t n_levels = hw_frame_n_levels(frame, column);
    if (n_levels > MAX_CLASSES)
        HW_FAIL(
            err, HW_EINVAL, "response_column",
            "response_column: '%s' of %s has %d levels, a classifier takes at most %d; is it an "
            "identifier?",
            name, hw_frame_name(frame), n_levels, MAX_CLASSES);
    return HW_OK;
}

static hw_status check_distinct(const hw_params *params, hw_error *err)
{
    const struct {
        const char *param, *column;
    } special[] = {{"response_column", params->autoencoder ? NULL : params->response_column},
                   {"weights_column", params->weights_column},
                   {"offset_column", params->offset_column},
                   {"fold_column", params->fold_column}};
    for (int i = 1; i < 4; i++) {
        for (int k = 0; k < i; k++) {
            const char *a = special[i].column, *b = special[k].column;
            if (a && *a && b && strcmp(a, b) == 0)
                HW_FAIL(err, HW_EINVAL, special[i].param, "%s: '%s' is already the %s",
                        special[i].param, a, special[k].param);
        }
    }
    return HW_OK;
}

/* Weights and offsets: numbers without missing values; weights neither negative nor all 0. */
static hw_status check_numbers(const hw_frame *frame, const char *name, const char *param,
                               bool is_weight, double *values, hw_error *err)
{
    int32_t column = hw_frame_find_column(frame, name);
    if (column < 0)
        HW_FAIL(err, HW_EINVAL, param, "%s: there is no column '%s' in %s", param, name,
                hw_frame_name(frame));
    if (!is_number(hw_frame_column_type(frame, column)))
        HW_FAIL(err, HW_EINVAL, param, "%s: '%s' of %s is %s, numbers are wanted", param, name,
                hw_frame_name(frame), hw_type_name(hw_frame_column_type(frame, column)));
    int64_t n = hw_frame_n_rows(frame);
    hw_frame_read_doubles(frame, column, 0, n, values);
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(values[i]))
            HW_FAIL(err, HW_EINVAL, param, "%s: '%s' of %s is missing in row %lld", param, name,
                    hw_frame_name(frame), (long long)i + 1);
        if (is_weight && values[i] < 0)
            HW_FAIL(err, HW_EINVAL, param, "%s: '%s' of %s is negative in row %lld", param, name,
                    hw_frame_name(frame), (long long)i + 1);
        sum += values[i];
    }
    if (is_weight && sum == 0)
        HW_FAIL(err, HW_EINVAL, param, "%s: '%s' of %s is 0 in every row", param, name,
                hw_frame_name(frame));
    return HW_OK;
}

static bool has_name(const char *name)
{
    return name && *name;
}

static hw_status look_at_weights(const hw_params *params, const hw_frame *frame, double *values,
                                 hwi_facts *facts, hw_error *err)
{
    if (has_name(params->offset_column))
        HW_TRY(check_numbers(frame, params->offset_column, "offset_column", false, values, err));
    if (!has_name(params->weights_column))
        return HW_OK;
    HW_TRY(check_numbers(frame, params->weights_column, "weights_column", true, values, err));
    facts->has_weights = facts->has_binary_weights = true;
    for (int64_t i = 0; i < hw_frame_n_rows(frame); i++)
        if (values[i] != 0 && values[i] != 1)
            facts->has_binary_weights = false;
    return HW_OK;
}

static hw_status look_at_response(const hw_frame *frame, int32_t column, double *values,
                                  hwi_facts *facts, hw_error *err)
{
    int64_t n = hw_frame_n_rows(frame);
    hw_frame_read_doubles(frame, column, 0, n, values);
    double min = INFINITY, max = -INFINITY;
    bool only_two = true;
    for (int64_t i = 0; i < n; i++) {
        min = values[i] < min ? values[i] : min;
        max = values[i] > max ? values[i] : max;
    }
    for (int64_t i = 0; i < n && only_two; i++)
        only_two = isnan(values[i]) || values[i] == min || values[i] == max;
    if (min <= max && (isinf(min) || isinf(max)))
        HW_FAIL(err, HW_EINVAL, "response_column",
                "response_column: '%s' of %s has infinite values; make them missing (--na_strings)",
                hw_frame_column_name(frame, column), hw_frame_name(frame));
    bool is_numeric = hw_frame_column_type(frame, column) != HW_TYPE_ENUM;
    facts->n_classes = hw_frame_n_levels(frame, column);
    facts->response_is_constant = min >= max;
    facts->response_is_all_missing = hw_frame_n_missing(frame, column) == n;
    facts->response_has_negative = is_numeric && min < 0;
    facts->response_is_zero_one = is_numeric && only_two && min == 0 && max == 1;
    facts->response_is_minus_one_one = is_numeric && only_two && min == -1 && max == 1;
    return HW_OK;
}

/* What H2O fills with missing values and a warning is a mistake to us: validation would judge
 * another table. */
static hw_status check_validation(const hwi_encoder *encoder, const hw_frame *validation,
                                  hw_error *err)
{
    if (!validation)
        return HW_OK;
    if (hw_frame_n_rows(validation) == 0)
        HW_FAIL(err, HW_EINVAL, "validation_frame", "validation_frame: %s has no rows",
                hw_frame_name(validation));
    int32_t n = 0, n_predictors = 0;
    const hwi_model_column *columns = hwi_encoder_table_columns(encoder, &n, &n_predictors);
    const char *fold = encoder->fold_at >= 0 ? encoder->columns[encoder->fold_at].name : "";
    for (int32_t i = 0; i < n; i++) {
        const char *name = columns[i].name;
        if (strcmp(name, fold) != 0 && hw_frame_find_column(validation, name) < 0)
            HW_FAIL(err, HW_EINVAL, "validation_frame",
                    "validation_frame: %s lacks the column '%s' of the training frame",
                    hw_frame_name(validation), name);
    }
    return HW_OK;
}

/* A name that the model file cannot hold is refused before training, not after. */
static hw_status check_names(const hwi_encoder *encoder, hw_error *err)
{
    for (int32_t i = 0; i < encoder->n_columns; i++)
        HW_TRY(hwi_mojo_check_column_name(encoder->columns[i].name, err));
    return HW_OK;
}

static double count_network_weights(const hw_params *params, const hwi_encoder *encoder,
                                    int32_t n_outputs)
{
    double below = encoder->n_nums, n = 0;
    for (int32_t i = 0; i < encoder->n_cats; i++)
        below += encoder->columns[i].n_levels + 1;
    for (int32_t l = 0; l < params->hidden.n; l++) {
        n += (below + 1) * params->hidden.v[l];
        below = params->hidden.v[l];
    }
    return n + (below + 1) * n_outputs;
}

static hw_status draw_seed(hw_params *effective, hw_params *actual, int64_t drawn)
{
    if (effective->seed == -1 && drawn != 0) {
        effective->seed = drawn;
    } else if (effective->seed == -1) {
        hwi_rng rng = hwi_rng_new(hwi_wall_clock_ms() ^ (int64_t)(hwi_clock_ms() * 1e6));
        effective->seed = hwi_rng_long(&rng);
    }
    actual->seed = effective->seed;
    return HW_OK;
}

static hw_category category_of(const hw_params *params, int32_t n_classes)
{
    if (params->autoencoder)
        return HW_CATEGORY_AUTOENCODER;
    if (n_classes == 0)
        return HW_CATEGORY_REGRESSION;
    return n_classes == 2 ? HW_CATEGORY_BINOMIAL : HW_CATEGORY_MULTINOMIAL;
}

static hw_status gather_facts(const hw_params *given, const hw_frame *training,
                              const hw_frame *validation, const hwi_cv_role *role,
                              hwi_buffer *dropped, hwi_prepared *out, hw_error *err)
{
    int64_t n = hw_frame_n_rows(training);
    if (n == 0)
        HW_FAIL(err, HW_EINVAL, "training_frame", "training_frame: %s has no rows",
                hw_frame_name(training));
    if (n > INT32_MAX)
        HW_FAIL(err, HW_EINVAL, "training_frame", "training_frame: %s has more than %d rows",
                hw_frame_name(training), INT32_MAX);
    HW_TRY(check_response(given, training, err));
    HW_TRY(check_distinct(given, err));
    HW_AUTO(double) *values = HWI_ALLOC_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, values);
    hwi_facts *facts = &out->facts;
    *facts = (hwi_facts){.is_supervised = !given->autoencoder,
                         .has_validation = validation != NULL,
                         .n_rows = n,
                         .is_fold_model = role && role->is_fold_model,
                         .cv_epochs = role ? role->cv_epochs : 0};
    HW_TRY(look_at_weights(given, training, values, facts, err));
    if (facts->is_supervised)
        HW_TRY(look_at_response(training, hw_frame_find_column(training, given->response_column),
                                values, facts, err));
    HW_TRY(hwi_encoder_choose_columns(given, training, &out->encoder, &out->recoded, dropped, err));
    facts->dropped_columns = dropped->size ? hwi_buffer_text(dropped) : NULL;
    int32_t n_outputs = given->autoencoder     ? out->encoder->n_units
                        : facts->n_classes > 0 ? facts->n_classes
                                               : 1;
    facts->n_network_weights = count_network_weights(given, out->encoder, n_outputs);
    return HW_OK;
}

hw_status hwi_prepare(const hw_params *given, const hw_frame *training, const hw_frame *validation,
                      const hwi_cv_role *role, hwi_prepared *out, hw_error *err)
{
    *out = (hwi_prepared){.shared_rows = role ? role->shared_rows : NULL};
    HW_AUTO_BUFFER(dropped);
    HW_TRY(gather_facts(given, training, validation, role, &dropped, out, err));
    hw_status status = hwi_params_check(given, &out->facts, &out->messages, err);
    if (status != HW_OK)
        return status;
    HW_TRY(check_validation(out->encoder, validation, err));
    HW_TRY(check_names(out->encoder, err));
    out->effective = hw_params_copy(given);
    out->actual = hw_params_copy(given);
    HW_CHECK_ALLOC(err, out->effective);
    HW_CHECK_ALLOC(err, out->actual);
    HW_TRY(hwi_params_resolve(out->effective, &out->facts, err));
    if (role && role->max_runtime_secs > 0)
        out->effective->max_runtime_secs = role->max_runtime_secs;
    hwi_params_actual(out->actual, &out->facts);
    HW_TRY(draw_seed(out->effective, out->actual, role ? role->seed : 0));
    out->category = category_of(given, out->facts.n_classes);
    out->n_classes = out->facts.n_classes > 0 ? out->facts.n_classes : 1;
    out->facts.dropped_columns = NULL; /* the text dies with this function */
    return hwi_encoder_set_transforms(out->encoder, out->effective,
                                      out->recoded ? out->recoded : training, err);
}
