/* SPDX-License-Identifier: Apache-2.0 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/kernels.h"
#include "kernels/levels.h"

typedef struct level {
    const hwk_table *table;
    bool (*can_run)(void);
} level;

static bool always(void)
{
    return true;
}

/* Slowest first. */
static const level levels[] = {{&hwk_table_ref, always}, HWK_LEVELS};

enum { N_LEVELS = sizeof levels / sizeof levels[0] };

const hwk_table *hwk_find(const char *name)
{
    for (int i = 0; i < N_LEVELS; i++)
        if (strcmp(levels[i].table->name, name) == 0 && levels[i].can_run())
            return levels[i].table;
    return NULL;
}

static const hwk_table *choose(void)
{
    const char *forced = getenv("HW_CPU_MASK");
    const hwk_table *table = forced ? hwk_find(forced) : NULL;
    for (int i = N_LEVELS - 1; i >= 0 && !table; i--)
        if (levels[i].can_run())
            table = levels[i].table;
    return table;
}

const hwk_table *hwk_get(void)
{
    /* Two threads that come first choose the same table. */
    static const hwk_table *_Atomic chosen;
    const hwk_table *table = atomic_load(&chosen);
    if (!table) {
        table = choose();
        atomic_store(&chosen, table);
    }
    return table;
}

bool hwk_flush_denormals(bool on)
{
    return hwk_set_flush(on);
}
