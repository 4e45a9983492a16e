/* SPDX-License-Identifier: Apache-2.0 */
#include "report/comparison.h"

#include <math.h>

#include "base/file.h"
#include "base/json.h"
#include "base/status.h"
#include "metrics/named.h"

static void put_number(hwi_json *json, const char *key, double x)
{
    if (isnan(x))
        hwi_json_put_null(json, key);
    else
        hwi_json_put_double(json, key, x);
}

static void put_metrics(hwi_json *json, const hw_comparison *c, const hwi_compared *model)
{
    for (int of = 0; of < HWI_N_OF; of++) {
        const char *key = hwi_metrics_of_name((hwi_metrics_of)of);
        if (!model->values[of]) {
            hwi_json_put_null(json, key);
            continue;
        }
        hwi_json_key(json, key);
        hwi_json_begin_object(json);
        for (int32_t i = 0; i < hwi_named_n(c->category); i++)
            if (!isnan(model->values[of][i]))
                hwi_json_put_double(json, hwi_named_name(c->category, i), model->values[of][i]);
        hwi_json_end_object(json);
    }
}

static void put_model(hwi_json *json, const hw_comparison *c, int32_t at)
{
    const hwi_compared *model = c->models[at];
    hwi_json_begin_object(json);
    hwi_json_put_int(json, "rank", at + 1);
    hwi_json_put_string(json, "name", model->name);
    hwi_json_key(json, "parameters");
    hwi_json_begin_object(json);
    for (int32_t p = 0; model->shown && p < c->n_params; p++)
        hwi_json_put_string(json, c->params[p], model->shown[p]);
    hwi_json_end_object(json);
    hwi_json_put_int(json, "weights", model->n_weights);
    put_number(json, "epochs", model->epochs);
    put_number(json, "seconds", model->seconds);
    put_number(json, "sort_value", hwi_compared_key(c, model));
    put_metrics(json, c, model);
    hwi_json_put_string(json, "command", model->command);
    hwi_json_end_object(json);
}

hw_status hw_comparison_write_json(const hw_comparison *c, const char *path, hw_error *err)
{
    HW_CHECK_ARG(err, c && path);
    HW_AUTO_BUFFER(out);
    hwi_json json;
    hwi_json_init(&json, &out);
    hwi_json_begin_object(&json);
    hwi_json_put_string(&json, "category", hw_category_name(c->category));
    hwi_json_put_string(&json, "response", c->response);
    hwi_json_put_string(&json, "sort_metric", hw_comparison_sort_metric(c));
    hwi_json_put_bool(&json, "decreasing", hw_comparison_is_decreasing(c));
    hwi_json_put_string(&json, "metrics_of", hw_comparison_metrics_of(c));
    hwi_json_key(&json, "models");
    hwi_json_begin_array(&json, false);
    for (int32_t i = 0; i < c->n_models; i++)
        put_model(&json, c, i);
    hwi_json_end_array(&json);
    hwi_json_key(&json, "failed");
    hwi_json_begin_array(&json, false);
    for (int32_t i = 0; i < c->n_failures; i++) {
        hwi_json_begin_object(&json);
        hwi_json_put_string(&json, "name", c->failures[i].name);
        hwi_json_put_string(&json, "values", c->failures[i].values);
        hwi_json_put_string(&json, "reason", c->failures[i].reason);
        hwi_json_end_object(&json);
    }
    hwi_json_end_array(&json);
    hwi_json_end_object(&json);
    hwi_buffer_append_char(&out, '\n');
    HW_TRY(hwi_buffer_check(&out, err));
    return hwi_file_write(path, out.data, out.size, err);
}
