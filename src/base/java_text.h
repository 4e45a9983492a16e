/* SPDX-License-Identifier: Apache-2.0
 *
 * Doubles as Java's Double.toString prints them: "1.0", "0.001", "1.0E7", "9.9E-4". H2O names the
 * levels of real columns this way. */
#pragma once

#include "base/number.h"

/* Returns the length; out is NUL-terminated. */
size_t hwi_format_java_double(double x, char out[HWI_NUMBER_TEXT_BYTES]);
