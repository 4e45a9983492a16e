#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""export: every way out scores as predict does; what it refuses, and what it leaves behind."""
import base64
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys

import harness
import onnx_eval
import ways_out
import zoo
from harness import case, check, check_one_line_error, data, run, run_ok, write

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))
import rewritten_mojos  # noqa: E402
import scorers  # noqa: E402

KINDS = {"c": "model.c", "json": "model.json", "onnx": "model.onnx", "pojo": "Model.java"}


def export(model, kind, out):
    return run_ok(["export", model, "--to", kind, "--out", out])


def predict(model, rows, out, table):
    result = run(["predict", "--model", model, "--frame", rows, "--out", out, "--col_types", table.col_types()])
    check(result.code == 0 and (result.err == "" or "which count as missing" in result.err), result)
    return ways_out.read_predictions(out)


class Trained:
    """A model of the zoo with rows and what predict says of them."""

    def __init__(self, spec, folder, tables):
        self.folder = os.path.join(folder, spec.name)
        os.mkdir(self.folder)
        self.model = self.path("m.zip")
        run_ok(spec.command(tables[spec.table], self.model))
        self.table = spec.scoring_table()
        self.table.write(self.path("rows.csv"))
        self.expected = self.predict(self.model)

    def path(self, name):
        return os.path.join(self.folder, name)

    def predict(self, model):
        return predict(model, self.path("rows.csv"), self.path("p.csv"), self.table)

    def has_label(self):
        return any(isinstance(column[0], str) for column in self.expected.values())

    def check(self, way, actual, limit):
        worst = ways_out.difference(actual, self.expected)
        check(worst <= limit, f"{self.folder}: {way} differs by {worst}")


@case
def test_every_way_out_scores_as_predict(folder):
    tables = zoo.write_tables(folder)
    has_compiler = shutil.which("cc") is not None
    if not has_compiler:
        print("SKIPPED: no C compiler, exported C files are not compiled")
    for spec in zoo.FORTY:
        t = Trained(spec, folder, tables)
        for kind in ("json", "onnx", "c"):
            export(t.model, kind, t.path(KINDS[kind]))
        export(t.model, "weights", t.path("weights"))
        t.check("onnx", ways_out.run_onnx(t.path("model.onnx"), t.table), 1e-12)
        t.check("json", ways_out.JsonFile(t.path("model.json")).run(t.table), 1e-12)
        t.check("json in doubles",
                ways_out.JsonFile(t.path("model.json"), has_floats=False).run(t.table), 1e-6)
        for uses_npy in (False, True):
            t.check(f"weights, npy {uses_npy}", ways_out.WeightsFolder(
                t.path("weights"), t.path("model.json"), uses_npy).run(t.table), 1e-12)
        if has_compiler:
            t.check("c", ways_out.CFile(t.path("model.c")).run(t.table), 1e-12)


@case
def test_java_scores_as_predict(folder):
    jar = os.environ.get("HW_GENMODEL_JAR")
    if not jar or not shutil.which("javac"):
        print("SKIPPED: exported Java is compiled and run where HW_GENMODEL_JAR names H2O's "
              "h2o-genmodel.jar and there is a JDK; without, only recorded results are compared")
        return
    tables = zoo.write_tables(folder)
    genmodel = scorers.Genmodel(jar, folder)
    models, sources, jobs = [], [], []
    for spec in zoo.FORTY:
        t = Trained(spec, folder, tables)
        name = "M_" + spec.name
        export(t.model, "pojo", t.path(name + ".java"))
        scorers.write_tsv(t.table, t.path("rows.tsv"))
        sources.append(t.path(name + ".java"))
        for how in ("easy", "raw"):
            jobs.append((how, name, t.path("rows.tsv"), t.path(how), spec.params.get("offset_column")))
        models.append(t)
    genmodel.compile(sources)
    genmodel.score(jobs)
    for t in models:
        for how in ("easy", "raw"):
            actual = genmodel.read(t.path(how), t.has_label())
            check(not isinstance(actual, str), f"{t.folder} {how}: {actual}")
            t.check(f"pojo {how}", actual, 1e-6)


@case
def test_recorded_scores_of_h2o(folder):
    """tests/data/scorer holds MOJOs of heavywater, what H2O's scorer says of them, and the digest of the Java files that
    H2O's jar scored alike. Made by tests/oracle/forty_models.py --record."""
    recorded = json.loads(harness.read(data("scorer/scores.json")))
    check(len(recorded) >= 40, len(recorded))
    specs = {spec.name: spec for spec in zoo.FORTY}
    for name, entry in recorded.items():
        model, rows = data(f"scorer/{name}.zip"), os.path.join(folder, "rows.csv")
        table = specs[name].scoring_table()
        table.rows = table.rows[:len(entry["scores"][0])]
        table.write(rows)
        expected = predict(model, rows, os.path.join(folder, "p.csv"), table)
        worst = ways_out.difference(dict(enumerate(entry["scores"])), expected)
        check(worst <= 1e-6, f"{name}: predict differs from H2O's scorer by {worst}")
        java = os.path.join(folder, f"M_{name}.java")
        export(model, "pojo", java)
        with open(java, "rb") as file:
            text = b"\n".join(file.read().split(b"\n")[1:])
        check(base64.b64encode(hashlib.sha256(text).digest()).decode() == entry["pojo"],
              f"{name}: the Java file is not the one that H2O's jar scored: run "
              "tests/oracle/forty_models.py --record")


@case
def test_mojos_written_again_are_those_that_h2o_scored(folder):
    """tests/data/scorer/rewritten.json: digests of H2O's MOJOs as heavywater writes them again, which H2O's scorer scored as
    its own files. Made by tests/oracle/rewritten_mojos.py --record. None is larger than H2O's."""
    mojos = os.path.join(os.environ.get("HW_FIXTURES", ""), "mojo")
    library = os.path.join(os.path.dirname(harness.COMMAND), "..", "..", "src", "libheavywater.so.0")
    if not os.path.isdir(mojos) or not os.path.exists(library):
        print("SKIPPED: HW_FIXTURES names no recorded MOJOs, or the library is not beside the command")
        return
    with open(library, "rb") as file:
        text = file.read()
    if b"__asan_init" in text or b"__tsan_init" in text:
        print("SKIPPED: Python cannot load a library with a sanitizer")
        return
    library = rewritten_mojos.Library(os.path.abspath(library))
    recorded = json.loads(harness.read(data("scorer/rewritten.json")))
    check(len(recorded) >= 16, len(recorded))
    for name, expected in recorded.items():
        source, target = os.path.join(mojos, name, "model.zip"), os.path.join(folder, name + ".zip")
        library.rewrite(source, target)
        check(rewritten_mojos.digest(target) == expected,
              f"{name}: not the file that H2O scored: run tests/oracle/rewritten_mojos.py --record")
        check(os.path.getsize(target) <= os.path.getsize(source), f"{name} is larger than H2O's")


def small_model(folder, *extra, name="m.zip"):
    model = os.path.join(folder, name)
    run_ok(["train", "--training_frame", data("iris.csv"), "--hidden", "5,3", "--epochs", "2", "--seed", "3",
            "--reproducible", "--model", model, *(extra or ["--response_column", "Species"])])
    return model


@case
def test_equal_models_give_equal_bytes(folder):
    model = small_model(folder)
    for kind, name in KINDS.items():
        texts = []
        for k in range(2):
            out = os.path.join(folder, str(k), name)
            os.makedirs(os.path.dirname(out), exist_ok=True)
            said = export(model, kind, out).out
            check(said == f"55 weights and biases as {kind} in {out}\n", said)
            with open(out, "rb") as file:
                texts.append(file.read())
        check(texts[0] == texts[1] and len(texts[0]) > 500, kind)


@case
def test_standard_output(folder):
    model = small_model(folder)
    for kind, name in KINDS.items():
        out = os.path.join(folder, "model" + os.path.splitext(name)[1])
        export(model, kind, out)
        done = subprocess.run([harness.COMMAND, "export", model, "--to", kind, "--out", "-"],
                              stdout=subprocess.PIPE, check=True)
        with open(out, "rb") as file:
            check(done.stdout == file.read(), kind)
    result = run(["export", model, "--to", "weights", "--out", "-"])
    check_one_line_error(result, ["out", "folder", "standard output"])


@case
def test_unknown_kinds_are_refused(folder):
    model = small_model(folder)
    for kind in ("pmml", "C", "mojo ", "onnx,c"):
        result = run(["export", model, "--to", kind, "--out", os.path.join(folder, "x")])
        check_one_line_error(result, ["--to", "pojo, c, onnx, json and weights"])
    check_one_line_error(run(["export", model, "--out", "x"]), ["--to"])
    check_one_line_error(run(["export", model, "--to", "c"]), ["--out"])
    check_one_line_error(run(["export", "--to", "c", "--out", "x"]), ["MODEL"])
    check(sorted(os.listdir(folder)) == ["m.zip"], os.listdir(folder))


@case
def test_java_files_are_called_after_the_class(folder):
    model = small_model(folder)
    for name, words in (("my-model.java", ["my_model.java"]), ("model.txt", ["model.java"]),
                        ("2nd.java", ["model_2nd.java"]), ("model", ["model.java"]),
                        ("class.java", ["'class'", "class_model.java"]),
                        ("String.java", ["'String'", "String_model.java"]),
                        ("a.b.java", ["a_b.java"])):
        result = run(["export", model, "--to", "pojo", "--out", os.path.join(folder, name)])
        check_one_line_error(result, ["out"] + words)
        check(not os.path.exists(os.path.join(folder, name)), name)
    export(model, "pojo", os.path.join(folder, "Iris_2.java"))
    text = harness.read(os.path.join(folder, "Iris_2.java"))
    check("public class Iris_2 extends GenModel {" in text, text[:2000])
    check('@ModelPojo(name = "Iris_2", algorithm = "deeplearning")' in text, text[:2000])


@case
def test_places_that_cannot_be_written(folder):
    model = small_model(folder)
    with open(model, "rb") as file:
        before = file.read()
    os.mkdir(os.path.join(folder, "dir.c"))
    write(folder, "file", "x")
    for kind, name, words in (
            ("c", "dir.c", ["--out", "folder"]), ("c", "no/such/m.c", ["no folder"]),
            ("onnx", "dir.c/", ["--out", "folder"]), ("pojo", "no/M.java", ["no folder"]),
            ("c", "m.zip", ["overwrite"]), ("weights", "file", ["'", "is to be a folder"]),
            ("weights", "no/such", ["cannot be made"]), ("json", "file/x.json", ["no folder"])):
        result = run(["export", model, "--to", kind, "--out", os.path.join(folder, name)])
        check_one_line_error(result, words)
    with open(model, "rb") as file:
        check(file.read() == before, "the model was changed")
    export(model, "weights", os.path.join(folder, "w"))
    result = run(["export", model, "--to", "weights", "--out", os.path.join(folder, "w")])
    check_one_line_error(result, ["exists and is not empty"])
    check(sorted(os.listdir(folder)) == ["dir.c", "file", "m.zip", "w"], os.listdir(folder))


@case
def test_old_file_survives_where_nobody_may_write(folder):
    if os.geteuid() == 0:
        return  # root may write everywhere
    model = small_model(folder)
    place = os.path.join(folder, "closed")
    os.mkdir(place)
    old = write(place, "m.c", "old")
    os.chmod(place, stat.S_IRUSR | stat.S_IXUSR)
    try:
        check_one_line_error(run(["export", model, "--to", "c", "--out", os.path.join(place, "m.c")]), ["out"])
        check(harness.read(old) == "old", "the old file")
    finally:
        os.chmod(place, stat.S_IRWXU)


@case
def test_a_full_disk_leaves_nothing(folder):
    if not os.path.exists("/dev/full"):
        return
    model = small_model(folder)
    for kind in ("c", "json", "onnx"):
        result = run(["export", model, "--to", kind, "--out", "/dev/full"])
        check_one_line_error(result, ["/dev/full"])


@case
def test_files_that_are_no_models(folder):
    for name, content in (("empty.zip", b""), ("text.zip", b"not a zip at all")):
        path = write(folder, name, content)
        check_one_line_error(run(["export", path, "--to", "c", "--out", os.path.join(folder, "m.c")]), [name])
    check_one_line_error(run(["export", os.path.join(folder, "absent.zip"), "--to", "onnx", "--out",
                              os.path.join(folder, "m.onnx")]), ["absent.zip"])
    check(sorted(os.listdir(folder)) == ["empty.zip", "text.zip"], os.listdir(folder))


@case
def test_recoded_categories_go_out_as_weights_only(folder):
    model = os.path.join(folder, "m.zip")
    run_ok(["train", "--training_frame", data("mixed.csv"), "--response_column", "churn", "--ignored_columns",
            "id,note,seven", "--hidden", "4", "--epochs", "1", "--categorical_encoding", "Binary", "--model", model])
    for kind, name in KINDS.items():
        result = run(["export", model, "--to", kind, "--out", os.path.join(folder, name)])
        check_one_line_error(result, ["categorical_encoding", kind, "weights"])
    export(model, "weights", os.path.join(folder, "w"))


@case
def test_onnx_inputs_and_outputs(folder):
    model, out = os.path.join(folder, "m.zip"), os.path.join(folder, "m.onnx")
    run_ok(["train", "--training_frame", data("mixed.csv"), "--response_column", "churn", "--ignored_columns",
            "id,note,seven,spend", "--hidden", "4", "--epochs", "1", "--model", model])
    export(model, "onnx", out)
    found = onnx_eval.Model(out)
    check(found.opsets == {"": 17, "ai.onnx.ml": 3} and found.ir_version == 8, found.opsets)
    kinds = {name: kind for name, kind, _ in found.inputs}
    text, number = onnx_eval.STRING, onnx_eval.DOUBLE
    check(kinds == {"city": text, "plan": text, "age": number, "income": number, "joined": number,
                    "rating": number}, kinds)
    check([(n, k) for n, k, _ in found.outputs] == [("predict", text), ("no", number), ("yes", number)],
          found.outputs)
    run_ok(["train", "--training_frame", data("iris.csv"), "--autoencoder", "--activation", "Tanh", "--hidden", "2",
            "--epochs", "1", "--ignored_columns", "Species", "--model", model])
    export(model, "onnx", out)
    found = onnx_eval.Model(out)
    check(found.opsets == {"": 17}, found.opsets)
    check([n for n, _, _ in found.outputs] == ["reconstr_" + n for n, _, _ in found.inputs], found.outputs)


@case
def test_c_file_is_c99_and_cxx_without_state_or_allocation(folder):
    model, out = small_model(folder), os.path.join(folder, "iris.c")
    export(model, "c", out)
    text = harness.read(out)
    check(set(re.findall(r"#include <(.*)>", text)) == {"math.h", "string.h"}, "headers")
    for word in ("malloc", "calloc", "realloc", "free("):
        check(word not in text, word)
    # Everything at file level is constant: nothing to share between threads.
    for line in text.splitlines():
        if line.startswith("static ") and line.endswith(("{", ";")) and "(" not in line:
            check(line.startswith("static const "), line)
    strict = ["-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", "-c", "-o", os.devnull]
    for compiler in (["cc", "-std=c99"], ["cc", "-std=c11"], ["c++", "-x", "c++", "-std=c++11"],
                     ["c++", "-x", "c++", "-std=c++17"]):
        if not shutil.which(compiler[0]):
            print(f"SKIPPED: no {compiler[0]}")
            continue
        done = subprocess.run(compiler + strict + [out], stderr=subprocess.PIPE, text=True, check=False)
        check(done.returncode == 0, f"{compiler}: {done.stderr[:2000]}")


@case
def test_help_names_every_kind(_folder):
    text = run_ok(["export", "--help"]).out
    for word in ("pojo", "onnx", "weights", "json", "c (", "docs/guide-export.md"):
        check(word in text, f"{word}: {text}")


if __name__ == "__main__":
    harness.main()
