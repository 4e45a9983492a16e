/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether the team or its first member alone learns the next rows. On a machine with other work a
 * team waits again and again for a member that has no processor, and is then slower than one
 * thread; so both are timed. The bits do not depend on it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef enum hwi_pace_rule {
    HWI_PACE_BY_TIME,
    HWI_PACE_TEAM,     /* always the team, as HW_TEAM_SIZE asks for */
    HWI_PACE_ALTERNATE /* every other stretch, for tests: HW_TEAM_PACE=alternate */
} hwi_pace_rule;

typedef struct hwi_pace {
    hwi_pace_rule rule;
    bool is_alone;        /* the next stretch */
    double ms_alone;      /* a row, when last measured */
    double ms_team;       /* a row, at its best since alone was measured; 0: not yet */
    double window_ms, ms; /* of the window that is open: its length, what has gone by */
    int64_t n_rows;
    double pause_ms; /* how long to stay alone after the team was slower */
} hwi_pace;

/* By the environment. */
hwi_pace hwi_pace_new(void);
/* What a stretch of rows took; decides about the next. */
void hwi_pace_note(hwi_pace *pace, int64_t n_rows, double ms);
