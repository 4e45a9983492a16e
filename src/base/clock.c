/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

double hwi_clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

int64_t hwi_wall_clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void hwi_format_local_time(int64_t wall_ms, char out[HWI_TIME_TEXT_BYTES])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm local;
    localtime_r(&seconds, &local);
    strftime(out, HWI_TIME_TEXT_BYTES, "%Y-%m-%d %H:%M:%S", &local);
}

void hwi_format_duration(double ms, char out[HWI_TIME_TEXT_BYTES])
{
    int64_t all = (int64_t)ms;
    int millis = (int)(all % 1000), seconds = (int)(all / 1000 % 60);
    int minutes = (int)(all / 60000 % 60), hours = (int)(all / 3600000 % 100000);
    if (hours > 0)
        snprintf(out, HWI_TIME_TEXT_BYTES, "%2d:%02d:%02d.%03d", hours, minutes, seconds, millis);
    else if (minutes > 0)
        snprintf(out, HWI_TIME_TEXT_BYTES, "%2d min %2d.%03d sec", minutes, seconds, millis);
    else
        snprintf(out, HWI_TIME_TEXT_BYTES, "%2d.%03d sec", seconds, millis);
}
