#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Models of heavywater, imported by a running H2O: imported_mojos.py --heavywater COMMAND [--port N] [NAME ...]

For models of tests/cli/zoo.py `h2o.import_mojo` reads the file; what H2O predicts, and what it shows of metrics, scoring
history and variable importances, is compared with `heavywater predict` and with the JSON of the model. Needs Java and the
PyPI package h2o; H2O itself fails on autoencoders with categories, hashed categories, and ignores offsets.
"""
import argparse
import json
import math
import os
import subprocess
import sys
import tempfile

import scorers
import ways_out
import zoo

LIMIT = 1e-6
CHOSEN = ["binomial_rectifier", "binomial_balanced", "binomial_first_level", "binomial_folds", "multinomial_tanh",
          "multinomial_maxout_first_level", "multinomial_balanced", "gaussian", "gaussian_unscaled", "poisson", "gamma",
          "tweedie", "laplace", "quantile", "huber", "sparse_regression"]
METRICS = ["MSE", "RMSE", "r2", "logloss", "AUC", "pr_auc", "Gini", "mae", "rmsle", "mean_residual_deviance",
           "mean_per_class_error"]


def near(a, b):
    return a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= LIMIT * max(1, abs(b))


def number(text):
    return math.nan if text in (None, "", "NaN") else float(text)


def columns_of_table(table):
    """Column name to cells, of a table in the JSON of a model."""
    return {column["name"]: table["data"][i] for i, column in enumerate(table["columns"])}


def check_metrics(model, details):
    """The number of metrics of training that H2O shows and that agree."""
    shown = model.model_performance(train=True)._metric_json  # pylint: disable=protected-access
    ours = details["training_metrics"]
    n = 0
    for key in METRICS:
        if ours.get(key) is None or key not in shown:
            continue
        if not near(number(shown[key]), number(ours[key])):
            raise ValueError(f"{key}: H2O shows {shown[key]}, we {ours[key]}")
        n += 1
    return n


def check_importances(model, details):
    shown = {row[0]: row[1] for row in model.varimp()}
    ours = columns_of_table(details["variable_importances"])
    if len(shown) != len(ours["variable"]):
        raise ValueError(f"{len(shown)} importances, not {len(ours['variable'])}")
    for name, value in zip(ours["variable"], ours["relative_importance"]):
        if not near(shown[name], value):
            raise ValueError(f"importance of {name}: {shown[name]}, not {value}")
    return len(shown)


def check_history(model, details):
    shown = model._model_json["output"]["scoring_history"]  # pylint: disable=protected-access
    ours = columns_of_table(details["scoring_history"])
    heads = [head.lower().replace(" ", "_") for head in shown.col_header]
    at = heads.index("epochs")
    epochs = [number(row[at]) for row in shown.cell_values]
    if not all(map(near, epochs, map(number, ours["epochs"]))) or len(epochs) != len(ours["epochs"]):
        raise ValueError(f"epochs {epochs}, not {ours['epochs']}")
    return len(epochs)


def predictions(h2o, model, rows, table):
    types = {name: "enum" if kind == "enum" else "numeric" for name, kind in table.kinds.items()
             if name not in table.lacking}
    frame = h2o.import_file(rows, col_types=types)
    out = model.predict(frame)
    data = out.as_data_frame(use_pandas=False, header=False)
    has_label = out.ncols > 1
    return scorers.columns_of(data, has_label)


def run(h2o, spec, folder, command, tables):
    path = os.path.join(folder, spec.name)

    def heavywater(*args):
        subprocess.run([command, *args], check=True, stdout=subprocess.DEVNULL)

    table = spec.scoring_table()
    table.write(path + "_rows.csv")
    scorers.write_csv(table, path + "_rows_for_h2o.csv")
    heavywater(*spec.command(tables[spec.table], path + ".zip"), "--json", path + ".json")
    heavywater("predict", "--model", path + ".zip", "--frame", path + "_rows.csv", "--out", path + "_p.csv",
               "--col_types", table.col_types())
    with open(path + ".json", encoding="utf-8") as file:
        details = json.load(file)
    model = h2o.import_mojo(path + ".zip")
    worst = ways_out.difference(predictions(h2o, model, path + "_rows_for_h2o.csv", table),
                                ways_out.read_predictions(path + "_p.csv"))
    if not worst <= LIMIT:
        raise ValueError(f"predictions differ by {worst}")
    return (f"{worst:.0e}", check_metrics(model, details), check_importances(model, details),
            check_history(model, details))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--heavywater", default="heavywater")
    parser.add_argument("--port", type=int, default=54877)
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    import h2o
    h2o.init(port=args.port, nthreads=1, max_mem_size="2g", bind_to_localhost=True, verbose=False)
    h2o.no_progress()
    failed = 0
    try:
        folder = tempfile.mkdtemp(prefix="heavywater-imported-")
        command = os.path.abspath(args.heavywater) if os.path.exists(args.heavywater) else args.heavywater
        tables = zoo.write_tables(folder)
        print("| model | predictions | metrics | importances | rows of history |\n| --- | --- | --- | --- | --- |")
        for spec in zoo.FORTY:
            if spec.name not in (args.names or CHOSEN):
                continue
            try:
                cells = run(h2o, spec, folder, command, tables)
            except Exception as error:  # pylint: disable=broad-except
                failed += 1
                cells = [str(error).replace("\n", " ")[:300]]
            print(f"| {spec.name} | " + " | ".join(map(str, cells)) + " |", flush=True)
    finally:
        h2o.cluster().shutdown()
    print(f"{failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
