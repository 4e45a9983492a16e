/* SPDX-License-Identifier: Apache-2.0
 *
 * Cross-validates on a CSV, with a line of progress, and stops when asked to (Ctrl-C) or when its
 * time is up.
 *
 *     cc validate.c $(pkg-config --cflags --libs heavywater) -o validate
 *     ./validate train.csv response 30 */
#include <heavywater.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static volatile sig_atomic_t is_interrupted;

static void interrupt(int signal_number)
{
    (void)signal_number;
    is_interrupted = 1;
}

/* What the callback needs to know and to remember. */
typedef struct watch {
    double seconds_allowed;
    int n_calls;
} watch;

/* Called at least ten times a second from the thread that trains; false ends training. */
static bool report(const hw_progress *progress, void *ctx)
{
    watch *w = ctx;
    w->n_calls++;
    if (progress->is_scored)
        fprintf(stderr, "\r%d of %d folds, epoch %.1f of %.1f, %.0f samples/s ",
                progress->n_folds_done, progress->n_folds, progress->epochs,
                progress->epochs_wanted, progress->samples_per_second);
    return !is_interrupted && progress->seconds < w->seconds_allowed;
}

/* A table of the model as text. */
static void print_table(const hw_table *table)
{
    printf("%s\n", hw_table_name(table));
    for (int64_t row = 0; row < hw_table_n_rows(table); row++) {
        for (int32_t i = 0; i < hw_table_n_columns(table); i++) {
            char cell[64];
            printf(" %-22s", hw_table_cell_text(table, row, i, cell, sizeof(cell)));
        }
        printf("\n");
    }
}

static hw_status validate(const char *path, const char *response, watch *w, hw_model **out_model,
                          hw_error *err)
{
    hw_frame *frame = NULL;
    hw_params *params = hw_params_new();
    if (!params)
        return HW_ENOMEM;
    hw_status status = hw_frame_read(path, NULL, &frame, err);
    const char *const settings[][2] = {{"response_column", response},
                                       {"nfolds", "3"},
                                       {"hidden", "16"},
                                       {"epochs", "20"},
                                       {"seed", "1"}};
    for (int i = 0; i < 5 && status == HW_OK; i++)
        status = hw_params_set(params, settings[i][0], settings[i][1], err);
    hw_train_options options = {.progress = report, .progress_ctx = w};
    if (status == HW_OK)
        status = hw_train(params, frame, NULL, &options, out_model, err);
    hw_params_free(params);
    hw_frame_unref(frame);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: validate TABLE RESPONSE SECONDS\n");
        return 2;
    }
    signal(SIGINT, interrupt);
    hw_error err = {0};
    hw_model *model = NULL;
    watch w = {.seconds_allowed = strtod(argv[3], NULL)};
    hw_status status = validate(argv[1], argv[2], &w, &model, &err);
    fprintf(stderr, "\n");
    if (status == HW_ECANCELED) {
        printf("stopped after %d calls, before the folds were done\n", w.n_calls);
        return 0;
    }
    if (status != HW_OK) {
        fprintf(stderr, "%s: %s\n", hw_status_name(status), err.message);
        return 1;
    }
    print_table(hw_model_table(model, "cross_validation_metrics_summary"));
    const hw_metrics *metrics = hw_model_metrics(model, "cross_validation");
    printf("cross-validated RMSE %.4f of %lld rows%s\n", hw_metrics_value(metrics, "RMSE"),
           (long long)hw_metrics_n_observations(metrics),
           hw_model_ending(model) == HW_ENDED_CANCELLED ? ", the main model was stopped" : "");
    hw_model_unref(model);
    return 0;
}
