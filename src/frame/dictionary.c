/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/dictionary.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 16, FIRST_BLOCK_BYTES = 256, LAST_BLOCK_BYTES = 1 << 18 };

static uint64_t load(const char *p)
{
    uint64_t x;
    memcpy(&x, p, sizeof(x));
    return x;
}

static uint64_t load_half(const char *p)
{
    uint32_t x;
    memcpy(&x, p, sizeof(x));
    return x;
}

/* The first eight bytes; of a shorter text all of it, in a form that tells texts of one length
 * apart and reads no byte behind it. */
static uint64_t prefix_of(const char *p, size_t n)
{
    if (n >= 8)
        return load(p);
    if (n >= 4)
        return load_half(p) | load_half(p + n - 4) << 32;
    if (n == 0)
        return 0;
    return (uint64_t)(uint8_t)p[0] | (uint64_t)(uint8_t)p[n / 2] << 8 |
           (uint64_t)(uint8_t)p[n - 1] << 16;
}

/* Eight bytes a step, multiplied and folded; no defence against chosen collisions, which only cost
 * their author time. */
static uint32_t hash_text(uint64_t prefix, const char *p, size_t n)
{
    const uint64_t k = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t h = (n * k ^ prefix) * k;
    if (n > 8) {
        const char *last = p + n - 8; /* overlaps what was taken before */
        for (p += 8; p < last; p += 8)
            h = ((h ^ h >> 29) ^ load(p)) * k;
        h = ((h ^ h >> 29) ^ load(last)) * k;
    }
    h ^= h >> 32;
    h *= UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)(h >> 32);
}

void hwi_dictionary_clear(hwi_dictionary *dictionary)
{
    while (dictionary->blocks) {
        hwi_dictionary_block *block = dictionary->blocks;
        dictionary->blocks = block->next;
        hwi_free(block);
    }
    hwi_free(dictionary->texts);
    hwi_free(dictionary->prefixes);
    hwi_free(dictionary->slots);
    *dictionary = (hwi_dictionary){0};
}

static uint32_t slot_mask(const hwi_dictionary *d)
{
    return (uint32_t)d->capacity * 2 - 1;
}

typedef struct key {
    const char *bytes;
    size_t n_bytes;
    uint64_t prefix; /* with the length it says all of a text of up to eight bytes */
    uint32_t hash;
} key;

static key make_key(const char *bytes, size_t n_bytes)
{
    uint64_t prefix = prefix_of(bytes, n_bytes);
    return (key){bytes, n_bytes, prefix, hash_text(prefix, bytes, n_bytes)};
}

/* The code, or ~slot where it belongs; the dictionary is not empty. The hash in the slot spares
 * looking at most of the texts that differ. */
static int64_t probe(const hwi_dictionary *d, const key *k)
{
    uint32_t slot = k->hash & slot_mask(d);
    for (; d->slots[slot]; slot = (slot + 1) & slot_mask(d)) {
        if (d->slots[slot] >> 32 != k->hash)
            continue;
        int32_t code = (int32_t)((uint32_t)d->slots[slot] - 1);
        if (d->prefixes[code] == k->prefix && d->texts[code].n_bytes == k->n_bytes &&
            (k->n_bytes <= 8 || memcmp(d->texts[code].bytes, k->bytes, k->n_bytes) == 0))
            return code;
    }
    return ~(int64_t)slot;
}

static bool grow(hwi_dictionary *d)
{
    size_t n = (size_t)d->n;
    size_t n_old_slots = (size_t)d->capacity * 2;
    size_t capacity = d->capacity ? (size_t)d->capacity * 2 : FIRST_CAPACITY;
    hwi_text *texts = hwi_realloc_array(d->texts, n, capacity, sizeof(*texts));
    if (!texts)
        return false;
    d->texts = texts;
    uint64_t *prefixes = hwi_realloc_array(d->prefixes, n, capacity, sizeof(*prefixes));
    if (!prefixes)
        return false;
    d->prefixes = prefixes;
    uint64_t *slots = HWI_NEW_ARRAY(uint64_t, capacity * 2);
    if (!slots)
        return false;
    uint64_t *old_slots = d->slots;
    d->slots = slots;
    d->capacity = (int32_t)capacity;
    for (size_t i = 0; i < n_old_slots; i++) {
        if (old_slots[i] == 0)
            continue;
        uint32_t slot = (uint32_t)(old_slots[i] >> 32) & slot_mask(d);
        while (slots[slot])
            slot = (slot + 1) & slot_mask(d);
        slots[slot] = old_slots[i];
    }
    hwi_free(old_slots);
    return true;
}

static const char *copy_text(hwi_dictionary *d, const char *bytes, size_t n_bytes)
{
    if (n_bytes > d->n_block_left || !d->blocks) {
        size_t size = d->block_bytes ? d->block_bytes * 2 : FIRST_BLOCK_BYTES;
        size = size > LAST_BLOCK_BYTES ? LAST_BLOCK_BYTES : size;
        size = size < n_bytes ? n_bytes : size;
        hwi_dictionary_block *block = hwi_alloc_array(sizeof(*block) + size, 1);
        if (!block)
            return NULL;
        block->next = d->blocks;
        d->blocks = block;
        d->block_next = block->bytes;
        d->n_block_left = size;
        d->block_bytes = size;
    }
    char *copy = d->block_next;
    if (n_bytes)
        memcpy(copy, bytes, n_bytes);
    d->block_next += n_bytes;
    d->n_block_left -= n_bytes;
    return copy;
}

int32_t hwi_dictionary_add(hwi_dictionary *d, const char *bytes, size_t n_bytes, int32_t max_texts)
{
    if (d->n == d->capacity && !grow(d))
        return HWI_DICTIONARY_NO_MEMORY;
    key k = make_key(bytes, n_bytes);
    int64_t found = probe(d, &k);
    if (found >= 0)
        return (int32_t)found;
    if (d->n >= max_texts)
        return HWI_DICTIONARY_FULL;
    const char *copy = copy_text(d, bytes, n_bytes);
    if (!copy)
        return HWI_DICTIONARY_NO_MEMORY;
    d->texts[d->n] = (hwi_text){copy, n_bytes};
    d->prefixes[d->n] = k.prefix;
    d->n++;
    d->slots[~found] = (uint64_t)k.hash << 32 | (uint32_t)d->n;
    return d->n - 1;
}

int32_t hwi_dictionary_find(const hwi_dictionary *d, const char *bytes, size_t n_bytes)
{
    if (d->n == 0)
        return -1;
    key k = make_key(bytes, n_bytes);
    int64_t found = probe(d, &k);
    return found >= 0 ? (int32_t)found : -1;
}

static int compare_codes(const void *a, const void *b, void *dictionary)
{
    const hwi_text *texts = ((const hwi_dictionary *)dictionary)->texts;
    return hwi_text_compare(&texts[*(const int32_t *)a], &texts[*(const int32_t *)b]);
}

hw_status hwi_dictionary_sort(hwi_dictionary *d, int32_t **out_rank, hwi_text **out_texts,
                              hw_error *err)
{
    size_t n = (size_t)d->n;
    HW_AUTO(int32_t) *order = HWI_ALLOC_ARRAY(int32_t, n);
    HW_CHECK_ALLOC(err, order);
    HW_AUTO(int32_t) *rank = HWI_ALLOC_ARRAY(int32_t, n);
    HW_CHECK_ALLOC(err, rank);
    hwi_text *texts = HWI_ALLOC_ARRAY(hwi_text, n);
    HW_CHECK_ALLOC(err, texts);
    for (size_t i = 0; i < n; i++)
        order[i] = (int32_t)i;
    qsort_r(order, n, sizeof(*order), compare_codes, d);
    for (size_t i = 0; i < n; i++) {
        rank[order[i]] = (int32_t)i;
        texts[i] = d->texts[order[i]];
    }
    *out_rank = HW_TAKE(rank);
    *out_texts = texts;
    return HW_OK;
}
