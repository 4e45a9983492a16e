/* SPDX-License-Identifier: Apache-2.0 */
#include "base/team.h"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/parallel.h"

/* A meeting of members that all run takes well below a microsecond; who spins longer than some tens
 * of them waits for somebody whom the system has put aside. With fewer processors than members that
 * is so at every meeting. */
enum { N_EAGER_SPINS = 200, N_SPINS_CROWDED = 20, LINE_BYTES = 64 };
static const double longest_spin_ms = 0.03;

/* A count that others wait for. */
typedef struct signal_count {
    _Alignas(LINE_BYTES) _Atomic uint32_t n;
    _Atomic uint32_t n_sleepers;
} signal_count;

typedef struct member {
    signal_count arrived; /* meetings this one has come to */
    signal_count passed;  /* pieces passed on */
    hwi_team *team;
    int number;
    _Atomic int processor; /* where this one was last seen */
    pthread_t thread;
} member;

struct hwi_team {
    _Alignas(LINE_BYTES) _Atomic int n_members;
    int n_spins;
    cpu_set_t processors;                /* that the team may use */
    bool can_spread;                     /* there are enough of them */
    void (*task)(int member, void *ctx); /* NULL: go home */
    void *ctx;
    member members[];
};

static inline void pause_briefly(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Returns when the count is no longer `old`. Who goes to sleep counts itself before it looks for
 * the last time, and who advances the count looks for sleepers afterwards: one of them sees the
 * other. True after a sleep. */
static bool await_change(signal_count *count, uint32_t old, int n_spins)
{
    for (int i = 0; i < n_spins; i++) {
        if (atomic_load_explicit(&count->n, memory_order_acquire) != old)
            return false;
        if (i >= N_EAGER_SPINS)
            pause_briefly();
    }
    atomic_fetch_add(&count->n_sleepers, 1);
    while (atomic_load(&count->n) == old)
        syscall(SYS_futex, &count->n, FUTEX_WAIT_PRIVATE, old, NULL, NULL, 0);
    atomic_fetch_sub(&count->n_sleepers, 1);
    return true;
}

static void advance(signal_count *count)
{
    atomic_fetch_add(&count->n, 1);
    if (atomic_load(&count->n_sleepers) > 0)
        syscall(SYS_futex, &count->n, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

/* The system can leave two members on one processor for long, since they sleep in turns and it does
 * not look crowded. Who finds another there goes elsewhere; the caller's own thread is left alone.
 */
static void spread_out(hwi_team *team, int number)
{
    if (!team->can_spread)
        return;
    int processor = sched_getcpu();
    bool is_shared = false;
    cpu_set_t others = team->processors;
    for (int m = 0; m < team->n_members; m++) {
        int taken = atomic_load_explicit(&team->members[m].processor, memory_order_relaxed);
        if (m == number || taken < 0)
            continue;
        is_shared |= taken == processor;
        CPU_CLR(taken, &others);
    }
    if (is_shared && number > 0 && CPU_COUNT(&others) > 0 &&
        sched_setaffinity(0, sizeof others, &others) == 0) {
        sched_setaffinity(0, sizeof team->processors, &team->processors);
        processor = sched_getcpu();
    }
    atomic_store_explicit(&team->members[number].processor, processor, memory_order_relaxed);
}

/* Everybody says that he has come, and looks whether all others have: the way from one core to
 * another is taken once, where a common count would be fetched and its news be fetched back. */
void hwi_team_meet(hwi_team *team, int number)
{
    if (!team)
        return;
    signal_count *own = &team->members[number].arrived;
    const uint32_t meeting = atomic_load_explicit(&own->n, memory_order_relaxed);
    advance(own);
    bool has_slept = false;
    for (int m = 0; m < atomic_load_explicit(&team->n_members, memory_order_relaxed); m++)
        if (m != number)
            has_slept |= await_change(&team->members[m].arrived, meeting, team->n_spins);
    if (has_slept)
        spread_out(team, number);
}

void hwi_team_await_turn(hwi_team *team, int number)
{
    if (!team || number == 0)
        return;
    const signal_count *own = &team->members[number].passed;
    uint32_t n = atomic_load_explicit(&own->n, memory_order_relaxed);
    await_change(&team->members[number - 1].passed, n, team->n_spins);
}

void hwi_team_pass_on(hwi_team *team, int number)
{
    if (team)
        advance(&team->members[number].passed);
}

/* A task lies between two meetings: the first hands it out, the second ends it. */
static void *live(void *opaque)
{
    member *self = opaque;
    hwi_team *team = self->team;
    spread_out(team, self->number);
    for (;;) {
        hwi_team_meet(team, self->number);
        if (!team->task)
            return NULL;
        team->task(self->number, team->ctx);
        hwi_team_meet(team, self->number);
    }
}

void hwi_team_run(hwi_team *team, void (*task)(int member, void *ctx), void *ctx)
{
    if (!team) {
        task(0, ctx);
        return;
    }
    team->task = task;
    team->ctx = ctx;
    spread_out(team, 0);
    hwi_team_meet(team, 0);
    task(0, ctx);
    hwi_team_meet(team, 0);
}

/* Processors differ tenfold in how long they pause. */
static int n_spins_before_sleep(void)
{
    enum { N_TRIED = 100 };
    double begin_ms = hwi_clock_ms();
    for (int i = 0; i < N_TRIED; i++)
        pause_briefly();
    double pause_ms = (hwi_clock_ms() - begin_ms) / N_TRIED;
    double n = pause_ms > 0 ? longest_spin_ms / pause_ms : 0;
    return N_EAGER_SPINS + (n > N_TRIED ? (n < 1e5 ? (int)n : 100000) : N_TRIED);
}

hw_status hwi_team_new(int n_members, hwi_team **out, hw_error *err)
{
    HW_ASSERT(n_members >= 1);
    *out = NULL;
    if (n_members == 1)
        return HW_OK;
    hwi_team *team = hwi_calloc_array(1, sizeof(hwi_team) + (size_t)n_members * sizeof(member));
    HW_CHECK_ALLOC(err, team);
    bool is_crowded = n_members > hwi_parallel_n_threads(0);
    team->n_spins = is_crowded ? N_SPINS_CROWDED : n_spins_before_sleep();
    team->can_spread =
        !is_crowded && sched_getaffinity(0, sizeof team->processors, &team->processors) == 0;
    for (int m = 0; m < n_members; m++)
        team->members[m].processor = m > 0 ? -1 : sched_getcpu();
    /* Those that start wait for all at once; how many those are is known at the end. */
    team->n_members = n_members;
    int n_started = 1;
    for (; n_started < n_members; n_started++) {
        member *new = &team->members[n_started];
        new->team = team;
        new->number = n_started;
        if (pthread_create(&new->thread, NULL, live, new) != 0)
            break;
    }
    if (n_started < n_members)
        team->n_members = n_started;
    for (int m = n_started; m < n_members; m++)
        advance(&team->members[m].arrived); /* whoever waits for them already */
    *out = team;
    return HW_OK;
}

void hwi_team_free(hwi_team *team)
{
    if (!team)
        return;
    team->task = NULL;
    hwi_team_meet(team, 0);
    for (int i = 1; i < team->n_members; i++)
        pthread_join(team->members[i].thread, NULL);
    hwi_free(team);
}

int hwi_team_n_members(const hwi_team *team)
{
    return team ? team->n_members : 1;
}
