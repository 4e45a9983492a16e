#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The examples, against the library as it was built."""
import os
import subprocess

import library
import harness
from harness import case, check


def built(name):
    return os.path.join(library.BUILD, "examples", "example_" + name)


@case
def test_examples_run_against_the_built_library(folder):
    library.run_examples(built, folder)


@case
def test_examples_are_all_built(_folder):
    for name in library.names_of_examples():
        check(os.path.exists(built(name)), f"examples/{name}.c is not in examples/meson.build")


@case
def test_examples_refuse_bad_use_with_one_line(folder):
    for name, args in (("train_from_arrays", []), ("score_in_threads", ["no.zip", "2"]),
                       ("score_in_threads", ["no.zip", "0"]),
                       ("search", [harness.data("iris.csv"), "no_such_column", "models"]),
                       ("validate", [harness.data("iris.csv"), "no_such_column", "9"])):
        done = subprocess.run([built(name)] + args, cwd=folder, capture_output=True, text=True,
                              check=False)
        lines = [line for line in done.stderr.splitlines() if line]
        check(done.returncode in (1, 2) and len(lines) == 1, f"{name} {args}: {done}")


harness.main()
