/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "frame/frame.h"
#include "frame/parse.h"

static bool has_svmlight_ending(const hwi_source *source)
{
    static const char *const endings[] = {".svm", ".svmlight", ".libsvm"};
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        const char *found = strstr(hwi_file_base_name(source->path), endings[i]);
        size_t n = strlen(endings[i]);
        if (found && (found[n] == '\0' || found[n] == '.'))
            return true;
    }
    return false;
}

hw_status hwi_parse(const hwi_parse_input *input, hw_frame **out, hw_error *err)
{
    const hwi_source *first = &input->sources->items[0];
    if (hwi_is_arff(first))
        return hwi_parse_arff(input, out, err);
    bool is_open = input->options->separator == 0 && input->options->header == 0;
    if (is_open && (has_svmlight_ending(first) || hwi_is_svmlight(first)))
        return hwi_parse_svmlight(input, out, err);
    return hwi_parse_csv(input, out, err);
}

hw_status hw_frame_read(const char *path, const hw_parse_options *options, hw_frame **out_frame,
                        hw_error *err)
{
    HW_CHECK_ARG(err, path != NULL);
    HW_CHECK_ARG(err, out_frame != NULL);
    static const hw_parse_options defaults = {0};
    __attribute__((cleanup(hwi_source_list_clear))) hwi_source_list sources = {0};
    HW_TRY(hwi_source_list_open(path, &sources, err));
    hwi_parse_input input = {&sources, options ? options : &defaults, 0, 0};
    return hwi_parse(&input, out_frame, err);
}
