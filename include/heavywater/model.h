/* SPDX-License-Identifier: Apache-2.0
 *
 * Training, keeping, explaining and using a model. A model is immutable once returned and shared by
 * atomic reference count: any number of threads may score with it. */
#pragma once

#include "heavywater/frame.h"
#include "heavywater/metrics.h"
#include "heavywater/params.h"
#include "heavywater/table.h"

HW_BEGIN_DECLS

typedef struct hw_model hw_model;

HW_API hw_model *hw_model_ref(hw_model *model);
HW_API void hw_model_unref(hw_model *model);

/** Where training is. Borrowed for the time of the callback. */
typedef struct hw_progress {
    double epochs, epochs_wanted;
    int64_t samples;           /* processed since the start */
    double samples_per_second; /* of training alone */
    double seconds;            /* since the start, all included */
    double seconds_left;       /* estimated; NaN when unknown */
    int32_t iterations;
    bool is_scored; /* a scoring event just happened: the values below are new */
    const char
        *metric_name; /* stopping metric, "logloss", "deviance" ...; NULL before any scoring */
    double training_metric, validation_metric; /* NaN when there is none */
    /* Cross-validation: while the models of the folds train, epochs are the mean over the folds and
     * samples their sum; when all are done, the main model trains. 0 without. */
    int32_t n_folds, n_folds_done;
} hw_progress;

/** Called at least ten times a second, from the thread that called hw_train. Returning false ends
 * training after the current row; the model so far is returned (while the models of the folds train
 * there is none yet: HW_ECANCELED). */
typedef bool hw_progress_callback(const hw_progress *progress, void *ctx);

typedef struct hw_train_options {
    hw_progress_callback *progress; /* may be NULL */
    void *progress_ctx;
    int n_threads; /* 0 means all cores. With one team the result does not depend on it. */
    /** Teams of threads that train the model together. A team learns one row at a time; several
     * teams learn different rows at once and race on the weights, so that no two runs give the same
     * model. 0 and 1: one team. -1: as many as pay on this machine; one below 16 threads and of a
     * reproducible training. HW_EINVAL (field "teams") for more of them than threads, or than one
     * and reproducible. The models of cross-validation's folds have one team each. */
    int n_teams;
    /* Options of the command that are no parameters but shaped frames or model ("col_types",
     * "a=enum", NULL: names, each with its value). Kept in the model for hw_model_command; NULL for
     * none. */
    const char *const *command_options;
    /* Of a training with export_checkpoints_dir. The files there are called after run_name (NULL:
     * model_id, else "model"): NAME.snapshot.zip and NAME.snapshot-before.zip while it trains, and
     * NAME.zip when it is done; the models of folds NAME_cv_1 and so on. */
    const char *run_name;
    const char *run; /* marks the files of this run; it settles the seed, if none is given */
    /** Goes on from the files that the same run has left there; where there are none, from the
     * start. Parameters and frames must be as they were: HW_EINVAL when they are not. */
    bool is_resumed;
    bool keeps_snapshots; /* also when it is done, until hw_train_remove_snapshots */
} hw_train_options;

/** Trains on a frame. validation may be NULL, options too. response_column and the other columns
 * are named in params. Errors: HW_EINVAL (a parameter or column, err->field names it), HW_EDATA (a
 * frame that cannot be used), HW_EUNSUPPORTED, HW_EUNSTABLE (not even the first state can be
 * scored), HW_ENOMEM. The model is the caller's. Trainings may run side by side in several threads,
 * of the same frames and parameters, too, as long as nobody changes the parameters. Cost: epochs x
 * rows x weights. */
HW_API hw_status hw_train(const hw_params *params, hw_frame *training, hw_frame *validation,
                          const hw_train_options *options, hw_model **out_model,
                          hw_error *err) HW_MUST_USE;

/** Removes what keeps_snapshots has kept: to be called when the model is where it belongs. Folds'
 * and finished models stay. */
HW_API void hw_train_remove_snapshots(const hw_params *params, const hw_train_options *options);

/* Why training ended. */
typedef enum hw_ending {
    HW_ENDED_EPOCHS,    /* all epochs done */
    HW_ENDED_CONVERGED, /* early stopping, or an error small enough */
    HW_ENDED_TIME,      /* max_runtime_secs */
    HW_ENDED_UNSTABLE,  /* training diverged; the model is the last good state, a message says when,
                           where and what to change */
    HW_ENDED_CANCELLED  /* the progress callback asked for it */
} hw_ending;

HW_API hw_ending hw_model_ending(const hw_model *model);

/** Writes the model as a MOJO, atomically: a file of that name is replaced whole or stays. */
HW_API hw_status hw_model_write(const hw_model *model, const char *path, hw_error *err) HW_MUST_USE;
/** Reads a MOJO: ours with all we know of it, H2O's with what it says. HW_EFORMAT when torn or
 * another kind. */
HW_API hw_status hw_model_read(const char *path, hw_model **out_model, hw_error *err) HW_MUST_USE;

/** Scores every row. Columns as H2O's: "predict" (ENUM or REAL), then for classifiers one
 * probability a class; for autoencoders the reconstruction; a name that is taken gets ".1" behind
 * it, so that classes are found by place. Columns that frame lacks count as
 * missing; a lacking offset, or a categorical column where the model has numbers, is HW_EDATA. The
 * frame is the caller's. */
HW_API hw_status hw_model_predict(const hw_model *model, const hw_frame *frame,
                                  hw_frame **out_predictions, hw_error *err) HW_MUST_USE;

/** Scores a frame that holds the response, too. The metrics are the caller's. */
HW_API hw_status hw_model_performance(const hw_model *model, const hw_frame *frame,
                                      hw_metrics **out_metrics, hw_error *err) HW_MUST_USE;

/** How badly an autoencoder reconstructs each row, on the scale of its inputs: one column
 * "Reconstruction.MSE", the mean squared error of the row; or, per_feature, a column
 * "reconstr_UNIT.SE" for each input unit. HW_EINVAL (field "model") for other models, else as
 * hw_model_predict. The frame is the caller's. */
HW_API hw_status hw_model_anomaly(const hw_model *model, const hw_frame *frame, bool per_feature,
                                  hw_frame **out_errors, hw_error *err) HW_MUST_USE;

/** What a hidden layer (0 is the first) makes of each row: columns "DF.L1.C1", "DF.L1.C2" ... of
 * any model that has hidden layers. HW_EINVAL (field "layer") when there is no such layer, else as
 * hw_model_predict. The frame is the caller's. */
HW_API hw_status hw_model_deep_features(const hw_model *model, const hw_frame *frame, int32_t layer,
                                        hw_frame **out_features, hw_error *err) HW_MUST_USE;

/* Hidden layers and the output layer: as many matrices of weights as columns of biases. */
HW_API int32_t hw_model_n_layers(const hw_model *model);
/** The weights of layer i (0 is the first hidden one): a row a unit, a column an input; the columns
 * of the first are named by the input units, others "C1", "C2" ... A Maxout layer has two rows a
 * unit, filled as H2O stores them, which initial_weights takes. HW_EINVAL (field "layer") when
 * there is no such layer. The frame is the caller's. */
HW_API hw_status hw_model_weights(const hw_model *model, int32_t layer, hw_frame **out_weights,
                                  hw_error *err) HW_MUST_USE;
/** The biases of a layer: one column "C1", a row a unit (Maxout: two). */
HW_API hw_status hw_model_biases(const hw_model *model, int32_t layer, hw_frame **out_biases,
                                 hw_error *err) HW_MUST_USE;

HW_API hw_category hw_model_category(const hw_model *model);
/* NULL for autoencoders. */
HW_API const char *hw_model_response_name(const hw_model *model);
HW_API int32_t hw_model_n_classes(const hw_model *model); /* 1 for regression and autoencoders */
HW_API const char *hw_model_class_name(const hw_model *model, int32_t i);
/* Of the second class of two: H2O's largest F1. 0.5 for other categories. */
HW_API double hw_model_default_threshold(const hw_model *model);
/* The columns of a table that the model predicts from: in its order, categoricals first; with a
 * categorical_encoding that makes new columns, those of the training table in its order. */
HW_API int32_t hw_model_n_predictors(const hw_model *model);
HW_API const char *hw_model_predictor_name(const hw_model *model, int32_t i);
HW_API int64_t hw_model_n_weights(const hw_model *model); /* weights and biases */

/* "model_summary", "scoring_history", "variable_importances", "cross_validation_metrics_summary" (a
 * row a metric: mean, sd, one column a fold), and our own "training_frame" (a row a
 * column of the training table: name, role, type, missing, min, mean, max, sigma, levels) and
 * "prediction_sample" (regression: up to 1,000 rows of actual, predicted on the validation or
 * training frame). Where the model errs, each on the training and the validation frame (the rows
 * that the metrics are of): "training_reconstruction_errors" (autoencoders: a histogram: from, to,
 * rows), "training_worst_rows" (the ten worst reconstructed: row from 1, mse, and the units that
 * make most of it), "training_calibration" (poisson, gamma, tweedie: a row a decile of the
 * prediction: rows, weight, mean_predicted, mean_observed, ratio), and so with "validation_". NULL
 * when the model has none. */
HW_API const hw_table *hw_model_table(const hw_model *model, const char *name);
/* "training", "validation" or "cross_validation"; NULL when there are none. */
HW_API const hw_metrics *hw_model_metrics(const hw_model *model, const char *which);
/* What a cross-validation (nfolds, fold_column) leaves beside the model. Models and frames are
 * there only where they were kept (keep_cross_validation_models, ..._predictions,
 * ..._fold_assignment) and in the process that trained: the file holds the metrics, the summary and
 * the histories. All is borrowed from the model; ref what is to outlive it. */
HW_API int32_t hw_model_n_folds(const hw_model *model); /* 0 without cross-validation */
/* The scoring history of the model that left out fold i (0 is the first); NULL past the last. */
HW_API const hw_table *hw_model_fold_history(const hw_model *model, int32_t i);
HW_API int32_t hw_model_n_fold_models(const hw_model *model); /* n_folds, or 0 when not kept */
HW_API hw_model *hw_model_fold_model(const hw_model *model, int32_t i);
/* One column "fold_assignment": the fold of each training row, from 0 on, or the value of the fold
 * column; NULL when not kept. */
HW_API hw_frame *hw_model_fold_assignment(const hw_model *model);
/* Columns as of hw_model_predict: each training row predicted by the model that did not see it,
 * with H2O's 8 decimals for classifiers; or NULL. */
HW_API hw_frame *hw_model_holdout_predictions(const hw_model *model);
/* The parameters as given, and as in effect after H2O's automatic changes. */
HW_API const hw_params *hw_model_params_given(const hw_model *model);
HW_API const hw_params *hw_model_params_actual(const hw_model *model);

/* H2O's remarks on the parameters. field and text are borrowed. */
HW_API int32_t hw_model_n_messages(const hw_model *model);
HW_API hw_message_type hw_model_message(const hw_model *model, int32_t i, const char **out_field,
                                        const char **out_text);

/** The line of `heavywater train` that trains this model again, quoted for a POSIX shell: all
 * parameters that were given, the seed in effect, and the options that shaped the frames. The
 * separator (" ", or " \\\n  " for a line each) stands before every option; model_path NULL means
 * "model.zip". Files that the model does not know have stand-ins. NULL for a model that does not
 * know its parameters, and without memory. To be released with hw_text_free. */
HW_API char *hw_model_command(const hw_model *model, const char *separator, const char *model_path);

/** All that is known of the model as JSON, in the form of H2O's tables. path "-" is standard
 * output. Atomic. */
HW_API hw_status hw_model_write_json(const hw_model *model, const char *path,
                                     hw_error *err) HW_MUST_USE;
HW_API hw_status hw_metrics_write_json(const hw_metrics *metrics, const char *path,
                                       hw_error *err) HW_MUST_USE;
/** One self-contained HTML page with pictures. Atomic. */
HW_API hw_status hw_model_write_report(const hw_model *model, const char *path,
                                       hw_error *err) HW_MUST_USE;

typedef enum hw_export_kind {
    HW_EXPORT_C,       /* one C99 file with a function that scores a row */
    HW_EXPORT_WEIGHTS, /* a folder of weights and biases as CSV and .npy */
    HW_EXPORT_JSON,    /* the network and what makes its inputs */
    HW_EXPORT_POJO,    /* one Java file for H2O's h2o-genmodel.jar */
    HW_EXPORT_ONNX     /* raw rows in, the columns of hw_model_predict out */
} hw_export_kind;

/* "c", "weights", "json", "pojo", "onnx"; find returns false for other names. */
HW_API const char *hw_export_kind_name(hw_export_kind kind);
HW_API bool hw_export_kind_find(const char *name, hw_export_kind *out_kind);

/** Writes the model in a form that scores without heavywater (docs/guide-export.md). Atomic; path
 * "-" is standard output, where the kind is one file. The functions of a C file and the class of
 * a Java file are called after the file. Equal models give equal bytes. HW_EINVAL with field "out"
 * for a path that will not do, HW_EUNSUPPORTED for models that the kind cannot hold, HW_EUNSTABLE
 * for weights that are no numbers.
 */
HW_API hw_status hw_model_export(const hw_model *model, hw_export_kind kind, const char *path,
                                 hw_error *err) HW_MUST_USE;

HW_END_DECLS
