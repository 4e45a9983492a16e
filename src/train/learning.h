/* SPDX-License-Identifier: Apache-2.0
 *
 * Learning from the rows of an iteration. The members of a team learn each row together, and what
 * they compute does not depend on how many they are. Several teams take rows from the one sampler
 * and race on the network without locks (base/race.h): each row is learned exactly once, but which
 * weights it meets is chance. All is called by the thread of the trainer. */
#pragma once

#include "train/trainer.h"

/* Teams, threads and workspaces for the trainer's network. */
hw_status hwi_learning_set_up(hwi_trainer *trainer, hw_error *err) HW_MUST_USE;
void hwi_learning_clear(hwi_trainer *trainer);
/* Around all iterations: trains another layout of the network where that is faster. */
hw_status hwi_learning_begin(hwi_trainer *trainer, hw_error *err) HW_MUST_USE;
void hwi_learning_end(hwi_trainer *trainer);
/* Learns until the iteration is over, training is to stop, or a bias is not finite. */
void hwi_learn_iteration(hwi_trainer *trainer);
