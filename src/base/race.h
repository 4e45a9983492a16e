/* SPDX-License-Identifier: Apache-2.0
 *
 * The one place where threads race by intent: teams that train one network together read and write
 * its weights without locks (Hogwild). A number of the network may then be older than another
 * thread's last write, or a write may be lost; learning bears both. Numbers are aligned and written
 * whole, so none is torn. All else that threads share is ordered, and ThreadSanitizer watches it.
 *
 * What is excepted is memory, not code: the kernels and their callers stay watched wherever else
 * they read and write. */
#pragma once

#include "base/status.h"

#if defined(__has_feature)
#define HWI_HAS_FEATURE(name) __has_feature(name)
#else
#define HWI_HAS_FEATURE(name) 0
#endif

#if defined(__SANITIZE_THREAD__) || HWI_HAS_FEATURE(thread_sanitizer)
HW_BEGIN_DECLS
/* ThreadSanitizer's own, which no header declares. */
void AnnotateBenignRaceSized(const char *file, int line, const volatile void *begin, size_t n_bytes,
                             const char *description);
HW_END_DECLS

/* Threads may race on these bytes. ThreadSanitizer never forgets them: memory that is freed later
 * stays excepted, so only what really is raced on may be named. Naming it again costs nothing. */
static inline void hwi_allow_races(const void *begin, size_t n_bytes)
{
    AnnotateBenignRaceSized(__FILE__, __LINE__, begin, n_bytes, "weights that teams race on");
}
#else
static inline void hwi_allow_races(const void *begin, size_t n_bytes)
{
    (void)begin;
    (void)n_bytes;
}
#endif
