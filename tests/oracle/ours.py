# SPDX-License-Identifier: Apache-2.0
"""A case as command lines of heavywater, and what these answer."""
import csv
import json
import os
import shlex
import subprocess


def text_of(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ",".join(text_of(v) for v in value) + "]"
    return str(value)


def parse_options(table):
    options = []
    if table.factors:
        options += ["--factors", ",".join(table.factors)]
    if table.col_types:
        options += ["--col_types", ",".join(f"{k}={v}" for k, v in table.col_types.items())]
    return options


def has_folds(case):
    return "fold" in case


def fold_files(folder):
    """Options with the files that cross-validation leaves behind."""
    return {"--cv_predictions": os.path.join(folder, "cv_predictions.csv"),
            "--cv_fold_assignment": os.path.join(folder, "cv_folds.csv")}


def read_folds(folder):
    predictions, assignment = fold_files(folder).values()
    if not os.path.exists(predictions):
        return {}
    result = {}
    for name, path in (("holdout", predictions), ("assignment", assignment)):
        with open(path, encoding="utf-8", newline="") as lines:
            result[name] = list(csv.reader(lines))
    return result


def train_command(program, case, table, model, json_file):
    command = [program, "train", "--training_frame", table.train]
    if case["validation"]:
        command += ["--validation_frame", table.valid]
    command += parse_options(table)
    for name in ("response", "weights", "offset", "fold"):
        if case.get(name):
            command += [f"--{name}_column", case[name]]
    if case["ignored"]:
        command += ["--ignored_columns", ",".join(case["ignored"])]
    for name, value in case["params"].items():
        command += [f"--{name}", text_of(value)]
    return command + ["--reproducible", "--h2o_compat", "--threads", "1", "--quiet_mode",
                      "--model", model, "--json", json_file]


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, done.stderr.strip()


def train(program, case, table, folder):
    """The model's JSON, predictions and metrics on the score table; or why it was refused."""
    model, out = os.path.join(folder, "model.zip"), os.path.join(folder, "model.json")
    command = train_command(program, case, table, model, out)
    if has_folds(case):
        for option, path in fold_files(folder).items():
            command += [option, path]
            if os.path.exists(path):
                os.remove(path)
    with open(os.path.join(folder, "command.sh"), "w", encoding="utf-8") as script:
        script.write(shlex.join(command) + "\n")
    code, message = run(command)
    if code not in (0, 2, 3, 4, 5, 1):
        return {"crashed": f"exit code {code}: {message[-400:]}"}
    if code != 0:
        return {"refused": message}
    with open(out, encoding="utf-8") as text:
        result = {"model": json.load(text), **read_folds(folder)}
    predictions = os.path.join(folder, "predictions.csv")
    code, message = run([program, "predict", "--model", model, "--frame", table.score,
                         "--out", predictions] + parse_options(table))
    if code:
        return {"crashed": f"predict: exit code {code}: {message[-400:]}"}
    with open(predictions, encoding="utf-8", newline="") as lines:
        result["predictions"] = list(csv.reader(lines))
    if case["response"]:
        metrics = os.path.join(folder, "metrics.json")
        code, message = run([program, "performance", "--model", model, "--frame", table.score,
                             "--json", metrics] + parse_options(table))
        if code:
            return {"crashed": f"performance: exit code {code}: {message[-400:]}"}
        with open(metrics, encoding="utf-8") as text:
            result["score_metrics"] = json.load(text)
    return result
