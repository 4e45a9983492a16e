/* SPDX-License-Identifier: Apache-2.0 */
#include "train/pace.h"

#include <stdlib.h>
#include <string.h>

static const double probe_ms = 2, team_ms = 10, shortest_pause_ms = 25, longest_pause_ms = 800;
/* A team that has become so much slower than it was may be slower than one thread, too. */
static const double noticeable = 1.25;

hwi_pace hwi_pace_new(void)
{
    hwi_pace pace = {.is_alone = true, .window_ms = probe_ms, .pause_ms = shortest_pause_ms};
    const char *forced = getenv("HW_TEAM_PACE");
    if (forced && strcmp(forced, "alternate") == 0)
        pace.rule = HWI_PACE_ALTERNATE;
    else if (getenv("HW_TEAM_SIZE"))
        pace.rule = HWI_PACE_TEAM;
    pace.is_alone = pace.rule != HWI_PACE_TEAM;
    return pace;
}

static void open_window(hwi_pace *pace, bool is_alone, double window_ms)
{
    pace->is_alone = is_alone;
    pace->window_ms = window_ms;
    pace->ms = 0;
    pace->n_rows = 0;
}

void hwi_pace_note(hwi_pace *pace, int64_t n_rows, double ms)
{
    if (pace->rule == HWI_PACE_ALTERNATE)
        pace->is_alone = !pace->is_alone;
    if (pace->rule != HWI_PACE_BY_TIME || n_rows == 0)
        return;
    pace->n_rows += n_rows;
    pace->ms += ms;
    if (pace->ms < pace->window_ms)
        return;
    double ms_per_row = pace->ms / (double)pace->n_rows;
    if (pace->is_alone) {
        pace->ms_alone = ms_per_row;
        open_window(pace, false, team_ms);
    } else if (ms_per_row > pace->ms_alone) {
        pace->ms_team = 0;
        open_window(pace, true, pace->pause_ms);
        pace->pause_ms =
            2 * pace->pause_ms < longest_pause_ms ? 2 * pace->pause_ms : longest_pause_ms;
    } else if (pace->ms_team > 0 && ms_per_row > noticeable * pace->ms_team) {
        pace->ms_team = 0;
        open_window(pace, true, probe_ms);
    } else {
        pace->pause_ms = shortest_pause_ms;
        if (pace->ms_team == 0 || ms_per_row < pace->ms_team)
            pace->ms_team = ms_per_row;
        open_window(pace, false, team_ms);
    }
}
