/* SPDX-License-Identifier: Apache-2.0
 *
 * Learns from arrays in memory, keeps the model, and scores rows that are not in any file.
 *
 *     cc train_from_arrays.c $(pkg-config --cflags --libs heavywater) -o train_from_arrays
 *     ./train_from_arrays model.zip */
#include <heavywater.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { N_ROWS = 2000, N_NEW = 4 };

static const char *const colours[] = {"red", "green", "blue"};

/* Every function that can go wrong returns a status and writes into an error of the caller. */
static void check(hw_status status, const hw_error *err)
{
    if (status == HW_OK)
        return;
    fprintf(stderr, "%s: %s%s%s\n", hw_status_name(status), err->field, err->field[0] ? ": " : "",
            err->message);
    exit(1);
}

/* Points in a square with a colour: whether one is "in" depends on all three, and one size in
 * twenty is not known. */
static hw_frame *make_training_frame(void)
{
    static double size[N_ROWS];
    static float weight[N_ROWS];
    static int32_t colour[N_ROWS];
    static const char *answer[N_ROWS];
    uint32_t random = 1;
    for (int i = 0; i < N_ROWS; i++) {
        random = random * 1664525u + 1013904223u;
        size[i] = (random >> 8 & 0xfff) / 2048.0 - 1;
        weight[i] = (float)((random >> 20) / 2048.0 - 1);
        colour[i] = (int32_t)(random >> 4) % 3;
        double radius = colour[i] == 0 ? 0.9 : 0.6;
        answer[i] = hypot(size[i], weight[i]) < radius ? "in" : "out";
        if (i % 20 == 0)
            size[i] = NAN;
    }

    hw_error err = {0};
    hw_frame_builder *builder = NULL;
    hw_frame *frame = NULL;
    check(hw_frame_builder_new("points", N_ROWS, &builder, &err), &err);
    check(hw_frame_builder_add_doubles(builder, "size", size, 1, &err), &err);
    check(hw_frame_builder_add_floats(builder, "weight", weight, 1, &err), &err);
    check(hw_frame_builder_add_codes(builder, "colour", colour, colours, 3, &err), &err);
    check(hw_frame_builder_add_texts(builder, "answer", HW_TYPE_ENUM, answer, &err), &err);
    check(hw_frame_builder_finish(builder, &frame, &err), &err);
    hw_frame_builder_free(builder);
    return frame;
}

/* The same columns without the answer, here from a row-major matrix. */
static hw_frame *make_new_frame(void)
{
    static const double rows[N_NEW][2] = {{0, 0}, {0.5, 0.5}, {0.9, 0.9}, {NAN, 0.1}};
    static const char *const colour[N_NEW] = {"red", "red", "blue", NULL};
    hw_error err = {0};
    hw_frame_builder *builder = NULL;
    hw_frame *frame = NULL;
    check(hw_frame_builder_new("new", N_NEW, &builder, &err), &err);
    check(hw_frame_builder_add_doubles(builder, "size", &rows[0][0], 2, &err), &err);
    check(hw_frame_builder_add_doubles(builder, "weight", &rows[0][1], 2, &err), &err);
    check(hw_frame_builder_add_texts(builder, "colour", HW_TYPE_ENUM, colour, &err), &err);
    check(hw_frame_builder_finish(builder, &frame, &err), &err);
    hw_frame_builder_free(builder);
    return frame;
}

static hw_model *train(hw_frame *frame)
{
    hw_error err = {0};
    hw_params *params = hw_params_new();
    if (!params)
        exit(1);
    check(hw_params_set(params, "response_column", "answer", &err), &err);
    check(hw_params_set(params, "hidden", "20,20", &err), &err);
    check(hw_params_set(params, "epochs", "40", &err), &err);
    check(hw_params_set(params, "seed", "1", &err), &err);
    hw_model *model = NULL;
    check(hw_train(params, frame, NULL, NULL, &model, &err), &err);
    hw_params_free(params);
    return model;
}

static void print_predictions(const hw_model *model)
{
    hw_error err = {0};
    hw_frame *rows = make_new_frame(), *predictions = NULL;
    check(hw_model_predict(model, rows, &predictions, &err), &err);
    int32_t predict = hw_frame_find_column(predictions, "predict");
    int32_t in = hw_frame_find_column(predictions, "in");
    int32_t labels[N_NEW];
    double probability[N_NEW];
    hw_frame_read_codes(predictions, predict, 0, N_NEW, labels);
    hw_frame_read_doubles(predictions, in, 0, N_NEW, probability);
    for (int i = 0; i < N_NEW; i++)
        printf("row %d: %s, in with probability %.3f\n", i,
               hw_frame_level(predictions, predict, labels[i]), probability[i]);
    hw_frame_unref(predictions);
    hw_frame_unref(rows);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: train_from_arrays MODEL.zip\n");
        return 2;
    }
    hw_error err = {0};
    hw_frame *frame = make_training_frame();
    hw_model *model = train(frame);
    hw_frame_unref(frame);

    printf("training AUC %.3f\n", hw_metrics_value(hw_model_metrics(model, "training"), "AUC"));
    print_predictions(model);
    check(hw_model_write(model, argv[1], &err), &err);
    hw_model_unref(model);
    return 0;
}
