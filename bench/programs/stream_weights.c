/* SPDX-License-Identifier: Apache-2.0
 *
 * stream_weights WEIGHTS SAMPLES THREADS [RUNS]: what memory allows one who learns sample by sample
 * with ADADELTA: reads and writes WEIGHTS weights and two floats of optimiser state for each of
 * SAMPLES samples and computes nothing. Each thread has its own part, as in the team; they do not
 * wait for each other. Prints samples per second, one run a line. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int32_t v16i __attribute__((vector_size(64), may_alias));

enum { MAX_THREADS = 64, N_ARRAYS = 3 };

typedef struct part {
    v16i *arrays[N_ARRAYS];
    size_t n_vectors;
    long n_samples;
    int32_t change; /* 0, which the compiler does not know */
} part;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void *stream(void *opaque)
{
    const part *p = opaque;
    for (long sample = 0; sample < p->n_samples; sample++) {
        v16i *a = p->arrays[0], *b = p->arrays[1], *c = p->arrays[2];
        int32_t change = p->change;
        __asm__ volatile("" : "+r"(change) : : "memory");
        for (size_t i = 0; i < p->n_vectors; i++) {
            a[i] ^= change;
            b[i] ^= change;
            c[i] ^= change;
        }
    }
    return NULL;
}

static void run(part *parts, int n_threads)
{
    pthread_t threads[MAX_THREADS];
    for (int t = 1; t < n_threads; t++)
        if (pthread_create(&threads[t], NULL, stream, &parts[t]) != 0)
            exit(1);
    stream(&parts[0]);
    for (int t = 1; t < n_threads; t++)
        pthread_join(threads[t], NULL);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: %s WEIGHTS SAMPLES THREADS [RUNS]\n", argv[0]);
        return 2;
    }
    size_t n_weights = (size_t)strtoull(argv[1], NULL, 10);
    long n_samples = strtol(argv[2], NULL, 10);
    int n_threads = atoi(argv[3]), n_runs = argc > 4 ? atoi(argv[4]) : 3;
    if (n_threads < 1 || n_threads > MAX_THREADS || n_weights < 1)
        return 2;
    part parts[MAX_THREADS];
    for (int t = 0; t < n_threads; t++) {
        parts[t] = (part){.n_vectors = (n_weights / (size_t)n_threads + 15) / 16,
                          .n_samples = n_samples,
                          .change = argc > 100};
        size_t n_bytes = parts[t].n_vectors * sizeof(v16i);
        for (int k = 0; k < N_ARRAYS; k++) {
            parts[t].arrays[k] = aligned_alloc(64, n_bytes);
            if (!parts[t].arrays[k])
                return 1;
            memset(parts[t].arrays[k], 0, n_bytes);
        }
    }
    for (int i = 0; i < n_runs; i++) {
        double begin = now();
        run(parts, n_threads);
        printf("%.1f\n", (double)n_samples / (now() - begin));
    }
    return 0;
}
