/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a model errs: reconstruction errors and worst rows of autoencoders, calibration of counts,
 * each of the training and the validation frame. */
#pragma once

#include <stdio.h>

#include "base/status.h"
#include "heavywater/model.h"

/* Nothing for models that have no such tables. */
hw_status app_print_diagnosis(FILE *out, const hw_model *model, hw_error *err) HW_MUST_USE;
