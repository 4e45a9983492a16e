/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a MOJO, ours or H2O's. The file is not trusted: arrays are counted before anything of
 * their size is allocated, and every number is checked against the others. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "model/mojo.h"

/* Text of 1e8 weights, the most that a network may have, is 1.3 GB. */
static const size_t max_ini_bytes = (size_t)4 << 30;
static const size_t max_optimizer_bytes = (size_t)4 << 30;
enum {
    MAX_JSON_BYTES = 256 << 20,
    MAX_DOMAIN_BYTES = 256 << 20,
    MAX_UNITS = 100000000,
    MAX_LAYERS = 1000
};

/* What reading goes through; the model is made last. */
typedef struct reader {
    const char *path;
    hwi_zip *zip;
    hwi_ini ini;
    json_t *state, *details; /* NULL when there is none */
    hwi_buffer optimizer;    /* empty when the archive has none */
    hw_status optimizer_status;
    hw_error optimizer_error;
    bool has_escapes; /* in the levels */
    hw_activation activation;
    int32_t n_layers;
    int32_t *sizes; /* (n_layers + 1) */
} reader;

static void clear_reader(reader *r)
{
    hwi_zip_close(r->zip);
    hwi_ini_clear(&r->ini);
    hwi_buffer_clear(&r->optimizer);
    json_decref(r->state);
    json_decref(r->details);
    hwi_free(r->sizes);
}

#define FAIL_FORMAT(r, err, ...)                                                                   \
    return fail_format((r)->path, (err), __FILE__, __LINE__, __VA_ARGS__)

HW_PRINTF(5, 6)
static hw_status fail_format(const char *path, hw_error *err, const char *file, int line,
                             const char *format, ...)
{
    char text[600];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return hwi_fail(err, HW_EFORMAT, NULL, file, line, "%s: %s", path, text);
}

/* Says what a file is that is no zip. */
static hw_status check_file(const char *path, hw_error *err)
{
    struct stat status;
    if (stat(path, &status) != 0)
        HW_FAIL(err, HW_EIO, NULL, "%s: %s", path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        HW_FAIL(err, HW_EFORMAT, NULL, "%s is a folder; a model is a zip file", path);
    if (!S_ISREG(status.st_mode))
        HW_FAIL(err, HW_EFORMAT, NULL, "%s is no regular file; a model is a zip file", path);
    FILE *file = fopen(path, "rb");
    if (!file)
        HW_FAIL(err, HW_EIO, NULL, "%s: %s", path, strerror(errno));
    unsigned char head[4];
    size_t n = fread(head, 1, sizeof head, file);
    fclose(file);
    if (n == 0)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s is empty; a model is a zip file", path);
    if (n >= 2 && head[0] == 0x1c && head[1] == 0xed)
        HW_FAIL(err, HW_EFORMAT, NULL,
                "%s is a binary model of H2O, which only that H2O can read; save it as a MOJO "
                "(download_mojo)",
                path);
    if (n < 4 || memcmp(head, "PK", 2) != 0)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s is no model: a model is a zip file", path);
    return HW_OK;
}

/* NULL when it is no JSON and need not be. */
static hw_status read_json(reader *r, const char *entry, bool is_needed, json_t **out,
                           hw_error *err)
{
    if (!hwi_zip_has(r->zip, entry))
        return HW_OK;
    HW_AUTO_BUFFER(text);
    hw_error why;
    hw_status status = hwi_zip_read(r->zip, entry, MAX_JSON_BYTES, &text, is_needed ? err : &why);
    if (status != HW_OK)
        return is_needed || status == HW_ENOMEM ? status : HW_OK;
    json_error_t error;
    /* H2O has separators of one NUL in there. */
    *out = json_loadb(hwi_buffer_text(&text), text.size, is_needed ? 0 : JSON_ALLOW_NUL, &error);
    if (!*out && is_needed)
        FAIL_FORMAT(r, err, "%s: line %d: %s", entry, error.line, error.text);
    return HW_OK;
}

/* Version, algorithm and encoding: whether the file is one of ours to read. */
static hw_status check_kind(reader *r, hw_error *err)
{
    const char *algorithm = NULL;
    double version = 0;
    HW_TRY(hwi_ini_text(&r->ini, "algorithm", &algorithm, err));
    if (strcmp(algorithm, "Deep Learning") != 0 && strcmp(algorithm, "deep learning") != 0)
        FAIL_FORMAT(r, err, "this is a %.100s model; heavywater reads Deep Learning", algorithm);
    HW_TRY(hwi_ini_real(&r->ini, "mojo_version", &version, err));
    if (!(version >= 1 && version < 1.1 + 1e-9))
        FAIL_FORMAT(r, err, "model.ini: mojo_version is %.20s; heavywater reads 1.00 to 1.10",
                    hwi_ini_raw(&r->ini, "mojo_version"));
    const char *encoding = hwi_ini_raw(&r->ini, "_genmodel_encoding");
    /* H2O's own scorer does not read these either. */
    if (encoding && strcmp(encoding, "null") == 0 && !hwi_zip_has(r->zip, HWI_STATE_ENTRY))
        HW_FAIL(err, HW_EUNSUPPORTED, "categorical_encoding",
                "%s: model.ini: the categorical encoding EnumLimited of H2O is not in this version",
                r->path);
    static const char *const known[] = {"AUTO",         "OneHotInternal", "SortByResponse",
                                        "LabelEncoder", "Binary",         "null"};
    bool is_known = !encoding;
    for (size_t i = 0; i < sizeof known / sizeof known[0] && !is_known; i++)
        is_known = strcmp(encoding, known[i]) == 0;
    if (!is_known)
        HW_FAIL(err, HW_EUNSUPPORTED, "categorical_encoding",
                "%s: model.ini: the categorical encoding %.40s is not in this version", r->path,
                encoding);
    return HW_OK;
}

/* The place of the key's text among names, by n. */
static hw_status find_word(reader *r, const char *key, const char *(*name_at)(int), int n, int *out,
                           hw_error *err)
{
    const char *text = NULL;
    HW_TRY(hwi_ini_text(&r->ini, key, &text, err));
    for (int i = 0; i < n; i++)
        if (strcmp(text, name_at(i)) == 0) {
            *out = i;
            return HW_OK;
        }
    FAIL_FORMAT(r, err, "model.ini: %s \"%.40s\" is not known", key, text);
}

static const char *category_at(int i)
{
    return hw_category_name((hw_category)i);
}

static const char *activation_at(int i)
{
    return hwi_param_level_name(HWI_PARAM_ACTIVATION, i);
}

static const char *distribution_at(int i)
{
    return hwi_param_level_name(HWI_PARAM_DISTRIBUTION, i);
}

static int n_levels_of(int32_t param)
{
    return hwi_param_rows[param].info.n_levels;
}

/* Those with the identity or the exponential as inverse link. */
static bool is_distribution_of(hw_category category, hw_distribution distribution)
{
    switch (category) {
    case HW_CATEGORY_BINOMIAL:
        return distribution == HW_DISTRIBUTION_BERNOULLI;
    case HW_CATEGORY_MULTINOMIAL:
        return distribution == HW_DISTRIBUTION_MULTINOMIAL;
    case HW_CATEGORY_AUTOENCODER:
        return true;
    case HW_CATEGORY_REGRESSION:
        break;
    }
    return distribution == HW_DISTRIBUTION_GAUSSIAN || distribution == HW_DISTRIBUTION_POISSON ||
           distribution == HW_DISTRIBUTION_GAMMA || distribution == HW_DISTRIBUTION_TWEEDIE ||
           distribution == HW_DISTRIBUTION_LAPLACE || distribution == HW_DISTRIBUTION_QUANTILE ||
           distribution == HW_DISTRIBUTION_HUBER;
}

static hw_status read_category(reader *r, hw_model *model, hw_error *err)
{
    int category = 0, distribution = 0, activation = 0;
    HW_TRY(find_word(r, "category", category_at, HW_CATEGORY_AUTOENCODER + 1, &category, err));
    HW_TRY(find_word(r, "distribution", distribution_at, n_levels_of(HWI_PARAM_DISTRIBUTION),
                     &distribution, err));
    HW_TRY(find_word(r, "activation", activation_at, n_levels_of(HWI_PARAM_ACTIVATION), &activation,
                     err));
    model->category = (hw_category)category;
    model->distribution = (hw_distribution)distribution;
    r->activation = (hw_activation)activation;
    if (!is_distribution_of(model->category, model->distribution))
        FAIL_FORMAT(r, err, "model.ini: distribution %s in a %s model",
                    distribution_at(distribution), category_at(category));
    bool is_autoencoder = model->category == HW_CATEGORY_AUTOENCODER, is_supervised = false;
    HW_TRY(hwi_ini_bool(&r->ini, "supervised", &is_supervised, err));
    if (is_supervised == is_autoencoder)
        FAIL_FORMAT(r, err, "model.ini: supervised = %s in a %s model",
                    is_supervised ? "true" : "false", category_at(category));
    bool is_classifier = hwi_model_is_classifier(model);
    int32_t least = model->category == HW_CATEGORY_MULTINOMIAL ? 3 : is_classifier ? 2 : 1;
    int32_t most = model->category == HW_CATEGORY_MULTINOMIAL ? MAX_UNITS : least;
    HW_TRY(hwi_ini_int(&r->ini, "n_classes", least, most, &model->n_classes, err));
    return hwi_ini_real(&r->ini, "default_threshold", &model->default_threshold, err);
}

/* n reals, or *out stays NULL when the key is absent or null. */
static hw_status read_optional_reals(reader *r, const char *key, int64_t n, double **out,
                                     hw_error *err)
{
    if (!hwi_ini_find(&r->ini, key))
        return HW_OK;
    if (hwi_ini_count(&r->ini, key) != n)
        FAIL_FORMAT(r, err, "model.ini: %s has %lld elements, not %lld", key,
                    (long long)hwi_ini_count(&r->ini, key), (long long)n);
    HW_AUTO(double) *values = HWI_NEW_ARRAY(double, (size_t)n);
    HW_CHECK_ALLOC(err, values);
    HW_TRY(hwi_ini_reals(&r->ini, key, n, values, err));
    *out = HW_TAKE(values);
    return HW_OK;
}

static hw_status read_class_shares(reader *r, hw_model *model, hw_error *err)
{
    HW_TRY(hwi_ini_bool(&r->ini, "balance_classes", &model->balance_classes, err));
    if (model->n_classes < 2)
        return HW_OK;
    HW_TRY(read_optional_reals(r, "prior_class_distrib", model->n_classes,
                               &model->prior_class_distribution, err));
    HW_TRY(read_optional_reals(r, "model_class_distrib", model->n_classes,
                               &model->model_class_distribution, err));
    if (model->balance_classes &&
        (!model->prior_class_distribution || !model->model_class_distribution))
        FAIL_FORMAT(r, err,
                    "model.ini: balance_classes without prior_class_distrib and "
                    "model_class_distrib");
    return HW_OK;
}

static hw_status read_domains(reader *r, hwi_encoder *encoder, hw_error *err)
{
    for (int32_t i = 0; i < r->ini.n_domains; i++) {
        const hwi_ini_domain *domain = &r->ini.domains[i];
        if (domain->column >= encoder->n_columns)
            continue;
        hwi_model_column *column = &encoder->columns[domain->column];
        if (column->type == HW_TYPE_ENUM)
            FAIL_FORMAT(r, err, "model.ini: two domains for column \"%.100s\"", column->name);
        column->type = HW_TYPE_ENUM;
        char entry[300];
        snprintf(entry, sizeof entry, "domains/%.200s", domain->file);
        HW_AUTO_BUFFER(text);
        HW_TRY(hwi_zip_read(r->zip, entry, MAX_DOMAIN_BYTES, &text, err));
        HW_TRY(hwi_mojo_cut_lines(r->path, entry, &text, r->has_escapes, domain->n_levels,
                                  &column->levels, err));
        column->n_levels = domain->n_levels;
    }
    return HW_OK;
}

/* Predictors' kinds must be those that [domains] shows, and the response's that of the category. */
static hw_status check_columns(reader *r, const hw_model *model, hw_error *err)
{
    const hwi_encoder *encoder = model->encoder;
    for (int32_t i = 0; i < encoder->n_cats + encoder->n_nums; i++) {
        bool is_cat = i < encoder->n_cats;
        if ((encoder->columns[i].type == HW_TYPE_ENUM) != is_cat)
            FAIL_FORMAT(r, err, "model.ini: predictor \"%.100s\" should %s levels",
                        encoder->columns[i].name, is_cat ? "have" : "have no");
    }
    if (encoder->response_at < 0)
        return HW_OK;
    const hwi_model_column *response = &encoder->columns[encoder->response_at];
    int32_t n_wanted = model->n_classes > 1 ? model->n_classes : 0;
    if (response->n_levels != n_wanted)
        FAIL_FORMAT(r, err, "model.ini: the response \"%.100s\" has %d levels, not %d",
                    response->name, response->n_levels, n_wanted);
    return HW_OK;
}

static hw_status read_columns(reader *r, hw_model *model, hw_error *err)
{
    hwi_encoder *encoder = model->encoder;
    int32_t n_columns = 0, n_features = 0;
    HW_TRY(hwi_ini_int(&r->ini, "n_columns", 1, INT32_MAX, &n_columns, err));
    if (n_columns != r->ini.n_columns)
        FAIL_FORMAT(r, err, "model.ini: [columns] has %d names, not %d", r->ini.n_columns,
                    n_columns);
    HW_TRY(hwi_ini_int(&r->ini, "cats", 0, n_columns, &encoder->n_cats, err));
    HW_TRY(hwi_ini_int(&r->ini, "nums", 0, n_columns - encoder->n_cats, &encoder->n_nums, err));
    HW_TRY(hwi_ini_int(&r->ini, "n_features", 1, n_columns, &n_features, err));
    if (n_features != encoder->n_cats + encoder->n_nums)
        FAIL_FORMAT(r, err, "model.ini: n_features is %d, but there are %d + %d predictors",
                    n_features, encoder->n_cats, encoder->n_nums);
    bool is_supervised = model->category != HW_CATEGORY_AUTOENCODER;
    if (is_supervised && n_features == n_columns)
        FAIL_FORMAT(r, err, "model.ini: no column is left for the response");
    encoder->columns = HWI_NEW_ARRAY(hwi_model_column, (size_t)n_columns);
    HW_CHECK_ALLOC(err, encoder->columns);
    encoder->n_columns = n_columns;
    for (int32_t i = 0; i < n_columns; i++) {
        encoder->columns[i].type = HW_TYPE_REAL;
        encoder->columns[i].name = hwi_strdup(r->ini.columns[i]);
        HW_CHECK_ALLOC(err, encoder->columns[i].name);
    }
    encoder->response_at = is_supervised ? n_columns - 1 : -1;
    if (hwi_ini_find(&r->ini, "escape_domain_values"))
        HW_TRY(hwi_ini_bool(&r->ini, "escape_domain_values", &r->has_escapes, err));
    HW_TRY(read_domains(r, encoder, err));
    return check_columns(r, model, err);
}

static hw_status read_cat_offsets(reader *r, hwi_encoder *encoder, hw_error *err)
{
    int32_t n = encoder->n_cats;
    encoder->cat_offsets = HWI_NEW_ARRAY(int32_t, (size_t)n + 1);
    HW_CHECK_ALLOC(err, encoder->cat_offsets);
    if (n > 0 || hwi_ini_count(&r->ini, "cat_offsets") > 0)
        HW_TRY(hwi_ini_ints(&r->ini, "cat_offsets", n + 1, encoder->cat_offsets, err));
    if (encoder->cat_offsets[0] != 0)
        FAIL_FORMAT(r, err, "model.ini: cat_offsets starts with %d, not 0",
                    encoder->cat_offsets[0]);
    for (int32_t i = 0; i < n; i++) {
        int64_t block = (int64_t)encoder->cat_offsets[i + 1] - encoder->cat_offsets[i];
        int64_t wanted =
            (int64_t)encoder->columns[i].n_levels + (encoder->use_all_factor_levels ? 1 : 0);
        if (block != wanted)
            FAIL_FORMAT(r, err,
                        "model.ini: cat_offsets gives \"%.100s\" %lld units, its levels need %lld",
                        encoder->columns[i].name, (long long)block, (long long)wanted);
    }
    return HW_OK;
}

static hw_status read_norms(reader *r, hwi_encoder *encoder, hw_error *err)
{
    double *mul = NULL, *sub = NULL;
    /* H2O takes an empty array for "no scaling", also when there are numbers. */
    bool has_mul = hwi_ini_find(&r->ini, "norm_mul") &&
                   (hwi_ini_count(&r->ini, "norm_mul") > 0 || encoder->n_nums == 0);
    if (has_mul) {
        HW_TRY(read_optional_reals(r, "norm_mul", encoder->n_nums, &encoder->norm_mul, err));
        if (!hwi_ini_find(&r->ini, "norm_sub"))
            FAIL_FORMAT(r, err, "model.ini: norm_mul without norm_sub");
        HW_TRY(read_optional_reals(r, "norm_sub", encoder->n_nums, &encoder->norm_sub, err));
    }
    hw_status status = read_optional_reals(r, "norm_resp_mul", 1, &mul, err);
    if (status == HW_OK && mul)
        status = read_optional_reals(r, "norm_resp_sub", 1, &sub, err);
    encoder->has_resp_norm = mul && sub;
    encoder->resp_mul = mul ? *mul : 1;
    encoder->resp_sub = sub ? *sub : 0;
    bool is_half = mul && !sub;
    hwi_free(mul);
    hwi_free(sub);
    HW_TRY(status);
    if (is_half)
        FAIL_FORMAT(r, err, "model.ini: norm_resp_mul without norm_resp_sub");
    if (encoder->resp_mul == 0)
        FAIL_FORMAT(r, err, "model.ini: norm_resp_mul is 0");
    return HW_OK;
}

/* H2O does not tell: the mean is what it subtracts, if it does. */
static hw_status guess_means(hwi_encoder *encoder, hw_error *err)
{
    encoder->means = HWI_NEW_ARRAY(double, (size_t)encoder->n_nums);
    HW_CHECK_ALLOC(err, encoder->means);
    for (int32_t i = 0; i < encoder->n_nums && encoder->norm_sub; i++)
        encoder->means[i] = encoder->norm_sub[i];
    return HW_OK;
}

static hw_status read_encoder(reader *r, hw_model *model, hw_error *err)
{
    hwi_encoder *encoder = model->encoder;
    HW_TRY(hwi_ini_bool(&r->ini, "use_all_factor_levels", &encoder->use_all_factor_levels, err));
    HW_TRY(hwi_ini_bool(&r->ini, "mean_imputation", &encoder->mean_imputation, err));
    HW_TRY(read_columns(r, model, err));
    HW_TRY(read_cat_offsets(r, encoder, err));
    HW_TRY(read_norms(r, encoder, err));
    return guess_means(encoder, err);
}

static hw_status read_sizes(reader *r, const hw_model *model, hw_error *err)
{
    int64_t n = hwi_ini_count(&r->ini, "neural_network_sizes");
    if (n < 2 || n > MAX_LAYERS)
        FAIL_FORMAT(r, err, "model.ini: neural_network_sizes has %lld elements, not 2 to %d",
                    (long long)n, MAX_LAYERS);
    r->n_layers = (int32_t)n - 1;
    r->sizes = HWI_NEW_ARRAY(int32_t, (size_t)n);
    HW_CHECK_ALLOC(err, r->sizes);
    HW_TRY(hwi_ini_ints(&r->ini, "neural_network_sizes", n, r->sizes, err));
    for (int64_t i = 0; i < n; i++)
        if (r->sizes[i] < 1 || r->sizes[i] > MAX_UNITS)
            FAIL_FORMAT(r, err, "model.ini: neural_network_sizes: layer %lld has %d units",
                        (long long)i + 1, r->sizes[i]);
    int32_t n_outputs = model->category == HW_CATEGORY_AUTOENCODER ? r->sizes[0] : model->n_classes;
    if (r->sizes[r->n_layers] != n_outputs)
        FAIL_FORMAT(r, err, "model.ini: neural_network_sizes ends with %d, not %d",
                    r->sizes[r->n_layers], n_outputs);
    if (model->category == HW_CATEGORY_AUTOENCODER &&
        hwi_activation_kind(r->activation) == HW_ACTIVATION_MAXOUT)
        FAIL_FORMAT(r, err, "model.ini: an autoencoder cannot have Maxout units");
    return HW_OK;
}

/* H2O's scorer breaks on hashed categories, and only the details know how they were hashed. */
static hw_status read_hashing(reader *r, hwi_encoder *encoder, hw_error *err)
{
    if (!hwi_details_read_hashing(r->details, &encoder->n_hash_slots, &encoder->hash_seed))
        FAIL_FORMAT(r, err,
                    "categories are hashed into %d units, but %s does not say by which "
                    "max_categorical_features and seed",
                    r->sizes[0] - encoder->n_nums, HWI_DETAILS_ENTRY);
    if (encoder->n_hash_slots + (int64_t)encoder->n_nums != r->sizes[0])
        FAIL_FORMAT(r, err,
                    "model.ini: neural_network_sizes starts with %d, but "
                    "max_categorical_features is %d and there are %d numbers",
                    r->sizes[0], encoder->n_hash_slots, encoder->n_nums);
    encoder->hashes_absent_level = true;
    return HW_OK;
}

/* The input layer has a unit for all that the encoder makes; a narrower one means hashing. Our own
 * state says the rest of it later. */
static hw_status read_inputs(reader *r, hwi_encoder *encoder, hw_error *err)
{
    int64_t n_units = (int64_t)encoder->cat_offsets[encoder->n_cats] + encoder->n_nums;
    encoder->n_units = r->sizes[0];
    if (r->sizes[0] == n_units)
        return HW_OK;
    if (r->sizes[0] > n_units || r->sizes[0] <= encoder->n_nums)
        FAIL_FORMAT(r, err,
                    "model.ini: neural_network_sizes starts with %d, but rows have %lld input "
                    "units",
                    r->sizes[0], (long long)n_units);
    encoder->n_hash_slots = r->sizes[0] - encoder->n_nums;
    return r->state ? HW_OK : read_hashing(r, encoder, err);
}

/* Before anything is allocated by sizes: are there as many numbers as they ask for? */
static hw_status check_counts(reader *r, hw_error *err)
{
    for (int32_t l = 0; l < r->n_layers; l++) {
        bool is_maxout =
            l < r->n_layers - 1 && hwi_activation_kind(r->activation) == HW_ACTIVATION_MAXOUT;
        int64_t n_rows = (int64_t)r->sizes[l + 1] * (is_maxout ? 2 : 1);
        int64_t n_weights = n_rows * r->sizes[l];
        char key[2][40];
        const int64_t wanted[2] = {n_weights, n_rows};
        snprintf(key[0], sizeof key[0], "weight_layer%d", l);
        snprintf(key[1], sizeof key[1], "bias_layer%d", l);
        for (int i = 0; i < 2; i++)
            if (hwi_ini_count(&r->ini, key[i]) != wanted[i])
                FAIL_FORMAT(r, err, "model.ini: %s has %lld elements, not %lld", key[i],
                            (long long)hwi_ini_count(&r->ini, key[i]), (long long)wanted[i]);
    }
    return HW_OK;
}

static hw_status read_ratios(reader *r, double *ratios, hw_error *err)
{
    HW_TRY(hwi_ini_reals(&r->ini, "hidden_dropout_ratios", r->n_layers, ratios, err));
    for (int32_t l = 0; l < r->n_layers; l++)
        if (!(ratios[l] >= 0 && ratios[l] < 1))
            FAIL_FORMAT(r, err, "model.ini: hidden_dropout_ratios: %g is not in [0, 1)", ratios[l]);
    return HW_OK;
}

static hw_status read_layer(reader *r, hwi_layer *layer, int32_t l, hw_error *err)
{
    char key[40];
    int64_t n = (int64_t)layer->n_in * layer->n_rows;
    HW_AUTO(float) *ordered = HWI_ALLOC_ARRAY(float, (size_t)n);
    HW_CHECK_ALLOC(err, ordered);
    snprintf(key, sizeof key, "weight_layer%d", l);
    HW_TRY(hwi_ini_floats(&r->ini, key, n, ordered, err));
    hwi_layer_import_weights(layer, ordered, layer->weights);
    snprintf(key, sizeof key, "bias_layer%d", l);
    return hwi_ini_reals(&r->ini, key, layer->n_rows, layer->biases, err);
}

static hw_status read_network(reader *r, hw_model *model, hw_error *err)
{
    HW_TRY(check_counts(r, err));
    HW_AUTO(double) *ratios = HWI_NEW_ARRAY(double, (size_t)r->n_layers);
    HW_CHECK_ALLOC(err, ratios);
    HW_TRY(read_ratios(r, ratios, err));
    hwi_optimizer_kinds kinds = {0};
    bool has_optimizer = r->state && hwi_zip_has(r->zip, HWI_OPTIMIZER_ENTRY);
    if (has_optimizer) {
        if (r->optimizer_status != HW_OK && err)
            *err = r->optimizer_error;
        HW_TRY(r->optimizer_status);
        HW_TRY(hwi_optimizer_read_kinds(&r->optimizer, r->path, &kinds, err));
    }
    const hwi_network_shape shape = {
        .n_inputs = r->sizes[0],
        .n_hidden = r->n_layers - 1,
        .hidden = r->sizes + 1,
        .dropout_ratios = ratios,
        .activation = r->activation,
        .is_autoencoder = model->category == HW_CATEGORY_AUTOENCODER,
        .n_classes = model->n_classes,
        .has_adadelta = kinds.has_adadelta,
        .has_momenta = kinds.has_momenta,
        .has_average_activation = kinds.has_average_activation,
    };
    hw_error why;
    hw_status status = hwi_network_new(&shape, &model->network, &why);
    if (status != HW_OK)
        HW_FAIL(err, status == HW_EINVAL ? HW_EFORMAT : status, NULL, "%s: model.ini: %.500s",
                r->path, why.message);
    for (int32_t l = 0; l < r->n_layers; l++)
        HW_TRY(read_layer(r, &model->network->layers[l], l, err));
    return has_optimizer ? hwi_optimizer_read(&r->optimizer, r->path, model->network, err) : HW_OK;
}

/* H2O's columns between predictors and response: offset and fold by name, weights by what is
 * left. */
static hw_status find_special(reader *r, hwi_encoder *encoder, hw_error *err)
{
    const char *names[] = {hwi_details_weights_column(r->details),
                           hwi_ini_find(&r->ini, "offset_column"),
                           hwi_ini_find(&r->ini, "fold_column")};
    int32_t *const places[] = {&encoder->weights_at, &encoder->offset_at, &encoder->fold_at};
    int32_t first = encoder->n_cats + encoder->n_nums;
    int32_t end = encoder->n_columns - (encoder->response_at >= 0 ? 1 : 0);
    for (int32_t i = first; i < end; i++) {
        int use = 2;
        while (use >= 0 && (!names[use] || strcmp(names[use], encoder->columns[i].name) != 0))
            use--;
        if (use < 0)
            use = 0;
        if (*places[use] >= 0)
            FAIL_FORMAT(r, err, "model.ini: column \"%.100s\" has no use",
                        encoder->columns[i].name);
        *places[use] = i;
    }
    for (int use = 1; use < 3; use++)
        if (names[use] && *places[use] < 0)
            FAIL_FORMAT(r, err, "model.ini: there is no column \"%.100s\"", names[use]);
    return HW_OK;
}

static hw_status set_text(char **field, const char *text, hw_error *err)
{
    char *copy = hwi_strdup(text);
    if (text)
        HW_CHECK_ALLOC(err, copy);
    hwi_free(*field);
    *field = copy;
    return HW_OK;
}

static const char *name_at(const hwi_encoder *encoder, int32_t at)
{
    return at < 0 ? NULL : encoder->columns[at].name;
}

/* What model.ini knows of the parameters overrides what the details say. */
static hw_status set_known_params(reader *r, hw_model *model, hw_params *params, hw_error *err)
{
    const hwi_encoder *encoder = model->encoder;
    params->activation = r->activation;
    params->distribution = model->distribution;
    params->autoencoder = model->category == HW_CATEGORY_AUTOENCODER;
    params->use_all_factor_levels = encoder->use_all_factor_levels;
    params->balance_classes = model->balance_classes;
    params->missing_values_handling = encoder->mean_imputation
                                          ? HW_MISSING_VALUES_HANDLING_MEAN_IMPUTATION
                                          : HW_MISSING_VALUES_HANDLING_SKIP;
    HW_TRY(set_text(&params->response_column, name_at(encoder, encoder->response_at), err));
    HW_TRY(set_text(&params->weights_column, name_at(encoder, encoder->weights_at), err));
    HW_TRY(set_text(&params->offset_column, name_at(encoder, encoder->offset_at), err));
    HW_TRY(set_text(&params->fold_column, name_at(encoder, encoder->fold_at), err));
    hwi_free(params->hidden.v);
    params->hidden = (hwi_int_list){0};
    params->hidden.v = HWI_NEW_ARRAY(int32_t, (size_t)r->n_layers);
    HW_CHECK_ALLOC(err, params->hidden.v);
    params->hidden.n = r->n_layers - 1;
    memcpy(params->hidden.v, r->sizes + 1, sizeof(int32_t) * (size_t)params->hidden.n);
    return hwi_ini_int(&r->ini, "mini_batch_size", 1, INT32_MAX, &params->mini_batch_size, err);
}

static hw_status read_rest(reader *r, hw_model *model, hw_error *err)
{
    model->params_given = hw_params_new();
    model->params_actual = hw_params_new();
    HW_CHECK_ALLOC(err, model->params_given && model->params_actual);
    if (r->state) {
        HW_TRY(hwi_state_read(r->state, r->path, model, err));
        if (!json_object_get(r->state, "metrics")) /* format 1 has them there */
            HW_TRY(hwi_details_read_results(r->details, model, err));
        HW_TRY(hwi_snapshot_read(r->zip, r->state, r->path, model, err));
        if (model->params_actual->activation != r->activation)
            FAIL_FORMAT(r, err, "%s: parameters_actual.activation is not that of model.ini",
                        HWI_STATE_ENTRY);
        return HW_OK;
    }
    model->is_from_h2o = true;
    HW_TRY(find_special(r, model->encoder, err));
    HW_TRY(hwi_details_read(r->details, model, err));
    return set_known_params(r, model, model->params_actual, err);
}

/* The two large entries at once. What is wrong with the optimiser's is said when its turn comes. */
static hw_status read_large(reader *r, hw_error *err)
{
    hwi_zip_request requests[2] = {
        {.name = "model.ini", .max_bytes = max_ini_bytes, .out = &r->ini.text},
        {.name = HWI_OPTIMIZER_ENTRY, .max_bytes = max_optimizer_bytes, .out = &r->optimizer}};
    hwi_zip_read_several(r->zip, requests, hwi_zip_has(r->zip, HWI_OPTIMIZER_ENTRY) ? 2 : 1);
    r->optimizer_status = requests[1].status;
    r->optimizer_error = requests[1].error;
    if (requests[0].status != HW_OK && err)
        *err = requests[0].error;
    HW_TRY(requests[0].status);
    return hwi_ini_parse(&r->ini, err);
}

hw_status hw_model_read(const char *path, hw_model **out_model, hw_error *err)
{
    HW_CHECK_ARG(err, path && out_model);
    HW_TRY(check_file(path, err));
    __attribute__((cleanup(clear_reader))) reader r = {.path = path, .ini = {.path = path}};
    HW_TRY(hwi_zip_open(path, &r.zip, err));
    if (!hwi_zip_has(r.zip, "model.ini"))
        FAIL_FORMAT(&r, err, "no model: the archive has no entry model.ini");
    HW_TRY(read_large(&r, err));
    HW_TRY(check_kind(&r, err));
    HW_TRY(read_json(&r, HWI_STATE_ENTRY, true, &r.state, err));
    HW_TRY(read_json(&r, HWI_DETAILS_ENTRY, false, &r.details, err));

    HW_AUTO(hw_model) *model = hwi_model_new();
    HW_CHECK_ALLOC(err, model);
    model->encoder = hwi_encoder_new();
    HW_CHECK_ALLOC(err, model->encoder);
    HW_TRY(read_category(&r, model, err));
    HW_TRY(read_class_shares(&r, model, err));
    HW_TRY(read_encoder(&r, model, err));
    HW_TRY(read_sizes(&r, model, err));
    HW_TRY(read_inputs(&r, model->encoder, err));
    HW_TRY(read_network(&r, model, err));
    HW_TRY(hwi_mojo_read_recoding(r.zip, &r.ini, r.has_escapes, model->encoder, err));
    HW_TRY(read_rest(&r, model, err));
    HW_TRY(hwi_mojo_finish_recoding(path, model->encoder, err));
    *out_model = HW_TAKE(model);
    return HW_OK;
}
