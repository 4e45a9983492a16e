/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables that show where a finished model errs: how reconstruction errors of an autoencoder are
 * spread and which rows are the worst, how well counts are calibrated. */
#pragma once

#include "model/model.h"
#include "train/trainer.h"

/* Fills the tables that fit the kind of model, from the rows that its metrics are of; others stay
 * NULL. Cost: scoring these rows once more. */
hw_status hwi_diagnose(const hwi_trainer *trainer, hw_table *diagnoses[HWI_N_DIAGNOSES],
                       hw_error *err) HW_MUST_USE;

/* Of (n) errors: classes of equal width, or of equal ratio where the largest are far out; the
 * caller's table. NaN is passed over. */
hw_status hwi_error_histogram(const double *errors, int64_t n, const char *description,
                              hw_table **out, hw_error *err) HW_MUST_USE;
/* By tenths of the weight in the order of the predictions; equal predictions stay together, so
 * there may be fewer. weights may be NULL. Rows that lack a value or weight are passed over. */
hw_status hwi_calibration_by_decile(const double *predicted, const double *actual,
                                    const double *weights, int64_t n, const char *description,
                                    hw_table **out, hw_error *err) HW_MUST_USE;
