/* SPDX-License-Identifier: Apache-2.0
 *
 * One lock guards everything; rows are made while it is held, since whoever waits needs them too.
 */
#include "train/rows_pool.h"

#include <pthread.h>
#include <string.h>

/* Rows are as large as the frame: trainings that use other predictors than most make their own. */
enum { MAX_ENTRIES = 4 };

typedef struct entry {
    char *key;
    hwi_rows *rows;
} entry;

struct hwi_rows_pool {
    pthread_mutex_t lock;
    entry entries[MAX_ENTRIES];
    int n;
};

hwi_rows_pool *hwi_rows_pool_new(void)
{
    hwi_rows_pool *pool = HWI_NEW(hwi_rows_pool);
    if (pool)
        pthread_mutex_init(&pool->lock, NULL);
    return pool;
}

void hwi_rows_pool_free(hwi_rows_pool *pool)
{
    if (!pool)
        return;
    for (int i = 0; i < pool->n; i++) {
        hwi_free(pool->entries[i].key);
        hwi_rows_free(pool->entries[i].rows);
    }
    pthread_mutex_destroy(&pool->lock);
    hwi_free(pool);
}

/* The predictors in their order; the frame says the rest. */
static void append_key(const hwi_encoder *encoder, hwi_buffer *key)
{
    hwi_buffer_printf(key, "%d", encoder->n_cats);
    for (int32_t i = 0; i < encoder->n_cats + encoder->n_nums; i++) {
        hwi_buffer_printf(key, "\n%d ", encoder->columns[i].n_levels);
        hwi_buffer_append_text(key, encoder->columns[i].name);
    }
}

static hw_status make_locked(hwi_rows_pool *pool, const hwi_encoder *encoder, const hw_frame *frame,
                             const char *key, const hwi_rows **out, hw_error *err)
{
    HW_AUTO(hwi_adapted) *adapted = NULL;
    HW_AUTO(hwi_rows) *rows = NULL;
    HW_AUTO(char) *copy = hwi_strdup(key);
    HW_CHECK_ALLOC(err, copy);
    HW_TRY(hwi_adapted_new(encoder, frame, NULL, &adapted, err));
    HW_TRY(hwi_rows_new(adapted, &rows, err));
    *out = rows;
    pool->entries[pool->n++] = (entry){HW_TAKE(copy), HW_TAKE(rows)};
    return HW_OK;
}

hw_status hwi_rows_pool_get(hwi_rows_pool *pool, const hwi_encoder *encoder, const hw_frame *frame,
                            const hwi_rows **out, hw_error *err)
{
    *out = NULL;
    if (encoder->recoding)
        return HW_OK;
    HW_AUTO_BUFFER(key);
    append_key(encoder, &key);
    HW_TRY(hwi_buffer_check(&key, err));
    hw_status status = HW_OK;
    pthread_mutex_lock(&pool->lock);
    for (int i = 0; i < pool->n && !*out; i++)
        if (strcmp(pool->entries[i].key, hwi_buffer_text(&key)) == 0)
            *out = pool->entries[i].rows;
    if (!*out && pool->n < MAX_ENTRIES)
        status = make_locked(pool, encoder, frame, hwi_buffer_text(&key), out, err);
    pthread_mutex_unlock(&pool->lock);
    return status;
}
