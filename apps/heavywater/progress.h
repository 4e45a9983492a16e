/* SPDX-License-Identifier: Apache-2.0
 *
 * The progress of training: one line that is drawn again and again on a terminal, a line now and
 * then in a pipe or a file, nothing when silent. */
#pragma once

#include <stdio.h>

#include "base/buffer.h"
#include "heavywater/model.h"

typedef struct app_progress {
    FILE *out;
    bool is_silent;
    bool is_live;        /* on a terminal that can redraw a line */
    bool is_drawn;       /* a live line stands on the terminal */
    double next_seconds; /* when the next line is due */
    int n_lines;
    hw_progress last; /* numbers of the latest call */
} app_progress;

app_progress app_progress_new(FILE *out, bool is_silent);
/* A hw_progress_callback; ctx is the app_progress. Asks training to end when a signal came. */
bool app_progress_show(const hw_progress *progress, void *ctx);
/* A bar that is filled to frac, for lines like these. */
void app_progress_append_bar(hwi_buffer *line, double frac);
/* Takes the live line away. */
void app_progress_end(app_progress *state);
