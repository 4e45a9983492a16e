/* SPDX-License-Identifier: Apache-2.0
 *
 * Predictions as a frame, with H2O's column names. Stateless. */
#pragma once

#include "model/model.h"

/* outputs: (n, n_classes) probabilities, (n) predictions or (n, n_units) of a reconstruction;
 * labels: (n) classes, looked at for classifiers only. The frame is the caller's. */
hw_status hwi_predictions_frame(const hw_model *model, const char *name, const double *outputs,
                                const int32_t *labels, int64_t n, hw_frame **out,
                                hw_error *err) HW_MUST_USE;
