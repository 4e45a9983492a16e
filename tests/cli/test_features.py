#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""anomaly, deepfeatures and weights."""
import csv
import json
import os

import harness
import onnx_eval
from harness import case, check, check_one_line_error, data, run, run_ok, write


def train(folder, *extra, frame="iris.csv"):
    model = os.path.join(folder, "m.zip")
    run_ok(["train", "--training_frame", data(frame), "--hidden", "5,3", "--epochs", "2", "--seed",
            "3", "--reproducible", "--model", model] + list(extra))
    return model


def autoencoder(folder):
    return train(folder, "--autoencoder", "--activation", "Tanh", "--ignored_columns", "Species")


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@case
def test_anomaly_rows_and_units_agree(folder):
    model, out = autoencoder(folder), os.path.join(folder, "a.csv")
    args = ["anomaly", "--model", model, "--frame", data("iris.csv")]
    text = run_ok(args + ["--out", out]).out
    check(text == f"reconstruction errors of 150 rows in {out}\n", text)
    rows = rows_of(out)
    run_ok(args + ["--per_feature", "--out", out])
    units = rows_of(out)
    check(len(rows) == len(units) == 150, "rows")
    check(list(rows[0]) == ["Reconstruction.MSE"], rows[0])
    check(len(units[0]) == 4 and all(n.startswith("reconstr_") and n.endswith(".SE")
                                     for n in units[0]), units[0])
    for row, unit in zip(rows, units):
        mean = sum(map(float, unit.values())) / 4
        check(abs(mean - float(row["Reconstruction.MSE"])) <= 1e-12, (row, unit))
    check(run_ok(args).out.startswith('"Reconstruction.MSE"\n') or
          run_ok(args).out.startswith("Reconstruction.MSE\n"), "standard output")


@case
def test_anomaly_of_a_classifier_is_refused(folder):
    model = train(folder, "--response_column", "Species")
    result = run(["anomaly", "--model", model, "--frame", data("iris.csv")])
    check_one_line_error(result, ["model", "autoencoder", "Multinomial"])


@case
def test_deepfeatures_of_both_layers(folder):
    model, out = train(folder, "--response_column", "Species"), os.path.join(folder, "d.csv")
    for layer, n_units in ((0, 5), (1, 3)):
        run_ok(["deepfeatures", "--model", model, "--frame", data("iris.csv"), "--layer", layer,
                "--out", out])
        rows = rows_of(out)
        check(len(rows) == 150, len(rows))
        check(list(rows[0]) == [f"DF.L{layer + 1}.C{i + 1}" for i in range(n_units)], rows[0])
        check(any(float(x) != 0 for row in rows for x in row.values()), "all features are 0")


@case
def test_deepfeatures_of_no_such_layer_is_refused(folder):
    model = train(folder, "--response_column", "Species")
    for layer, words in (("2", ["layer", "2 hidden layers"]), ("-1", ["layer", "-1"]),
                         ("first", ["layer", "first"])):
        out = os.path.join(folder, "d.csv")
        result = run(["deepfeatures", "--model", model, "--frame", data("iris.csv"), "--out", out,
                      f"--layer={layer}"])
        check_one_line_error(result, words)
        check(not os.path.exists(out), "a file is left behind")


@case
def test_weights_go_back_into_training(folder):
    for activation in ("Rectifier", "Maxout"):
        base = ["--response_column", "Species", "--activation", activation]
        model, out = train(folder, *base), os.path.join(folder, "w")
        text = run_ok(["weights", "--model", model, "--out_dir", out]).out
        check(text.endswith(f" weights and biases of 3 layers in {out}\n"), text)
        names = [f"{what}_{i}.csv" for what in ("biases", "weights") for i in (1, 2, 3)]
        check(sorted(os.listdir(out)) == names, os.listdir(out))
        first = rows_of(os.path.join(out, "weights_1.csv"))
        check(sorted(first[0]) == ["Petal.Length", "Petal.Width", "Sepal.Length", "Sepal.Width"],
              first[0])
        check(len(first) == (10 if activation == "Maxout" else 5), len(first))
        given = [",".join(os.path.join(out, f"{what}_{i}.csv") for i in (1, 2, 3))
                 for what in ("weights", "biases")]
        again = os.path.join(folder, "again")
        os.makedirs(again, exist_ok=True)
        # Without epochs the network that comes out is the one that went in (biases as floats).
        model = retrain(again, base, given)
        run_ok(["weights", "--model", model, "--out_dir", os.path.join(again, "w")])
        for name in names:
            before, after = rows_of(os.path.join(out, name)), rows_of(os.path.join(again, "w", name))
            check(len(before) == len(after), name)
            for x, y in zip(before, after):
                for key in x:
                    check(abs(float(x[key]) - float(y[key])) <= 1e-7 * max(1, abs(float(x[key]))),
                          (name, key, x[key], y[key]))


def retrain(folder, base, given):
    model = os.path.join(folder, "m.zip")
    run_ok(["train", "--training_frame", data("iris.csv"), "--hidden", "5,3", "--epochs", "0",
            "--seed", "8", "--model", model, "--initial_weights", given[0], "--initial_biases",
            given[1]] + base)
    return model


@case
def test_weights_into_a_file_is_refused(folder):
    model = train(folder, "--response_column", "Species")
    file = write(folder, "taken", "x")
    check_one_line_error(run(["weights", "--model", model, "--out_dir", file]),
                         ["out_dir", "not a folder"])
    check_one_line_error(run(["weights", "--model", model, "--out_dir",
                              os.path.join(folder, "none", "w")]), ["out_dir", "No such file"])


def tables_of(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


@case
def test_autoencoder_shows_where_it_errs(folder):
    """The model file keeps histogram and worst rows; terminal, page and JSON show them."""
    model, page = autoencoder(folder), os.path.join(folder, "m.html")
    shown = run_ok(["show", model, "--report", page, "--json", os.path.join(folder, "m.json")]).out
    for words in ("Reconstruction errors of a row, all rows of the training frame",
                  "Worst reconstructed rows, all rows of the training frame"):
        check(words in shown, shown)
    tables = tables_of(os.path.join(folder, "m.json"))
    errors, worst = tables["training_reconstruction_errors"], tables["training_worst_rows"]
    check(list(tables["frames"]) == ["iris.csv"], tables["frames"])
    check(sum(errors["data"][2]) == 150, errors)
    check("validation_worst_rows" not in tables, "no validation frame was given")
    out = os.path.join(folder, "a.csv")
    run_ok(["anomaly", "--model", model, "--frame", data("iris.csv"), "--out", out])
    by_row = [float(row["Reconstruction.MSE"]) for row in rows_of(out)]
    check(sorted(by_row)[:-11:-1] == worst["data"][1], worst)
    check([by_row[row - 1] for row in worst["data"][0]] == worst["data"][1], worst)
    html = harness.read(page)
    check('id="reconstruction"' in html and "Worst rows, training data" in html, "page")


@case
def test_count_model_shows_its_calibration(folder):
    model = train(folder, "--response_column", "GLEASON", "--distribution", "poisson",
                  "--validation_frame", data("prostate.csv"), frame="prostate.csv")
    page = os.path.join(folder, "m.html")
    shown = run_ok(["show", model, "--report", page, "--json", os.path.join(folder, "m.json")]).out
    check("Calibration by decile of the prediction, all rows of the validation frame" in shown,
          shown)
    tables = tables_of(os.path.join(folder, "m.json"))
    for frame in ("training", "validation"):
        table = tables[f"{frame}_calibration"]
        deciles, rows, _, predicted, observed, _ = table["data"]
        check(deciles == sorted(deciles) and predicted == sorted(predicted), table)
        want = sum(float(row["GLEASON"]) for row in rows_of(data("prostate.csv")))
        check(sum(rows) == 280 and abs(sum(n * y for n, y in zip(rows, observed)) - want) < 1e-6,
              table)
    check('id="calibration"' in harness.read(page), "page")


@case
def test_diverged_training_keeps_a_model(folder):
    """Whatever is given, there is a file, one line says what happened, and it predicts."""
    for extra, kept in (([], "untrained network"),
                        (["--no-overwrite_with_best_model"], "untrained network"),
                        (["--train_samples_per_iteration", "1"], "best state"),
                        (["--train_samples_per_iteration", "1", "--no-overwrite_with_best_model"],
                         "last good state, after"),
                        (["--nfolds", "3"], "untrained network")):
        model = os.path.join(folder, "d.zip")
        result = run(["train", "--training_frame", data("prostate.csv"), "--response_column", "PSA",
                      "--hidden", "20,20", "--reproducible", "--seed", "1", "--no-adaptive_rate",
                      "--rate", "5", "--quiet_mode", "--model", model] + extra)
        check(result.code == 1 and result.err.count("\n") == 1, result)
        for words in ("diverged by sample", " of layer ", "rate below 5", "activation Tanh",
                      "max_w2 10", kept, "d.zip"):
            check(words in result.err, result)
        check("diverged" in run_ok(["show", model]).out, "show does not mark the model")
        run_ok(["predict", "--model", model, "--frame", data("prostate.csv"), "--out",
                os.path.join(folder, "p.csv")])
        os.remove(model)


@case
def test_deepfeatures_need_no_offset(folder):
    model = train(folder, "--response_column", "PSA", "--offset_column", "AGE",
                  frame="prostate.csv")
    rows = [line.split(",") for line in harness.read(data("prostate.csv")).splitlines()[:3]]
    age = rows[0].index("AGE")
    lacking = write(folder, "l.csv", "".join(",".join(row[:age] + row[age + 1:]) + "\n"
                                             for row in rows))
    out = os.path.join(folder, "d.csv")
    run_ok(["deepfeatures", "--model", model, "--frame", lacking, "--layer", "0", "--out", out])
    check(len(rows_of(out)) == 2, "rows")
    check_one_line_error(run(["predict", "--model", model, "--frame", lacking, "--out", out]),
                         ["AGE", "offset"])


@case
def test_unknown_response_levels_are_always_wrong(folder):
    model = train(folder, "--response_column", "Species")
    lines = harness.read(data("iris.csv")).splitlines()
    strange = write(folder, "s.csv", "\n".join(lines[:1] + [lines[1].rsplit(",", 1)[0] + ",blue",
                                                            lines[-1]]) + "\n")
    shown = os.path.join(folder, "p.json")
    run_ok(["performance", "--model", model, "--frame", strange, "--json", shown])
    metrics = tables_of(shown)
    check(metrics["cm"]["table"]["columns"][3]["name"] == "blue", metrics["cm"])
    check(metrics["nobs"] == 2 and metrics["logloss"] > 17, metrics)
    two = train(folder, "--response_column", "CAPSULE", "--classification", frame="prostate.csv")
    lines = harness.read(data("prostate.csv")).splitlines()
    at = lines[0].split(",").index("CAPSULE")
    cells = lines[1].split(",")
    cells[at] = "7"
    strange = write(folder, "t.csv", "\n".join([lines[0], ",".join(cells)]) + "\n")
    check_one_line_error(run(["performance", "--model", two, "--frame", strange]),
                         ["CAPSULE", "'7'", "two classes"])


def columns_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


@case
def test_classes_named_as_other_columns(folder):
    """H2O writes such a column twice, and cannot read the table again."""
    model, out = os.path.join(folder, "m.zip"), os.path.join(folder, "out")
    for levels, names in ((("bad", "good", "predict"), ["bad", "good", "predict.1"]),
                          (("1", "p1", "z"), ["p1", "p1.1", "z"])):
        rows = [f"{i % 7},{levels[i % 3]}" for i in range(60)]
        table = write(folder, "t.csv", "x,y\n" + "\n".join(rows) + "\n")
        held_out = os.path.join(folder, "p.csv")
        run_ok(["train", "--training_frame", table, "--response_column", "y", "--hidden", "3",
                "--epochs", "1", "--nfolds", "2", "--cv_predictions", held_out, "--model", model])
        run_ok(["predict", "--model", model, "--frame", table, "--out", out])
        for path in (out, held_out):
            check(columns_of(path) == ["predict"] + names, columns_of(path))
        # Whose probabilities are whose: the likeliest is the label where the threshold is no matter.
        for row in csv.DictReader(harness.read(out).splitlines()):
            likeliest = max(range(3), key=lambda k: float(row[names[k]]))
            check(row["predict"] == levels[likeliest], row)
        described = run_ok(["describe", out]).out
        check(all(name in described for name in names), described)
        exported = os.path.join(folder, "m.json")
        run_ok(["export", model, "--to", "json", "--out", exported])
        check(json.loads(harness.read(exported))["output"]["names"] == names, harness.read(exported)[:999])
        run_ok(["export", model, "--to", "onnx", "--out", exported])
        outputs = [name for name, _, _ in onnx_eval.Model(exported).outputs]
        check(outputs == ["predict"] + names, outputs)


@case
def test_inputs_named_as_others(folder):
    """The level b of a is an input a.b, as is the column of that name."""
    rows = [f"{'bc'[i % 2]},{i % 7}" for i in range(60)]
    table, out = write(folder, "t.csv", "a,a.b\n" + "\n".join(rows) + "\n"), folder + "/out.csv"
    model, matrices = os.path.join(folder, "m.zip"), os.path.join(folder, "matrices")
    run_ok(["train", "--training_frame", table, "--autoencoder", "--hidden", "3", "--epochs", "1",
            "--model", model])
    inputs = ["a.b", "a.c", "a.missing(NA)", "a.b.1"]
    run_ok(["predict", "--model", model, "--frame", table, "--out", out])
    check(columns_of(out) == ["reconstr_" + name for name in inputs], columns_of(out))
    run_ok(["anomaly", "--model", model, "--frame", table, "--per_feature", "--out", out])
    check(columns_of(out) == [f"reconstr_{name}.SE" for name in inputs], columns_of(out))
    run_ok(["weights", "--model", model, "--out_dir", matrices])
    run_ok(["export", model, "--to", "weights", "--out", matrices + "2"])
    for path in (matrices, matrices + "2"):
        columns = columns_of(os.path.join(path, "weights_1.csv"))
        check(columns == inputs, columns)


if __name__ == "__main__":
    harness.main()
