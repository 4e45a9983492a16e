/* SPDX-License-Identifier: Apache-2.0
 *
 * What the format text of an Arrow schema means for a frame. Stateless. */
#pragma once

#include "base/status.h"
#include "heavywater/arrow.h"

typedef enum hwi_arrow_kind {
    HWI_ARROW_NULL,
    HWI_ARROW_BOOL,    /* bits */
    HWI_ARROW_INT,     /* two's complement of n_bytes */
    HWI_ARROW_UINT,    /* of n_bytes */
    HWI_ARROW_FLOAT,   /* IEEE of n_bytes */
    HWI_ARROW_TIME,    /* an INT to be scaled to milliseconds */
    HWI_ARROW_DECIMAL, /* an INT of n_bytes, up to 16, to be divided by 10^scale */
    HWI_ARROW_TEXT,    /* offsets of n_bytes into a heap */
    HWI_ARROW_VIEW     /* 16 bytes a text, which point to heaps */
} hwi_arrow_kind;

typedef struct hwi_arrow_type {
    hwi_arrow_kind kind;
    int32_t n_bytes;
    int64_t multiplier, divisor; /* of a TIME: ms = x * multiplier or floor(x / divisor) */
    int32_t scale;               /* of a DECIMAL */
} hwi_arrow_type;

/* HW_EUNSUPPORTED for what a frame cannot hold, HW_EDATA for what is no format; both name the
 * column. */
hw_status hwi_arrow_type_read(const char *format, const char *column, hwi_arrow_type *out,
                              hw_error *err) HW_MUST_USE;

/* Buffers that an array of the type has; a view has at least as many. */
int64_t hwi_arrow_type_n_buffers(const hwi_arrow_type *type);

static inline bool hwi_arrow_type_is_text(const hwi_arrow_type *type)
{
    return type->kind == HWI_ARROW_TEXT || type->kind == HWI_ARROW_VIEW;
}
