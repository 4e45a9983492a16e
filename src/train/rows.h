/* SPDX-License-Identifier: Apache-2.0
 *
 * The training rows side by side: a frame holds columns, but training visits rows in random order,
 * and a row of 800 columns would be 800 cache misses. Every number lies in the narrowest type that
 * holds its whole column. Immutable once made. Letters: C categorical, N numeric predictors. */
#pragma once

#include "encoder/encoder.h"

typedef struct hwi_rows hwi_rows;

hw_status hwi_rows_new(const hwi_adapted *adapted, hwi_rows **out, hw_error *err) HW_MUST_USE;
/* The same rows with the special columns of another view of the frame: weights differ from fold to
 * fold, the predictors are there once. from must outlive the result, and both have the same
 * predictors. */
hw_status hwi_rows_share(const hwi_rows *from, const hwi_adapted *adapted, hwi_rows **out,
                         hw_error *err) HW_MUST_USE;
void hwi_rows_free(hwi_rows *rows);
HW_DEFINE_AUTO(hwi_rows, hwi_rows_free)

int64_t hwi_rows_n(const hwi_rows *rows);
/* Of all that training sees of the rows. */
uint32_t hwi_rows_checksum(const hwi_rows *rows);
/* The predictors of a row, as hwi_adapted_read_rows gives them: (C + N). */
void hwi_rows_read(const hwi_rows *rows, int64_t row, double *raw);
/* Asks for a row that is read soon: rows come in random order, which the processor cannot guess. */
void hwi_rows_prefetch(const hwi_rows *rows, int64_t row);
/* Whether any predictor of the row is missing. */
bool hwi_rows_has_missing(const hwi_rows *rows, int64_t row);
/* Special columns, (n): response NaN missing (NULL without a response), weights and offsets NULL
 * without. */
const double *hwi_rows_responses(const hwi_rows *rows);
const double *hwi_rows_weights(const hwi_rows *rows);
const double *hwi_rows_offsets(const hwi_rows *rows);
