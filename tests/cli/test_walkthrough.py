#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The walk-through of README.md: its commands run as they stand there, on the data of this project,
and what they leave behind is what the text says."""
import csv
import os
import re
import shutil
import subprocess

import harness
from harness import case, check, read

SOURCE = os.environ["HW_SOURCE"]
TITLE = "## From a CSV to a chosen model"


def section():
    text = read(os.path.join(SOURCE, "README.md"))
    start = text.index(TITLE)
    return text[start:text.index("\n## ", start + 1)]


def commands():
    """The commands of the section's blocks, a line each."""
    blocks = re.findall(r"^```\n(.*?)^```", section(), re.S | re.M)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith("heavywater ")]


def shell(line, folder):
    path = os.path.dirname(harness.COMMAND) + os.pathsep + os.environ["PATH"]
    done = subprocess.run(["bash", "-c", line], cwd=folder, env=harness.environment({"PATH": path}),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    check(done.returncode == 0 and done.stderr == "", f"$ {line}\n{done.stdout}{done.stderr}")
    return done.stdout


@case
def test_walkthrough_runs_as_it_stands(folder):
    os.symlink(os.path.join(SOURCE, "data"), os.path.join(folder, "data"))
    lines = commands()
    check([line.split()[1] for line in lines] ==
          ["describe", "grid", "compare", "performance", "export"], lines)
    shown = [shell(line, folder) for line in lines]

    check(re.search(r"^ *late +enum ", shown[0], re.M), shown[0])
    with open(os.path.join(folder, "flights", "leaderboard.csv"), encoding="utf-8") as file:
        board = list(csv.DictReader(file))
    check(len(board) == 8, board)
    chosen = re.search(r"flights/(flights_model_\d+)\.zip", lines[3]).group(1)
    # The networks of two processors differ in the last bits, so the first two may change places.
    check(chosen in [row["model_id"] for row in board[:3]], f"{chosen} is not the best of {board}")
    check(0.6 < float(board[0]["auc"]) < 0.8, board[0])
    check(chosen in shown[2], shown[2])
    check("<svg" in read(os.path.join(folder, "compared.html")), "compared.html has no pictures")
    check(re.search(r"^ *AUC +0\.7", shown[3], re.M), shown[3])
    if shutil.which("cc"):
        shell("cc -std=c99 -Wall -Werror -c flights.c -o flights.o", folder)


@case
def test_walkthrough_pictures_are_there_and_complete_in_themselves(_folder):
    pictures = re.findall(r"\]\((docs/pictures/[\w.-]+)\)|src=\"(docs/pictures/[\w.-]+)\"", section())
    check(len(pictures) == 2, pictures)
    for path in (a or b for a, b in pictures):
        text = read(os.path.join(SOURCE, path))
        check(text.startswith("<svg xmlns="), path)
        links = set(re.findall(r"(?:href|src|url\()[^\s>]*", text))
        check(not links, f"{path} refers to {links}")


harness.main()
