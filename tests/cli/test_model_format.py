# SPDX-License-Identifier: Apache-2.0
"""Model files of every release open, score and train on; those of the future are refused."""
import glob
import json
import os
import re
import zipfile

import harness
from harness import add_case, case, check, check_one_line_error, data, run, run_ok

FOLDER = "model-format"


def rewrite(path, out, change):
    """A copy of a model whose state is changed."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "heavywater/model.json":
                content = change(content.decode()).encode()
            new.writestr(name, content)


def check_predictions(actual, expected, path):
    actual, expected = actual.splitlines(), expected.splitlines()
    check(len(actual) == len(expected), f"{path}: {len(actual)} lines, not {len(expected)}")
    for row, (a, e) in enumerate(zip(actual, expected)):
        for x, y in zip(a.split(","), e.split(",")):
            numbers = harness.number_of(x), harness.number_of(y)
            same = x == y if None in numbers else abs(numbers[0] - numbers[1]) <= 1e-9 * max(
                1, abs(numbers[1]))
            check(same, f"{path}: row {row}: {x} is not {y}")


def test_file(folder, path):
    check("weights and biases" in run_ok(["show", path]).out, path)
    predicted = run(["predict", "--model", path, "--frame", data("mixed_score.csv")])
    check(predicted.code == 0, predicted)
    check_predictions(predicted.out, harness.read(path[:-4] + ".csv"), path)
    if path.endswith(("-folds.zip", "-snapshot.zip")):
        return  # neither is a checkpoint: folds are refused, an average is not what was trained
    arguments = json.loads(harness.read(path[:-4] + ".json"))["train"]
    out = os.path.join(folder, "m.zip")
    run_ok(["train", "--checkpoint", path, "--epochs", "5", "--model", out, *arguments],
           cwd=data("."))
    with zipfile.ZipFile(out) as archive:
        state = json.loads(archive.read("heavywater/model.json"))
    check(state["counters"]["epochs"] >= 5, state["counters"])


@case
def test_model_format_of_the_future_is_refused(folder):
    path = sorted(glob.glob(data(os.path.join(FOLDER, "*-binomial.zip"))))[0]
    newer = os.path.join(folder, "newer.zip")
    rewrite(path, newer, lambda text: re.sub(r'"format": \d+', '"format": 999', text, count=1))
    for args in (["show", newer], ["predict", "--model", newer, "--frame", data("mixed.csv")]):
        check_one_line_error(run(args), ["newer.zip", "written by a newer heavywater", "999"])
    # A key that this version does not know is no reason to refuse.
    more = os.path.join(folder, "more.zip")
    rewrite(path, more, lambda text: text.replace("{", '{"a key of tomorrow": [1, 2],', 1))
    run_ok(["show", more])


@case
def test_model_format_now_is_among_them(folder):
    """A raised format needs its files here: tools/add_model_format."""
    out = os.path.join(folder, "m.zip")
    run_ok(["train", "--training_frame", data("tiny.csv"), "--response_column", "value", "--epochs",
            "1", "--hidden", "2", "--model", out])
    with zipfile.ZipFile(out) as archive:
        number = json.loads(archive.read("heavywater/model.json"))["format"]
    found = glob.glob(data(os.path.join(FOLDER, f"{number}-*.zip")))
    check(len(found) >= 8, f"no files of format {number}")


def add_files():
    # harness.data() is known only when the tests run.
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", FOLDER)
    for path in sorted(glob.glob(os.path.join(folder, "*.zip"))):
        name = re.sub(r"\W", "_", os.path.basename(path)[:-4])
        add_case(f"test_model_format_{name}", lambda f, p=os.path.abspath(path): test_file(f, p))


add_files()
harness.main()
