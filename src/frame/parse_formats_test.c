/* SPDX-License-Identifier: Apache-2.0
 *
 * ARFF and SVMLight. */
#include "support/hw_test.h"

#include "support/hw_frame.h"

typedef struct format_case {
    const char *name, *text;
    const char *expected; /* as hw_frame_to_text, or "ERR " and a part of the message */
    hw_parse_options options;
} format_case;

static void check_cases(const format_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const format_case *c = &cases[i];
        for (size_t piece_bytes = 0; piece_bytes < 20; piece_bytes += 3) {
            hw_error err = {0};
            HW_AUTO(hw_frame) *frame = NULL;
            HW_AUTO_BUFFER(text);
            hw_status status = hw_parse_text(c->name, c->text, strlen(c->text), &c->options,
                                             piece_bytes, &frame, &err);
            if (status == HW_OK)
                hw_frame_to_text(frame, &text);
            bool wants_error = strncmp(c->expected, "ERR ", 4) == 0;
            bool is_right = wants_error ? status != HW_OK && strstr(err.message, c->expected + 4)
                                        : status == HW_OK && !strcmp(text.data, c->expected);
            if (!is_right)
                fail_msg("'%s' gave\n'%s' and not\n'%s'", c->text,
                         status == HW_OK ? text.data : err.message, c->expected);
        }
    }
}

static void test_parse_arff_takes_names_types_and_levels_from_the_head(void **state)
{
    (void)state;
    static const format_case cases[] = {
        {"a.arff",
         "% comment\n@RELATION iris\n\n@ATTRIBUTE len NUMERIC\n@attribute 'sepal width' real\n"
         "@ATTRIBUTE \"k\" integer\n@ATTRIBUTE s string\n@ATTRIBUTE d date \"yyyy-MM-dd\"\n"
         "@ATTRIBUTE class {a,'b c', \"z,x\" , d}\n@DATA\n5.1,3.5,1,hello,2020-01-02,a\n% mid\n"
         "4.9,?,2,'x, \\'y',2020-01-03T00:00:01,'b "
         "c'\n?,3.5,?,?,?,?\n4.9,,2,\"q\",2020-01-03,\"z,x\"\n",
         "len:real 5.1 4.9 NA 4.9 | sepal width:real 3.5 NA 3.5 NA | k:int 1 2 NA 2 | "
         "s:string hello x, 'y NA q | d:time 1577923200000 1578009601000 NA 1578009600000 | "
         "class:enum{a,b c,z,x,d} a b c NA z,x",
         {0}},
        /* declared order, levels without rows kept; H2O sorts those that occur */
        {"a.csv",
         "@relation x\n@attribute a {b,a,c}\n@attribute n numeric\n@data\na,1\nb,2\n",
         "a:enum{b,a,c} a b | n:int 1 2",
         {0}},
        {"a.arff",
         "@relation x\n@attribute a {b,a}\n@attribute n numeric\n@data\na 1\nb  2\n",
         "a:enum{b,a} a b | n:int 1 2",
         {0}},
        {"a.arff",
         "@relation x\n@attribute a {b,a}\n@attribute n numeric\n@data\na\t1\nb\t2\n",
         "a:enum{b,a} a b | n:int 1 2",
         {0}},
        {"a.arff", "@relation x\r\n@attribute a{b, a}\r\n@data\r\na\r\n", "a:enum{b,a} a", {0}},
        {"a.arff", "@relation x\n@attribute a numeric\n@data\n", "a:int", {0}},
        {"a.arff",
         "@relation x\n@attribute a {2,1}\n@attribute b numeric\n@data\n1,5\n",
         "a:int 1 | b:enum{5} 5",
         {.col_types = "a=numeric,b=enum"}},
        {"a.arff",
         "@relation x\n@attribute a {b,a}\n@data\na\nq\n",
         "ERR a.arff: line 5, column 'a': a level that the attribute does not declare",
         {0}},
        {"a.arff",
         "@relation x\n@attribute a {b,a}\n@attribute n numeric\n@data\na,1\nb\n",
         "ERR a.arff: line 6: 1 field where the table has 2 columns",
         {0}},
        {"a.arff",
         "@relation x\n@attribute a {b,b}\n@data\n",
         "ERR line 2: a level that stands twice",
         {0}},
        {"a.arff",
         "@relation x\n@attribute a {b,c\n@data\n",
         "ERR line 2: a level list without",
         {0}},
        {"a.arff", "@relation x\n@attribute a {}\n@data\n", "ERR an attribute without levels", {0}},
        {"a.arff",
         "@relation x\n@attribute a bogus\n@data\n1\n",
         "ERR line 2: an attribute of unknown type",
         {0}},
        {"a.arff",
         "@relation x\n@attribute 'a numeric\n@data\n",
         "ERR line 2: a quote that does not close",
         {0}},
        {"a.arff", "@relation x\n@data\n1\n", "ERR @data without any @attribute", {0}},
        {"a.arff", "@relation x\n@attribute a numeric\n", "ERR a.arff: no @data", {0}},
        {"a.arff", "@relation x\n@attribute a numeric\nx\n", "ERR line 3: neither @relation", {0}},
        {"a.arff",
         "@relation x\n@attribute a numeric\n@attribute a numeric\n@data\n1,2\n",
         "ERR both called 'a'",
         {0}},
        {"a.arff",
         "@relation x\n@attribute a numeric\n@data\n{0 1}\n",
         "ERR line 4: sparse rows",
         {0}},
    };
    check_cases(cases, HW_COUNT(cases));
}

static void test_parse_svmlight_fills_absent_entries_with_zero(void **state)
{
    (void)state;
    static const format_case cases[] = {
        {"a.txt",
         "1 1:2 3:4.5\n-1 2:1\n",
         "C1:int 1 -1 | C2:int 2 0 | C3:int 0 1 | C4:real 4.5 0",
         {0}},
        {"a.txt", "1 1:2\n\n2 2:3\n", "C1:int 1 2 | C2:int 2 0 | C3:int 0 3", {0}},
        /* remarks and query numbers; H2O stops reading there */
        {"a.svm",
         "1 1:2 3:4.5 # c\n-1 qid:7 2:1\n+1 \n# x\n",
         "C1:int 1 -1 1 | C2:int 2 0 0 | C3:int 0 1 0 | C4:real 4.5 0 0",
         {0}},
        {"a.svm",
         "3 1:7\n4 1:1\n3 1:7\n",
         "C1:enum{3,4} 3 4 3 | C2:enum{1,7} 7 1 7",
         {.factors = "C1,C2"}},
        {"a.svm", "3 1:7 2:8\n", "C1:int 3 | C3:int 8", {.skipped_columns = "C2"}},
        {"a.svm.gz", "5\n", "C1:int 5", {0}},
        {"a.txt", "1 1:2\n2 1:3\n", "C1:int 1 2 | C2:string 1:2 1:3", {.separator = ' '}},
        /* not all lines are such: CSV */
        {"a.txt", "a 1:2\nb 2:3\n", "C1:string a b | C2:string 1:2 2:3", {0}},
        {"a.txt",
         "3 5:1 2:7\n4 1:1 2:3\n",
         "C1:int 3 4 | C2:string 5:1 1:1 | C3:string 2:7 2:3",
         {0}},
        {"a.svm",
         "1 1:2\n1 0:2\n",
         "ERR a.svm: line 2: SVMLight: index 0; indices begin with 1",
         {0}},
        {"a.svm", "3 5:1 2:7\n", "ERR line 1: SVMLight: an index that does not rise", {0}},
        {"a.svm", "3 1:x\n", "ERR line 1: SVMLight: not a number", {0}},
        {"a.svm", "x 1:1\n", "ERR SVMLight: not a number", {0}},
        {"a.svm", "1 1=1\n", "ERR SVMLight: not of the form index:value", {0}},
        {"a.svm", "1 12345678:1\n", "ERR SVMLight: an index over 999,999", {0}},
        {"a.svm", "# x\n", "ERR a.svm: no line with data", {0}},
        {"a.svm", "1 1:1\n", "ERR na_strings", {.na_strings = "x"}},
        {"a.svm", "1 1:1\n", "ERR name 'C1' in factors", {.col_types = "C1=enum"}},
    };
    check_cases(cases, HW_COUNT(cases));
}

static void test_parse_formats_refuse_what_is_over_the_memory(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } cases[] = {
        {"t.csv", "a,b\n1000,x\n2000,y\n3000,z\n"},
        {"t.arff", "@relation x\n@attribute s string\n@data\nhello\nworld\n"},
        {"t.svm", "1 20:1\n2 30:1\n"},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        static const hw_parse_options options = {0};
        hw_error err = {0};
        hw_frame *frame = NULL;
        __attribute__((cleanup(hwi_source_list_clear))) hwi_source_list sources = {0};
        hw_assert_ok(hwi_source_list_wrap(cases[i].name, cases[i].text, strlen(cases[i].text),
                                          &sources, &err),
                     err);
        hwi_parse_input input = {&sources, &options, 0, 8};
        assert_int_equal(hwi_parse(&input, &frame, &err), HW_ENOMEM);
        assert_non_null(strstr(err.message, ": over the memory"));
        assert_non_null(strstr(err.message, cases[i].name));
    }
}

static void test_parse_formats_survive_failing_allocations(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } cases[] = {
        {"a.arff",
         "@relation x\n@attribute 'a b' {b,'a c'}\n@attribute n numeric\n@data\n'a c',1\nb,2\n"},
        {"a.svm", "1 1:2 3:4.5\n-1 2:1\n"},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        for (int n = 0;; n++) {
            hw_error err = {0};
            hw_frame *frame = NULL;
            hwi_alloc_fail_at(n);
            hw_status status = hw_parse_text(cases[i].name, cases[i].text, strlen(cases[i].text),
                                             NULL, 0, &frame, &err);
            hwi_alloc_fail_at(-1);
            hw_frame_unref(frame);
            if (status == HW_OK)
                break;
            assert_int_equal(status, HW_ENOMEM);
            assert_null(frame);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_arff_takes_names_types_and_levels_from_the_head),
        cmocka_unit_test(test_parse_svmlight_fills_absent_entries_with_zero),
        cmocka_unit_test(test_parse_formats_refuse_what_is_over_the_memory),
        cmocka_unit_test(test_parse_formats_survive_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
