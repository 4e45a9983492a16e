/* SPDX-License-Identifier: Apache-2.0
 *
 * Learning from the rows of an iteration. The members of a team learn each row together, and what
 * they compute does not depend on how many they are. Several teams take rows from the one sampler
 * and race on the network without locks (base/race.h): each row is learned exactly once, but which
 * weights it meets is chance. All is called by the thread of the trainer. */
#pragma once

#include "train/trainer.h"

/* n_teams of hw_train_options. */
enum { HWI_TEAMS_THAT_PAY = -1 };

/* HW_EINVAL (teams) where so many teams cannot train. */
hw_status hwi_learning_check(const hw_params *params, const hw_train_options *options,
                             hw_error *err) HW_MUST_USE;
/* Teams, threads and workspaces for the trainer's network. */
hw_status hwi_learning_set_up(hwi_trainer *trainer, hw_error *err) HW_MUST_USE;
void hwi_learning_clear(hwi_trainer *trainer);
/* Around all iterations: trains another layout of the network where that is faster. */
hw_status hwi_learning_begin(hwi_trainer *trainer, hw_error *err) HW_MUST_USE;
void hwi_learning_end(hwi_trainer *trainer);
/* Learns until the iteration is over, training is to stop, or a bias is not finite. */
void hwi_learn_iteration(hwi_trainer *trainer);
