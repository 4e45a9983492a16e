/* SPDX-License-Identifier: Apache-2.0
 *
 * Serves requests with one model and a pool of threads, as a server would: a model is immutable, so
 * all threads use the same one, without a lock. Takes the model that train_from_arrays wrote.
 *
 *     cc score_in_threads.c $(pkg-config --cflags --libs heavywater) -pthread -o score_in_threads
 *     ./score_in_threads model.zip 4 */
#include <heavywater.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { N_REQUESTS = 64, ROWS_A_REQUEST = 50, MAX_THREADS = 64 };

/* A few rows on their way to their scores. */
typedef struct request {
    double size[ROWS_A_REQUEST], weight[ROWS_A_REQUEST];
    const char *colour[ROWS_A_REQUEST];
    double probability[ROWS_A_REQUEST]; /* of "in" */
    hw_status status;
    hw_error error; /* belongs to this request, as every error belongs to its caller */
} request;

typedef struct pool {
    const hw_model *model;
    request *requests;
    int n_requests;
    int next; /* under lock */
    pthread_mutex_t lock;
} pool;

static hw_status make_frame(const request *r, hw_frame **out, hw_error *err)
{
    hw_frame_builder *builder = NULL;
    hw_status status = hw_frame_builder_new("request", ROWS_A_REQUEST, &builder, err);
    if (status == HW_OK)
        status = hw_frame_builder_add_doubles(builder, "size", r->size, 1, err);
    if (status == HW_OK)
        status = hw_frame_builder_add_doubles(builder, "weight", r->weight, 1, err);
    if (status == HW_OK)
        status = hw_frame_builder_add_texts(builder, "colour", HW_TYPE_ENUM, r->colour, err);
    if (status == HW_OK)
        status = hw_frame_builder_finish(builder, out, err);
    hw_frame_builder_free(builder);
    return status;
}

static hw_status serve(const hw_model *model, request *r, hw_error *err)
{
    hw_frame *rows = NULL, *predictions = NULL;
    hw_status status = make_frame(r, &rows, err);
    if (status == HW_OK)
        status = hw_model_predict(model, rows, &predictions, err);
    if (status == HW_OK)
        hw_frame_read_doubles(predictions, hw_frame_find_column(predictions, "in"), 0,
                              ROWS_A_REQUEST, r->probability);
    hw_frame_unref(predictions);
    hw_frame_unref(rows);
    return status;
}

static void *work(void *ctx)
{
    pool *p = ctx;
    for (;;) {
        pthread_mutex_lock(&p->lock);
        int i = p->next < p->n_requests ? p->next++ : -1;
        pthread_mutex_unlock(&p->lock);
        if (i < 0)
            return NULL;
        request *r = &p->requests[i];
        r->status = serve(p->model, r, &r->error);
    }
}

static void fill(request *r, int number)
{
    static const char *const colours[] = {"red", "green", "blue", NULL};
    for (int i = 0; i < ROWS_A_REQUEST; i++) {
        r->size[i] = (number * 7 + i * 13) % 200 / 100.0 - 1;
        r->weight[i] = (number * 11 + i * 3) % 200 / 100.0 - 1;
        r->colour[i] = colours[(number + i) % 4];
    }
}

static void run(pool *p, int n_threads)
{
    pthread_t threads[MAX_THREADS];
    int n_started = 0;
    while (n_started < n_threads && pthread_create(&threads[n_started], NULL, work, p) == 0)
        n_started++;
    if (n_started == 0)
        work(p);
    for (int i = 0; i < n_started; i++)
        pthread_join(threads[i], NULL);
}

int main(int argc, char **argv)
{
    int n_threads = argc == 3 ? atoi(argv[2]) : 0;
    if (n_threads < 1 || n_threads > MAX_THREADS) {
        fprintf(stderr, "usage: score_in_threads MODEL.zip THREADS\n");
        return 2;
    }
    hw_error err = {0};
    hw_model *model = NULL;
    if (hw_model_read(argv[1], &model, &err) != HW_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    static request requests[N_REQUESTS];
    for (int i = 0; i < N_REQUESTS; i++)
        fill(&requests[i], i);
    pool p = {model, requests, N_REQUESTS, 0, PTHREAD_MUTEX_INITIALIZER};
    run(&p, n_threads);

    double sum = 0;
    for (int i = 0; i < N_REQUESTS; i++) {
        if (requests[i].status != HW_OK) {
            fprintf(stderr, "request %d: %s\n", i, requests[i].error.message);
            return 1;
        }
        for (int k = 0; k < ROWS_A_REQUEST; k++)
            sum += requests[i].probability[k];
    }
    printf("%d requests of %d rows by %d threads, mean probability %.9f\n", N_REQUESTS,
           ROWS_A_REQUEST, n_threads, sum / (N_REQUESTS * ROWS_A_REQUEST));
    hw_model_unref(model);
    return 0;
}
