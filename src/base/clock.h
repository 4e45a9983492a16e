/* SPDX-License-Identifier: Apache-2.0
 *
 * Time. Thread-safe. */
#pragma once

#include <stdint.h>

/* Milliseconds of a clock that never goes back; only differences mean something. */
double hwi_clock_ms(void);
/* Milliseconds since 1970. */
int64_t hwi_wall_clock_ms(void);
enum { HWI_TIME_TEXT_BYTES = 32 };
/* "2026-11-24 20:33:34" in local time. */
void hwi_format_local_time(int64_t wall_ms, char out[HWI_TIME_TEXT_BYTES]);
/* H2O's durations: " 0.138 sec", " 1 min  2.345 sec", " 1:02:03.456". */
void hwi_format_duration(double ms, char out[HWI_TIME_TEXT_BYTES]);
