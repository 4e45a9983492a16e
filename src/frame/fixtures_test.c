/* SPDX-License-Identifier: Apache-2.0
 *
 * Every data file of the parity fixtures, parsed as H2O was told to: types, missing counts and
 * domains are those that H2O reports. Skipped where the fixtures are not at hand. */
#include "support/hw_test.h"

#include <dirent.h>
#include <stdlib.h>

#include <jansson.h>

#include "support/hw_frame.h"

static const char *fixtures;

static json_t *load(const char *case_name, const char *file)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/parity/%s/%s", fixtures, case_name, file);
    return json_load_file(path, 0, NULL);
}

static bool has_column(const json_t *columns, const char *name)
{
    size_t i;
    json_t *column;
    json_array_foreach(columns, i,
                       column) if (strcmp(json_string_value(json_object_get(column, "name")),
                                          name) == 0) return true;
    return false;
}

/* "a=enum,b=string" and "a,b" from the case's parameters, for the columns that the file has. */
static void make_options(const json_t *params, const json_t *columns, hwi_buffer *col_types,
                         hwi_buffer *factors)
{
    const char *name;
    json_t *type;
    json_object_foreach(json_object_get(params, "parse_types"), name,
                        type) if (has_column(columns, name))
        hwi_buffer_printf(col_types, "%s%s=%s", col_types->size ? "," : "", name,
                          json_string_value(type));
    size_t i;
    json_t *factor;
    json_array_foreach(json_object_get(params, "as_factor"), i,
                       factor) if (has_column(columns, json_string_value(factor)))
        hwi_buffer_printf(factors, "%s%s", factors->size ? "," : "", json_string_value(factor));
}

static void check_column(const char *where, const hw_frame *frame, int32_t i,
                         const json_t *expected)
{
    const char *name = json_string_value(json_object_get(expected, "name"));
    const char *type = json_string_value(json_object_get(expected, "type"));
    int64_t n_missing = json_integer_value(json_object_get(expected, "missing"));
    const json_t *domain = json_object_get(expected, "domain");
    if (strcmp(hw_frame_column_name(frame, i), name) != 0)
        fail_msg("%s: column %d is '%s', not '%s'", where, i, hw_frame_column_name(frame, i), name);
    if (strcmp(hw_type_name(hw_frame_column_type(frame, i)), type) != 0)
        fail_msg("%s: '%s' is %s, not %s", where, name,
                 hw_type_name(hw_frame_column_type(frame, i)), type);
    if (hw_frame_n_missing(frame, i) != n_missing)
        fail_msg("%s: '%s' misses %lld, not %lld", where, name,
                 (long long)hw_frame_n_missing(frame, i), (long long)n_missing);
    int32_t n_levels = json_is_array(domain) ? (int32_t)json_array_size(domain) : 0;
    if (hw_frame_n_levels(frame, i) != n_levels)
        fail_msg("%s: '%s' has %d levels, not %d", where, name, hw_frame_n_levels(frame, i),
                 n_levels);
    for (int32_t k = 0; k < n_levels; k++) {
        const char *level = json_string_value(json_array_get(domain, (size_t)k));
        if (strcmp(hw_frame_level(frame, i, k), level) != 0)
            fail_msg("%s: level %d of '%s' is '%s', not '%s'", where, k, name,
                     hw_frame_level(frame, i, k), level);
        assert_int_equal(hwi_frame_find_level(frame, i, level), k);
    }
}

static int check_case(const char *case_name)
{
    json_t *params = load(case_name, "params.json");
    json_t *result = load(case_name, "result.json");
    int n_checked = 0;
    const char *file;
    json_t *expected;
    json_object_foreach(json_object_get(result, "frames"), file, expected)
    {
        HW_AUTO_BUFFER(col_types);
        HW_AUTO_BUFFER(factors);
        const json_t *columns = json_object_get(expected, "columns");
        make_options(params, columns, &col_types, &factors);
        hw_parse_options options = {.col_types = col_types.data, .factors = factors.data};
        char path[512], where[512];
        snprintf(path, sizeof(path), "%s/parity/data/%s", fixtures, file);
        snprintf(where, sizeof(where), "%s/%s", case_name, file);
        hw_error err = {0};
        HW_AUTO(hw_frame) *frame = NULL;
        hw_assert_ok(hw_frame_read(path, &options, &frame, &err), err);
        assert_int_equal(hw_frame_n_rows(frame),
                         json_integer_value(json_object_get(expected, "rows")));
        assert_int_equal(hw_frame_n_columns(frame), json_array_size(columns));
        for (int32_t i = 0; i < hw_frame_n_columns(frame); i++)
            check_column(where, frame, i, json_array_get(columns, (size_t)i));
        n_checked++;
    }
    json_decref(params);
    json_decref(result);
    return n_checked;
}

static void test_fixtures_frames_are_those_of_h2o(void **state)
{
    (void)state;
    char path[512];
    snprintf(path, sizeof(path), "%s/parity", fixtures);
    DIR *dir = fixtures ? opendir(path) : NULL;
    if (!dir)
        skip();
    int n_checked = 0;
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.' && !strchr(entry->d_name, '.') &&
            strcmp(entry->d_name, "data") != 0)
            n_checked += check_case(entry->d_name);
    closedir(dir);
    assert_true(n_checked > 150);
}

int main(void)
{
    fixtures = getenv("HW_FIXTURES");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixtures_frames_are_those_of_h2o),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
