/* SPDX-License-Identifier: Apache-2.0 */
#define HWK_SUFFIX v3
#define HWK_NAME "v3"
#include "kernels/loops.inc"
