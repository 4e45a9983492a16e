/* SPDX-License-Identifier: Apache-2.0
 *
 * Parameters as JSON. input is what was asked for, actual what the finished model shows. A lack of
 * memory shows as the failure of the writer's buffer. */
#pragma once

#include "base/json.h"
#include "params/params.h"

/* {"epochs": {"input": 10.0, "actual": 10.0, "default": 10.0}, ...}: H2O's parameters in H2O's
 * order, then those that H2O does not list. */
void hwi_params_write_json(hwi_json *json, const hw_params *input, const hw_params *actual);

/* H2O's array of descriptions with values, which its clients and its import of models read: names
 * of columns, frames and models are objects there. H2O's parameters only. input is NULL in the
 * description of the algorithm itself. */
void hwi_params_write_rest(hwi_json *json, const hw_params *input, const hw_params *actual);

/* The same without what describes the parameters: as much as H2O's import of a model reads. */
void hwi_params_write_details(hwi_json *json, const hw_params *input, const hw_params *actual);
