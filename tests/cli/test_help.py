#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Help, version, parameters: what needs no data."""
import re

import harness
from harness import case, check, check_golden, check_one_line_error, run, run_ok

COMMANDS = ["train", "predict", "performance", "anomaly", "deepfeatures", "weights", "show", "resume", "export", "describe", "params"]


@case
def test_help_overview_names_every_command(_folder):
    for args in (["--help"], ["-h"], ["help"]):
        text = run_ok(args).out
        for name in COMMANDS:
            check(re.search(rf"^  {name} ", text, re.M), f"{name} is not in\n{text}")


@case
def test_help_of_each_command_has_usage_and_example(_folder):
    for name in COMMANDS:
        text = run_ok([name, "--help"]).out
        check(text.startswith(f"Usage: heavywater {name} "), text)
        check(f"\n  heavywater {name}" in text, f"no example in\n{text}")
        check(text == run_ok(["help", name]).out, "help NAME differs from NAME --help")
        check(max(map(len, text.splitlines())) <= 110, f"a long line in\n{text}")


@case
def test_help_of_train_groups_parameters(_folder):
    text = run_ok(["train", "--help"]).out
    groups = re.findall(r"^([A-Z][A-Za-z ]+):$", text, re.M)
    check(groups == ["Examples", "Options", "Data", "Basic", "Regularisation", "Optimiser",
                     "Scoring and stopping", "Expert"], groups)
    for words in ("--hidden INTEGERS", "--activation LEVEL", "default 200,200]", "--col_types LIST",
                  "--l1 NUMBER", "--stopping_rounds INTEGER"):
        check(words in text, f"'{words}' is not in\n{text}")


@case
def test_version_is_one_line(_folder):
    check(re.fullmatch(r"heavywater \d+\.\d+\.\d+\n", run_ok(["--version"]).out), "version")


@case
def test_params_lists_all(_folder):
    text = run_ok(["params"]).out
    for name in ("hidden", "epochs", "l1", "max_w2", "score_interval", "nfolds"):
        check(re.search(rf"\b{name}\b", text), f"{name} is not in\n{text}")


@case
def test_params_explains_one(_folder):
    for name in ("hidden", "activation", "standardize", "input_dropout_ratio"):
        check_golden(f"params_{name}.txt", run_ok(["params", name]).out, exact=True)
    check(run_ok(["params", "input-dropout-ratio"]).out ==
          run_ok(["params", "input_dropout_ratio"]).out, "'-' and '_' differ")


@case
def test_params_unknown_names_the_nearest(_folder):
    check_one_line_error(run(["params", "hiddn"]), ["params", "hiddn", "hidden"])


@case
def test_command_missing_or_unknown_is_bad_input(_folder):
    check_one_line_error(run([]), ["--help"])
    check_one_line_error(run(["tarin"]), ["tarin", "train"])
    check_one_line_error(run(["xyzzy"]), ["xyzzy", "--help"])
    check_one_line_error(run(["help", "xyzzy"]), ["xyzzy"])


@case
def test_output_in_ascii_where_the_locale_is_not_utf8(_folder):
    text = run_ok(["train", "--help"], env={"LC_ALL": "C"}).out
    check(text.isascii(), "help is not ASCII")


@case
def test_full_disk_behind_standard_output_is_an_error(_folder):
    with open("/dev/full", "wb") as full:
        import subprocess
        done = subprocess.run([harness.COMMAND, "params"], stdout=full, stderr=subprocess.PIPE,
                              env=harness.environment(), check=False)
    check(done.returncode == 2 and b"standard output" in done.stderr, done)


harness.main()
