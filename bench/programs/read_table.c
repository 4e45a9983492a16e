/* SPDX-License-Identifier: Apache-2.0
 *
 * read_table FILE [RUNS [THREADS]]: reads a table into a frame, in this process, and prints the
 * seconds of each run, one a line. */
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

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s FILE [RUNS [THREADS]]\n", argv[0]);
        return 2;
    }
    int n_runs = argc > 2 ? atoi(argv[2]) : 5;
    hw_parse_options options = {.n_threads = argc > 3 ? atoi(argv[3]) : 0};
    for (int i = 0; i < n_runs; i++) {
        hw_frame *frame = NULL;
        hw_error error = {0};
        double begin = now();
        if (hw_frame_read(argv[1], &options, &frame, &error) != HW_OK) {
            fprintf(stderr, "%s\n", error.message);
            return 1;
        }
        printf("%.6f\n", now() - begin);
        hw_frame_unref(frame);
    }
    return 0;
}
