/* SPDX-License-Identifier: Apache-2.0
 *
 * Status codes and the caller-owned error.
 *
 * Every function that can go wrong returns hw_status and takes an hw_error as its last argument,
 * which may be NULL. The error belongs to the caller, needs no release, and is written only on
 * failure. There is no global "last error", so everything here may be used from any thread. */
#pragma once

#include "heavywater/common.h"

HW_BEGIN_DECLS

typedef enum hw_status {
    HW_OK = 0,
    HW_EINVAL = -1,       /* a parameter, option or argument is wrong */
    HW_EDATA = -2,        /* a data file or frame cannot be used */
    HW_EIO = -3,          /* the system refused to read or write a file */
    HW_ENOMEM = -4,       /* memory is exhausted */
    HW_EFORMAT = -5,      /* a model file is torn or of another kind */
    HW_EUNSUPPORTED = -6, /* a known ability that this version does not have */
    HW_ECANCELED = -7,    /* the caller asked to stop */
    HW_EUNSTABLE = -8,    /* training diverged */
    HW_EINTERNAL = -9     /* a bug in heavywater */
} hw_status;

/** What went wrong: one line for a person, and the parameter or column that it is about. */
typedef struct hw_error {
    hw_status code;
    char field[64];     /* H2O's parameter name, or a column name; "" when there is none */
    char message[1024]; /* one line without a final full stop; says value, limit, file, row, column
                         */
    const char *file;   /* base name of the source that raised it */
    int line;
} hw_error;

/** A word for a status: "ok", "invalid argument" ... Never NULL. */
HW_API const char *hw_status_name(hw_status status);

HW_END_DECLS
