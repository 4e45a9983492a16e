/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/grid_progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/number.h"
#include "heavywater/progress.h"
#include "heavywater/signals.h"
#include "heavywater/text.h"

enum { MAX_RUNNING_LINES = 8 };
static const double live_interval = 0.2; /* seconds between drawings */

app_grid_progress app_grid_progress_new(FILE *out, bool is_silent)
{
    const char *terminal = getenv("TERM");
    bool can_redraw = terminal && strcmp(terminal, "dumb") != 0;
    return (app_grid_progress){.out = out,
                               .is_silent = is_silent,
                               .is_live = !is_silent && can_redraw && isatty(fileno(out))};
}

/* --- On a terminal ---------------------------------------------------------------------------- */

/* Writes one line of the table, cut to the terminal. */
static void draw_line(app_grid_progress *state, const hwi_buffer *line)
{
    HW_AUTO_BUFFER(cut);
    app_text_append_clean(&cut, hwi_buffer_text(line), app_text_columns(state->out, 80) - 1);
    fprintf(state->out, "%s\033[K\n", hwi_buffer_text(&cut));
    state->n_drawn++;
}

static double done_frac(const hw_progress *p)
{
    return p->epochs_wanted > 0 ? fmax(0, fmin(1, p->epochs / p->epochs_wanted)) : 0;
}

static double frac_of_all(const hw_grid_progress *p)
{
    double done = (double)(p->n_done + p->n_failed);
    for (int32_t i = 0; i < p->n_running; i++)
        done += done_frac(&p->running[i].progress);
    return p->n_combinations > 0 ? fmin(1, done / (double)p->n_combinations) : 0;
}

static void draw_total(app_grid_progress *state, const hw_grid_progress *p, bool is_ending)
{
    HW_AUTO_BUFFER(line);
    char done[APP_TEXT_BYTES], all[APP_TEXT_BYTES], text[APP_TEXT_BYTES];
    app_progress_append_bar(&line, frac_of_all(p));
    hwi_buffer_printf(&line, " %3d %%  %s of %s models done, %d running",
                      (int)(100 * frac_of_all(p)), app_text_count(p->n_done, done),
                      app_text_count(p->n_combinations, all), p->n_running);
    if (p->n_failed > 0)
        hwi_buffer_printf(&line, ", %s failed", app_text_count(p->n_failed, text));
    hwi_buffer_printf(&line, "  %s", app_text_duration(p->seconds, text));
    if (isfinite(p->seconds_left) && p->seconds_left > 0)
        hwi_buffer_printf(&line, ", %s left", app_text_duration(p->seconds_left, text));
    if (is_ending)
        hwi_buffer_append_text(&line, "  stopping (again to quit at once)");
    draw_line(state, &line);
}

static void draw_best(app_grid_progress *state, const hw_grid_progress *p)
{
    HW_AUTO_BUFFER(line);
    char text[APP_TEXT_BYTES];
    hwi_buffer_append_text(&line, "best     ");
    if (p->best_id)
        hwi_buffer_printf(&line, "%s %s  %s  ", p->sort_metric,
                          app_text_number(p->best_metric, 5, text), p->best_id);
    hwi_buffer_append_text(&line, p->best_id ? p->best_values : "none yet");
    draw_line(state, &line);
}

static void draw_running(app_grid_progress *state, const hw_grid_running *running)
{
    HW_AUTO_BUFFER(line);
    char text[APP_TEXT_BYTES];
    const hw_progress *p = &running->progress;
    hwi_buffer_printf(&line, "running  %3d %%  %s  ", (int)(100 * done_frac(p)), running->model_id);
    if (p->n_folds > 0 && p->n_folds_done < p->n_folds)
        hwi_buffer_printf(&line, "folds %d of %d  ", p->n_folds_done, p->n_folds);
    if (p->metric_name && !isnan(p->validation_metric))
        hwi_buffer_printf(&line, "%s %s  ", p->metric_name,
                          app_text_number(p->validation_metric, 4, text));
    else if (p->metric_name && !isnan(p->training_metric))
        hwi_buffer_printf(&line, "%s %s  ", p->metric_name,
                          app_text_number(p->training_metric, 4, text));
    hwi_buffer_append_text(&line, running->values);
    draw_line(state, &line);
}

static void erase(app_grid_progress *state)
{
    if (state->n_drawn > 0)
        fprintf(state->out, "\033[%dA\r\033[J", state->n_drawn);
    state->n_drawn = 0;
}

static void show_live(app_grid_progress *state, const hw_grid_progress *p, bool is_ending)
{
    if (p->seconds < state->next_seconds && p->n_events == 0 && !is_ending)
        return;
    state->next_seconds = p->seconds + live_interval;
    erase(state);
    draw_total(state, p, is_ending);
    draw_best(state, p);
    for (int32_t i = 0; i < p->n_running && i < MAX_RUNNING_LINES; i++)
        draw_running(state, &p->running[i]);
    if (p->n_running > MAX_RUNNING_LINES)
        fprintf(state->out, "         and %d more\033[K\n", p->n_running - MAX_RUNNING_LINES);
    state->n_drawn += p->n_running > MAX_RUNNING_LINES;
    fflush(state->out);
}

/* --- Elsewhere -------------------------------------------------------------------------------- */

static void print_event(app_grid_progress *state, const hw_grid_progress *p,
                        const hw_grid_event *event)
{
    HW_AUTO_BUFFER(line);
    HW_AUTO_BUFFER(clean);
    char text[APP_TEXT_BYTES];
    hwi_buffer_printf(&line, "%s%s", event->failure ? "failed" : event->model_id,
                      event->failure && *event->model_id ? " " : "");
    if (event->failure)
        hwi_buffer_printf(&line, "%s  %s: %s", event->model_id, event->values, event->failure);
    else
        hwi_buffer_printf(&line, "  %s %s  %s", p->sort_metric,
                          app_text_number(event->metric, 5, text), event->values);
    app_text_append_clean(&clean, hwi_buffer_text(&line), 0);
    fprintf(state->out, "%s\n", hwi_buffer_text(&clean));
}

static void show_lines(app_grid_progress *state, const hw_grid_progress *p)
{
    char found[APP_TEXT_BYTES], all[APP_TEXT_BYTES];
    if (!state->has_begun && p->n_found > 0)
        fprintf(state->out, "%s of %s models are there already\n",
                app_text_count(p->n_found, found), app_text_count(p->n_combinations, all));
    state->has_begun = true;
    for (int32_t i = 0; i < p->n_events; i++)
        print_event(state, p, &p->events[i]);
    if (p->n_events > 0)
        fflush(state->out);
}

bool app_grid_progress_show(const hw_grid_progress *progress, void *ctx)
{
    app_grid_progress *state = ctx;
    bool is_ending = app_signals_caught();
    if (state->is_live)
        show_live(state, progress, is_ending);
    else if (!state->is_silent)
        show_lines(state, progress);
    return !is_ending;
}

void app_grid_progress_end(app_grid_progress *state)
{
    if (!state->is_live)
        return;
    erase(state);
    fflush(state->out);
}
