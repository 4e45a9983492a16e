#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains random mixtures of parameters with heavywater and with H2O and compares all results."""
import argparse
import json
import os
import random
import sys
import tempfile
import traceback

import compare
import draw
import original
import ours
import record
import tables

HERE = os.path.dirname(os.path.abspath(__file__))


def short(params):
    return " ".join(f"{k}={ours.text_of(v)}" for k, v in params.items())


def table_row(case, tally):
    special = [f"{k}={case[k]}" for k in ("response", "weights", "offset", "fold") if case.get(k)]
    verdict = "same" if not tally.complaints else "**differs**"
    return (f"| {case['number']} | {case['table']} {' '.join(special)}"
            f"{' +valid' if case['validation'] else ''} | {short(case['params'])} "
            f"| {tally.n_differing} of {tally.n_weights} | {tally.bias:.0e} | {tally.value:.0e} "
            f"| {tally.prediction:.0e} | {verdict} |")


def run_case(program, server, case, table, folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "case.json"), "w", encoding="utf-8") as out:
        json.dump(case, out, indent=1)
    mine = ours.train(program, case, table, folder)
    theirs = original.train(server, case, table)
    with open(os.path.join(folder, "h2o.json"), "w", encoding="utf-8") as out:
        json.dump(theirs, out)
    tally = compare.compare_case(mine, theirs)
    with open(os.path.join(folder, "differences.txt"), "w", encoding="utf-8") as out:
        out.write("\n".join(tally.complaints))
    return tally


def cases_of(args, all_tables):
    if args.case:
        for path in args.case:
            with open(path, encoding="utf-8") as text:
                yield json.load(text)
        return
    for number in range(args.first, args.first + args.cases):
        yield draw.draw_case(random.Random(args.seed * 1000003 + number), number, all_tables,
                             args.folds)


def record_cases(server):
    """Records the cases of cases_recorded.json anew, for tests/parity."""
    data = os.path.join(os.path.dirname(HERE), "data", "parity")
    with open(os.path.join(HERE, "cases_recorded.json"), encoding="utf-8") as text:
        cases = json.load(text)
    for case in cases:
        files = [os.path.join(data, "data", case[k]) if case.get(k) else None
                 for k in ("train", "valid", "score")]
        record.record(server, case, tables.Table(case["name"], *files),
                      os.path.join(data, case["name"]))


def read_args():
    root = os.path.dirname(os.path.dirname(HERE))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--cases", type=int, default=20)
    parser.add_argument("--case", nargs="*", help="case.json files to run again")
    parser.add_argument("--table", action="append", help="only these tables")
    parser.add_argument("--folds", action="store_true", help="cross-validate every case")
    parser.add_argument("--program", default=os.path.join(root, "build/apps/heavywater/heavywater"))
    parser.add_argument("--shared", default=os.path.join(root, "..", "shared"),
                        help="folder with data/ and fixtures/")
    parser.add_argument("--out", default=os.path.join(tempfile.gettempdir(), "heavywater-oracle"))
    parser.add_argument("--port", type=int, default=54777)
    parser.add_argument("--running", action="store_true", help="the server runs already")
    parser.add_argument("--record", action="store_true",
                        help="record the cases of cases_recorded.json anew")
    return parser.parse_args()


def main():
    args = read_args()
    all_tables = tables.make_tables(os.path.join(args.out, "tables"), os.path.abspath(args.shared))
    by_name = {t.name: t for t in all_tables}
    drawn = [t for t in all_tables if not args.table or t.name in args.table]
    server = original.Server(args.port)
    if not args.running:
        server.start()
    if args.record:
        record_cases(server)
        return 0
    n_different = 0
    print("| case | table | parameters | weights | biases | values | predictions | |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for case in cases_of(args, drawn):
        folder = os.path.join(args.out, 
                              f"{'folds' if args.folds else 'case'}-{args.seed}-{case['number']}")
        try:
            tally = run_case(args.program, server, case, by_name[case["table"]], folder)
        except Exception:  # pylint: disable=broad-except
            tally = compare.Tally()
            tally.complain("test", traceback.format_exc())
        print(table_row(case, tally), flush=True)
        n_different += bool(tally.complaints)
        for text in tally.complaints[:6]:
            print(f"  - {text[-600:]}", file=sys.stderr, flush=True)
        if tally.complaints:
            print(f"  - {len(tally.complaints)} differences in {folder}", file=sys.stderr, flush=True)
    print(f"\n{n_different} cases differ")
    return 1 if n_different else 0


if __name__ == "__main__":
    sys.exit(main())
