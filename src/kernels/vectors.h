/* SPDX-License-Identifier: Apache-2.0
 *
 * Vectors as wide as the machine's registers, for the kernels' source. Wider ones would do for all
 * machines, but GCC 12 hands what takes two or four registers round through memory, which costs up
 * to nine tenths of the speed. A line of a panel is so worked on in parts: N_PARTS of doubles,
 * N_FLOAT_PARTS of floats. */
#pragma once

#include <stdint.h>

#include "kernels/kernels.h"

#if defined(__AVX512F__)
#define DOUBLES 8
#elif defined(__AVX2__)
#define DOUBLES 4
#else
#define DOUBLES 2
#endif
#define FLOATS (2 * DOUBLES)

enum {
    LANES = HWK_LANES,
    N_PARTIALS = HWK_PARTIALS,
    N_PARTS = LANES / DOUBLES,
    N_EIGHTH_PARTS = N_PARTIALS / DOUBLES,
    N_FLOAT_PARTS = LANES / FLOATS
};

/* As many doubles as a register holds, and as many floats and integers. */
typedef double vd __attribute__((vector_size(8 * DOUBLES), may_alias));
typedef int64_t vl __attribute__((vector_size(8 * DOUBLES), may_alias));
typedef float vf __attribute__((vector_size(4 * DOUBLES), may_alias));
typedef int32_t vi __attribute__((vector_size(4 * DOUBLES), may_alias));
/* As many floats as a register holds. */
typedef float wf __attribute__((vector_size(4 * FLOATS), may_alias));
typedef int32_t wi __attribute__((vector_size(4 * FLOATS), may_alias));

#define EACH_PART _Pragma("GCC unroll 8") for (int32_t p = 0; p < N_PARTS; p++)
#define EACH_FLOAT_PART _Pragma("GCC unroll 4") for (int32_t p = 0; p < N_FLOAT_PARTS; p++)

/* Arrays of numbers as vectors. */
#define PART_F(pointer) (*(vf *)(void *)(pointer))
#define CONST_PART_F(pointer) (*(const vf *)(const void *)(pointer))
#define CONST_PART_I(pointer) (*(const vi *)(const void *)(pointer))
#define PART_D(pointer) (*(vd *)(void *)(pointer))
#define CONST_PART_D(pointer) (*(const vd *)(const void *)(pointer))
/* The same of any alignment. */
typedef double any_vd __attribute__((vector_size(8 * DOUBLES), may_alias, aligned(8)));
typedef int32_t any_vi __attribute__((vector_size(4 * DOUBLES), may_alias, aligned(4)));
#define ANY_D(pointer) (*(any_vd *)(void *)(pointer))
#define CONST_ANY_D(pointer) (*(const any_vd *)(const void *)(pointer))
#define CONST_ANY_I(pointer) (*(const any_vi *)(const void *)(pointer))
#define AS_VD(pointer) ((vd *)(void *)(pointer))
#define AS_CONST_VD(pointer) ((const vd *)(const void *)(pointer))
#define AS_CONST_VF(pointer) ((const vf *)(const void *)(pointer))
#define WIDE_F(pointer) (*(wf *)(void *)(pointer))
#define CONST_WIDE_F(pointer) (*(const wf *)(const void *)(pointer))

/* Conversions, and which of a part's weights move: from flags of -1 and 0. Macros, not functions:
 * passing vectors would depend on the instruction set. */
#if defined(__AVX512F__)
/* One instruction each; GCC 12 splits the generic conversion in two halves and joins them again. */
#include <immintrin.h>
#define PART_WIDEN(x) ((vd)_mm512_cvtps_pd((__m256)(x)))
#define PART_NARROW(x) ((vf)_mm512_cvtpd_ps((__m512d)(x)))
#define PART_ROWS __mmask8
#define FIND_PART(flags) _mm256_movepi32_mask(_mm256_loadu_si256((const __m256i *)(flags)))
#define CHOOSE_PART(active, yes, no) ((vf)_mm256_mask_mov_ps((__m256)(no), active, (__m256)(yes)))
#define CLEAR_PART(active, x) ((vf)_mm256_maskz_mov_ps(active, (__m256)(x)))
#define WIDE_ROWS __mmask16
#define FIND_WIDE(flags) _mm512_movepi32_mask(_mm512_loadu_si512(flags))
#define IS_NOT_ZERO(x) _mm512_cmp_ps_mask((__m512)(x), _mm512_setzero_ps(), _CMP_NEQ_UQ)
#define CHOOSE_WIDE(active, yes, no) ((wf)_mm512_mask_mov_ps((__m512)(no), active, (__m512)(yes)))
#else
#define PART_WIDEN(x) __builtin_convertvector((x), vd)
#define PART_NARROW(x) __builtin_convertvector((x), vf)
#define PART_ROWS vi
#define FIND_PART(flags) CONST_PART_I(flags)
#define CHOOSE_PART(active, yes, no) ((vf)(((active) & (vi)(yes)) | (~(active) & (vi)(no))))
#define CLEAR_PART(active, x) ((vf)((active) & (vi)(x)))
#define WIDE_ROWS wi
#define FIND_WIDE(flags) (*(const wi *)(const void *)(flags))
#define IS_NOT_ZERO(x) ((x) != 0)
#define CHOOSE_WIDE(active, yes, no) ((wf)(((active) & (wi)(yes)) | (~(active) & (wi)(no))))
#endif
#define PART_APPROX_SQRT(x) ((vf)(532483686 + ((vi)(x) >> 1)))
#define WIDE_APPROX_SQRT(x) ((wf)(532483686 + ((wi)(x) >> 1)))

/* sign(w) * l1; converting masks to numbers would be done one by one. */
#define SIGNED(w, l1)                                                                              \
    ((vd)(((vl)((w) > 0) & (vl)((vd){0} + (l1))) | ((vl)((w) < 0) & (vl)((vd){0} - (l1)))))
#define WIDE_SIGNED(w, l1)                                                                         \
    ((wf)(((wi)((w) > 0) & (wi)((wf){0} + (l1))) | ((wi)((w) < 0) & (wi)((wf){0} - (l1)))))

static inline __attribute__((always_inline)) int32_t unit_of(const hwk_inputs *inputs, int32_t i)
{
    return inputs->units ? inputs->units[i] : i;
}

static inline int has_all_rows(const hwk_panel *panel)
{
    int32_t all = -1;
    for (int32_t r = 0; r < LANES; r++)
        all &= panel->is_active[r];
    return all;
}

/* How a weight moves; ERRORS_ONLY: not at all. */
enum { PLAIN, CLASSICAL, NESTEROV, ADADELTA, ERRORS_ONLY };

#define UPDATE static inline __attribute__((always_inline)) void

/* One unit's arrays, which begin at `at`, as those of a panel. */
static inline __attribute__((always_inline)) hwk_panel arrays_of_unit(const hwk_units *units,
                                                                      int64_t at, int kind)
{
    hwk_panel arrays = {.weights = units->weights + at};
    if (kind == ADADELTA) {
        arrays.mean_square_update = units->mean_square_update + at;
        arrays.mean_square_gradient = units->mean_square_gradient + at;
    } else if (kind != PLAIN) {
        arrays.momenta = units->momenta + at;
    }
    return arrays;
}
