/* SPDX-License-Identifier: Apache-2.0
 *
 * Models side by side: a leaderboard of their metrics, what tells their parameters apart, a page
 * with pictures. A comparison copies what it shows, so models may be released as soon as they are
 * added. It belongs to one thread at a time. */
#pragma once

#include "heavywater/grid.h"
#include "heavywater/model.h"

HW_BEGIN_DECLS

typedef struct hw_comparison hw_comparison;

/* NULL when memory is exhausted. free takes NULL. */
HW_API hw_comparison *hw_comparison_new(void);
HW_API void hw_comparison_free(hw_comparison *comparison);

/** Adds a model under a name (a path, an id; names are unique). of_frame: its metrics on a frame of
 * the caller's, on which all models are measured, or NULL. HW_EINVAL when it predicts another
 * thing than the models before it: the category, the response or the classes differ; or when the
 * name is taken, or some models have metrics of a frame and others not. */
HW_API hw_status hw_comparison_add(hw_comparison *comparison, const char *name,
                                   const hw_model *model, const hw_metrics *of_frame,
                                   hw_error *err) HW_MUST_USE;

/** Adds what could not be trained: values are the n texts of the parameters named, reason is one
 * line. */
HW_API hw_status hw_comparison_add_failed(hw_comparison *comparison, const char *name, int32_t n,
                                          const char *const *names, const char *const *values,
                                          const char *reason, hw_error *err) HW_MUST_USE;

/** Measures a model on the caller's frame. */
typedef hw_status hw_comparison_measure(const hw_model *model, void *ctx, hw_metrics **out_metrics,
                                        hw_error *err);
/** Adds the models of a grid under their ids, one read after the other, and what failed; with its
 * hyper-parameters as the parameters shown when it is all there is. measure (with its ctx) may be
 * NULL. Errors as of hw_grid_read_model and hw_comparison_add. */
HW_API hw_status hw_comparison_add_grid(hw_comparison *comparison, const hw_grid *grid,
                                        hw_comparison_measure *measure, void *ctx,
                                        hw_error *err) HW_MUST_USE;

/** The parameters to show. By default, and for n 0, those that tell the models
 * apart. */
HW_API hw_status hw_comparison_set_parameters(hw_comparison *comparison, int32_t n,
                                              const char *const *names, hw_error *err) HW_MUST_USE;
/* A line for the head of the page, as the name of a grid; NULL for none. Copied. */
HW_API hw_status hw_comparison_set_title(hw_comparison *comparison, const char *title,
                                         hw_error *err) HW_MUST_USE;

/** Sorts by a metric, best first; models without it come last, equal ones as they were added. To be
 * called after the last model was added. metric: H2O's names of a grid ("logloss", "auc", "pr_auc",
 * "rmse", "residual_deviance", "err" ...), upper and lower case alike; NULL: logloss of
 * classifiers, residual_deviance, mse of autoencoders. Which metrics count: those of the frame, of
 * the cross-validation, of the validation, of the training: the first of these that most models
 * have. HW_EINVAL (field "sort_by") with the known names for another name. */
HW_API hw_status hw_comparison_sort(hw_comparison *comparison, const char *metric,
                                    hw_error *err) HW_MUST_USE;

HW_API int32_t hw_comparison_n_models(const hw_comparison *comparison);
HW_API int32_t hw_comparison_n_failed(const hw_comparison *comparison);
HW_API hw_category hw_comparison_category(const hw_comparison *comparison);
/* NULL for autoencoders and when there is no model. */
HW_API const char *hw_comparison_response_name(const hw_comparison *comparison);
/* Models in the order of the sort: 0 is the best. */
HW_API const char *hw_comparison_name(const hw_comparison *comparison, int32_t i);
HW_API const char *hw_comparison_sort_metric(const hw_comparison *comparison);
HW_API bool hw_comparison_is_decreasing(const hw_comparison *comparison);
/* "frame", "cross_validation", "validation" or "training": what the sort metric is of. */
HW_API const char *hw_comparison_metrics_of(const hw_comparison *comparison);
/* Any of these for any model, under the names of hw_comparison_sort; NaN when there is none. */
HW_API double hw_comparison_value(const hw_comparison *comparison, int32_t i, const char *of,
                                  const char *metric);
/* Whether larger values of a metric are better. */
HW_API bool hw_comparison_is_larger_better(const char *metric);
HW_API int64_t hw_comparison_n_weights(const hw_comparison *comparison, int32_t i);
HW_API double hw_comparison_epochs(const hw_comparison *comparison, int32_t i);  /* NaN: unknown */
HW_API double hw_comparison_seconds(const hw_comparison *comparison, int32_t i); /* NaN: unknown */

HW_API int32_t hw_comparison_n_parameters(const hw_comparison *comparison);
HW_API const char *hw_comparison_parameter_name(const hw_comparison *comparison, int32_t p);
/* The text of a parameter of a model, "" for null. */
HW_API const char *hw_comparison_parameter(const hw_comparison *comparison, int32_t i, int32_t p);

/** All of it as JSON. path "-" is standard output. Atomic. */
HW_API hw_status hw_comparison_write_json(const hw_comparison *comparison, const char *path,
                                          hw_error *err) HW_MUST_USE;
/** One self-contained HTML page with pictures. Atomic. */
HW_API hw_status hw_comparison_write_report(const hw_comparison *comparison, const char *path,
                                            hw_error *err) HW_MUST_USE;

HW_END_DECLS
