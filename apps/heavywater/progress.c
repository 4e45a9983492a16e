/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/number.h"
#include "heavywater/signals.h"
#include "heavywater/text.h"

enum { BAR_CELLS = 20 };
static const double live_interval = 0.1;       /* seconds between drawings on a terminal */
static const double first_line_interval = 1.0; /* in a pipe; the interval grows with the time */
static const double last_line_interval = 60.0;

app_progress app_progress_new(FILE *out, bool is_silent)
{
    const char *terminal = getenv("TERM");
    bool can_redraw = terminal && strcmp(terminal, "dumb") != 0;
    return (app_progress){.out = out,
                          .is_silent = is_silent,
                          .is_live = !is_silent && can_redraw && isatty(fileno(out))};
}

static double done_frac(const hw_progress *p)
{
    double frac = p->epochs_wanted > 0 ? p->epochs / p->epochs_wanted : 1;
    return frac < 0 ? 0 : frac > 1 ? 1 : frac;
}

void app_progress_append_bar(hwi_buffer *line, double frac)
{
    static const char *const eighths[] = {"",       "\u258F", "\u258E", "\u258D",
                                          "\u258C", "\u258B", "\u258A", "\u2589"};
    bool is_utf8 = app_text_is_utf8();
    int n_eighths = (int)(frac * BAR_CELLS * 8);
    int n_cells = n_eighths / 8;
    hwi_buffer_append_text(line, is_utf8 ? "\u2595" : "[");
    for (int i = 0; i < n_cells; i++)
        hwi_buffer_append_text(line, is_utf8 ? "\u2588" : "#");
    if (n_cells < BAR_CELLS) {
        bool has_part = is_utf8 && n_eighths % 8 > 0;
        hwi_buffer_append_text(line, has_part ? eighths[n_eighths % 8] : "");
        for (int i = n_cells + has_part; i < BAR_CELLS; i++)
            hwi_buffer_append_text(line, is_utf8 ? " " : ".");
    }
    hwi_buffer_append_text(line, is_utf8 ? "\u258F" : "]");
}

static void append_fixed(hwi_buffer *line, double x, int n_decimals)
{
    char number[HWI_FIXED_TEXT_BYTES];
    hwi_format_fixed(x, n_decimals, number);
    hwi_buffer_append_text(line, number);
}

static void append_state(hwi_buffer *line, const hw_progress *p)
{
    char text[APP_TEXT_BYTES];
    hwi_buffer_printf(line, " %3d %%", (int)(100 * done_frac(p)));
    if (p->n_folds > 0 && p->n_folds_done < p->n_folds)
        hwi_buffer_printf(line, "  folds %d of %d done", p->n_folds_done, p->n_folds);
    else if (p->n_folds > 0)
        hwi_buffer_append_text(line, "  main model");
    hwi_buffer_append_text(line, "  epoch ");
    append_fixed(line, p->epochs, p->epochs_wanted < 1000 ? 2 : 0);
    hwi_buffer_printf(line, " of %s", app_text_number(p->epochs_wanted, 6, text));
    if (isfinite(p->samples_per_second) && p->samples_per_second > 0)
        hwi_buffer_printf(line, "  %s samples/s",
                          app_text_count((int64_t)p->samples_per_second, text));
    if (p->metric_name) {
        hwi_buffer_printf(line, "  %s", p->metric_name);
        if (!isnan(p->training_metric))
            hwi_buffer_printf(line, " %s", app_text_number(p->training_metric, 4, text));
        if (!isnan(p->validation_metric))
            hwi_buffer_printf(line, ", validation %s",
                              app_text_number(p->validation_metric, 4, text));
    }
    if (isfinite(p->seconds_left) && done_frac(p) < 1)
        hwi_buffer_printf(line, "  %s left", app_text_duration(p->seconds_left, text));
}

static void show_live(app_progress *state, const hw_progress *p, bool is_ending)
{
    if (p->seconds < state->next_seconds && !is_ending)
        return;
    state->next_seconds = p->seconds + live_interval;
    HW_AUTO_BUFFER(line);
    app_progress_append_bar(&line, done_frac(p));
    append_state(&line, p);
    if (is_ending)
        hwi_buffer_append_text(&line, "  stopping (again to quit at once)");
    HW_AUTO_BUFFER(cut);
    app_text_append_clean(&cut, hwi_buffer_text(&line), app_text_columns(state->out, 80) - 1);
    fprintf(state->out, "\r%s\033[K", hwi_buffer_text(&cut));
    fflush(state->out);
    state->is_drawn = true;
}

static void show_line(app_progress *state, const hw_progress *p)
{
    /* The first scoring is always worth a line. */
    bool is_due = p->seconds >= state->next_seconds;
    bool is_first = state->n_lines == 0 && p->is_scored;
    if (!is_first && (state->n_lines == 0 ? p->seconds < first_line_interval : !is_due))
        return;
    double interval = fmin(fmax(first_line_interval, p->seconds / 5), last_line_interval);
    state->next_seconds = p->seconds + interval;
    state->n_lines++;
    HW_AUTO_BUFFER(line);
    append_state(&line, p);
    fprintf(state->out, "training%s\n", hwi_buffer_text(&line));
    fflush(state->out);
}

bool app_progress_show(const hw_progress *progress, void *ctx)
{
    app_progress *state = ctx;
    state->last = *progress;
    state->last.metric_name = NULL; /* borrowed for this call */
    bool is_ending = app_signals_caught();
    if (state->is_live)
        show_live(state, progress, is_ending);
    else if (!state->is_silent)
        show_line(state, progress);
    return !is_ending;
}

void app_progress_end(app_progress *state)
{
    if (!state->is_drawn)
        return;
    fputs("\r\033[K", state->out);
    fflush(state->out);
    state->is_drawn = false;
}
