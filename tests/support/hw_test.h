/* SPDX-License-Identifier: Apache-2.0
 *
 * What every test program includes: cmocka and comparison of numbers. */
#pragma once

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "heavywater/status.h"

#define HW_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* |actual - expected| <= tolerance * max(1, |expected|); equal infinities and two NaNs are near. */
static inline bool hw_is_near(double actual, double expected, double tolerance)
{
    if (isnan(expected))
        return isnan(actual);
    if (isinf(expected))
        return actual == expected;
    return fabs(actual - expected) <= tolerance * fmax(1.0, fabs(expected));
}

#define hw_assert_near(actual, expected, tolerance)                                                \
    do {                                                                                           \
        double actual_ = (actual), expected_ = (expected);                                         \
        if (!hw_is_near(actual_, expected_, (tolerance)))                                          \
            fail_msg("%s is %.17g, expected %.17g", #actual, actual_, expected_);                  \
    } while (0)

/* Success, with the error's message when it is not. */
#define hw_assert_ok(status, err)                                                                  \
    do {                                                                                           \
        if ((status) != HW_OK)                                                                     \
            fail_msg("%s: [%s] %s", #status, (err).field, (err).message);                          \
    } while (0)

/* The folder of what was recorded of H2O; leaves the test as skipped where there is none. Call it
 * before the test owns anything. */
static inline const char *hw_fixtures_or_skip(void)
{
    const char *folder = getenv("HW_FIXTURES");
    if (!folder || access(folder, R_OK) != 0)
        skip();
    return folder;
}
