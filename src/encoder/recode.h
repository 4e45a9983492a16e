/* SPDX-License-Identifier: Apache-2.0
 *
 * Categorical encodings other than one unit a level (spec 2.8): a table is turned into another one
 * before the encoder sees it, alike in training and in scoring, by what the training table had.
 * Columns that are no categories are shared, not copied. Immutable once built; any number of
 * threads may use it.
 *
 * SortByResponse needs no such state: it re-orders the levels of the training table, and levels are
 * matched by text ever after. */
#pragma once

#include "encoder/encoder.h"

struct hwi_recoding {
    hw_categorical_encoding encoding; /* LABEL_ENCODER, BINARY or ENUM_LIMITED */
    /* h2o_compat, where H2O's server and its scorer of files differ. Unknown levels get numbers
     * after the known ones (else they count as missing, as in the scorer), and EnumLimited limits
     * every table by its own counts (else the levels of training are kept). */
    bool as_h2o;
    int32_t max_levels; /* EnumLimited: how many levels are kept beside "other" */
    /* The training table's columns: predictors in its order, then the special ones, the response
     * last. */
    int32_t n_columns, n_predictors;
    hwi_model_column *columns;
    hwi_model_column *limited; /* (n_predictors) EnumLimited: what becomes of a column with too many
                                  levels; without a name where it stays as it is */
};

/* Whether a frame has to be recoded for this encoding before training. */
bool hwi_encoding_recodes(hw_categorical_encoding encoding);

/* From the training frame. columns (n_columns) are the frame's columns in use, the first
 * n_predictors of them predictors. */
hw_status hwi_recoding_new(const hw_params *params, const hw_frame *frame, const int32_t *columns,
                           int32_t n_columns, int32_t n_predictors, hwi_recoding **out,
                           hw_error *err) HW_MUST_USE;
/* One that is filled by reading a file; columns and predictors are there, without content. */
hwi_recoding *hwi_recoding_new_empty(int32_t n_columns, int32_t n_predictors);
void hwi_recoding_free(hwi_recoding *recoding);
HW_DEFINE_AUTO(hwi_recoding, hwi_recoding_free)

/* The name of what becomes of predictor i, its part'th column. Appended to out; false when there is
 * no such part. */
bool hwi_recoding_derived_name(const hwi_recoding *recoding, int32_t predictor, int32_t part,
                               hwi_buffer *out);

/* The recoded frame. Columns that the frame lacks count as missing (a line each in warnings, which
 * may be NULL). HW_EINVAL (categorical_encoding) when a new column gets the name of another one;
 * HW_EDATA for columns that cannot be categories. */
hw_status hwi_recode(const hwi_recoding *recoding, const hw_frame *frame, hwi_buffer *warnings,
                     hw_frame **out, hw_error *err) HW_MUST_USE;

/* SortByResponse: the columns in use with the levels of each categorical predictor by the mean
 * response of their rows (weights: a column of the frame, or -1), ascending, ties in their order;
 * levels without rows come last. */
hw_status hwi_sort_by_response(const hw_frame *frame, const int32_t *columns, int32_t n_columns,
                               int32_t n_predictors, int32_t response, int32_t weights,
                               hw_frame **out, hw_error *err) HW_MUST_USE;
