/* SPDX-License-Identifier: Apache-2.0 */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

hw_status hwi_fail(hw_error *err, hw_status code, const char *field, const char *file, int line,
                   const char *format, ...)
{
    if (!err)
        return code;
    /* Formatted aside first: an argument may point into err itself. */
    char message[sizeof err->message];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    char field_copy[sizeof err->field];
    snprintf(field_copy, sizeof field_copy, "%s", field ? field : "");
    memcpy(err->message, message, sizeof message);
    memcpy(err->field, field_copy, sizeof field_copy);
    err->code = code;
    err->file = base_name(file);
    err->line = line;
    return code;
}

const char *hw_status_name(hw_status status)
{
    switch (status) {
    case HW_OK:
        return "ok";
    case HW_EINVAL:
        return "invalid argument";
    case HW_EDATA:
        return "unusable data";
    case HW_EIO:
        return "input or output error";
    case HW_ENOMEM:
        return "out of memory";
    case HW_EFORMAT:
        return "not a readable model file";
    case HW_EUNSUPPORTED:
        return "not supported";
    case HW_ECANCELED:
        return "cancelled";
    case HW_EUNSTABLE:
        return "training diverged";
    case HW_EINTERNAL:
        return "internal error";
    }
    return "unknown status";
}

const char *hw_version(void)
{
    return HW_VERSION;
}
