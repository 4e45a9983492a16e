/* SPDX-License-Identifier: Apache-2.0
 *
 * score_table MODEL FILE [RUNS]: reads a model and a table, scores the table in this process and
 * prints the seconds of each run, one a line; the first line is the number of rows. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "heavywater.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int fail(const hw_error *error)
{
    fprintf(stderr, "%s\n", error->message);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s MODEL FILE [RUNS]\n", argv[0]);
        return 2;
    }
    int n_runs = argc > 3 ? atoi(argv[3]) : 5;
    hw_parse_options options = {0};
    hw_error error = {0};
    hw_model *model = NULL;
    hw_frame *frame = NULL;
    if (hw_model_read(argv[1], &model, &error) != HW_OK ||
        hw_frame_read(argv[2], &options, &frame, &error) != HW_OK)
        return fail(&error);
    printf("%lld\n", (long long)hw_frame_n_rows(frame));
    for (int i = 0; i < n_runs; i++) {
        hw_frame *predictions = NULL;
        double begin = now();
        if (hw_model_predict(model, frame, &predictions, &error) != HW_OK)
            return fail(&error);
        printf("%.6f\n", now() - begin);
        hw_frame_unref(predictions);
    }
    hw_frame_unref(frame);
    hw_model_unref(model);
    return 0;
}
