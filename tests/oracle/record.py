# SPDX-License-Identifier: Apache-2.0
"""Writes what the original answered in the form of the recorded results, for tests/parity."""
import csv
import json
import os

import compare
import original


def words(message):
    return {"type": message["message_type"], "field": message["field_name"].lstrip("_"),
            "text": message["message"]}


def result_of(case, name, table, theirs):
    if "refused" in theirs:
        return {"case": name, "failed": theirs}
    output = compare.plain(theirs["model"])
    result = {"case": name, "failed": None,
              "frames": {os.path.basename(table.train): {"columns": theirs["frames"][0]}},
              "build": {"messages": [words(m) for m in theirs["messages"]], "error_count": 0,
                        "warnings": theirs["warnings"]},
              "preprocessing": theirs["preprocessing"], "network": theirs["network"]}
    for key, ours in compare.OUTPUT_KEYS.items():
        if output.get(key) is not None:
            result[ours] = output[key]
    for history in [result["scoring_history"]] + (result.get("cv_scoring_history") or []):
        for column, cells in zip(history["columns"], history["data"]):
            if column["name"] in compare.CLOCK_COLUMNS:
                cells[:] = [None] * len(cells)
    size = result["model_summary"]["description"].split(", ")
    at = next(i for i, part in enumerate(size) if part.endswith("weights/biases"))
    size[at + 1] = "SIZE"
    result["model_summary"]["description"] = ", ".join(size)
    if case["response"]:
        result["score_metrics"] = compare.plain(theirs["score_metrics"])
    return result


def spec_of(case, name, table, columns):
    special = [case["response"], case["weights"], case["offset"], case.get("fold")]
    keep = {"keep_cross_validation_predictions": True,
            "keep_cross_validation_fold_assignment": True} if "fold" in case else {}
    return {"case": name, "training_frame": os.path.basename(table.train),
            "validation_frame": os.path.basename(table.valid) if case["validation"] else None,
            "score_frame": os.path.basename(table.score), "parse_types": {},
            "as_factor": table.factors, "y": case["response"],
            "x": [c for c in columns if c not in special and c not in case["ignored"]],
            "weights_column": case["weights"], "offset_column": case["offset"],
            "fold_column": case.get("fold"), "params": {"reproducible": True, **keep, **case["params"]}}


def record(server, case, table, folder):
    """A folder of params.json, result.json and predictions.csv; the name is the folder's."""
    name = os.path.basename(folder)
    os.makedirs(folder, exist_ok=True)
    theirs = original.train(server, case, table)
    with open(table.train, encoding="utf-8", newline="") as lines:
        columns = next(csv.reader(lines))
    for file, content in (("params.json", spec_of(case, name, table, columns)),
                          ("result.json", result_of(case, name, table, theirs))):
        with open(os.path.join(folder, file), "w", encoding="utf-8") as out:
            json.dump(content, out, ensure_ascii=False, separators=(",", ":"))
            out.write("\n")
    if "holdout" in theirs:  # the models of the folds are not recorded
        with open(os.path.join(folder, "cv_models.json"), "w", encoding="utf-8") as out:
            out.write("[]\n")
    for key, file in (("predictions", "predictions.csv"), ("holdout", "holdout_predictions.csv"),
                      ("assignment", "fold_assignment.csv")):
        if key in theirs:
            with open(os.path.join(folder, file), "w", encoding="utf-8") as out:
                csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(theirs[key])
