# SPDX-License-Identifier: Apache-2.0
"""What the checks share: the files of the project, C without its comments, findings, skipping.

A check prints one `file:line: what is wrong` a finding and exits with 1; it exits with 77 when its
tool is not installed. There are no lists of exceptions: a line that must break a rule says why, in
a comment `check-ok: reason` on the same line.
"""
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SKIPPED = 77

_findings = []


def skip(reason):
    print("skipped: " + reason)
    sys.exit(SKIPPED)


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            skip(f"{program} is not installed")


def build_dir():
    """The build folder as an absolute path: HW_BUILD when Meson runs the check, or build/."""
    return os.path.abspath(os.environ.get("HW_BUILD") or os.path.join(ROOT, "build"))


def files(*patterns):
    """Paths below the root, tracked or new, that match one of Git's patterns."""
    try:
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others",
             "--exclude-standard", "--"] + list(patterns),
            cwd=ROOT, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        skip("not a Git checkout")
    paths = sorted(set(path for path in listed.split("\0") if path))
    return [path for path in paths if os.path.isfile(os.path.join(ROOT, path))]


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def is_test(path):
    return path.startswith("tests/") or "_test." in os.path.basename(path)


_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)


def blank(text, strings=True):
    """C text with its comments (and the contents of its strings) blanked, line by line in place."""
    def replace(match):
        token = match.group()
        if token[0] == "/":
            return re.sub(r"[^\n]", " ", token)
        return '""'.ljust(len(token)) if strings and token[0] == '"' else token
    return _TOKEN.sub(replace, text)


def find(path, line, message):
    """Notes a finding, unless the line says why it is right."""
    lines = read(path).splitlines()
    if 0 < line <= len(lines) and re.search(r"check-ok: \S", lines[line - 1]):
        return
    _findings.append(f"{path}:{line}: {message}")


def finish():
    for finding in _findings:
        print(finding)
    sys.exit(1 if _findings else 0)


def run(arguments, **options):
    return subprocess.run(arguments, cwd=ROOT, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **options)
