/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON of a model has the form of the recorded results of H2O. */
#include "heavywater/model.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/table_json.h"
#include "model/mojo.h"
#include "support/hand_model.h"

static json_t *json_of(const hw_model *model)
{
    hw_error err;
    HW_AUTO_BUFFER(text);
    hw_assert_ok(hwi_model_write_json(model, &text, &err), err);
    json_t *json = json_loadb(text.data, text.size, 0, NULL);
    assert_non_null(json);
    return json;
}

static json_t *recorded(const char *name)
{
    char path[1000];
    snprintf(path, sizeof path, "%s/parity/%s/result.json", hw_fixtures_or_skip(), name);
    json_t *json = json_load_file(path, 0, NULL);
    if (!json)
        fail_msg("cannot read %s", path);
    return json;
}

/* "NaN" is a number, too. */
static json_type kind_of(const json_t *json)
{
    double number = 0;
    if (hwi_json_read_number(json, &number))
        return JSON_REAL;
    return json_is_boolean(json) ? JSON_TRUE : json_typeof(json);
}

/* Kinds of values by their keys; lists by their first item. Values that may be null are not
 * compared further. */
static void assert_same_form(const json_t *ours, const json_t *theirs, const char *where)
{
    if (json_is_null(ours) || json_is_null(theirs))
        return;
    if (json_is_object(theirs)) {
        const char *key = NULL;
        json_t *value = NULL;
        json_object_foreach((json_t *)theirs, key, value)
        {
            /* Where the recorder cut a long table. */
            if (strcmp(key, "rows_shown") == 0)
                continue;
            char place[300];
            snprintf(place, sizeof place, "%s.%s", where, key);
            if (!json_object_get(ours, key))
                fail_msg("no %s", place);
            assert_same_form(json_object_get(ours, key), value, place);
        }
        return;
    }
    if (json_is_array(theirs)) {
        if (!json_is_array(ours))
            fail_msg("%s is no list", where);
        if (json_array_size(theirs) > 0 && json_array_size(ours) > 0)
            assert_same_form(json_array_get(ours, 0), json_array_get(theirs, 0), where);
        return;
    }
    if (kind_of(ours) != kind_of(theirs))
        fail_msg("%s is of another kind", where);
}

static const char *const special_keys[] = {"case", "h2o_version", "frames", "score_metrics"};

static void check_form(const hand_spec *spec, const char *name)
{
    HW_AUTO(hw_model) *model = hand_model(spec);
    json_t *ours = json_of(model), *theirs = recorded(name);
    json_t *frame = json_object_iter_value(json_object_iter(json_object_get(theirs, "frames")));
    assert_same_form(json_object_get(json_object_get(ours, "frames"), "train \"1\".csv"), frame,
                     "frames.FRAME");
    for (size_t i = 0; i < HW_COUNT(special_keys); i++)
        json_object_del(theirs, special_keys[i]);
    /* The tables made by hand have columns of their own. */
    assert_same_form(ours, theirs, name);
    assert_string_equal(json_string_value(json_object_get(ours, "heavywater_version")), HW_VERSION);
    json_decref(ours);
    json_decref(theirs);
}

static void test_model_json_has_the_form_of_recorded_results(void **state)
{
    (void)state;
    check_form(&hand_specs[0], "act_rectifier_dropout");
    check_form(&hand_specs[1], "iris_default");
    check_form(&hand_specs[2], "weights_column");
    check_form(&hand_specs[5], "auto_tanh");
    check_form(&hand_specs[6], "data_hashing");
}

static void test_model_json_leaves_out_what_the_model_lacks(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *model = hand_model(&hand_specs[4]);
    json_t *json = json_of(model);
    static const char *const absent[] = {"variable_importances",     "training_metrics",
                                         "validation_metrics",       "scoring_history",
                                         "cross_validation_metrics", "model_summary"};
    for (size_t i = 0; i < HW_COUNT(absent); i++)
        assert_null(json_object_get(json, absent[i]));
    json_t *preprocessing = json_object_get(json, "preprocessing");
    assert_true(json_is_null(json_object_get(preprocessing, "normmul")));
    assert_true(json_is_null(json_object_get(preprocessing, "normrespsub")));
    assert_int_equal(json_array_size(json_object_get(preprocessing, "catoffsets")), 2);
    assert_true(json_is_null(json_object_get(json, "original_columns")));
    json_decref(json);
}

/* Unit by unit, channels side by side; every number reads back to the very float. */
static void test_model_json_network_is_in_h2o_order(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *model = hand_model(&hand_specs[2]);
    json_t *json = json_of(model);
    json_t *network = json_object_get(json, "network");
    assert_int_equal(json_array_size(network), model->network->n_layers);
    for (int32_t l = 0; l < model->network->n_layers; l++) {
        const hwi_layer *layer = &model->network->layers[l];
        json_t *shown = json_array_get(network, (size_t)l);
        json_t *weights = json_object_get(shown, "weights");
        assert_int_equal(json_integer_value(json_object_get(shown, "weight_rows")), layer->n_rows);
        assert_int_equal(json_integer_value(json_object_get(shown, "weight_columns")), layer->n_in);
        assert_int_equal(json_array_size(weights), layer->n_in * layer->n_rows);
        for (int32_t unit = 0; unit < layer->n_units; unit++)
            for (int32_t input = 0; input < layer->n_in; input++)
                for (int32_t k = 0; k < layer->n_channels; k++) {
                    int32_t at = layer->n_channels * (unit * layer->n_in + input) + k;
                    double value = json_number_value(json_array_get(weights, (size_t)at));
                    assert_true(value == (double)hwi_layer_weight(layer, unit, input, k));
                }
        json_t *biases = json_object_get(shown, "biases");
        assert_int_equal(json_array_size(biases), layer->n_rows);
        for (int32_t r = 0; r < layer->n_rows; r++)
            assert_true(json_number_value(json_array_get(biases, (size_t)r)) == layer->biases[r]);
    }
    json_decref(json);
}

static void test_model_json_goes_to_a_file(void **state)
{
    (void)state;
    hw_error err;
    char path[100];
    snprintf(path, sizeof path, "/tmp/hw_model_json_test.%ld", (long)getpid());
    HW_AUTO(hw_model) *model = hand_model(&hand_specs[0]);
    hw_assert_ok(hw_model_write_json(model, path, &err), err);
    json_t *json = json_load_file(path, 0, NULL);
    assert_non_null(json_object_get(json, "parameters"));
    json_decref(json);
    const hw_metrics *metrics = hw_model_metrics(model, "training");
    hw_assert_ok(hw_metrics_write_json(metrics, path, &err), err);
    json = json_load_file(path, 0, NULL);
    assert_true(json_number_value(json_object_get(json, "AUC")) ==
                hw_metrics_value(metrics, "AUC"));
    json_decref(json);
    unlink(path);
    assert_int_equal(hw_model_write_json(model, "/nonexistent/x.json", &err), HW_EIO);
    assert_int_equal(hw_model_write_json(NULL, path, &err), HW_EINVAL);
    assert_int_equal(hw_metrics_write_json(metrics, NULL, &err), HW_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_json_has_the_form_of_recorded_results),
        cmocka_unit_test(test_model_json_leaves_out_what_the_model_lacks),
        cmocka_unit_test(test_model_json_network_is_in_h2o_order),
        cmocka_unit_test(test_model_json_goes_to_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
