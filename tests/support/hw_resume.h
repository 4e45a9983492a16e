/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests of trainings in parts: a table, many mixtures of parameters, and what must be equal. */
#pragma once

#include <string.h>

#include "model/model.h"
#include "support/hw_test.h"

enum { N_ROWS = 90 };

/* Columns a, b (numbers, b with holes), c, d (categories, c with holes), w (weights), y (three
 * classes), z (a number). n_levels of d. */
static inline hw_frame *make_frame(int64_t seed, int32_t n_levels)
{
    static const char *const letters[] = {"p", "q", "r", "s", "t", "u"};
    hwi_rng rng = hwi_rng_new(seed);
    double v[7][N_ROWS];
    for (int i = 0; i < N_ROWS; i++) {
        v[0][i] = hwi_rng_gaussian(&rng);
        v[1][i] = i % 11 == 3 ? NAN : hwi_rng_gaussian(&rng);
        v[2][i] = i % 13 == 5 ? NAN : (double)hwi_rng_below(&rng, 3);
        v[3][i] = i < n_levels ? i : (double)hwi_rng_below(&rng, n_levels);
        v[4][i] = 1 + (double)hwi_rng_below(&rng, 4);
        v[5][i] = (double)((i + (int)v[3][i]) % 3);
        v[6][i] = 3 * v[0][i] + v[3][i] + hwi_rng_gaussian(&rng);
    }
    static const struct {
        const char *name;
        hw_type type;
    } columns[] = {{"a", HW_TYPE_REAL}, {"b", HW_TYPE_REAL}, {"c", HW_TYPE_ENUM},
                   {"d", HW_TYPE_ENUM}, {"w", HW_TYPE_INT},  {"y", HW_TYPE_ENUM},
                   {"z", HW_TYPE_REAL}};
    hw_frame *frame = hwi_frame_new("made", N_ROWS);
    hw_error err = {0};
    for (size_t i = 0; i < HW_COUNT(columns); i++) {
        bool is_category = columns[i].type == HW_TYPE_ENUM;
        hw_assert_ok(hwi_frame_add_column(frame, columns[i].name, columns[i].type, v[i],
                                          is_category ? letters : NULL,
                                          !is_category ? 0
                                          : i == 3     ? n_levels
                                                       : 3,
                                          &err),
                     err);
    }
    return frame;
}

/* "name=value;name=value" */
static inline void set_all(hw_params *params, const char *text)
{
    char *copy = hwi_strdup(text), *rest = copy;
    hw_error err = {0};
    for (char *item; (item = strsep(&rest, ";"));) {
        char *value = strchr(item, '=');
        if (!value)
            continue;
        *value++ = '\0';
        hw_assert_ok(hw_params_set(params, item, value, &err), err);
    }
    hwi_free(copy);
}

static inline hw_params *make_params(const char *settings, const char *epochs)
{
    hw_params *params = hw_params_new();
    set_all(params, "reproducible=true;seed=7;hidden=6,5;overwrite_with_best_model=false;"
                    "stopping_rounds=0;response_column=y;ignored_columns=w,z");
    set_all(params, settings);
    set_all(params, epochs);
    return params;
}

static inline void assert_same_tables(const hw_table *a, const hw_table *b)
{
    assert_int_equal(hw_table_n_rows(a), hw_table_n_rows(b));
    assert_int_equal(hw_table_n_columns(a), hw_table_n_columns(b));
    for (int32_t c = 0; c < hw_table_n_columns(a); c++)
        for (int64_t r = 0; r < hw_table_n_rows(a); r++) {
            double x = hw_table_number(a, r, c), y = hw_table_number(b, r, c);
            if (!(x == y || (isnan(x) && isnan(y))))
                fail_msg("%s[%lld]: %.17g is not %.17g", hw_table_column_name(a, c), (long long)r,
                         x, y);
        }
}

static inline void assert_same_models(const hw_model *a, const hw_model *b)
{
    assert_int_equal(a->network->n_slab_bytes, b->network->n_slab_bytes);
    assert_memory_equal(a->network->slab, b->network->slab, a->network->n_slab_bytes);
    assert_int_equal(a->samples_processed, b->samples_processed);
    assert_int_equal(a->iterations, b->iterations);
    assert_true(a->epochs == b->epochs);
    assert_int_equal(a->resume.n_stopping_values, b->resume.n_stopping_values);
    for (int32_t i = 0; i < a->resume.n_stopping_values; i++)
        hw_assert_near(a->resume.stopping_values[i], b->resume.stopping_values[i], 0);
    assert_memory_equal(a->resume.met_missing, b->resume.met_missing, (size_t)a->encoder->n_cats);
    assert_true(a->resume.huber_delta == b->resume.huber_delta);
    assert_same_tables(a->scoring_history, b->scoring_history);
    assert_same_tables(a->model_summary, b->model_summary);
    assert_same_tables(a->variable_importances, b->variable_importances);
}

static const struct exact_case {
    const char *name, *settings;
    bool has_validation;
} exact_cases[] = {
    {"adadelta", "", false},
    {"adadelta_compat", "h2o_compat=true", false},
    {"validation", "activation=Tanh", true},
    {"momentum",
     "adaptive_rate=false;rate=0.01;momentum_start=0.2;momentum_ramp=400;momentum_stable=0.9",
     false},
    {"momentum_compat",
     "adaptive_rate=false;rate=0.01;momentum_start=0.2;momentum_ramp=400;momentum_stable=0.9;"
     "h2o_compat=true;nesterov_accelerated_gradient=false",
     false},
    {"plain_sgd", "adaptive_rate=false;rate=0.01;rate_annealing=1e-4;rate_decay=0.9", false},
    {"dropout",
     "activation=RectifierWithDropout;input_dropout_ratio=0.2;hidden_dropout_ratios=0.3,0.4",
     false},
    {"maxout_dropout", "activation=MaxoutWithDropout;max_w2=2", false},
    {"small_iterations", "train_samples_per_iteration=37;shuffle_training_data=true", false},
    {"balanced", "balance_classes=true", false},
    {"metric_outside_the_table", "stopping_rounds=50;stopping_metric=mean_per_class_error", false},
    {"weights", "weights_column=w;ignored_columns=z", false},
    {"huber", "response_column=z;ignored_columns=w,y;distribution=huber;huber_alpha=0.7", false},
    {"gaussian", "response_column=z;ignored_columns=w,y;l1=1e-4;l2=1e-4", true},
    {"sparse_autoencoder",
     "autoencoder=true;activation=Tanh;sparsity_beta=0.01;average_activation=0.1", false},
    {"hashed", "max_categorical_features=4", false},
    {"fast_arithmetic",
     "reproducible=false;train_samples_per_iteration=-1;score_each_iteration=true", false},
    {"recoded", "categorical_encoding=Binary", false},
    {"sorted", "categorical_encoding=SortByResponse", true},
    {"laplace", "response_column=z;ignored_columns=w,y;distribution=laplace", false},
    {"max_w2_momentum",
     "adaptive_rate=false;rate=0.02;momentum_start=0.5;momentum_ramp=1000;momentum_stable=0.99;"
     "max_w2=3;l1=1e-5;activation=Tanh",
     true},
    {"balanced_samples",
     "balance_classes=true;class_sampling_factors=1,0.5,2;train_samples_per_iteration=41", true},
    {"weights_compat", "weights_column=w;ignored_columns=z;h2o_compat=true", false},
    {"maxout_small", "activation=Maxout;train_samples_per_iteration=20", false},
    {"autoencoder_dropout",
     "autoencoder=true;activation=TanhWithDropout;hidden_dropout_ratios=0.2,0.1;"
     "input_dropout_ratio=0.1",
     true},
    {"mini_batch", "mini_batch_size=5", false},
    {"skip_missing", "missing_values_handling=Skip", false},
    {"sparse", "sparse=true;standardize=false", false},
    {"all_levels_off", "use_all_factor_levels=false;shuffle_training_data=true", false},
    {"scored_samples",
     "score_training_samples=30;score_validation_samples=25;stopping_rounds=50;"
     "stopping_metric=logloss",
     true},
    {"fast_momentum",
     "reproducible=false;train_samples_per_iteration=50;score_each_iteration=true;"
     "adaptive_rate=false;rate=0.01;momentum_start=0.2;momentum_ramp=400;momentum_stable=0.9",
     false},
    {"fast_dropout_maxout",
     "reproducible=false;train_samples_per_iteration=50;score_each_iteration=true;"
     "activation=MaxoutWithDropout;input_dropout_ratio=0.1",
     true},
};
