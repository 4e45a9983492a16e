/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/model.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "model/mojo.h"
#include "support/hand_model.h"

static char folder[64] = "/tmp/hw_mojo_write_XXXXXX";
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

static void put_file(const char *text, size_t n)
{
    hw_error err;
    hw_assert_ok(hwi_file_write(path, text, n, &err), err);
}

static void assert_same_floats(const hwi_layer *a, const float *x, const float *y)
{
    assert_int_equal(x == NULL, y == NULL);
    if (x)
        assert_memory_equal(x, y, sizeof(float) * (size_t)hwi_layer_n_entries(a));
}

static void assert_same_doubles(const double *x, const double *y, int32_t n)
{
    assert_int_equal(x == NULL, y == NULL);
    if (x && n > 0)
        assert_memory_equal(x, y, sizeof(double) * (size_t)n);
}

static void assert_same_network(const hwi_network *a, const hwi_network *b)
{
    assert_int_equal(a->n_layers, b->n_layers);
    assert_int_equal(a->n_inputs, b->n_inputs);
    for (int32_t l = 0; l < a->n_layers; l++) {
        const hwi_layer *x = &a->layers[l], *y = &b->layers[l];
        assert_int_equal(x->kind, y->kind);
        assert_int_equal(x->n_in, y->n_in);
        assert_int_equal(x->n_units, y->n_units);
        assert_int_equal(x->n_channels, y->n_channels);
        assert_int_equal(x->has_dropout, y->has_dropout);
        assert_true(x->dropout_ratio == y->dropout_ratio);
        assert_same_floats(x, x->weights, y->weights);
        assert_same_floats(x, x->mean_square_update, y->mean_square_update);
        assert_same_floats(x, x->mean_square_gradient, y->mean_square_gradient);
        assert_same_floats(x, x->momenta, y->momenta);
        assert_same_doubles(x->biases, y->biases, x->n_rows);
        assert_same_doubles(x->bias_square_update, y->bias_square_update, x->n_rows);
        assert_same_doubles(x->bias_square_gradient, y->bias_square_gradient, x->n_rows);
        assert_same_doubles(x->bias_momenta, y->bias_momenta, x->n_rows);
        assert_same_doubles(x->average_activation, y->average_activation, x->n_units);
    }
}

static void assert_same_encoder(const hwi_encoder *a, const hwi_encoder *b)
{
    assert_int_equal(a->n_cats, b->n_cats);
    assert_int_equal(a->n_nums, b->n_nums);
    assert_int_equal(a->n_columns, b->n_columns);
    for (int32_t i = 0; i < a->n_columns; i++) {
        assert_string_equal(a->columns[i].name, b->columns[i].name);
        assert_int_equal(a->columns[i].type, b->columns[i].type);
        assert_int_equal(a->columns[i].n_levels, b->columns[i].n_levels);
        for (int32_t k = 0; k < a->columns[i].n_levels; k++)
            assert_string_equal(a->columns[i].levels[k], b->columns[i].levels[k]);
    }
    assert_int_equal(a->weights_at, b->weights_at);
    assert_int_equal(a->offset_at, b->offset_at);
    assert_int_equal(a->fold_at, b->fold_at);
    assert_int_equal(a->response_at, b->response_at);
    assert_memory_equal(a->cat_offsets, b->cat_offsets, sizeof(int32_t) * ((size_t)a->n_cats + 1));
    assert_same_doubles(a->norm_mul, b->norm_mul, a->n_nums);
    assert_same_doubles(a->norm_sub, b->norm_sub, a->n_nums);
    assert_same_doubles(a->means, b->means, a->n_nums);
    assert_int_equal(a->has_resp_norm, b->has_resp_norm);
    assert_true(a->resp_mul == b->resp_mul && a->resp_sub == b->resp_sub);
    assert_int_equal(a->use_all_factor_levels, b->use_all_factor_levels);
    assert_int_equal(a->mean_imputation, b->mean_imputation);
    assert_int_equal(a->is_sparse, b->is_sparse);
    assert_int_equal(a->missing_is_last_level, b->missing_is_last_level);
    assert_int_equal(a->n_hash_slots, b->n_hash_slots);
    assert_int_equal(a->hash_seed, b->hash_seed);
    assert_int_equal(a->hashes_absent_level, b->hashes_absent_level);
    assert_int_equal(a->n_units, b->n_units);
}

static void assert_same_params(const hw_params *a, const hw_params *b)
{
    for (int32_t i = 0; i < HWI_N_PARAMS; i++) {
        if (!hwi_params_is_equal(a, b, i))
            fail_msg("%s differs", hwi_param_rows[i].info.name);
        assert_int_equal(a->given[i], b->given[i]);
    }
}

static void assert_same_model(const hw_model *a, const hw_model *b)
{
    assert_int_equal(a->category, b->category);
    assert_int_equal(a->distribution, b->distribution);
    assert_true(a->default_threshold == b->default_threshold);
    assert_int_equal(a->balance_classes, b->balance_classes);
    assert_int_equal(a->n_classes, b->n_classes);
    assert_same_doubles(a->prior_class_distribution, b->prior_class_distribution, a->n_classes);
    assert_same_doubles(a->model_class_distribution, b->model_class_distribution, a->n_classes);
    assert_same_params(a->params_given, b->params_given);
    assert_same_params(a->params_actual, b->params_actual);
    assert_same_encoder(a->encoder, b->encoder);
    assert_same_network(a->network, b->network);
    assert_int_equal(a->ending, b->ending);
    assert_int_equal(a->samples_processed, b->samples_processed);
    assert_int_equal(a->iterations, b->iterations);
    assert_true(a->epochs == b->epochs);
    assert_int_equal(a->seed, b->seed);
    assert_int_equal(a->start_time_ms, b->start_time_ms);
    assert_int_equal(a->run_time_ms, b->run_time_ms);
    assert_int_equal(a->is_from_h2o, b->is_from_h2o);
    assert_int_equal(a->messages.n, b->messages.n);
    assert_int_equal(a->n_frame_notes, b->n_frame_notes);
    /* Tables, metrics, messages and notes: by the JSON that shows all of them. */
    hw_error err;
    HW_AUTO_BUFFER(x);
    HW_AUTO_BUFFER(y);
    hw_assert_ok(hwi_model_write_json(a, &x, &err), err);
    hw_assert_ok(hwi_model_write_json(b, &y, &err), err);
    assert_string_equal(hwi_buffer_text(&x), hwi_buffer_text(&y));
}

static void test_mojo_write_read_write_gives_equal_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < HW_COUNT(hand_specs); i++) {
        hw_error err;
        HW_AUTO(hw_model) *model = hand_model(&hand_specs[i]);
        HW_AUTO(hw_model) *back = NULL;
        HW_AUTO_BUFFER(first);
        HW_AUTO_BUFFER(second);
        hw_assert_ok(hw_model_write(model, path, &err), err);
        hw_assert_ok(hw_model_read(path, &back, &err), err);
        assert_same_model(model, back);
        hw_assert_ok(hwi_model_write_archive(model, &first, &err), err);
        hw_assert_ok(hwi_model_write_archive(back, &second, &err), err);
        assert_int_equal(first.size, second.size);
        assert_memory_equal(first.data, second.data, first.size);
    }
}

/* Every weight must survive the detour over decimal text and double. */
static void test_mojo_write_keeps_every_float(void **state)
{
    (void)state;
    hw_error err;
    hand_spec spec = hand_specs[3];
    spec.hidden[0] = 20000;
    spec.is_bare = true;
    HW_AUTO(hw_model) *model = hand_model(&spec);
    HW_AUTO(hw_model) *back = NULL;
    hwi_rng rng = hwi_rng_new(3);
    hwi_layer *layer = &model->network->layers[0];
    for (int64_t i = 0; i < (int64_t)layer->n_in * layer->n_rows; i++) {
        uint32_t bits = hwi_rng_u32(&rng);
        if ((bits >> 23 & 0xff) == 0xff)
            bits ^= UINT32_C(1) << 30;
        int64_t at = hwi_layer_at(layer, i / layer->n_rows, (int32_t)(i % layer->n_rows));
        memcpy(&layer->weights[at], &bits, sizeof bits);
    }
    hw_assert_ok(hw_model_write(model, path, &err), err);
    hw_assert_ok(hw_model_read(path, &back, &err), err);
    assert_same_network(model->network, back->network);
}

static void test_mojo_write_refuses_names_that_break_model_ini(void **state)
{
    (void)state;
    static const struct {
        const char *name, *message;
    } cases[] = {
        {"", "without a name"},
        {"#x", "starts with \"#\""},
        {" x", "has a blank at an end"},
        {"x\t", "has a blank at an end"},
        {"a\nb", "holds a line break"},
        {"a\rb", "holds a line break"},
        {"[domains]", "section's header"},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hw_error err;
        HW_AUTO(hw_model) *model = hand_model(&hand_specs[0]);
        hwi_free(model->encoder->columns[1].name);
        model->encoder->columns[1].name = hwi_strdup(cases[i].name);
        put_file("old", 3);
        assert_int_equal(hw_model_write(model, path, &err), HW_EINVAL);
        assert_non_null(strstr(err.message, cases[i].message));
        assert_string_equal(err.field, cases[i].name);
        HW_AUTO_FILE_TEXT(text);
        hw_assert_ok(hwi_file_read(path, 0, &text, &err), err);
        assert_int_equal(text.size, 3);
    }
}

static void test_mojo_write_refuses_numbers_that_are_none(void **state)
{
    (void)state;
    hw_error err;
    HW_AUTO(hw_model) *model = hand_model(&hand_specs[0]);
    float *weight = &model->network->layers[1].weights[1];
    float old = *weight;
    *weight = NAN;
    assert_int_equal(hw_model_write(model, path, &err), HW_EUNSTABLE);
    assert_non_null(strstr(err.message, "weights or biases of layer 3 are NaN or infinite"));
    *weight = old;
    model->network->layers[2].biases[1] = -INFINITY;
    assert_int_equal(hw_model_write(model, path, &err), HW_EUNSTABLE);
    assert_non_null(strstr(err.message, "layer 4"));
}

/* The full disk: no file may grow beyond a few kilobytes in this process. */
static int write_without_room(const hw_model *model)
{
    hw_error err;
    const struct rlimit limit = {2048, 2048};
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 2;
    hw_status status = hw_model_write(model, path, &err);
    return status == HW_EIO && strstr(err.message, path) ? 0 : 1;
}

static void test_mojo_write_disk_full_keeps_the_old_file(void **state)
{
    (void)state;
    hw_error err;
    HW_AUTO(hw_model) *model = hand_model(&hand_specs[0]);
    put_file("old", 3);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(write_without_room(model));
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    HW_AUTO_FILE_TEXT(text);
    hw_assert_ok(hwi_file_read(path, 0, &text, &err), err);
    assert_int_equal(text.size, 3);
    assert_memory_equal(text.data, "old", 3);
    /* Nothing is left beside it: remove_folder would fail. */
    assert_int_equal(hw_model_write(model, "/dev/full", &err), HW_EIO);
    assert_int_equal(hw_model_write(model, "/nonexistent/m.zip", &err), HW_EIO);
    assert_non_null(strstr(err.message, "/nonexistent/m.zip"));
}

/* Each allocation fails once, in writing and in reading: an error, and nothing leaks. */
static void test_mojo_write_and_read_without_memory(void **state)
{
    (void)state;
    hw_error err;
    HW_AUTO(hw_model) *model = hand_model(&hand_specs[5]);
    hw_assert_ok(hw_model_write(model, path, &err), err);
    bool is_write_done = false, is_read_done = false;
    for (int64_t n = 0; !is_write_done || !is_read_done; n++) {
        if (!is_write_done) {
            HW_AUTO_BUFFER(archive);
            hwi_alloc_fail_at(n);
            hw_status status = hwi_model_write_archive(model, &archive, &err);
            hwi_alloc_fail_at(-1);
            is_write_done = status == HW_OK;
            assert_true(status == HW_OK || status == HW_ENOMEM);
        }
        if (!is_read_done) {
            HW_AUTO(hw_model) *back = NULL;
            hwi_alloc_fail_at(n);
            hw_status status = hw_model_read(path, &back, &err);
            hwi_alloc_fail_at(-1);
            is_read_done = status == HW_OK;
            assert_true(status == HW_OK || status == HW_ENOMEM);
            assert_int_equal(status == HW_OK, back != NULL);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mojo_write_read_write_gives_equal_bytes),
        cmocka_unit_test(test_mojo_write_keeps_every_float),
        cmocka_unit_test(test_mojo_write_refuses_names_that_break_model_ini),
        cmocka_unit_test(test_mojo_write_refuses_numbers_that_are_none),
        cmocka_unit_test(test_mojo_write_disk_full_keeps_the_old_file),
        cmocka_unit_test(test_mojo_write_and_read_without_memory),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
