# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: data, scratch environments, runs of the command, and results.

A benchmark prints its tables as Markdown and keeps them as RESULTS/NAME.json, from which bench/report
makes docs/performance.md and its pictures.
"""
import argparse
import gzip
import json
import os
import platform
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import venv

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RESULTS = os.path.join(ROOT, "bench", "results")
SCRATCH = os.environ.get("HW_BENCH_SCRATCH", os.path.join(tempfile.gettempdir(), "heavywater-bench"))
FASHION_MNIST = "/usr/share/datasets/fashion-mnist"


def median(values):
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def arguments(doc, **more):
    """The options that all benchmarks have, and a parser for those of one: name=(default, help)."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), help="build folder")
    parser.add_argument("--runs", type=int, default=3, help="repeated runs, whose median counts")
    parser.add_argument("--only", default="", help="only the cases whose names contain this")
    parser.add_argument("--keep", action="store_true", help="keep the result for bench/report")
    for name, (default, text) in more.items():
        kind = {"type": type(default)} if default is not None else {}
        parser.add_argument("--" + name.replace("_", "-"), default=default, help=text, **kind)
    return parser.parse_args()


# ---- machine and environments ----

def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="ascii") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    flags = subprocess.run(["lscpu"], capture_output=True, text=True, check=True).stdout
    level = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "SSE"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {level}, {memory:.0f} GB, Linux {platform.release().split('-')[0]}"


def environment(name, *packages):
    """The interpreter of a scratch environment with these PyPI packages."""
    folder = os.path.join(SCRATCH, name)
    python = os.path.join(folder, "bin", "python")
    stamp = os.path.join(folder, "packages")
    wanted = " ".join(packages)
    if os.path.exists(stamp) and open(stamp, encoding="utf-8").read() == wanted:
        return python
    print(f"installing {wanted} into {folder}", file=sys.stderr)
    if not os.path.exists(python):
        venv.create(folder, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
    with open(stamp, "w", encoding="utf-8") as file:
        file.write(wanted)
    return python


BUILT = set()


def program(args, name):
    """A program of bench/programs, built first."""
    if name not in BUILT:
        subprocess.run(["ninja", "-C", args.build, f"bench/{name}"], check=True, stdout=subprocess.DEVNULL)
        BUILT.add(name)
    return os.path.join(args.build, "bench", name)


# ---- data ----

def scratch_file(name, write):
    """A file in the scratch folder, written by write(path) when it is not there yet."""
    os.makedirs(SCRATCH, exist_ok=True)
    path = os.path.join(SCRATCH, name)
    if not os.path.exists(path):
        write(path + ".part")
        os.replace(path + ".part", path)
    return path


def fashion_mnist(part, n_rows=None):
    """Fashion-MNIST as CSV with columns C1 .. C785, the last the class; part is train or t10k."""
    def write(path):
        with gzip.open(f"{FASHION_MNIST}/{part}-images-idx3-ubyte.gz") as images:
            pixels = images.read()
        with gzip.open(f"{FASHION_MNIST}/{part}-labels-idx1-ubyte.gz") as labels:
            classes = labels.read()[8:]
        n = n_rows or struct.unpack(">i", pixels[4:8])[0]
        with open(path, "w", encoding="ascii") as out:
            out.write(",".join(f"C{i + 1}" for i in range(785)) + "\n")
            for i in range(n):
                row = pixels[16 + 784 * i:16 + 784 * (i + 1)]
                out.write(",".join(map(str, row)) + f",{classes[i]}\n")
    return scratch_file(f"fashion-{part}-{n_rows or 'all'}.csv", write)


def flights(part):
    """The flights of data/README.md as CSV; part is train or test."""
    def write(path):
        with gzip.open(f"{ROOT}/data/flights-{part}.csv.gz") as packed, open(path, "wb") as out:
            shutil.copyfileobj(packed, out)
    return scratch_file(f"flights-{part}.csv", write)


# ---- heavywater ----

def train(args, parameters, model=None):
    """One run of heavywater train. Returns its JSON, seconds of the process and its largest memory in bytes."""
    with tempfile.TemporaryDirectory(prefix="heavywater-bench-") as folder:
        result = os.path.join(folder, "model.json")
        command = [os.path.join(args.build, "apps", "heavywater", "heavywater"), "train", "--json", result,
                   "--model", model or os.path.join(folder, "model.zip")]
        for name, value in parameters.items():
            command += [f"--{name}", str(value)]
        measured = os.path.join(folder, "measured")
        run = subprocess.run([program(args, "run_measured"), measured, *command], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}\n{run.stdout}{run.stderr}")
        with open(measured, encoding="ascii") as file:
            seconds, memory = file.read().split()
        with open(result, encoding="utf-8") as file:
            return json.load(file), float(seconds), int(memory)


def history(model):
    """The scoring history as a list of {name: value}."""
    table = model["scoring_history"]
    names = [column["name"] for column in table["columns"]]
    return [dict(zip(names, row)) for row in zip(*table["data"])]


def speed_of(text):
    """Samples per second of a scoring history, "12345 obs/sec"."""
    return float(re.match(r"[\d.]+", text).group())


def speed_between(points):
    """Samples per second from (samples, samples per second since the start) of each row of a scoring history."""
    (first, first_speed), (last, last_speed) = points[0], points[-1]
    if first == last:
        return last_speed
    return (last - first) / (last / last_speed - first / first_speed)


def training_speed(model):
    """Samples per second between the first and the last row of the scoring history."""
    return speed_between([(row["samples"], speed_of(row["training_speed"])) for row in history(model)
                          if row["training_speed"]])


# ---- results ----

def number(x):
    if x is None:
        return ""
    if isinstance(x, str):
        return x
    if abs(x) >= 1000:
        return f"{x:,.0f}"
    if abs(x) >= 100:
        return f"{x:.0f}"
    if abs(x) >= 10:
        return f"{x:.1f}"
    return f"{x:.3g}"


def markdown(table):
    """table: {columns: [...], rows: [[...]]}; the first column is text, the others are numbers or text."""
    head = "| " + " | ".join(table["columns"]) + " |"
    rule = "| --- |" + " --: |" * (len(table["columns"]) - 1)
    rows = ["| " + " | ".join(number(x) for x in row) + " |" for row in table["rows"]]
    return "\n".join([head, rule, *rows])


def finish(args, name, title, tables, charts=(), notes=()):
    """Prints the tables; with --keep, keeps all of it for bench/report.

    charts: {file, title, kind: bars|lines, unit, ...}, see bench/charts.py.
    """
    for table in tables:
        print(markdown(table) + "\n")
    for note in notes:
        print(note + "\n")
    if not args.keep:
        return
    words = [os.path.relpath(sys.argv[0], ROOT)] + [word for word in sys.argv[1:] if word != "--keep"]
    result = {"title": title, "command": " ".join(words), "machine": machine(),
              "date": time.strftime("%Y-%m-%d"), "tables": tables, "charts": list(charts),
              "notes": list(notes)}
    os.makedirs(RESULTS, exist_ok=True)
    with open(os.path.join(RESULTS, f"{name}.json"), "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
