/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of columns that differ, made of names that need not. */
#pragma once

#include "base/status.h"

/* Replaces in names[n_fixed ... n) what stands there before, or is empty, by "NAME.1", ".2" and so
 * on. A name that stands once stays, so that nobody takes another's. names are heap texts, the
 * first n_fixed differ already. HW_ENOMEM leaves all of them valid. */
hw_status hwi_names_make_distinct(char **names, int32_t n_fixed, int32_t n,
                                  hw_error *err) HW_MUST_USE;
