/* SPDX-License-Identifier: Apache-2.0 */
#define HWK_SUFFIX v4
#define HWK_NAME "v4"
#include "kernels/loops.inc"
