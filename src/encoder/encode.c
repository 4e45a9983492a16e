/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "encoder/encoder.h"
#include "kernels/kernels.h"

int32_t hwi_encoder_max_active(const hwi_encoder *encoder)
{
    return encoder->n_cats + encoder->n_nums;
}

/* MurmurHash2 of the four big-endian bytes of the unit, read as a little-endian word (spec 2.6). */
static int32_t hash_unit(int32_t unit, int64_t seed)
{
    const uint32_t m = 0x5bd1e995;
    uint32_t h = (uint32_t)seed ^ 4;
    uint32_t k = __builtin_bswap32((uint32_t)unit);
    k *= m;
    k ^= k >> 24;
    k *= m;
    h *= m;
    h ^= k;
    h ^= h >> 13;
    h *= m;
    h ^= h >> 15;
    return (int32_t)h;
}

/* Adds 1 to a hash slot, keeping the list ascending. Lists are as long as there are categoricals.
 */
static void add_slot(hwi_active *out, int32_t slot)
{
    int32_t at = 0;
    while (at < out->n && out->units[at] < slot)
        at++;
    if (at < out->n && out->units[at] == slot) {
        out->values[at] += 1;
        return;
    }
    for (int32_t i = out->n; i > at; i--) {
        out->units[i] = out->units[i - 1];
        out->values[i] = out->values[i - 1];
    }
    out->units[at] = slot;
    out->values[at] = 1;
    out->n++;
}

static void light(const hwi_encoder *encoder, int32_t unit, hwi_active *out)
{
    if (encoder->n_hash_slots > 0) {
        int32_t slot = hash_unit(unit, encoder->hash_seed) % encoder->n_hash_slots;
        add_slot(out, slot < 0 ? -slot : slot);
        return;
    }
    out->units[out->n] = unit;
    out->values[out->n++] = 1;
}

/* Unit of a level, -1 for a first level that lights nothing; the last unit of the block is the
 * missing one. */
static int32_t unit_of_level(const hwi_encoder *encoder, int32_t cat, double code)
{
    int32_t first = encoder->cat_offsets[cat], missing = encoder->cat_offsets[cat + 1] - 1;
    int32_t level = (int32_t)code;
    if (level >= encoder->columns[cat].n_levels)
        return missing;
    if (!encoder->use_all_factor_levels && --level < 0)
        return -1;
    return first + level < missing ? first + level : missing;
}

static void put_number(const hwi_encoder *encoder, int32_t i, double x, bool is_centred,
                       hwi_active *out)
{
    double sub = is_centred && encoder->norm_mul ? encoder->norm_sub[i] : 0;
    double z = encoder->norm_mul ? (x - sub) * encoder->norm_mul[i] : x;
    if (z == 0)
        return;
    out->units[out->n] = encoder->n_units - encoder->n_nums + i;
    out->values[out->n++] = z;
}

/* All numbers of a row in training. */
static void put_numbers(const hwi_encoder *encoder, const double *raw, hwi_active *out)
{
    const hwk_table *kernels = hwk_get();
    const int32_t n = encoder->n_nums;
    const hwk_scale scale = {.means = encoder->means,
                             .sub = encoder->learns_uncentred ? NULL : encoder->norm_sub,
                             .mul = encoder->norm_mul};
    double *z = out->values + out->n;
    kernels->standardize(z, raw, &scale, n);
    out->n += kernels->list_nonzero(out->units + out->n, z, z, n, encoder->n_units - n);
}

void hwi_encode_training(const hwi_encoder *encoder, const double *raw, hwi_active *out)
{
    out->n = 0;
    for (int32_t cat = 0; cat < encoder->n_cats; cat++) {
        int32_t unit;
        if (isnan(raw[cat])) {
            bool is_last_level = encoder->missing_is_last_level && !encoder->use_all_factor_levels;
            unit = encoder->cat_offsets[cat + 1] - 1;
            if (is_last_level && unit > encoder->cat_offsets[cat])
                unit--;
        } else {
            unit = unit_of_level(encoder, cat, raw[cat]);
        }
        if (unit >= 0)
            light(encoder, unit, out);
    }
    put_numbers(encoder, raw + encoder->n_cats, out);
}

void hwi_encode_scoring_categories(const hwi_encoder *encoder, const double *raw, hwi_active *out)
{
    out->n = 0;
    for (int32_t cat = 0; cat < encoder->n_cats; cat++) {
        int32_t unit = isnan(raw[cat]) ? encoder->cat_offsets[cat + 1] - 1
                                       : unit_of_level(encoder, cat, raw[cat]);
        if (unit >= 0 || (encoder->n_hash_slots > 0 && encoder->hashes_absent_level))
            light(encoder, unit, out);
    }
}

hwi_norm hwi_encoder_norm(const hwi_encoder *encoder, int32_t i)
{
    if (!encoder->norm_mul)
        return (hwi_norm){0, 1};
    return (hwi_norm){encoder->norm_sub[i], encoder->norm_mul[i]};
}

void hwi_encode_scoring(const hwi_encoder *encoder, const double *raw, hwi_active *out)
{
    hwi_encode_scoring_categories(encoder, raw, out);
    for (int32_t i = 0; i < encoder->n_nums; i++) {
        double x = raw[encoder->n_cats + i];
        if (!isnan(x))
            put_number(encoder, i, x, true, out);
    }
}
