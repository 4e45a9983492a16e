#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""MOJOs that H2O wrote, read and written again by heavywater, scored by H2O's own scorer.

    rewritten_mojos.py --library libheavywater.so --mojos FOLDER [--record FILE]

FOLDER holds a folder a case: model.zip, input.csv, params.json (enum_columns), predictions.csv and, where H2O's scorer can
score it, scorer.csv. H2O's scorer must say the same of our file as of its own, to 1e-6. --record keeps digests of the parts
of our files that the scorer reads: a test compares them, so that what was scored here is what is written there.
"""
import argparse
import base64
import ctypes
import csv
import hashlib
import json
import math
import os
import sys
import tempfile
import zipfile

import scorers
import ways_out
import zoo

LIMIT = 1e-6


class Library:
    """Reads and writes models through the public functions."""

    def __init__(self, path):
        self.library = ctypes.CDLL(path)
        for name in ("hw_model_read", "hw_model_write"):
            getattr(self.library, name).restype = ctypes.c_int

    def rewrite(self, source, target):
        model, error = ctypes.c_void_p(), ctypes.create_string_buffer(4096)
        for status in (self.library.hw_model_read(source.encode(), ctypes.byref(model), error),
                       self.library.hw_model_write(model, target.encode(), error)):
            if status:
                raise RuntimeError(error.raw[4:4000].replace(b"\0", b" ").decode("utf-8", "replace"))
        self.library.hw_model_unref(model)


def read_table(folder):
    """The rows that H2O scored."""
    with open(os.path.join(folder, "params.json"), encoding="utf-8") as file:
        enums = json.load(file)["enum_columns"]
    with open(os.path.join(folder, "input.csv"), encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    kinds = {name: "enum" if name in enums else "num" for name in rows[0]}
    return zoo.Table(kinds, [{name: cell if cell != "" else None for name, cell in zip(rows[0], row)}
                             for row in rows[1:]])


def digest(path):
    """Of what H2O's scorer reads, but for the line that names the writer."""
    hashed = hashlib.sha256()
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if name == "model.ini" or name.startswith("domains/"):
                text = archive.read(name)
                hashed.update(name.encode() + b"\0" + b"\n".join(
                    line for line in text.split(b"\n") if not line.startswith(b"h2o_version")))
    return base64.b64encode(hashed.digest()).decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", required=True)
    parser.add_argument("--mojos", required=True)
    parser.add_argument("--record")
    args = parser.parse_args()
    jar = scorers.find_jar()
    if not jar:
        sys.exit("no h2o-genmodel.jar: set HW_GENMODEL_JAR")
    library = Library(os.path.abspath(args.library))
    out = tempfile.mkdtemp(prefix="heavywater-rewritten-")
    genmodel = scorers.Genmodel(jar, out)
    names = sorted(n for n in os.listdir(args.mojos) if os.path.isdir(os.path.join(args.mojos, n)))
    jobs, digests = [], {}
    for name in names:
        folder = os.path.join(args.mojos, name)
        ours = os.path.join(out, name + ".zip")
        library.rewrite(os.path.join(folder, "model.zip"), ours)
        rows = os.path.join(out, name + ".tsv")
        scorers.write_tsv(read_table(folder), rows)
        for who, model in (("h2o", os.path.join(folder, "model.zip")), ("ours", ours)):
            jobs.append(("easy", model, rows, os.path.join(out, f"{name} {who}")))
        digests[name] = digest(ours)
    genmodel.score(jobs)
    n_failed = 0
    print("| case | of H2O's scorer on its own file | of H2O's server | bytes: H2O's, ours |\n| --- | --- | --- | --- |")
    for name in names:
        folder = os.path.join(args.mojos, name)
        expected = ways_out.read_predictions(os.path.join(folder, "predictions.csv"))
        has_label = any(isinstance(c[0], str) for c in expected.values()) or \
            len(expected) > 1 and next(iter(expected)) == "predict"
        theirs, ours = (genmodel.read(os.path.join(out, f"{name} {who}"), has_label) for who in ("h2o", "ours"))
        sizes = [os.path.getsize(path) for path in (os.path.join(folder, "model.zip"), os.path.join(out, name + ".zip"))]
        if isinstance(theirs, str) or isinstance(ours, str):
            cells = [str(theirs), str(ours)]
            n_failed += isinstance(theirs, str) != isinstance(ours, str)
        else:
            worst = ways_out.difference(ours, theirs)
            cells = [f"{worst:.0e}", f"{ways_out.difference(ours, expected):.0e}"]
            n_failed += not worst <= LIMIT
        print(f"| {name} | {cells[0]} | {cells[1]} | {sizes[0]}, {sizes[1]} |")
    if args.record:
        with open(args.record, "w", encoding="utf-8") as file:
            json.dump(digests, file, indent=1)
            file.write("\n")
    print(f"{len(names)} cases, {n_failed} differences above {LIMIT}")
    sys.exit(1 if n_failed else 0)


if __name__ == "__main__":
    main()
