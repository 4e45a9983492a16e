/* SPDX-License-Identifier: Apache-2.0 */
#include "encoder/level_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

typedef struct keyed_level {
    const char *text;
    int32_t code;
} keyed_level;

static int compare_levels(const void *a, const void *b)
{
    return strcmp(((const keyed_level *)a)->text, ((const keyed_level *)b)->text);
}

hw_status hwi_level_index_init(hwi_level_index *index, const char *const *levels, int32_t n,
                               hw_error *err)
{
    *index = (hwi_level_index){.levels = levels, .n = n};
    keyed_level *keys = HWI_NEW_ARRAY(keyed_level, (size_t)n);
    HW_CHECK_ALLOC(err, keys);
    index->by_text = HWI_NEW_ARRAY(int32_t, (size_t)n);
    if (index->by_text) {
        for (int32_t i = 0; i < n; i++)
            keys[i] = (keyed_level){levels[i], i};
        qsort(keys, (size_t)n, sizeof *keys, compare_levels);
        for (int32_t i = 0; i < n; i++)
            index->by_text[i] = keys[i].code;
    }
    hwi_free(keys);
    HW_CHECK_ALLOC(err, index->by_text);
    return HW_OK;
}

void hwi_level_index_clear(hwi_level_index *index)
{
    hwi_free(index->by_text);
    *index = (hwi_level_index){0};
}

int32_t hwi_level_index_find(const hwi_level_index *index, const char *text)
{
    int32_t low = 0, high = index->n - 1;
    while (low <= high) {
        int32_t middle = low + (high - low) / 2;
        int order = strcmp(text, index->levels[index->by_text[middle]]);
        if (order == 0)
            return index->by_text[middle];
        if (order < 0)
            high = middle - 1;
        else
            low = middle + 1;
    }
    return index->n;
}
