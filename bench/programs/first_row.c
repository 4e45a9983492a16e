/* SPDX-License-Identifier: Apache-2.0
 *
 * first_row BEGIN FILE RESPONSE HIDDEN: reads the table, learns one row with hw_train, and prints
 * the milliseconds since BEGIN (seconds of CLOCK_MONOTONIC, when the process was started) at which
 * the table was read and at which the row was learned and the model scored, then the largest
 * resident memory in bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "heavywater.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static long largest_memory_bytes(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    long kb = 0;
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kb = strtol(line + 6, NULL, 10);
    if (file)
        fclose(file);
    return kb * 1024;
}

static hw_status run(char **argv, double begin, hw_error *error)
{
    const hw_parse_options parse = {0};
    hw_frame *frame = NULL;
    hw_model *model = NULL;
    hw_params *params = hw_params_new();
    hw_status status = params ? hw_frame_read(argv[2], &parse, &frame, error) : HW_ENOMEM;
    double read_ms = 1000 * (now() - begin);
    const char *const settings[][2] = {
        {"response_column", argv[3]}, {"hidden", argv[4]}, {"epochs", "0.001"}, {"seed", "1"}};
    for (size_t i = 0; status == HW_OK && i < sizeof settings / sizeof settings[0]; i++)
        status = hw_params_set(params, settings[i][0], settings[i][1], error);
    if (status == HW_OK)
        status = hw_train(params, frame, NULL, NULL, &model, error);
    printf("%.3f %.3f %ld\n", read_ms, 1000 * (now() - begin), largest_memory_bytes());
    hw_model_unref(model);
    hw_params_free(params);
    hw_frame_unref(frame);
    return status;
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: %s BEGIN FILE RESPONSE HIDDEN\n", argv[0]);
        return 2;
    }
    hw_error error = {0};
    if (run(argv, strtod(argv[1], NULL), &error) != HW_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    return 0;
}
