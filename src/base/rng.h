/* SPDX-License-Identifier: Apache-2.0
 *
 * The two generators of H2O, state by state. hwi_rng is PCG32 (XSH-RR 64/32, increment 3): initial
 * weights, row order, dropout, sampling, folds. hwi_java_rng is java.util.Random: ties among
 * classes, random grids. State is explicit; a generator belongs to one thread at a time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct hwi_rng {
    uint64_t state;
    double kept_gaussian; /* the second value of the polar method, for the next call */
    bool has_gaussian;
} hwi_rng;

/* Seeds as H2O's constructor and setSeed do; does not clear the kept gaussian of a used generator.
 */
void hwi_rng_set_seed(hwi_rng *rng, int64_t seed);
static inline hwi_rng hwi_rng_new(int64_t seed)
{
    hwi_rng rng = {0, 0, false};
    hwi_rng_set_seed(&rng, seed);
    return rng;
}

static inline uint32_t hwi_rng_u32(hwi_rng *rng)
{
    uint64_t old = rng->state;
    rng->state = old * UINT64_C(6364136223846793005) + 3;
    uint32_t x = (uint32_t)(((old >> 18) ^ old) >> 27);
    uint32_t rotation = (uint32_t)(old >> 59);
    return (x >> rotation) | (x << ((32 - rotation) & 31));
}
static inline int32_t hwi_rng_int(hwi_rng *rng)
{
    return (int32_t)hwi_rng_u32(rng);
}
/* Uniform on 0 .. bound-1 (with H2O's modulo bias). */
static inline uint32_t hwi_rng_below(hwi_rng *rng, uint32_t bound)
{
    return hwi_rng_u32(rng) % bound;
}
static inline int64_t hwi_rng_long(hwi_rng *rng)
{
    uint64_t high = hwi_rng_u32(rng);
    return (int64_t)(high << 32 | hwi_rng_u32(rng));
}
/* The low n_bits (1..32) of the second of two draws. */
static inline uint32_t hwi_rng_bits(hwi_rng *rng, int n_bits)
{
    return (uint32_t)((uint64_t)hwi_rng_long(rng) & ((UINT64_C(1) << n_bits) - 1));
}
/* Uniform on 0 .. 2^24 - 1: hwi_rng_float times 2^24, which is exact. */
static inline uint32_t hwi_rng_float_bits(hwi_rng *rng)
{
    /* Two steps at once: of the first draw nothing is used. */
    const uint64_t factor = UINT64_C(6364136223846793005);
    uint64_t second = rng->state * factor + 3;
    rng->state = rng->state * (factor * factor) + (factor + 1) * 3;
    uint32_t x = (uint32_t)(((second >> 18) ^ second) >> 27);
    uint32_t rotation = (uint32_t)(second >> 59);
    return ((x >> rotation) | (x << ((32 - rotation) & 31))) & 0xffffff;
}
/* Uniform on [0, 1). */
static inline float hwi_rng_float(hwi_rng *rng)
{
    return (float)hwi_rng_float_bits(rng) / (float)(1 << 24);
}
static inline double hwi_rng_double(hwi_rng *rng)
{
    uint64_t high = hwi_rng_bits(rng, 26);
    return (double)((high << 27) + hwi_rng_bits(rng, 27)) * 0x1p-53;
}
double hwi_rng_gaussian(hwi_rng *rng);
void hwi_rng_bytes(hwi_rng *rng, uint8_t *out, int64_t n_bytes);
/* In place; one draw an element, the last one included. */
void hwi_rng_shuffle(hwi_rng *rng, int32_t *values, int32_t n);

typedef struct hwi_java_rng {
    uint64_t state; /* 48 bits */
} hwi_java_rng;

hwi_java_rng hwi_java_rng_new(int64_t seed);
/* bound > 0. */
int32_t hwi_java_rng_below(hwi_java_rng *rng, int32_t bound);
double hwi_java_rng_double(hwi_java_rng *rng);
