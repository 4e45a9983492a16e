# SPDX-License-Identifier: Apache-2.0
"""Runs what others score with: H2O's h2o-genmodel.jar on MOJOs and POJOs, onnxruntime on ONNX files."""
import csv
import math
import os
import subprocess
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import ways_out  # noqa: E402

JAVA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "java", "Score.java")


def find_jar():
    """The jar that HW_GENMODEL_JAR names, or the one within the package h2o of this Python. None without."""
    jar = os.environ.get("HW_GENMODEL_JAR")
    if jar:
        return jar
    for folder in sys.path:
        server = os.path.join(folder, "h2o", "backend", "bin", "h2o.jar")
        if os.path.exists(server):
            return unpack_jar(server)
    return None


def unpack_jar(server):
    """The scorer's jar lies within the server's."""
    path = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"h2o-genmodel-{os.getuid()}.jar")
    with zipfile.ZipFile(server) as archive:
        data = archive.read("www/3/h2o-genmodel.jar")
    with open(path, "wb") as file:
        file.write(data)
    return path


def write_tsv(table, path):
    """For Score.java."""
    def field(cell):
        if cell is None or cell != cell:
            return "\\N"
        return str(cell).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")

    columns = {name: table.column(name) for name in table.kinds}
    with open(path, "w", encoding="utf-8", newline="") as file:
        heads = [("enum:" if kind == "enum" else "num:") + name for name, kind in table.kinds.items()]
        file.write("\t".join(heads) + "\n")
        for row in zip(*columns.values()):
            file.write("\t".join(map(field, row)) + "\n")


def write_csv(table, path):
    """For PredictCsv: its reader drops single backslashes, and takes times as numbers."""
    columns = {name: table.column(name) for name in table.kinds if name not in table.lacking}
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow([name.replace("\\", "\\\\") for name in columns])
        for row in zip(*columns.values()):
            writer.writerow(["" if c is None or c != c else str(c).replace("\\", "\\\\") for c in row])


def numbers_of(cells):
    return [math.nan if cell in ("NA", "NaN") else float(cell) for cell in cells]


def columns_of(rows, has_label):
    """Rows of texts to columns, by position."""
    if not rows:
        return {}
    columns = list(zip(*rows))
    out = {"predict": list(columns[0])} if has_label else {}
    return out | dict(enumerate(numbers_of(c) for c in columns[has_label:]))


class Genmodel:
    """The jar, and a folder for compiled classes."""

    def __init__(self, jar, folder):
        self.jar, self.folder = jar, folder
        self.path = f"{jar}:{folder}"
        self.compile([JAVA])

    def compile(self, sources):
        subprocess.run(["javac", "-nowarn", "-encoding", "UTF-8", "-cp", self.jar, "-d", self.folder] + sources,
                       check=True)

    def java(self, args, stdin=None):
        return subprocess.run(["java", "-Xmx1g", "-Dfile.encoding=UTF-8", "-cp", self.path] + args,
                              input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              encoding="utf-8", check=False)

    def score(self, jobs):
        """jobs: tuples (how, model, rows, output, offset column or None)."""
        lines = "".join("\t".join(f for f in job if f) + "\n" for job in jobs)
        done = self.java(["Score"], stdin=lines)
        if done.returncode:
            raise RuntimeError(done.stdout)

    @staticmethod
    def read(path, has_label):
        """The columns that a job wrote, or the text of its error."""
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")[:-1]
        if any(line.startswith("error ") for line in lines):
            return next(line[6:] for line in lines if line.startswith("error "))

        def plain(text):
            return text.replace("\\\\", "\0").replace("\\t", "\t").replace("\\n", "\n").replace("\0", "\\")

        return columns_of([[plain(f) for f in line.split("\t")] for line in lines], has_label)

    def predict_csv(self, option, model, rows, output, has_label, n_numbers):
        """The columns that PredictCsv writes, or the text of its error. It quotes nothing: numbers are split off from the
        right."""
        if os.path.exists(output):
            os.remove(output)
        done = self.java(["hex.genmodel.tools.PredictCsv", option, model, "--input", rows, "--output", output,
                          "--decimal"])
        if done.returncode:
            errors = [line for line in done.stdout.split("\n") if "xception" in line or "rror" in line]
            return (errors or done.stdout.split("\n"))[-1].strip()
        with open(output, encoding="utf-8") as file:
            lines = file.read().split("\n")[1:-1]
        n_splits = n_numbers if has_label else n_numbers - 1
        return columns_of([line.rsplit(",", n_splits) if n_splits else [line] for line in lines], has_label)


def run_onnxruntime(path, table):
    """The outputs, after the checker has found nothing."""
    import numpy
    import onnx
    import onnxruntime
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    inputs = [(i.name, "string" in i.type) for i in session.get_inputs()]
    columns = ways_out.onnx_columns(inputs, table)
    feed = {name: numpy.array(columns[name], dtype=object if is_text else float).reshape(-1, 1)
            for name, is_text in inputs}
    names = [o.name for o in session.get_outputs()]
    return {name: [x if isinstance(x, str) else float(x) for x in value[:, 0]]
            for name, value in zip(names, session.run(None, feed))}
