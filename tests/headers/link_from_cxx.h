/* SPDX-License-Identifier: Apache-2.0
 *
 * What headers_test asks of C++. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

const char *version_seen_by_cxx(void);

#ifdef __cplusplus
}
#endif
