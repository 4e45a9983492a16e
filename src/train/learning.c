/* SPDX-License-Identifier: Apache-2.0 */
#include "train/learning.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/parallel.h"
#include "base/race.h"

/* --- Unit by unit ----------------------------------------------------------------------------- */

/* The fast ADADELTA divides by 1 - rho. */
static bool uses_fast_arithmetic(const hw_params *params)
{
    return !params->reproducible && !(params->adaptive_rate && (float)params->rho == 1);
}

/* From so many inputs on a layer above the first is faster unit by unit; measured. Where most
 * inputs of the layer are 0, or most of its units are on, it takes more. */
enum { MIN_INPUTS_BY_UNIT = 160, MIN_INPUTS_BY_UNIT_ANYWHERE = 400 };

/* Where units are off at a time and inputs are mostly not 0, a layer that lies unit by unit is
 * faster, and it is divided more finely; what is scored and kept stays in panels. A matter of the
 * parameters and the encoder alone: the order of sums, and with it the last bits, are another. */
static bool deserves_by_unit(const hwi_trainer *trainer, int32_t l)
{
    const hwi_layer *layer = &trainer->network->layers[l];
    const hwi_sgd *sgd = &trainer->sgd;
    if (l == trainer->network->n_layers - 1 || layer->n_in < 2 * HWK_LANES ||
        !sgd->skips_zero_gradient || sgd->sparsity_beta != 0 || sgd->has_max_w2 ||
        trainer->params->elastic_averaging)
        return false;
    if (l == 0 && 2 * hwi_encoder_max_active(trainer->encoder) <= layer->n_in)
        return false;
    if (!uses_fast_arithmetic(trainer->params)) {
        bool has_decay = sgd->l1 != 0 || sgd->l2 != 0;
        return l == 0 && layer->kind == HWI_UNIT_RECTIFIER && !(sgd->is_adaptive && has_decay);
    }
    bool has_many_zeros = !trainer->is_by_unit[0] || layer->has_dropout;
    return l == 0 ||
           layer->n_in >= (has_many_zeros ? MIN_INPUTS_BY_UNIT_ANYWHERE : MIN_INPUTS_BY_UNIT);
}

static bool has_by_unit(const hwi_trainer *trainer)
{
    bool any = false;
    for (int32_t l = 0; l < trainer->network->n_layers; l++)
        any |= trainer->is_by_unit[l];
    return any;
}

hw_status hwi_learning_begin(hwi_trainer *trainer, hw_error *err)
{
    hwi_network *by_unit = NULL;
    if (!has_by_unit(trainer))
        return HW_OK;
    HW_TRY(hwi_network_by_unit(trainer->published, trainer->is_by_unit, &by_unit, err));
    trainer->network = by_unit;
    return HW_OK;
}

/* Elastic averaging publishes another network, too. */
static bool is_by_unit(const hwi_trainer *trainer)
{
    return trainer->network != trainer->published && has_by_unit(trainer);
}

void hwi_trainer_publish(hwi_trainer *trainer)
{
    if (is_by_unit(trainer))
        hwi_network_assign(trainer->published, trainer->network);
}

void hwi_learning_end(hwi_trainer *trainer)
{
    if (!is_by_unit(trainer))
        return;
    hwi_network_free(trainer->network);
    trainer->network = trainer->published;
}

/* --- Teams ------------------------------------------------------------------------------------ */

static hw_status set_up_learner(const hwi_trainer *trainer, hwi_seat seat, bool is_fast,
                                hwi_learner *learner, hw_error *err)
{
    const hwi_encoder *encoder = trainer->encoder;
    HW_TRY(hwi_work_new(trainer->network, encoder->n_units, is_fast, seat, &learner->work, err));
    learner->work->moves_zeros = !trainer->params->fast_mode;
    learner->raw = HWI_ALLOC_ARRAY(double, (size_t)(encoder->n_cats + encoder->n_nums));
    HW_CHECK_ALLOC(err, learner->raw);
    return HW_OK;
}

static hw_status set_up_team(const hwi_trainer *trainer, const hwi_team_need *need,
                             hwi_learner_team *team, hw_error *err)
{
    HW_TRY(hwi_team_new(hwi_team_size(need), &team->members, err));
    int n = hwi_team_n_members(team->members);
    team->learners = HWI_NEW_ARRAY(hwi_learner, (size_t)n);
    HW_CHECK_ALLOC(err, team->learners);
    for (int m = 0; m < n; m++) {
        hwi_seat seat = {team->members, m, m > 0 ? team->learners[0].work : NULL,
                         trainer->is_by_unit};
        HW_TRY(set_up_learner(trainer, seat, need->is_fast, &team->learners[m], err));
    }
    team->pace = hwi_pace_new();
    if (team->members) {
        hwi_seat seat = {.is_by_unit = trainer->is_by_unit};
        HW_TRY(set_up_learner(trainer, seat, need->is_fast, &team->alone, err));
    }
    return HW_OK;
}

/* Those of the processors that the user grants, by teams. */
static int threads_of_one(int n_threads, int n_teams)
{
    int n_processors = hwi_parallel_n_threads(0), n = hwi_parallel_n_threads(n_threads);
    n = (n < n_processors ? n : n_processors) / n_teams;
    return n > 0 ? n : 1;
}

hw_status hwi_learning_check(const hw_params *params, const hw_train_options *options,
                             hw_error *err)
{
    int n_teams = options ? options->n_teams : 0;
    if (n_teams < HWI_TEAMS_THAT_PAY)
        HW_FAIL(err, HW_EINVAL, "teams", "teams: %d is none of -1 (as many as pay), 0, 1 and more",
                n_teams);
    if (n_teams > 1 && params->reproducible)
        HW_FAIL(err, HW_EINVAL, "teams",
                "teams: %d teams race and are not reproducible; leave out teams or reproducible",
                n_teams);
    int n_threads = options ? hwi_parallel_n_threads(options->n_threads) : n_teams;
    if (n_teams > n_threads)
        HW_FAIL(err, HW_EINVAL, "teams", "teams: %d teams are more than the %d thread%s", n_teams,
                n_threads, n_threads == 1 ? "" : "s");
    return HW_OK;
}

hw_status hwi_learning_set_up(hwi_trainer *trainer, hw_error *err)
{
    const hw_train_options *options = trainer->options;
    trainer->is_by_unit = HWI_NEW_ARRAY(bool, (size_t)trainer->network->n_layers);
    HW_CHECK_ALLOC(err, trainer->is_by_unit);
    for (int32_t l = 0; l < trainer->network->n_layers; l++)
        trainer->is_by_unit[l] = deserves_by_unit(trainer, l);
    hwi_team_need need = {.network = trainer->network,
                          .n_active_inputs = hwi_encoder_max_active(trainer->encoder),
                          .n_threads = options ? options->n_threads : 0,
                          .is_fast = uses_fast_arithmetic(trainer->params)};
    int n_teams = options && options->n_teams > 0 ? options->n_teams : 1;
    if (options && options->n_teams == HWI_TEAMS_THAT_PAY && !trainer->params->reproducible)
        n_teams = hwi_n_teams_that_pay(&need, hwi_parallel_n_threads(0));
    HW_TRY(hwi_team_new(n_teams, &trainer->leaders, err));
    trainer->n_teams = hwi_team_n_members(trainer->leaders);
    need.n_threads = threads_of_one(need.n_threads, n_teams);
    trainer->teams = HWI_NEW_ARRAY(hwi_learner_team, (size_t)trainer->n_teams);
    HW_CHECK_ALLOC(err, trainer->teams);
    for (int t = 0; t < trainer->n_teams; t++)
        HW_TRY(set_up_team(trainer, &need, &trainer->teams[t], err));
    return HW_OK;
}

static void clear_learner(hwi_learner *learner)
{
    hwi_work_free(learner->work);
    hwi_free(learner->raw);
}

static void clear_team(hwi_learner_team *team)
{
    for (int m = 0; team->learners && m < hwi_team_n_members(team->members); m++)
        clear_learner(&team->learners[m]);
    hwi_free(team->learners);
    clear_learner(&team->alone);
    hwi_team_free(team->members);
}

void hwi_learning_clear(hwi_trainer *trainer)
{
    for (int t = 0; trainer->teams && t < trainer->n_teams; t++)
        clear_team(&trainer->teams[t]);
    hwi_free(trainer->teams);
    hwi_free(trainer->is_by_unit);
    hwi_team_free(trainer->leaders);
}

/* --- A row ------------------------------------------------------------------------------------ */

/* Teams may meet the same column at once; most find it noted. */
static void note_column(bool *met_missing)
{
    if (!__atomic_load_n(met_missing, __ATOMIC_RELAXED))
        __atomic_store_n(met_missing, true, __ATOMIC_RELAXED);
}

/* H2O looks at the i-th lit unit of a row for column i. */
static void note_missing(hwi_trainer *trainer, const hwi_active *input)
{
    const hwi_encoder *encoder = trainer->encoder;
    if (encoder->n_hash_slots > 0)
        return;
    for (int32_t i = 0; i < encoder->n_cats && i < input->n; i++)
        if (input->units[i] == encoder->cat_offsets[i + 1] - 1)
            note_column(&trainer->met_missing[i]);
}

/* H2O's sparse loader writes every slot of its row buffer, used or not; an unused slot silences
 * input unit 0 (spec 2.9). */
static void silence_unit_zero(const hwi_encoder *encoder, hwi_active *input, int32_t *capacity)
{
    int32_t n_numbers = 0;
    for (int32_t i = 0; i < input->n; i++)
        n_numbers += input->units[i] >= encoder->n_units - encoder->n_nums;
    while (*capacity < n_numbers) {
        int32_t grown = *capacity + *capacity / 2;
        *capacity = grown > 4 ? grown : 4;
    }
    if (n_numbers >= *capacity || input->n == 0 || input->units[0] != 0)
        return;
    for (int32_t i = 1; i < input->n; i++) {
        input->units[i - 1] = input->units[i];
        input->values[i - 1] = input->values[i];
    }
    input->n--;
}

static hwi_dropout dropout_of(const hwi_trainer *trainer, const hwi_pick *pick)
{
    const hw_params *params = trainer->params;
    return (hwi_dropout){params->input_dropout_ratio,
                         (int64_t)((uint64_t)pick->seed + (uint64_t)params->seed)};
}

/* The row becomes the workspace's input. */
static void encode_row(hwi_trainer *trainer, const hwi_learner *learner, const hwi_pick *pick)
{
    const hw_params *params = trainer->params;
    const hwi_encoder *encoder = trainer->encoder;
    hwi_work *work = learner->work;
    hwi_rows_read(trainer->rows, pick->row, learner->raw);
    hwi_encode_training(encoder, learner->raw, &work->input);
    if (work->member == 0)
        note_missing(trainer, &work->input);
    if (encoder->is_sparse && params->h2o_compat) {
        int32_t capacity = encoder->n_nums < 16 ? encoder->n_nums : 16;
        silence_unit_zero(encoder, &work->input, &capacity);
    }
    const hwi_dropout dropout = dropout_of(trainer, pick);
    if (params->autoencoder) {
        /* Targets are the inputs before dropout; what is learnt from is what is left of them. */
        hwi_work_spread_input(work, trainer->network);
        memcpy(work->targets, work->dense_input,
               (size_t)trainer->network->n_inputs * sizeof(double));
    }
    if (dropout.input_ratio > 0)
        hwi_drop_inputs(&dropout, trainer->network, work);
    if (!params->fast_mode && (!params->autoencoder || dropout.input_ratio > 0))
        hwi_work_spread_input(work, trainer->network);
}

/* Sums for the row after pay where all inputs are numbers; nothing else may move weights, and the
 * row must leave no more behind than its inputs. */
static bool looks_ahead(const hwi_trainer *trainer)
{
    const hw_params *params = trainer->params;
    return uses_fast_arithmetic(params) && params->fast_mode && !params->autoencoder &&
           !trainer->sgd.has_max_w2 &&
           hwi_encoder_max_active(trainer->encoder) == trainer->network->n_inputs;
}

/* All members of a team learn the same row, each its part. next: the row after, or NULL. False when
 * a bias is not finite. */
static bool learn_row(hwi_trainer *trainer, const hwi_learner *learner, const hwi_pick *pick,
                      const hwi_pick *next)
{
    const hw_params *params = trainer->params;
    const hwi_encoder *encoder = trainer->encoder;
    hwi_work *work = learner->work;
    const int32_t row = pick->row;
    if (!hwi_work_go_ahead(work, trainer->network))
        encode_row(trainer, learner, pick);
    double offset = 0, weight = 1, target = 0;
    if (hwi_rows_offsets(trainer->rows))
        offset = hwi_offset_for_output(encoder, hwi_rows_offsets(trainer->rows)[row],
                                       params->h2o_compat);
    if (trainer->weighs_gradients)
        weight = hwi_rows_weights(trainer->rows)[row] / trainer->mean_weight;
    if (!params->autoencoder) {
        target = hwi_rows_responses(trainer->rows)[row];
        if (encoder->has_resp_norm)
            target = (target - encoder->resp_sub) * encoder->resp_mul;
    }
    const hwi_dropout dropout = dropout_of(trainer, pick);
    hwi_network *averages = params->sparsity_beta != 0 ? trainer->network : NULL;
    hwi_forward(trainer->network, work, &dropout, offset, averages);
    if (next && looks_ahead(trainer)) {
        hwi_work_begin_ahead(work, trainer->network);
        encode_row(trainer, learner, next);
        hwi_work_end_ahead(work, trainer->network);
    }
    return hwi_sgd_learn(&trainer->sgd, trainer->network, work, target,
                         params->autoencoder ? work->targets : NULL, weight);
}

/* --- An iteration ----------------------------------------------------------------------------- */

enum { ROWS_BETWEEN_LOOKS = 16 };

/* What the teams of an iteration share beside the network. */
typedef struct iteration {
    hwi_trainer *trainer;
    pthread_mutex_t lock; /* of the next two */
    hwi_sampler *sampler;
    int64_t n_drawn;           /* rows that some team has taken */
    _Atomic int64_t n_learned; /* those that are done */
    atomic_bool is_over;       /* before its last row */
} iteration;

/* The rows that a team learns between two looks around. */
typedef struct stretch {
    hwi_trainer *trainer;
    const hwi_learner_team *team;
    bool is_alone;    /* the team's first member learns them */
    int64_t n_before; /* rows of the iteration before them */
    int n;
    hwi_pick picks[ROWS_BETWEEN_LOOKS];
} stretch;

/* The next rows that can be learned from, none at the end of the iteration. */
static void draw_locked(iteration *it, stretch *s)
{
    const hwi_trainer *trainer = it->trainer;
    s->n_before = it->n_drawn;
    s->n = 0;
    hwi_pick pick;
    while (s->n < ROWS_BETWEEN_LOOKS && hwi_sampler_next(it->sampler, it->n_drawn, &pick)) {
        if (trainer->balanced.n > 0)
            pick.row = trainer->balanced.rows[pick.row];
        if (hwi_trainer_row_is_bad(trainer, pick.row))
            continue;
        s->picks[s->n++] = pick;
        it->n_drawn++;
    }
}

static bool take_stretch(iteration *it, stretch *s)
{
    if (atomic_load(&it->is_over))
        return false;
    pthread_mutex_lock(&it->lock);
    draw_locked(it, s);
    pthread_mutex_unlock(&it->lock);
    return s->n > 0;
}

/* Bad biases are found in whatever order; of one team the first sample is always the same. */
static void note_bad_sample(hwi_trainer *trainer, int64_t sample)
{
    int64_t first = trainer->bad_sample;
    while ((first == 0 || sample < first) &&
           !atomic_compare_exchange_weak(&trainer->bad_sample, &first, sample))
        continue;
}

static void learn_stretch(int member, void *ctx)
{
    const stretch *s = ctx;
    hwi_trainer *trainer = s->trainer;
    const hwi_learner *learner = s->is_alone ? &s->team->alone : &s->team->learners[member];
    bool was_flushing = hwk_flush_denormals(learner->work->is_fast);
    for (int i = 0; i < s->n; i++) {
        if (i + 1 < s->n)
            hwi_rows_prefetch(trainer->rows, s->picks[i + 1].row);
        const hwi_pick *next = i + 1 < s->n ? &s->picks[i + 1] : NULL;
        if (!learn_row(trainer, learner, &s->picks[i], next))
            note_bad_sample(trainer, trainer->processed + s->n_before + i + 1);
    }
    hwk_flush_denormals(was_flushing);
}

/* Whoever goes on knows which channels of Maxout won last. */
static void hand_over(const hwi_trainer *trainer, const hwi_learner_team *team, bool to_alone)
{
    for (int m = 0; m < hwi_team_n_members(team->members); m++)
        hwi_work_copy_winners(team->learners[m].work, team->alone.work, to_alone, trainer->network);
}

static void reset_learners(const hwi_trainer *trainer, const hwi_learner_team *team)
{
    for (int m = 0; m < hwi_team_n_members(team->members); m++)
        hwi_work_reset(team->learners[m].work, trainer->network);
    if (team->alone.work)
        hwi_work_reset(team->alone.work, trainer->network);
}

/* Of a team that may also be one member alone. */
static void learn_at_pace(stretch *s, hwi_learner_team *team)
{
    double begin_ms = hwi_clock_ms();
    hwi_team_run(s->is_alone ? NULL : team->members, learn_stretch, s);
    hwi_pace_note(&team->pace, s->n, hwi_clock_ms() - begin_ms);
    if (s->is_alone == team->pace.is_alone)
        return;
    s->is_alone = team->pace.is_alone;
    hand_over(s->trainer, team, s->is_alone);
}

/* A team's part of the iteration: whatever rows it gets hold of. The first team's leader is the
 * thread of the trainer, who alone reports. */
static void learn_part(int number, void *ctx)
{
    iteration *it = ctx;
    hwi_trainer *trainer = it->trainer;
    hwi_learner_team *team = &trainer->teams[number];
    stretch s = {.trainer = trainer, .team = team};
    s.is_alone = team->members && team->pace.is_alone;
    reset_learners(trainer, team);
    while (take_stretch(it, &s)) {
        if (team->members)
            learn_at_pace(&s, team);
        else
            learn_stretch(0, &s);
        int64_t n_learned = atomic_fetch_add(&it->n_learned, s.n) + s.n;
        if (number == 0 && s.n == ROWS_BETWEEN_LOOKS)
            hwi_trainer_report_samples(trainer, trainer->processed + n_learned);
        bool stops = number == 0 && (trainer->is_cancelled || trainer->is_out_of_time);
        if (stops || trainer->bad_sample > 0)
            atomic_store(&it->is_over, true);
    }
}

void hwi_learn_iteration(hwi_trainer *trainer)
{
    hwi_sgd_set_rates(&trainer->sgd, (double)trainer->processed);
    hwi_sampler_begin(&trainer->sampler, trainer->iterations, trainer->processed);
    iteration it = {
        .trainer = trainer, .lock = PTHREAD_MUTEX_INITIALIZER, .sampler = &trainer->sampler};
    if (trainer->n_teams > 1)
        hwi_allow_races(trainer->network->slab, trainer->network->n_slab_bytes);
    hwi_team_run(trainer->leaders, learn_part, &it);
    trainer->processed += it.n_learned;
}
