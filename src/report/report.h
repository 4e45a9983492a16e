/* SPDX-License-Identifier: Apache-2.0
 *
 * The model as one HTML page. It reads the model through its public accessors only. Stateless; any
 * number of threads may write reports of one model. */
#pragma once

#include "base/buffer.h"
#include "heavywater/model.h"

/* Appends the whole page. Cost: the size of the model's tables, each cut to a bound. */
hw_status hwi_report_write_html(const hw_model *model, hwi_buffer *out, hw_error *err) HW_MUST_USE;
