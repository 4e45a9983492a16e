# SPDX-License-Identifier: Apache-2.0
"""Holds a model of heavywater against the original's: what differs, and by how much."""
import math
import re
import struct

WEIGHT = struct.Struct("<f")
CLOCK_COLUMNS = ("timestamp", "duration", "training_speed")
# What REST adds to a metric: keys, checksums, clocks.
NOT_OURS = {"__meta", "model", "model_checksum", "frame", "frame_checksum", "scoring_time",
            "predictions"}
OUTPUT_KEYS = {"names": "input_columns", "column_types": "column_types", "domains": "domains",
               "model_category": "model_category", "default_threshold": "default_threshold",
               "scoring_history": "scoring_history", "model_summary": "model_summary",
               "variable_importances": "variable_importances",
               "training_metrics": "training_metrics", "validation_metrics": "validation_metrics",
               "cross_validation_metrics": "cross_validation_metrics",
               "cross_validation_metrics_summary": "cross_validation_metrics_summary",
               "cv_scoring_history": "cv_scoring_history"}


class Tally:
    """What was found in a case."""

    def __init__(self):
        self.n_weights = self.n_differing = 0
        self.bias = self.value = self.prediction = 0.0
        self.complaints = []

    def complain(self, path, text):
        self.complaints.append(f"{path}: {text}")


def number_of(value):
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value)
    if value in ("NaN", "Infinity", "-Infinity"):
        return float(value.replace("Infinity", "inf"))
    return None


def difference(ours, theirs):
    if math.isnan(theirs) or math.isinf(theirs) or math.isnan(ours):
        same = ours == theirs or (math.isnan(ours) and math.isnan(theirs))
        return 0.0 if same else math.inf
    return abs(ours - theirs) / max(1.0, abs(theirs))


def plain(value):
    """REST's answer in the form of the recorded results: tables without decoration."""
    if isinstance(value, list):
        return [plain(v) for v in value]
    if not isinstance(value, dict):
        return value
    if "rowcount" in value and "data" in value:
        columns = [{k: c[k] for k in ("name", "type", "format", "description")}
                   for c in value["columns"]]
        return {"name": value["name"], "description": value["description"], "columns": columns,
                "rows": value["rowcount"], "data": value["data"]}
    return {k: plain(v) for k, v in value.items() if k not in NOT_OURS}


def same_text(ours, theirs):
    size = re.compile(r"[0-9.,]+ [KMG]?B|Zero")
    strip = [re.sub(r"weights/biases, [^,]*,", "weights/biases,", t) for t in (ours, theirs)]
    return strip[0] == strip[1] or (size.search(theirs) and strip[0] == strip[1])


def compare_tables(tally, path, ours, theirs):
    for key in ("columns", "rows", "description"):
        compare(tally, f"{path}.{key}", ours.get(key), theirs.get(key))
    for i, column in enumerate(theirs["columns"]):
        if column["name"] not in CLOCK_COLUMNS and i < len(ours["data"]):
            compare(tally, f"{path}.{column['name']}", ours["data"][i], theirs["data"][i])


def compare(tally, path, ours, theirs, limit=1e-9):
    x, y = number_of(ours), number_of(theirs)
    if x is not None and y is not None:
        d = difference(x, y)
        tally.value = max(tally.value, d)
        if not d <= limit:
            tally.complain(path, f"{ours}, H2O has {theirs}")
    elif isinstance(ours, dict) and isinstance(theirs, dict):
        if "data" in theirs and "columns" in theirs:
            compare_tables(tally, path, ours, theirs)
            return
        for key in sorted(set(ours) | set(theirs)):
            compare(tally, f"{path}.{key}", ours.get(key), theirs.get(key))
    elif isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            tally.complain(path, f"{len(ours)} entries, H2O has {len(theirs)}: "
                                 f"{str(ours)[:80]} against {str(theirs)[:80]}")
            return
        for i, (a, b) in enumerate(zip(ours, theirs)):
            compare(tally, f"{path}[{i}]", a, b, limit)
    elif isinstance(ours, str) and isinstance(theirs, str):
        if not same_text(ours, theirs):
            tally.complain(path, f"'{ours}', H2O has '{theirs}'")
    elif ours != theirs:
        tally.complain(path, f"{str(ours)[:120]}, H2O has {str(theirs)[:120]}")


def as_float(value):
    """Weights are written as the doubles of 32-bit floats."""
    try:
        return WEIGHT.pack(value)
    except OverflowError:
        return WEIGHT.pack(math.inf)


def compare_networks(tally, ours, theirs):
    if len(ours) != len(theirs):
        tally.complain("network", "another number of layers")
        return
    for i, (a, b) in enumerate(zip(ours, theirs)):
        if len(a["weights"]) != len(b["weights"]) or len(a["biases"]) != len(b["biases"]):
            tally.complain("network", f"layer {i} has another shape")
            return
        for x, y in zip(a["weights"], b["weights"]):
            tally.n_weights += 1
            tally.n_differing += as_float(x) != as_float(y) and not (x == y == 0)
        for x, y in zip(a["biases"], b["biases"]):
            tally.bias = max(tally.bias, difference(x, y))
    if tally.n_differing:
        tally.complain("network", f"{tally.n_differing} of {tally.n_weights} weights differ")
    if not tally.bias <= 1e-12:
        tally.complain("network", f"biases are off by {tally.bias:.1e}")


def cell_number(text):
    try:
        return float(text)
    except ValueError:
        return None


def compare_predictions(tally, ours, theirs, what="predictions"):
    if ours[0] != theirs[0] or len(ours) != len(theirs):
        tally.complain(what, f"{len(ours)} rows of {ours[0]}, "
                                      f"H2O has {len(theirs)} of {theirs[0]}")
        return
    n_labels, first = 0, None
    for r, (a, b) in enumerate(zip(ours[1:], theirs[1:])):
        for name, x, y in zip(ours[0], a, b):
            if x == y:
                continue
            u, v = cell_number(x), cell_number(y)
            d = math.inf if u is None or v is None else difference(u, v)
            if name == "predict" and len(ours[0]) > 2:
                n_labels += 1
                first = first or f"row {r}: {x}, H2O has {y}"
            else:
                tally.prediction = max(tally.prediction, d)
                if d > 1e-9:
                    first = first or f"row {r}, {name}: {x}, H2O has {y}"
    if n_labels or tally.prediction > 1e-9:
        tally.complain(what, f"{n_labels} labels; values off by {tally.prediction:.1e}; "
                                      f"first {first}")


def compare_folds(tally, ours, theirs):
    if "holdout" in theirs:
        compare_predictions(tally, ours["holdout"], theirs["holdout"], "held-out predictions")
    if "assignment" in theirs and ours["assignment"] != theirs["assignment"]:
        n = sum(a != b for a, b in zip(ours["assignment"], theirs["assignment"]))
        tally.complain("fold_assignment", f"{n} of {len(theirs['assignment'])} lines differ")


def compare_frames(tally, ours, theirs):
    for (name, frame), columns in zip(ours.items(), theirs):
        # Texts and identifiers have no domain; a time is told by its type alone.
        compare(tally, f"frames.{name}", frame["columns"], columns)


def compare_refusals(tally, ours, theirs):
    if "refused" not in ours or "refused" not in theirs:
        who = "heavywater" if "refused" in ours else "H2O"
        tally.complain("refusal", f"only {who} refuses: "
                                  f"{(ours if 'refused' in ours else theirs)['refused'][:300]}")
        return
    names = {"response": "response", "train": "frame"}
    fields = [names.get(f, f) for f in theirs["fields"]]
    if fields and not any(f in ours["refused"] for f in fields):
        tally.complain("refusal", f"another field: '{ours['refused'][:200]}', H2O names "
                                  f"{theirs['fields']}: {theirs['refused'][:200]}")


def compare_case(ours, theirs):
    tally = Tally()
    if "crashed" in ours:
        tally.complain("heavywater", ours["crashed"])
        return tally
    if "refused" in ours or "refused" in theirs:
        compare_refusals(tally, ours, theirs)
        return tally
    model, output = ours["model"], plain(theirs["model"])
    compare_frames(tally, model["frames"], theirs["frames"])
    messages = [{"type": m["message_type"], "field": m["field_name"].lstrip("_"),
                 "text": m["message"]} for m in theirs["messages"]]
    compare(tally, "messages", model["build"]["messages"], messages)
    compare(tally, "warnings", model["build"]["warnings"], theirs["warnings"])
    if theirs["network"]:
        compare_networks(tally, model["network"], theirs["network"])
        compare(tally, "preprocessing", model["preprocessing"], theirs["preprocessing"], 1e-12)
    for key, name in OUTPUT_KEYS.items():
        compare(tally, name, model.get(name), output.get(key))
    compare_folds(tally, ours, theirs)
    if "prediction_error" in theirs:
        tally.complain("predictions", "H2O fails: " + theirs["prediction_error"])
        return tally
    compare_predictions(tally, ours["predictions"], theirs["predictions"])
    if "score_metrics" in ours:
        compare(tally, "score_metrics", ours["score_metrics"], plain(theirs["score_metrics"]))
    return tally
