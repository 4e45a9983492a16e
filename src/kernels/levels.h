/* SPDX-License-Identifier: Apache-2.0
 *
 * Which compiled kernels exist on this architecture, and how to ask the machine whether it can run
 * them. The one place that knows of architectures. */
#pragma once

#include <stdbool.h>

#include "kernels/kernels.h"

extern const hwk_table hwk_table_ref;

#if defined(__x86_64__)
#include <xmmintrin.h>

/* Flush to zero, and denormals are zero, of the SSE control register. */
static inline bool hwk_set_flush(bool on)
{
    const unsigned flags = 0x8040;
    unsigned state = _mm_getcsr();
    _mm_setcsr(on ? state | flags : state & ~flags);
    return (state & flags) == flags;
}
extern const hwk_table hwk_table_v2, hwk_table_v3, hwk_table_v4;

static inline bool can_run_v2(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
}
static inline bool can_run_v3(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
}
static inline bool can_run_v4(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}
#define HWK_LEVELS                                                                                 \
    {&hwk_table_v2, can_run_v2}, {&hwk_table_v3, can_run_v3}, {&hwk_table_v4, can_run_v4},
#else
static inline bool hwk_set_flush(bool on)
{
    (void)on;
    return false;
}
#define HWK_LEVELS
#endif
