/* SPDX-License-Identifier: Apache-2.0
 *
 * model.ini of a MOJO, taken apart: its pairs, columns and domain lines, and typed access to the
 * values. Untrusted input; every error is HW_EFORMAT and names file, entry and key. One thread. */
#pragma once

#include "base/buffer.h"

typedef struct hwi_ini_pair {
    const char *key, *value;
} hwi_ini_pair;

typedef struct hwi_ini_domain {
    int32_t column, n_levels;
    const char *file; /* in domains/ */
} hwi_ini_domain;

typedef struct hwi_ini {
    const char *path; /* of the archive, for messages; borrowed */
    hwi_buffer text;  /* cut into the texts below */
    hwi_ini_pair *pairs;
    int32_t n_pairs;
    const char **columns;
    int32_t n_columns;
    hwi_ini_domain *domains;
    int32_t n_domains;
} hwi_ini;

/* Takes ini->text apart, which stays with ini. */
hw_status hwi_ini_parse(hwi_ini *ini, hw_error *err) HW_MUST_USE;
void hwi_ini_clear(hwi_ini *ini);

/* The last value of key; NULL when it is absent. `null` is given as it stands. */
const char *hwi_ini_raw(const hwi_ini *ini, const char *key);
/* The same, but NULL for `null`, too. */
const char *hwi_ini_find(const hwi_ini *ini, const char *key);
/* These must be there. */
hw_status hwi_ini_text(const hwi_ini *ini, const char *key, const char **out,
                       hw_error *err) HW_MUST_USE;
hw_status hwi_ini_bool(const hwi_ini *ini, const char *key, bool *out, hw_error *err) HW_MUST_USE;
hw_status hwi_ini_int(const hwi_ini *ini, const char *key, int32_t min, int32_t max, int32_t *out,
                      hw_error *err) HW_MUST_USE;
hw_status hwi_ini_real(const hwi_ini *ini, const char *key, double *out, hw_error *err) HW_MUST_USE;

/* Elements of the array; 0 when it is absent, null or empty. */
int64_t hwi_ini_count(const hwi_ini *ini, const char *key);
/* Exactly n elements, all finite. out has room for n. */
hw_status hwi_ini_ints(const hwi_ini *ini, const char *key, int64_t n, int32_t *out,
                       hw_error *err) HW_MUST_USE;
hw_status hwi_ini_reals(const hwi_ini *ini, const char *key, int64_t n, double *out,
                        hw_error *err) HW_MUST_USE;
hw_status hwi_ini_floats(const hwi_ini *ini, const char *key, int64_t n, float *out,
                         hw_error *err) HW_MUST_USE;
