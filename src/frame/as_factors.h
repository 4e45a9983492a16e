/* SPDX-License-Identifier: Apache-2.0
 *
 * Turning a column into categories after parsing, as asfactor() of the clients does. */
#pragma once

#include "frame/column.h"

/* Integers give levels in numeric order, reals by value (as Java prints doubles), texts by bytes;
 * an ENUM stays as it is. Times and UUIDs are refused: HW_EINVAL with field "factors". */
hw_status hwi_column_as_factor(hwi_column *column, const char *name, hwi_column **out,
                               hw_error *err) HW_MUST_USE;
