/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/criteria.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "grid/space.h"

static const char FIELD[] = "search_criteria";
static const char *const strategy_names[] = {"Cartesian", "RandomDiscrete", "Sequential"};

const char *hwi_grid_strategy_name(hwi_grid_strategy strategy)
{
    return strategy_names[strategy];
}

/* A number, also one in quotes. */
static hw_status read_number(const json_t *value, const char *name, double min, double *out,
                             hw_error *err)
{
    double x = NAN;
    if (json_is_number(value))
        x = json_number_value(value);
    else if (!json_is_string(value) ||
             !hwi_parse_double(json_string_value(value), json_string_length(value), &x))
        x = NAN;
    if (isnan(x))
        HW_FAIL(err, HW_EINVAL, FIELD, "%s: '%s' is no number", FIELD, name);
    if (x < min) {
        char text[HWI_NUMBER_TEXT_BYTES];
        hwi_format_double(x, text);
        HW_FAIL(err, HW_EINVAL, FIELD, "%s: %s %s must not be negative", FIELD, name, text);
    }
    *out = x;
    return HW_OK;
}

static hw_status read_integer(const json_t *value, const char *name, int64_t min, int64_t max,
                              int64_t *out, hw_error *err)
{
    /* Seeds of 64 bits do not pass through a double. */
    int64_t exact = json_is_integer(value) ? json_integer_value(value) : 0;
    if (!json_is_integer(value)) {
        double x;
        HW_TRY(read_number(value, name, -INFINITY, &x, err));
        if (x != floor(x) || fabs(x) > 0x1p53)
            HW_FAIL(err, HW_EINVAL, FIELD, "%s: '%s' is no whole number", FIELD, name);
        exact = (int64_t)x;
    }
    if (exact < min || exact > max)
        HW_FAIL(err, HW_EINVAL, FIELD, "%s: %s %lld is outside of [%lld, %lld]", FIELD, name,
                (long long)exact, (long long)min, (long long)max);
    *out = exact;
    return HW_OK;
}

static hw_status read_strategy(const json_t *json, hwi_grid_criteria *out, hw_error *err)
{
    const char *text = json_string_value(json_object_get(json, "strategy"));
    if (!text)
        HW_FAIL(err, HW_EINVAL, FIELD,
                "%s: \"strategy\" is missing: Cartesian, RandomDiscrete or Sequential", FIELD);
    for (int i = 0; i < 3; i++) {
        if (strcasecmp(text, strategy_names[i]) == 0) {
            out->strategy = (hwi_grid_strategy)i;
            return HW_OK;
        }
    }
    HW_FAIL(err, HW_EINVAL, FIELD,
            "%s: strategy '%.60s' is not one of Cartesian, RandomDiscrete, Sequential", FIELD,
            text);
}

static hw_status read_metric(const json_t *value, hwi_grid_criteria *out, hw_error *err)
{
    int32_t index = hwi_param_index("stopping_metric");
    const hw_param_info *info = hw_param_at(index);
    const char *text = json_string_value(value);
    for (int32_t i = 0; text && i < info->n_levels; i++) {
        if (strcasecmp(text, info->levels[i]) == 0 && !strstr(info->levels[i], "custom")) {
            out->stopping_metric = (hw_stopping_metric)i;
            return HW_OK;
        }
    }
    HW_FAIL(err, HW_EINVAL, FIELD, "%s: '%.60s' is no stopping_metric; %s", FIELD,
            text ? text : "?", "heavywater params stopping_metric lists them");
}

static hw_status read_entry(const char *name, const json_t *value, hwi_grid_criteria *out,
                            hw_error *err)
{
    int64_t rounds;
    if (strcmp(name, "max_models") == 0)
        return read_integer(value, name, 0, INT32_MAX, &out->max_models, err);
    if (strcmp(name, "max_runtime_secs") == 0)
        return read_number(value, name, 0, &out->max_runtime_secs, err);
    if (strcmp(name, "seed") == 0 && out->strategy == HWI_GRID_RANDOM_DISCRETE)
        return read_integer(value, name, INT64_MIN, INT64_MAX, &out->seed, err);
    if (strcmp(name, "stopping_tolerance") == 0)
        return read_number(value, name, 0, &out->stopping_tolerance, err);
    if (strcmp(name, "stopping_metric") == 0)
        return read_metric(value, out, err);
    if (strcmp(name, "early_stopping") == 0 && out->strategy == HWI_GRID_SEQUENTIAL) {
        if (!json_is_boolean(value))
            HW_FAIL(err, HW_EINVAL, FIELD, "%s: '%s' is true or false", FIELD, name);
        out->never_stops_early = json_is_false(value);
        return HW_OK;
    }
    if (strcmp(name, "stopping_rounds") != 0)
        HW_FAIL(err, HW_EINVAL, FIELD,
                "%s: unknown entry '%.60s'; %s knows strategy, max_models, max_runtime_secs, %s, "
                "stopping_rounds, stopping_metric, stopping_tolerance",
                FIELD, name, strategy_names[out->strategy],
                out->strategy == HWI_GRID_SEQUENTIAL ? "early_stopping" : "seed");
    HW_TRY(read_integer(value, name, 0, INT32_MAX, &rounds, err));
    out->stopping_rounds = (int32_t)rounds;
    return HW_OK;
}

hw_status hwi_grid_criteria_read(const char *text, hwi_grid_criteria *out, hw_error *err)
{
    hwi_grid_criteria criteria = {.strategy = HWI_GRID_CARTESIAN,
                                  .seed = -1,
                                  .stopping_metric = HW_STOPPING_METRIC_AUTO,
                                  .stopping_tolerance = 1e-3};
    if (!text) {
        *out = criteria;
        return HW_OK;
    }
    HW_AUTO(json_t) *json = NULL;
    HW_TRY(hwi_grid_json_read(text, FIELD, &json, err));
    HW_TRY(read_strategy(json, &criteria, err));
    const char *name;
    json_t *value;
    json_object_foreach(json, name, value)
    {
        if (strcmp(name, "strategy") == 0)
            continue;
        if (criteria.strategy == HWI_GRID_CARTESIAN)
            HW_FAIL(err, HW_EINVAL, FIELD,
                    "%s: Cartesian goes through all combinations and takes no '%.60s'; "
                    "RandomDiscrete does",
                    FIELD, name);
        HW_TRY(read_entry(name, value, &criteria, err));
    }
    criteria.seed_is_given = criteria.seed != -1;
    if (criteria.never_stops_early)
        criteria.stopping_rounds = 0;
    *out = criteria;
    return HW_OK;
}
