/* SPDX-License-Identifier: Apache-2.0
 *
 * The shared library as a stranger uses it: public headers only, from C11 and from C++17. That each
 * header compiles alone is shown by building this program. */
#include "headers/link_from_cxx.h"

#include "heavywater.h"
#include "support/hw_test.h"

static void test_headers_version_is_the_same_from_c_and_cxx(void **state)
{
    (void)state;
    assert_string_equal(hw_version(), HW_VERSION);
    assert_string_equal(version_seen_by_cxx(), HW_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers_version_is_the_same_from_c_and_cxx),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
