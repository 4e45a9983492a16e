#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The commands of the README's way from a table to a chosen model, one after the other."""
import os
import subprocess

import harness
from harness import case, check, read

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def commands():
    """The command lines of the section, with lines that go on joined."""
    section = read(os.path.join(ROOT, "README.md")).split("## From a table to a chosen model", 1)[1]
    block = section.split("```\n", 2)[1]
    return block.replace("\\\n", " ").strip().split("\n")


@case
def test_the_readme_leads_from_a_table_to_a_chosen_model(folder):
    lines = commands()
    check(len(lines) == 5, lines)
    os.symlink(os.path.join(ROOT, "data"), os.path.join(folder, "data"))
    os.symlink(harness.COMMAND, os.path.join(folder, "heavywater"))
    env = harness.environment({"PATH": folder + os.pathsep + os.environ["PATH"]})
    for line in lines:
        done = subprocess.run(["sh", "-c", line], cwd=folder, env=env, capture_output=True,
                              text=True, timeout=280, check=False)
        check(done.returncode == 0 and not done.stderr, f"$ {line}\n{done.stderr}")
    for page, parts in (("flights-grid.html", ("leaderboard", "parameters", "roc", "spread")),
                        ("flights-test.html", ("leaderboard", "roc", "commands")),
                        ("flights-chosen.html", ("folds", "thresholds", "command"))):
        text = read(os.path.join(folder, page))
        for part in parts:
            check(f'<section id="{part}">' in text, (page, part))
    check("double" in read(os.path.join(folder, "flights.c")), "flights.c")


harness.main()
