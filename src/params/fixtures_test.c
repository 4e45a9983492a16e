/* SPDX-License-Identifier: Apache-2.0
 *
 * Every recorded run of H2O again: the messages of the parameter check, word by word, and the
 * parameters that the finished model shows. */
#include "support/hw_test.h"

#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "params/params_json.h"
#include "params/rules.h"

enum { MAX_PATH = 1024 };

static json_t *read_json(const char *folder, const char *name)
{
    char path[MAX_PATH];
    const char *root = getenv("HW_FIXTURES");
    snprintf(path, sizeof path, "%s/parity/%s/%s", root ? root : "", folder, name);
    return json_load_file(path, 0, NULL);
}

static DIR *open_fixtures(void)
{
    char path[MAX_PATH];
    const char *root = getenv("HW_FIXTURES");
    snprintf(path, sizeof path, "%s/parity", root ? root : "");
    DIR *folder = opendir(path);
    if (!folder)
        skip();
    return folder;
}

/* A JSON value as the text of a parameter. */
static void append_value(hwi_buffer *out, const json_t *value, bool is_item)
{
    char number[HWI_NUMBER_TEXT_BYTES];
    const json_t *item;
    size_t i;
    switch (json_typeof(value)) {
    case JSON_TRUE:
    case JSON_FALSE:
        hwi_buffer_append_text(out, json_is_true(value) ? "true" : "false");
        break;
    case JSON_INTEGER:
        hwi_buffer_printf(out, "%lld", (long long)json_integer_value(value));
        break;
    case JSON_REAL:
        hwi_format_double(json_real_value(value), number);
        hwi_buffer_append_text(out, number);
        break;
    case JSON_STRING:
        hwi_buffer_append_text(out, is_item ? "\"" : "");
        hwi_buffer_append_text(out, json_string_value(value));
        hwi_buffer_append_text(out, is_item ? "\"" : "");
        break;
    case JSON_ARRAY:
        hwi_buffer_append_text(out, "[");
        json_array_foreach(value, i, item)
        {
            hwi_buffer_append_text(out, i ? "," : "");
            append_value(out, item, true);
        }
        hwi_buffer_append_text(out, "]");
        break;
    default:
        hwi_buffer_append_text(out, is_item ? "null" : "");
        break;
    }
}

static void read_value(hw_params *params, const char *name, const json_t *value)
{
    hw_error err = {0};
    HW_AUTO_BUFFER(text);
    append_value(&text, value, false);
    hw_assert_ok(hwi_params_read_text(params, name, hwi_buffer_text(&text), &err), err);
}

/* The parameters as asked for: of a finished model, or of a refused case. */
static hw_params *asked_params(const json_t *config, const json_t *result)
{
    hw_params *params = hw_params_new();
    const char *name;
    json_t *value;
    json_t *shown = json_object_get(result, "parameters");
    json_object_foreach(shown, name, value)
        read_value(params, name, json_object_get(value, "input"));
    if (!shown) {
        json_object_foreach(json_object_get(config, "params"), name, value)
            read_value(params, name, value);
        read_value(params, "response_column", json_object_get(config, "y"));
    }
    /* What H2O says, not what the guide's offers add. */
    read_value(params, "h2o_compat", json_true());
    return params;
}

/* Of refused cases, which say nothing about the data. */
static int32_t n_classes_of_refused(const char *name)
{
    static const struct {
        const char *name;
        int32_t n_classes;
    } cases[] = {{"refused_checkpoint_change", 3},  {"refused_one_fold", 3},
                 {"refused_modified_huber", 2},     {"refused_offset_classifier", 5},
                 {"refused_maxout_autoencoder", 0}, {"refused_dropout_count", 3},
                 {"refused_distribution", 3},       {"refused_constant_response", 0},
                 {"refused_negative_poisson", 0}};
    for (size_t i = 0; i < HW_COUNT(cases); i++)
        if (strcmp(cases[i].name, name) == 0)
            return cases[i].n_classes;
    fail_msg("unknown case %s", name);
    return 0;
}

static json_t *messages_of(const json_t *result)
{
    json_t *build = json_object_get(result, "build");
    return json_object_get(build ? build : json_object_get(result, "failed"), "messages");
}

/* The names in H2O's warning of dropped columns. */
static const char *dropped_columns(const json_t *messages)
{
    static const char prefix[] = "Dropping bad and constant columns: ";
    const json_t *message;
    size_t i;
    json_array_foreach(messages, i, message)
    {
        const char *text = json_string_value(json_object_get(message, "text"));
        if (strncmp(text, prefix, strlen(prefix)) == 0)
            return text + strlen(prefix);
    }
    return NULL;
}

static hwi_facts facts_of(const char *name, const hw_params *params, const json_t *config,
                          const json_t *result)
{
    hwi_facts facts = {.is_supervised = !params->autoencoder, .is_cheap = true};
    const char *category = json_string_value(json_object_get(result, "model_category"));
    const json_t *domains = json_object_get(result, "domains");
    const json_t *epochs =
        json_object_get(json_object_get(json_object_get(result, "parameters"), "epochs"), "actual");
    if (!category)
        facts.n_classes = n_classes_of_refused(name);
    else if (strstr(category, "nomial"))
        facts.n_classes =
            (int32_t)json_array_size(json_array_get(domains, json_array_size(domains) - 1));
    facts.has_validation = json_is_string(json_object_get(config, "validation_frame"));
    facts.response_is_constant = strcmp(name, "refused_constant_response") == 0;
    facts.dropped_columns = dropped_columns(messages_of(result));
    if (params->nfolds > 0 || params->fold_column)
        facts.cv_epochs = json_number_value(epochs);
    return facts;
}

static void compare_messages(const char *name, const hwi_messages *ours, const json_t *wanted)
{
    for (int32_t i = 0; i < ours->n; i++) {
        const json_t *message = json_array_get(wanted, (size_t)i);
        const char *field = json_string_value(json_object_get(message, "field"));
        const char *text = json_string_value(json_object_get(message, "text"));
        const char *type = json_string_value(json_object_get(message, "type"));
        const hwi_message *own = &ours->v[i];
        if (!message || strcmp(own->field, field) != 0 || strcmp(own->text, text) != 0 ||
            strcmp(hwi_message_type_name(own->type), type) != 0)
            fail_msg("%s: message %d is %s %s: %s, expected %s %s: %s", name, i,
                     hwi_message_type_name(own->type), own->field, own->text, type, field, text);
    }
    if (ours->n != (int32_t)json_array_size(wanted))
        fail_msg("%s: %d messages, expected %zu", name, ours->n, json_array_size(wanted));
}

static void check_messages(const char *name, const hw_params *params, const hwi_facts *facts,
                           const json_t *result)
{
    hw_error err = {0};
    HW_AUTO_MESSAGES(messages);
    hw_status status = hwi_params_check(params, facts, &messages, &err);
    bool is_refused = strncmp(name, "refused_", 8) == 0;
    bool passes_cheap_check = strcmp(name, "refused_checkpoint_change") == 0 ||
                              strcmp(name, "refused_negative_poisson") == 0;
    if (is_refused && !passes_cheap_check && !json_object_get(result, "build"))
        assert_int_equal(status, HW_EINVAL);
    else if (status != HW_EUNSUPPORTED)
        hw_assert_ok(status, err);
    compare_messages(name, &messages, messages_of(result));
}

static void check_shown_params(const char *name, const hw_params *input, const hwi_facts *facts,
                               const json_t *wanted)
{
    HW_AUTO_BUFFER(out);
    hwi_json json;
    hw_params *shown = hw_params_copy(input);
    hwi_params_actual(shown, facts);
    read_value(shown, "model_id", json_object_get(json_object_get(wanted, "model_id"), "actual"));
    hwi_json_init(&json, &out);
    hwi_params_write_json(&json, input, shown);
    json_t *ours = json_loads(hwi_buffer_text(&out), 0, NULL);
    assert_non_null(ours);
    const char *key;
    json_t *value;
    void *place = json_object_iter(ours);
    json_object_foreach((json_t *)wanted, key, value)
    {
        json_t *own = json_object_get(ours, key);
        if (!json_equal(own, value))
            fail_msg("%s: %s is %s, expected %s", name, key, json_dumps(own, 0),
                     json_dumps(value, 0));
        /* The same order. The recordings left export_weights_and_biases out. */
        if (strcmp(json_object_iter_key(place), "export_weights_and_biases") == 0)
            place = json_object_iter_next(ours, place);
        assert_string_equal(json_object_iter_key(place), key);
        place = json_object_iter_next(ours, place);
    }
    json_decref(ours);
    hw_params_free(shown);
}

/* Returns 1 when there was something to compare. */
static int replay(const char *name, const json_t *config, const json_t *result)
{
    const json_t *shown = json_object_get(result, "parameters");
    const json_t *messages = messages_of(result);
    if (!shown && !messages)
        return 0;
    hw_params *params = asked_params(config, result);
    hwi_facts facts = facts_of(name, params, config, result);
    if (messages)
        check_messages(name, params, &facts, result);
    if (shown)
        check_shown_params(name, params, &facts, shown);
    hw_params_free(params);
    return 1;
}

static int replay_file(const char *name, const char *file)
{
    json_t *config = read_json(name, "params.json"), *result = read_json(name, file);
    json_t *model;
    size_t i;
    int n = 0;
    if (json_is_array(result)) {
        json_array_foreach(result, i, model) n += replay(name, config, model);
    } else if (result) {
        n += replay(name, config, result);
    }
    json_decref(config);
    json_decref(result);
    return n;
}

static void test_messages_and_shown_values_equal_h2os(void **state)
{
    (void)state;
    DIR *folder = open_fixtures();
    int n = 0;
    for (const struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.')
            continue;
        n += replay_file(entry->d_name, "result.json");
        n += replay_file(entry->d_name, "grid_models.json");
    }
    closedir(folder);
    assert_in_range(n, 100, 1000);
}

static void test_earlier_steps_equal_h2os(void **state)
{
    (void)state;
    closedir(open_fixtures());
    assert_int_equal(replay_file("checkpoint", "first.json"), 1);
    assert_int_equal(replay_file("checkpoint_changed", "first.json"), 1);
    assert_int_equal(replay_file("refused_checkpoint_change", "first.json"), 1);
    assert_int_equal(replay_file("auto_pretrained", "encoder.json"), 1);
}

/* Everything of H2O's own description but the wording of the help. */
static void test_metadata_equal_h2os(void **state)
{
    (void)state;
    char path[MAX_PATH];
    const char *root = getenv("HW_FIXTURES");
    snprintf(path, sizeof path, "%s/rest/332-get-3-ModelBuilders-deeplearning.json",
             root ? root : "");
    json_t *exchange = json_load_file(path, 0, NULL);
    if (!exchange)
        skip();
    json_t *wanted = NULL;
    int found = json_unpack(exchange, "{s{s{s{s{so}}}}}", "response", "body", "model_builders",
                            "deeplearning", "parameters", &wanted);
    assert_int_equal(found, 0);
    HW_AUTO_BUFFER(out);
    hwi_json json;
    hw_params *params = hw_params_new();
    hwi_json_init(&json, &out);
    hwi_params_write_rest(&json, NULL, params);
    json_t *ours = json_loads(hwi_buffer_text(&out), 0, NULL);
    assert_int_equal(json_array_size(ours), json_array_size(wanted));
    for (size_t i = 0; i < json_array_size(ours); i++) {
        json_t *own = json_array_get(ours, i), *other = json_array_get(wanted, i);
        assert_true(strlen(json_string_value(json_object_get(own, "help"))) > 10);
        json_object_del(own, "help");
        json_object_del(other, "help");
        if (!json_equal(own, other))
            fail_msg("%s\n%s", json_dumps(own, 0), json_dumps(other, 0));
    }
    json_decref(ours);
    json_decref(exchange);
    hw_params_free(params);
}

/* The name inside of a column, frame or model object; other values as they are. */
static json_t *bare_value(json_t *value)
{
    const char *key = json_object_get(value, "name") ? "name" : "column_name";
    if (json_is_object(value))
        return json_incref(json_object_get(value, key));
    if (!json_is_array(value))
        return json_incref(value);
    json_t *list = json_array(), *item;
    size_t i;
    json_array_foreach(value, i, item) json_array_append_new(list, bare_value(item));
    return list;
}

static hw_params *params_of_model(const json_t *wanted, const char *key)
{
    hw_params *params = hw_params_new();
    const json_t *entry;
    size_t i;
    json_array_foreach(wanted, i, entry)
    {
        json_t *value = bare_value(json_object_get(entry, key));
        read_value(params, json_string_value(json_object_get(entry, "name")), value);
        json_decref(value);
    }
    return params;
}

static void check_rest_values(const char *file)
{
    char path[MAX_PATH];
    const char *root = getenv("HW_FIXTURES");
    snprintf(path, sizeof path, "%s/rest/%s", root ? root : "", file);
    json_t *exchange = json_load_file(path, JSON_ALLOW_NUL, NULL), *wanted = NULL;
    if (!exchange)
        skip();
    assert_int_equal(json_unpack(exchange, "{s{s{s[{so}]}}}", "response", "body", "models",
                                 "parameters", &wanted),
                     0);
    hw_params *input = params_of_model(wanted, "input_value");
    hw_params *actual = params_of_model(wanted, "actual_value");
    HW_AUTO_BUFFER(out);
    hwi_json json;
    hwi_json_init(&json, &out);
    hwi_params_write_rest(&json, input, actual);
    json_t *ours = json_loads(hwi_buffer_text(&out), 0, NULL);
    assert_int_equal(json_array_size(ours), json_array_size(wanted));
    for (size_t i = 0; i < json_array_size(ours); i++) {
        json_t *own = json_array_get(ours, i), *other = json_array_get(wanted, i);
        json_object_del(own, "help");
        json_object_del(other, "help");
        if (!json_equal(own, other))
            fail_msg("%s: %s\n%s", file, json_dumps(own, 0), json_dumps(other, 0));
    }
    json_decref(ours);
    json_decref(exchange);
    hw_params_free(input);
    hw_params_free(actual);
}

static void test_values_of_models_equal_h2os(void **state)
{
    (void)state;
    check_rest_values("203-get-3-Models-id.json"); /* a validation frame */
    check_rest_values("243-get-3-Models-id.json"); /* weights, offset and fold columns */
    check_rest_values("251-get-3-Models-id.json"); /* initial weights with nulls */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_and_shown_values_equal_h2os),
        cmocka_unit_test(test_earlier_steps_equal_h2os),
        cmocka_unit_test(test_metadata_equal_h2os),
        cmocka_unit_test(test_values_of_models_equal_h2os),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
