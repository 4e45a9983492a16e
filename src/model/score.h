/* SPDX-License-Identifier: Apache-2.0
 *
 * Scoring: encoded rows through the network to predictions, in blocks, on several threads. The
 * result does not depend on the number of threads. A scorer borrows everything and is only read
 * (but see `averages`). */
#pragma once

#include "encoder/encoder.h"
#include "heavywater/metrics.h"
#include "nn/network.h"

typedef struct hwi_scorer {
    const hwi_encoder *encoder;
    const hwi_network *network;
    hw_category category;
    hw_distribution distribution; /* effective */
    int32_t n_classes;            /* K; 1 for regression and autoencoders */
    /* Of balance_classes: probabilities are corrected by prior / model where both are not 0. NULL
     * without. */
    const double *prior_distribution, *model_distribution; /* (K) */
    double threshold; /* binomial labels: class 1 from this probability on */
    bool
        offset_as_h2o; /* h2o_compat: only positive offsets count, centred by the response's mean */
    bool ignores_offset;   /* models read from H2O's files */
    bool is_fused;         /* sums round each product and addition together: not H2O's bits */
    hwi_network *averages; /* sparse autoencoders: scoring moves the average activations, on one
                              thread; or NULL */
    int32_t hidden_layer;  /* for HWI_SCORE_HIDDEN; 0 is the first */
} hwi_scorer;

/* Whether a model of ours with these parameters is scored with fused sums: twice as fast, but not
 * H2O's bits, which `reproducible` and `h2o_compat` promise. */
bool hwi_scores_fused(const hw_params *params);

/* What is wanted of each row. */
typedef enum hwi_score_kind {
    HWI_SCORE_PREDICTIONS, /* regression (n); classifiers (n, K); autoencoders (n, P)
                              reconstruction, normalised */
    HWI_SCORE_ROW_ERROR,   /* autoencoders (n) mean squared reconstruction error, normalised */
    HWI_SCORE_UNIT_ERRORS, /* autoencoders (n, P) squared reconstruction errors, normalised */
    HWI_SCORE_HIDDEN       /* (n, units) activations of hidden_layer */
} hwi_score_kind;

/* Columns of the output of each row: K, 1, P, or the units of the hidden layer. */
int32_t hwi_scorer_width(const hwi_scorer *scorer, hwi_score_kind kind);

/* Scores n rows: rows[i] of the frame, or row_begin + i where rows is NULL. labels: (n) classes, or
 * NULL. n_threads 0 means all cores. HW_EUNSTABLE when the network gives NaN. */
hw_status hwi_scorer_score(const hwi_scorer *scorer, const hwi_adapted *adapted,
                           const int32_t *rows, int64_t row_begin, int64_t n, hwi_score_kind kind,
                           int n_threads, double *out, int32_t *labels, hw_error *err) HW_MUST_USE;

/* What an offset adds to the output unit, in the response's standardised units. */
double hwi_offset_for_output(const hwi_encoder *encoder, double offset, bool as_h2o);
