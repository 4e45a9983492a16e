/* SPDX-License-Identifier: Apache-2.0
 *
 * The files that H2O wrote, and files that nobody should have written. */
#include "heavywater/model.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/mojo.h"
#include "support/hand_model.h"

static char folder[64] = "/tmp/hw_mojo_read_XXXXXX";
static char path[100];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/model.zip", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

/* Without waiting for the disk, as the atomic writer does. */
static void put_file(const void *bytes, size_t n_bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n_bytes, file), n_bytes);
    assert_int_equal(fclose(file), 0);
}

static const char *fixture_path(const char *name)
{
    static char text[1000];
    snprintf(text, sizeof text, "%s/mojo/%s/model.zip", hw_fixtures_or_skip(), name);
    return text;
}

static const struct fixture {
    const char *name;
    hw_category category;
    hw_activation activation;
    hw_distribution distribution;
    int32_t n_cats, n_nums, n_classes;
    int32_t sizes[5];
    double threshold;
    const char *response, *first_level; /* of column 0; NULL when it is numeric */
    int64_t n_history;
} fixtures[] = {
    {"iris_autoencoder_rectifier_nostd",
     HW_CATEGORY_AUTOENCODER,
     HW_ACTIVATION_RECTIFIER,
     HW_DISTRIBUTION_GAUSSIAN,
     0,
     4,
     1,
     {4, 3, 4},
     0.5,
     NULL,
     NULL,
     9},
    {"iris_multinomial_tanh",
     HW_CATEGORY_MULTINOMIAL,
     HW_ACTIVATION_TANH,
     HW_DISTRIBUTION_MULTINOMIAL,
     0,
     4,
     3,
     {4, 8, 5, 3},
     0.5,
     "Species",
     NULL,
     21},
    {"mixed_autoencoder_tanh",
     HW_CATEGORY_AUTOENCODER,
     HW_ACTIVATION_TANH,
     HW_DISTRIBUTION_GAUSSIAN,
     3,
     3,
     1,
     {18, 6, 18},
     0.5,
     NULL,
     "Ash",
     9},
    {"mixed_binomial_int_cv",
     HW_CATEGORY_BINOMIAL,
     HW_ACTIVATION_TANH,
     HW_DISTRIBUTION_BERNOULLI,
     3,
     3,
     2,
     {18, 8, 5, 2},
     0.39343909124121323,
     "y",
     "Ash",
     14},
    {"mixed_binomial_maxcat",
     HW_CATEGORY_BINOMIAL,
     HW_ACTIVATION_TANH,
     HW_DISTRIBUTION_BERNOULLI,
     3,
     3,
     2,
     {8, 8, 5, 2},
     0.33888389520489615,
     "y",
     "Ash",
     10},
    {"mixed_binomial_tanhdropout_firstlevel",
     HW_CATEGORY_BINOMIAL,
     HW_ACTIVATION_TANH_WITH_DROPOUT,
     HW_DISTRIBUTION_BERNOULLI,
     3,
     3,
     2,
     {15, 8, 5, 2},
     0.33255155294075645,
     "y",
     "Ash",
     9},
    {"mixed_gamma_exprectifier",
     HW_CATEGORY_REGRESSION,
     HW_ACTIVATION_EXP_RECTIFIER,
     HW_DISTRIBUTION_GAMMA,
     3,
     3,
     1,
     {18, 8, 5, 1},
     0.5,
     "y",
     "Ash",
     9},
    {"mixed_gaussian_offset",
     HW_CATEGORY_REGRESSION,
     HW_ACTIVATION_RECTIFIER,
     HW_DISTRIBUTION_GAUSSIAN,
     3,
     3,
     1,
     {18, 8, 5, 1},
     0.5,
     "y",
     "Ash",
     9},
    {"mixed_huber_weights",
     HW_CATEGORY_REGRESSION,
     HW_ACTIVATION_RECTIFIER,
     HW_DISTRIBUTION_HUBER,
     3,
     3,
     1,
     {18, 8, 5, 1},
     0.5,
     "y",
     "Ash",
     9},
    {"mixed_laplace_nostandardize",
     HW_CATEGORY_REGRESSION,
     HW_ACTIVATION_TANH,
     HW_DISTRIBUTION_LAPLACE,
     3,
     3,
     1,
     {18, 8, 5, 1},
     0.5,
     "y",
     "Ash",
     9},
    {"mixed_multinomial_balance",
     HW_CATEGORY_MULTINOMIAL,
     HW_ACTIVATION_RECTIFIER,
     HW_DISTRIBUTION_MULTINOMIAL,
     3,
     3,
     4,
     {18, 8, 5, 4},
     0.5,
     "y",
     "Ash",
     9},
    {"mixed_poisson_rectifierdropout",
     HW_CATEGORY_REGRESSION,
     HW_ACTIVATION_RECTIFIER_WITH_DROPOUT,
     HW_DISTRIBUTION_POISSON,
     3,
     3,
     1,
     {18, 8, 5, 1},
     0.5,
     "y",
     "Ash",
     10},
    {"mixed_regression_gaussian_maxout",
     HW_CATEGORY_REGRESSION,
     HW_ACTIVATION_MAXOUT,
     HW_DISTRIBUTION_GAUSSIAN,
     3,
     3,
     1,
     {18, 8, 5, 1},
     0.5,
     "y",
     "Ash",
     9},
    {"mixed_tweedie_maxoutdropout",
     HW_CATEGORY_REGRESSION,
     HW_ACTIVATION_MAXOUT_WITH_DROPOUT,
     HW_DISTRIBUTION_TWEEDIE,
     3,
     3,
     1,
     {18, 8, 5, 1},
     0.5,
     "y",
     "Ash",
     9},
    {"odd_text_multinomial",
     HW_CATEGORY_MULTINOMIAL,
     HW_ACTIVATION_RECTIFIER,
     HW_DISTRIBUTION_MULTINOMIAL,
     2,
     1,
     3,
     {26, 4, 3},
     0.5,
     "resp; y",
     "plain",
     9},
    {"prostate_binomial_rectifier",
     HW_CATEGORY_BINOMIAL,
     HW_ACTIVATION_RECTIFIER,
     HW_DISTRIBUTION_BERNOULLI,
     3,
     4,
     2,
     {16, 8, 5, 2},
     0.36832405346794966,
     "CAPSULE",
     "1",
     9},
};

static void check_fixture(const struct fixture *f, const hw_model *model)
{
    assert_int_equal(hw_model_category(model), f->category);
    assert_int_equal(model->params_actual->activation, f->activation);
    assert_int_equal(model->distribution, f->distribution);
    assert_int_equal(hw_model_n_classes(model), f->n_classes);
    assert_true(model->is_from_h2o);
    if (f->response)
        assert_string_equal(hw_model_response_name(model), f->response);
    else
        assert_null(hw_model_response_name(model));
    if (f->first_level)
        assert_string_equal(model->encoder->columns[0].levels[0], f->first_level);
    assert_true(hw_model_default_threshold(model) == f->threshold);
    assert_int_equal(hw_table_n_rows(hw_model_table(model, "scoring_history")), f->n_history);
    assert_non_null(hw_model_table(model, "model_summary"));
    assert_non_null(hw_model_table(model, "variable_importances"));
    assert_true(hw_metrics_value(hw_model_metrics(model, "training"), "MSE") > 0);
    assert_int_equal(hw_model_n_predictors(model), model->encoder->n_cats + model->encoder->n_nums);
    assert_true(model->samples_processed > 0 && model->epochs > 0 && model->iterations > 0);
    assert_int_equal(model->encoder->n_cats, f->n_cats);
    assert_int_equal(model->encoder->n_nums, f->n_nums);
    assert_int_equal(model->network->n_inputs, f->sizes[0]);
    int64_t n_weights = 0;
    for (int32_t l = 0; l < model->network->n_layers; l++) {
        const hwi_layer *layer = &model->network->layers[l];
        assert_int_equal(layer->n_in, f->sizes[l]);
        assert_int_equal(layer->n_units, f->sizes[l + 1]);
        assert_int_equal(layer->n_channels, layer->kind == HWI_UNIT_MAXOUT ? 2 : 1);
        n_weights += (layer->n_in + 1) * layer->n_rows;
    }
    assert_int_equal(f->sizes[model->network->n_layers + 1], 0);
    assert_int_equal(hw_model_n_weights(model), n_weights);
}

static void test_mojo_read_h2o_files_give_their_structure(void **state)
{
    (void)state;
    for (size_t i = 0; i < HW_COUNT(fixtures); i++) {
        hw_error err;
        HW_AUTO(hw_model) *model = NULL;
        HW_AUTO(hw_model) *back = NULL;
        hw_assert_ok(hw_model_read(fixture_path(fixtures[i].name), &model, &err), err);
        check_fixture(&fixtures[i], model);
        /* And it can be kept as one of ours. */
        HW_AUTO_BUFFER(first);
        HW_AUTO_BUFFER(second);
        hw_assert_ok(hw_model_write(model, path, &err), err);
        hw_assert_ok(hw_model_read(path, &back, &err), err);
        assert_true(back->is_from_h2o);
        hw_assert_ok(hwi_model_write_archive(model, &first, &err), err);
        hw_assert_ok(hwi_model_write_archive(back, &second, &err), err);
        assert_int_equal(first.size, second.size);
        assert_memory_equal(first.data, second.data, first.size);
    }
}

static hw_model *read_fixture(const char *name)
{
    hw_error err;
    hw_model *model = NULL;
    hw_assert_ok(hw_model_read(fixture_path(name), &model, &err), err);
    return model;
}

static void test_mojo_read_h2o_files_give_their_numbers(void **state)
{
    (void)state;
    HW_AUTO(hw_model) *maxout = read_fixture("mixed_regression_gaussian_maxout");
    assert_true(maxout->encoder->has_resp_norm);
    HW_AUTO(hw_model) *plain = read_fixture("mixed_laplace_nostandardize");
    assert_null(plain->encoder->norm_mul);
    assert_false(plain->encoder->has_resp_norm);
    HW_AUTO(hw_model) *offset = read_fixture("mixed_gaussian_offset");
    assert_string_equal(offset->encoder->columns[offset->encoder->offset_at].name, "off");
    assert_int_equal(offset->encoder->weights_at, -1);
    HW_AUTO(hw_model) *weights = read_fixture("mixed_huber_weights");
    assert_string_equal(weights->encoder->columns[weights->encoder->weights_at].name, "wt");
    HW_AUTO(hw_model) *hashed = read_fixture("mixed_binomial_maxcat");
    assert_int_equal(hashed->encoder->n_hash_slots, 5);
    assert_int_equal(hashed->encoder->hash_seed, 42);
    HW_AUTO(hw_model) *balanced = read_fixture("mixed_multinomial_balance");
    assert_true(balanced->balance_classes);
    assert_non_null(balanced->model_class_distribution);
    HW_AUTO(hw_model) *dropout = read_fixture("mixed_binomial_tanhdropout_firstlevel");
    assert_true(dropout->network->layers[0].dropout_ratio == 0.2);
    assert_true(dropout->network->layers[1].dropout_ratio == 0.3);
    assert_false(dropout->network->layers[2].has_dropout);
    assert_true(hwi_layer_weight(&dropout->network->layers[0], 0, 1, 0) == -0.07977351f);
    assert_true(dropout->network->layers[2].biases[1] == -0.017847923012490545);
    assert_false(dropout->encoder->use_all_factor_levels);
    HW_AUTO(hw_model) *cv = read_fixture("mixed_binomial_int_cv");
    assert_non_null(hw_model_metrics(cv, "cross_validation"));
    assert_null(hw_model_metrics(cv, "validation"));
    assert_false(cv->encoder->mean_imputation);
    assert_int_equal(cv->params_actual->stopping_metric, HW_STOPPING_METRIC_NULL);
    assert_true(hw_params_is_given(cv->params_given, "nfolds"));
    assert_int_equal(cv->params_given->nfolds, 3);
    assert_false(hw_params_is_given(cv->params_given, "rho"));
    assert_string_equal(hw_model_class_name(cv, 1), "1");
    assert_null(hw_model_class_name(cv, 2));
}

/* Archives are changed entry by entry. */
enum { MAX_ENTRIES = 16 };
typedef struct archive {
    char names[MAX_ENTRIES][64];
    hwi_buffer data[MAX_ENTRIES];
    int32_t n;
} archive;

static void clear_archive(archive *a)
{
    for (int32_t i = 0; i < a->n; i++)
        hwi_buffer_clear(&a->data[i]);
    *a = (archive){0};
}

static void load_archive(const char *from, archive *a)
{
    static const char *const names[] = {"model.ini",        "domains/d000.txt", "domains/d001.txt",
                                        "domains/d002.txt", "domains/d003.txt", HWI_DETAILS_ENTRY,
                                        HWI_STATE_ENTRY,    HWI_OPTIMIZER_ENTRY};
    hw_error err;
    HW_AUTO(hwi_zip) *zip = NULL;
    hw_assert_ok(hwi_zip_open(from, &zip, &err), err);
    for (size_t i = 0; i < HW_COUNT(names); i++) {
        if (!hwi_zip_has(zip, names[i]))
            continue;
        snprintf(a->names[a->n], sizeof a->names[0], "%s", names[i]);
        hw_assert_ok(hwi_zip_read(zip, names[i], SIZE_MAX, &a->data[a->n], &err), err);
        a->n++;
    }
}

static void save_archive(const archive *a)
{
    hw_error err;
    hwi_zip_entry entries[MAX_ENTRIES];
    int32_t n = 0;
    for (int32_t i = 0; i < a->n; i++)
        if (*a->names[i])
            entries[n++] =
                (hwi_zip_entry){a->names[i], hwi_buffer_text(&a->data[i]), a->data[i].size, 1};
    HW_AUTO_BUFFER(out);
    hw_assert_ok(hwi_zip_build(entries, n, &out, &err), err);
    put_file(out.data, out.size);
}

/* Replaces the first `find` in an entry; with find NULL the whole entry, and with put NULL it goes.
 */
static void change(archive *a, const char *entry, const char *find, const char *put)
{
    int32_t i = 0;
    while (i < a->n && strcmp(a->names[i], entry) != 0)
        i++;
    if (i == a->n)
        fail_msg("no entry %s", entry);
    if (!put) {
        a->names[i][0] = '\0';
        return;
    }
    HW_AUTO_BUFFER(changed);
    const char *old = hwi_buffer_text(&a->data[i]);
    const char *at = find ? strstr(old, find) : old;
    if (!at)
        fail_msg("no \"%s\" in %s", find, entry);
    hwi_buffer_append(&changed, old, (size_t)(at - old));
    hwi_buffer_append_text(&changed, put);
    if (find)
        hwi_buffer_append_text(&changed, at + strlen(find));
    hwi_buffer_clear(&a->data[i]);
    hwi_buffer_append(&a->data[i], hwi_buffer_text(&changed), changed.size);
}

typedef struct hostile_case {
    const char *entry, *find, *put;
    hw_status status;
    const char *message;
} hostile_case;

static void check_hostile(const char *from, const hostile_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const hostile_case *c = &cases[i];
        hw_error err = {0};
        HW_AUTO(hw_model) *model = NULL;
        __attribute__((cleanup(clear_archive))) archive a = {0};
        load_archive(from, &a);
        change(&a, c->entry, c->find, c->put);
        save_archive(&a);
        hw_status status = hw_model_read(path, &model, &err);
        if (status != c->status || (status != HW_OK && !strstr(err.message, c->message)))
            fail_msg("case %zu (%s): status %d, \"%s\"", i, c->message, status, err.message);
        if (status == HW_OK)
            continue;
        assert_null(model);
        assert_memory_equal(err.message, path, strlen(path));
        assert_null(strchr(err.message, '\n'));
    }
}

#define INI(find, put, message)                                                                    \
    {                                                                                              \
        "model.ini", find, put, HW_EFORMAT, message                                                \
    }

static void test_mojo_read_hostile_model_ini_is_refused(void **state)
{
    (void)state;
    static const hostile_case cases[] = {
        {"model.ini", NULL, NULL, HW_EFORMAT, "the archive has no entry model.ini"},
        INI(NULL, "", "model.ini is empty"),
        INI(NULL, "[info]\n", "no section [columns]"),
        INI("[domains]", "[more]", "no section [domains]"),
        INI("algorithm = Deep Learning", "algorithm = Gradient Boosting Machine",
            "this is a Gradient Boosting Machine model; heavywater reads Deep Learning"),
        INI("algorithm = Deep Learning", "x = y", "no algorithm"),
        INI("mojo_version = 1.10", "mojo_version = 1.11", "mojo_version is 1.11"),
        INI("mojo_version = 1.10", "mojo_version = 2", "heavywater reads 1.00 to 1.10"),
        INI("mojo_version = 1.10", "mojo_version = x", "mojo_version is \"x\", not a number"),
        {"model.ini", "_encoding = AUTO", "_encoding = Eigen", HW_EUNSUPPORTED,
         "encoding Eigen is not in this version"},
        {"model.ini", "_encoding = AUTO", "_encoding = LabelEncoder", HW_EFORMAT, "_n_orig_names"},
        {"model.ini", "_encoding = AUTO", "_encoding = null", HW_EUNSUPPORTED, "EnumLimited"},
        INI("category = Binomial", "category = Ordinal", "category \"Ordinal\" is not known"),
        INI("category = Binomial", "category = Multinomial", "distribution bernoulli in a"),
        INI("supervised = true", "supervised = false", "supervised = false in a Binomial"),
        INI("supervised = true", "supervised = TRUE", "not true or false"),
        INI("n_classes = 2", "n_classes = 3", "n_classes is \"3\""),
        INI("n_classes = 2", "n_classes = 99999999999999999999", "n_classes is"),
        INI("n_features = 6", "n_features = 5", "n_features is 5"),
        INI("n_columns = 7", "n_columns = 8", "[columns] has 7 names, not 8"),
        INI("cats = 3", "cats = 2", "n_features is 6, but there are 2 + 3"),
        INI("cats = 3", "cats = -1", "cats is \"-1\""),
        INI("nums = 3", "nums = 2147483647", "nums is"),
        INI("default_threshold = 0.39343909124121323", "default_threshold = NaN",
            "default_threshold is \"NaN\""),
        INI("balance_classes = false", "balance_classes = true", "balance_classes without"),
        INI("prior_class_distrib = [", "prior_class_distrib = [0.1, ", "has 3 elements, not 2"),
        INI("cat_offsets = [0, 8,", "cat_offsets = [0, 9,", "gives \"town\" 9 units"),
        INI("cat_offsets = [0, 8,", "cat_offsets = [1, 8,", "starts with 1"),
        INI("cat_offsets = [0, 8,", "cat_offsets = [0, 8.5,", "element 2 is \"8.5\""),
        INI("cat_offsets = [0, 8,", "cat_offsets = [8,", "has 3 elements, not 4"),
        INI("norm_mul = [", "norm_mul = [1.0, ", "norm_mul has 4 elements, not 3"),
        INI("norm_sub = [", "norm_zub = [", "norm_mul without norm_sub"),
        INI("activation = Tanh", "activation = Sigmoid", "activation \"Sigmoid\" is not known"),
        INI("distribution = bernoulli", "distribution = gaussian", "distribution gaussian in a"),
        INI("neural_network_sizes = [18,", "neural_network_sizes = [19,", "starts with 19"),
        INI("neural_network_sizes = [18,", "neural_network_sizes = [3,", "starts with 3"),
        INI("neural_network_sizes = [18, 8,", "neural_network_sizes = [18, 100000000,",
            "weight_layer0 has 144 elements, not 1800000000"),
        INI("neural_network_sizes = [18, 8,", "neural_network_sizes = [18, 0,", "has 0 units"),
        INI("neural_network_sizes = [18, 8, 5, 2]", "neural_network_sizes = [18]",
            "has 1 elements"),
        INI("neural_network_sizes = [18, 8, 5, 2]", "neural_network_sizes = [18, 8, 5, 3]",
            "ends with 3, not 2"),
        INI("weight_layer1 = [", "weight_layer1 = [0.5, ", "weight_layer1 has 41 elements"),
        INI("weight_layer1 = [", "weight_layer1 = [, ", "weight_layer1 has 41 elements"),
        INI("weight_layer1 = [-0.45565903", "weight_layer1 = [NaN", "\"NaN\", not a finite"),
        INI("weight_layer1 = [-0.45565903", "weight_layer1 = [1e39", "\"1e39\", not a finite"),
        INI("weight_layer1 = [-0.45565903", "weight_layer1 = [0x1p3", "\"0x1p3\""),
        INI("weight_layer1 = [", "weight_layer1 = ", "weight_layer1 has 0 elements"),
        INI("bias_layer2 = [", "bias_layer9 = [", "bias_layer2 has 0 elements, not 2"),
        INI("hidden_dropout_ratios = [0.0,", "hidden_dropout_ratios = [1.0,", "not in [0, 1)"),
        INI("hidden_dropout_ratios = [0.0,", "hidden_dropout_ratios = [", "has 2 elements"),
        INI("0: 7 d000.txt", "0: 8 d000.txt", "d000.txt has 7 levels, but model.ini says 8"),
        INI("0: 7 d000.txt", "0: 7 d009.txt", "no entry domains/d009.txt"),
        INI("0: 7 d000.txt", "0: d000.txt", "of a domain"),
        INI("0: 7 d000.txt", "", "predictor \"town\" should have levels"),
        INI("0: 7 d000.txt", "0: 7 d000.txt\n0: 7 d000.txt", "two domains for column \"town\""),
        INI("0: 7 d000.txt", "0: 7 d000.txt\n3: 7 d000.txt", "\"size\" should have no levels"),
        INI("6: 2 d003.txt", "6: 7 d000.txt", "the response \"y\" has 7 levels, not 2"),
        INI("mini_batch_size = 1", "mini_batch_size = 0", "mini_batch_size is \"0\""),
        {"domains/d001.txt", NULL, "a\nb\n", HW_EFORMAT, "d001.txt has 2 levels"},
        {"domains/d001.txt", NULL, "", HW_EFORMAT, "d001.txt has 0 levels"},
        /* Milder than H2O, or of no importance. */
        {"domains/d001.txt", NULL, "blue\ngreen\nred", HW_OK, "no last line feed"},
        {"model.ini", "n_features = 6", "n_features = 5\nn_features = 6", HW_OK,
         "the last one counts"},
        {HWI_DETAILS_ENTRY, NULL, NULL, HW_OK, "no details"},
        {HWI_DETAILS_ENTRY, NULL, "{\"output\":[1", HW_OK, "broken details"},
        {HWI_DETAILS_ENTRY, NULL, "[]", HW_OK, "other details"},
        {HWI_DETAILS_ENTRY, NULL,
         "{\"output\":{\"training_metrics\":7,\"scoring_history\":{\"columns\":[{}],\"data\":3}},"
         "\"parameters\":[7,{},{\"name\":\"epochs\",\"actual_value\":{}}]}",
         HW_OK, "odd details"},
    };
    check_hostile(fixture_path("mixed_binomial_int_cv"), cases, HW_COUNT(cases));
}

#define STATE(find, put, message)                                                                  \
    {                                                                                              \
        HWI_STATE_ENTRY, find, put, HW_EFORMAT, message                                            \
    }

static void test_mojo_read_hostile_state_is_refused(void **state)
{
    (void)state;
    static const hostile_case cases[] = {
        STATE(NULL, "", "heavywater/model.json: line"),
        STATE(NULL, "[]", "format is absent"),
        STATE(NULL, "{\"format\": 2}", "is_from_h2o is absent"),
        STATE("\"format\": 2", "\"format\": 3",
              "written by a newer heavywater (format 3, this one reads up to 2)"),
        STATE("\"format\": 2", "\"format\": 0", "format is something else, not a whole number"),
        STATE("\"counters\": {", "\"counters\": 3, \"x\": {", "counters is something else"),
        STATE("\"converged\"", "\"bored\"", "counters.ending is something else"),
        STATE("\"iterations\": 17", "\"iterations\": -1", "counters.iterations"),
        STATE("\"iterations\": 17", "\"iterations\": 17.5", "counters.iterations"),
        STATE("\"run_time_ms\": 1234", "\"run_time_ms\": 9223372036854775807", "run_time_ms"),
        STATE("\"column_types\": [\"enum\", ", "\"column_types\": [", "one type a column"),
        STATE("\"column_types\": [\"enum\", \"int\"", "\"column_types\": [\"int\", \"int\"",
              "the type of column \"town = x\" does not fit"),
        STATE("\"column_types\": [\"enum\", \"int\"", "\"column_types\": [\"enum\", \"string\"",
              "the type of column \"1\" does not fit"),
        STATE("\"weights_at\": 3", "\"weights_at\": 2", "a column after the predictors"),
        STATE("\"weights_at\": 3", "\"weights_at\": 6", "encoder.weights_at"),
        STATE("\"weights_at\": 3", "\"weights_at\": -1", "uses for 2"),
        STATE("\"offset_at\": 4", "\"offset_at\": 3", "a column of its own"),
        STATE("\"means\": [", "\"means\": [1, ", "one number a numeric predictor"),
        STATE("\"n_hash_slots\": 0", "\"n_hash_slots\": 4", "encoder.n_hash_slots"),
        STATE("\"seed\": \"-9007199254740995\"", "\"seed\": \"x\"", "parameters_given.seed"),
        STATE("\"seed\": \"-9007199254740995\"", "\"sead\": \"1\"", "parameters_given.sead"),
        STATE("\"rho\": \"0.99\"", "\"rho\": 3", "parameters_actual.rho"),
        STATE("\"activation\": \"MaxoutWithDropout\",\n  \"hidden\": \"200,200\",\n  \"epochs\": "
              "\"0.1\",\n  \"train",
              "\"activation\": \"Tanh\",\n  \"hidden\": \"200,200\",\n  \"epochs\": \"0.1\",\n  "
              "\"train",
              "activation is not that of model.ini"),
        STATE("\"actual_is_given\": [", "\"actual_is_given\": [\"foo\", ", "actual_is_given"),
        STATE("\"WARN\"", "\"OH\"", "messages.type"),
        STATE("\"missing\": 7", "\"missing\": -7", "frames.columns.missing"),
        STATE("\"domain\": null", "\"domain\": []", "frames.columns.domain"),
        STATE("\"data\": [", "\"data\": [[], ", "data are not 4 columns"),
        STATE("\"frames\":",
              "\"metrics\": {\"training\": {\"model_category\": \"AutoEncoder\", \"MSE\": 1, "
              "\"RMSE\": 1, \"nobs\": 3}}, \"frames\":",
              "metrics of the model's category"),
        STATE("\"frames\":", "\"metrics\": {\"training\": 7}, \"frames\":", "metrics.training"),
        {HWI_OPTIMIZER_ENTRY, NULL, "", HW_EFORMAT, "not a network's state of this version"},
        {HWI_OPTIMIZER_ENTRY, "HWOPTIM1", "HWOPTIM2", HW_EFORMAT, "of this version"},
        {HWI_OPTIMIZER_ENTRY, NULL,
         "HWOPTIM1 and then something that is not as long as it claims to be", HW_EFORMAT,
         "bytes of arrays, not the"},
        {HWI_DETAILS_ENTRY, NULL, NULL, HW_OK, "no details"},
    };
    hw_error err;
    HW_AUTO(hw_model) *model = hand_model(&hand_specs[2]);
    char from[120];
    snprintf(from, sizeof from, "%s/good.zip", folder);
    hw_assert_ok(hw_model_write(model, from, &err), err);
    check_hostile(from, cases, HW_COUNT(cases));
    unlink(from);
}

/* Every bit of the optimiser's entry counts. */
static void test_mojo_read_hostile_optimizer_is_refused(void **state)
{
    (void)state;
    hw_error err;
    HW_AUTO(hw_model) *model = hand_model(&hand_specs[4]);
    hw_assert_ok(hw_model_write(model, path, &err), err);
    __attribute__((cleanup(clear_archive))) archive a = {0};
    load_archive(path, &a);
    hwi_buffer *optimizer = &a.data[a.n - 1];
    assert_string_equal(a.names[a.n - 1], HWI_OPTIMIZER_ENTRY);
    size_t whole = optimizer->size;
    for (size_t i = 0; i < whole; i++) {
        HW_AUTO(hw_model) *back = NULL;
        optimizer->data[i] = (char)(optimizer->data[i] ^ (1 << i % 8));
        save_archive(&a);
        assert_int_equal(hw_model_read(path, &back, &err), HW_EFORMAT);
        assert_non_null(strstr(err.message, HWI_OPTIMIZER_ENTRY));
        optimizer->data[i] = (char)(optimizer->data[i] ^ (1 << i % 8));
        optimizer->size = i;
        save_archive(&a);
        assert_int_equal(hw_model_read(path, &back, &err), HW_EFORMAT);
        optimizer->size = whole;
    }
}

static void test_mojo_read_what_is_no_model_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t n;
        const char *message;
    } cases[] = {
        {"", 0, "is empty"},
        {"\x1c\xed\0\0\0\x09"
         "3.46.0.11",
         15, "is a binary model of H2O"},
        {"PK", 2, "is no model: a model is a zip file"},
        {"a,b\n1,2\n", 8, "is no model: a model is a zip file"},
        {"PK\x03\x04 and nothing more", 20, "no whole zip archive"},
        {"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22, "no entry model.ini"},
    };
    hw_error err;
    hw_model *model = NULL;
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        put_file(cases[i].text, cases[i].n);
        assert_int_equal(hw_model_read(path, &model, &err), HW_EFORMAT);
        if (!strstr(err.message, cases[i].message) || !strstr(err.message, path))
            fail_msg("case %zu: %s", i, err.message);
    }
    assert_int_equal(hw_model_read(folder, &model, &err), HW_EFORMAT);
    assert_non_null(strstr(err.message, "is a folder; a model is a zip file"));
    assert_int_equal(hw_model_read("/dev/null", &model, &err), HW_EFORMAT);
    assert_non_null(strstr(err.message, "/dev/null is no regular file"));
    assert_int_equal(hw_model_read("/nonexistent.zip", &model, &err), HW_EIO);
    assert_non_null(strstr(err.message, "/nonexistent.zip: No such file"));
    assert_int_equal(hw_model_read(NULL, &model, &err), HW_EINVAL);
    assert_null(model);
}

/* A model cut off anywhere is refused; a bit turned over anywhere is refused or harms nothing. */
static void test_mojo_read_torn_files_are_refused(void **state)
{
    (void)state;
    hw_error err;
    HW_AUTO(hw_model) *model = hand_model(&hand_specs[3]);
    HW_AUTO_BUFFER(whole);
    hw_assert_ok(hwi_model_write_archive(model, &whole, &err), err);
    for (size_t n = 4; n < whole.size; n += 1 + n / 37) {
        HW_AUTO(hw_model) *back = NULL;
        put_file(whole.data, n);
        assert_int_equal(hw_model_read(path, &back, &err), HW_EFORMAT);
    }
    for (size_t n = 0; n < whole.size; n += 3) {
        HW_AUTO(hw_model) *back = NULL;
        whole.data[n] = (char)(whole.data[n] ^ (1 << n % 7));
        put_file(whole.data, whole.size);
        hw_status status = hw_model_read(path, &back, &err);
        assert_true(status == HW_OK || status == HW_EFORMAT || status == HW_EUNSUPPORTED);
        assert_int_equal(status == HW_OK, back != NULL);
        whole.data[n] = (char)(whole.data[n] ^ (1 << n % 7));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mojo_read_h2o_files_give_their_structure),
        cmocka_unit_test(test_mojo_read_h2o_files_give_their_numbers),
        cmocka_unit_test(test_mojo_read_hostile_model_ini_is_refused),
        cmocka_unit_test(test_mojo_read_hostile_state_is_refused),
        cmocka_unit_test(test_mojo_read_hostile_optimizer_is_refused),
        cmocka_unit_test(test_mojo_read_what_is_no_model_is_named),
        cmocka_unit_test(test_mojo_read_torn_files_are_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
