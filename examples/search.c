/* SPDX-License-Identifier: Apache-2.0
 *
 * Searches a grid of hyper-parameters on a CSV and keeps every model in a folder as soon as it is
 * trained; the same call goes on where it was stopped (Ctrl-C).
 *
 *     cc search.c $(pkg-config --cflags --libs heavywater) -o search
 *     ./search train.csv response models */
#include <heavywater.h>
#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t is_interrupted;

static void interrupt(int signal_number)
{
    (void)signal_number;
    is_interrupted = 1;
}

/* Called at least ten times a second; false ends the search, finished models stay. */
static bool report(const hw_grid_progress *progress, void *ctx)
{
    int *n_events = ctx;
    for (int32_t i = 0; i < progress->n_events; i++) {
        const hw_grid_event *event = &progress->events[i];
        ++*n_events;
        if (event->failure)
            printf("no model of %s: %s\n", event->values, event->failure);
    }
    return !is_interrupted;
}

static hw_status search(const char *path, const char *response, const char *grid_dir,
                        hw_grid **out_grid, hw_error *err)
{
    hw_frame *frame = NULL;
    hw_params *params = hw_params_new();
    if (!params)
        return HW_ENOMEM;
    hw_status status = hw_frame_read(path, NULL, &frame, err);
    const char *const settings[][2] = {
        {"response_column", response}, {"nfolds", "3"}, {"epochs", "10"}, {"seed", "1"}};
    for (int i = 0; i < 4 && status == HW_OK; i++)
        status = hw_params_set(params, settings[i][0], settings[i][1], err);
    int n_events = 0;
    hw_grid_options options = {
        .hyper_params = "{\"hidden\": [[8], [16, 16]], \"l1\": [0, 0.001]}",
        .grid_dir = grid_dir,
        .progress = report,
        .progress_ctx = &n_events,
    };
    if (status == HW_OK)
        status = hw_grid_search(params, frame, NULL, &options, out_grid, err);
    if (status == HW_OK)
        printf("%d combinations ended in this run\n", n_events);
    hw_params_free(params);
    hw_frame_unref(frame);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: search TABLE RESPONSE FOLDER\n");
        return 2;
    }
    signal(SIGINT, interrupt);
    hw_error err = {0};
    hw_grid *grid = NULL;
    hw_status status = search(argv[1], argv[2], argv[3], &grid, &err);
    if (status != HW_OK) {
        fprintf(stderr, "%s: %s\n", hw_status_name(status), err.message);
        return 1;
    }
    printf("%s, sorted by %s\n", hw_grid_state_name(hw_grid_get_state(grid)),
           hw_grid_sort_metric(grid));
    for (int32_t i = 0; i < hw_grid_n_models(grid); i++)
        printf("%-16s hidden %-6s l1 %-6s %.4f\n", hw_grid_model_id(grid, i),
               hw_grid_model_value(grid, i, 0), hw_grid_model_value(grid, i, 1),
               hw_grid_model_metric(grid, i, hw_grid_sort_metric(grid)));
    hw_grid_free(grid);
    return 0;
}
