/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/distinct_names.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "frame/dictionary.h"

static hw_status rename_one(hwi_dictionary *taken, char **name, hw_error *err)
{
    for (int64_t number = 1;; number++) {
        HW_AUTO_BUFFER(text);
        hwi_buffer_printf(&text, "%s.%lld", *name, (long long)number);
        HW_TRY(hwi_buffer_check(&text, err));
        if (hwi_dictionary_find(taken, hwi_buffer_text(&text), text.size) >= 0)
            continue;
        HW_AUTO(char) *other = hwi_strdup(hwi_buffer_text(&text));
        HW_CHECK_ALLOC(err, other);
        if (hwi_dictionary_add(taken, other, text.size, INT32_MAX) < 0)
            HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
        hwi_free(*name);
        *name = HW_TAKE(other);
        return HW_OK;
    }
}

hw_status hwi_names_make_distinct(char **names, int32_t n_fixed, int32_t n, hw_error *err)
{
    __attribute__((cleanup(hwi_dictionary_clear))) hwi_dictionary taken = {0};
    HW_AUTO(uint8_t) *is_again = HWI_NEW_ARRAY(uint8_t, (size_t)n);
    HW_CHECK_ALLOC(err, is_again);
    for (int32_t i = 0; i < n; i++) {
        const int32_t n_taken = taken.n;
        if (hwi_dictionary_add(&taken, names[i], strlen(names[i]), INT32_MAX) < 0)
            HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
        is_again[i] = i >= n_fixed && (taken.n == n_taken || !*names[i]);
    }
    for (int32_t i = 0; i < n; i++)
        if (is_again[i])
            HW_TRY(rename_one(&taken, &names[i], err));
    return HW_OK;
}
