#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""heavywater describe."""
import gzip
import re

import harness
from harness import case, check, check_golden, data, read, run_ok, write

MASKS = [(r"read in .* of memory", "read in TIME, at most SIZE of memory"),
         (r"(?m)^/\S*/", "")]


@case
def test_describe_mixed_columns(_folder):
    check_golden("describe_mixed.txt", run_ok(["describe", data("mixed.csv")]).out, MASKS,
                 exact=True)


@case
def test_describe_in_ascii(_folder):
    text = run_ok(["describe", data("iris.csv")], env={"LC_ALL": "C"}).out
    check(text.isascii(), text)
    check_golden("describe_iris_ascii.txt", text, MASKS, exact=True)


@case
def test_describe_narrow_terminal_repeats_the_names(_folder):
    text = run_ok(["describe", data("iris.csv")], env={"COLUMNS": "60"}).out
    check(max(map(len, text.splitlines()[1:])) <= 60, text)
    check(len(re.findall(r"^  Species", text, re.M)) >= 2, text)


@case
def test_describe_several_files_each(_folder):
    text = run_ok(["describe", data("iris.csv"), data("tiny.csv")]).out
    check("iris.csv: 150 rows, 5 columns" in text, text)
    check("tiny.csv: 12 rows, 5 columns" in text, text)


@case
def test_describe_parts_as_one_table(folder):
    parts = [write(folder, f"part{i}.csv", f"a,b\n{i},x\n{i + 10},y\n") for i in (1, 2)]
    for path in (",".join(parts), folder + "/part*.csv"):
        check("4 rows, 2 columns" in run_ok(["describe", path]).out, path)


@case
def test_describe_standard_input_and_gzip(folder):
    text = read(data("iris.csv")).encode()
    plain = run_ok(["describe", data("iris.csv")]).out.splitlines()[1:-1]
    check(run_ok(["describe", "-"], stdin=text).out.splitlines()[1:-1] == plain, "standard input")
    path = write(folder, "iris.csv.gz", gzip.compress(text))
    check(run_ok(["describe", path]).out.splitlines()[1:-1] == plain, "gzip")


def column_line(args, name, stdin):
    text = run_ok(["describe", "-"] + args, stdin=stdin.encode()).out
    found = re.findall(rf"^  {name} .*", text, re.M)
    check(found, f"no line of {name} in\n{text}")
    return found[0].split()


@case
def test_describe_parse_options(_folder):
    table = "a;b;c\n1;x;2020-01-01\n2;y;2020-01-02\n-9;?;2020-01-03\n"
    check(column_line([], "a", table)[1] == "int", "guess")
    check(column_line(["--col_types", "a=enum"], "a", table)[1] == "enum", "col_types")
    check(column_line(["--col-types=a=string"], "a", table)[1] == "string", "col-types=")
    check(column_line(["--factors", "a"], "a", table)[1] == "enum", "factors")
    check(column_line(["--na_strings", "-9,?"], "a", table)[2] == "1", "na_strings")
    check(column_line(["--na_strings", "b=?"], "b", table)[2] == "1", "na_strings of one column")
    check(column_line(["--sep", ";"], "c", table)[1] == "time", "sep")
    check(column_line(["--sep", "semicolon"], "c", table)[1] == "time", "sep by word")
    for form in (["--no-header"], ["--header", "no"], ["--header=false"], ["--header", "-1"]):
        check("4 rows" in run_ok(["describe", "-"] + form, stdin=table.encode()).out, form)
    check(column_line(["--header", "yes"], "1", "1;2\n3;4\n")[1] == "int", "header yes")
    text = run_ok(["describe", "-", "--skipped_columns", "b"], stdin=table.encode()).out
    check("3 rows, 2 columns" in text and not re.search(r"^  b ", text, re.M), text)


@case
def test_describe_marks_constant_and_empty_columns(_folder):
    text = run_ok(["describe", "-"], stdin=b"a,b,c\n7,,1\n7,,2\n7,,3\n").out
    check("(constant)" in text and "(all missing)" in text, text)


@case
def test_describe_shows_no_control_characters(_folder):
    text = run_ok(["describe", "-"], stdin=b"\"a\x1b[31m\",b\nx\x07,1\ny,2\nx\x07,3\n").out
    check("\x1b" not in text and "\x07" not in text, repr(text))


harness.main()
