#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""train, predict, performance and show on small tables."""
import csv
import io
import json
import os
import pty
import re
import signal
import subprocess
import time

import harness
from harness import case, check, check_golden, data, read, run, run_ok, write

PREDICTORS = "age,income,city,plan,rating"
# What the clock decides, and the temporary folder.
MASKS = [(r"in [\d.:,]+ (s|min)( \([\d,]+ samples/s\))?", "in TIME"),
         (r"(?m)^training +\d+ %.*\n", ""),
         (r"(?m)^((?:model|report|json) +)/\S*/", r"\1"),
         (r"[\d.]+ (KB|MB|bytes)", "SIZE"),
         (r"[\d.:]+ (sec|min|hours?)\b", "TIME"),
         (r"[\d.]+ obs/sec", "SPEED"),
         # How their headings are wrapped depends on the width of the speed, of numbers near 0.
         (r"(?ms)^((?:Scoring history|Layers: [^\n]*)\n).*?^(  ─)", r"\1\2")]
WIDE = {"COLUMNS": "400"}  # tables whose widths differ are not split here and there


def train_args(folder, *extra, response="churn", frame="mixed.csv", epochs="3"):
    return ["train", "--training_frame", data(frame), "--response_column", response, "--hidden",
            "8,4", "--epochs", epochs, "--seed", "7", "--reproducible", "--model",
            os.path.join(folder, "m.zip")] + list(extra)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def predict(folder, frame, *extra):
    out = run_ok(["predict", "--model", os.path.join(folder, "m.zip"), "--frame", frame] +
                 list(extra)).out
    return rows_of(out)


@case
def test_train_binomial_prints_what_was_learned(folder):
    args = train_args(folder, "--x", PREDICTORS, "--validation_frame", data("mixed_valid.csv"),
                      "--report", os.path.join(folder, "r.html"),
                      "--json", os.path.join(folder, "j.json"))
    text = run_ok(args, env=WIDE).out
    check_golden("train_binomial.txt", text, MASKS)
    check(sorted(os.listdir(folder)) == ["j.json", "m.zip", "r.html"], os.listdir(folder))
    check("<html" in read(os.path.join(folder, "r.html"))[:500].lower(), "report")


@case
def test_train_regression_prints_what_was_learned(folder):
    text = run_ok(train_args(folder, "--x", PREDICTORS, response="spend"), env=WIDE).out
    check_golden("train_regression.txt", text, MASKS)


@case
def test_train_multinomial_prints_what_was_learned(folder):
    text = run_ok(train_args(folder, response="Species", frame="iris.csv"), env=WIDE).out
    check_golden("train_multinomial.txt", text, MASKS)


@case
def test_train_warns_of_dropped_columns(folder):
    text = run_ok(train_args(folder)).out
    check(re.search(r"^warning: .*Dropping bad and constant columns: .*seven", text, re.M), text)


@case
def test_cells_that_became_missing_are_told(folder):
    """One line a column, in training and in scoring; --factors does not lose it."""
    rows = "".join(f"{i % 7},{i % 5},{'p' if i % 2 else 'q'}\n" for i in range(40))
    path = write(folder, "odd.csv", "a,b,y\n1,oops,p\n" + rows)
    args = ["train", "--training_frame", path, "--response_column", "y", "--factors", "b",
            "--hidden", "4", "--epochs", "1", "--seed", "1", "--model",
            os.path.join(folder, "m.zip")]
    told = r"odd.csv: column 'b': 1 cell is no number and became missing, first 'oops' in line 2$"
    check(len(re.findall("^warning: .*" + told, run_ok(args).out, re.M)) == 1, "train")
    check(re.search("^note: .*" + told, run_ok(["describe", path]).out, re.M), "describe")
    scored = run(["predict", "--model", os.path.join(folder, "m.zip"), "--frame", path])
    check(scored.code == 0 and re.search("^heavywater: predict: warning: .*" + told, scored.err,
                                         re.M), scored)


@case
def test_progress_tells_no_time_left_at_once(folder):
    """The first rows say nothing about the speed of the rest."""
    text = run_ok(train_args(folder, "--x", PREDICTORS)).out
    check("left" not in text, text)


@case
def test_train_is_the_same_in_every_spelling(folder):
    forms = [["--l1", "0.001", "--standardize", "false", "--score_interval", "3"],
             ["--l1=0.001", "--no-standardize", "--score-interval", "3"],
             ["--l1=1e-3", "--standardize=false", "--score_interval=3.0"],
             ["--l1", "0.001", "--no_standardize", "--score-interval=3"]]
    seen = set()
    for form in forms:
        run_ok(train_args(folder, "--x", PREDICTORS, *form))
        rows = predict(folder, data("mixed_score.csv"))
        seen.add(json.dumps(rows))
    check(len(seen) == 1, "spellings give different models")


@case
def test_x_is_the_same_as_ignoring_the_others(folder):
    run_ok(train_args(folder, "--x", PREDICTORS))
    chosen = predict(folder, data("mixed_score.csv"))
    run_ok(train_args(folder, "--ignored_columns", "id,joined,seven,spend,note"))
    check(chosen == predict(folder, data("mixed_score.csv")), "--x and --ignored_columns differ")


@case
def test_threads_do_not_change_the_model(folder):
    run_ok(train_args(folder, "--x", PREDICTORS, "--threads", "1"))
    one = predict(folder, data("mixed_score.csv"))
    run_ok(train_args(folder, "--x", PREDICTORS, "--nthreads", "2"))
    check(one == predict(folder, data("mixed_score.csv")), "threads change the model")


@case
def test_teams_race_and_are_named_in_the_command(folder):
    out = os.path.join(folder, "j.json")
    args = [arg for arg in train_args(folder, "--x", PREDICTORS, "--json", out) if arg != "--reproducible"]
    samples = []
    for teams in ([], ["--teams", "2", "--threads", "2"], ["--teams", "auto"]):
        run_ok(args + teams)
        table = json.loads(read(out))["scoring_history"]
        names = [column["name"] for column in table["columns"]]
        samples.append(table["data"][names.index("samples")][-1])
        shown = run_ok(["show", os.path.join(folder, "m.zip")], env=WIDE).out
        check(" ".join(teams[:2]) in shown and ("--teams" in shown) == bool(teams), shown)
    check(len(set(samples)) == 1, samples)


@case
def test_quiet_mode_is_silent(folder):
    result = run_ok(train_args(folder, "--x", PREDICTORS, "--quiet_mode"))
    check(result.out == "", result)
    check(os.path.exists(os.path.join(folder, "m.zip")), "no model")


@case
def test_pipe_gets_plain_progress_lines(folder):
    text = run_ok(train_args(folder, "--x", PREDICTORS)).out
    check(re.search(r"^training +\d+ %  epoch [\d.]+ of 3", text, re.M), text)
    check("\r" not in text and "\x1b" not in text, repr(text))


def run_on_terminal(args):
    """The output of a run that sees a terminal."""
    parent, child = pty.openpty()
    env = harness.environment({"TERM": "xterm", "COLUMNS": "100"})
    with subprocess.Popen([harness.COMMAND] + args, stdout=child, stderr=child,
                          stdin=subprocess.DEVNULL, env=env) as process:
        os.close(child)
        text = b""
        while True:
            try:
                piece = os.read(parent, 65536)
            except OSError:  # the terminal's other end is closed
                break
            if not piece:
                break
            text += piece
    os.close(parent)
    return process.returncode, text.decode()


@case
def test_terminal_gets_one_live_line(folder):
    code, text = run_on_terminal(train_args(folder, "--x", PREDICTORS))
    check(code == 0, text)
    check(re.search(r"\r\S.{20,} %  epoch .*\x1b\[K", text), repr(text[:2000]))
    check("\r\x1b[K" in text, "the live line is not taken away")


@case
def test_time_limit_is_success_with_a_line(folder):
    result = run_ok(train_args(folder, "--x", PREDICTORS, "--max_runtime_secs", "0.5",
                               "--stopping_rounds", "0", "--classification_stop", "-1",
                               epochs="1e7"))
    check("max_runtime_secs" in result.out, result)


@case
def test_early_stopping_is_success_with_a_line(folder):
    result = run_ok(train_args(folder, "--x", PREDICTORS, "--stopping_rounds", "2",
                               "--stopping_tolerance", "0.5", "--score_interval", "0",
                               epochs="1e4"))
    check("ended early" in result.out, result)


def start_endless(folder, *extra):
    args = train_args(folder, "--x", PREDICTORS, "--stopping_rounds", "0",
                      "--classification_stop", "-1", *extra, epochs="1e9")
    process = subprocess.Popen([harness.COMMAND] + args, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=harness.environment())
    for line in process.stdout:  # until training has begun
        if re.match(rb"training +\d+ %", line):
            return process
    raise harness.Failure(process.stderr.read().decode())


@case
def test_interrupt_keeps_the_model_so_far(folder):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        path = os.path.join(folder, "m.zip")
        if os.path.exists(path):
            os.remove(path)
        process = start_endless(folder)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        check(process.returncode == 130, f"exit code {process.returncode}\n{out}\n{err}")
        check(b"interrupted" in out and b"kept" in out and err == b"", f"{out}\n{err}")
        check("churn" in run_ok(["show", path]).out, "the model cannot be shown")
        check(os.listdir(folder) == ["m.zip"], os.listdir(folder))


@case
def test_second_interrupt_ends_at_once(folder):
    process = start_endless(folder)
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    for _ in range(50):
        if process.poll() is None:
            time.sleep(0.002)
            process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    check(process.returncode in (130, -signal.SIGINT), process.returncode)
    check(time.monotonic() - start < 5, "the second interrupt took long")


@case
def test_standard_input_trains_and_scores(folder):
    text = read(data("mixed.csv")).encode()
    args = train_args(folder, "--x", PREDICTORS)
    run_ok(args)
    expected = predict(folder, data("mixed_score.csv"))
    args[args.index("--training_frame") + 1] = "-"
    run_ok(args, stdin=text)
    check(predict(folder, data("mixed_score.csv")) == expected, "standard input trains otherwise")
    scored = run_ok(["predict", "--model", os.path.join(folder, "m.zip"), "--frame", "-"],
                    stdin=read(data("mixed_score.csv")).encode()).out
    check(rows_of(scored) == expected, "standard input scores otherwise")


@case
def test_predict_binomial_has_h2os_columns(folder):
    run_ok(train_args(folder, "--x", PREDICTORS))
    out = os.path.join(folder, "p.csv")
    text = run_ok(["predict", "--model", os.path.join(folder, "m.zip"), "--frame",
                   data("mixed_score.csv"), "--out", out]).out
    check("20 predictions in" in text and "p.csv" in text, text)
    rows = rows_of(read(out))
    check(len(rows) == 20 and list(rows[0]) == ["predict", "no", "yes"], rows[:1])
    for row in rows:
        check(row["predict"] in ("no", "yes"), row)
        check(abs(float(row["no"]) + float(row["yes"]) - 1) < 1e-9, row)
    check_golden("predict_binomial.txt", read(out).replace(",", " "))


@case
def test_predict_multinomial_and_regression_columns(folder):
    run_ok(train_args(folder, response="Species", frame="iris.csv"))
    rows = predict(folder, data("iris.csv"))
    check(list(rows[0]) == ["predict", "Iris-setosa", "Iris-versicolor", "Iris-virginica"], rows[0])
    check(all(row["predict"] == max(list(row)[1:], key=lambda k: float(row[k])) for row in rows),
          "the label is not the most probable class")
    run_ok(train_args(folder, "--x", PREDICTORS, response="spend"))
    rows = predict(folder, data("mixed_score.csv"))
    check(list(rows[0]) == ["predict"] and len(rows) == 20, rows[:1])
    check(all(float(row["predict"]) == float(row["predict"]) for row in rows), rows)


@case
def test_predict_warns_of_lacking_predictors(folder):
    run_ok(train_args(folder, "--x", PREDICTORS))
    frame = write(folder, "f.csv", "age,income\n30,20000\n40,25000\n")
    result = run(["predict", "--model", os.path.join(folder, "m.zip"), "--frame", frame])
    check(result.code == 0 and len(rows_of(result.out)) == 2, result)
    check(result.err.count("\n") == 1 and "warning" in result.err and "city" in result.err, result)


@case
def test_predict_one_row_with_a_level(folder):
    """A single text would be guessed to be no category."""
    run_ok(train_args(folder, "--x", PREDICTORS))
    whole = predict(folder, data("mixed.csv"))
    lines = read(data("mixed.csv")).splitlines()
    frame = write(folder, "one.csv", lines[0] + "\n" + lines[1] + "\n")
    check(predict(folder, frame) == whole[:1], "one row is scored otherwise than in the table")


@case
def test_classification_of_numbers(folder):
    run_ok(train_args(folder, "--x", "AGE,PSA", "--classification", response="CAPSULE",
                      frame="prostate.csv"))
    rows = predict(folder, data("prostate.csv"))
    check(list(rows[0]) == ["predict", "0", "1"] or list(rows[0]) == ["predict", "p0", "p1"],
          rows[0])
    by_factors = train_args(folder, "--x", "AGE,PSA", "--factors", "CAPSULE", response="CAPSULE",
                            frame="prostate.csv")
    run_ok(by_factors)
    check(predict(folder, data("prostate.csv")) == rows, "--factors differs")


@case
def test_factors_reach_the_validation_frame(folder):
    text = run_ok(train_args(folder, "--x", "age,rating", "--factors", "rating",
                             "--validation_frame", data("mixed_valid.csv"))).out
    check("validation" in text, text)


@case
def test_validation_takes_the_types_of_training(folder):
    """zip is text in training because of one level, and looks like numbers in validation."""
    rows = "".join(f"{'0' + str(i % 7)},{i % 5},{'a' if i % 3 else 'b'}\n" for i in range(60))
    training = write(folder, "t.csv", "zip,n,y\nx9,1,a\n" + rows)
    validation = write(folder, "v.csv", "zip,n,y\n" + rows)
    text = run_ok(["train", "--training_frame", training, "--validation_frame", validation,
                   "--response_column", "y", "--hidden", "4", "--epochs", "1", "--seed", "1",
                   "--model", os.path.join(folder, "m.zip")]).out
    check("validation" in text and "unseen" not in text, text)


def metric(text, name):
    found = re.search(rf"^  {name} +(\S+)", text, re.M)
    check(found, f"no {name} in\n{text}")
    return float(found.group(1).replace(",", ""))


@case
def test_performance_agrees_with_training(folder):
    out = os.path.join(folder, "j.json")
    run_ok(train_args(folder, "--x", PREDICTORS, "--score_training_samples", "0", "--json", out))
    trained = json.loads(read(out))["training_metrics"]
    measured = os.path.join(folder, "k.json")
    text = run_ok(["performance", "--model", os.path.join(folder, "m.zip"), "--frame",
                   data("mixed.csv"), "--json", measured]).out
    scored = json.loads(read(measured))
    for name in ("MSE", "RMSE", "logloss", "AUC", "pr_auc", "mean_per_class_error"):
        check(abs(trained[name] - scored[name]) <= 1e-9, (name, trained[name], scored[name]))
        check(abs(metric(text, name) - trained[name]) <= 1e-5, (name, text))
    check(trained["cm"]["table"]["data"] == scored["cm"]["table"]["data"], "confusion matrix")


@case
def test_folds_hold_every_row_out_once(folder):
    json_file = os.path.join(folder, "j.json")
    predictions, assignment = os.path.join(folder, "p.csv"), os.path.join(folder, "f.csv")
    args = train_args(folder, "--x", PREDICTORS, "--nfolds", "3", "--json", json_file,
                      "--cv_predictions", predictions, "--cv_fold_assignment", assignment,
                      "--keep_cross_validation_predictions",
                      "--keep_cross_validation_fold_assignment")
    first = run_ok(args, env=WIDE).out
    metrics = json.loads(read(json_file))["cross_validation_metrics"]
    folds = [row["fold_assignment"] for row in rows_of(read(assignment))]
    held_out = rows_of(read(predictions))
    check(set(folds) == {"0", "1", "2"}, folds[:9])
    check(len(folds) == len(held_out), (len(folds), len(held_out)))
    check(metrics["description"].startswith("3-fold cross-validation"), metrics["description"])
    # The model file knows them, too, and threads change nothing.
    shown = run_ok(["show", os.path.join(folder, "m.zip")], env=WIDE).out
    check("cross" in shown.lower() and "cross" in first.lower(), shown)
    run_ok(args + ["--threads", "1"])
    check(rows_of(read(predictions)) == held_out, "other predictions on one thread")


@case
def test_show_says_what_training_said(folder):
    out = os.path.join(folder, "j.json")
    trained = run_ok(train_args(folder, "--x", PREDICTORS, "--json", out)).out
    again, report = os.path.join(folder, "k.json"), os.path.join(folder, "r.html")
    shown = run_ok(["show", os.path.join(folder, "m.zip"), "--json", again, "--report",
                    report]).out
    for title in ("Layers", "Scoring history", "Metrics", "Variable importances"):
        block = re.search(rf"^{title}.*?\n(?=\n|\Z)", trained, re.M | re.S)
        check(block and block.group(0) in shown, f"{title} differs:\n{shown}")
    check("Parameters that were given" in shown and "8,4" in shown, shown)
    first, second = json.loads(read(out)), json.loads(read(again))
    for key in ("scoring_history", "training_metrics", "variable_importances", "model_summary"):
        check(first[key] == second[key], f"{key} differs")
    check(os.path.getsize(report) > 1000, "report")


@case
def test_json_to_standard_output_moves_the_text_to_the_other(folder):
    result = run(train_args(folder, "--x", PREDICTORS, "--json", "-"))
    check(result.code == 0, result)
    check("scoring_history" in json.loads(result.out), result.out[:300])
    check("Layers" in result.err, result.err[:300])


harness.main()
