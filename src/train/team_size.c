/* SPDX-License-Identifier: Apache-2.0
 *
 * How many threads work on one sample. */
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/parallel.h"
#include "train/trainer.h"

/* Measured on an EPYC and a Xeon: a line of sixteen weights forward and back, and what a meeting of
 * the team costs with all that waits for it. Only their ratio decides. */
static const double NS_PER_FAST_LINE = 3, NS_PER_EXACT_LINE = 12, NS_PER_MEETING = 450;
/* What a line costs on top when two teams race, since the other's cache has it: measured with 9,000
 * and more lines a sample. With fewer both are often at the same line, and it costs ten times that.
 * What more teams cost is not measured; so much faster they have to be before they pay. */
static const double NS_PER_RACED_LINE = 10, MIN_RACED_LINES = 5000, WORTHWHILE_GAIN = 1.5;

/* Lines that the busiest of n members has to work on for a sample. */
static double lines_of_busiest(const hwi_team_need *need, int n)
{
    double lines = 0;
    for (int32_t l = 0; l < need->network->n_layers; l++) {
        const hwi_layer *layer = &need->network->layers[l];
        int32_t n_shards = hwi_n_shards(layer);
        double n_in = l == 0 ? need->n_active_inputs : layer->n_in;
        int32_t n_own = (n_shards + n - 1) / n;
        lines += n_in * layer->n_panels * n_own / n_shards;
    }
    return lines;
}

static double ns_per_sample(const hwi_team_need *need, int n)
{
    double ns_per_line = need->is_fast ? NS_PER_FAST_LINE : NS_PER_EXACT_LINE;
    double meetings = n > 1 ? 2.0 * (need->network->n_layers - 1) : 0;
    return lines_of_busiest(need, n) * ns_per_line + meetings * NS_PER_MEETING;
}

static int best_size(const hwi_team_need *need, int n_most)
{
    int best = 1;
    for (int n = 2; n <= n_most && n <= HWI_MAX_MEMBERS; n++)
        if (ns_per_sample(need, n) < ns_per_sample(need, best))
            best = n;
    return best;
}

/* HW_TEAM_SIZE forces a size: for tests, and for who knows better. */
static int64_t forced_size(void)
{
    const char *text = getenv("HW_TEAM_SIZE");
    int64_t n;
    return text && hwi_parse_int64(text, strlen(text), &n) ? n : 0;
}

int hwi_team_size(const hwi_team_need *need)
{
    int64_t forced = forced_size();
    if (forced > 0)
        return forced < HWI_MAX_MEMBERS ? (int)forced : HWI_MAX_MEMBERS;
    int n_processors = hwi_parallel_n_threads(0);
    int n_most = hwi_parallel_n_threads(need->n_threads);
    if (n_most > n_processors)
        n_most = n_processors; /* members that wait for a processor hold up all others */
    if (n_most > HWI_MAX_MEMBERS)
        n_most = HWI_MAX_MEMBERS;
    return best_size(need, n_most);
}

int hwi_n_teams_that_pay(const hwi_team_need *need, int n_processors)
{
    enum { MIN_RACING_THREADS = 16 };
    int n = hwi_parallel_n_threads(need->n_threads);
    if (n > n_processors)
        n = n_processors;
    if (n < MIN_RACING_THREADS)
        return 1;
    int n_members = best_size(need, n), n_teams = n / n_members;
    double lines = lines_of_busiest(need, n_members), ns = ns_per_sample(need, n_members);
    bool pays = lines >= MIN_RACED_LINES &&
                (ns + lines * NS_PER_RACED_LINE) / n_teams * WORTHWHILE_GAIN < ns;
    return pays ? n_teams : 1;
}
