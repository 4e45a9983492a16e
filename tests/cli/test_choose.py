#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Folds, the command that trains a model again, models side by side."""
import json
import os
import subprocess
import zipfile

import harness
from harness import case, check, check_golden, check_one_line_error, data, read, run, run_ok, write

WIDE = {"COLUMNS": "300"}


def network_of(model):
    """What a scorer computes with: the entries of the archive that hold weights and rules."""
    with zipfile.ZipFile(model) as archive:
        return {name: archive.read(name) for name in archive.namelist()
                if name.startswith(("domains/", "heavywater/optimizer"))}, \
            [line for line in archive.read("model.ini").decode().splitlines()
             if not line.startswith(("timestamp", "uuid", "h2o_version"))]


def run_shell(folder, text):
    """Runs a command line in a shell that finds heavywater."""
    programs = os.path.join(folder, "programs")
    os.makedirs(programs, exist_ok=True)
    if not os.path.lexists(os.path.join(programs, "heavywater")):
        os.symlink(harness.COMMAND, os.path.join(programs, "heavywater"))
    env = harness.environment({"PATH": programs + os.pathsep + os.environ["PATH"]})
    done = subprocess.run(["sh", "-c", text], cwd=folder, env=env, capture_output=True, text=True,
                          timeout=120, check=False)
    check(done.returncode == 0, f"$ {text}\n{done.stderr}")


@case
def test_the_command_rebuilds_a_model_bit_for_bit(folder):
    awkward = write(folder, "my; table 'x'.csv", read(data("mixed.csv")).replace(",", ";"))
    model = os.path.join(folder, "a.zip")
    run_ok(["train", "--training_frame", os.path.basename(awkward), "--sep", ";", "--col_types",
            "rating=enum", "--response_column", "age", "--classification", "--hidden", "6,5",
            "--epochs", "2", "--activation", "TanhWithDropout", "--hidden_dropout_ratios", "0.1,0.2",
            "--no-standardize", "--model", model], cwd=folder)
    shown = run_ok(["show", model]).out
    check("--sep ';'" in shown and "--classification true" in shown and "--seed" in shown, shown)
    check("'my; table '\\''x'\\''.csv'" in shown, shown)
    run_shell(folder, shown.split("The command that trains it again\n", 1)[1])
    check(network_of(model) == network_of(os.path.join(folder, "model.zip")), "other networks")


@case
def test_the_report_holds_the_same_command(folder):
    report = os.path.join(folder, "r.html")
    run_ok(["train", "--training_frame", data("iris.csv"), "--response_column", "Species",
            "--hidden", "3", "--epochs", "1", "--x", "Sepal.Length,Petal.Width", "--report", report,
            "--model", os.path.join(folder, "a.zip")])
    page = read(report)
    command = page.split('<pre class="card copy"><code>', 1)[1].split("</code>", 1)[0]
    for entity, character in (("&quot;", '"'), ("&#39;", "'"), ("&lt;", "<"), ("&amp;", "&")):
        command = command.replace(entity, character)
    check("--seed" in command and "--ignored_columns" in command, command)
    run_shell(folder, command)
    check(network_of(os.path.join(folder, "a.zip")) ==
          network_of(os.path.join(folder, "model.zip")), "other networks")


def folds(folder, *extra):
    return ["train", "--training_frame", data("prostate.csv"), "--response_column", "CAPSULE",
            "--classification", "--ignored_columns", "ID", "--hidden", "5", "--epochs", "2",
            "--seed", "4", "--model", os.path.join(folder, "m.zip")] + list(extra)


@case
def test_models_of_folds_are_written(folder):
    models, predictions = os.path.join(folder, "folds"), os.path.join(folder, "p.csv")
    run_ok(folds(folder, "--nfolds", "3", "--fold_assignment", "Modulo", "--cv_models", models,
                 "--cv_predictions", predictions))
    check(sorted(os.listdir(models)) == ["cv_1.zip", "cv_2.zip", "cv_3.zip"], os.listdir(models))
    held_out = read(predictions).splitlines()
    for fold in range(3):
        scored = run_ok(["predict", "--model", os.path.join(models, f"cv_{fold + 1}.zip"),
                         "--frame", data("prostate.csv")]).out.splitlines()
        row = fold  # the first row that the fold held out
        mine, kept = scored[row + 1].split(","), held_out[row + 1].split(",")
        check(abs(float(mine[2]) - float(kept[2])) <= 1e-8, (mine, kept))


@case
def test_models_of_folds_that_are_not_kept_are_refused(folder):
    result = run(folds(folder, "--nfolds", "3", "--cv_models", os.path.join(folder, "f"),
                       "--no-keep_cross_validation_models"))
    check_one_line_error(result, ["cv_models", "keep_cross_validation_models"])
    check_one_line_error(run(folds(folder, "--cv_models", os.path.join(folder, "f"))),
                         ["cv_models", "nfolds"])
    taken = write(folder, "taken", "x")
    check_one_line_error(run(folds(folder, "--nfolds", "3", "--cv_models", taken)),
                         ["cv_models", "not a folder"], code=2)


@case
def test_fold_column_is_the_assignment(folder):
    assignment = os.path.join(folder, "f.csv")
    run_ok(folds(folder, "--fold_column", "DPROS", "--cv_fold_assignment", assignment))
    values = read(assignment).splitlines()
    with open(data("prostate.csv"), encoding="utf-8") as table:
        at = table.readline().strip().split(",").index("DPROS")
        column = [line.strip().split(",")[at] for line in table]
    check(values[0] == '"fold_assignment"' and values[1:] == column, values[:4])


@case
def test_autoencoders_are_not_validated_by_folds(folder):
    result = run(["train", "--training_frame", data("prostate.csv"), "--autoencoder", "--hidden",
                  "3", "--fold_column", "DPROS", "--model", os.path.join(folder, "m.zip")])
    check_one_line_error(result, ["fold_column", "autoencoder"])


@case
def test_report_shows_the_folds(folder):
    report, json_file = os.path.join(folder, "r.html"), os.path.join(folder, "j.json")
    run_ok(folds(folder, "--nfolds", "4", "--report", report, "--json", json_file))
    page, summary = read(report), json.loads(read(json_file))["cross_validation_metrics_summary"]
    check('<section id="folds">' in page and "How the folds trained" in page, "section")
    check(page.count("fold 4: ") >= 10, page.count("fold 4: "))
    names = [c["name"] for c in summary["columns"]]
    check(names[1:] == ["mean", "sd"] + [f"cv_{f}_valid" for f in range(1, 5)], names)


def three_models(folder, response="churn", frame="mixed.csv", valid="mixed_valid.csv"):
    models = []
    for name, settings in (("a", ["--hidden", "8,4"]), ("b", ["--hidden", "3", "--l1", "1e-3"]),
                           ("c", ["--hidden", "8,4", "--activation", "Tanh"])):
        models.append(os.path.join(folder, name + ".zip"))
        run_ok(["train", "--training_frame", data(frame), "--validation_frame", data(valid),
                "--response_column", response, "--epochs", "3", "--seed", "7", "--reproducible",
                "--x", "age,income,city,plan", "--model", models[-1]] + settings)
    return models


def without_times(text):
    """The seconds of training are the last cell of the models' rows."""
    head, rest = text.split("\nMetrics of", 1)
    lines = [line.rsplit(None, 1)[0] if line[:3].strip().isdigit() else line
             for line in head.split("\n")]
    return "\n".join(lines) + "\nMetrics of" + rest


@case
def test_compare_puts_models_side_by_side(folder):
    three_models(folder)
    text = run_ok(["compare", "a.zip", "b.zip", "c.zip"], cwd=folder, env=WIDE).out
    check_golden("compare_binomial.txt", without_times(text))


@case
def test_compare_measures_all_models_on_a_frame(folder):
    models, json_file = three_models(folder, "spend"), os.path.join(folder, "c.json")
    text = run_ok(["compare", "a.zip", "b.zip", "c.zip", "--frame", data("mixed.csv"), "--sort_by",
                   "mae", "--json", json_file], cwd=folder, env=WIDE).out
    check_golden("compare_regression_frame.txt", without_times(text))
    result = json.loads(read(json_file))
    check(result["sort_metric"] == "mae" and result["metrics_of"] == "frame", result)
    order = [model["frame"]["mae"] for model in result["models"]]
    check(order == sorted(order), order)
    for model in result["models"]:
        measured = os.path.join(folder, "p.json")
        run_ok(["performance", "--model", os.path.join(folder, model["name"]), "--frame",
                data("mixed.csv"), "--json", measured])
        check(json.loads(read(measured))["mae"] == model["frame"]["mae"], model["name"])
    check(len(models) == 3, models)


@case
def test_compare_writes_a_page(folder):
    models, report = three_models(folder), os.path.join(folder, "c.html")
    run_ok(["compare"] + models + ["--report", report])
    page = read(report)
    for part in ("leaderboard", "parameters", "curves", "roc", "commands"):
        check(f'<section id="{part}">' in page, part)
    check("http" not in page.split("</style>")[1], "something from outside")
    # A command of the page builds its model.
    command = page.split('<pre class="card copy wrap"><code>', 1)[1].split("</code>", 1)[0]
    name = command.rsplit(" ", 1)[1]
    again = os.path.join(folder, "again")
    os.mkdir(again)
    run_shell(again, command)
    check(network_of(os.path.join(folder, name)) == network_of(os.path.join(again, name)), name)


@case
def test_compare_takes_one_model(folder):
    model = three_models(folder)[0]
    text = run_ok(["compare", model], env=WIDE).out
    check(text.startswith("1 Binomial model of churn\n") and "*" not in text, text)


@case
def test_compare_json_to_standard_output(folder):
    models = three_models(folder)
    result = run(["compare"] + models + ["--json", "-", "--sort_by", "AUC"])
    check(result.code == 0 and "Models" in result.err, result)
    values = [model["validation"]["auc"] for model in json.loads(result.out)["models"]]
    check(values == sorted(values, reverse=True), values)


@case
def test_compare_refuses_bad_input(folder):
    models = three_models(folder)
    text = write(folder, "no.zip", "this is no model")
    other = os.path.join(folder, "other.zip")
    run_ok(["train", "--training_frame", data("mixed.csv"), "--response_column", "spend",
            "--hidden", "3", "--epochs", "1", "--seed", "1", "--model", other])
    flowers = os.path.join(folder, "flowers.zip")
    run_ok(["train", "--training_frame", data("iris.csv"), "--response_column", "Species",
            "--hidden", "3", "--epochs", "1", "--seed", "1", "--model", flowers])
    for arguments, words in (
            ([], ["MODEL is missing"]),
            ([models[0], os.path.join(folder, "absent.zip")], ["absent.zip"]),
            ([models[0], text], ["no.zip"]),
            ([folder], [folder, "no grid", "grid.json", "one by one"]),
            ([models[0], other], ["Regression", "Binomial", "one kind"]),
            ([models[0], flowers], ["Multinomial", "one kind"]),
            ([models[0], models[0]], ["twice"]),
            ([models[0], "--sort_by", "mae"], ["sort_by", "logloss"]),
            ([models[0], "--frame", data("iris.csv")], ["churn"]),
            ([models[0], "--report", models[0]], ["report", "overwrite"]),
            ([models[0], "--report", "-"], ["report", "standard output"]),
            ([models[0], "--hidden", "3"], ["hidden"])):
        check_one_line_error(run(["compare"] + arguments), words)


def small_grid(folder, *extra):
    return ["grid", "--training_frame", data("prostate.csv"), "--response_column", "CAPSULE",
            "--classification", "--ignored_columns", "ID", "--epochs", "2", "--seed", "4",
            "--nfolds", "2", "--hyper_params", '{"hidden": [[4], [3, 3]], "l1": [0, 1e-3, -1]}',
            "--grid_dir", os.path.join(folder, "search")] + list(extra)


@case
def test_grid_and_compare_write_the_same_page(folder):
    first, second = os.path.join(folder, "a.html"), os.path.join(folder, "b.html")
    run_ok(small_grid(folder, "--report", first))
    text = run_ok(["compare", "search", "--report", second], cwd=folder, env=WIDE).out
    check(read(first) == read(second), "two pages")
    check(text.startswith("4 Binomial models of CAPSULE, best first by logloss") and
          "2 combinations failed" in text, text)
    page = read(first)
    for part in ("leaderboard", "parameters", "curves", "roc", "spread", "failed", "commands"):
        check(f'<section id="{part}">' in page, part)
    check("l1 -1" in page and "search_model_5" in page, "failures")
    command = page.split('<pre class="card copy wrap"><code>', 1)[1].split("</code>", 1)[0]
    name = command.rsplit(" ", 1)[1]
    again = os.path.join(folder, "again")
    os.mkdir(again)
    run_shell(again, command)
    check(network_of(os.path.join(folder, "search", name)) ==
          network_of(os.path.join(again, name)), name)


@case
def test_compare_mixes_grids_and_models(folder):
    run_ok(small_grid(folder))
    model = os.path.join(folder, "m.zip")
    run_ok(folds(folder, "--nfolds", "2"))
    result = json.loads(run(["compare", model, os.path.join(folder, "search"), "--frame",
                             data("prostate.csv"), "--json", "-"]).out)
    check(len(result["models"]) == 5 and len(result["failed"]) == 2, result)
    check(all(model["frame"]["auc"] > 0 for model in result["models"]), result)
    check("hidden" in result["models"][0]["parameters"], result["models"][0])


@case
def test_grid_report_is_checked_before_the_search(folder):
    result = run(small_grid(folder, "--report", os.path.join(folder, "absent", "r.html")))
    check_one_line_error(result, ["report", "no folder"])
    check(not os.path.exists(os.path.join(folder, "search")), "a search was begun")
    check_one_line_error(run(["compare", folder]), ["grid.json"])


harness.main()
