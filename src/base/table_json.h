/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables back from JSON: what hwi_json_table wrote, or H2O's own. Thread-safe. */
#pragma once

#include <jansson.h>

#include "base/table.h"

/* A number as hwi_json_double writes it: "NaN", "Infinity" and "-Infinity" as text, too. False for
 * anything else. */
bool hwi_json_read_number(const json_t *json, double *out);

/* Untrusted input. JSON null (or NULL) gives a NULL *out. HW_EFORMAT: no table, columns of unequal
 * length, text in a column of numbers. Unknown cell types count as text, as with H2O. */
hw_status hwi_table_read_json(const json_t *json, hw_table **out, hw_error *err) HW_MUST_USE;
