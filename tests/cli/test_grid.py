#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""grid: what it leaves, what it refuses, and that nothing is lost when it is interrupted."""
import csv
import json
import os
import pty
import random
import shlex
import signal
import subprocess
import time

import harness
from harness import case, check, check_one_line_error, data, read, run, run_ok, write

SMALL = '{"hidden": [[3], [4, 4]], "l1": [0, 0.001]}'


def grid_args(folder, hyper=SMALL, *extra, response="churn", frame="mixed.csv", epochs="2",
              seed="7"):
    given = ["--epochs", epochs] if epochs else []
    return ["grid", "--training_frame", data(frame), "--response_column", response, *given,
            "--reproducible", *(["--seed", seed] if seed else []), "--hyper_params", hyper,
            "--grid_dir", os.path.join(folder, "g")] + list(extra)


def manifest(folder):
    return json.loads(read(os.path.join(folder, "g", "grid.json")))


def leaderboard(folder):
    return list(csv.DictReader(read(os.path.join(folder, "g", "leaderboard.csv")).splitlines()))


def files(folder):
    return sorted(os.listdir(os.path.join(folder, "g")))


def models_on_disk(folder):
    """Name to inode: a file that is written again has another one."""
    path = os.path.join(folder, "g")
    if not os.path.isdir(path):
        return {}
    return {name: os.stat(os.path.join(path, name)).st_ino for name in os.listdir(path)
            if name.endswith(".zip")}


def start(args, **kwargs):
    return subprocess.Popen([harness.COMMAND] + args, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env=harness.environment(), **kwargs)


@case
def test_grid_leaves_models_manifest_and_leaderboard(folder):
    result = run_ok(grid_args(folder))
    check(files(folder) == [".lock", "g_model_1.zip", "g_model_2.zip", "g_model_3.zip",
                            "g_model_4.zip", "grid.json", "leaderboard.csv", "leaderboard.json"],
          files(folder))
    grid = manifest(folder)
    check([m["values"] for m in grid["models"]] ==
          [{"hidden": h, "l1": l} for l in ("0", "0.001") for h in ("3", "4,4")], grid["models"])
    check(grid["state"] == "complete" and grid["failed"] == [], grid["state"])
    check(all(m["seed"] == 7 for m in grid["models"]), "seeds")
    rows = leaderboard(folder)
    losses = [float(row["logloss"]) for row in rows]
    check(losses == sorted(losses) and len(rows) == 4, losses)
    check(list(rows[0])[:5] == ["rank", "model_id", "hidden", "l1", "logloss"], list(rows[0]))
    as_json = json.loads(read(os.path.join(folder, "g", "leaderboard.json")))
    check([m["model_id"] for m in as_json["models"]] == [row["model_id"] for row in rows], rows)
    check([m["logloss"] for m in as_json["models"]] == losses, as_json)
    check("Leaderboard, ordered by increasing logloss of training" in result.out, result.out)
    order = [result.out.rindex(f" {row['model_id']} ") for row in rows]
    check(order == sorted(order), result.out)


@case
def test_grid_again_trains_nothing(folder):
    run_ok(grid_args(folder))
    before = models_on_disk(folder)
    result = run_ok(grid_args(folder))
    check(models_on_disk(folder) == before, "models were written again")
    check("g_model_1  logloss" not in result.out, result.out)
    check("4 of 4 models are there already" in result.out, result.out)
    check("Leaderboard" in result.out, result.out)


@case
def test_grid_sorts_by_any_metric(folder):
    run_ok(grid_args(folder))
    for metric, extra, is_decreasing in (("auc", [], True), ("AUC", ["--no-decreasing"], False),
                                         ("rmse", [], False), ("err", ["--decreasing"], True)):
        run_ok(grid_args(folder, SMALL, "--sort_by", metric, *extra))
        values = [float(row[metric.lower()]) for row in leaderboard(folder)]
        check(values == sorted(values, reverse=is_decreasing), (metric, values))
        check(list(leaderboard(folder)[0])[4] == metric.lower(), metric)


@case
def test_grid_sorts_by_cross_validation_then_validation(folder):
    run_ok(grid_args(folder, SMALL, "--validation_frame", data("mixed_valid.csv")))
    check(manifest(folder)["sort"]["of"] == "validation", manifest(folder)["sort"])
    os.mkdir(os.path.join(folder, "cv"))
    run_ok(grid_args(os.path.join(folder, "cv"), SMALL, "--validation_frame",
                     data("mixed_valid.csv"), "--nfolds", "3"))
    grid = manifest(os.path.join(folder, "cv"))
    check(grid["sort"]["of"] == "cross_validation", grid["sort"])
    check(all(m["metrics"]["cross_validation"]["logloss"] > 0 for m in grid["models"]), grid)


@case
def test_grid_does_not_depend_on_threads(folder):
    boards = []
    for extra in (["--parallelism", "1", "--threads", "1"], ["--parallelism", "3"], []):
        run_ok(grid_args(folder, SMALL, *extra, "--grid_id", "same"))
        boards.append(read(os.path.join(folder, "g", "leaderboard.csv")))
        os.rename(os.path.join(folder, "g"), os.path.join(folder, f"g{len(boards)}"))
    check(boards[0] == boards[1] == boards[2], "leaderboards differ")


@case
def test_grid_commands_rebuild_the_models(folder):
    run_ok(grid_args(folder, SMALL, "--x", "age,income,city", seed=""))
    for model in manifest(folder)["models"]:
        words = shlex.split(model["command"])
        check(words[:2] == ["heavywater", "train"] and words[-2] == "--model", words)
        run_ok(words[1:-1] + [os.path.join(folder, "again.zip"), "--quiet_mode"])
        for name, path in (("a", os.path.join(folder, "g", model["file"])),
                           ("b", os.path.join(folder, "again.zip"))):
            run_ok(["export", path, "--to", "json", "--out", os.path.join(folder, name)])
        check(json.loads(read(os.path.join(folder, "a"))) ==
              json.loads(read(os.path.join(folder, "b"))), model["command"])


@case
def test_grid_lists_failures_and_goes_on(folder):
    hyper = '{"activation": ["Foo", "Tanh"], "l1": [0, -1]}'
    result = run_ok(grid_args(folder, hyper))
    grid = manifest(folder)
    # As H2O counts: no number for what is no value, one for what is out of range.
    check([m["model_id"] for m in grid["models"]] == ["g_model_1"], grid["models"])
    check([(f["model_id"], f["field"]) for f in grid["failed"]] ==
          [("", "activation"), ("", "activation"), ("g_model_2", "l1")], grid["failed"])
    check("Failed combinations" in result.out and "'Foo' is not one of" in result.out, result.out)
    os.mkdir(os.path.join(folder, "late"))
    hyper = '{"hidden": [[5], [3, 3]], "hidden_dropout_ratios": [[0.1], [0.1, 0.2]]}'
    run_ok(grid_args(os.path.join(folder, "late"), hyper, "--activation",
                     "RectifierWithDropout"))
    late = manifest(os.path.join(folder, "late"))
    check([m["number"] for m in late["models"]] == [1, 4], late["models"])
    check([f["number"] for f in late["failed"]] == [2, 3], late["failed"])
    check(all(f["field"] == "hidden_dropout_ratios" for f in late["failed"]), late["failed"])


@case
def test_grid_fails_when_all_do(folder):
    result = run(grid_args(folder, '{"l1": [-1, -2]}', "--quiet_mode"))
    check_one_line_error(result, ["all 2 combinations failed", "l1: -1 is out of range"])


@case
def test_grid_repeats_nothing(folder):
    run_ok(grid_args(folder, '{"l1": [0, 0.0, 0.1], "hidden": [[3], 3]}'))
    check([m["number"] for m in manifest(folder)["models"]] == [1, 5], manifest(folder)["models"])


@case
def test_grid_random_stops_and_limits(folder):
    criteria = '{"strategy": "RandomDiscrete", "seed": 3, "max_models": %d}'
    hyper = '{"l1": [0, 0.1, 0.2], "hidden": [[3], [4]]}'
    args = grid_args(folder, hyper, "--search_criteria", criteria % 2, seed="")
    run_ok(args)
    values = [(m["values"]["hidden"], m["values"]["l1"], m["seed"])
              for m in manifest(folder)["models"]]
    check(values == [("4", "0.2", 3), ("3", "0.1", 4)], values)
    before = models_on_disk(folder)
    # A larger limit goes on from there.
    run_ok(args[:-1] + [criteria % 4])
    check(len(models_on_disk(folder)) == 4, models_on_disk(folder))
    check(before.items() <= models_on_disk(folder).items(), "written again")


@case
def test_grid_ends_in_time(folder):
    criteria = '{"strategy": "RandomDiscrete", "seed": 3, "max_runtime_secs": 1}'
    result = run_ok(grid_args(folder, '{"hidden": [[50], [60], [70], [80]]}', "--search_criteria",
                              criteria, "--parallelism", "1", "--stopping_rounds", "0",
                              "--classification_stop", "-1",
                              epochs="100000"))
    grid = manifest(folder)
    check(grid["state"] == "out of time" and 1 <= len(grid["models"]) < 4, grid["models"])
    check(all(m["ending"] == "time" for m in grid["models"]), grid["models"])
    check("max_runtime_secs is over" in result.out, result.out)


@case
def test_grid_reads_files(folder):
    hyper = write(folder, "h.json", SMALL)
    criteria = write(folder, "c.json", '{"strategy": "Cartesian"}')
    run_ok(grid_args(folder, hyper, "--search_criteria", criteria))
    check(len(manifest(folder)["models"]) == 4, "models")


BAD = [
    ("json", '{"l1": [0,}', [], ["hyper_params", "line 1, column 11"]),
    ("json_list", "[1, 2]", [], ["hyper_params", "an object is wanted"]),
    ("no_file", "missing.json", [], ["hyper_params", "missing.json", "No such file"]),
    ("unknown", '{"hiden": [[3]]}', [], ["unknown hyper-parameter 'hiden'", "did you mean hidden"]),
    ("empty", '{"l1": []}', [], ["list of values of 'l1' is empty"]),
    ("given_too", '{"epochs": [1, 2]}', [], ["epochs", "set both"]),
    ("not_varied", '{"nfolds": [3, 5]}', [], ["'nfolds' cannot be varied"]),
    ("twice", '{"l1": [0], "l1": [1]}', [], ["hyper_params", "duplicate"]),
    ("criteria", SMALL, ["--search_criteria", '{"strategy": "Random"}'], ["'Random' is not one of"]),
    ("criteria_key", SMALL, ["--search_criteria", '{"strategy": "Cartesian", "max_models": 3}'],
     ["takes no 'max_models'"]),
    ("criteria_json", SMALL, ["--search_criteria", '{"strategy" "x"}'],
     ["search_criteria", "line 1, column"]),
    ("sort_by", SMALL, ["--sort_by", "mae"], ["sort_by", "'mae'", "logloss"]),
    ("parallelism", SMALL, ["--parallelism", "-1"], ["parallelism", "'-1'", "outside"]),
    ("grid_id", SMALL, ["--grid_id", "a/b"], ["grid_id", "a/b"]),
    ("model_id", SMALL, ["--model_id", "x"], ["model_id", "--grid_id"]),
    ("sequential", '{"l1": [0, 1], "l2": [0]}', ["--search_criteria", '{"strategy": "Sequential"}'],
     ["lists of one length"]),
    ("frame", SMALL, ["--validation_frame", "missing.csv"], ["missing.csv"]),
    ("option", SMALL, ["--paralelism", "2"], ["did you mean --parallelism"]),
]


def add_bad(name, hyper, extra, words):
    def run_bad(folder):
        check_one_line_error(run(grid_args(folder, hyper, *extra), cwd=folder), words)
        check(not os.path.exists(os.path.join(folder, "g")), "the folder was made")
    harness.add_case(f"test_grid_refuses_{name}", run_bad)


for bad in BAD:
    add_bad(*bad)


@case
def test_grid_refuses_what_is_missing(folder):
    check_one_line_error(run(["grid", "--training_frame", data("mixed.csv"), "--response_column",
                              "churn", "--grid_dir", os.path.join(folder, "g")]),
                         ["--hyper_params JSON is missing"])
    check_one_line_error(run(["grid", "--training_frame", data("mixed.csv"), "--hyper_params",
                              SMALL, "--response_column", "churn"]),
                         ["--grid_dir FOLDER is missing"])
    check_one_line_error(run(grid_args(os.path.join(folder, "no", "parent"))),
                         ["grid_dir", "No such file or directory"])
    write(folder, "g", "a file")
    check_one_line_error(run(grid_args(folder)), ["grid_dir", "is no folder"])


@case
def test_grid_refuses_another_search_in_the_folder(folder):
    run_ok(grid_args(folder))
    before = {name: read(os.path.join(folder, "g", name)) for name in ("grid.json",)}
    for args, words in (
            (grid_args(folder, epochs="3"), ["epochs is 2 there and 3 here"]),
            (grid_args(folder, epochs=""), ["epochs is 2 there and the default here"]),
            (grid_args(folder, SMALL, "--l2", "0.1"), ["l2 is the default there and 0.1 here"]),
            (grid_args(folder, seed="8"), ["seed is 7 there and 8 here"]),
            (grid_args(folder, '{"hidden": [[3], [4, 4]], "l1": [0]}'), ["hyper-parameter l1"]),
            (grid_args(folder, '{"hidden": [[3]], "l2": [0]}'), ["hyper-parameter"]),
            (grid_args(folder, SMALL, "--search_criteria",
                       '{"strategy": "RandomDiscrete", "seed": 1}'),
             ["strategy is Cartesian there and RandomDiscrete here"]),
            (grid_args(folder, SMALL, "--grid_id", "other"), ["grid_id is g there and other"]),
            (grid_args(folder, SMALL, "--validation_frame", data("mixed_valid.csv")),
             ["without a validation_frame"]),
            (grid_args(folder, frame="mixed_valid.csv"), ["another training_frame"]),
            (grid_args(folder, SMALL, "--x", "age,income"), ["ignored_columns"]),
            (grid_args(folder, response="city"), ["response_column is churn there and city"]),
    ):
        check_one_line_error(run(args), ["grid_dir", *words])
    check(before["grid.json"] == read(os.path.join(folder, "g", "grid.json")), "was changed")


@case
def test_grid_refuses_foreign_and_torn_files(folder):
    run_ok(grid_args(folder))
    path = os.path.join(folder, "g", "grid.json")
    text = read(path)
    for content, words in (("", ["grid.json", "no manifest"]), ("{}", ["'format'"]),
                           (text.replace('"format_version": 1', '"format_version": 99'),
                            ["later version"]),
                           (text.replace("g_model_2.zip", "../g_model_2.zip", 1), ["'file'"]),
                           (text[:len(text) // 2], ["no manifest"])):
        write(os.path.join(folder, "g"), "grid.json", content)
        check_one_line_error(run(grid_args(folder)), words)
    # A model without an entry is taken in, a torn one named.
    grid = json.loads(text)
    grid["models"] = [m for m in grid["models"] if m["number"] != 2]
    write(os.path.join(folder, "g"), "grid.json", json.dumps(grid))
    before = models_on_disk(folder)
    run_ok(grid_args(folder))
    check(models_on_disk(folder) == before and len(manifest(folder)["models"]) == 4, "adopted")
    check(leaderboard(folder) and manifest(folder)["models"][1] == json.loads(text)["models"][1],
          manifest(folder)["models"][1])
    write(os.path.join(folder, "g"), "grid.json", json.dumps(grid))
    write(os.path.join(folder, "g"), "g_model_2.zip", b"PK torn")
    check_one_line_error(run(grid_args(folder)), ["g_model_2.zip", "cannot be read", "remove it"])
    os.replace(os.path.join(folder, "g", "g_model_1.zip"),
               os.path.join(folder, "g", "g_model_2.zip"))
    check_one_line_error(run(grid_args(folder)), ["g_model_2.zip", "of other parameters"])


LONG = '{"hidden": [[8], [9], [10], [11], [12], [13]], "l1": [0, 0.001, 0.002]}'


def long_args(folder, *extra):
    return grid_args(folder, LONG, *extra, epochs="60") + ["--stopping_rounds", "0"]


def wait_for_models(folder, n, process):
    until = time.time() + 60
    while len(models_on_disk(folder)) < n and process.poll() is None and time.time() < until:
        time.sleep(0.01)


@case
def test_grid_locks_its_folder(folder):
    first = start(long_args(folder))
    wait_for_models(folder, 1, first)
    result = run(long_args(folder))
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=60)
    check_one_line_error(result, ["grid_dir", "another process", str(first.pid)])


@case
def test_grid_goes_on_after_interrupt(folder):
    process = start(long_args(folder))
    wait_for_models(folder, 2, process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    check(process.returncode == 130 and err == b"", (process.returncode, err))
    check(b"the same command goes on from here" in out and b"Leaderboard" in out, out)
    before = models_on_disk(folder)
    check(2 <= len(before) < 18, before)
    check(manifest(folder)["state"] == "cancelled", "state")
    check(len(manifest(folder)["models"]) == len(before), "manifest")
    run_ok(long_args(folder))
    after = models_on_disk(folder)
    check(len(after) == 18 and before.items() <= after.items(), (before, after))
    check(manifest(folder)["state"] == "complete", "state")


@case
def test_grid_loses_nothing_when_killed(folder):
    """kill -9 ten times at random: a finished model is never lost, and never written again."""
    chance = random.Random(20261125)
    seen, n_kills, n_wanted = {}, 0, 10
    while n_kills < n_wanted:
        process = start(long_args(folder))
        time.sleep(chance.uniform(0.02, 0.35))
        process.kill()
        out = process.communicate()[0]
        n_kills += 1
        now = models_on_disk(folder)
        check(seen.items() <= now.items(), f"kill {n_kills}: {seen} became {now}")
        trained = [line.split()[0] + ".zip" for line in out.decode().splitlines()
                   if "_model_" in line and "  logloss " in line]
        found = [name for name in trained if name in seen]
        check(all(name in now for name in trained), "a model was reported and is not there")
        check(not [n for n in found if now[n] != seen[n]], f"trained twice: {found}")
        seen = now
        if len(seen) == 18:
            break
    run_ok(long_args(folder))
    after = models_on_disk(folder)
    check(len(after) == 18 and seen.items() <= after.items(), (seen, after))
    check(sorted(m["file"] for m in manifest(folder)["models"]) == sorted(after), "manifest")
    check(not [name for name in files(folder) if name.endswith(".tmp")], files(folder))
    # What came of it is what an undisturbed search gives.
    board = read(os.path.join(folder, "g", "leaderboard.csv"))
    os.rename(os.path.join(folder, "g"), os.path.join(folder, "killed"))
    run_ok(long_args(folder))
    check(board == read(os.path.join(folder, "g", "leaderboard.csv")), "leaderboards differ")


@case
def test_grid_draws_a_table_on_a_terminal(folder):
    parent, child = pty.openpty()
    process = subprocess.Popen([harness.COMMAND] + long_args(folder), stdout=child, stderr=child,
                               env=harness.environment({"TERM": "xterm", "COLUMNS": "100"}))
    os.close(child)
    out = b""
    while True:
        try:
            part = os.read(parent, 65536)
        except OSError:
            break
        if not part:
            break
        out += part
    check(process.wait(timeout=60) == 0, out[-500:])
    text = out.decode()
    for words in ("of 18 models done", "best     logloss", "running ", "left", "\033[J",
                  "Leaderboard"):
        check(words in text, words)


@case
def test_grid_is_silent_when_asked(folder):
    result = run_ok(grid_args(folder, SMALL, "--quiet_mode"))
    check(result.out == "", result.out)


@case
def test_grid_of_regressions_and_autoencoders(folder):
    run_ok(grid_args(folder, response="spend"))
    check(manifest(folder)["sort"] == {"metric": "residual_deviance", "decreasing": False,
                                       "of": "training"}, manifest(folder)["sort"])
    run_ok(["grid", "--training_frame", data("mixed.csv"), "--autoencoder", "--x",
            "age,income,rating", "--epochs", "1", "--hyper_params", SMALL, "--grid_dir",
            os.path.join(folder, "auto")])
    grid = json.loads(read(os.path.join(folder, "auto", "grid.json")))
    check(grid["sort"]["metric"] == "mse" and len(grid["models"]) == 4, grid["sort"])


harness.main()
