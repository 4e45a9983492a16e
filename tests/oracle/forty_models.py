#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Models of every kind, trained by heavywater and scored by everybody: forty_models.py --heavywater COMMAND [--record].

For each model of tests/cli/zoo.py: `heavywater predict` beside H2O's own scorer on the MOJO and on the POJO (RowData through
EasyPredictModelWrapper, raw score0, PredictCsv), beside onnxruntime on the ONNX file, the compiled C file and the JSON. The
rows hold missing cells and levels that training did not see. Writes a table of the largest differences, relative to
max(1, |prediction|). Ends with 1 when one is above the limit and not explained below.

Needs Java, and a Python with onnx, onnxruntime and numpy; the jar as scorers.find_jar says. --record keeps models and H2O's
scores in tests/data/scorer, for tests that run without Java.
"""
import argparse
import base64
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zipfile

import scorers  # first: it finds the modules below
import ways_out
import zoo

LIMIT = 1e-6
WAYS = ["mojo easy", "mojo raw", "mojo csv", "pojo easy", "pojo raw", "pojo csv", "onnx", "c", "json"]
RECORDED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "scorer")

HASHED = "H2O's scorer of MOJOs cannot hash (max_categorical_features)"
OFFSET = "H2O's scorer of MOJOs ignores offsets"


def explanation(spec, way):
    """Why a way may differ, or None."""
    if spec.is_hashed and way.startswith("mojo"):
        return HASHED
    if spec.has_offset and way.startswith("mojo"):
        return OFFSET
    return None


class Case:
    def __init__(self, spec, folder, command):
        self.spec, self.folder, self.command = spec, folder, command
        self.table = spec.scoring_table()
        self.class_name = "M_" + spec.name
        self.model = self.path("model.zip")
        self.result = dict.fromkeys(WAYS)

    def path(self, name):
        return os.path.join(self.folder, self.spec.name, name)

    def heavywater(self, *args):
        done = subprocess.run([self.command, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"heavywater {' '.join(args)}: {done.stdout}")

    def train(self, tables):
        os.makedirs(self.path(""), exist_ok=True)
        self.heavywater(*self.spec.command(tables[self.spec.table], self.model))
        self.table.write(self.path("rows.csv"))
        scorers.write_tsv(self.table, self.path("rows.tsv"))
        scorers.write_csv(self.table, self.path("rows_for_predict_csv.csv"))
        self.heavywater("predict", "--model", self.model, "--frame", self.path("rows.csv"), "--out",
                        self.path("predictions.csv"), "--col_types", self.table.col_types())
        self.expected = ways_out.read_predictions(self.path("predictions.csv"))
        self.has_label = "reconstr" not in next(iter(self.expected)) and len(self.expected) > 1
        self.n_numbers = len(self.expected) - self.has_label
        for kind, name in (("pojo", self.class_name + ".java"), ("onnx", "model.onnx"), ("c", "model.c"),
                           ("json", "model.json")):
            self.heavywater("export", self.model, "--to", kind, "--out", self.path(name))

    def jobs(self):
        offset = self.spec.params.get("offset_column")
        return [(how, model, self.path("rows.tsv"), self.path(f"{kind} {how}"), offset)
                for kind, model in (("mojo", self.model), ("pojo", self.class_name)) for how in ("easy", "raw")]

    def compare(self, genmodel):
        for way in ("mojo easy", "mojo raw", "pojo easy", "pojo raw"):
            self.put(way, genmodel.read(self.path(way), self.has_label))
        for kind, option, model in (("mojo", "--mojo", self.model), ("pojo", "--pojo", self.class_name)):
            self.put(f"{kind} csv", genmodel.predict_csv(
                option, model, self.path("rows_for_predict_csv.csv"), self.path(f"{kind}.csv"), self.has_label,
                self.n_numbers))
        self.put("onnx", scorers.run_onnxruntime(self.path("model.onnx"), self.table))
        self.put("c", ways_out.CFile(self.path("model.c")).run(self.table))
        self.put("json", ways_out.JsonFile(self.path("model.json")).run(self.table))

    def put(self, way, columns):
        self.result[way] = columns if isinstance(columns, str) else ways_out.difference(columns, self.expected)

    def failures(self):
        return [way for way in WAYS if explanation(self.spec, way) is None and
                (isinstance(self.result[way], str) or self.result[way] > LIMIT)]

    def line(self):
        def cell(way):
            value = self.result[way]
            if isinstance(value, str):
                return "fails"
            return "0" if value == 0 else f"{value:.0e}"
        marks = [cell(way) + (" \\*" if explanation(self.spec, way) else "") for way in WAYS]
        return f"| {self.spec.name} | {self.n_numbers} | " + " | ".join(marks) + " |"


def write_plain_mojo(source, target):
    """The entries that H2O's scorer reads, with a fixed time."""
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in archive.namelist():
            if name == "model.ini" or name.startswith("domains/"):
                out.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), archive.read(name),
                             compress_type=zipfile.ZIP_DEFLATED)


def digest_without_head(path, n_lines):
    """The head of a file names the version."""
    with open(path, "rb") as file:
        text = b"\n".join(file.read().split(b"\n")[n_lines:])
    return base64.b64encode(hashlib.sha256(text).digest()).decode()


def record(case, genmodel):
    """A plain MOJO, what H2O says of it, and the digest of the Java file that H2O's jar scored alike."""
    target = os.path.join(RECORDED, case.spec.name + ".zip")
    write_plain_mojo(case.model, target)
    java = case.path(f"{case.class_name}.java")
    case.heavywater("export", target, "--to", "pojo", "--out", java)
    genmodel.compile([java])
    output = case.path("recorded")
    genmodel.score([("easy", target, case.path("rows.tsv"), output + ".mojo"),
                    ("easy", case.class_name, case.path("rows.tsv"), output + ".pojo")])
    mojo, pojo = (genmodel.read(f"{output}.{kind}", case.has_label) for kind in ("mojo", "pojo"))
    if isinstance(mojo, str) or isinstance(pojo, str) or ways_out.difference(pojo, mojo) > 1e-12:
        raise RuntimeError(f"{case.spec.name}: {mojo}, {pojo}")
    n_rows = 12 if case.n_numbers > 10 else 40
    columns = [[c if isinstance(c, str) else float(f"{c:.9g}") for c in column[:n_rows]]
               for column in mojo.values()]
    return {"pojo": digest_without_head(java, 1), "has_label": case.has_label, "scores": columns}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--heavywater", default="heavywater")
    parser.add_argument("--out", default=os.path.join(tempfile.gettempdir(), "heavywater-forty"))
    parser.add_argument("--record", action="store_true")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    command = os.path.abspath(args.heavywater) if os.path.exists(args.heavywater) else args.heavywater
    jar = scorers.find_jar()
    if not jar:
        sys.exit("no h2o-genmodel.jar: set HW_GENMODEL_JAR")
    os.makedirs(os.path.join(args.out, "classes"), exist_ok=True)
    tables = zoo.write_tables(args.out)
    genmodel = scorers.Genmodel(jar, os.path.join(args.out, "classes"))
    cases = [Case(spec, args.out, command) for spec in zoo.FORTY if not args.names or spec.name in args.names]
    for case in cases:
        case.train(tables)
    genmodel.compile([case.path(f"{case.class_name}.java") for case in cases])
    genmodel.score([job for case in cases for job in case.jobs()])
    print("| model | numbers a row | " + " | ".join(WAYS) + " |")
    print("| --- | --- |" + " --- |" * len(WAYS))
    for case in cases:
        case.compare(genmodel)
        print(case.line(), flush=True)
    print("\n\\* explained:", f"{HASHED}; {OFFSET}.")
    failures = [(case, way) for case in cases for way in case.failures()]
    for case, way in failures:
        print(f"{case.spec.name}: {way}: {case.result[way]}")
    if args.record:
        os.makedirs(RECORDED, exist_ok=True)
        scores = {case.spec.name: record(case, genmodel) for case in cases if not case.spec.is_hashed}
        with open(os.path.join(RECORDED, "scores.json"), "w", encoding="utf-8") as file:
            file.write("{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}"
                                          for name, value in scores.items()) + "\n}\n")
    print(f"{len(cases)} models, {len(failures)} differences above {LIMIT}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
