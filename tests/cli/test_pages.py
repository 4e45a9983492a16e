#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Manual pages and completions: complete, well formed, and working in the shells that are there."""
import os
import re
import shutil
import subprocess

import harness
from harness import case, check, run_ok

PAGES = os.path.abspath(os.environ["HW_PAGES"])


def page(name):
    return os.path.join(PAGES, name)


def commands():
    overview = run_ok(["--help"]).out
    return re.findall(r"^  ([a-z]+) ", overview[overview.index("Commands:"):
                                                overview.index("First steps")], re.M)


def options_in_help(command):
    return sorted(set(re.findall(r"^  --([a-z0-9_]+)", run_ok([command, "--help"]).out, re.M)))


def shell(args, **kwargs):
    done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=harness.environment(kwargs.pop("env", None)), check=False,
                          timeout=60, **kwargs)
    check(done.returncode == 0 and done.stderr == "", f"{args}: {done}")
    return done.stdout


# ---- manual pages ----

def man_pages():
    return ["heavywater.1"] + [f"heavywater-{name}.1" for name in commands()] + \
        ["heavywater-parameters.7"]


@case
def test_pages_there_is_one_for_each_command(_folder):
    there = sorted(name for name in os.listdir(PAGES) if re.search(r"\.[17]$", name))
    check(there == sorted(man_pages()), there)


@case
def test_pages_hold_every_option(_folder):
    for command in commands():
        text = harness.read(page(f"heavywater-{command}.1")).replace("\\-", "-")
        for option in options_in_help(command):
            check(f"\n\\fB--{option}\\fR" in text, f"--{option} is not in the page of {command}")
        for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "EXAMPLES", "SEE ALSO"):
            check(f"\n.SH {section}\n" in text, f"{section} is not in the page of {command}")


@case
def test_pages_hold_every_parameter(_folder):
    text = harness.read(page("heavywater-parameters.7"))
    names = re.findall(r"^  ([a-z0-9_]+)", run_ok(["params"]).out, re.M)
    check(len(names) > 60, names)
    for name in names:
        check(f"\n.B {name}\n" in text, f"{name} is not in heavywater-parameters.7")


@case
def test_pages_are_well_formed(_folder):
    for name in man_pages():
        if shutil.which("mandoc"):
            # Pages carry no date: the same source gives the same bytes whenever it is built.
            done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page(name)],
                                  capture_output=True, text=True, check=False)
            found = [line for line in done.stdout.splitlines() if "missing date" not in line]
            check(not found and not done.stderr, "\n".join(found) + done.stderr)
        if shutil.which("man"):
            text = shell(["man", "--warnings", "-E", "UTF-8", "-l", page(name)],
                         env={"MANWIDTH": "100", "MAN_KEEP_FORMATTING": "", "MANPAGER": "cat"})
            check("EXIT STATUS" in text or name.endswith(".7"), f"{name}:\n{text}")


@case
def test_pages_print_options_as_they_are_typed(_folder):
    if not shutil.which("man"):
        return
    text = shell(["man", "-E", "UTF-8", "-l", page("heavywater-train.1")],
                 env={"MANWIDTH": "100", "MANPAGER": "cat"})
    check("--training_frame train.csv --response_column y --model m.zip" in text, text)


# ---- completion ----

BASH = """source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_heavywater
printf '%s\\n' "${COMPREPLY[@]}"
"""


def bash(*words, cwd=None):
    return [line for line in shell(["bash", "--norc", "-c", BASH, "bash", page("heavywater.bash"),
                                    "heavywater", *words], cwd=cwd).splitlines() if line]


@case
def test_completion_of_bash_knows_commands_and_options(_folder):
    if not shutil.which("bash"):
        return
    check(sorted(bash("")) == sorted(commands() + ["help", "--help", "--version"]), bash(""))
    check(bash("descr") == ["describe"], bash("descr"))
    check(sorted(bash("help", "")) == sorted(commands()), bash("help", ""))
    for command in commands():
        offered = [word[2:] for word in bash(command, "--")]
        missing = set(options_in_help(command)) - set(offered)
        check(not missing, f"{command}: {missing} are not offered")
        check(len(offered) == len(set(offered)), f"{command}: an option is offered twice")
    check(bash("train", "--hidd") == ["--hidden", "--hidden_dropout_ratios"], bash("train", "--hidd"))
    check("--no_standardize" in bash("train", "--no_"), bash("train", "--no_"))


@case
def test_completion_of_bash_knows_values(folder):
    if not shutil.which("bash"):
        return
    check(bash("train", "--activation", "Tanh") == ["Tanh", "TanhWithDropout"],
          bash("train", "--activation", "Tanh"))
    check(bash("train", "--activation", "=", "Maxo") == ["Maxout", "MaxoutWithDropout"],
          bash("train", "--activation", "=", "Maxo"))
    check(bash("train", "--missing-values-handling", "") == ["MeanImputation", "Skip"],
          bash("train", "--missing-values-handling", ""))
    check(bash("train", "--header", "") == ["yes", "no"], bash("train", "--header", ""))
    check({"c", "json", "weights"} <= set(bash("export", "m.zip", "--to", "")),
          bash("export", "m.zip", "--to", ""))
    check(bash("train", "--epochs", "") == [], bash("train", "--epochs", ""))
    check(bash("params", "rate_d") == ["rate_decay"], bash("params", "rate_d"))
    harness.write(folder, "a table.csv", "x\n")
    os.mkdir(os.path.join(folder, "a folder"))
    for words in (("describe", "a"), ("train", "--training_frame", "a"),
                  ("train", "--training_frame", "=", "a"), ("show", "a")):
        check(sorted(bash(*words, cwd=folder)) == ["a folder", "a table.csv"],
              (words, bash(*words, cwd=folder)))
    check(bash("weights", "--out_dir", "a", cwd=folder) == ["a folder"],
          bash("weights", "--out_dir", "a", cwd=folder))


@case
def test_completion_of_zsh_gives_specs_for_every_command(_folder):
    if not shutil.which("zsh"):
        return
    script = ("compdef() { :; }; _files() { :; }\n"
              "_describe() { print -l -- ${(P)4}; }\n"
              "_arguments() { if [[ $1 == -C ]]; then state=$wanted; else print -l -- \"$@\"; fi; }\n"
              "source $1; wanted=$2; words=($3); _heavywater\n")

    def zsh(state, *words):
        return shell(["zsh", "-f", "-c", script, "zsh", page("_heavywater"), state, *words])

    shell(["zsh", "-f", "-n", page("_heavywater")])
    listed = zsh("command", "")
    for command in commands():
        check(f"{command}:" in listed, f"{command} is not in\n{listed}")
        specs = zsh("arguments", command)
        for option in options_in_help(command):
            check(f"--{option}[" in specs, f"--{option} is not in the specs of {command}")
    check("Tanh TanhWithDropout" in zsh("arguments", "train"), "levels of activation")
    check(":FILE:_files\n" in zsh("arguments", "predict"), "files of predict")


@case
def test_completion_of_fish_works(folder):
    if not shutil.which("fish"):
        return

    def fish(line):
        text = shell(["fish", "--no-config", "-c",
                      "source $argv[1]; complete -C $argv[2]", page("heavywater.fish"), line],
                     cwd=folder, env={"HOME": folder, "XDG_CONFIG_HOME": folder,
                                      "XDG_DATA_HOME": folder})
        return [word.split("\t")[0] for word in text.splitlines()]

    check(set(commands()) <= set(fish("heavywater ")), fish("heavywater "))
    for command in commands():
        offered = fish(f"heavywater {command} --")
        missing = {"--" + name for name in options_in_help(command)} - set(offered)
        check(not missing, f"{command}: {missing} are not offered")
    check(fish("heavywater train --activation Tanh") == ["Tanh", "TanhWithDropout"],
          fish("heavywater train --activation Tanh"))
    harness.write(folder, "table.csv", "x\n")
    check(fish("heavywater describe ta") == ["table.csv"], fish("heavywater describe ta"))


harness.main()
