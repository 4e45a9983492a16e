/* SPDX-License-Identifier: Apache-2.0
 *
 * Raising and passing on errors inside the library. HW_TRY, HW_FAIL and HW_CHECK_ARG are the only
 * macros that return. Stateless, safe from any thread. */
#pragma once

#include "heavywater/status.h"

/* Writes the error (if err is not NULL) and returns code, so that `return hwi_fail(...)` reads
 * well. field may be NULL. */
hw_status hwi_fail(hw_error *err, hw_status code, const char *field, const char *file, int line,
                   const char *format, ...) HW_PRINTF(6, 7);

/* Leaves the current function with an error. The code stands there twice so that analysers see
 * that it is not HW_OK. */
#define HW_FAIL(err, code, field, ...)                                                             \
    return (void)hwi_fail((err), (code), (field), __FILE__, __LINE__, __VA_ARGS__), (code)

/* Leaves the current function with the status of expr unless it is HW_OK. */
#define HW_TRY(expr)                                                                               \
    do {                                                                                           \
        hw_status try_status_ = (expr);                                                            \
        if (try_status_ != HW_OK)                                                                  \
            return try_status_;                                                                    \
    } while (0)

#define HW_CHECK_ARG(err, condition)                                                               \
    do {                                                                                           \
        if (!(condition))                                                                          \
            HW_FAIL((err), HW_EINVAL, NULL, "argument check: %s", #condition);                     \
    } while (0)

/* For allocation results: fails with HW_ENOMEM when pointer is NULL. */
#define HW_CHECK_ALLOC(err, pointer)                                                               \
    do {                                                                                           \
        if (!(pointer))                                                                            \
            HW_FAIL((err), HW_ENOMEM, NULL, "out of memory");                                      \
    } while (0)

/* An invariant of our own. Traps in every build: a broken invariant must not write a model. */
#define HW_ASSERT(condition)                                                                       \
    do {                                                                                           \
        if (!(condition))                                                                          \
            __builtin_trap();                                                                      \
    } while (0)

/* Takes the value out of an HW_AUTO local so that its cleanup finds NULL. */
#define HW_TAKE(local)                                                                             \
    __extension__({                                                                                \
        __typeof__(local) taken_ = (local);                                                        \
        (local) = NULL;                                                                            \
        taken_;                                                                                    \
    })

/* HW_AUTO(type) declares an owned local: `HW_AUTO(hw_frame) *frame = NULL;`. The type's header
 * defines hwi_auto_<type>(type **) with HW_DEFINE_AUTO. */
#define HW_AUTO(type) __attribute__((cleanup(hwi_auto_##type))) type
#define HW_DEFINE_AUTO(type, release)                                                              \
    static inline void hwi_auto_##type(type **pointer)                                             \
    {                                                                                              \
        release(*pointer);                                                                         \
    }
