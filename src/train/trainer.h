/* SPDX-License-Identifier: Apache-2.0
 *
 * One training from the prepared frame to the finished network (spec 4.7, 9). It knows neither
 * files nor terminals. A trainer belongs to one thread; scoring inside it uses several. */
#pragma once

#include "heavywater/model.h"
#include "model/score.h"
#include "nn/sgd.h"
#include "train/balance.h"
#include "train/history.h"
#include "train/pace.h"
#include "train/prepare.h"
#include "train/rows.h"
#include "train/sampler.h"

/* What a member of a team has to itself. */
typedef struct hwi_learner {
    hwi_work *work;
    double *raw; /* (C + N) of a row */
} hwi_learner;

/* Threads that learn the same sample, each its part of the network. */
typedef struct hwi_learner_team {
    hwi_team *members;     /* NULL: one learner */
    hwi_learner *learners; /* (members) */
    hwi_learner alone; /* who learns without the others while that is faster; none without them */
    hwi_pace pace;
} hwi_learner_team;

typedef struct hwi_trainer {
    /* Borrowed. */
    const hwi_prepared *prepared;
    const hw_params *params; /* effective */
    const hwi_encoder *encoder;
    const hw_train_options *options; /* or NULL */
    struct hwi_snapshots *snapshots; /* or NULL */
    /* Data. */
    hwi_adapted *training, *validation; /* validation NULL without */
    hwi_rows *rows;
    hwi_row_list balanced;          /* working rows; empty: the frame's own */
    int32_t n_working;              /* rows of the working frame */
    hwi_row_list scored_training;   /* rows of the frame; empty: all working rows */
    hwi_row_list scored_validation; /* empty: all */
    double *model_distribution;     /* (n_classes) of balance_classes; NULL without */
    double *class_priors;           /* (n_classes) shares in the training frame; classifiers */
    double mean_weight;             /* of rows with a weight; 1 without weights */
    bool weighs_gradients;
    int64_t training_rows; /* what one epoch is */
    int64_t samples_per_iteration;
    /* The network. */
    hwi_network *network; /* what is trained */
    hwi_network
        *published; /* what is scored and kept: elastic averaging's moving average, else network */
    bool *is_by_unit;  /* (n_layers) how what is trained lies; published is in panels */
    hwi_network *best; /* NULL until kept */
    float best_loss;
    /* The last state that was scored, or the first one; kept while there is no best one. */
    hwi_network *good;
    int64_t good_samples;
    int32_t good_iterations;
    int n_teams;
    hwi_learner_team *teams; /* (n_teams) each learns other samples, all on the same network */
    hwi_team *leaders;       /* their first members; NULL: one team */
    hwi_sgd sgd;
    hwi_sampler sampler;
    bool *met_missing;      /* (C) */
    bool *best_met_missing; /* (C) of the best model; NULL until there is one in this run */
    /* What the model that is continued had done; zeroed without one. */
    struct {
        int64_t processed;
        double elapsed_ms, scoring_ms;
    } before;
    /* Progress. */
    int64_t processed, first_sample; /* with what was done before; where this run began */
    int32_t iterations;
    double start_ms, learning_start_ms; /* of this run, with and without setting up */
    double spent_ms;                    /* of max_runtime_secs, before this run */
    double scoring_ms, last_scoring_begin_ms, last_scoring_ms, last_report_ms;
    bool is_cancelled, is_out_of_time;
    _Atomic int64_t bad_sample; /* the first one that made a bias infinite or NaN; 0: none */
    hw_ending ending;
    hwi_history history;
    hw_metrics *training_metrics, *validation_metrics;
} hwi_trainer;

/* The network is initialised, the history holds its first row. training and validation (may be
 * NULL) are frames that hwi_prepare has accepted. On failure clear it. */
hw_status hwi_trainer_init(hwi_trainer *trainer, const hwi_prepared *prepared,
                           const hw_frame *training, const hw_frame *validation,
                           const hw_train_options *options, hw_error *err) HW_MUST_USE;
void hwi_trainer_clear(hwi_trainer *trainer);
/* Trains until it ends; trainer->ending says why. HW_ENDED_UNSTABLE: the published network is the
 * best or the last good state, and err says what happened though the status is HW_OK. HW_EUNSTABLE
 * when not even the first state can be scored. */
hw_status hwi_trainer_run(hwi_trainer *trainer, hw_error *err) HW_MUST_USE;

/* Between the files of the trainer. */

double hwi_trainer_epochs(const hwi_trainer *trainer);
/* Brings what is scored and kept up to date with what is trained, where these are two. */
void hwi_trainer_publish(hwi_trainer *trainer);
/* Calls the progress callback when it is time; sets is_cancelled and is_out_of_time. */
void hwi_trainer_report(hwi_trainer *trainer, bool is_scored);
/* The same in the middle of an iteration, after so many samples. */
void hwi_trainer_report_samples(hwi_trainer *trainer, int64_t samples);
/* Whether a row of the frame cannot be learned from. */
bool hwi_trainer_row_is_bad(const hwi_trainer *trainer, int32_t row);
/* Metrics of both frames, a row of the history, the best model. */
hw_status hwi_trainer_score(hwi_trainer *trainer, hw_error *err) HW_MUST_USE;
hwi_scorer hwi_trainer_scorer(const hwi_trainer *trainer);
/* The rows that a scoring takes: rows of the frame, or NULL for the first n, which are all. */
typedef struct hwi_scored_rows {
    const hwi_adapted *adapted;
    const int32_t *rows;
    int64_t n;
} hwi_scored_rows;
hwi_scored_rows hwi_trainer_scored_rows(const hwi_trainer *trainer, bool is_validation);
/* Reads a special column of these rows; out: (n). */
typedef void hwi_read_function(const hwi_adapted *, int64_t, int64_t, double *);
void hwi_scored_read(hwi_read_function *read, const hwi_scored_rows *scored, double *out);
/* HW_EUNSTABLE with sample, layer, value and what to change when the published network is beyond
 * H2O's limits. Cost: one look at every weight. */
hw_status hwi_trainer_check_stability(const hwi_trainer *trainer, hw_error *err) HW_MUST_USE;
/* Remembers the published network, unless there is a best one. */
hw_status hwi_trainer_keep_good(hwi_trainer *trainer, hw_error *err) HW_MUST_USE;
/* The best network, and what it had met, into the published one. */
void hwi_trainer_recall_best(hwi_trainer *trainer);
/* Back to the best or the last good state; adds to what diverged says which it is. */
hw_status hwi_trainer_fall_back(hwi_trainer *trainer, hw_error *diverged,
                                hw_error *err) HW_MUST_USE;
/* Members of the team that learns each sample: as many as make it faster. The bits that they
 * compute do not depend on it. */
typedef struct hwi_team_need {
    const hwi_network *network;
    int32_t n_active_inputs; /* of a row, at most */
    int n_threads;           /* at most; 0: the processors */
    bool is_fast;
} hwi_team_need;
int hwi_team_size(const hwi_team_need *need);
/* Teams that make training faster though they race: 1 below 16 threads. */
int hwi_n_teams_that_pay(const hwi_team_need *need, int n_processors);
/* initial_weights and initial_biases (spec 3.5). */
hw_status hwi_set_initial_values(const hw_params *params, hwi_network *network,
                                 hw_error *err) HW_MUST_USE;
/* pretrained_autoencoder (spec 3.6). HW_EINVAL when the model is none or has other sizes. */
hw_status hwi_set_pretrained(const hw_params *params, hwi_network *network,
                             hw_error *err) HW_MUST_USE;
/* Of an iteration (spec 4.3); n is one epoch. */
int64_t hwi_samples_per_iteration(const hw_params *params, int64_t n, const hwi_network *network);
/* After an iteration of elastic averaging: moves the published average. */
hw_status hwi_average_elastically(hwi_trainer *trainer, hw_error *err) HW_MUST_USE;
