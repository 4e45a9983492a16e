/* SPDX-License-Identifier: Apache-2.0
 *
 * A trained model: encoder, network, parameters, history, metrics: all that is needed to score,
 * explain, continue and export. Filled by src/train or by reading a file, then immutable and shared
 * by atomic reference count. */
#pragma once

#include <stdatomic.h>

#include "encoder/encoder.h"
#include "heavywater/model.h"
#include "metrics/metrics.h"
#include "model/score.h"
#include "nn/network.h"
#include "params/params.h"
#include "params/rules.h"

HW_DEFINE_AUTO(hw_model, hw_model_unref)

/* Columns of a frame that was used, for the JSON's "frames". */
typedef struct hwi_frame_note {
    char *name;
    int64_t n_rows;
    int32_t n_columns;
    hwi_model_column *columns;
    int64_t *n_missing; /* (n_columns) */
} hwi_frame_note;

void hwi_frame_notes_free(hwi_frame_note *notes, int32_t n);

/* What only continuing needs. */
typedef struct hwi_resume {
    bool *met_missing; /* (C) categoricals that were missing in some sample; NULL: not known */
    double *stopping_values; /* (n_stopping_values) one a row of the history, of the actual
                                stopping_metric; NULL: not known */
    int32_t n_stopping_values;
    double huber_delta; /* border between quadratic and linear loss; 0 when there is none */
    double scoring_ms;  /* part of run_time_ms */
} hwi_resume;

/* Tables that show where the model errs, each for the training and the validation frame. */
typedef enum hwi_diagnosis {
    HWI_TRAINING_ERRORS,
    HWI_VALIDATION_ERRORS,
    HWI_TRAINING_WORST_ROWS,
    HWI_VALIDATION_WORST_ROWS,
    HWI_TRAINING_CALIBRATION,
    HWI_VALIDATION_CALIBRATION,
    HWI_N_DIAGNOSES
} hwi_diagnosis;
/* Their names in hw_model_table, the model file and the JSON. */
extern const char *const hwi_diagnosis_names[HWI_N_DIAGNOSES];

/* What a running training leaves beside that (export_checkpoints_dir), and what tells its files
 * from others. */
typedef struct hwi_snapshot {
    char *run;              /* the run that wrote it */
    bool is_finished;       /* a finished model of a run that has more of them to train */
    uint32_t rows_checksum; /* of what was learned from */
    double best_loss;       /* of best */
    bool has_best;
    hwi_network *best;    /* the best state so far; NULL with has_best: the model's network */
    hwi_network *trained; /* what is trained when the model's network is an average; or NULL */
    double last_scoring_ms;
} hwi_snapshot;

void hwi_snapshot_free(hwi_snapshot *snapshot);
HW_DEFINE_AUTO(hwi_snapshot, hwi_snapshot_free)

struct hw_model {
    _Atomic int32_t n_refs;
    hw_category category;
    hw_params *params_given;  /* as the user set them */
    hw_params *params_actual; /* as the finished model shows them */
    hwi_encoder *encoder;
    hwi_network *network;
    /* What scoring needs beside these; the effective distribution, never AUTO. */
    hw_distribution distribution;
    double default_threshold;
    bool balance_classes;
    double *prior_class_distribution; /* (n_classes) or NULL */
    double *model_class_distribution; /* (n_classes) or NULL */
    int32_t n_classes;                /* 1 for regression and autoencoders */
    /* What training leaves behind; tables may be NULL. */
    hw_table *model_summary, *scoring_history, *variable_importances;
    hw_table *training_frame_table, *prediction_sample; /* see hw_model_table */
    hw_table *diagnoses[HWI_N_DIAGNOSES];
    hw_metrics *training_metrics, *validation_metrics, *cross_validation_metrics;
    /* Of a cross-validation. */
    hw_table *cross_validation_metrics_summary;
    int32_t n_folds;
    hw_table **fold_histories; /* (n_folds) scoring histories */
    hw_model **fold_models;    /* (n_folds), or NULL when they were not kept */
    hw_frame *fold_assignment, *holdout_predictions; /* or NULL */
    hwi_messages messages;
    char **command_options; /* name, value, ... NULL: see hw_train_options; or NULL */
    hwi_frame_note *frame_notes;
    int32_t n_frame_notes;
    hw_ending ending;
    /* Counters, for continuing. */
    int64_t samples_processed;
    int32_t iterations;
    double epochs;
    int64_t seed;                       /* the one in effect */
    int64_t start_time_ms, run_time_ms; /* since 1970; wall clock */
    hwi_resume resume;
    hwi_snapshot *snapshot; /* NULL in all but the files that a running training leaves */
    bool is_from_h2o;       /* read from a plain MOJO: no optimiser state, no heavywater/ entries */
};

/* One reference, everything empty. NULL without memory. */
hw_model *hwi_model_new(void);
void hwi_model_clear_command_options(hw_model *model);
int32_t hwi_model_index_of_response(const hw_model *model);

/* How this model scores; borrows the model. */
hwi_scorer hwi_model_scorer(const hw_model *model);
/* Whether it has classes: two or more. */
bool hwi_model_is_classifier(const hw_model *model);

/* The JSON of result.json. */
hw_status hwi_model_write_json(const hw_model *model, hwi_buffer *out, hw_error *err) HW_MUST_USE;
