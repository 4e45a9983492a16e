/* SPDX-License-Identifier: Apache-2.0
 *
 * H2O's confusion matrix table. */
#pragma once

#include "base/table.h"

/* counts: (n_classes, n_classes) row-major, rows actual, columns predicted; integer columns when
 * every count is whole. NULL when memory is exhausted. */
hw_table *hwi_confusion_table(const double *counts, int32_t n_classes, const char *const *domain);
