/* SPDX-License-Identifier: Apache-2.0 */
#include "headers/link_from_cxx.h"

#include "heavywater.h"

const char *version_seen_by_cxx(void)
{
    return hw_version();
}
