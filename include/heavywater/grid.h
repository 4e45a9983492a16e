/* SPDX-License-Identifier: Apache-2.0
 *
 * Grid search: a model for each combination of hyper-parameters, many small ones side by side, kept
 * in a folder as soon as they are finished, so that a search goes on where it was. A hw_grid is
 * what a search left, or what a folder holds: it belongs to one thread at a time. */
#pragma once

#include "heavywater/model.h"

HW_BEGIN_DECLS

typedef struct hw_grid hw_grid;

/** A model that is trained just now. */
typedef struct hw_grid_running {
    const char *model_id;
    const char *values;   /* "hidden 20,20  l1 0.001" */
    hw_progress progress; /* its latest; zeroed before the first */
} hw_grid_running;

/** A combination that has ended since the last call. */
typedef struct hw_grid_event {
    const char *model_id; /* "" for values that make no parameters */
    const char *values;
    const char *failure; /* why there is no model; NULL for a model */
    double metric;       /* of a model: what the leaderboard is sorted by */
} hw_grid_event;

/** Where a search is. Borrowed for the time of the callback. */
typedef struct hw_grid_progress {
    int64_t n_combinations; /* at most; those that H2O counts twice included */
    int64_t n_done;         /* models, those that were there before included */
    int64_t n_failed;
    int64_t n_found; /* of n_done: those that were there when the search began */
    int32_t n_running;
    const hw_grid_running *running; /* (n_running) */
    int32_t n_events;
    const hw_grid_event *events; /* (n_events) in the order of their ends */
    double seconds;              /* since the start of this search */
    double seconds_left;         /* estimated; NaN when unknown */
    const char *sort_metric;
    const char *best_id, *best_values; /* NULL before the first model */
    double best_metric;
} hw_grid_progress;

/** Called at least ten times a second, from the thread that called hw_grid_search. Returning false
 * ends the search: models that are trained just now are given up, finished ones stay. */
typedef bool hw_grid_progress_callback(const hw_grid_progress *progress, void *ctx);

/** Zero-initialise; then set what is wanted. Texts are borrowed for the time of the call. */
typedef struct hw_grid_options {
    const char *hyper_params;    /* JSON: {"hidden": [[50, 50], [200]], "l1": [0, 1e-5]} */
    const char *search_criteria; /* JSON: {"strategy": "RandomDiscrete", "max_models": 10}; NULL:
                                    Cartesian */
    const char *grid_dir; /* where models and manifest go, made when it is missing; NULL: models
                             stay in memory */
    const char *grid_id;  /* models are called ID_model_1 ...; NULL: the folder's name, or "grid" */
    const char *sort_by;  /* a metric: "logloss", "auc", "rmse" ...; NULL: H2O's default */
    int decreasing;       /* 1, -1: increasing, 0: the best first */
    int parallelism;      /* models at a time; 0: as many as threads. The result does not depend on
                             it, but for max_runtime_secs and how soon a search stops early */
    int n_threads;        /* in all; 0: all cores */
    const char *const *command_options;  /* as in hw_train_options */
    hw_grid_progress_callback *progress; /* may be NULL */
    void *progress_ctx;
} hw_grid_options;

/** Trains the combinations that grid_dir does not hold yet. validation may be NULL. Values that
 * make no model are listed with the reason and stop nothing. Errors: HW_EINVAL (field
 * "hyper_params", "search_criteria", "sort_by" ..., or "grid_dir" when the folder holds another
 * grid), HW_EIO (the folder cannot be used, or another process works in it), else as hw_train. A
 * search that was cancelled is no error: see hw_grid_state. The grid is the caller's. */
HW_API hw_status hw_grid_search(const hw_params *params, hw_frame *training, hw_frame *validation,
                                const hw_grid_options *options, hw_grid **out_grid,
                                hw_error *err) HW_MUST_USE;
/** Judges hyper_params, search_criteria and whatever else of the options needs no frame; errors as
 * of hw_grid_search. */
HW_API hw_status hw_grid_check(const hw_params *params, const hw_grid_options *options,
                               hw_error *err) HW_MUST_USE;
/** Reads the folder of a search; it may be under way. HW_EIO, HW_EFORMAT. */
HW_API hw_status hw_grid_read(const char *grid_dir, hw_grid **out_grid, hw_error *err) HW_MUST_USE;
HW_API void hw_grid_free(hw_grid *grid);

/* How a search ended; RUNNING is what a folder says whose search goes on, or was killed. */
typedef enum hw_grid_state {
    HW_GRID_RUNNING,
    HW_GRID_COMPLETE,
    HW_GRID_CANCELLED,
    HW_GRID_OUT_OF_TIME,  /* max_runtime_secs */
    HW_GRID_STOPPED_EARLY /* stopping_rounds */
} hw_grid_state;

HW_API hw_grid_state hw_grid_get_state(const hw_grid *grid);
/* "running", "complete", "cancelled", "out of time", "stopped early" */
HW_API const char *hw_grid_state_name(hw_grid_state state);
HW_API const char *hw_grid_id(const hw_grid *grid);
HW_API hw_category hw_grid_category(const hw_grid *grid);
HW_API int64_t hw_grid_n_combinations(const hw_grid *grid); /* as of hw_grid_progress */

/* What was varied, in alphabetical order. */
HW_API int32_t hw_grid_n_hyper(const hw_grid *grid);
HW_API const char *hw_grid_hyper_name(const hw_grid *grid, int32_t h);

/* The models in the order of the leaderboard: 0 is the first. Texts are borrowed. */
HW_API int32_t hw_grid_n_models(const hw_grid *grid);
HW_API const char *hw_grid_model_id(const hw_grid *grid, int32_t i);
/* The file, with the folder; NULL for a grid in memory. */
HW_API const char *hw_grid_model_path(const hw_grid *grid, int32_t i);
/* A hyper-parameter's value as hw_params_set takes it; NULL where the subspace leaves it out. */
HW_API const char *hw_grid_model_value(const hw_grid *grid, int32_t i, int32_t h);
/* The command line that trains this very model, seed included. */
HW_API const char *hw_grid_model_command(const hw_grid *grid, int32_t i);
HW_API int64_t hw_grid_model_seed(const hw_grid *grid, int32_t i);
/* Of the metrics that are sorted by (of cross-validation, else validation, else training), under
 * H2O's names: "logloss", "auc", "residual_deviance", "f1" ...; NaN when there is none. */
HW_API double hw_grid_model_metric(const hw_grid *grid, int32_t i, const char *name);
/** The model itself: read from its file, or a reference to the one in memory. The caller's. */
HW_API hw_status hw_grid_read_model(const hw_grid *grid, int32_t i, hw_model **out_model,
                                    hw_error *err) HW_MUST_USE;

/* Combinations that gave no model, in the order of the search. */
HW_API int32_t hw_grid_n_failed(const hw_grid *grid);
HW_API const char *hw_grid_failed_id(const hw_grid *grid, int32_t i); /* "" without a number */
HW_API const char *hw_grid_failed_value(const hw_grid *grid, int32_t i, int32_t h);
HW_API const char *hw_grid_failed_field(const hw_grid *grid, int32_t i); /* a parameter, or "" */
HW_API const char *hw_grid_failed_reason(const hw_grid *grid, int32_t i);

/** Sorts the models anew; metric NULL: H2O's default of the category. decreasing as in
 * hw_grid_options. HW_EINVAL (field "sort_by") for what the category lacks, with what it has. */
HW_API hw_status hw_grid_sort(hw_grid *grid, const char *metric, int decreasing,
                              hw_error *err) HW_MUST_USE;
HW_API const char *hw_grid_sort_metric(const hw_grid *grid);
HW_API bool hw_grid_is_decreasing(const hw_grid *grid);
/* "cross_validation", "validation" or "training": where the metrics come from. */
HW_API const char *hw_grid_metrics_of(const hw_grid *grid);
/* H2O's "Hyper-Parameter Search Summary": "", hyper-parameters, model_ids, the metric. Borrowed,
 * and valid until the grid is sorted anew. */
HW_API const hw_table *hw_grid_leaderboard(const hw_grid *grid);

HW_END_DECLS
