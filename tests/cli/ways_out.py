# SPDX-License-Identifier: Apache-2.0
"""Scores rows with what `heavywater export` writes, without heavywater. Every function returns columns: name to list."""
import array
import csv
import ctypes
import json
import math
import os
import re
import struct
import subprocess

import onnx_eval


def read_predictions(path):
    """What `heavywater predict` wrote; labels as texts, all else as numbers."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    out = {}
    for i, name in enumerate(rows[0]):
        cells = [row[i] for row in rows[1:]]
        try:
            out[name] = [float(c) if c else math.nan for c in cells]
        except ValueError:
            out[name] = cells
    return out


def difference(actual, expected):
    """The largest difference relative to max(1, |expected|), by position; labels differ by infinity."""
    if len(actual) != len(expected):
        return math.inf
    worst = 0
    for a, e in zip(actual.values(), expected.values()):
        if len(a) != len(e):
            return math.inf
        for x, y in zip(a, e):
            if isinstance(x, str) or isinstance(y, str):
                worst = max(worst, 0 if str(x) == as_label(y) else math.inf)
            elif math.isnan(x) != math.isnan(y):
                return math.inf
            elif not math.isnan(x):
                worst = max(worst, abs(x - y) / max(1, abs(y)))
    return worst


def as_label(x):
    return f"{x:g}" if isinstance(x, float) else x


class CFile:
    """An exported C file, compiled and loaded."""

    def __init__(self, path, flags=()):
        self.name = os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding="utf-8") as file:
            text = file.read()
        library = f"{path}.so"
        subprocess.run(["cc", "-std=c99", "-O1", "-pedantic", "-Wall", "-Wextra", "-Werror",
                        "-ffp-contract=off", "-fPIC", "-shared", *flags, "-o", library, path, "-lm"],
                       check=True)
        self.library = ctypes.CDLL(library)
        self.n_columns = int(re.search(r"_N_COLUMNS = (\d+)", text)[1])
        self.n_outputs = int(re.search(r"_N_OUTPUTS = (\d+)", text)[1])
        self.names = self.texts("column_names", self.n_columns)
        self.outputs = self.texts("output_names", self.n_outputs)
        self.levels = (ctypes.c_int * self.n_columns).in_dll(self.library, f"{self.name}_n_levels")
        self.level = getattr(self.library, f"{self.name}_level")
        self.level.restype = ctypes.c_double
        self.score = getattr(self.library, f"{self.name}_score")
        self.classes = self.texts("class_names", self.n_outputs) if "_class_names[]" in text else None

    def texts(self, what, n):
        values = (ctypes.c_char_p * n).in_dll(self.library, f"{self.name}_{what}")
        return [value.decode("utf-8") for value in values]

    def run(self, table):
        columns = []
        for i, name in enumerate(self.names):
            cells = table.column(name)
            if self.levels[i]:
                cells = [self.level(i, None if c is None else c.encode("utf-8")) for c in cells]
            columns.append(cells)
        labels, numbers = [], [[] for _ in self.outputs]
        out = (ctypes.c_double * self.n_outputs)()
        for row in zip(*columns):
            label = self.score((ctypes.c_double * self.n_columns)(*row), out)
            labels.append(self.classes[label] if self.classes else label)
            for to, x in zip(numbers, out):
                to.append(x)
        return ({"predict": labels} if self.classes else {}) | dict(enumerate(numbers))


class JsonFile:
    """The network as the guide describes its JSON. Weights are narrowed to floats, or not."""

    def __init__(self, path, has_floats=True):
        with open(path, encoding="utf-8") as file:
            self.root = json.load(file)
        for layer in self.root["layers"] if has_floats else []:
            layer["weights"] = [list(array.array("f", row)) for row in layer["weights"]]

    def encode(self, table):
        n_rows = len(table.rows)
        rows = [{} for _ in range(n_rows)]
        for column in self.root["columns"]:
            cells = table.column(column["name"])
            if "levels" in column:
                units = dict(zip(column["levels"], column["level_units"]))
                for row, cell in zip(rows, cells):
                    unit = units.get(cell, column["missing_unit"])
                    if unit >= 0:
                        row[unit] = row.get(unit, 0) + 1
            else:
                for row, cell in zip(rows, cells):
                    if not math.isnan(cell):
                        row[column["unit"]] = (cell - column["norm_sub"]) * column["norm_mul"]
        return [[row.get(u, 0) for u in range(self.root["inputs"])] for row in rows]

    def offset(self, table, i):
        offset = self.root["offset"]
        if not offset:
            return 0
        value = table.column(offset["name"])[i]
        if offset["only_positive"] and not value > 0:
            return 0
        return (value - offset["sub"]) * offset["mul"]

    def layer(self, layer, x, offset, is_last):
        net = [math.fsum(w * v for w, v in zip(row, x)) + b
               for row, b in zip(layer["weights"], layer["biases"])]
        if layer["channels"] == 2:
            net = [max(net[2 * u], net[2 * u + 1]) for u in range(layer["units"])]
        if is_last:
            net[0] += offset
        kind = layer["activation"]
        if kind == "tanh":
            net = [math.tanh(z) for z in net]
        elif kind == "rectifier":
            net = [max(z, 0) for z in net]
        elif kind == "exp_rectifier":
            net = [z if z >= 0 else math.expm1(z) for z in net]
        elif kind == "softmax":
            net = onnx_eval.softmax(net)
        return [z * layer["scale"] for z in net] if not is_last else net

    def finish(self, x):
        """(label or None, numbers)"""
        out = self.root["output"]
        if self.root["category"] == "AutoEncoder":
            x = list(x)
            for column in self.root["columns"]:
                if "unit" in column:
                    x[column["unit"]] = x[column["unit"]] / column["norm_mul"] + column["norm_sub"]
            return None, x
        if self.root["category"] == "Regression":
            y = x[0] / out["resp_mul"] + out["resp_sub"]
            return None, [min(1e19, onnx_eval.exp(y)) if out["inverse_link"] == "exp" else y]
        if out["model_distribution"]:
            x = [v * (prior / model if prior and model else 1) for v, prior, model in
                 zip(x, out["prior_distribution"], out["model_distribution"])]
            x = [v / sum(x) for v in x]
        if "threshold" in out:
            return out["classes"][int(x[1] >= out["threshold"])], x
        return out["classes"][x.index(max(x))], x

    def run(self, table):
        labels, numbers = [], []
        layers = self.root["layers"]
        for i, x in enumerate(self.encode(table)):
            for layer in layers:
                x = self.layer(layer, x, self.offset(table, i), layer is layers[-1])
            label, x = self.finish(x)
            labels.append(label)
            numbers.append(x)
        has_label = "classes" in self.root["output"]
        return ({"predict": labels} if has_label else {}) | dict(enumerate(zip(*numbers)))


def read_npy(path):
    """(shape, flat list)"""
    with open(path, "rb") as file:
        data = file.read()
    if data[:8] != b"\x93NUMPY\x01\x00":
        raise ValueError(f"{path} is no .npy of format 1.0")
    size = struct.unpack("<H", data[8:10])[0]
    head = data[10:10 + size].decode()
    if (10 + size) % 64 or not head.endswith("\n") or "'fortran_order': False" not in head:
        raise ValueError(head)
    shape = [int(n) for n in re.search(r"'shape': \(([^)]*)\)", head)[1].split(",") if n.strip()]
    values = array.array({"<f4": "f", "<f8": "d"}[re.search(r"'descr': '([^']*)'", head)[1]])
    values.frombytes(data[10 + size:])
    if len(values) != math.prod(shape):
        raise ValueError(f"{path}: {len(values)} values for {shape}")
    return shape, list(values)


def read_matrix(path):
    """(header, rows of numbers)"""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return rows[0], [[float(c) for c in row] for row in rows[1:]]


class WeightsFolder(JsonFile):
    """Matrices from the folder in the place of those of the JSON, which says how they are put together. The CSV files, or
    the .npy files."""

    def __init__(self, folder, json_path, uses_npy):
        super().__init__(json_path)
        names, inputs = read_matrix_of_texts(os.path.join(folder, "inputs.csv"))
        for column in self.root["columns"]:
            if "unit" in column:
                name, sub, mul = inputs[column["unit"]]
                if name != column["name"]:
                    raise ValueError(f"{name} is not {column['name']}")
                column["norm_sub"], column["norm_mul"] = float(sub), float(mul)
        if names != ["unit", "norm_sub", "norm_mul"] or len(inputs) != self.root["inputs"]:
            raise ValueError(names)
        for number, layer in enumerate(self.root["layers"], 1):
            path = os.path.join(folder, f"weights_{number}")
            layer["weights"] = self.npy(layer, path) if uses_npy else self.csv(layer, path, number)
            path = os.path.join(folder, f"biases_{number}")
            layer["biases"] = read_npy(path + ".npy")[1] if uses_npy else \
                [row[0] for row in read_matrix(path + ".csv")[1]]

    @staticmethod
    def csv(layer, path, number):
        header, rows = read_matrix(path + ".csv")
        if number > 1 and header != [f"C{i + 1}" for i in range(layer["inputs"])]:
            raise ValueError(header)
        # Nine digits are a float: the number nearest to them is meant.
        return [list(array.array("f", row)) for row in rows]

    @staticmethod
    def npy(layer, path):
        shape, flat = read_npy(path + ".npy")
        units, inputs, channels = layer["units"], layer["inputs"], layer["channels"]
        if shape != [units, inputs] + ([2] if channels == 2 else []):
            raise ValueError(shape)
        return [[flat[(u * inputs + c) * channels + k] for c in range(inputs)]
                for u in range(units) for k in range(channels)]


def read_matrix_of_texts(path):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return rows[0], rows[1:]


def onnx_columns(inputs, table):
    """inputs: (name, is_text). A category that is missing is the empty text."""
    out = {}
    for name, is_text in inputs:
        cells = table.column(name)
        if is_text:
            cells = ["" if c is None else c for c in cells]
        out[name] = cells
    return out


def run_onnx(path, table):
    model = onnx_eval.Model(path)
    return model.run(onnx_columns([(n, t == onnx_eval.STRING) for n, t, _ in model.inputs], table))
