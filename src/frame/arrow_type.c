/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/arrow_type.h"

#include <string.h>

#include "base/number.h"

enum {
    MAX_SCALE = 400,
    MS_A_SECOND = 1000,
    MS_A_DAY = 86400000,
    US_A_MS = 1000,
    NS_A_MS = 1000000
};

/* Whole formats. */
static const struct {
    const char *format;
    hwi_arrow_type type;
} types[] = {
    {"n", {HWI_ARROW_NULL, 0, 1, 1, 0}},
    {"b", {HWI_ARROW_BOOL, 0, 1, 1, 0}},
    {"c", {HWI_ARROW_INT, 1, 1, 1, 0}},
    {"C", {HWI_ARROW_UINT, 1, 1, 1, 0}},
    {"s", {HWI_ARROW_INT, 2, 1, 1, 0}},
    {"S", {HWI_ARROW_UINT, 2, 1, 1, 0}},
    {"i", {HWI_ARROW_INT, 4, 1, 1, 0}},
    {"I", {HWI_ARROW_UINT, 4, 1, 1, 0}},
    {"l", {HWI_ARROW_INT, 8, 1, 1, 0}},
    {"L", {HWI_ARROW_UINT, 8, 1, 1, 0}},
    {"e", {HWI_ARROW_FLOAT, 2, 1, 1, 0}},
    {"f", {HWI_ARROW_FLOAT, 4, 1, 1, 0}},
    {"g", {HWI_ARROW_FLOAT, 8, 1, 1, 0}},
    {"u", {HWI_ARROW_TEXT, 4, 1, 1, 0}},
    {"U", {HWI_ARROW_TEXT, 8, 1, 1, 0}},
    {"vu", {HWI_ARROW_VIEW, 16, 1, 1, 0}},
    {"tdD", {HWI_ARROW_TIME, 4, MS_A_DAY, 1, 0}},
    {"tdm", {HWI_ARROW_TIME, 8, 1, 1, 0}},
    {"tts", {HWI_ARROW_TIME, 4, MS_A_SECOND, 1, 0}},
    {"ttm", {HWI_ARROW_TIME, 4, 1, 1, 0}},
    {"ttu", {HWI_ARROW_TIME, 8, 1, US_A_MS, 0}},
    {"ttn", {HWI_ARROW_TIME, 8, 1, NS_A_MS, 0}},
};

/* Timestamps: a zone follows the colon. It changes how an instant is shown, not which it is. */
static const struct {
    const char *prefix;
    hwi_arrow_type type;
} timestamps[] = {
    {"tss:", {HWI_ARROW_TIME, 8, MS_A_SECOND, 1, 0}},
    {"tsm:", {HWI_ARROW_TIME, 8, 1, 1, 0}},
    {"tsu:", {HWI_ARROW_TIME, 8, 1, US_A_MS, 0}},
    {"tsn:", {HWI_ARROW_TIME, 8, 1, NS_A_MS, 0}},
};

/* Known, and not for a frame: the beginning of the format and its name; longer ones first. */
static const char *const refused[][2] = {
    {"+ud:", "dense union"},
    {"+us:", "sparse union"},
    {"+vl", "list view"},
    {"+vL", "large list view"},
    {"+l", "list"},
    {"+L", "large list"},
    {"+w:", "fixed-size list"},
    {"+s", "struct"},
    {"+m", "map"},
    {"+r", "run-end encoded"},
    {"z", "binary"},
    {"Z", "large binary"},
    {"vz", "binary view"},
    {"w:", "fixed-size binary"},
    {"tD", "duration"},
    {"ti", "interval"},
};

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* "d:precision,scale" of 128 bits, or "d:precision,scale,bits". */
static hw_status read_decimal(const char *format, const char *column, hwi_arrow_type *out,
                              hw_error *err)
{
    int64_t fields[] = {0, 0, 128}; /* precision, scale, bits */
    const char *p = format + 2;
    bool is_good = true;
    size_t n = 0;
    for (; is_good && n < 3; n++) {
        size_t n_bytes = strcspn(p, ",");
        is_good = hwi_parse_int64(p, n_bytes, &fields[n]);
        p += n_bytes;
        if (*p == '\0')
            break;
        p++;
    }
    if (!is_good || n < 1 || *p || fields[1] < -MAX_SCALE || fields[1] > MAX_SCALE)
        HW_FAIL(err, HW_EDATA, column, "column '%s': '%.40s' is no format of Arrow", column,
                format);
    if (fields[2] != 32 && fields[2] != 64 && fields[2] != 128)
        HW_FAIL(
            err, HW_EUNSUPPORTED, column,
            "column '%s' is a decimal of %lld bits in Arrow (format '%.40s'); a frame takes 32, "
            "64 or 128; skipped_columns leaves it out",
            column, (long long)fields[2], format);
    *out = (hwi_arrow_type){HWI_ARROW_DECIMAL, (int32_t)fields[2] / 8, 1, 1, (int32_t)fields[1]};
    return HW_OK;
}

hw_status hwi_arrow_type_read(const char *format, const char *column, hwi_arrow_type *out,
                              hw_error *err)
{
    if (!format)
        HW_FAIL(err, HW_EDATA, column, "column '%s': the Arrow schema has no format", column);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(format, types[i].format) == 0) {
            *out = types[i].type;
            return HW_OK;
        }
    }
    for (size_t i = 0; i < sizeof(timestamps) / sizeof(timestamps[0]); i++) {
        if (starts_with(format, timestamps[i].prefix)) {
            *out = timestamps[i].type;
            return HW_OK;
        }
    }
    if (starts_with(format, "d:"))
        return read_decimal(format, column, out, err);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (starts_with(format, refused[i][0]))
            HW_FAIL(err, HW_EUNSUPPORTED, column,
                    "column '%s' is a %s in Arrow (format '%.40s'), which a frame cannot hold; "
                    "skipped_columns leaves it out",
                    column, refused[i][1], format);
    HW_FAIL(err, HW_EDATA, column, "column '%s': '%.40s' is no format of Arrow", column, format);
}

int64_t hwi_arrow_type_n_buffers(const hwi_arrow_type *type)
{
    switch (type->kind) {
    case HWI_ARROW_NULL:
        return 0;
    case HWI_ARROW_TEXT:
    case HWI_ARROW_VIEW: /* validity, views, heaps ..., the sizes of the heaps */
        return 3;
    default:
        return 2;
    }
}
