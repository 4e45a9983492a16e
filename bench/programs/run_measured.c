/* SPDX-License-Identifier: Apache-2.0
 *
 * run_measured RESULT COMMAND...: runs the command and writes its seconds and its largest resident
 * memory in bytes into the file RESULT. A process counts the memory of the one that started it
 * until it is the program itself, so a small one has to start it. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s RESULT COMMAND...\n", argv[0]);
        return 2;
    }
    double begin = now();
    pid_t child = fork();
    if (child < 0)
        return 1;
    if (child == 0) {
        execv(argv[2], argv + 2);
        _exit(127);
    }
    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) < 0)
        return 1;
    double seconds = now() - begin;
    FILE *result = fopen(argv[1], "w");
    if (!result)
        return 1;
    fprintf(result, "%.6f %ld\n", seconds, usage.ru_maxrss * 1024L);
    fclose(result);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
