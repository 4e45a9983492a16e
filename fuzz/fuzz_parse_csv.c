/* SPDX-License-Identifier: Apache-2.0
 *
 * Text tables in memory. The first two bytes choose options and the size of the pieces; the rest is
 * the file. It is parsed at once and in small pieces on several threads: both must say the same. */
#include <stdlib.h>

#include "support/hw_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

enum { MAX_ROWS_SHOWN = 4096, MAX_BYTES = 1 << 16 };

/* Without address sanitizer a difference is a trap all the same. */
static void compare(const hw_frame *a, const hw_frame *b)
{
    HW_AUTO_BUFFER(text_a);
    HW_AUTO_BUFFER(text_b);
    hw_frame_to_text(a, &text_a);
    hw_frame_to_text(b, &text_b);
    if (text_a.size != text_b.size || memcmp(text_a.data, text_b.data, text_a.size) != 0)
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    static const char separators[] = {0, 0, ',', ';', '\t', ' ', '|', 1};
    static const char *const names[] = {"f.csv", "f.csv", "f.arff", "f.svm"};
    if (n_bytes < 2 || n_bytes > MAX_BYTES)
        return 0;
    hw_parse_options options = {
        .separator = separators[data[0] & 7],
        .header = (data[0] >> 3 & 3) % 3 - 1,
        .na_strings = data[0] & 128 ? "x,-9" : NULL,
        .n_threads = 1,
    };
    const char *name = names[data[0] >> 5 & 3];
    const char *text = (const char *)data + 2;
    hw_error err_a = {0}, err_b = {0};
    HW_AUTO(hw_frame)
    *a = NULL;
    HW_AUTO(hw_frame)
    *b = NULL;
    hw_status status_a = hw_parse_text(name, text, n_bytes - 2, &options, 0, &a, &err_a);
    options.n_threads = 3;
    hw_status status_b =
        hw_parse_text(name, text, n_bytes - 2, &options, (size_t)data[1] + 1, &b, &err_b);
    if (status_a != status_b || strcmp(err_a.message, err_b.message) != 0)
        __builtin_trap();
    if (status_a == HW_OK)
        compare(a, b);
    hw_column_summary summary;
    for (int32_t i = 0; a && i < hw_frame_n_columns(a) && i < 64; i++)
        if (hw_frame_summarize_column(a, i, &summary, NULL) != HW_OK)
            __builtin_trap();
    return 0;
}
