/* SPDX-License-Identifier: Apache-2.0
 *
 * Small texts and what becomes of them. Unless a comment says otherwise H2O 3.46.0.12 makes the
 * same of each. */
#include "support/hw_test.h"

#include <stdlib.h>
#include <unistd.h>

#include "frame/parse.h"
#include "support/hw_frame.h"

typedef struct parse_case {
    const char *text;
    const char *expected; /* as hw_frame_to_text, or "ERR " and a part of the message */
    hw_parse_options options;
} parse_case;

/* With many piece sizes and numbers of threads, which must not matter. */
static void check_case(const parse_case *c)
{
    static const struct {
        size_t piece_bytes;
        int n_threads;
    } ways[] = {{0, 1}, {1, 1}, {2, 3}, {3, 2}, {5, 8}, {7, 3}, {11, 2}, {16, 8}, {64, 2}};
    for (size_t i = 0; i < HW_COUNT(ways); i++) {
        hw_error err = {0};
        hw_parse_options options = c->options;
        options.n_threads = ways[i].n_threads;
        HW_AUTO(hw_frame) *frame = NULL;
        HW_AUTO_BUFFER(text);
        hw_status status = hw_parse_text("t.csv", c->text, strlen(c->text), &options,
                                         ways[i].piece_bytes, &frame, &err);
        if (strncmp(c->expected, "ERR ", 4) == 0) {
            if (status == HW_OK)
                hw_frame_to_text(frame, &text);
            if (status == HW_OK || !strstr(err.message, c->expected + 4))
                fail_msg("'%s' (pieces of %zu) gave '%s' and not error '%s'", c->text,
                         ways[i].piece_bytes, status == HW_OK ? text.data : err.message,
                         c->expected + 4);
            continue;
        }
        if (status != HW_OK)
            fail_msg("'%s' (pieces of %zu): %s", c->text, ways[i].piece_bytes, err.message);
        hw_frame_to_text(frame, &text);
        if (strcmp(hwi_buffer_text(&text), c->expected) != 0)
            fail_msg("'%s' (pieces of %zu) gave\n'%s' and not\n'%s'", c->text, ways[i].piece_bytes,
                     text.data, c->expected);
    }
}

static void check_cases(const parse_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_case(&cases[i]);
}

static void test_parse_csv_lines_and_separators(void **state)
{
    (void)state;
    static const parse_case cases[] = {
        {"a,b,c\n1,2.5,x\n3,4,y\n", "a:int 1 3 | b:real 2.5 4 | c:string x y", {0}},
        {"a,b\r1,2\r3,4\r", "a:int 1 3 | b:int 2 4", {0}},
        {"a,b\r\n1,2\r\n3,4\r\n", "a:int 1 3 | b:int 2 4", {0}},
        {"a,b\r\n1,2\n3,4\r5,6\n", "a:int 1 3 5 | b:int 2 4 6", {0}},
        {"a,b\n1,2\n3,4", "a:int 1 3 | b:int 2 4", {0}},
        /* a byte order mark is no part of the name; H2O keeps it */
        {"\xef\xbb\xbf"
         "a,b\n1,2\n",
         "a:int 1 | b:int 2",
         {0}},
        {"n\xc3\xa4me,b\n\xc3\xa4,2\n\xc3\xa9,4\n",
         "n\xc3\xa4me:string \xc3\xa4 \xc3\xa9 | b:int 2 4",
         {0}},
        {"\n\na,b\n\n1,2\n  \n3,4\n\n", "a:int 1 3 | b:int 2 4", {0}},
        {"a;b;c\n1;2;3\n4;5;6\n", "a:int 1 4 | b:int 2 5 | c:int 3 6", {0}},
        {"a\tb\tc\n1\t\t3\n4\t5\t6\n", "a:int 1 4 | b:int NA 5 | c:int 3 6", {0}},
        {"a|b|c\n1|2|3\n", "a:int 1 | b:int 2 | c:int 3", {0}},
        {"a b  c\n1  2 3\n4 5   6\n", "a:int 1 4 | b:int 2 5 | c:int 3 6", {0}},
        {" 1 2 3 \n 4 5 6\n", "C1:int 1 4 | C2:int 2 5 | C3:int 3 6", {0}},
        {"a\1b\1c\n1\0012\0013\n", "a:int 1 | b:int 2 | c:int 3", {0}},
        {"a;b,c\n1;2,3\n4;5,6\n", "a;b:string 1;2 4;5 | c:int 3 6", {0}},
        {"a b,c\n1 2,3\n4 5,6\n", "a b:string 1 2 4 5 | c:int 3 6", {0}},
        {"a b\tc\n1 2\t3\n", "a b:enum{1 2} 1 2 | c:int 3", {0}},
        {"a;b\n1,5;2\n4,5;3\n", "a:string 1,5 4,5 | b:int 2 3", {0}},
        {"a;b;c\n1,5;2,5;3\n3,5;4,5;4\n", "a:string 1,5 3,5 | b:string 2,5 4,5 | c:int 3 4", {0}},
        {"\"a,b\";c\n\"1,2\";3\n\"4,5\";6\n", "a,b:string 1,2 4,5 | c:int 3 6", {0}},
        {"\"a;b\",c\n1,2\n3,4\n", "a;b:int 1 3 | c:int 2 4", {0}},
        {"a , b\n1 , 2\n3 , 4\n", "a :int 1 3 | b:int 2 4", {0}},
        {"a, b\n1,\t2\n", "a:int 1 | b:int 2", {0}},
        {"a,b;\n1,2;\n3,4;\n", "a:int 1 3 | b;:string 2; 4;", {0}},
        {"a:b\n1:2\n3:4\n", "C1:string a:b 1:2 3:4", {0}},
        {"a:b\n1:2\n3:4\n", "a:int 1 3 | b:int 2 4", {.separator = ':'}},
        {"a;b\n1;2\n", "a;b:enum{1;2} 1;2", {.separator = ',', .header = 1}},
        /* one column whose cells hold blanks: H2O cuts at the blanks and loses the name */
        {"t\n2020-01-02 03:04:05\n", "t:time 1577934245000", {0}},
        {"# comment\n#another\na,b\n1,2\n #mid\n3,4\n", "a:int 1 3 | b:int 2 4", {0}},
        {"#a,b\n1,2\n", "C1:int 1 | C2:int 2", {0}},
        {"a,b\nx#1,2\n\"#y\",3\n", "a:string x#1 #y | b:int 2 3", {0}},
        {"a,b\n# don't \"quote\n1,2\n# \"\n3,4\n", "a:int 1 3 | b:int 2 4", {0}},
    };
    check_cases(cases, HW_COUNT(cases));
}

static void test_parse_csv_header(void **state)
{
    (void)state;
    static const parse_case cases[] = {
        {"1,2,x\n3,4,y\n", "C1:int 1 3 | C2:int 2 4 | C3:string x y", {0}},
        {"a,b\nc,d\ne,f\n", "C1:string a c e | C2:string b d f", {0}},
        {"a,b\nc,d\ne,f\n", "a:string c e | b:string d f", {.header = 1}},
        {"a,b\n1,2\n", "C1:int NA 1 | C2:int NA 2", {.header = -1}},
        {"a,1\nc,2\ne,3\n", "C1:string a c e | C2:int 1 2 3", {0}},
        {"id,2002\n1.5,2.5\n3,4\n", "C1:real NA 1.5 3 | C2:real 2002 2.5 4", {0}},
        {",a,b\n1,2,3\n", "C1:int 1 | a:int 2 | b:int 3", {0}},
        {"\"\",\"a\"\n1,2\n", "C1:int 1 | a:int 2", {0}},
        {"\"1\",\"2\"\n3,4\n", "C1:int 1 3 | C2:int 2 4", {0}},
        {"NA,b\n1,2\n", "NA:int 1 | b:int 2", {0}},
        {"-,$5\n1,2\n", "-:int 1 | $5:int 2", {0}},
        {"2020-01-01,b\n1,2\n3,4\n", "C1:int NA 1 3 | C2:int NA 2 4", {0}},
        {"a,b\n2020-01-01,2020-01-02\n", "a:time 1577836800000 | b:time 1577923200000", {0}},
        {"a,b", "a:int | b:int", {0}},
        {"a,b,c\n", "a:int | b:int | c:int", {0}},
        {"x\n", "C1:enum{x} x", {0}},
        {"5\n", "C1:int 5", {0}},
        {"name\n5\n", "name:int 5", {0}},
        {"a\n1\nx\ny\nz\n", "a:string 1 x y z", {0}},
        {"sex,ok\nM,T\nF,T\nM,F\nM,F\nM,T\n",
         "C1:enum{F,M,sex} sex M F M M M | C2:enum{F,T,ok} ok T T F F T",
         {0}},
        /* H2O looks at the second line only and takes these first lines for data */
        {"a,b\n,\n1,2\n", "a:int NA 1 | b:int NA 2", {0}},
        {"a,b\nNA,NA\n1,2\n", "a:int NA 1 | b:int NA 2", {0}},
        {"a,b\nx,\ny,2\nx,3\n", "a:enum{x,y} x y x | b:int NA 2 3", {0}},
        /* quotes in names are unescaped; H2O keeps them doubled */
        {"\"a\"\"b\",c\n1,2\n", "a\"b:int 1 | c:int 2", {0}},
        {"\"a\nb\",c\n1,2\n", "a\nb:int 1 | c:int 2", {0}},
        {"a,a,b,a\n1,2,3,4\n", "ERR t.csv: columns 1 and 2 are both called 'a'", {0}},
        {"C2,\n1,2\n", "ERR both called 'C2'", {0}},
    };
    check_cases(cases, HW_COUNT(cases));
}

static void test_parse_csv_quotes(void **state)
{
    (void)state;
    static const parse_case cases[] = {
        {"a,b\n\"x\ny\",1\n\"z\",2\n", "a:string x\ny z | b:int 1 2", {0}},
        {"a,b\n\"x\n\n\n,1\n\",1\n\"z\",2\n", "a:string x\n\n\n,1\n z | b:int 1 2", {0}},
        {"a,b\r\n\"x\r\ny\",1\r\n\"z\",2\r\n", "a:string x\r\ny z | b:int 1 2", {0}},
        {"a,b\n\"\"\"\",1\nx,2\nx,3\n", "a:enum{\",x} \" x x | b:int 1 2 3", {0}},
        {"a,b\n\"x\"\"y\",1\nx,2\nx,3\n", "a:enum{x,x\"y} x\"y x x | b:int 1 2 3", {0}},
        {"a,b\n \"x\" ,1\n  \"y, z\",2\nq,3\n", "a:string x y, z q | b:int 1 2 3", {0}},
        {"a,b\nx \"y\" z,1\nx,2\nx,3\n", "a:enum{x,x \"y\" z} x \"y\" z x x | b:int 1 2 3", {0}},
        {"a,b\nx\"y,1\nx,2\nx,3\n", "a:enum{x,x\"y} x\"y x x | b:int 1 2 3", {0}},
        {"a,b\n\"\",1\nx,2\nx,3\n", "a:enum{,x}  x x | b:int 1 2 3", {0}},
        {"a,b\n\"\"\"x\",1\n\"x\"\"\",2\n", "a:string \"x x\" | b:int 1 2", {0}},
        {"a,b\n\"x\\\",1\nz,2\n", "a:string x\\ z | b:int 1 2", {0}},
        {"a,b\n'x',1\nz,2\n", "a:string 'x' z | b:int 1 2", {0}},
        /* text behind a closing quote stays in the cell; H2O shifts the row */
        {"a,b\n\"x\"z,1\nq,2\n", "a:string xz q | b:int 1 2", {0}},
        {"a,b\n\"5\" tall,1\nq,2\n", "a:string 5 tall q | b:int 1 2", {0}},
        {"a,b\n1,2\n\"x,1\nz,2\nw,3\n",
         "ERR t.csv: line 3: a quote opens here and never closes",
         {0}},
        {"a,\"b\n1,2\n", "ERR t.csv: line 1: a quote opens here", {0}},
        {"a b\n\"1\" \"2\"\n\"3\"   4\n", "a:int 1 3 | b:int 2 4", {0}},
    };
    check_cases(cases, HW_COUNT(cases));
}

static void test_parse_csv_types(void **state)
{
    (void)state;
    static const parse_case cases[] = {
        {"x,y\n1,1\nNA,1\n,1\n3.5,1\n", "x:real 1 NA NA 3.5 | y:int 1 1 1 1", {0}},
        {"x,y\n,1\n,1\n", "x:int NA NA | y:int 1 1", {0}},
        {"x,y\n\"\",1\n\"\",1\n", "x:enum{}   | y:int 1 1", {0}},
        {"x,y\n1.0,1\n2.0,1\n", "x:int 1 2 | y:int 1 1", {0}},
        {"x,y\n1e5,1\n2e5,1\n", "x:int 100000 200000 | y:int 1 1", {0}},
        {"x,y\n+1,1\n-2,1\n", "x:int 1 -2 | y:int 1 1", {0}},
        {"x,y\n$1,1\n$2.50,1\n$-3,1\n", "x:real 1 2.5 -3 | y:int 1 1 1", {0}},
        {"x,y\n5,1\n6%,1\n50 %,1\n", "x:real 5 0.06 0.5 | y:int 1 1 1", {0}},
        {"x,y\n 1,1\n3 ,1\n  4  ,1\n", "x:int 1 3 4 | y:int 1 1 1", {0}},
        {"x,y\n\" 1\",1\n\"2 \",1\n3,1\n", "x:string  1 2  3 | y:int 1 1 1", {0}},
        {"x,y\n\"1\",1\n\"2\",1\n", "x:int 1 2 | y:int 1 1", {0}},
        {"x,y\nT,1\nF,1\nT,1\n", "x:enum{F,T} T F T | y:int 1 1 1", {0}},
        {"x,y\n\"1,000\",1\n\"2,000\",1\n", "x:string 1,000 2,000 | y:int 1 1", {0}},
        {"x,y\n0x10,1\n0x1F,1\n", "x:string 0x10 0x1F | y:int 1 1", {0}},
        {"x,y\n1,1\n0x1F,1\n2,1\n", "x:int 1 NA 2 | y:int 1 1 1", {0}},
        {"x,y\n2020-01-02,1\nhello,1\n5,1\n2020-01-04,1\n",
         "x:time 1577923200000 NA 5 1578096000000 | y:int 1 1 1 1",
         {0}},
        {"x,y\n2020-01-02,1\n5,1\n5,1\n", "x:int NA 5 5 | y:int 1 1 1", {0}},
        {"x,y\n0e034ecc-0000-4000-8000-319d982ec535,1\n,1\n",
         "x:uuid 0e034ecc-0000-4000-8000-319d982ec535 NA | y:int 1 1",
         {0}},
        {"x,y\n1,1\n2,1\nx,1\n", "x:int 1 2 NA | y:int 1 1 1", {0}},
        {"x,y\n1,1\nx,1\ny,1\nz,1\nx,1\n", "x:enum{1,x,y,z} 1 x y z x | y:int 1 1 1 1 1", {0}},
        {"x,y\nNA,1\nx,1\nx,3\n", "x:enum{NA,x} NA x x | y:int 1 1 3", {0}},
        {"x,y\nb,1\nB,1\n\xc3\xa9,1\na,1\nab,1\nb,1\n",
         "x:enum{B,a,ab,b,\xc3\xa9} b B \xc3\xa9 a ab b | y:int 1 1 1 1 1 1",
         {0}},
        /* a sign alone is no number; H2O reads 0 */
        {"x,y\n1,1\n-,1\n3,1\n", "x:int 1 NA 3 | y:int 1 1 1", {0}},
    };
    check_cases(cases, HW_COUNT(cases));
}

static void test_parse_csv_options(void **state)
{
    (void)state;
    static const parse_case cases[] = {
        {"a,b\n1,x\n2,y\n", "a:enum{1,2} 1 2 | b:enum{x,y} x y", {.col_types = "a=enum,b=factor"}},
        {"a,b\n10,x\n9,y\n", "a:enum{10,9} 10 9 | b:string x y", {.col_types = "1=Enum"}},
        {"a,b\n10,x\n9,y\n", "a:enum{9,10} 10 9 | b:enum{x,y} x y", {.factors = "a,b"}},
        {"a,b\n1.50,x\n100,y\n,z\n1e-9,x\n",
         "a:enum{1.0E-9,1.5,100.0} 1.5 100.0 NA 1.0E-9 | b:enum{x,y,z} x y z x",
         {.factors = "a"}},
        {"a,b\n01,x\n2,y\n", "a:string 01 2 | b:int NA NA", {.col_types = "a=string,b=numeric"}},
        {"a,b\nx,1\n2020-01-02T03:04:05Z,2\n2020/01/02,3\n3.5,4\n",
         "a:time NA 1577934245000 1577923200000 3.5 | b:int 1 2 3 4",
         {.col_types = "a=time"}},
        {"a,b\nx,1\n0e034ecc-0000-4000-8000-319d982ec535,2\n",
         "a:uuid NA 0e034ecc-0000-4000-8000-319d982ec535 | b:int 1 2",
         {.col_types = "a=uuid"}},
        {"a,b,c\n1,x,3\n2,y,4\n", "a:int 1 2 | c:int 3 4", {.skipped_columns = "b"}},
        {"a,b,c\n1,x,3\n2,y,4\n", "b:string x y", {.skipped_columns = "a,3"}},
        {"a,\"b,c\"\n1,x\n2,y\n", "a:int 1 2", {.skipped_columns = "b\\,c"}},
        /* H2O looks for na_strings in text columns only, and not before it guesses types */
        {"a,b\n-9,x\n1,?\n2,x\n", "a:int NA 1 2 | b:enum{x} x NA x", {.na_strings = "-9,?"}},
        {"a,b\n-9,-9\n1,1\n", "a:int -9 1 | b:int NA 1", {.na_strings = "b=-9"}},
        {"a,b\nz,x\nz,\"x\"\n1,y\n", "a:int NA NA 1 | b:enum{y} NA NA y", {.na_strings = "z,b=x"}},
        {"a,b\n\"1,5\",x\n2,y\n", "a:int NA 2 | b:string x y", {.na_strings = "1\\,5"}},
        {"a,b\n1,x\n", "ERR col_types: the data have no column 'c'", {.col_types = "c=enum"}},
        {"a,b\n1,x\n", "ERR no column '3'", {.col_types = "3=enum"}},
        {"a,b\n1,x\n", "ERR 'float' is no type", {.col_types = "a=float"}},
        {"a,b\n1,x\n", "ERR 'a' is not of the form", {.col_types = "a"}},
        {"a,b\n1,x\n", "ERR factors: the data have no column 'z'", {.factors = "a,z"}},
        {"a,b\n1,x\n",
         "ERR factors: column 'a' is skipped",
         {.factors = "a", .skipped_columns = "a"}},
        {"a,b\n1,x\n",
         "ERR skipped_columns: the data have no column 'q'",
         {.skipped_columns = "q"}},
        {"a,b\n2020-01-02,x\n", "ERR column 'a' is of type time", {.factors = "a"}},
        {"a,b\n1,x\n", "ERR sep: a quote", {.separator = '"'}},
    };
    check_cases(cases, HW_COUNT(cases));
}

static void test_parse_csv_refuses_what_is_no_table(void **state)
{
    (void)state;
    static const parse_case cases[] = {
        {"", "ERR t.csv: empty file", {0}},
        {"\n\n", "ERR t.csv: no line with data", {0}},
        {"# x\n", "ERR t.csv: no line with data", {0}},
        {"a,b,c\n1,2,3\n\n4,5\n6,7,8\n",
         "ERR t.csv: line 4: 2 fields where the table has 3 columns",
         {0}},
        {"a,b,c\n1,2,3\n4,5,6,7\n", "ERR t.csv: line 3: 4 fields where the table has 3", {0}},
        {"a,b,c\n1,2,3,\n4,5,6,\n", "ERR t.csv: line 2: 4 fields where the table has 3", {0}},
        {"a,b\n\"1\n\n\",2\n3\n", "ERR t.csv: line 5: 1 field where the table has 2 columns", {0}},
        {"a\n1,2\n", "ERR t.csv: line 2: 2 fields where the table has 1 column", {0}},
        {"PK\003\004abc", "ERR a zip archive", {0}},
        {"\xff\xfe"
         "a",
         "ERR UTF-16",
         {0}},
    };
    check_cases(cases, HW_COUNT(cases));
    hw_error err = {0};
    hw_frame *frame = NULL;
    assert_int_equal(hw_parse_text("b", "a,b\n1,\0\n", 8, NULL, 0, &frame, &err), HW_EDATA);
    assert_non_null(strstr(err.message, "line 2: a NUL byte"));
}

/* Which kind H2O gives: numbers (0 among them or not), texts, distinct texts, times, UUIDs. */
static void test_parse_csv_guesses_kinds_as_h2o(void **state)
{
    (void)state;
    static const struct {
        const char *cells; /* separated by blanks */
        const char *type;
    } cases[] = {
        {"1 x", "int"},
        {"0 x", "enum"},
        {"0 0 x", "int"},
        {"0 x y", "string"},
        {"1 0 s s", "enum"},
        {"1 2 s s", "int"},
        {"0 2 t s", "int"},
        {"1 2 3 4 s t s t", "int"},
        {"0 2 3 s t s", "enum"},
        {"x", "enum"},
        {"s s", "enum"},
        {"s t", "string"},
        {"1 s s", "enum"},
        {"1 s t", "string"},
        {"2020-01-01 s", "time"},
        {"2020-01-01 s s s s", "time"},
        {"2020-01-01 s t", "string"},
        {"2020-01-01 2020-01-01 s t", "int"},
        {"2020-01-01 1", "int"},
        {"2020-01-01 2020-01-01 1", "time"},
        {"NaN NaN NaN 5", "enum"},
        {"5 6 7 NaN", "int"},
        {"NA NA NA s", "enum"},
        {"0e034ecc-0000-4000-8000-319d982ec535 0e034ecc-0000-4000-8000-319d982ec536 x", "enum"},
        {"0e034ecc-0000-4000-8000-319d982ec535 2020-01-01", "enum"},
        {"0e034ecc-0000-4000-8000-319d982ec535 5 0e034ecc-0000-4000-8000-319d982ec535", "uuid"},
        {"a b c d e f g h i j k l m n o p q r s s", "string"}, /* 19 of 20 differ */
        {"a b c d e f g h i j k l m n o p q r r r", "enum"},
        {"a b c d e f g h a", "enum"},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        char text[512];
        snprintf(text, sizeof(text), "name,y\n%s,1\n", cases[i].cells);
        HW_AUTO_BUFFER(lines);
        for (const char *p = text; *p; p++)
            hwi_buffer_append_text(&lines, *p == ' ' ? ",1\n" : (char[]){*p, '\0'});
        hw_error err = {0};
        hw_parse_options options = {.header = 1};
        HW_AUTO(hw_frame) *frame = NULL;
        hw_assert_ok(hw_parse_text("t", lines.data, lines.size, &options, 0, &frame, &err), err);
        const char *type = hw_type_name(hw_frame_column_type(frame, 0));
        if (strcmp(type, cases[i].type) != 0)
            fail_msg("'%s' is %s, not %s", cases[i].cells, type, cases[i].type);
    }
}

static void test_parse_csv_says_what_it_could_not_read(void **state)
{
    (void)state;
    static const char text[] = "a,b,c\n1,x,1\n2,y,NaN\noops,z,?\n4,w,5\n";
    hw_error err = {0};
    HW_AUTO(hw_frame) *frame = NULL;
    hw_assert_ok(hw_parse_text("t.csv", text, strlen(text), NULL, 0, &frame, &err), err);
    assert_string_equal(hw_frame_column_note(frame, 0),
                        "t.csv: column 'a': 1 cell is no number and became missing, first 'oops' "
                        "in line 4");
    assert_null(hw_frame_column_note(frame, 1));
    assert_null(hw_frame_column_note(frame, 2));
}

/* A larger table of every type: the same frame for every number of threads and size of pieces. */
static void test_parse_csv_does_not_depend_on_threads(void **state)
{
    (void)state;
    HW_AUTO_BUFFER(text);
    hwi_buffer_append_text(&text, "i,r,e,t,s,q\n");
    for (int i = 0; i < 3000; i++)
        hwi_buffer_printf(&text, "%d,%d.%d,l%d,2020-01-%02d,text %d,\"q\"\"%d\n, x\"\n",
                          i * 7919 % 70000, i % 300, i % 7, i * i % 409, i % 31 + 1, i, i % 5);
    HW_AUTO_BUFFER(expected);
    for (int n_threads = 1; n_threads <= 8; n_threads++) {
        for (size_t piece_bytes = 37; piece_bytes < 100000; piece_bytes *= 5) {
            hw_error err = {0};
            hw_parse_options options = {.n_threads = n_threads};
            HW_AUTO(hw_frame) *frame = NULL;
            HW_AUTO_BUFFER(actual);
            hw_assert_ok(
                hw_parse_text("t", text.data, text.size, &options, piece_bytes, &frame, &err), err);
            assert_int_equal(hw_frame_n_rows(frame), 3000);
            hw_frame_to_text(frame, &actual);
            if (!expected.data)
                hwi_buffer_append(&expected, actual.data, actual.size);
            assert_string_equal(actual.data, expected.data);
        }
    }
}

/* Every allocation fails once; nothing leaks (address sanitizer) and the error says why. */
static void test_parse_csv_survives_failing_allocations(void **state)
{
    (void)state;
    static const char text[] = "a,b,c,d\n1,x,2020-01-02,\"p\"\"q\"\n2.5,y,,r\n,x,2020-01-03,s\n";
    for (int n = 0;; n++) {
        hw_error err = {0};
        hw_parse_options options = {
            .n_threads = 2, .col_types = "d=string", .factors = "a,d", .na_strings = "zz"};
        hw_frame *frame = NULL;
        hwi_alloc_fail_at(n);
        hw_status status = hw_parse_text("t", text, strlen(text), &options, 16, &frame, &err);
        hwi_alloc_fail_at(-1);
        if (status == HW_OK) {
            HW_AUTO_BUFFER(out);
            hw_frame_to_text(frame, &out);
            assert_string_equal(out.data, "a:enum{1.0,2.5} 1.0 2.5 NA | b:enum{x,y} x y x | "
                                          "c:time 1577923200000 NA 1578009600000 | "
                                          "d:enum{p\"q,r,s} p\"q r s");
            hw_frame_unref(frame);
            assert_true(n > 20);
            break;
        }
        assert_int_equal(status, HW_ENOMEM);
        assert_null(frame);
    }
}

/* Memory that is given back on the way changes nothing, be the text mapped or not. */
static void test_parse_csv_gives_back_only_what_it_has_read(void **state)
{
    (void)state;
    enum { N_ROWS = 20000 };
    HW_AUTO_BUFFER(csv);
    hwi_buffer_printf(&csv, "i,d,e,s\n");
    for (int i = 0; i < N_ROWS; i++)
        hwi_buffer_printf(&csv, "%d,%d.%d,level%d,%s%d\n", i * 70001, i, i % 977, i % 300,
                          i % 7 ? "t" : "", i);
    char path[] = "/tmp/hw_parse_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_true(write(fd, csv.data, csv.size) == (ssize_t)csv.size);
    close(fd);
    HW_AUTO_BUFFER(usual);
    for (int i = 0; i < 2; i++) {
        hw_error err = {0};
        hwi_source_list sources = {0};
        hw_parse_options options = {.n_threads = 2, .factors = "e"};
        HW_AUTO(hw_frame) *frame = NULL;
        HW_AUTO_BUFFER(text);
        hw_assert_ok(hwi_source_list_open(path, &sources, &err), err);
        hwi_parse_input input = {&sources, &options, .piece_bytes = 1 << 17,
                                 .thrifty_bytes = (size_t)i};
        hw_assert_ok(hwi_parse(&input, &frame, &err), err);
        hw_frame_to_text(frame, &text);
        assert_int_equal(hw_frame_n_rows(frame), N_ROWS);
        if (i == 0)
            hwi_buffer_append(&usual, text.data, text.size);
        assert_int_equal(text.size, usual.size);
        assert_memory_equal(text.data, usual.data, usual.size);
        hwi_source_list_clear(&sources);
    }
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_csv_lines_and_separators),
        cmocka_unit_test(test_parse_csv_header),
        cmocka_unit_test(test_parse_csv_quotes),
        cmocka_unit_test(test_parse_csv_types),
        cmocka_unit_test(test_parse_csv_options),
        cmocka_unit_test(test_parse_csv_refuses_what_is_no_table),
        cmocka_unit_test(test_parse_csv_guesses_kinds_as_h2o),
        cmocka_unit_test(test_parse_csv_says_what_it_could_not_read),
        cmocka_unit_test(test_parse_csv_gives_back_only_what_it_has_read),
        cmocka_unit_test(test_parse_csv_does_not_depend_on_threads),
        cmocka_unit_test(test_parse_csv_survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
