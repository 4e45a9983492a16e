/* SPDX-License-Identifier: Apache-2.0
 *
 * The encoder (H2O's DataInfo): which columns of a frame the model uses, in which order, and how a
 * row becomes the units of the input layer. Built once from the training frame, saved with the
 * model, used alike in training and scoring. Immutable once built: any number of threads may encode
 * with it. Letters: C categorical predictors, N numeric predictors, P input units. */
#pragma once

#include "base/status.h"
#include "frame/frame.h"
#include "params/params.h"

/* A column of the model; n_levels is 0 unless it is categorical. */
typedef struct hwi_model_column {
    char *name;
    hw_type type;
    int32_t n_levels;
    char **levels; /* (n_levels) in code order */
} hwi_model_column;

/* How tables are recoded before they are encoded; see encoder/recode.h. */
typedef struct hwi_recoding hwi_recoding;

typedef struct hwi_encoder {
    int32_t n_cats, n_nums;
    /* Categorical predictors, numeric predictors, then weights, offset and fold column, last the
     * response. */
    int32_t n_columns;
    hwi_model_column *columns;
    int32_t weights_at, offset_at, fold_at, response_at; /* into columns, or -1 */
    int32_t *cat_offsets; /* (C + 1) first unit of each categorical; the last one is the number of
                             such units */
    double *norm_mul, *norm_sub; /* (N), or both NULL without standardisation */
    double *means;               /* (N) unweighted: what a missing number is in training */
    bool has_resp_norm;          /* whether the response is standardised */
    double resp_mul, resp_sub;
    bool use_all_factor_levels;
    bool mean_imputation;       /* else rows with missing values are skipped in training */
    bool is_sparse;             /* no centring (H2O's parameter sparse) */
    bool learns_uncentred;      /* H2O's sparse autoencoder: centred in scoring alone */
    bool missing_is_last_level; /* h2o_compat: a missing category trains the last level, unless
                                   use_all_factor_levels */
    int32_t n_hash_slots;       /* 0: no hashing */
    int64_t hash_seed;
    bool hashes_absent_level; /* h2o_compat: scoring hashes the unit -1 of a first level that lights
                                 nothing */
    int32_t n_units;          /* P */
    /* NULL: columns are those of the table. Else they are made from the table's. */
    hwi_recoding *recoding;
} hwi_encoder;

/* Frees also a half-built encoder. */
void hwi_encoder_free(hwi_encoder *encoder);
HW_DEFINE_AUTO(hwi_encoder, hwi_encoder_free)
hwi_encoder *hwi_encoder_new(void);

/* The columns of the tables that the model takes: the recoding's, or those of the encoder itself.
 * Predictors come first. */
const hwi_model_column *hwi_encoder_table_columns(const hwi_encoder *encoder, int32_t *out_n,
                                                  int32_t *out_n_predictors);

/* The names of the input units, as H2O writes them: "town.Fir", "town.missing(NA)", "size". Into
 * out, freshly allocated; free with hwi_texts_free. */
hw_status hwi_encoder_unit_names(const hwi_encoder *encoder, char ***out_names,
                                 hw_error *err) HW_MUST_USE;
void hwi_texts_free(char **texts, int32_t n);

/* A column as the model keeps it: name, type, levels (copies). On failure clear what is there. */
hw_status hwi_model_column_from_frame(const hw_frame *frame, int32_t index, hwi_model_column *out,
                                      hw_error *err) HW_MUST_USE;
void hwi_model_column_clear(hwi_model_column *column);

/* A frame seen through the encoder: recoded if need be, its columns found by name, levels matched
 * by text. Borrows both. */
typedef struct hwi_adapted hwi_adapted;

/* Columns that are missing count as missing values. Errors (HW_EDATA, field = the column): a
 * categorical column for a numeric one. Warnings are appended to `warnings` (may be NULL), one line
 * each. */
hw_status hwi_adapted_new(const hwi_encoder *encoder, const hw_frame *frame, hwi_buffer *warnings,
                          hwi_adapted **out, hw_error *err) HW_MUST_USE;
void hwi_adapted_free(hwi_adapted *adapted);
HW_DEFINE_AUTO(hwi_adapted, hwi_adapted_free)
/* Of a training frame under Skip: from now on the weight of a row with a missing value, be it the
 * response, reads as 0, as H2O writes it into the frame. Nothing without a weights column or with
 * MeanImputation. */
hw_status hwi_adapted_unweigh_incomplete(hwi_adapted *adapted, hw_error *err) HW_MUST_USE;
/* HW_EDATA (offset_column) when the model has an offset and the frame has none: needed for the
 * output alone. */
hw_status hwi_adapted_check_offset(const hwi_adapted *adapted, hw_error *err) HW_MUST_USE;
/* HW_EDATA when the response of a two-class model has other levels, which has no AUC: refused as by
 * H2O. */
hw_status hwi_adapted_check_response(const hwi_adapted *adapted, hw_error *err) HW_MUST_USE;
bool hwi_adapted_has_response(const hwi_adapted *adapted);
/* Of a categorical response: the model's levels, then those of the frame that the model does not
 * know, with or without rows. Borrowed; 0 and NULL for other responses. */
int32_t hwi_adapted_response_levels(const hwi_adapted *adapted, const char *const **out_levels);
const hw_frame *hwi_adapted_frame(const hwi_adapted *adapted);
const hwi_encoder *hwi_adapted_encoder(const hwi_adapted *adapted);

/* Raw values of rows, row by row in the order of the predictors: out (n_rows, C + N); level codes
 * (n_levels and above for unseen ones) and numbers, NaN missing. Thread-safe. */
void hwi_adapted_read_rows(const hwi_adapted *adapted, int64_t row_begin, int64_t n_rows,
                           double *out);
/* One predictor of n rows: rows[i], or row_begin + i where rows is NULL. */
void hwi_adapted_read_predictor(const hwi_adapted *adapted, int32_t predictor, const int32_t *rows,
                                int64_t row_begin, int64_t n, double *out);
/* Asks the memory for what hwi_adapted_read_predictor will soon read of rows side by side. */
void hwi_adapted_prefetch_predictor(const hwi_adapted *adapted, int32_t predictor,
                                    int64_t row_begin, int64_t n);
/* One special column: response (codes of hwi_adapted_response_levels for categories; NaN missing),
 * weights (1 without), offset (0 without). */
void hwi_adapted_read_response(const hwi_adapted *adapted, int64_t row_begin, int64_t n_rows,
                               double *out);
void hwi_adapted_read_weights(const hwi_adapted *adapted, int64_t row_begin, int64_t n_rows,
                              double *out);
void hwi_adapted_read_offset(const hwi_adapted *adapted, int64_t row_begin, int64_t n_rows,
                             double *out);

/* An encoded row: the units that are not 0, ascending. Room for hwi_encoder_max_active units. */
typedef struct hwi_active {
    int32_t n;
    int32_t *units;
    double *values;
} hwi_active;
int32_t hwi_encoder_max_active(const hwi_encoder *encoder);

/* raw: (C + N) as from hwi_adapted_read_rows. Missing values are treated as H2O does in training
 * and in scoring, which differ (spec 2.5). */
void hwi_encode_training(const hwi_encoder *encoder, const double *raw, hwi_active *out);
void hwi_encode_scoring(const hwi_encoder *encoder, const double *raw, hwi_active *out);
/* The two halves of hwi_encode_scoring: the units that the categories light; what a value x of a
 * numeric predictor becomes, (x - sub) * mul or 0 where missing. */
typedef struct hwi_norm {
    double sub, mul;
} hwi_norm;
void hwi_encode_scoring_categories(const hwi_encoder *encoder, const double *raw, hwi_active *out);
hwi_norm hwi_encoder_norm(const hwi_encoder *encoder, int32_t i);
