/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"

#include <math.h>

void hwi_rng_set_seed(hwi_rng *rng, int64_t seed)
{
    rng->state = 0;
    hwi_rng_u32(rng);
    rng->state += (uint64_t)seed;
    hwi_rng_u32(rng);
}

double hwi_rng_gaussian(hwi_rng *rng)
{
    if (rng->has_gaussian) {
        rng->has_gaussian = false;
        return rng->kept_gaussian;
    }
    double v1, v2, s;
    do {
        v1 = 2 * hwi_rng_double(rng) - 1;
        v2 = 2 * hwi_rng_double(rng) - 1;
        s = v1 * v1 + v2 * v2;
    } while (s >= 1 || s == 0);
    double scale = sqrt(-2 * log(s) / s);
    rng->kept_gaussian = v2 * scale;
    rng->has_gaussian = true;
    return v1 * scale;
}

void hwi_rng_bytes(hwi_rng *rng, uint8_t *out, int64_t n_bytes)
{
    for (int64_t i = 0; i < n_bytes;) {
        uint32_t bits = hwi_rng_u32(rng);
        for (int k = 0; k < 4 && i < n_bytes; k++, i++, bits >>= 8)
            out[i] = (uint8_t)bits;
    }
}

void hwi_rng_shuffle(hwi_rng *rng, int32_t *values, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        int32_t j = i + (int32_t)hwi_rng_below(rng, (uint32_t)(n - i));
        int32_t kept = values[i];
        values[i] = values[j];
        values[j] = kept;
    }
}

static const uint64_t JAVA_MULTIPLIER = UINT64_C(0x5DEECE66D);
static const uint64_t JAVA_MASK = (UINT64_C(1) << 48) - 1;

hwi_java_rng hwi_java_rng_new(int64_t seed)
{
    return (hwi_java_rng){((uint64_t)seed ^ JAVA_MULTIPLIER) & JAVA_MASK};
}

static int32_t java_bits(hwi_java_rng *rng, int n_bits)
{
    rng->state = (rng->state * JAVA_MULTIPLIER + 0xB) & JAVA_MASK;
    return (int32_t)(rng->state >> (48 - n_bits));
}

int32_t hwi_java_rng_below(hwi_java_rng *rng, int32_t bound)
{
    if ((bound & -bound) == bound)
        return (int32_t)(((int64_t)bound * java_bits(rng, 31)) >> 31);
    for (;;) {
        int32_t bits = java_bits(rng, 31);
        int32_t value = bits % bound;
        /* Java tests for overflow of the signed sum; done here in 64 bits. */
        if ((int64_t)bits - value + (bound - 1) <= INT32_MAX)
            return value;
    }
}

double hwi_java_rng_double(hwi_java_rng *rng)
{
    int64_t high = java_bits(rng, 26);
    return (double)((high << 27) + java_bits(rng, 27)) * 0x1p-53;
}
