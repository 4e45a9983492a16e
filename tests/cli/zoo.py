# SPDX-License-Identifier: Apache-2.0
"""Forty models of every kind that `heavywater train` makes, and the rows to score them on.

The rows hold missing cells, missing columns and levels that training did not see. Used by test_export.py and, against H2O's
own scorer, by tests/oracle/forty_models.py.
"""
import csv
import datetime
import math
import os
import random

UNSEEN = "Atlantis"


class Table:
    """Rows of text cells (None is missing) with a kind for each column: enum, num or time."""

    def __init__(self, kinds, rows):
        self.kinds, self.rows = kinds, rows
        self.lacking = []

    def lose(self, names):
        """Columns that are no longer written, and missing in all rows."""
        self.lacking = names
        for row in self.rows:
            row.update(dict.fromkeys(names))

    def write(self, path):
        names = [name for name in self.kinds if name not in self.lacking]
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
            writer.writerow(names)
            for row in self.rows:
                writer.writerow(["" if row[name] is None else row[name] for name in names])

    def col_types(self):
        """For --col_types: categories are told, since some look like numbers."""
        return ",".join(name.replace(",", "\\,") + "=enum"
                        for name, kind in self.kinds.items()
                        if kind == "enum" and name not in self.lacking)

    def column(self, name):
        """As a scorer takes it: texts with None, or floats with NaN."""
        kind = self.kinds[name]
        cells = [row[name] for row in self.rows]
        if kind == "enum":
            return cells
        return [math.nan if cell is None else milliseconds(cell) if kind == "time" else float(cell)
                for cell in cells]


def milliseconds(day):
    moment = datetime.datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=datetime.timezone.utc)
    return moment.timestamp() * 1000


def maybe(rng, share, value):
    return None if rng.random() < share else value


COLOURS = ["red", "green", "blue"]
TOWNS = ["Ash", "Birch", "Cedar", "Elm", "Fir", "K\u00f6ln", "Linden", "Maple", "Oak", "Pine", "S\u00e3o", "Yew"]


def mixed(seed, n, is_scoring):
    """Categories, numbers, a time, a weight, an offset, a fold, and a response of every kind."""
    rng = random.Random(seed)
    share = 0.15 if is_scoring else 0.05
    rows = []
    for i in range(n):
        colour, town, flag = rng.choice(COLOURS), rng.choice(TOWNS), rng.choice(["no", "yes"])
        size, temp, count = rng.gauss(10, 3), rng.expovariate(0.1), rng.randrange(30)
        days = datetime.date(2020, 1, 1) + datetime.timedelta(days=rng.randrange(1500))
        score = (size - 10) / 3 + {"red": 1, "green": -1, "blue": 0}[colour] + \
            0.3 * TOWNS.index(town) / 12 + rng.gauss(0, 0.5)
        mean = math.exp(0.5 * score + 0.5)
        if is_scoring and rng.random() < 0.1:
            colour = UNSEEN
        if is_scoring and rng.random() < 0.1:
            town = "Willow"
        rows.append({
            "colour": maybe(rng, share, colour), "town": maybe(rng, share, town),
            "flag": maybe(rng, share, flag), "grade": maybe(rng, share, str(1 + i % 4)),
            "size": maybe(rng, share, f"{size:.4f}"), "temp": maybe(rng, share, f"{temp:.3f}"),
            "count": maybe(rng, share, str(count)), "day": maybe(rng, share, days.isoformat()),
            "wt": f"{1 + i % 3}", "off": f"{0.2 * score + rng.gauss(0, 0.3):.3f}",
            "fold": str(i % 3),
            "y_bin": "yes" if score > 0.2 else "no", "y_int": str(int(score > 0)),
            "y_multi": "abcd"[min(3, max(0, int(score + 2)))],
            "y_num": f"{20 + 5 * score:.4f}", "y_count": str(min(40, int(mean + rng.random()))),
            "y_pos": f"{0.05 + mean * rng.expovariate(1):.4f}",
            "y_zero": "0" if rng.random() < 0.4 else f"{mean:.4f}",
        })
    kinds = {name: "num" for name in rows[0]}
    for name in ("colour", "town", "flag", "grade", "y_bin", "y_int", "y_multi"):
        kinds[name] = "enum"
    kinds["day"] = "time"
    if is_scoring:
        rows[0] = dict.fromkeys(rows[0])
        rows[0]["off"] = "0.5"
    return Table(kinds, rows)


# Names and levels that are easily broken on the way through a file, a compiler or a scorer.
ODD_LEVELS = ["a,b", "say \"hi\"", "tab\there", "50 %", "#hash", "[x]", "a=b", "\u00dcbergr\u00f6\u00dfe", "\u65e5\u672c", "???/",
              "back\\slash", "\\u0041", "new\\nline", "*/ x", "-1", "007", "1e5", "True", "null", "two  blanks", "\U0001f600"]
ODD_CLASSES = ["x,y", "\"q\"", "caf\u00e9", "12", "class"]


def odd(seed, n, is_scoring):
    rng = random.Random(seed)
    rows = []
    for i in range(n):
        level = ODD_LEVELS[i % len(ODD_LEVELS)]
        number, other = rng.gauss(0, 1), rng.gauss(5, 2)
        k = int(number * 1.2 + 2 + i % 2) % 5
        if is_scoring and i % 7 == 3:
            level = "never \"seen\""
        # A line that begins with # would be a comment.
        rows.append({"Gr\u00f6\u00dfe (cm)": maybe(rng, 0.1, f"{number:.4f}"),
                     "a=b": maybe(rng, 0.1 * is_scoring, level),
                     "col,umn": maybe(rng, 0.1 * is_scoring, str(i % 5)),
                     "class": maybe(rng, 0.1, f"{other:.3f}"),
                     "re\"sponse": ODD_CLASSES[k]})
    return Table({"Gr\u00f6\u00dfe (cm)": "num", "a=b": "enum", "col,umn": "enum", "class": "num",
                  "re\"sponse": "enum"}, rows)


def wide(seed, n, is_scoring):
    """Many levels and mostly zeros."""
    rng = random.Random(seed)
    rows = []
    for i in range(n):
        row = {"item": f"item {rng.randrange(90 if not is_scoring else 110):03d}"}
        for c in range(30):
            row[f"z{c}"] = f"{rng.gauss(0, 1):.3f}" if rng.random() < 0.1 else "0"
        row["y"] = f"{float(row['z0']) + float(row['z1']) + rng.gauss(0, 0.1) + int(row['item'][5:]) / 50:.4f}"
        rows.append(row)
        if is_scoring and i % 9 == 4:
            row["item"] = row["z3"] = None
    kinds = {name: "num" for name in rows[0]}
    kinds["item"] = "enum"
    return Table(kinds, rows)


TABLES = {"mixed": mixed, "odd": odd, "wide": wide}
SPECIAL = ["wt", "off", "fold"]
RESPONSES = ["y_bin", "y_int", "y_multi", "y_num", "y_count", "y_pos", "y_zero"]


class Spec:
    """One model: how it is trained."""

    def __init__(self, name, table, response, params, **other):
        self.name, self.table, self.response = name, table, response
        self.params = {"hidden": "8,5", "epochs": "4", "seed": "7", "reproducible": "true"}
        self.params.update(params)
        # The columns that the table to score lacks.
        self.lacking = other.get("lacking", [])
        self.is_hashed = "max_categorical_features" in params
        self.has_offset = "offset_column" in params

    def command(self, training, model):
        """The arguments of heavywater."""
        out = ["train", "--training_frame", training, "--model", model]
        used = {self.params.get(key) for key in ("weights_column", "offset_column", "fold_column")}
        ignored = [c for c in SPECIAL + RESPONSES if c not in used and c != self.response] \
            if self.table == "mixed" else []
        params = dict(self.params)
        if "ignored_columns" in params:
            ignored += params.pop("ignored_columns").split(",")
        if ignored:
            out += ["--ignored_columns", ",".join(ignored)]
        if self.response:
            out += ["--response_column", self.response]
        out += ["--col_types", TABLES[self.table](1, 3, False).col_types()]
        for name, value in params.items():
            out += [f"--{name}", value]
        return out

    def scoring_table(self):
        table = TABLES[self.table](2, 40, True)
        table.lose(self.lacking)
        return table


def auto(**params):
    return {"autoencoder": "true", **params}


UNSCALED = {"standardize": "false", "ignored_columns": "day,temp", "adaptive_rate": "false",
            "rate": "1e-4", "max_w2": "5"}
FORTY = [
    Spec("binomial_rectifier", "mixed", "y_bin", {"activation": "Rectifier"}),
    Spec("binomial_tanh", "mixed", "y_bin", {"activation": "Tanh"}),
    Spec("binomial_maxout", "mixed", "y_bin", {"activation": "Maxout"}),
    Spec("binomial_exp_rectifier", "mixed", "y_bin", {"activation": "ExpRectifier"}),
    Spec("binomial_rectifier_dropout", "mixed", "y_bin", {
        "activation": "RectifierWithDropout", "hidden_dropout_ratios": "0.1,0.4",
        "input_dropout_ratio": "0.1"}),
    Spec("binomial_tanh_dropout", "mixed", "y_int", {"activation": "TanhWithDropout"}),
    Spec("binomial_maxout_dropout", "mixed", "y_int", {"activation": "MaxoutWithDropout"}),
    Spec("binomial_exp_dropout", "mixed", "y_int", {"activation": "ExpRectifierWithDropout"}),
    Spec("binomial_balanced", "mixed", "y_bin", {"balance_classes": "true", "activation": "Tanh"}),
    Spec("binomial_weights", "mixed", "y_bin", {"weights_column": "wt"}),
    Spec("binomial_first_level", "mixed", "y_bin", {"use_all_factor_levels": "false"}),
    Spec("binomial_first_level_compat", "mixed", "y_bin", {
        "use_all_factor_levels": "false", "h2o_compat": "true", "activation": "Tanh"}),
    Spec("binomial_unscaled", "mixed", "y_bin", {**UNSCALED, "activation": "Tanh"}),
    Spec("binomial_folds", "mixed", "y_bin", {"fold_column": "fold"}),
    Spec("binomial_skip", "mixed", "y_bin", {"missing_values_handling": "Skip"}),
    Spec("binomial_hashed", "mixed", "y_bin", {"max_categorical_features": "6"}),
    Spec("binomial_hashed_compat", "mixed", "y_bin", {
        "max_categorical_features": "5", "h2o_compat": "true", "use_all_factor_levels": "false"}),
    Spec("binomial_lacking_columns", "mixed", "y_bin", {}, lacking=["town", "size"]),
    Spec("multinomial_tanh", "mixed", "y_multi", {"activation": "Tanh"}),
    Spec("multinomial_rectifier", "mixed", "y_multi", {}),
    Spec("multinomial_balanced", "mixed", "y_multi", {"balance_classes": "true"}),
    Spec("multinomial_maxout_first_level", "mixed", "y_multi", {
        "activation": "Maxout", "use_all_factor_levels": "false"}),
    Spec("multinomial_grade", "mixed", "grade", {"hidden": "6", "l1": "1e-4", "l2": "1e-4"}),
    Spec("multinomial_compat", "mixed", "y_multi", {"h2o_compat": "true"}),
    Spec("odd_multinomial", "odd", "re\"sponse", {"activation": "Tanh", "epochs": "10"}),
    Spec("odd_autoencoder", "odd", None, auto(activation="Tanh")),
    Spec("gaussian", "mixed", "y_num", {}),
    Spec("gaussian_maxout", "mixed", "y_num", {"activation": "Maxout", "hidden": "5,4,3"}),
    Spec("gaussian_unscaled", "mixed", "y_num", {**UNSCALED, "activation": "ExpRectifier"}),
    Spec("gaussian_offset", "mixed", "y_num", {"offset_column": "off"}),
    Spec("gaussian_offset_compat", "mixed", "y_num", {
        "offset_column": "off", "h2o_compat": "true"}),
    Spec("poisson", "mixed", "y_count", {"distribution": "poisson", "activation": "Tanh"}),
    Spec("poisson_offset", "mixed", "y_count", {
        "distribution": "poisson", "activation": "Tanh", "offset_column": "off"}),
    Spec("gamma", "mixed", "y_pos", {"distribution": "gamma", "activation": "Tanh"}),
    Spec("tweedie", "mixed", "y_zero", {"distribution": "tweedie", "activation": "Tanh",
                                        "tweedie_power": "1.3"}),
    Spec("laplace", "mixed", "y_num", {"distribution": "laplace"}),
    Spec("quantile", "mixed", "y_num", {"distribution": "quantile", "quantile_alpha": "0.8",
                                        "loss": "Quantile"}),
    Spec("huber", "mixed", "y_num", {"distribution": "huber", "activation": "Tanh"}),
    Spec("sparse_regression", "wide", "y", {"sparse": "true"}),
    Spec("sparse_compat", "wide", "y", {"sparse": "true", "h2o_compat": "true"}),
    Spec("autoencoder_tanh", "mixed", None, auto(activation="Tanh")),
    Spec("autoencoder_rectifier_first_level", "mixed", None, auto(
        activation="Rectifier", use_all_factor_levels="false")),
    Spec("autoencoder_unscaled", "mixed", None, auto(activation="TanhWithDropout", **UNSCALED)),
    Spec("autoencoder_sparse", "wide", None, auto(
        activation="Tanh", sparse="true", average_activation="0.1", sparsity_beta="0.1")),
]


def write_tables(folder):
    """The training tables, name to path."""
    out = {}
    for name, make in TABLES.items():
        out[name] = os.path.join(folder, f"{name}.csv")
        make(1, 300, False).write(out[name])
    return out
