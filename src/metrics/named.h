/* SPDX-License-Identifier: Apache-2.0
 *
 * Single values of metrics under the short names that H2O gives them in the summary of a
 * cross-validation and in the sorting of grids: "logloss", "auc", "residual_deviance", "f1" ...
 * What depends on a threshold is taken where F1 is largest. Pure functions. */
#pragma once

#include "heavywater/metrics.h"

/* The values that a category has, in alphabetical order. */
int32_t hwi_named_n(hw_category category);
/* 0 <= i < hwi_named_n(category). */
const char *hwi_named_name(hw_category category, int32_t i);
/* The number of a name, upper and lower case alike; H2O's "aucpr" is "pr_auc". -1 for others. */
int32_t hwi_named_find(hw_category category, const char *name);
bool hwi_named_is_more_better(const char *name);
/* NaN where there is none. i counts the values of the metrics' own category. */
double hwi_named_value(const hw_metrics *metrics, int32_t i);
