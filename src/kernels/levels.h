/* SPDX-License-Identifier: Apache-2.0
 *
 * Which compiled kernels exist on this architecture, and how to ask the machine whether it can run
 * them. The one place that knows of architectures. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

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
#elif defined(__aarch64__)

/* Bit 24 of the control register flushes denormals, inputs included. */
static inline bool hwk_set_flush(bool on)
{
    const uint64_t flag = UINT64_C(1) << 24;
    uint64_t state;
    __asm__ volatile("mrs %0, fpcr" : "=r"(state));
    __asm__ volatile("msr fpcr, %0" : : "r"(on ? state | flag : state & ~flag));
    return (state & flag) != 0;
}
extern const hwk_table hwk_table_neon;

/* NEON belongs to the architecture. */
static inline bool can_run_neon(void)
{
    return true;
}
#define HWK_LEVELS {&hwk_table_neon, can_run_neon},
#else
static inline bool hwk_set_flush(bool on)
{
    (void)on;
    return false;
}
#define HWK_LEVELS
#endif
