/* SPDX-License-Identifier: Apache-2.0
 *
 * When training stops, and which state is best (spec 9.2, 9.3). Pure functions. */
#pragma once

#include "heavywater/metrics.h"
#include "params/params.h"

/* The value of a stopping metric, as it stands in the metrics; NaN when metrics is NULL. metric is
 * effective, never AUTO unless stopping_rounds is 0. */
double hwi_stopping_value(hw_stopping_metric metric, const hw_metrics *metrics);
/* The name of that value among the metrics; AUTO is what stands for it in the category. */
const char *hwi_stopping_value_name(hw_stopping_metric metric, hw_category category);
/* H2O's name in the tables: "logloss", "deviance", "AUC" ... */
const char *hwi_stopping_name(hw_stopping_metric metric, hw_category category);
/* What the best model is judged by: the smaller the better. as_h2o: the smallest lift counts as
 * best. */
float hwi_best_model_loss(hw_stopping_metric metric, const hw_metrics *metrics, bool as_h2o);

/* Whether moving averages over k of the values (n, one a row of the history) no longer improve by
 * the relative tolerance. */
bool hwi_has_converged(hw_stopping_metric metric, const double *values, int32_t n, int32_t k,
                       double tolerance);
