/* SPDX-License-Identifier: Apache-2.0
 *
 * Ctrl-C (SIGINT) and SIGTERM while a network is trained: the first asks training to end, so that
 * the model so far can be kept; the second ends the process at once. */
#pragma once

#include <stdbool.h>

/* Signals that would end the process while it writes become errors of the write. At start. */
void app_signals_init(void);
void app_signals_catch(void);
void app_signals_restore(void);
bool app_signals_caught(void);
