# SPDX-License-Identifier: Apache-2.0
"""Running programs that use the library; the rest is tests/cli/harness.py."""
import os
import subprocess
import sys

BUILD = os.environ["HW_BUILD"]
SOURCE = os.environ["HW_SOURCE"]
SANITIZED = bool(os.environ.get("HW_SANITIZED"))
sys.path.insert(0, os.path.join(SOURCE, "tests", "cli"))

from harness import check, data, read  # noqa: E402  pylint: disable=wrong-import-position


def run(args, cwd=None, env=None):
    """Runs a program that must succeed; what it printed on standard output."""
    done = subprocess.run([str(a) for a in args], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          cwd=cwd, env={**os.environ, **(env or {})}, timeout=250, check=False,
                          text=True, errors="replace")
    check(done.returncode == 0, f"$ {' '.join(map(str, args))}\nexit {done.returncode}\n"
                                f"{done.stdout}{done.stderr}")
    return done.stdout


def run_examples(program_of, folder, env=None):
    """Runs every example; program_of says where the program of a name is."""
    model = os.path.join(folder, "model.zip")
    text = run([program_of("train_from_arrays"), model], env=env)
    auc = float(text.split()[2])
    check(auc > 0.95, f"a poor model:\n{text}")
    rows = [line.split() for line in text.splitlines()[1:]]
    check([row[2] for row in rows] == ["in,", "in,", "out,", "in,"], text)

    texts = [run([program_of("score_in_threads"), model, n], env=env) for n in (1, 2, 8)]
    means = {text.split()[-1] for text in texts}
    check(len(means) == 1, f"threads change the scores:\n{texts}")

    rows = os.path.join(folder, "rows.csv")
    with open(rows, "w", encoding="utf-8") as file:
        file.write("size,weight,colour\n0,0,red\n0.9,0.9,blue\n0.1,,green\n")
    lines = run([program_of("score_arrow"), model, rows], env=env).splitlines()
    check(lines == ["predict is of format i", "in is of format g", "out is of format g",
                    "a batch of 3 rows"], lines)

    iris = data("iris.csv")
    grid = os.path.join(folder, "models")
    first = run([program_of("search"), iris, "Species", grid], env=env).splitlines()
    again = run([program_of("search"), iris, "Species", grid], env=env).splitlines()
    check(first[0] == "4 combinations ended in this run", first)
    check(again[0] == "0 combinations ended in this run", again)
    check(first[1:] == again[1:] and len(first) == 6, (first, again))
    text = run([program_of("validate"), iris, "Species", "60"], env=env)
    check("\n logloss " in text, f"no summary of the folds:\n{text}")
    check("of 150 rows\n" in text, text)
    text = run([program_of("validate"), iris, "Species", "0"], env=env)
    check(text.startswith("stopped after"), f"the callback did not stop it:\n{text}")


def names_of_examples():
    """The examples that are there."""
    folder = os.path.join(SOURCE, "examples")
    return sorted(name[:-2] for name in os.listdir(folder) if name.endswith(".c"))


def public_headers():
    """Paths of the public headers below include/."""
    names = sorted(os.listdir(os.path.join(SOURCE, "include", "heavywater")))
    return ["heavywater.h"] + ["heavywater/" + name for name in names if name.endswith(".h")]


def version():
    return read(os.path.join(SOURCE, "VERSION")).strip()
