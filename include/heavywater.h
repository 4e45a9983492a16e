/* SPDX-License-Identifier: Apache-2.0
 *
 * heavywater: H2O Deep Learning on tables, without a JVM. The one header to include. */
#pragma once

#include "heavywater/arrow.h"
#include "heavywater/common.h"
#include "heavywater/compare.h"
#include "heavywater/frame.h"
#include "heavywater/frame_builder.h"
#include "heavywater/grid.h"
#include "heavywater/metrics.h"
#include "heavywater/model.h"
#include "heavywater/params.h"
#include "heavywater/status.h"
#include "heavywater/table.h"
