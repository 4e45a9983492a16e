# SPDX-License-Identifier: Apache-2.0
"""The tables of the random cases: recorded ones and tables made here to be awkward."""
import csv
import gzip
import os
import random
from dataclasses import dataclass, field


@dataclass
class Table:
    """A training file, what may be predicted from it and the columns with a special part."""
    name: str
    train: str
    valid: str = None
    score: str = None
    factors: list = field(default_factory=list)
    col_types: dict = field(default_factory=dict)
    classes: list = field(default_factory=list)  # responses with levels
    numbers: list = field(default_factory=list)  # responses that are numbers
    counts: list = field(default_factory=list)  # responses that are never negative
    weights: list = field(default_factory=list)
    offsets: list = field(default_factory=list)
    folds: list = field(default_factory=list)  # columns that number or name folds, some wrongly
    always_ignored: list = field(default_factory=list)
    is_large: bool = False


def write_csv(path, header, rows):
    with open(path, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def blank(rng, value, share):
    return "" if rng.random() < share else value


ODD_HEADER = ("many_zeros,few_ones,flag,negative_zero,big,huge,whole,tiny,when,day,constant,"
              "nearly,nothing,mostly_missing,level_missing,city,code,word,signed,exponent,text_bool,"
              "w_whole,w_part,w_zero_one,shift,twelve,rank,yes_no,amount,count,skewed").split(",")


def odd_row(rng, cities):
    x, z = rng.gauss(0, 1), rng.random()
    kind = rng.randrange(12)
    amount = 3 * x + kind + rng.gauss(0, 1)
    return [
        blank(rng, 0 if rng.random() < 0.93 else round(rng.gauss(5, 3), 2), 0.01),
        1 if rng.random() < 0.04 else 0,
        blank(rng, int(x > 0), 0.02),
        "-0.0" if rng.random() < 0.5 else rng.choice(["0", "1.5", "-2.25"]),
        blank(rng, 9007199254740993 + rng.randrange(1000), 0.02),
        rng.randrange(10**15, 10**18),
        f"{rng.randrange(50)}.0",
        f"{rng.random() * 1e-12:.6e}",
        blank(rng, f"2021-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d} "
                   f"{rng.randrange(24):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}", 0.05),
        f"2020-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}",
        7,
        0 if rng.random() < 0.995 else 1,
        "",
        round(x, 4) if rng.random() < 0.06 else "",
        rng.choice("ab") if rng.random() < 0.08 else "",
        blank(rng, rng.choice(cities), 0.03),
        blank(rng, rng.randrange(1, 25) * 5, 0.04),
        blank(rng, rng.choice(["red", "green ", "blue", "größe", "a-b"]), 0.05),
        blank(rng, round(x, 3), 0.05),
        f"{z * 1e5:.3E}",
        rng.choice(["TRUE", "FALSE"]),
        rng.randrange(4),
        round(rng.random() * 2, 2) if rng.random() < 0.9 else 0,
        int(rng.random() < 0.7),
        round(rng.gauss(0.2, 1), 3),
        f"k{kind}" if rng.random() < 0.98 else "",
        kind % 5,
        "yes" if x + rng.gauss(0, 0.7) > 0.3 else "no",
        blank(rng, round(amount, 4), 0.03),
        rng.randrange(7) if rng.random() < 0.7 else 0,
        round(abs(amount) ** 2 + 0.01, 3),
    ]


def make_odd(folder):
    rng = random.Random(20)
    cities = [f"city {i:03d}" for i in range(150)]
    for part, n in (("train", 500), ("valid", 160), ("score", 120)):
        known = cities if part == "train" else cities + ["Atlantis", "Nowhere"]
        write_csv(os.path.join(folder, f"odd_{part}.csv"), ODD_HEADER,
                  [odd_row(rng, known) for _ in range(n)])


def make_large(folder):
    rng = random.Random(21)
    header = "a,b,c,d,e,f,y,label".split(",")

    def row():
        a, b = rng.gauss(10, 3), rng.expovariate(0.2)
        c, d = rng.choice("pqrstu"), rng.choice(["north", "south", "east"])
        y = a - b + "pqrstu".index(c) + rng.gauss(0, 1)
        return [f"{a:.9f}", f"{b:.4f}", blank(rng, c, 0.01), d, rng.randrange(1000),
                blank(rng, 1 if rng.random() < 0.02 else 0, 0.01), f"{y:.6f}",
                "low" if y < 3 else "mid" if y < 9 else "high"]
    write_csv(os.path.join(folder, "large_train.csv"), header, [row() for _ in range(20000)])
    write_csv(os.path.join(folder, "large_valid.csv"), header, [row() for _ in range(3000)])


def make_flights(folder, shared):
    """A part of the flights, which are the data of the demonstration."""
    for part, source, n in (("train", "flights-train.csv.gz", 1200),
                            ("valid", "flights-test.csv.gz", 400)):
        with gzip.open(os.path.join(shared, source), "rt", encoding="utf-8") as lines, \
                open(os.path.join(folder, f"air_{part}.csv"), "w", encoding="utf-8") as out:
            for i, line in enumerate(lines):
                if i > n * 20:
                    break
                if i % 20 == 0:
                    out.write(line)


def make_numbers(folder):
    """Only numbers, some with a single value on most rows; and an imbalanced response."""
    rng = random.Random(22)
    header = ["x1", "x2", "x3", "x4", "x5", "rare", "target", "positive"]

    def row():
        x = [rng.gauss(0, 1) for _ in range(4)]
        s = x[0] - x[1] * x[2]
        return [f"{x[0]:.17g}", f"{x[1] * 1e8:.3f}", f"{x[2] * 1e-7:.12f}", int(x[3] * 3),
                rng.choice([1, 1, 1, 255, 256, -1]), "r" if s > 1.6 else "s" if s > -1.5 else "t",
                f"{s * 100 + 1000:.5f}", f"{abs(s) * 10 + 0.5:.3f}"]
    write_csv(os.path.join(folder, "numbers_train.csv"), header, [row() for _ in range(300)])
    write_csv(os.path.join(folder, "numbers_valid.csv"), header, [row() for _ in range(90)])


def make_tables(folder, shared):
    """Writes what is made here into the folder; returns all tables."""
    os.makedirs(folder, exist_ok=True)
    data = os.path.join(shared, "fixtures", "parity", "data")
    make_odd(folder)
    make_large(folder)
    make_numbers(folder)
    make_flights(folder, os.path.join(shared, "data"))

    def here(name):
        return os.path.join(folder, name + ".csv")

    def there(name):
        return os.path.join(data, name + ".csv")
    return [
        Table("odd", here("odd_train"), here("odd_valid"), here("odd_score"),
              factors=["rank", "code"], classes=["twelve", "rank", "yes_no"], numbers=["amount"],
              counts=["count", "skewed"], weights=["w_whole", "w_part", "w_zero_one"],
              offsets=["shift"], folds=["rank", "code", "w_zero_one", "w_whole", "text_bool", "word",
                                        "amount", "flag", "constant"]),
        Table("numbers", here("numbers_train"), here("numbers_valid"), here("numbers_valid"),
              classes=["rare"], numbers=["target"], counts=["positive"]),
        Table("large", here("large_train"), here("large_valid"), here("large_valid"),
              classes=["label"], numbers=["y"], folds=["d", "c", "e"], is_large=True),
        Table("air", here("air_train"), here("air_valid"), here("air_valid"),
              factors=["month"], classes=["late"], numbers=["arr_delay"], counts=["distance"]),
        Table("prostate", there("prostate"), there("prostate_valid"), there("prostate_score"),
              factors=["CAPSULE", "RACE"], classes=["CAPSULE"], numbers=["AGE", "VOL"],
              counts=["PSA"], folds=["RACE", "DPROS", "DCAPS", "GLEASON"], always_ignored=["ID"]),
        Table("counts", there("counts"), there("counts_valid"), there("counts_score"),
              numbers=["level", "lap", "holey"], counts=["n", "cost"], weights=["w", "w01"],
              offsets=["lnexp"], classes=["g"], folds=["fold", "g", "w01", "n"],
              always_ignored=["fold"]),
        Table("highcard", there("highcard"), there("highcard_score"), there("highcard_score"),
              classes=["y"], numbers=["t"]),
        Table("iris", there("iris"), None, there("iris_score"), classes=["Species"],
              numbers=["Sepal.Length"]),
        Table("wide", there("wide"), None, there("wide_score"), classes=["y"], numbers=["t"]),
        Table("digits", there("digits"), there("digits_valid"), there("digits_score"),
              factors=["digit"], classes=["digit"]),
    ]
