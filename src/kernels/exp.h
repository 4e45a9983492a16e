/* SPDX-License-Identifier: Apache-2.0
 *
 * exp for the activations of the fast arithmetic, by additions and multiplications alone, so that
 * every instruction set gives the same bits: exp(x) = 2^k exp(r), k whole, |r| <= ln(2) / 2. */
#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

#define HWK_LOG2_E 0x1.71547652b82fep+0
/* ln(2) in two parts, of which the first times any k is exact. */
#define HWK_LN2_HIGH 0x1.62e42fefa0000p-1
#define HWK_LN2_LOW 0x1.cf79abc9e3b3ap-40
/* Adding it rounds to a whole number, which is then in the low bits. */
#define HWK_ROUNDER 0x1.8p52
/* The series of exp(r), the factor of r^10 first: the rest is below 3e-13 of it. */
enum { HWK_EXP_DEGREE = 10 };
static const double hwk_exp_factors[HWK_EXP_DEGREE + 1] = {
    1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120,
    1.0 / 24,      1.0 / 6,      1.0 / 2,     1,          1};

/* exp of it is so large that 1 added or taken changes nothing. */
#define HWK_EXP_END 40.0

/* x NaN or in [-700, 700]. Relative error below 1e-12. */
static inline double hwk_exp(double x)
{
    double sum = x * HWK_LOG2_E + HWK_ROUNDER, k = sum - HWK_ROUNDER;
    double r = (x - k * HWK_LN2_HIGH) - k * HWK_LN2_LOW, power = hwk_exp_factors[0];
#pragma GCC unroll 16
    for (int i = 1; i <= HWK_EXP_DEGREE; i++)
        power = power * r + hwk_exp_factors[i];
    uint64_t exponent, bits;
    memcpy(&exponent, &sum, sizeof exponent);
    memcpy(&bits, &power, sizeof bits);
    bits += exponent << 52;
    memcpy(&power, &bits, sizeof power);
    return power;
}

/* Both have one condition at a time: of two in a row compilers make branches, not vectors. */
static inline double hwk_tanh(double x)
{
    double twice = 2 * x, end = copysign(HWK_EXP_END, x);
    twice = fabs(twice) > HWK_EXP_END ? end : twice;
    return 1 - 2 / (1 + hwk_exp(twice));
}

/* The sum of a Rectifier and of exp(x) - 1 where x is negative, of which one is 0. */
static inline double hwk_exp_rectifier(double x)
{
    double end = copysign(HWK_EXP_END, x), near = fabs(x) > HWK_EXP_END ? end : x;
    double negative = 0.5 * (near - fabs(near));
    return 0.5 * (x + fabs(x)) + (hwk_exp(negative) - 1);
}
