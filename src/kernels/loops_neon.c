/* SPDX-License-Identifier: Apache-2.0 */
#define HWK_SUFFIX neon
#define HWK_NAME "neon"
#include "kernels/loops.inc"
