/* SPDX-License-Identifier: Apache-2.0 */
#define HWK_SUFFIX v2
#define HWK_NAME "v2"
#include "kernels/loops.inc"
