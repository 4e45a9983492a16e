/* SPDX-License-Identifier: Apache-2.0
 *
 * The buffers of one pass through a network, and the pass forward. A workspace belongs to one
 * thread; networks are only read, except for the average activations of a sparse autoencoder.
 * Nothing here allocates after hwi_work_new.
 *
 * Several threads can go through one pass as a team (base/team.h). Each has a workspace of its own
 * and owns some panels of every layer; what one needs of another's (activations, errors) is in
 * arrays that their workspaces share. Letters: P panels, S shards, C inputs of the layer; padded
 * is 16 P. */
#pragma once

#include "base/team.h"
#include "encoder/encoder.h"
#include "kernels/kernels.h"
#include "nn/network.h"

/* One addition of the shards' parts of a sum: to += from. Together they are a balanced tree, the
 * same for teams of any size. */
typedef struct hwi_merge {
    int16_t to, from; /* shards */
    int16_t member;   /* who owns all that is in both; -1: nobody */
} hwi_merge;

typedef struct hwi_layer_work {
    /* Own part of the layer: panels, and their units. Shards are groups of panels, or of units
     * where these lie one by one, whose parts of a sum are added in order: their number is the
     * layer's, whatever the team's size. */
    int32_t n_shards, shard_begin, shard_end;
    int32_t panel_begin, panel_end, unit_begin, unit_end;
    bool is_divided; /* among several threads */
    /* Shared. */
    double *activation; /* (n_units); of the output layer everybody's own */
    double *error; /* (n_units) derivative of the loss by the activation; of the output: by its net
                      input */
    float *error_parts; /* (S, C padded) errors that each shard gives the layer below,
                           in the order of the inputs' list: of the fast arithmetic, NULL without */
    double *net;        /* (padded) weighted sums */
    /* Own. */
    double *dense;          /* (n_units) the activations that were passed on, zeros included */
    float *narrow;          /* (C) values of the inputs, of the fast arithmetic */
    float *sums;            /* (padded) room for weighted sums of units that lie one by one */
    hwk_dense side_by_side; /* inputs of a layer that lies unit by unit; filled by hwi_forward */
    hwi_merge *merges;      /* (S - 1) of error_parts, in their order */
    double *unit_gradient;  /* (n_units) room for those of the own units */
    double *gradient;       /* (padded) by the net input of each row; 0 where not active */
    double *sum_squares;    /* (padded) of weight gradients, for the biases of ADADELTA */
    double *excess;         /* (n_rows) average activation above the wanted one: room */
    int32_t *is_active;     /* (padded) -1 or 0 */
    int32_t *active_rows;   /* (n_rows) ascending; forward, room for a list of rows */
    int32_t n_active_rows;
    uint8_t *is_kept; /* (n_units, to multiples of 32) dropout: 1 kept */
    uint8_t *winner; /* (n_units) Maxout: the winning channel, remembered while a unit is dropped */
    hwi_active output; /* activations that are not 0, ascending: input of the layer above */
} hwi_layer_work;

/* The row that comes after the one that is learned. Once it is known, the weights of the first
 * layer are summed for it while they are moved. Of the fast arithmetic. */
typedef struct hwi_ahead {
    bool is_known;
    hwi_active input;
    float *x;                  /* (padded) as layers[0].side_by_side.x, or .narrow in panels */
    int32_t *chunks, n_chunks; /* as side_by_side.chunks */
    float *sums;               /* (padded) weighted sums of the first layer's rows ... */
    uint8_t *has_sum;          /* (padded) ... that have one */
} hwi_ahead;

typedef struct hwi_work {
    const hwk_table *kernels;
    bool is_fast;  /* float throughout; false: H2O's own arithmetic */
    bool is_fused; /* not fast: that arithmetic with fused multiply-adds; for scoring alone */
    int32_t n_layers;
    hwi_layer_work *layers;
    hwi_active input;       /* units of the input layer that are not 0 */
    uint8_t *is_kept_input; /* (n_inputs, to multiples of 16) dropout: 1 kept */
    double *dense_input;    /* (n_inputs) the same, all; kept up to date by hwi_work_spread_input */
    hwi_ahead ahead;
    bool is_spread;   /* the first layer's side_by_side or narrow are filled already */
    bool moves_zeros; /* fast_mode off: inputs of 0 move weights, too */
    double *targets;  /* (n_inputs) what an autoencoder has to return: room for the caller */
    hwi_team *team;   /* NULL: alone */
    int member;
    char *slab;
} hwi_work;

/* Where a workspace's thread sits in a team: {0} alone. All but member 0 name its workspace. */
typedef struct hwi_seat {
    hwi_team *team;
    int member;
    const hwi_work *leader;
    const bool *is_by_unit; /* the network will be hwi_network_by_unit's; NULL: in panels */
} hwi_seat;

hw_status hwi_work_new(const hwi_network *network, int32_t max_active_inputs, bool is_fast,
                       hwi_seat seat, hwi_work **out, hw_error *err) HW_MUST_USE;
/* S of a layer. */
int32_t hwi_n_shards(const hwi_layer *layer);
/* First panel of a shard; that of shard S is P. */
int32_t hwi_shard_begin(const hwi_layer *layer, int32_t shard);
/* First unit of a shard of a layer that lies unit by unit. */
int32_t hwi_shard_begin_unit(const hwi_layer *layer, int32_t shard);
void hwi_work_free(hwi_work *work);
HW_DEFINE_AUTO(hwi_work, hwi_work_free)
/* Forgets the winners of Maxout, as H2O does at the start of a chunk. */
void hwi_work_reset(hwi_work *work, const hwi_network *network);
/* Between a member of a team and one who learns alone: the winners of the member's own units. */
void hwi_work_copy_winners(hwi_work *member, hwi_work *alone, bool to_alone,
                           const hwi_network *network);
/* Between these two work->input is that of the row after. */
void hwi_work_begin_ahead(hwi_work *work, const hwi_network *network);
void hwi_work_end_ahead(hwi_work *work, const hwi_network *network);
/* Where the row after is known, it becomes the row; else returns false. */
bool hwi_work_go_ahead(hwi_work *work, const hwi_network *network);
/* Fills dense_input from input (and zeroes what was there). */
void hwi_work_spread_input(hwi_work *work, const hwi_network *network);

/* Random seeds of a row's dropout (spec 3.2): its row seed plus the model's seed. */
typedef struct hwi_dropout {
    double input_ratio;
    int64_t seed; /* row seed + model seed */
} hwi_dropout;

/* Fills what the first layer reads of work->input: its side_by_side, or narrow. Fast arithmetic. */
void hwi_spread_input(const hwi_layer *first, hwi_work *work);

/* Takes some inputs out of work->input; draws once per input unit. Of the fast arithmetic, where
 * the first layer lies unit by unit, they may stay in the list with the value 0. */
void hwi_drop_inputs(const hwi_dropout *dropout, const hwi_network *network, hwi_work *work);

/* From lw->net to the activations of the own units; of softmax, which needs the sums of all, of all
 * units. has_mask: units of Maxout that are not kept (dropout) keep their winner. Whoever masks
 * sets their activations to 0. */
void hwi_activate(const hwi_layer *layer, hwi_layer_work *lw, bool has_mask);

/* From work->input to the output layer's activation; of the whole team, or of one who is alone.
 * dropout is NULL when scoring: then activations are scaled by 1 - ratio. output_offset is added to
 * the output of a linear unit (0 without an offset). averages: network whose average activations
 * are updated (sparse autoencoders), or NULL.
 */
void hwi_forward(const hwi_network *network, hwi_work *work, const hwi_dropout *dropout,
                 double output_offset, hwi_network *averages);
