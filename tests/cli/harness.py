# SPDX-License-Identifier: Apache-2.0
"""Runs the built command and compares what it says: numbers as numbers, the rest as text.

A test file ends with harness.main(). Started as `test_x.py COMMAND DATA [--update] [NAME ...]`;
--update writes the golden files anew (look at the difference before you keep it).
"""
import difflib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback

COMMAND = ""
DATA = ""
GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")
UPDATE = False
TOLERANCE = 2e-4  # relative; a run of a few epochs spreads the last bits of exp and log
CASES = []

NUMBER = re.compile(r"^[-+]?(\d[\d,]*\.?\d*|\.\d+)([eE][-+]?\d+)?$")


# Who started the tests may ignore these, as nohup and background jobs do; the commands shall not.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Failure(Exception):
    """A test that failed, with what was expected and what came."""


class Result:
    def __init__(self, args, done):
        self.args, self.code = args, done.returncode
        self.out = done.stdout.decode("utf-8", "replace")
        self.err = done.stderr.decode("utf-8", "replace")

    def __str__(self):
        return f"$ heavywater {' '.join(self.args)}\nexit {self.code}\n{self.out}{self.err}"


def case(function):
    """Marks a test: it gets a fresh folder as its argument."""
    CASES.append((function.__name__, function))
    return function


def add_case(name, function):
    CASES.append((name, function))


def check(condition, text):
    if not condition:
        raise Failure(str(text))


def environment(changes=None):
    env = {key: value for key, value in os.environ.items()
           if not key.startswith("LC_") and key not in ("LANG", "COLUMNS")}
    env.update(LC_ALL="C.UTF-8", TERM="dumb")
    env.update(changes or {})
    return env


def run(args, cwd=None, stdin=b"", env=None, **kwargs):
    """Runs heavywater with args."""
    args = [str(a) for a in args]
    done = subprocess.run([COMMAND] + args, input=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, cwd=cwd, env=environment(env), timeout=120,
                          check=False, **kwargs)
    return Result(args, done)


def run_ok(args, **kwargs):
    result = run(args, **kwargs)
    check(result.code == 0, f"expected success:\n{result}")
    check(result.err == "", f"expected nothing on standard error:\n{result}")
    return result


def check_one_line_error(result, words, code=2):
    """Exit code 2, nothing on standard output, one line on standard error that holds all words."""
    check(result.code == code, f"expected exit code {code}:\n{result}")
    check(result.err.count("\n") == 1 and result.err.endswith("\n"),
          f"expected one line on standard error:\n{result}")
    check(result.err.startswith("heavywater: "), f"expected 'heavywater: ' first:\n{result}")
    for word in words:
        check(word in result.err, f"expected '{word}' in the error:\n{result}")


def data(name):
    return os.path.join(DATA, name)


def write(folder, name, content):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return path


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def number_of(token):
    return float(token.replace(",", "")) if NUMBER.match(token) else None


def is_same_token(actual, expected):
    if set(actual) == set(expected) and set(actual) <= set("─-"):
        return True  # a rule, as wide as its column
    a, e = number_of(actual), number_of(expected)
    if a is None or e is None:
        return actual == expected
    return abs(a - e) <= TOLERANCE * max(abs(e), 1e-3)


def is_same_line(actual, expected):
    a, e = actual.split(), expected.split()
    return len(a) == len(e) and all(map(is_same_token, a, e))


def check_golden(name, text, masks=(), exact=False):
    """Compares with golden/name. masks: (pattern, replacement) for what differs from run to run."""
    for pattern, replacement in masks:
        text = re.sub(pattern, replacement, text)
    path = os.path.join(GOLDEN, name)
    if UPDATE:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return
    actual, expected = text.splitlines(), read(path).splitlines()
    same = actual == expected if exact else (
        len(actual) == len(expected) and all(map(is_same_line, actual, expected)))
    if not same:
        difference = "\n".join(difflib.unified_diff(expected, actual, f"golden/{name}", "actual",
                                                    lineterm=""))
        raise Failure(difference)


def run_case(name, function):
    folder = tempfile.mkdtemp(prefix="heavywater-")
    try:
        function(folder)
        return True
    except Failure as failure:
        print(f"FAILED {name}\n{failure}", flush=True)
    except Exception:  # pylint: disable=broad-except
        print(f"FAILED {name}\n{traceback.format_exc()}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return False


def main():
    global COMMAND, DATA, UPDATE  # pylint: disable=global-statement
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    COMMAND, DATA = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    UPDATE = "--update" in sys.argv
    wanted = [argument for argument in sys.argv[3:] if argument != "--update"]
    chosen = [c for c in CASES if not wanted or c[0] in wanted]
    failed = [name for name, function in chosen if not run_case(name, function)]
    print(f"{len(chosen) - len(failed)} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)
