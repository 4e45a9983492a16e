/* SPDX-License-Identifier: Apache-2.0
 *
 * A team: threads that work on one thing together and meet many thousand times a second. Its
 * members live as long as the team; between tasks and at meetings they spin for some microseconds
 * and then sleep, so that a busy machine slows a team down and does not stop it.
 *
 * Everywhere NULL is the team of the caller alone: meetings cost nothing then. */
#pragma once

#include "base/status.h"

/* Of a team that works on one sample: more of them find no work of their own. */
enum { HWI_MAX_MEMBERS = 16 };

typedef struct hwi_team hwi_team;

/* n_members: 1 or more; one of them is the caller of hwi_team_run. Gives NULL for one
 * member, and a smaller team when the system grants fewer threads. */
hw_status hwi_team_new(int n_members, hwi_team **out, hw_error *err) HW_MUST_USE;
void hwi_team_free(hwi_team *team);
int hwi_team_n_members(const hwi_team *team);

/* Every member runs task once, the caller as member 0. Returns when all are done; what they wrote
 * is then seen by the caller. */
void hwi_team_run(hwi_team *team, void (*task)(int member, void *ctx), void *ctx);

/* In a task: returns when all members have called it; what they wrote before is then seen by all.
 */
void hwi_team_meet(hwi_team *team, int member);

/* In a task: work that goes from member to member in their order, piece by piece. Each member calls
 * await_turn and pass_on once a piece; await_turn of piece k returns when the member before has
 * passed it on. */
void hwi_team_await_turn(hwi_team *team, int member);
void hwi_team_pass_on(hwi_team *team, int member);
